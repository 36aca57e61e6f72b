"""Continued process verification in pictures: Vega-Lite specifications, drawn on paper and in browsers alike.

Each is a plain value made by a pure function; `qc.services.charts.draw_chart` draws it as SVG, `static/process.js` in a
browser.
"""

from cpv.rules.pictures.comparing import GroupWords, Ranges, comparison_picture, equivalence_picture
from cpv.rules.pictures.control import control_chart
from cpv.rules.pictures.moving import moving_range_chart
from cpv.rules.pictures.parts import NO_BOUNDS, ON_PAPER, Look, PointLabel, Titles, Words, letter_of
from cpv.rules.pictures.shape import Drawn, histogram
from cpv.rules.pictures.shares import refused_share_chart

__all__ = [
    "NO_BOUNDS",
    "ON_PAPER",
    "Drawn",
    "GroupWords",
    "Look",
    "PointLabel",
    "Ranges",
    "Titles",
    "Words",
    "comparison_picture",
    "control_chart",
    "equivalence_picture",
    "histogram",
    "letter_of",
    "moving_range_chart",
    "refused_share_chart",
]

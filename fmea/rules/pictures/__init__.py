"""Risks in pictures: Vega-Lite specifications, drawn on paper and in browsers alike, and the plain data behind each.

Each is a plain value made by a pure function; `qc.services.charts.draw_chart` draws it as SVG, `static/process.js` in a
browser. What a function returns beside a picture (cells, rows in order, boxes) is what the table under it is made of.
"""

from fmea.rules.pictures.acting import ActedWords, acted_picture, acted_rows
from fmea.rules.pictures.evidence import EvidenceWords, evidence_picture
from fmea.rules.pictures.matrix import MatrixCell, MatrixWords, matrix_cells, matrix_picture, unplaced
from fmea.rules.pictures.pareto import Pareto, ParetoRow, ParetoWords, pareto, pareto_picture
from fmea.rules.pictures.parts import MOST_LANES, NO_ADDRESSES, Addresses, When
from fmea.rules.pictures.process import StepBox, process_map, process_picture
from fmea.rules.pictures.ranks import RankWords, firmest_first, rank_picture
from fmea.rules.pictures.trend import TrendWords, trend_picture
from fmea.rules.pictures.what_if import Part, WhatIfWords, outlook_parts, what_if_picture

__all__ = [
    "MOST_LANES",
    "NO_ADDRESSES",
    "ActedWords",
    "Addresses",
    "EvidenceWords",
    "MatrixCell",
    "MatrixWords",
    "Pareto",
    "ParetoRow",
    "ParetoWords",
    "Part",
    "RankWords",
    "StepBox",
    "TrendWords",
    "WhatIfWords",
    "When",
    "acted_picture",
    "acted_rows",
    "evidence_picture",
    "firmest_first",
    "matrix_cells",
    "matrix_picture",
    "outlook_parts",
    "pareto",
    "pareto_picture",
    "process_map",
    "process_picture",
    "rank_picture",
    "trend_picture",
    "unplaced",
    "what_if_picture",
]

"""The moving range beside a control chart: drawn, and never a signal.

Neighbouring ranges share a batch, so that they are correlated, and what they would tell the chart of values tells too.
"""

from dataclasses import replace

import numpy as np

from cpv.rules.basis import Floats
from cpv.rules.constants import d2, d3
from cpv.rules.individuals import moving_ranges
from cpv.rules.pictures.axes import Line, axis_over, beside, is_finite
from cpv.rules.pictures.parts import ON_PAPER, TRACE, Look, Row, Titles, Words, picture
from cpv.rules.programme.charting import Charted
from qc.rules.charts import GOOD, STOP, Spec

_PAIR = 2


def moving_range_chart(charted: Charted, titles: Titles, words: Words, look: Look = ON_PAPER) -> Spec:
    """|x_i - x_(i-1)| on the scale of the limits; without limits, in the unit of the parameter.

    Lines at d2 sigma and (d2 + multiple d3) sigma of each phase, 3 where the limits have no multiple. Excluded points
    and missing ones make no range, nor does the first of a phase.
    """
    ranges = _ranges(charted)
    lines = _lines(charted)
    axis = replace(axis_over(titles.unit, ranges, [0.0, *(row["y"] for row in lines)]), low=0.0)
    scale = {"nice": False, "zero": False, "domain": [0.5, charted.values.size + 0.5]}
    ticks = {"labelAngle": 0, "labelOverlap": True, "tickMinStep": 1, "format": "d"}
    x: Spec = {"field": "n", "type": "quantitative", "title": titles.order, "scale": scale, "axis": ticks}
    rows = [{"n": n + 1, "v": value} for n, value in enumerate(ranges.tolist()) if is_finite(value)]
    told = [{"field": "n", "type": "quantitative", "title": words.batch}]
    told.append({"field": "v", "type": "quantitative", "title": words.value})
    encoding = {"x": x, "y": axis.y("v")}
    small = 30 if len(rows) <= 120 else 14 if len(rows) <= 1000 else 6
    layers = [
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "strokeWidth": 1.4},
            "encoding": {
                "x": x,
                "x2": {"field": "m"},
                "y": axis.y("y"),
                "color": {"field": "c", "type": "nominal", "scale": None},
            },
        },
        {"mark": {"type": "line", "color": TRACE, "strokeWidth": 0.8}, "encoding": encoding},
        {
            "mark": {"type": "point", "filled": True, "color": GOOD, "size": small, "opacity": 1},
            "encoding": encoding | {"tooltip": told},
        },
        beside(
            [Line(row["y"], _word(row, words), row["c"]) for row in _reaching(lines, charted)],
            axis,
            look.height,
        ),
    ]
    return picture(titles, look, rows, layers)


def _ranges(charted: Charted) -> Floats:
    read = (charted.scaled if charted.phases else charted.values).copy()
    read[list(charted.excluded)] = np.nan
    return moving_ranges(
        read, phase_starts=sorted({border for span in charted.spans for border in span if border > 0})
    )


def _lines(charted: Charted) -> list[Row]:
    rows: list[Row] = []
    for (start, end), phase in zip(charted.spans, charted.phases, strict=True):
        limits = phase.limits.limits
        multiple = 3.0 if limits.multiple is None else limits.multiple
        upper = (d2(_PAIR) + multiple * d3(_PAIR)) * limits.sigma
        for y, colour in ((d2(_PAIR) * limits.sigma, GOOD), (upper, STOP)):
            rows.append({"n": start + 0.5, "m": end + 0.5, "y": y, "c": colour})
    return rows


def _reaching(lines: list[Row], charted: Charted) -> list[Row]:
    """The lines that reach the right end, where they are told of."""
    return [row for row in lines[-2:] if row["m"] > charted.values.size]


def _word(row: Row, words: Words) -> str:
    return words.center if row["c"] == GOOD else words.upper

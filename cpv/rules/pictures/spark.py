"""A chart as large as a word: where the newest batches lie between their limits, and whether something signals."""

from collections import defaultdict

import numpy as np

from cpv.rules.pictures.axes import Axis, axis_over, is_finite
from cpv.rules.pictures.control import spans
from cpv.rules.pictures.parts import TRACE, Look, Row, Titles, picture, shape_of
from cpv.rules.programme.charting import Charted, Sign
from cpv.rules.runs import Rule
from cpv.rules.transforms import Scale
from qc.rules.charts import GOOD, SOFT, Spec

SIZE = Look(150, 34)
_BAND = "#d3e5e9"
_LEAST = 8  # batches: fewer stand at the left of an empty field


def sparkline(charted: Charted, last: int = 30, look: Look = SIZE) -> Spec:
    """The last points over the band of their limits, with the center; the newest is a dot, signals as on the chart.

    It has neither words nor numbers: they stand in the row of the table that it is in.
    """
    end = charted.values.size
    first = max(0, end - last)
    rows = _rows(charted, first)
    axis = _axis(charted, rows)
    for row in rows:
        row["p"] = axis.pinned(row["v"])
    scale = {"domain": [first + 0.5, max(end, first + _LEAST) + 0.5], "nice": False, "zero": False}
    x: Spec = {"field": "n", "type": "quantitative", "axis": None, "scale": scale}
    spec = picture(Titles("", ""), look, rows, [*_bands(charted, first, x, axis), *_marks(x, axis)])
    del spec["title"]
    return spec | {"padding": 2, "config": {"aria": False, "view": {"stroke": None}}}


def _axis(charted: Charted, rows: list[Row]) -> Axis:
    ends = [end for band in charted.bands[-1:] for end in (band.lower, band.center, band.upper)]
    is_log = {phase.limits.transformation.scale for phase in charted.phases} == {Scale.LOG}
    drawn = np.array([row["v"] for row in rows if "x" not in row], dtype=np.float64)
    return axis_over("", drawn, [end for end in ends if end is not None], is_log=is_log)


def _rows(charted: Charted, first: int) -> list[Row]:
    """n, v; where it is no part of the line: s, c, f, its shape, stroke and fill; x: no line goes through it."""
    seen: dict[int, list[Rule | Sign]] = defaultdict(list)
    for one in charted.signals:
        seen[one.index].append(one.by)
    aside = {*charted.excluded, *charted.unreadable}
    rows: list[Row] = []
    for n, value in enumerate(charted.values.tolist()[first:], first):
        if not is_finite(value):
            continue
        row: Row = {"n": n + 1, "v": value}
        if n in aside:
            row |= {"s": "circle", "c": SOFT, "f": "white", "x": 1}
        elif n in seen:
            shape, colour = shape_of(seen[n])
            row |= {"s": shape, "c": colour, "f": colour}
        rows.append(row)
    for row in rows[-1:]:
        rows[-1] = {"s": "circle", "c": GOOD, "f": GOOD} | row
    return rows


def _bands(charted: Charted, first: int, x: Spec, axis: Axis) -> list[Spec]:
    """From limit to limit, up to the edge where there is none, each phase apart."""
    rows: list[Row] = []
    for (start, end), band in zip(spans(charted), charted.bands, strict=True):
        if end > first:
            low, high = (
                edge if end_ is None else axis.pinned(end_)
                for end_, edge in ((band.lower, axis.low), (band.upper, axis.high))
            )
            rows.append(
                {"n": max(start, first) + 0.5, "m": end + 0.5, "low": low, "high": high, "y": band.center}
            )
    wide = {"x": x, "x2": {"field": "m"}}
    data = {"data": {"values": rows}}
    filled = wide | {"y": _bare(axis, "low"), "y2": {"field": "high"}}
    return [
        data | {"mark": {"type": "rect", "color": _BAND}, "encoding": filled},
        data
        | {
            "mark": {"type": "rule", "color": GOOD, "strokeWidth": 0.8},
            "encoding": wide | {"y": _bare(axis, "y")},
        },
    ]


def _marks(x: Spec, axis: Axis) -> list[Spec]:
    raw = {"type": "nominal", "scale": None, "legend": None}
    looks = {
        channel: {"field": name, **raw} for channel, name in (("shape", "s"), ("stroke", "c"), ("fill", "f"))
    }
    return [
        {
            "transform": [{"filter": "!datum.x"}],
            "mark": {"type": "line", "color": TRACE, "strokeWidth": 1.1},
            "encoding": {"x": x, "y": _bare(axis, "p")},
        },
        {
            "transform": [{"filter": "isValid(datum.s)"}],
            "mark": {"type": "point", "size": 26, "strokeWidth": 1.1, "opacity": 1},
            "encoding": {"x": x, "y": _bare(axis, "p"), **looks},
        },
    ]


def _bare(axis: Axis, field: str) -> Spec:
    return axis.y(field) | {"axis": None}

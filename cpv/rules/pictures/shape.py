"""The shape of a parameter: how often which values came, beside limits, specification and the density of the scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log2

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cpv.rules.basis import Floats, NotComputable, series
from cpv.rules.moments import deviation, mean
from cpv.rules.pictures.axes import figure
from cpv.rules.pictures.parts import (
    LETTER,
    LETTER_WIDTH,
    NO_BOUNDS,
    ON_PAPER,
    ROW,
    SMOOTH,
    SPECIFICATION,
    Look,
    Row,
    Titles,
    Words,
    picture,
)
from cpv.rules.programme.plan import Bounds
from cpv.rules.transforms import Band, Transformation, identity
from qc.rules.charts import GOOD, STOP, Spec

_MOST_BARS, _STEPS = 60, 160
_BAR, _EDGE = "#a9c8cf", "#5d8791"
_FAR = 2.0  # widths of the values: a bound or a limit beyond is told of at the edge and not drawn


AS_MEASURED = identity()


@dataclass(frozen=True)
class Drawn:
    """What is drawn over the bars. `scale`: on which the density is normal, None for no density."""

    bounds: Bounds = NO_BOUNDS
    band: Band | None = None
    scale: Transformation | None = AS_MEASURED


BARE = Drawn()


def histogram(
    values: ArrayLike, titles: Titles, words: Words, drawn: Drawn = BARE, look: Look = ON_PAPER
) -> Spec:
    """Counts of values (NaN left out), and what is drawn over them; `titles.order` names the counts.

    Bars by Freedman and Diaconis' rule (2 IQR n^(-1/3)), by Sturges' where quartiles agree. The density is that of the
    normal distribution with the mean and standard deviation of the values on the scale, times n and the width of a bar;
    left out where the scale cannot take a value, or all are equal.
    """
    read = series(values)
    there = read[~np.isnan(read)]
    edges = _edges(there)
    low, high, near = _reach(edges, _lines(drawn, words))
    counts = np.histogram(there, edges)[0]
    sides = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    bars = [{"v": start, "b": end, "y": count, "z": 0} for start, end, count in sides if count]
    curve = _density(there, drawn.scale, edges, (low, high))
    top = 1.06 * max([1.0, *counts.tolist(), *(row["y"] for row in curve)])
    x: Spec = {"field": "v", "type": "quantitative", "title": titles.unit}
    x["scale"] = {"domain": [low, high], "nice": False, "zero": False}
    x["axis"] = {"labelAngle": 0, "labelOverlap": True}
    y: Spec = {"field": "y", "type": "quantitative", "title": titles.order}
    y["scale"] = {"domain": [0, top], "nice": False}
    y["axis"] = {"tickCount": 5, "format": "d", "minExtent": 38}
    if top <= 6:
        y["axis"]["values"] = list(range(int(top) + 1))
    return picture(titles, look, bars, _layers(x, y, _levelled(near, look.width / (high - low)), curve))


def _edges(there: Floats) -> Floats:
    """The borders of bars; one bar around values that are all equal, or none at all."""
    if there.size == 0:
        return np.array([0.0, 1.0])
    low, high = float(there.min()), float(there.max())
    if low == high:
        half = abs(low) * 0.05 or 0.5
        return np.array([low - half, low + half])
    upper, lower = np.quantile(there, [0.75, 0.25])
    wide = 2 * float(upper - lower) * there.size ** (-1 / 3)
    bars = ceil((high - low) / wide) if wide > 0 else ceil(log2(there.size)) + 1
    return np.linspace(low, high, min(max(bars, 1), _MOST_BARS) + 1)


def _lines(drawn: Drawn, words: Words) -> list[Row]:
    """v: where; c, k: colour and kind; t: what stands above it."""
    given: list[tuple[float | None, str, str, str]] = []
    if drawn.band is not None:
        given += [
            (drawn.band.lower, words.lower, STOP, "limit"),
            (drawn.band.upper, words.upper, STOP, "limit"),
        ]
        given += [(drawn.band.center, words.center, GOOD, "limit")]
    given += [(drawn.bounds.lower, words.lowest, SPECIFICATION, "bound")]
    given += [(drawn.bounds.upper, words.highest, SPECIFICATION, "bound")]
    return [
        {"v": value, "c": colour, "k": kind, "t": f"{text} {figure(value)}"}
        for value, text, colour, kind in given
        if value is not None
    ]


def _reach(edges: Floats, lines: Sequence[Row]) -> tuple[float, float, list[Row]]:
    """From where to where values are drawn; and the lines, those far off moved to the edge with an arrow."""
    low, high = float(edges[0]), float(edges[-1])
    span = high - low
    near = [row["v"] for row in lines if low - _FAR * span <= row["v"] <= high + _FAR * span]
    low, high = min([low, *near]), max([high, *near])
    room = (0.04 if edges.size > 2 else 2.0) * (high - low)
    low, high = low - room, high + room
    kept: list[Row] = []
    for row in lines:
        if low <= row["v"] <= high:
            kept.append(row)
        elif row["v"] < low:
            kept.append(row | {"v": low, "t": f"← {row['t']}", "k": "far"})
        else:
            kept.append(row | {"v": high, "t": f"{row['t']} →", "k": "far"})
    return low, high, kept


def _levelled(lines: Sequence[Row], scale: float) -> list[Row]:
    """o: how far above the frame a line's words stand, so that they do not cover those beside them."""
    ends: list[float] = []
    found: list[Row] = []
    for row in sorted(lines, key=lambda it: float(it["v"])):
        half = LETTER_WIDTH * len(row["t"]) / 2
        place = row["v"] * scale
        level = next((n for n, end in enumerate(ends) if end < place - half), len(ends))
        ends[level:] = [place + half, *ends[level + 1 :]]
        found.append(row | {"o": -5 - ROW * level})
    return found


def _density(
    there: Floats, scale: Transformation | None, edges: Floats, reach: tuple[float, float]
) -> list[Row]:
    """The expected number a bar, along the axis, as differences of the distribution function on the scale."""
    if scale is None or there.size < 2 or there.min() == there.max():
        return []
    try:
        on_scale = scale.forward(there)
    except NotComputable:
        return []
    middle, spread = mean(on_scale), deviation(on_scale)
    if not 0 < spread < np.inf:
        return []
    grid = np.linspace(*reach, _STEPS + 1)
    below = np.array([_share_below(scale, value, middle, spread) for value in grid.tolist()])
    expected = np.diff(below) * there.size * (edges[1] - edges[0]) / (grid[1] - grid[0])
    places = (grid[:-1] + grid[1:]) / 2
    pairs = zip(places.tolist(), expected.tolist(), strict=True)
    return [{"v": float(f"{place:.6g}"), "y": float(f"{height:.5g}")} for place, height in pairs]


def _share_below(scale: Transformation, value: float, middle: float, spread: float) -> float:
    """The distribution function; 0 and 1 beyond what the scale can take."""
    try:
        return float(stats.norm.cdf((scale.forward([value])[0] - middle) / spread))
    except NotComputable:
        return 0.0 if value <= 0 else 1.0


def _layers(x: Spec, y: Spec, lines: Sequence[Row], curve: list[Row]) -> list[Spec]:
    raw = {"type": "nominal", "scale": None, "legend": None}
    kinds = {"domain": ["limit", "bound"], "range": [[1, 0], [2, 4]]}
    dash = {"field": "k", "type": "nominal", "legend": None}
    told = [
        {"field": name, "type": "quantitative", "title": it["title"]} for name, it in (("v", x), ("y", y))
    ]
    words = {"type": "text", "fontSize": LETTER, "dy": {"expr": "datum.o"}, "baseline": "bottom"}
    return [
        {
            "mark": {"type": "rect", "color": _BAR, "stroke": _EDGE, "strokeWidth": 0.6},
            "encoding": {"x": x, "x2": {"field": "b"}, "y": y, "y2": {"field": "z"}, "tooltip": told},
        },
        {
            "data": {"values": curve},
            "mark": {"type": "line", "color": SMOOTH, "strokeWidth": 1.6},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": [row for row in lines if row["k"] != "far"]},
            "mark": {"type": "rule", "strokeWidth": {"expr": "datum.k === 'bound' ? 2.4 : 1.4"}},
            "encoding": {
                "x": x,
                "color": {"field": "c", **raw},
                "strokeDash": dash | {"scale": kinds},
            },
        },
        {
            "data": {"values": list(lines)},
            "mark": words,
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "t"}, "color": {"field": "c", **raw}},
        },
    ]

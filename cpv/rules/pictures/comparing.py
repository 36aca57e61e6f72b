"""Before and after a change: single lots in the ranges that the lots before span, and intervals against margins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, log

import numpy as np

from cpv.rules.basis import series
from cpv.rules.comparability import Equivalence, Margin, QualityRange, Scale, ToleranceComparison, Verdict
from cpv.rules.pictures.axes import axis_over, figure, is_finite
from cpv.rules.pictures.parts import BAND, LETTER, ON_PAPER, SPECIFICATION, Look, Row, Titles, picture
from qc.rules.charts import GOOD, INK, SOFT, STOP, WARN, Spec

_LANE, _LINE = 74, 40  # px of height for a group of lots, and for an attribute
_NAME = 260  # px for the name of a lane
_FARTHEST = 4.0  # margins: an interval that goes on beyond is cut at the edge
_OPEN = "∞"
_FAN = 7  # steps over which lots of one group are spread, so that equal ones are seen
# Shape and colour of each verdict: what is shown is filled.
_VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    Verdict.EQUIVALENT: ("circle", GOOD, GOOD),
    Verdict.NON_INFERIOR: ("triangle-right", GOOD, GOOD),
    Verdict.NOT_SHOWN: ("square", WARN, "white"),
    Verdict.DIFFERENT: ("diamond", STOP, STOP),
}


@dataclass(frozen=True)
class GroupWords:
    """Words of the two groups, and of what is drawn around them."""

    before: str
    after: str
    batch: str
    value: str
    quality_range: str
    tolerance: str


@dataclass(frozen=True)
class Ranges:
    """What the lots are seen against; None: not drawn."""

    quality: QualityRange | None = None
    tolerance: ToleranceComparison | None = None


def comparison_picture(
    groups: tuple[Mapping[str, float], Mapping[str, float]],
    ranges: Ranges,
    titles: Titles,
    words: GroupWords,
    look: Look = ON_PAPER,
) -> Spec:
    """Lots before and after, by batch, as dots in two lanes; those after that lie outside the quality range: diamonds.

    The quality range is the band behind both lanes, each group's tolerance interval a line with ends above its dots.
    Missing values (NaN) are left out. An open side reaches to the edge.
    """
    quality = ranges.quality.range if ranges.quality is not None else None
    low, high = (quality.low, quality.high) if quality is not None else (None, None)
    rows = [
        *_lots(groups[0], 0, (None, None)),
        *_lots(groups[1], 1, (low, high)),
    ]
    bars = _tolerances(ranges.tolerance, words)
    ends = [low, high, *(row[key] for row in bars for key in ("v", "to"))]
    axis = axis_over(
        titles.unit, np.array([row["v"] for row in rows]), [end for end in ends if end is not None]
    )
    for bar in bars:
        bar["v"], bar["to"] = (
            (axis.low if bar["v"] is None else bar["v"]),
            (axis.high if bar["to"] is None else bar["to"]),
        )
    x = axis.y("v") | {"axis": {"labelOverlap": True, "tickCount": 8}}
    y = lane_scale(2)
    layers = [] if quality is None else _band((low, high), (axis.low, axis.high), x, words)
    layers += [lane_names([words.before, words.after], y), *_intervals(bars, x, y), _dots(x, y, words)]
    return picture(titles, replace(look, height=2 * _LANE), rows, layers)


def lane_scale(count: int) -> Spec:
    """Lanes from top to bottom, each one unit high."""
    return {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [count, 0], "nice": False},
    }


def lane_names(names: Sequence[str], y: Spec) -> Spec:
    """What each lane is, left of it."""
    mark = {
        "type": "text",
        "align": "right",
        "dx": -8,
        "fontSize": 12,
        "color": INK,
        "limit": _NAME,
        "clip": False,
    }
    return {
        "data": {"values": [{"y": n + 0.5, "t": name} for n, name in enumerate(names)]},
        "mark": mark,
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "t"}},
    }


def _lots(group: Mapping[str, float], lane: int, limits: tuple[float | None, float | None]) -> list[Row]:
    """b, v: batch and value; y: where in its lane; s, c: shape and colour."""
    low, high = limits
    values = series(list(group.values())).tolist()
    there = [(batch, value) for batch, value in zip(group, values, strict=True) if is_finite(value)]
    rows: list[Row] = []
    for place, (batch, value) in enumerate(sorted(there, key=lambda it: it[1])):
        is_out = (low is not None and value < low) or (high is not None and value > high)
        shape, colour = ("diamond", STOP) if is_out else ("circle", GOOD)
        y = lane + 0.45 + 0.4 * ((place * 3) % _FAN) / _FAN
        rows.append({"b": batch, "v": value, "y": round(y, 3), "s": shape, "c": colour})
    return rows


def _tolerances(found: ToleranceComparison | None, words: GroupWords) -> list[Row]:
    """One interval a group; none where there were too few lots for one."""
    if found is None:
        return []
    given = [(0.22, found.range.low, found.range.high)]
    if found.contained is not None:
        given.append((1.22, found.test_low, found.test_high))
    return [
        {"y": y, "v": low, "to": high, "t": " ".join([words.tolerance, *_between(low, high)])}
        for y, low, high in given
    ]


def _band(
    limits: tuple[float | None, float | None], reach: tuple[float, float], x: Spec, words: GroupWords
) -> list[Spec]:
    low, high = limits
    start, end = reach[0] if low is None else low, reach[1] if high is None else high
    borders = [{"v": edge} for edge in limits if edge is not None]
    texts = {"v": (start + end) / 2, "t": " ".join([words.quality_range, *_between(low, high)])}
    return [
        {
            "data": {"values": [{"v": start, "to": end}]},
            "mark": {"type": "rect", "color": BAND},
            "encoding": {"x": x, "x2": {"field": "to"}},
        },
        {
            "data": {"values": borders},
            "mark": {"type": "rule", "color": STOP, "strokeWidth": 1.4},
            "encoding": {"x": x},
        },
        {
            "data": {"values": [texts]},
            "mark": {"type": "text", "fontSize": LETTER, "color": STOP, "baseline": "bottom", "dy": -5},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "t"}},
        },
    ]


def _between(low: float | None, high: float | None) -> list[str]:
    ends = [figure(end) for end in (low, high) if end is not None]
    if len(ends) == 2:
        return [f"{ends[0]} … {ends[1]}"]
    return [("≥ " if high is None else "≤ ") + ends[0]] if ends else []


def _intervals(bars: list[Row], x: Spec, y: Spec) -> list[Spec]:
    data = {"data": {"values": bars}}
    told = {"field": "t", "type": "nominal"}
    tick = {"type": "tick", "color": INK, "thickness": 2, "size": 10, "orient": "vertical"}
    line = {"x": x, "x2": {"field": "to"}, "y": y, "tooltip": told}
    return [
        data | {"mark": {"type": "rule", "color": INK, "strokeWidth": 2}, "encoding": line},
        *(data | {"mark": tick, "encoding": {"x": x | {"field": key}, "y": y}} for key in ("v", "to")),
    ]


def _dots(x: Spec, y: Spec, words: GroupWords) -> Spec:
    raw = {"type": "nominal", "scale": None, "legend": None}
    told = [
        {"field": "b", "type": "nominal", "title": words.batch},
        {"field": "v", "type": "quantitative", "title": words.value},
    ]
    looks = {"shape": {"field": "s", **raw}, "color": {"field": "c", **raw}}
    return {
        "mark": {
            "type": "point",
            "filled": True,
            "size": {"expr": "datum.s === 'diamond' ? 90 : 48"},
            "opacity": 0.9,
        },
        "encoding": {"x": x, "y": y, **looks, "tooltip": told},
    }


# --- equivalence -----------------------------------------------------------------------------------------------------


def equivalence_picture(
    answers: Sequence[tuple[str, Equivalence]],
    verdicts: Mapping[Verdict, str],
    titles: Titles,
    look: Look = ON_PAPER,
) -> Spec:
    """One line an attribute: the interval of the difference in shares of its margin, from -1 to 1, and what it says.

    Attributes of different units and margins stand on one axis so: 0 is no difference, 1 the upper margin and -1 the
    lower, of ratios by logarithms. Right of each line: the verdict, estimate and interval in the unit of the margin.
    """
    rows = [_against(n, answer, verdicts[answer.verdict]) for n, (_name, answer) in enumerate(answers)]
    ends = [abs(row[key]) for row in rows for key in ("v", "low", "high") if key in row]
    reach = max([1.5, *(min(end, _FARTHEST) * 1.08 for end in ends)])
    x: Spec = {"field": "v", "type": "quantitative", "title": titles.unit}
    x["scale"] = {"domain": [-reach, reach], "nice": False}
    x["axis"] = {"tickCount": 7, "labelOverlap": True}
    y = lane_scale(len(rows))
    names = lane_names([name for name, _answer in answers], y)
    layers = [*_margins(rows, x, y), names, *_estimates(x, y, reach), _said(y)]
    return picture(titles, replace(look, height=_LINE * max(len(rows), 1)), rows, layers)


def _against(n: int, answer: Equivalence, verdict: str) -> Row:
    """y: its line; v, low, high: shares of the margin; a, b: margins; s, c, f: shape, stroke, fill; t, u: words."""
    shape, stroke, fill = _VERDICTS[answer.verdict]
    row: Row = {"y": n + 0.5, "s": shape, "c": stroke, "f": fill, "t": verdict, "u": _numbers(answer)}
    given = {"v": answer.estimate, "low": answer.low, "high": answer.high}
    row |= {key: _share(value, answer.margin) for key, value in given.items() if value is not None}
    sides = {"a": (-1, answer.margin.lower), "b": (1, answer.margin.upper)}
    return row | {key: side for key, (side, limit) in sides.items() if limit is not None}


def _share(value: float, margin: Margin) -> float:
    """-1 at the lower margin, 1 at the upper; where one is missing, by the other."""
    low, high = margin.bounds()
    place = log(value) if margin.scale is Scale.LOG else value
    limit = (high if isfinite(high) else -low) if place > 0 else (-low if isfinite(low) else high)
    return place / limit


def _numbers(answer: Equivalence) -> str:
    ends = [_OPEN if end is None else figure(end) for end in (answer.low, answer.high)]
    return f"{_OPEN if answer.estimate is None else figure(answer.estimate)} ({ends[0]} … {ends[1]})"


def _margins(rows: Sequence[Row], x: Spec, y: Spec) -> list[Spec]:
    """The margins of each line, and no difference through all of them."""
    ticks = [
        {"y": row["y"] - 0.5, "to": row["y"] + 0.5, "v": row[key]}
        for row in rows
        for key in ("a", "b")
        if key in row
    ]
    mark = {"type": "rule", "color": SPECIFICATION, "strokeWidth": 2.4, "strokeDash": [2, 4]}
    return [
        {"data": {"values": [{"v": 0}]}, "mark": {"type": "rule", "color": SOFT}, "encoding": {"x": x}},
        {
            "data": {"values": ticks},
            "mark": mark,
            "encoding": {"x": x, "y": y, "y2": {"field": "to"}},
        },
    ]


def _estimates(x: Spec, y: Spec, reach: float) -> list[Spec]:
    """Intervals, cut at the edge, and the estimate in the shape of its verdict."""
    raw = {"type": "nominal", "scale": None, "legend": None}
    looks = {"shape": {"field": "s", **raw}, "stroke": {"field": "c", **raw}, "fill": {"field": "f", **raw}}
    cut = [
        {"calculate": f"isValid(datum.low) ? max(datum.low, {-reach}) : {-reach}", "as": "from"},
        {"calculate": f"isValid(datum.high) ? min(datum.high, {reach}) : {reach}", "as": "to"},
    ]
    line = {"x": x | {"field": "from"}, "x2": {"field": "to"}, "y": y, "color": {"field": "c", **raw}}
    told = [{"field": key, "type": "nominal", "title": ""} for key in ("u", "t")]
    point = {"type": "point", "size": 90, "strokeWidth": 1.8, "opacity": 1, "clip": True}
    return [
        {"transform": cut, "mark": {"type": "rule", "strokeWidth": 2.2, "clip": True}, "encoding": line},
        {
            "transform": [{"filter": "isValid(datum.v)"}],
            "mark": point,
            "encoding": {"x": x, "y": y, **looks, "tooltip": told},
        },
    ]


def _said(y: Spec) -> Spec:
    """Right of each line: the verdict over the numbers."""
    text = {"type": "text", "align": "left", "dx": 10, "fontSize": LETTER, "clip": False}
    place = {"x": {"value": "width"}, "y": y}
    return {
        "layer": [
            {
                "mark": text | {"dy": -7, "fontWeight": "bold", "color": INK},
                "encoding": place | {"text": {"field": "t"}},
            },
            {"mark": text | {"dy": 7, "color": SOFT}, "encoding": place | {"text": {"field": "u"}}},
        ]
    }

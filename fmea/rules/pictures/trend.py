"""A live rate over time beside the band of its score.

Each window has its own interval; the line and its ground are all counts up to there, and it is these that contradict.
From the window on in which they began to and did not stop, a line and its words say so. On the right stand the ratings
of the scale at their bands; the band of the score is the broad one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cpv.rules.basis import NotComputable, Why
from cpv.rules.pictures.parts import BAND, LETTER, ON_PAPER, SMOOTH, Look, Row, Titles, picture
from fmea.rules.evidence import Estimate
from fmea.rules.pictures.parts import FAINT, raw
from fmea.rules.pictures.rates import RateAxis, axis_of, ends_of
from fmea.rules.trend import Moment, Trend
from qc.rules.charts import GOOD, INK, SOFT, STOP, Spec

_SMALLEST_BAND = 11  # px: a lower one has no room for its number


@dataclass(frozen=True)
class TrendWords:
    """Words of tooltips, and of lines. `score`: of the band; `since`: complete; either empty where there is none."""

    window: str
    events: str
    opportunities: str
    alone: str
    up_to: str
    score: str = ""
    since: str = ""


def trend_picture(
    trend: Trend,
    labels: Sequence[tuple[str, str, str]],
    titles: Titles,
    words: TrendWords,
    look: Look = ON_PAPER,
) -> Spec:
    """Windows from left to right on a logarithmic axis of rates.

    `labels`: of each window its name on the axis, and its own interval and that up to it as they are told (the former
    empty where nothing could fail). Raises NotComputable: SIZES_DIFFER.
    """
    if len(labels) != len(trend.moments):
        raise NotComputable(Why.SIZES_DIFFER, "labels")
    ladder = trend.moments[0].up_to.bands
    axis = axis_of(ladder, titles.unit, [it.up_to.estimate.median for it in trend.moments])
    rows = [_row(n, it, label, axis) for n, (it, label) in enumerate(zip(trend.moments, labels, strict=True))]
    x = _x(len(rows), titles.order, look)
    layers = [
        *_scale(trend, axis, words, look),
        *_up_to(x, axis),
        *_since(trend, x, axis, words),
        *_alone(x, axis, words),
    ]
    spec = picture(titles, look, rows, layers)
    spec["data"]["name"] = "points"
    return spec


def _row(n: int, moment: Moment, label: tuple[str, str, str], axis: RateAxis) -> Row:
    """n, d: place and name of a window; v, a, b: its middle and interval; w, e, f: up to it; s, c, i: its mark."""
    name, alone, up_to = label
    row: Row = {"n": n + 1, "d": name, "x": moment.window.events, "m": moment.window.n, "q": up_to}
    row |= _places(moment.up_to.estimate, axis, ("e", "w", "f"))
    if moment.alone is None:
        return row
    is_denied = moment.standing.is_contradicted
    row |= _places(moment.alone.estimate, axis, ("a", "v", "b")) | {"p": alone}
    colour = STOP if is_denied else GOOD
    return row | {
        "s": "diamond" if is_denied else "circle",
        "c": colour,
        "i": colour if moment.window.events else "white",
    }


def _places(estimate: Estimate, axis: RateAxis, names: tuple[str, str, str]) -> Row:
    ends = (estimate.low, estimate.median, estimate.high)
    return {name: axis.at(it) for name, it in zip(names, ends, strict=True)}


def _x(size: int, title: str, look: Look) -> Spec:
    """The order of windows, each tick with the name of its window."""
    name = "(data('points')[datum.value - 1] || {d: ''}).d"
    ticks = max(2, look.width // 90)
    axis: Spec = {"labelAngle": 0, "labelOverlap": True, "tickMinStep": 1, "tickCount": ticks}
    axis["labelExpr"] = f"datum.value % 1 ? '' : {name}"
    if size <= ticks:
        axis["values"] = list(range(1, size + 1))
    scale = {"nice": False, "zero": False, "domain": [0.5, size + 0.5]}
    return {"field": "n", "type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _scale(trend: Trend, axis: RateAxis, words: TrendWords, look: Look) -> list[Spec]:
    """The edges of all bands, their ratings at the right, and the band of the score as a ground."""
    rows = []
    for band in trend.moments[0].up_to.bands:
        low, high = ends_of(band, axis)
        is_scored = trend.band is not None and band.rating == trend.band.rating
        room = (high - low) / (axis.high - axis.low) * look.height
        text = str(band.rating) if room >= _SMALLEST_BAND or is_scored else ""
        row: Row = {"v": low, "w": high, "m": (low + high) / 2, "k": int(is_scored)}
        row["t"] = f"{text} {words.score}".strip() if is_scored else text
        rows.append(row | {"c": INK if is_scored else SOFT})
    y, data = axis.encoding("v", is_upright=True), {"data": {"values": rows}}
    right = {"type": "text", "align": "left", "dx": 6, "fontSize": LETTER, "clip": False}
    return [
        data
        | {
            "transform": [{"filter": "datum.k"}],
            "mark": {"type": "rect", "color": BAND},
            "encoding": {"y": y, "y2": {"field": "w"}, "x": {"value": 0}, "x2": {"value": "width"}},
        },
        data | {"mark": {"type": "rule", "color": FAINT}, "encoding": {"y": y}},
        data
        | {
            "mark": right,
            "encoding": {
                "x": {"value": "width"},
                "y": y | {"field": "m"},
                "text": {"field": "t"},
                "color": raw("c"),
            },
        },
    ]


def _up_to(x: Spec, axis: RateAxis) -> list[Spec]:
    """All counts up to each window: the line of the middle over the ground of the interval."""
    y = axis.encoding("w", is_upright=True)
    area = {"type": "area", "color": SMOOTH, "opacity": 0.16}
    line = {"type": "line", "color": SMOOTH, "strokeWidth": 2.2, "point": False}
    return [
        {"mark": area, "encoding": {"x": x, "y": y | {"field": "e"}, "y2": {"field": "f"}}},
        {"mark": line, "encoding": {"x": x, "y": y}},
    ]


def _alone(x: Spec, axis: RateAxis, words: TrendWords) -> list[Spec]:
    """Each window by itself: hollow where nothing failed, a diamond where its own counts contradict the score."""
    there = [{"filter": "isValid(datum.v)"}]
    y = axis.encoding("a", is_upright=True)
    about = {
        "tooltip": [
            {"field": field, "type": "nominal", "title": word}
            for field, word in (
                ("d", words.window),
                ("x", words.events),
                ("m", words.opportunities),
                ("p", words.alone),
                ("q", words.up_to),
            )
        ]
    }
    point = {"type": "point", "opacity": 1, "size": 60, "strokeWidth": 1.8}
    looks = {"shape": raw("s"), "stroke": raw("c"), "fill": raw("i")}
    return [
        {
            "transform": there,
            "mark": {"type": "rule", "strokeWidth": 1.4},
            "encoding": {"x": x, "y": y, "y2": {"field": "b"}, "color": raw("c")} | about,
        },
        {
            "transform": there,
            "mark": point,
            "encoding": {"x": x, "y": y | {"field": "v"}} | looks | about,
        },
    ]


def _since(trend: Trend, x: Spec, axis: RateAxis, words: TrendWords) -> list[Spec]:
    """From where on the counts contradict the score; the words stand on the side that has more room."""
    starts = [it.window.start for it in trend.moments]
    if trend.contradicted_since is None or not words.since:
        return []
    place = starts.index(trend.contradicted_since)
    align, dx = ("left", 5) if place < len(starts) / 2 else ("right", -5)
    data = {"data": {"values": [{"n": place + 0.5, "t": words.since}]}}
    text = {"type": "text", "align": align, "dx": dx, "dy": 9, "fontSize": LETTER, "fontWeight": "bold"}
    return [
        data
        | {
            "mark": {"type": "rule", "color": STOP, "strokeWidth": 1.6, "strokeDash": [6, 3]},
            "encoding": {"x": x},
        },
        data
        | {
            "mark": text | {"color": STOP},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "t"}},
        },
    ]

"""Pictures of a comparison as Vega-Lite specifications: lots before and after, and intervals beside their margins.

Words come with the call. Colour never speaks alone: each side of the change has a shape of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qc.rules.charts import GOOD, SOFT, STOP, WARN, Spec, framed

_SHAPES = {"before": "circle", "after": "diamond"}
_COLOURS = {"before": SOFT, "after": GOOD}


@dataclass(frozen=True)
class Dot:
    """One lot: its code, when it was begun, its value, and whether it lies after the change."""

    batch: str
    at: datetime
    value: float
    is_after: bool


@dataclass(frozen=True)
class Bar:
    """One interval on the scale of its margin: -1 and 1 are the margin's limits, 0 is no difference."""

    title: str
    low: float
    estimate: float
    high: float


@dataclass(frozen=True)
class Words:
    """What stands on a picture: its title, the axis, and the two sides of the change."""

    title: str
    axis: str
    before: str = ""
    after: str = ""


def lots_picture(
    words: Words, dots: Sequence[Dot], low: float | None, high: float | None, *, is_log: bool = False
) -> Spec:
    """Every lot in the order of manufacture, with the range that the lots before the change make."""
    names = {"before": words.before, "after": words.after}
    ordered = sorted(dots, key=lambda dot: (dot.at, dot.batch))
    values = [
        {"n": n, "v": dot.value, "side": names["after" if dot.is_after else "before"]}
        for n, dot in enumerate(ordered, 1)
    ]
    scale: dict[str, Any] = {"zero": False} | ({"type": "log"} if is_log else {})
    y = {"field": "v", "type": "quantitative", "title": words.axis, "scale": scale}
    x = {"field": "n", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}}
    domain = list(names.values())
    shapes = {"domain": domain, "range": [_SHAPES[side] for side in names]}
    colours = {"domain": domain, "range": [_COLOURS[side] for side in names]}
    legend = {"title": None, "orient": "top"}
    points = {
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": {
            "x": x,
            "y": y,
            "shape": {"field": "side", "type": "nominal", "legend": legend, "scale": shapes},
            "color": {"field": "side", "type": "nominal", "legend": legend, "scale": colours},
        },
    }
    limits = [{"y": limit} for limit in (low, high) if limit is not None]
    return framed(words.title, values, [_rules(limits, STOP), points])


def intervals_picture(words: Words, bars: Sequence[Bar]) -> Spec:
    """Each attribute's interval, in shares of its margin: what lies between -1 and 1 lies within the margin."""
    values = [{"t": it.title, "low": it.low, "v": it.estimate, "high": it.high} for it in bars]
    reach = max([1.4, *(abs(end) * 1.1 for it in bars for end in (it.low, it.high))])
    x = {"type": "quantitative", "title": words.axis, "scale": {"domain": [-reach, reach]}}
    y = {"field": "t", "type": "nominal", "title": None, "axis": {"labelLimit": 220}, "sort": None}
    bar = {
        "mark": {"type": "rule", "strokeWidth": 3, "color": GOOD},
        "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y},
    }
    middle = {
        "mark": {"type": "point", "filled": True, "size": 90, "color": GOOD, "opacity": 1},
        "encoding": {"x": {"field": "v", **x}, "y": y},
    }
    found = framed(words.title, values, [_lines([-1.0, 1.0], STOP), _lines([0.0], WARN), bar, middle])
    return found | {"height": {"step": 34}}


def _rules(values: list[dict[str, float]], colour: str) -> Spec:
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "color": colour, "strokeDash": [6, 3], "strokeWidth": 1.5},
        "encoding": {"y": {"field": "y", "type": "quantitative"}},
    }


def _lines(places: Sequence[float], colour: str) -> Spec:
    return {
        "data": {"values": [{"x": place} for place in places]},
        "mark": {"type": "rule", "color": colour, "strokeDash": [6, 3], "strokeWidth": 1.5},
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }

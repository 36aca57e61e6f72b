"""A figure month by month: a line with its points over the interval that each has; and what lies in the middle."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from cpv.rules.pictures.parts import LETTER, ON_PAPER, SMOOTH, Look, Row, Titles, picture
from qc.rules.charts import GOOD, SOFT, Spec


@dataclass(frozen=True)
class Point:
    """One month. `low`, `high`: an interval, or the quartiles; `count`: of how many. None as a value: no point."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0


@dataclass(frozen=True)
class TrendWords:
    """Words of a tooltip: what a point is of, its value, the ends of its interval, and of how many it is."""

    month: str
    value: str
    low: str
    high: str
    count: str


@dataclass(frozen=True)
class Quartiles:
    """The middle of some values, and a quarter below and above."""

    count: int
    low: float
    middle: float
    high: float
    longest: float


def quartiles_of(values: Sequence[float]) -> Quartiles | None:
    """By linear interpolation between neighbours, as PostgreSQL's percentile_cont has it; None of nothing."""
    if not values:
        return None
    found = sorted(values)
    low, middle, high = (_quantile(found, share) for share in (0.25, 0.5, 0.75))
    return Quartiles(len(found), low, middle, high, found[-1])


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def month_picture(
    points: Sequence[Point],
    titles: Titles,
    words: TrendWords,
    look: Look = ON_PAPER,
    top: float | None = None,
) -> Spec:
    """Months from left to right. `top`: the end of the axis, where a figure has one; every axis begins at nothing.

    A month without a value breaks the line: what was not counted is not drawn as if it were nothing. An interval that
    reaches far beyond all values, as of a month of few scans, is cut at the end of the axis; the table has its end.
    """
    rows = [_row(place, point) for place, point in enumerate(points)]
    scale = {"domain": [0, _top(points) if top is None else top], "nice": False}
    ticks = {"labelAngle": 0, "labelOverlap": True}
    # Said outright: a layer without some month would else put it last.
    months = {"domain": [point.label for point in points]}
    x = {"field": "d", "type": "ordinal", "title": titles.order, "axis": ticks, "scale": months}
    y = {
        "type": "quantitative",
        "title": titles.unit,
        "scale": scale,
        "axis": {"tickCount": 5, "minExtent": 38},
    }
    spec = picture(titles, look, rows, _layers(x, y, words))
    spec["data"]["name"] = "points"
    return spec


def _top(points: Sequence[Point]) -> float:
    """Room for every value and for intervals up to three times the highest, or the shortest where all are nothing."""
    values = [point.value for point in points if point.value is not None]
    ends = [point.high for point in points if point.high is not None]
    highest = max(values, default=0.0)
    reach = 3 * (highest or min(ends, default=0.0))
    return 1.05 * max(highest, min(max(ends, default=highest), reach)) or 1.0


def _row(place: int, point: Point) -> Row:
    """n, d: place and name; v, a, b: value and interval; m: of how many."""
    return {
        "n": place,
        "d": point.label,
        "v": point.value,
        "a": point.low,
        "b": point.high,
        "m": point.count,
    }


def _layers(x: Spec, y: Spec, words: TrendWords) -> list[Spec]:
    has_interval = [{"filter": "isValid(datum.a) && isValid(datum.b)"}]
    has_value = [{"filter": "isValid(datum.v)"}]
    told = [
        {"field": field, "type": kind, "title": word}
        for field, kind, word in (
            ("d", "nominal", words.month),
            ("v", "quantitative", words.value),
            ("a", "quantitative", words.low),
            ("b", "quantitative", words.high),
            ("m", "quantitative", words.count),
        )
    ]
    bar = {"type": "rule", "color": SOFT, "strokeWidth": 1.4, "clip": True}
    end = {"type": "tick", "color": SOFT, "thickness": 1.4, "size": 9, "orient": "horizontal", "clip": True}
    line = {"type": "line", "color": SMOOTH, "strokeWidth": 1.8, "invalid": "break-paths-show-path-domains"}
    point = {"type": "point", "shape": "circle", "filled": True, "size": 64, "color": GOOD, "opacity": 1}
    letter = {"type": "text", "dy": -11, "fontSize": LETTER, "color": SOFT}
    at = {"x": x, "y": y | {"field": "v"}}
    return [
        {
            "transform": has_interval,
            "mark": bar,
            "encoding": {"x": x, "y": y | {"field": "a"}, "y2": {"field": "b"}},
        },
        *(
            {"transform": has_interval, "mark": end, "encoding": {"x": x, "y": y | {"field": field}}}
            for field in ("a", "b")
        ),
        {"mark": line, "encoding": at},
        {"transform": has_value, "mark": point, "encoding": at | {"tooltip": told}},
        {
            "transform": [*has_value, {"filter": "!isValid(datum.b)"}],
            "mark": letter,
            "encoding": at | {"text": {"field": "v", "type": "quantitative", "format": ".3~g"}},
        },
    ]

"""A rate as its counts show it, on the ten bands of a scale: the interval, the band of the score, the suggested one.

Above stand the ratings over their bands, below how probable each band is. The band of the score has a frame, the
suggested one a ground: where they are one, evidence and score agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import BAND, LETTER, ON_PAPER, SMOOTH, Look, Row, Titles, picture
from fmea.rules.evidence import Evidence
from fmea.rules.pictures.parts import FAINT, told
from fmea.rules.pictures.rates import RateAxis, axis_of, ends_of
from qc.rules.charts import INK, SOFT, STOP, Spec

HEIGHT = 150
_RATINGS, _INTERVAL, _BASE = 12, 38, HEIGHT  # px from the top
_BARS = 84  # px for a probability of 1
_EDGE = 0.22  # nearer to an end of the axis words stand on one side


@dataclass(frozen=True)
class EvidenceWords:
    """Words over the bands of the score and of the suggestion, and of the tooltip.

    `score`, `suggested`: complete, such as "score 3: the rate is higher"; empty where there is none.
    """

    score: str
    suggested: str
    rating: str
    probability: str
    interval: str
    numbers: str


def evidence_picture(
    found: Evidence, score: int | None, titles: Titles, words: EvidenceWords, look: Look = ON_PAPER
) -> Spec:
    """The interval on the bands. `titles.unit` is written along the rates; `words.numbers` tells the interval."""
    estimate = found.estimate
    axis = axis_of(found.bands, titles.unit, (estimate.median,))
    rows = _bands(found, score, axis)
    is_denied = found.standing(score).is_contradicted
    layers = [
        *_columns(rows, axis, words, is_denied=is_denied),
        *_interval(found, axis, words),
        *_labels(found, score, axis, words, is_denied=is_denied),
    ]
    return picture(titles, replace(look, height=HEIGHT), rows, layers)


def _bands(found: Evidence, score: int | None, axis: RateAxis) -> list[Row]:
    """v, w, m: ends and middle of a band; n: its rating; p, q: its probability, and as px; g, k: suggested, scored."""
    rows = []
    for band, mass in zip(found.bands, found.masses, strict=True):
        low, high = ends_of(band, axis)
        row: Row = {"v": low, "w": high, "m": (low + high) / 2, "n": band.rating, "p": mass}
        row["g"] = int(band.rating == found.suggested)
        row["k"] = int(band.rating == score)
        rows.append(row)
    return rows


def _columns(rows: Sequence[Row], axis: RateAxis, words: EvidenceWords, *, is_denied: bool) -> list[Spec]:
    x, x2 = axis.encoding("v"), {"field": "w"}
    whole = {"y": {"value": 0}, "y2": {"value": _BASE}}
    about = {
        "tooltip": [
            {"field": "n", "type": "nominal", "title": words.rating},
            {"field": "p", "type": "quantitative", "title": words.probability, "format": ".1%"},
        ]
    }
    reach: Spec = {"field": "p", "type": "quantitative", "axis": None}
    reach["scale"] = {"domain": [0, 1], "range": [_BASE, _BASE - _BARS], "nice": False}
    frame = {"type": "rect", "filled": False, "stroke": STOP if is_denied else INK, "strokeWidth": 2.4}
    return [
        {
            "mark": {"type": "rect", "stroke": FAINT, "fill": {"expr": f"datum.g ? '{BAND}' : 'white'"}},
            "encoding": {"x": x, "x2": x2} | whole | about,
        },
        {
            "mark": {"type": "rect", "fill": SMOOTH, "opacity": 0.85},
            "encoding": {"x": x, "x2": x2, "y": reach, "y2": {"datum": 0}} | about,
        },
        {
            "transform": [{"filter": "datum.k"}],
            "mark": frame,
            "encoding": {"x": x, "x2": x2} | whole | about,
        },
        {
            "transform": [{"filter": "datum.w > datum.v"}],
            "mark": {"type": "text", "fontSize": LETTER, "color": SOFT},
            "encoding": {"x": x | {"field": "m"}, "y": {"value": _RATINGS}, "text": {"field": "n"}},
        },
    ]


def _interval(found: Evidence, axis: RateAxis, words: EvidenceWords) -> list[Spec]:
    """The central interval, an arrow where it goes on beyond the edge, and the middle: hollow where nothing failed."""
    estimate = found.estimate
    low, middle, high = (axis.at(it) for it in (estimate.low, estimate.median, estimate.high))
    row: Row = {"v": low, "w": high, "m": middle, "t": words.numbers}
    beyond = [
        {"v": axis.at(it), "s": shape}
        for it, shape in ((estimate.low, "triangle-left"), (estimate.high, "triangle-right"))
        if not axis.holds(it)
    ]
    x, y = axis.encoding("v"), {"value": _INTERVAL}
    about = {"tooltip": told([("t", words.interval)])}
    point: Spec = {"type": "point", "size": 90, "opacity": 1, "strokeWidth": 2, "stroke": INK}
    point["fill"] = INK if found.events else "white"
    shape = {"field": "s", "type": "nominal", "scale": None, "legend": None}
    return [
        {
            "data": {"values": [row]},
            "mark": {"type": "rule", "color": INK, "strokeWidth": 3},
            "encoding": {"x": x, "x2": {"field": "w"}, "y": y} | about,
        },
        {
            "data": {"values": beyond},
            "mark": {"type": "point", "filled": True, "color": INK, "size": 70, "opacity": 1},
            "encoding": {"x": x, "y": y, "shape": shape},
        },
        {
            "data": {"values": [row]},
            "mark": point,
            "encoding": {"x": x | {"field": "m"}, "y": y} | about,
        },
    ]


def _labels(
    found: Evidence, score: int | None, axis: RateAxis, words: EvidenceWords, *, is_denied: bool
) -> list[Spec]:
    """Above the frame, each on a line of its own: what the score says, and what the counts do."""
    given = (
        (found.suggested, words.suggested, SMOOTH, -8),
        (score, words.score, STOP if is_denied else INK, -22),
    )
    layers = []
    for rating, text, colour, dy in given:
        band = next((it for it in found.bands if it.rating == rating), None)
        if band is None or not text:
            continue
        low, high = ends_of(band, axis)
        middle = (low + high) / 2
        share = (middle - axis.low) / (axis.high - axis.low)
        align = "left" if share < _EDGE else "right" if share > 1 - _EDGE else "center"
        place = {"left": low, "right": high, "center": middle}[align]
        mark = {"type": "text", "align": align, "dy": dy, "fontSize": LETTER, "fontWeight": "bold"}
        layers.append(
            {
                "data": {"values": [{"v": place, "t": text}]},
                "mark": mark | {"color": colour, "clip": False},
                "encoding": {"x": axis.encoding("v"), "y": {"value": 0}, "text": {"field": "t"}},
            }
        )
    return layers

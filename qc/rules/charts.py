"""Pictures as Vega-Lite specifications: what is drawn, as plain values. Numbers are floats here and nowhere else.

Colour never speaks alone: every state has a shape too, and every page has the same numbers as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from qc.rules.criteria import Limit
from qc.rules.runs import RunState

INK, SOFT, STOP, WARN, GOOD = "#10222a", "#4d6068", "#b3261e", "#8a5a00", "#0b4d57"
_SHAPES = {
    RunState.ACCEPTED: "circle",
    RunState.REFUSED: "cross",
    RunState.OPEN: "square",
    RunState.VOID: "square",
}
WIDTH, HEIGHT = 460, 210
_LEVEL = {"labelAngle": 0, "labelOverlap": True}

# Which Vega-Lite draws them, on paper and in browsers alike.
VEGA_LITE = "6.4"
_SCHEMA = f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.partition('.')[0]}.json"

Spec = dict[str, Any]


@dataclass(frozen=True)
class ControlPoint:
    """One reading of a control on its chart."""

    run: str
    state: RunState
    number: int
    z: Decimal
    is_here: bool = False


@dataclass(frozen=True)
class TrendPoint:
    """One batch's result: its number, how it is censored ("<", ">" or empty), whether it meets its own limits."""

    label: str
    at: datetime
    value: Decimal
    sign: str = ""
    is_failing: bool = False


def levey_jennings(title: str, points: Sequence[ControlPoint]) -> Spec:
    """Readings of one control in their order, in standard deviations from its mean, with lines at 1, 2 and 3."""
    values = [
        {"n": n, "z": float(point.z), "state": str(point.state), "here": point.is_here}
        for n, point in enumerate(points, 1)
    ]
    reach = max([3.5, *(abs(float(point.z)) + 0.5 for point in points)])
    y = {"field": "z", "type": "quantitative", "title": "SD", "scale": {"domain": [-reach, reach]}}
    x = {"field": "n", "type": "ordinal", "title": "reading", "axis": _LEVEL}
    line = {"mark": {"type": "line", "color": SOFT, "strokeWidth": 1}, "encoding": {"x": x, "y": y}}
    return framed(title, values, [_sd_lines(), line, _readings(x, y)])


def _sd_lines() -> Spec:
    """The mean, and 1, 2 and 3 standard deviations on both sides of it."""
    lines = [{"y": side * n, "kind": str(n)} for n in (1, 2, 3) for side in (1, -1)]
    kinds = {"domain": ["mean", "1", "2", "3"], "range": [INK, "#c5d0d4", WARN, STOP]}
    return {
        "data": {"values": [{"y": 0, "kind": "mean"}, *lines]},
        "mark": {"type": "rule", "strokeDash": [4, 3]},
        "encoding": {
            "y": {"field": "y", "type": "quantitative"},
            "color": {"field": "kind", "legend": None, "scale": kinds},
        },
    }


def _readings(x: Spec, y: Spec) -> Spec:
    """The readings; the run that is looked at has the largest."""
    states = [state.value for state in _SHAPES]
    shapes = {"domain": states, "range": list(_SHAPES.values())}
    colours = {"domain": states, "range": [GOOD, STOP, WARN, SOFT]}
    return {
        "mark": {"type": "point", "filled": True, "opacity": 1},
        "encoding": {
            "x": x,
            "y": y,
            "shape": {"field": "state", "type": "nominal", "legend": None, "scale": shapes},
            "color": {"field": "state", "type": "nominal", "legend": None, "scale": colours},
            "size": {"condition": {"test": "datum.here", "value": 170}, "value": 70},
        },
    }


def trend(
    title: str, unit: str, points: Sequence[TrendPoint], low: Limit | None = None, high: Limit | None = None
) -> Spec:
    """One attribute over batches in the order of their tests, with the limits of its specification."""
    values = [
        {
            "n": n,
            "label": point.label,
            "v": float(point.value),
            "sort": {"<": "below", ">": "above"}.get(point.sign, "measured"),
            "failing": point.is_failing,
        }
        for n, point in enumerate(points, 1)
    ]
    limits = [{"y": float(limit.value)} for limit in (low, high) if limit is not None]
    y = {"field": "v", "type": "quantitative", "title": unit, "scale": {"zero": False, "padding": 8}}
    x = {"field": "n", "type": "ordinal", "title": "batch", "axis": _LEVEL}
    sorts, shapes = ["measured", "below", "above"], ["circle", "triangle-down", "triangle-up"]
    shape = {"field": "sort", "type": "nominal", "legend": None, "scale": {"domain": sorts, "range": shapes}}
    return framed(
        title,
        values,
        [
            {
                "data": {"values": limits},
                "mark": {"type": "rule", "color": STOP, "strokeDash": [6, 3], "strokeWidth": 1.5},
                "encoding": {"y": {"field": "y", "type": "quantitative"}},
            },
            {"mark": {"type": "line", "color": "#c5d0d4", "strokeWidth": 1}, "encoding": {"x": x, "y": y}},
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y,
                    "shape": shape,
                    "color": {"condition": {"test": "datum.failing", "value": STOP}, "value": GOOD},
                },
            },
        ],
    )


def framed(title: str, values: list[dict[str, Any]], layers: list[Spec]) -> Spec:
    """Layers over the same values, as every picture of this room looks."""
    return {
        "$schema": _SCHEMA,
        "width": WIDTH,
        "height": HEIGHT,
        "background": "white",
        "title": {"text": title, "anchor": "start", "fontSize": 13, "color": INK},
        "data": {"values": values},
        "layer": layers,
        "config": {
            "font": "sans-serif",
            "axis": {"labelColor": SOFT, "titleColor": SOFT, "grid": False, "labelFontSize": 11},
            "view": {"stroke": "#c5d0d4"},
        },
    }

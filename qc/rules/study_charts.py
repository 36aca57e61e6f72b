"""The picture of a study: results over time by batch, the lines drawn through them, their confidence bounds, limits."""

from collections.abc import Iterator, Sequence
from typing import Any

from qc.rules.charts import GOOD, INK, SOFT, STOP, WARN, Spec, framed
from qc.rules.stability.assessment import Bounds, Supported
from qc.rules.stability.regression import Fit, Observation, fit, quantile

_STEPS = 40
_COLOURS = (GOOD, INK, WARN, SOFT, "#7a3e9d", "#2f6b2f")
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def study_chart(
    title: str,
    axes: tuple[str, str],
    observations: Sequence[Observation],
    bounds: Bounds,
    supported: Supported | None,
    *,
    until: float = 0,
) -> Spec:
    """One criterion under one condition. `axes` are the words for time and value; time goes up to `until` at least."""
    values = [{"t": it.time, "v": it.value, "batch": it.batch} for it in observations]
    batches = sorted({it.batch for it in observations})
    ends = [until, *(it.time for it in observations)]
    end = max([*ends, float(supported.length)] if supported is not None else ends)
    x = {"field": "t", "type": "quantitative", "title": axes[0], "scale": {"nice": False, "domain": [0, end]}}
    y = {"field": "v", "type": "quantitative", "title": axes[1], "scale": {"zero": False}}
    layers = [_limits(bounds), *_drawn(observations, bounds, supported, batches)]
    return framed(title, values, [*layers, _points(x, y, batches)])


def _limits(bounds: Bounds) -> Spec:
    rows = [{"v": limit} for limit in (bounds.low, bounds.high) if limit is not None]
    return {
        "data": {"values": rows},
        "mark": {"type": "rule", "color": STOP, "strokeDash": [6, 3], "strokeWidth": 1.5},
        "encoding": {"y": {"field": "v", "type": "quantitative"}},
    }


def _drawn(
    observations: Sequence[Observation], bounds: Bounds, supported: Supported | None, batches: Sequence[str]
) -> list[Spec]:
    if supported is None:
        return []
    fitted = fit(observations, supported.pooling.model)
    end = max([float(supported.length), *(it.time for it in observations)])
    rows = [row for batch in batches for row in _along(fitted, batch, bounds, end)]
    encoding = {
        "x": {"field": "t", "type": "quantitative"},
        "y": {"field": "v", "type": "quantitative"},
        "detail": {"field": "line"},
        "color": _colour(batches),
        "strokeDash": {
            "field": "sort",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": ["mean", "bound"], "range": [[1, 0], [3, 3]]},
        },
    }
    until = {
        "data": {"values": [{"t": float(supported.length)}]},
        "mark": {"type": "rule", "color": GOOD, "strokeWidth": 2},
        "encoding": {"x": {"field": "t", "type": "quantitative"}},
    }
    mark = {"type": "line", "strokeWidth": 1.2}
    return [{"data": {"values": rows}, "mark": mark, "encoding": encoding}, until]


def _along(fitted: Fit, batch: str, bounds: Bounds, end: float) -> Iterator[dict[str, Any]]:
    """The mean of a batch, and the bound of it on each side that has a limit."""
    line, t = fitted.line(batch), quantile(fitted.degrees, bounds.confidence)
    sides = [side for side, limit in ((-1, bounds.low), (1, bounds.high)) if limit is not None]
    for step in range(_STEPS + 1):
        at = end * step / _STEPS
        mean, error = line.at(at), fitted.error(batch, at)
        yield {"t": at, "v": mean, "batch": batch, "line": f"{batch} mean", "sort": "mean"}
        for side in sides:
            bound = mean + side * t * error
            yield {"t": at, "v": bound, "batch": batch, "line": f"{batch} {side}", "sort": "bound"}


def _colour(batches: Sequence[str]) -> Spec:
    colours = [_COLOURS[n % len(_COLOURS)] for n in range(len(batches))]
    legend = None if len(batches) < 2 else {"title": "batch"}
    return {
        "field": "batch",
        "type": "nominal",
        "legend": legend,
        "scale": {"domain": list(batches), "range": colours},
    }


def _points(x: Spec, y: Spec, batches: Sequence[str]) -> Spec:
    shapes = [_SHAPES[n % len(_SHAPES)] for n in range(len(batches))]
    scale = {"domain": list(batches), "range": shapes}
    shape: Spec = {"field": "batch", "type": "nominal", "scale": scale}
    shape["legend"] = None if len(batches) < 2 else {"title": "batch"}
    return {
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": _colour(batches), "shape": shape},
    }

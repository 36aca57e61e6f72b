"""One signal close up: the points before it, its limits, where the pattern began; as places in a small picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cpv.rules.programme.charting import Charted

# So many points before the signal's own, and after it.
BEFORE, AFTER = 30, 6
WIDTH, HEIGHT = 640, 220
# Room for the words beside the lines, and above and below the points.
_RIGHT, _EDGE = 96, 16


@dataclass(frozen=True)
class Dot:
    """One point. `is_pattern`: of the pattern that signals; `is_here`: the signal's own."""

    index: int
    x: float
    y: float
    is_pattern: bool
    is_here: bool
    is_excluded: bool


@dataclass(frozen=True)
class Line:
    """A limit or the center, from one place to another. `value`: in the unit of the parameter."""

    name: str
    x1: float
    x2: float
    y: float
    value: float


@dataclass(frozen=True)
class Closeup:
    """A picture of `WIDTH` by `HEIGHT`. `trace`: the points in their order, as an SVG polyline has them; `average`: the
    weighted average in the unit of the parameter, empty where it is not asked for."""

    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    trace: str
    average: str = ""


def closeup(charted: Charted, here: int, first: int, *, has_average: bool = False) -> Closeup | None:
    """The signal at the point `here`, whose pattern began at `first`. None where nothing there has a value."""
    start, end = max(0, min(first, here - BEFORE)), min(charted.values.size, here + AFTER + 1)
    shown = [n for n in range(start, end) if np.isfinite(charted.values[n])]
    if not shown:
        return None
    bands = _bands(charted, start, end)
    low, high = _reach([float(charted.values[n]) for n in shown], [it[3] for it in bands])
    step = (WIDTH - _RIGHT - 2 * _EDGE) / max(end - start - 1, 1)

    def x_of(n: float) -> float:
        return round(_EDGE + (n - start) * step, 1)

    def y_of(value: float) -> float:
        return round(HEIGHT - _EDGE - (value - low) / (high - low) * (HEIGHT - 2 * _EDGE), 1)

    dots = tuple(
        Dot(
            index=n,
            x=x_of(n),
            y=y_of(float(charted.values[n])),
            is_pattern=first <= n <= here and n not in charted.excluded,
            is_here=n == here,
            is_excluded=n in charted.excluded,
        )
        for n in shown
    )
    lines = tuple(
        Line(name, x_of(begin), WIDTH - _RIGHT if until == end else x_of(until), y_of(value), value)
        for name, begin, until, value in bands
    )
    smooth = _smoothed(charted, start, here + 1) if has_average else []
    return Closeup(
        dots,
        lines,
        " ".join(f"{dot.x},{dot.y}" for dot in dots if not dot.is_excluded),
        " ".join(f"{x_of(n)},{y_of(value)}" for n, value in smooth),
    )


def _smoothed(charted: Charted, start: int, end: int) -> list[tuple[int, float]]:
    """The weighted average of the phase of the last of these points, in the unit of the parameter."""
    phase = next((it for it in reversed(charted.phases) if it.start < end), None)
    if phase is None:
        return []
    begin = max(start, phase.start)
    values = phase.limits.transformation.back(charted.smoothed[begin:end])
    return [(n, float(value)) for n, value in enumerate(values, start=begin) if np.isfinite(value)]


def _bands(charted: Charted, start: int, end: int) -> list[tuple[str, int, int, float]]:
    """The lines of the phases that are seen: name, from where, to where, in the unit."""
    found: list[tuple[str, int, int, float]] = []
    for (begin, until), band in zip(charted.spans, charted.bands, strict=True):
        since, to = max(begin, start), min(until, end)
        if since >= to:
            continue
        named = (("lower", band.lower), ("center", band.center), ("upper", band.upper))
        found += [(name, since, to, value) for name, value in named if value is not None]
    return found


def _reach(values: Sequence[float], lines: Sequence[float]) -> tuple[float, float]:
    """From below the least to above the most; never nothing between them."""
    low, high = min([*values, *lines]), max([*values, *lines])
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return low - margin, high + margin

"""What of a chart is looked at: one of its phases alone, and on which scale. Nothing is judged anew for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from cpv.rules.basis import Floats, NotComputable
from cpv.rules.programme.charting import Charted, InEffect
from cpv.rules.programme.plan import Bounds
from cpv.rules.transforms import Band, Scale, Transformation, identity

T = TypeVar("T")


@dataclass(frozen=True)
class Stretch:
    """The points from `start` up to, not with, `end`."""

    start: int
    end: int

    def of(self, points: Sequence[T]) -> Sequence[T]:
        """What belongs to these points, of a sequence with one thing a point."""
        return points[self.start : self.end]


def stretch_of(charted: Charted, phase: int | None) -> Stretch:
    """Where a phase lies, counted from 1; 0 are the points before the first; None, or no such phase, is all of it."""
    spans = charted.spans
    if phase is None or not spans or not 0 <= phase <= len(spans):
        return Stretch(0, charted.values.size)
    return Stretch(*spans[phase - 1]) if phase else Stretch(0, spans[0][0])


def phases_in(charted: Charted, part: Stretch) -> tuple[int, ...]:
    """Which phases have points there, counted from 0."""
    spans = enumerate(charted.spans)
    return tuple(n for n, (start, end) in spans if start < part.end and end > part.start)


def cut(charted: Charted, part: Stretch) -> Charted:
    """The chart of these points alone, with what signals there; a pattern that began before begins with them."""
    start, end = part.start, part.end
    kept = [(charted.phases[n], charted.bands[n]) for n in phases_in(charted, part)]
    return Charted(
        values=charted.values[start:end],
        scaled=charted.scaled[start:end],
        smoothed=charted.smoothed[start:end],
        phases=tuple(_moved(it, part) for it, _ in kept),
        signals=tuple(
            replace(one, index=one.index - start, first_index=max(one.first_index - start, 0))
            for one in charted.signals
            if start <= one.index < end
        ),
        excluded=tuple(n - start for n in charted.excluded if start <= n < end),
        unreadable=tuple(n - start for n in charted.unreadable if start <= n < end),
        bands=tuple(band for _, band in kept),
    )


def _moved(phase: InEffect, part: Stretch) -> InEffect:
    """Limits as they are in effect in a part; beyond its end there is nothing to tell of."""
    end = None if phase.end is None or phase.end >= part.end else phase.end - part.start
    return InEffect(max(phase.start, part.start) - part.start, phase.limits, end)


def is_transformed(charted: Charted) -> bool:
    """Whether the scale of any limits is another than that of the measurement."""
    return any(it.limits.transformation.scale is not Scale.IDENTITY for it in charted.phases)


def on_its_scale(charted: Charted, bounds: Bounds) -> tuple[Charted, Bounds]:
    """The chart with its numbers and bounds on the scale of its limits: of each phase's own, of the one before
    where limits have ended, of the first's before it.

    Where two phases have different scales their numbers do not compare; the border between them is drawn.
    """
    if not charted.phases:
        return charted, bounds
    first, newest = charted.phases[0], charted.phases[-1].limits.transformation
    values = charted.scaled.copy()
    values[: first.start] = _scaled(first.limits.transformation, charted.values[: first.start])
    begins = [*(it.start for it in charted.phases[1:]), values.size]
    for it, (_, end), until in zip(charted.phases, charted.spans, begins, strict=True):
        values[end:until] = _scaled(it.limits.transformation, charted.values[end:until])
    phases = tuple(replace(it, limits=replace(it.limits, transformation=identity())) for it in charted.phases)
    bands = tuple(
        Band(it.limits.limits.lower, it.limits.limits.center, it.limits.limits.upper) for it in charted.phases
    )
    ends = (newest.specification(end) for end in (bounds.lower, bounds.upper, bounds.target))
    return replace(charted, values=values, scaled=values, phases=phases, bands=bands), Bounds(*ends)


def _scaled(transformation: Transformation, values: Floats) -> Floats:
    """On the scale, NaN where it cannot take a value."""
    try:
        return transformation.forward(values)
    except NotComputable:
        return np.array([_one(transformation, value) for value in values], dtype=np.float64)


def _one(transformation: Transformation, value: float) -> float:
    try:
        return float(transformation.forward([value])[0])
    except NotComputable:
        return np.nan

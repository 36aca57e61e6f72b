"""A parameter in one stratum as a chart: its points, the limits that were in effect, and what signals.

Limits apply to batches that began while they were in effect. What began before has none, the batches that they were
estimated from among them, nor has what began after they were retired: neither signals. An excluded point stays in view
and ends nothing: runs go on past it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cpv.rules.basis import Floats, Limits, LimitStatus, NotComputable, series, status_of
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.plan import Parameter
from cpv.rules.runs import Rule, RuleSet, Side, evaluate
from cpv.rules.transforms import Band, Transformation
from cpv.rules.weighted import ewma

Bools = NDArray[np.bool_]


class Sign(StrEnum):
    """What signals beside the run rules."""

    EWMA = "ewma"


@dataclass(frozen=True)
class Seen:
    """A signal: by which rule, at which point, since which point, and on which side of the center."""

    by: Rule | Sign
    index: int
    first_index: int
    side: Side


@dataclass(frozen=True)
class InEffect:
    """Limits that apply from the point at `start` on and no longer at the one at `end`; None: up to the next ones."""

    start: int
    limits: LimitSet
    end: int | None = None


@dataclass(frozen=True, eq=False)
class Charted:
    """A chart. `values` in the unit of the parameter; `scaled` on the scale of the limits, NaN where it has no value.

    `smoothed` is the EWMA on that scale, NaN before there are limits. `unreadable` are points whose value the scale
    cannot take (such as nothing at all on a logarithm); they are drawn and judged by nobody.
    """

    values: Floats
    scaled: Floats
    smoothed: Floats
    phases: tuple[InEffect, ...] = ()
    signals: tuple[Seen, ...] = ()
    excluded: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()
    bands: tuple[Band, ...] = field(default=())

    @property
    def in_effect(self) -> InEffect | None:
        """The limits that the next point is judged by; None while there are none, and once the newest have ended."""
        newest = self.phases[-1] if self.phases else None
        return None if newest is None or newest.end is not None else newest

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Each phase's first point, and the first after it."""
        return _spans(self.phases, self.values.size)

    def phase_at(self, index: int) -> int | None:
        """Which phase a point belongs to, counted from 0; None where it has no limits."""
        return next((n for n, (start, end) in enumerate(self.spans) if start <= index < end), None)

    @property
    def status(self) -> LimitStatus:
        """That of the limits in effect; a run chart while there are none."""
        return self.in_effect.limits.status if self.in_effect is not None else LimitStatus.RUN_CHART

    @property
    def could_have(self) -> LimitStatus:
        """What limits its points would support by now."""
        return status_of(int(np.count_nonzero(~np.isnan(self.values))) - len(self.excluded))


def charted(
    parameter: Parameter,
    values: Sequence[float],
    phases: Sequence[InEffect] = (),
    excluded: Sequence[int] = (),
) -> Charted:
    """The chart of a series, in the order in which batches began.

    Phases are in order, each up to its end or the next; no run and no EWMA reaches over a border. Raises NotComputable
    as `series`, and NOT_AN_INDEX as `evaluate`.
    """
    read = series(list(values))
    scaled, smoothed, unreadable = np.full(read.size, np.nan), np.full(read.size, np.nan), []
    seen: list[Seen] = []
    for phase, (start, end) in zip(phases, _spans(phases, read.size), strict=True):
        own = slice(start, end)
        there, failed = _scaled(phase.limits.transformation, read[own])
        unreadable += [phase.start + int(n) for n in np.flatnonzero(failed)]
        scaled[own] = there
        judged = _without(there, [n - phase.start for n in excluded if phase.start <= n < end])
        found, line = _judged(parameter, judged, phase.limits.limits)
        smoothed[own] = line
        seen += [_moved(one, phase.start) for one in found]
    return Charted(
        values=read,
        scaled=scaled,
        smoothed=smoothed,
        phases=tuple(phases),
        signals=tuple(sorted(seen, key=lambda one: (one.index, str(one.by)))),
        excluded=tuple(sorted(excluded)),
        unreadable=tuple(unreadable),
        bands=tuple(it.limits.transformation.band(it.limits.limits) for it in phases),
    )


def _spans(phases: Sequence[InEffect], size: int) -> tuple[tuple[int, int], ...]:
    following = [*(it.start for it in phases), size][1:]
    both = zip(phases, following, strict=True)
    return tuple((it.start, until if it.end is None else min(it.end, until)) for it, until in both)


def _scaled(transformation: Transformation, values: Floats) -> tuple[Floats, Bools]:
    """On the scale of the limits; and where that fails, point by point."""
    try:
        return transformation.forward(values), np.zeros(values.size, dtype=np.bool_)
    except NotComputable:
        pass
    found, failed = np.full(values.size, np.nan), np.zeros(values.size, dtype=np.bool_)
    for n, value in enumerate(values):
        try:
            found[n] = transformation.forward([value])[0]
        except NotComputable:
            failed[n] = True
    return found, failed


def _without(values: Floats, left_out: Sequence[int]) -> Floats:
    kept = values.copy()
    kept[list(left_out)] = np.nan
    return kept


def _judged(parameter: Parameter, values: Floats, limits: Limits) -> tuple[list[Seen], Floats]:
    rules: RuleSet = parameter.rules
    seen = [Seen(it.rule, it.index, it.first_index, it.side) for it in evaluate(values, limits, rules)]
    if parameter.ewma is None or values.size == 0:
        return seen, np.full(values.size, np.nan)
    chart = ewma(values, limits, weight=parameter.ewma.weight, multiple=parameter.ewma.multiple)
    crossings = chart.signals
    for index, since, is_upper in zip(crossings.index, crossings.since, crossings.is_upper, strict=True):
        side = Side.UPPER if is_upper else Side.LOWER
        seen.append(Seen(Sign.EWMA, int(index), int(since), side))
    return seen, chart.points


def _moved(one: Seen, by: int) -> Seen:
    return Seen(one.by, one.index + by, one.first_index + by, one.side)

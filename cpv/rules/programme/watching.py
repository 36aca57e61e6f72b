"""One more batch in constant time: what a chart has to remember to say that nothing new signals.

Where something may signal the whole chart is judged, which names since when; elsewhere the history is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import expm1, isnan, log1p, sqrt
from typing import Any, Self

import numpy as np

from cpv.rules.basis import NotComputable
from cpv.rules.programme.charting import Charted
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.plan import Parameter
from cpv.rules.runs import INFORM_ONLY, RunState, begin, update

# An average this near to its limit is judged with the whole chart: sums in another order round otherwise.
_NEAR = 1 - 1e-9


@dataclass(frozen=True)
class Watching:
    """A chart after all its points. `smoothed`: how far its EWMA lies from the center; `count`: of how many values."""

    run: RunState
    smoothed: float = 0.0
    count: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As JSON knows it."""
        return {"run": self.run.as_dict(), "smoothed": self.smoothed, "count": self.count}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote."""
        return cls(RunState.from_dict(kept["run"]), kept["smoothed"], kept["count"])


def watching(parameter: Parameter, charted: Charted) -> Watching | None:
    """What to remember of a chart that was judged as a whole; None while no limits are in effect."""
    phase = charted.in_effect
    if phase is None:
        return None
    own = charted.scaled[phase.start :].copy()
    own[[n - phase.start for n in charted.excluded if n >= phase.start]] = np.nan
    there = own[~np.isnan(own)]
    run = begin(parameter.rules, phase.limits.limits)
    for value in there[
        -parameter.rules.longest :
    ]:  # nothing before them decides whether a later point signals
        run, _ = update(run, float(value))
    last = charted.smoothed[phase.start :]
    away = float(last[-1]) - phase.limits.limits.center if last.size and not isnan(last[-1]) else 0.0
    return Watching(run, away, int(there.size))


def with_one_more(
    before: Watching, parameter: Parameter, limits: LimitSet, value: float
) -> tuple[Watching, bool]:
    """The chart after one more point, and whether that point may signal. NaN: there is no value to judge."""
    scaled = _scaled(limits, value)
    run, signals = update(before.run, scaled)
    may_signal = any(one.rule not in INFORM_ONLY for one in signals)
    if isnan(scaled):
        return Watching(run, before.smoothed, before.count), may_signal
    count, smoothed = before.count + 1, before.smoothed
    if parameter.ewma is not None:
        weight, sigma = parameter.ewma.weight, limits.limits.sigma
        smoothed += weight * (scaled - limits.limits.center - smoothed)
        share = weight / (2 - weight)
        if weight < 1:
            share *= -expm1(2 * count * log1p(-weight))
        may_signal |= abs(smoothed) >= _NEAR * parameter.ewma.multiple * sigma * sqrt(share)
    return Watching(run, smoothed, count), may_signal


def _scaled(limits: LimitSet, value: float) -> float:
    """On the scale of the limits; a value that the scale cannot take is drawn and judged by nobody."""
    try:
        return float(limits.transformation.forward([value])[0])
    except NotComputable:
        return float("nan")

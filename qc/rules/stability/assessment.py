"""How long something may be kept, from the results of a study: ICH Q1E, by a regression and its confidence bound.

The mean of every batch has to be within the limits with 95 % confidence: one-sided where there is one limit, two-sided
where there are two. The time at which the bound of the worst batch reaches the limit is the answer, but never more than
the data allow: no further than the observed time without extrapolation, and with it no further than twice the observed
time and twelve months beyond it. Nothing reaches beyond the last time before a result that does not meet its limits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from scipy.optimize import brentq

from qc.rules.criteria import Verdict
from qc.rules.stability.plan import Extrapolation, StudyUnit
from qc.rules.stability.regression import Fit, Line, NotEstimable, Observation, Pooling, fit, pool, quantile

CONFIDENCE = 0.95
FEWEST_TIMES = 3
# Fewer batches than this are no basis of a shelf life (ICH Q1A(R2)): the answer says so.
FEWEST_BATCHES = 3
_TWELVE_MONTHS = {StudyUnit.MONTHS: 12.0, StudyUnit.DAYS: 365.0, StudyUnit.HOURS: 8760.0}
# A time that is short of a tenth by no more than this is that tenth: the search for a crossing is not finer.
_SLACK = 1e-7


@dataclass(frozen=True)
class Bounds:
    """The limits that a mean has to stay within."""

    low: float | None = None
    high: float | None = None

    @property
    def confidence(self) -> float:
        """Of each bound: two limits share the five percent."""
        return CONFIDENCE if self.low is None or self.high is None else 1 - (1 - CONFIDENCE) / 2

    def is_met(self, value: float) -> bool:
        """Whether a value lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Ground(StrEnum):
    """What the answer ends at."""

    BOUND = "bound"
    OBSERVED = "observed"
    EXTRAPOLATED = "extrapolated"
    FAILING_RESULT = "failing_result"


class Unassessed(StrEnum):
    """Why a study gives no answer."""

    NO_RESULTS = "no_results"
    NO_LIMITS = "no_limits"
    TOO_FEW_TIMES = "too_few_times"
    TOO_FEW_RESULTS = "too_few_results"


@dataclass(frozen=True)
class Supported:
    """How long, rounded down to a tenth; what ends it; the batch that does; how the batches were pooled."""

    length: Decimal
    unit: StudyUnit
    ground: Ground
    observed: Decimal
    pooling: Pooling
    lines: tuple[Line, ...]
    batch: str = ""
    has_few_batches: bool = False

    @property
    def is_extrapolated(self) -> bool:
        """Whether it is longer than anything was observed."""
        return self.length > self.observed


def assess(
    observations: Sequence[Observation],
    bounds: Bounds,
    unit: StudyUnit,
    extrapolation: Extrapolation = Extrapolation.NONE,
) -> Supported | Unassessed:
    """How long the results support that something is kept, or why they say nothing."""
    lacking = _lacking(observations, bounds)
    if lacking is not None:
        return lacking
    try:
        pooling = pool(observations)
        fitted = fit(observations, pooling.model)
    except NotEstimable:
        return Unassessed.TOO_FEW_RESULTS
    cap, ground = _cap(observations, bounds, unit, extrapolation)
    ends = {batch: _end(fitted, batch, bounds, cap) for batch in fitted.batches}
    worst = min(fitted.batches, key=lambda batch: ends[batch])
    is_bound = ends[worst] < cap
    return Supported(
        length=_tenths(ends[worst]),
        unit=unit,
        ground=Ground.BOUND if is_bound else ground,
        observed=_tenths(_observed(observations)),
        pooling=pooling,
        lines=tuple(fitted.line(batch) for batch in fitted.batches),
        batch=worst if is_bound else "",
        has_few_batches=len(fitted.batches) < FEWEST_BATCHES,
    )


def _lacking(observations: Sequence[Observation], bounds: Bounds) -> Unassessed | None:
    if not observations:
        return Unassessed.NO_RESULTS
    if bounds.low is None and bounds.high is None:
        return Unassessed.NO_LIMITS
    batches = {it.batch for it in observations}
    times = [{it.time for it in observations if it.batch == batch} for batch in batches]
    return Unassessed.TOO_FEW_TIMES if min(map(len, times)) < FEWEST_TIMES else None


def _observed(observations: Sequence[Observation]) -> float:
    """The time for which every batch was observed."""
    batches = {it.batch for it in observations}
    return min(max(it.time for it in observations if it.batch == batch) for batch in batches)


def _cap(
    observations: Sequence[Observation], bounds: Bounds, unit: StudyUnit, extrapolation: Extrapolation
) -> tuple[float, Ground]:
    """The longest that the data allow whatever the lines say, and why."""
    observed = _observed(observations)
    failed = [it.time for it in observations if not bounds.is_met(it.value)]
    if failed:
        before = max((it.time for it in observations if it.time < min(failed)), default=0.0)
        return min(before, observed), Ground.FAILING_RESULT
    if extrapolation is Extrapolation.NONE:
        return observed, Ground.OBSERVED
    return min(2 * observed, observed + _TWELVE_MONTHS[unit]), Ground.EXTRAPOLATED


def _end(fitted: Fit, batch: str, bounds: Bounds, cap: float) -> float:
    """When the bound of a batch leaves the limits, at most `cap`."""
    line, t = fitted.line(batch), quantile(fitted.degrees, bounds.confidence)
    ends = [cap]
    if bounds.low is not None:
        low = bounds.low
        ends.append(_crossing(lambda at: line.at(at) - t * fitted.error(batch, at) - low, cap))
    if bounds.high is not None:
        high = bounds.high
        ends.append(_crossing(lambda at: high - line.at(at) - t * fitted.error(batch, at), cap))
    return min(ends)


def _crossing(room: Callable[[float], float], cap: float) -> float:
    """From when on there is no room left to the limit.

    The standard error is a convex function of time, so that the room is a concave one: where there is some at the
    beginning and none at the end, it ends once.
    """
    if room(0.0) < 0:
        return 0.0
    return cap if room(cap) >= 0 else float(brentq(room, 0.0, cap, xtol=1e-10))


def _tenths(time: float) -> Decimal:
    return Decimal(repr(time + _SLACK)).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)


# --- what has no number ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """The verdict on one result of a study, so long after its beginning."""

    batch: str
    time: float
    verdict: Verdict


def observed_support(readings: Sequence[Reading]) -> Decimal:
    """How long every result of every batch met its criterion, without a gap; of words there is no line to draw.

    A result that is not judged supports nothing, and neither does what comes after it.
    """
    ends = []
    for batch in {it.batch for it in readings}:
        own = sorted((it for it in readings if it.batch == batch), key=lambda it: it.time)
        failed = min((it.time for it in own if it.verdict is not Verdict.PASS), default=float("inf"))
        ends.append(max((it.time for it in own if it.time < failed), default=0.0))
    return _tenths(min(ends, default=0.0))

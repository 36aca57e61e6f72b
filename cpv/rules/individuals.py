"""Charts of individual values and moving ranges (I-MR), by phases, with limits of their own or frozen ones.

NIST/SEMATECH e-Handbook of Statistical Methods 6.3.2.2; Montgomery, Introduction to Statistical Quality Control,
section 6.4. Limits are estimated once from a baseline (`imr_limits`), and later points are held against them: nothing
here re-estimates limits that were handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from cpv.rules.autocorrelation import is_autocorrelated
from cpv.rules.basis import (
    Estimator,
    Floats,
    Limits,
    NotComputable,
    Note,
    Why,
    notes_on,
    series,
)
from cpv.rules.combined import Width
from cpv.rules.constants import c4, d2, d3, d4
from cpv.rules.moments import deviation, mean, tier_notes
from cpv.rules.phases import phase_slices
from cpv.rules.runs import PointLimits

__all__ = ["IMR", "Given", "IMRLimits", "Phase", "imr", "imr_limits", "moving_ranges"]

_SPAN = 2  # a moving range is that of two neighbours


@dataclass(frozen=True)
class IMRLimits:
    """Limits of the values and of their moving ranges, in the unit of the values; no ranges: None."""

    individuals: Limits
    ranges: Limits | None


@dataclass(frozen=True)
class Given:
    """A center or a sigma that is known beforehand, from outside the data; None: estimate it."""

    center: float | None = None
    sigma: float | None = None

    def __post_init__(self) -> None:
        if self.center is not None and not isfinite(self.center):
            raise NotComputable(Why.NOT_FINITE, "center")
        if self.sigma is not None and not (isfinite(self.sigma) and self.sigma > 0):
            raise NotComputable(Why.NOT_POSITIVE, "sigma")


@dataclass(frozen=True)
class Phase:
    """The points from `start` up to but not including `stop`; limits None: every value of the phase is missing."""

    start: int
    stop: int
    limits: IMRLimits | None


@dataclass(frozen=True, eq=False)
class IMR:
    """A chart: all values in order, their moving ranges at the same indices (NaN: none), and the phases."""

    values: Floats
    ranges: Floats
    phases: tuple[Phase, ...]
    excluded: tuple[int, ...]
    notes: tuple[Note, ...]

    def lines(self) -> PointLimits:
        """The limits of each value, as rules take them; NaN where a phase has none."""
        return self._spread([each.limits.individuals if each.limits else None for each in self.phases])

    def range_lines(self) -> PointLimits:
        """The limits of each moving range."""
        return self._spread([each.limits.ranges if each.limits else None for each in self.phases])

    def _spread(self, limits: list[Limits | None]) -> PointLimits:
        rows = np.array([_row(one) for one in limits], dtype=np.float64).reshape(-1, 4)
        lengths = [phase.stop - phase.start for phase in self.phases]
        return PointLimits(*np.repeat(rows, lengths, axis=0).T)


def moving_ranges(values: ArrayLike, *, phase_starts: Sequence[int] = ()) -> Floats:
    """|x_i - x_(i-1)| at index i, in the unit of the values; NaN where either is missing and where a phase begins.

    Over a gap there is no range: the two values beside it were not made one after the other. Raises NotComputable.
    """
    read = series(values)
    found = np.full(read.size, np.nan)
    with np.errstate(over="ignore"):
        found[1:] = np.abs(np.diff(read))
    if np.isinf(found).any():
        raise NotComputable(Why.NOT_FINITE, "values")
    found[[phase.start for phase in phase_slices(read.size, phase_starts) if phase.start < read.size]] = (
        np.nan
    )
    return found


def imr_limits(
    values: ArrayLike,
    *,
    estimator: Estimator = Estimator.MR_BAR,
    width: Width = Width(),
    given: Given = Given(),
) -> IMRLimits:
    """Limits of one phase from its values, to be frozen: center -+ width sigma, and up to `width.ranges` for ranges.

    The center is the mean. sigma by the estimator: MR_BAR: mean moving range / d2; MEDIAN_MR: median moving range /
    0.9539, which a few outliers do not move; SD: s / c4(n), which a drift inflates; `given.sigma` before all of them
    (recorded as GIVEN). The center of ranges is d2 sigma; they have no lower limit, since d2 - 3 d3 < 0. Without
    `width.ranges` their upper limit is (d2 + width d3) sigma = D4 MR-bar. Points on a limit are inside. No value is
    screened out. One value, or none beside another: a center without limits, and TOO_FEW. Constant values: limits
    upon the center, and ZERO_SIGMA.

    Raises NotComputable: EMPTY (nothing there, and not all given), NOT_FINITE (an infinite value, or differences too
    large to be represented), NO_LIMITS (an estimator that is none of individuals).
    """
    read = series(values)
    known = given.center is not None and given.sigma is not None
    missing = np.isnan(read)
    there = read[~missing] if missing.any() else read
    if there.size == 0 and not known:
        raise NotComputable(Why.EMPTY, "values")
    center = mean(there) if given.center is None else given.center
    sigma, source = _sigma(read, there, estimator, given.sigma)
    reach = width.individuals * (sigma or 0.0)
    if not (isfinite(center + reach) and isfinite(center - reach)):
        raise NotComputable(Why.NOT_FINITE, "values")
    notes = _notes(read, there, source, sigma)
    if sigma is None:
        bare = Limits(center, 0.0, None, None, width.individuals, source, there.size, notes)
        return IMRLimits(bare, None)
    return IMRLimits(
        Limits(center, sigma, center - reach, center + reach, width.individuals, source, there.size, notes),
        _limits_of_ranges(sigma, width, source, there.size, notes),
    )


def imr(
    values: ArrayLike,
    *,
    phase_starts: Sequence[int] = (),
    frozen: IMRLimits | Sequence[IMRLimits | None] | None = None,
    estimator: Estimator = Estimator.MR_BAR,
    width: Width = Width(),
    excluded: Sequence[int] = (),
) -> IMR:
    """A chart of individuals, limits estimated phase by phase or frozen from a baseline.

    `frozen`: one pair for all phases, or one for each, None where a phase has to be estimated. `excluded`: indices that
    have no part in estimates (nor have the two ranges that touch them), but stay in the chart with their values and
    ranges; whoever excludes a point owes the reason. Raises NotComputable as `imr_limits`, and NOT_AN_INDEX,
    SIZES_DIFFER (not one frozen pair a phase).
    """
    read = series(values)
    ranges = moving_ranges(read, phase_starts=phase_starts)
    slices = phase_slices(read.size, phase_starts)
    each = [frozen] * len(slices) if frozen is None or isinstance(frozen, IMRLimits) else list(frozen)
    if len(each) != len(slices):
        raise NotComputable(Why.SIZES_DIFFER, "frozen")
    kept = read.copy()
    kept[_indices(excluded, read.size)] = np.nan
    phases = []
    for part, limits in zip(slices, each, strict=True):
        own = limits is None and not np.isnan(kept[part]).all()
        found = imr_limits(kept[part], estimator=estimator, width=width) if own else limits
        phases.append(Phase(part.start, part.stop, found))
    return IMR(read, ranges, tuple(phases), tuple(sorted(set(map(int, excluded)))), _on_values(read))


def _sigma(
    read: Floats, there: Floats, estimator: Estimator, given: float | None
) -> tuple[float | None, Estimator]:
    if given is not None:
        return given, Estimator.GIVEN
    if estimator is Estimator.SD:
        return (deviation(there) / c4(there.size) if there.size > 1 else None), estimator
    if estimator not in (Estimator.MR_BAR, Estimator.MEDIAN_MR):
        raise NotComputable(Why.NO_LIMITS, "estimator")
    with np.errstate(over="ignore"):
        ranges = np.diff(read)
    ranges = np.abs(ranges, out=ranges)
    if there.size < read.size:
        ranges = ranges[~np.isnan(ranges)]
    if ranges.size == 0:
        return None, estimator
    if estimator is Estimator.MEDIAN_MR:
        return float(np.median(ranges)) / d4(_SPAN), estimator
    return mean(ranges) / d2(_SPAN), estimator


def _notes(read: Floats, there: Floats, source: Estimator, sigma: float | None) -> tuple[Note, ...]:
    notes = _on_values(read)
    if sigma == 0:
        notes = (*notes, Note.ZERO_SIGMA)
    if source is Estimator.GIVEN:
        return notes
    notes = (*notes, *tier_notes(there.size))
    return (*notes, Note.AUTOCORRELATED) if is_autocorrelated(_lag_one(read, there), there.size) else notes


def _on_values(read: Floats) -> tuple[Note, ...]:
    """Gaps and ties; that sigma is 0 is said of sigma, which may be given, or 0 by ties of values that vary."""
    return tuple(note for note in notes_on(read) if note is not Note.ZERO_SIGMA)


def _lag_one(read: Floats, there: Floats) -> float:
    """As `autocorrelation`, for one lag without a transform; 0 where it is not defined."""
    with np.errstate(over="ignore"):
        spread = there.max() - there.min() if there.size > 2 else 0.0
    if not 0 < spread < np.inf:
        return 0.0
    # in units of the spread, so that squares of tiny and huge values keep
    away = (read - mean(there)) / spread
    if there.size < read.size:
        away[np.isnan(away)] = 0.0
    return float(away[1:] @ away[:-1] / (away @ away))


def _row(limits: Limits | None) -> tuple[float | None, ...]:
    return (None,) * 4 if limits is None else (limits.center, limits.sigma, limits.lower, limits.upper)


def _limits_of_ranges(
    sigma: float, width: Width, source: Estimator, n: int, notes: tuple[Note, ...]
) -> Limits:
    center = d2(_SPAN) * sigma
    upper = center + width.individuals * d3(_SPAN) * sigma if width.ranges is None else width.ranges * sigma
    # how many standard deviations of a range, so that both lines of the pair read alike
    multiple = width.individuals if width.ranges is None else (width.ranges - d2(_SPAN)) / d3(_SPAN)
    return Limits(center, d3(_SPAN) * sigma, None, upper, multiple, source, n, notes)


def _indices(excluded: Sequence[int], size: int) -> list[int]:
    found = [int(index) for index in excluded]
    if found != list(excluded) or any(not 0 <= index < size for index in found):
        raise NotComputable(Why.NOT_AN_INDEX, "excluded")
    return found

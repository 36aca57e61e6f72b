"""Charts of subgroups: means with ranges (Xbar-R) or with standard deviations (Xbar-S), of equal or unequal sizes.

Montgomery, Introduction to Statistical Quality Control, sections 6.2 and 6.3; NIST/SEMATECH e-Handbook 6.3.2.1. A
subgroup is a row, NaN where it has fewer values than the widest; every point has limits of its own size.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpv.rules.basis import Estimator, Floats, Limits, NotComputable, Note, Why
from cpv.rules.constants import c4, c5, d2, d3
from cpv.rules.moments import mean, tier_notes
from cpv.rules.runs import PointLimits

__all__ = ["Spread", "SubgroupChart", "read_groups", "subgroup_chart", "subgroup_limits"]


class Spread(StrEnum):
    """What is charted beside the means."""

    RANGE = "range"
    SD = "sd"


@dataclass(frozen=True, eq=False)
class SubgroupChart:
    """Points of both charts in order, and the limits of each; NaN: no point (no value, or a spread of one value).

    `limits` are what the lines were made from: center and sigma of single values, to be frozen. In `spread_lines`
    `lower` is NaN where a spread could not fall below any limit.
    """

    sizes: NDArray[np.intp]
    means: Floats
    spreads: Floats
    mean_lines: PointLimits
    spread_lines: PointLimits
    limits: Limits
    spread: Spread
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class _Groups:
    sizes: NDArray[np.intp]
    means: Floats
    ranges: Floats
    deviations: Floats
    there: Floats

    def of_size(self, constant: Callable[[int], float]) -> Floats:
        """A constant for the size of every subgroup; NaN under two values."""
        sizes, which = np.unique(self.sizes, return_inverse=True)
        return np.array([constant(int(n)) if n > 1 else np.nan for n in sizes], dtype=np.float64)[which]


def read_groups(groups: ArrayLike | Sequence[ArrayLike]) -> Floats:
    """Subgroups as rows of one array: from such an array, or from sequences of unequal length, filled up with NaN.

    Raises NotComputable: NOT_ONE_DIMENSIONAL (a subgroup that is no sequence of numbers), NOT_FINITE.
    """
    if isinstance(groups, np.ndarray) and groups.ndim == 2:
        read = groups.astype(np.float64)
    else:
        rows = [np.asarray(group, dtype=np.float64) for group in cast("Iterable[ArrayLike]", groups)]
        if any(row.ndim != 1 for row in rows):
            raise NotComputable(Why.NOT_ONE_DIMENSIONAL, "groups")
        read = np.full((len(rows), max((row.size for row in rows), default=0)), np.nan)
        for row, values in zip(read, rows, strict=True):
            row[: values.size] = values
    if np.isinf(read).any():
        raise NotComputable(Why.NOT_FINITE, "groups")
    return read


def subgroup_limits(
    groups: ArrayLike | Sequence[ArrayLike],
    *,
    estimator: Estimator = Estimator.R_BAR,
    multiple: float = 3.0,
) -> Limits:
    """Center and sigma of single values, from the spread within subgroups; its limits are center -+ multiple sigma.

    The center is the mean of all values. sigma, over subgroups of two values or more, n_i being their sizes:
    R_BAR (UWAVE-R) mean of R_i / d2(n_i); S_BAR (UWAVE-SD) mean of s_i / c4(n_i); MVLUE_R mean of R_i / d2 weighted by
    (d2 / d3)^2; MVLUE_SD mean of s_i / c4 weighted by c4^2 / (1 - c4^2); POOLED (RMSDF)
    sqrt(sum (n_i - 1) s_i^2 / f) / c4(f + 1), f = sum (n_i - 1). Weighted ones have the smallest variance of their
    kind where sizes are unequal (Burr, Journal of Quality Technology 1 (1969) 163). `n` counts subgroups.

    No subgroup of two values: TOO_FEW, and no limits; no spread at all: ZERO_SIGMA. Raises NotComputable: EMPTY,
    NOT_FINITE, NOT_ONE_DIMENSIONAL, NO_LIMITS (an estimator of individuals), NOT_POSITIVE (multiple).
    """
    return _limits(_summed(read_groups(groups)), estimator, multiple)


def subgroup_chart(
    groups: ArrayLike | Sequence[ArrayLike],
    *,
    spread: Spread = Spread.RANGE,
    frozen: Limits | None = None,
    estimator: Estimator | None = None,
    multiple: float = 3.0,
) -> SubgroupChart:
    """A chart of means beside one of ranges or standard deviations, with limits for the size of every subgroup.

    Means: center -+ multiple sigma / sqrt n; ranges: sigma (d2 -+ multiple d3); deviations: sigma (c4 -+ multiple c5).
    `frozen`: center, sigma and multiple of an earlier `subgroup_limits`, not touched by these values. Otherwise they
    are estimated, by default from what is charted (R_BAR for ranges, S_BAR for standard deviations). With equal sizes
    these are A2, A3, D3, D4, B3, B4 times R-bar or s-bar. A point on a limit is inside; a lower limit of spreads that
    would be 0 or less is none. Raises NotComputable as `subgroup_limits`, EMPTY only without `frozen`.
    """
    found = _summed(read_groups(groups))
    source = estimator or (Estimator.R_BAR if spread is Spread.RANGE else Estimator.S_BAR)
    limits = _limits(found, source, multiple) if frozen is None else frozen
    times = multiple if limits.multiple is None else limits.multiple
    expected, error = (found.of_size(one) for one in ((d2, d3) if spread is Spread.RANGE else (c4, c5)))
    some = found.sizes > 0
    root = np.sqrt(np.where(some, found.sizes, np.nan))
    gaps = () if some.all() or Note.MISSING_LEFT_OUT in limits.notes else (Note.MISSING_LEFT_OUT,)
    return SubgroupChart(
        sizes=found.sizes,
        means=found.means,
        spreads=found.ranges if spread is Spread.RANGE else found.deviations,
        mean_lines=_lines(np.where(some, limits.center, np.nan), limits.sigma / root, times, limits),
        spread_lines=_spread_lines(expected * limits.sigma, error * limits.sigma, times, limits),
        limits=limits,
        spread=spread,
        notes=(*limits.notes, *gaps),
    )


def _limits(groups: _Groups, estimator: Estimator, multiple: float) -> Limits:
    if not (isfinite(multiple) and multiple > 0):
        raise NotComputable(Why.NOT_POSITIVE, "multiple")
    if groups.there.size == 0:
        raise NotComputable(Why.EMPTY, "groups")
    center, sigma = mean(groups.there), _sigma(groups, estimator)
    reach = multiple * (sigma or 0.0)
    if not (isfinite(center + reach) and isfinite(center - reach)):
        raise NotComputable(Why.NOT_FINITE, "groups")
    n = int((groups.sizes > 0).sum())
    said = ((n < groups.sizes.size, Note.MISSING_LEFT_OUT), (sigma == 0, Note.ZERO_SIGMA))
    notes = (*(note for is_so, note in said if is_so), *tier_notes(n))
    if sigma is None:
        missing = notes if Note.TOO_FEW in notes else (*notes, Note.TOO_FEW)
        return Limits(center, 0.0, None, None, multiple, estimator, n, missing)
    return Limits(center, sigma, center - reach, center + reach, multiple, estimator, n, notes)


def _sigma(groups: _Groups, estimator: Estimator) -> float | None:
    if estimator not in _ESTIMATES and estimator is not Estimator.POOLED:
        raise NotComputable(Why.NO_LIMITS, "estimator")
    several = groups.sizes > 1
    if not several.any():
        return None
    if estimator is Estimator.POOLED:
        free = groups.sizes[several] - 1
        scale = float(groups.deviations[several].max()) or 1.0
        squares = float((free * (groups.deviations[several] / scale) ** 2).sum())
        return scale * sqrt(squares / float(free.sum())) / c4(int(free.sum()) + 1)
    spreads, expected, error = _ESTIMATES[estimator]
    unit = groups.of_size(expected)[several]
    weights = np.ones(unit.size) if error is None else (unit / groups.of_size(error)[several]) ** 2
    return float(np.average(spreads(groups)[several] / unit, weights=weights))


_Constant = Callable[[int], float]
_ESTIMATES: dict[Estimator, tuple[Callable[[_Groups], Floats], _Constant, _Constant | None]] = {
    Estimator.R_BAR: (lambda groups: groups.ranges, d2, None),
    Estimator.S_BAR: (lambda groups: groups.deviations, c4, None),
    Estimator.MVLUE_R: (lambda groups: groups.ranges, d2, d3),
    Estimator.MVLUE_SD: (lambda groups: groups.deviations, c4, c5),
}


def _summed(read: Floats) -> _Groups:
    """Size, mean, range and standard deviation of every row, NaN where it has none."""
    here = ~np.isnan(read)
    sizes = here.sum(axis=1)
    some, several = np.where(sizes > 0, sizes, np.nan), np.where(sizes > 1, sizes - 1.0, np.nan)
    low, high = (one.reduce(read, axis=1, initial=np.nan) for one in (np.fmin, np.fmax))
    with np.errstate(over="ignore"):
        sums = np.where(here, read, 0.0).sum(axis=1)
        ranges = np.where(sizes > 1, high - low, np.nan)
    if np.isinf(sums).any() or np.isinf(ranges).any():
        raise NotComputable(Why.NOT_FINITE, "groups")
    means = np.clip(sums / some, low, high)
    scale = float(np.fmax.reduce(ranges, initial=0.0)) or 1.0
    away = np.where(here, (read - means[:, None]) / scale, 0.0)
    return _Groups(sizes, means, ranges, scale * np.sqrt((away**2).sum(axis=1) / several), read[here])


def _lines(center: Floats, sigma: Floats, times: float, limits: Limits) -> PointLimits:
    # limits that were not computable, of subgroups of one value, stay away here too
    none = limits.lower is None and limits.upper is None
    reach = np.full(sigma.size, np.nan) if none else times * sigma
    return PointLimits(center, sigma, center - reach, center + reach)


def _spread_lines(center: Floats, sigma: Floats, times: float, limits: Limits) -> PointLimits:
    lines = _lines(center, sigma, times, limits)
    return PointLimits(center, sigma, np.where(lines.lower > 0, lines.lower, np.nan), lines.upper)

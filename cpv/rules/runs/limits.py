"""Limits as the rules need them: lines in the unit of the points, one for all points or one for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cpv.rules.basis import Floats, Limits, NotComputable, Why


@dataclass(frozen=True, eq=False)
class PointLimits:
    """Limits that differ from point to point (unequal subgroups, shares of unequal samples, one set for each phase).

    Arrays as long as the series. NaN in `lower` or `upper`: no limit on that side. A point whose center or sigma is
    missing, or whose sigma is zero, is left out like a missing one.
    """

    center: Floats
    sigma: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of_phases(cls, limits: Sequence[Limits], starts: Sequence[int], n: int) -> Self:
        """Limits of phases that begin at `starts` (the first at 0, ascending), over n points.

        Raises NotComputable: SIZES_DIFFER, where there is not one limit for each start, or the first start is not 0;
        NOT_AN_INDEX, where starts do not ascend or lie outside.
        """
        if len(limits) != len(starts) or not limits or starts[0] != 0:
            raise NotComputable(Why.SIZES_DIFFER, "starts")
        lengths = np.diff([*starts, n])
        if (lengths < 0).any():
            raise NotComputable(Why.NOT_AN_INDEX, "starts")
        rows = np.array([_row(one) for one in limits], dtype=np.float64)
        return cls(*np.repeat(rows, lengths, axis=0).T)


def _row(limits: Limits) -> tuple[float, float, float, float]:
    lower = np.nan if limits.lower is None else limits.lower
    return limits.center, limits.sigma, lower, np.nan if limits.upper is None else limits.upper


# The same arithmetic for one number and for many, so that a point is judged alike in a series and alone.
Number = Any


@dataclass(frozen=True)
class Lines:
    """What points are compared with: numbers, or arrays as long as the points. NaN: no line."""

    center: Number
    sigma: Number
    lower: Number
    upper: Number

    def above(self, multiple: float) -> Number:
        """The line so many sigma above the center."""
        return self.center + multiple * self.sigma

    def below(self, multiple: float) -> Number:
        """The line so many sigma below the center."""
        return self.center - multiple * self.sigma


def lines_of(limits: Limits) -> Lines:
    """The lines of limits that hold for all points.

    Raises NotComputable: NOT_FINITE, NOT_POSITIVE (a negative sigma), LIMITS_CROSSED.
    """
    center, sigma, lower, upper = (float(number) for number in _row(limits))
    given = [number for number in (center, sigma, limits.lower, limits.upper) if number is not None]
    if not all(isfinite(number) for number in given):
        raise NotComputable(Why.NOT_FINITE, "limits")
    if sigma < 0:
        raise NotComputable(Why.NOT_POSITIVE, "sigma")
    if lower > upper:
        raise NotComputable(Why.LIMITS_CROSSED, "limits")
    return Lines(center, sigma, lower, upper)


def point_lines(limits: PointLimits, size: int) -> tuple[Lines, NDArray[np.bool_]]:
    """The lines of each point, and which points have any.

    Raises NotComputable: SIZES_DIFFER, NOT_FINITE, NOT_POSITIVE, LIMITS_CROSSED.
    """
    arrays = [
        np.asarray(a, dtype=np.float64) for a in (limits.center, limits.sigma, limits.lower, limits.upper)
    ]
    if any(one.shape != (size,) for one in arrays):
        raise NotComputable(Why.SIZES_DIFFER, "limits")
    if any(np.isinf(one).any() for one in arrays):
        raise NotComputable(Why.NOT_FINITE, "limits")
    center, sigma, lower, upper = arrays
    if (sigma < 0).any():
        raise NotComputable(Why.NOT_POSITIVE, "sigma")
    if (lower > upper).any():
        raise NotComputable(Why.LIMITS_CROSSED, "limits")
    return Lines(center, sigma, lower, upper), ~np.isnan(center) & (sigma > 0)

"""Mean and standard deviation of what is there, safe at any scale, and what their number says of limits."""

import numpy as np

from cpv.rules.basis import Floats, LimitStatus, Note, status_of

__all__ = ["deviation", "mean", "tier_notes"]

_TIERS: dict[LimitStatus, tuple[Note, ...]] = {
    LimitStatus.RUN_CHART: (Note.TOO_FEW,),
    LimitStatus.PRELIMINARY: (Note.PRELIMINARY,),
    LimitStatus.LONG_TERM: (),
}


def mean(there: Floats) -> float:
    """The mean, kept between the smallest and the largest: that of equal values is their value to the last bit.

    Infinite where one of them is (a difference that cannot be represented).
    """
    with np.errstate(over="ignore"):
        found = float(np.mean(there))
    low, high = float(there.min()), float(there.max())
    if not -np.inf < found < np.inf:  # the sum of what can be represented cannot
        largest = max(-low, high)
        found = largest * float(np.mean(there / largest)) if largest < np.inf else largest
    return min(max(found, low), high)


def deviation(there: Floats) -> float:
    """The sample standard deviation (divisor n - 1) of two values or more; exactly 0 for equal ones, else above 0."""
    with np.errstate(over="ignore"):
        away = there - there[0]
    scale = float(np.abs(away).max())
    # squares of tiny and of huge differences are not representable, those of shares of the largest are
    return scale * float(np.std(away / scale, ddof=1)) if 0 < scale < np.inf else scale


def tier_notes(n: int) -> tuple[Note, ...]:
    """TOO_FEW for limits from fewer than 15 results, PRELIMINARY for fewer than 30."""
    return _TIERS[status_of(n)]

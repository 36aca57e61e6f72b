"""Limits from few batches, and how uncertain they are.

Three sigma of a sample of 15 are not three sigma of the process: limits that keep their rate of false signals must be
wider, and limits that were estimated may lie anywhere within an interval that is worth drawing. Everything here holds
for independent normal values, and is exact for them.
"""

from dataclasses import dataclass
from math import isfinite, sqrt

from numpy.typing import ArrayLike
from scipy import special

from cpv.rules.basis import (
    Estimator,
    Limits,
    NotComputable,
    Why,
    notes_on,
    present,
    series,
)
from cpv.rules.moments import deviation, mean, tier_notes
from cpv.rules.noncentral import inside, nct_quantile

__all__ = [
    "Interval",
    "Uncertainty",
    "prediction_factor",
    "prediction_limits",
    "sigma_factors",
    "uncertainty",
]

# The rate of false signals of 3 sigma limits, if the process were known: 2 Phi(-3).
THREE_SIGMA = 0.0027


@dataclass(frozen=True)
class Interval:
    """Both ends belong to it."""

    low: float
    high: float


@dataclass(frozen=True)
class Uncertainty:
    """Confidence intervals, in the unit of the values, of what limits were estimated from and of the limits.

    `sigma` is that of the process's sigma, `lower` and `upper` those of mean - k sigma and mean + k sigma of the
    process, where limits would lie if it were known; each on its own has the confidence.
    """

    sigma: Interval
    lower: Interval
    upper: Interval
    multiple: float
    confidence: float
    n: int


def prediction_factor(n: int, alpha: float = THREE_SIGMA, future: int = 1) -> float:
    """How many sample standard deviations from the mean of n values the next `future` ones all lie with 1 - alpha.

    t(1 - alpha / (2 future), n - 1) sqrt(1 + 1 / n); exact for one future value, by Bonferroni not less than 1 - alpha
    for several. 7.25 for n = 5, 3.33 for n = 30, 3.00 for a known process (alpha .0027). Hahn and Meeker, Statistical
    Intervals (1991), chapter 4. Raises NotComputable: TOO_FEW (n < 2), OUT_OF_RANGE, NOT_A_COUNT.
    """
    if n < 2:
        raise NotComputable(Why.TOO_FEW, "n")
    if future < 1:
        raise NotComputable(Why.NOT_A_COUNT, "future")
    tail = inside(alpha, "alpha") / (2 * future)
    return -float(special.stdtrit(n - 1, tail)) * sqrt(1 + 1 / n)


def prediction_limits(values: ArrayLike, *, alpha: float = THREE_SIGMA, future: int = 1) -> Limits:
    """Limits for later values that hold their rate of false signals however few values there are: mean -+ factor s.

    `sigma` of the answer is s, the sample standard deviation without c4, `multiple` the factor of `prediction_factor`.
    A point on a limit is inside. To be frozen and used for the points after these (phase II): within the baseline they
    are too wide. Fewer than 15 values: TOO_FEW; fewer than 30: PRELIMINARY; constant: ZERO_SIGMA.

    Raises NotComputable: EMPTY, TOO_FEW (under two values), NOT_FINITE, OUT_OF_RANGE, NOT_A_COUNT.
    """
    there = present(values, least=2)
    center, s = mean(there), deviation(there)
    factor = prediction_factor(there.size, alpha, future)
    reach = factor * s
    if not (isfinite(center + reach) and isfinite(center - reach)):
        raise NotComputable(Why.NOT_FINITE, "values")
    notes = (*notes_on(series(values)), *tier_notes(there.size))
    return Limits(center, s, center - reach, center + reach, factor, Estimator.SAMPLE_SD, there.size, notes)


def sigma_factors(n: int, confidence: float = 0.95) -> Interval:
    """The interval of sigma as multiples of the sample standard deviation of n values.

    sqrt((n - 1) / chi2) at both quantiles of chi-squared on n - 1 degrees of freedom: .69 to 1.83 for n = 10.
    NIST e-Handbook 7.2.3.1. Raises NotComputable: TOO_FEW (n < 2), OUT_OF_RANGE.
    """
    if n < 2:
        raise NotComputable(Why.TOO_FEW, "n")
    tail = (1 - inside(confidence, "confidence")) / 2
    # quantiles of chi-squared by those of gamma, each from its own tail
    high, low = special.gammainccinv((n - 1) / 2, tail), special.gammaincinv((n - 1) / 2, tail)
    return Interval(sqrt((n - 1) / 2 / float(high)), sqrt((n - 1) / 2 / float(low)))


def uncertainty(values: ArrayLike, *, multiple: float = 3.0, confidence: float = 0.95) -> Uncertainty:
    """How far limits from these values can be trusted: intervals of sigma and of either limit.

    (mean + k sigma of the process - sample mean) / s times sqrt n has a noncentral t distribution on n - 1 degrees of
    freedom with noncentrality k sqrt n, so the interval of the upper limit is mean + s q / sqrt n at the quantiles q
    of it, and the lower limit's is its mirror image. Odeh and Owen (1980); Hahn and Meeker (1991), section 4.4.

    Raises NotComputable: EMPTY, TOO_FEW (under two values), NOT_FINITE, OUT_OF_RANGE, NOT_POSITIVE (multiple).
    """
    there = present(values, least=2)
    if not (isfinite(multiple) and multiple > 0):
        raise NotComputable(Why.NOT_POSITIVE, "multiple")
    center, s = mean(there), deviation(there)
    n = there.size
    tail = (1 - inside(confidence, "confidence")) / 2
    near, far = (s * nct_quantile(p, n - 1, multiple * sqrt(n)) / sqrt(n) for p in (tail, 1 - tail))
    if not (isfinite(center - far) and isfinite(center + far)):
        raise NotComputable(Why.NOT_FINITE, "values")
    factors = sigma_factors(n, confidence)
    return Uncertainty(
        sigma=Interval(s * factors.low, s * factors.high),
        lower=Interval(center - far, center - near),
        upper=Interval(center + near, center + far),
        multiple=multiple,
        confidence=confidence,
        n=n,
    )

"""Tolerance intervals: bounds that hold a share of all batches with a stated confidence, for limits from few batches.

Three sigma from ten batches are no three sigma: mean and s are themselves uncertain. A tolerance factor k carries
that uncertainty, so that mean +- k s holds at least `coverage` of the distribution in `confidence` of all samples.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from cpv.rules.basis import Estimator, Floats, Limits, NotComputable, Note, Why, notes_on, present, series
from cpv.rules.noncentral import inside, nct_quantile, root

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(160)
# The mean's deviate is integrated to here: beyond lies 1e-17.
_FAR = 8.6


class Side(StrEnum):
    """Which side is bounded."""

    BOTH = "both"
    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True)
class OrderStatistics:
    """A tolerance interval made of two ordered values.

    `from_low` and `from_high`: their places counted from the bottom and from the top, 0 where that side is open.
    `achieved`: the confidence that it really has. Where even the outermost values do not reach the one asked for,
    `lower` and `upper` are None, TOO_FEW stands in `notes`, and `achieved` is that of the outermost.
    """

    lower: float | None
    upper: float | None
    from_low: int
    from_high: int
    coverage: float
    achieved: float
    n: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Quantile:
    """An estimated quantile with the order statistics that hold it; None: no value lies far enough out."""

    probability: float
    value: float
    low: float | None
    high: float | None
    n: int
    notes: tuple[Note, ...] = ()


def two_sided_factor(n: int, coverage: float, confidence: float) -> float:
    """The exact k of a two-sided normal tolerance interval, mean +- k s, n >= 2.

    P(chi2_(n-1) >= (n - 1) r(u / sqrt n)^2 / k^2), averaged over a standard normal u, is the confidence, where r(x)
    solves Phi(x + r) - Phi(x - r) = coverage; by Gauss-Legendre quadrature, to about 1e-9. 95/95 at n = 10: 3.393.
    Source: Wald and Wolfowitz, Ann. Math. Statist. 17 (1946) 208; Odeh and Owen, Tables for Normal Tolerance Limits
    (1980). Raises NotComputable: TOO_FEW, OUT_OF_RANGE.
    """
    _need(n, coverage, confidence)
    u = _FAR / 2 * (_NODES + 1)
    weight = _WEIGHTS * np.exp(-u * u / 2)
    weight = weight / weight.sum()
    r = _half_widths(u / sqrt(n), coverage)
    df = n - 1

    def short(log_k: float) -> float:
        return float(weight @ special.chdtrc(df, df * (r * np.exp(-log_k)) ** 2)) - confidence

    near = log(howe_factor(n, coverage, confidence))
    return float(np.exp(root(short, near - 0.05, near + 0.05)))


def howe_factor(n: int, coverage: float, confidence: float) -> float:
    """Howe's approximation of the two-sided k: z sqrt((n - 1) (1 + 1/n) / chi2), n >= 2.

    z is the normal quantile at (1 + coverage) / 2, chi2 the lower quantile at 1 - confidence. n = 43, 90/99: 2.2173
    (NIST/SEMATECH e-Handbook 7.2.6.3). Source: Howe, J. Amer. Statist. Assoc. 64 (1969) 610. Raises NotComputable as
    `two_sided_factor`.
    """
    _need(n, coverage, confidence)
    df = n - 1
    z = -float(special.ndtri((1 - coverage) / 2))
    low = 2 * float(special.gammaincinv(df / 2, 1 - confidence))
    return z * sqrt(df * (1 + 1 / n) / low)


def one_sided_factor(n: int, coverage: float, confidence: float) -> float:
    """The exact k of a one-sided normal tolerance limit, mean + k s or mean - k s, n >= 2.

    k = t / sqrt(n), t the quantile at `confidence` of the noncentral t with n - 1 degrees of freedom and
    noncentrality z(coverage) sqrt(n). n = 43, 90/99: 1.8740. It is negative where coverage and confidence ask for
    less than the mean. Source: Owen (1963); NIST/SEMATECH e-Handbook 7.2.6.3. Raises NotComputable as
    `two_sided_factor`.
    """
    _need(n, coverage, confidence)
    z = float(special.ndtri(coverage))
    return nct_quantile(confidence, n - 1, z * sqrt(n)) / sqrt(n)


def tolerance_limits(
    values: ArrayLike, coverage: float = 0.95, confidence: float = 0.95, side: Side = Side.BOTH
) -> Limits:
    """Limits for few batches: mean +- k s with the exact k, s the sample standard deviation (n - 1).

    All values equal: limits at the center, with ZERO_SIGMA. Raises NotComputable: as `present` (two values),
    OUT_OF_RANGE.
    """
    x = present(values, least=2)
    factor = two_sided_factor if side is Side.BOTH else one_sided_factor
    k = factor(x.size, coverage, confidence)
    size = float(np.abs(x).max()) or 1.0
    center = float(np.clip((x / size).mean() * size, x.min(), x.max()))
    sigma = 0.0 if x.min() == x.max() else float((x / size).std(ddof=1)) * size
    lower = None if side is Side.UPPER else center - k * sigma
    upper = None if side is Side.LOWER else center + k * sigma
    notes = notes_on(series(values))
    return Limits(center, sigma, lower, upper, k, Estimator.SAMPLE_SD, x.size, notes)


def wilks_n(coverage: float, confidence: float, side: Side = Side.BOTH) -> int:
    """How many values are needed for the smallest and largest (or one of them) to be a tolerance interval.

    One side: 1 - P^n >= confidence, 59 for 95/95. Both: 1 - n P^(n-1) + (n - 1) P^n >= confidence, 93 for 95/95.
    Whatever the distribution, if it is continuous. Source: Wilks, Ann. Math. Statist. 12 (1941) 91. Raises
    NotComputable, OUT_OF_RANGE.
    """
    inside(coverage, "coverage")
    inside(confidence, "confidence")
    left_out = 2 if side is Side.BOTH else 1
    low, high = left_out - 1, max(left_out, ceil(log(1 - confidence) / log(coverage)))
    while _order_confidence(high, coverage, left_out) < confidence:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if _order_confidence(middle, coverage, left_out) >= confidence else (middle, high)
        )
    return high


def wilks_interval(
    values: ArrayLike, coverage: float = 0.95, confidence: float = 0.95, side: Side = Side.BOTH
) -> OrderStatistics:
    """The tolerance interval of ordered values: as many left out at the ends as the confidence allows.

    The interval from the r-th smallest to the s-th largest of n has the confidence P(Binomial(n, coverage) <= n - r
    - s);
    of an odd number left out in all the top gives one more. Ties only add confidence. Source: Wilks (1941); ISO
    16269-6.
    Raises NotComputable: as `present`, OUT_OF_RANGE.
    """
    inside(confidence, "confidence")
    inside(coverage, "coverage")
    x = np.sort(present(values))
    n, least = x.size, 2 if side is Side.BOTH else 1
    notes = notes_on(series(values))
    if n < least or _order_confidence(n, coverage, least) < confidence:
        achieved = _order_confidence(n, coverage, least) if n >= least else 0.0
        return OrderStatistics(None, None, 0, 0, coverage, achieved, n, (*notes, Note.TOO_FEW))
    low, high = least, n + 1  # as many are left out: enough, too many
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _order_confidence(n, coverage, middle) >= confidence else (low, middle)
    from_low = {Side.BOTH: low // 2, Side.LOWER: low, Side.UPPER: 0}[side]
    from_high = low - from_low
    lower = float(x[from_low - 1]) if from_low else None
    upper = float(x[n - from_high]) if from_high else None
    achieved = _order_confidence(n, coverage, low)
    return OrderStatistics(lower, upper, from_low, from_high, coverage, achieved, n, notes)


def quantile(values: ArrayLike, probability: float, confidence: float = 0.95) -> Quantile:
    """A quantile whatever the distribution, with order statistics that hold it with at least `confidence`.

    Value: median-unbiased interpolation at p (n + 1/3) + 1/3 (Hyndman and Fan, Amer. Statistician 50 (1996) 361,
    type 8); where that lies beyond the ordered values it is the outermost of them, with TOO_FEW. Limits x_(l),
    x_(u): l the largest with P(B < l) <= (1 - confidence) / 2, u the smallest with P(B >= u) <= the same, B ~
    Binomial(n, p) (Hahn, Meeker and Escobar, Statistical Intervals, 5.2.1); UNBOUNDED where one of them does not
    exist. Raises NotComputable: as `present`, OUT_OF_RANGE.
    """
    inside(probability, "probability")
    tail = (1 - inside(confidence, "confidence")) / 2
    x = np.sort(present(values))
    n = x.size
    low, high = _binomial_ends(n, probability, tail)
    place = probability * (n + 1 / 3) + 1 / 3
    found = (
        (not 1 <= place <= n, Note.TOO_FEW),
        (low < 1 or high > n, Note.UNBOUNDED),
    )
    notes = (*notes_on(series(values)), *(note for is_so, note in found if is_so))
    value = float(np.quantile(x, probability, method="median_unbiased"))
    return Quantile(
        probability,
        value,
        float(x[low - 1]) if low >= 1 else None,
        float(x[high - 1]) if high <= n else None,
        n,
        notes,
    )


def quantile_limits(values: ArrayLike, chance: float = 0.0027) -> Limits:
    """Limits whatever the distribution: the quantiles at chance / 2 and 1 - chance / 2 about the median.

    The default is the chance that three sigma have. A quantile that lies beyond all values is no limit: None, with
    TOO_FEW (at .0027 from under 494 values). sigma is that of values as wide, (upper - lower) / 6 at .0027, or s
    where a limit is missing. Raises NotComputable: as `present` (two values), OUT_OF_RANGE.
    """
    x = present(values, least=2)
    tail = inside(chance, "chance") / 2
    ends = [quantile(x, p) for p in (tail, 1 - tail)]
    lower, upper = (None if Note.TOO_FEW in end.notes else end.value for end in ends)
    center = float(np.median(x))
    width = -2 * float(special.ndtri(tail))
    whole = lower is not None and upper is not None
    size = float(np.abs(x).max()) or 1.0
    sigma = (ends[1].value - ends[0].value) / width if whole else float((x / size).std(ddof=1)) * size
    notes = (*notes_on(series(values)), *(() if whole else (Note.TOO_FEW,)))
    return Limits(center, sigma, lower, upper, None, Estimator.QUANTILES, x.size, notes)


def _half_widths(x: Floats, coverage: float) -> Floats:
    """r with Phi(x + r) - Phi(x - r) = coverage, by Newton's method from below."""
    # both are too small: without the farther side, and with the interval in the middle
    r: Floats = np.maximum(np.abs(x) + special.ndtri(coverage), -special.ndtri((1 - coverage) / 2))
    # what is left outside is compared, so that a coverage near 1 keeps its digits; it falls, and is convex from r =
    # |x| on
    for _ in range(30):
        miss = special.ndtr(-x - r) + special.ndtr(x - r) - (1 - coverage)
        step = miss / (_density(x + r) + _density(x - r))
        r = np.asarray(np.maximum(r + step, r / 2))
    return r


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-z * z / 2) / sqrt(2 * np.pi))


def _order_confidence(n: int, coverage: float, left_out: int) -> float:
    """P(Binomial(n, coverage) <= n - left_out): the interval without the outermost `left_out` blocks holds the
    coverage.
    """
    return float(special.betainc(left_out, n - left_out + 1, 1 - coverage))


def _binomial_ends(n: int, p: float, tail: float) -> tuple[int, int]:
    binomial = stats.binom(n, p)
    low = int(binomial.ppf(tail))
    low += 1 if binomial.cdf(low) <= tail else 0
    high = int(binomial.ppf(1 - tail)) + 1
    return low, high


def _need(n: int, coverage: float, confidence: float) -> None:
    if n < 2:
        raise NotComputable(Why.TOO_FEW, "n")
    inside(coverage, "coverage")
    inside(confidence, "confidence")

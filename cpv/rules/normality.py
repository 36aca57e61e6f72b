"""Whether a series looks normal: two tests, the points of a probability plot, skewness and kurtosis.

A test of a series that is not in control, or autocorrelated, tests that and not its distribution; one of rounded
results tests the rounding, which FEW_DISTINCT says. A large p is no proof: at 15 batches only gross skewness is
seen.
"""

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from cpv.rules.basis import Floats, NotComputable, Note, Why, notes_on, present, series

# Royston's approximation of p was made up to here.
MOST_FOR_SHAPIRO = 5000
# Above this the formula of p turns round and p would grow again; p is below 4e-24 there.
_LARGEST_A2 = 10.0


@dataclass(frozen=True)
class NormalityTest:
    """A small p speaks against a normal distribution. `p` is None where it cannot be told (TOO_MANY)."""

    method: str
    statistic: float
    p: float | None
    n: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Shape:
    """Skewness g1 and excess kurtosis g2, both 0 for a normal distribution, unbiased for it, with standard errors."""

    skewness: float
    skewness_error: float
    kurtosis: float
    kurtosis_error: float
    n: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, eq=False)
class ProbabilityPlot:
    """The ordered values against normal scores, and the line through them: value = intercept + slope * score.

    `order` says of each point which value of the series it is (its index, gaps counted); `r` is the correlation.
    """

    scores: Floats
    ordered: Floats
    order: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    slope: float
    intercept: float
    r: float
    notes: tuple[Note, ...] = ()


def shapiro_wilk(values: ArrayLike) -> NormalityTest:
    """Shapiro-Wilk W with Royston's p, from three values; above 5000 p is None, with TOO_MANY.

    W = (sum a_i x_(i))^2 / sum (x_i - mean)^2. Source: Shapiro and Wilk, Biometrika 52 (1965) 591; Royston, Applied
    Statistics 44 (1995) 547 (scipy's implementation). Raises NotComputable: as `present`, CONSTANT.
    """
    x, notes = _read(values, least=3)
    if x.size > MOST_FOR_SHAPIRO:
        # W itself is sound; scipy warns of p, which is not asked of it
        statistic = _many_shapiro(x)
        return NormalityTest("shapiro_wilk", statistic, None, x.size, (*notes, Note.TOO_MANY))
    w, p = stats.shapiro(x)
    return NormalityTest("shapiro_wilk", float(w), float(p), x.size, notes)


def anderson_darling(values: ArrayLike) -> NormalityTest:
    """Anderson-Darling A*^2 for mean and variance unknown, from eight values; p by D'Agostino and Stephens.

    A^2 = -n - (1/n) sum (2i - 1) [ln F(z_(i)) + ln(1 - F(z_(n+1-i)))], z standardised with mean and s (n - 1), F
    normal; the statistic is A*^2 = A^2 (1 + .75/n + 2.25/n^2). p: D'Agostino and Stephens, Goodness-of-Fit
    Techniques (1986), table 4.9; an A*^2 above 10 is given the p of 10. See NIST/SEMATECH e-Handbook 1.3.5.14 and
    7.2.1.3. Raises NotComputable: as `present`, CONSTANT.
    """
    z, notes = _read(values, least=8)
    z.sort()
    n = z.size
    ranks = 2 * np.arange(1, n + 1) - 1
    a2 = -n - float(ranks @ (special.log_ndtr(z) + special.log_ndtr(-z[::-1]))) / n
    adjusted = a2 * (1 + 0.75 / n + 2.25 / n**2)
    return NormalityTest("anderson_darling", adjusted, _p_of(adjusted), n, notes)


def shape(values: ArrayLike) -> Shape:
    """Skewness and excess kurtosis with their standard errors under a normal distribution, from four values.

    G1 = sqrt(n (n - 1)) / (n - 2) m3 / m2^1.5, SE = sqrt(6 n (n - 1) / ((n - 2) (n + 1) (n + 3)));
    G2 = (n - 1) ((n + 1) (m4 / m2^2 - 3) + 6) / ((n - 2) (n - 3)), SE = 2 SE(G1) sqrt((n^2 - 1) / ((n - 3) (n + 5))).
    Beyond two standard errors either speaks against normality. Source: Fisher's k statistics; Joanes and Gill,
    The Statistician 47 (1998) 183. Raises NotComputable: as `present`, CONSTANT.
    """
    z, notes = _read(values, least=4)
    n = z.size
    m2, m3, m4 = (float(np.mean(z**power)) for power in (2, 3, 4))
    skewness = sqrt(n * (n - 1)) / (n - 2) * m3 / m2**1.5
    kurtosis = (n - 1) * ((n + 1) * (m4 / m2**2 - 3) + 6) / ((n - 2) * (n - 3))
    error = sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    return Shape(skewness, error, kurtosis, 2 * error * sqrt((n * n - 1) / ((n - 3) * (n + 5))), n, notes)


def probability_plot(values: ArrayLike) -> ProbabilityPlot:
    """Points of a normal probability plot, from two values.

    Scores are normal quantiles of the medians of uniform order statistics, 1 - .5^(1/n), (i - .3175) / (n + .365),
    .5^(1/n) (Filliben, Technometrics 17 (1975) 111; NIST/SEMATECH e-Handbook 1.3.3.21); the line is least squares.
    Raises NotComputable: as `present`, CONSTANT.
    """
    read = series(values)
    _, notes = _read(read, least=2)
    order = np.argsort(read, kind="stable")[: int((~np.isnan(read)).sum())]
    ordered = read[order]
    n = ordered.size
    medians = (np.arange(1, n + 1) - 0.3175) / (n + 0.365)
    medians[-1] = 0.5 ** (1 / n)
    medians[0] = 1 - medians[-1]
    scores = special.ndtri(medians)
    size = float(np.abs(ordered).max())
    middle = float((ordered / size).mean())
    off = ordered / size - middle
    slope = float(scores @ off) / float(scores @ scores)
    r = float(scores @ off) / sqrt(float(scores @ scores) * float(off @ off))
    return ProbabilityPlot(scores, ordered, order, slope * size, middle * size, min(r, 1.0), notes)


def _read(values: ArrayLike, least: int) -> tuple[Floats, tuple[Note, ...]]:
    """The values there are, standardised: tests know neither place nor unit, and powers then neither over- nor
    underflow.
    """
    x = present(values, least=least)
    size = float(np.abs(x).max())
    if x.min() == x.max():
        raise NotComputable(Why.CONSTANT, "values")
    x = x / size
    off = x - x.mean()
    spread = float(off.std(ddof=1))
    return off / spread, notes_on(series(values))


def _p_of(a2: float) -> float:
    a2 = min(a2, _LARGEST_A2)
    if a2 >= 0.6:
        return exp(1.2937 - 5.709 * a2 + 0.0186 * a2**2)
    if a2 > 0.34:
        return exp(0.9177 - 4.279 * a2 - 1.38 * a2**2)
    if a2 > 0.2:
        return 1 - exp(-8.318 + 42.796 * a2 - 59.938 * a2**2)
    return 1 - exp(-13.436 + 101.14 * a2 - 223.73 * a2**2)


def _many_shapiro(z: Floats) -> float:
    """W by its weights for large n (Royston 1995): those of the two ends by polynomial, the rest by normal scores."""
    n = z.size
    scores = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    u, norm = 1 / sqrt(n), float(scores @ scores)
    last, next_ = scores[-1] / sqrt(norm), scores[-2] / sqrt(norm)
    last += np.polyval([-2.706056, 4.434685, -2.071190, -0.147981, 0.221157, 0.0], u)
    next_ += np.polyval([-3.582633, 5.682633, -1.752461, -0.293762, 0.042981, 0.0], u)
    rest = (norm - 2 * (scores[-1] ** 2 + scores[-2] ** 2)) / (1 - 2 * (last**2 + next_**2))
    weights = scores / sqrt(rest)
    weights[-1], weights[-2], weights[0], weights[1] = last, next_, -last, -next_
    return float(weights @ np.sort(z)) ** 2 / float(z @ z)

"""The constants of control charts, computed for any sample size from 2 on.

They belong to samples of n independent values of one normal distribution, in units of its sigma. Moments of the range
come from Gauss-Legendre quadrature of its distribution (Tippett, Biometrika 17 (1925) 364-387), those of the standard
deviation from the gamma function. Names as in Montgomery, Introduction to Statistical Quality Control, Appendix VI,
and ASTM MNL 7; factors are for limits three sigma away. All raise NotComputable (TOO_FEW) for n under 2.
"""

from functools import lru_cache
from math import exp, lgamma, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri

from cpv.rules.basis import Floats, NotComputable, Why

__all__ = ["A2", "A3", "B3", "B4", "D3", "D4", "E2", "c4", "c5", "d2", "d3", "d4"]

_CACHED = 4096
# Enough for ten digits up to samples of a million.
_NODES = 400
# What lies further out than this probability, over all values of a sample, changes no digit.
_NOTHING = 1e-18
# From here on differences of lgamma lose digits that a series keeps.
_LARGE = 300


@lru_cache(_CACHED)
def c4(n: int) -> float:
    """E(s) / sigma of the sample standard deviation: sqrt(2 / (n - 1)) gamma(n / 2) / gamma((n - 1) / 2).

    Above 300 the asymptotic series of that ratio in 1 / (n - 1), whose first term left out is below 1e-14.
    """
    _least_two(n)
    m = n - 1
    if n > _LARGE:
        return 1 - 1 / (4 * m) + 1 / (32 * m**2) + 5 / (128 * m**3) - 21 / (2048 * m**4)
    return sqrt(2 / m) * exp(lgamma(n / 2) - lgamma(m / 2))


def c5(n: int) -> float:
    """The standard deviation of s / sigma: sqrt(1 - c4^2)."""
    return sqrt((1 - c4(n)) * (1 + c4(n)))


@lru_cache(_CACHED)
def d2(n: int) -> float:
    """E(R) / sigma of the range: the integral of 1 - Phi(x)^n - (1 - Phi(x))^n over all x."""
    _least_two(n)
    edge = _edge(n)
    x, weight = _nodes(-edge, edge)
    return float(weight @ (-np.expm1(n * log_ndtr(x)) - np.exp(n * log_ndtr(-x))))


@lru_cache(_CACHED)
def d3(n: int) -> float:
    """The standard deviation of R / sigma; E(R^2) is the integral of 2 w (1 - P(R <= w)) over w > 0."""
    _least_two(n)
    w, weight = _nodes(0.0, 2 * _edge(n))
    return sqrt(float(weight @ (2 * w * (1 - _range_cdf(w, n)))) - d2(n) ** 2)


@lru_cache(_CACHED)
def d4(n: int) -> float:
    """The median of R / sigma; for n = 2, the moving range, it is sqrt(2) Phi^-1(3/4) = 0.9539."""
    _least_two(n)
    if n == 2:
        return float(sqrt(2) * ndtri(0.75))
    return float(
        brentq(lambda w: float(_range_cdf(np.array([w]), n)[0]) - 0.5, 0.0, 2 * _edge(n), xtol=1e-13)
    )


def A2(n: int) -> float:
    """Limits of means by the mean range: 3 / (d2 sqrt n)."""
    return 3 / (d2(n) * sqrt(n))


def A3(n: int) -> float:
    """Limits of means by the mean standard deviation: 3 / (c4 sqrt n)."""
    return 3 / (c4(n) * sqrt(n))


def B3(n: int) -> float:
    """Lower limit of a standard deviation by the mean one: 1 - 3 c5 / c4, and 0 where that is negative."""
    return max(0.0, 1 - 3 * c5(n) / c4(n))


def B4(n: int) -> float:
    """Upper limit of a standard deviation by the mean one: 1 + 3 c5 / c4."""
    return 1 + 3 * c5(n) / c4(n)


def D3(n: int) -> float:
    """Lower limit of a range by the mean one: 1 - 3 d3 / d2, and 0 where that is negative."""
    return max(0.0, 1 - 3 * d3(n) / d2(n))


def D4(n: int) -> float:
    """Upper limit of a range by the mean one: 1 + 3 d3 / d2."""
    return 1 + 3 * d3(n) / d2(n)


def E2(n: int) -> float:
    """Limits of individual values by the mean (moving) range of n: 3 / d2; 2.660 for n = 2."""
    return 3 / d2(n)


def _range_cdf(w: Floats, n: int) -> Floats:
    """P(R <= w): the integral of n phi(x) (Phi(x + w) - Phi(x))^(n - 1), x being the smallest value."""
    edge = _edge(n)
    x, weight = _nodes(-edge, edge)
    density = n * weight * np.exp(-(x**2) / 2) / sqrt(2 * np.pi)
    inside: Floats = (ndtr(x + w[:, None]) - ndtr(x)) ** (n - 1) @ density
    return inside


def _edge(n: int) -> float:
    return -float(ndtri(_NOTHING / n))


def _nodes(low: float, high: float) -> tuple[Floats, Floats]:
    x, weight = _legendre()
    half = (high - low) / 2
    return low + half * (x + 1), half * weight


@lru_cache(1)
def _legendre() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(_NODES)


def _least_two(n: int) -> None:
    if n < 2:
        raise NotComputable(Why.TOO_FEW, "n")

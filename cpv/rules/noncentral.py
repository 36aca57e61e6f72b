"""Expectations over a sample's standard deviation, and the noncentral t distribution that is made of them.

W = s / sigma, with `df` degrees of freedom, is the root of chi-squared over df. Tolerance factors and the limits of
capability indices are all chances of the kind E[g(W)] with a g that is smooth, or steep in a known place. They are
taken by Gauss-Legendre quadrature over W between quantiles beyond which lies 1e-15, cut where g is steep; the
density is normalised over the same nodes, so that its constant, a difference of large logarithms, costs no digits.
No series is summed: those of the usual noncentral t lose digits, or all of them, where noncentrality is large
(above 37 in R's `pt`).
"""

from collections.abc import Callable
from functools import lru_cache
from math import inf, sqrt

import numpy as np
from scipy import special
from scipy.optimize import brentq

from cpv.rules.basis import Floats, NotComputable, Why

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
# Further than this a normal deviate is not looked for: its chance is 6e-18.
_FAR = 8.6
_TAIL = 1e-15
# Growths of a bracket before a root is given up: 2^200 is more than any ratio of numbers that are measured.
_MOST = 200


def spread_nodes(df: float, *steep: tuple[float, float]) -> tuple[Floats, Floats]:
    """Nodes w and weights (their sum is 1) of the expectation over W = sqrt(chi-squared / df).

    `steep`: places and widths, in W, where the integrand changes from one level to another.
    """
    low, high = _ends(df)
    # the density itself wants no panel wider than a few of its own standard deviations
    even = [low + (high - low) * part / 4 for part in range(5)]
    marks = [place + side * _FAR * width for place, width in steep for side in (-1, 0, 1)]
    pieces = np.array(sorted({min(max(mark, low), high) for mark in (*even, *marks)}))
    half, middle = np.diff(pieces)[:, None] / 2, (pieces[:-1] + pieces[1:])[:, None] / 2
    w = (middle + half * _NODES).ravel()
    log_density = (df - 1) * np.log(w) - df * w * w / 2
    weight = (half * _WEIGHTS).ravel() * np.exp(log_density - log_density.max())
    return w, weight / weight.sum()


def nct_cdf(t: float, df: float, delta: float) -> float:
    """P(T <= t) of the noncentral t: T = (Z + delta) / W; equal to E[Phi(t W - delta)].

    Within about 1e-10 for df from 1 to 1e7 and any finite t and delta. Source: Johnson, Kotz, Balakrishnan,
    Continuous Univariate Distributions 2 (1995), chapter 31.
    """
    steep = ((delta / t, 1 / abs(t)),) if t else ()
    w, weight = spread_nodes(df, *steep)
    return min(1.0, float(weight @ special.ndtr(t * w - delta)))


def nct_quantile(p: float, df: float, delta: float) -> float:
    """The t with P(T <= t) = p, for 0 < p < 1."""
    return root(lambda t: nct_cdf(t, df, delta) - p, delta - 1.0, delta + 1.0)


def noncentrality(t: float, df: float, p: float) -> float:
    """The delta with P(T <= t | delta) = p, for 0 < p < 1: what an observed t says of its noncentrality.

    P falls as delta grows, so p = .95 gives a lower and p = .05 an upper 95 % bound.
    """
    return root(lambda delta: p - nct_cdf(t, df, delta), t - 1.0, t + 1.0)


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses 0, the bracket widened until it holds it. Raises NotComputable,
    NOT_CONVERGED.
    """
    step, at_low, at_high = high - low, rising(low), rising(high)
    for _ in range(_MOST):
        if at_low <= 0 <= at_high:
            break
        if at_low > 0:
            low, at_low, high, at_high = low - step, rising(low - step), low, at_low
        else:
            low, at_low, high, at_high = high, at_high, high + step, rising(high + step)
        step *= 2
    if not (-inf < low < high < inf and at_low <= 0 <= at_high):
        raise NotComputable(Why.NOT_CONVERGED)
    return float(brentq(rising, low, high, xtol=1e-12, rtol=1e-11))


def inside(value: float, about: str) -> float:
    """A share or chance strictly between 0 and 1. Raises NotComputable, OUT_OF_RANGE."""
    if not 0 < value < 1:
        raise NotComputable(Why.OUT_OF_RANGE, about)
    return value


@lru_cache(1024)
def _ends(df: float) -> tuple[float, float]:
    """Between which W lies, but for 1e-15 on either side."""
    shape = df / 2
    low = max(float(special.gammaincinv(shape, _TAIL)), 1e-300)
    return sqrt(low / shape), sqrt(float(special.gammainccinv(shape, _TAIL)) / shape)

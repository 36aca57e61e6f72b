"""Autocorrelation: how far a batch remembers the one before, what that does to limits, and residuals without it.

Under positive autocorrelation the moving range is too small: with an AR(1) coefficient phi, MRbar / d2 estimates
sigma * sqrt(1 - phi), so that a chart of individuals signals on a process that is in control. Gaps stay where they
are:
a pair with a missing value is no pair, and nothing is moved up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft, stats

from cpv.rules.basis import Floats, NotComputable, Note, Why, notes_on, present, series
from cpv.rules.noncentral import inside


@dataclass(frozen=True, eq=False)
class Autocorrelation:
    """Coefficients r of lags 1 to `lags`, `band` of white noise at +- z / sqrt(n), and Bartlett's band of each lag.

    Bartlett's band of lag k holds if the lags below k are what they are and those from k on are nothing:
    z sqrt((1 + 2 sum of r_j^2, j < k) / n). AUTOCORRELATED stands in `notes` where |r_1| > 2 / sqrt(n).
    """

    r: Floats
    band: float
    bartlett: Floats
    n: int
    confidence: float
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class LjungBox:
    """The test that lags 1 to `lags` are all nothing; a small p says that they are not."""

    q: float
    df: int
    p: float
    n: int
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Ar1:
    """A first-order autoregression of phase I, frozen: x_t - mean = phi (x_(t-1) - mean) + e_t, e of `sigma`.

    `phi_error` is the standard error of phi; `pairs` from how many neighbours it was estimated.
    """

    phi: float
    mean: float
    sigma: float
    phi_error: float
    pairs: int
    notes: tuple[Note, ...] = ()

    @property
    def marginal_sigma(self) -> float:
        """The standard deviation of x itself: sigma / sqrt(1 - phi^2)."""
        return self.sigma / sqrt(1 - self.phi**2)

    def residuals(self, values: ArrayLike) -> Floats:
        """e_t = (x_t - mean) - phi (x_(t-1) - mean), in the unit of x, to be charted about 0.

        NaN for the first value, for a missing one and for the one after it: what was before is not known.
        """
        off = series(values) - self.mean
        e = np.full(off.size, np.nan)
        e[1:] = off[1:] - self.phi * off[:-1]
        return e

    def as_dict(self) -> dict[str, Any]:
        """What is stored with the limits."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"notes": [note.value for note in self.notes]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The model that `as_dict` stored."""
        return cls(**{**stored, "notes": tuple(Note(note) for note in stored["notes"])})


def autocorrelation(values: ArrayLike, lags: int = 20, confidence: float = 0.95) -> Autocorrelation:
    """Autocorrelation coefficients: r_k = sum (x_t - m)(x_(t+k) - m) / sum (x_t - m)^2.

    m is the mean of what is there; a product with a missing value is left out of the sum (which shrinks r towards
    0, as the divisor does for the ends). At most n - 1 lags are given, n counting gaps. Source: Box, Jenkins,
    Reinsel, Time Series Analysis; NIST/SEMATECH e-Handbook 1.3.3.1. Raises NotComputable: as `present` (three
    values), CONSTANT, OUT_OF_RANGE (lags < 1, confidence).
    """
    if lags < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "lags")
    x = series(values)
    n = present(x, least=3).size
    z = float(stats.norm.ppf((1 + inside(confidence, "confidence")) / 2))
    r = _coefficients(x, min(lags, x.size - 1))
    sums = np.concatenate([[0.0], np.cumsum(r[:-1] ** 2)])
    warned = (Note.AUTOCORRELATED,) if is_autocorrelated(float(r[0]), n) else ()
    return Autocorrelation(
        r, z / sqrt(n), z * np.sqrt((1 + 2 * sums) / n), n, confidence, (*notes_on(x), *warned)
    )


def is_autocorrelated(r1: float, n: int) -> bool:
    """Whether the lag-1 coefficient is worth a warning: |r_1| > 2 / sqrt(n), the limit itself not."""
    return abs(r1) > 2 / sqrt(n)


def ljung_box(values: ArrayLike, lags: int = 10, fitted: int = 0) -> LjungBox:
    """Ljung-Box: Q = n (n + 2) sum of r_k^2 / (n - k), chi-squared with lags - fitted degrees of freedom.

    `fitted`: how many coefficients the series is the residual of (1 after an AR(1)). Gaps keep their place in the
    lags, n is how many values there are. Source: Ljung and Box, Biometrika 65 (1978) 297. Raises NotComputable: as
    `autocorrelation`, TOO_FEW unless n > lags, OUT_OF_RANGE unless lags > fitted >= 0.
    """
    if not lags > fitted >= 0:
        raise NotComputable(Why.OUT_OF_RANGE, "lags")
    x = series(values)
    n = present(x, least=lags + 1).size
    found = autocorrelation(x, lags)
    k = np.arange(1, lags + 1)
    q = n * (n + 2) * float((found.r**2 / (n - k)).sum())
    return LjungBox(q, lags - fitted, float(stats.chi2.sf(q, lags - fitted)), n, found.notes)


def fit_ar1(values: ArrayLike) -> Ar1:
    """Estimate an AR(1) from phase I by conditional least squares on neighbours that are both there.

    x_t = c + phi x_(t-1) + e; mean = c / (1 - phi), sigma^2 = sum e^2 / (pairs - 2), SE(phi)^2 = sigma^2 / sum of
    squares of x_(t-1). phi is too small by about (1 + 3 phi) / n (Kendall, Biometrika 41 (1954) 403); it is not
    corrected. Fewer than 30 pairs: PRELIMINARY. Raises NotComputable: as `series`, TOO_FEW (under four pairs),
    CONSTANT, and SINGULAR where |phi| is 1 or more: a series that wanders has no mean to return to.
    """
    x = series(values)
    both = ~np.isnan(x[1:]) & ~np.isnan(x[:-1])
    before, after = x[:-1][both], x[1:][both]
    if before.size < 4:
        raise NotComputable(Why.TOO_FEW, "values")
    if before.min() == before.max() or after.min() == after.max():
        raise NotComputable(Why.CONSTANT, "values")
    size = float(np.nanmax(np.abs(x)))
    before, after = before / size, after / size
    u, v = before - before.mean(), after - after.mean()
    squares = float(u @ u)
    phi = float(u @ v) / squares
    if not abs(phi) < 1:
        raise NotComputable(Why.SINGULAR, "values")
    e = v - phi * u
    sigma = sqrt(float(e @ e) / (before.size - 2))
    mean = (float(after.mean()) - phi * float(before.mean())) / (1 - phi)
    early = (Note.PRELIMINARY,) if before.size < 30 else ()
    return Ar1(phi, mean * size, sigma * size, sigma / sqrt(squares), before.size, (*notes_on(x), *early))


def moving_range_share(phi: float) -> float:
    """What MRbar / d2 estimates, as a share of sigma, under an AR(1): sqrt(1 - phi).

    x_t - x_(t-1) is normal with variance 2 sigma^2 (1 - phi). At phi .5 limits are 29 % too narrow.
    Raises NotComputable, OUT_OF_RANGE, unless -1 < phi < 1.
    """
    if not (isfinite(phi) and -1 < phi < 1):
        raise NotComputable(Why.OUT_OF_RANGE, "phi")
    return sqrt(1 - phi)


def _coefficients(x: Floats, lags: int) -> Floats:
    """All lags in one Fourier transform, padded so that the end does not meet the beginning."""
    there = ~np.isnan(x)
    if np.nanmin(x) == np.nanmax(x):
        raise NotComputable(Why.CONSTANT, "values")
    off = np.where(there, x / np.nanmax(np.abs(x)), 0.0)
    off = np.where(there, off - off[there].mean(), 0.0)
    off = off / np.abs(off).max()
    length = fft.next_fast_len(2 * x.size, real=True)
    power = np.abs(fft.rfft(off, length)) ** 2
    products = fft.irfft(power, length)[: lags + 1]
    return np.asarray(products[1:] / float(off @ off), dtype=np.float64)

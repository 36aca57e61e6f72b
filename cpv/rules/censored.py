"""Normal and lognormal distributions from results of which some are only known to lie below or above a limit.

A result "< LOQ" is no number. Half the LOQ in its place biases mean and sigma, the more the larger the share; what is
known of it, a chance Phi((LOQ - mu) / sigma), goes into the likelihood instead (Tobit, Econometrica 26 (1958) 24).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cpv.rules.basis import Floats, NotComputable, Note, Why, series
from cpv.rules.noncentral import inside
from cpv.rules.transforms import Band

_ROUNDS = 200
# So little left to climb, in units of the log-likelihood, is a hundred-thousandth of a standard error.
_CLOSE = 1e-11
# Fewer values than this that are really known, and the standard errors say little.
_FEWEST_KNOWN = 5
# Intervals narrower than this share of the spread count as their middle: differences of Phi lose their digits there,
# and
# the error of a density times a width is the square of it.
_NARROW = 1e-5
_LOG_ROOT = 0.5 * np.log(2 * np.pi)


class Family(StrEnum):
    """Which distribution; of a lognormal one mu and sigma are those of the natural logarithm."""

    NORMAL = "normal"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, eq=False)
class Readings:
    """What is known of each result: it lies from `low` to `high`, ends included.

    Equal: measured. `low` NaN: somewhere below `high`. `high` NaN: somewhere above `low`. Both NaN: missing.
    """

    low: Floats
    high: Floats


@dataclass(frozen=True)
class Point:
    """An estimate with its standard error and two-sided limits."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class CensoredFit:
    """mu and sigma by maximum likelihood, with variances and covariance from the observed information.

    `n` results, `n_known` of them measured. sigma has the divisor n of maximum likelihood where nothing is censored.
    """

    family: Family
    mu: float
    sigma: float
    var_mu: float
    var_sigma: float
    cov: float
    log_likelihood: float
    n: int
    n_known: int
    notes: tuple[Note, ...]

    @property
    def mu_error(self) -> float:
        """Standard error of mu."""
        return sqrt(self.var_mu)

    @property
    def sigma_error(self) -> float:
        """Standard error of sigma."""
        return sqrt(self.var_sigma)

    def quantile(self, probability: float, confidence: float = 0.95) -> Point:
        """mu + z sigma with its limits by the delta method, in the unit of the results (lognormal: its exponential).

        The standard error of a lognormal quantile is that of its logarithm times the quantile. Raises NotComputable:
        OUT_OF_RANGE, NOT_FINITE where the exponential is larger than a number can be.
        """
        z = float(special.ndtri(inside(probability, "probability")))
        width = -float(special.ndtri((1 - inside(confidence, "confidence")) / 2))
        value = self.mu + z * self.sigma
        error = sqrt(max(self.var_mu + 2 * z * self.cov + z * z * self.var_sigma, 0.0))
        low, high = value - width * error, value + width * error
        if self.family is Family.NORMAL:
            return Point(value, error, low, high)
        value, low, high = map(_exponential, (value, low, high))
        return Point(value, error * value, low, high)

    def limits(self, chance: float = 0.0027) -> Band:
        """The quantiles at chance / 2, 1/2 and 1 - chance / 2: by default as unlikely as three sigma.

        A limit under the limit of quantification can not be crossed by a result that is known; it stays what it is.
        """
        tail = inside(chance, "chance") / 2
        lower, center, upper = (self.quantile(p).value for p in (tail, 0.5, 1 - tail))
        return Band(lower, center, upper, self.notes)


def left_censored(values: ArrayLike, is_below: ArrayLike) -> Readings:
    """Results and which of them are "< value": where `is_below`, the value is the limit. NaN is missing.

    Raises NotComputable: as `series`, SIZES_DIFFER.
    """
    x, below = series(values), np.asarray(is_below, dtype=bool)
    if below.shape != x.shape:
        raise NotComputable(Why.SIZES_DIFFER, "is_below")
    return Readings(np.where(below, np.nan, x), x)


def fit(readings: Readings, family: Family = Family.NORMAL) -> CensoredFit:
    """Fit by maximum likelihood.

    ln L = sum over measured of ln phi((x - mu) / sigma) - ln sigma + sum over the others of ln(Phi(b) - Phi(a)), a
    and b their standardised ends. In 1/sigma and mu/sigma it is concave (Olsen, Econometrica 46 (1978) 1211):
    Newton's method with halved steps finds the one maximum. Standard errors: the inverse of the observed
    information, carried to mu and sigma. CENSORED where any are, TOO_FEW where less than five are measured.

    Raises NotComputable: as `series`, SIZES_DIFFER, LIMITS_CROSSED (low > high), NOT_POSITIVE (lognormal: a
    measured value or an upper end of 0 or less), EMPTY, ALL_CENSORED (none measured), TOO_FEW (under two measured),
    CONSTANT (all measured values are equal and no other result denies it), OUT_OF_RANGE (a spread whose square is
    no number), NOT_CONVERGED.
    """
    low, high, notes = _read(readings, family)
    known = low == high
    if not known.any():
        raise NotComputable(Why.ALL_CENSORED, "readings")
    if known.sum() < 2:
        raise NotComputable(Why.TOO_FEW, "readings")
    one = low[known][0]
    if (low[known] == one).all() and ((low <= one) & (one <= high)).all():
        raise NotComputable(Why.CONSTANT, "readings")
    ends = np.concatenate([low, high])
    ends = ends[np.isfinite(ends)]
    size = float(np.abs(ends).max())
    middle = float((low[known] / size).mean())
    spread = float((ends / size).std())
    if not 0 < spread * size * (spread * size) < inf:
        raise NotComputable(Why.OUT_OF_RANGE, "readings")
    problem = _Problem(*((end / size - middle) / spread for end in (low, high)))
    slope, shift, log_likelihood, information = problem.solved()
    return _carried(
        _Solution(slope, shift, log_likelihood, information),
        _Frame(family, middle * size, spread * size, low.size, int(known.sum()), notes),
    )


@dataclass(frozen=True)
class _Solution:
    """1/sigma and mu/sigma on the standardised scale, with the negative second derivatives."""

    slope: float
    shift: float
    log_likelihood: float
    information: Floats


@dataclass(frozen=True)
class _Frame:
    """What the standardised scale was, and what the answer is about."""

    family: Family
    middle: float
    unit: float
    n: int
    n_known: int
    notes: tuple[Note, ...]


def _read(readings: Readings, family: Family) -> tuple[Floats, Floats, tuple[Note, ...]]:
    """Ends with infinities for what is open, on the scale of the family, and the notes."""
    low, high = series(readings.low, "low"), series(readings.high, "high")
    if low.size != high.size:
        raise NotComputable(Why.SIZES_DIFFER, "readings")
    there = ~(np.isnan(low) & np.isnan(high))
    gaps = (Note.MISSING_LEFT_OUT,) if not there.all() else ()
    low, high = low[there], high[there]
    if low.size == 0:
        raise NotComputable(Why.EMPTY, "readings")
    if (low > high).any():
        raise NotComputable(Why.LIMITS_CROSSED, "readings")
    if family is Family.LOGNORMAL:
        low, high = _logs(low, high)
    n_known = int((low == high).sum())
    found = ((n_known < low.size, Note.CENSORED), (n_known < _FEWEST_KNOWN, Note.TOO_FEW))
    low, high = np.where(np.isnan(low), -inf, low), np.where(np.isnan(high), inf, high)
    return low, high, (*gaps, *(note for is_so, note in found if is_so))


def _logs(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """A lower end of 0 or less says nothing of a positive quantity: it is open."""
    if (high <= 0).any() or ((low <= 0) & (low == high)).any():
        raise NotComputable(Why.NOT_POSITIVE, "readings")
    low = np.where(low > 0, low, np.nan)
    return np.log(low), np.log(high)


class _Problem:
    """The likelihood in slope = 1/sigma and shift = mu/sigma, standardised ends being slope x - shift."""

    def __init__(self, low: Floats, high: Floats) -> None:
        width = high - low
        known = width < _NARROW
        self.x = (low[known] + high[known]) / 2
        self.a, self.b = low[~known], high[~known]
        self.constant = float(np.log(width[known & (width > 0)]).sum()) - self.x.size * _LOG_ROOT

    def solved(self) -> tuple[float, float, float, Floats]:
        """Newton from what is known; a step is halved until it climbs, and slope stays positive."""
        at = np.array([1.0, 0.0])
        value, gradient, information = self.at(at)
        for _ in range(_ROUNDS):
            step: Floats = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
            rise = float(gradient @ step)
            if rise < _CLOSE * max(1.0, abs(value)):
                # Newton's next step squares the error; what it climbs is below the rounding of the sums
                at = at + step
                value, _, information = self.at(at)
                return float(at[0]), float(at[1]), value, information
            at, value, gradient, information = self._climbed(at, value, step, rise)
        raise NotComputable(Why.NOT_CONVERGED, "readings")

    def _climbed(
        self, at: Floats, value: float, step: Floats, rise: float
    ) -> tuple[Floats, float, Floats, Floats]:
        part = 1.0
        for _ in range(60):
            there = at + part * step
            if there[0] > 0:
                reached, gradient, information = self.at(there)
                # the last steps climb less than the sum's own rounding
                if reached >= value + 1e-4 * part * rise - 1e-13 * max(1.0, abs(value)):
                    return there, reached, gradient, information
            part /= 2
        raise NotComputable(Why.NOT_CONVERGED, "readings")

    def at(self, point: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, its gradient and its negative second derivatives."""
        slope, shift = point
        z = slope * self.x - shift
        k = self.x.size
        value = k * float(np.log(slope)) - float(z @ z) / 2 + self.constant
        gradient = np.array([k / slope - float(z @ self.x), float(z.sum())])
        cross = -float(self.x.sum())
        information = np.array([[k / slope**2 + float(self.x @ self.x), cross], [cross, float(k)]])
        if self.a.size:
            more = self._censored(slope, shift)
            value, gradient, information = value + more[0], gradient + more[1], information + more[2]
        return value, gradient, information

    def _censored(self, slope: float, shift: float) -> tuple[float, Floats, Floats]:
        """ln(Phi(v) - Phi(u)) and its derivatives; an open end has no density, and its own place does not count."""
        u, v = slope * self.a - shift, slope * self.b - shift
        log_chance = _log_between(u, v)
        p, q = (np.exp(-z * z / 2 - _LOG_ROOT - log_chance) for z in (v, u))
        a, b, u, v = (np.where(np.isfinite(end), end, 0.0) for end in (self.a, self.b, u, v))
        # with respect to v and u: first p and -q, second -(v p + p^2), u q - q^2 and p q
        vv, uu, uv = v * p + p * p, -u * q + q * q, -p * q
        gradient = np.array([float(p @ b - q @ a), float(q.sum() - p.sum())])
        cross = -float((vv * b + uv * (a + b) + uu * a).sum())
        first = float((vv * b * b + 2 * uv * a * b + uu * a * a).sum())
        information = np.array([[first, cross], [cross, float((vv + 2 * uv + uu).sum())]])
        return float(log_chance.sum()), gradient, information


def _log_between(u: Floats, v: Floats) -> Floats:
    """ln(Phi(v) - Phi(u)) for u < v; from the tail in which both lie, so that nothing is lost far out."""
    flip = u > 0
    low, high = np.where(flip, -v, u), np.where(flip, -u, v)
    top, bottom = special.log_ndtr(high), special.log_ndtr(low)
    return np.asarray(top + np.log(-np.expm1(np.minimum(bottom - top, -1e-300))))


def _carried(found: _Solution, frame: _Frame) -> CensoredFit:
    """From 1/sigma and mu/sigma of the standardised scale to mu and sigma of the results."""
    sigma, mu = 1 / found.slope, found.shift / found.slope
    slopes = np.array([[-mu * sigma, sigma], [-(sigma**2), 0.0]])
    covariance = slopes @ np.linalg.inv(found.information) @ slopes.T
    (var_mu, cov), (_, var_sigma) = covariance * frame.unit * frame.unit
    numbers = (
        frame.middle + mu * frame.unit,
        sigma * frame.unit,
        float(var_mu),
        float(var_sigma),
        float(cov),
    )
    log_likelihood = found.log_likelihood - frame.n_known * float(np.log(frame.unit))
    return CensoredFit(frame.family, *numbers, log_likelihood, frame.n, frame.n_known, frame.notes)


def _exponential(value: float) -> float:
    try:
        return exp(value)
    except OverflowError as beyond:
        raise NotComputable(Why.NOT_FINITE, "quantile") from beyond

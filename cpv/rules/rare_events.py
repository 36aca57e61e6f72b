"""Charts of what is rare: cases between events (g) and times between events (t).

A share of failures near zero makes p and u charts useless: nearly every point is 0. The number of batches or the time
from one event to the next says more. A point under the lower limit means that events have become more frequent, a
point over the upper limit that they have become rarer. Limits are estimated once (`g_limits`, `t_limits`) and applied
to any points by `beyond` and `scores`.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp, expm1, floor, isfinite, log, log1p, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from cpv.rules.attributes import FalseAlarm
from cpv.rules.basis import (
    Floats,
    LimitStatus,
    NotComputable,
    Note,
    Why,
    notes_on,
    present,
    series,
    status_of,
)
from cpv.rules.constants import d2

# Two-sided probability beyond 3 sigma of a normal distribution, as usual for charts.
SHEWHART_ALPHA = float(2 * stats.norm.sf(3))
# Nelson (1994): this power of an exponential time is Weibull of shape 3.6, hardly to be told from normal.
NELSON_POWER = 1 / 3.6
# exp of more than this is not a number of double precision.
_LOG_LARGEST = 700.0


class Law(StrEnum):
    """What points between events are taken to follow."""

    GEOMETRIC = "geometric"
    EXPONENTIAL = "exponential"
    WEIBULL = "weibull"
    NELSON = "nelson"


class Placing(StrEnum):
    """Where limits come from: quantiles of the law, or multiples of sigma from the mean."""

    PROBABILITY = "probability"
    SIGMA = "sigma"


@dataclass(frozen=True)
class RareLimits:
    """Limits of a g or t chart in the unit of its points, to be frozen. None: there is no limit on that side.

    `center` is the median of the law under probability limits (half of the points lie on each side of it, as rules on
    runs need), the mean under sigma limits. `scale`: the mean number over the minimum (geometric), the mean time
    (exponential), Weibull's scale, or the mean of the transformed times (Nelson); `spread`: Weibull's shape, Nelson's
    sigma, else None. `false_alarm` holds if the law and its parameters are right. `n` points made it.
    """

    law: Law
    placing: Placing
    center: float
    lower: float | None
    upper: float | None
    mean: float
    scale: float
    spread: float | None
    minimum: int
    false_alarm: FalseAlarm
    n: int
    notes: tuple[Note, ...] = ()

    @property
    def status(self) -> LimitStatus:
        """How far they can be trusted, by `n`."""
        return status_of(self.n)


def g_limits(
    between: ArrayLike,
    *,
    minimum: int = 0,
    alpha: float = SHEWHART_ALPHA,
    multiple: float | None = None,
) -> RareLimits:
    """Limits for the number of cases between events.

    X - minimum is geometric, P(X = x) = p q^(x - minimum), p = 1/(mean - minimum + 1). `minimum` is the least number
    possible: 0 where cases between two events are counted, 1 where the case with the event is counted too.

    By default probability limits with at most alpha/2 on either side: upper the smallest u with
    P(X > u) = q^(u - minimum + 1) <= alpha/2, lower the largest l with P(X < l) = 1 - q^(l - minimum) <= alpha/2.
    A lower limit at the minimum could never be passed and does not exist: unless p < alpha/2 or so the chart cannot
    see from one point that events have become more frequent (note ONE_SIDED). With a `multiple`, limits at
    mean -+ multiple sqrt((mean - minimum)(mean - minimum + 1)) instead. `false_alarm` is the attained probability of
    either. Note ZERO_SIGMA and no limits where all are at the minimum. A point on a limit is in.

    Raises NotComputable: EMPTY, NOT_FINITE, NOT_A_COUNT (also below the minimum), OUT_OF_RANGE (alpha, minimum),
    NOT_POSITIVE (multiple). Sources: Kaminsky et al., J. Quality Technology 24 (1992) 63-69; Benneyan, Health Care
    Management Science 4 (2001) 305-318.
    """
    _need_alpha(alpha)
    if multiple is not None and not (isfinite(multiple) and multiple > 0):
        raise NotComputable(Why.NOT_POSITIVE, "multiple")
    x = _numbers_between(between, minimum)
    excess = float(present(x, "between").mean()) - minimum
    about = _About(Law.GEOMETRIC, minimum, x)
    if excess <= 0:
        return about.flat(float(minimum))
    log_q = -log1p(1 / excess)
    lower: float
    upper: float
    if multiple is None:
        lower, upper = floor(log1p(-alpha / 2) / log_q), ceil(log(alpha / 2) / log_q) - 1.0
        placing, center = Placing.PROBABILITY, max(ceil(log(0.5) / log_q) - 1.0, 0.0)
    else:
        far = multiple * sqrt(excess * (excess + 1))
        lower, upper = excess - far, excess + far
        placing, center = Placing.SIGMA, excess
    below = -expm1(ceil(max(lower, 0)) * log_q)
    odds = FalseAlarm(below, exp((floor(upper) + 1) * log_q))
    sides = (minimum + lower if lower > 0 else None, minimum + upper)
    return about.limits(_Parameters(excess, None), placing, minimum + center, sides, odds)


def t_limits(times: ArrayLike, *, law: Law = Law.EXPONENTIAL, alpha: float = SHEWHART_ALPHA) -> RareLimits:
    """Limits for the time between events, any unit, alpha/2 on either side.

    EXPONENTIAL: mean theta; lower -theta ln(1 - alpha/2), upper -theta ln(alpha/2), center theta ln 2. One event
    changes the mean little, but the law is an assumption: look at the points first.
    WEIBULL: shape k and scale b by maximum likelihood; limits b (-ln(1 - alpha/2))^(1/k) and b (-ln(alpha/2))^(1/k).
    NELSON: y = t^(1/3.6) charted as individuals, mean(y) -+ z sigma, z the normal quantile of 1 - alpha/2 (3 by
    default), sigma = mean moving range / d2(2), d2 = 2/sqrt(pi), a range next to a missing value missing; limits to
    the power of 3.6. There is no lower limit where that of y is at 0 or under. Its `false_alarm` is that of
    exponential times with the mean of these, which is what the transformation is for: about .0007 over the upper
    limit and .00006 under the lower one, not .00135.

    A time of zero (two events within the resolution of the clock) is a value for EXPONENTIAL and NELSON, with note
    ZERO_TIMES; no Weibull density has one, so WEIBULL is refused. Notes ZERO_SIGMA (no scatter, no limits),
    UNBOUNDED (a limit is too large a number to be written).

    Raises NotComputable: EMPTY, NOT_FINITE, NOT_POSITIVE (a negative time; for WEIBULL zero too), TOO_FEW and
    CONSTANT (WEIBULL under two times or with all equal; NELSON without two in succession), OUT_OF_RANGE (alpha; a
    law that is not one of the three). Sources: Nelson, J. Quality Technology 26 (1994) 239-240; Montgomery,
    Introduction to Statistical Quality Control, 7.3.5 (low defect levels); Xie, Goh & Ranjan, Reliability
    Engineering & System Safety 77 (2002) 143-150 (probability limits).
    """
    _need_alpha(alpha)
    t = _times(times)
    there = present(t, "times")
    about = _About(law, 0, t)
    if law is Law.WEIBULL:
        return _weibull_limits(about, there, alpha)
    if law is Law.NELSON:
        return _nelson_limits(about, t, alpha)
    if law is not Law.EXPONENTIAL:
        raise NotComputable(Why.OUT_OF_RANGE, "law")
    theta = float(there.mean())
    if theta <= 0:
        return about.flat(0.0)
    sides = (-theta * log1p(-alpha / 2), -theta * log(alpha / 2))
    odds = FalseAlarm(alpha / 2, alpha / 2)
    return about.limits(_Parameters(theta, None), Placing.PROBABILITY, theta * log(2), sides, odds)


def beyond(limits: RareLimits, values: ArrayLike) -> NDArray[np.int8]:
    """Each value against frozen limits: 1 strictly above the upper, -1 strictly below the lower, else 0 (also NaN).

    Raises NotComputable: as the function that made the limits, for the values.
    """
    x = _points(limits, values)
    high = np.inf if limits.upper is None else limits.upper
    low = -np.inf if limits.lower is None else limits.lower
    return (x > high).astype(np.int8) - (x < low).astype(np.int8)


def scores(limits: RareLimits, values: ArrayLike) -> Floats:
    """Each value as the standard normal number with the same probability below it: for rules on runs and for EWMA.

    z = Phi^-1(F(x)) with the law's distribution F, for the geometric law in the middle of its step,
    F(x - 1) + P(x)/2; Nelson's (y - mean)/sigma. Held within about -+37, where probabilities end. NaN for NaN. Raises
    NotComputable as `beyond`, and NO_LIMITS if there was no scatter.
    """
    x = _points(limits, values)
    if Note.ZERO_SIGMA in limits.notes:
        raise NotComputable(Why.NO_LIMITS, "limits")
    if limits.law is Law.NELSON:
        return (x**NELSON_POWER - limits.scale) / float(limits.spread or 1.0)
    if limits.law is Law.GEOMETRIC:
        log_q, steps = -log1p(1 / limits.scale), x - limits.minimum
        above = (np.exp(steps * log_q) + np.exp((steps + 1) * log_q)) / 2
        under = -(np.expm1(steps * log_q) + np.expm1((steps + 1) * log_q)) / 2
    else:
        with np.errstate(over="ignore"):
            hazard = (x / limits.scale) ** (limits.spread or 1.0)
        above, under = np.exp(-hazard), -np.expm1(-hazard)
    least = 1e-300
    z = np.where(
        under < above, stats.norm.ppf(np.maximum(under, least)), stats.norm.isf(np.maximum(above, least))
    )
    return np.where(np.isnan(x), np.nan, z)


@dataclass(frozen=True)
class _Parameters:
    """Of the law: see `RareLimits`."""

    scale: float
    spread: float | None


@dataclass(frozen=True, eq=False)
class _About:
    """What every answer of one series has in common."""

    law: Law
    minimum: int
    values: Floats

    def limits(
        self,
        found: _Parameters,
        placing: Placing,
        center: float,
        sides: tuple[float | None, float | None],
        odds: FalseAlarm,
    ) -> RareLimits:
        there = self.values[~np.isnan(self.values)]
        lower, upper = sides
        notes = (
            *(note for note in notes_on(self.values) if note is not Note.ZERO_SIGMA),
            *([Note.ZERO_TIMES] if self.law is not Law.GEOMETRIC and (there == 0).any() else []),
            *([Note.ZERO_SIGMA] if lower is None and upper is None else []),
            *([Note.ONE_SIDED] if lower is None and upper is not None else []),
            *([Note.UNBOUNDED] if upper is None and lower is not None else []),
        )
        return RareLimits(
            law=self.law,
            placing=placing,
            center=center,
            lower=lower,
            upper=upper,
            mean=float(there.mean()),
            scale=found.scale,
            spread=found.spread,
            minimum=self.minimum,
            false_alarm=odds,
            n=int(there.size),
            notes=notes,
        )

    def flat(self, center: float) -> RareLimits:
        """Without scatter there are no limits."""
        nothing = FalseAlarm(0.0, 0.0)
        return self.limits(_Parameters(0.0, None), Placing.PROBABILITY, center, (None, None), nothing)


def _weibull_limits(about: _About, times: Floats, alpha: float) -> RareLimits:
    shape, log_scale = weibull(times)

    def quantile(hazard: float) -> float | None:
        exponent = log_scale + log(hazard) / shape
        return exp(exponent) if exponent < _LOG_LARGEST else None

    lower, upper = quantile(-log1p(-alpha / 2)), quantile(-log(alpha / 2))
    odds = FalseAlarm(alpha / 2, 0.0 if upper is None else alpha / 2)
    center = exp(log_scale + log(log(2)) / shape)
    found = _Parameters(exp(log_scale), shape)
    return about.limits(found, Placing.PROBABILITY, center, (lower, upper), odds)


def weibull(times: ArrayLike) -> tuple[float, float]:
    """Shape and natural logarithm of the scale by maximum likelihood.

    The shape k solves sum(t^k ln t)/sum(t^k) - 1/k = mean(ln t), whose left side rises in k; scale^k = mean(t^k).
    Raises NotComputable: EMPTY, TOO_FEW, NOT_POSITIVE, CONSTANT.
    """
    there = present(times, "times", least=2)
    if (there <= 0).any():
        raise NotComputable(Why.NOT_POSITIVE, "times")
    logs = np.log(there)
    middle = float(logs.mean())
    u = logs - middle
    if np.ptp(u) < 1e-9:  # the shape would be some 10^9: all equal but for the arithmetic
        raise NotComputable(Why.CONSTANT, "times")

    def slope(shape: float) -> float:
        weights = np.exp(shape * (u - u.max()))
        return float((u * weights).sum() / weights.sum()) - 1 / shape

    high = 1 / float(u.std())
    while slope(high) < 0:
        high *= 2
    low = high
    while slope(low) > 0:
        low /= 2
    shape = float(optimize.brentq(slope, low, high, xtol=1e-14 * high, rtol=1e-13)) if low < high else low
    top = float(u.max())
    mean_power = log(float(np.exp(shape * (u - top)).mean()))
    return shape, middle + top + mean_power / shape


def _nelson_limits(about: _About, times: Floats, alpha: float) -> RareLimits:
    y = times**NELSON_POWER
    ranges = np.abs(np.diff(y))
    ranges = ranges[~np.isnan(ranges)]
    if ranges.size == 0:
        raise NotComputable(Why.TOO_FEW, "times")
    mean, sigma = float(np.nanmean(y)), float(ranges.mean()) / d2(2)
    center = mean ** (1 / NELSON_POWER)
    if sigma <= 0:
        return about.flat(center)
    far = float(stats.norm.isf(alpha / 2)) * sigma
    lower = (mean - far) ** (1 / NELSON_POWER) if mean > far else None
    upper = (mean + far) ** (1 / NELSON_POWER)
    theta = float(np.nanmean(times))
    odds = FalseAlarm(0.0 if lower is None else -expm1(-lower / theta), exp(-upper / theta))
    return about.limits(_Parameters(mean, sigma), Placing.SIGMA, center, (lower, upper), odds)


def _need_alpha(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "alpha")


def _points(limits: RareLimits, values: ArrayLike) -> Floats:
    if limits.law is Law.GEOMETRIC:
        return _numbers_between(values, limits.minimum)
    return _times(values)


def _numbers_between(between: ArrayLike, minimum: int) -> Floats:
    if minimum not in (0, 1):
        raise NotComputable(Why.OUT_OF_RANGE, "minimum")
    x = series(between, "between")
    there = x[~np.isnan(x)]
    if (there < minimum).any() or (there != np.floor(there)).any():
        raise NotComputable(Why.NOT_A_COUNT, "between")
    return x


def _times(times: ArrayLike) -> Floats:
    t = series(times, "times")
    if (t < 0).any():
        raise NotComputable(Why.NOT_POSITIVE, "times")
    return t

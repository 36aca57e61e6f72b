"""Potency: specific lysis, four-parameter logistic curves, relative potency with its test of parallelism.

The curve, over the natural logarithm of the dose x (Finney, Statistical Method in Biological Assay, 3rd ed. 1978; the
form of USP <1034> and Ph. Eur. 5.3)::

    y = lower + (upper - lower) / (1 + exp(-slope * (ln x - ln ec50)))

`lower` and `upper` are the asymptotes at dose nought and without end where the slope is positive. Fits are by least
squares (Levenberg-Marquardt), unweighted: responses whose spread grows with their size are to be transformed before.

Two preparations are compared under one pair of asymptotes and one slope: the test is then a dilution or concentration
of the reference, and the horizontal distance of the curves is the logarithm of the relative potency. Whether one set of
parameters will do for both is asked first, by the extra sum of squares (F test on 3 and n - 8 degrees of freedom).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, log, sqrt
from typing import Any

import numpy as np
from scipy import optimize, stats

Floats = np.ndarray[Any, np.dtype[np.float64]]

_PARAMETERS = 4
_LEAST_DOSES = 4
# Below this share of the responses' own size a curve is flat: its middle is anywhere.
_FLAT = 1e-9
# Shares of the range of responses between which doses are near the middle, for the first guess.
_MIDDLE = 0.5
# Sums of squares below this share of the responses' own are the arithmetic's, not the assay's.
_NOTHING = 1e-20


class PotencyFault(StrEnum):
    """Why nothing can be said."""

    TOO_FEW_DOSES = "too_few_doses"
    TOO_FEW_RESPONSES = "too_few_responses"
    NOT_FINITE = "not_finite"
    DOSE_NOT_POSITIVE = "dose_not_positive"
    FLAT = "flat"
    NO_FIT = "no_fit"
    NO_WINDOW = "no_window"


class NoPotency(ValueError):
    """The measurements say nothing of the potency, with the reason's code."""

    def __init__(self, fault: PotencyFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Response:
    """One response (any unit) to one dose (any unit, the same for all; a ratio of cells too)."""

    dose: float
    response: float


@dataclass(frozen=True)
class Curve:
    """A fitted curve. `residual_sd` in the unit of the response, on `df` degrees of freedom."""

    lower: float
    upper: float
    slope: float
    ec50: float
    residual_sd: float
    df: int
    doses: tuple[float, float]

    def at(self, dose: float) -> float:
        """The response that the curve has at a dose."""
        return float(
            _logistic(np.array([self.lower, self.upper, self.slope, log(self.ec50)]), np.log([dose]))[0]
        )


class Beyond(StrEnum):
    """A response from which no dose can be read."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True)
class FTest:
    """The test of parallelism: a small p says that the curves do not have one form."""

    f: float
    df: tuple[int, int]
    p: float


@dataclass(frozen=True)
class RelativePotency:
    """How potent the test is, the reference being 1, with confidence limits; meaningful only for parallel curves."""

    value: float
    low: float
    high: float
    confidence: float
    parallelism: FTest
    reference: Curve
    test: Curve


def specific_lysis(*, measured: float, spontaneous: float, maximal: float) -> float:
    """Lysis by the effector cells, in per cent: 100 (measured - spontaneous) / (maximal - spontaneous).

    Release of a label in any unit; below 0 or above 100 is noise and stays visible. Worked: (1600 - 400) / (2400 - 400)
    = 60 %. Source: Brunner et al., Immunology 14 (1968) 181-196. Raises NoPotency.
    """
    if not all(map(isfinite, (measured, spontaneous, maximal))):
        raise NoPotency(PotencyFault.NOT_FINITE)
    if maximal <= spontaneous:
        raise NoPotency(PotencyFault.NO_WINDOW)
    return 100 * (measured - spontaneous) / (maximal - spontaneous)


def fit_curve(responses: Sequence[Response]) -> Curve:
    """The four-parameter logistic curve through responses, four doses or more. Raises NoPotency."""
    x, y = _arrays(responses)
    found = _fit(lambda p: _logistic(p, x) - y, _guess(x, y))
    return _curve(found, responses)


def dose_of(curve: Curve, response: float) -> float | Beyond:
    """The dose at which the curve has this response, within the doses it was fitted to; else on which side it is.

    For a standard curve: a concentration beyond the standards is not read, it is beyond them.
    """
    low, high = (curve.at(dose) for dose in curve.doses)
    is_rising = high > low
    if not min(low, high) <= response <= max(low, high):
        return Beyond.ABOVE if (response > max(low, high)) is is_rising else Beyond.BELOW
    share = (response - curve.lower) / (curve.upper - curve.lower)
    return float(exp(log(curve.ec50) + log(share / (1 - share)) / curve.slope))


def relative_potency(
    reference: Sequence[Response], test: Sequence[Response], confidence: float = 0.95
) -> RelativePotency:
    """The potency of the test relative to the reference. Raises NoPotency.

    ln R = ln ec50(reference) - ln ec50(test) under common asymptotes and slope, with limits by Student's t on n - 5
    degrees of freedom.
    """
    (xr, yr), (xt, yt) = _arrays(reference), _arrays(test)
    if len(yr) + len(yt) <= 2 * _PARAMETERS:
        raise NoPotency(PotencyFault.TOO_FEW_RESPONSES)
    alone = [fit_curve(reference), fit_curve(test)]
    own = sum(curve.residual_sd**2 * curve.df for curve in alone)
    first, second = _guess(xr, yr), _guess(xt, yt)
    start = np.append((first[:3] + second[:3]) / 2, [first[3], first[3] - second[3]])

    def together(p: Floats) -> Floats:
        shifted = np.array([*p[:3], p[3] - p[4]])
        return np.concatenate([_logistic(p[:4], xr) - yr, _logistic(shifted, xt) - yt])

    found = _fit(together, start)
    common, n = 2 * float(found.cost), len(yr) + len(yt)
    error = sqrt(_covariance(found, common / (n - 5))[4, 4])
    t = float(stats.t.ppf((1 + confidence) / 2, n - 5))
    lower, upper, slope, middle, shift = (float(value) for value in found.x)
    sd = sqrt(common / (n - 5))
    curves = (
        Curve(lower, upper, slope, exp(centre), sd, n - 5, _range(responses))
        for centre, responses in ((middle, reference), (middle - shift, test))
    )
    return RelativePotency(
        value=exp(shift),
        low=exp(shift - t * error),
        high=exp(shift + t * error),
        confidence=confidence,
        parallelism=_parallelism(common, own, n, float(yr @ yr + yt @ yt)),
        reference=next(curves),
        test=next(curves),
    )


def _parallelism(common: float, own: float, n: int, size: float) -> FTest:
    df = (3, n - 2 * _PARAMETERS)
    extra = common - own
    if extra <= _NOTHING * size:
        return FTest(0.0, df, 1.0)
    if own <= _NOTHING * size:  # each has a curve through every point, and one for both has not
        return FTest(float("inf"), df, 0.0)
    f = (extra / df[0]) / (own / df[1])
    return FTest(f, df, float(stats.f.sf(f, *df)))


def _arrays(responses: Sequence[Response]) -> tuple[Floats, Floats]:
    """Logarithms of the doses, and the responses."""
    if not all(isfinite(one.dose) and isfinite(one.response) for one in responses):
        raise NoPotency(PotencyFault.NOT_FINITE)
    if any(one.dose <= 0 for one in responses):
        raise NoPotency(PotencyFault.DOSE_NOT_POSITIVE)
    if len({one.dose for one in responses}) < _LEAST_DOSES:
        raise NoPotency(PotencyFault.TOO_FEW_DOSES)
    if len(responses) <= _PARAMETERS:
        raise NoPotency(PotencyFault.TOO_FEW_RESPONSES)
    y = np.array([one.response for one in responses])
    if np.ptp(y) <= _FLAT * max(1e-300, float(np.abs(y).max())):
        raise NoPotency(PotencyFault.FLAT)
    return np.log([one.dose for one in responses]), y


def _logistic(p: Floats, x: Floats) -> Floats:
    lower, upper, slope, middle = p[:4]
    with np.errstate(over="ignore"):  # far from the middle the curve is its asymptote
        curve: Floats = lower + (upper - lower) / (1 + np.exp(-slope * (x - middle)))
    return curve


def _guess(x: Floats, y: Floats) -> Floats:
    """Where the search begins: the range of the responses, and the dose whose response is nearest its middle."""
    doses = np.unique(x)
    means = np.array([y[x == dose].mean() for dose in doses])
    low, high = float(means.min()), float(means.max())
    direction = 1.0 if means[-1] >= means[0] else -1.0
    middle = float(doses[np.abs(means - (low + _MIDDLE * (high - low))).argmin()])
    slope = direction * 4 / max(float(np.ptp(doses)), 1e-6)
    return np.array([low, high, slope, middle])


def _fit(residuals: Callable[[Floats], Floats], start: Floats) -> Any:
    try:
        found = optimize.least_squares(residuals, start, method="lm", x_scale="jac", max_nfev=20_000)
    except (ValueError, FloatingPointError) as error:
        raise NoPotency(PotencyFault.NO_FIT) from error
    if not found.success or not np.isfinite(found.x).all() or abs(found.x[2]) < _FLAT:
        raise NoPotency(PotencyFault.NO_FIT)
    return found


def _covariance(found: Any, variance: float) -> Floats:
    try:
        matrix: Floats = np.linalg.inv(found.jac.T @ found.jac) * variance
    except np.linalg.LinAlgError as error:
        raise NoPotency(PotencyFault.NO_FIT) from error
    if not (np.diag(matrix) >= 0).all():
        raise NoPotency(PotencyFault.NO_FIT)
    return matrix


def _curve(found: Any, responses: Sequence[Response]) -> Curve:
    lower, upper, slope, middle = (float(value) for value in found.x)
    df = len(responses) - _PARAMETERS
    sd = sqrt(2 * float(found.cost) / df)
    return Curve(lower, upper, slope, exp(middle), sd, df, _range(responses))


def _range(responses: Sequence[Response]) -> tuple[float, float]:
    doses = [one.dose for one in responses]
    return min(doses), max(doses)

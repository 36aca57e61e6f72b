"""Four-parameter logistic curves through responses to doses: fitting one, and reading doses from it.

The curve, over the natural logarithm of the dose x (Finney, Statistical Method in Biological Assay, 3rd ed. 1978; the
form of USP <1034> and Ph. Eur. 5.3)::

    y = lower + (upper - lower) / (1 + exp(-slope * (ln x - ln ec50)))

`lower` is below `upper`; the slope is positive where responses rise with the dose, negative where they fall. Fits are
by least squares (Levenberg-Marquardt), unweighted: responses whose spread grows with their size are to be transformed
before. The search begins at several places and keeps the best end. What does not converge, or converges where the
responses determine nothing (a curve that is a step between two doses, a middle beyond all reckoning), is refused by a
code and never by an arithmetic error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, log, sqrt
from typing import Any

import numpy as np
from scipy import optimize, stats

Floats = np.ndarray[Any, np.dtype[np.float64]]
Function = Callable[[Floats], Floats]

PARAMETERS = 4
_LEAST_DOSES = 4
# Below this share of the responses' own size a curve is flat: its middle is anywhere.
_FLAT = 1e-9
# Where the first guess of the middle lies between the lowest and the highest mean response.
_MIDDLE = 0.5
# Slopes from which the search begins, as shares of the one that spans the doses.
_STEEPNESS = (1.0, 4.0)
# Beyond this logarithm a dose is no number of this world; that of the largest float is 709.
FARTHEST = 700.0
# A matrix of information worse conditioned than this determines some parameter by the arithmetic's noise alone.
_WORST_CONDITION = 1e12
# Enough for every curve that has a middle among its doses; what takes longer runs away.
_MOST_STEPS = 300
# Larger than anything that is measured, and small enough to be squared and summed.
_LARGEST = 1e100


class PotencyFault(StrEnum):
    """Why nothing can be said."""

    TOO_FEW_DOSES = "too_few_doses"
    TOO_FEW_RESPONSES = "too_few_responses"
    NOT_FINITE = "not_finite"
    DOSE_NOT_POSITIVE = "dose_not_positive"
    FLAT = "flat"
    NO_FIT = "no_fit"
    UNDETERMINED = "undetermined"
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
    """A fitted curve. `residual_sd` in the unit of the response, on `df` degrees of freedom.

    `covariance` is that of lower, upper, slope and ln ec50. `doses` are the lowest and the highest it was fitted to.
    """

    lower: float
    upper: float
    slope: float
    ec50: float
    residual_sd: float
    df: int
    doses: tuple[float, float]
    covariance: tuple[tuple[float, ...], ...] = ()

    @property
    def parameters(self) -> Floats:
        """Lower, upper, slope and ln ec50."""
        return np.array([self.lower, self.upper, self.slope, log(self.ec50)])

    @property
    def is_middle_within(self) -> bool:
        """Whether the ec50 lies among the doses; where it does not, an asymptote is a guess of the mathematics."""
        return self.doses[0] <= self.ec50 <= self.doses[1]

    def at(self, dose: float) -> float:
        """The response that the curve has at a positive dose. Raises NoPotency."""
        if not (isfinite(dose) and dose > 0):
            raise NoPotency(PotencyFault.DOSE_NOT_POSITIVE)
        return float(logistic(self.parameters, np.log([dose]))[0])


class Beyond(StrEnum):
    """A response from which no dose can be read."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True)
class DoseRead:
    """A dose that was read from a curve, with confidence limits that include the curve's own uncertainty."""

    value: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class Misfit:
    """What is made as small as can be: residuals as a function of the parameters, and their slopes in these."""

    residuals: Function
    slopes: Function


@dataclass(frozen=True)
class Found:
    """What a search ended with: parameters, the slopes of the residuals in them, the sum of squared residuals."""

    x: Floats
    jacobian: Floats
    squares: float

    def covariance(self, variance: float) -> Floats:
        """Of the parameters, for this variance of a response. Raises NoPotency where nothing determines them."""
        size = np.linalg.norm(self.jacobian, axis=0)
        if not np.isfinite(size).all() or (size == 0).any():
            raise NoPotency(PotencyFault.UNDETERMINED)
        information = (self.jacobian / size).T @ (self.jacobian / size)
        if np.linalg.cond(information) > _WORST_CONDITION:
            raise NoPotency(PotencyFault.UNDETERMINED)
        matrix: Floats = np.linalg.inv(information) / np.outer(size, size) * variance
        return matrix


def fit_curve(responses: Sequence[Response]) -> Curve:
    """The four-parameter logistic curve through responses, four doses or more, five responses or more.

    Raises NoPotency.
    """
    x, y = arrays(responses)
    found = search(apart(x, y), guesses(x, y))
    df = len(y) - PARAMETERS
    return curve_of(found.x, found.covariance(found.squares / df), found.squares / df, df, responses)


def dose_of(curve: Curve, response: float) -> float | Beyond:
    """The dose at which the curve has this response, within the doses it was fitted to; else on which side it is.

    For a standard curve: a concentration beyond the standards is not read, it is beyond them. Raises NoPotency for a
    response that is no number.
    """
    if not isfinite(response):
        raise NoPotency(PotencyFault.NOT_FINITE)
    low, high = (curve.at(dose) for dose in curve.doses)
    is_rising = curve.slope > 0
    if not min(low, high) <= response <= max(low, high):
        return Beyond.ABOVE if (response > max(low, high)) is is_rising else Beyond.BELOW
    share = (response - curve.lower) / (curve.upper - curve.lower)
    if not 0 < share < 1:  # so near an asymptote that the difference is lost
        return Beyond.ABOVE if (share >= 1) is is_rising else Beyond.BELOW
    dose = exp(log(curve.ec50) + log(share / (1 - share)) / curve.slope)
    return min(max(dose, curve.doses[0]), curve.doses[1])


def read_dose(curve: Curve, responses: Sequence[float], confidence: float = 0.95) -> DoseRead | Beyond:
    """The dose that the mean of these responses is read as, with confidence limits.

    The variance of ln dose, by the delta method: (s^2/m + g' C g) / (dy/dln x)^2, where m responses were measured, C is
    the covariance of the curve's parameters and g the slope of the curve in them; Student's t on the curve's degrees of
    freedom. Raises NoPotency.
    """
    if not responses:
        raise NoPotency(PotencyFault.TOO_FEW_RESPONSES)
    dose = dose_of(curve, sum(responses) / len(responses))
    if isinstance(dose, Beyond):
        return dose
    p, x = curve.parameters, log(dose)
    slopes = gradient(p, np.array([x]))[0]
    variance = curve.residual_sd**2 / len(responses) + slopes @ np.array(curve.covariance) @ slopes
    # a curve is as steep in ln dose as it is in ln ec50, the other way
    reach = student(confidence, curve.df) * sqrt(max(float(variance), 0.0)) / abs(float(slopes[3]))
    return DoseRead(dose, *limits_of(x, reach), confidence)


def student(confidence: float, df: float) -> float:
    """How many standard errors a two-sided interval reaches to either side. Raises ValueError unless 0 < it < 1."""
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    return float(stats.t.ppf((1 + confidence) / 2, df))


def limits_of(middle: float, reach: float) -> tuple[float, float]:
    """Confidence limits from those of the logarithm. Raises NoPotency where they are beyond all reckoning."""
    if not abs(middle) + reach < FARTHEST:
        raise NoPotency(PotencyFault.UNDETERMINED)
    return exp(middle - reach), exp(middle + reach)


def arrays(responses: Sequence[Response]) -> tuple[Floats, Floats]:
    """Logarithms of the doses, and the responses. Raises NoPotency for what no curve goes through."""
    if not all(isfinite(one.dose) and abs(one.response) <= _LARGEST for one in responses):
        raise NoPotency(PotencyFault.NOT_FINITE)
    if any(one.dose <= 0 for one in responses):
        raise NoPotency(PotencyFault.DOSE_NOT_POSITIVE)
    if len({one.dose for one in responses}) < _LEAST_DOSES:
        raise NoPotency(PotencyFault.TOO_FEW_DOSES)
    if len(responses) <= PARAMETERS:
        raise NoPotency(PotencyFault.TOO_FEW_RESPONSES)
    y = np.array([one.response for one in responses])
    if np.ptp(y) <= _FLAT * max(1e-300, float(np.abs(y).max())):
        raise NoPotency(PotencyFault.FLAT)
    return np.log([one.dose for one in responses]), y


def logistic(p: Floats, x: Floats) -> Floats:
    """The curve with these parameters (lower, upper, slope, ln ec50) at logarithms of doses."""
    with np.errstate(all="ignore"):  # far from the middle the curve is its asymptote
        curve: Floats = p[0] + (p[1] - p[0]) / (1 + np.exp(-p[2] * (x - p[3])))
    return curve


def gradient(p: Floats, x: Floats) -> Floats:
    """How the curve changes with each of its parameters, a row for each x."""
    with np.errstate(all="ignore"):
        share = 1 / (1 + np.exp(-p[2] * (x - p[3])))
        width = (p[1] - p[0]) * share * (1 - share)
        slopes: Floats = np.column_stack([1 - share, share, width * (x - p[3]), -width * p[2]])
    return slopes


def apart(x: Floats, y: Floats) -> Misfit:
    """One curve through one preparation."""
    return Misfit(lambda p: logistic(p, x) - y, lambda p: gradient(p, x))


def guesses(x: Floats, y: Floats) -> list[Floats]:
    """Where the search begins: the range of the responses, and the dose whose response is nearest its middle."""
    doses = np.unique(x)
    means = np.array([y[x == dose].mean() for dose in doses])
    low, high = float(means.min()), float(means.max())
    direction = 1.0 if means[-1] >= means[0] else -1.0
    middle = float(doses[np.abs(means - (low + _MIDDLE * (high - low))).argmin()])
    slope = direction * 4 / max(float(np.ptp(doses)), 1e-6)
    return [np.array([low, high, slope * steep, middle]) for steep in _STEEPNESS]


def search(misfit: Misfit, starts: Sequence[Floats]) -> Found:
    """The parameters of the least sum of squares, from wherever the search ends best. Raises NoPotency."""
    ends = [end for end in (_descend(misfit, start) for start in starts) if end is not None]
    if not ends:
        raise NoPotency(PotencyFault.NO_FIT)
    best = min(ends, key=lambda end: end.squares)
    if abs(best.x[2]) < _FLAT:
        raise NoPotency(PotencyFault.NO_FIT)
    return _upright(best)


def _descend(misfit: Misfit, start: Floats) -> Found | None:
    try:
        with np.errstate(all="ignore"):
            end = optimize.least_squares(
                misfit.residuals, start, misfit.slopes, method="lm", x_scale="jac", max_nfev=_MOST_STEPS
            )
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
    is_sound = end.success and np.isfinite(end.x).all() and np.isfinite(end.jac).all() and isfinite(end.cost)
    return Found(end.x, end.jac, 2 * float(end.cost)) if is_sound else None


def _upright(found: Found) -> Found:
    """The same curve, written with the lower asymptote first."""
    if found.x[0] <= found.x[1]:
        return found
    order = [1, 0, *range(2, len(found.x))]
    x, jacobian = found.x[order], found.jacobian[:, order]
    x[2], jacobian[:, 2] = -x[2], -jacobian[:, 2]
    return Found(x, jacobian, found.squares)


def curve_of(p: Floats, covariance: Floats, variance: float, df: int, responses: Sequence[Response]) -> Curve:
    """The curve that these parameters are. Raises NoPotency for a middle beyond all reckoning."""
    lower, upper, slope, middle = (float(value) for value in p)
    if abs(middle) >= FARTHEST:
        raise NoPotency(PotencyFault.UNDETERMINED)
    doses = [one.dose for one in responses]
    spread = tuple(tuple(float(value) for value in row) for row in covariance)
    return Curve(lower, upper, slope, exp(middle), sqrt(variance), df, (min(doses), max(doses)), spread)

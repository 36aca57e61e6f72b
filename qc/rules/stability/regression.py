"""Straight lines through the results of several batches over time, and whether they may be pooled.

ICH Q1E, appendix B: first it is tested whether the slopes differ, then, if they do not, whether the intercepts do; both
at the significance level 0.25, because pooling what differs is the graver mistake. Where slopes differ every batch has
its own line; the residual variance is pooled over all batches in every case. Both tests are made against the residual
variance of the model in which every batch has its own line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import stats

SIGNIFICANCE = 0.25
# Residuals smaller than this part of the values themselves are the rounding of the machine.
_NOTHING = 1e-18

_Array = npt.NDArray[np.float64]


class Model(StrEnum):
    """What the batches share."""

    COMMON = "common"
    COMMON_SLOPE = "common_slope"
    SEPARATE = "separate"


@dataclass(frozen=True)
class Observation:
    """One result: of a batch, so long after the beginning, in the unit of the study."""

    batch: str
    time: float
    value: float


class NotEstimable(ValueError):
    """There are too few results to draw the lines."""


@dataclass(frozen=True)
class Pooling:
    """The model that the tests allow, and what they came to (None where there was nothing to compare)."""

    model: Model
    slopes_p: float | None = None
    intercepts_p: float | None = None


@dataclass(frozen=True)
class Line:
    """The line of one batch."""

    batch: str
    intercept: float
    slope: float

    def at(self, time: float) -> float:
        """The estimated mean at a time."""
        return self.intercept + self.slope * time


@dataclass(frozen=True)
class Fit:
    """The lines of all batches, the residual standard deviation and its degrees of freedom."""

    model: Model
    batches: tuple[str, ...]
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    sd: float
    degrees: int

    def line(self, batch: str) -> Line:
        """The line of one batch."""
        start, later = (self._row(batch, time) @ np.array(self.coefficients) for time in (0.0, 1.0))
        return Line(batch, float(start), float(later - start))

    def error(self, batch: str, time: float) -> float:
        """The standard error of the mean of a batch at a time."""
        row = self._row(batch, time)
        return self.sd * float(np.sqrt(max(0.0, float(row @ np.array(self.covariance) @ row))))

    def _row(self, batch: str, time: float) -> _Array:
        row: _Array = _design(self.model, self.batches, [Observation(batch, time, 0.0)])[0]
        return row


def _design(model: Model, batches: Sequence[str], observations: Sequence[Observation]) -> _Array:
    """Columns: intercepts, then slopes; one of each, or one for each batch."""
    own = np.array([[float(it.batch == batch) for batch in batches] for it in observations])
    ones, times = np.ones((len(observations), 1)), np.array([[it.time] for it in observations])
    intercepts = ones if model is Model.COMMON else own
    slopes = own * times if model is Model.SEPARATE else times
    return np.hstack([intercepts, slopes])


def fit(observations: Sequence[Observation], model: Model) -> Fit:
    """Least squares. Raises NotEstimable where results are too few, or all of a batch at one time."""
    batches = tuple(sorted({it.batch for it in observations}))
    if not batches:
        raise NotEstimable
    matrix = _design(model, batches, observations)
    values = np.array([it.value for it in observations])
    degrees = len(observations) - matrix.shape[1]
    if degrees < 1 or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise NotEstimable
    coefficients = np.linalg.lstsq(matrix, values, rcond=None)[0]
    covariance = np.linalg.inv(matrix.T @ matrix)
    return Fit(
        model,
        batches,
        tuple(float(it) for it in coefficients),
        tuple(tuple(float(it) for it in row) for row in covariance),
        float(np.sqrt(_residual(values, matrix @ coefficients) / degrees)),
        degrees,
    )


def _residual(values: _Array, fitted: _Array) -> float:
    """The sum of squares that a model leaves."""
    left = float(np.sum((values - fitted) ** 2))
    return left if left > _NOTHING * float(np.sum(values**2)) else 0.0


def pool(observations: Sequence[Observation]) -> Pooling:
    """What may be shared by the batches. Raises NotEstimable."""
    if len({it.batch for it in observations}) == 1:
        fit(observations, Model.COMMON)
        return Pooling(Model.COMMON)
    separate = fit(observations, Model.SEPARATE)
    own, shared = fit(observations, Model.COMMON_SLOPE), fit(observations, Model.COMMON)
    slopes_p = _p(own, separate, separate)
    if slopes_p < SIGNIFICANCE:
        return Pooling(Model.SEPARATE, slopes_p)
    intercepts_p = _p(shared, own, separate)
    model = Model.COMMON_SLOPE if intercepts_p < SIGNIFICANCE else Model.COMMON
    return Pooling(model, slopes_p, intercepts_p)


def _p(smaller: Fit, larger: Fit, full: Fit) -> float:
    """The extra sum of squares of the larger model against the residual variance of the full one."""
    more = _left(smaller) - _left(larger)
    degrees = smaller.degrees - larger.degrees
    if full.sd == 0:
        return 1.0 if smaller.sd == 0 else 0.0
    ratio = max(0.0, more) / degrees / full.sd**2
    return float(stats.f.sf(ratio, degrees, full.degrees))


def _left(it: Fit) -> float:
    return it.sd**2 * it.degrees


def quantile(degrees: int, confidence: float) -> float:
    """Student's t that a one-sided bound of this confidence is made with."""
    return float(stats.t.ppf(confidence, degrees))

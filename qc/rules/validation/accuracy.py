"""Accuracy: how near the mean of measurements lies to what is accepted as true."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from qc.rules.validation.basis import (
    Estimate,
    NotAssessable,
    ValidationFault,
    need_confidence,
    need_numbers,
)
from qc.rules.validation.components import Measurement, separable, variance_components


@dataclass(frozen=True)
class Accuracy:
    """At one level: `recovery` in per cent of the nominal value, `bias` in the unit of the values."""

    n: int
    nominal: float
    mean: Estimate
    recovery: Estimate
    bias: Estimate


def accuracy(
    measurements: Sequence[Measurement], nominal: float, factors: int = 0, confidence: float = 0.95
) -> Accuracy:
    """Recovery 100 mean/nominal and bias mean - nominal, the nominal value taken as exact.

    The variance of the mean is that of a nested design of so many factors (`components`), with Student's t on
    Satterthwaite's degrees of freedom: for k runs of equal size, the spread of the k means on k - 1. Without groups it
    is s^2/n on n - 1. Source: ICH Q2(R2), accuracy (recovery or difference, with a confidence interval). Raises
    NotAssessable.
    """
    need_confidence(confidence)
    need_numbers(one.value for one in measurements)
    if not isfinite(nominal):
        raise NotAssessable(ValidationFault.NOT_FINITE)
    if nominal <= 0:
        raise NotAssessable(ValidationFault.NOT_POSITIVE)
    grouped = separable(measurements, factors)
    mean = _mean(grouped, confidence)
    low, high = (None if limit is None else limit - nominal for limit in (mean.low, mean.high))
    bias = Estimate(mean.value - nominal, low, high, mean.df)
    return Accuracy(len(grouped), nominal, mean, mean.times(100 / nominal), bias)


def _mean(grouped: Sequence[Measurement], confidence: float) -> Estimate:
    names = [str(place) for place in range(len(grouped[0].groups))]
    return variance_components(grouped, names, confidence).mean

"""What all of validation stands on: an estimate with its limits, the codes of what cannot be assessed, two intervals.

Satterthwaite's approximation (Biometrics Bulletin 2 (1946) 110-114) gives a linear combination of independent mean
squares, sum(a_i M_i), the degrees of freedom (sum a_i M_i)^2 / sum((a_i M_i)^2 / df_i), and treats it as a multiple of
chi-squared. For one mean square it is exact. It is poor where a coefficient is negative and takes away most of the rest
(a component that is small beside its own error): such limits are too narrow, which the width itself shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt
from typing import Any

from scipy import stats

# Differences below this share of the values' own size are the arithmetic's, not the assay's.
NOTHING = 1e-12
# Larger than anything that is measured, and small enough to be squared and summed.
LARGEST = 1e100


class ValidationFault(StrEnum):
    """Why a characteristic cannot be assessed."""

    NO_DATA = "no_data"
    NOT_FINITE = "not_finite"
    NOT_POSITIVE = "not_positive"
    TOO_FEW_REPLICATES = "too_few_replicates"
    TOO_FEW_GROUPS = "too_few_groups"
    TOO_FEW_LEVELS = "too_few_levels"
    CONFOUNDED = "confounded"
    UNEQUAL = "unequal"
    ZERO_VARIANCE = "zero_variance"
    ZERO_MEAN = "zero_mean"
    NO_SLOPE = "no_slope"


class NotAssessable(ValueError):
    """The measurements say nothing of the characteristic: the reason's code, and what it is about."""

    def __init__(self, fault: ValidationFault, **params: Any) -> None:
        super().__init__(f"{fault} {params}" if params else str(fault))
        self.fault, self.params = fault, params


@dataclass(frozen=True)
class Estimate:
    """A value with two-sided confidence limits and their degrees of freedom; None where there is no such limit."""

    value: float
    low: float | None = None
    high: float | None = None
    df: float | None = None

    def times(self, factor: float) -> "Estimate":
        """The same in another unit. Raises ValueError unless the factor is positive."""
        if not factor > 0:
            raise ValueError("a unit is a positive multiple of another")
        low, high = (None if limit is None else limit * factor for limit in (self.low, self.high))
        return Estimate(self.value * factor, low, high, self.df)

    def root(self) -> "Estimate":
        """The standard deviation of which this is the variance."""
        low, high = (None if limit is None else sqrt(limit) for limit in (self.low, self.high))
        return Estimate(sqrt(self.value), low, high, self.df)


def need_numbers(values: Iterable[float]) -> None:
    """Raises NotAssessable unless there are values, and each is a number of this world."""
    given = list(values)
    if not given:
        raise NotAssessable(ValidationFault.NO_DATA)
    if not all(isfinite(value) and abs(value) <= LARGEST for value in given):
        raise NotAssessable(ValidationFault.NOT_FINITE)


def need_confidence(confidence: float) -> None:
    """Raises ValueError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")


def is_nothing(squares: float, values: Sequence[float]) -> bool:
    """Whether a sum of squares is what rounding leaves of values that do not differ."""
    return squares <= len(values) * (NOTHING * max(map(abs, values))) ** 2


def variance_estimate(variance: float, df: float, confidence: float) -> Estimate:
    """A variance with limits from chi-squared: df v / chi2((1 + c)/2), df v / chi2((1 - c)/2)."""
    low, high = (
        _quotient(df * variance, float(stats.chi2.ppf(share, df)))
        for share in ((1 + confidence) / 2, (1 - confidence) / 2)
    )
    return Estimate(variance, low, high, df)


def mean_estimate(mean: float, variance: float, df: float, confidence: float) -> Estimate:
    """A mean with limits from Student's t; `variance` is the mean's own."""
    reach = float(stats.t.ppf((1 + confidence) / 2, df)) * sqrt(variance)
    return Estimate(mean, mean - reach, mean + reach, df) if isfinite(reach) else Estimate(mean, df=df)


def degrees_of_freedom(parts: Sequence[float], dfs: Sequence[float]) -> float:
    """Satterthwaite's degrees of freedom of the sum of these multiples of mean squares."""
    spread = sum(part**2 / df for part, df in zip(parts, dfs, strict=True))
    return sum(parts) ** 2 / spread if spread else 0.0


def combination(
    coefficients: Sequence[float], squares: Sequence[float], dfs: Sequence[float], confidence: float
) -> Estimate:
    """A linear combination of mean squares with Satterthwaite's limits; no limits where it is not above 0."""
    parts = [factor * square for factor, square in zip(coefficients, squares, strict=True)]
    value = sum(parts)
    if value <= 0:
        return Estimate(value)
    return variance_estimate(value, degrees_of_freedom(parts, dfs), confidence)


def _quotient(above: float, below: float) -> float | None:
    """None where the quotient is without bound."""
    if below <= 0:
        return None
    quotient = above / below
    return quotient if isfinite(quotient) else None

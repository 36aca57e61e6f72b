"""Precision: repeatability, and intermediate precision by variance components of a nested design.

The factors (day, analyst, run ...) are given outermost first and each is nested in the one before it: run 1 of one day
and run 1 of another are two runs, and an analyst who works on two days is another group on each. The model is

    y = mean + a_1 + a_2 + ... + a_q + e

with independent random effects of variances s_1^2 ... s_q^2 (the factors) and s_0^2 (repeatability). Each sum of
squares is set equal to what is expected of it (the method of moments, Henderson's method 1; Searle, Casella and
McCulloch, Variance Components, 1992, chapters 3 and 5). Where level l has groups of n_g measurements,

    SS_l = sum over measurements of (mean of its group at l - mean of its group at l-1)^2
    E SS_l = sum over m >= l of s_m^2 (k(l,m) - k(l-1,m)),  k(l,m) = sum over measurements of n_m / n_l  (N if m <= l)

which for equal numbers is the usual table of variance. An estimate below 0 is set to 0, and said: the truth is not
negative, and the factor's effect is small beside what lies under it. Sums are of what is left. Limits are
Satterthwaite's (`basis`); with unequal numbers the mean squares are no longer exactly independent multiples of
chi-squared, so that they are approximate twice over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from qc.rules.validation.basis import (
    Estimate,
    NotAssessable,
    ValidationFault,
    combination,
    degrees_of_freedom,
    is_nothing,
    mean_estimate,
    need_confidence,
    need_numbers,
    variance_estimate,
)

REPEATABILITY = "repeatability"

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Measurement:
    """One measurement, and the group it belongs to at each factor, outermost first."""

    groups: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Component:
    """One line of the table of variance, and the variance that the factor adds. The last is the repeatability."""

    factor: str
    df: int
    sum_of_squares: float
    mean_square: float
    variance: Estimate
    is_set_to_zero: bool = False


@dataclass(frozen=True)
class Components:
    """All components of a nested design, outermost first.

    `repeatability` and `intermediate` are standard deviations in the unit of the values; the limits of `mean` allow for
    the groups, so that nine measurements in three runs do not pass for nine independent ones.
    """

    n: int
    mean: Estimate
    parts: tuple[Component, ...]
    repeatability: Estimate
    intermediate: Estimate
    is_balanced: bool
    confidence: float

    @property
    def set_to_zero(self) -> tuple[str, ...]:
        """The factors whose estimate was below 0."""
        return tuple(part.factor for part in self.parts if part.is_set_to_zero)


@dataclass(frozen=True)
class _Tree:
    """The design: for each level, from all measurements (0) to each alone (last), the group of each measurement."""

    codes: tuple[Integers, ...]

    def counts(self, level: int) -> Integers:
        """How many measurements each group of the level has."""
        return np.bincount(self.codes[level])

    def sizes(self, level: int) -> Integers:
        """How many measurements share its group, for each measurement."""
        sizes: Integers = self.counts(level)[self.codes[level]]
        return sizes

    def means(self, level: int, values: Floats) -> Floats:
        """The mean of its group, for each measurement."""
        sums = np.bincount(self.codes[level], weights=values)
        means: Floats = (sums / self.counts(level))[self.codes[level]]
        return means

    def weight(self, level: int, other: int) -> float:
        """k(level, other)."""
        if other <= level:
            return float(len(self.codes[0]))
        return float((self.sizes(other) / self.sizes(level)).sum())


def variance_components(
    measurements: Sequence[Measurement], factors: Sequence[str], confidence: float = 0.95
) -> Components:
    """The variance components of a nested design, with or without factors, of equal or unequal numbers.

    Raises NotAssessable: a factor of one group (`too_few_groups`), one whose groups are those of the factor outside it
    (`confounded`), no group with two measurements (`too_few_replicates`), replicates that never differ
    (`zero_variance`: the rounding of the instrument hides the spread, or copies were entered).
    """
    need_confidence(confidence)
    need_numbers(one.value for one in measurements)
    values = np.array([one.value for one in measurements])
    names = (*factors, REPEATABILITY)
    tree = _tree(measurements, len(factors))
    df = np.diff([len(tree.counts(level)) for level in range(len(names) + 1)])
    _need_df(df.tolist(), factors)
    centred = values - values.mean()
    means = [tree.means(level, centred) for level in range(len(names) + 1)]
    sums = np.array([((inner - outer) ** 2).sum() for outer, inner in pairwise(means)])
    if is_nothing(float(sums[-1]), values.tolist()):
        raise NotAssessable(ValidationFault.ZERO_VARIANCE, factor=REPEATABILITY)
    table = _Table(sums / df, df, _solved(tree, df), confidence)
    parts = tuple(
        Component(name, int(df[n]), float(sums[n]), float(table.squares[n]), *table.component(n))
        for n, name in enumerate(names)
    )
    shares = [tree.weight(0, level + 1) / len(values) for level in range(len(names))]
    return Components(
        n=len(values),
        mean=table.mean(float(values.mean()), shares),
        parts=parts,
        repeatability=parts[-1].variance.root(),
        intermediate=table.total().root(),
        is_balanced=all(len(set(tree.counts(level).tolist())) == 1 for level in range(len(names) + 1)),
        confidence=confidence,
    )


def repeatability(measurements: Sequence[Measurement], confidence: float = 0.95) -> Estimate:
    """The standard deviation of measurements within their groups, pooled over these; limits by chi-squared, exact.

    Raises NotAssessable.
    """
    need_confidence(confidence)
    need_numbers(one.value for one in measurements)
    values = np.array([one.value for one in measurements])
    tree = _tree([Measurement(("/".join(map(repr, one.groups)),), one.value) for one in measurements], 1)
    df = len(values) - len(tree.counts(1))
    if not df:
        raise NotAssessable(ValidationFault.TOO_FEW_REPLICATES)
    centred = values - values.mean()
    squares = float(((centred - tree.means(1, centred)) ** 2).sum())
    if is_nothing(squares, values.tolist()):
        raise NotAssessable(ValidationFault.ZERO_VARIANCE, factor=REPEATABILITY)
    return variance_estimate(squares / df, df, confidence).root()


def separable(measurements: Sequence[Measurement], factors: int) -> list[Measurement]:
    """The same measurements with those factors alone that tell some of them apart, and not each from all others.

    For a mean, whose limits need the groups but not their names.
    """
    kept: list[int] = []
    groups = 1
    for place in range(factors):
        found = len({tuple(one.groups[n] for n in (*kept, place)) for one in measurements})
        if groups < found < len(measurements):
            kept.append(place)
            groups = found
    return [Measurement(tuple(one.groups[n] for n in kept), one.value) for one in measurements]


@dataclass(frozen=True)
class _Table:
    """Mean squares and their degrees of freedom, and each component as a combination of them (a row of `solved`)."""

    squares: Floats
    df: Integers
    solved: Floats
    confidence: float

    @property
    def kept(self) -> Floats:
        """1 for a component above 0, else 0."""
        kept: Floats = (self.solved @ self.squares > 0).astype(np.float64)
        return kept

    def component(self, n: int) -> tuple[Estimate, bool]:
        """The variance of one component, and whether it had to be set to 0."""
        raw = float(self.solved[n] @ self.squares)
        return (self._combined(self.solved[n]), False) if raw > 0 else (Estimate(0.0), raw < 0)

    def total(self) -> Estimate:
        """The sum of the components that are above 0."""
        return self._combined(self.kept @ self.solved)

    def mean(self, value: float, shares: Sequence[float]) -> Estimate:
        """The mean of all, whose variance has so much of each component."""
        parts = (self.kept * np.array(shares)) @ self.solved * self.squares
        df = degrees_of_freedom(parts.tolist(), self.df.tolist())
        return mean_estimate(value, float(parts.sum()), df, self.confidence)

    def _combined(self, coefficients: Floats) -> Estimate:
        return combination(coefficients.tolist(), self.squares.tolist(), self.df.tolist(), self.confidence)


def _tree(measurements: Sequence[Measurement], factors: int) -> _Tree:
    keys: list[list[Any]] = [[one.groups[:level] for one in measurements] for level in range(factors + 1)]
    keys.append(list(range(len(measurements))))
    numbers = [{key: n for n, key in enumerate(dict.fromkeys(level))} for level in keys]
    return _Tree(
        tuple(np.array([known[key] for key in level]) for known, level in zip(numbers, keys, strict=True))
    )


def _solved(tree: _Tree, df: Integers) -> Floats:
    """Each component as a combination of the mean squares: what is expected of these, turned round."""
    size = len(df)
    expected = np.zeros((size, size))
    for level in range(size):
        for other in range(level, size):
            expected[level, other] = tree.weight(level + 1, other + 1) - tree.weight(level, other + 1)
    solved: Floats = np.linalg.inv(np.array(expected / df[:, None], dtype=np.float64))
    return solved


def _need_df(df: Sequence[int], factors: Sequence[str]) -> None:
    for place, name in enumerate(factors):
        if not df[place]:
            fault = ValidationFault.CONFOUNDED if place else ValidationFault.TOO_FEW_GROUPS
            raise NotAssessable(fault, factor=name)
    if not df[-1]:
        raise NotAssessable(ValidationFault.TOO_FEW_REPLICATES)

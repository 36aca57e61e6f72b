"""What numbers say beside signals: their spread, whether assumptions hold, what the process can do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

import numpy as np

from cpv.rules import censored
from cpv.rules.autocorrelation import autocorrelation, is_autocorrelated
from cpv.rules.basis import PRELIMINARY_FROM, Floats, NotComputable, Why
from cpv.rules.capability import Capability, Specification
from cpv.rules.capability_shapes import PercentileCapability, capability_of_band, transformed_capability
from cpv.rules.change_point import ChangePoint, mean_change
from cpv.rules.nonconforming import Rate, expected_rate
from cpv.rules.normality import NormalityTest, shapiro_wilk
from cpv.rules.programme.charting import Bools, Charted
from cpv.rules.programme.limit_set import fitted
from cpv.rules.programme.plan import Parameter
from cpv.rules.programme.points import PointView
from cpv.rules.transforms import Transformation

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Numbers:
    """Of the values as measured; `below`: how many are the bound of a result below it."""

    n: int
    below: int
    mean: float
    median: float
    sd: float | None
    least: float
    most: float


@dataclass(frozen=True)
class Description:
    """The points of a chart from the one at `since` on, excluded ones left out; a `Why` where there is no answer.

    Tests and capability are on the scale of `transformation`; the changes of level, too. `capability` is a
    PercentileCapability, without intervals, where some results are bounds; None where the plan has no specification.
    `change` is an index of the chart.
    """

    since: int
    transformation: Transformation | Why
    numbers: Numbers | Why
    capability: Capability | PercentileCapability | Why | None
    rate: Rate | Why | None
    normality: NormalityTest | Why
    lag_1: float | Why
    change: ChangePoint | Why

    @property
    def is_autocorrelated(self) -> bool:
        """Whether neighbouring batches are alike, so that limits from moving ranges are too narrow."""
        if isinstance(self.lag_1, Why) or isinstance(self.numbers, Why):
            return False
        return is_autocorrelated(self.lag_1, self.numbers.n)


def described(parameter: Parameter, charted: Charted, points: Sequence[PointView]) -> Description:
    """Describe the phase of the limits in effect where it has 15 results or more, else all of the chart."""
    values = charted.values.copy()
    values[list(charted.excluded)] = np.nan
    since = charted.in_effect.start if charted.in_effect is not None else 0
    if np.count_nonzero(~np.isnan(values[since:])) < PRELIMINARY_FROM:
        since = 0
    here = values[since:]
    below = np.array([point.is_below for point in points[since:]], dtype=bool) & ~np.isnan(here)
    transformation = transformation_of(parameter, charted, here)
    if isinstance(transformation, Why):
        why = transformation
        return Description(since, why, numbers_of(here, below), why, why, why, why, why)
    scaled = _maybe(transformation.forward, here)
    bounds = parameter.bounds
    specification = _maybe(Specification, bounds.lower, bounds.upper)
    return Description(
        since=since,
        transformation=transformation,
        numbers=numbers_of(here, below),
        capability=_capability(here, below, specification, transformation),
        rate=_rate(scaled, below, specification, transformation),
        normality=_on(scaled, shapiro_wilk),
        lag_1=_on(scaled, _first_lag),
        change=_on(scaled, lambda x: _moved(mean_change(x), since)),
    )


def transformation_of(parameter: Parameter, charted: Charted, values: Floats) -> Transformation | Why:
    """That of the limits in effect; without any the one of the plan, fitted to these values, or why it cannot be."""
    if charted.in_effect is not None:
        return charted.in_effect.limits.transformation
    return _maybe(fitted, parameter.scale, values)


def _maybe(ask: Callable[Asked, Answer], *args: Asked.args, **kwargs: Asked.kwargs) -> Answer | Why:
    """The answer, or why there is none."""
    try:
        return ask(*args, **kwargs)
    except NotComputable as reason:
        return reason.why


def _on(scaled: Floats | Why, ask: Callable[[Floats], Answer]) -> Answer | Why:
    return scaled if isinstance(scaled, Why) else _maybe(ask, scaled)


def numbers_of(values: Floats, below: Bools) -> Numbers | Why:
    there = values[~np.isnan(values)]
    if there.size == 0:
        return Why.EMPTY
    return Numbers(
        n=int(there.size),
        below=int(below.sum()),
        mean=float(there.mean()),
        median=float(np.median(there)),
        sd=float(there.std(ddof=1)) if there.size > 1 else None,
        least=float(there.min()),
        most=float(there.max()),
    )


def _first_lag(values: Floats) -> float:
    return float(autocorrelation(values, lags=1).r[0])


def _moved(found: ChangePoint, by: int) -> ChangePoint:
    return replace(found, index=found.index + by, low=found.low + by, high=found.high + by)


def _capability(
    values: Floats,
    below: Bools,
    specification: Specification | Why,
    transformation: Transformation,
) -> Capability | PercentileCapability | Why | None:
    if isinstance(specification, Why):
        return None
    if not below.any():
        return _maybe(transformed_capability, values, specification, transformation)
    return _maybe(_censored_capability, values, below, specification, transformation)


def _censored_capability(
    values: Floats,
    below: Bools,
    specification: Specification,
    transformation: Transformation,
) -> PercentileCapability:
    """By the quantiles of the distribution of greatest likelihood; nothing is put in the place of a bound."""
    found = censored.fit(censored.left_censored(transformation.forward(values), below))
    lower, upper = map(transformation.specification, (specification.lower, specification.upper))
    return capability_of_band(found.limits(), Specification(lower, upper))


def _rate(
    scaled: Floats | Why, below: Bools, specification: Specification | Why, transformation: Transformation
) -> Rate | Why | None:
    """The share out of specification to be expected; bounds among the values are no values to reckon it from."""
    if isinstance(specification, Why):
        return None
    if isinstance(scaled, Why) or below.any():
        return scaled if isinstance(scaled, Why) else Why.CENSORED
    lower, upper = map(transformation.specification, (specification.lower, specification.upper))
    own = _maybe(Specification, lower, upper)
    return own if isinstance(own, Why) else _maybe(expected_rate, scaled, own)

"""Charts beside the raw one: for what patients bring with them, for batches that are like their neighbours, and for a
process that has only begun. They inform; the raw chart alone makes work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cpv.rules.autocorrelation import Ar1, fit_ar1
from cpv.rules.basis import Estimator, Floats, Limits, NotComputable, Note, Why
from cpv.rules.covariates import Adjustment, as_normal, fit_adjustment, phase_one_residuals
from cpv.rules.programme.charting import Charted, InEffect, charted
from cpv.rules.programme.describing import transformation_of
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.plan import Parameter
from cpv.rules.runs import RULE_1
from cpv.rules.short_runs import q_chart
from cpv.rules.transforms import identity

# Points are standard deviations of what is to be expected, whatever the parameter's own unit.
STANDARD = Limits(0.0, 1.0, -3.0, 3.0, 3.0, Estimator.GIVEN, n=10**9)


class Way(StrEnum):
    """What a chart beside the raw one takes away."""

    ADJUSTED = "adjusted"
    RESIDUALS = "residuals"
    STARTING = "starting"


@dataclass(frozen=True, eq=False)
class Beside:
    """A chart of standard deviations about 0, its limits -3 and 3. `phase_one`: so many points it was fitted to.

    ADJUSTED has an `adjustment`, RESIDUALS an `ar1`, both frozen after phase I.
    """

    way: Way
    charted: Charted
    phase_one: int
    adjustment: Adjustment | None = None
    ar1: Ar1 | None = None
    notes: tuple[Note, ...] = ()


def beside(
    way: Way, parameter: Parameter, raw: Charted, covariates: Mapping[str, Floats] | None = None
) -> Beside:
    """One chart beside a raw one. Phase I is what came before the limits in effect; without any, all of it.

    `covariates`: by name, one value a point of the raw chart (ADJUSTED alone). Excluded points take no part. Raises
    NotComputable: as the transformation, `fit_adjustment`, `fit_ar1` and `q_chart`; EMPTY without a covariate.
    """
    values = raw.values.copy()
    values[list(raw.excluded)] = np.nan
    transformation = transformation_of(parameter, raw, values)
    if isinstance(transformation, Why):
        raise NotComputable(transformation, "values")
    scaled = transformation.forward(values)
    start = raw.in_effect.start if raw.in_effect is not None else values.size
    return _WAYS[way](parameter, scaled, start, covariates or {})


def _chart(parameter: Parameter, deviations: Floats) -> Charted:
    """Rule 1 alone: what has had its memory taken away is not given another."""
    own = replace(parameter, rules=RULE_1, ewma=None)
    limits = LimitSet("", parameter.code, (), identity(), STANDARD, Baseline("", "", ""), "")
    return charted(own, list(deviations), [InEffect(0, limits)])


def _adjusted(parameter: Parameter, scaled: Floats, start: int, covariates: Mapping[str, Floats]) -> Beside:
    names = list(covariates)
    table = np.column_stack([covariates[name] for name in names]) if names else np.empty((scaled.size, 0))
    found = fit_adjustment(scaled[:start], table[:start], names)
    before = as_normal(
        phase_one_residuals(scaled[:start], table[:start], found), replace(found, df=found.df - 1)
    )
    later = found.residuals(scaled[start:], table[start:])
    deviations = np.concatenate([before, as_normal(later.standardised, found)])
    notes = tuple(dict.fromkeys((*found.notes, *later.notes)))
    return Beside(Way.ADJUSTED, _chart(parameter, deviations), found.n, adjustment=found, notes=notes)


def _residuals(parameter: Parameter, scaled: Floats, start: int, _: Mapping[str, Floats]) -> Beside:
    found = fit_ar1(scaled[:start])
    if not found.sigma > 0:
        raise NotComputable(Why.CONSTANT, "values")
    deviations = found.residuals(scaled) / found.sigma
    return Beside(Way.RESIDUALS, _chart(parameter, deviations), found.pairs, ar1=found, notes=found.notes)


def _starting(parameter: Parameter, scaled: Floats, start: int, _: Mapping[str, Floats]) -> Beside:
    found = q_chart(scaled)
    return Beside(Way.STARTING, _chart(parameter, found.q), start, notes=found.notes)


_WAYS: Mapping[Way, Callable[[Parameter, Floats, int, Mapping[str, Floats]], Beside]] = {
    Way.ADJUSTED: _adjusted,
    Way.RESIDUALS: _residuals,
    Way.STARTING: _starting,
}

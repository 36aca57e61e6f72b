"""Charts beside the raw one: against a regression and an autoregression done by hand."""

from dataclasses import replace

import numpy as np
import pytest

from cpv.rules.basis import Estimator, Limits, NotComputable, Note, Why
from cpv.rules.programme.beside import Way, beside
from cpv.rules.programme.charting import Charted, InEffect, charted
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.plan import Parameter, ScalePlan, Source, SourceKind
from cpv.rules.runs import Rule
from cpv.rules.transforms import Scale, identity

GROWTH = Parameter("GROWTH", "Growth", Source(SourceKind.EXTERNAL))
RNG = np.random.default_rng(20)
AGE = RNG.normal(50, 10, 60)
NOISE = RNG.normal(0, 1, 60)
BY_AGE = 5 + 0.4 * AGE + NOISE


def raw(values: np.ndarray, start: int | None = None, excluded: tuple[int, ...] = ()) -> Charted:
    limits = Limits(25.0, 4.0, 13.0, 37.0, 3.0, Estimator.MR_BAR, 40)
    own = LimitSet("P", "GROWTH", (), identity(), limits, Baseline("A", "B", "x"), "so")
    return charted(GROWTH, list(values), [] if start is None else [InEffect(start, own)], excluded)


def test_what_the_patient_brings_is_taken_away():
    found = beside(Way.ADJUSTED, GROWTH, raw(BY_AGE, 40), {"age": AGE})
    slope, level = np.polyfit(AGE[:40], BY_AGE[:40], 1)
    rest = BY_AGE - level - slope * AGE
    sigma = np.sqrt((rest[:40] ** 2).sum() / 38)
    assert found.adjustment.coefficients[0].value == pytest.approx(slope)
    assert found.phase_one == 40
    # a prediction is a little less sure than sigma, and t is a little wider than normal: within a tenth
    assert found.charted.values[40:] == pytest.approx(rest[40:] / sigma, abs=0.12)
    assert np.nanstd(found.charted.values) == pytest.approx(1, abs=0.15)


def test_a_batch_that_only_its_patient_explains_signals_raw_and_not_beside():
    old = np.append(AGE, 110.0)
    values = np.append(BY_AGE, 5 + 0.4 * 110)
    chart = raw(values, 40)
    assert 60 in [one.index for one in chart.signals]
    found = beside(Way.ADJUSTED, GROWTH, chart, {"age": old})
    assert [one.index for one in found.charted.signals if one.index == 60] == []
    assert Note.EXTRAPOLATED in found.notes


def test_a_batch_that_its_patient_does_not_explain_signals_beside():
    values = BY_AGE.copy()
    values[50] += 6
    found = beside(Way.ADJUSTED, GROWTH, raw(values, 40), {"age": AGE})
    assert [(one.index, one.by) for one in found.charted.signals] == [(50, Rule.NELSON_1)]


def test_a_missing_covariate_is_a_missing_point():
    age = AGE.copy()
    age[45] = np.nan
    found = beside(Way.ADJUSTED, GROWTH, raw(BY_AGE, 40), {"age": age})
    assert np.flatnonzero(np.isnan(found.charted.values)).tolist() == [45]


def test_an_excluded_point_takes_no_part():
    values = BY_AGE.copy()
    values[3] = 1e6
    whole = beside(Way.ADJUSTED, GROWTH, raw(values, 40, excluded=(3,)), {"age": AGE})
    assert whole.adjustment.n == 39
    assert whole.adjustment.sigma < 2


def test_batches_like_their_neighbours_no_longer_signal_for_that():
    walk = np.zeros(200)
    for n, one in enumerate(RNG.normal(0, 1, 200)):
        walk[n] = 0.8 * walk[n - 1] + one if n else one
    found = beside(Way.RESIDUALS, GROWTH, raw(walk))
    x, y = walk[:-1] - walk[:-1].mean(), walk[1:] - walk[1:].mean()
    assert found.ar1.phi == pytest.approx((x @ y) / (x @ x))
    kept = found.charted.values[1:]
    assert abs(np.corrcoef(kept[1:], kept[:-1])[0, 1]) < 2 / np.sqrt(200)
    assert np.isnan(found.charted.values[0])


def test_a_process_that_has_begun_is_watched_from_the_third_batch_on():
    found = beside(Way.STARTING, GROWTH, raw(np.array([10.0, 10.4, 9.8, 10.1, 10.2, 30.0])))
    assert np.isnan(found.charted.values[:2]).all()
    assert [one.index for one in found.charted.signals] == [5]


@pytest.mark.parametrize(
    ("way", "values", "covariates", "why"),
    [
        (Way.ADJUSTED, BY_AGE, {}, Why.EMPTY),
        (Way.ADJUSTED, BY_AGE[:3], {"age": AGE[:3]}, Why.TOO_FEW),
        (Way.ADJUSTED, BY_AGE, {"age": np.full(60, 50.0)}, Why.CONSTANT),
        (Way.RESIDUALS, BY_AGE[:4], {}, Why.TOO_FEW),
        (Way.RESIDUALS, np.full(30, 2.0), {}, Why.CONSTANT),
    ],
)
def test_where_there_is_none_it_says_why(way, values, covariates, why):
    with pytest.raises(NotComputable) as caught:
        beside(way, GROWTH, raw(values), covariates)
    assert caught.value.why is why


def test_a_scale_that_cannot_take_a_value_says_so():
    own = replace(GROWTH, scale=ScalePlan(Scale.BOX_COX))
    with pytest.raises(NotComputable) as caught:
        beside(Way.STARTING, own, raw(np.array([1.0, 0.0, 2.0])))
    assert caught.value.why is Why.NOT_POSITIVE

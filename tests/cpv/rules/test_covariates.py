"""Risk adjustment: statsmodels as oracle, leaving out one batch after the other as reference, and the ends."""

import json
from math import sqrt

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

from cpv.rules.basis import Note, Why
from cpv.rules.covariates import Adjustment, as_normal, fit_adjustment, phase_one_residuals
from tests.cpv.rules.given import refusal

NAMES = ("cd3", "age")


def patients(n: int = 40, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(50, 12, n), rng.uniform(20, 80, n)])
    return 10 + 0.2 * x[:, 0] - 0.05 * x[:, 1] + rng.normal(0, 1.5, n), x


def test_the_regression_is_statsmodels() -> None:
    """Oracle: statsmodels.OLS."""
    y, x = patients()
    oracle = sm.OLS(y, sm.add_constant(x)).fit()
    ours = fit_adjustment(y, x, NAMES)
    assert [one.value for one in ours.coefficients] == pytest.approx(oracle.params[1:], rel=1e-10)
    assert [one.error for one in ours.coefficients] == pytest.approx(oracle.bse[1:], rel=1e-10)
    assert ours.sigma == pytest.approx(sqrt(oracle.mse_resid))
    assert ours.explained == pytest.approx(oracle.rsquared)
    assert (ours.df, ours.n, ours.mean) == (37, 40, pytest.approx(y.mean()))
    inflation = [variance_inflation_factor(sm.add_constant(x), j) for j in (1, 2)]
    assert [one.inflation for one in ours.coefficients] == pytest.approx(inflation)
    assert ours.leverage == pytest.approx(OLSInfluence(oracle).hat_matrix_diag.max())


def test_later_batches_are_measured_by_the_error_of_their_prediction() -> None:
    y, x = patients()
    later_y, later_x = patients(7, seed=9)
    oracle = sm.OLS(y, sm.add_constant(x)).fit().get_prediction(sm.add_constant(later_x))
    found = fit_adjustment(y, x, NAMES).residuals(later_y, later_x)
    assert found.expected == pytest.approx(oracle.predicted_mean)
    assert found.raw == pytest.approx(later_y - oracle.predicted_mean)
    assert found.standardised == pytest.approx((later_y - oracle.predicted_mean) / oracle.se_obs)


def test_residuals_of_phase_one_are_those_of_a_regression_without_the_batch() -> None:
    y, x = patients(15)
    y[4] += 9
    ours = phase_one_residuals(y, x, fit_adjustment(y, x, NAMES))
    for i in range(15):
        rest = np.arange(15) != i
        without = fit_adjustment(y[rest], x[rest], NAMES).residuals(y[[i]], x[[i]])
        assert ours[i] == pytest.approx(without.standardised[0], rel=1e-8)
    assert np.abs(ours).argmax() == 4


def test_standardised_residuals_follow_students_t() -> None:
    drawn = []
    for seed in range(400):
        y, x = patients(8, seed)
        new_y, new_x = patients(1, 10_000 + seed)
        model = fit_adjustment(y, x, NAMES)
        drawn.append(as_normal(model.residuals(new_y, new_x).standardised, model)[0])
    assert stats.kstest(drawn, "norm").pvalue > 0.001


def test_deviates_are_as_unlikely_as_the_residuals() -> None:
    model = fit_adjustment(*patients(8), NAMES)
    z = as_normal([-60.0, -2.0, 0.0, 2.0, np.nan], model)
    assert z[3] == pytest.approx(stats.norm.isf(stats.t.sf(2.0, 5)))
    assert z[1] == -z[3]
    assert (z[2], np.isnan(z[4])) == (0.0, True)
    assert -7 < z[0] < -4


def test_adjusting_takes_the_spread_of_patients_out() -> None:
    y, x = patients(300)
    found = fit_adjustment(y, x, NAMES).residuals(*patients(300, 2))
    assert found.raw.std() == pytest.approx(1.5, rel=0.15)
    assert y.std() > 2.4


def test_missing_covariates_are_coded_and_nothing_is_made_up() -> None:
    y, x = patients(33)
    holed_y, holed_x = y.copy(), x.copy()
    holed_y[3], holed_x[5, 1] = np.nan, np.nan
    used = [i for i in range(33) if i not in (3, 5)]
    ours, clean = fit_adjustment(holed_y, holed_x, NAMES), fit_adjustment(y[used], x[used], NAMES)
    assert ours.coefficients == clean.coefficients
    assert (ours.n, set(ours.notes)) == (31, {Note.MISSING_LEFT_OUT, Note.MISSING_COVARIATE})
    found = clean.residuals(holed_y, holed_x)
    assert np.flatnonzero(np.isnan(found.standardised)).tolist() == [3, 5]
    assert np.isnan(found.expected).tolist() == [i == 5 for i in range(33)]
    assert {Note.MISSING_LEFT_OUT, Note.MISSING_COVARIATE} <= set(found.notes)


def test_covariates_beyond_phase_one_are_said_to_be_so() -> None:
    y, x = patients()
    model = fit_adjustment(y, x, NAMES)
    found = model.residuals([20.0, 20.0], [[50.0, 50.0], [140.0, 50.0]])
    assert found.extrapolated.tolist() == [False, True]
    assert found.notes == (Note.EXTRAPOLATED,)
    farthest = x[model.residuals(y, x).leverage.argmax()]
    a_little_more = x.mean(axis=0) + 1.05 * (farthest - x.mean(axis=0))
    assert model.residuals([20.0], [a_little_more]).extrapolated.tolist() == [True]
    assert not model.residuals(y, x).extrapolated.any()


def test_collinear_covariates_are_coded() -> None:
    y, x = patients()
    near = np.column_stack([x, x[:, 0] + np.random.default_rng(2).normal(0, 1.0, 40)])
    assert Note.COLLINEAR in fit_adjustment(y, near, ("cd3", "age", "cd3 again")).notes
    assert Note.COLLINEAR not in fit_adjustment(y, x, NAMES).notes
    same = np.column_stack([x, 3 * x[:, 0] - 2 * x[:, 1] + 5])
    assert refusal(fit_adjustment, y, same, ("cd3", "age", "both")) == (Why.SINGULAR, "both")


def test_what_is_stored_is_what_comes_back() -> None:
    y, x = patients(20)
    model = fit_adjustment(y, x, NAMES)
    again = Adjustment.from_dict(json.loads(json.dumps(model.as_dict())))
    assert again == model
    assert Note.PRELIMINARY in again.notes
    assert (again.residuals(y, x).standardised == model.residuals(y, x).standardised).all()


def test_an_exact_line_has_no_sigma_and_no_deviates() -> None:
    x = np.arange(10.0)
    y = 3 + 2 * x
    model = fit_adjustment(y, x, ("cd3",))
    assert (model.sigma, model.explained) == (0.0, pytest.approx(1.0))
    assert Note.ZERO_SIGMA in model.notes
    assert np.isnan(model.residuals(y, x).standardised).all()
    assert model.residuals(y, x).raw == pytest.approx(np.zeros(10), abs=1e-12)
    assert np.isnan(phase_one_residuals(y, x, model)).all()


def test_a_batch_that_alone_has_something_has_no_residual() -> None:
    """An indicator of one batch fits it exactly: its leverage is 1."""
    y, _ = patients(12)
    x = np.zeros((12, 1))
    x[4] = 1.0
    found = phase_one_residuals(y, x, fit_adjustment(y, x, ("lot",)))
    assert np.isnan(found).tolist() == [i == 4 for i in range(12)]


def test_the_impossible_is_refused() -> None:
    y, x = patients(10)
    assert refusal(fit_adjustment, y, x, ()) == (Why.EMPTY, "covariates")
    assert refusal(fit_adjustment, y, x, ("cd3",)) == (Why.SIZES_DIFFER, "covariates")
    assert refusal(fit_adjustment, y[:9], x, NAMES) == (Why.SIZES_DIFFER, "covariates")
    assert refusal(fit_adjustment, y[:4], x[:4], NAMES) == (Why.TOO_FEW, "attribute")
    assert refusal(fit_adjustment, np.ones(10), x, NAMES) == (Why.CONSTANT, "attribute")
    flat = np.column_stack([x[:, 0], np.full(10, 0.1)])
    assert refusal(fit_adjustment, y, flat, NAMES) == (Why.CONSTANT, "age")
    assert refusal(fit_adjustment, y, np.where(x > 60, np.inf, x), NAMES) == (Why.NOT_FINITE, "covariates")
    assert refusal(fit_adjustment, np.full(10, np.inf), x, NAMES) == (Why.NOT_FINITE, "attribute")
    assert refusal(fit_adjustment, np.full(10, np.nan), x, NAMES) == (Why.TOO_FEW, "attribute")


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_the_unit_does_not_matter(scale: float) -> None:
    y, x = patients()
    one = fit_adjustment(y, x, NAMES).residuals(y, x).standardised
    units = np.array([scale, 1 / scale])
    other = fit_adjustment(y * scale, x * units, NAMES).residuals(y * scale, x * units).standardised
    assert other == pytest.approx(one, rel=1e-8)

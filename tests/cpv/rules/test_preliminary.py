"""Limits from few batches: the published factors, exact intervals, and chance."""

from math import nan, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.moments import deviation, mean, tier_notes
from cpv.rules.preliminary import prediction_factor, prediction_limits, sigma_factors, uncertainty
from tests.cpv.rules.given import why

DRAWN = np.random.default_rng(20).normal(80, 4, 20)


# --- factors


@pytest.mark.parametrize(
    ("n", "factor"), [(5, 7.25), (10, 4.29), (15, 3.76), (20, 3.53), (30, 3.33), (50, 3.19), (100, 3.09)]
)
def test_factors_of_the_second_phase(n, factor):
    assert prediction_factor(n) == pytest.approx(factor, abs=6e-3)


def test_a_known_process_has_three_sigma():
    assert prediction_factor(10**9) == pytest.approx(2.99998, abs=1e-4)


@pytest.mark.parametrize("n", [2, 3, 17, 400])
def test_factors_are_those_of_scipys_t(n):
    for alpha, future in ((0.0027, 1), (0.05, 1), (0.05, 10)):
        expected = stats.t.ppf(1 - alpha / (2 * future), n - 1) * sqrt(1 + 1 / n)
        assert prediction_factor(n, alpha, future) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [5, 15])
def test_the_rate_of_false_signals_is_the_one_asked_for(n):
    rng = np.random.default_rng(6)
    past, later = rng.normal(size=(60_000, n)), rng.normal(size=60_000)
    reach = prediction_factor(n, 0.05) * past.std(axis=1, ddof=1)
    rate = np.mean(np.abs(later - past.mean(axis=1)) > reach)
    assert abs(rate - 0.05) < 4 * sqrt(0.05 * 0.95 / 60_000)


def test_several_later_values_are_all_inside_with_at_least_the_confidence():
    rng = np.random.default_rng(7)
    past, later = rng.normal(size=(20_000, 15)), rng.normal(size=(20_000, 5))
    reach = prediction_factor(15, 0.05, 5) * past.std(axis=1, ddof=1)
    missed = np.mean((np.abs(later - past.mean(axis=1, keepdims=True)) > reach[:, None]).any(axis=1))
    assert 0.03 < missed < 0.05 + 4 * sqrt(0.05 * 0.95 / 20_000)


# --- limits


def test_limits_are_mean_and_factor_times_s():
    found = prediction_limits(DRAWN)
    reach = prediction_factor(20) * DRAWN.std(ddof=1)
    assert (found.lower, found.upper) == pytest.approx((DRAWN.mean() - reach, DRAWN.mean() + reach))
    assert (found.estimator, found.n, found.status) == (Estimator.SAMPLE_SD, 20, LimitStatus.PRELIMINARY)
    assert found.center + found.multiple * found.sigma == found.upper
    assert Note.PRELIMINARY in found.notes


def test_a_gap_is_left_out_and_said():
    found = prediction_limits([*DRAWN, nan])
    assert found.upper == prediction_limits(DRAWN).upper
    assert Note.MISSING_LEFT_OUT in found.notes


def test_constant_values_have_limits_upon_the_center():
    found = prediction_limits([0.1] * 12)
    assert (found.lower, found.center, found.upper, found.sigma) == (0.1, 0.1, 0.1, 0)
    assert {Note.ZERO_SIGMA, Note.TOO_FEW} <= set(found.notes)


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1e12, 1e200])
def test_limits_follow_the_scale(scale):
    assert prediction_limits(DRAWN * scale).upper == pytest.approx(prediction_limits(DRAWN).upper * scale)
    scaled, plain = uncertainty(DRAWN * scale), uncertainty(DRAWN)
    assert scaled.upper.high == pytest.approx(plain.upper.high * scale)


# --- uncertainty


@pytest.mark.parametrize(("n", "low", "high"), [(10, 0.69, 1.83), (20, 0.76, 1.46), (30, 0.80, 1.34)])
def test_interval_of_sigma_as_a_multiple_of_s(n, low, high):
    found = sigma_factors(n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-3)


@pytest.mark.parametrize("n", [2, 7, 500, 10**6])
def test_interval_of_sigma_is_scipys(n):
    for confidence in (0.8, 0.95, 0.999):
        tails = np.array([(1 + confidence) / 2, (1 - confidence) / 2])
        expected = np.sqrt((n - 1) / stats.chi2.ppf(tails, n - 1))
        found = sigma_factors(n, confidence)
        assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-8)


def test_intervals_of_limits_are_scipys_noncentral_t():
    found = uncertainty(DRAWN, multiple=3, confidence=0.9)
    ends = stats.nct.ppf([0.05, 0.95], 19, 3 * sqrt(20)) * DRAWN.std(ddof=1) / sqrt(20)
    assert (found.upper.low, found.upper.high) == pytest.approx(tuple(DRAWN.mean() + ends), rel=1e-8)
    assert (found.lower.high, found.lower.low) == pytest.approx(tuple(DRAWN.mean() - ends), rel=1e-8)
    assert found.n == 20


def test_the_intervals_hold_what_they_are_of_as_often_as_they_say():
    rng = np.random.default_rng(8)
    held = []
    for row in rng.normal(10, 2, (100, 12)):
        found = uncertainty(row, confidence=0.8)
        pairs = ((found.sigma, 2), (found.lower, 4), (found.upper, 16))
        held.append([one.low <= true <= one.high for one, true in pairs])
    assert np.mean(held, axis=0) == pytest.approx([0.8] * 3, abs=4 * sqrt(0.16 / 100))


@pytest.mark.parametrize("n", [2, 3, 1000])
def test_intervals_are_finite_and_narrow_with_n(n):
    found = uncertainty(np.random.default_rng(1).normal(size=n))
    assert -np.inf < found.lower.low < found.lower.high < found.upper.low < found.upper.high < np.inf


def test_constant_values_have_no_width():
    found = uncertainty([0.1] * 20)
    assert (found.sigma.high, found.upper.low, found.upper.high) == (0, 0.1, 0.1)


# --- refusals


@pytest.mark.parametrize("function", [prediction_limits, uncertainty])
def test_what_is_no_series_of_two_is_refused(function):
    assert why(function, []) == Why.EMPTY
    assert why(function, [1.0, nan]) == Why.TOO_FEW
    assert why(function, [1.0, np.inf]) == Why.NOT_FINITE
    assert why(function, [1.7e308, -1.7e308]) == Why.NOT_FINITE
    assert why(function, [[1.0, 2.0]]) == Why.NOT_ONE_DIMENSIONAL


@pytest.mark.parametrize("share", [0, 1, -0.1, nan])
def test_shares_that_are_none_are_refused(share):
    assert why(prediction_limits, DRAWN, alpha=share) == Why.OUT_OF_RANGE
    assert why(uncertainty, DRAWN, confidence=share) == Why.OUT_OF_RANGE
    assert why(sigma_factors, 10, share) == Why.OUT_OF_RANGE


def test_counts_and_multiples_that_are_none_are_refused():
    assert why(prediction_factor, 1) == why(sigma_factors, 1) == Why.TOO_FEW
    assert why(prediction_factor, 10, 0.05, 0) == Why.NOT_A_COUNT
    assert why(uncertainty, DRAWN, multiple=0) == Why.NOT_POSITIVE


# --- moments


def test_moments_of_equal_values_are_exact():
    for value in (0.1, 1e300, 5e-324, -7.3):
        same = np.full(33, value)
        assert (mean(same), deviation(same)) == (value, 0)


def test_the_mean_of_huge_values_is_between_them():
    assert mean(np.array([1.7e308, 1.7e308, 1.4e308])) == pytest.approx(1.6e308)
    assert mean(np.array([-1.7e308, -1.7e308, -1.4e308])) == pytest.approx(-1.6e308)


@pytest.mark.parametrize("scale", [1e-160, 1.0, 1e160])
def test_deviation_is_the_sample_standard_deviation_at_any_scale(scale):
    assert deviation(DRAWN * scale) == pytest.approx(np.std(DRAWN, ddof=1) * scale, rel=1e-12)


def test_tiers():
    assert [tier_notes(n) for n in (0, 14, 15, 29, 30)] == [
        (Note.TOO_FEW,),
        (Note.TOO_FEW,),
        (Note.PRELIMINARY,),
        (Note.PRELIMINARY,),
        (),
    ]

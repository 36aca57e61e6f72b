"""Censored results: a slow maximiser of the likelihood as written down, differences of it, simulation, and the ends."""

from math import erfc, inf, isnan, log, pi, sqrt

import numpy as np
import pytest
from scipy import optimize, stats

from cpv.rules import censored
from cpv.rules.basis import Note, Why
from cpv.rules.censored import CensoredFit, Family, Readings, _log_between, fit, left_censored
from tests.cpv.rules.given import why


def below(x: np.ndarray, loq: float) -> Readings:
    return left_censored(np.maximum(x, loq), x < loq)


def mixed(seed: int = 2, n: int = 40) -> Readings:
    """About 10 +- 2: a quarter below 8.6, some above 12.5, some known to a whole number only."""
    x = np.random.default_rng(seed).normal(10, 2, n)
    low, high = x.copy(), x.copy()
    low[x < 8.6], high[x < 8.6] = np.nan, 8.6
    low[x > 12.5], high[x > 12.5] = 12.5, np.nan
    coarse = (np.arange(n) % 5 == 0) & (x >= 8.6) & (x <= 12.5)
    low[coarse], high[coarse] = np.floor(x[coarse]), np.floor(x[coarse]) + 1
    return Readings(low, high)


def below_chance(z: float) -> float:
    return erfc(-z / sqrt(2)) / 2


def loss(point: tuple[float, float], readings: Readings) -> float:
    """The negative log-likelihood, one result after the other."""
    mu, sigma = point
    if sigma <= 0:
        return 1e9
    total = 0.0
    for low, high in zip(readings.low.tolist(), readings.high.tolist(), strict=True):
        if low == high:
            total += log(sigma * sqrt(2 * pi)) + ((low - mu) / sigma) ** 2 / 2
            continue
        top = 1.0 if isnan(high) else below_chance((high - mu) / sigma)
        bottom = 0.0 if isnan(low) else below_chance((low - mu) / sigma)
        total += -log(top - bottom) if top > bottom else 1e9
    return total


def slow(readings: Readings, start: tuple[float, float] = (9.0, 3.0)) -> tuple[float, float]:
    how = {"xatol": 1e-7, "fatol": 1e-9}
    return tuple(optimize.minimize(loss, start, args=(readings,), method="Nelder-Mead", options=how).x)


@pytest.mark.parametrize(
    "readings", [mixed(1), mixed(2), below(np.random.default_rng(5).normal(10, 2, 25), 10.5)]
)
def test_fit_is_what_a_slow_maximiser_finds(readings: Readings) -> None:
    found = fit(readings)
    assert (found.mu, found.sigma) == pytest.approx(slow(readings), rel=1e-5)
    assert found.log_likelihood == pytest.approx(-loss((found.mu, found.sigma), readings), rel=1e-10)
    assert Note.CENSORED in found.notes


def test_standard_errors_are_the_curvature_of_the_likelihood() -> None:
    readings = mixed(1)
    found = fit(readings)
    h, at = 1e-3, np.array([found.mu, found.sigma])
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            steps = [
                (s * t, at + h * (s * np.eye(2)[i] + t * np.eye(2)[j])) for s in (1, -1) for t in (1, -1)
            ]
            hessian[i, j] = sum(sign * loss(tuple(point), readings) for sign, point in steps) / (4 * h * h)
    covariance = np.linalg.inv(hessian)
    ours = np.array([[found.var_mu, found.cov], [found.cov, found.var_sigma]])
    assert ours == pytest.approx(covariance, rel=1e-3)
    along = np.array([1.0, stats.norm.ppf(0.9)])
    assert found.quantile(0.9).error == pytest.approx(sqrt(along @ covariance @ along), rel=1e-3)
    assert found.mu_error == pytest.approx(sqrt(covariance[0, 0]), rel=1e-3)
    assert found.sigma_error == pytest.approx(sqrt(covariance[1, 1]), rel=1e-3)


def test_nothing_censored_is_mean_and_standard_deviation() -> None:
    x = np.random.default_rng(3).normal(5, 1, 30)
    found = fit(Readings(x, x))
    assert (found.mu, found.sigma) == pytest.approx((x.mean(), x.std()))
    assert found.mu_error == pytest.approx(x.std() / sqrt(30))
    assert found.sigma_error == pytest.approx(x.std() / sqrt(60))
    assert (found.notes, found.n, found.n_known) == ((), 30, 30)


def test_a_lognormal_is_a_normal_of_logarithms() -> None:
    x = np.random.default_rng(4).lognormal(1.0, 0.6, 40)
    raw, logs = below(x, 2.0), below(np.log(x), np.log(2.0))
    found, of_logs = fit(raw, Family.LOGNORMAL), fit(logs)
    assert (found.mu, found.sigma) == pytest.approx((of_logs.mu, of_logs.sigma))
    point, of_log = found.quantile(0.99), of_logs.quantile(0.99)
    assert (point.value, point.low, point.high) == pytest.approx(
        tuple(np.exp([of_log.value, of_log.low, of_log.high]))
    )
    assert point.error == pytest.approx(of_log.error * point.value)


def test_pitfall_15_half_the_limit_is_biased_and_the_likelihood_is_not() -> None:
    """Lognormal about 1 with sdlog 1, LOQ where 60 % lie below; 200 series of 40."""
    rng = np.random.default_rng(11)
    loq = float(np.exp(stats.norm.ppf(0.6)))
    fits, substituted = [], []
    for x in rng.lognormal(0.0, 1.0, (200, 40)):
        found = fit(below(x, loq), Family.LOGNORMAL)
        fits.append((found.mu, found.sigma))
        logs = np.log(np.where(x < loq, loq / 2, x))
        substituted.append((logs.mean(), logs.std(ddof=1)))
    (mu, sigma), (mu_sub, sigma_sub) = np.mean(fits, axis=0), np.mean(substituted, axis=0)
    assert mu == pytest.approx(0.0, abs=0.06)
    assert sigma == pytest.approx(1.0, abs=0.06)
    assert sigma_sub < 0.85
    assert mu_sub > 0.08


def test_limits_of_quantiles_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(12)
    truth = stats.norm.ppf(0.95)
    held = 0
    for x in rng.standard_normal((200, 60)):
        point = fit(below(x, -0.5)).quantile(0.95)
        held += point.low <= truth <= point.high
    # the delta method is a little short at 60; the simulation's own error is 1.5 %
    assert 0.88 < held / 200 < 0.985


def test_limits_are_quantiles_of_the_fit() -> None:
    found = fit(below(np.random.default_rng(1).normal(10, 2, 30), 9.0))
    band = found.limits()
    assert band.center == found.mu
    assert band.upper == pytest.approx(found.mu + 3 * found.sigma, abs=1e-3)
    assert band.lower == pytest.approx(found.mu - 3 * found.sigma, abs=1e-3)
    assert band.notes == found.notes


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_the_unit_does_not_matter(scale: float) -> None:
    one, other = fit(mixed()), fit(Readings(mixed().low * scale, mixed().high * scale))
    assert (other.mu, other.sigma) == pytest.approx((one.mu * scale, one.sigma * scale), rel=1e-8)
    assert other.mu_error == pytest.approx(one.mu_error * scale, rel=1e-7)


def test_a_level_far_from_nothing_keeps_its_spread() -> None:
    x = np.random.default_rng(9).standard_normal(40)
    one, other = fit(below(x, -0.3)), fit(below(x + 1e6, 1e6 - 0.3))
    assert other.sigma == pytest.approx(one.sigma, rel=1e-7)
    assert other.mu - 1e6 == pytest.approx(one.mu, abs=1e-7)


def test_pitfall_15_what_is_all_below_the_limit_has_no_sigma() -> None:
    assert why(fit, left_censored([2.0] * 9, [True] * 9)) is Why.ALL_CENSORED
    assert why(fit, left_censored([2.0] * 8 + [3.0], [True] * 8 + [False])) is Why.TOO_FEW
    assert Note.TOO_FEW in fit(left_censored([2.0] * 8 + [3.0, 4.0], [True] * 8 + [False] * 2)).notes


def test_equal_values_have_a_spread_only_if_another_result_denies_them() -> None:
    assert why(fit, Readings(np.full(5, 3.0), np.full(5, 3.0))) is Why.CONSTANT
    assert why(fit, left_censored([3.0] * 5 + [4.0], [False] * 5 + [True])) is Why.CONSTANT
    found = fit(left_censored([3.0] * 5 + [2.0], [False] * 5 + [True]))
    assert 0 < found.sigma < 1


def test_the_impossible_is_refused() -> None:
    assert why(left_censored, [1.0, 2.0], [True]) is Why.SIZES_DIFFER
    assert why(fit, Readings(np.array([1.0]), np.array([1.0, 2.0]))) is Why.SIZES_DIFFER
    assert why(fit, Readings(np.array([2.0, 1.0]), np.array([1.0, 2.0]))) is Why.LIMITS_CROSSED
    assert why(fit, Readings(np.array([np.nan]), np.array([np.nan]))) is Why.EMPTY
    assert why(fit, Readings(np.array([-inf]), np.array([1.0]))) is Why.NOT_FINITE
    assert why(fit, left_censored([1.0, 2.0, 0.0], [False] * 3), Family.LOGNORMAL) is Why.NOT_POSITIVE
    assert (
        why(fit, left_censored([1.0, 2.0, 0.0], [False, False, True]), Family.LOGNORMAL) is Why.NOT_POSITIVE
    )
    assert why(fit(mixed()).quantile, 1.0) is Why.OUT_OF_RANGE
    assert why(fit(mixed()).limits, 0.0) is Why.OUT_OF_RANGE
    huge = CensoredFit(Family.LOGNORMAL, 800.0, 1.0, 1.0, 1.0, 0.0, 0.0, 9, 9, ())
    assert why(huge.quantile, 0.5) is Why.NOT_FINITE


def test_missing_is_left_out_and_nothing_of_a_positive_quantity_lies_below_nothing() -> None:
    x = np.array([1.0, 2.0, 3.0, np.nan])
    assert Note.MISSING_LEFT_OUT in fit(Readings(x, x)).notes
    opened = Readings(np.array([1.0, 2.0, 4.0, np.nan]), np.array([1.0, 2.0, 4.0, 0.5]))
    closed = Readings(np.array([1.0, 2.0, 4.0, 0.0]), np.array([1.0, 2.0, 4.0, 0.5]))
    assert fit(closed, Family.LOGNORMAL).mu == fit(opened, Family.LOGNORMAL).mu


def test_a_search_that_does_not_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(censored, "_ROUNDS", 1)
    assert why(fit, mixed()) is Why.NOT_CONVERGED

    asked: list[np.ndarray] = []

    def never_better(self: object, at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        asked.append(at)
        return (0.0 if len(asked) == 1 else -inf), np.array([-5.0, 0.0]), np.eye(2)

    monkeypatch.setattr(censored._Problem, "at", never_better)
    assert why(fit, mixed()) is Why.NOT_CONVERGED
    assert min(float(at[0]) for at in asked) > 0


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_a_spread_whose_square_is_no_number_is_refused(scale: float) -> None:
    assert why(fit, Readings(mixed().low * scale, mixed().high * scale)) is Why.OUT_OF_RANGE


def test_limits_far_out_are_survived() -> None:
    x = np.random.default_rng(1).normal(0, 1, 20)
    low, high = np.append(x, [np.nan, 60.0, -80.0]), np.append(x, [-50.0, np.nan, -79.0])
    found = fit(Readings(low, high))
    assert (found.mu, found.sigma) == pytest.approx(slow(Readings(low, high), (0.0, 25.0)), rel=1e-4)


def test_chances_keep_their_digits_in_either_tail() -> None:
    u, v = np.array([9.0, 50.0, -inf, -51.0, -1.0]), np.array([inf, 51.0, -9.0, -50.0, 1.0])
    far, far_out = stats.norm.logsf(9), stats.norm.logsf(50)
    expected = [far, far_out, far, far_out, np.log(2 * stats.norm.cdf(1) - 1)]
    assert _log_between(u, v) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("width", [1e-12, 1e-9, 3e-6, 3e-5])
def test_a_narrow_interval_is_a_measured_value(width: float) -> None:
    x = np.random.default_rng(1).normal(0, 1, 20)
    narrow_width = (1.0 + width) - 1.0  # as numbers can hold it
    narrow = fit(Readings(np.append(x, 1.0), np.append(x, 1.0 + width)))
    exact = fit(Readings(np.append(x, 1.0), np.append(x, 1.0)))
    assert (narrow.mu, narrow.sigma) == pytest.approx((exact.mu, exact.sigma), abs=width + 1e-9)
    assert narrow.log_likelihood == pytest.approx(exact.log_likelihood + np.log(narrow_width), abs=0.01)
    assert narrow.n_known == 20


def test_many_results() -> None:
    found = fit(below(np.random.default_rng(1).normal(3, 2, 200_000), 2.0))
    assert (found.mu, found.sigma) == pytest.approx((3, 2), abs=0.03)

"""Autocorrelation: statsmodels as oracle, loops as reference, simulated AR(1) series."""

import itertools
from math import sqrt

import numpy as np
import pytest
from scipy import signal
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.stattools import acf

from cpv.rules.autocorrelation import (
    Ar1,
    autocorrelation,
    fit_ar1,
    is_autocorrelated,
    ljung_box,
    moving_range_share,
)
from cpv.rules.basis import Note, Why
from tests.cpv.rules.given import why


def ar1(phi: float, n: int, seed: int = 1, sigma: float = 1.0) -> np.ndarray:
    """A stationary AR(1) of innovations with `sigma` about 10."""
    e = np.random.default_rng(seed).standard_normal(n) * sigma
    e[0] /= sqrt(1 - phi**2)
    return 10 + signal.lfilter([1.0], [1.0, -phi], e)


def test_coefficients_and_bartletts_bands_are_statsmodels() -> None:
    """Oracle: statsmodels.tsa.stattools.acf, whose interval is Bartlett's."""
    x = ar1(0.6, 80)
    r, interval = acf(x, nlags=15, alpha=0.05, result_object=False)
    ours = autocorrelation(x, 15)
    assert ours.r == pytest.approx(r[1:], abs=1e-12)
    assert ours.bartlett == pytest.approx((interval[1:, 1] - r[1:]), rel=1e-9)
    assert ours.band == pytest.approx(1.959964 / sqrt(80), rel=1e-6)


def test_a_product_with_a_gap_is_left_out() -> None:
    x = ar1(0.4, 30)
    x[[3, 4, 17]] = np.nan
    m = np.nanmean(x)
    squares = np.nansum((x - m) ** 2)
    for k in (1, 2, 5):
        products = [(x[t] - m) * (x[t + k] - m) for t in range(30 - k)]
        assert autocorrelation(x, 5).r[k - 1] == pytest.approx(np.nansum(products) / squares)


@pytest.mark.parametrize("lags", [1, 5, 12])
def test_ljung_box_is_statsmodels(lags: int) -> None:
    x = ar1(0.3, 60, seed=4)
    oracle = acorr_ljungbox(x, lags=[lags])
    ours = ljung_box(x, lags)
    assert (ours.q, ours.p) == pytest.approx((oracle.lb_stat.iloc[0], oracle.lb_pvalue.iloc[0]), rel=1e-9)
    assert ljung_box(x, 5, fitted=1).df == 4


def test_the_first_lag_is_warned_of_beyond_two_over_the_root_of_n() -> None:
    assert not is_autocorrelated(0.4, 25)
    assert is_autocorrelated(0.4000001, 25)
    assert is_autocorrelated(-0.41, 25)
    assert Note.AUTOCORRELATED in autocorrelation(ar1(0.8, 60)).notes
    white = np.random.default_rng(3).standard_normal((400, 50))
    share = np.mean([Note.AUTOCORRELATED in autocorrelation(x, 1).notes for x in white])
    assert share == pytest.approx(0.045, abs=0.03)


def test_ar1_is_found_again() -> None:
    x = ar1(0.7, 20_000, sigma=2.0)
    found = fit_ar1(x)
    assert found.phi == pytest.approx(0.7, abs=4 * found.phi_error)
    assert found.phi_error == pytest.approx(sqrt((1 - 0.49) / 20_000), rel=0.05)
    assert found.sigma == pytest.approx(2.0, rel=0.03)
    assert found.mean == pytest.approx(10, abs=0.25)
    assert found.marginal_sigma == pytest.approx(x.std(), rel=0.02)


def test_ar1_is_the_line_through_neighbours() -> None:
    x = ar1(0.5, 40)
    x[11] = np.nan
    pairs = [(a, b) for a, b in itertools.pairwise(x) if not np.isnan(a + b)]
    before, after = np.array(pairs).T
    slope, start = np.polyfit(before, after, 1)
    found = fit_ar1(x)
    assert (found.phi, found.mean) == pytest.approx((slope, start / (1 - slope)))
    assert found.pairs == len(pairs) == 37
    e = after - start - slope * before
    assert found.sigma == pytest.approx(sqrt((e**2).sum() / (len(e) - 2)))


def test_residuals_forget_the_batch_before_and_gaps_stay_gaps() -> None:
    x = ar1(0.8, 2000)
    model = Ar1(0.8, 10.0, 1.0, 0.01, 100)
    e = model.residuals(x)
    assert np.isnan(e[0])
    assert abs(autocorrelation(e).r[0]) < 3 / sqrt(2000)
    assert model.residuals([10.0, 11.0, np.nan, 12.0, 11.6]) == pytest.approx(
        [np.nan, 1.0, np.nan, np.nan, 1.6 - 0.8 * 2], nan_ok=True
    )
    assert model.residuals([]).size == 0


def test_residuals_of_later_batches_stand_on_the_frozen_model() -> None:
    phase_1 = fit_ar1(ar1(0.6, 60))
    again = Ar1.from_dict(phase_1.as_dict())
    assert again == phase_1
    with pytest.raises(AttributeError):
        phase_1.phi = 0.0


@pytest.mark.parametrize("phi", [-0.4, 0.0, 0.2, 0.5, 0.838])
def test_pitfall_10_the_moving_range_is_too_small_under_positive_autocorrelation(phi: float) -> None:
    x = ar1(phi, 200_000, seed=7)
    by_ranges = np.abs(np.diff(x)).mean() * sqrt(np.pi) / 2
    assert by_ranges / x.std() == pytest.approx(moving_range_share(phi), rel=0.02)


def test_a_lake_that_wanders_is_full_of_false_signals_and_its_residuals_are_not() -> None:
    """Levels like those of Lake Huron (98 years, phi .84): about a quarter of the points lie outside a naive chart."""
    out, out_of_residuals = [], []
    for seed in range(60):
        x = ar1(0.838, 98, seed)
        sigma = np.abs(np.diff(x)).mean() * sqrt(np.pi) / 2
        out.append((np.abs(x - x.mean()) > 3 * sigma).mean())
        model = fit_ar1(x)
        out_of_residuals.append((np.abs(model.residuals(x)[1:]) > 3 * model.sigma).mean())
    assert 0.1 < np.mean(out) < 0.35
    assert np.mean(out_of_residuals) < 0.006


def test_the_impossible_is_refused() -> None:
    for call in (autocorrelation, ljung_box, fit_ar1):
        assert why(call, [5.0] * 20) is Why.CONSTANT
        assert why(call, [1.0, np.inf, 2.0] * 5) is Why.NOT_FINITE
    assert why(autocorrelation, [np.nan] * 4) is Why.EMPTY
    assert why(autocorrelation, [1.0, 2.0]) is Why.TOO_FEW
    assert why(autocorrelation, [1.0, 2.0, 3.0], 0) is Why.OUT_OF_RANGE
    assert why(autocorrelation, [1.0, 2.0, 3.0], 1, 1.0) is Why.OUT_OF_RANGE
    assert why(ljung_box, ar1(0, 10), 10) is Why.TOO_FEW
    assert why(ljung_box, ar1(0, 20), 3, 3) is Why.OUT_OF_RANGE
    assert why(fit_ar1, [1.0, np.nan, 2.0, np.nan, 3.0, 1.0]) is Why.TOO_FEW
    assert why(fit_ar1, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) is Why.SINGULAR
    for phi in (1.0, -1.0, float("nan")):
        assert why(moving_range_share, phi) is Why.OUT_OF_RANGE
    assert autocorrelation([1.0, 2.0, 4.0], 50).r.size == 2


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_does_not_matter(scale: float) -> None:
    x = ar1(0.5, 50)
    assert autocorrelation(x * scale).r == pytest.approx(autocorrelation(x).r, abs=1e-9)
    assert fit_ar1(x * scale).phi == pytest.approx(fit_ar1(x).phi)
    assert fit_ar1(x * scale).sigma == pytest.approx(fit_ar1(x).sigma * scale)


def test_a_million_batches() -> None:
    x = ar1(0.5, 1_000_000)
    assert autocorrelation(x).r[0] == pytest.approx(0.5, abs=0.005)

"""Rates out of specification: scipy's noncentral t and exact binomial limits, drawn rates, coverage, and the ends."""

from math import isfinite, sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from cpv.rules.basis import Note, Why
from cpv.rules.capability import Specification
from cpv.rules.noncentral import spread_nodes
from cpv.rules.nonconforming import Rate, RateBy, _chance_under, expected_rate, observed_rate, rate_of
from tests.cpv.rules.given import exactly, why


@pytest.mark.parametrize("distance", [-1.0, 0.0, 2.0, 5.0])
@pytest.mark.parametrize("n", [4, 30])
def test_one_limit_is_exact_by_the_noncentral_t(distance: float, n: int) -> None:
    for spec in (Specification(upper=10 + 2 * distance), Specification(lower=10 - 2 * distance)):
        rate = expected_rate(exactly(n, 10, 2), spec, 0.9)
        assert rate.value == pytest.approx(stats.norm.sf(distance))
        for bound, p in ((rate.low, 0.95), (rate.high, 0.05)):
            delta = sqrt(n) * stats.norm.isf(bound)
            # at the bound of the rate the observed distance is just as far out as the tail says
            assert stats.nct.cdf(sqrt(n) * distance, n - 1, delta) == pytest.approx(1 - p, abs=1e-7)
        assert (rate.interval_by, rate.notes) == (RateBy.NONCENTRAL_T, (Note.ONE_SIDED,))


@pytest.mark.parametrize(("n", "spec"), [(20, (10, 18)), (8, (13, 15)), (50, (4, 20)), (12, (15, 16))])
def test_two_limits_are_the_quantiles_of_what_they_are_made_of(n: int, spec: tuple[float, float]) -> None:
    rate = expected_rate(exactly(n, 13.6, 2), Specification(*spec))
    rng = np.random.default_rng(5)
    z, w = rng.standard_normal(200_000) / sqrt(n), np.sqrt(rng.chisquare(n - 1, 200_000) / (n - 1))
    drawn = stats.norm.sf((spec[1] - 13.6) / 2 * w + z) + stats.norm.sf((13.6 - spec[0]) / 2 * w - z)
    assert (drawn <= rate.low).mean() == pytest.approx(0.025, abs=4 * sqrt(0.025 / 200_000))
    assert (drawn <= rate.high).mean() == pytest.approx(0.975, abs=4 * sqrt(0.025 / 200_000))
    assert rate.low < rate.value < rate.high
    assert rate.interval_by is RateBy.GENERALISED


def test_a_limit_that_is_far_away_does_not_count() -> None:
    x = exactly(30, 14, 2)
    one, both = expected_rate(x, Specification(upper=18)), expected_rate(x, Specification(-1e6, 18))
    assert (both.value, both.low, both.high) == pytest.approx((one.value, one.low, one.high), rel=1e-6)


def test_expected_rates_hold_as_often_as_they_say() -> None:
    """Centered, limits at two sigma: 600 series of 10; an interval holds the truth between the tails."""
    truth = 2 * stats.norm.sf(2.0)
    nodes = spread_nodes(9, (1.0, 0.1))
    series = np.random.default_rng(6).standard_normal((600, 10))
    m, s = series.mean(axis=1), series.std(axis=1, ddof=1)
    distances = zip((m + 2) / s, (2 - m) / s, strict=True)
    chances = np.array([_chance_under(truth, pair, 10, nodes) for pair in distances])
    for level in (0.8, 0.9, 0.95):
        held = np.mean(np.abs(chances - 0.5) <= level / 2)
        assert held == pytest.approx(level, abs=0.01 + 3 * sqrt(level * (1 - level) / 600))


@pytest.mark.parametrize(("events", "n"), [(0, 30), (1, 30), (7, 58), (30, 30)])
def test_observed_rates_are_statsmodels(events: int, n: int) -> None:
    """Oracle: statsmodels.stats.proportion.proportion_confint, beta and wilson."""
    for by, name in ((RateBy.CLOPPER_PEARSON, "beta"), (RateBy.WILSON, "wilson")):
        rate = rate_of(events, n, 0.95, by)
        assert (rate.low, rate.high) == pytest.approx(proportion_confint(events, n, 0.05, name), abs=1e-12)
        assert rate.value == events / n


def test_manufacturing_failures_of_a_national_registry() -> None:
    """58 of 1138 patients: 5.1 %, by Clopper and Pearson from 3.9 to 6.5 %."""
    rate = rate_of(58, 1138)
    assert (rate.value, rate.low, rate.high) == pytest.approx((0.051, 0.039, 0.065), abs=5e-4)


def test_a_result_on_the_limit_is_in() -> None:
    x = [80.0, 79.9, 100.0, 100.1, 90.0, np.nan]
    assert observed_rate(x, Specification(80, 100)).value == 2 / 5
    assert observed_rate(x, Specification(lower=80)).value == 1 / 5
    assert observed_rate(x, Specification(upper=100), by=RateBy.WILSON).interval_by is RateBy.WILSON


@pytest.mark.parametrize(
    "spec", [(13.999999, 14.000001), (-1e9, 1e9), (500.0, 501.0), (1.0, 2.0), (14.0, 1e300)]
)
def test_rates_are_numbers_from_nothing_to_all(spec: tuple[float, float]) -> None:
    rate = expected_rate(exactly(30, 14, 1), Specification(*spec))
    assert 0 <= rate.low <= rate.high <= 1
    assert isfinite(rate.value)
    assert rate.low - 1e-6 <= rate.value <= rate.high + 1e-6


def test_what_never_happens_is_nothing() -> None:
    rate = expected_rate(exactly(30, 14, 1e-6), Specification(1, 20))
    assert (rate.value, rate.low, rate.high) == (0.0, 0.0, 0.0)
    sure = expected_rate(exactly(30, 14, 1e-6), Specification(1, 2))
    assert (sure.value, sure.low, sure.high) == (1.0, 1.0, 1.0)


def test_pitfall_9_a_constant_series_says_little() -> None:
    for spec, value in ((Specification(0, 1), 0.0), (Specification(upper=0.05), 1.0)):
        rate = expected_rate([0.1] * 9, spec)
        assert (rate.value, rate.low, rate.high) == (value, 0.0, 1.0)
        assert Note.ZERO_SIGMA in rate.notes


@pytest.mark.parametrize("scale", [1e-100, 1e-12, 1e12, 1e100])
def test_the_unit_does_not_matter(scale: float) -> None:
    one = expected_rate(exactly(12, 14, 2), Specification(9, 19))
    other = expected_rate(exactly(12, 14, 2) * scale, Specification(9 * scale, 19 * scale))
    assert (other.value, other.low, other.high) == pytest.approx((one.value, one.low, one.high), rel=1e-6)


def test_a_million_batches() -> None:
    x = np.random.default_rng(2).normal(0, 1, 1_000_000)
    rate = expected_rate(x, Specification(-3, 3))
    assert rate.low < 0.0027 < rate.high
    assert observed_rate(x, Specification(-3, 3)).value == pytest.approx(0.0027, rel=0.1)


def test_the_impossible_is_refused() -> None:
    spec = Specification(0, 1)
    assert why(expected_rate, [0.5], spec) is Why.TOO_FEW
    assert why(expected_rate, [0.5, np.inf], spec) is Why.NOT_FINITE
    assert why(expected_rate, [0.5, 0.6], spec, 1.0) is Why.OUT_OF_RANGE
    assert why(observed_rate, [np.nan], spec) is Why.EMPTY
    for events, n in ((-1, 3), (4, 3), (0, 0)):
        assert why(rate_of, events, n) is Why.NOT_A_COUNT
    assert why(rate_of, 1, 3, 0.95, RateBy.GENERALISED) is Why.OUT_OF_RANGE
    assert isinstance(rate_of(1, 3), Rate)

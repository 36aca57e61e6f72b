"""Tolerance factors: published tables, scipy's noncentral t, simulation; order statistics against binomial sums."""

from math import comb, sqrt

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.tolerance import (
    Side,
    howe_factor,
    one_sided_factor,
    quantile,
    quantile_limits,
    tolerance_limits,
    two_sided_factor,
    wilks_interval,
    wilks_n,
)
from tests.cpv.rules.given import why


def test_nist_7_2_6_3() -> None:
    """43 wafers, 90 % with 99 %: Howe 2.2173, exact 2.2228; one-sided 1.8740 by the noncentral t."""
    assert howe_factor(43, 0.90, 0.99) == pytest.approx(2.2173, abs=5e-5)
    assert two_sided_factor(43, 0.90, 0.99) == pytest.approx(2.2228, abs=5e-5)
    assert one_sided_factor(43, 0.90, 0.99) == pytest.approx(1.8740, abs=1e-4)


@pytest.mark.parametrize(
    ("n", "row"),
    [
        (4, (5.37, 6.34, 8.22)),
        (6, (3.73, 4.42, 5.76)),
        (7, (3.39, 4.02, 5.24)),
        (8, (3.16, 3.75, 4.89)),
        (9, (2.99, 3.55, 4.63)),
        (10, (2.86, 3.39, 4.44)),
        (12, (2.67, 3.17, 4.16)),
        (20, (2.32, 2.76, 3.62)),
        (30, (2.15, 2.55, 3.35)),
        (40, (2.06, 2.45, 3.22)),
        (60, (1.96, 2.34, 3.07)),
    ],
)
def test_published_two_sided_factors(n: int, row: tuple[float, ...]) -> None:
    """Berthouex and Brown, Statistics for Environmental Engineers, table 21.1: 95 %, coverage .90, .95, .99."""
    assert [two_sided_factor(n, coverage, 0.95) for coverage in (0.90, 0.95, 0.99)] == pytest.approx(
        row, abs=0.0051
    )


def test_the_numbers_that_decide_small_series() -> None:
    assert two_sided_factor(10, 0.95, 0.95) == pytest.approx(3.393, abs=5e-4)
    assert two_sided_factor(5, 0.99, 0.95) == pytest.approx(6.598, abs=5e-4)


TRIED = [(2, 0.9, 0.9), (3, 0.99, 0.95), (12, 0.6, 0.3), (50, 0.2, 0.8)]


@pytest.mark.parametrize(("n", "coverage", "confidence"), TRIED)
def test_two_sided_factor_is_the_double_integral(n: int, coverage: float, confidence: float) -> None:
    """Reference: scipy's adaptive quadrature with a root searched at every mean."""
    k = two_sided_factor(n, coverage, confidence)

    def chance(u: float) -> float:
        x = u / sqrt(n)
        r = optimize.brentq(
            lambda r: stats.norm.cdf(x + r) - stats.norm.cdf(x - r) - coverage, 0, 20, xtol=1e-13
        )
        return float(stats.norm.pdf(u) * stats.chi2.sf((n - 1) * r**2 / k**2, n - 1))

    assert 2 * integrate.quad(chance, 0, 8, epsabs=1e-10)[0] == pytest.approx(confidence, abs=1e-8)


def test_limits_hold_their_share_as_often_as_they_say() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((20_000, 8))
    m, s = x.mean(axis=1), x.std(axis=1, ddof=1)
    k, one = two_sided_factor(8, 0.9, 0.95), one_sided_factor(8, 0.9, 0.95)
    held = stats.norm.cdf(m + k * s) - stats.norm.cdf(m - k * s) >= 0.9
    error = 4 * sqrt(0.05 * 0.95 / 20_000)
    assert held.mean() == pytest.approx(0.95, abs=error)
    assert (stats.norm.cdf(m + one * s) >= 0.9).mean() == pytest.approx(0.95, abs=error)


@pytest.mark.parametrize("n", [2, 5, 43, 1000])
@pytest.mark.parametrize(("coverage", "confidence"), [(0.95, 0.95), (0.999, 0.99), (0.3, 0.2)])
def test_one_sided_factor_is_scipys_noncentral_t(n: int, coverage: float, confidence: float) -> None:
    t = stats.nct.ppf(confidence, n - 1, stats.norm.ppf(coverage) * sqrt(n))
    assert one_sided_factor(n, coverage, confidence) == pytest.approx(t / sqrt(n), rel=1e-8, abs=1e-9)


def test_factors_meet_the_normal_quantile() -> None:
    z = stats.norm.ppf(0.975)
    assert two_sided_factor(10**7, 0.95, 0.95) == pytest.approx(z, rel=1e-3)
    assert one_sided_factor(10**7, 0.975, 0.95) == pytest.approx(z, rel=1e-3)
    assert two_sided_factor(5, 0.999999, 0.99) > two_sided_factor(5, 0.99999, 0.99) > 0


def test_limits_for_few_batches() -> None:
    x = np.random.default_rng(2).normal(50, 2, 10)
    limits = tolerance_limits(x, 0.95, 0.95)
    assert limits.multiple == pytest.approx(3.393, abs=5e-4)
    assert limits.upper == pytest.approx(x.mean() + limits.multiple * x.std(ddof=1))
    assert limits.lower == pytest.approx(x.mean() - limits.multiple * x.std(ddof=1))
    assert (limits.estimator, limits.n, limits.status) == (Estimator.SAMPLE_SD, 10, LimitStatus.RUN_CHART)
    lower = tolerance_limits(x, side=Side.LOWER)
    assert lower.upper is None
    assert lower.lower == pytest.approx(x.mean() - one_sided_factor(10, 0.95, 0.95) * x.std(ddof=1))
    assert tolerance_limits(x, side=Side.UPPER).lower is None


def test_wilks_sizes() -> None:
    """Wilks (1941): 95/95 needs 59 on one side and 93 on both; 90/95: 29 and 46; 99/95: 299 and 473."""
    for coverage, one, both in ((0.95, 59, 93), (0.90, 29, 46), (0.99, 299, 473)):
        assert wilks_n(coverage, 0.95, Side.UPPER) == wilks_n(coverage, 0.95, Side.LOWER) == one
        assert wilks_n(coverage, 0.95) == both
    assert wilks_n(0.01, 0.01) == 2
    assert wilks_n(0.01, 0.01, Side.UPPER) == 1


@pytest.mark.parametrize("side", list(Side))
def test_wilks_size_is_the_smallest_that_does(side: Side) -> None:
    for coverage, confidence in ((0.8, 0.9), (0.97, 0.5), (0.5, 0.99)):
        n = wilks_n(coverage, confidence, side)

        def reached(n: int, p: float = coverage) -> float:
            return 1 - n * p ** (n - 1) + (n - 1) * p**n if side is Side.BOTH else 1 - p**n

        assert reached(n) >= confidence > reached(n - 1)


def binomial(n: int, most: int, p: float) -> float:
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(most + 1))


@pytest.mark.parametrize("n", [93, 153, 200, 410])
def test_wilks_leaves_out_as_many_as_it_may(n: int) -> None:
    x = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    found = wilks_interval(x, 0.95, 0.95)
    out = found.from_low + found.from_high
    assert binomial(n, n - out, 0.95) >= 0.95 > binomial(n, n - out - 1, 0.95)
    assert found.achieved == pytest.approx(binomial(n, n - out, 0.95))
    assert (found.lower, found.upper) == (found.from_low, n + 1 - found.from_high)
    assert 0 <= found.from_high - found.from_low <= 1


def test_wilks_with_too_few_says_so_and_what_it_would_have() -> None:
    found = wilks_interval(np.arange(92.0))
    assert (found.lower, found.upper, found.notes) == (None, None, (Note.TOO_FEW,))
    assert found.achieved == pytest.approx(1 - 92 * 0.95**91 + 91 * 0.95**92)
    assert wilks_interval([1.0]).achieved == 0.0
    upper = wilks_interval(np.arange(59.0), side=Side.UPPER)
    assert (upper.lower, upper.upper) == (None, 58.0)
    lower = wilks_interval(np.arange(59.0), side=Side.LOWER)
    assert (lower.lower, lower.upper) == (0.0, None)


def test_a_quantile_is_held_by_order_statistics() -> None:
    x = np.random.default_rng(1).permutation(np.arange(1.0, 101))
    found = quantile(x, 0.5)
    # the median of 100 is held with 95 % by the 40th and 61st value: P(B <= 39) = .0176, P(B <= 40) = .0284, p = 1/2
    assert (found.low, found.value, found.high) == (40.0, 50.5, 61.0)
    even = quantile([1.0, 2.0], 0.5, 0.5)  # P(B = 0) and P(B = 2) are just the tails of .25
    assert (even.low, even.high) == (1.0, 2.0)
    for p in (0.02, 0.1, 0.37, 0.9):
        read = quantile(x, p)
        low, high = read.low or 0, read.high or 101
        # P(fewer than l lie below the quantile) and P(u or more do), both with the next place within failing
        assert binomial(100, int(low) - 1, p) <= 0.025 < binomial(100, int(low), p)
        assert 1 - binomial(100, int(high) - 1, p) <= 0.025 < 1 - binomial(100, int(high) - 2, p)


def test_a_quantile_beyond_all_values_is_unbounded() -> None:
    found = quantile(np.arange(1.0, 51), 0.99865)
    assert (found.value, found.high) == (50.0, None)
    assert set(found.notes) == {Note.TOO_FEW, Note.UNBOUNDED}


def test_quantile_limits_are_none_until_the_quantile_is_reached() -> None:
    rng = np.random.default_rng(6)
    few = quantile_limits(rng.exponential(size=493))
    assert (few.lower, few.upper, few.notes) == (None, None, (Note.TOO_FEW,))
    x = rng.exponential(size=494)
    enough = quantile_limits(x)
    assert enough.lower == pytest.approx(x.min(), abs=0.01)
    many = quantile_limits(rng.exponential(size=200_000))
    assert many.upper == pytest.approx(-np.log(0.00135), rel=0.05)
    assert many.center == pytest.approx(np.log(2), rel=0.02)
    assert many.sigma == pytest.approx((many.upper - many.lower) / 6, rel=1e-4)
    assert many.estimator is Estimator.QUANTILES


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_scales(scale: float) -> None:
    x = np.random.default_rng(2).normal(50, 2, 10) / 100
    limits, unit = tolerance_limits(x * scale), tolerance_limits(x)
    assert (limits.lower, limits.upper) == pytest.approx((unit.lower * scale, unit.upper * scale))
    assert quantile_limits(x * scale, 0.5).sigma == pytest.approx(quantile_limits(x, 0.5).sigma * scale)


def test_pitfall_9_constant_few_missing_and_infinite() -> None:
    flat = tolerance_limits([0.1] * 7)
    assert (flat.lower, flat.center, flat.upper, flat.sigma) == (0.1, 0.1, 0.1, 0.0)
    assert flat.notes == (Note.ZERO_SIGMA,)
    assert tolerance_limits([1.0, 2.0, np.nan]).notes == (Note.MISSING_LEFT_OUT,)
    assert why(tolerance_limits, [1.0]) is Why.TOO_FEW
    assert why(tolerance_limits, [np.nan]) is Why.EMPTY
    assert why(wilks_interval, [1.0, -np.inf]) is Why.NOT_FINITE
    for factor in (two_sided_factor, one_sided_factor, howe_factor):
        assert why(factor, 1, 0.9, 0.9) is Why.TOO_FEW
        assert why(factor, 9, 1.0, 0.9) is Why.OUT_OF_RANGE
        assert why(factor, 9, 0.9, 0.0) is Why.OUT_OF_RANGE
    assert why(wilks_n, 1.0, 0.9) is Why.OUT_OF_RANGE
    assert why(quantile, [1.0, 2.0], 0.0) is Why.OUT_OF_RANGE

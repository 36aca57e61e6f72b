"""Normality: published examples and critical values, statsmodels and scipy as oracles, scales and ends."""

import itertools
from math import log, sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.diagnostic import normal_ad

from cpv.rules import normality
from cpv.rules.basis import Note, Why
from cpv.rules.normality import anderson_darling, probability_plot, shape, shapiro_wilk
from tests.cpv.rules.given import why

# Shapiro and Wilk, Biometrika 52 (1965) 591, their example of the weights of eleven men in pounds: W = .79.
MEN = [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]
ALL = (shapiro_wilk, anderson_darling, shape, probability_plot)


def drawn(n: int, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).gamma(4.0, size=n)


def test_shapiro_and_wilks_own_example() -> None:
    read = shapiro_wilk(MEN)
    assert read.statistic == pytest.approx(0.79, abs=0.005)
    assert read.p is not None
    assert read.p < 0.01


@pytest.mark.parametrize("seed", range(5))
def test_anderson_darling_is_statsmodels(seed: int) -> None:
    """Oracle: statsmodels.stats.diagnostic.normal_ad, which gives A^2 uncorrected."""
    x = drawn(12 + 20 * seed, seed)
    a2, p = normal_ad(x)
    read = anderson_darling(x)
    n = x.size
    assert read.statistic == pytest.approx(a2 * (1 + 0.75 / n + 2.25 / n**2), rel=1e-9)
    assert read.p == pytest.approx(p, rel=1e-7)


def test_anderson_darling_as_it_is_written_down() -> None:
    x = sorted(drawn(25))
    n, m, s = len(x), np.mean(x), np.std(x, ddof=1)
    f = [float(stats.norm.cdf((value - m) / s)) for value in x]
    a2 = -n - sum((2 * i - 1) * (log(f[i - 1]) + log(1 - f[n - i])) for i in range(1, n + 1)) / n
    assert anderson_darling(x).statistic == pytest.approx(a2 * (1 + 0.75 / n + 2.25 / n**2), rel=1e-10)


@pytest.mark.parametrize(
    ("a2", "p"), [(0.631, 0.10), (0.752, 0.05), (0.873, 0.025), (1.035, 0.01), (1.159, 0.005)]
)
def test_p_at_the_published_critical_values(a2: float, p: float) -> None:
    """D'Agostino and Stephens (1986), table 4.7, mean and variance unknown."""
    assert normality._p_of(a2) == pytest.approx(p, rel=0.03)


def test_p_falls_over_all_four_pieces_of_its_formula() -> None:
    ps = [normality._p_of(a2) for a2 in np.linspace(0.15, 400, 4000)]
    assert all(b <= a * 1.001 for a, b in itertools.pairwise(ps))
    assert 0 < ps[-1] < 1e-20
    assert normality._p_of(0.19) > normality._p_of(0.21) > normality._p_of(0.33) > normality._p_of(0.35)


def test_p_is_level_for_normal_series() -> None:
    """300 normal series of 30: shares of p under .1, each within 4 standard errors."""
    rng = np.random.default_rng(8)
    series = rng.standard_normal((300, 30))
    for test in (anderson_darling, shapiro_wilk):
        share = np.mean([(test(x).p or 0) < 0.1 for x in series])
        assert share == pytest.approx(0.1, abs=4 * sqrt(0.09 / 300))


def test_skewness_and_kurtosis_are_scipys_and_their_errors_what_is_drawn() -> None:
    x = drawn(40)
    read = shape(x)
    assert read.skewness == pytest.approx(stats.skew(x, bias=False))
    assert read.kurtosis == pytest.approx(stats.kurtosis(x, bias=False))
    many = np.random.default_rng(2).standard_normal((4000, 20))
    one = shape(many[0])
    assert stats.skew(many, axis=1, bias=False).std() == pytest.approx(one.skewness_error, rel=0.05)
    assert stats.kurtosis(many, axis=1, bias=False).std() == pytest.approx(one.kurtosis_error, rel=0.08)


def test_probability_plot_is_scipys() -> None:
    x = drawn(30)
    (scores, ordered), (slope, intercept, r) = stats.probplot(x)
    plot = probability_plot(x)
    assert plot.scores == pytest.approx(scores)
    assert (plot.ordered == ordered).all()
    assert (plot.slope, plot.intercept, plot.r) == pytest.approx((slope, intercept, r))


def test_a_point_of_the_plot_is_known_in_the_series() -> None:
    x = np.array([3.0, np.nan, 1.0, 2.0, np.nan])
    plot = probability_plot(x)
    assert plot.order.tolist() == [2, 3, 0]
    assert (x[plot.order] == plot.ordered).all()
    assert plot.notes == (Note.MISSING_LEFT_OUT,)


def test_many_values_have_a_statistic_and_no_p() -> None:
    x = drawn(4900)
    assert normality._many_shapiro(x - x.mean()) == pytest.approx(stats.shapiro(x).statistic, abs=1e-8)
    read = shapiro_wilk(drawn(5001))
    assert (read.p, read.notes) == (None, (Note.TOO_MANY,))
    assert 0.9 < read.statistic < 0.99


def test_pitfall_3_rounded_results_are_said_to_be_so() -> None:
    x = np.round(drawn(40))[:40] % 3
    for look in ALL:
        assert Note.FEW_DISTINCT in look(x).notes
        assert Note.FEW_DISTINCT not in look(drawn(40)).notes


@pytest.mark.parametrize("look", ALL)
def test_pitfall_9_constant_too_few_missing_and_infinite(look: object) -> None:
    assert why(look, [4.0] * 20) is Why.CONSTANT
    assert why(look, [1.0]) is Why.TOO_FEW
    assert why(look, [np.nan] * 20) is Why.EMPTY
    assert why(look, [1.0, np.inf] * 10) is Why.NOT_FINITE


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_no_test_knows_the_unit(scale: float) -> None:
    x = drawn(30)
    assert shapiro_wilk(x * scale).p == pytest.approx(shapiro_wilk(x).p, rel=1e-6)
    assert anderson_darling(x * scale).p == pytest.approx(anderson_darling(x).p, rel=1e-6)
    assert shape(x * scale).kurtosis == pytest.approx(shape(x).kurtosis)
    assert probability_plot(x * scale).slope == pytest.approx(probability_plot(x).slope * scale)


def test_a_million_values() -> None:
    x = np.random.default_rng(1).standard_normal(1_000_000)
    p = anderson_darling(x).p
    assert p is not None
    assert p > 0.001
    assert abs(shape(x).skewness) < 4 * shape(x).skewness_error

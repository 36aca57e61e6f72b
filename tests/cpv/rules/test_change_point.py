"""Change points: the Nile, splits tried one by one, and how often the interval and the p value are right."""

from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.datasets import nile

from cpv.rules.basis import Note, Why
from cpv.rules.change_point import ChanceBy, mean_change, pettitt
from tests.cpv.rules.given import why


def stepped(n: int, at: int, step: float, seed: int = 1) -> np.ndarray:
    x = np.random.default_rng(seed).standard_normal(n)
    x[at:] += step
    return x


def test_the_nile_changed_in_1898() -> None:
    """Yearly flow at Aswan from 1871 (Cobb, Biometrika 65 (1978) 243): 28 years at 1097.75, then 849.97."""
    flow = nile.load().data["volume"].to_numpy()
    for found in (
        mean_change(flow),
        mean_change(flow, np.random.default_rng(1), draws=199),
        pettitt(flow, np.random.default_rng(1), draws=199),
    ):
        assert found.index == 28
        assert (found.mean_before, found.mean_after) == pytest.approx((1097.75, 849.97), abs=0.005)
        assert 24 <= found.low <= 28 <= found.high <= 40
        assert found.p <= 0.005
    assert mean_change(flow).chance_by is ChanceBy.BONFERRONI
    assert mean_change(flow).p < 1e-9


def test_the_estimate_is_the_best_of_all_splits() -> None:
    for seed in range(20):
        x = stepped(25, 11, 1.0, seed)
        best = min(range(2, 24), key=lambda k: x[:k].var() * k + x[k:].var() * (25 - k))
        found = mean_change(x)
        assert found.index == best
        left = x[:best].var() * best + x[best:].var() * (25 - best)
        assert found.statistic == pytest.approx(1 - left / (x.var() * 25))
        t = stats.ttest_ind(x[:best], x[best:])
        assert found.p == pytest.approx(min(1.0, 22 * t.pvalue), rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_the_interval_is_the_weight_of_the_integrated_likelihood(seed: int) -> None:
    x = stepped(18, 9, 0.5, seed)
    weight = np.zeros(18)
    for k in range(2, 17):
        left = x[:k].var() * k + x[k:].var() * (18 - k)
        weight[k] = sqrt(18 / (k * (18 - k))) * left ** (-(18 - 2) / 2)
    weight /= weight.sum()
    chosen: list[int] = []
    while sum(weight[chosen]) < 0.6:
        chosen.append(max(set(range(18)) - set(chosen), key=lambda k: weight[k]))
    found = mean_change(x, confidence=0.6)
    assert (found.low, found.high) == (min(*chosen, found.index), max(*chosen, found.index))


def test_the_interval_holds_the_change_as_often_as_it_says() -> None:
    """Changes anywhere in 40 batches, by 1.5 sigma: 300 series; the hull of a set holds a little more."""
    rng = np.random.default_rng(5)
    held = held_by_pettitt = 0
    for _ in range(300):
        at = int(rng.integers(5, 36))
        x = rng.standard_normal(40)
        x[at:] += 1.5
        found = mean_change(x, confidence=0.9)
        held += found.low <= at <= found.high
    for _ in range(30):
        x = rng.standard_normal(40)
        x[20:] += 1.5
        found = pettitt(x, rng, draws=40, confidence=0.9)
        held_by_pettitt += found.low <= 20 <= found.high
    assert 0.9 - 3 * sqrt(0.09 / 300) < held / 300 < 0.98
    assert held_by_pettitt / 30 > 0.7


def test_p_is_not_too_small_without_a_change() -> None:
    rng = np.random.default_rng(6)
    by_permutation = [mean_change(x, rng, draws=49).p for x in rng.exponential(size=(150, 20))]
    assert np.mean(np.array(by_permutation) <= 0.1) == pytest.approx(0.1, abs=4 * sqrt(0.09 / 150))
    bounds = [mean_change(x).p for x in rng.standard_normal((300, 20))]
    assert np.mean(np.array(bounds) <= 0.1) < 0.1
    ranked = [pettitt(x, rng, draws=1).p for x in rng.standard_normal((300, 20))]
    assert np.mean(np.array(ranked) <= 0.1) < 0.1 + 3 * sqrt(0.09 / 300)


def test_pettitts_statistic_is_the_sum_of_signs() -> None:
    x = np.round(stepped(15, 8, 1.0), 1)
    x[3] = x[10]
    walk = [abs(sum(np.sign(x[i] - x[j]) for i in range(k) for j in range(k, 15))) for k in range(1, 15)]
    found = pettitt(x, np.random.default_rng(1), draws=5)
    assert found.statistic == max(walk)
    assert found.index == walk.index(max(walk)) + 1
    assert found.p == pytest.approx(min(1, 2 * np.exp(-6 * max(walk) ** 2 / (15**3 + 15**2))))


def test_places_are_those_of_the_series_with_its_gaps() -> None:
    x = np.array([1.0, np.nan, 1.1, 0.9, np.nan, np.nan, 5.0, 5.1, np.nan, 4.9])
    found = mean_change(x)
    assert (found.index, found.low, found.high) == (6, 6, 6)
    assert (found.mean_before, found.mean_after) == pytest.approx((1.0, 5.0))
    assert found.notes == (Note.MISSING_LEFT_OUT,)
    assert pettitt(x, np.random.default_rng(1), draws=19).index == 6


def test_a_step_without_noise_is_finite() -> None:
    found = mean_change([1.0] * 6 + [2.0] * 5)
    assert (found.index, found.low, found.high) == (6, 6, 6)
    assert found.statistic == pytest.approx(1.0)
    assert 0 <= found.p < 1e-12


def test_a_generator_gives_the_same_answer_again() -> None:
    x = stepped(20, 10, 0.8)
    one, other = (mean_change(x, np.random.default_rng(3), draws=50).p for _ in range(2))
    assert one == other
    sure = mean_change(stepped(40, 20, 9.0), np.random.default_rng(3), draws=50)
    assert (sure.p, sure.chance_by) == (1 / 51, ChanceBy.PERMUTATION)


def test_the_impossible_is_refused() -> None:
    for call in (mean_change, pettitt):
        rng = np.random.default_rng(1)
        assert why(call, [3.0] * 9, rng) is Why.CONSTANT
        assert why(call, [1.0, 2.0, 3.0], rng) is Why.TOO_FEW
        assert why(call, [np.nan] * 5, rng) is Why.EMPTY
        assert why(call, [1.0, np.inf, 1.0, 2.0], rng) is Why.NOT_FINITE
        assert why(call, [1.0, 2.0, 1.0, 2.0], rng, confidence=1.0) is Why.OUT_OF_RANGE
        assert why(call, [1.0, 2.0, 1.0, 2.0], rng, draws=0) is Why.OUT_OF_RANGE
    assert why(mean_change, [1.0, 2.0, 1.0, 2.0], edge=0) is Why.OUT_OF_RANGE
    assert why(mean_change, [1.0, 2.0, 1.0, 2.0, 3.0], edge=3) is Why.TOO_FEW
    assert mean_change([1.0, 1.0, 1.0, 9.0], edge=1).index == 3


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_does_not_matter(scale: float) -> None:
    one, other = mean_change(stepped(30, 12, 2.0)), mean_change(stepped(30, 12, 2.0) * scale)
    assert (other.index, other.low, other.high) == (one.index, one.low, one.high)
    assert other.p == pytest.approx(one.p, rel=1e-6)
    assert other.mean_after == pytest.approx(one.mean_after * scale)


def test_a_million_batches() -> None:
    found = mean_change(stepped(1_000_000, 400_000, 0.5))
    assert abs(found.index - 400_000) < 300
    assert found.low <= 400_000 <= found.high

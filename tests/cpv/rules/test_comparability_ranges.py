"""Ranges of the lots before a change: published factors, Student's t, simulation, boundaries."""

from math import exp, inf, log, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Note, Why
from cpv.rules.comparability.basis import Scale
from cpv.rules.comparability.ranges import (
    chance_inside,
    min_max,
    quality_range,
    tolerance_comparison,
)
from cpv.rules.tolerance import Side
from tests.cpv.rules.given import why

TEN = [91.2, 93.5, 90.1, 94.8, 92.7, 91.9, 92.0, 93.1, 90.8, 92.4]
MEAN, SD = float(np.mean(TEN)), float(np.std(TEN, ddof=1))


def test_the_quality_range_is_the_mean_and_k_standard_deviations() -> None:
    found = quality_range(TEN, [MEAN, MEAN + 2.9 * SD, MEAN - 3.1 * SD], k=3)
    assert (found.range.low, found.range.high) == pytest.approx((MEAN - 3 * SD, MEAN + 3 * SD))
    assert found.range.outside == (2,)
    assert (found.range.n_inside, found.range.share) == (2, pytest.approx(2 / 3))
    assert not found.passes
    assert quality_range(TEN, [MEAN, MEAN + 2.9 * SD, MEAN - 3.1 * SD], least_share=0.6).passes


def test_a_lot_on_a_limit_is_inside() -> None:
    found = quality_range(TEN, [MEAN])
    low, high = found.range.low, found.range.high
    assert low is not None
    assert high is not None
    assert quality_range(TEN, [low, high]).passes
    assert quality_range(TEN, [np.nextafter(low, 1e9), np.nextafter(high, 1e9)]).range.outside == (1,)
    assert min_max(TEN, [90.1, 94.8]).n_inside == 2


def test_one_lot_more_is_what_students_t_says() -> None:
    """A new lot less the mean, over s sqrt(1 + 1/n), is Student's t on n - 1."""
    for n, k in ((3, 1.5), (10, 3.0), (400, 2.0)):
        expected = 1 - 2 * stats.t.sf(k / sqrt(1 + 1 / n), n - 1)
        assert chance_inside((n, 1), k) == pytest.approx(expected, abs=1e-12)
        one_sided = stats.t.cdf(k / sqrt(1 + 1 / n), n - 1)
        assert chance_inside((n, 1), k, side=Side.UPPER) == pytest.approx(one_sided, abs=1e-12)


@pytest.mark.parametrize(("n", "m", "k", "least"), [(10, 5, 3.0, 5), (6, 10, 2.0, 9), (20, 20, 3.0, 18)])
def test_all_lots_inside_though_nothing_changed_by_simulation(n: int, m: int, k: float, least: int) -> None:
    runs = 40_000
    rng = np.random.default_rng(n)
    before, after = rng.normal(size=(runs, n)), rng.normal(size=(runs, m))
    off = np.abs(after - before.mean(axis=1)[:, None])
    held = (off <= k * before.std(axis=1, ddof=1)[:, None]).sum(axis=1) >= least
    chance = chance_inside((n, m), k, least=least)
    assert held.mean() == pytest.approx(chance, abs=3.5 * sqrt(chance * (1 - chance) / runs))


def test_the_answer_states_its_chance() -> None:
    found = quality_range(TEN, TEN[:6], k=2.5, least_share=0.8)
    assert found.range.unchanged == pytest.approx(chance_inside((10, 6), 2.5))
    assert found.passes_unchanged == pytest.approx(chance_inside((10, 6), 2.5, least=5))
    # seven of a hundred are 7 %, though 0.07 * 100 is more than 7 as floats go
    assert quality_range(TEN, [*[MEAN] * 7, *[0.0] * 93], least_share=0.07).passes
    assert quality_range(TEN, [*[MEAN] * 9, 0.0], least_share=0.9).passes
    assert not quality_range(TEN, [*[MEAN] * 8, 0.0, 0.0], least_share=0.9).passes


def test_few_lots_make_a_wide_range_that_says_little() -> None:
    """Three lots before: of ten unchanged lots, all lie inside 3 s in 61 % of exercises alone."""
    assert chance_inside((3, 10), 3) == pytest.approx(0.610, abs=0.001)
    assert chance_inside((10**6, 10), 3) == pytest.approx((1 - 2 * stats.norm.sf(3)) ** 10, abs=1e-5)


def test_tolerance_intervals_have_the_published_factor() -> None:
    """95/95, n = 10: k = 3.393 (Odeh and Owen 1980; 3.379 by Howe's approximation); n = 5, 95/99: 6.598."""
    found = tolerance_comparison(TEN, TEN[:4])
    assert found.factor == pytest.approx(3.393, abs=0.0005)
    assert found.range.low == pytest.approx(MEAN - found.factor * SD)
    assert found.range.high == pytest.approx(MEAN + found.factor * SD)
    assert tolerance_comparison(TEN[:5], TEN, coverage=0.99).factor == pytest.approx(6.598, abs=0.001)
    assert found.range.unchanged == pytest.approx(chance_inside((10, 4), found.factor))


def test_the_interval_of_the_lots_after_lies_inside_or_not() -> None:
    near = tolerance_comparison(TEN, [MEAN - 0.1, MEAN, MEAN + 0.1])
    k = tolerance_comparison(TEN[:3], TEN).factor
    assert near.test_low == pytest.approx(MEAN - 0.1 * k)
    assert near.contained is True
    for beyond in (-6, 6):
        apart = tolerance_comparison(TEN, [MEAN + beyond, MEAN + 1.01 * beyond, MEAN + 0.99 * beyond])
        assert apart.contained is False
    few = tolerance_comparison(TEN, [MEAN, MEAN + 1, nan])
    assert few.test_low is few.test_high is few.contained is None
    assert Note.TOO_FEW in few.notes
    assert Note.MISSING_LEFT_OUT in few.range.notes


def test_one_sided_tolerance_limits() -> None:
    """95/95 one-sided, n = 10: k = 2.911 (NIST/SEMATECH e-Handbook's method, noncentral t)."""
    found = tolerance_comparison(TEN, [MEAN + 100, MEAN + 90, MEAN + 95], side=Side.LOWER)
    k = stats.nct.ppf(0.95, 9, stats.norm.ppf(0.95) * sqrt(10)) / sqrt(10)
    assert found.factor == pytest.approx(k)
    assert found.factor == pytest.approx(2.911, abs=0.001)
    assert found.range.high is None
    assert found.test_high is None
    assert Note.UNBOUNDED not in found.range.notes
    assert found.range.n_inside == 3
    assert found.contained is True
    assert found.range.unchanged == pytest.approx(chance_inside((10, 3), k, side=Side.LOWER))


def test_extremes_hold_further_lots_whatever_the_distribution() -> None:
    found = min_max(TEN, [90.0, 92, 93, nan])
    assert (found.low, found.high, found.outside, found.n_test) == (90.1, 94.8, (0,), 3)
    assert found.unchanged == pytest.approx(10 * 9 / (13 * 12))
    runs = 40_000
    rng = np.random.default_rng(2)
    before, after = rng.lognormal(size=(runs, 10)), rng.lognormal(size=(runs, 3))
    held = (after.max(axis=1) < before.max(axis=1)) & (after.min(axis=1) > before.min(axis=1))
    assert held.mean() == pytest.approx(90 / 156, abs=3.5 * sqrt(0.25 / runs))


def test_ratios_have_geometric_limits() -> None:
    values = [1.0, 2.0, 4.0, 8.0]
    found = quality_range(values, [0.9, 40], k=2, scale=Scale.LOG).range
    mean, sd = np.mean(np.log(values)), np.std(np.log(values), ddof=1)
    assert found.low == pytest.approx(exp(mean - 2 * sd))
    assert found.high == pytest.approx(exp(mean + 2 * sd))
    assert found.outside == (1,)
    assert tolerance_comparison(values, values, scale=Scale.LOG).test_low == pytest.approx(
        exp(mean - sd * tolerance_comparison(values, values).factor)
    )
    huge = quality_range([1e-300, 1e300, 1.0], [log(2)], scale=Scale.LOG).range
    assert huge.high is None
    assert Note.UNBOUNDED in huge.notes
    assert huge.outside == ()


def test_constant_reference_has_limits_and_no_chance() -> None:
    found = quality_range([0.1, 0.1, 0.1], [0.1, 0.1, 0.2])
    assert (found.range.low, found.range.high, found.range.outside) == (0.1, 0.1, (2,))
    assert found.range.unchanged is found.passes_unchanged is None
    assert Note.ZERO_SIGMA in found.range.notes
    assert min_max([5, 5, 5], [5]).unchanged is None
    flat = tolerance_comparison([5, 5, 5], [5, 5, 5])
    assert flat.contained is True
    assert flat.range.unchanged is None


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_does_not_matter(scale: float) -> None:
    there = quality_range([v * scale for v in TEN], [90 * scale, 99 * scale])
    assert there.range.outside == (1,)
    assert there.range.high == pytest.approx((MEAN + 3 * SD) * scale)


def test_a_million_lots() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.normal(size=(2, 10**6))
    found = quality_range(before, after, least_share=0.99)
    assert found.passes
    assert found.passes_unchanged == pytest.approx(1)
    assert 0 < len(found.range.outside) < 4000


def test_what_has_no_answer_is_refused() -> None:
    assert why(quality_range, [1, 2], [1]) is Why.TOO_FEW
    assert why(quality_range, TEN, []) is Why.EMPTY
    assert why(quality_range, TEN, [nan]) is Why.EMPTY
    assert why(quality_range, TEN, [inf]) is Why.NOT_FINITE
    assert why(quality_range, TEN, [1], k=0) is Why.NOT_POSITIVE
    assert why(quality_range, TEN, [1], k=inf) is Why.NOT_FINITE
    assert why(quality_range, TEN, [1], least_share=0) is Why.NOT_A_SHARE
    assert why(quality_range, TEN, [0], scale=Scale.LOG) is Why.NOT_POSITIVE
    assert why(min_max, [1, 2, nan], [1]) is Why.TOO_FEW
    assert why(chance_inside, (1, 1), 3) is Why.TOO_FEW
    assert why(chance_inside, (5, 5), 3, least=6) is Why.NOT_A_COUNT
    assert why(chance_inside, (5, 5), nan) is Why.NOT_FINITE
    assert why(tolerance_comparison, TEN, TEN, coverage=1) is Why.OUT_OF_RANGE

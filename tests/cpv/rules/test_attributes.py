"""p, np, c and u charts, Laney's primes, and whether counts scatter as their distribution says."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from cpv.rules.attributes import (
    AttributeLimits,
    Kind,
    attribute_chart,
    attribute_limits,
    dispersion,
    false_alarm,
)
from cpv.rules.basis import LimitStatus, Note, Why
from tests.cpv.rules.given import refusal, why

# NIST/SEMATECH e-Handbook 6.3.3.1: defects on 25 wafers of 100 chips.
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
# NIST/SEMATECH e-Handbook 6.3.3.2: misregistered chips of 50 on each of 30 wafers.
CHIPS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13]
CHIPS += [9, 6]


def test_c_chart_of_the_nist_handbook():
    limits = attribute_limits(Kind.C, WAFERS)
    chart = attribute_chart(limits, WAFERS)
    assert limits.center == 16
    assert chart.limits_at(0) == (4, 28)
    # the third wafer has 28 defects: on the limit, and in (pitfall 1); the 24th, with 31, is beyond
    assert list(np.flatnonzero(chart.beyond)) == [23]
    assert limits.status is LimitStatus.PRELIMINARY


def test_p_chart_of_the_nist_handbook():
    limits = attribute_limits(Kind.P, CHIPS, 50)
    chart = attribute_chart(limits, CHIPS, 50)
    assert limits.center == pytest.approx(0.2313, abs=5e-5)
    lower, upper = chart.limits_at(0)
    assert (lower, upper) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.4102, abs=5e-5))
    assert list(np.flatnonzero(chart.beyond)) == [14, 22]
    assert limits.status is LimitStatus.LONG_TERM


def test_np_chart_is_the_p_chart_times_the_size():
    p = attribute_chart(attribute_limits(Kind.P, CHIPS, 50), CHIPS, 50)
    np_chart = attribute_chart(attribute_limits(Kind.NP, CHIPS, 50), CHIPS, 50)
    for one, other in ((p.points, np_chart.points), (p.upper, np_chart.upper), (p.lower, np_chart.lower)):
        assert np.allclose(one * 50, other)
    assert np.allclose(p.z, np_chart.z)
    assert (p.beyond == np_chart.beyond).all()


def slow_chart(kind, counts, sizes, multiple, laney):
    """The formulas of the handbook, one point after the other."""
    center = sum(counts) / sum(sizes)
    rows = []
    for x, n in zip(counts, sizes, strict=True):
        if kind is Kind.P:
            rows.append((x / n, center, math.sqrt(center * (1 - center) / n), 1))
        elif kind is Kind.NP:
            rows.append((x, n * center, math.sqrt(n * center * (1 - center)), n))
        elif kind is Kind.U:
            rows.append((x / n, center, math.sqrt(center / n), math.inf))
        else:
            rows.append((x, center, math.sqrt(center), math.inf))
    factor = 1.0
    if laney:
        zs = [(x - m) / s for x, m, s, _ in rows]
        factor = sum(abs(b - a) for a, b in itertools.pairwise(zs)) / (len(zs) - 1) / 1.1283791670955126
    answer = []
    for x, m, s, top in rows:
        low, high = m - multiple * s * factor, m + multiple * s * factor
        answer.append((x, m, low if low > 0 else None, high if high < top else None, (x - m) / s / factor))
    return answer


@pytest.mark.parametrize("laney", [False, True])
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("seed", range(4))
def test_charts_equal_a_slow_reference(kind, laney, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(5, 400, 40).astype(float)
    if kind is Kind.U:
        sizes /= 7
    if kind is Kind.C:
        sizes = np.ones(40)
    counts = rng.binomial(sizes.astype(int), 0.08) if kind in (Kind.P, Kind.NP) else rng.poisson(0.3 * sizes)
    multiple = rng.uniform(1, 4)
    given = None if kind is Kind.C else sizes
    chart = attribute_chart(
        attribute_limits(kind, counts, given, multiple=multiple, laney=laney), counts, given
    )
    slow = slow_chart(kind, counts.tolist(), sizes.tolist(), multiple, laney)
    for at, (x, m, low, high, z) in enumerate(slow):
        assert chart.points[at] == pytest.approx(x)
        assert chart.center[at] == pytest.approx(m)
        assert chart.limits_at(at) == (
            None if low is None else pytest.approx(low),
            None if high is None else pytest.approx(high),
        )
        assert chart.z[at] == pytest.approx(z)
        signal = (1 if high is not None and x > high else 0) - (1 if low is not None and x < low else 0)
        assert chart.beyond[at] == signal


def test_pitfall_11_a_lower_limit_under_zero_does_not_exist():
    counts, sizes = [2, 0, 1, 3, 0, 2, 1, 1], 50
    for kind in (Kind.P, Kind.NP, Kind.U):
        chart = attribute_chart(attribute_limits(kind, counts, sizes), counts, sizes)
        assert chart.limits_at(1)[0] is None
        assert np.isnan(chart.lower).all()
        assert chart.beyond[1] == 0
    chart = attribute_chart(attribute_limits(Kind.C, counts), counts)
    assert chart.limits_at(1)[0] is None
    # nor an upper limit beyond the whole sample
    many = [49, 50, 48, 50]
    chart = attribute_chart(attribute_limits(Kind.NP, many, 50), many, 50)
    assert chart.limits_at(0)[1] is None


def test_pitfall_8_run_rules_get_standardised_points_where_sizes_differ():
    counts, sizes = [10, 40, 2, 30], [100, 400, 20, 150]
    chart = attribute_chart(attribute_limits(Kind.P, counts, sizes), counts, sizes)
    assert len(set(chart.upper)) == 4
    # the same share is a different number of sigmas in a larger sample
    assert chart.points[0] == chart.points[1] == chart.points[2]
    assert abs(chart.z[1]) == pytest.approx(2 * abs(chart.z[0]))
    assert (chart.beyond == (np.abs(chart.z) > 3) * np.sign(chart.z)).all()


def test_frozen_limits_are_applied_to_later_points_and_not_recomputed():
    limits = attribute_limits(Kind.U, [4, 6, 5, 5], [10, 10, 10, 10])
    later = attribute_chart(limits, [20, 5], [10, 40])
    assert limits.center == 0.5
    assert later.center.tolist() == [0.5, 0.5]
    assert later.upper == pytest.approx([0.5 + 3 * math.sqrt(0.05), 0.5 + 3 * math.sqrt(0.0125)])
    assert later.beyond.tolist() == [1, -1]
    assert later.limits is limits


def over_dispersed(seed=4):
    """Twenty weeks of some ten thousand attendances whose true share moves by two points, as in emergency wards."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(8_000, 14_000, 20)
    return rng.binomial(sizes, rng.normal(0.95, 0.02, 20).clip(0.8, 0.999)), sizes


def test_laney_holds_where_plain_limits_flag_nearly_everything():
    counts, sizes = over_dispersed()
    plain = attribute_chart(attribute_limits(Kind.P, counts, sizes), counts, sizes)
    prime = attribute_limits(Kind.P, counts, sizes, laney=True)
    laney = attribute_chart(prime, counts, sizes)
    assert np.count_nonzero(plain.beyond) >= 10
    assert np.count_nonzero(laney.beyond) == 0
    assert prime.sigma_z > 5
    assert laney.sigma == pytest.approx(plain.sigma * prime.sigma_z)
    found = dispersion(Kind.P, counts, sizes)
    assert found.ratio > 20
    assert found.p_over < 1e-12


def test_laney_changes_nothing_where_counts_are_binomial():
    rng = np.random.default_rng(11)
    sizes = rng.integers(500, 2000, 4000)
    counts = rng.binomial(sizes, 0.1)
    # the mean of m - 1 moving ranges has a standard error of about .83 sqrt(m)/m
    assert attribute_limits(Kind.P, counts, sizes, laney=True).sigma_z == pytest.approx(1, abs=0.06)


def test_pitfall_7_a_moving_range_next_to_a_gap_is_missing():
    counts = [10, 12, np.nan, 300, 8, 9]
    limits = attribute_limits(Kind.C, counts, laney=True)
    mean = (10 + 12 + 300 + 8 + 9) / 5
    ranges = [2, 292, 1]
    assert limits.sigma_z == pytest.approx(sum(ranges) / 3 / math.sqrt(mean) / (2 / math.sqrt(math.pi)))
    assert Note.MISSING_LEFT_OUT in limits.notes
    chart = attribute_chart(limits, counts)
    assert np.isnan([chart.points[2], chart.z[2], chart.upper[2], chart.center[2]]).all()
    assert chart.beyond[2] == 0


def test_a_missing_size_makes_the_sample_missing():
    limits = attribute_limits(Kind.P, [1, 2, 3], [10, np.nan, 10])
    assert limits.center == 0.2
    assert limits.n == 2


@pytest.mark.parametrize(("kind", "counts", "sizes"), [(Kind.P, [3, 9, 4, 2, 7], [40, 60, 50, 30, 70])])
def test_dispersion_is_the_chi_squared_test_of_the_table(kind, counts, sizes):
    table = np.array([counts, np.array(sizes) - counts])
    oracle = stats.chi2_contingency(table, correction=False)
    found = dispersion(kind, counts, sizes)
    assert found.chi2 == pytest.approx(oracle.statistic)
    assert (found.df, found.p_over) == (4, pytest.approx(oracle.pvalue))
    assert found.p_over + found.p_under == pytest.approx(1)


def test_dispersion_of_counts_is_the_chi_squared_test_of_equal_rates():
    counts, sizes = np.array([14, 30, 9, 22]), np.array([2.0, 3.0, 1.5, 2.5])
    oracle = stats.chisquare(counts, counts.sum() * sizes / sizes.sum())
    found = dispersion(Kind.U, counts, sizes)
    assert (found.chi2, found.p_over) == (pytest.approx(oracle.statistic), pytest.approx(oracle.pvalue))
    # counts that hardly differ are too even for Poisson
    assert dispersion(Kind.C, [100, 101, 100, 99, 100, 100]).p_under < 1e-5
    assert dispersion(Kind.C, [1, 2, 1]).notes == (Note.LOW_COUNTS,)


def test_false_alarms_are_those_of_the_distribution_itself():
    limits = AttributeLimits(Kind.NP, 0.1, None, 3.0, 30)
    # n = 100: limits at 1 and 19, and neither 1 nor 19 is beyond
    found = false_alarm(limits, 100)
    exact = [math.comb(100, x) * 0.1**x * 0.9 ** (100 - x) for x in range(101)]
    assert found.lower == pytest.approx(exact[0])
    assert found.upper == pytest.approx(sum(exact[20:]))
    assert found.arl == pytest.approx(1 / (exact[0] + sum(exact[20:])))
    of_c = false_alarm(attribute_limits(Kind.C, WAFERS))
    assert of_c.lower == pytest.approx(stats.poisson.cdf(3, 16))
    assert of_c.upper == pytest.approx(stats.poisson.sf(28, 16))
    of_u = false_alarm(AttributeLimits(Kind.U, 0.02, None, 3.0, 30), 50)
    assert of_u.lower == 0
    assert of_u.upper == pytest.approx(stats.poisson.sf(4, 1))
    assert refusal(false_alarm, AttributeLimits(Kind.P, 0.1, 2.0, 3.0, 30), 50) == (Why.NO_LIMITS, "limits")


@pytest.mark.parametrize(("kind", "sizes"), [(Kind.P, 20), (Kind.NP, 20), (Kind.U, 20), (Kind.C, None)])
@pytest.mark.parametrize("laney", [False, True])
def test_no_events_at_all_give_no_limits_and_say_so(kind, sizes, laney):
    limits = attribute_limits(kind, [0] * 20, sizes, laney=laney)
    chart = attribute_chart(limits, [0] * 20, sizes)
    assert Note.ZERO_SIGMA in chart.notes
    assert chart.limits_at(3) == (None, None)
    assert not chart.beyond.any()
    assert np.isnan(chart.z).all()
    assert (chart.points == 0).all()
    assert refusal(false_alarm, AttributeLimits(kind, 0.0, None, 3.0, 20), 20) == (Why.NO_LIMITS, "limits")
    assert refusal(dispersion, kind, [0, 0, 0], sizes) == (Why.CONSTANT, "counts")


def test_pitfall_9_equal_samples_under_laney_have_zero_sigma_not_infinite_z():
    limits = attribute_limits(Kind.C, [5, 5, 5], laney=True)
    chart = attribute_chart(limits, [5, 5, 6])
    assert limits.sigma_z == 0
    assert Note.ZERO_SIGMA in limits.notes
    assert chart.limits_at(2) == (None, None)


@pytest.mark.parametrize(
    ("why", "kind", "counts", "sizes"),
    [
        (Why.NOT_POSITIVE, Kind.P, [1, 2], [10, 0]),
        (Why.NOT_POSITIVE, Kind.U, [1, 2], [10, -3]),
        (Why.NOT_A_COUNT, Kind.U, [1.5, 2], 10),
        (Why.NOT_A_COUNT, Kind.C, [-1, 2], None),
        (Why.NOT_A_COUNT, Kind.P, [1, 2], 10.5),
        (Why.NOT_A_SHARE, Kind.NP, [1, 11], 10),
        (Why.SIZES_DIFFER, Kind.P, [1, 2], [10, 10, 10]),
        (Why.SIZES_DIFFER, Kind.C, [1, 2], [10, 10]),
        (Why.EMPTY, Kind.P, [1, 2], None),
        (Why.EMPTY, Kind.P, [1, 2], np.nan),
        (Why.EMPTY, Kind.C, [], None),
        (Why.EMPTY, Kind.C, [np.nan], None),
        (Why.NOT_FINITE, Kind.C, [1, np.inf], None),
        (Why.NOT_FINITE, Kind.U, [1, 1], [1, np.inf]),
        (Why.NOT_ONE_DIMENSIONAL, Kind.C, [[1, 2]], None),
    ],
)
def test_what_is_no_series_of_counts_is_refused_with_its_reason(why, kind, counts, sizes):
    assert refusal(attribute_limits, kind, counts, sizes)[0] is why


def test_too_little_is_refused():
    assert why(attribute_limits, Kind.C, [1, np.nan, 2], laney=True) is Why.TOO_FEW
    assert why(dispersion, Kind.C, [4]) is Why.TOO_FEW
    assert why(dispersion, Kind.C, [np.nan]) is Why.EMPTY
    assert why(attribute_limits, Kind.C, [1], multiple=0) is Why.NOT_POSITIVE
    assert why(attribute_limits, Kind.C, [1], multiple=math.inf) is Why.NOT_FINITE
    chart = attribute_chart(attribute_limits(Kind.C, [7]), [7])
    assert why(chart.limits_at, 1) is Why.NOT_AN_INDEX
    assert attribute_limits(Kind.C, [7]).status is LimitStatus.RUN_CHART


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_sizes_of_any_scale_give_the_same_chart(size):
    chart = attribute_chart(attribute_limits(Kind.U, WAFERS, size), WAFERS, size)
    assert chart.upper * size == pytest.approx(28)
    assert chart.z[0] == 0
    assert np.flatnonzero(chart.beyond).tolist() == [23]


def test_a_million_points():
    rng = np.random.default_rng(0)
    sizes = rng.integers(100, 1000, 1_000_000)
    counts = rng.binomial(sizes, 0.2)
    chart = attribute_chart(attribute_limits(Kind.P, counts, sizes, laney=True), counts, sizes)
    assert np.isfinite(chart.z).all()
    share = np.count_nonzero(chart.beyond) / counts.size
    assert share == pytest.approx(0.0027, abs=0.0008)

"""Subgroups of equal and unequal size: Montgomery's piston rings, sigma value by value, chance, and odd data."""

from math import exp, lgamma, nan, pi, sqrt
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.constants import A2, A3, B3, B4, D3, D4, d2, d3
from cpv.rules.runs import RULE_1, evaluate
from cpv.rules.subgroups import Spread, read_groups, subgroup_chart, subgroup_limits
from tests.cpv.rules.given import refusal

# Montgomery, Introduction to Statistical Quality Control, table 6.3: inside diameter (mm) of forged piston rings,
# in thousandths above 73.9
RINGS = """
130 102 119  92 108   95  92 101 111 104   88 124 121 105 102  102  96  93 115 109   92 107 115  89 114
109  94  97  85  93   95 106  94 100 105   85 103  93 115  88  108  95 109 105 104   98 100  90 107  95
 94  98  94  95  90  104 100 107 100  96   83 102  98  97 112  106  67  94 100  84  112 114  98  99 107
100  84 105  98  96   94 112  86 105 107  106 110 118 103 100   84 102 103 105  97  100 110 113 120 103
 82 101 115 105  96  104  99  90 106 109  110  89  90 109 114  115 108  93 100 110   82  84  95 117 113
"""
PISTONS = 73.9 + np.array(RINGS.split(), dtype=float).reshape(25, 5) / 1000
# the same book, table 6.4: the first so many of every sample
SIZES = [5, 3, 5, 5, 5, 4, 4, 5, 4, 5, 5, 5, 3, 5, 3, 5, 4, 5, 5, 3, 5, 5, 5, 5, 5]
UNEQUAL = [row[:size] for row, size in zip(PISTONS, SIZES, strict=True)]
E = Estimator
ALL = (E.R_BAR, E.S_BAR, E.MVLUE_R, E.MVLUE_SD, E.POOLED)


def c4_by_hand(n):
    return sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))


def sigma_by_hand(groups, estimator):
    """One subgroup after the other."""
    several = [group for group in groups if len(group) > 1]
    if estimator is E.POOLED:
        free = sum(len(group) - 1 for group in several)
        squares = sum((len(group) - 1) * stdev(group) ** 2 for group in several)
        return sqrt(squares / free) / c4_by_hand(free + 1)
    total = weight = 0.0
    for group in several:
        n = len(group)
        if estimator in (E.R_BAR, E.MVLUE_R):
            one, times = (max(group) - min(group)) / d2(n), (d2(n) / d3(n)) ** 2
        else:
            one, times = stdev(group) / c4_by_hand(n), c4_by_hand(n) ** 2 / (1 - c4_by_hand(n) ** 2)
        times = times if estimator in (E.MVLUE_R, E.MVLUE_SD) else 1.0
        total, weight = total + times * one, weight + times
    return total / weight


# --- published


def test_piston_rings_of_montgomery_by_standard_deviations():
    chart = subgroup_chart(PISTONS, spread=Spread.SD)
    assert chart.limits.center == pytest.approx(74.00118, abs=5e-6)
    assert chart.spreads.mean() == pytest.approx(0.0094, abs=5e-5)
    lines = chart.mean_lines
    assert (lines.lower[0], lines.upper[0]) == pytest.approx((73.988, 74.014), abs=6e-4)
    assert chart.spread_lines.upper[0] == pytest.approx(0.0196, abs=5e-5)
    assert np.isnan(chart.spread_lines.lower).all()
    assert chart.means[:5] == pytest.approx([74.010, 74.001, 74.008, 74.003, 74.003], abs=6e-4)
    assert chart.spreads[:5] == pytest.approx([0.0148, 0.0075, 0.0147, 0.0091, 0.0122], abs=5e-5)
    assert not len(evaluate(chart.means, lines, RULE_1))
    assert chart.limits.status is LimitStatus.PRELIMINARY


def test_piston_rings_of_unequal_samples():
    chart = subgroup_chart(UNEQUAL, spread=Spread.SD, estimator=E.POOLED)
    assert chart.limits.center == pytest.approx(74.001, abs=5e-4)
    # printed is the pooled deviation itself, without the constant of its 88 degrees of freedom
    assert chart.limits.sigma * c4_by_hand(89) == pytest.approx(0.0103, abs=5e-5)
    assert chart.sizes.tolist() == SIZES


@pytest.mark.parametrize("n", [2, 5, 8, 12])
def test_equal_sizes_are_the_printed_factors_times_the_mean_spread(n):
    groups = np.random.default_rng(n).normal(50, 3, (30, n))
    ranges, deviations = np.ptp(groups, axis=1).mean(), groups.std(axis=1, ddof=1).mean()
    by_r, by_s = subgroup_chart(groups), subgroup_chart(groups, spread=Spread.SD)
    assert by_r.mean_lines.upper - groups.mean() == pytest.approx([A2(n) * ranges] * 30)
    assert by_s.mean_lines.upper - groups.mean() == pytest.approx([A3(n) * deviations] * 30)
    assert by_r.spread_lines.upper == pytest.approx([D4(n) * ranges] * 30)
    assert by_s.spread_lines.upper == pytest.approx([B4(n) * deviations] * 30)
    assert np.nan_to_num(by_r.spread_lines.lower) == pytest.approx([D3(n) * ranges] * 30)
    assert np.nan_to_num(by_s.spread_lines.lower) == pytest.approx([B3(n) * deviations] * 30)


# --- beside the slow way

group = st.lists(st.floats(-50, 50), max_size=7)


@given(st.lists(group, min_size=1, max_size=12), st.sampled_from(ALL))
@settings(max_examples=80)
def test_sigma_and_points_as_one_would_by_hand(groups, estimator):
    assume(any(len(one) > 1 for one in groups))
    chart = subgroup_chart(groups, estimator=estimator)
    assert chart.limits.sigma == pytest.approx(sigma_by_hand(groups, estimator), abs=1e-9)
    assert chart.limits.center == pytest.approx(fmean(value for one in groups for value in one), abs=1e-9)
    for at, one in enumerate(groups):
        if not one:
            assert np.isnan(chart.means[at])
            assert np.isnan(chart.mean_lines.upper[at])
            continue
        half = chart.limits.sigma * 3 / sqrt(len(one))
        assert chart.means[at] == pytest.approx(fmean(one), abs=1e-9)
        assert chart.mean_lines.upper[at] == pytest.approx(chart.limits.center + half, abs=1e-9)
        assert chart.mean_lines.lower[at] == pytest.approx(chart.limits.center - half, abs=1e-9)
        if len(one) > 1:
            assert chart.spreads[at] == pytest.approx(max(one) - min(one), abs=1e-9)
        else:
            assert np.isnan(chart.spreads[at])


@pytest.mark.parametrize("estimator", ALL)
def test_every_estimator_is_unbiased_with_unequal_sizes(estimator):
    rng = np.random.default_rng(9)
    gaps = np.arange(8) >= np.tile([2, 3, 5, 8], 5)[:, None]
    found = []
    for _ in range(300):
        drawn = rng.normal(10, 2, (20, 8))
        drawn[gaps] = nan
        found.append(subgroup_limits(drawn, estimator=estimator).sigma)
    assert abs(np.mean(found) - 2) < 4 * np.std(found) / sqrt(300)


def test_weighting_by_size_makes_sigma_steadier():
    rng = np.random.default_rng(10)
    gaps = np.arange(10) >= np.tile([2, 10], 10)[:, None]
    spread = {}
    for estimator in ALL:
        found = [
            subgroup_limits(np.where(gaps, nan, drawn), estimator=estimator).sigma
            for drawn in rng.normal(size=(250, 20, 10))
        ]
        spread[estimator] = np.std(found)
    assert spread[E.MVLUE_R] < 0.9 * spread[E.R_BAR]
    assert spread[E.MVLUE_SD] < 0.9 * spread[E.S_BAR]
    assert spread[E.POOLED] < 0.9 * spread[E.S_BAR]


# --- pitfalls, frozen limits, edges


def test_pitfall_8_points_with_their_own_limits_are_judged_by_them():
    limits = subgroup_limits(PISTONS)
    # 74.0165 is inside the limits of two values and outside those of five
    chart = subgroup_chart([[74.0165] * 2, [74.0165] * 5], frozen=limits)
    assert evaluate(chart.means, chart.mean_lines, RULE_1).index.tolist() == [1]


def test_pitfall_9_no_spread_within_subgroups_is_said_and_signals_nothing():
    chart = subgroup_chart([[0.1] * 6] * 20, spread=Spread.SD)
    assert (chart.limits.sigma, chart.limits.center) == (0, 0.1)
    assert set(chart.means) == {0.1}
    assert set(chart.spreads) == {0}
    assert Note.ZERO_SIGMA in chart.notes
    assert not len(evaluate(chart.means, chart.mean_lines, RULE_1))


def test_pitfall_11_a_spread_without_a_lower_limit_has_none():
    chart = subgroup_chart(np.random.default_rng(1).normal(size=(20, 6)))
    assert np.isnan(chart.spread_lines.lower).all()
    wide = subgroup_chart(np.random.default_rng(1).normal(size=(20, 7)))
    assert (wide.spread_lines.lower > 0).all()


def test_frozen_limits_are_not_touched_by_later_subgroups():
    limits = subgroup_limits(PISTONS, multiple=2)
    chart = subgroup_chart([[80, 81, 82.0], [74.0]], frozen=limits)
    assert chart.limits is limits
    assert chart.mean_lines.upper[1] == pytest.approx(limits.center + 2 * limits.sigma)
    assert evaluate(chart.means, chart.mean_lines, RULE_1).index.tolist() == [0]
    assert subgroup_chart([], frozen=limits).means.size == 0


def test_subgroups_of_one_have_means_without_limits():
    chart = subgroup_chart([[1.0], [2.0], [4.0]])
    assert chart.means.tolist() == [1, 2, 4]
    assert np.isnan(chart.mean_lines.upper).all()
    assert np.isnan(chart.spreads).all()
    assert Note.TOO_FEW in chart.notes
    assert chart.limits.upper is None
    assert not len(evaluate(chart.means, chart.mean_lines, RULE_1))
    assert Note.TOO_FEW in subgroup_limits([[1.0]] * 40).notes


def test_an_empty_subgroup_is_a_gap_and_a_short_one_is_not():
    assert Note.MISSING_LEFT_OUT in subgroup_chart([[1, 2.0], [], [2, 4.0]]).notes
    assert Note.MISSING_LEFT_OUT not in subgroup_chart([[1, 2.0], [3], [2, 4.0]]).notes
    frozen = subgroup_limits(PISTONS)
    assert Note.MISSING_LEFT_OUT in subgroup_chart([[nan, nan], [1, 2.0]], frozen=frozen).notes


def test_ragged_and_filled_up_subgroups_are_the_same():
    assert np.array_equal(
        read_groups([[1, 2], [3.0]]), read_groups(np.array([[1, 2], [3, nan]])), equal_nan=True
    )


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
@pytest.mark.parametrize("estimator", ALL)
def test_sigma_follows_the_scale(scale, estimator):
    plain = subgroup_limits(PISTONS - 74, estimator=estimator).sigma
    assert subgroup_limits((PISTONS - 74) * scale, estimator=estimator).sigma == pytest.approx(plain * scale)


def test_a_million_values():
    drawn = np.random.default_rng(3).normal(size=(200_000, 5))
    chart = subgroup_chart(drawn)
    assert chart.limits.sigma == pytest.approx(1, abs=5e-3)
    assert evaluate(chart.means, chart.mean_lines, RULE_1).index.size == pytest.approx(540, abs=120)


def test_the_half_width_of_pairs_is_that_of_a_closed_form():
    # A2(2) = 3 sqrt(pi) / (2 sqrt 2) = 1.880
    chart = subgroup_chart([[0.0, 1.0], [1.0, 0.0]])
    assert chart.mean_lines.upper[0] - 0.5 == pytest.approx(3 * sqrt(pi) / sqrt(8))


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([], Why.EMPTY),
        ([[], []], Why.EMPTY),
        ([[nan], [nan, nan]], Why.EMPTY),
        ([[1, np.inf]], Why.NOT_FINITE),
        ([[1.7e308, -1.7e308]], Why.NOT_FINITE),
        ([[1.7e308, 1.7e308]], Why.NOT_FINITE),
        ([1.0, 2.0], Why.NOT_ONE_DIMENSIONAL),
        ([[[1.0]]], Why.NOT_ONE_DIMENSIONAL),
    ],
)
def test_what_is_no_subgroup_is_refused(groups, why):
    assert refusal(subgroup_limits, groups) == (why, "groups")


def test_estimators_and_multiples_that_are_none_are_refused():
    assert refusal(subgroup_limits, PISTONS, estimator=E.MR_BAR) == (Why.NO_LIMITS, "estimator")
    for multiple in (0, -1, nan, np.inf):
        assert refusal(subgroup_limits, PISTONS, multiple=multiple) == (Why.NOT_POSITIVE, "multiple")

"""Individuals and moving ranges: published charts, a slow chart beside ours, gaps, phases, frozen limits, odd data."""

from itertools import pairwise
from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from cpv.rules.autocorrelation import autocorrelation
from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.combined import Width
from cpv.rules.individuals import Given, imr, imr_limits, moving_ranges
from cpv.rules.phases import phase_slices
from cpv.rules.runs import RULE_1, evaluate
from tests.cpv.rules.given import refusal

# NIST/SEMATECH e-Handbook 6.3.2.2: flow rate of ten batches
FLOWRATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
# Montgomery, table 6.6: cost of processing mortgage loans, twenty weeks
MORTGAGE = [
    310,
    288,
    297,
    298,
    307,
    303,
    294,
    297,
    308,
    306,
    294,
    299,
    297,
    299,
    314,
    295,
    293,
    306,
    301,
    304,
]
DRAWN = np.random.default_rng(20).normal(80, 4, 40)


def slow(values, estimator=Estimator.MR_BAR):
    """Center and sigma, one value after the other."""
    ranges = []
    for before, after in pairwise(values):
        if not isnan(before) and not isnan(after):
            ranges.append(abs(after - before))
    there = [value for value in values if not isnan(value)]
    center = sum(there) / len(there)
    if estimator is Estimator.MR_BAR:
        return center, sum(ranges) / len(ranges) / (2 / sqrt(np.pi))
    ranges.sort()
    half = len(ranges) // 2
    middle = ranges[half] if len(ranges) % 2 else (ranges[half - 1] + ranges[half]) / 2
    return center, middle / (sqrt(2) * stats.norm.ppf(0.75))


# --- published


def test_flow_rates_of_the_nist_handbook():
    found = imr_limits(FLOWRATE)
    assert found.individuals.center == pytest.approx(50.81)
    assert np.nanmean(moving_ranges(FLOWRATE)) == pytest.approx(1.8778, abs=5e-5)
    # printed 55.8041 and 45.8159, with d2 rounded to 1.128
    assert found.individuals.upper == pytest.approx(55.8041, abs=2e-3)
    assert found.individuals.lower == pytest.approx(45.8159, abs=2e-3)
    assert found.individuals.status is LimitStatus.RUN_CHART


def test_mortgage_loans_of_montgomery():
    found = imr_limits(MORTGAGE)
    assert found.individuals.center == pytest.approx(300.5)
    assert found.ranges.center == pytest.approx(7.79, abs=5e-3)
    assert found.ranges.upper == pytest.approx(25.45, abs=2e-2)
    assert found.ranges.lower is None
    assert (found.individuals.lower, found.individuals.upper) == pytest.approx((279.78, 321.22), abs=2e-2)
    assert found.individuals.status is LimitStatus.PRELIMINARY
    assert Note.PRELIMINARY in found.individuals.notes


# --- beside the slow way

maybe = st.one_of(st.floats(-100, 100), st.just(nan))


@given(st.lists(maybe, min_size=2, max_size=40), st.sampled_from([Estimator.MR_BAR, Estimator.MEDIAN_MR]))
@settings(max_examples=60)
def test_as_one_would_by_hand(values, estimator):
    assume(any(not isnan(a - b) for a, b in pairwise(values)))
    center, sigma = slow(values, estimator)
    found = imr_limits(values, estimator=estimator).individuals
    assert found.center == pytest.approx(center, abs=1e-9)
    assert found.sigma == pytest.approx(sigma, abs=1e-9)
    assert found.upper == pytest.approx(center + 3 * sigma, abs=1e-9)
    assert found.lower == pytest.approx(center - 3 * sigma, abs=1e-9)


def test_standard_deviation_by_c4():
    found = imr_limits(DRAWN, estimator=Estimator.SD).individuals
    # c4(40) = 0.99361...: sqrt(2/39) gamma(20) / gamma(19.5)
    assert found.sigma == pytest.approx(np.std(DRAWN, ddof=1) / 0.99361, rel=1e-5)


@pytest.mark.parametrize("estimator", [Estimator.MR_BAR, Estimator.MEDIAN_MR, Estimator.SD])
def test_every_estimator_is_unbiased_enough(estimator):
    drawn = np.random.default_rng(3).normal(10, 2, (400, 60))
    sigmas = np.array([imr_limits(row, estimator=estimator).individuals.sigma for row in drawn])
    error = sigmas.std() / sqrt(len(sigmas))
    # the median of few ranges is itself a little biased: its constant is that of many
    assert abs(sigmas.mean() - 2) < 4 * error + (0.02 if estimator is Estimator.MEDIAN_MR else 0)


def test_median_of_ranges_is_not_moved_by_an_outlier():
    spoilt = DRAWN.copy()
    spoilt[17] += 1000
    robust = imr_limits(spoilt, estimator=Estimator.MEDIAN_MR).individuals.sigma
    assert robust == pytest.approx(
        imr_limits(DRAWN, estimator=Estimator.MEDIAN_MR).individuals.sigma, rel=0.3
    )
    assert imr_limits(spoilt).individuals.sigma > 5 * imr_limits(DRAWN).individuals.sigma


# --- pitfalls


def test_pitfall_1_limits_are_kept_unrounded_and_a_point_on_one_is_inside():
    found = imr_limits(FLOWRATE)
    upper, lower = found.individuals.upper, found.individuals.lower
    assert not len(evaluate([upper, lower], found.individuals, RULE_1))
    assert len(evaluate([np.nextafter(upper, 99), np.nextafter(lower, 0)], found.individuals, RULE_1)) == 2


def test_pitfall_7_a_range_touches_no_gap_and_crosses_no_phase():
    ranges = moving_ranges([1, 4, nan, 6, 8, 18, 17], phase_starts=[5])
    assert ranges.tolist() == pytest.approx([nan, 3, nan, nan, 2, nan, 1], nan_ok=True)


def test_pitfall_7_phases_have_their_own_limits():
    chart = imr([1, 3, 1, 3, 101, 103, 101, 103.0], phase_starts=[4])
    first, second = (phase.limits.individuals for phase in chart.phases)
    assert (first.center, second.center) == (2, 102)
    assert first.sigma == pytest.approx(sqrt(np.pi), rel=1e-12)
    assert second.sigma == pytest.approx(first.sigma)
    assert [(phase.start, phase.stop) for phase in chart.phases] == [(0, 4), (4, 8)]


def test_pitfall_9_constant_values_have_limits_that_nothing_crosses():
    for value in (0.1, 1e-300, 1e12 + 0.1, 0.0):
        found = imr_limits([value] * 33)
        assert (found.individuals.center, found.individuals.lower, found.individuals.upper) == (value,) * 3
        assert found.individuals.sigma == 0
        assert Note.ZERO_SIGMA in found.individuals.notes
        assert not len(evaluate([value] * 33, found.individuals, RULE_1))


def test_pitfall_9_one_value_is_a_center_and_two_are_one_range():
    alone = imr_limits([5.0])
    assert (alone.individuals.center, alone.individuals.lower, alone.individuals.upper) == (5, None, None)
    assert alone.ranges is None
    assert Note.TOO_FEW in alone.individuals.notes
    two = imr_limits([5.0, 7.0])
    assert two.ranges.center == pytest.approx(2)


@pytest.mark.parametrize("values", [[1, np.inf], [-np.inf, 2]])
def test_pitfall_9_infinite_values_are_refused(values):
    assert refusal(imr_limits, values) == (Why.NOT_FINITE, "values")
    assert refusal(imr, values) == (Why.NOT_FINITE, "values")


def test_pitfall_10_the_choice_of_sigma_is_part_of_the_record_and_d2_is_exact():
    assert imr_limits(DRAWN).individuals.estimator is Estimator.MR_BAR
    assert imr_limits(DRAWN, estimator=Estimator.MEDIAN_MR).ranges.estimator is Estimator.MEDIAN_MR
    assert imr_limits(DRAWN, given=Given(sigma=2)).individuals.estimator is Estimator.GIVEN
    mean_range = np.nanmean(moving_ranges(DRAWN))
    assert imr_limits(DRAWN).individuals.sigma == pytest.approx(mean_range * sqrt(np.pi) / 2, rel=1e-14)
    assert imr_limits(DRAWN).individuals.sigma != pytest.approx(mean_range / 1.128, rel=1e-5)


def test_pitfall_10_a_process_that_remembers_has_limits_too_close_and_says_so():
    drawn = np.random.default_rng(5).normal(size=20_000)
    series = np.empty_like(drawn)
    level = 0.0
    for i, step in enumerate(drawn):
        level = series[i] = 0.5 * level + step
    found = imr_limits(series).individuals
    # MR-bar / d2 estimates sigma sqrt(1 - phi)
    assert found.sigma / series.std() == pytest.approx(sqrt(0.5), rel=0.02)
    assert Note.AUTOCORRELATED in found.notes
    assert Note.AUTOCORRELATED not in imr_limits(drawn).individuals.notes


def test_pitfall_11_no_lower_limit_of_ranges_is_none_and_not_zero():
    assert imr_limits(DRAWN).ranges.lower is None


def test_pitfall_12_an_excluded_point_stays_visible_and_out_of_the_limits():
    spoilt = DRAWN.copy()
    spoilt[17] = 500
    chart = imr(spoilt, excluded=[17])
    gap = spoilt.copy()
    gap[17] = nan
    assert chart.phases[0].limits.individuals.sigma == imr_limits(gap).individuals.sigma
    assert chart.phases[0].limits.individuals.n == 39
    assert chart.values[17] == 500
    assert chart.ranges[17] == abs(500 - spoilt[16])
    assert chart.excluded == (17,)
    assert evaluate(chart.values, chart.lines(), RULE_1).index.tolist() == [17]


# --- frozen limits


def test_frozen_limits_are_not_touched_by_later_points():
    baseline = imr_limits(DRAWN[:30])
    chart = imr(np.append(DRAWN, [400.0, -400.0]), frozen=baseline)
    assert chart.phases[0].limits is baseline
    assert evaluate(chart.values, chart.lines(), RULE_1).index.tolist()[-2:] == [40, 41]


def test_frozen_limits_of_one_phase_beside_estimates_of_another():
    baseline = imr_limits(DRAWN[:30])
    chart = imr(DRAWN, phase_starts=[30], frozen=[baseline, None])
    assert chart.phases[0].limits is baseline
    assert chart.phases[1].limits.individuals.center == pytest.approx(DRAWN[30:].mean())
    lines = chart.lines()
    assert lines.upper[29] == baseline.individuals.upper
    assert lines.upper[30] == chart.phases[1].limits.individuals.upper
    assert refusal(imr, DRAWN, frozen=[baseline, None]) == (Why.SIZES_DIFFER, "frozen")


def test_a_phase_without_values_has_no_limits_and_one_without_points_may_have_frozen_ones():
    chart = imr([1, 2, nan, nan], phase_starts=[2])
    assert chart.phases[1].limits is None
    assert np.isnan(chart.lines().upper[2:]).all()
    baseline = imr_limits(DRAWN)
    later = imr(DRAWN, phase_starts=[40], frozen=[None, baseline])
    assert (later.phases[1].start, later.phases[1].stop, later.phases[1].limits) == (40, 40, baseline)
    assert later.lines().center.size == later.range_lines().center.size == 40


def test_an_empty_chart_is_a_chart():
    assert imr([]).phases == ()
    assert imr([]).lines().center.size == 0


# --- given, width


def test_a_sigma_that_is_given_is_not_zero_because_the_values_are_constant():
    found = imr_limits([5.0] * 20, given=Given(sigma=1)).individuals
    assert (found.upper, found.notes) == (8, ())
    assert imr([5.0] * 20, frozen=imr_limits(DRAWN)).notes == ()


def test_given_center_and_sigma_need_no_values():
    found = imr_limits([], given=Given(10, 2))
    assert (found.individuals.lower, found.individuals.upper, found.individuals.n) == (4, 16, 0)
    assert found.ranges.upper == pytest.approx(3.686 * 2, abs=1e-3)
    assert refusal(imr_limits, [], given=Given(10)) == (Why.EMPTY, "values")


@pytest.mark.parametrize("sigma", [0, -1, nan, np.inf])
def test_a_sigma_that_is_none_is_refused(sigma):
    assert refusal(Given, sigma=sigma) == (Why.NOT_POSITIVE, "sigma")


def test_a_center_that_is_none_is_refused():
    assert refusal(Given, center=nan) == (Why.NOT_FINITE, "center")


def test_width_moves_both_limits():
    found = imr_limits(DRAWN, width=Width(2.5, 4.447))
    assert found.individuals.upper - found.individuals.center == pytest.approx(2.5 * found.individuals.sigma)
    assert found.ranges.upper == pytest.approx(4.447 * found.individuals.sigma)
    # center + multiple * sigma says the same of ranges
    assert found.ranges.center + found.ranges.multiple * found.ranges.sigma == pytest.approx(
        found.ranges.upper
    )


def test_estimators_of_subgroups_are_none_of_individuals():
    assert refusal(imr_limits, DRAWN, estimator=Estimator.POOLED) == (Why.NO_LIMITS, "estimator")


# --- notes and edges


def test_notes_of_autocorrelation_are_those_of_the_whole_function():
    rng = np.random.default_rng(11)
    for _ in range(40):
        values = rng.normal(size=20).cumsum() * rng.choice([0, 1]) + rng.normal(size=20)
        values[rng.integers(0, 20, 2)] = nan
        whole = Note.AUTOCORRELATED in autocorrelation(values, 1).notes
        assert (Note.AUTOCORRELATED in imr_limits(values).individuals.notes) is whole


def test_nothing_there_is_refused():
    assert refusal(imr_limits, []) == (Why.EMPTY, "values")
    assert refusal(imr_limits, [nan, nan]) == (Why.EMPTY, "values")
    assert refusal(imr_limits, [[1, 2]]) == (Why.NOT_ONE_DIMENSIONAL, "values")


def test_values_without_a_neighbour_have_no_range():
    found = imr_limits([1, nan, 2, nan, 3])
    assert found.individuals.upper is None
    assert found.ranges is None
    assert found.individuals.center == 2


def test_ties_may_make_the_median_range_nothing():
    found = imr_limits([1, 1, 1, 2, 2, 2, 2, 3.0], estimator=Estimator.MEDIAN_MR).individuals
    assert found.sigma == 0
    assert {Note.ZERO_SIGMA, Note.FEW_DISTINCT} <= set(found.notes)


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
@pytest.mark.parametrize("estimator", [Estimator.MR_BAR, Estimator.MEDIAN_MR, Estimator.SD])
def test_limits_follow_the_scale(scale, estimator):
    plain = imr_limits(DRAWN, estimator=estimator).individuals
    scaled = imr_limits(DRAWN * scale, estimator=estimator).individuals
    assert scaled.upper == pytest.approx(plain.upper * scale, rel=1e-12)
    assert scaled.notes == plain.notes


@pytest.mark.parametrize("values", [[1.7e308, -1.7e308], [1.7e308, 1.7e308, 1.6e308], [1e308, -1e308, 1e308]])
def test_what_cannot_be_represented_is_refused(values):
    assert refusal(imr_limits, values)[0] == Why.NOT_FINITE


def test_a_median_that_can_be_represented_is_answered():
    values = [1.7e308, -1.7e308, *DRAWN]
    found = imr_limits(values, estimator=Estimator.MEDIAN_MR, given=Given(center=80)).individuals
    assert np.isfinite([found.center, found.sigma, found.upper]).all()


def test_a_million_points():
    values = np.random.default_rng(2).normal(5, 1, 10**6)
    found = imr_limits(values).individuals
    assert found.sigma == pytest.approx(1, abs=5e-3)
    assert evaluate(values, found, RULE_1).index.size == pytest.approx(2700, abs=260)


# --- phases


def test_phases_cover_every_point_once():
    assert phase_slices(5) == (slice(0, 5),)
    assert phase_slices(5, [0, 2]) == phase_slices(5, [2]) == (slice(0, 2), slice(2, 5))
    assert phase_slices(0) == ()
    assert phase_slices(2, [2]) == (slice(0, 2), slice(2, 2))


@pytest.mark.parametrize("starts", [[3, 1], [1, 1], [-1], [6], [1.5]])
def test_phases_that_are_none_are_refused(starts):
    assert refusal(phase_slices, 5, starts) == (Why.NOT_AN_INDEX, "phase_starts")


@pytest.mark.parametrize("excluded", [[-1], [40], [0.5]])
def test_indices_that_are_none_are_refused(excluded):
    assert refusal(imr, DRAWN, excluded=excluded) == (Why.NOT_AN_INDEX, "excluded")

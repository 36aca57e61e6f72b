"""Moving average, EWMA and CUSUM: published charts, charts point by point beside ours, gaps, phases, odd data."""

from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpv.rules.basis import Note, Why
from cpv.rules.individuals import imr_limits
from cpv.rules.runs import RULE_1, evaluate
from cpv.rules.weighted import cusum, ewma, moving_average
from tests.cpv.rules.given import refusal
from tests.cpv.rules.runs_given import limits

STANDARD = limits(0.0, 1.0)
# NIST/SEMATECH e-Handbook 6.3.2.4
NIST_EWMA = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5]
NIST_EWMA += [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
# NIST/SEMATECH e-Handbook 6.3.2.3
NIST_CUSUM = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600]
NIST_CUSUM += [324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]
# Montgomery, table 9.1: twenty values about 10, ten about 11, sigma 1
MONTGOMERY = [
    9.45,
    7.99,
    9.29,
    11.66,
    12.16,
    10.18,
    8.04,
    11.46,
    9.20,
    10.34,
    9.03,
    11.47,
    10.51,
    9.40,
    10.08,
]
MONTGOMERY += [
    9.37,
    10.62,
    10.31,
    8.52,
    10.84,
    10.90,
    9.33,
    12.29,
    11.50,
    10.60,
    11.08,
    10.38,
    11.62,
    11.31,
    10.52,
]
TEN = limits(10.0, 1.0)


def slow_ewma(values, weight, starts=(0,)):
    out, z, count = [], 0.0, 0
    for i, x in enumerate(values):
        z, count = (0.0, 0) if i in starts else (z, count)
        if not isnan(x):
            z, count = weight * x + (1 - weight) * z, count + 1
        variance = sum((weight * (1 - weight) ** j) ** 2 for j in range(count))
        out.append((z, sqrt(variance)))
    return np.array(out).T


def slow_cusum(values, k, headstart=0.0, starts=(0,)):
    out, up, down = [], headstart, headstart
    for i, x in enumerate(values):
        up, down = (headstart, headstart) if i in starts else (up, down)
        if not isnan(x):
            up, down = max(0.0, up + x - k), max(0.0, down - x - k)
        out.append((up, down))
    return np.array(out).T


def slow_average(values, span, starts=(0,)):
    out, window = [], []
    for i, x in enumerate(values):
        window = [] if i in starts else window
        window = window if isnan(x) else [*window, x][-span:]
        out.append((nan, nan) if isnan(x) else (sum(window) / len(window), 1 / sqrt(len(window))))
    return np.array(out).T


# --- published


def test_ewma_of_the_nist_handbook():
    chart = ewma(NIST_EWMA, limits(50, 2.0539), weight=0.3, multiple=3, is_exact=False)
    printed = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33]
    printed += [50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]
    assert chart.points == pytest.approx(printed, abs=5.1e-3)
    assert chart.lines.upper == pytest.approx([52.5884] * 20, abs=2e-4)
    assert chart.lines.lower == pytest.approx([47.4115] * 20, abs=2e-4)
    assert len(chart.signals) == 0


def test_cusum_of_the_nist_handbook():
    chart = cusum(NIST_CUSUM, limits(325, 1), k=0.3175, h=4.1959)
    upper = [0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04]
    lower = [0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.25, 0.31] + [0] * 9
    assert chart.upper == pytest.approx(upper, abs=6e-3)
    assert chart.lower == pytest.approx(lower, abs=1.1e-2)  # one is printed from rounded ones
    assert chart.signals.index.tolist() == list(range(13, 20))
    assert set(chart.signals.since.tolist()) == {12}


def test_cusum_of_montgomery():
    chart = cusum(MONTGOMERY, TEN, k=0.5, h=5)
    # table 9.2
    assert chart.upper[[3, 4, 5, 6, 7]] == pytest.approx([1.16, 2.82, 2.50, 0.04, 1.00])
    assert chart.upper[[22, 23, 24, 25, 26, 27, 28, 29]] == pytest.approx(
        [1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.30]
    )
    assert chart.lower[[0, 1, 2, 3, 6]] == pytest.approx([0.05, 1.56, 1.77, 0, 1.46])
    # period 29 signals with N+ = 7: the shift came between periods 22 and 23, to about 11.25
    assert chart.signals.index.tolist() == [28, 29]
    assert chart.signals.since.tolist() == [22, 22]
    assert chart.signals.is_upper.all()
    assert chart.signals.mean[0] == pytest.approx(10 + 0.5 + 5.28 / 7)


def test_headstart_of_montgomery():
    # table 9.4: mean 100, K 3, H 12, half of it as headstart
    values = [102, 97, 104, 93, 100, 105, 96, 98, 105, 99]
    chart = cusum(values, limits(100, 1), k=3, h=12, headstart=6)
    assert chart.upper.tolist() == [5, 0, 1, 0, 0, 2, 0, 0, 2, 0]
    assert chart.lower.tolist() == [1, 1, 0, 4, 1, 0, 1, 0, 0, 0]


def test_ewma_of_montgomery():
    chart = ewma(MONTGOMERY, TEN, weight=0.1, multiple=2.7)
    # table 9.10
    printed = [9.945, 9.7495, 9.70355, 9.8992, 10.1253, 10.1307, 9.92167, 10.0755, 9.98796, 10.0232]
    assert chart.points[:10] == pytest.approx(printed, abs=6e-5)
    assert chart.points[-3:] == pytest.approx([10.5731, 10.6468, 10.6341], abs=6e-5)
    assert chart.lines.upper[[0, 1, 29]] == pytest.approx([10.27, 10.36, 10.62], abs=5e-3)
    assert chart.signals.index.tolist() == [28, 29]


def test_moving_average_of_montgomery():
    chart = moving_average(MONTGOMERY, TEN, span=5)
    # table 9.11; limits 8.66 and 11.34 from the fifth on
    assert chart.points[:7] == pytest.approx([9.45, 8.72, 8.91, 9.5975, 10.11, 10.256, 10.266])
    assert chart.points[[26, 27, 28, 29]] == pytest.approx([11.17, 11.036, 10.998, 10.982], abs=6e-4)
    assert (chart.lines.lower[10], chart.lines.upper[10]) == pytest.approx((8.66, 11.34), abs=2e-3)
    assert (chart.lines.lower[0], chart.lines.upper[0]) == pytest.approx((7, 13))
    assert len(chart.signals) == 0


# --- beside the slow way

maybe = st.one_of(st.floats(-9, 9), st.just(nan))
series = st.lists(maybe, min_size=1, max_size=40)


def starts_of(data, values):
    return sorted({0, *data.draw(st.lists(st.integers(0, len(values) - 1), max_size=3))})


@given(st.data(), series, st.floats(0.01, 1))
@settings(max_examples=60)
def test_ewma_as_one_would_by_hand(data, values, weight):
    starts = starts_of(data, values)
    chart = ewma(values, STANDARD, weight=weight, multiple=2.0, phase_starts=starts)
    points, sigma = slow_ewma(values, weight, starts)
    assert chart.points == pytest.approx(points, abs=1e-12)
    assert chart.lines.sigma == pytest.approx(sigma, abs=1e-12)
    assert chart.lines.upper == pytest.approx(2 * sigma, abs=1e-12)
    out = [i for i, x in enumerate(values) if not isnan(x) and abs(chart.points[i]) > chart.lines.upper[i]]
    assert chart.signals.index.tolist() == out
    for index, since in zip(out, chart.signals.since.tolist(), strict=True):
        side = np.sign(chart.points[index])
        assert (np.sign(chart.points[since : index + 1]) == side).all()
        assert since >= max(start for start in starts if start <= index)
        assert since in starts or np.sign(chart.points[since - 1]) != side


@given(st.data(), series, st.floats(0, 2), st.floats(0, 3))
@settings(max_examples=60)
def test_cusum_as_one_would_by_hand(data, values, k, headstart):
    starts = starts_of(data, values)
    chart = cusum(values, STANDARD, k=k, h=4.0, headstart=headstart, phase_starts=starts)
    upper, lower = slow_cusum(values, k, headstart, starts)
    assert chart.upper == pytest.approx(upper, abs=1e-10)
    assert chart.lower == pytest.approx(lower, abs=1e-10)
    out = sorted(
        (i, is_upper)
        for i, x in enumerate(values)
        for is_upper, path in ((False, chart.lower), (True, chart.upper))
        if not isnan(x) and path[i] > 4
    )
    found = chart.signals
    assert sorted(zip(found.index.tolist(), found.is_upper.tolist(), strict=True)) == out
    rows = zip(found.index.tolist(), found.since.tolist(), found.is_upper.tolist(), found.mean, strict=True)
    for index, since, is_upper, mean in rows:
        path = chart.upper if is_upper else chart.lower
        assert (path[since : index + 1] > 0).all()
        assert since >= max(start for start in starts if start <= index)
        assert since in starts or path[since - 1] == 0
        assert mean == pytest.approx(np.nanmean(values[since : index + 1]), abs=1e-9)


@given(st.data(), series, st.integers(1, 45))
@settings(max_examples=60)
def test_moving_average_as_one_would_by_hand(data, values, span):
    starts = starts_of(data, values)
    chart = moving_average(values, STANDARD, span=span, multiple=1.5, phase_starts=starts)
    points, sigma = slow_average(values, span, starts)
    assert chart.points == pytest.approx(points, abs=1e-12, nan_ok=True)
    assert chart.lines.upper == pytest.approx(1.5 * sigma, abs=1e-12, nan_ok=True)
    out = [i for i in range(len(values)) if abs(chart.points[i]) > chart.lines.upper[i]]
    assert chart.signals.index.tolist() == out
    for index, since, mean in zip(out, chart.signals.since.tolist(), chart.signals.mean, strict=True):
        assert np.count_nonzero(~np.isnan(values[since : index + 1])) <= span
        assert mean == pytest.approx(chart.points[index], abs=1e-9)


def test_cusum_over_many_blocks():
    drawn = np.random.default_rng(1).normal(size=20_000)
    chart = cusum(drawn, STANDARD)
    upper, lower = slow_cusum(drawn, 0.5)
    assert chart.upper == pytest.approx(upper, abs=1e-10)
    assert chart.lower == pytest.approx(lower, abs=1e-10)
    assert ((chart.upper == 0) == (upper == 0)).all()


def test_the_variance_of_the_ewma_is_the_one_its_limits_have():
    drawn = np.random.default_rng(2).normal(size=(2000, 6))
    points = np.array([ewma(row, STANDARD, weight=0.3).points for row in drawn])
    expected = ewma(np.zeros(6), STANDARD, weight=0.3).lines.sigma
    assert points.std(axis=0) == pytest.approx(expected, rel=4 / sqrt(4000))


# --- pitfalls


def test_pitfall_18_the_ewma_starts_at_the_target_and_not_at_the_first_value():
    chart = ewma([14.0, 10.0], TEN, weight=0.2)
    assert chart.points.tolist() == pytest.approx([10.8, 10.64])


def test_pitfall_18_a_million_points_cost_no_digits_and_no_time():
    drawn = np.random.default_rng(3).normal(size=10**6)
    chart = cusum(drawn, STANDARD)
    tail, _ = slow_cusum(drawn[-20_000:], 0.5)
    # both have been at 0 since, so the last ones agree to the last digits
    assert chart.upper[-5000:] == pytest.approx(tail[-5000:], abs=1e-11)
    smooth = ewma(drawn, STANDARD)
    assert len(smooth.signals) > 100
    assert moving_average(drawn, STANDARD, span=20).points.std() == pytest.approx(sqrt(1 / 20), rel=0.02)


def test_pitfall_18_sums_begin_anew_with_every_phase():
    values = [3.0, 3.0, 3.0, 0.0, 0.0]
    chart = cusum(values, STANDARD, h=4, phase_starts=[3])
    assert chart.upper.tolist() == pytest.approx([2.5, 5.0, 7.5, 0, 0])
    assert cusum(values, STANDARD, h=4).upper[4] > 4
    assert ewma(values, STANDARD, phase_starts=[3]).points[3:].tolist() == [0, 0]
    assert moving_average(values, STANDARD, span=5, phase_starts=[3]).points[3] == 0
    for chart in (ewma, cusum, moving_average):
        assert chart([9.0, 9.0, 9.0], STANDARD, phase_starts=[1]).signals.since.tolist() == [0, 1, 1]


def test_pitfall_1_a_point_on_the_limit_is_inside():
    assert len(cusum([5.5], STANDARD, k=0.5, h=5).signals) == 0
    assert len(cusum([np.nextafter(5.5, 6)], STANDARD, k=0.5, h=5).signals) == 1
    assert len(ewma([2.0], STANDARD, weight=1, multiple=2).signals) == 0
    assert len(moving_average([2.0], STANDARD, span=3, multiple=2).signals) == 0


def test_pitfall_6_every_point_beyond_is_told_with_the_start_of_its_run():
    chart = cusum([0, 0, 2, 2, 2, 2, -9.0, 9.0], STANDARD, h=4)
    assert chart.signals.index.tolist() == [4, 5, 6, 7]
    assert chart.signals.since.tolist() == [2, 2, 6, 7]
    assert chart.signals.is_upper.tolist() == [True, True, False, True]


def test_pitfall_7_a_gap_carries_the_last_value_says_so_and_does_not_signal():
    values = [4.0, nan, nan, 4.0, nan]
    smooth = ewma(values, STANDARD)
    assert smooth.points[2] == smooth.points[0]
    assert smooth.lines.upper[2] == smooth.lines.upper[0]
    assert smooth.carried.tolist() == [False, True, True, False, True]
    assert smooth.notes == (Note.GAPS_CARRIED,)
    assert smooth.signals.index.tolist() == [0, 3]
    sums = cusum(values, STANDARD, h=3)
    assert sums.upper.tolist() == pytest.approx([3.5, 3.5, 3.5, 7, 7])
    assert sums.signals.index.tolist() == [0, 3]
    assert sums.signals.mean.tolist() == [4, 4]
    average = moving_average(values, STANDARD)
    assert np.isnan(average.points[[1, 2, 4]]).all()
    assert average.notes == (Note.MISSING_LEFT_OUT,)


def test_pitfall_9_without_sigma_nothing_signals():
    none = imr_limits([5.0] * 20).individuals
    for chart in (ewma([9.0, 9], none), cusum([9.0, 9], none), moving_average([9.0, 9], none)):
        assert len(chart.signals) == 0
        assert Note.ZERO_SIGMA in chart.notes
    assert cusum([9.0, 9], none).upper.tolist() == [4, 8]


# --- limits of phases, agreement with the rules, edges


def test_every_phase_may_have_its_own_limits():
    other = limits(100.0, 5.0)
    chart = ewma([1.0, 110.0], [STANDARD, other], weight=0.5, multiple=3, phase_starts=[1])
    assert chart.points.tolist() == [0.5, 105]
    assert chart.lines.upper.tolist() == [1.5, 107.5]
    assert cusum([1.0, 110.0], [STANDARD, other], phase_starts=[1]).interval.tolist() == [5, 25]
    assert refusal(ewma, [1.0], [STANDARD, other]) == (Why.SIZES_DIFFER, "limits")


def test_rules_read_the_same_signals_from_the_lines():
    drawn = np.random.default_rng(5).normal(0.7, 1, 200)
    drawn[50] = nan
    for chart in (ewma(drawn, STANDARD), moving_average(drawn, STANDARD)):
        judged = evaluate(np.where(chart.carried, nan, chart.points), chart.lines, RULE_1)
        assert judged.index.tolist() == chart.signals.index.tolist() != []


def test_nothing_is_a_chart_without_points():
    for chart in (ewma([], STANDARD), cusum([], STANDARD), moving_average([], STANDARD)):
        assert len(chart.signals) == 0
    assert np.isnan(moving_average([nan, nan], STANDARD).points).all()
    assert ewma([nan, nan], TEN).points.tolist() == [10, 10]


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_charts_follow_the_scale(scale):
    drawn = np.random.default_rng(6).normal(1, 1, 50)
    for one in (ewma, moving_average):
        plain, scaled = one(drawn, STANDARD), one(drawn * scale, limits(0, scale))
        assert scaled.points == pytest.approx(plain.points * scale)
        assert scaled.signals.index.tolist() == plain.signals.index.tolist()
    assert cusum(drawn * scale, limits(0, scale)).upper == pytest.approx(cusum(drawn, STANDARD).upper * scale)


def test_a_high_level_costs_no_digits():
    steps = np.array([1.0, -1.0, 2.0, 3.0, 0.5])
    level = 2.0**40
    assert ewma(steps + level, limits(level, 1)).points - level == pytest.approx(
        ewma(steps, STANDARD).points, abs=2e-4
    )
    assert cusum(steps + level, limits(level, 1)).upper.tolist() == cusum(steps, STANDARD).upper.tolist()


@pytest.mark.parametrize("chart", [ewma, cusum, moving_average])
def test_what_is_no_series_is_refused(chart):
    assert refusal(chart, [1.0, np.inf], STANDARD) == (Why.NOT_FINITE, "values")
    assert refusal(chart, [1.7e308, -1.7e308], limits(1.7e308, 1)) == (Why.NOT_FINITE, "values")
    assert refusal(chart, [1e308, 1e308], STANDARD) == (Why.NOT_FINITE, "values")
    assert refusal(chart, [1.0], limits(nan, 1)) == (Why.NOT_FINITE, "limits")
    assert refusal(chart, [1.0], limits(0, -1)) == (Why.NOT_FINITE, "limits")
    assert refusal(chart, [1.0], STANDARD, phase_starts=[2]) == (Why.NOT_AN_INDEX, "phase_starts")


@pytest.mark.parametrize("bad", [0, -0.1, 1.1, nan])
def test_weights_that_are_none_are_refused(bad):
    assert refusal(ewma, [1.0], STANDARD, weight=bad) == (Why.OUT_OF_RANGE, "weight")


def test_settings_that_are_none_are_refused():
    assert refusal(moving_average, [1.0], STANDARD, span=0) == (Why.OUT_OF_RANGE, "span")
    assert refusal(moving_average, [1.0], STANDARD, span=1001) == (Why.OUT_OF_RANGE, "span")
    assert refusal(ewma, [1.0], STANDARD, multiple=0) == (Why.NOT_POSITIVE, "multiple")
    assert refusal(moving_average, [1.0], STANDARD, multiple=nan) == (Why.NOT_POSITIVE, "multiple")
    assert refusal(cusum, [1.0], STANDARD, h=0) == (Why.NOT_POSITIVE, "h")
    assert refusal(cusum, [1.0], STANDARD, k=-0.1) == (Why.OUT_OF_RANGE, "k")
    assert refusal(cusum, [1.0], STANDARD, k=nan) == (Why.OUT_OF_RANGE, "k")
    assert refusal(cusum, [1.0], STANDARD, headstart=5) == (Why.OUT_OF_RANGE, "headstart")

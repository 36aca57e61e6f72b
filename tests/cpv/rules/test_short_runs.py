"""Short runs: Z-MR of several products and the self-starting Q chart, value by value, by chance, and of odd data."""

from itertools import pairwise
from math import exp, isnan, log, nan, sqrt
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cpv.rules.basis import Note, Why
from cpv.rules.runs import RULE_1, evaluate
from cpv.rules.short_runs import PartSigma, q_chart, z_mr
from tests.cpv.rules.given import refusal

D2 = 2 / sqrt(np.pi)
TWO = [10.0, 12, 11, 100, 130, 110, 13, 9]
PARTS = list("aaabbbaa")


def slow_z(values, parts, sigma):
    """Group by group; no phases."""
    values = [log(x) for x in values] if sigma is PartSigma.RELATIVE else values
    runs = np.cumsum([0, *(a != b for a, b in pairwise(parts))]).tolist()
    keys = {PartSigma.BY_PARTS: parts, PartSigma.BY_RUNS: runs}.get(sigma, [0] * len(parts))
    ranges: dict = {}
    for i in range(1, len(values)):
        step = abs(values[i] - values[i - 1])
        if runs[i] == runs[i - 1] and not isnan(step):
            ranges.setdefault(keys[i], []).append(step)
    out = []
    for x, part, key in zip(values, parts, keys, strict=True):
        of_part = [y for y, other in zip(values, parts, strict=True) if other == part and not isnan(y)]
        spread = fmean(ranges.get(key, [0])) / D2
        out.append((x - fmean(of_part or [nan])) / spread if spread > 0 else nan)
    return out


def slow_q(values):
    out, before = [], []
    for x in values:
        q = nan
        if len(before) > 1 and not isnan(x) and stdev(before) > 0:
            r = len(before) + 1
            t = sqrt((r - 1) / r) * (x - fmean(before)) / stdev(before)
            q = np.sign(t) * stats.norm.isf(stats.t.sf(abs(t), r - 2))
        out.append(q)
        before = before if isnan(x) else [*before, x]
    return out


# --- Z-MR


def test_z_by_parts_by_hand():
    chart = z_mr(TWO, PARTS)
    assert chart.means.tolist() == pytest.approx([11, 11, 11, 340 / 3, 340 / 3, 340 / 3, 11, 11])
    # ranges of a: 2, 1 and 4 (not the 93 and 97 between products); of b: 30 and 20
    assert chart.sigmas.tolist() == pytest.approx([7 / 3 / D2] * 3 + [25 / D2] * 3 + [7 / 3 / D2] * 2)
    assert chart.z[0] == pytest.approx(-1 / (7 / 3 / D2))
    assert chart.ranges[3] == pytest.approx(abs(chart.z[3] - chart.z[2]))
    assert (chart.z_limits.lower, chart.z_limits.upper) == (-3, 3)
    assert chart.range_limits.center == pytest.approx(1.128, abs=5e-4)
    assert chart.range_limits.upper == pytest.approx(3.686, abs=5e-4)
    assert chart.range_limits.lower is None


def test_sigma_of_each_way():
    by_runs = z_mr(TWO, PARTS, sigma=PartSigma.BY_RUNS).sigmas * D2
    assert by_runs.tolist() == pytest.approx([1.5] * 3 + [25] * 3 + [4] * 2)
    assert z_mr(TWO, PARTS, sigma=PartSigma.POOLED).sigmas * D2 == pytest.approx([57 / 5] * 8)
    steps = [log(12 / 10), log(12 / 11), log(1.3), log(13 / 11), log(13 / 9)]
    assert z_mr(TWO, PARTS, sigma=PartSigma.RELATIVE).sigmas * D2 == pytest.approx([fmean(steps)] * 8)


@given(
    st.data(),
    st.lists(st.floats(0.1, 1000) | st.just(nan), min_size=1, max_size=25),
    st.sampled_from(PartSigma),
)
@settings(max_examples=80)
def test_z_as_one_would_by_hand(data, values, sigma):
    if all(map(isnan, values)):
        return
    parts = data.draw(st.lists(st.sampled_from("abc"), min_size=len(values), max_size=len(values)))
    assert z_mr(values, parts, sigma=sigma).z == pytest.approx(
        slow_z(values, parts, sigma), rel=1e-6, abs=1e-9, nan_ok=True
    )


def test_products_of_one_process_are_standardised():
    rng = np.random.default_rng(1)
    parts = rng.integers(0, 3, 400).repeat(5)
    values = rng.normal(np.array([10, 100, 1000.0])[parts], np.array([1, 5, 20.0])[parts])
    chart = z_mr(values, parts.tolist())
    assert chart.z.std() == pytest.approx(1, abs=0.06)
    assert evaluate(chart.z, chart.z_limits, RULE_1).index.size < 20
    # a sigma that grows with size: one for all logarithms
    grown = np.exp(rng.normal(np.log([10, 100, 1000.0])[parts], 0.1))
    relative = z_mr(grown, parts.tolist(), sigma=PartSigma.RELATIVE)
    assert relative.sigmas[0] == pytest.approx(0.1, rel=0.05)


def test_relative_to_size_is_pooled_on_logarithms():
    logs = np.random.default_rng(2).normal(size=12)
    parts = list("aaaabbbbaaaa")
    by_size = z_mr([exp(x) for x in logs], parts, sigma=PartSigma.RELATIVE)
    assert by_size.z == pytest.approx(z_mr(logs, parts, sigma=PartSigma.POOLED).z)


def test_pitfall_7_neither_gap_nor_phase_nor_change_of_product_is_in_a_range():
    values, parts = [1.0, 2, nan, 50, 52, 90, 91, 7, 8], list("aaaaaaabb")
    chart = z_mr(values, parts, sigma=PartSigma.POOLED, phase_starts=[5])
    assert chart.sigmas[:5] * D2 == pytest.approx([1.5] * 5)  # 1 and 2
    assert chart.sigmas[5:] * D2 == pytest.approx([1.0] * 4)  # 1 and 1
    assert chart.means.tolist() == pytest.approx([26.25] * 5 + [90.5] * 2 + [7.5] * 2)
    # between standardised values of two products there is a range, over a gap and between phases none
    assert np.isnan(chart.ranges).tolist() == [True, False, True, True, False, True, False, False, False]
    assert Note.MISSING_LEFT_OUT in chart.notes


def test_a_run_of_one_has_no_sigma_and_says_so():
    chart = z_mr([1.0, 2, 9, 3, 5], list("aabaa"), sigma=PartSigma.BY_RUNS)
    assert np.isnan(chart.z).tolist() == [False, False, True, False, False]
    assert Note.TOO_FEW in chart.notes
    alone = z_mr([5.0], ["a"])
    assert np.isnan(alone.z).all()
    assert alone.z_limits.n == 0


def test_pitfall_9_constant_products_have_no_z():
    chart = z_mr([0.1, 0.1, 0.1, 5, 6], list("aaabb"))
    assert np.isnan(chart.z).tolist() == [True] * 3 + [False] * 2
    assert chart.means[0] == 0.1
    assert Note.ZERO_SIGMA in chart.notes


@pytest.mark.parametrize("scale", [1e-150, 1e-12, 1e12, 1e150])
def test_z_has_no_scale(scale):
    for sigma in PartSigma:
        scaled = z_mr(np.array(TWO) * scale, PARTS, sigma=sigma).z
        assert scaled == pytest.approx(z_mr(TWO, PARTS, sigma=sigma).z, rel=1e-9)


def test_a_million_values_of_products():
    rng = np.random.default_rng(3)
    parts = rng.integers(0, 4, 250_000).repeat(4)
    chart = z_mr(rng.normal(size=10**6), parts.tolist(), sigma=PartSigma.BY_RUNS)
    assert np.isfinite(chart.z).all()


@pytest.mark.parametrize(
    ("values", "parts", "sigma", "why"),
    [
        ([], [], PartSigma.POOLED, (Why.EMPTY, "values")),
        ([nan], ["a"], PartSigma.POOLED, (Why.EMPTY, "values")),
        ([1.0, 2.0], ["a"], PartSigma.POOLED, (Why.SIZES_DIFFER, "parts")),
        ([1.0, 0.0], ["a", "a"], PartSigma.RELATIVE, (Why.NOT_POSITIVE, "values")),
        ([1.0, np.inf], ["a", "a"], PartSigma.POOLED, (Why.NOT_FINITE, "values")),
        ([1.7e308, 1.7e308, 0.0], ["a"] * 3, PartSigma.POOLED, (Why.NOT_FINITE, "values")),
        ([0.0, 1e-300, 1e300], list("aab"), PartSigma.POOLED, None),
        ([0.0, 5e-324, 1e300, -1e300], list("aabb"), PartSigma.BY_PARTS, None),
    ],
)
def test_z_of_odd_data_is_finite_or_refused(values, parts, sigma, why):
    if why is None:
        assert np.isfinite(z_mr(values, parts, sigma=sigma).z).all()
    else:
        assert refusal(z_mr, values, parts, sigma=sigma) == why


# --- Q


def test_the_first_q_by_hand():
    # sqrt(2/3) (6 - 2) / sqrt 2 = 2.3094 on 1 degree of freedom: 1/2 + arctan(2.3094) / pi = .8699, Phi^-1 = 1.126
    chart = q_chart([1.0, 3.0, 6.0])
    assert np.isnan(chart.q[:2]).all()
    assert chart.q[2] == pytest.approx(1.126, abs=1e-3)


@given(st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)) | st.just(nan), max_size=30))
@settings(max_examples=80)
def test_q_as_one_would_by_hand(values):
    expected = slow_q(values)
    assert q_chart(values).q == pytest.approx(np.clip(expected, -37.5, 37.5), abs=1e-5, rel=1e-5, nan_ok=True)


def test_q_are_independent_and_standard_normal():
    drawn = np.random.default_rng(4).normal(50, 7, (3000, 12))
    q = np.array([q_chart(row).q for row in drawn])[:, 2:]
    assert q.mean(axis=0) == pytest.approx([0] * 10, abs=4.5 / sqrt(3000))
    assert q.std(axis=0) == pytest.approx([1] * 10, abs=4.5 / sqrt(6000))
    assert np.abs(np.corrcoef(q.T) - np.eye(10)).max() < 4.5 / sqrt(3000)
    assert stats.kstest(q[:, 0], "norm").pvalue > 1e-3


def test_q_do_not_depend_on_level_and_scale():
    drawn = np.random.default_rng(5).normal(size=30)
    plain = q_chart(drawn).q
    for scale in (1e-200, 1e-12, 1e12, 1e200):
        assert q_chart(drawn * scale + 3 * scale).q == pytest.approx(plain, nan_ok=True)


def test_q_begins_anew_with_a_phase_and_leaves_gaps_out():
    first, second = [1.0, 3, 2, 4], [80.0, 82, 81, 99]
    both = q_chart(first + second, phase_starts=[4]).q
    assert both.tolist() == pytest.approx([*q_chart(first).q, *q_chart(second).q], nan_ok=True)
    gappy = q_chart([1, nan, 3, 2, nan, 4.0])
    assert gappy.q[[0, 2, 3, 5]] == pytest.approx(q_chart(first).q, nan_ok=True)
    assert Note.MISSING_LEFT_OUT in gappy.notes


def test_q_of_what_never_varied_does_not_exist():
    chart = q_chart([0.1] * 20)
    assert np.isnan(chart.q).all()
    assert {Note.ZERO_SIGMA, Note.TOO_FEW} <= set(chart.notes)
    late = q_chart([5.0, 5, 5, 6, 5, 7]).q
    assert np.isnan(late[:4]).all()
    assert np.isfinite(late[4:]).all()


def test_q_far_out_is_finite():
    chart = q_chart([*np.random.default_rng(6).normal(size=200), 1e9])
    assert chart.q[-1] == pytest.approx(37.5, abs=0.1)
    assert q_chart([*np.random.default_rng(6).normal(size=200), -1e9]).q[-1] == -chart.q[-1]


def test_q_of_a_million():
    drawn = np.random.default_rng(7).normal(size=10**6)
    chart = q_chart(drawn)
    # the moments are known by then: Q is the value itself
    assert chart.q[-100:] == pytest.approx(drawn[-100:], abs=0.02)
    assert evaluate(chart.q, chart.limits, RULE_1).index.size == pytest.approx(2700, abs=260)


def test_q_of_too_few_or_of_no_series():
    for few in ([], [1.0], [1.0, 2.0], [nan] * 5):
        chart = q_chart(few)
        assert np.isnan(chart.q).all()
        assert Note.TOO_FEW in chart.notes
    assert refusal(q_chart, [1.0, np.inf]) == (Why.NOT_FINITE, "values")
    assert refusal(q_chart, [1.7e308, -1.7e308, 0]) == (Why.NOT_FINITE, "values")
    assert refusal(q_chart, [1.0], multiple=0) == (Why.NOT_POSITIVE, "multiple")
    assert refusal(q_chart, [1.0], phase_starts=[3]) == (Why.NOT_AN_INDEX, "phase_starts")

"""Hotelling's T2: reference, limits of both phases, and which attribute made a signal."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import LimitStatus, Note, Why
from cpv.rules.multivariate import (
    Covariance,
    Phase,
    Reference,
    alpha_of_each,
    contributions,
    decomposition,
    distances,
    given_reference,
    hotelling,
    reference,
    reference_of_groups,
    upper_limit,
)
from tests.cpv.rules.given import refusal, why

# Montgomery, Introduction to Statistical Quality Control, example 11.1: tensile strength and diameter of a fibre,
# 20 samples of 10, grand means and mean (co)variances as printed there.
FIBRE = Reference(
    np.array([115.59, 1.06]), np.array([[1.23, 0.79], [0.79, 0.83]]), Covariance.POOLED, 20, 180, 10
)


def correlated(seed, m=40, p=3):
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(p, p)) + 2 * np.eye(p)
    return rng.normal(size=(m, p)) @ mixing + rng.normal(size=p) * 5


def solved(matrix, right):
    """Gauss and Jordan, one row after the other."""
    rows = [[*map(float, row), float(b)] for row, b in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        best = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[best] = rows[best], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(len(rows)):
            if k != i:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]


def slow_t2(row, mean, scatter):
    off = [x - m for x, m in zip(row, mean, strict=True)]
    return sum(a * b for a, b in zip(off, solved(scatter, off), strict=True))


def test_example_of_montgomery_for_subgroups():
    limit = upper_limit(FIBRE, Phase.ONE, alpha=0.001)
    assert limit.value == pytest.approx(13.72, abs=0.01)
    chart = hotelling(np.tile([115.25, 1.04], (1, 10, 1)), FIBRE, Phase.ONE, alpha=0.001)
    assert chart.t2[0] == pytest.approx(2.16, abs=0.005)
    assert not chart.beyond.any()


@pytest.mark.parametrize(("m", "p", "alpha"), [(20, 2, 0.01), (30, 4, 0.0027), (56, 3, 0.001)])
def test_limits_of_individuals_are_those_of_the_nist_handbook(m, p, alpha):
    of = Reference(np.zeros(p), np.eye(p), Covariance.SAMPLE, m, m - 1.0)
    # 6.5.4.3.3: (m-1)^2/m B(alpha; p/2, (m-p-1)/2)
    one = (m - 1) ** 2 / m * stats.beta.isf(alpha, p / 2, (m - p - 1) / 2)
    # 6.5.4.3.4: p (m+1)(m-1)/(m^2 - mp) F(alpha; p, m-p)
    two = p * (m + 1) * (m - 1) / (m * m - m * p) * stats.f.isf(alpha, p, m - p)
    assert upper_limit(of, Phase.ONE, alpha=alpha).value == pytest.approx(one)
    assert upper_limit(of, Phase.TWO, alpha=alpha).value == pytest.approx(two)
    assert upper_limit(of, Phase.ONE, alpha=alpha).value < stats.chi2.isf(alpha, p) < two


@pytest.mark.parametrize(("k", "n", "p"), [(20, 5, 2), (25, 4, 3)])
def test_limits_of_subgroups_are_those_of_the_nist_handbook(k, n, p):
    of = Reference(np.zeros(p), np.eye(p), Covariance.POOLED, k, k * (n - 1.0), n)
    rest = k * n - k - p + 1
    # 6.5.4.3.1: (knp - kp - np + p)/(kn - k - p + 1) F; 6.5.4.3.2: p (k+1)(n-1)/(kn - k - p + 1) F
    f = stats.f.isf(0.005, p, rest)
    one = (k * n * p - k * p - n * p + p) / rest * f
    two = p * (k + 1) * (n - 1) / rest * f
    assert upper_limit(of, Phase.ONE, alpha=0.005).value == pytest.approx(one)
    assert upper_limit(of, Phase.TWO, alpha=0.005).value == pytest.approx(two)


@pytest.mark.parametrize("seed", range(4))
def test_t2_equals_a_slow_reference(seed):
    rows = correlated(seed).tolist()
    m, p = 40, 3
    mean = [sum(row[j] for row in rows) / m for j in range(p)]
    sample = [
        [sum((row[i] - mean[i]) * (row[j] - mean[j]) for row in rows) / (m - 1) for j in range(p)]
        for i in range(p)
    ]
    steps = [[b - a for a, b in zip(one, two, strict=True)] for one, two in itertools.pairwise(rows)]
    successive = [
        [sum(step[i] * step[j] for step in steps) / (2 * (m - 1)) for j in range(p)] for i in range(p)
    ]
    for how, scatter in ((Covariance.SAMPLE, sample), (Covariance.SUCCESSIVE, successive)):
        of = reference(rows, how=how)
        assert of.covariance == pytest.approx(np.array(scatter))
        chart = hotelling(rows, of, Phase.ONE)
        assert chart.t2 == pytest.approx([slow_t2(row, mean, scatter) for row in rows])
        assert (chart.beyond == (chart.t2 > chart.limit.value)).all()
    of = reference(rows)
    assert of.df == m - 1
    # all T2 of phase 1 add up to p (m - 1), and none can pass (m - 1)^2/m
    chart = hotelling(rows, of, Phase.ONE)
    assert chart.t2.sum() == pytest.approx(p * (m - 1))
    assert chart.t2.max() < (m - 1) ** 2 / m
    assert reference(rows, how=Covariance.SUCCESSIVE).df == pytest.approx(2 * (m - 1) ** 2 / (3 * m - 4))


def test_subgroups_equal_a_slow_reference():
    rng = np.random.default_rng(6)
    groups = rng.normal(size=(12, 4, 2)) @ np.array([[2.0, 1.0], [0.0, 1.0]]) + 7
    of = reference_of_groups(groups)
    within = np.mean([np.cov(group, rowvar=False) for group in groups], axis=0)
    grand = groups.reshape(-1, 2).mean(axis=0)
    assert of.covariance == pytest.approx(within)
    assert (of.m, of.df, of.size) == (12, 36, 4)
    chart = hotelling(groups, of, Phase.ONE)
    assert chart.t2 == pytest.approx([4 * slow_t2(group.mean(axis=0), grand, within) for group in groups])
    shifted = hotelling(groups[:2] + 20, of, Phase.TWO)
    assert shifted.beyond.all()
    groups[3, 1, 0] = np.nan
    assert reference_of_groups(groups).m == 11
    assert hotelling(groups, of, Phase.TWO).left_out == (3,)


def t2_of_many(rng, how, shape, later):
    """T2 of phase 1 points, or of one later point each, of so many simulated references, all at once."""
    runs, m, p = shape
    x = rng.standard_normal(shape)
    mean = x.mean(axis=1, keepdims=True)
    if how is Covariance.SAMPLE:
        scatter = np.einsum("rij,rik->rjk", x - mean, x - mean) / (m - 1)
    else:
        steps = np.diff(x, axis=1)
        scatter = np.einsum("rij,rik->rjk", steps, steps) / (2 * (m - 1))
    off = (rng.standard_normal((runs, 1, p)) if later else x) - mean
    return np.einsum("rij,rji->ri", off, np.linalg.solve(scatter, off.transpose(0, 2, 1))).ravel()


@pytest.mark.parametrize(
    ("how", "phase", "m", "p", "slack"),
    [
        (Covariance.SAMPLE, Phase.ONE, 15, 3, 0),
        (Covariance.SAMPLE, Phase.TWO, 15, 3, 0),
        (Covariance.SUCCESSIVE, Phase.ONE, 30, 2, 0.0012),
        (Covariance.SUCCESSIVE, Phase.ONE, 30, 3, 0.0012),
        (Covariance.SUCCESSIVE, Phase.TWO, 30, 3, 0.0012),
    ],
)
def test_false_alarms_by_simulation(how, phase, m, p, slack):
    later = phase is Phase.TWO
    rng = np.random.default_rng(9)
    runs = 60_000 if later else 4_000
    t2 = t2_of_many(rng, how, (runs, m, p), later)
    df = m - 1.0 if how is Covariance.SAMPLE else 2 * (m - 1) ** 2 / (3 * m - 4)
    of = Reference(np.zeros(p), np.eye(p), how, m, df)
    limit = upper_limit(of, phase, alpha=0.01)
    error = math.sqrt(0.01 / t2.size)
    assert np.mean(t2 > limit.value) == pytest.approx(0.01, abs=4 * error + slack)
    assert (Note.APPROXIMATE in limit.notes) == (how is Covariance.SUCCESSIVE and later)


def test_few_rows_make_the_limit_of_successive_differences_approximate_and_say_so():
    for m, noted in ((18, True), (19, False)):
        of = Reference(np.zeros(3), np.eye(3), Covariance.SUCCESSIVE, m, 12.0)
        limit = upper_limit(of, Phase.ONE)
        assert limit.value == pytest.approx(stats.chi2.isf(0.0026997960632601866, 3))
        assert (Note.APPROXIMATE in limit.notes) is noted


def test_successive_differences_see_the_step_that_hides_in_the_sample_covariance():
    """Sullivan & Woodall 1996: half of the rows shifted inflate the sample covariance until none signals."""
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((40, 2))
    rows[20:] += 4
    assert not hotelling(rows, reference(rows), Phase.ONE).beyond.any()
    of = reference(rows, how=Covariance.SUCCESSIVE)
    assert np.count_nonzero(hotelling(rows, of, Phase.ONE).beyond) >= 3


def test_rows_with_missing_values_are_left_out_and_said():
    rows = correlated(1)
    holed = rows.copy()
    holed[5, 1] = np.nan
    holed[20] = np.nan
    whole = np.delete(rows, [5, 20], axis=0)
    of = reference(holed)
    assert of.m == 38
    assert of.notes == (Note.MISSING_LEFT_OUT,)
    assert of.covariance == pytest.approx(np.cov(whole, rowvar=False))
    chart = hotelling(holed, of, Phase.ONE)
    assert chart.left_out == (5, 20)
    assert np.isnan(chart.t2[[5, 20]]).all()
    assert not chart.beyond[[5, 20]].any()
    assert chart.notes == (Note.MISSING_LEFT_OUT,)
    # of later rows that are whole nothing is missing
    assert hotelling(rows[:3], of, Phase.TWO).notes == ()


def test_pitfall_7_a_difference_next_to_a_gap_is_missing():
    rows = correlated(3, m=12, p=2)
    rows[4, 0] = np.nan
    of = reference(rows, how=Covariance.SUCCESSIVE)
    steps = np.vstack([np.diff(rows[:4], axis=0), np.diff(rows[5:], axis=0)])
    assert of.covariance == pytest.approx(steps.T @ steps / (2 * 9))
    # 9 differences, of which 2 and 5 pairs touch
    assert of.df == pytest.approx(18**2 / (4 * 9 + 2 * 7))


def test_conditional_parts_are_what_t2_loses_without_the_attribute():
    rows = correlated(7, m=30, p=4)
    of = reference(rows)
    row = rows[3] + 2
    t2 = distances(of, [row])[0]
    for part in contributions(of, row, alpha=0.01):
        others = [k for k in range(4) if k != part.index]
        without = Reference(of.mean[others], of.covariance[np.ix_(others, others)], of.how, of.m, of.df)
        assert part.conditional == pytest.approx(t2 - distances(without, [row[others]])[0])
        deviation = (row[part.index] - rows[:, part.index].mean()) / rows[:, part.index].std(ddof=1)
        assert part.unconditional == pytest.approx(deviation**2)
        # Mason, Tracy & Young 1995: (m+1)/m F(1, m-1), and (m+1)(m-1)/(m (m-k-1)) F(1, m-k-1) given k = p - 1
        # others at their means; further out their prediction is worse
        assert part.unconditional_limit == pytest.approx(31 / 30 * stats.f.isf(0.01, 1, 29))
        at_means = 31 * 29 / (30 * 26) * stats.f.isf(0.01, 1, 26)
        rest = 30 / (31 * 29) * (t2 - part.conditional)
        assert part.conditional_limit == pytest.approx(at_means * (1 + rest))


def test_term_limits_hold_by_simulation():
    rng = np.random.default_rng(12)
    single = full = 0
    for _ in range(600):
        part = contributions(reference(rng.standard_normal((7, 3))), rng.standard_normal(3), alpha=0.2)[1]
        single += part.unconditional > part.unconditional_limit
        full += part.conditional > part.conditional_limit
    assert single / 600 == pytest.approx(0.2, abs=4 * math.sqrt(0.16 / 600))
    assert full / 600 == pytest.approx(0.2, abs=4 * math.sqrt(0.16 / 600))


def test_a_broken_relation_shows_in_the_conditional_part_alone():
    of = given_reference([0, 0], [[1, 0.95], [0.95, 1]])
    first, second = contributions(of, [1.5, -1.5])
    assert first.unconditional < first.unconditional_limit == pytest.approx(9)
    assert first.conditional > first.conditional_limit == pytest.approx(9)
    assert second.conditional == pytest.approx(first.conditional)
    assert hotelling([[1.5, -1.5]], of, Phase.TWO).beyond.all()


def test_every_decomposition_adds_up_to_t2():
    of = reference(correlated(5))
    row = of.mean + np.array([3, -1, 2])
    t2 = distances(of, [row])[0]
    parts = contributions(of, row)
    for order in itertools.permutations(range(3)):
        terms = decomposition(of, row, order)
        assert sum(terms) == pytest.approx(t2)
        assert terms[0] == pytest.approx(parts[order[0]].unconditional)
        assert terms[-1] == pytest.approx(parts[order[-1]].conditional)
    assert decomposition(of, row) == decomposition(of, row, (0, 1, 2))
    assert why(decomposition, of, row, (0, 1, 1)) is Why.NOT_AN_INDEX


def test_parts_of_a_subgroup_are_of_its_mean():
    parts = contributions(FIBRE, [115.25, 1.04])
    assert parts[0].unconditional == pytest.approx(10 * 0.34**2 / 1.23)
    assert sum(decomposition(FIBRE, [115.25, 1.04])) == pytest.approx(2.16, abs=0.005)


def test_a_given_reference_has_the_limits_of_chi_squared():
    of = given_reference([1, 2, 3], np.diag([1, 4, 9]))
    assert upper_limit(of, Phase.TWO, alpha=0.01).value == pytest.approx(stats.chi2.isf(0.01, 3))
    assert hotelling([[2, 4, 6]], of, Phase.TWO).t2[0] == pytest.approx(3)


def test_one_attribute_is_a_chart_of_individuals():
    rows = correlated(2, p=1)
    of = reference(rows)
    t2 = hotelling(rows, of, Phase.ONE).t2
    assert t2 == pytest.approx(((rows[:, 0] - rows.mean()) / rows.std(ddof=1)) ** 2)


def test_the_overall_probability_is_shared_out():
    assert 1 - (1 - alpha_of_each(0.05, 30)) ** 30 == pytest.approx(0.05)
    assert why(alpha_of_each, 1.0, 3) is Why.OUT_OF_RANGE
    assert why(alpha_of_each, 0.05, 0) is Why.TOO_FEW


@pytest.mark.parametrize("how", [Covariance.SAMPLE, Covariance.SUCCESSIVE])
@pytest.mark.parametrize("units", [(1e-12, 1e12, 1.0), (1e12, 1e12, 1e12), (1e-12, 1e-12, 1e-12)])
def test_units_change_nothing(how, units):
    rows = correlated(4)
    plain = hotelling(rows, reference(rows, how=how), Phase.ONE)
    scaled = hotelling(rows * units, reference(rows * units, how=how), Phase.ONE)
    assert scaled.t2 == pytest.approx(plain.t2)


def test_what_has_no_inverse_is_refused_with_its_reason():
    rows = correlated(0)
    dependent = np.column_stack([rows, rows[:, 0] - 2 * rows[:, 1]])
    for how in (Covariance.SAMPLE, Covariance.SUCCESSIVE):
        assert refusal(reference, dependent, how=how) == (Why.SINGULAR, "covariance")
        flat = rows.copy()
        flat[:, 1] = 0.1
        assert refusal(reference, flat, how=how) == (Why.CONSTANT, "1")
    assert why(given_reference, [0, 0], [[1, 1], [1, 1]]) is Why.SINGULAR
    assert why(given_reference, [0, 0], [[1, 0.5], [0.2, 1]]) is Why.SINGULAR
    assert why(given_reference, [0, 0], [[1, 0], [0, 0]]) is Why.CONSTANT
    assert why(reference_of_groups, np.arange(12.0).repeat(3).reshape(12, 3, 1)) is Why.CONSTANT


def test_too_little_and_the_wrong_shape_are_refused():
    rows = correlated(0)
    assert why(reference, rows[:4]) is Why.TOO_FEW
    assert reference(rows[:5]).status is LimitStatus.RUN_CHART
    assert why(reference, rows * np.nan) is Why.EMPTY
    assert why(reference, np.empty((5, 0))) is Why.EMPTY
    assert why(reference, [[1, math.inf]]) is Why.NOT_FINITE
    assert why(reference, [1, 2, 3]) is Why.NOT_TWO_DIMENSIONAL
    assert why(reference, rows, how=Covariance.POOLED) is Why.OUT_OF_RANGE
    gaps = rows.copy()
    gaps[1::2] = np.nan
    assert why(reference, gaps, how=Covariance.SUCCESSIVE) is Why.TOO_FEW
    of = reference(rows)
    assert why(hotelling, rows[:, :2], of, Phase.TWO) is Why.SIZES_DIFFER
    assert why(hotelling, rows, of, Phase.TWO, alpha=0.0) is Why.OUT_OF_RANGE
    assert why(contributions, of, rows[0], alpha=1.0) is Why.OUT_OF_RANGE
    assert why(contributions, of, [1, np.nan, 2]) is Why.EMPTY
    assert why(contributions, of, [1, 2]) is Why.SIZES_DIFFER
    assert why(hotelling, rows, FIBRE, Phase.TWO) is Why.NOT_TWO_DIMENSIONAL
    assert why(hotelling, np.zeros((2, 9, 2)), FIBRE, Phase.TWO) is Why.SIZES_DIFFER
    assert why(reference_of_groups, rows) is Why.NOT_TWO_DIMENSIONAL
    assert why(reference_of_groups, [[[math.inf], [1]]]) is Why.NOT_FINITE
    assert why(reference_of_groups, [[[math.nan], [1]]]) is Why.EMPTY
    assert why(reference_of_groups, [[[1, 2]], [[2, 3]]]) is Why.TOO_FEW
    assert why(given_reference, [[0]], [[1]]) is Why.NOT_TWO_DIMENSIONAL
    assert why(given_reference, [0, 1], [[1]]) is Why.SIZES_DIFFER
    assert why(given_reference, [np.nan], [[1]]) is Why.NOT_FINITE


def test_a_million_rows():
    rows = np.random.default_rng(1).standard_normal((1_000_000, 3))
    chart = hotelling(rows, reference(rows, how=Covariance.SUCCESSIVE), Phase.ONE)
    assert np.mean(chart.beyond) == pytest.approx(0.0027, abs=0.0003)

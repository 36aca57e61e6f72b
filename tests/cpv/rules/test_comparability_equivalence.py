"""Two one-sided tests: beside statsmodels and scipy, by hand, at their boundaries, and invariants."""

from math import exp, log, nan, sqrt
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from cpv.rules.basis import Note, Why
from cpv.rules.comparability.basis import Design, Margin, Scale, moments
from cpv.rules.comparability.equivalence import Equivalence, Verdict, tost, tost_paired
from tests.cpv.rules.given import by_id, why

REFERENCE = [91.2, 93.5, 90.1, 94.8, 92.7, 91.9]
TEST = [92.4, 90.8, 94.1, 93.3, 95.0]
UNPAIRED = [(Design.POOLED, "pooled"), (Design.WELCH, "unequal")]


def by_hand(before: list[float], after: list[float], low: float, high: float) -> tuple[float, ...]:
    """Welch's test as in a textbook: estimate, standard error, df, both p values."""
    v1, v2 = stdev(before) ** 2 / len(before), stdev(after) ** 2 / len(after)
    d, se = fmean(after) - fmean(before), sqrt(v1 + v2)
    df = (v1 + v2) ** 2 / (v1**2 / (len(before) - 1) + v2**2 / (len(after) - 1))
    return d, se, df, 1 - stats.t.cdf((d - low) / se, df), stats.t.cdf((d - high) / se, df)


@pytest.mark.parametrize(("design", "variances"), UNPAIRED)
@pytest.mark.parametrize("seed", range(4))
def test_two_groups_agree_with_statsmodels(design: Design, variances: str, seed: int) -> None:
    """Oracle: statsmodels 0.15 `ttost_ind`; the interval's oracle is scipy's `ttest_ind` at 1 - 2 alpha."""
    rng = np.random.default_rng(seed)
    before, after = rng.normal(90, 2, 4 + seed), rng.normal(90.5, 3, 6)
    answer = tost(before, after, Margin(-3, 2.5), design=design)
    p, lower, upper = ttost_ind(after, before, -3, 2.5, usevar=variances)
    assert (answer.p_lower, answer.p_upper) == pytest.approx((lower[1], upper[1]), rel=1e-9)
    assert answer.p == pytest.approx(p, rel=1e-9)
    assert answer.df == pytest.approx(lower[2], rel=1e-9)
    interval = stats.ttest_ind(after, before, equal_var=variances == "pooled").confidence_interval(0.9)
    assert (answer.low, answer.high) == pytest.approx(tuple(interval), rel=1e-9)


def test_pairs_agree_with_statsmodels() -> None:
    """Oracle: statsmodels 0.15 `ttost_paired`."""
    after = [value + shift for value, shift in zip(REFERENCE, (0.3, -0.2, 0.6, 0.1, -0.4, 0.5), strict=True)]
    answer = tost_paired(by_id(REFERENCE), by_id(after), Margin.within(1))
    p, lower, upper = ttost_paired(np.array(after), np.array(REFERENCE), -1, 1)
    assert (answer.p_lower, answer.p_upper, answer.p) == pytest.approx((lower[1], upper[1], p), rel=1e-9)
    assert answer.df == 5
    assert answer.verdict is Verdict.EQUIVALENT


def test_ratios_on_the_logarithmic_scale_agree_with_statsmodels() -> None:
    """Oracle: statsmodels 0.15 `ttost_ind` with transform=log, which wants the margin as ratios too."""
    before, after = [1.9, 2.4, 2.1, 1.7, 2.2], [2.0, 2.5, 1.8, 2.3]
    answer = tost(before, after, Margin(0.8, 1.25, Scale.LOG), design=Design.POOLED)
    p, lower, upper = ttost_ind(np.array(after), np.array(before), 0.8, 1.25, transform=np.log)
    assert (answer.p, answer.p_lower, answer.p_upper) == pytest.approx((p, lower[1], upper[1]), rel=1e-9)
    geometric = exp(fmean(map(log, after)) - fmean(map(log, before)))
    assert answer.estimate == pytest.approx(geometric)
    assert answer.low is not None
    assert answer.high is not None
    assert answer.low * answer.high == pytest.approx(geometric**2)


@settings(max_examples=30, deadline=None)
@given(
    before=st.lists(st.integers(-500, 500), min_size=3, max_size=9, unique=True),
    after=st.lists(st.integers(-500, 500), min_size=3, max_size=9, unique=True),
    size=st.integers(1, 800),
)
def test_welch_agrees_with_the_textbook_and_the_interval_with_the_p_values(
    before: list[int], after: list[int], size: int
) -> None:
    answer = tost(before, after, Margin.within(size))
    d, se, df, lower, upper = by_hand([*map(float, before)], [*map(float, after)], -size, size)
    assert (answer.estimate, answer.standard_error, answer.df) == pytest.approx((d, se, df), abs=1e-9)
    assert (answer.p_lower, answer.p_upper) == pytest.approx((lower, upper), abs=1e-9)
    if abs(answer.p - 0.05) > 1e-9:
        assert (answer.verdict is Verdict.EQUIVALENT) == (answer.p < 0.05)


def test_pitfall_16_alpha_is_per_side_and_the_interval_has_confidence_1_less_2_alpha() -> None:
    answer = tost(REFERENCE, TEST, Margin.within(3), alpha=0.025)
    assert answer.confidence == 0.95
    interval = stats.ttest_ind(TEST, REFERENCE, equal_var=False).confidence_interval(0.95)
    assert (answer.low, answer.high) == pytest.approx(tuple(interval))


def test_pitfall_16_pairs_need_equal_ids() -> None:
    assert (
        why(tost_paired, {"A": 1, "B": 2, "C": 3}, {"A": 1, "B": 2, "D": 3}, Margin.within(1))
        is Why.IDS_DIFFER
    )
    assert why(tost, REFERENCE, REFERENCE, Margin.within(1), design=Design.PAIRED) is Why.IDS_DIFFER


def test_pairs_are_matched_by_id_and_not_by_place() -> None:
    before, after = by_id(REFERENCE), by_id([value + 0.1 * value % 0.7 for value in REFERENCE])
    turned = dict(reversed(after.items()))
    assert tost_paired(before, turned, Margin.within(1)) == tost_paired(before, after, Margin.within(1))


def test_pitfall_16_fewer_than_three_are_refused() -> None:
    assert why(tost, [1, 2], TEST, Margin.within(1)) is Why.TOO_FEW
    assert why(tost, REFERENCE, [1, 2, nan], Margin.within(1)) is Why.TOO_FEW
    halves = {"A": 1.0, "B": 2.0, "C": 3.0}
    assert why(tost_paired, halves, {**halves, "B": nan}, Margin.within(1)) is Why.TOO_FEW
    assert tost([1, 2, 4], [1, 2, 4], Margin.within(1)).material.n_test == 3


def test_a_pair_with_a_missing_half_is_left_out_and_named() -> None:
    before, after = by_id([1.0, 2.0, nan, 4.0, 5.5]), by_id([1.1, nan, 3.0, 4.3, 5.4])
    answer = tost_paired(before, after, Margin.within(1))
    assert answer.material.left_out == ("D1", "D2")
    assert answer.material.n_reference == answer.material.n_test == 3
    assert Note.MISSING_LEFT_OUT in answer.notes
    whole = tost_paired(by_id([1.0, 4.0, 5.5]), by_id([1.1, 4.3, 5.4]), Margin.within(1))
    assert (answer.estimate, answer.p) == (whole.estimate, whole.p)


def test_missing_lots_are_left_out_and_said() -> None:
    answer = tost([*REFERENCE, nan], TEST, Margin.within(3))
    assert answer.material.n_reference == len(REFERENCE)
    assert Note.MISSING_LEFT_OUT in answer.notes
    assert answer.p == tost(REFERENCE, TEST, Margin.within(3)).p


@pytest.mark.parametrize(
    ("shift", "size", "verdict"),
    [
        (0, 4, Verdict.EQUIVALENT),
        (0, 0.5, Verdict.NOT_SHOWN),
        (3, 4, Verdict.NOT_SHOWN),
        (9, 4, Verdict.DIFFERENT),
        (-9, 4, Verdict.DIFFERENT),
    ],
)
def test_verdicts(shift: float, size: float, verdict: Verdict) -> None:
    assert tost(REFERENCE, [value + shift for value in REFERENCE], Margin.within(size)).verdict is verdict


def test_an_interval_that_just_touches_its_limit_is_not_inside() -> None:
    answer = tost(REFERENCE, TEST, Margin(-5, 5))
    assert answer.high is not None
    assert tost(REFERENCE, TEST, Margin(-5, answer.high)).verdict is Verdict.NOT_SHOWN
    assert tost(REFERENCE, TEST, Margin(-5, np.nextafter(answer.high, 9))).verdict is Verdict.EQUIVALENT
    assert answer.low is not None
    lifted = [value + 20 for value in TEST]
    touched = tost(REFERENCE, lifted, Margin(-5, tost(REFERENCE, lifted, Margin.within(5)).low))
    assert touched.verdict is Verdict.NOT_SHOWN


def test_one_limit_makes_it_a_test_of_non_inferiority() -> None:
    """Oracle: scipy's `ttest_ind` with alternative="greater" on values moved by the margin."""
    answer = tost(REFERENCE, TEST, Margin(lower=-2, upper=None))
    moved = stats.ttest_ind([value + 2 for value in TEST], REFERENCE, equal_var=False, alternative="greater")
    assert answer.p == answer.p_lower == pytest.approx(moved.pvalue)
    assert answer.p_upper is None
    assert answer.verdict is Verdict.NON_INFERIOR
    assert Note.ONE_SIDED in answer.notes
    higher = [value + 50 for value in TEST]
    assert tost(REFERENCE, higher, Margin(lower=-2, upper=None)).verdict is Verdict.NON_INFERIOR
    assert tost(REFERENCE, higher, Margin(lower=None, upper=2)).verdict is Verdict.DIFFERENT
    assert tost(REFERENCE, TEST, Margin(lower=None, upper=0.1)).verdict is Verdict.NOT_SHOWN


def test_no_spread_at_all_has_no_answer_but_spread_on_one_side_has() -> None:
    assert why(tost, [2, 2, 2], [2, 2, 2], Margin.within(1)) is Why.CONSTANT
    assert why(tost, [0, 0, 0], [0, 0, 0], Margin.within(1)) is Why.CONSTANT
    assert why(tost_paired, by_id([0.1, 0.2, 0.3]), by_id([0.3, 0.4, 0.5]), Margin.within(1)) is Why.CONSTANT
    answer = tost([2, 2, 2, 2], [1, 2, 3], Margin.within(3))
    assert answer.df == pytest.approx(2)
    assert Note.ZERO_SIGMA in answer.notes


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_huge_and_tiny_scales(scale: float) -> None:
    one = tost(REFERENCE, TEST, Margin.within(3))
    other = tost([v * scale for v in REFERENCE], [v * scale for v in TEST], Margin.within(3 * scale))
    assert (other.p_lower, other.p_upper, other.df) == pytest.approx((one.p_lower, one.p_upper, one.df))
    assert other.verdict is one.verdict


def test_a_ratio_that_no_float_holds_is_none_and_said() -> None:
    answer = tost([1e-300, 1e300, 1e-300], [1e300, 1e-300, 1e300], Margin(0.8, 1.25, Scale.LOG))
    assert answer.high is None
    assert Note.UNBOUNDED in answer.notes
    assert answer.verdict is Verdict.NOT_SHOWN


@pytest.mark.parametrize(
    ("margin", "reason"),
    [
        (Margin(None, None), Why.NO_LIMITS),
        (Margin(0.5, 2), Why.NOT_POSITIVE),
        (Margin(-1, 0), Why.NOT_POSITIVE),
        (Margin(-1, float("inf")), Why.NOT_FINITE),
        (Margin(nan, 1), Why.NOT_FINITE),
        (Margin(0.0, 1.25, Scale.LOG), Why.NOT_POSITIVE),
        (Margin(1.1, 1.25, Scale.LOG), Why.NOT_POSITIVE),
    ],
)
def test_margins_without_room_are_refused(margin: Margin, reason: Why) -> None:
    assert why(tost, REFERENCE, TEST, margin) is reason


def test_what_cannot_be_read_is_refused() -> None:
    assert why(tost, [0, 1, 2], [1, 2, 3], Margin.within(1.25, Scale.LOG)) is Why.NOT_POSITIVE
    assert why(tost, [1, 2, float("inf")], TEST, Margin.within(1)) is Why.NOT_FINITE
    assert why(tost, [nan, nan, nan], TEST, Margin.within(1)) is Why.EMPTY
    for alpha in (0, 0.5, -0.1, nan):
        assert why(tost, REFERENCE, TEST, Margin.within(1), alpha=alpha) is Why.NOT_A_SHARE
    for size, reason in ((0, Why.NOT_POSITIVE), (-1, Why.NOT_POSITIVE), (nan, Why.NOT_FINITE)):
        assert why(Margin.within, size) is reason


def test_turning_the_sides_turns_the_answer() -> None:
    one: Equivalence = tost(REFERENCE, TEST, Margin(-3, 2))
    other = tost(TEST, REFERENCE, Margin(-2, 3))
    assert (one.p_lower, one.p_upper) == pytest.approx((other.p_upper, other.p_lower))
    assert one.low == pytest.approx(-other.high)


def test_a_million_lots() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=(2, 10**6))
    assert tost(before, after, Margin.within(0.01)).verdict is Verdict.EQUIVALENT


def test_moments_hold_at_the_edge_of_floats() -> None:
    assert moments(np.array([1e308, 1.2e308, 1.4e308])) == pytest.approx((1.2e308, 0.2e308))

"""Run rules on whole series: every definition at its edge, pitfalls by name, and against the slow reference."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpv.rules.basis import Estimator, Limits, Note, Why
from cpv.rules.runs import (
    FOR_ATTRIBUTES,
    INFORM_ONLY,
    NELSON,
    RULE_1,
    WESTERN_ELECTRIC,
    Mixture,
    PointLimits,
    Rule,
    RuleSet,
    Side,
    Signal,
    appeared_and_vanished,
    evaluate,
)
from tests.cpv.rules.given import refusal, why
from tests.cpv.rules.runs_given import limits, slow

ALL = RuleSet(frozenset(Rule))
# quarters are exact in binary, so that points fall on lines and on each other
LEVELS = st.sampled_from([step / 4 for step in range(-14, 15)] + [nan])
STANDARD = limits()


def only(rule: Rule, values: list[float], **counts: object) -> list[Signal]:
    rules = replace(RuleSet.of(rule), **counts)
    return list(evaluate(values, STANDARD, rules))


def where(rule: Rule, values: list[float], **counts: object) -> list[tuple[int, int]]:
    return [(one.first_index, one.index) for one in only(rule, values, **counts)]


def test_pitfall_1_a_point_on_the_limit_is_inside_and_x_is_compared_with_the_stored_limit() -> None:
    # (x - center) / sigma is 3.0000000000000004 here although x is the limit itself
    tight = limits(center=0.1, sigma=0.1, upper=0.4, lower=-0.2)
    assert (0.4 - 0.1) / 0.1 > 3
    assert not len(evaluate([0.4, -0.2, 0.1], tight, RULE_1))
    assert list(evaluate([np.nextafter(0.4, 1)], tight, RULE_1)) == [Signal(Rule.NELSON_1, 0, 0, Side.UPPER)]
    assert list(evaluate([np.nextafter(-0.2, -1)], tight, RULE_1)) == [
        Signal(Rule.NELSON_1, 0, 0, Side.LOWER)
    ]


@pytest.mark.parametrize("count", [7, 8, 9])
def test_pitfall_2_the_count_of_points_on_one_side_is_part_of_the_rule(count: int) -> None:
    assert where(Rule.NELSON_2, [0.5] * (count - 1), same_side=count) == []
    assert where(Rule.NELSON_2, [-0.5] * count, same_side=count) == [(0, count - 1)]
    assert where(Rule.WESTERN_4, [0.5] * count, western_same_side=count) == [(0, count - 1)]


def test_pitfall_2_a_point_on_the_center_breaks_the_run() -> None:
    assert where(Rule.NELSON_2, [0.5] * 8 + [0.0] + [0.5] * 8) == []


@pytest.mark.parametrize("count", [6, 7])
def test_pitfall_3_a_trend_is_counted_in_points_and_a_tie_breaks_it(count: int) -> None:
    rising = [step / 10 for step in range(count)]
    assert where(Rule.NELSON_3, rising, trend=count) == [(0, count - 1)]
    assert where(Rule.NELSON_3, rising[:-1], trend=count) == []
    assert where(Rule.NELSON_3, [*rising[:-1], rising[-2], rising[-1]], trend=count) == []
    assert only(Rule.NELSON_3, rising[::-1], trend=count)[0].side is Side.LOWER


@pytest.mark.parametrize("count", [14, 15])
def test_pitfall_3_alternating_is_counted_in_points_and_a_tie_breaks_it(count: int) -> None:
    swinging = [0.5 * (-1) ** step for step in range(count)]
    assert where(Rule.NELSON_4, swinging, alternating=count) == [(0, count - 1)]
    assert where(Rule.NELSON_4, swinging[1:], alternating=count) == []
    assert where(Rule.NELSON_4, [*swinging[:-1], swinging[-2]], alternating=count) == []


def test_pitfall_3_coarse_rounding_is_noted() -> None:
    assert evaluate([1.0, 2.0, 1.0, 2.0, 1.0, 3.0], STANDARD, NELSON).notes == (Note.FEW_DISTINCT,)
    assert evaluate([1.0, 2.0, 3.0, 4.0, 5.0], STANDARD, NELSON).notes == ()
    # the first hundred alone do not decide it
    assert evaluate([1.0, 2.0] * 60 + [3.0, 4.0, 5.0], STANDARD, NELSON).notes == ()


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([2.5, 2.5], [(0, 1)]),  # an early window
        ([2.5, -2.5, 2.5], [(0, 2)]),  # the middle one may lie anywhere
        ([0.0, 2.5, 2.5], [(1, 2)]),
        ([2.5, 2.5, 0.0], [(0, 1)]),  # the last has to be beyond
        ([2.5, -2.5, -0.5], []),  # not on one side
        ([2.5, 0.0, 0.0, 2.5], []),
        ([2.0, 2.0, 2.0], []),  # strict
        ([2.5, 2.5, 2.5], [(0, 1), (0, 2)]),
    ],
)
def test_pitfall_4_two_of_three(values: list[float], found: list[tuple[int, int]]) -> None:
    assert where(Rule.NELSON_5, values) == found
    assert where(Rule.WESTERN_2, [-value for value in values]) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1.5] * 4, [(0, 3)]),
        ([1.5, 1.5, -2.5, 1.5, 1.5], [(0, 4)]),
        ([0.0, 1.5, 1.5, 1.5, 1.5], [(1, 4)]),
        ([1.5, 1.5, 1.5, 1.5, 0.0], [(0, 3)]),
        ([1.5, 1.5, 0.0, 0.0, 1.5, 1.5], []),
        ([1.0] * 5, []),
        ([1.5, -1.5, 1.5, -1.5, 1.5], []),
    ],
)
def test_pitfall_4_four_of_five(values: list[float], found: list[tuple[int, int]]) -> None:
    assert where(Rule.NELSON_6, values) == found
    assert where(Rule.WESTERN_3, [-value for value in values]) == found


def test_pitfall_5_rule_7_is_inclusive_needs_fifteen_and_never_alarms() -> None:
    assert where(Rule.NELSON_7, [1.0, -1.0] * 7 + [1.0]) == [(0, 14)]
    assert where(Rule.NELSON_7, [0.5] * 14) == []
    assert where(Rule.NELSON_7, [0.5] * 14 + [1.25]) == []
    assert {Rule.NELSON_7} == INFORM_ONLY


def test_pitfall_5_rule_8_either_side_or_both() -> None:
    one_side, both = [1.5] * 8, [1.5] * 7 + [-1.5]
    assert where(Rule.NELSON_8, one_side) == where(Rule.NELSON_8, both) == [(0, 7)]
    assert where(Rule.NELSON_8, one_side, mixture_sides=Mixture.BOTH_SIDES) == []
    assert where(Rule.NELSON_8, [-1.5] * 8, mixture_sides=Mixture.BOTH_SIDES) == []
    assert where(Rule.NELSON_8, both, mixture_sides=Mixture.BOTH_SIDES) == [(0, 7)]
    # the other side has to be among the last eight
    assert where(Rule.NELSON_8, [-1.5] + [1.5] * 8, mixture_sides=Mixture.BOTH_SIDES) == [(0, 7)]
    assert where(Rule.NELSON_8, [1.5] * 7 + [1.0]) == []


def test_pitfall_6_one_signal_for_each_new_point_with_its_first_and_none_for_good_points() -> None:
    assert where(Rule.NELSON_2, [-0.5, *[0.5] * 11, -0.5]) == [(1, 9), (1, 10), (1, 11)]
    every = list(evaluate([3.5, 3.5, 0.5], STANDARD, NELSON))
    assert [(one.rule, one.index) for one in every] == [
        (Rule.NELSON_1, 0),
        (Rule.NELSON_1, 1),
        (Rule.NELSON_5, 1),
    ]


def test_pitfall_7_no_pattern_crosses_a_phase() -> None:
    patterns = {
        Rule.NELSON_2: [0.5] * 9,
        Rule.NELSON_3: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        Rule.NELSON_4: [0.5, -0.5] * 7,
        Rule.NELSON_5: [2.5, 0.0, 2.5],
        Rule.NELSON_6: [1.5, 0.0, 1.5, 1.5, 1.5],
        Rule.NELSON_7: [0.5] * 15,
        Rule.NELSON_8: [1.5] * 8,
    }
    for rule, values in patterns.items():
        rules = RuleSet.of(rule)
        assert len(evaluate(values, STANDARD, rules)) == 1
        for start in range(1, len(values)):
            assert not len(evaluate(values, STANDARD, rules, phase_starts=[start])), (rule, start)
        assert len(evaluate(values, STANDARD, rules, phase_starts=[0, len(values)])) == 1


def test_pitfall_7_missing_points_are_left_out_of_the_order() -> None:
    values = [0.5, nan, *[0.5] * 4, nan, nan, *[0.5] * 4]
    found = evaluate(values, STANDARD, RuleSet.of(Rule.NELSON_2))
    assert list(found) == [Signal(Rule.NELSON_2, 11, 0, Side.UPPER)]
    assert found.notes == (Note.MISSING_LEFT_OUT,)


def test_pitfall_8_variable_limits_judge_standardised_values() -> None:
    center, sigma = np.full(6, 10.0), np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    varying = PointLimits(center, sigma, center - 3 * sigma, center + 3 * sigma)
    # raw values rise, standardised ones do not
    found = evaluate(10 + 0.5 * sigma, varying, RuleSet.of(Rule.NELSON_3))
    assert not len(found)
    assert len(evaluate(10 + 0.5 * sigma, limits(10, 6), RuleSet.of(Rule.NELSON_3))) == 1
    # each point beyond its own two sigma
    assert evaluate(10 + 2.5 * sigma, varying, RuleSet.of(Rule.NELSON_5)).index.tolist() == [1, 2, 3, 4, 5]
    assert {int(rule[-1]) for rule in NELSON.restricted_to(FOR_ATTRIBUTES).rules} == {1, 2, 3, 4}


def test_pitfall_9_zero_sigma_gives_no_signals() -> None:
    flat = limits(5.0, 0.0)
    found = evaluate([5.0] * 20 + [6.0] * 20, flat, ALL)
    assert not len(found)
    assert Note.ZERO_SIGMA in found.notes
    # points that are all equal may well be judged, and signal
    steady = evaluate([0.5] * 20, STANDARD, ALL)
    assert Note.ZERO_SIGMA not in steady.notes
    assert len(steady)
    varying = PointLimits(*(np.array([0.0, 0.0]), np.array([0.0, 1.0]), np.full(2, -3.0), np.full(2, 3.0)))
    assert evaluate([9.0, 9.0], varying, RULE_1).index.tolist() == [1]


def test_pitfall_11_a_side_without_a_limit_never_speaks() -> None:
    upper_only = limits(lower=None)
    assert not len(evaluate([-99.0], upper_only, RULE_1))
    assert len(evaluate([99.0], upper_only, RULE_1)) == 1
    # a limit of zero is a limit, and a zero lies on it
    assert not len(evaluate([0.0], limits(center=2.0, lower=0.0), RULE_1))


def test_pitfall_17_a_late_result_changes_what_was_said_and_the_difference_is_shown() -> None:
    rules = RuleSet.of(Rule.NELSON_2, Rule.NELSON_1)
    before = evaluate([0.5] * 9 + [4.0], STANDARD, rules)
    after = evaluate([0.5] * 4 + [-0.5] + [0.5] * 5 + [4.0], STANDARD, rules)
    appeared, vanished = appeared_and_vanished(before, after, inserted=[4])
    assert appeared == ()
    assert [(one.index, one.first_index) for one in vanished] == [(9, 0), (10, 0)]
    appeared, vanished = appeared_and_vanished(after, after)
    assert appeared == vanished == ()
    assert why(appeared_and_vanished, before, after) is Why.SIZES_DIFFER


@settings(max_examples=80)
@given(
    values=st.lists(LEVELS, max_size=60),
    starts=st.lists(st.integers(0, 60), max_size=3),
    mixture=st.sampled_from(Mixture),
    counts=st.fixed_dictionaries({name: st.integers(3, 9) for name in ("same_side", "trend", "alternating")}),
)
def test_against_the_slow_reference(
    values: list[float], starts: list[int], mixture: Mixture, counts: dict[str, int]
) -> None:
    rules = replace(ALL, mixture_sides=mixture, mixture=4, stratified=5, western_same_side=4, **counts)
    starts = [start for start in starts if start <= len(values)]
    found = list(evaluate(values, STANDARD, rules, phase_starts=starts))
    assert found == slow(values, [STANDARD] * len(values), rules, starts)


def test_against_the_slow_reference_on_long_drifting_series_with_usual_counts() -> None:
    rng = np.random.default_rng(3)
    for drift in (0.0, 0.8, 1.6):
        values = np.round(rng.normal(size=400) + drift * np.sin(np.arange(400) / 40), 1)
        values[rng.random(400) < 0.05] = nan
        values[200:230] *= 0.3
        found = list(evaluate(values, STANDARD, ALL, phase_starts=[111, 300]))
        assert found == slow(values.tolist(), [STANDARD] * 400, ALL, [111, 300])


def test_against_the_slow_reference_with_limits_of_each_point() -> None:
    rng = np.random.default_rng(4)
    lines = [
        limits(c, s) for c, s in zip(rng.normal(size=300), rng.choice([0.0, 0.5, 1, 2], 300), strict=True)
    ]
    values = np.array(
        [
            line.center + line.sigma * value
            for line, value in zip(lines, rng.normal(0.7, 1.2, 300), strict=True)
        ]
    )
    values[rng.random(300) < 0.05] = nan
    varying = PointLimits.of_phases(lines, range(300), 300)
    found = list(evaluate(values, varying, ALL, phase_starts=[150]))
    assert found == slow(values.tolist(), lines, ALL, [150], z=True)


def test_limits_of_phases_are_spread_over_their_points() -> None:
    spread = PointLimits.of_phases([limits(0, 1), limits(5, 2, lower=None)], [0, 2], 3)
    assert spread.center.tolist() == [0, 0, 5]
    assert spread.upper.tolist() == [3, 3, 11]
    assert np.isnan(spread.lower).tolist() == [False, False, True]
    for starts, reason in (([0], Why.SIZES_DIFFER), ([1, 2], Why.SIZES_DIFFER), ([0, 9], Why.NOT_AN_INDEX)):
        assert why(PointLimits.of_phases, [limits(), limits()], starts, 3) is reason


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_scales_do_not_matter(scale: float) -> None:
    values = np.round(np.random.default_rng(5).normal(0.5, 1.2, 500), 2)
    usual = list(evaluate(values, STANDARD, ALL))
    scaled = evaluate(values * scale, limits(0.0, scale), ALL)
    # on a line a product may round to the other side: no value is on one
    assert list(scaled) == usual
    assert len(usual) > 50


def test_standardised_values_beyond_all_numbers_are_still_beyond_their_lines() -> None:
    tiny = PointLimits(np.zeros(2), np.full(2, 1e-300), np.full(2, -3e-300), np.full(2, 3e-300))
    assert evaluate([1e12, 1e12], tiny, RULE_1).index.tolist() == [0, 1]


def test_nothing_short_and_missing_series() -> None:
    for values in ([], [0.5], [nan] * 30):
        assert list(evaluate(values, STANDARD, ALL)) == []
    assert list(evaluate([4.0], STANDARD, RULE_1))
    assert list(evaluate([0.5] * 30, STANDARD, RuleSet(frozenset()))) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (limits(sigma=-1.0), Why.NOT_POSITIVE),
        (limits(center=nan), Why.NOT_FINITE),
        (limits(upper=inf), Why.NOT_FINITE),
        (limits(upper=nan), Why.NOT_FINITE),
        (limits(upper=-4.0), Why.LIMITS_CROSSED),
        (PointLimits(*np.zeros((4, 2))), Why.SIZES_DIFFER),
        (PointLimits(*np.full((4, 3), inf)), Why.NOT_FINITE),
        (PointLimits(*np.full((4, 3), -1.0)), Why.NOT_POSITIVE),
        (PointLimits(np.zeros(3), np.ones(3), np.ones(3), np.zeros(3)), Why.LIMITS_CROSSED),
    ],
)
def test_limits_that_are_none_are_refused(bad: Limits | PointLimits, reason: Why) -> None:
    assert why(evaluate, [0.0, 1.0, 2.0], bad, NELSON) is reason


def test_infinite_points_and_phases_outside_are_refused() -> None:
    assert why(evaluate, [0.0, inf], STANDARD, NELSON) is Why.NOT_FINITE
    for start in (-1, 3):
        assert why(evaluate, [0.0, 1.0], STANDARD, NELSON, phase_starts=[start]) is Why.NOT_AN_INDEX


def test_signals_are_read_by_rule_and_by_point() -> None:
    found = evaluate([3.5, 3.5, 0.5], STANDARD, NELSON)
    assert found.of(Rule.NELSON_1).tolist() == [0, 1]
    assert [one.rule for one in found.at(1)] == [Rule.NELSON_1, Rule.NELSON_5]
    assert found.at(2) == ()


def test_a_rule_set_goes_to_json_and_back_and_refuses_strange_counts() -> None:
    chosen = replace(NELSON, trend=7, mixture_sides=Mixture.BOTH_SIDES)
    assert RuleSet.from_dict(chosen.as_dict()) == chosen
    assert chosen.as_dict()["rules"] == [f"nelson_{number}" for number in range(1, 9)]
    assert (NELSON.longest, WESTERN_ELECTRIC.longest, RULE_1.longest) == (15, 8, 1)
    for count in (2, 51, 9.0):
        assert refusal(replace, NELSON, same_side=count) == (Why.NOT_A_COUNT, "same_side")


def test_a_million_points_with_all_eight_rules() -> None:
    values = np.random.default_rng(6).normal(size=1_000_000)
    found = evaluate(values, Limits(0.0, 1.0, -3.0, 3.0, 3.0, Estimator.GIVEN, 100), NELSON)
    # 2 * (1 - Phi(3)) of points are beyond three sigma
    assert found.of(Rule.NELSON_1).size == np.count_nonzero(np.abs(values) > 3)
    assert 2500 < found.of(Rule.NELSON_1).size < 2900

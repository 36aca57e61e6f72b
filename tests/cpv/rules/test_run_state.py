"""One more point judged from what the rules remember: the same signals as the whole history gives."""

import json
from dataclasses import replace
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpv.rules.basis import Limits, Why
from cpv.rules.runs import (
    NELSON,
    RULE_1,
    Mixture,
    PointLimits,
    Rule,
    RuleSet,
    RunState,
    Signal,
    begin,
    begin_phase,
    evaluate,
    update,
)
from tests.cpv.rules.given import why
from tests.cpv.rules.runs_given import limits

ALL = RuleSet(frozenset(Rule))
LEVELS = st.sampled_from([step / 4 for step in range(-14, 15)] + [nan])
STANDARD = limits()


def one_by_one(values: list[float], rules: RuleSet, starts: list[int]) -> list[Signal]:
    """Judge point after point, now and then from the JSON of the state before."""
    state, found = begin(rules, STANDARD), []
    for index, value in enumerate(values):
        if index in starts:
            state = begin_phase(state)
        if index % 7 == 0:
            state = RunState.from_dict(json.loads(json.dumps(state.as_dict())))
        state, signals = update(state, None if isnan(value) else value)
        found += signals
    return found


@settings(max_examples=60)
@given(
    values=st.lists(LEVELS, max_size=60),
    starts=st.lists(st.integers(0, 60), max_size=3),
    mixture=st.sampled_from(Mixture),
    counts=st.fixed_dictionaries({name: st.integers(3, 9) for name in ("same_side", "trend", "alternating")}),
)
def test_point_after_point_is_the_whole_history(
    values: list[float], starts: list[int], mixture: Mixture, counts: dict[str, int]
) -> None:
    rules = replace(ALL, mixture_sides=mixture, mixture=4, stratified=5, western_same_side=4, **counts)
    starts = [start for start in starts if start <= len(values)]
    assert one_by_one(values, rules, starts) == list(evaluate(values, STANDARD, rules, phase_starts=starts))


@pytest.mark.parametrize("rule", Rule)
def test_each_rule_alone_on_a_long_series(rule: Rule) -> None:
    rng = np.random.default_rng(7)
    values = np.round(rng.normal(size=400) + 1.2 * np.sin(np.arange(400) / 30), 1)
    values[rng.random(400) < 0.05] = nan
    values[150:160] = np.arange(10) / 5 - 1
    values[200:260] *= 0.3
    # swings, for the fourth rule, and the mixture of the eighth
    values[300:340] = np.round(rng.normal(0, 0.1, 40), 1) + 1.8 * (-1.0) ** np.arange(40)
    whole = list(evaluate(values, STANDARD, RuleSet.of(rule), phase_starts=[100, 370]))
    assert one_by_one(values.tolist(), RuleSet.of(rule), [100, 370]) == whole
    assert whole


def test_points_with_limits_of_their_own() -> None:
    rng = np.random.default_rng(8)
    sigmas = rng.choice([0.0, 0.5, 1, 2], 300)
    lines = [limits(c, s) for c, s in zip(rng.normal(size=300), sigmas, strict=True)]
    values = [
        line.center + line.sigma * float(z) for line, z in zip(lines, rng.normal(0.7, 1.2, 300), strict=True)
    ]
    state, found = begin(ALL, None), []
    for index, (value, line) in enumerate(zip(values, lines, strict=True)):
        if index == 150:
            state = RunState.from_dict(json.loads(json.dumps(begin_phase(state).as_dict())))
        state, signals = update(state, value, line)
        found += signals
    varying = PointLimits.of_phases(lines, range(300), 300)
    assert found == list(evaluate(values, varying, ALL, phase_starts=[150]))
    assert len(found) > 80


def test_a_phase_may_bring_new_limits() -> None:
    state, signals = update(begin(RULE_1, STANDARD), 5.0)
    assert [one.index for one in signals] == [0]
    moved = begin_phase(state, limits(center=5.0))
    assert update(moved, 5.0)[1] == ()
    assert moved.seen == 1


def test_pitfall_6_a_good_point_is_not_signalled_again() -> None:
    state = begin(NELSON, STANDARD)
    said = []
    for value in [2.5, 2.5, 0.5, -0.5]:
        state, signals = update(state, value)
        said.append(len(signals))
    assert said == [0, 1, 0, 0]


def test_pitfall_9_zero_sigma_gives_no_signals() -> None:
    state = begin(ALL, limits(5.0, 0.0))
    for value in [5.0] * 20 + [6.0] * 20:
        state, signals = update(state, value)
        assert signals == ()


def test_what_is_remembered_does_not_grow() -> None:
    def size(n: int) -> int:
        state = begin(ALL, STANDARD)
        for value in np.random.default_rng(9).normal(size=n).tolist():
            state, _ = update(state, value)
        return len(state.runs) + len(state.recent)

    assert size(20) == size(500)


def test_infinite_values_and_limits_that_do_not_fit_are_refused() -> None:
    fixed, open_ended = begin(NELSON, STANDARD), begin(NELSON, None)
    refused: list[tuple[RunState, float, Limits | None, Why]] = [
        (fixed, inf, None, Why.NOT_FINITE),
        (fixed, 1.0, STANDARD, Why.NO_LIMITS),
        (open_ended, 1.0, None, Why.NO_LIMITS),
    ]
    for state, value, own, reason in refused:
        assert why(update, state, value, own) is reason
    assert why(begin_phase, open_ended, STANDARD) is Why.NO_LIMITS
    assert why(begin, NELSON, limits(sigma=-1.0)) is Why.NOT_POSITIVE

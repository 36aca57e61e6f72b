"""What a plan costs, and what other rules would: against the numbers of the chains themselves."""

from dataclasses import replace

import numpy as np
import pytest

from cpv.rules.arl import Chart, average_run_length, expected_false_alarms
from cpv.rules.programme.costs import CHOICES, Choice, alternatives, cost_of
from cpv.rules.programme.false_signals import RECKONED, in_a_year
from cpv.rules.programme.plan import EWMA, Parameter, Plan, Source, SourceKind
from cpv.rules.runs import NELSON, RULE_1, RuleSet


def parameter(code: str, rules: RuleSet = RULE_1, **more) -> Parameter:
    return Parameter(code, code, Source(SourceKind.EXTERNAL), rules=rules, **more)


def a_plan(*parameters: Parameter) -> Plan:
    return Plan("A plan", "P", 100, parameters)


def rng() -> np.random.Generator:
    return np.random.default_rng(20)


def test_a_plan_costs_what_its_charts_cost_and_says_how_soon_each_speaks():
    plan = a_plan(parameter("A", ewma=None), parameter("B"))
    cost = cost_of(plan, {"B": 2}, rng())
    year = in_a_year(plan, {"B": 2}, rng())
    assert (cost.expected, cost.at_least_one) == (year.expected, year.at_least_one)
    assert [(it.of.code, it.of.charts, it.of.batches) for it in cost.each] == [("A", 1, 100), ("B", 2, 50)]
    # rule 1 alone: 1 in 370.4, and 43.9 batches until a shift of one sigma (Montgomery, table 9.1)
    assert cost.each[0].chart.in_control.mean == pytest.approx(370.4, abs=0.05)
    assert cost.each[0].chart.shifted.mean == pytest.approx(43.9, abs=0.05)
    assert cost.each[0].expected.value == pytest.approx(100 / 370.4, rel=0.01)
    assert cost.each[1].chart.shifted.mean < 9


def test_a_parameter_on_which_nothing_signals_costs_nothing_and_is_named():
    mute = parameter("M", RuleSet(frozenset()), ewma=None)
    with_it, without = (
        cost_of(a_plan(*them), {}, rng()) for them in ((mute, parameter("A")), (parameter("A"),))
    )
    assert with_it.silent == ("M",)
    assert with_it.expected == without.expected
    assert cost_of(a_plan(mute), {}, rng()).expected == 0


def test_other_rules_are_reckoned_for_the_same_parameters():
    plan = a_plan(parameter("A", NELSON, ewma=None), parameter("B"))
    found = {it.choice: it for it in alternatives(plan, {"A": 2}, rng())}
    assert list(found) == list(Choice)
    usual = replace(plan, parameters=tuple(replace(it, rules=RULE_1, ewma=EWMA) for it in plan.parameters))
    assert found[Choice.LIMITS_EWMA].expected == in_a_year(usual, {"A": 2}, rng()).expected
    costs = [found[it].expected for it in Choice]
    assert costs == sorted(costs), "more rules, more false signals"
    assert costs[-1] > 2.5 * costs[1]
    soon = {it: found[it].chart.shifted.mean for it in Choice}
    assert soon[Choice.LIMITS] > 4 * soon[Choice.EIGHT_RULES]
    assert soon[Choice.LIMITS_EWMA] < soon[Choice.EIGHT_RULES], "as fast, at a third of the false signals"


@pytest.mark.parametrize(
    "chart", [Chart(RULE_1), Chart(RULE_1, ewma=EWMA)], ids=["limits", "limits and EWMA"]
)
def test_of_very_many_batches_the_first_thousands_are_reckoned_and_the_rest_comes_as_they_did(chart):
    plan = replace(a_plan(parameter("A", chart.rules, ewma=chart.ewma)), batches_a_year=RECKONED + 1500)
    found = in_a_year(plan, {}, rng())
    exact = expected_false_alarms([chart], RECKONED + 1500, rng=rng())
    assert found.expected == pytest.approx(exact.expected.value, rel=1e-3)
    assert found.at_least_one == pytest.approx(exact.at_least_one.value, abs=1e-3)
    assert found.each[0].alarms.batches == RECKONED + 1500


def test_parameters_that_signal_alike_cost_alike():
    plan = a_plan(*(parameter(f"A{n}", NELSON, ewma=None) for n in range(3)))
    costs = {it.expected for it in cost_of(plan, {}, rng()).each}
    assert len(costs) == 1


@pytest.mark.parametrize("choice", list(Choice))
def test_each_choice_is_a_chart_that_speaks(choice):
    assert isinstance(CHOICES[choice], Chart)
    assert average_run_length(CHOICES[choice], rng=rng(), draws=200).mean > 50

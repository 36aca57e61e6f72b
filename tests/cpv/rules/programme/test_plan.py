"""The document of a plan: what it may say, every fault at its place, and what its signals cost in a year."""

import copy
from typing import Any

import numpy as np
import pytest

from cpv.rules.arl.walks import Ewma
from cpv.rules.basis import Estimator
from cpv.rules.programme.false_signals import in_a_year
from cpv.rules.programme.plan import (
    EWMA,
    Bounds,
    By,
    ElapsedUnit,
    Plan,
    ScalePlan,
    Source,
    SourceKind,
    Stratum,
    parse,
    problems,
)
from cpv.rules.runs import RULE_1, Rule, RuleSet
from cpv.rules.transforms import Scale
from people.rules.rights import Right
from people.rules.roles import Role
from tests.cpv.rules.programme.given import PLAN, VIABILITY


def read(content: Any) -> Plan:
    found, faults = parse(content)
    assert faults == ()
    assert found is not None
    return found


def with_parameter(**more: Any) -> dict[str, Any]:
    return {**PLAN, "parameters": [VIABILITY | more]}


def test_a_plan_is_read():
    plan = read(PLAN)
    viability, days = plan.parameters
    assert (plan.product, plan.batches_a_year) == ("CD19", 120)
    assert viability.source == Source(SourceKind.RESULT, criterion="VIABILITY")
    assert viability.scale == ScalePlan(Scale.LOGIT, 0.1, 100.0)
    assert viability.bounds == Bounds(lower=80.0)
    assert days.source == Source(
        SourceKind.ELAPSED, step="end_collection", until="infuse", unit=ElapsedUnit.DAYS
    )
    assert (days.strata, days.rules, days.ewma) == ((), RuleSet.of(Rule.NELSON_1, Rule.NELSON_2), None)
    assert (days.owner, days.respond_days) == (Role.SUPERVISOR, 3)
    assert plan.parameter("VIABILITY") == viability
    assert plan.parameter("NONE") is None


def test_covariates_are_other_parameters_of_the_plan():
    age = VIABILITY | {"code": "AGE", "source": {"kind": "external"}}
    (own, _age) = read({**PLAN, "parameters": [VIABILITY | {"covariates": ["AGE"]}, age]}).parameters
    assert own.covariates == ("AGE",)
    for wrong in (["NONE"], ["VIABILITY"]):
        content = {**PLAN, "parameters": [VIABILITY | {"covariates": wrong}, age]}
        assert ("parameters[0].covariates", "not_another_parameter") in [
            (fault.path, fault.code) for fault in problems(content)
        ]


def test_what_is_left_out_is_rule_1_with_ewma_by_site():
    (found,) = read(with_parameter()).parameters
    assert (found.rules, found.ewma, found.strata) == (RULE_1, EWMA, (Stratum(By.SITE),))
    assert (found.estimator, found.owner, found.respond_days) == (Estimator.MR_BAR, Role.QA_REVIEWER, 5)
    assert found.chart.range_multiple is None, "the moving range is drawn and never signals"


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ({"code": "via"}, "code", "code_shape"),
        ({"code": ""}, "code", "required"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"covariates": ["A", "B", "C", "D", "E"]}, "covariates", "out_of_range"),
        ({"covariates": "AGE"}, "covariates", "not_texts"),
        ({"source": {"kind": "result"}}, "source.criterion", "required"),
        ({"source": {"kind": "guess"}}, "source.kind", "not_choice"),
        ({"source": {"kind": "external", "step": "fill"}}, "source.step", "unknown_field"),
        (
            {"source": {"kind": "elapsed", "step": "a", "until": "b", "unit": "weeks"}},
            "source.unit",
            "not_choice",
        ),
        ({"source": "result"}, "source", "not_an_object"),
        ({"scale": {"kind": "logit"}}, "scale.floor", "not_between"),
        ({"scale": {"kind": "logit", "floor": "50"}}, "scale.floor", "not_between"),
        ({"scale": {"kind": "log", "floor": "1"}}, "scale.floor", "unknown_field"),
        ({"strata": [{"by": "site"}, {"by": "site"}]}, "strata", "repeated"),
        ({"strata": [{"by": "material"}]}, "strata[0].kind", "required"),
        ({"strata": [{"by": "site", "kind": "x"}]}, "strata[0].kind", "unknown_field"),
        ({"strata": [{"by": "moon"}]}, "strata[0].by", "not_choice"),
        ({"estimator": "r_bar"}, "estimator", "not_choice"),
        ({"rules": ["nelson_9"]}, "rules", "not_choice"),
        ({"ewma": {"weight": "0"}}, "ewma.weight", "not_positive"),
        ({"ewma": {"weight": "2"}}, "ewma.weight", "not_a_share"),
        ({"bounds": {"lower": "5", "upper": "5"}}, "bounds.upper", "limits_crossed"),
        ({"owner": "nurse"}, "owner", "not_choice"),
        ({"respond_days": 0}, "respond_days", "out_of_range"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(more, path, code):
    (fault, *_rest) = problems(with_parameter(**more))
    assert (fault.path, fault.code) == (f"parameters[0].{path}", code)


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ({"parameters": []}, "parameters", "out_of_range"),
        ({"parameters": [VIABILITY, VIABILITY]}, "parameters", "repeated"),
        ({"batches_a_year": 0}, "batches_a_year", "out_of_range"),
        ({"title": " "}, "title", "required"),
        ({"more": 1}, "more", "unknown_field"),
    ],
)
def test_what_is_wrong_with_the_whole_is_told_too(more, path, code):
    (fault, *_rest) = problems(copy.deepcopy(PLAN) | more)
    assert (fault.path, fault.code) == (path, code)


def test_a_smoothing_is_chosen():
    (found,) = read(with_parameter(ewma={"weight": "0.1", "multiple": "2.7"})).parameters
    assert found.ewma == Ewma(0.1, 2.7)


def test_nobody_at_a_hospital_owns_a_signal():
    assert Right.OWN_PARAMETER.roles.isdisjoint({Role.NURSE, Role.COORDINATOR, Role.PHYSICIAN, Role.ANALYST})


def test_the_false_signals_of_a_year_are_those_of_its_charts():
    plan = read(PLAN)
    year = in_a_year(plan, {"VIABILITY": 2}, np.random.default_rng(1))
    viability, days = year.each
    assert (viability.charts, viability.batches, days.charts, days.batches) == (2, 60, 1, 120)
    # Rule 1 with the EWMA has an ARL of 202, rules 1 and 2 of 217 (design, section 3).
    assert viability.alarms.expected.value == pytest.approx(120 / 202, rel=0.05)
    assert days.alarms.expected.value == pytest.approx(120 / 217, rel=0.05)
    assert year.expected == pytest.approx(viability.alarms.expected.value + days.alarms.expected.value)
    silent = (1 - viability.alarms.at_least_one.value) * (1 - days.alarms.at_least_one.value)
    assert year.at_least_one == pytest.approx(1 - silent)

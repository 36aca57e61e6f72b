"""From facts of a batch to the numbers that a plan watches: each source, each stratum, each reason to leave one out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpv.rules.programme.observing import (
    BatchFacts,
    LeftOut,
    LeftOutWhy,
    Observed,
    ResultCounted,
    StepDone,
    left_out,
    observed,
)
from cpv.rules.programme.plan import By, ElapsedUnit, Parameter, Plan, Source, SourceKind, Stratum

AT = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
RESULT = Source(SourceKind.RESULT, criterion="VIABILITY")
VALUE = Source(SourceKind.STEP_VALUE, step="pool", field="viable_cells")
DAYS = Source(SourceKind.ELAPSED, step="collect", until="infuse", unit=ElapsedUnit.DAYS)
FACTS = BatchFacts("B-1", "CD19", "PLANT", "Europe/Berlin", AT)


def watched(source: Source, unit: str = "", strata: tuple[Stratum, ...] = ()) -> Plan:
    """A plan of one parameter."""
    return Plan("Every batch", "CD19", 120, (Parameter("IT", "It", source, unit=unit, strata=strata),))


def counted(number: str | None = "92.4", unit: str = "%", **more: bool) -> BatchFacts:
    found = ResultCounted("VIABILITY", number, unit=unit, ref="r1", **more)
    other = ResultCounted("CD3", "1", unit=unit, ref="r2")
    return replace(FACTS, results=(other, found))


def entered(*values: object, **units: str) -> BatchFacts:
    """The step was done once for each value, a day apart."""
    steps = (
        StepDone("pool", AT + timedelta(days=n), {"viable_cells": value}, f"s{n}", units)
        for n, value in enumerate(values)
    )
    return replace(FACTS, steps=tuple(steps))


def timed(*steps: tuple[str, timedelta]) -> BatchFacts:
    return replace(
        FACTS,
        steps=tuple(StepDone(step, AT + at, ref=step[:3] + str(n)) for n, (step, at) in enumerate(steps)),
    )


def why(plan: Plan, facts: BatchFacts) -> LeftOutWhy:
    """It is left out, and only that."""
    assert observed(plan, facts) == ()
    ((found),) = left_out(plan, facts)
    assert found.parameter == "IT"
    return found.why


def test_the_result_that_counts_is_taken_as_it_was_reported():
    assert observed(watched(RESULT, "%"), counted("92.40")) == (
        Observed("IT", (), "92.40", False, "result:r1"),
    )
    assert left_out(watched(RESULT, "%"), counted()) == ()


def test_a_result_below_a_bound_is_its_bound_and_says_so():
    ((found),) = observed(watched(RESULT, "%"), counted("0.05", is_below=True))
    assert (found.value, found.is_below) == ("0.05", True)


def test_what_is_no_number_of_its_parameter_is_left_out_with_a_reason():
    plan = watched(RESULT, "%")
    assert why(plan, counted(None)) is LeftOutWhy.NOT_A_NUMBER
    assert why(plan, counted("1e3")) is LeftOutWhy.NOT_A_NUMBER
    assert why(plan, counted(is_above=True)) is LeftOutWhy.ABOVE_A_BOUND
    assert why(plan, counted(unit="[EU]/mL")) is LeftOutWhy.OTHER_UNIT
    assert why(watched(RESULT), counted(unit="%")) is LeftOutWhy.OTHER_UNIT


@pytest.mark.requirement("URS-TRUE-04")
@pytest.mark.parametrize(
    ("given_in", "wanted", "number", "value"),
    [
        ("10*6", "10*8", "210", "2.10"),
        ("10*8/kg", "10*6/kg", "2.1", "210"),
        ("1", "", "1.8", "1.8"),
        ("", "1", "1.8", "1.8"),
        ("10*6/mL", "10*6/mL", "-0.5", "-0.5"),
    ],
)
def test_powers_of_ten_are_converted_exactly(given_in, wanted, number, value):
    ((found),) = observed(watched(RESULT, wanted), counted(number, given_in))
    assert found.value == value


def test_the_last_time_that_a_step_was_done_counts():
    plan = watched(VALUE, "10*6")
    facts = entered("480", "510.5")
    assert observed(plan, replace(facts, steps=facts.steps[::-1]))[0] == Observed(
        "IT", (), "510.5", False, "step:s1"
    )
    assert observed(plan, entered("480", ""))[0].source == "step:s0", "nothing was entered the second time"
    assert observed(plan, entered("480", None))[0].value == "480"


def test_the_unit_that_the_protocol_gives_a_value_is_asked_for():
    assert observed(watched(VALUE, "10*6"), entered("4.8", viable_cells="10*8"))[0].value == "480"
    assert why(watched(VALUE, "%"), entered("4.8", viable_cells="10*8")) is LeftOutWhy.OTHER_UNIT
    assert why(watched(VALUE, "%"), entered("intact")) is LeftOutWhy.NOT_A_NUMBER


def test_a_time_runs_from_the_first_record_to_the_last():
    hours = timedelta(hours=1)
    facts = timed(
        ("collect", 5 * hours), ("collect", 0 * hours), ("infuse", 30 * hours), ("infuse", 31 * hours)
    )
    ((found),) = observed(watched(DAYS), facts)
    assert (found.value, found.source) == ("1.2917", "time:col1..inf3")
    ((found),) = observed(watched(replace(DAYS, unit=ElapsedUnit.HOURS)), facts)
    assert found.value == "31.0000"


def test_a_time_that_would_be_negative_is_left_out_and_none_at_all_is_nothing():
    facts = timed(("collect", timedelta(minutes=1)), ("infuse", timedelta()))
    assert why(watched(DAYS), facts) is LeftOutWhy.ENDS_BEFORE_IT_BEGINS
    assert (
        observed(watched(DAYS), timed(("collect", timedelta()), ("infuse", timedelta())))[0].value == "0.0000"
    )


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=36_500)))
def test_a_time_is_exact_to_four_decimals(length):
    found = observed(watched(DAYS), timed(("collect", timedelta()), ("infuse", length)))[0]
    exact = Decimal(length // timedelta(microseconds=1)) / Decimal(86_400_000_000)
    assert abs(Decimal(found.value) - exact) <= Decimal("0.00005")
    assert found.value.partition(".")[2].isdigit()
    assert len(found.value.partition(".")[2]) == 4


@pytest.mark.parametrize(
    "source", [RESULT, VALUE, DAYS, Source(SourceKind.EXTERNAL), Source(SourceKind.REFUSED_SCANS)]
)
def test_what_is_not_there_yields_nothing(source):
    facts = timed(("collect", timedelta()))
    assert observed(watched(source, "%"), facts) == left_out(watched(source, "%"), facts) == ()
    assert observed(watched(source, "%"), timed(("infuse", timedelta()))) == ()


def test_a_stratum_is_site_lots_and_device():
    strata = (Stratum(By.MATERIAL, "vector"), Stratum(By.SITE), Stratum(By.EQUIPMENT, "incubator"))
    used = replace(
        counted(),
        materials={"vector": ("V-2", "V-1", "V-2"), "bag_set": ("X",)},
        equipment={"incubator": ("I-1",)},
    )
    assert observed(watched(RESULT, "%", strata), used)[0].stratum == ("V-1+V-2", "PLANT", "I-1")
    assert observed(watched(RESULT, "%", strata), counted())[0].stratum == ("-", "PLANT", "-")


def test_each_parameter_stands_by_itself_in_the_order_of_the_plan():
    parameters = tuple(
        replace(watched(RESULT, unit).parameters[0], code=code)
        for code, unit in (("B", "%"), ("C", "x"), ("A", "%"))
    )
    plan = replace(watched(RESULT), parameters=parameters)
    assert [it.parameter for it in observed(plan, counted())] == ["B", "A"]
    assert left_out(plan, counted()) == (LeftOut("C", LeftOutWhy.OTHER_UNIT),)

"""Every kind of criterion on both sides of every limit: just within, at it, just beyond, as it rounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people.rules.authority import Grant, Person, Training
from people.rules.roles import Role
from qc.rules.blockers import BlockerCode as B
from qc.rules.blockers import Case, blockers
from qc.rules.criteria import Criterion, Facts, Hindrance, Timing, ValueFault, Verdict, read_value
from qc.rules.methods import Method, MethodFault, against_use
from qc.rules.releases import pending
from qc.rules.specification import parse
from tests.qc.rules.blockers_given import CASE, result
from tests.qc.rules.criteria_given import (
    FAIL,
    NOW,
    OPEN,
    PASS,
    assessed,
    criterion,
    dose,
    facts,
    limit,
    raw,
    sides,
    verdict,
)

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)

# --- one side, two sides --------------------------------------------------------------------------------------------

AT_LEAST, ABOVE = criterion(**sides(">=80")), criterion(**sides(">80"))
AT_MOST, BELOW = criterion(decimals=1, **sides("<=5")), criterion(decimals=1, **sides("<5"))
WITHIN = criterion(decimals=1, **sides(">=0.2", "<=5.0"))
BETWEEN = criterion(decimals=1, **sides(">0.2", "<5.0"))
MIXED = criterion(decimals=1, **sides(">0.2", "<=5.0"))
ONE_NUMBER = criterion(**sides(">=5", "<=5"))
FINE = criterion(decimals=6, **sides(">=0.000001"))
COLD = criterion(decimals=0, **sides(">=-90", "<-60"))


@pytest.mark.parametrize(
    ("it", "table"),
    [
        pytest.param(AT_LEAST, {"79.49": FAIL, "79.5": PASS, "80": PASS}, id="at least"),
        pytest.param(ABOVE, {"80": FAIL, "80.49": FAIL, "80.5": PASS, "81": PASS}, id="above"),
        pytest.param(AT_MOST, {"5": PASS, "5.049": PASS, "5.05": FAIL}, id="at most"),
        pytest.param(BELOW, {"4.949": PASS, "4.95": FAIL, "5": FAIL}, id="below"),
        pytest.param(
            WITHIN, {"0.149": FAIL, "0.15": PASS, "5.049": PASS, "5.05": FAIL}, id="two sides, both within"
        ),
        pytest.param(
            BETWEEN,
            {"0.2": FAIL, "0.249": FAIL, "0.25": PASS, "4.949": PASS, "4.95": FAIL, "5": FAIL},
            id="two sides, neither within",
        ),
        pytest.param(MIXED, {"0.2": FAIL, "0.25": PASS, "5": PASS, "5.05": FAIL}, id="one within, one not"),
        pytest.param(ONE_NUMBER, {"4.49": FAIL, "4.5": PASS, "5.49": PASS, "5.5": FAIL}, id="one number"),
        pytest.param(FINE, {"0.00000049": FAIL, "0.0000005": PASS}, id="at six decimals"),
        pytest.param(
            COLD,
            {"-90.5": FAIL, "-90.49": PASS, "-60.5": PASS, "-60.49": FAIL},
            id="below zero: half away from it",
        ),
    ],
)
def test_numbers_at_their_limits(it: Criterion, table: dict[str, Verdict]):
    assert {text: verdict(it, text) for text in table} == table


PERCENT = criterion(decimals=1, possible_low="0", possible_high="100", **sides(">=80", "<=100"))
UNDER_ALL = criterion(decimals=1, possible_low="0", possible_high="100", **sides(">=80", "<100"))
FROM_NOTHING = criterion(decimals=1, possible_low="0", **sides(">=0", "<=5"))


@pytest.mark.parametrize(
    ("it", "table"),
    [
        pytest.param(AT_LEAST, {"<80": FAIL, "<80.1": OPEN, ">79.9": OPEN, ">80": PASS}, id="at least"),
        pytest.param(ABOVE, {"<80": FAIL, "<80.1": OPEN, ">79.9": OPEN, ">80": PASS}, id="above"),
        pytest.param(AT_MOST, {"<5": PASS, "<5.01": OPEN, ">4.99": OPEN, ">5": FAIL}, id="at most"),
        pytest.param(BELOW, {"<5": PASS, "<5.01": OPEN, ">4.99": OPEN, ">5": FAIL}, id="below"),
        pytest.param(
            WITHIN, {"<0.2": FAIL, "<0.3": OPEN, "<5": OPEN, ">0.2": OPEN, ">5": FAIL}, id="two sides"
        ),
        pytest.param(PERCENT, {">79.9": OPEN, ">80": PASS, "<80": FAIL}, id="no more than is possible"),
        pytest.param(UNDER_ALL, {">80": OPEN, ">99.9": OPEN}, id="what is possible is not within"),
        pytest.param(FROM_NOTHING, {"<5": PASS, "<5.01": OPEN, "<0.1": PASS}, id="no less than is possible"),
    ],
)
def test_bounds_at_limits(it: Criterion, table: dict[str, Verdict]):
    """A bound is not rounded: nothing was measured."""
    assert {text: verdict(it, text) for text in table} == table


@pytest.mark.parametrize(
    ("text", "is_possible"),
    [("0", True), ("-0.1", False), ("100", True), ("100.1", False), (">100.1", False)],
)
def test_what_is_possible_ends_with_its_ends(text: str, is_possible: bool):
    assert (read_value(PERCENT, text) is not ValueFault.NOT_POSSIBLE) is is_possible


# --- words, reports, timing -----------------------------------------------------------------------------------------

COLOUR = criterion(sort="quality", choices=["clear", "opalescent", "brown"], accepted=["clear", "opalescent"])
REPORTED = criterion(sort="report", unit="1")


@pytest.mark.parametrize(("text", "expected"), [("clear", PASS), ("opalescent", PASS), ("brown", FAIL)])
def test_every_word_of_a_set(text: str, expected: Verdict):
    assert verdict(COLOUR, text) is expected


@pytest.mark.parametrize("text", ["1.7", "<0.1", ">99", "not tested: sample_lost"])
def test_what_is_only_reported_has_no_verdict(text: str):
    assert verdict(REPORTED, text) is OPEN


def timed(timing: Timing) -> Case:
    """A batch without the one result that its specification has."""
    about: dict[str, Any] = {"timing": timing, **sides(">=80")}
    if timing is Timing.INTERIM:
        about |= {"final": "F"}
    others = [raw(code="R", **sides(">=1")), raw(code="F", timing="final", **sides(">=1"))]
    specification, faults = parse({"name": "S", "criteria": [raw(code="T", **about), *others]})
    assert faults == ()
    return replace(CASE, specification=specification, results=(result("R"),))


@pytest.mark.parametrize(
    ("timing", "is_waited_for"),
    [(Timing.IN_PROCESS, True), (Timing.RELEASE, True), (Timing.INTERIM, True), (Timing.FINAL, False)],
)
def test_what_a_release_waits_for(timing: Timing, is_waited_for: bool):
    case = timed(timing)
    missing = {it.target.key for it in blockers(case) if it.code is B.RESULT_MISSING}
    assert ("T" in missing) is is_waited_for
    assert ("T" in {it.criterion for it in pending(case)}) is not is_waited_for
    failed = replace(case, results=(result("R"), result("T", FAIL)))
    assert B.FAILING_RESULT in {it.code for it in blockers(failed)}, "whatever its timing, what fails blocks"
    met = replace(case, results=(result("R"), result("T")))
    assert not {it.code for it in blockers(met)} & {B.RESULT_MISSING, B.FAILING_RESULT}


COUNTED = criterion(timing="interim", not_before_hours=72, **sides("<=10"))


@pytest.mark.parametrize(
    ("text", "hours", "expected", "why"),
    [
        ("10", 72 * HOUR, PASS, ()),
        ("10", 72 * HOUR - SECOND, OPEN, (Hindrance.READ_TOO_EARLY,)),
        ("11", HOUR, FAIL, ()),
        ("<10", 72 * HOUR - SECOND, OPEN, (Hindrance.READ_TOO_EARLY,)),
        (">5", 72 * HOUR, OPEN, (Hindrance.BOUND_UNDECIDED,)),
        (">5", HOUR, OPEN, (Hindrance.BOUND_UNDECIDED,)),
    ],
)
def test_a_number_that_is_read_ahead_counts_from_its_hour_on(text, hours, expected, why):
    found = assessed(COUNTED, text, Facts(NOW, incubated_at=NOW, read_at=NOW + hours))
    assert (found.verdict, found.hindrances) == (expected, why)


# --- per kg, and doses ----------------------------------------------------------------------------------------------

_PER_KG: dict[str, Any] = {"unit": "[EU]", "decimals": 1, "basis": "per_kg", "weight_max_age_days": 14}
BOTH_PER_KG = criterion(**_PER_KG, low=limit(">=1.0"), high=limit("<5.0"))
OPEN_PER_KG = dose({"kind": "per_kg"} | sides(">0.5", "<2.0"))
CAPPED = dose({"kind": "capped", "cap": {"decimals": 0} | sides("<=100")} | sides(">=0.5", "<=1.0"))
BANDS = dose(
    {
        "kind": "weight_band",
        "bands": [
            {"upto_kg": "20", "basis": "flat"} | sides(">=10.0", "<20.0"),
            {"upto_kg": "50", "basis": "flat"} | sides(">=20.0", "<=40.0"),
        ],
    }
)


@pytest.mark.parametrize(
    ("it", "kg", "table"),
    [
        pytest.param(
            BOTH_PER_KG, "70", {"66.4": FAIL, "66.5": PASS, "346.4": PASS, "346.5": FAIL}, id="a limit per kg"
        ),
        pytest.param(
            OPEN_PER_KG,
            "70",
            {"35": FAIL, "38.4": FAIL, "38.5": PASS, "136.4": PASS, "136.5": FAIL, "140": FAIL},
            id="a window per kg whose ends are not within",
        ),
        pytest.param(
            CAPPED,
            "100",
            {"44.9": FAIL, "45": PASS, "100.4": PASS, "100.5": FAIL},
            id="where range and cap meet",
        ),
        pytest.param(
            CAPPED,
            "100.01",
            {"44.9": FAIL, "45": PASS, "100.4": PASS, "100.5": FAIL},
            id="just above it: as at 100 kg",
        ),
        pytest.param(
            CAPPED, "50", {"22.4": FAIL, "22.5": PASS, "52.4": PASS, "52.5": FAIL}, id="below the cap"
        ),
        pytest.param(
            BANDS,
            "20",
            {"9.94": FAIL, "9.95": PASS, "19.94": PASS, "19.95": FAIL, "20": FAIL},
            id="at the end of the first band",
        ),
        pytest.param(
            BANDS,
            "20.01",
            {"19.94": FAIL, "19.95": PASS, "40.04": PASS, "40.05": FAIL},
            id="at the beginning of the next",
        ),
        pytest.param(BANDS, "50", {"20": PASS}, id="at the end of the last"),
        pytest.param(BANDS, "50.01", {"20": OPEN, "0": OPEN}, id="beyond it"),
    ],
)
def test_doses_and_limits_per_kg_at_their_ends(it: Criterion, kg: str, table: dict[str, Verdict]):
    assert {text: verdict(it, text, facts(kg)) for text in table} == table


PARTS = dose(
    {
        "kind": "components",
        "components": [
            {"code": "CD8", "title": "CD8"} | sides(">=20.0", "<=60.0"),
            {"code": "CD4", "title": "CD4"} | sides(">0.0", "<60.0"),
        ],
    }
)
RATIO = dose(
    {
        "kind": "components",
        "components": [{"code": code, "title": code} | sides("<=999.0") for code in ("CD8", "CD4")],
        "ratio": sides(">=0.5", "<2.0"),
    }
)
TOTAL = dose(
    {
        "kind": "components",
        "components": [{"code": code, "title": code} | sides("<=999.0") for code in ("CD8", "CD4")],
        "total": {"decimals": 0} | sides(">90", "<=110"),
    }
)


@pytest.mark.parametrize(
    ("it", "table"),
    [
        pytest.param(
            PARTS,
            {(19.94, 30): FAIL, (19.95, 30): PASS, (60.04, 30): PASS, (60.05, 30): FAIL},
            id="the first component",
        ),
        pytest.param(
            PARTS,
            {(30, 0.04): FAIL, (30, 0.05): PASS, (30, 59.94): PASS, (30, 59.95): FAIL},
            id="the second, whose ends are not within",
        ),
        pytest.param(
            RATIO,
            {(44.9, 100): FAIL, (45, 100): PASS, (194.9, 100): PASS, (195, 100): FAIL, (50, 0): OPEN},
            id="the first to the second",
        ),
        pytest.param(
            TOTAL,
            {(45, 45): FAIL, (45, 45.4): FAIL, (45, 45.5): PASS, (60, 50.4): PASS, (60, 50.5): FAIL},
            id="all together",
        ),
    ],
)
def test_components_at_their_ends(it: Criterion, table: dict[tuple[float, float], Verdict]):
    assert {pair: verdict(it, f"CD8: {pair[0]}; CD4: {pair[1]}") for pair in table} == table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CD8: >20; CD4: 30", OPEN),
        ("CD8: <20; CD4: 30", FAIL),
        ("CD8: >60; CD4: 30", FAIL),
        ("CD8: 30; CD4: <0.1", OPEN),
        ("CD8: 30; CD4: >60", FAIL),
        ("CD8: 30; CD4: not tested", None),
    ],
)
def test_bounds_of_components(text: str, expected: Verdict | None):
    """Of a component that may be as little as nothing, and must be more, a bound below says nothing."""
    if expected is None:
        assert isinstance(read_value(PARTS, text), ValueFault)
    else:
        assert verdict(PARTS, text) is expected


# --- method and analyst ---------------------------------------------------------------------------------------------

LAST_DAY = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
METHOD = Method(title="M", technique="flow", needs_run=False, valid_until=LAST_DAY.date(), training="flow")


def analyst(until: datetime | None) -> Person:
    grants = (Grant(Role.ANALYST, "PLANT", NOW - HOUR),)
    return Person(3, "Ana", is_active=True, grants=grants, training=(Training("flow", NOW - HOUR, until),))


@pytest.mark.parametrize(
    ("at", "until", "expected"),
    [
        (LAST_DAY, None, []),
        (LAST_DAY + SECOND, None, [MethodFault.EXPIRED]),
        (NOW, NOW + SECOND, []),
        (NOW, NOW, [MethodFault.UNTRAINED]),
        (NOW - HOUR - SECOND, None, [MethodFault.UNTRAINED]),
        (LAST_DAY + SECOND, NOW, [MethodFault.EXPIRED, MethodFault.UNTRAINED]),
    ],
    ids=[
        "the last second of the last day",
        "the first of the next",
        "trained still",
        "no longer",
        "not yet",
        "neither",
    ],
)
def test_a_method_and_a_training_are_good_up_to_their_end(at, until, expected):
    assert [fault.code for fault in against_use(METHOD, analyst(until), at)] == expected

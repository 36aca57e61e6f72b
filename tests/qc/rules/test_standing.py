"""How results meet a specification: single criteria, alternatives, what was not tested, what a failure leads to."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.criteria import Effect, NotTestedReason, Verdict
from qc.rules.specification import Specification
from qc.rules.standing import SATISFIED, Found, GroupVerdict, Standing, effects, judge_group, lines, standing
from tests.qc.rules.criteria_given import FAIL, OPEN, PASS, criterion, raw, read, sides

LOST, WAIVED = "sample_lost", "waived_by_protocol"
JUDGED = criterion(**sides(">=80"))
ALLOWED = criterion(may_be_not_tested=["waived_by_protocol"], **sides(">=80"))
REPORT = criterion(sort="report")


@pytest.mark.parametrize(
    ("it", "found", "expected"),
    [
        (JUDGED, None, Standing.MISSING),
        (JUDGED, Found(PASS), Standing.MET),
        (JUDGED, Found(FAIL), Standing.FAILING),
        (JUDGED, Found(OPEN), Standing.UNDECIDED),
        (JUDGED, Found(OPEN, LOST), Standing.NOT_TESTED),
        (ALLOWED, Found(OPEN, WAIVED), Standing.WAIVED),
        (ALLOWED, Found(OPEN, LOST), Standing.NOT_TESTED),
        (REPORT, Found(OPEN), Standing.REPORTED),
        (REPORT, None, Standing.MISSING),
        (REPORT, Found(OPEN, LOST), Standing.NOT_TESTED),
    ],
)
def test_where_a_criterion_stands(it: Any, found: Found | None, expected: Standing):
    assert standing(it, found) is expected


@pytest.mark.parametrize("reason", NotTestedReason)
@pytest.mark.parametrize("verdict", Verdict)
def test_what_was_not_tested_is_enough_only_where_the_reason_is_allowed(
    reason: NotTestedReason, verdict: Verdict
):
    assert standing(JUDGED, Found(verdict, reason)) not in SATISFIED
    assert (standing(ALLOWED, Found(verdict, reason)) in SATISFIED) is (reason == WAIVED)


def specification(**more: Any) -> Specification:
    made = {
        "name": "S",
        "subject": "collection",
        "criteria": [
            raw(code="FIRST", effect="extra_selection", **sides(">=80")),
            raw(code="A", effect="extend_culture", **sides(">=1")),
            raw(code="LATE", timing="final", **sides(">=1")),
            raw(code="B", effect="collect_again", **sides(">=1")),
            raw(code="REPORT", sort="report"),
        ],
        "any_of": [{"code": "EITHER", "title": "Either", "criteria": ["A", "B"]}],
    } | more
    return read(made)


EITHER = specification().any_of[0]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (PASS, PASS, GroupVerdict.PASS),
        (PASS, FAIL, GroupVerdict.PASS),
        (PASS, OPEN, GroupVerdict.PASS),
        (PASS, None, GroupVerdict.PASS),
        (FAIL, FAIL, GroupVerdict.FAIL),
        (FAIL, OPEN, GroupVerdict.UNDECIDED),
        (OPEN, OPEN, GroupVerdict.UNDECIDED),
        (FAIL, None, GroupVerdict.MISSING),
        (OPEN, None, GroupVerdict.MISSING),
        (None, None, GroupVerdict.MISSING),
    ],
)
def test_one_of_several_is_enough(a: Verdict | None, b: Verdict | None, expected: GroupVerdict):
    for first, second in ((a, b), (b, a)):
        known = {code: verdict for code, verdict in (("A", first), ("B", second)) if verdict is not None}
        assert judge_group(EITHER, known | {"OTHER": PASS}) is expected


def test_lines_stand_in_order_and_alternatives_where_the_first_of_them_does():
    found = lines(specification(), {"FIRST": Found(PASS), "A": Found(FAIL), "B": Found(PASS)})
    assert [(line.code, line.standing, line.is_needed_for_release) for line in found] == [
        ("FIRST", Standing.MET, True),
        ("EITHER", Standing.MET, True),
        ("LATE", Standing.MISSING, False),
        ("REPORT", Standing.MISSING, True),
    ]
    assert [criterion.code for criterion in found[1].criteria] == ["A", "B"]
    assert [line.is_satisfied for line in found] == [True, True, False, False]


@given(st.dictionaries(st.sampled_from(["FIRST", "A", "B", "LATE", "REPORT"]), st.sampled_from(Verdict)))
def test_another_pass_never_makes_it_worse(verdicts: dict[str, Verdict]):
    before = {line.code: line.is_satisfied for line in lines(specification(), as_found(verdicts))}
    for code in ("FIRST", "A", "B", "LATE", "REPORT"):
        after = lines(specification(), as_found(verdicts | {code: PASS}))
        assert all(line.is_satisfied or not before[line.code] for line in after)


def as_found(verdicts: dict[str, Verdict]) -> dict[str, Found]:
    return {code: Found(verdict) for code, verdict in verdicts.items()}


@pytest.mark.parametrize("reason", NotTestedReason)
def test_an_alternative_that_was_not_tested_meets_nothing(reason: NotTestedReason):
    some = specification()
    for other in (None, FAIL, OPEN):
        found = {"A": Found(OPEN, reason)} | ({} if other is None else {"B": Found(other)})
        line = next(line for line in lines(some, found) if line.code == "EITHER")
        assert not line.is_satisfied


def test_effects_of_what_fails():
    def codes(**verdicts: Verdict) -> list[tuple[str, Effect]]:
        return [(it.code, effect) for it, effect in effects(specification(), as_found(verdicts))]

    assert codes(FIRST=FAIL, A=PASS) == [("FIRST", Effect.EXTRA_SELECTION)]
    assert codes(A=FAIL, B=PASS) == []
    assert codes(A=FAIL) == []
    assert codes(A=FAIL, B=FAIL) == [("A", Effect.EXTEND_CULTURE), ("B", Effect.COLLECT_AGAIN)]
    assert codes(FIRST=OPEN, LATE=FAIL) == []


def test_every_verdict_has_a_standing():
    for it, verdict in product((JUDGED, ALLOWED), Verdict):
        assert standing(it, Found(verdict)) in Standing

"""The document of a worksheet: what is read of it, every fault at its place, and what keeps it from being signed."""

from datetime import date
from time import process_time
from typing import Any

import pytest

from fmea.rules.priority import PRIORITY_2019, TABLE_2019
from fmea.rules.unready import all_problems, needs_residual, unready
from fmea.rules.worksheet import (
    MOST_ROWS,
    ActionStatus,
    Decision,
    Evidence,
    EvidenceKind,
    Formality,
    Link,
    LinkKind,
    Vote,
    Worksheet,
)
from fmea.rules.worksheet_reading import parse, problems
from people.rules.documents import content_problems
from tests.fmea.rules.given import (
    ACTION,
    CONTENT,
    SCALES,
    WRONG_BAG,
    content,
    of_rows,
    score,
    with_item,
    worksheet,
)


def faults_of(document: Any) -> set[tuple[str, str]]:
    return {(it.path, it.code) for it in problems(document)}


def undone(document: Any) -> set[tuple[str, str]]:
    return {(it.path, it.code) for it in unready(worksheet(document))}


def test_a_worksheet_is_read() -> None:
    found = worksheet()
    row = found.row_of["R1"]
    assert (found.formality, found.team[0].is_lead, found.team[1].is_lead) == (Formality.HIGH, True, False)
    assert row.scores.ratings == (10, 3, 5)
    assert (row.scores.rpn, row.scores.priority(found.priorities)) == (150, "M")
    assert row.scores.occurrence.votes == (Vote("Ada", 3), Vote("Ben", 4))
    assert row.prevention_controls[0].links == (Link(LinkKind.INTERLOCK, "wrong_container"),)
    assert row.residual.decision is Decision.ACCEPTED_UNTIL_ACTION
    assert found.priorities == PRIORITY_2019
    assert found.actions_of["R1"][0].status is ActionStatus.VERIFIED
    assert found.actions_of["R1"][0].after.ratings == (None, 1, 2)
    assert found.scales.occurrence.edges[4] == 0.002
    assert content_problems(CONTENT) == ()
    assert unready(found) == ()


def test_a_score_is_looked_at_again_with_the_worksheet_or_on_a_day_of_its_own() -> None:
    found = worksheet()
    scores = found.row_of["R1"].scores
    assert found.looks_again(scores.detection) == date(2027, 3, 1)
    assert found.looks_again(scores.severity) == date(2027, 6, 1)


def test_evidence_counts_at_the_steps_it_names_or_at_those_of_its_row() -> None:
    found = worksheet()
    row = found.row_of["R2"]
    assert found.protocol_steps(row, row.evidence[0]) == ("thaw", "infuse")
    assert found.protocol_steps(row, row.evidence[1]) == ("thaw",)
    nowhere = worksheet(with_item("rows", 1, step=None))
    assert nowhere.protocol_steps(nowhere.rows[1], Evidence(EvidenceKind.OOS, "DOSE")) == ()


def test_an_empty_sheet_can_be_kept_and_not_signed() -> None:
    bare = {"title": "New", "product": "CD19", "scales": SCALES, "rows": [{"code": "R1"}]}
    assert problems(bare) == ()
    found = {(it.path, it.code) for it in all_problems(bare)}
    header = {"scope", "formality.why", "look_again", "team", "steps"}
    row = {
        "step",
        "function",
        "mode",
        "effect",
        "cause",
        "severity.rating",
        "occurrence.rating",
        "detection.rating",
    }
    assert found == {(key, "required") for key in header} | {(f"rows[0].{key}", "required") for key in row}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (content(title=None), ("title", "required")),
        (content(product=7), ("product", "wrong_type")),
        (content(colour="red"), ("colour", "unknown_field")),
        (content(look_again="1.6.2027"), ("look_again", "not_a_day")),
        (content(look_again="20270601"), ("look_again", "not_a_day")),
        (content(look_again="9999-12-31"), ("look_again", "not_a_day")),
        (content(formality={"level": "some"}), ("formality.level", "not_choice")),
        (content(team=[{"person": "Ada"}, {"person": "Ada"}]), ("team[1].person", "repeated")),
        (content(team=[{"function": "QA"}]), ("team[0].person", "required")),
        (content(scales=None), ("scales.severity", "not_an_object")),
        (content(scales=SCALES | {"beauty": {}}), ("scales.beauty", "unknown_field")),
        (content(priorities=TABLE_2019 | {"cells": []}), ("priorities.cells", "out_of_range")),
        (content(rows={}), ("rows", "out_of_range")),
        (content(rows=[7]), ("rows[0]", "not_an_object")),
        (content(rows=[WRONG_BAG, WRONG_BAG]), ("rows[1].code", "repeated")),
        (content(steps=[{"code": "A B"}]), ("steps[0].code", "code_shape")),
        (content(steps=[{"title": "X"}]), ("steps[0].code", "required")),
        (with_item("rows", 0, severity__rating=11), ("rows[0].severity.rating", "out_of_range")),
        (with_item("rows", 0, severity__rating="9"), ("rows[0].severity.rating", "out_of_range")),
        (with_item("rows", 0, severity__rating=True), ("rows[0].severity.rating", "out_of_range")),
        (with_item("rows", 0, severity="high"), ("rows[0].severity", "not_an_object")),
        (with_item("rows", 0, detection__justification="x"), ("rows[0].detection.justification", "unknown_field")),
        (with_item("rows", 0, occurrence__votes=[{"person": "Ada", "rating": 0}]),
         ("rows[0].occurrence.votes[0].rating", "out_of_range")),
        (with_item("rows", 0, occurrence__votes=[{"person": "A", "rating": 1}, {"person": "A", "rating": 2}]),
         ("rows[0].occurrence.votes[1].person", "repeated")),
        (with_item("rows", 0, mode="x" * 2001), ("rows[0].mode", "too_long")),
        (with_item("rows", 0, residual__decision="maybe"), ("rows[0].residual.decision", "not_choice")),
        (with_item("rows", 0, evidence=[{"kind": "refusal", "ref": "nonsense"}]),
         ("rows[0].evidence[0].ref", "ref_unknown")),
        (with_item("rows", 0, evidence=[{"kind": "refusal", "ref": "label_lost"}]),
         ("rows[0].evidence[0].ref", "ref_unknown")),
        (with_item("rows", 0, evidence=[{"kind": "oos", "ref": "a b"}]), ("rows[0].evidence[0].ref", "ref_unknown")),
        (with_item("rows", 0, evidence=[{"kind": "rumour", "ref": "X"}]), ("rows[0].evidence[0].kind", "not_choice")),
        (with_item("rows", 0, prevention_controls=[{"text": "", "links": []}]),
         ("rows[0].prevention_controls[0].text", "required")),
        (with_item("rows", 0, detection_controls=[{"text": "x", "links": [{"kind": "interlock", "ref": "X"}]}]),
         ("rows[0].detection_controls[0].links[0].ref", "ref_unknown")),
        (with_item("actions", 0, due="2026-02-30"), ("actions[0].due", "not_a_day")),
        (with_item("actions", 0, status="closed"), ("actions[0].status", "not_choice")),
        (with_item("actions", 0, after__beauty={}), ("actions[0].after.beauty", "unknown_field")),
        (with_item("actions", 0, after__severity={"rating": 0}), ("actions[0].after.severity.rating", "out_of_range")),
        ([], ("", "not_an_object")),
    ],
)  # fmt: skip
def test_faults_of_shape(document: Any, fault: tuple[str, str]) -> None:
    assert fault in faults_of(document)


@pytest.mark.parametrize("ref", ["identity_mismatch", "label_lost"])
def test_a_deviation_is_named_by_what_opened_it(ref: str) -> None:
    assert problems(with_item("rows", 0, evidence=[{"kind": "deviation", "ref": ref}])) == ()


def test_every_fault_is_told_at_once() -> None:
    document = with_item("rows", 0, severity__rating=0, mode=7) | {"title": "", "look_again": 7}
    assert {it[0] for it in faults_of(document)} == {
        "title",
        "look_again",
        "rows[0].mode",
        "rows[0].severity.rating",
    }
    assert parse(document)[0] is None


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (content(team=[{"person": "Ada"}]), ("team", "lead_missing")),
        (content(steps=[{"code": "PACK"}, CONTENT["steps"][1]]), ("steps[0].title", "required")),
        (with_item("rows", 1, step="MOON"), ("rows[1].step", "unknown_step")),
        (with_item("rows", 1, cause=" "), ("rows[1].cause", "required")),
        (with_item("rows", 1, occurrence__by=[]), ("rows[1].occurrence.by", "required")),
        (with_item("rows", 1, occurrence__why=""), ("rows[1].occurrence.why", "required")),
        (with_item("rows", 1, occurrence__rating=None), ("rows[1].occurrence.rating", "required")),
        (with_item("rows", 1, occurrence__rating=8), ("rows[1].no_action_why", "action_or_reason_required")),
        (with_item("rows", 0, residual=None), ("rows[0].residual.decision", "residual_decision_required")),
        (with_item("rows", 0, residual__why=""), ("rows[0].residual.why", "required")),
        (with_item("rows", 0, residual__by=""), ("rows[0].residual.by", "required")),
        (with_item("rows", 0, residual__decision="not_accepted"), ("rows[0].residual.decision", "risk_not_accepted")),
        (content(actions=None), ("rows[0].residual.decision", "action_required")),
        (with_item("actions", 0, row="R9"), ("actions[0].row", "unknown_row")),
        (with_item("actions", 0, row=None), ("actions[0].row", "required")),
        (with_item("actions", 0, owner=""), ("actions[0]", "owner_missing")),
        (with_item("actions", 0, after__occurrence__why=""), ("actions[0].after.occurrence.why", "required")),
        (with_item("actions", 0, after__severity=score(8)),
         ("actions[0].after.severity.justification", "severity_lowered")),
        (with_item("actions", 0, after__severity=score(8, justification="Smaller bags.")),
         ("actions[0].aim", "not_aimed_at_severity")),
    ],
)  # fmt: skip
def test_what_keeps_a_worksheet_from_being_signed(document: Any, fault: tuple[str, str]) -> None:
    assert fault in undone(document)


def test_severity_lowered_with_a_justification_by_an_action_that_aims_at_it_is_lawful() -> None:
    lawful = with_item("actions", 0, aim="severity", after__severity=score(8, justification="Smaller bags."))
    assert undone(lawful) == set()
    same = with_item("actions", 0, after__severity=score(10))
    assert undone(same) == set()


def test_high_wants_an_action_that_is_not_dropped_or_a_reason() -> None:
    high = with_item("rows", 0, occurrence__rating=6)
    assert undone(high) == set()
    dropped = dict(ACTION, status="dropped", dropped_why="Too dear.")
    fault = ("rows[0].no_action_why", "action_or_reason_required")
    assert fault in undone(high | {"actions": [dropped]})
    reason = with_item("rows", 0, occurrence__rating=6, no_action_why="Nothing is known to help.")
    assert fault not in undone(reason | {"actions": [dropped]})


@pytest.mark.parametrize(("rating", "is_needed"), [(8, False), (9, True), (10, True), (None, False)])
def test_from_severity_nine_somebody_decides_whatever_the_priority(
    rating: int | None, is_needed: bool
) -> None:
    document = with_item("rows", 1, severity__rating=rating, occurrence__rating=1, detection__rating=1)
    row = worksheet(document).rows[1]
    assert row.scores.priority(PRIORITY_2019) in ("L", None)
    assert needs_residual(row) is is_needed
    assert (("rows[1].residual.decision", "residual_decision_required") in undone(document)) is is_needed


def test_an_action_that_lowers_the_severity_does_not_lift_the_decision() -> None:
    after = score(4, justification="Smaller bags.")
    document = with_item("actions", 0, aim="severity", after__severity=after)
    del document["rows"][0]["residual"]
    assert undone(document) == {("rows[0].residual.decision", "residual_decision_required")}


def test_two_thousand_rows_are_read_at_once_and_one_more_not_at_all() -> None:
    document = of_rows(MOST_ROWS)
    start = process_time()
    found: Worksheet = worksheet(document)
    assert len(unready(found)) == MOST_ROWS - 1  # each but one waits for an action
    assert process_time() - start < 2
    assert faults_of(of_rows(MOST_ROWS + 1)) == {("rows", "out_of_range")}

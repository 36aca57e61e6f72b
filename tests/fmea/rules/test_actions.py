"""Actions: which moves there are, what each status wants, which are late, and a row before and after."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmea.rules.actions import (
    MOVES,
    OPEN,
    Missing,
    all_before_after,
    before_after,
    days_late,
    due_soon,
    lacks,
    move,
    overdue,
)
from fmea.rules.priority import PRIORITY_2019, ActionPriority
from fmea.rules.worksheet import Action, ActionStatus, Row, Score, Scores
from tests.fmea.rules.given import worksheet

DUE = date(2026, 12, 1)
WHOLE = Action(
    code="A1",
    row="R1",
    text="Scan both.",
    owner="Ben",
    due=DUE,
    evidence=("VAL-12",),
    done_on=DUE,
    verified_by="Ada",
    dropped_why="",
    after=Scores(occurrence=Score(2)),
)
LAWFUL = {
    ("planned", "under_way"),
    ("planned", "done"),
    ("planned", "dropped"),
    ("under_way", "planned"),
    ("under_way", "done"),
    ("under_way", "dropped"),
    ("done", "under_way"),
    ("done", "verified"),
}


@pytest.mark.parametrize(("start", "to"), list(product(ActionStatus, ActionStatus)))
def test_the_whole_life(start: ActionStatus, to: ActionStatus) -> None:
    action = replace(WHOLE, status=start, dropped_why="Too dear.")
    moved, missing = move(action, to)
    if (start, to) in LAWFUL:
        assert moved == replace(action, status=to)
        assert missing == ()
    else:
        assert (moved, missing) == (None, (Missing.MOVE,))


def test_only_ends_have_no_way_on() -> None:
    assert {it for it, to in MOVES.items() if not to} == {ActionStatus.VERIFIED, ActionStatus.DROPPED}


@pytest.mark.parametrize(
    ("status", "changes", "missing"),
    [
        ("planned", {"text": " "}, Missing.TEXT),
        ("planned", {"owner": ""}, Missing.OWNER),
        ("planned", {"due": None}, Missing.DUE),
        ("done", {"evidence": ()}, Missing.EVIDENCE),
        ("done", {"done_on": None}, Missing.DONE_ON),
        ("verified", {"after": Scores()}, Missing.AFTER),
        ("verified", {"verified_by": ""}, Missing.VERIFIER),
        ("verified", {"verified_by": "Ben"}, Missing.OWNER_VERIFIES),
        ("dropped", {"dropped_why": ""}, Missing.REASON),
    ],
)
def test_what_a_status_wants(status: str, changes: dict[str, Any], missing: Missing) -> None:
    whole = replace(WHOLE, status=ActionStatus(status), dropped_why="Too dear.")
    assert lacks(whole) == ()
    assert lacks(replace(whole, **changes)) == (missing,)


def test_a_planned_action_wants_no_evidence() -> None:
    bare = Action(code="A", row="R1", text="Scan both.", owner="Ben", due=DUE)
    assert lacks(bare) == ()
    assert move(bare, ActionStatus.DONE) == (None, (Missing.EVIDENCE, Missing.DONE_ON))


@pytest.mark.parametrize(("after_due", "late"), [(-1, 0), (0, 0), (1, 1), (40, 40)])
def test_an_action_is_late_from_the_day_after(after_due: int, late: int) -> None:
    today = DUE + timedelta(days=after_due)
    for status in ActionStatus:
        assert days_late(replace(WHOLE, status=status), today) == (late if status in OPEN else 0)
    assert days_late(replace(WHOLE, due=None), today) == 0


def test_the_longest_late_comes_first() -> None:
    dues = {"A": 3, "B": 9, "C": 3, "D": -1}
    actions = [replace(WHOLE, code=code, due=DUE - timedelta(days=it)) for code, it in dues.items()]
    assert [it.code for it in overdue(reversed(actions), DUE)] == ["B", "A", "C"]


def test_what_is_due_soon_is_not_late_yet() -> None:
    dues = {"A": 7, "B": 0, "C": 8, "D": -1}
    actions = [replace(WHOLE, code=code, due=DUE + timedelta(days=it)) for code, it in dues.items()]
    assert [it.code for it in due_soon(actions, DUE, timedelta(days=7))] == ["B", "A"]
    done = [replace(it, status=ActionStatus.DONE) for it in actions]
    assert due_soon(done, DUE, timedelta(days=7)) == ()


ROW = Row("R1", scores=Scores(Score(10), Score(4), Score(6)))


def test_a_row_before_and_after_on_one_line() -> None:
    action = replace(
        WHOLE, status=ActionStatus.VERIFIED, after=Scores(occurrence=Score(2), detection=Score(2))
    )
    line = before_after(ROW, [action], PRIORITY_2019)
    assert (line.rpn_before, line.rpn_after) == (240, 40)
    assert (line.priority_before, line.priority_after) == (ActionPriority.HIGH, ActionPriority.LOW)
    assert line.after.severity == ROW.scores.severity
    assert not line.is_severity_lowered


@pytest.mark.parametrize("status", sorted(set(ActionStatus) - {ActionStatus.DONE, ActionStatus.VERIFIED}))
def test_what_is_not_done_changes_nothing(status: ActionStatus) -> None:
    line = before_after(ROW, [replace(WHOLE, status=status)], PRIORITY_2019)
    assert line.before == line.after == ROW.scores


def test_of_two_actions_on_one_rating_the_one_done_last_counts() -> None:
    first = replace(WHOLE, status=ActionStatus.DONE, after=Scores(occurrence=Score(3), detection=Score(4)))
    last = replace(first, done_on=DUE + timedelta(days=1), after=Scores(occurrence=Score(2)))
    for order in ([first, last], [last, first]):
        assert before_after(ROW, order, PRIORITY_2019).after.ratings == (10, 2, 4)
    same_day = replace(last, done_on=DUE, after=Scores(occurrence=Score(5)))
    assert before_after(ROW, [first, same_day], PRIORITY_2019).after.ratings == (10, 5, 4)


def test_a_severity_lowered_by_an_action_is_said() -> None:
    action = replace(WHOLE, status=ActionStatus.DONE, after=Scores(severity=Score(8)))
    assert before_after(ROW, [action], PRIORITY_2019).is_severity_lowered
    raised = replace(action, after=Scores(severity=Score(10)))
    assert not before_after(ROW, [raised], PRIORITY_2019).is_severity_lowered


def test_a_row_that_is_not_scored_has_no_numbers() -> None:
    line = before_after(Row("R1"), [], PRIORITY_2019)
    assert (line.rpn_before, line.rpn_after, line.priority_before, line.priority_after) == (None,) * 4


def test_every_row_of_a_worksheet_has_its_own_actions() -> None:
    lines = all_before_after(worksheet())
    assert [(it.row.code, it.rpn_before, it.rpn_after) for it in lines] == [("R1", 150, 20), ("R2", 120, 120)]


RATING = st.one_of(st.none(), st.integers(1, 10))


@given(st.lists(st.tuples(RATING, RATING, RATING), max_size=4))
def test_each_rating_after_is_the_last_one_given(given_after: list[tuple[int | None, ...]]) -> None:
    actions = [
        replace(
            WHOLE,
            status=ActionStatus.DONE,
            done_on=DUE + timedelta(days=n),
            after=Scores(*(Score(it) for it in ratings)),
        )
        for n, ratings in enumerate(given_after)
    ]
    after = before_after(ROW, actions, PRIORITY_2019).after.ratings
    for place in range(3):
        named = [it[place] for it in given_after if it[place] is not None]
        assert after[place] == (named[-1] if named else ROW.scores.ratings[place])

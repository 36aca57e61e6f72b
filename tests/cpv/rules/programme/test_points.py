"""Where a chart stands in a list of all of them, and what judging it again makes of its signals."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cpv.rules.programme.answering import SignalState
from cpv.rules.programme.points import (
    Candidate,
    ChartState,
    Counted,
    Difference,
    Mark,
    SignalView,
    difference,
    leading,
    state_of,
    urgency,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counted", "state"),
    [
        (Counted(0), ChartState.GATHERING),
        (Counted(14), ChartState.GATHERING),
        (Counted(15), ChartState.LIMITS_DUE),
        (Counted(400), ChartState.LIMITS_DUE),
        (Counted(16, is_proposed=True), ChartState.LIMITS_PROPOSED),
        (Counted(29, limits=15), ChartState.IN_CONTROL),
        (Counted(30, limits=15), ChartState.LONG_TERM_DUE),
        (Counted(30, limits=29), ChartState.LONG_TERM_DUE),
        (Counted(400, limits=30), ChartState.IN_CONTROL),
        (Counted(30, limits=15, is_proposed=True), ChartState.LIMITS_PROPOSED),
        (Counted(30, limits=15, signals=1, is_proposed=True), ChartState.SIGNALS),
        (Counted(400, limits=30, signals=2, overdue=1), ChartState.OVERDUE),
    ],
)
def test_what_a_chart_asks_for(counted: Counted, state: ChartState) -> None:
    assert state_of(counted) is state


def test_what_is_overdue_comes_first_and_what_is_well_last() -> None:
    ordered = sorted(ChartState, key=urgency)
    assert (ordered[0], ordered[-1]) == (ChartState.OVERDUE, ChartState.IN_CONTROL)


KNOWN = SignalView(
    id="s",
    chart="C",
    plan="P",
    parameter="GROWTH",
    stratum=(),
    site="PLANT",
    observation="o1",
    subject="B-1",
    batch="B-1",
    made_at=NOW,
    limits="l1",
    by="nelson_1",
    side="upper",
    first_subject="B-1",
    value="9.5",
    state=SignalState.RAISED,
    raised_at=NOW,
    due_at=NOW,
)
MARK = Mark("o1", "nelson_1", "l1")
BY = {"nelson_1", "ewma"}


def test_a_signal_that_is_known_is_raised_once() -> None:
    assert not difference([MARK], [KNOWN], BY)
    assert difference([MARK], [], BY) == Difference(raised=(MARK,))


def test_another_rule_and_other_limits_are_other_signals() -> None:
    marks = [MARK, replace(MARK, by="ewma"), replace(MARK, limits="l2")]
    assert difference(marks, [KNOWN], BY).raised == tuple(marks[1:])


@pytest.mark.parametrize(
    ("state", "goes_to"),
    [
        (SignalState.RAISED, "withdrawn"),
        (SignalState.ACKNOWLEDGED, "vanished"),
        (SignalState.CLOSED, "vanished"),
    ],
)
def test_what_signals_no_longer_is_taken_back_or_stays_as_it_was_answered(
    state: SignalState, goes_to: str
) -> None:
    known = replace(KNOWN, state=state)
    assert difference([], [known], BY) == Difference(**{goes_to: (known,)})


def test_what_vanished_vanishes_once_and_what_was_withdrawn_is_over() -> None:
    gone = replace(KNOWN, state=SignalState.CLOSED, vanished_at=NOW)
    withdrawn = replace(KNOWN, id="w", by="ewma", state=SignalState.WITHDRAWN)
    assert not difference([], [gone, withdrawn], BY)


def test_what_is_there_again_reappears() -> None:
    gone = replace(KNOWN, state=SignalState.CLOSED, vanished_at=NOW)
    withdrawn = replace(KNOWN, id="w", by="ewma", state=SignalState.WITHDRAWN)
    marks = [MARK, replace(MARK, by="ewma")]
    assert difference(marks, [gone, withdrawn], BY) == Difference(reappeared=(gone, withdrawn))


def test_a_rule_that_is_switched_off_takes_nothing_back() -> None:
    assert not difference([], [KNOWN], {"ewma"})


def candidate(observation: str, days: int, run: str = "r") -> Candidate:
    return Candidate(Mark(observation, "ewma", "l1"), run, NOW + timedelta(days=days))


def test_a_run_is_one_signal_while_it_waits() -> None:
    run = [candidate("o1", 0), candidate("o2", 1), candidate("o3", 2)]
    assert leading(run, []) == (run[0].mark,)
    waits = replace(KNOWN, by="ewma")
    assert leading(run, [waits]) == (run[0].mark,)


def test_what_began_before_the_answer_is_part_of_it_and_what_began_after_is_new() -> None:
    run = [candidate(f"o{n}", n) for n in range(1, 5)]
    closed = replace(KNOWN, by="ewma", state=SignalState.CLOSED, closed_at=NOW + timedelta(days=2))
    assert leading(run, [closed]) == (run[0].mark, run[2].mark)
    again = replace(closed, id="s2", observation="o3", state=SignalState.RAISED, closed_at=None)
    assert leading(run, [closed, again]) == (run[0].mark, run[2].mark)


def test_another_run_is_another_signal() -> None:
    both = [candidate("o1", 0), candidate("o2", 1, "other side")]
    assert leading(both, []) == (both[0].mark, both[1].mark)


def test_a_signal_that_is_there_stays_one() -> None:
    run = [candidate("o1", 0), candidate("o2", 1)]
    late = replace(KNOWN, by="ewma", observation="o2")
    assert leading(run, [late]) == (run[0].mark, run[1].mark), (
        "an earlier batch came late: its run began before"
    )


def test_what_was_withdrawn_leads_nothing() -> None:
    run = [candidate("o1", 0), candidate("o2", 1)]
    gone = replace(KNOWN, by="ewma", state=SignalState.WITHDRAWN)
    assert leading(run[1:], [gone]) == (run[1].mark,)

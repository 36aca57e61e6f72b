"""Studies: plans, when their points are due, and who may pull what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from qc.rules.stability import (
    Condition,
    PlanFault,
    Point,
    Pull,
    PullRefusal,
    PullState,
    StudyFacts,
    StudyPlan,
    StudyUnit,
    against_pull,
    elapsed,
    plan_faults,
    pulls,
    window,
)

START = datetime(2026, 1, 31, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VAPOUR, FRIDGE = Condition("LN2", "vapour of liquid nitrogen"), Condition("5C", "refrigerator")
PLAN = StudyPlan(
    StudyUnit.MONTHS,
    (VAPOUR,),
    (Point("T0", 0), Point("T1", 1, early=3, late=7), Point("T3", 3, early=7, late=7, containers=2)),
    ("VIAB",),
)


@pytest.mark.parametrize(
    ("plan", "faults"),
    [
        (PLAN, ()),
        (replace(PLAN, conditions=()), (PlanFault.NO_CONDITIONS,)),
        (replace(PLAN, points=()), (PlanFault.NO_POINTS,)),
        (replace(PLAN, criteria=()), (PlanFault.NO_CRITERIA,)),
        (replace(PLAN, conditions=(VAPOUR, VAPOUR)), (PlanFault.REPEATED,)),
        (replace(PLAN, points=(Point("A", 0), Point("A", 1))), (PlanFault.REPEATED,)),
        (
            replace(PLAN, points=(Point("A", 3), Point("B", 1))),
            (PlanFault.NOT_IN_ORDER, PlanFault.WINDOWS_OVERLAP),
        ),
        (replace(PLAN, points=(Point("A", 0, containers=0),)), (PlanFault.NO_CONTAINERS,)),
        (replace(PLAN, points=(Point("A", 1, early=-1),)), (PlanFault.NEGATIVE,)),
        (replace(PLAN, points=(Point("A", 0, late=1), Point("B", 1, early=30))), (PlanFault.WINDOWS_OVERLAP,)),
        (replace(PLAN, points=(Point("A", 0, late=1), Point("B", 1, early=29))), ()),
    ],
)  # fmt: skip
def test_plans(plan, faults):
    assert plan_faults(plan) == faults


def test_how_many_containers_a_plan_needs():
    assert replace(PLAN, conditions=(VAPOUR, FRIDGE)).containers == 8


@pytest.mark.parametrize(
    ("unit", "at", "due"),
    [
        (StudyUnit.HOURS, 36, START + 36 * HOUR),
        (StudyUnit.DAYS, 10, START + 10 * DAY),
        (StudyUnit.MONTHS, 1, datetime(2026, 2, 28, 10, tzinfo=UTC)),
        (StudyUnit.MONTHS, 12, datetime(2027, 1, 31, 10, tzinfo=UTC)),
        (StudyUnit.MONTHS, 25, datetime(2028, 2, 29, 10, tzinfo=UTC)),
    ],
)
def test_when_a_point_is_due(unit, at, due):
    assert window(replace(PLAN, unit=unit), Point("X", at), START).due_at == due


def test_windows_of_hours_are_in_hours():
    when = window(replace(PLAN, unit=StudyUnit.HOURS), Point("X", 24, early=1, late=2), START)
    assert (when.opens_at, when.closes_at) == (START + 23 * HOUR, START + 26 * HOUR)


T1 = window(PLAN, PLAN.points[1], START)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (T1.opens_at - HOUR, PullState.WAITING),
        (T1.opens_at, PullState.DUE),
        (T1.closes_at, PullState.DUE),
        (T1.closes_at + HOUR, PullState.OVERDUE),
    ],
)
def test_pulls_that_are_not_done(now, state):
    line = next(line for line in pulls(PLAN, START, (), now) if line.point.code == "T1")
    assert line.state is state


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (T1.opens_at - HOUR, PullState.EARLY),
        (T1.opens_at, PullState.DONE),
        (T1.closes_at, PullState.DONE),
        (T1.closes_at + HOUR, PullState.LATE),
    ],
)
def test_pulls_that_are_done(at, state):
    done = (Pull("LN2", "T1", at),)
    line = next(line for line in pulls(PLAN, START, done, START) if line.point.code == "T1")
    assert (line.state, line.pull) == (state, done[0])


STUDY = StudyFacts(PLAN, START, frozenset({"V1", "V2", "V3", "V4"}), (Pull("LN2", "T0", START, ("V1",)),))
GOOD = Pull("LN2", "T1", T1.due_at, ("V2",))
NOW = START + 60 * DAY
R = PullRefusal
PULLS = [
    (GOOD, ()),
    (replace(GOOD, condition="5C"), (R.NO_SUCH_POINT,)),
    (replace(GOOD, point="T9"), (R.NO_SUCH_POINT,)),
    (replace(GOOD, point="T0", at=START), (R.PULLED_ALREADY,)),
    (replace(GOOD, at=NOW + HOUR, reason="n1"), (R.IN_THE_FUTURE,)),
    (replace(GOOD, at=START - HOUR, reason="n1"), (R.BEFORE_THE_STUDY,)),
    (replace(GOOD, containers=()), (R.TOO_FEW_CONTAINERS,)),
    (
        replace(GOOD, point="T3", containers=("V2", "V2"), at=NOW, reason="n1"),
        (R.TOO_FEW_CONTAINERS,),
    ),
    (replace(GOOD, containers=("V1",)), (R.CONTAINER_USED,)),
    (replace(GOOD, containers=("V9",)), (R.NOT_OF_STUDY,)),
    (replace(GOOD, at=T1.closes_at + HOUR), (R.REASON_MISSING,)),
    (replace(GOOD, at=T1.closes_at + HOUR, reason="n1"), ()),
]


@pytest.mark.parametrize(("pull", "expected"), PULLS)
def test_recording_a_pull(pull, expected):
    assert against_pull(STUDY, pull, NOW) == expected


def test_every_refusal_of_a_pull_is_met():
    assert {code for _pull, codes in PULLS for code in codes} == set(R)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(StudyUnit.HOURS, 730.5), (StudyUnit.DAYS, 30.4375), (StudyUnit.MONTHS, 1.0)],
)
def test_elapsed(unit, expected):
    assert elapsed(START, START + 730.5 * HOUR, unit) == pytest.approx(expected)

"""A result that fails after its batch was let go: who is told by when, what is held, what is left open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from coi.rules.journey import Disposition
from qc.rules.criteria import Verdict
from qc.rules.late_failures import (
    Done,
    Duty,
    LateFailure,
    Task,
    TaskRefusal,
    against_task,
    is_late,
    tasks,
)

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GROWTH = LateFailure("B1", "STERILITY", AT, is_microbial=True, is_infused=True)


@pytest.mark.parametrize("disposition", Disposition)
@pytest.mark.parametrize("verdict", Verdict)
def test_when_a_failure_is_late(disposition: Disposition, verdict: Verdict):
    is_out = disposition in {
        Disposition.RELEASED,
        Disposition.CONDITIONALLY_RELEASED,
        Disposition.EXCEPTIONALLY_RELEASED,
    }
    assert is_late(disposition, verdict) is (is_out and verdict is Verdict.FAIL)


@pytest.mark.parametrize(
    ("failure", "duties"),
    [
        (GROWTH, set(Duty)),
        (replace(GROWTH, is_infused=False), set(Duty) - {Duty.FOLLOW_UP}),
        (
            replace(GROWTH, is_microbial=False),
            set(Duty) - {Duty.IDENTIFY_ORGANISM, Duty.TEST_SUSCEPTIBILITY},
        ),
        (replace(GROWTH, is_distributed=False), set(Duty) - {Duty.REPORT_DEVIATION}),
    ],
)
def test_duties(failure, duties):
    assert {task.duty for task in tasks(failure)} == duties


def test_the_first_due_comes_first_and_the_report_within_45_days():
    found = tasks(GROWTH)
    assert [task.duty for task in found][:2] == [Duty.TELL_PHYSICIAN, Duty.TELL_SPONSOR]
    assert found[-1] == Task(Duty.REPORT_DEVIATION, datetime(2026, 4, 24, 9, tzinfo=UTC))
    assert found == tuple(sorted(found, key=lambda task: task.due_at))


@pytest.mark.parametrize(
    ("task", "now", "expected"),
    [
        (Task(Duty.TELL_PHYSICIAN, AT), AT, False),
        (Task(Duty.TELL_PHYSICIAN, AT), AT + HOUR, True),
        (Task(Duty.TELL_PHYSICIAN, AT, done_at=AT + 2 * HOUR), AT + 3 * HOUR, False),
    ],
)
def test_overdue(task, now, expected):
    assert task.is_overdue(now) is expected


R = TaskRefusal
TOLD = Done(Duty.TELL_PHYSICIAN, AT + HOUR, "n1")
SHORT = tasks(replace(GROWTH, is_infused=False))
ALREADY = tuple(replace(task, done_at=AT + HOUR) for task in SHORT)
CASES = [
    (SHORT, TOLD, ()),
    (SHORT, replace(TOLD, at=AT), ()),
    (SHORT, replace(TOLD, at=AT.replace(second=0, microsecond=0)), ()),
    (SHORT, replace(TOLD, at=AT + 2 * HOUR), ()),
    (SHORT, replace(TOLD, duty=Duty.FOLLOW_UP), (R.NOT_A_DUTY,)),
    (ALREADY, TOLD, (R.DONE_ALREADY,)),
    (SHORT, replace(TOLD, reference=" "), (R.REFERENCE_MISSING,)),
    (SHORT, replace(TOLD, at=AT - HOUR), (R.BEFORE_KNOWN,)),
    (SHORT, replace(TOLD, at=AT + 3 * HOUR), (R.IN_THE_FUTURE,)),
]


@pytest.mark.parametrize(("found", "done", "expected"), CASES)
def test_recording_a_duty(found, done, expected):
    assert against_task(GROWTH, found, done, AT + 2 * HOUR) == expected


def test_every_refusal_is_met():
    assert {code for *_rest, codes in CASES for code in codes} == set(R)

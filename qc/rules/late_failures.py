"""A result that fails after its batch was let go: who is told, what is found out, by when. Nothing flips by itself.

The batch stays what it was signed to be. What is not in the patient is put on hold; physician and sponsor are told;
the clock of a biological product deviation report runs from the moment that somebody knew (21 CFR 600.14(c): within 45
calendar days); growth is identified and tested for what it is susceptible to, because somebody may have to treat it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coi.rules.journey import Disposition
from qc.rules.criteria import Verdict


class Duty(StrEnum):
    """What follows from a late failure."""

    TELL_PHYSICIAN = "tell_physician"
    TELL_SPONSOR = "tell_sponsor"
    REPORT_DEVIATION = "report_deviation"
    IDENTIFY_ORGANISM = "identify_organism"
    TEST_SUSCEPTIBILITY = "test_susceptibility"
    FOLLOW_UP = "follow_up"


# Within how much time each duty is done, from when somebody knew.
_WITHIN: Mapping[Duty, timedelta] = {
    Duty.TELL_PHYSICIAN: timedelta(hours=24),
    Duty.TELL_SPONSOR: timedelta(hours=24),
    Duty.IDENTIFY_ORGANISM: timedelta(days=7),
    Duty.TEST_SUSCEPTIBILITY: timedelta(days=7),
    Duty.FOLLOW_UP: timedelta(days=30),
    Duty.REPORT_DEVIATION: timedelta(days=45),
}


@dataclass(frozen=True)
class LateFailure:
    """A failing result of a batch that was let go. `is_microbial`: growth, of which the organism matters."""

    batch: str
    criterion: str
    aware_at: datetime
    is_microbial: bool = False
    is_distributed: bool = True
    is_infused: bool = False


@dataclass(frozen=True)
class Task:
    """One duty with its time; done when somebody has recorded it, with what they saw or sent."""

    duty: Duty
    due_at: datetime
    done_at: datetime | None = None
    done_by: int | None = None
    reference: str = ""

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time is over and nobody has done it; the moment itself is still in time."""
        return self.done_at is None and now > self.due_at


def is_late(disposition: Disposition, verdict: Verdict) -> bool:
    """Whether a result comes too late: it fails, and the batch was let go already."""
    return verdict is Verdict.FAIL and disposition.is_release


def tasks(failure: LateFailure) -> tuple[Task, ...]:
    """What has to be done, the first due first."""
    needless = {
        Duty.IDENTIFY_ORGANISM: not failure.is_microbial,
        Duty.TEST_SUSCEPTIBILITY: not failure.is_microbial,
        Duty.FOLLOW_UP: not failure.is_infused,
        Duty.REPORT_DEVIATION: not failure.is_distributed,
    }
    return tuple(
        Task(duty, failure.aware_at + within) for duty, within in _WITHIN.items() if not needless.get(duty)
    )


class TaskRefusal(StrEnum):
    """Why a duty may not be recorded as done."""

    NOT_A_DUTY = "not_a_duty"
    DONE_ALREADY = "done_already"
    REFERENCE_MISSING = "reference_missing"
    BEFORE_KNOWN = "before_known"
    IN_THE_FUTURE = "in_the_future"


@dataclass(frozen=True)
class Done:
    """A duty as somebody says it was done: when, and a reference to what shows it."""

    duty: Duty
    at: datetime
    reference: str


def against_task(
    failure: LateFailure, found: Sequence[Task], done: Done, now: datetime
) -> tuple[TaskRefusal, ...]:
    """Why this may not be recorded as done; people write minutes, so that of the knowledge counts."""
    task = next((task for task in found if task.duty is done.duty), None)
    checks = (
        (task is None, TaskRefusal.NOT_A_DUTY),
        (task is not None and task.done_at is not None, TaskRefusal.DONE_ALREADY),
        (not done.reference.strip(), TaskRefusal.REFERENCE_MISSING),
        (done.at < failure.aware_at.replace(second=0, microsecond=0), TaskRefusal.BEFORE_KNOWN),
        (done.at > now, TaskRefusal.IN_THE_FUTURE),
    )
    return tuple(code for is_so, code in checks if is_so)

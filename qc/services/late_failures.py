"""A result that fails after its batch was let go: what can be is held, people are told, duties get their clocks.

Nothing flips: the batch stays what it was signed to be (`qc.rules.late_failures`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.journey import ContainerStatus
from coi.selectors.telling import who_to_tell
from coi.services import hold_batch
from coi.services.recording import answered_once
from ledger.rules import Actor, Where, derive, new, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.work import WorkState
from people.services import close_work_item, open_work_item, require, send_notice
from qc import selectors
from qc.events import Event
from qc.rules.blockers import is_infused, products
from qc.rules.criteria import Criterion
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
from qc.rules.results import ResultView
from qc.rules.specification import Specification
from qc.rules.subjects import Subject
from qc.selectors import FailureView
from qc.services.recording import Doing, asking, batch_topic, locked_batch, record, repeated, writing

TABLE = "qc.latefailure"
CAUSE = "late_failing_result"


def tell_of_late_failure(subject: Subject, criterion: Criterion, result: ResultView, doing: Doing) -> None:
    """What follows at once, in the transaction of the result; nothing where it does not come too late.

    The product in play is put on hold, physician and sponsor are sent word, and each duty becomes work of quality with
    the time by which it is done.
    """
    if subject.disposition is None or not is_late(subject.disposition, result.verdict):
        return
    batch = locked_batch(subject.ref.code)
    case = selectors.case_of(batch, doing.now)
    released = products(case)
    failure = LateFailure(
        batch.code,
        criterion.code,
        doing.now,
        is_microbial=_is_microbial(case.specification, criterion),
        is_distributed=any(c.custodian != batch.site or c.status in _OUT for c in released),
        is_infused=is_infused(case),
    )
    held = hold_batch(
        batch=batch.code,
        reason_code=CAUSE,
        text=f"{criterion.title}: {batch.code}",
        **doing.as_keywords(derive(doing.request_id, "late hold")),
    )
    due, row = tasks(failure), derive(doing.request_id, "late")
    values = {
        "batch_id": batch.id,
        "criterion": criterion.code,
        "result_id": result.id,
        "aware_at": doing.now,
        "is_microbial": failure.is_microbial,
        "is_distributed": failure.is_distributed,
        "is_infused": failure.is_infused,
        "held": list(held),
        "tasks": [_plain(task) for task in due],
    }
    _record(doing, batch.code, Event.LATE_FAILURE_FOUND, row, values)
    _tell(subject, due, row, doing)


_OUT = frozenset({ContainerStatus.INFUSED, ContainerStatus.CONSUMED, ContainerStatus.CLOSED})


def _is_microbial(specification: Specification | None, criterion: Criterion) -> bool:
    """Whether it is the last reading of a culture: what an interim reading, "no growth to date", refers to."""
    criteria = specification.criteria if specification is not None else ()
    return any(interim.final == criterion.code for interim in criteria)


def _record(doing: Doing, batch: str, event: Event, row: UUID, values: dict[str, Any]) -> None:
    facts = {"criterion": values["criterion"], "held": values["held"], "tasks": values["tasks"]}
    own = replace(doing, request_id=derive(doing.request_id, "late entry"))
    subjects = (LedgerSubject("result", str(values["result_id"])),)
    topic = batch_topic(locked_batch(batch))
    record(own, topic, event, facts, changes=(new(TABLE, row, **values),), subjects=subjects)


def _tell(subject: Subject, due: Sequence[Task], row: UUID, doing: Doing) -> None:
    """Word to physician and sponsor; to quality each duty with its clock, and the failure itself, due now."""
    about = LedgerSubject("batch", subject.ref.code)
    for number, told in enumerate(who_to_tell(subject.order_id, doing.now)):
        send_notice(
            site=told.site,
            role=told.role,
            code=CAUSE,
            subject=about,
            **doing.as_keywords(derive(doing.request_id, f"late word {number}")),
        )
    work = {CAUSE: doing.now} | {f"late_{task.duty}": task.due_at for task in due}
    for cause, due_at in work.items():
        open_work_item(
            site=subject.site,
            role=Role.QA_RELEASER,
            subject=about,
            cause=cause,
            due_at=due_at,
            **doing.as_keywords(derive(row, cause)),
        )


@answered_once
def record_duty(
    *,
    failure: UUID,
    duty: Duty,
    done_at: datetime,
    reference: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> tuple[TaskRefusal, ...]:
    """Say that a duty was done, when, and what shows it; its work is closed.

    Answers with the reasons against it, which are recorded; none when it is done. Raises NotFound, NotAllowed (role).
    """
    found = _known(failure)
    doing = asking(
        actor, where, now, request_id, failure=failure, duty=duty, done_at=done_at, reference=reference
    )
    person = require(actor=actor, right=Right.RECORD_DUTY, site=found.site, now=now)
    events = (Event.LATE_DUTY_DONE, Event.LATE_DUTY_REFUSED)
    if earlier := repeated(doing, *events, failure=found.id, duty=str(duty)):
        return tuple(TaskRefusal(code) for code in earlier.facts.get("refused", ()))
    with writing():
        batch = locked_batch(found.batch)
        found = _known(failure)
        done = Done(duty, done_at, reference)
        against = against_task(found.failure, found.tasks, done, now)
        facts: dict[str, Any] = {"failure": found.id, "duty": str(duty), "reference": reference}
        if against:
            facts["refused"] = [str(code) for code in against]
            record(doing, batch_topic(batch), Event.LATE_DUTY_REFUSED, facts)
            return against
        listed = [_done(task, done, person.user_id) for task in found.tasks]
        change = put(TABLE, found.id, tasks=[_plain(task) for task in listed])
        facts["done_at"] = done_at
        record(doing, batch_topic(batch), Event.LATE_DUTY_DONE, facts, changes=(change,))
        _close_work(failure, duty, doing)
    return ()


def _done(task: Task, done: Done, by: int) -> Task:
    if task.duty is not done.duty:
        return task
    return replace(task, done_at=done.at, done_by=by, reference=done.reference)


def _close_work(failure: UUID, duty: Duty, doing: Doing) -> None:
    """Of this failure alone: another one of the same batch has clocks of its own."""
    item = people.work_item(str(derive(derive(failure, f"late_{duty}"), "work")))
    if item is None or item.state is not WorkState.OPEN:
        return
    closing = derive(doing.request_id, f"done {item.id}")
    close_work_item(
        id=item.id, actor=Actor.service("qc"), where=doing.where, now=doing.now, request_id=closing
    )


def _known(id: UUID) -> FailureView:
    found = selectors.failure(id)
    if found is None:
        raise NotFound("late_failure_unknown")
    return found


def _plain(task: Task) -> dict[str, Any]:
    """As it is kept: times in ISO 8601."""
    done = task.done_at.isoformat() if task.done_at is not None else None
    return {
        "duty": str(task.duty),
        "due_at": task.due_at.isoformat(),
        "done_at": done,
        "done_by": task.done_by,
        "reference": task.reference,
    }

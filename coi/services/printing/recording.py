"""What the services of printing do alike: find a job, ask for authority, write its entry."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from coi.events import Event
from coi.models import Order, Printer, PrintJob
from coi.rules.journey import CopyStatus
from coi.rules.printing import JobState, Trouble, may_move
from coi.services.recording import repeated
from ledger.rules import Change, EntryRef, Subject, put
from ledger.rules.errors import Conflict, NotFound
from ledger.services import enqueue
from people.rules.rights import Right
from people.services import require
from people.services.recording import Doing, record

PRINT = "coi.print_label"


def job_of(id: UUID | str) -> PrintJob | None:
    """A job with all that its printing needs."""
    rows = PrintJob.objects.select_related("printer", "copy__container", "copy__order")
    return rows.filter(pk=id).first()


def asked_job(id: UUID, right: Right, doing: Doing) -> PrintJob:
    """A job that somebody wants something of. Raises NotFound, NotAllowed (not at the site where it is printed)."""
    job = job_of(id)
    if job is None:
        raise NotFound("print_unknown")
    require(actor=doing.actor, right=right, site=job.site_id, now=doing.now)
    return job


def is_done(doing: Doing, event: Event, job: UUID) -> bool:
    """Whether this very request was carried out before."""
    return repeated(doing.request_id, event, job=str(job)) is not None


def locked(job: PrintJob) -> PrintJob:
    """The job under the lock of its journey: nothing of the journey's labels changes until the transaction ends."""
    Order.objects.select_for_update(no_key=True).get(id=job.copy.order_id)
    found = job_of(job.id)
    if found is None:
        raise NotFound("print_unknown")
    return found


def need_movable(job: PrintJob) -> None:
    """Conflict when it was sent, or its copy no longer counts."""
    if not may_move(JobState(job.state), CopyStatus(job.copy.status)):
        raise Conflict("print_over")


def record_job(
    doing: Doing,
    job: PrintJob,
    event: Event,
    values: Mapping[str, Any],
    *,
    facts: Mapping[str, Any] | None = None,
    changes: Sequence[Change] = (),
    is_of_journey: bool = True,
    reason: str = "",
) -> EntryRef:
    """Append the entry of what happened to a job. A try that came to nothing stands in the site's stream alone."""
    copy = job.copy
    subjects = [Subject("label", copy.code)]
    if is_of_journey:
        subjects += [Subject("order", copy.order.coi_id), Subject("container", str(copy.container_id))]
    return record(
        doing,
        event=event,
        stream=f"journey:{copy.order.coi_id}" if is_of_journey else f"site:{job.site_id}",
        facts={"job": str(job.id), "label": copy.code, "container": copy.container.code, **(facts or {})},
        changes=[put("coi.printjob", job.id, **values), *changes],
        subjects=subjects,
        reason=reason,
    )


def ask_for(entry: EntryRef, job: UUID, turn: int, doing: Doing) -> None:
    """Ask the worker to print it, in this turn."""
    enqueue(kind=PRINT, entry=entry, payload={"job": str(job), "turn": turn}, now=doing.now)


def beginning(printer: Printer | None) -> dict[str, Any]:
    """How a job begins at a printer: for the worker to send, or for somebody to print by hand."""
    if printer is not None and printer.host:
        return {"printer_id": printer.id, "state": str(JobState.QUEUED), "trouble": ""}
    trouble = Trouble.NO_PRINTER if printer is None else Trouble.BY_HAND
    return {
        "printer_id": printer.id if printer is not None else None,
        "state": str(JobState.WAITING),
        "trouble": str(trouble),
    }

"""The one door by which somebody gets a label that a scanner reads: it counts as sent then, and stands in the ledger.

As a printer is sent a copy once, so is a copy handed out once. Whoever finds that it did not come out says so, and the
next copy is printed in its place. What anybody else sees of a label is a specimen (`coi.services.rendering`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from coi.events import Event
from coi.models import LabelCopy, Order, PrintJob
from coi.rules.printing import ZPL_RESOLUTIONS, JobState, PrinterKind, Trouble
from coi.selectors.labels import LabelCopyView, label_copy_by_id
from coi.services.printing.content import content_for, label_of
from coi.services.printing.jobs import copy_by_code, need_waiting
from coi.services.printing.recording import job_of, need_movable
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.selectors import EntryView
from people.rules.rights import Right
from people.services import require
from people.services.recording import Doing, record

# A button pressed twice or an answer that was lost is the same hand-out; what is asked for later is none.
SAME_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True)
class LabelFile:
    """In what form a label is handed out: its PDF, or ZPL for a printer of so many dots per inch."""

    kind: PrinterKind
    dpi: int = ZPL_RESOLUTIONS[0]

    def __str__(self) -> str:
        return f"zpl {self.dpi}" if self.kind is PrinterKind.ZPL else "pdf"


@answered_once
def hand_out_label(
    *, copy: str, file: LabelFile, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> bytes:
    """Hand out a copy (by its code) that waits to be applied, to be printed: the bytes of its file, once.

    Raises NotFound, NotAllowed (no role where its container is), Invalid (resolution), Conflict (not drawn yet, sent or
    handed out before, applied, void), ValueError (ZPL has no room for it).
    """
    doing = Doing(actor, where, now, request_id)
    row = copy_by_code(copy)
    require(actor=actor, right=Right.HAND_OUT_LABEL, site=row.container.custodian_id, now=now)
    if file.kind is PrinterKind.ZPL and file.dpi not in ZPL_RESOLUTIONS:
        raise Invalid("fields_invalid", detail={"fields": {"file": "not_choice"}})
    with writing():
        Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        earlier = repeated(request_id, Event.PRINT_HANDED_OUT, label=copy, file=str(file))
        row, view = copy_by_code(copy), label_copy_by_id(row.id)
        if view is None:
            raise NotFound("label_unknown")
        need_waiting(row)
        if earlier is not None:
            _need_same(earlier, row, doing)
            return content_for(view, file.kind, file.dpi)
        data = content_for(view, file.kind, file.dpi)
        job, change = _sent(row, view, doing)
        facts = {"job": str(job), "file": str(file), "sha256": sha256(data).hexdigest()}
        _record(row, facts, change, doing)
    return data


def _need_same(earlier: EntryView, copy: LabelCopy, doing: Doing) -> None:
    """The same hand-out once more: to the same person, at once, and while nobody has said how it came out."""
    is_open = PrintJob.objects.filter(copy=copy, state=JobState.SENT.value).exists()
    is_same = earlier.actor_id == doing.actor.user_id and doing.now - earlier.occurred_at <= SAME_WITHIN
    if not (is_open and is_same):
        raise Conflict("print_over")


def _sent(copy: LabelCopy, view: LabelCopyView, doing: Doing) -> tuple[UUID, Change]:
    """The job of the copy, sent by hand from now on: the one it has, or one of its own."""
    values: dict[str, Any] = {
        "state": str(JobState.SENT),
        "sent_at": doing.now,
        "trouble": str(Trouble.BY_HAND),
        "last_error": "",
    }
    asked = PrintJob.objects.filter(copy=copy).values_list("id", flat=True).first()
    job = job_of(asked) if asked is not None else None
    if job is not None:
        need_movable(job)
        return job.id, put("coi.printjob", job.id, turn=job.turn + 1, **values)
    row, label = derive(doing.request_id, "job"), label_of(view)
    made = new(
        "coi.printjob",
        row,
        copy_id=copy.id,
        site_id=copy.container.custodian_id,
        width_mm=label.width_mm,
        height_mm=label.height_mm,
        asked_at=doing.now,
        **values,
    )
    return row, made


def _record(copy: LabelCopy, facts: dict[str, str], change: Change, doing: Doing) -> None:
    record(
        doing,
        event=Event.PRINT_HANDED_OUT,
        stream=f"journey:{copy.order.coi_id}",
        facts={"label": copy.code, "container": copy.container.code, **facts},
        changes=[change],
        subjects=[
            Subject("order", copy.order.coi_id),
            Subject("container", str(copy.container_id)),
            Subject("label", copy.code),
        ],
    )

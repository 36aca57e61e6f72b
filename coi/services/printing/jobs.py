"""Print jobs: one for each copy, asked for when the label has been drawn, moved by people, sent by the worker."""

from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import LabelCopy, Order, Printer, PrintJob
from coi.rules.journey import CopyStatus
from coi.rules.labels import Label
from coi.rules.printing import (
    PrinterFacts,
    PrinterKind,
    PrinterState,
    Wanted,
    choose,
)
from coi.selectors.labels import LabelCopyView, label_copy_by_id
from coi.services.printing.content import label_of
from coi.services.printing.recording import (
    ask_for,
    asked_job,
    beginning,
    is_done,
    locked,
    need_movable,
    record_job,
)
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, Subject, Where, derive, new
from ledger.rules.errors import Conflict, NotFound
from people.rules.rights import Right
from people.services import require
from people.services.recording import Doing, record

PRINTING = Actor.service("printing")


def printer_facts(row: Printer) -> PrinterFacts:
    """A printer as the rules see it."""
    return PrinterFacts(
        code=row.code,
        kind=PrinterKind(row.kind),
        state=PrinterState(row.state),
        host=row.host,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        kinds=tuple(row.kinds),
        stations=tuple(row.stations),
    )


def queue_print(copy: LabelCopyView, label: Label, *, site: str, station: str, now: datetime) -> None:
    """Ask for the printing of a label that has just been drawn, where it was asked for; in that transaction.

    Nothing where the site has no printer in use: there labels are printed from their PDF.
    """
    printers = {row.code: row for row in Printer.objects.filter(site__code=site).order_by("code")}
    if not any(row.state == PrinterState.ACTIVE for row in printers.values()):
        return
    wanted = Wanted(copy.facts.kind, label.width_mm, label.height_mm, station)
    chosen = choose([printer_facts(row) for row in printers.values()], wanted)
    doing = Doing(PRINTING, Where(site=site), now, derive(UUID(copy.id), "print"))
    row = LabelCopy.objects.select_related("container", "order").get(id=copy.id)
    _ask(row, printers[chosen.code] if chosen is not None else None, wanted, doing)


@answered_once
def ask_print(
    *, copy: str, printer: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> UUID:
    """Ask for the printing of a copy (by its code) at a printer. Returns the job's id.

    Raises NotFound, NotAllowed, Conflict (asked for before, not drawn yet, or the copy no longer waits to be applied).
    """
    row, chosen = copy_by_code(copy), printer_by_code(printer)
    require(actor=actor, right=Right.ASK_PRINT, site=chosen.site_id, now=now)
    if earlier := repeated(request_id, Event.PRINT_ASKED, label=copy, printer=printer):
        return UUID(earlier.facts["job"])
    with writing():
        Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        row = copy_by_code(copy)
        if PrintJob.objects.filter(copy=row).exists():
            raise Conflict("print_asked")
        need_waiting(row)
        view = label_copy_by_id(row.id)
        if view is None:
            raise NotFound("label_unknown")
        label = label_of(view)
        wanted = Wanted(row.container.kind, label.width_mm, label.height_mm)
        return _ask(row, chosen, wanted, Doing(actor, where, now, request_id))


@answered_once
def move_print(
    *, job: UUID, printer: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Try a job again, at the same printer or another of the site. Only what was never sent can be moved.

    Raises NotFound, NotAllowed, Conflict (it was sent, or its copy is void or applied).
    """
    doing = Doing(actor, where, now, request_id)
    row, chosen = asked_job(job, Right.MOVE_PRINT, doing), printer_by_code(printer)
    if chosen.site_id != row.site_id:
        raise NotFound("printer_unknown")
    if is_done(doing, Event.PRINT_MOVED, job):
        return
    with writing():
        row = locked(row)
        need_movable(row)
        turn = row.turn + 1
        values = {**beginning(chosen), "turn": turn, "tries": 0, "last_error": "", "asked_at": now}
        facts = {"printer": printer, "was": row.printer.code if row.printer is not None else ""}
        entry = record_job(doing, row, Event.PRINT_MOVED, values, facts=facts)
        if chosen.host:
            ask_for(entry, row.id, turn, doing)


def printer_by_code(code: str) -> Printer:
    """A printer. NotFound where there is none."""
    found = None if "\x00" in code else Printer.objects.filter(code=code).first()
    if found is None:
        raise NotFound("printer_unknown")
    return found


def copy_by_code(code: str) -> LabelCopy:
    """A copy with its container and order. NotFound where there is none."""
    rows = LabelCopy.objects.select_related("container", "order")
    found = None if "\x00" in code else rows.filter(code=code).first()
    if found is None:
        raise NotFound("label_unknown")
    return found


def need_waiting(copy: LabelCopy) -> None:
    """Conflict unless the copy has been drawn and still waits to be applied."""
    if copy.status == CopyStatus.VOID:
        raise Conflict("label_void")
    if copy.status == CopyStatus.APPLIED:
        raise Conflict("label_applied")
    if not copy.file:
        raise Conflict("label_not_rendered")


def _ask(copy: LabelCopy, printer: Printer | None, wanted: Wanted, doing: Doing) -> UUID:
    """The row of the job, and the effect by which the worker sends it, unless somebody prints it by hand."""
    row = derive(doing.request_id, "job")
    made = new(
        "coi.printjob",
        row,
        copy_id=copy.id,
        site_id=printer.site_id if printer is not None else doing.where.site,
        station=wanted.station,
        width_mm=wanted.width_mm,
        height_mm=wanted.height_mm,
        asked_at=doing.now,
        **beginning(printer),
    )
    code = printer.code if printer is not None else ""
    entry = record(
        doing,
        event=Event.PRINT_ASKED,
        stream=f"journey:{copy.order.coi_id}",
        facts={"job": str(row), "label": copy.code, "container": copy.container.code, "printer": code},
        changes=[made],
        subjects=[
            Subject("order", copy.order.coi_id),
            Subject("container", str(copy.container_id)),
            Subject("label", copy.code),
        ],
    )
    if printer is not None and printer.host:
        ask_for(entry, row, 1, doing)
    return row

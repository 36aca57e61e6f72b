"""Printers and what is to be printed on them, for pages; a site's people see what is printed at their site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from coi.models import Printer, PrintJob
from coi.rules.journey import CopyStatus
from coi.rules.printing import JobState, PrinterKind, PrinterState, Shown, may_move, shown
from coi.selectors.labels import LabelCopyView
from coi.selectors.visible import of_viewer, sites_of
from people import selectors as people
from people.rules.authority import Person
from people.rules.sites import SiteView

MOST, RECENT = 200, 15


@dataclass(frozen=True)
class PrinterView:
    """A printer."""

    code: str
    site: str
    name: str
    kind: PrinterKind
    host: str
    port: int
    dpi: int
    width_mm: int
    height_mm: int
    kinds: tuple[str, ...]
    stations: tuple[str, ...]
    state: PrinterState

    @property
    def title(self) -> str:
        """By what people tell it from another of the same name."""
        return f"{self.name} ({self.code})"

    @property
    def is_active(self) -> bool:
        """Whether it is used."""
        return self.state is PrinterState.ACTIVE


@dataclass(frozen=True)
class JobView:
    """The printing of one copy. `printer` is None where nobody said yet at which one."""

    id: str
    label: str
    copy_number: int
    container: str
    kind: str
    coi_id: str
    site: str
    printer: PrinterView | None
    width_mm: int
    height_mm: int
    shown: Shown
    trouble: str
    last_error: str
    tries: int
    asked_at: datetime
    tried_at: datetime | None
    sent_at: datetime | None
    settled_at: datetime | None
    settled_by: str
    may_move: bool
    has_file: bool

    def fits(self, printer: PrinterView) -> bool:
        """Whether the printer has its labels loaded."""
        is_size = (printer.width_mm, printer.height_mm) == (self.width_mm, self.height_mm)
        return is_size and (not printer.kinds or self.kind in printer.kinds)


@dataclass(frozen=True)
class SiteQueue:
    """What is to be printed at one site: what asks somebody first."""

    site: SiteView
    printers: tuple[PrinterView, ...]
    asks: tuple[JobView, ...]
    stuck: tuple[JobView, ...]
    queued: tuple[JobView, ...]
    recent: tuple[JobView, ...]


def print_queues(viewer: Person, at: datetime) -> tuple[SiteQueue, ...]:
    """The queues of the viewer's sites that have printers, or labels that wait for one."""
    sites: Any = sites_of(viewer, at)
    printers = [_printer(row) for row in Printer.objects.filter(site__in=sites).order_by("code")]
    open_jobs = _open(viewer, at)
    recent = _recent(viewer, at)
    found = [_queue(site, printers, open_jobs, recent) for site in people.sites() if site.code in sites]
    return tuple(queue for queue in found if queue.printers or queue.stuck or queue.asks or queue.queued)


def _queue(
    site: SiteView, printers: Sequence[PrinterView], jobs: Sequence[JobView], recent: Sequence[JobView]
) -> SiteQueue:
    own = [job for job in jobs if job.site == site.code]
    return SiteQueue(
        site=site,
        printers=tuple(printer for printer in printers if printer.site == site.code),
        asks=tuple(job for job in own if job.shown is Shown.ASKS),
        stuck=tuple(job for job in own if job.shown in (Shown.WAITING, Shown.FAILED)),
        queued=tuple(job for job in own if job.shown is Shown.QUEUED),
        recent=tuple(job for job in recent if job.site == site.code),
    )


def _rows(viewer: Person, at: datetime) -> Any:
    sites: Any = sites_of(viewer, at)
    rows = PrintJob.objects.select_related("printer", "copy__container", "copy__order")
    return rows.filter(of_viewer(viewer, at, "copy__order__"), site__in=sites)


_COUNTS = [CopyStatus.ISSUED.value, CopyStatus.PRINTED.value]


def _open(viewer: Person, at: datetime) -> list[JobView]:
    """Jobs that are not over: their copy still waits to be applied, and nobody said that it came out."""
    rows = _rows(viewer, at).filter(copy__status__in=_COUNTS).exclude(state=JobState.PRINTED.value)
    return [_job(row) for row in rows.order_by("asked_at", "id")[:MOST]]


def _recent(viewer: Person, at: datetime) -> list[JobView]:
    """The latest that are over: printed, scanned back, or void."""
    is_over = ~Q(copy__status__in=_COUNTS) | Q(state=JobState.PRINTED.value)
    rows = _rows(viewer, at).filter(is_over)
    return [_job(row) for row in rows.order_by("-asked_at", "id")[:RECENT]]


def print_job(viewer: Person, id: UUID, at: datetime) -> JobView | None:
    """One job at one of the viewer's sites."""
    row = _rows(viewer, at).filter(pk=id).first()
    return None if row is None else _job(row)


def print_job_of(copy: LabelCopyView) -> JobView | None:
    """The printing of a copy that somebody may see, where it was asked for or handed out."""
    row = (
        PrintJob.objects.select_related("printer", "copy__container", "copy__order")
        .filter(copy_id=UUID(copy.id))
        .first()
    )
    return None if row is None else _job(row)


def printers_at(viewer: Person, at: datetime) -> list[PrinterView]:
    """The printers of the viewer's sites, by site and code."""
    sites: Any = sites_of(viewer, at)
    rows = Printer.objects.filter(site__in=sites).order_by("site", "code")
    return [_printer(row) for row in rows]


def printer(viewer: Person, code: str, at: datetime) -> PrinterView | None:
    """One printer at one of the viewer's sites."""
    sites: Any = sites_of(viewer, at)
    rows = Printer.objects.filter(site__in=sites)
    row = None if "\x00" in code else rows.filter(code=code).first()
    return None if row is None else _printer(row)


def _printer(row: Printer) -> PrinterView:
    return PrinterView(
        code=row.code,
        site=row.site_id,
        name=row.name,
        kind=PrinterKind(row.kind),
        host=row.host,
        port=row.port,
        dpi=row.dpi,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        kinds=tuple(row.kinds),
        stations=tuple(row.stations),
        state=PrinterState(row.state),
    )


def _job(row: Any) -> JobView:
    copy = row.copy
    state, status = JobState(row.state), CopyStatus(copy.status)
    return JobView(
        id=str(row.pk),
        label=copy.code,
        copy_number=copy.number,
        container=copy.container.code,
        kind=copy.container.kind,
        coi_id=copy.order.coi_id,
        site=row.site_id,
        printer=_printer(row.printer) if row.printer is not None else None,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        shown=shown(state, status),
        trouble=row.trouble,
        last_error=row.last_error,
        tries=row.tries,
        asked_at=row.asked_at,
        tried_at=row.tried_at,
        sent_at=row.sent_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by_name,
        may_move=may_move(state, status),
        has_file=bool(copy.file),
    )

"""What was done at one station, by one person, or with one lot: steps, checks, clearances, test cards.

Each list has the newest `MOST`; the COI ids of journeys that are not the viewer's to see are left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from coi.models import (
    Batch,
    Check,
    Container,
    MaterialLot,
    PlaceUse,
    Scan,
    ScannerQualification,
    StepRecord,
)
from coi.rules.journey import CheckState, ContainerStatus, Disposition
from coi.rules.outcome import Outcome
from coi.rules.protocol import Protocol
from coi.rules.stock import StockStatus
from coi.rules.windows import Window
from coi.selectors.protocols import infusing_steps, pinned_protocol
from coi.selectors.refused import scans_in
from coi.selectors.visible import hidden_by_time, hidden_coi_ids
from ledger import selectors as ledger
from ledger.selectors import EntryView
from people import selectors as people
from people.rules.authority import Period, Person

MOST = 2000
_LOTS = "coi.materiallot"
# What the lists read of rows that are wide, and of the orders of which each has one.
_OF_JOURNEY = ("order__coi_id", "order__protocol")
_OF_STEPS = (
    *("at", "step", "station", "batch", "containers", "site__zone", *_OF_JOURNEY),
    *("performer", "performer_name", "witness", "witness_name"),
)
_OF_CHECKS = (
    *("opened_at", "closed_at", "step", "state", "refusals", *_OF_JOURNEY),
    *("performer_name", "witness_name", "cleared_at", "cleared_by_name"),
)


@dataclass(frozen=True)
class DoneAt:
    """One completed step. `topic`: the training that the protocol asks of who performs it; empty for none."""

    at: datetime
    zone: str
    site: str
    station: str
    step: str
    title: str
    coi_id: str
    batch: str
    containers: tuple[str, ...]
    performer_id: int
    performer: str
    witness_id: int | None
    witness: str
    topic: str


@dataclass(frozen=True)
class CheckAt:
    """One attempt at a step."""

    opened_at: datetime
    closed_at: datetime | None
    step: str
    title: str
    state: CheckState
    coi_id: str
    performer: str
    witness: str
    codes: tuple[str, ...]
    cleared_at: datetime | None
    cleared_by: str


@dataclass(frozen=True)
class PersonAt:
    """Somebody's scans, in sums."""

    name: str
    scans: int
    refused: int
    near_misses: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Clearance:
    """A place that was declared free for the next patient."""

    at: datetime
    by: str
    is_done: bool
    coi_id: str


@dataclass(frozen=True)
class Certificate:
    """One scan of the test card at a station. `until` is None where it was failed."""

    at: datetime
    until: datetime | None
    by: str
    make: str
    serial: str
    card_version: str


@dataclass(frozen=True)
class LotStory:
    """A lot of material, what quality said of it and when, and where it went."""

    id: str
    code: str
    material: str
    lot_no: str
    gtin: str
    site: str
    zone: str
    status: StockStatus
    expires_at: datetime
    course: tuple["LotEvent", ...]
    uses: tuple[DoneAt, ...]
    batches: tuple["LotBatch", ...]


@dataclass(frozen=True)
class LotEvent:
    """Receipt of the lot, or a change of its status: the status from then on."""

    at: datetime
    zone: str
    status: str
    by: str
    reason: str


@dataclass(frozen=True)
class LotBatch:
    """A batch in a journey in which the lot was used, and its containers by their state."""

    code: str
    coi_id: str
    site: str
    disposition: Disposition
    containers: int
    left: int
    infused: int


def steps_at(
    viewer: Person, window: Window, now: datetime, *, is_of_person: bool = False
) -> tuple[DoneAt, ...]:
    """Steps completed in a window, the newest first; of the window's station, and performed or witnessed by its person.

    A fixed number of statements, and one for each version of a protocol.
    """
    rows = StepRecord.objects.filter(
        at__gte=window.since, at__lt=window.until, site__code__in=sorted(window.sites)
    )
    if window.station:
        rows = rows.filter(station=window.station)
    if is_of_person:
        rows = rows.filter(Q(performer=window.person_id) | Q(witness=window.person_id))
    return _done(viewer, rows, now)


def _done(viewer: Person, rows: QuerySet[StepRecord], now: datetime) -> tuple[DoneAt, ...]:
    found = list(rows.select_related("order", "site").only(*_OF_STEPS).order_by("-at", "id")[:MOST])
    hidden = hidden_coi_ids(viewer, now, {row.order.coi_id for row in found})
    protocols = {it: pinned_protocol(str(it))[0] for it in {row.order.protocol_id for row in found}}
    codes = _codes(id for row in found for id in row.containers)
    stations = {it.code: it.name for it in people.stations({row.site_id for row in found})}
    batches = {str(k): v for k, v in Batch.objects.filter(id__in=_batches(found)).values_list("id", "code")}
    return tuple(
        DoneAt(
            at=row.at,
            zone=row.site.zone,
            site=row.site_id,
            station=stations.get(row.station, row.station),
            step=row.step,
            title=_title(protocols[row.order.protocol_id], row.step),
            coi_id="" if row.order.coi_id in hidden else row.order.coi_id,
            batch="" if row.order.coi_id in hidden else batches.get(str(row.batch), ""),
            containers=()
            if row.order.coi_id in hidden
            else tuple(codes[str(id)] for id in row.containers if str(id) in codes),
            performer_id=row.performer_id,
            performer=row.performer_name,
            witness_id=row.witness_id,
            witness=row.witness_name,
            topic=_topic(protocols[row.order.protocol_id], row.step),
        )
        for row in found
    )


def _batches(rows: Iterable[StepRecord]) -> set[Any]:
    return {row.batch for row in rows if row.batch is not None}


def _codes(ids: Iterable[Any]) -> dict[str, str]:
    rows = Container.objects.filter(id__in=set(map(str, ids))).values_list("id", "code")
    return {str(id): code for id, code in rows}


def _title(protocol: Protocol | None, code: str) -> str:
    step = protocol.step(code) if protocol is not None else None
    return step.title if step is not None else code


def _topic(protocol: Protocol | None, code: str) -> str:
    step = protocol.step(code) if protocol is not None else None
    return step.training if step is not None else ""


# --- a station --------------------------------------------------------------------------------------------------------


def outcomes_at(window: Window) -> dict[Outcome, int]:
    """How many scans of a window came to each outcome (one statement)."""
    rows = scans_in(window).order_by().values_list("outcome").annotate(n=Count("id"))
    return {Outcome(outcome): count for outcome, count in rows}


def people_at(window: Window) -> tuple[PersonAt, ...]:
    """Who scanned in a window, by name (one statement)."""
    refused = Q(outcome__in=[Outcome.REFUSED.value, Outcome.UNREADABLE.value])
    rows = scans_in(window).filter(person__isnull=False).order_by().values("person__printed_name")
    counted = rows.annotate(
        scans=Count("id"),
        refused=Count("id", filter=refused),
        near_misses=Count("id", filter=Q(is_near_miss=True)),
        first_at=Min("at"),
        last_at=Max("at"),
    )
    names = ("person__printed_name", "scans", "refused", "near_misses", "first_at", "last_at")
    return tuple(PersonAt(*row) for row in counted.order_by("person__printed_name").values_list(*names))


def checks_at(viewer: Person, window: Window, now: datetime) -> tuple[CheckAt, ...]:
    """Attempts at a station that began in a window, the newest first."""
    rows = Check.objects.filter(
        station=window.station, opened_at__gte=window.since, opened_at__lt=window.until
    )
    found = list(rows.select_related("order").only(*_OF_CHECKS).order_by("-opened_at", "id")[:MOST])
    hidden = hidden_coi_ids(viewer, now, {row.order.coi_id for row in found if row.order})
    protocols = {
        it: pinned_protocol(str(it))[0] for it in {row.order.protocol_id for row in found if row.order}
    }
    return tuple(
        CheckAt(
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            step=row.step,
            title=_title(protocols[row.order.protocol_id], row.step) if row.order else row.step,
            state=CheckState(row.state),
            coi_id=row.order.coi_id if row.order and row.order.coi_id not in hidden else "",
            performer=row.performer_name,
            witness=row.witness_name,
            codes=tuple(str(it["code"]) for it in row.refusals),
            cleared_at=row.cleared_at,
            cleared_by=row.cleared_by_name,
        )
        for row in found
    )


def clearances_at(viewer: Person, window: Window, place: str, now: datetime) -> tuple[Clearance, ...]:
    """Line clearances asked for at a station of a place in a window, the newest first, also those that were refused."""
    rows = scans_in(window).filter(answer__command="clear").select_related("person").order_by("-at", "id")
    scans: Sequence[Scan] = list(rows.only("at", "outcome", "person__printed_name")[:MOST])
    uses = PlaceUse.objects.filter(place=place, closed_at__in=[scan.at for scan in scans])
    cleared = dict(uses.values_list("closed_at", "order__coi_id"))
    hidden = hidden_coi_ids(viewer, now, set(cleared.values()))
    return tuple(
        Clearance(
            scan.at,
            scan.person.get_full_name() if scan.person else "",
            scan.outcome == Outcome.ACCEPTED,
            "" if cleared.get(scan.at, "") in hidden else cleared.get(scan.at, ""),
        )
        for scan in scans
    )


def certificates_at(station: str, since: datetime, until: datetime) -> tuple[Certificate, ...]:
    """Scans of the test card at a station in [since, until), and the last one before, the newest first (two
    statements).
    """
    rows = ScannerQualification.objects.filter(station=station).order_by("-at")
    within: Sequence[ScannerQualification] = list(rows.filter(at__gte=since, at__lt=until))
    before: Sequence[ScannerQualification] = list(rows.filter(at__lt=since)[:1])
    return tuple(
        Certificate(it.at, it.until, it.by_name, it.make, it.serial, it.card_version)
        for it in (*within, *before)
    )


# --- a lot ------------------------------------------------------------------------------------------------------------


def lot_story(viewer: Person, lot: str, periods: Mapping[str, Period], now: datetime) -> LotStory | None:
    """A lot by its code, at one of these sites, each with the time of which the viewer may read there.

    What was said of it outside that time is left out, its state is that at the end of it, and journeys that lie outside
    are no uses. None where there is no such lot, or nothing of it lies in that time.
    """
    rows = MaterialLot.objects.select_related("site").filter(site__code__in=sorted(periods))
    row = None if "\x00" in lot else rows.filter(code=lot).first()
    if row is None:
        return None
    open_at = periods[row.site_id]
    used = StepRecord.objects.filter(stock__contains=[{"code": row.code}])
    journeys = used.order_by().values_list("order__coi_id", flat=True).distinct()
    used = used.exclude(order__coi_id__in=hidden_by_time(viewer, now, frozenset(journeys)))
    uses = _done(viewer, used, now)
    told = [
        it
        for it in ledger.entries_for_subject("materiallot", row.code)
        if open_at.end is None or it.occurred_at < open_at.end
    ]
    course = tuple(_lot_event(it) for it in told if open_at.holds(it.occurred_at))
    if not course and not uses:
        return None
    return LotStory(
        id=str(row.pk),
        code=row.code,
        material=row.material,
        lot_no=row.lot_no,
        gtin=row.gtin,
        site=row.site_id,
        zone=row.site.zone,
        status=StockStatus(_status_by(told) or row.status),
        expires_at=row.expires_at,
        course=course,
        uses=uses,
        batches=_lot_batches(used, {it.coi_id for it in uses if it.coi_id}),
    )


def _lot_event(entry: EntryView) -> LotEvent:
    status = str(entry.facts.get("status", ""))
    return LotEvent(entry.occurred_at, entry.zone, status, entry.actor_name, entry.reason)


def _status_by(entries: Iterable[EntryView]) -> str:
    """The state in which these entries, in their order, left the lot; empty where none of them says."""
    changes = [change for entry in entries for change in entry.changes if change.table == _LOTS]
    said = [str(change.values["status"]) for change in changes if "status" in change.values]
    return said[-1] if said else ""


def _lot_batches(used: QuerySet[StepRecord], shown: Collection[str]) -> tuple[LotBatch, ...]:
    """Every batch of the journeys in which it was used: what was collected with a lot went into all of them.

    A container was infused if a step says so, whatever became of the empty bag since: it is closed out.
    """
    over = [ContainerStatus.CONSUMED.value, ContainerStatus.CLOSED.value, ContainerStatus.INFUSED.value]
    rows = Batch.objects.filter(order__in=used.values("order"), order__coi_id__in=list(shown))
    versions = rows.order_by().values_list("order__protocol_id", flat=True).distinct()
    infused = StepRecord.objects.filter(step__in=infusing_steps(map(str, versions))).values("subject")
    counted = rows.annotate(
        containers=Count("container"),
        left=Count("container", filter=~Q(container__status__in=over)),
        infused=Count("container", filter=Q(container__in=infused)),
    )
    return tuple(
        LotBatch(
            row.code,
            row.order.coi_id,
            row.site_id,
            Disposition(row.disposition),
            row.containers,
            row.left,
            row.infused,
        )
        for row in counted.select_related("order").order_by("started_at", "code")
    )

"""Holds, deviations and near misses, as quality reads them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from coi.models import Check, Container, Deviation, Hold, Scan
from coi.rules.deviations import DeviationClass, DeviationState
from coi.rules.windows import Window
from coi.selectors.protocols import Titles, titles_by_version
from coi.selectors.visible import HIDDEN, happened_to, hidden_coi_ids, of_sites, of_viewer
from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.authority import Person
from people.rules.roles import QA
from people.rules.signatures import SignatureView

MOST = 200
MOST_IN_REPORT = 2000


@dataclass(frozen=True)
class HoldRow:
    """One hold."""

    id: UUID
    coi_id: str
    container: str
    kind: str
    custodian: str
    zone: str
    reason: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str
    deviation: str

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.released_at is None


@dataclass(frozen=True)
class DeviationRow:
    """One deviation in a list."""

    code: str
    coi_id: str
    grade: DeviationClass
    state: DeviationState
    trigger: str
    step: str
    step_title: str
    site: str
    zone: str
    opened_at: datetime
    due_at: datetime
    owner: str
    is_late: bool


@dataclass(frozen=True)
class DeviationView:
    """One deviation with all that belongs to it."""

    row: DeviationRow
    containers: tuple[tuple[str, str], ...]
    holds: tuple[HoldRow, ...]
    refusals: tuple[dict[str, Any], ...]
    met_by: str
    cleared_by: str
    cleared_at: datetime | None
    station: str
    titles: Titles
    cause: str
    disposition: str
    closed_at: datetime | None
    signatures: tuple[SignatureView, ...]
    owners: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class DeviationCourse:
    """A deviation from its opening to its end, with the codes of the containers that it names."""

    row: DeviationRow
    containers: tuple[str, ...]
    cause: str
    disposition: str
    closed_at: datetime | None
    signatures: tuple[SignatureView, ...]
    met_by: str
    cleared_by: str
    cleared_at: datetime | None


@dataclass(frozen=True)
class NearMissRow:
    """A scan that was stopped and would have been a mix-up."""

    at: datetime
    coi_id: str
    site: str
    zone: str
    station: str
    station_name: str
    step: str
    step_title: str
    codes: tuple[str, ...]
    person: str
    deviation: str
    is_keyed: bool = False


def holds(viewer: Person, now: datetime, *, only_open: bool = True) -> tuple[HoldRow, ...]:
    """Holds on the viewer's journeys, the newest first."""
    found = _hold_rows().filter(of_viewer(viewer, now, "order__"))
    if only_open:
        found = found.filter(released_at__isnull=True)
    return tuple(_hold(row) for row in found.order_by("-placed_at", "id")[:MOST])


def holds_of(order_id: UUID) -> tuple[HoldRow, ...]:
    """All holds of one journey, open ones first."""
    return tuple(
        _hold(row) for row in _hold_rows().filter(order=order_id).order_by("-released_at", "-placed_at")
    )


def _hold_rows() -> QuerySet[Hold]:
    return Hold.objects.select_related("order", "container__custodian", "deviation")


def _hold(row: Hold) -> HoldRow:
    return HoldRow(
        id=row.id,
        coi_id=row.order.coi_id,
        container=row.container.code,
        kind=row.container.kind,
        custodian=row.container.custodian_id,
        zone=row.container.custodian.zone,
        reason=row.reason_code,
        placed_at=row.placed_at,
        placed_by=row.placed_by_name,
        released_at=row.released_at,
        released_by=row.released_by_name,
        deviation=row.deviation.code if row.deviation else "",
    )


def _visible_deviations(viewer: Person, now: datetime) -> QuerySet[Deviation]:
    of_no_journey = Q(order__isnull=True) & happened_to(viewer, now, "site", "opened_at")
    mine = of_viewer(viewer, now, "order__") | of_no_journey
    return Deviation.objects.select_related("order").filter(mine)


def deviations(viewer: Person, now: datetime, *, only_open: bool = True) -> tuple[DeviationRow, ...]:
    """Deviations of the viewer's journeys and sites; open ones by when they are due."""
    found = _visible_deviations(viewer, now)
    if only_open:
        found = found.filter(state=DeviationState.OPEN)
    return _deviations(found.order_by("-state", "due_at", "code")[:MOST], now)


def deviations_of(order_id: UUID, now: datetime) -> tuple[DeviationRow, ...]:
    """All deviations of one journey."""
    rows = Deviation.objects.select_related("order").filter(order=order_id).order_by("-state", "due_at")
    return _deviations(rows, now)


def deviations_in(viewer: Person, window: Window, now: datetime) -> tuple[DeviationCourse, ...]:
    """Deviations that were open at any time in a window, of the sites or the journey asked about, the newest first.

    A fixed number of statements, and one for each protocol.
    """
    found = _visible_deviations(viewer, now).filter(opened_at__lt=window.until)
    found = found.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=window.since))
    if window.coi_id:
        found = found.filter(order__coi_id=window.coi_id)
    else:
        found = found.filter(Q(site__in=list(window.sites)) | of_sites(window.sites, "order__"))
    rows = list(found.order_by("-opened_at", "code")[:MOST_IN_REPORT])
    named = {id for row in rows for id in row.containers}
    codes = {str(k): v for k, v in Container.objects.filter(id__in=named).values_list("id", "code")}
    stops = Check.objects.in_bulk([row.check_id for row in rows if row.check_id])
    signed = people.signatures_of("deviation", [row.code for row in rows])
    return tuple(
        _course(row, shown, codes, stops.get(row.check_id), tuple(signed[row.code]))
        for row, shown in zip(rows, _deviations(rows, now), strict=True)
    )


def _course(
    row: Deviation,
    shown: DeviationRow,
    codes: Mapping[str, str],
    stop: Check | None,
    signed: tuple[SignatureView, ...],
) -> DeviationCourse:
    return DeviationCourse(
        row=shown,
        containers=tuple(codes[str(id)] for id in row.containers if str(id) in codes),
        cause=row.cause_code,
        disposition=row.disposition_code,
        closed_at=row.closed_at,
        signatures=signed,
        met_by=stop.performer_name if stop else "",
        cleared_by=stop.cleared_by_name if stop else "",
        cleared_at=stop.cleared_at if stop else None,
    )


def _deviations(rows: Iterable[Deviation], now: datetime) -> tuple[DeviationRow, ...]:
    """Each with the zone of its site and the title of its step (one statement for sites, one for each protocol)."""
    found = list(rows)
    if not found:
        return ()
    zones = {site.code: site.zone for site in people.sites()}
    titles = _titles_of(found)
    return tuple(_deviation(row, now, zones.get(row.site, "UTC"), _title(row, titles)) for row in found)


def _titles_of(rows: Sequence[Deviation] | Sequence[Scan]) -> Mapping[str, Titles]:
    return titles_by_version(str(row.order.protocol_id) for row in rows if row.order)


def _title(row: Deviation | Scan, titles: Mapping[str, Titles]) -> str:
    """The title of the step in the protocol that the order pinned; empty where there is no order or no such step."""
    return titles[str(row.order.protocol_id)].get(row.step, "") if row.order else ""


def _deviation(row: Deviation, now: datetime, zone: str, step_title: str) -> DeviationRow:
    return DeviationRow(
        code=row.code,
        coi_id=row.order.coi_id if row.order else "",
        grade=DeviationClass(row.grade),
        state=DeviationState(row.state),
        trigger=row.trigger,
        step=row.step,
        step_title=step_title,
        site=row.site,
        zone=zone,
        opened_at=row.opened_at,
        due_at=row.due_at,
        owner=row.owner_name,
        is_late=row.state == DeviationState.OPEN and row.due_at < now,
    )


def deviation(viewer: Person, code: str, now: datetime) -> DeviationView:
    """One deviation. NotFound where there is none, or none that is the viewer's to see."""
    found = _visible_deviations(viewer, now)
    row = None if "\x00" in code else found.filter(code=code).first()
    if row is None:
        raise NotFound("deviation_unknown")
    (shown,) = _deviations([row], now)
    named = Container.objects.filter(id__in=row.containers).order_by("code").values_list("code", "kind")
    held = _hold_rows().filter(deviation=row).order_by("container__code")
    stop = _stop_of(row)
    candidates = {
        p.user_id: p.printed_name for r in sorted(QA) for p in people.people_with_role(r, row.site, now)
    }
    return DeviationView(
        row=shown,
        containers=tuple(named),
        holds=tuple(_hold(hold) for hold in held),
        refusals=mask(viewer, now, stop.refusals if stop else ()),
        met_by=stop.performer_name if stop else "",
        cleared_by=stop.cleared_by_name if stop else "",
        cleared_at=stop.cleared_at if stop else None,
        station=_stations([row.site]).get(stop.station, stop.station) if stop else "",
        titles=_titles_of([row]).get(str(row.order.protocol_id), {}) if row.order else {},
        cause=row.cause_code,
        disposition=row.disposition_code,
        closed_at=row.closed_at,
        signatures=tuple(people.signatures("deviation", row.code)),
        owners=tuple(sorted(candidates.items(), key=lambda pair: pair[1])),
    )


def _stations(sites: Collection[str]) -> Mapping[str, str]:
    """The names of the stations of these sites, by their codes."""
    return {view.code: view.name for view in people.stations(sites)} if sites else {}


def _stop_of(row: Deviation) -> Check | None:
    """The stopped check in which the deviation was opened."""
    return Check.objects.filter(id=row.check_id).first() if row.check_id else None


def mask(viewer: Person, now: datetime, refusals: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Refusals without the COI ids of journeys that are not the viewer's to see."""
    listed = tuple(refusals)
    named = {v for r in listed for v in r["params"].values() if v.startswith("CH") and len(v) == 15}
    hidden = hidden_coi_ids(viewer, now, named)
    if not hidden:
        return listed
    return tuple(
        {**r, "params": {k: HIDDEN if v in hidden else v for k, v in r["params"].items()}} for r in listed
    )


def near_misses(viewer: Person, now: datetime) -> tuple[NearMissRow, ...]:
    """Near misses at the viewer's sites and on the viewer's journeys, the newest first."""
    mine = of_viewer(viewer, now, "order__") | happened_to(viewer, now, "site", "at")
    return _near_misses(viewer, now, mine)


def near_misses_of(viewer: Person, order_id: UUID, now: datetime) -> tuple[NearMissRow, ...]:
    """Near misses of one journey."""
    return _near_misses(viewer, now, Q(order=order_id))


def _near_misses(viewer: Person, now: datetime, condition: Q) -> tuple[NearMissRow, ...]:
    rows = Scan.objects.filter(condition, is_near_miss=True).select_related("order", "site", "person")
    found = list(rows.order_by("-at", "id")[:MOST])
    hidden = hidden_coi_ids(viewer, now, {row.order.coi_id for row in found if row.order})
    titles = _titles_of(found)
    stations = _stations({row.site_id for row in found})
    return tuple(
        NearMissRow(
            at=row.at,
            coi_id=row.order.coi_id if row.order and row.order.coi_id not in hidden else "",
            site=row.site_id,
            zone=row.site.zone,
            station=row.station,
            station_name=stations.get(row.station, row.station),
            step=row.step,
            step_title=_title(row, titles),
            codes=tuple(row.codes),
            person=row.person.get_full_name() if row.person else "",
            deviation=str(row.answer.get("deviation", "")),
            is_keyed=row.is_keyed,
        )
        for row in found
    )

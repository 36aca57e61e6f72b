"""Where people went beside the plain way: STOPs cleared, holds released, labels replaced, codes typed; and what came
late, or was done by one person alone.

A fixed number of statements over any stretch of time; of each list the newest `MOST`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from coi.events import Event
from coi.models import Check, Deviation, Hold, Scan, StepRecord, Weight
from coi.rules.protocol import WitnessRule
from coi.rules.windows import Window
from coi.selectors.protocols import pinned_protocol
from coi.selectors.refused import scans_in
from coi.selectors.visible import hidden_coi_ids
from ledger import selectors as ledger
from ledger.selectors import EntryView
from people import selectors as people
from people.rules.authority import Person
from people.rules.sites import StationView

MOST = 2000
# A weight that was taken longer than this before it was entered was entered late; shorter, it is the time that
# writing takes. A step that is recorded late says so itself.
LATE = timedelta(hours=1)
_JOURNEY = "journey:"


class Sort(StrEnum):
    """What was done beside the plain way."""

    STOP_CLEARED = "stop_cleared"
    HOLD_RELEASED = "hold_released"
    REPRINT = "reprint"
    TYPED = "typed"


@dataclass(frozen=True)
class Override:
    """One of them. `first`: who met the STOP, placed the hold or asked; `second`: who cleared or released.

    `about`: the container, label or step; `reason`: the code of why; `auth`: how the last of them proved who they are;
    `deviation`: to which it belongs.
    """

    sort: Sort
    at: datetime
    zone: str
    site: str
    coi_id: str
    about: str
    reason: tuple[str, ...]
    first: str
    second: str
    auth: str
    deviation: str = ""


@dataclass(frozen=True)
class LateEntry:
    """Something entered later than it was done. `event`: of its entry; `about`: a weight's journey, or a stream."""

    at: datetime
    performed_at: datetime
    zone: str
    site: str
    event: str
    about: str
    by: str
    reason: str


@dataclass(frozen=True)
class AloneSum:
    """Completions of a step: in all, by one person alone, and those of these for which the protocol asks two."""

    step: str
    title: str
    done: int
    alone: int
    unlawful: int


def overrides_in(viewer: Person, window: Window, now: datetime) -> tuple[Override, ...]:
    """All of them, the newest first; the COI ids of journeys that are not the viewer's to see are left out."""
    stations = {it.code: it for it in people.stations(window.sites)}
    zones = {site.code: site.zone for site in people.sites()}
    found = [
        *_stops(window, stations, zones),
        *_holds(window),
        *_reprints(window),
        *_typed(window),
    ]
    hidden = hidden_coi_ids(viewer, now, {it.coi_id for it in found if it.coi_id})
    told = (replace(it, coi_id="") if it.coi_id in hidden else it for it in found)
    return tuple(sorted(told, key=lambda it: it.at, reverse=True))


def _stops(
    window: Window, stations: Mapping[str, StationView], zones: Mapping[str, str]
) -> Iterable[Override]:
    rows = Check.objects.filter(cleared_at__gte=window.since, cleared_at__lt=window.until)
    rows = _of(rows, window, Q(station__in=sorted(stations)))
    found = list(rows.select_related("order").order_by("-cleared_at")[:MOST])
    opened = Deviation.objects.filter(check_id__in=[row.pk for row in found]).order_by("code")
    deviations = dict(opened.values_list("check_id", "code"))
    for row in found:
        site = stations[row.station].site if row.station in stations else ""
        yield Override(
            Sort.STOP_CLEARED,
            row.cleared_at or row.opened_at,
            zones.get(site, "UTC"),
            site,
            row.order.coi_id if row.order else "",
            row.step,
            tuple(str(it["code"]) for it in row.refusals),
            row.performer_name,
            row.cleared_by_name,
            "badge_pin",
            deviations.get(row.pk, ""),
        )


def _holds(window: Window) -> Iterable[Override]:
    rows = Hold.objects.filter(released_at__gte=window.since, released_at__lt=window.until)
    rows = _of(rows, window, Q(container__custodian__code__in=sorted(window.sites)))
    rows = rows.select_related("order", "container__custodian", "deviation")
    for row in rows.order_by("-released_at", "id")[:MOST]:
        yield Override(
            Sort.HOLD_RELEASED,
            row.released_at or row.placed_at,
            row.container.custodian.zone,
            row.container.custodian_id,
            row.order.coi_id,
            row.container.code,
            (row.reason_code,),
            row.placed_by_name,
            row.released_by_name,
            "",
            row.deviation.code if row.deviation is not None else "",
        )


def _of(rows: QuerySet[Any], window: Window, at_sites: Q) -> QuerySet[Any]:
    return rows.filter(Q(order__coi_id=window.coi_id) if window.coi_id else at_sites)


def _reprints(window: Window) -> Iterable[Override]:
    sites = None if window.coi_id else window.sites
    entries = ledger.entries_between(window.since, window.until, events=(Event.LABEL_REPRINTED,), sites=sites)
    own = [it for it in entries if window.coi_id in ("", it.stream.removeprefix(_JOURNEY))]
    for entry in own[-MOST:]:
        about = f"{entry.facts['container']} {entry.facts['voided']} → {entry.facts['issued']}"
        coi_id = entry.stream.removeprefix(_JOURNEY)
        yield _entered(entry, Sort.REPRINT, coi_id, about, entry.reason)


def _entered(entry: EntryView, sort: Sort, coi_id: str, about: str, reason: str) -> Override:
    return Override(
        sort,
        entry.occurred_at,
        entry.zone,
        entry.site,
        coi_id,
        about,
        (reason,),
        entry.actor_name,
        "",
        entry.auth_method,
    )


def _typed(window: Window) -> Iterable[Override]:
    rows = scans_in(window).filter(is_keyed=True).select_related("order").order_by("-at", "id")
    scans: Sequence[Scan] = list(rows[:MOST])
    entries = ledger.entries_of_requests([scan.pk for scan in scans])
    for scan in scans:
        entry = entries.get(scan.pk)
        if entry is not None:
            coi_id = scan.order.coi_id if scan.order is not None else ""
            reason = str(entry.facts.get("keyed_reason", ""))
            yield _entered(entry, Sort.TYPED, coi_id, scan.step, reason)


# --- late, and alone --------------------------------------------------------------------------------------------------


def late_entries(viewer: Person, window: Window, now: datetime) -> tuple[LateEntry, ...]:
    """What was entered late, the newest first: entries that say so, and weights more than `LATE` after their time."""
    entries = ledger.late_entries(window.since, window.until, sites=window.sites, by=timedelta(0))
    found = [
        LateEntry(
            it.occurred_at,
            it.performed_at or it.occurred_at,
            it.zone,
            it.site,
            it.event,
            it.stream.removeprefix(_JOURNEY),
            it.actor_name,
            it.reason,
        )
        for it in entries
        if window.coi_id in ("", it.stream.removeprefix(_JOURNEY))
    ]
    found += [_weight(row) for row in _late_weights(window)]
    hidden = hidden_coi_ids(viewer, now, {it.about for it in found})
    told = (replace(it, about="") if it.about in hidden else it for it in found)
    return tuple(sorted(told, key=lambda it: it.at, reverse=True)[:MOST])


def _late_weights(window: Window) -> QuerySet[Weight]:
    rows = Weight.objects.filter(recorded_at__gte=window.since, recorded_at__lt=window.until)
    rows = _of(rows, window, Q(order__treating_site__code__in=sorted(window.sites)))
    late = rows.filter(measured_at__lt=F("recorded_at") - LATE)
    return late.select_related("order__treating_site").order_by("-recorded_at", "id")[:MOST]


def _weight(row: Weight) -> LateEntry:
    site = row.order.treating_site
    event = Event.WEIGHT_CORRECTED if row.supersedes_id else Event.WEIGHT_RECORDED
    return LateEntry(
        row.recorded_at,
        row.measured_at,
        site.zone,
        site.code,
        str(event),
        row.order.coi_id,
        row.recorded_by_name,
        row.reason,
    )


def completions_alone(window: Window) -> tuple[AloneSum, ...]:
    """How many completions of each step had one person alone (one statement, and one for each version of a protocol).

    A step for which the protocol of the journey asks two people is completed by two alone; if not, it is unlawful.
    """
    rows = StepRecord.objects.filter(at__gte=window.since, at__lt=window.until)
    rows = _of(rows, window, Q(site__code__in=sorted(window.sites)))
    counted = rows.order_by().values_list("order__protocol_id", "step")
    found = list(counted.annotate(done=Count("pk"), alone=Count("pk", filter=Q(witness__isnull=True))))
    protocols = {version: pinned_protocol(str(version))[0] for version in {row[0] for row in found}}
    sums: dict[str, list[int]] = {}
    titles: dict[str, str] = {}
    for version, code, done, alone in found:
        protocol = protocols[version]
        step = protocol.step(code) if protocol is not None else None
        asks_two = step is not None and step.witness is not WitnessRule.NONE
        titles[code] = step.title if step is not None else titles.get(code, code)
        kept = sums.setdefault(code, [0, 0, 0])
        for place, count in enumerate((done, alone, alone if asks_two else 0)):
            kept[place] += count
    return tuple(AloneSum(code, titles[code], *sums[code]) for code in sorted(sums))

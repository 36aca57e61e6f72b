"""Scans and what was refused of them, over a stretch of time: one by one, and in sums that the database makes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, TextField
from django.db.models.functions import TruncMonth

from coi.models import Order, Scan
from coi.rules.outcome import STOPS, Outcome
from coi.rules.windows import Window
from coi.selectors.protocols import Titles, titles_by_version
from coi.selectors.quality import mask
from coi.selectors.visible import hidden_coi_ids, of_sites
from people import selectors as people
from people.rules.authority import Person
from people.rules.refusals import Refusal, Refused

MOST = 2000
_REFUSED = (Outcome.REFUSED.value, Outcome.UNREADABLE.value)


@dataclass(frozen=True)
class RefusedScan:
    """One scan that was refused or could not be read. `refusals`: codes with what was expected and found, as far as the
    reader may see it; `titles`: of the steps that they name.
    """

    at: datetime
    zone: str
    site: str
    station: str
    step: str
    step_title: str
    coi_id: str
    person: str
    is_stop: bool
    is_near_miss: bool
    is_keyed: bool
    codes: tuple[str, ...]
    refusals: tuple[Mapping[str, Any], ...]
    titles: Mapping[str, str]
    deviation: str


@dataclass(frozen=True)
class ScanSum:
    """Scans of one site, step and station; `step` is empty where none was found."""

    site: str
    station: str
    step: str
    scans: int
    refused: int
    stops: int
    near_misses: int
    keyed: int


@dataclass(frozen=True)
class CodeSum:
    """How often one reason was spoken, at one step; a scan may have several."""

    code: str
    step: str
    scans: int


@dataclass(frozen=True)
class MonthOfScans:
    """Scans in one calendar month (UTC)."""

    month: datetime
    scans: int
    refused: int
    stops: int
    near_misses: int
    keyed: int


def scans_in(window: Window) -> QuerySet[Scan]:
    """The scans of a window."""
    found = Scan.objects.filter(at__gte=window.since, at__lt=window.until)
    if window.coi_id:
        found = found.filter(order__coi_id=window.coi_id)
    else:
        found = found.filter(site__code__in=sorted(window.sites))
    if window.station:
        found = found.filter(station=window.station)
    return found if window.person_id is None else found.filter(person=window.person_id)


def refused_scans(viewer: Person, window: Window, now: datetime) -> tuple[RefusedScan, ...]:
    """The newest `MOST` of the refused ones, newest first (a fixed number of statements)."""
    rows = scans_in(window).filter(outcome__in=_REFUSED).select_related("order", "site", "person")
    found = list(rows.order_by("-at", "id")[:MOST])
    hidden = hidden_coi_ids(viewer, now, {row.order.coi_id for row in found if row.order})
    titles = titles_by_version(str(row.order.protocol_id) for row in found if row.order)
    stations = {it.code: it.name for it in people.stations({row.site_id for row in found})}
    refusals = [refusal for row in found for refusal in _refusals(row)]
    masked = iter(mask(viewer, now, refusals))
    return tuple(
        _refused(row, titles, hidden, stations, tuple(next(masked) for _ in _refusals(row))) for row in found
    )


def _refusals(row: Scan) -> Sequence[dict[str, Any]]:
    told: Sequence[dict[str, Any]] = row.answer.get("refusals", ())
    return told


def _refused(
    row: Scan,
    titles: Mapping[str, Titles],
    hidden: frozenset[str],
    stations: Mapping[str, str],
    refusals: tuple[Mapping[str, Any], ...],
) -> RefusedScan:
    named = titles[str(row.order.protocol_id)] if row.order else {}
    return RefusedScan(
        at=row.at,
        zone=row.site.zone,
        site=row.site_id,
        station=stations.get(row.station, row.station),
        step=row.step,
        step_title=named.get(row.step, row.step),
        coi_id=row.order.coi_id if row.order and row.order.coi_id not in hidden else "",
        person=row.person.get_full_name() if row.person else "",
        is_stop=row.is_stop,
        is_near_miss=row.is_near_miss,
        is_keyed=row.is_keyed,
        codes=tuple(row.codes),
        refusals=refusals,
        titles=row.answer.get("titles", {}),
        deviation=str(row.answer.get("deviation", "")),
    )


def stops_between(since: datetime, until: datetime) -> tuple[Refusal, ...]:
    """Each stop in [since, until) by its most severe reason: once of its station, once of the person (one statement).

    Not filtered by site: it is read to tell each site of its own.
    """
    rows = Scan.objects.filter(at__gte=since, at__lt=until, outcome__in=_REFUSED, is_stop=True)
    names = ("id", "at", "site__code", "station", "person_id", "codes")
    return tuple(
        Refusal(who, at, site, str(scan))
        for scan, at, site, station, person, codes in rows.order_by("at", "id").values_list(*names)
        for code in [next(code for code in codes if code in STOPS)]  # the most severe stands first
        for who in (Refused("station", station, code), Refused("user", str(person), code))
        if who.kind == "station" or person is not None
    )


def _counts() -> dict[str, Count]:
    return {
        "scans": Count("id"),
        "refused": Count("id", filter=Q(outcome__in=_REFUSED)),
        "stops": Count("id", filter=Q(is_stop=True)),
        "near_misses": Count("id", filter=Q(is_near_miss=True)),
        "keyed": Count("id", filter=Q(is_keyed=True)),
    }


def sums_of_scans(window: Window) -> tuple[ScanSum, ...]:
    """By site, station and step (one statement)."""
    rows = scans_in(window).order_by().values("site_id", "station", "step").annotate(**_counts())
    found = rows.order_by("site_id", "station", "step")
    names = ("site_id", "station", "step", "scans", "refused", "stops", "near_misses", "keyed")
    return tuple(ScanSum(*row) for row in found.values_list(*names))


def months_of_scans(window: Window) -> tuple[MonthOfScans, ...]:
    """By month, the earliest first; a month without a scan is not there (one statement)."""
    rows = (
        scans_in(window)
        .order_by()
        .annotate(month=TruncMonth("at", tzinfo=UTC))
        .values("month")
        .annotate(**_counts())
    )
    names = ("month", "scans", "refused", "stops", "near_misses", "keyed")
    return tuple(MonthOfScans(*row) for row in rows.order_by("month").values_list(*names))


def sums_of_codes(window: Window) -> tuple[CodeSum, ...]:
    """By reason and step, the most frequent first (one statement)."""
    spoken = Func(F("codes"), function="jsonb_array_elements_text", output_field=TextField())
    refused = scans_in(window).filter(outcome__in=_REFUSED).order_by()
    rows = refused.annotate(code=spoken).values("code", "step").annotate(n=Count("id"))
    found = rows.order_by("-n", "code", "step")
    return tuple(CodeSum(*row) for row in found.values_list("code", "step", "n"))


def titles_at(sites: Collection[str]) -> Titles:
    """What steps are called in the protocols of the journeys of these sites (a statement, and one for each version)."""
    versions = (
        Order.objects.filter(of_sites(sites)).order_by().values_list("protocol_id", flat=True).distinct()
    )
    named = titles_by_version(str(version) for version in versions)
    return {code: title for version in sorted(named) for code, title in named[version].items()}

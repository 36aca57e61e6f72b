"""What a scan station's screen begins with. No identifier of a journey is among it, but for an open STOP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.models import Check, Container, PlaceUse, Scan
from coi.rules.journey import CheckState
from coi.selectors.journeys import Countdown
from coi.selectors.protocols import Titles, pinned_protocol, titles_by_version, titles_of
from coi.selectors.scanners import newest_qualification
from people.rules.sites import StationView

RECENT = 8


@dataclass(frozen=True)
class StopView:
    """A STOP that waits for its clearance."""

    check: UUID
    at: datetime
    met_by: str
    refusals: tuple[Mapping[str, Any], ...]
    titles: Titles


@dataclass(frozen=True)
class OpenCheck:
    """A check that was begun here and is not over."""

    check: UUID
    title: str
    since: datetime
    by: str
    waits_for_second: bool


@dataclass(frozen=True)
class RecentScan:
    """One of the last outcomes here."""

    at: datetime
    outcome: str
    title: str
    is_stop: bool
    command: str


@dataclass(frozen=True)
class StationScreen:
    """Everything that a station's page starts with."""

    stop: StopView | None
    checks: tuple[OpenCheck, ...]
    recent: tuple[RecentScan, ...]
    countdown: Countdown | None
    scanner_until: datetime | None


def open_stop(station: str) -> StopView | None:
    """The STOP at this station that is not cleared yet, the oldest first (one statement, and one for its protocol)."""
    rows = Check.objects.filter(station=station, state=CheckState.STOPPED, cleared_at__isnull=True)
    row = rows.select_related("order").order_by("opened_at").first()
    if row is None:
        return None
    titles = titles_of(pinned_protocol(str(row.order.protocol_id))[0]) if row.order else {}
    return StopView(row.id, row.opened_at, row.performer_name, tuple(row.refusals), titles)


def station_screen(station: StationView) -> StationScreen:
    """What the screen of this station begins with, also after a crash of its browser."""
    open_rows = Check.objects.filter(station=station.code, state=CheckState.OPEN).select_related("order")
    checks = list(open_rows.order_by("-opened_at")[:3])
    scans = Scan.objects.filter(station=station.code).select_related("order").order_by("-at")
    recent = list(scans[:RECENT])
    rows: list[Check | Scan] = [*checks, *recent]
    titles = titles_by_version(str(row.order.protocol_id) for row in rows if row.order)
    qualified = newest_qualification(station.code)
    return StationScreen(
        stop=open_stop(station.code),
        checks=tuple(_open_check(row, titles) for row in checks),
        recent=tuple(_recent(row, titles) for row in recent),
        countdown=_countdown(station) if station.place_is_single_patient else None,
        scanner_until=qualified.until if qualified else None,
    )


def _title(row: Check | Scan, titles: Mapping[str, Titles]) -> str:
    return titles[str(row.order.protocol_id)].get(row.step, row.step) if row.order else row.step


def _open_check(row: Check, titles: Mapping[str, Titles]) -> OpenCheck:
    is_waiting = row.performed_at is not None
    return OpenCheck(row.id, _title(row, titles), row.opened_at, row.performer_name, is_waiting)


def _recent(row: Scan, titles: Mapping[str, Titles]) -> RecentScan:
    return RecentScan(
        row.at,
        row.outcome,
        _title(row, titles) if row.step else "",
        row.is_stop,
        row.answer.get("command", ""),
    )


def _countdown(station: StationView) -> Countdown | None:
    """The time that runs for the patient whose material stands here."""
    use = PlaceUse.objects.select_related("order").filter(place=station.place, closed_at__isnull=True).first()
    if use is None:
        return None
    rows = Container.objects.filter(order=use.order, hold_until__isnull=False).order_by("hold_until")
    first = rows.values_list("hold_until", "hold_step").first()
    until, step = first or (None, "")
    if until is None:
        return None
    protocol = pinned_protocol(str(use.order.protocol_id))[0]
    minutes = (
        next((s.hold_minutes for s in protocol.steps if s.hold_until_step == step), None)
        if protocol
        else None
    )
    found = protocol.step(step) if protocol else None
    return Countdown(until, step, found.title if found else step, minutes)

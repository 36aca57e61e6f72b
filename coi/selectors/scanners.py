"""What is on record about the scanners of stations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.models import ScannerQualification
from coi.rules.qualification import REMINDER, ScannerState, state_of
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import StationView


@dataclass(frozen=True)
class QualificationView:
    """One scan of the card, as recorded. `until` is None when it was failed."""

    id: UUID
    station: str
    site: str
    at: datetime
    until: datetime | None
    make: str
    serial: str
    by: str
    card_version: str
    findings: tuple[Mapping[str, Any], ...]
    evidence: str

    @property
    def is_qualified(self) -> bool:
        """Whether the card was passed."""
        return self.until is not None


@dataclass(frozen=True)
class ScannerRow:
    """A station with the newest record of its scanner."""

    station: StationView
    state: ScannerState
    newest: QualificationView | None


def _view(row: ScannerQualification) -> QualificationView:
    return QualificationView(
        id=row.id,
        station=row.station,
        site=row.site_id,
        at=row.at,
        until=row.until,
        make=row.make,
        serial=row.serial,
        by=row.by_name,
        card_version=row.card_version,
        findings=tuple(row.findings),
        evidence=row.evidence,
    )


def newest_qualification(station: str) -> QualificationView | None:
    """The newest record of this station (one statement)."""
    row = ScannerQualification.objects.filter(station=station).order_by("-at").first()
    return None if row is None else _view(row)


def qualification(id: UUID) -> QualificationView | None:
    """One record."""
    row = ScannerQualification.objects.filter(id=id).first()
    return None if row is None else _view(row)


def _newest() -> list[QualificationView]:
    """The newest record of every station (one statement)."""
    rows = ScannerQualification.objects.order_by("station", "-at").distinct("station")
    return [_view(row) for row in rows]


def due_soon(now: datetime) -> list[QualificationView]:
    """The records that run out within the time of the reminder, or have run out."""
    return [view for view in _newest() if view.until is not None and view.until - now <= REMINDER]


def scanners(viewer: Person, now: datetime) -> list[ScannerRow]:
    """The stations in use at the viewer's sites: what is unproved or overdue first, then by due date."""
    newest = {view.station: view for view in _newest()}
    rows = [
        ScannerRow(station, state_of(_until(newest.get(station.code)), now), newest.get(station.code))
        for station in people.stations(viewer.sites_of(Right.WATCH_SCANNERS, now))
        if station.is_active
    ]
    order = list(ScannerState)
    return sorted(rows, key=lambda row: (order.index(row.state), _due(row), row.station.code))


def _until(view: QualificationView | None) -> datetime | None:
    return None if view is None else view.until


def _due(row: ScannerRow) -> str:
    until = _until(row.newest)
    return "" if until is None else until.isoformat()

"""What cards there are at a site, and where somebody may print them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from coi.models import Equipment, MaterialLot
from coi.rules.cards import CardKind, Printable, commands
from coi.rules.labels import USE_BEFORE, moment
from coi.rules.stock import StockStatus
from ledger.selectors import is_demonstration
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import SiteView

SHIPPER = "shipper"


@dataclass(frozen=True)
class CardSite:
    """A site at which the viewer prints cards; of badges too, where they may issue them."""

    site: SiteView
    may_badges: bool


@dataclass(frozen=True)
class ShipperView:
    """A shipper as its label shows it."""

    code: str
    name: str
    site: str
    is_demonstration: bool


def card_sites(viewer: Person, now: datetime) -> list[CardSite]:
    """The sites whose cards the viewer prints, by code (one statement)."""
    mine = viewer.sites_of(Right.PRINT_CARDS, now)
    badges = viewer.sites_of(Right.RECORD_BADGES_PRINTED, now)
    return [CardSite(site, site.code in badges) for site in people.sites() if site.code in mine | badges]


def may_print_bands(viewer: Person, now: datetime) -> bool:
    """Whether the viewer may play patients: in a demonstration, where they may know who a patient is."""
    return bool(viewer.sites_of(Right.FIND_BY_IDENTITY, now)) and is_demonstration()


def may_print(viewer: Person, now: datetime) -> bool:
    """Whether there is anything at all that the viewer may print on the page of the cards."""
    rights = (Right.PRINT_CARDS, Right.RECORD_BADGES_PRINTED)
    return any(viewer.sites_of(right, now) for right in rights) or may_print_bands(viewer, now)


def printables(site: SiteView, now: datetime) -> list[Printable]:
    """Everything at the site that has a card: what is closed, blocked or past its date has none (four statements)."""
    return list(chain(commands(), _stations(site), _places(site), _equipment(site), _lots(site, now)))


def _stations(site: SiteView) -> list[Printable]:
    return [
        Printable(CardKind.STATION, station.code, station.name)
        for station in people.stations([site.code])
        if station.is_active
    ]


def _places(site: SiteView) -> list[Printable]:
    return [Printable(CardKind.PLACE, place.code, place.name) for place in people.places([site.code])]


def _equipment(site: SiteView) -> list[Printable]:
    """Devices, then shippers. A calibration that is over is no reason: the card outlives it."""
    rows = Equipment.objects.filter(site_id=site.code).exclude(status=StockStatus.BLOCKED)
    found = [
        Printable(
            CardKind.SHIPPER if row.kind == SHIPPER else CardKind.DEVICE,
            row.code,
            row.name,
            () if row.kind == SHIPPER else (row.kind.replace("_", " "),),
            _waiting(row.status),
        )
        for row in rows.order_by("kind", "name", "code")
    ]
    return sorted(found, key=lambda thing: thing.kind is CardKind.SHIPPER)


def _lots(site: SiteView, now: datetime) -> list[Printable]:
    rows = MaterialLot.objects.filter(site_id=site.code, expires_at__gt=now).exclude(
        status=StockStatus.BLOCKED
    )
    return [
        Printable(
            CardKind.LOT,
            row.code,
            row.material.replace("_", " ").capitalize(),
            (row.lot_no, f"{USE_BEFORE} {moment(row.expires_at, site.zone)[0]}"),
            _waiting(row.status),
        )
        for row in rows.order_by("material", "lot_no", "code")
    ]


def _waiting(status: str) -> str:
    return "" if status == StockStatus.APPROVED else status


def shipper(viewer: Person, code: str, now: datetime) -> ShipperView | None:
    """The shipper, where the viewer may print its label."""
    rows = Equipment.objects.select_related("site").filter(
        kind=SHIPPER, code=code, site__code__in=viewer.sites_of(Right.PRINT_CARDS, now)
    )
    row = None if "\x00" in code else rows.first()
    return None if row is None else ShipperView(row.code, row.name, row.site.name, is_demonstration())

"""Sites, places and stations as values."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class OrganisationKind(StrEnum):
    """What an organisation does in the chain."""

    HOSPITAL = "hospital"
    MANUFACTURER = "manufacturer"
    COURIER = "courier"
    LABORATORY = "laboratory"
    SPONSOR = "sponsor"


class StationKind(StrEnum):
    """What a station is: a fixed scan station, a hand-held one, or a program of another system."""

    SCAN = "scan"
    MOBILE = "mobile"
    INTERFACE = "interface"


@dataclass(frozen=True)
class SiteView:
    """A site: an address of an organisation, with its own zone and locale."""

    id: str
    code: str
    name: str
    organisation: str
    organisation_kind: str
    zone: str
    locale: str
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PlaceView:
    """A place at a site where material can stand; some hold one patient's material at a time."""

    id: str
    code: str
    name: str
    site: str
    kind: str
    is_single_patient: bool


@dataclass(frozen=True)
class StationView:
    """A station: a device at a place, with the steps that may be done there (none when empty)."""

    code: str
    name: str
    site: str
    site_name: str
    zone: str
    place: str
    place_is_single_patient: bool
    is_active: bool
    steps: tuple[str, ...]
    kind: str


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True

"""Sites, places and stations as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from people.rules.qualifications import Required


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
    """A site: an address of an organisation, with its own zone and locale.

    `region` is where its patients' products are licensed or tried (EU, US): which specification applies to them.
    """

    id: str
    code: str
    name: str
    organisation: str
    organisation_kind: str
    zone: str
    locale: str
    identifiers: tuple[tuple[str, str], ...] = ()
    region: str = ""


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
    """A station: a device at a place, with the steps that may be done there (none when empty).

    `required`: the programmes that its site needs, read only where work at the station is judged.
    """

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
    required: tuple[Required, ...] = ()


_FIN = re.compile(r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}", re.ASCII)  # as in the identifiers that carry it
_GLN = re.compile(r"[0-9]{13}", re.ASCII)
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
_REGION = re.compile(r"[A-Z]{2,8}", re.ASCII)


def identifiers_problem(identifiers: Mapping[str, str]) -> str | None:
    """The code of what is wrong with how others know a site, or None.

    `fin` is a facility identification number (ISBT 128), `gln` a global location number (GS1); other kinds are kept
    as they are given.
    """
    if any(
        not kind.isidentifier() or not value.strip() or len(value) > 64 for kind, value in identifiers.items()
    ):
        return "identifier_shape"
    if "fin" in identifiers and not _FIN.fullmatch(identifiers["fin"]):
        return "fin_shape"
    return "gln_shape" if "gln" in identifiers and not _is_gln(identifiers["gln"]) else None


def _is_gln(text: str) -> bool:
    """Thirteen digits of which the last one is the check digit: weights 1 and 3 by turns make a multiple of ten."""
    if not _GLN.fullmatch(text):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(text)) % 10 == 0


def region_problem(text: str) -> str | None:
    """Two to eight capitals (EU, US, GB), or nothing."""
    return None if not text or _REGION.fullmatch(text) else "region_shape"


def locale_problem(text: str) -> str | None:
    """A language and perhaps a country: `de`, `en-GB`."""
    return None if _LOCALE.fullmatch(text) else "locale_shape"


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True

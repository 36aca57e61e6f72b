"""Reading a barcode: raw bytes in, a typed identifier or a coded Unreadable out. Never an exception, never a guess.

Formats (ICCBBA ST-001 format logic; no table of theirs is needed or shipped):

* DIN, structure 001: `=` + 13 characters + 2 flag characters; identity is the 13 characters, flags are context.
* COI identifier, structure 040: `&/` + `CH` + facility (5) + year (2) + 6 alphanumerics.
* own short codes (`people.rules.codes`), with a check character.

Reading is injective: writing an identifier again gives the input byte for byte.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from people.rules import codes

MAX_BYTES = 4096

_FACILITY = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}"
_DIN = re.compile(rf"=({_FACILITY}[0-9]{{2}}[0-9]{{6}})([0-9A-Z]{{2}})", re.ASCII)
_COI = re.compile(rf"&/(CH{_FACILITY}[0-9]{{2}}[0-9A-Z]{{6}})", re.ASCII)


class IdentifierKind(StrEnum):
    """What kind of thing a barcode names."""

    DIN = "din"
    COI = "coi"
    BADGE = "badge"
    STATION = "station"
    PLACE = "place"
    LABEL = "label"
    COMMAND = "command"
    LOT = "lot"
    EQUIPMENT = "equipment"
    SHIPPER = "shipper"
    WRISTBAND = "wristband"


_SHORT = {
    "B": IdentifierKind.BADGE,
    "S": IdentifierKind.STATION,
    "P": IdentifierKind.PLACE,
    "L": IdentifierKind.LABEL,
    "C": IdentifierKind.COMMAND,
    "M": IdentifierKind.LOT,
    "E": IdentifierKind.EQUIPMENT,
    "H": IdentifierKind.SHIPPER,
    "W": IdentifierKind.WRISTBAND,
}


@dataclass(frozen=True)
class Identifier:
    """What was read. `value` is the identity that is compared; `flags` is process context (DIN only)."""

    kind: IdentifierKind
    value: str
    flags: str = ""


class UnreadableReason(StrEnum):
    """Why nothing could be read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NO_FORMAT = "no_format"
    CHECK_CHARACTER = "check_character"


@dataclass(frozen=True)
class Unreadable:
    """Nothing was read, and why."""

    reason: UnreadableReason


def read(raw: bytes) -> Identifier | Unreadable:
    """Read one barcode. Total: any bytes give one of the two answers."""
    if not raw:
        return Unreadable(UnreadableReason.EMPTY)
    if len(raw) > MAX_BYTES:
        return Unreadable(UnreadableReason.TOO_LONG)
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        return Unreadable(UnreadableReason.NOT_TEXT)
    if match := _DIN.fullmatch(text):
        return Identifier(IdentifierKind.DIN, match[1], match[2])
    if match := _COI.fullmatch(text):
        return Identifier(IdentifierKind.COI, match[1])
    return _read_short(text)


def _read_short(text: str) -> Identifier | Unreadable:
    short = codes.parse(text)
    if short is not None and short.type in _SHORT:
        return Identifier(_SHORT[short.type], text)
    if len(text) > 3 and text[0] == "V" and text[1] in _SHORT and re.fullmatch(r"[0-9A-Z*]+", text):
        return Unreadable(UnreadableReason.CHECK_CHARACTER)
    return Unreadable(UnreadableReason.NO_FORMAT)


def write(identifier: Identifier) -> bytes:
    """The barcode content of an identifier: the inverse of `read`."""
    if identifier.kind is IdentifierKind.DIN:
        return f"={identifier.value}{identifier.flags or '00'}".encode("ascii")
    if identifier.kind is IdentifierKind.COI:
        return f"&/{identifier.value}".encode("ascii")
    return identifier.value.encode("ascii")


def coi_id(*, facility: str, year: int, number: int) -> str:
    """A new COI id (structure 040 content): `CH` + facility + year + 6 digits. ValueError when it does not fit."""
    return _checked(f"CH{facility}{year % 100:02d}{number:06d}", IdentifierKind.COI)


def din(*, facility: str, year: int, number: int) -> str:
    """A new donation identification number (structure 001, 13 characters). ValueError when it does not fit."""
    return _checked(f"{facility}{year % 100:02d}{number:06d}", IdentifierKind.DIN)


def _checked(value: str, kind: IdentifierKind) -> str:
    identifier = Identifier(kind, value, "00" if kind is IdentifierKind.DIN else "")
    if read(write(identifier)) != identifier:
        raise ValueError(f"{value!r} is not a {kind}")
    return value

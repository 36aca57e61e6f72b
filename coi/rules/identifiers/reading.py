"""Reading a barcode: raw bytes in, a typed identifier or a coded Unreadable out. Never an exception, never a guess."""

import re
from collections.abc import Mapping

from coi.rules.identifiers import gs1, isbt128
from coi.rules.identifiers.model import (
    MAX_BYTES,
    Element,
    Identifier,
    IdentifierKind,
    Unreadable,
    UnreadableReason,
)
from people.rules import codes

SHORT: Mapping[str, IdentifierKind] = {
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
# Symbology identifiers (ISO/IEC 15424) that are read: plain Code 128 and Data Matrix, Code 128 of which the scanner
# joined two, and the three symbols of GS1.
_PLAIN, _JOINED, _OF_GS1 = ("]C0", "]d1"), "]C4", ("]C1", "]d2", "]Q3")
PREFIXES = (*_PLAIN, _JOINED, *_OF_GS1)
_LIKE_SHORT = re.compile(r"V[A-Z][0-9A-Z]+[0-9A-Z*]", re.ASCII)

Body = Identifier | UnreadableReason


def read(raw: bytes) -> Identifier | Unreadable:
    """Read one barcode. Total: any bytes give one of the two answers. Injective: what was read is written the same."""
    if not raw:
        return Unreadable(UnreadableReason.EMPTY)
    if len(raw) > MAX_BYTES:
        return Unreadable(UnreadableReason.TOO_LONG)
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        return Unreadable(UnreadableReason.NOT_TEXT)
    prefix = text[:3] if text.startswith("]") else ""
    found = _read(text[len(prefix) :], prefix)
    if isinstance(found, UnreadableReason):
        return Unreadable(found)
    if prefix:
        found = Identifier(found.kind, found.value, found.flags, found.elements, prefix)
    return found if write(found) == raw else Unreadable(UnreadableReason.NOT_EXACT)


def _read(text: str, prefix: str) -> Body:
    if prefix in _OF_GS1:
        return gs1.read_gs1(text, is_marked=True) if text[:1].isdigit() else UnreadableReason.WRONG_SYMBOLOGY
    if prefix and prefix not in PREFIXES:
        return UnreadableReason.WRONG_SYMBOLOGY
    if text.startswith(("=", "&")):
        found = isbt128.read_isbt(text)
        is_pair = isinstance(found, Identifier) and isbt128.is_pair(found)
        is_other = prefix and isinstance(found, Identifier) and is_pair is not (prefix == _JOINED)
        return UnreadableReason.WRONG_SYMBOLOGY if is_other else found
    if prefix == _JOINED or (prefix and text[:1].isdigit()):
        return UnreadableReason.WRONG_SYMBOLOGY
    return gs1.read_gs1(text, is_marked=False) if text[:1].isdigit() else read_short(text)


def read_short(text: str) -> Body:
    """One of our own codes."""
    short = codes.parse(text)
    if short is not None and short.type in SHORT:
        return Identifier(SHORT[short.type], text)
    if _LIKE_SHORT.fullmatch(text) and text[1] in SHORT:
        return UnreadableReason.CHECK_CHARACTER
    return UnreadableReason.NO_FORMAT


def write(identifier: Identifier) -> bytes:
    """The barcode content of an identifier: the inverse of `read`."""
    return (identifier.prefix + _text(identifier)).encode("ascii")


def _text(identifier: Identifier) -> str:
    kind, elements = identifier.kind, identifier.elements
    if kind is IdentifierKind.DIN:
        return f"={identifier.value}{identifier.flags or '00'}"
    if kind is IdentifierKind.COI:
        return f"&/{identifier.value}"
    if kind in (IdentifierKind.STAFF, IdentifierKind.PATIENT, IdentifierKind.CONSIGNMENT) and elements:
        is_gs1 = elements[0].code.startswith(gs1.SCHEME)
        return gs1.text_of(elements) if is_gs1 else isbt128.text_of(elements[0])
    return identifier.value


def parts(identifier: Identifier) -> tuple[Identifier, ...]:
    """What a message or a pair names, each as it would be read alone, in order; else the identifier itself."""
    if identifier.kind is not IdentifierKind.MESSAGE:
        return (identifier,)
    return tuple(isbt128.of_element(one) for one in identifier.elements)


def coi_id(*, facility: str, year: int, number: int) -> str:
    """A new COI id (structure 040 content): `CH` + facility + year + 6 digits. ValueError when it does not fit."""
    return _checked(Element("040", f"CH{facility}{year % 100:02d}{number:06d}"))


def din(*, facility: str, year: int, number: int) -> str:
    """A new donation identification number (structure 001, 13 characters). ValueError when it does not fit."""
    return _checked(Element("001", f"{facility}{year % 100:02d}{number:06d}00"))


def _checked(element: Element) -> str:
    identifier = isbt128.of_element(element)
    if not element.value.isascii() or read(write(identifier)) != identifier:
        raise ValueError(f"{identifier.value!r} is not a {identifier.kind}")
    return identifier.value

"""What people type from a label when no scanner reads it: the check character is asked for, always.

A check character (ISO/IEC 7064 mod 37-2) is printed in the text and is never in the barcode, so that nobody can type
what they have not read to its end. It catches every wrong character and every swap of two neighbours.
"""

import re
from collections.abc import Iterator

from coi.rules.identifiers import gs1
from coi.rules.identifiers.isbt128 import FACILITY
from coi.rules.identifiers.model import MAX_BYTES, Identifier, IdentifierKind, Unreadable, UnreadableReason
from coi.rules.identifiers.reading import read_short
from people.rules.codes import check_char

_K = r"[0-9A-Z*]"
# (kind, the groups as printed): together, or apart by one space each
_PRINTED = (
    (IdentifierKind.DIN, rf"({FACILITY})( ?)([0-9]{{2}})\2([0-9]{{6}})"),
    (IdentifierKind.COI, rf"(CH{FACILITY})( ?)([0-9]{{2}})\2([0-9A-Z]{{6}})"),
)
_WITH_CHECK = [(kind, re.compile(rf"{groups}\2({_K})", re.ASCII)) for kind, groups in _PRINTED]
_WITHOUT = [re.compile(groups, re.ASCII) for _, groups in _PRINTED]


def read_keyed(text: str) -> Identifier | Unreadable:
    """Read what was typed. The spaces of the printed groups may be typed exactly as printed, or all left out."""
    if not text:
        return Unreadable(UnreadableReason.EMPTY)
    if len(text) > MAX_BYTES:
        return Unreadable(UnreadableReason.TOO_LONG)
    if not text.isascii():
        return Unreadable(UnreadableReason.NOT_TEXT)
    found = _read_hri(text) if text.startswith("(") else _read_code(text)
    return Unreadable(found) if isinstance(found, UnreadableReason) else found


def _read_hri(text: str) -> Identifier | UnreadableReason:
    found = gs1.read_hri(text)
    if isinstance(found, Identifier) and not gs1.has_check_digit(found):
        return UnreadableReason.CHECK_MISSING
    return found


def _read_code(text: str) -> Identifier | UnreadableReason:
    own = read_short(text)
    found = [own] if isinstance(own, Identifier) else []
    candidates = list(_candidates(text))
    found += [Identifier(kind, stem) for kind, stem, check in candidates if check_char(stem) == check]
    if len(found) == 1:
        return found[0]
    if found:  # a facility that begins with V can number a donation so that it is also one of our codes
        return UnreadableReason.AMBIGUOUS
    if candidates:
        return UnreadableReason.CHECK_CHARACTER
    if any(pattern.fullmatch(text) for pattern in _WITHOUT):
        return UnreadableReason.CHECK_MISSING
    return own if isinstance(own, UnreadableReason) else UnreadableReason.NO_FORMAT


def _candidates(text: str) -> Iterator[tuple[IdentifierKind, str, str]]:
    for kind, pattern in _WITH_CHECK:
        if match := pattern.fullmatch(text):
            yield kind, match[1] + match[3] + match[4], match[5]


def printed(identifier: Identifier) -> str:
    """A DIN or COI id as a label prints it for people: in groups, with its check character; else the value."""
    value = identifier.value
    if identifier.kind not in (IdentifierKind.DIN, IdentifierKind.COI):
        return value
    return f"{value[:-8]} {value[-8:-6]} {value[-6:]} {check_char(value)}"

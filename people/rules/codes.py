"""The house's own short codes, printed on badges, stations, places and things.

`V`, a letter for the type, a body of digits and capitals, and one check character by ISO/IEC 7064
mod 37-2. The check character covers the whole text before it, so every substitution of one character
and every swap of two neighbours is caught. Reading is injective: only the exact text written is read.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
PREFIX = "V"
MAX_BODY = 24

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_BODY = re.compile(rf"[0-9A-Z]{{1,{MAX_BODY}}}", re.ASCII)


class CodeType(StrEnum):
    """The letter after `V`."""

    BADGE = "B"
    STATION = "S"
    PLACE = "P"
    LABEL_COPY = "L"
    COMMAND = "C"
    MATERIAL_LOT = "M"
    EQUIPMENT = "E"
    SHIPPER = "H"
    WRISTBAND = "W"


_TYPES = {member.value: member for member in CodeType}


@dataclass(frozen=True)
class ShortCode:
    """One short code as read; `text` gives back exactly what was scanned."""

    type: CodeType
    body: str

    @property
    def text(self) -> str:
        """The code as printed, with its check character."""
        return make(self.type, self.body)


def check_char(text: str) -> str:
    """The ISO/IEC 7064 mod 37-2 check character of a text of digits and capitals."""
    total = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None or character == "*":
            raise ValueError("only 0-9 and A-Z can be checked")
        total = (total + value) * 2 % 37
    return ALPHABET[(38 - total) % 37]


def make(type: CodeType | str, body: str) -> str:
    """Write a short code; refuses a type or a body that could not be read back."""
    letter = CodeType(type)
    if not _BODY.fullmatch(body):
        raise ValueError(f"the body must be 1 to {MAX_BODY} characters of 0-9 and A-Z")
    stem = f"{PREFIX}{letter}{body}"
    return stem + check_char(stem)


def parse(text: str) -> ShortCode | None:
    """Read a short code, or None when the text is not exactly one."""
    if len(text) < 4 or text[0] != PREFIX or text[1] not in _TYPES:
        return None
    body = text[2:-1]
    if not _BODY.fullmatch(body) or check_char(text[:-1]) != text[-1]:
        return None
    return ShortCode(_TYPES[text[1]], body)


def is_code(text: str, type: CodeType) -> bool:
    """Whether the text is a short code of this type."""
    code = parse(text)
    return code is not None and code.type is type

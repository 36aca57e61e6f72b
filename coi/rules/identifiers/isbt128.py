"""ISBT 128: which structures there are, and what each may hold. Format logic alone; no table is shipped.

A structure is a data identifier and a content of known length. So a text is cut into structures first, by lengths
alone; what the contents mean is looked at only when the whole is sound (ICCBBA ST-001 asks for that order).
Sources: ICCBBA ST-001 for the formats, ISO/IEC 7064 for check characters.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coi.rules.identifiers.model import Element, Identifier, IdentifierKind, UnreadableReason
from people.rules.codes import ALPHABET, check_char

FACILITY = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}"
NATIONAL = re.compile(
    r"(&[a-z;!])([!-%'-<>-~]+)", re.ASCII
)  # opaque; no `=` or `&`: those may begin another structure
_HEADER = re.compile(r"=\+([0-9]{2})([0-9A-Z]{3})", re.ASCII)
_FIRST_OF_DIN = frozenset("ABCDEFGHIJKLMNPQRSTUVWXYZ123456789")
_DAY = r"[0-9]{6}"
_MINUTE = r"[0-9]{10}"
DIVIDED = "99"

Judge = Callable[[str], UnreadableReason | None]


@dataclass(frozen=True)
class Structure:
    """One data structure: its number, its data identifier, and what its content must be."""

    code: str
    lead: str
    length: int
    content: re.Pattern[str]
    judge: Judge


def century(digit: str) -> int:
    """The first year of the century that one digit names: the hundreds of the year, 9 of the last millennium."""
    return 1900 if digit == "9" else 2000 + 100 * int(digit)


def ordinal_day(text: str) -> date | None:
    """The day of `cyyjjj`, or None when the year has no such day."""
    year, number = century(text[0]) + int(text[1:3]), int(text[3:6])
    first = date(year, 1, 1)
    day = date.fromordinal(first.toordinal() + number - 1)
    return day if day.year == year else None


def is_minute(text: str) -> bool:
    """Whether `hhmm` is a time of day."""
    return int(text[:2]) < 24 and int(text[2:4]) < 60


def calendar_day(text: str) -> date | None:
    """The day of `yyyymmdd`, or None when there is no such day."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _fine(content: str) -> UnreadableReason | None:
    return None


def _date(is_real: bool) -> UnreadableReason | None:
    return None if is_real else UnreadableReason.BAD_DATE


def _ordinal(content: str) -> UnreadableReason | None:
    return _date(ordinal_day(content) is not None and (len(content) == 6 or is_minute(content[6:])))


def _birth(content: str) -> UnreadableReason | None:
    return _date(calendar_day(content[2:]) is not None)


def _month(content: str) -> UnreadableReason | None:
    return _date(calendar_day(f"{content}01") is not None)


def _flexible(content: str) -> UnreadableReason | None:
    return _date(calendar_day(content[4:12]) is not None and is_minute(content[12:]))


def _expiry_or_none(content: str) -> UnreadableReason | None:
    return _date(content[-8:] == "00000000" or calendar_day(content[-8:]) is not None)


def _container_of(content: str) -> UnreadableReason | None:
    """Container cc of dd; the papers of a consignment carry 00."""
    number, total = int(content[12:14]), int(content[14:])
    return None if number <= total and total else UnreadableReason.BAD_CONTENT


def checksum_flags(din: str) -> str:
    """The flag characters that hold a DIN's check value: 60 and the value of its check character."""
    return str(60 + ALPHABET.index(check_char(din)))


def _flags(content: str) -> UnreadableReason | None:
    """Flags 60 to 96 are a checksum over the 13 characters before them."""
    flags = content[13:]
    is_checksum = flags.isdigit() and 60 <= int(flags) <= 96
    wrong = is_checksum and flags != checksum_flags(content[:13])
    return UnreadableReason.CHECK_CHARACTER if wrong else None


def _donor(content: str) -> UnreadableReason | None:
    """The last two digits are the value of the check character over what is before them."""
    is_right = content[17:] == f"{ALPHABET.index(check_char(content[:17])):02d}"
    return None if is_right else UnreadableReason.CHECK_CHARACTER


def _structure(code: str, lead: str, length: int, content: str, judge: Judge = _fine) -> Structure:
    return Structure(code, lead, length, re.compile(content, re.ASCII), judge)


_PATIENT = 0  # the length of 025 stands in its header
STRUCTURES: Sequence[Structure] = (
    _structure("001", "=", 15, rf"{FACILITY}[0-9]{{8}}[0-9A-HJ-NPR-Y]{{2}}", _flags),
    _structure("002", "=%", 4, r"[0-9A-Za-z]{2}[0-9A-Z]{2}"),
    _structure("003", "=<", 8, r"[A-Z][0-9A-Z]{4}[0-9A-Za-z][0-9A-Z][0-9a-z]"),
    _structure("004", "=>", 6, _DAY, _ordinal),
    _structure("005", "&>", 10, _MINUTE, _ordinal),
    _structure("006", "=*", 6, _DAY, _ordinal),
    _structure("007", "&*", 10, _MINUTE, _ordinal),
    _structure("008", "=}", 6, _DAY, _ordinal),
    _structure("009", "&}", 10, _MINUTE, _ordinal),
    _structure("010", "&(", 5, r"[0-9A-Z]{5}"),
    _structure("017", "=)", 10, r"[0-9A-Za-z][0-9A-Z]{9}"),
    _structure("018", "&)", 10, r"[0-9A-Z]{10}"),
    _structure("019", "=;", 21, rf"{FACILITY}[0-9A-Z]{{16}}"),
    _structure("020", "='", 11, rf"{FACILITY}[0-9A-Z]{{6}}"),
    _structure("021", "=-", 10, r"[0-9A-Z]{10}"),
    _structure("022", "&-", 10, r"[0-9A-Z]{10}"),
    _structure("024", "=#", 10, r"[0-9A-Z]{2}[0-9]{8}", _birth),
    _structure("025", "&#", _PATIENT, r"[0-9A-Z]{2}(?!00)[0-9]{2}[!-~]+"),
    _structure("026", "=]", 6, r"[0-9]{6}", _month),
    _structure("028", "=$", 16, rf"{FACILITY}[0-9]{{11}}", _container_of),
    _structure("031", "=(", 16, r"[12]0[0-9]{14}", _flexible),
    _structure("032", "=,", 6, r"[0-9A-Z]{6}"),
    _structure("033", "&+", 11, rf"{FACILITY}[0-9A-Z]{{6}}"),
    _structure("034", "=/", 16, rf"{FACILITY}[0-9A-Z]{{6}}[A-Z][0-9A-Z]{{4}}"),
    _structure("035", "&,1", 18, r"[0-9A-Z]{18}"),
    _structure("036", "&,2", 18, r"[0-9A-Z]{18}"),
    _structure(
        "038", "&,4", 40, r"[A-Z]{2}[0-9A-Z]{19}[ABE][0-9A-Z]{7}[0-9A-Za-z]{3}[0-9]{8}", _expiry_or_none
    ),
    _structure("039", "&:", 19, r"[0-9]{4}[0-9A-Z]{13}[0-9]{2}", _donor),
    _structure("040", "&/", 15, rf"CH{FACILITY}[0-9]{{2}}[0-9A-Z]{{6}}"),
)
_BY_CODE: Mapping[str, Structure] = {one.code: one for one in STRUCTURES}
_DIN = _BY_CODE["001"]
_BY_LEAD: Mapping[str, Structure] = {one.lead: one for one in STRUCTURES if one is not _DIN}
Cut = tuple[Structure, str]


def _structure_at(text: str, at: int) -> Structure | None:
    lead = text[at : at + 2]
    if lead[:1] == "=" and lead[1:] in _FIRST_OF_DIN:
        return _DIN
    return _BY_LEAD.get(text[at : at + 3] if lead == "&," else lead)


def cut(text: str) -> list[Cut] | UnreadableReason:
    """The text as structures, by their lengths alone."""
    found: list[Cut] = []
    at = 0
    while at < len(text):
        structure = _structure_at(text, at)
        if structure is None:
            is_other = text[at : at + 2] == "=+" or NATIONAL.match(text, at)
            return UnreadableReason.NOT_IN_MESSAGE if is_other else UnreadableReason.NO_FORMAT
        begin = at + len(structure.lead)
        at = begin + (structure.length or _patient_length(text[begin : begin + 4]))
        if at > len(text):
            return UnreadableReason.BAD_CONTENT
        found.append((structure, text[begin:at]))
    return found


def _patient_length(header: str) -> int:
    length = header[2:4]
    return 4 + int(length) if length.isdigit() and len(length) == 2 else 4


def _elements(cuts: Sequence[Cut]) -> tuple[Element, ...] | UnreadableReason:
    for structure, content in cuts:
        if not structure.content.fullmatch(content):
            return UnreadableReason.BAD_CONTENT
        if (reason := structure.judge(content)) is not None:
            return reason
    return tuple(Element(structure.code, content) for structure, content in cuts)


def read_isbt(text: str) -> Identifier | UnreadableReason:
    """One structure, two that a scanner joined, or a compound message."""
    if text.startswith("=+"):
        return _read_message(text)
    if national := NATIONAL.fullmatch(text):
        return Identifier(IdentifierKind.PRODUCT, text, "", (Element(national[1], national[2]),))
    cuts = cut(text)
    elements = _elements(cuts) if isinstance(cuts, list) and len(cuts) <= 2 else cuts
    if isinstance(elements, UnreadableReason):
        return elements
    if isinstance(elements, list):
        return UnreadableReason.NO_FORMAT  # no scanner joins more than two
    return of_element(elements[0]) if len(elements) == 1 else _several(text, elements, is_whole=False)


def is_pair(identifier: Identifier) -> bool:
    """Whether these are two structures that a scanner joined: a message without a header."""
    return identifier.kind is IdentifierKind.MESSAGE and not identifier.value.startswith("=+")


def _read_message(text: str) -> Identifier | UnreadableReason:
    """A compound message: its count must be right before anything in it is interpreted."""
    header = _HEADER.match(text)
    if header is None:
        return UnreadableReason.BAD_CONTENT
    cuts = cut(text[header.end() :])
    if isinstance(cuts, UnreadableReason):
        return cuts
    if len(cuts) != int(header[1]) or not cuts:
        return UnreadableReason.COUNT_MISMATCH
    if header[2] != "000":
        return (
            UnreadableReason.UNKNOWN_SEQUENCE
        )  # which structures it promises stands in a table that is not ours
    elements = _elements(cuts)
    if isinstance(elements, UnreadableReason):
        return elements
    return _several(text, elements, is_whole=True)


def _several(text: str, elements: tuple[Element, ...], *, is_whole: bool) -> Identifier | UnreadableReason:
    """What several structures name together. `is_whole`: nothing more of this label is in another barcode."""
    # a time of 031 says of what it is the time: there may be one of each
    codes = [one.code + (one.value[2:4] if one.code == "031" else "") for one in elements]
    if len(set(codes)) < len(codes):
        return UnreadableReason.REPEATED
    product = next((one.value for one in elements if one.code == "003"), "")
    has_division = "032" in codes
    if product and has_division and not product.endswith(DIVIDED):
        return UnreadableReason.ELEMENT_EXCLUDED
    if is_whole and product.endswith(DIVIDED) and not has_division:
        return UnreadableReason.ELEMENT_MISSING
    return Identifier(IdentifierKind.MESSAGE, text, "", elements)


def of_element(element: Element) -> Identifier:
    """What one structure names by itself."""
    content = element.value
    match element.code:
        case "001":
            return Identifier(IdentifierKind.DIN, content[:13], content[13:])
        case "040":
            return Identifier(IdentifierKind.COI, content)
        case "020":
            return Identifier(IdentifierKind.STAFF, content, "", (element,))
        case "025":  # before the number: what the barcode stands on, and how long the number is
            return Identifier(IdentifierKind.PATIENT, content[4:], "", (element,))
        case "028":  # after the consignment: which of its containers
            return Identifier(IdentifierKind.CONSIGNMENT, content[:12], "", (element,))
    return Identifier(IdentifierKind.PRODUCT, text_of(element), "", (element,))


def text_of(element: Element) -> str:
    """A structure as it stands in a barcode."""
    structure = _BY_CODE.get(element.code)
    return (structure.lead if structure is not None else element.code) + element.value

"""GS1 element strings: parsed by biip, checked here.

biip knows the application identifiers and their formats. It forgives much (it strips separators and blanks at the ends,
takes a full variable field without its separator, and notes a wrong check digit without refusing), and judges dates by
the clock: so all of that is decided here. Which identifiers need or exclude each other is from the GS1 Barcode Syntax
Dictionary, for those that a lab meets.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from biip import ParseConfig, ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_element_strings import GS1ElementString

from coi.rules.identifiers.model import Element, Identifier, IdentifierKind, UnreadableReason

GS = "\x1d"
SCHEME = "gs1:"
STAFF, PATIENT = "8017", "8018"
_CONFIG = ParseConfig(gs1_element_strings_verify_date=False)
# Without a symbology identifier a number this long may as well be a plain EAN, UPC or ITF.
_RETAIL_LENGTHS = frozenset({8, 12, 13, 14})
_FIELD = re.compile(r"[!-\"%-?A-Z_a-z]", re.ASCII)
_HRI = re.compile(r"\(([0-9]{2,4})\)([^()]+)", re.ASCII)

_TRADE = frozenset({"01", "02", "03", "8006", "8026"})
_RELATION = frozenset({STAFF, PATIENT})
_KEYS = _TRADE | _RELATION | {"00", "253", "255", "401", "402", "8003", "8004", "8010", "8013"}
_KEYS |= {f"41{last}" for last in "01234567"}
_OF_GOODS = dict.fromkeys(("10", "11", "13", "15", "16", "240"), (_TRADE,))
# One of each group has to be there too.
REQUIRES: Mapping[str, tuple[frozenset[str], ...]] = {
    **_OF_GOODS,
    "02": (frozenset({"37"}),),
    "17": (_TRADE | {"255"},),
    "21": (frozenset({"01", "03", "8006"}),),
    "22": (frozenset({"01"}),),
    "30": (frozenset({"01", "02"}),),
    "37": (frozenset({"02", "8026"}),),
    "250": (frozenset({"01", "8006"}), frozenset({"21"})),
    "251": (frozenset({"01", "8006"}),),
    "7003": (frozenset({"01", "02", "03"}),),
    "7240": (frozenset({"01", "8006"}),),
    "7241": (_RELATION,),
    "7242": (_RELATION,),
    **{str(ai): (frozenset({PATIENT}),) for ai in range(7250, 7260)},
    "8019": (_RELATION,),
    "8020": (frozenset({"415"}),),
}
EXCLUDES: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (("01", "02"), ("01", "03"), ("02", "03"), ("01", "37"), ("01", "255"), (STAFF, PATIENT))
)
# The digits that end in a check digit, by their number from the front.
_CHECKED: Mapping[str, int] = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    **{f"41{last}": 13 for last in "01234567"},
    "8003": 14,
    "8006": 14,
    "8026": 14,
    STAFF: 18,
    PATIENT: 18,
}
# Dates: YYMMDD, with what may follow. In some the day 00 means the last of the month; some begin with the century.
_OPEN_DAY = frozenset({"11", "12", "13", "15", "16", "17", "4324", "4325"})
_WITH_CENTURY = frozenset({"7250", "7251"})
_SPAN = "7007"
_DATED = _OPEN_DAY | _WITH_CENTURY | {_SPAN, "4326", "7003", "7006", "7011", "8008"}
_ANY_TIME = "9999"


def read_gs1(text: str, *, is_marked: bool) -> Identifier | UnreadableReason:
    """An element string. `is_marked`: the scanner said that the symbol is one of GS1's."""
    if not is_marked and text.isdigit() and len(text) in _RETAIL_LENGTHS:
        return UnreadableReason.AMBIGUOUS
    found = _cut(text)
    if isinstance(found, UnreadableReason):
        return found
    reason = _content_fault(found) or _company_fault([ai for ai, _ in found])
    if reason is not None:
        return reason
    return _identifier(text, tuple(Element(SCHEME + ai, value) for ai, value in found))


def _cut(text: str) -> list[tuple[str, str]] | UnreadableReason:
    """Application identifiers and values, each where the text has it."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        one = _element(text[at:])
        if isinstance(one, UnreadableReason):
            return one
        ai, value = one.ai.ai, one.value
        if not value or not text.startswith(ai + value, at):
            return UnreadableReason.BAD_CONTENT
        found.append((ai, value))
        at += len(ai) + len(value)
        if text.startswith(GS, at):
            at += 1
        elif at < len(text) and one.ai.separator_required:
            is_field = _FIELD.match(text, at) is not None
            return UnreadableReason.SEPARATOR_MISSING if is_field else UnreadableReason.BAD_CONTENT
    return found


def _element(text: str) -> GS1ElementString | UnreadableReason:
    try:
        return GS1ElementString.extract(text, config=_CONFIG)
    except (ParseError, ValueError, ArithmeticError):
        ai = _ai_of(text)
        if ai is None:
            return UnreadableReason.NO_FORMAT
        return UnreadableReason.BAD_DATE if ai.ai in _DATED else UnreadableReason.BAD_CONTENT


def _ai_of(text: str) -> GS1ApplicationIdentifier | None:
    try:
        return GS1ApplicationIdentifier.extract(text)
    except ParseError:
        return None


def _content_fault(found: list[tuple[str, str]]) -> UnreadableReason | None:
    for ai, value in found:
        if (length := _CHECKED.get(ai)) and not is_checked(value[:length]):
            return UnreadableReason.CHECK_DIGIT
        if ai in _DATED and not _is_dated(ai, value):
            return UnreadableReason.BAD_DATE
    return None


def is_checked(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return gs1_standard_check_digit(digits[:-1]) == int(digits[-1])


def _is_dated(ai: str, value: str) -> bool:
    """Whether the value is a real date, with a real time where it has one."""
    if ai == _SPAN:
        return all(_is_day(value[at : at + 6]) for at in range(0, len(value), 6))
    length = 8 if ai in _WITH_CENTURY else 6
    day, minute = value[:length], value[length:]
    if ai in _OPEN_DAY and day.endswith("00"):
        day = f"{day[:-2]}01"
    return _is_day(day) and (_is_time(minute) or (ai in _OPEN_DAY and minute == _ANY_TIME))


def _is_day(text: str) -> bool:
    """Two digits of a year mean one near today, so that 00 is 2000: a leap year, as every fourth is."""
    try:
        return bool(date(int(text[:-4]) + (2000 if len(text) == 6 else 0), int(text[-4:-2]), int(text[-2:])))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    """Nothing, or hours, minutes and seconds as far as they are given."""
    return all(int(text[at : at + 2]) < (24 if at == 0 else 60) for at in range(0, len(text), 2))


def _company_fault(ais: list[str]) -> UnreadableReason | None:
    """What must or must not stand beside another."""
    there = set(ais)
    if len(there) < len(ais):
        return UnreadableReason.REPEATED
    if any(pair <= there for pair in EXCLUDES):
        return UnreadableReason.ELEMENT_EXCLUDED
    has_all = all(group & there for ai in ais for group in REQUIRES.get(ai, ()))
    return None if has_all and there & _KEYS else UnreadableReason.ELEMENT_MISSING


def _identifier(text: str, elements: tuple[Element, ...]) -> Identifier:
    """Whom or what the element string names. One of people is known by their number alone."""
    for ai, kind in ((STAFF, IdentifierKind.STAFF), (PATIENT, IdentifierKind.PATIENT)):
        number = next((one.value for one in elements if one.code == SCHEME + ai), "")
        if number:
            return Identifier(kind, number, "", elements)
    return Identifier(IdentifierKind.PRODUCT, text, "", elements)


def text_of(elements: tuple[Element, ...]) -> str:
    """Elements as an element string, with a separator where one is needed."""
    return "".join(_pieces(elements))


def _pieces(elements: tuple[Element, ...]) -> Iterator[str]:
    for number, one in enumerate(elements, start=1):
        text = one.code.removeprefix(SCHEME) + one.value
        yield text
        ai = _ai_of(text)
        if number < len(elements) and (ai is None or ai.separator_required):
            yield GS


def read_hri(text: str) -> Identifier | UnreadableReason:
    """The text under a GS1 symbol, typed: every application identifier in brackets.

    A value with a bracket in it cannot be typed: where it ends would be a guess.
    """
    pairs = _HRI.findall(text)
    if "".join(f"({ai}){value}" for ai, value in pairs) != text:
        return UnreadableReason.BAD_CONTENT
    elements = tuple(Element(SCHEME + ai, value) for ai, value in pairs)
    found = read_gs1(text_of(elements), is_marked=True)
    if isinstance(found, Identifier) and found.elements != elements:
        return UnreadableReason.BAD_CONTENT
    return found


def has_check_digit(identifier: Identifier) -> bool:
    """Whether one of its elements carries a check digit."""
    return any(one.code.removeprefix(SCHEME) in _CHECKED for one in identifier.elements)

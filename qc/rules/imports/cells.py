"""What one field says: a number in the notation of the file, a bound, a word. Nothing is repaired."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Context, Decimal

from qc.rules.imports.faults import FaultCode
from qc.rules.imports.mapping import DecimalSign, ImportMapping, Measure
from qc.rules.imports.preview import Sense, plain
from qc.rules.imports.units import UNITS

MAX_WORD = 80
MAX_COMMENT = 500

# Code of a container, or of a copy of its label, as scanned or typed.
_SAMPLE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}", re.ASCII)
_BOTTLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_CRITERION = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)
_REPLICATE = re.compile(r"[1-9][0-9]?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)
_WELL = re.compile(r"[A-P](?:0?[1-9]|1[0-9]|2[0-4])", re.ASCII)  # 384 wells at most
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
)
_MARKS = {DecimalSign.POINT: ".", DecimalSign.COMMA: ","}
_NUMBERS = {
    sign: re.compile(
        rf"(?P<sign>[<>]?) ?(?P<number>-?[0-9]{{1,15}}(?:{mark}[0-9]{{1,15}})?(?:[eE][+-]?[0-9]{{1,2}})?)"
        r"(?P<percent> ?%)?",
        re.ASCII,
    )
    for sign, mark in ((sign, re.escape(mark)) for sign, mark in _MARKS.items())
}
_GROUPS = re.compile(
    r"[<>]? ?[-+]?[1-9][0-9]{0,2}(?:[ .,'\u2019\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?(?: ?%)?"
)
_OTHER_SIGN = re.compile(r"[<>]? ?[-+]?[0-9]+(?P<mark>[.,])[0-9]+(?:[eE][+-]?[0-9]{1,2})?(?: ?%)?", re.ASCII)
_BEGINS_AS_NUMBER = re.compile(r"[<>]? ?[-+.,]?[0-9]|[=+@<>-]")
_EXACT = Context(prec=100)
# What a result of a criterion may be written with at most.
_REPORTABLE = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


@dataclass(frozen=True)
class Said:
    """What a field says: a number (`sign` "<" or ">" for a bound on it), or one of the mapping's words."""

    sense: Sense
    number: Decimal | None = None
    sign: str = ""
    has_percent: bool = False


def text_fault(text: str) -> FaultCode | None:
    """What keeps a field from being read at all."""
    if not text:
        return FaultCode.EMPTY
    if text != text.strip():
        return FaultCode.SPACES_AROUND
    if not text.isprintable():
        return FaultCode.NOT_PRINTABLE
    return None


def sample_fault(text: str) -> FaultCode | None:
    """What is wrong with the code of a sample."""
    return text_fault(text) or (None if _SAMPLE.fullmatch(text) else FaultCode.SAMPLE_SHAPE)


def bottle_fault(text: str) -> FaultCode | None:
    """What is wrong with the number of a bottle."""
    return text_fault(text) or (None if _BOTTLE.fullmatch(text) else FaultCode.BOTTLE_SHAPE)


def criterion_fault(text: str) -> FaultCode | None:
    """What is wrong with the code of a criterion."""
    return text_fault(text) or (None if _CRITERION.fullmatch(text) else FaultCode.CRITERION_SHAPE)


def well_fault(text: str) -> FaultCode | None:
    """What is wrong with the name of a well."""
    return text_fault(text) or (None if _WELL.fullmatch(text) else FaultCode.WELL_SHAPE)


def whole(text: str) -> int | FaultCode:
    """A whole number of droplets or days."""
    fault = text_fault(text)
    if fault is not None:
        return fault
    return int(text) if _WHOLE.fullmatch(text) else FaultCode.NOT_A_NUMBER


def replicate(text: str) -> int | FaultCode:
    """The number of a replicate, from 1 to 99."""
    return int(text) if _REPLICATE.fullmatch(text) else FaultCode.REPLICATE_SHAPE


def time_fault(text: str) -> FaultCode | None:
    """What is wrong with a time of test; empty where the file does not say."""
    if not text:
        return None
    return None if _moment(text) is not None else FaultCode.TIME_SHAPE


def _moment(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # a time in the first or the last hours of the calendar has no UTC
    return found if 1900 <= found.year <= 9000 else None


def instant(text: str, zone: tzinfo) -> datetime | FaultCode:
    """When it was tested, in UTC. A time without an offset is one of the site's zone.

    One that the zone skips or has twice (the clock is put forward or back) is a fault: the file has to say the offset.
    """
    found = _moment(text)
    if found is None:
        return FaultCode.TIME_SHAPE
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    first, second = (found.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
        return FaultCode.TIME_NOT_POSSIBLE
    if first.utcoffset() != second.utcoffset():
        return FaultCode.TIME_TWICE
    return first.astimezone(UTC)


def read(text: str, mapping: ImportMapping) -> Said | FaultCode:
    """What the text of a value says."""
    fault = text_fault(text)
    if fault is not None:
        is_grouped = fault is FaultCode.NOT_PRINTABLE and _GROUPS.fullmatch(text)  # by a hard space
        return FaultCode.THOUSANDS_SEPARATOR if is_grouped else fault
    for sense, words in mapping.words.items():
        if text in words:
            return Said(sense)
    return read_number(text, mapping.decimal)


def read_number(text: str, decimal: DecimalSign) -> Said | FaultCode:
    """A number in the notation that the mapping names, perhaps with `<` or `>` before it and `%` behind."""
    match = _NUMBERS[decimal].fullmatch(text)
    if match is None:
        return _no_number(text, decimal)
    number = Decimal(match["number"].replace(",", "."))
    sense = {"<": Sense.BELOW, ">": Sense.ABOVE}.get(match["sign"], Sense.NUMBER)
    return Said(sense, number, match["sign"], has_percent=bool(match["percent"]))


def _no_number(text: str, decimal: DecimalSign) -> FaultCode:
    """A group of three digits may be decimals to one reader and thousands to another: neither is guessed."""
    if _GROUPS.fullmatch(text):
        return FaultCode.THOUSANDS_SEPARATOR
    other = _OTHER_SIGN.fullmatch(text)
    if other is not None:
        if other["mark"] == _MARKS[decimal]:
            return (
                FaultCode.NUMBER_TOO_LONG
            )  # its sign is the right one: there are more digits than are taken
        return FaultCode.DECIMAL_COMMA if other["mark"] == "," else FaultCode.DECIMAL_POINT
    return FaultCode.QUOTE_IN_VALUE if '"' in text else FaultCode.NOT_A_NUMBER


def read_any(text: str, mapping: ImportMapping) -> Said | FaultCode:
    """The same where a criterion may be answered by any word: what begins as a number does must be one."""
    found = read(text, mapping)
    if isinstance(found, Said) or text_fault(text) is not None:
        return found
    if '"' in text:
        return FaultCode.QUOTE_IN_VALUE
    if _BEGINS_AS_NUMBER.match(text):
        return found
    return Said(Sense.WORD) if len(text) <= MAX_WORD else FaultCode.TOO_LONG


def is_possible(number: Decimal, measure: Measure) -> bool:
    """Whether a number can be meant, in the unit that is reported; the mapping's bounds go before the unit's."""
    low, high = UNITS.get(measure.report_unit, (None, None))
    low = low if measure.possible_low is None else measure.possible_low
    high = high if measure.possible_high is None else measure.possible_high
    return not ((low is not None and number < low) or (high is not None and number > high))


def as_reported(said: Said, factor: Decimal) -> str | FaultCode:
    """A number as it would be recorded: the digits of the file with a point, or those of the product, exactly."""
    if said.number is None:
        return ""
    digits = format(said.number, "f") if factor == 1 else plain(_EXACT.multiply(said.number, factor))
    if not _REPORTABLE.fullmatch(digits):
        return FaultCode.NUMBER_TOO_LONG
    return said.sign + digits

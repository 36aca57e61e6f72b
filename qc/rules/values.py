"""What is reported for a criterion, read from its text: a number or a bound, a word, named parts, or "not tested"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc.rules.criterion import Criterion, NotTestedReason, Sort
from qc.rules.dose import DoseKind

MAX_WORD = 80
NOT_TESTED = "not tested"

_NUMBER = re.compile(r"(?P<sign>[<>]?) ?(?P<number>-?[0-9]{1,12}(?:\.[0-9]{1,12})?)", re.ASCII)
_COMMA = re.compile(r"[<>]? ?-?[0-9]+,[0-9]+", re.ASCII)
_BETWEEN, _NAMED = "; ", ": "


@dataclass(frozen=True)
class Quantity:
    """A number as reported, or a bound on one: sign "<" or ">"."""

    number: Decimal
    sign: str = ""


@dataclass(frozen=True)
class Word:
    """One of the criterion's words."""

    text: str


@dataclass(frozen=True)
class Parts:
    """A number for each component of a dose, in the order of the specification."""

    parts: tuple[tuple[str, Quantity], ...]

    def part(self, code: str) -> Quantity | None:
        """The number of a component."""
        return next((quantity for name, quantity in self.parts if name == code), None)


@dataclass(frozen=True)
class NotTested:
    """There is no result, and none will come: never a pass, and enough only where the criterion allows the reason."""

    reason: NotTestedReason

    @property
    def text(self) -> str:
        """As it is kept and read again."""
        return f"{NOT_TESTED}{_NAMED}{self.reason}"


Value = Quantity | Word | Parts | NotTested


class ValueFault(StrEnum):
    """Why a reported text is no value of its criterion."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    DECIMAL_COMMA = "decimal_comma"
    NOT_POSSIBLE = "not_possible"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"
    REASON_REQUIRED = "reason_required"
    NOT_COMPONENTS = "not_components"
    OTHER_COMPONENTS = "other_components"


def read_value(criterion: Criterion, text: str) -> Value | ValueFault:
    """The value that a text reports for a criterion, or why it reports none. Nothing is guessed or repaired."""
    if not text.strip():
        return ValueFault.EMPTY
    if text in criterion.choices:
        return Word(text)
    if text.strip().casefold().startswith(NOT_TESTED):
        return _not_tested(text)
    if criterion.sort is Sort.QUALITY or criterion.choices:
        return ValueFault.NOT_A_CHOICE
    if criterion.dose is not None and criterion.dose.kind is DoseKind.COMPONENTS:
        return _parts(criterion, text)
    return _quantity(criterion, text)


def write_parts(parts: Sequence[tuple[str, str]]) -> str:
    """The text that reports a number for each component: `CD8: 45.1; CD4: 48.0`."""
    return _BETWEEN.join(f"{code}{_NAMED}{number}" for code, number in parts)


def _not_tested(text: str) -> NotTested | ValueFault:
    """A report-only line would take "not tested" for a word like any other; but that is no report."""
    found = next((reason for reason in NotTestedReason if NotTested(reason).text == text), None)
    return ValueFault.REASON_REQUIRED if found is None else NotTested(found)


def _quantity(criterion: Criterion, text: str) -> Quantity | Word | ValueFault:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _no_number(criterion, text)
    number = Decimal(match["number"])
    if not _is_possible(criterion, number):
        return ValueFault.NOT_POSSIBLE
    return Quantity(number, match["sign"])


def _no_number(criterion: Criterion, text: str) -> Word | ValueFault:
    if _COMMA.fullmatch(text):
        return ValueFault.DECIMAL_COMMA
    if criterion.sort is Sort.REPORT and not criterion.unit:
        is_short = len(text) <= MAX_WORD and text.isprintable()
        return Word(text) if is_short else ValueFault.TOO_LONG
    return ValueFault.NOT_A_NUMBER


def _is_possible(criterion: Criterion, number: Decimal) -> bool:
    is_too_low = criterion.possible_low is not None and number < criterion.possible_low
    is_too_high = criterion.possible_high is not None and number > criterion.possible_high
    return not (is_too_low or is_too_high)


def _parts(criterion: Criterion, text: str) -> Parts | ValueFault:
    """Every component once, and nothing else: of a product in two parts, one alone is no dose."""
    if len(text) > MAX_WORD:
        return ValueFault.TOO_LONG
    wanted = [component.code for component in criterion.dose.components] if criterion.dose else []
    pieces = [piece.partition(_NAMED) for piece in text.split(_BETWEEN)]
    if not all(between for _code, between, _number in pieces):
        return ValueFault.NOT_COMPONENTS
    if sorted(code for code, _between, _number in pieces) != sorted(wanted):
        return ValueFault.OTHER_COMPONENTS
    found: dict[str, Quantity] = {}
    for code, _between, number in pieces:
        value = _quantity(criterion, number)
        if isinstance(value, ValueFault):
            return value
        if isinstance(value, Quantity):
            found[code] = value
    return Parts(tuple((code, found[code]) for code in wanted))

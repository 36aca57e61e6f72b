"""One criterion of a specification, one reported value, and the verdict of the one on the other.

A measured number is rounded to the specification's decimals BEFORE it is compared, half away from zero: 79.5 against
"at least 80" at no decimals passes, 79.4 fails. That is the rule of the pharmacopoeias (USP General Notices 7.20,
Ph. Eur. General Notices 1.4: a digit of 5 or more rounds up), to which a certificate is read; half-even, the habit of
statisticians, would let 80.5 and 79.5 meet at 80 and no reader of the certificate would come to the same verdict.

A censored report ("<0.5", ">95") states a bound and no number, so nothing is rounded: it passes when every number that
it leaves possible is within the limits, fails when none is, and is not judged otherwise ("<10" against "at most 5").
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

MAX_DECIMALS = 6
MAX_WORD = 80

_NUMBER = re.compile(r"(?P<sign>[<>]?) ?(?P<number>-?[0-9]{1,12}(?:\.[0-9]{1,12})?)", re.ASCII)
_COMMA = re.compile(r"[<>]? ?-?[0-9]+,[0-9]+", re.ASCII)


class Verdict(StrEnum):
    """What a result comes to."""

    PASS = "pass"  # noqa: S105  (a verdict, not a secret)
    FAIL = "fail"
    NOT_JUDGED = "not_judged"


class Timing(StrEnum):
    """When a result has to be there: for the release, as an interim reading for it, or after it."""

    RELEASE = "release"
    INTERIM = "interim"
    FINAL = "final"


class Sort(StrEnum):
    """What is reported: a number with limits, one of a set of words, or anything, without a verdict."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    REPORT = "report"


@dataclass(frozen=True)
class Limit:
    """One side of a criterion; an inclusive limit is itself within."""

    value: Decimal
    is_inclusive: bool = True


@dataclass(frozen=True)
class Criterion:
    """One line of a specification.

    `possible_low` and `possible_high` bound what can be meant at all: 955 % is a slip of the pen, not a pass.
    """

    code: str
    title: str
    sort: Sort
    timing: Timing
    method: str
    unit: str = ""
    decimals: int = 0
    low: Limit | None = None
    high: Limit | None = None
    possible_low: Decimal | None = None
    possible_high: Decimal | None = None
    choices: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    source: str = ""

    @property
    def is_needed_for_release(self) -> bool:
        """Whether a release waits for it."""
        return self.timing is not Timing.FINAL

    @property
    def is_judged(self) -> bool:
        """Whether a result of it has a verdict."""
        return self.sort is not Sort.REPORT


@dataclass(frozen=True)
class Quantity:
    """A number as reported, or a bound on one: sign "<" or ">"."""

    number: Decimal
    sign: str = ""


@dataclass(frozen=True)
class Word:
    """One of the criterion's words."""

    text: str


Value = Quantity | Word


class ValueFault(StrEnum):
    """Why a reported text is no value of its criterion."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    DECIMAL_COMMA = "decimal_comma"
    NOT_POSSIBLE = "not_possible"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"


def read_value(criterion: Criterion, text: str) -> Value | ValueFault:
    """The value that a text reports for a criterion, or why it reports none. Nothing is guessed or repaired."""
    if not text.strip():
        return ValueFault.EMPTY
    if criterion.sort is Sort.QUALITY or criterion.choices:
        return Word(text) if text in criterion.choices else ValueFault.NOT_A_CHOICE
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _no_number(criterion, text)
    number = Decimal(match["number"])
    if not _is_possible(criterion, number):
        return ValueFault.NOT_POSSIBLE
    return Quantity(number, match["sign"])


def _no_number(criterion: Criterion, text: str) -> Value | ValueFault:
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


def rounded(number: Decimal, decimals: int) -> Decimal:
    """The number at so many decimals, half away from zero."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def judge(criterion: Criterion, value: Value) -> Verdict:
    """The verdict of a criterion on a value that `read_value` gave for it."""
    if not criterion.is_judged:
        return Verdict.NOT_JUDGED
    if isinstance(value, Word):
        return Verdict.PASS if value.text in criterion.accepted else Verdict.FAIL
    if value.sign == "<":
        return _judge_below(criterion, value.number)
    if value.sign == ">":
        return _judge_above(criterion, value.number)
    number = rounded(value.number, criterion.decimals)
    is_within = _is_above(criterion.low, number) and _is_below(criterion.high, number)
    return Verdict.PASS if is_within else Verdict.FAIL


def _is_above(low: Limit | None, number: Decimal) -> bool:
    return low is None or number > low.value or (low.is_inclusive and number == low.value)


def _is_below(high: Limit | None, number: Decimal) -> bool:
    return high is None or number < high.value or (high.is_inclusive and number == high.value)


def _judge_below(criterion: Criterion, bound: Decimal) -> Verdict:
    """The truth lies anywhere below `bound`, down to what is possible."""
    low, high, floor = criterion.low, criterion.high, criterion.possible_low
    if low is not None and bound <= low.value:
        return Verdict.FAIL
    is_under_high = high is None or bound <= high.value
    is_over_low = low is None or (floor is not None and _is_above(low, floor))
    return Verdict.PASS if is_under_high and is_over_low else Verdict.NOT_JUDGED


def _judge_above(criterion: Criterion, bound: Decimal) -> Verdict:
    """The truth lies anywhere above `bound`, up to what is possible."""
    low, high, ceiling = criterion.low, criterion.high, criterion.possible_high
    if high is not None and bound >= high.value:
        return Verdict.FAIL
    is_over_low = low is None or bound >= low.value
    is_under_high = high is None or (ceiling is not None and _is_below(high, ceiling))
    return Verdict.PASS if is_over_low and is_under_high else Verdict.NOT_JUDGED

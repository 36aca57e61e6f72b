"""A number, or a bound on one, held against limits. The ground under every criterion that has any.

A measured number is rounded to the specification's decimals BEFORE it is compared, half away from zero: 79.5 against
"at least 80" at no decimals passes, 79.4 fails. That is the rule of the pharmacopoeias (USP General Notices 7.20,
Ph. Eur. General Notices 1.4: a digit of 5 or more rounds up), to which a certificate is read; half-even, the habit of
statisticians, would let 80.5 and 79.5 meet at 80 and no reader of the certificate would come to the same verdict.

A censored report ("<0.5", ">95") states a bound and no number, so nothing is rounded: it passes when every number that
it leaves possible is within the limits, fails when none is, and is not judged otherwise ("<10" against "at most 5").
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

MAX_DECIMALS = 6
# More digits than any quotient of the numbers that people write needs to be told from the tie of a rounding: a number
# is rounded once, at the end, and never by the way.
EXACT = Context(prec=120)


class Verdict(StrEnum):
    """What a result comes to."""

    PASS = "pass"  # noqa: S105  (a verdict, not a secret)
    FAIL = "fail"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Limit:
    """One side of a criterion; an inclusive limit is itself within."""

    value: Decimal
    is_inclusive: bool = True


@dataclass(frozen=True)
class Range:
    """What a number is held against: limits, the decimals it is rounded to, and what is possible at all."""

    low: Limit | None = None
    high: Limit | None = None
    decimals: int = 0
    possible_low: Decimal | None = None
    possible_high: Decimal | None = None


def rounded(number: Decimal, decimals: int) -> Decimal:
    """The number at so many decimals, half away from zero."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=EXACT)


def is_finer(number: Decimal, decimals: int) -> bool:
    """Whether the number has more decimals than that: no rounded result could ever be equal to it."""
    return rounded(number, decimals) != number


def nothing_fits(low: Limit | None, high: Limit | None) -> bool:
    """Whether no number lies between these limits."""
    if low is None or high is None:
        return False
    if low.value == high.value:
        return not (low.is_inclusive and high.is_inclusive)
    return low.value > high.value


def judge_number(within: Range, number: Decimal, sign: str = "") -> Verdict:
    """The verdict of a range on a number (sign ""), or on a bound ("<" or ">")."""
    if sign == "<":
        return _judge_below(within, number)
    if sign == ">":
        return _judge_above(within, number)
    shown = rounded(number, within.decimals)
    return Verdict.PASS if _is_above(within.low, shown) and _is_below(within.high, shown) else Verdict.FAIL


def together(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The verdict on something that has to meet every one of several ranges."""
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.NOT_JUDGED if Verdict.NOT_JUDGED in verdicts or not verdicts else Verdict.PASS


def _is_above(low: Limit | None, number: Decimal) -> bool:
    return low is None or number > low.value or (low.is_inclusive and number == low.value)


def _is_below(high: Limit | None, number: Decimal) -> bool:
    return high is None or number < high.value or (high.is_inclusive and number == high.value)


def _judge_below(within: Range, bound: Decimal) -> Verdict:
    """The truth lies anywhere below `bound`, down to what is possible."""
    low, high, floor = within.low, within.high, within.possible_low
    if low is not None and bound <= low.value:
        return Verdict.FAIL
    is_under_high = high is None or bound <= high.value
    is_over_low = low is None or (floor is not None and _is_above(low, floor))
    return Verdict.PASS if is_under_high and is_over_low else Verdict.NOT_JUDGED


def _judge_above(within: Range, bound: Decimal) -> Verdict:
    """The truth lies anywhere above `bound`, up to what is possible."""
    low, high, ceiling = within.low, within.high, within.possible_high
    if high is not None and bound >= high.value:
        return Verdict.FAIL
    is_over_low = low is None or bound >= low.value
    is_under_high = high is None or (ceiling is not None and _is_below(high, ceiling))
    return Verdict.PASS if is_over_low and is_under_high else Verdict.NOT_JUDGED

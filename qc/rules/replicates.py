"""From replicate measurements to the one value that is reported and judged.

Decimal arithmetic throughout. The value that comes out is written with more decimals than the criterion has, by
rounding that never makes a tie (ROUND_05UP): rounded again to the criterion's decimals it is what the exact value would
have been rounded to. A bound is no number: replicates of which one is censored cannot be averaged. Only where all say
the very same ("<0.05" three times, as in most endotoxin tests) that is what is reported, since any mean of numbers
below 0.05 is below 0.05.

The spread is the coefficient of variation: the standard deviation with n - 1, in percent of the arithmetic mean,
whatever is reported; it is rounded to the decimals in which its limit is written before it is compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_05UP, Context, Decimal, localcontext
from enum import StrEnum
from math import prod

from qc.rules.limits import EXACT, rounded

FEWEST, MOST = 2, 12
# What a reported value may have at most.
LONGEST_FRACTION = 12
CV_DECIMALS = 2
# The product of twelve numbers of 24 digits is exact in this.
_WIDE = Context(prec=300)

_NUMBER = re.compile(r"(?P<sign>[<>]?) ?(?P<number>-?[0-9]{1,12}(?:\.[0-9]{1,12})?)", re.ASCII)
_COMMA = re.compile(r"[<>]? ?-?[0-9]+,[0-9]+", re.ASCII)


class ReportRule(StrEnum):
    """Which value is reported of several."""

    MEAN = "mean"
    MEDIAN = "median"
    GEOMETRIC_MEAN = "geometric_mean"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


class ReplicateFault(StrEnum):
    """Why replicates come to no value."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    DECIMAL_COMMA = "decimal_comma"
    WRONG_COUNT = "wrong_count"
    CENSORED = "censored_replicate"
    NOT_POSITIVE = "not_positive"
    CV_TOO_HIGH = "cv_too_high"
    CV_OF_ZERO = "cv_of_zero"


@dataclass(frozen=True)
class Replicates:
    """How often one measures, what is reported of it, and how far apart the replicates may be (None: any)."""

    count: int
    report: ReportRule
    max_cv_percent: Decimal | None = None


@dataclass(frozen=True)
class ReplicateProblem:
    """A fault with the replicate that it is about (0 is the first; None: all of them) and what was found."""

    code: ReplicateFault
    index: int | None = None
    found: str = ""


@dataclass(frozen=True)
class Reportable:
    """What is reported: the text as it is kept, and the spread to two decimals (None where there is none)."""

    text: str
    cv_percent: Decimal | None = None


def reportable(
    plan: Replicates, texts: Sequence[str], *, decimals: int = LONGEST_FRACTION
) -> Reportable | tuple[ReplicateProblem, ...]:
    """The value that replicates come to, written with at most so many decimals; or every fault.

    `decimals` must be more than the criterion rounds to: `criterion.decimals + 4` reads well, and the default is best
    where the value is still divided by a weight.
    """
    faults = [ReplicateProblem(code, n) for n, text in enumerate(texts) if (code := _fault(text)) is not None]
    if len(texts) != plan.count:
        faults.append(ReplicateProblem(ReplicateFault.WRONG_COUNT, found=str(len(texts))))
    if faults:
        return tuple(faults)
    matches = [match for text in texts if (match := _NUMBER.fullmatch(text)) is not None]
    bounds = [n for n, match in enumerate(matches) if match["sign"]]
    numbers = [Decimal(match["number"]) for match in matches]
    if bounds:
        return _of_bounds(matches[0]["sign"], numbers, bounds, {match["sign"] for match in matches})
    return _of_numbers(plan, numbers, decimals)


def _fault(text: str) -> ReplicateFault | None:
    if not text.strip():
        return ReplicateFault.EMPTY
    if _COMMA.fullmatch(text):
        return ReplicateFault.DECIMAL_COMMA
    return None if _NUMBER.fullmatch(text) else ReplicateFault.NOT_A_NUMBER


def _of_bounds(
    sign: str, numbers: Sequence[Decimal], bounds: Sequence[int], signs: set[str]
) -> Reportable | tuple[ReplicateProblem, ...]:
    if len(signs) == 1 and len(set(numbers)) == 1:
        return Reportable(f"{sign}{numbers[0]:f}")
    return tuple(ReplicateProblem(ReplicateFault.CENSORED, n) for n in bounds)


def _of_numbers(
    plan: Replicates, numbers: Sequence[Decimal], decimals: int
) -> Reportable | tuple[ReplicateProblem, ...]:
    if plan.report is ReportRule.GEOMETRIC_MEAN:
        too_low = [n for n, number in enumerate(numbers) if number <= 0]
        if too_low:
            return tuple(ReplicateProblem(ReplicateFault.NOT_POSITIVE, n) for n in too_low)
    with localcontext(_WIDE):
        cv = _cv(numbers)
        if plan.max_cv_percent is not None:
            if cv is None:
                return (ReplicateProblem(ReplicateFault.CV_OF_ZERO),)
            shown = rounded(cv, _places(plan.max_cv_percent))
            if shown > plan.max_cv_percent:
                return (ReplicateProblem(ReplicateFault.CV_TOO_HIGH, found=f"{shown:f}"),)
        spread = None if cv is None else rounded(cv, CV_DECIMALS)
        return Reportable(written(_reported(plan.report, numbers), decimals), spread)


def _reported(rule: ReportRule, numbers: Sequence[Decimal]) -> Decimal:
    ordered, half = sorted(numbers), len(numbers) // 2
    if rule is ReportRule.MINIMUM:
        return ordered[0]
    if rule is ReportRule.MAXIMUM:
        return ordered[-1]
    if rule is ReportRule.MEDIAN:
        return ordered[half] if len(numbers) % 2 else (ordered[half - 1] + ordered[half]) / 2
    if rule is ReportRule.GEOMETRIC_MEAN:
        return _root(prod(numbers, start=Decimal(1)), len(numbers))
    return sum(numbers, Decimal(0)) / len(numbers)


def _root(number: Decimal, degree: int) -> Decimal:
    """The positive root; where it has a finite form that is the one: of 4 x 9 the square root is 6, not 5.99..9."""
    root = EXACT.power(number, EXACT.divide(Decimal(1), Decimal(degree)))
    near = root.quantize(Decimal(1).scaleb(-LONGEST_FRACTION * 2), context=EXACT)
    return near if _WIDE.power(near, degree) == number else root


def _cv(numbers: Sequence[Decimal]) -> Decimal | None:
    """In percent; None where the mean is zero and the replicates are not all zero."""
    mean = sum(numbers, Decimal(0)) / len(numbers)
    squares = sum(((number - mean) ** 2 for number in numbers), Decimal(0))
    if not squares:
        return Decimal(0)
    return (squares / (len(numbers) - 1)).sqrt() / abs(mean) * 100 if mean else None


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def written(number: Decimal, decimals: int) -> str:
    """A number with as many decimals as it needs, at most so many; never a tie that it was not."""
    places = min(decimals, LONGEST_FRACTION)
    text = f"{number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_05UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

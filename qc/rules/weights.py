"""A patient's body weight with its date: a dose per kilogram is only as good as the weight it is divided by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

# The lightest infant and the heaviest adult that anybody weighs for a dose; outside of this it is a slip of the pen.
LIGHTEST, HEAVIEST = Decimal("0.5"), Decimal(400)

_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?", re.ASCII)
_COMMA = re.compile(r"[0-9]+,[0-9]+", re.ASCII)


class WeightFault(StrEnum):
    """Why a text is no weight."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_weight"
    DECIMAL_COMMA = "decimal_comma"
    NOT_POSSIBLE = "not_possible"


class WeightHindrance(StrEnum):
    """Why a weight may not be used for a moment."""

    MISSING = "weight_missing"
    TOO_OLD = "weight_too_old"
    LATER = "weight_after_the_moment"


@dataclass(frozen=True)
class Weight:
    """A body weight in kg as it was read off, and when; never rounded. 50.04 kg is above 50 kg."""

    kg: Decimal
    measured_at: datetime

    def good_until(self, max_age_days: int) -> datetime:
        """The last moment at which it may be used; a day is 24 hours, whatever the clocks do."""
        return self.measured_at + timedelta(days=max_age_days)


def read_weight(text: str, measured_at: datetime) -> Weight | WeightFault:
    """The weight in kg that a text states, or why it states none."""
    if not text.strip():
        return WeightFault.EMPTY
    if _COMMA.fullmatch(text):
        return WeightFault.DECIMAL_COMMA
    if not _NUMBER.fullmatch(text):
        return WeightFault.NOT_A_NUMBER
    kg = Decimal(text)
    return Weight(kg, measured_at) if LIGHTEST <= kg <= HEAVIEST else WeightFault.NOT_POSSIBLE


def weight_for(weights: Iterable[Weight], at: datetime) -> Weight | None:
    """The weight that counts at a moment: the last one measured by then.

    Where all were measured later it is the first of those, so that the answer to "why not" is that, and not that there
    is none.
    """
    known = sorted(weights, key=lambda weight: weight.measured_at)
    earlier = [weight for weight in known if weight.measured_at <= at]
    return earlier[-1] if earlier else next(iter(known), None)


def hindrance(weight: Weight | None, at: datetime, max_age_days: int) -> WeightHindrance | None:
    """Why a weight may not be used at a moment. One that is exactly as old as it may be is still good."""
    if weight is None:
        return WeightHindrance.MISSING
    if weight.measured_at > at:
        return WeightHindrance.LATER
    return WeightHindrance.TOO_OLD if at > weight.good_until(max_age_days) else None

"""A patient's body weight with its date: whether it may be used for a moment.

How a weight is written and kept is not known here; a dose per kilogram is only as good as the one it is divided by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


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

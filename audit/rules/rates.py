"""Rates of what happened seldom, with the interval that the counts allow (95 %, exact); and shares in per cent.

By Clopper and Pearson (Biometrika 26 (1934) 404), which never holds less often than it says: a station with ten scans
and no near miss has shown little, and its interval says so.
"""

from dataclasses import dataclass
from decimal import Decimal

from cpv.rules.nonconforming import rate_of

PER = 1000


@dataclass(frozen=True)
class Rate:
    """So many per `PER`, and between which rates the counts leave it; None where nothing was counted."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None


def per_thousand(events: int, of: int) -> Rate:
    """Events per thousand; of nothing there is no rate."""
    if of < 1:
        return Rate(None, None, None)
    found = rate_of(events, of)
    return Rate(*(Decimal(f"{PER * share:.1f}") for share in (found.value, found.low, found.high)))


def percent(share: float | None) -> Decimal | None:
    """A share in per cent with two digits; never 100 while anything is missing."""
    if share is None:
        return None
    shown = Decimal(f"{100 * share:.2f}")
    return Decimal("99.99") if shown == 100 and share < 1 else shown


def share_of(part: int, whole: int) -> Decimal | None:
    """So many of so many in per cent; None of nothing."""
    return percent(part / whole if whole else None)

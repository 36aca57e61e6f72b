"""Whether a material lot or a piece of equipment may be used now."""

from datetime import datetime
from enum import StrEnum


class StockStatus(StrEnum):
    """Quality's word on a lot or device."""

    QUARANTINE = "quarantine"
    APPROVED = "approved"
    BLOCKED = "blocked"


def why_not(*, status: StockStatus, good_until: datetime, site: str, station_site: str, now: datetime) -> str:
    """Empty when usable; else the reason's code: the status, `expired` or `other_site`."""
    if status is not StockStatus.APPROVED:
        return str(status)
    if good_until <= now:
        return "expired"
    return "" if site == station_site else "other_site"

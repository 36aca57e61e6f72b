"""Where a report stands, what may be asked for, and who may ask for and read one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# A review looks back a year; ten of them are a product's life, and as much as one file holds.
LONGEST = timedelta(days=3660)


class ReportState(StrEnum):
    """Where a report stands."""

    ASKED = "asked"
    DRAWN = "drawn"
    FAILED = "failed"


@dataclass(frozen=True)
class Days:
    """A period in days of the plan's site, the first and the last both in it."""

    first: date
    last: date

    def between(self, zone: str) -> tuple[datetime, datetime]:
        """From the first moment of the first day to before the first after the last."""
        local = ZoneInfo(zone)
        after = self.last + timedelta(days=1)
        return (
            datetime(self.first.year, self.first.month, self.first.day, tzinfo=local),
            datetime(after.year, after.month, after.day, tzinfo=local),
        )


def last_year(today: date) -> Days:
    """The calendar year before this one: what a yearly review looks at."""
    return Days(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))


def last_quarter(today: date) -> Days:
    """The calendar quarter before this one."""
    begun = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = begun - timedelta(days=1)
    return Days(date(last.year, 3 * ((last.month - 1) // 3) + 1, 1), last)


def against_period(since: datetime, until: datetime, now: datetime) -> dict[str, str]:
    """What is wrong with a period, by field. It may end with today, though not everything has begun then."""
    if since >= until:
        return {"until": "before_since"}
    if until - since > LONGEST:
        return {"until": "too_long"}
    if since > now:
        return {"since": "in_the_future"}
    return {"until": "in_the_future"} if until > now + timedelta(days=1) else {}

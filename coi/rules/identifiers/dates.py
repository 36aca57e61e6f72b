"""Dates and times of labels as instants, and back.

A label's time is local to the zone of whoever printed it, unless the label says that it is UTC: so the zone is always
given. A minute that a zone has twice (clocks set back) is its first: an expiry must not come later than the label may
mean. A minute that a zone does not have is no instant: None, and never the nearest one.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum

from coi.rules.identifiers.isbt128 import calendar_day, ordinal_day
from coi.rules.identifiers.model import Element


class Meaning(StrEnum):
    """Of what a label gives the time."""

    EXPIRY = "expiry"
    COLLECTION = "collection"
    PRODUCTION = "production"
    CROSS_CLAMP = "cross_clamp"
    PRESERVATION = "preservation"
    DEATH = "death"


class Precision(StrEnum):
    """How exactly the label gives it."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True)
class Moment:
    """A label's date as an instant. An expiry without a time is the last minute of its day, all else its beginning."""

    code: str
    meaning: Meaning
    at: datetime
    precision: Precision
    is_utc: bool = False


_MEANINGS: Mapping[str, Meaning] = {
    **dict.fromkeys(("004", "005", "026", "gs1:17", "gs1:7003"), Meaning.EXPIRY),
    **dict.fromkeys(("006", "007"), Meaning.COLLECTION),
    **dict.fromkeys(("008", "009", "gs1:11"), Meaning.PRODUCTION),
}
# Structure 031 says of what it is the time.
_OF_TIME: Mapping[str, Meaning] = {
    "01": Meaning.EXPIRY,
    "02": Meaning.COLLECTION,
    "03": Meaning.PRODUCTION,
    "04": Meaning.CROSS_CLAMP,
    "05": Meaning.PRESERVATION,
    "06": Meaning.DEATH,
}
_LENGTHS: Mapping[str, int] = {
    **dict.fromkeys(("004", "006", "008", "026", "gs1:11", "gs1:17"), 6),
    **dict.fromkeys(("005", "007", "009", "gs1:7003"), 10),
    "031": 16,
}
_NUMBERS = {meaning: number for number, meaning in _OF_TIME.items()}
LAST_MINUTE = time(23, 59)
_UTC_MARK = "2"


def moment_of(element: Element, zone: tzinfo, *, today: date) -> Moment | None:
    """The instant of a date element; None for another element, or a time that the zone does not have.

    `today` settles the century of GS1's two digits: the year nearest to it is meant.
    """
    code, value = element.code, element.value
    if not (value.isascii() and value.isdigit() and len(value) == _LENGTHS.get(code)):
        return None
    is_utc = code == "031" and value.startswith(_UTC_MARK)
    meaning = _OF_TIME.get(value[2:4]) if code == "031" else _MEANINGS.get(code)
    if meaning is None:
        return None
    try:
        day, precision = _day(code, value, today)
        minute = _minute(value) if precision is Precision.MINUTE else None
        at = _instant(day, minute, meaning, UTC if is_utc else zone)
    except (
        ValueError,
        OverflowError,
    ):  # contents that `read` never gives, and instants beyond the calendar's ends
        return None
    return None if at is None else Moment(code, meaning, at, precision, is_utc)


def _minute(value: str) -> time:
    return time(int(value[-4:-2]), int(value[-2:]))


def _day(code: str, value: str, today: date) -> tuple[date, Precision]:
    """The day that is written, and how exactly. ValueError when there is none."""
    precision = Precision.MINUTE if code in ("005", "007", "009", "031", "gs1:7003") else Precision.DAY
    if code == "026":
        return _last_of_month(_real(calendar_day(f"{value}01"))), Precision.MONTH
    if code == "031":
        return _real(calendar_day(value[4:12])), precision
    if not code.startswith("gs1:"):
        return _real(ordinal_day(value)), precision
    year = _near(int(value[:2]), today)
    if value[4:6] == "00":
        return _last_of_month(date(year, int(value[2:4]), 1)), Precision.MONTH
    return date(year, int(value[2:4]), int(value[4:6])), precision


def _real(day: date | None) -> date:
    if day is None:
        raise ValueError("there is no such day")
    return day


def _near(two_digits: int, today: date) -> int:
    """GS1 General Specifications: from 49 years ago to 50 years ahead."""
    year = today.year - today.year % 100 + two_digits
    if year - today.year > 50:
        return year - 100
    return year + 100 if year - today.year < -49 else year


def _last_of_month(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _instant(day: date, minute: time | None, meaning: Meaning, zone: tzinfo) -> datetime | None:
    if minute is not None:
        return _exactly(datetime.combine(day, minute), zone)
    if meaning is Meaning.EXPIRY:
        return _exactly(datetime.combine(day, LAST_MINUTE), zone)
    # where clocks are set forward at midnight, the day begins later
    begun = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    return begun if begun.astimezone(zone).date() == day else None


def _exactly(local: datetime, zone: tzinfo) -> datetime | None:
    at = local.replace(tzinfo=zone).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None, fold=0) == local else None


def content_of(moment: Moment, zone: tzinfo) -> str:
    """The content of the element that says this: the inverse of `moment_of`. ValueError beyond the format's years."""
    local = moment.at.astimezone(UTC if moment.is_utc else zone)
    code = moment.code
    minute = f"{local:%H%M}" if moment.precision is Precision.MINUTE else ""
    if code == "031":
        head = f"{_UTC_MARK if moment.is_utc else '1'}0{_NUMBERS[moment.meaning]}"
        return f"{head}{local.year:04d}{local:%m%d}{minute}"
    if code == "026":
        return f"{local.year:04d}{local:%m}"
    if code.startswith("gs1:"):
        day = "00" if moment.precision is Precision.MONTH else f"{local:%d}"
        return f"{local:%y%m}{day}{minute}"
    if not 1900 <= local.year < 2900:
        raise ValueError("one digit names the centuries from 1900 to 2800 alone")
    return f"{local.year // 100 % 10}{local:%y%j}{minute}"

"""Which days a record can be about."""

import re
from datetime import date, datetime

# Beyond these a day of a site may have no moment that can be told: 9999-12-31 is often typed for “without an end”.
FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def can_be_told(at: date | datetime) -> bool:
    """Whether a day, or the day of a moment, is one that has moments in every zone."""
    return FIRST <= (at.date() if isinstance(at, datetime) else at) <= LAST


def day_in(value: object) -> date | None:
    """The day that a text says as YYYY-MM-DD; None where it says none that a record can be about."""
    try:
        found = date.fromisoformat(value if isinstance(value, str) and _WRITTEN.fullmatch(value) else "")
    except ValueError:
        return None
    return found if can_be_told(found) else None

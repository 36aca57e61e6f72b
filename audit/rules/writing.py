"""How a cell is written: for programs, the same everywhere; for people, in the time of the site."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from audit.rules.report import Cell
from ledger.rules.canonical import instant

YES, NO = "yes", "no"


def for_programs(cell: Cell) -> str:
    """A cell as text that another program reads: times in UTC (ISO 8601), decimals with a point, yes or no."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, datetime):
        return instant(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def asked_for_people(name: str, said: str) -> str:
    """What was asked, by the name of its field: a time without fractions, in the zone in which it was asked."""
    is_time = name in ("since", "until", "moment")
    return f"{datetime.fromisoformat(said):%Y-%m-%d %H:%M %Z}" if is_time else said


def for_people(cell: Cell, zone: str) -> str:
    """A cell as people read it: a time to the second in the zone of its site, which stands beside it."""
    if isinstance(cell, datetime):
        local = cell.astimezone(ZoneInfo(zone))
        return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"
    return for_programs(cell)

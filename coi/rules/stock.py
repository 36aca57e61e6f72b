"""Whether a material lot or a piece of equipment may be used now."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum

from coi.rules.identifiers import Identifier, Meaning, moment_of

GTIN, BATCH, EXPIRY = "gs1:01", "gs1:10", "gs1:17"
# What every label of a lot has alike: the lot, its dates, its catalogue number. All else is the piece's own.
_OF_THE_LOT = frozenset({GTIN, BATCH, "gs1:11", "gs1:15", EXPIRY, "gs1:240"})


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


def supplier_lot(identifier: Identifier) -> tuple[str, str] | None:
    """GTIN and batch number of a supplier's GS1 label, or None where one of them is not there."""
    found = {element.code: element.value for element in identifier.elements}
    if GTIN not in found or BATCH not in found:
        return None
    return found[GTIN], found[BATCH]


def label_differs(identifier: Identifier, expected: Mapping[str, str]) -> str:
    """Empty, or the reason's code when the label says otherwise than what was registered of the lot."""
    found = {element.code: element.value for element in identifier.elements}
    differing = [code for code, value in expected.items() if value and found.get(code, value) != value]
    if not differing:
        return ""
    return "expiry_differs" if EXPIRY in differing else "label_differs"


def expected_elements(identifier: Identifier) -> dict[str, str]:
    """What labels of this lot carry, from one of them: the value where all have the same, else empty."""
    return {e.code: e.value if e.code in _OF_THE_LOT else "" for e in identifier.elements}


def label_expiry(identifier: Identifier, today: date) -> date | None:
    """The last day on which the label says that the material may be used, or None where it says none."""
    moments = (moment_of(element, UTC, today=today) for element in identifier.elements)
    days = [moment.at.date() for moment in moments if moment is not None and moment.meaning is Meaning.EXPIRY]
    return min(days, default=None)

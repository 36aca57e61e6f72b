"""Whether a station's scanner counts as qualified now, and when somebody has to be reminded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coi.rules.scanners import SYMBOLS, Transmission

REMINDER = timedelta(days=14)
MOST_READINGS = 60
MOST_NAME = 80


class ScannerState(StrEnum):
    """Where a station's scanner stands."""

    UNPROVED = "unproved"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    QUALIFIED = "qualified"


def state_of(until: datetime | None, now: datetime) -> ScannerState:
    """The state by the end of the newest qualification; None when there is none, or the card was failed since."""
    if until is None:
        return ScannerState.UNPROVED
    if until <= now:
        return ScannerState.OVERDUE
    return ScannerState.DUE_SOON if until - now <= REMINDER else ScannerState.QUALIFIED


@dataclass(frozen=True)
class CardReading:
    """One scan of the card: which symbol was asked for, and what came."""

    symbol: str
    transmission: Transmission


def last_of_each(readings: Iterable[CardReading]) -> Mapping[str, Transmission]:
    """What counts of several tries: the last of each symbol, so that a setting can be mended in between."""
    return {reading.symbol: reading.transmission for reading in readings}


def problem_of(readings: tuple[CardReading, ...]) -> str:
    """Why these readings are no scan of the whole card; empty when they are one."""
    given = {reading.symbol for reading in readings}
    if len(readings) > MOST_READINGS:
        return "too_many"
    if given - set(SYMBOLS):
        return "not_choice"
    return "" if given == set(SYMBOLS) else "symbol_missing"

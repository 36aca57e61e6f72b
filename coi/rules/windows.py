"""What a question about what happened reaches: sites, a stretch of time, and perhaps one station, person or journey."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Window:
    """What happened at these sites in [since, until): at one station, by one person, in one journey, where named.

    `coi_id`: then what happened in that journey counts wherever it happened.
    """

    sites: Collection[str]
    since: datetime
    until: datetime
    station: str = ""
    person_id: int | None = None
    coi_id: str = ""

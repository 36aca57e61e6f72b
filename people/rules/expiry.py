"""What runs out, and when to speak of it: before it does, once for each record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WARN_BEFORE = timedelta(days=30)
SPOKEN_OF_AFTER = timedelta(days=90)
# How long after a badge was last read in the presence of its holder it should be read again (21 CFR 11.300(e)).
BADGE_TEST_AFTER = timedelta(days=365)
# How long a badge may serve in place of one that is lost or left at home.
TEMPORARY_BADGE = timedelta(days=14)


class Running(StrEnum):
    """What can run out."""

    TRAINING = "training"
    BADGE = "badge"
    BADGE_TEST = "badge_test"
    QUALIFICATION = "qualification"
    AUDIT = "audit"
    PIN = "pin"


@dataclass(frozen=True)
class Expiring:
    """One record that ends: of which kind, whose, at which site, what it is about, and when.

    `user_id` is None for what belongs to a site alone.
    """

    id: str
    kind: Running
    site: str
    about: str
    ends_at: datetime
    user_id: int | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended."""
        return self.ends_at <= at

    def is_near(self, at: datetime) -> bool:
        """Whether it ends within the time of the warning, or ended not long ago: after that it is history."""
        return at - SPOKEN_OF_AFTER < self.ends_at <= at + WARN_BEFORE


def not_renewed(records: Iterable[Expiring]) -> Iterator[Expiring]:
    """Those that no later record of the same kind, person, site and matter has taken over."""
    latest: dict[tuple[Running, int | None, str, str], Expiring] = {}
    for one in records:
        key = (one.kind, one.user_id, one.site, one.about)
        known = latest.get(key)
        if known is None or known.ends_at < one.ends_at:
            latest[key] = one
    yield from latest.values()


def due_for_test(issued_at: datetime, tested_at: datetime | None) -> datetime:
    """When a badge should next be read in the presence of its holder."""
    return (tested_at or issued_at) + BADGE_TEST_AFTER

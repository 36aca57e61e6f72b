"""When refusals are too many to be mistakes: so many of one person, station or place within a stretch of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True)
class Refused:
    """Who was refused: a user by their number, a station by its code, or whoever it was at a site (empty: anywhere)."""

    kind: str
    key: str


@dataclass(frozen=True)
class Refusal:
    """One refusal: of whom, when, at which site (empty: at none), and the entry that tells of it."""

    who: Refused
    at: datetime
    site: str
    entry: str


def repeated(
    refusals: Iterable[Refusal], alerted: Mapping[Refused, datetime], *, times: int
) -> dict[Refused, tuple[Refusal, ...]]:
    """Those who were refused at least so many times since they were last spoken of; the caller names the time.

    Refusals that an alert has told of already are not counted again: whoever goes on is spoken of again after as many.
    """
    found: dict[Refused, list[Refusal]] = {}
    for one in refusals:
        last = alerted.get(one.who)
        if last is None or one.at > last:
            found.setdefault(one.who, []).append(one)
    return {who: tuple(of) for who, of in found.items() if len(of) >= times}

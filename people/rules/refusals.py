"""When refusals are too many to be mistakes: so many of one person, station or place within a stretch of time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True)
class Refused:
    """Who was refused: a user by their number, a station by its code, or whoever it was at a site (empty: anywhere).

    `of`: for what, by its code, where refusals for one reason are counted apart from those for another.
    """

    kind: str
    key: str
    of: str = ""


@dataclass(frozen=True)
class Watch:
    """What is spoken of once a burst: under which code of a notice, and how many refusals within how many minutes."""

    code: str
    times: int
    minutes: int


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


def bursts(
    refusals: Iterable[Refusal], told: Collection[Refused], *, times: int
) -> dict[Refused, tuple[Refusal, ...]]:
    """Those who were refused at least so many times and of whom was not told; the caller names the time of both.

    Whoever goes on is in the same burst. A person all of whose refusals are a station's burst too is not told of apart:
    it is one burst, and the entries name who it was.
    """
    found = repeated(refusals, {}, times=times)
    at_stations = [{it.entry for it in of} for who, of in found.items() if who.kind == "station"]
    return {
        who: of
        for who, of in found.items()
        if who not in told
        and not (who.kind == "user" and any({it.entry for it in of} <= burst for burst in at_stations))
    }

"""The trail of entries as people may read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger import registry, selectors
from ledger.selectors import EntryView
from people.rules.authority import Period, Person
from people.rules.rights import Right

NEWEST_ENTRIES = 200


@dataclass(frozen=True)
class TrailLine:
    """One entry as a line: when (in the zone where it happened), who, what, where and why."""

    id: int
    at: datetime
    recorded_at: datetime
    is_simulated: bool
    zone: str
    actor: str
    actor_kind: str
    auth: str
    event: str
    words: str
    site: str
    station: str
    stream: str
    seq: int
    reason: str
    facts: Mapping[str, Any]

    @property
    def pairs(self) -> list[tuple[str, Any]]:
        """The facts for a template, where a fact that is called `items` would hide the mapping's own."""
        return list(self.facts.items())


def trail(person: Person, at: datetime, *, kind: str = "", key: str = "") -> list[TrailLine] | None:
    """The latest entries about a subject (or of all), newest first, from the sites whose trail is theirs.

    None when the person may read no trail at all. An entry of no site, such as a failed sign-in, is for every
    reader of trails. Who was let in to audit a certain time reads what happened in it.
    """
    periods = person.periods(Right.READ_TRAIL, at)
    if not periods:
        return None
    if kind and key:
        found = list(reversed(selectors.entries_for_subject(kind, key, limit=NEWEST_ENTRIES)))
    else:
        found = selectors.latest_entries(limit=NEWEST_ENTRIES)
    return [_line(entry) for entry in found if _is_open(entry, periods)]


def _is_open(entry: EntryView, periods: Mapping[str, Period]) -> bool:
    mine = periods.values() if entry.site == "" else [periods[entry.site]] if entry.site in periods else ()
    return any(period.holds(entry.occurred_at) for period in mine)


def lines_of(entry_ids: Sequence[int]) -> list[TrailLine]:
    """These entries (by their numbers in the ledger) as lines, for rooms that know who may read them."""
    return [_line(entry) for entry in selectors.entries_by_id(entry_ids)]


def words_of(entries: Iterable[EntryView]) -> dict[int, str]:
    """Each entry in words, by its number; empty where its event has none."""
    return {entry.id: _words(entry) for entry in entries}


def lines_about(kind: str, key: str) -> list[TrailLine]:
    """Every entry about a subject, the oldest first, for rooms that know who may read them."""
    return [_line(entry) for entry in selectors.entries_for_subject(kind, key)]


def _words(entry: EntryView) -> str:
    presenter = registry.presenter(entry.event)
    return presenter(entry) if presenter else ""


def _line(entry: EntryView) -> TrailLine:
    return TrailLine(
        id=entry.id,
        at=entry.occurred_at.astimezone(ZoneInfo(entry.zone)),
        recorded_at=entry.recorded_at,
        is_simulated=entry.time_source == "simulated",
        zone=entry.zone,
        actor=entry.actor_name,
        actor_kind=entry.actor_kind,
        auth=entry.auth_method,
        event=entry.event,
        words=_words(entry),
        site=entry.site,
        station=entry.station,
        stream=entry.stream,
        seq=entry.seq,
        reason=entry.reason,
        facts=entry.facts,
    )

"""Entries over a stretch of time, and what they changed: the old value beside the new one, the rows of a moment."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from ledger.models import Entry, EntrySubject, Evidence, Pending
from ledger.rules import Subject
from ledger.rules.actors import CLOCK_TOLERANCE
from ledger.rules.canonical import parse
from ledger.rules.changes import read_changes
from ledger.rules.histories import Altered, Changed, Doings, alterations, rows_of
from ledger.selectors.entries import EntryView, entry_view, subjects_of
from ledger.selectors.state import is_demonstration

# The id of a row in the canonical bytes of a body.
_ROW_ID = re.compile(rb'"id":"([0-9a-f-]{36})"')


def entries_of_period(
    since: datetime | None,
    until: datetime,
    *,
    events: Iterable[str] | None = None,
    streams: Collection[str] | None = None,
    subject: Subject | None = None,
    sites: Collection[str] | None = None,
    station: str = "",
    actors: Collection[int] | None = None,
) -> list[EntryView]:
    """Entries of what occurred in [since, until), the oldest first; what is not given is not asked (one statement,
    beside the question whether times are simulated).

    Of ordinary installations the index over the time of recording narrows the search: the two agree (CLOCK_TOLERANCE).
    """
    found = Entry.objects.filter(occurred_at__lt=until)
    if since is not None:
        found = found.filter(occurred_at__gte=since)
        if not is_demonstration():
            found = found.filter(
                recorded_at__gte=since - CLOCK_TOLERANCE, recorded_at__lte=until + CLOCK_TOLERANCE
            )
    if events is not None:
        found = found.filter(event__in=[str(event) for event in events])
    if subject is not None:
        about = EntrySubject.objects.filter(kind=subject.kind, key=subject.key)
        found = found.filter(pk__in=about.values("entry_id"))
    given = {"stream__in": streams, "site__in": sites, "actor__in": actors}
    found = found.filter(**{name: list(values) for name, values in given.items() if values is not None})
    if station:
        found = found.filter(station=station)
    return [entry_view(row) for row in found.order_by("id")]


def values_before(entries: Sequence[EntryView]) -> dict[int, tuple[Altered, ...]]:
    """What each entry altered, the old value beside the new one, by the entry's number (two statements at most).

    The earlier entries of a row are looked for in the streams of the entries that put its columns, and where they are
    not there among those with which it shares a subject.
    """
    wanted = {entry.id for entry in entries}
    rows = {(c.table, c.id) for entry in entries for c in entry.changes if c.op == "set"}
    streams = {entry.stream for entry in entries if any(c.op == "set" for c in entry.changes)}
    history = {entry.id: Changed(entry.id, entry.changes) for entry in entries}
    history |= _history(Q(stream__in=streams), wanted, rows) if rows else {}
    found = alterations((history[id] for id in sorted(history)), wanted, rows)
    lost_by = {id: {(it.table, it.row) for it in told if not it.is_known} for id, told in found.items()}
    lost = {row for some in lost_by.values() for row in some}
    if not lost:
        return found
    own = [id for id, some in lost_by.items() if some]
    shared = Q()
    for subject in {subject for subjects in subjects_of(own).values() for subject in subjects}:
        shared |= Q(kind=subject.kind, key=subject.key)
    about = EntrySubject.objects.filter(shared).values("entry_id")
    history |= _history(Q(pk__in=about), wanted, lost)
    return found | alterations((history[id] for id in sorted(history)), set(own), lost)


def _history(where: Q, wanted: set[int], rows: set[tuple[str, str]]) -> dict[int, Changed]:
    """The earlier entries that changed one of the rows."""
    found: dict[int, Changed] = {}
    ids = {id.encode() for _, id in rows}
    bodies = Entry.objects.filter(where, id__lt=max(wanted)).values_list("id", "body")
    for id, body in bodies.iterator():
        # a station has a long stream: most of its entries name none of the rows, and are not worth reading whole
        if id in wanted or ids.isdisjoint(_ROW_ID.findall(body)):
            continue
        raw = [one for one in parse(bytes(body))["changes"] if (one["table"], one["id"]) in rows]
        if raw:
            found[id] = Changed(id, read_changes(raw))
    return found


def rows_as_of(
    at: datetime, *, events: Iterable[str], streams: Collection[str] | None = None
) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows that entries of these events had left at a moment, by table and id (one statement)."""
    found = entries_of_period(None, at, events=events, streams=streams)
    return rows_of(change for entry in found for change in entry.changes)


def doings_of(actors: Collection[int], until: datetime) -> list[Doings]:
    """What people did before a moment, by event and site: how often, and when last (one statement)."""
    rows = Entry.objects.filter(actor__in=list(actors), occurred_at__lt=until)
    grouped = rows.values("actor_id", "site", "event").annotate(count=Count("id"), last=Max("occurred_at"))
    return [Doings(**row) for row in grouped.order_by("actor_id", "site", "event")]


@dataclass(frozen=True)
class Holdings:
    """How much the ledger holds: entries, those that wait for their seal, kept files and their bytes."""

    entries: int
    pending: int
    files: int
    file_bytes: int


def holdings() -> Holdings:
    """How much there is (three statements; entries are counted one by one)."""
    files = Evidence.objects.aggregate(files=Count("id"), size=Sum("size"))
    return Holdings(Entry.objects.count(), Pending.objects.count(), files["files"], files["size"] or 0)

"""Reading entries: one by one, of a subject, a stream, a request or a stretch of time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Max, Q, QuerySet

from ledger.models import Entry, EntrySubject
from ledger.rules import Change, Subject
from ledger.rules.canonical import parse
from ledger.rules.changes import read_changes
from ledger.rules.leaves import EntryRecord


@dataclass(frozen=True)
class EntryView(EntryRecord):
    """An entry as it is read: its columns, and what its body says."""

    leaf_hash: bytes

    @cached_property
    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = parse(self.body)
        return content

    @property
    def facts(self) -> dict[str, Any]:
        """What happened, for people."""
        facts: dict[str, Any] = self._content["facts"]
        return facts

    @cached_property
    def changes(self) -> Sequence[Change]:
        """The rows that the entry inserted or set."""
        return read_changes(self._content["changes"])


_COLUMNS = tuple(EntryView.__dataclass_fields__)


def entry_view(entry: Entry) -> EntryView:
    """An entry's row as it is read."""
    values = {name: getattr(entry, name) for name in _COLUMNS}
    values["body"], values["leaf_hash"] = bytes(entry.body), bytes(entry.leaf_hash)
    return EntryView(**values)


def _views(entries: QuerySet[Entry]) -> list[EntryView]:
    return [entry_view(entry) for entry in entries]


def entry_for_request(request_id: UUID) -> EntryView | None:
    """The entry that this request already wrote, if it did."""
    entry = Entry.objects.filter(request_id=request_id).first()
    return entry_view(entry) if entry else None


def entries_of_requests(request_ids: Collection[UUID]) -> dict[UUID, EntryView]:
    """The entries that these requests wrote, by the request (one statement)."""
    rows = Entry.objects.filter(request_id__in=list(request_ids)) if request_ids else ()
    return {row.request_id: entry_view(row) for row in rows}


def entries_by_id(entry_ids: Sequence[int]) -> list[EntryView]:
    """Entries by their numbers, the oldest first (one statement)."""
    return _views(Entry.objects.filter(pk__in=list(entry_ids)).order_by("id"))


def entries_for_subject(kind: str, key: str, *, limit: int | None = None) -> list[EntryView]:
    """The entries that concern a subject, oldest first; with a limit, the latest of them."""
    ids = EntrySubject.objects.filter(kind=kind, key=key).order_by("-entry_id").values("entry_id")
    if limit is not None:
        ids = ids[:limit]
    return _views(Entry.objects.filter(id__in=ids).order_by("id"))


def entries_in_stream(stream: str, *, after: int = 0, limit: int | None = None) -> list[EntryView]:
    """The entries of a stream in their order, from the number after `after`."""
    return _views(Entry.objects.filter(stream=stream, seq__gt=after).order_by("seq")[:limit])


def entries_of_events(
    events: Iterable[str], *, before: int | None = None, limit: int = 100
) -> list[EntryView]:
    """The latest entries of these events, newest first; `before` is the id to page on from."""
    found = Entry.objects.filter(event__in=[str(event) for event in events])
    if before is not None:
        found = found.filter(id__lt=before)
    return _views(found.order_by("-id")[:limit])


def entries_between(
    since: datetime,
    until: datetime,
    *,
    events: Iterable[str],
    sites: Collection[str] | None = None,
    actor_id: int | None = None,
) -> list[EntryView]:
    """The entries of these events that occurred in [since, until), oldest first; at these sites, by this actor alone,
    where named.
    """
    found = Entry.objects.filter(
        event__in=[str(event) for event in events], occurred_at__gte=since, occurred_at__lt=until
    )
    if sites is not None:
        found = found.filter(site__in=list(sites))
    if actor_id is not None:
        found = found.filter(actor=actor_id)
    return _views(found.order_by("occurred_at", "id"))


def late_entries(
    since: datetime, until: datetime, *, sites: Collection[str], by: timedelta
) -> list[EntryView]:
    """The entries of sites in [since, until) about something that was done longer than `by` before, oldest first."""
    found = Entry.objects.filter(occurred_at__gte=since, occurred_at__lt=until, site__in=list(sites))
    late = found.filter(performed_at__lt=F("occurred_at") - by)
    return _views(late.order_by("occurred_at", "id"))


# How many ids are looked at for one that is still missing, and how long a transaction that took it may last.
_LAST_IDS, _LONGEST = 1000, timedelta(minutes=1)


_SETTLED = """
WITH newest AS (SELECT coalesce(max(id), 0) AS id FROM ledger_entry),
     late AS (SELECT id, lag(id) OVER (ORDER BY id) AS earlier, recorded_at
                FROM ledger_entry WHERE id >= greatest(%s, (SELECT id FROM newest) - %s))
SELECT coalesce((SELECT min(earlier) FROM late
                  WHERE id > earlier + 1 AND recorded_at > clock_timestamp() - make_interval(secs => %s)),
                (SELECT id FROM newest))
"""


def concerned(after_id: int, events: Iterable[str]) -> tuple[int, frozenset[tuple[str, str]]]:
    """What entries of these events after an id concern, as (kind, key); the id to ask from next (two statements)."""
    upto = settled(after_id)
    rows = EntrySubject.objects.filter(
        entry_id__gt=after_id, entry__event__in=[str(event) for event in events]
    )
    return upto, frozenset(rows.values_list("kind", "key").distinct())


def settled(after_id: int) -> int:
    """The id up to which every entry after this one can be read: whoever reads on asks from there next.

    It stands before the first one that a transaction took and has not committed yet, for a minute at most: what came
    after it is told again, and nothing is missed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, [after_id, _LAST_IDS, _LONGEST.total_seconds()])
        upto: int = cursor.fetchone()[0]
    return max(upto, after_id)


def entries_after(entry_id: int, upto: int, limit: int) -> list[EntryView]:
    """Entries after an id and up to another, in the order of their ids."""
    return _views(Entry.objects.filter(id__gt=entry_id, id__lte=upto).order_by("id")[:limit])


@dataclass(frozen=True)
class EntryHead:
    """An entry without its body: what happened in a stream, when, by whom, and why."""

    id: int
    stream: str
    seq: int
    event: str
    occurred_at: datetime
    actor_name: str
    reason: str
    performed_at: datetime | None


def heads_in_streams(
    streams: Collection[str], events: Iterable[str], requests: Collection[UUID] = ()
) -> list[EntryHead]:
    """The entries of streams that are of these events, were made by these requests, or are late, in their order."""
    wanted = Q(event__in=[str(event) for event in events]) | Q(request_id__in=list(requests))
    wanted |= Q(performed_at__isnull=False)
    found = Entry.objects.filter(wanted, stream__in=list(streams)).order_by("stream", "seq")
    columns = ("id", "stream", "seq", "event", "occurred_at", "actor_name", "reason", "performed_at")
    return [EntryHead(*row) for row in found.values_list(*columns)]


def ends_of_streams(streams: Collection[str]) -> dict[str, int]:
    """The number of the last entry of each stream that has any."""
    found = Entry.objects.filter(stream__in=list(streams)).values("stream").annotate(last=Max("seq"))
    return {row["stream"]: row["last"] for row in found}


def latest_entries(*, before: int | None = None, limit: int = 100) -> list[EntryView]:
    """The latest entries of all, newest first; `before` is the id to page on from."""
    found = Entry.objects.all() if before is None else Entry.objects.filter(id__lt=before)
    return _views(found.order_by("-id")[:limit])


def subjects_of(entry_ids: Sequence[int]) -> dict[int, list[Subject]]:
    """The subjects of entries, sorted."""
    found: dict[int, list[Subject]] = {entry_id: [] for entry_id in entry_ids}
    rows = EntrySubject.objects.filter(entry_id__in=entry_ids).values_list("entry_id", "kind", "key")
    for entry_id, kind, key in rows:
        found[entry_id].append(Subject(kind, key))
    return {entry_id: sorted(subjects) for entry_id, subjects in found.items()}

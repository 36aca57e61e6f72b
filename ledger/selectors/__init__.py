"""Reading the ledger. Who may read what is decided by the rooms above, which know sites and roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F, Max, Q, QuerySet

from ledger.models import (
    Checkpoint,
    Cosignature,
    Effect,
    Entry,
    EntrySubject,
    Evidence,
    Halt,
    Installation,
    SigningKey,
)
from ledger.rules import Change, Subject
from ledger.rules.canonical import parse
from ledger.rules.changes import read_changes
from ledger.rules.destinations import Destination
from ledger.rules.evidence import digest, path_of


@dataclass(frozen=True)
class EntryView:
    """An entry as it is read: its columns, and what its body says."""

    id: int
    uuid: UUID
    stream: str
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    performed_at: datetime | None
    time_source: str
    zone: str
    site: str
    station: str
    actor_id: int | None
    actor_name: str
    actor_kind: str
    auth_method: str
    event: str
    schema: int
    body: bytes
    reason: str
    request_id: UUID
    check_id: UUID | None
    protocol_version: str
    software_version: str
    corrects_id: UUID | None
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

    @property
    def changes(self) -> list[Change]:
        """The rows that the entry inserted or set."""
        return read_changes(self._content["changes"])


@dataclass(frozen=True)
class EffectView:
    """A side effect as its handler sees it; `claimed_at` is the `now` of the one who carries it out."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    entry_id: int
    attempts: int
    state: str
    last_error: str
    due_at: datetime
    claimed_at: datetime | None = None


@dataclass(frozen=True)
class CheckpointView:
    """A checkpoint of the ledger, ready to be printed."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True)
class EvidenceView:
    """A kept file."""

    id: UUID
    sha256: str
    size: int
    media_type: str
    name: str
    stored_at: datetime


@dataclass(frozen=True)
class LedgerState:
    """How the ledger is, for /healthz and for whoever must refuse to go on when it is broken."""

    is_broken: bool
    pending: int
    oldest_pending_age: timedelta | None
    checkpoint_size: int
    checkpoint_at: datetime | None
    waiting_effects: int
    failed_effects: int


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


def entry_by_id(entry_id: int) -> EntryView | None:
    """An entry by its inner id."""
    entry = Entry.objects.filter(id=entry_id).first()
    return entry_view(entry) if entry else None


def entries_by_id(entry_ids: Sequence[int]) -> list[EntryView]:
    """Entries by their numbers, the oldest first (one statement)."""
    return _views(Entry.objects.filter(pk__in=list(entry_ids)).order_by("id"))


def entry_by_uuid(uuid: UUID) -> EntryView | None:
    """An entry by its outer id."""
    entry = Entry.objects.filter(uuid=uuid).first()
    return entry_view(entry) if entry else None


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


def heads_in_streams(
    streams: Collection[str], events: Iterable[str], requests: Collection[UUID] = ()
) -> list[EntryHead]:
    """The entries of streams that are of these events, or were made by these requests, in their order."""
    wanted = Q(event__in=[str(event) for event in events]) | Q(request_id__in=list(requests))
    found = Entry.objects.filter(wanted, stream__in=list(streams)).order_by("stream", "seq")
    columns = ("id", "stream", "seq", "event", "occurred_at", "actor_name", "reason")
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


def is_demonstration() -> bool:
    """Whether this installation is flagged as a demonstration."""
    return Installation.objects.filter(is_demonstration=True).exists()


def is_broken() -> bool:
    """Whether the ledger was found broken and that has not been resolved."""
    latest = Halt.objects.order_by("-id").values_list("is_resolution", flat=True).first()
    return latest is False


def latest_checkpoint() -> CheckpointView | None:
    """The newest checkpoint, to be printed on documents."""
    row = Checkpoint.objects.order_by("-size").first()
    if row is None:
        return None
    return _checkpoint(row)


def _checkpoint(row: Checkpoint) -> CheckpointView:
    return CheckpointView(size=row.size, root=bytes(row.root), note=row.note, signed_at=row.signed_at)


def effects(*, state: str | None = None, kind: str | None = None, limit: int = 100) -> list[EffectView]:
    """Effects, newest first."""
    found = Effect.objects.order_by("-id")
    if state is not None:
        found = found.filter(state=state)
    if kind is not None:
        found = found.filter(kind=kind)
    return [effect_view(row) for row in found[:limit]]


def effect_view(row: Effect) -> EffectView:
    """An effect's row as its handler sees it."""
    return EffectView(
        id=row.id,
        kind=row.kind,
        payload=row.payload,
        entry_id=row.entry_id,
        attempts=row.attempts,
        state=row.state,
        last_error=row.last_error,
        due_at=row.due_at,
    )


def evidence(evidence_id: UUID) -> EvidenceView | None:
    """A kept file's description."""
    row = Evidence.objects.filter(id=evidence_id).first()
    if row is None:
        return None
    return EvidenceView(
        id=row.id,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        name=row.name,
        stored_at=row.stored_at,
    )


class EvidenceDamaged(Exception):
    """The bytes of a kept file are gone or are not what was stored: they are not handed out."""


def evidence_bytes(evidence_id: UUID) -> bytes | None:
    """A kept file's bytes, checked against its record; None when there is no such record."""
    view = evidence(evidence_id)
    if view is None:
        return None
    try:
        data = (Path(settings.EVIDENCE_DIR) / path_of(view.sha256)).read_bytes()
    except OSError as error:
        raise EvidenceDamaged(view.sha256) from error
    if digest(data) != view.sha256:
        raise EvidenceDamaged(view.sha256)
    return data


_STATE = """
SELECT (SELECT count(*) FROM ledger_pending),
       (SELECT clock_timestamp() - e.recorded_at
          FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id
         ORDER BY p.entry_id LIMIT 1),
       c.size, c.signed_at,
       (SELECT count(*) FROM ledger_effect WHERE state IN ('pending', 'running')),
       (SELECT count(*) FROM ledger_effect WHERE state = 'failed'),
       (SELECT NOT is_resolution FROM ledger_halt ORDER BY id DESC LIMIT 1)
  FROM (SELECT 1) AS one
  LEFT JOIN (SELECT size, signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1) AS c ON true
"""


def ledger_state() -> LedgerState:
    """The ledger's state in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        pending, age, size, signed_at, waiting, failed, broken = cursor.fetchone()
    return LedgerState(
        is_broken=bool(broken),
        pending=pending,
        oldest_pending_age=age,
        checkpoint_size=size or 0,
        checkpoint_at=signed_at,
        waiting_effects=waiting,
        failed_effects=failed,
    )


@dataclass(frozen=True)
class HaltView:
    """Why the ledger is halted: the findings as the report keeps them."""

    id: int
    found_at: datetime
    findings: tuple[Mapping[str, Any], ...]


def current_halt() -> HaltView | None:
    """The halt that holds now, or None while the ledger is sound."""
    row = Halt.objects.order_by("-id").first()
    if row is None or row.is_resolution:
        return None
    return HaltView(row.id, row.found_at, tuple(row.report))


def destinations() -> tuple[Destination, ...]:
    """Where the settings send checkpoints."""
    everywhere = (*settings.CHECKPOINT_MAIL_TO, *settings.CHECKPOINT_POST_TO, *settings.LEDGER_WITNESSES)
    return tuple(destination for destination in everywhere if destination.address)


@dataclass(frozen=True)
class DestinationState:
    """How far one destination has got checkpoints; `waiting_for` is the age of the oldest that it has not got."""

    name: str
    size: int
    delivered_at: datetime | None
    is_refused: bool
    last_error: str
    waiting_for: timedelta | None


_PUBLICATION = """
SELECT d.name, COALESCE(p.size, 0), p.delivered_at, COALESCE(p.is_refused, false), COALESCE(p.last_error, ''),
       (SELECT clock_timestamp() - c.signed_at FROM ledger_checkpoint c
         WHERE c.size > COALESCE(p.size, 0) ORDER BY c.size LIMIT 1)
  FROM unnest(%s::text[]) WITH ORDINALITY AS d (name, n)
  LEFT JOIN ledger_publication p ON p.destination = d.name
 ORDER BY d.n
"""


def publication_state() -> list[DestinationState]:
    """How far every configured destination has got checkpoints (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_PUBLICATION, [[destination.name for destination in destinations()]])
        return [DestinationState(*row) for row in cursor.fetchall()]


def checkpoint_of(size: int | None = None) -> CheckpointView | None:
    """The checkpoint of this size, or the newest one."""
    if size is None:
        return latest_checkpoint()
    row = Checkpoint.objects.filter(size=size).first()
    return None if row is None else _checkpoint(row)


def cosignature_lines(size: int) -> list[str]:
    """The lines by which log witnesses signed the checkpoint of this size, oldest first."""
    return list(Cosignature.objects.filter(checkpoint=size).order_by("id").values_list("line", flat=True))


def key_statements() -> list[str]:
    """The signed statements by which keys took over the signing of checkpoints, oldest first."""
    return list(SigningKey.objects.order_by("number").values_list("statement", flat=True))

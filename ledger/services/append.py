"""Append one entry: the single way in which anything comes to be true in this system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.transaction import TransactionManagementError

from ledger import projections, registry
from ledger.models import BODY_LIMIT
from ledger.rules import Actor, Change, EntryRef, Subject, TimeSource, Where
from ledger.rules.actors import CLOCK_TOLERANCE
from ledger.rules.canonical import dump, plain
from ledger.rules.changes import read_changes
from ledger.rules.errors import Invalid
from ledger.rules.leaves import EntryRecord


class ClockRefused(ValueError):
    """The given time is not now, and this installation is not a demonstration."""


class BodyTooLarge(Invalid):
    """The entry says more than an entry may hold; large things are evidence files."""


_NUMBER = """/* prepared: number_entry */
INSERT INTO ledger_stream AS s (name, last_seq) VALUES (%s::text, 1)
ON CONFLICT (name) DO UPDATE SET last_seq = s.last_seq + 1
RETURNING last_seq, nextval('ledger_entry_id_seq'), clock_timestamp(),
          EXISTS (SELECT 1 FROM ledger_installation WHERE is_demonstration)
"""

_WRITE = """/* prepared: write_entry */
WITH written AS (
    INSERT INTO ledger_entry (
        id, uuid, stream, seq, occurred_at, recorded_at, performed_at, time_source, zone, site, station,
        actor_id, actor_name, actor_kind, auth_method, event, schema, body, reason, request_id, check_id,
        protocol_version, software_version, corrects_id, leaf_hash
    ) VALUES (
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
    )
    RETURNING id
), concerned AS (
    INSERT INTO ledger_subject (entry_id, kind, key)
    SELECT written.id, given.kind, given.key
      FROM written, unnest(%s::text[], %s::text[]) AS given (kind, key)
)
INSERT INTO ledger_pending (entry_id) SELECT id FROM written
"""


def append(
    *,
    event: str,
    stream: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    facts: Mapping[str, Any],
    changes: Sequence[Change] = (),
    subjects: Sequence[Subject] = (),
    schema: int = 1,
    reason: str = "",
    performed_at: datetime | None = None,
    check: UUID | None = None,
    protocol_version: str = "",
    corrects: UUID | None = None,
) -> EntryRef:
    """Record what happened and apply the rows that it changes, inside the caller's transaction.

    `facts` is what people read and holds no personal data; `changes` are rows of registered projections.
    The same `request_id` again raises IntegrityError by the constraint `ledger_entry_request_id_uniq`.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("append needs the transaction of the decision that it records")
    body, applied = _body(facts, changes)
    with connection.cursor() as cursor:
        # The rows first, the number after: whoever waits for a row's lock takes its number once it has the
        # lock, so that the order of entries is the order in which any one row was changed, and a rebuild
        # replays it.
        projections.apply(cursor, applied)
        seq, entry_id, recorded_at, is_demonstration = _number(cursor, stream)
        record = EntryRecord(
            id=entry_id,
            uuid=uuid4(),
            stream=stream,
            seq=seq,
            occurred_at=now,
            recorded_at=recorded_at,
            performed_at=performed_at,
            time_source=_time_source(now, recorded_at, is_demonstration),
            zone=where.zone,
            site=where.site,
            station=where.station,
            actor_id=actor.user_id,
            actor_name=actor.name,
            actor_kind=actor.kind.value,
            auth_method=actor.auth.value,
            event=str(event),
            schema=schema,
            body=body,
            reason=reason,
            request_id=request_id,
            check_id=check,
            protocol_version=protocol_version,
            software_version=str(getattr(settings, "SOFTWARE_VERSION", "")),
            corrects_id=corrects,
        )
        leaf = _write(cursor, record, sorted(set(subjects)))
    return EntryRef(record.id, record.uuid, stream, seq, record.event, now.astimezone(UTC), recorded_at, leaf)


def _body(facts: Mapping[str, Any], changes: Sequence[Change]) -> tuple[bytes, list[Change]]:
    """The body's bytes, and the changes exactly as those bytes state them."""
    given = []
    for change in changes:
        table, values = registry.table(change.table), change.values
        # A new row's defaults are written down with it: the model may have others when the entry is replayed.
        given.append(
            replace(change, values=table.completed(values) if change.op == "new" else values).as_plain()
        )
    body = dump({"changes": given, "facts": plain(facts)})
    if len(body) > BODY_LIMIT:
        raise BodyTooLarge("body_too_large", f"the body has {len(body)} bytes, more than {BODY_LIMIT}")
    return body, read_changes(given)


def _number(cursor: CursorWrapper, stream: str) -> tuple[int, int, datetime, bool]:
    cursor.execute(_NUMBER, [stream])
    seq, entry_id, recorded_at, is_demonstration = cast("tuple[int, int, datetime, bool]", cursor.fetchone())
    return seq, entry_id, recorded_at.astimezone(UTC), is_demonstration


def _time_source(now: datetime, recorded_at: datetime, is_demonstration: bool) -> str:
    if abs(now - recorded_at) <= CLOCK_TOLERANCE:
        return TimeSource.CLOCK.value
    if not is_demonstration:
        raise ClockRefused(f"{now.isoformat()} is not the time: the database has {recorded_at.isoformat()}")
    return TimeSource.SIMULATED.value


def _write(cursor: CursorWrapper, record: EntryRecord, subjects: Sequence[Subject]) -> bytes:
    leaf = record.leaf(subjects)
    columns = [getattr(record, name) for name in EntryRecord.__dataclass_fields__]
    cursor.execute(
        _WRITE,
        [*columns, leaf, [subject.kind for subject in subjects], [subject.key for subject in subjects]],
    )
    return leaf

"""Read entries back as the records that were hashed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.backends.utils import CursorWrapper

from ledger.rules import Subject, merkle
from ledger.rules.leaves import EntryRecord

BATCH = 2000
_NAMES = tuple(EntryRecord.__dataclass_fields__)
_TIMES = ("occurred_at", "recorded_at", "performed_at")
_COLUMNS = ", ".join(f"e.{name}" for name in _NAMES)

_PLACED = f"""
SELECT {_COLUMNS}, e.leaf_hash, l.index, l.hash, p.entry_id IS NOT NULL
  FROM ledger_entry e
  LEFT JOIN ledger_leaf l ON l.entry_id = e.id
  LEFT JOIN ledger_pending p ON p.entry_id = e.id
"""  # noqa: S608  (the names are our own)
_ALL = f"{_PLACED} WHERE e.id > %s ORDER BY e.id LIMIT %s"
_CHOSEN = f"{_PLACED} WHERE e.id = ANY(%s) ORDER BY e.id"

_SOME = f"""
SELECT {_COLUMNS}, e.leaf_hash, NULL, NULL, true FROM ledger_entry e WHERE e.id = ANY(%s) ORDER BY e.id
"""  # noqa: S608  (the names are our own)

_SUBJECTS = "SELECT entry_id, kind, key FROM ledger_subject WHERE entry_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it stands in the database now, beside what was kept of its hash."""

    record: EntryRecord
    leaf_hash: bytes
    leaf_index: int | None
    sealed_hash: bytes | None
    is_pending: bool
    header: bytes
    computed: bytes

    @property
    def name(self) -> str:
        """The entry as people call it."""
        return name_of(self.record.id, self.record.stream, self.record.seq, self.record.event)


def name_of(entry_id: int, stream: str, seq: int, event: str) -> str:
    """An entry as a report names it."""
    return f"entry {entry_id} ({event}, number {seq} of {stream})"


def pending(cursor: CursorWrapper, limit: int) -> list[Stored]:
    """The first entries that wait for their place in the tree."""
    cursor.execute("SELECT entry_id FROM ledger_pending ORDER BY entry_id LIMIT %s", [limit])
    ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    cursor.execute(_SOME, [ids])
    return _stored(cursor, cursor.fetchall())


def chosen(cursor: CursorWrapper, entry_ids: Sequence[int]) -> list[Stored]:
    """These entries, in order."""
    cursor.execute(_CHOSEN, [list(entry_ids)])
    return _stored(cursor, cursor.fetchall())


def everything(cursor: CursorWrapper) -> Iterator[Stored]:
    """Every entry, in order, a batch in memory at a time."""
    last = 0
    while True:
        cursor.execute(_ALL, [last, BATCH])
        batch = _stored(cursor, cursor.fetchall())
        if not batch:
            return
        yield from batch
        last = batch[-1].record.id


def _stored(cursor: CursorWrapper, rows: Sequence[Sequence[Any]]) -> list[Stored]:
    cursor.execute(_SUBJECTS, [[row[0] for row in rows]])
    subjects: defaultdict[int, list[Subject]] = defaultdict(list)
    for entry_id, kind, key in cursor.fetchall():
        subjects[entry_id].append(Subject(kind, key))
    return [_one(row, subjects[row[0]]) for row in rows]


def _one(row: Sequence[Any], subjects: Sequence[Subject]) -> Stored:
    values = dict(zip(_NAMES, row, strict=False))
    for name in _TIMES:
        values[name] = values[name] and values[name].astimezone(UTC)
    record = EntryRecord(**{**values, "body": bytes(values["body"])})
    leaf_hash, index, sealed, is_pending = row[len(_NAMES) :]
    header = record.header(subjects)
    return Stored(
        record=record,
        leaf_hash=bytes(leaf_hash),
        leaf_index=index,
        sealed_hash=None if sealed is None else bytes(sealed),
        is_pending=is_pending,
        header=header,
        computed=merkle.leaf_hash(header),
    )

"""Entries one by one, and the order of each stream."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from django.db import connections

from ledger.rules import Finding, FindingKind
from ledger.services import records


def findings(using: str) -> Generator[Finding, None, None]:
    """What is wrong with entries: contents, places in the tree, numbers, rows that belong to none."""
    yield from _contents(using)
    yield from _numbers(using)
    yield from _heads(using)
    yield from _orphans(using)


def _contents(using: str) -> Iterator[Finding]:
    with connections[using].cursor() as cursor:
        for item in records.everything(cursor):
            trouble = _trouble(item)
            if trouble is None:
                continue
            kind, detail = trouble
            yield Finding(
                kind,
                item.name,
                detail,
                entry_id=item.record.id,
                stream=item.record.stream,
                seq=item.record.seq,
                event=item.record.event,
            )


def _trouble(item: records.Stored) -> tuple[FindingKind, str] | None:
    if item.computed != item.leaf_hash:
        if item.sealed_hash is not None and item.computed == item.sealed_hash:
            return FindingKind.ALTERED, "its kept hash was changed; its content is as it was sealed"
        return (
            FindingKind.ALTERED,
            "its columns or subjects no longer give the hash that it was recorded with",
        )
    if item.sealed_hash is not None and item.sealed_hash != item.computed:
        return FindingKind.ALTERED, f"leaf {item.leaf_index} was sealed with another content"
    if item.sealed_hash is None and not item.is_pending:
        return FindingKind.INSERTED, "it is neither sealed nor waiting to be: it was not appended"
    if item.sealed_hash is not None and item.is_pending:
        return FindingKind.OTHER, "it is sealed and waits to be sealed again"
    return None


# Every number must follow its neighbour; the first must be 1, and later numbers must have later ids.
_GAPS = """
SELECT stream, seq, id, event, before, before_id FROM (
    SELECT stream, seq, id, event,
           COALESCE(lag(seq) OVER w, 0) AS before, COALESCE(lag(id) OVER w, 0) AS before_id
      FROM ledger_entry WINDOW w AS (PARTITION BY stream ORDER BY seq)
) AS numbered
WHERE seq <> before + 1 OR id <= before_id ORDER BY stream, seq
"""


def _numbers(using: str) -> Iterator[Finding]:
    with connections[using].cursor() as cursor:
        cursor.execute(_GAPS)
        rows = cursor.fetchall()
    for stream, seq, entry_id, event, before, before_id in rows:
        if seq != before + 1:
            missing = f"number {before + 1}" if seq == before + 2 else f"numbers {before + 1} to {seq - 1}"
            yield Finding(
                FindingKind.REMOVED, f"stream {stream}", f"{missing} missing", stream=stream, seq=before + 1
            )
        else:
            name = records.name_of(entry_id, stream, seq, event)
            detail = f"it follows entry {before_id}, which was recorded later"
            yield Finding(FindingKind.INSERTED, name, detail, entry_id=entry_id, stream=stream, seq=seq)


_HEADS = """
SELECT COALESCE(s.name, e.stream), COALESCE(s.last_seq, 0), COALESCE(e.last, 0)
  FROM ledger_stream s
  FULL JOIN (SELECT stream, max(seq) AS last FROM ledger_entry GROUP BY stream) e ON e.stream = s.name
 WHERE s.last_seq IS DISTINCT FROM e.last ORDER BY 1
"""


def _heads(using: str) -> Iterator[Finding]:
    with connections[using].cursor() as cursor:
        cursor.execute(_HEADS)
        rows = cursor.fetchall()
    for stream, given, last in rows:
        where = f"stream {stream}"
        if last < given:
            detail = f"{given} numbers were given, and the entries end at {last}"
            yield Finding(FindingKind.REMOVED, where, detail, stream=stream, seq=last + 1)
        else:
            detail = f"entries reach {last}, but only {given} numbers were given"
            yield Finding(FindingKind.INSERTED, where, detail, stream=stream, seq=given + 1)


_ORPHANS = (
    ("ledger_leaf", "ledger.leaf", "a leaf of the tree"),
    ("ledger_subject", "ledger.entrysubject", "a subject"),
    ("ledger_pending", "ledger.pending", "a place in the queue"),
    ("ledger_effect", "ledger.effect", "a side effect"),
)


def _orphans(using: str) -> Iterator[Finding]:
    for db_table, label, what in _ORPHANS:
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT o.entry_id FROM {db_table} o"  # noqa: S608  (names of our own)
                " LEFT JOIN ledger_entry e ON e.id = o.entry_id WHERE e.id IS NULL ORDER BY 1 LIMIT 200"
            )
            rows = cursor.fetchall()
        for (entry_id,) in rows:
            detail = f"the entry is gone, but {what} of it is left"
            yield Finding(FindingKind.REMOVED, f"entry {entry_id}", detail, entry_id=entry_id, table=label)

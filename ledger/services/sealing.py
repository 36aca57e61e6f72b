"""Seal pending entries: give each its place in the tree and sign what the tree has become.

The sealer never signs a checkpoint that contradicts an earlier one. Before it adds anything it checks that
the last checkpoint bears the signature of the key that may sign it, that the kept peaks give its root, that
exactly its leaves are there, and that no exported checkpoint knows of more. Whatever fails halts the ledger
and is left for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from ledger.rules import Finding, FindingKind, notes
from ledger.rules.canonical import instant
from ledger.rules.merkle import Peaks
from ledger.rules.signing_keys import SigningKeys
from ledger.selectors import CheckpointView
from ledger.services import checkpoints, records
from ledger.services.halts import BrokenLedger, record_halt

BATCH = 10_000
LOCK = 0x5EA1E4  # the advisory lock of the one sealer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint as the database keeps it."""

    size: int
    root: bytes
    peaks: bytes
    note: str
    signed_at: datetime


class SigningKeyReplaced(Exception):
    """Another key took over: nothing is sealed until the settings hold it. Nothing is wrong with the ledger."""


def seal(*, now: datetime, using: str = "sealer", limit: int = BATCH) -> CheckpointView | None:
    """Seal up to `limit` pending entries; None when there are none or another sealer is at work.

    Raises BrokenLedger, the halt being recorded, when the ledger contradicts what it proved to be, and
    SigningKeyReplaced when the key in the settings may no longer sign.
    """
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            sealed, unexported = _seal(cursor, now, limit)
    except BrokenLedger as broken:
        if broken.findings:
            record_halt(broken.findings, now=now, using=using)
        raise
    # After the commit: a file that knew of more than the database would look like a database set back in
    # time.
    if unexported:
        checkpoints.export({kept.size: kept.note for kept in unexported})
        with connections[using].cursor() as cursor:
            checkpoints.export_keys(checkpoints.signing_keys(cursor))
    if sealed is None:
        return None
    log.info("ledger.sealed", size=sealed.size)
    return CheckpointView(size=sealed.size, root=sealed.root, note=sealed.note, signed_at=sealed.signed_at)


def _seal(cursor: CursorWrapper, now: datetime, limit: int) -> tuple[Kept | None, list[Kept]]:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    if not cursor.fetchone()[0]:
        return None, []
    cursor.execute("SELECT NOT is_resolution FROM ledger_halt ORDER BY id DESC LIMIT 1")
    if (cursor.fetchone() or [False])[0]:
        raise BrokenLedger([])
    keys = checkpoints.signing_keys(cursor)  # behind the lock: a key that took over just now is seen
    last = latest(cursor)
    waiting = records.pending(cursor, limit)
    newest = checkpoints.newest_exported()
    findings = [
        *_last_findings(cursor, keys, last),
        *_exported_findings(cursor, keys, last, newest),
        *_entry_findings(waiting),
    ]
    if findings:
        raise BrokenLedger(findings)
    if waiting and keys.newest != checkpoints.public_key():
        raise SigningKeyReplaced("another key took over: put it into LEDGER_SIGNING_KEY")
    sealed = _add(cursor, last, waiting, now) if waiting else None
    cursor.execute(
        "SELECT size, root, peaks, note, signed_at FROM ledger_checkpoint"
        " WHERE size > %s ORDER BY size LIMIT 1000",
        [newest.size if newest else 0],
    )
    return sealed, [kept_of(row) for row in cursor.fetchall()]


def latest(cursor: CursorWrapper) -> Kept | None:
    """The newest checkpoint in the database."""
    cursor.execute(
        "SELECT size, root, peaks, note, signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"
    )
    row = cursor.fetchone()
    return None if row is None else kept_of(row)


def kept_of(row: Sequence[Any]) -> Kept:
    """A checkpoint from its columns."""
    size, root, peaks, note, signed_at = row
    return Kept(size, bytes(root), bytes(peaks), note, signed_at)


def checkpoint_findings(keys: SigningKeys, kept: Kept) -> Iterator[Finding]:
    """What is wrong with a checkpoint in itself: its signature, its columns, its peaks."""
    where = f"checkpoint of {kept.size} entries"
    try:
        stated = keys.read(kept.note)
    except notes.BadNote as error:
        yield Finding(
            FindingKind.SIGNATURE, where, str(error), table="ledger.checkpoint", row_id=str(kept.size)
        )
        return
    signed = {"size": stated.size, "root": stated.root, "signed_at": stated.signed_at}
    columns = {"size": kept.size, "root": kept.root, "signed_at": instant(kept.signed_at)}
    try:
        signed["peaks"] = stated.root
        columns["peaks"] = Peaks.from_bytes(kept.size, kept.peaks).root()
    except ValueError:
        columns["peaks"] = b""
    differing = tuple(name for name in signed if signed[name] != columns[name])
    if differing:
        yield Finding(
            FindingKind.ALTERED,
            where,
            f"{', '.join(differing)} differ from what was signed",
            table="ledger.checkpoint",
            row_id=str(kept.size),
            columns=differing,
        )


def _last_findings(cursor: CursorWrapper, keys: SigningKeys, last: Kept | None) -> Iterator[Finding]:
    size = last.size if last else 0
    if last:
        yield from checkpoint_findings(keys, last)
    # The highest index, not a count, which would grow with the ledger; the verifier looks for holes.
    cursor.execute("SELECT COALESCE(max(index) + 1, 0) FROM ledger_leaf")
    leaves = cursor.fetchone()[0]
    if leaves > size:
        detail = f"{leaves} leaves, but the last checkpoint seals {size}"
        yield Finding(FindingKind.INSERTED, "the tree", detail, table="ledger.leaf")
    elif leaves < size:
        detail = f"{leaves} leaves are left of the {size} that the last checkpoint seals"
        yield Finding(FindingKind.REMOVED, "the tree", detail, table="ledger.leaf")


def _exported_findings(
    cursor: CursorWrapper, keys: SigningKeys, last: Kept | None, newest: checkpoints.Exported | None
) -> Iterator[Finding]:
    if newest:
        cursor.execute("SELECT root FROM ledger_checkpoint WHERE size = %s", [newest.size])
        row = cursor.fetchone()
        root = bytes(row[0]) if row else None
        yield from exported_findings(keys, newest, root, last.size if last else 0)


def exported_findings(
    keys: SigningKeys, file: checkpoints.Exported, root: bytes | None, size: int
) -> Iterator[Finding]:
    """What an exported checkpoint says against a database of `size` sealed entries; `root` is at its size."""
    where = f"exported checkpoint {file.path.name}"
    try:
        stated = keys.read(file.note())
    except notes.BadNote as error:
        yield Finding(FindingKind.SIGNATURE, where, str(error))
        return
    if stated.size > size:
        missing = stated.size - size
        detail = f"it seals {stated.size} entries and the database {size}: {missing} sealed entries are gone"
        yield Finding(FindingKind.ROLLED_BACK, where, detail)
    elif stated.size != file.size:
        yield Finding(
            FindingKind.ALTERED, where, f"it seals {stated.size} entries, its name says {file.size}"
        )
    elif root is None:
        yield Finding(FindingKind.REMOVED, where, "the database has no checkpoint of this size")
    elif root != stated.root:
        detail = "the database has another root at this size: sealed entries were rewritten"
        yield Finding(FindingKind.ALTERED, where, detail)


def _entry_findings(waiting: Sequence[records.Stored]) -> Iterator[Finding]:
    for item in waiting:
        if item.computed != item.leaf_hash:
            yield Finding(
                FindingKind.ALTERED,
                item.name,
                "its columns or subjects no longer give the hash that it was recorded with",
                entry_id=item.record.id,
                stream=item.record.stream,
                seq=item.record.seq,
                event=item.record.event,
            )


def _add(cursor: CursorWrapper, last: Kept | None, waiting: Sequence[records.Stored], now: datetime) -> Kept:
    before = Peaks.from_bytes(last.size, last.peaks) if last else Peaks()
    after, nodes = before.grown(item.leaf_hash for item in waiting)
    ids = [item.record.id for item in waiting]
    cursor.execute(
        "INSERT INTO ledger_leaf (index, entry_id, hash)"
        " SELECT %s + n - 1, entry_id, hash FROM unnest(%s::bigint[], %s::bytea[])"
        " WITH ORDINALITY AS given (entry_id, hash, n)",
        [before.size, ids, [item.leaf_hash for item in waiting]],
    )
    cursor.execute(
        "INSERT INTO ledger_node (level, index, hash)"
        " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
        [[node.level for node in nodes], [node.index for node in nodes], [node.hash for node in nodes]],
    )
    cursor.execute("DELETE FROM ledger_pending WHERE entry_id = ANY(%s)", [ids])
    root = after.root()
    note = notes.sign(
        origin=settings.LEDGER_ORIGIN,
        size=after.size,
        root=root,
        signed_at=now,
        key=checkpoints.signing_key(),
    )
    cursor.execute(
        "INSERT INTO ledger_checkpoint (size, root, peaks, note, signed_at) VALUES (%s, %s, %s, %s, %s)",
        [after.size, root, after.to_bytes(), note, now],
    )
    return Kept(after.size, root, after.to_bytes(), note, now)

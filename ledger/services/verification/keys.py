"""The keys that sign checkpoints: every statement by which one took over from another."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from django.db import connections
from django.db.backends.utils import CursorWrapper

from ledger.rules import Finding, FindingKind
from ledger.rules.signing_keys import FIRST, SigningKeys, Takeover
from ledger.services import checkpoints

TABLE = "ledger.signingkey"


def findings(using: str) -> Generator[Finding, None, None]:
    """What is wrong with the statements, their numbers, the roots that they name and their exported files."""
    with connections[using].cursor() as cursor:
        keys = checkpoints.signing_keys(cursor)
        yield from (_fault(number, why) for number, why in keys.faults)
        yield from _numbers(cursor)
        for takeover in keys.takeovers:
            yield from _root(cursor, takeover)
    yield from _exported(keys)
    if keys.takeovers and not keys.knows(checkpoints.public_key()):
        detail = "the key in the settings is none that this ledger names: nothing can be sealed with it"
        yield Finding(FindingKind.SIGNATURE, "signing key", detail)


def remarks(using: str) -> list[str]:
    """What a reader must know of the keys, though nothing is wrong."""
    with connections[using].cursor() as cursor:
        keys = checkpoints.signing_keys(cursor)
    found = [_told(item) for item in keys.takeovers]
    if keys.takeovers and keys.newest != checkpoints.public_key():
        found.append(
            "the settings hold a key that was replaced: nothing is sealed until they hold the new one"
        )
    return found


def _told(takeover: Takeover) -> str:
    text = f"since {takeover.after} entries another key signs (stated {takeover.stated_at})"
    if takeover.is_emergency:
        text += (
            "; the OLD KEY DID NOT STATE THIS: it was said to be lost. Make sure that people of yours replaced it,"
            " and compare with checkpoints kept elsewhere"
        )
    return text


def _fault(number: int, why: str) -> Finding:
    where = f"statement of signing key {number}"
    return Finding(FindingKind.SIGNATURE, where, why, table=TABLE, row_id=str(number), columns=("statement",))


def _numbers(cursor: CursorWrapper) -> Iterator[Finding]:
    cursor.execute("SELECT number FROM ledger_signing_key ORDER BY number")
    for expected, (number,) in enumerate(cursor.fetchall(), FIRST):
        if number != expected:
            detail = f"number {expected} missing"
            yield Finding(FindingKind.REMOVED, "statements of signing keys", detail, table=TABLE)
            return


def _root(cursor: CursorWrapper, takeover: Takeover) -> Iterator[Finding]:
    if takeover.after == 0:
        return
    cursor.execute("SELECT root FROM ledger_checkpoint WHERE size = %s", [takeover.after])
    row = cursor.fetchone()
    if row is None or bytes(row[0]) != takeover.root:
        detail = f"the key took over another history of {takeover.after} entries than the database has"
        yield Finding(FindingKind.ALTERED, f"takeover after {takeover.after} entries", detail, table=TABLE)


def _exported(keys: SigningKeys) -> Iterator[Finding]:
    kept = set(keys.statements)
    for path in checkpoints.exported_statements():
        if path.read_bytes().decode("utf-8", errors="replace") not in kept:
            detail = "the database has no such statement: it was removed or changed, here or there"
            yield Finding(FindingKind.REMOVED, f"exported statement {path.name}", detail, table=TABLE)

"""The signatures of log witnesses over checkpoints, checked with the keys in the settings."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import connections

from ledger.rules import Finding, FindingKind
from ledger.rules.cosignatures import WitnessKey, cosigned_at
from ledger.rules.notes import BadNote

BATCH = 2000
TABLE = "ledger.cosignature"

_SOME = """
SELECT s.id, s.checkpoint_id, s.witness, s.line, s.cosigned_at, c.note
  FROM ledger_cosignature s LEFT JOIN ledger_checkpoint c ON c.size = s.checkpoint_id
 WHERE s.id > %s ORDER BY s.id LIMIT %s
"""


def findings(using: str) -> Generator[Finding, None, None]:
    """What is wrong with kept cosignatures."""
    known = _known()
    for row_id, size, witness, line, at, note in _rows(using):
        if witness not in known:
            continue
        try:
            signed = cosigned_at(note or "", line, known[witness])
            detail = "" if signed == at else "cosigned_at differs from what was signed"
        except BadNote as error:
            detail = str(error)
        if detail:
            where = f"cosignature of {known[witness].name} over the checkpoint of {size} entries"
            yield Finding(FindingKind.SIGNATURE, where, detail, table=TABLE, row_id=str(row_id))


def remarks(using: str) -> list[str]:
    """Whose signatures nobody could check, and which witness refuses ours."""
    known = _known()
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT witness, count(*) FROM ledger_cosignature GROUP BY 1 ORDER BY 1")
        strange = [(name, count) for name, count in cursor.fetchall() if name not in known]
        cursor.execute("SELECT destination, last_error FROM ledger_publication WHERE is_refused ORDER BY 1")
        refused = cursor.fetchall()
    found = [f"{name} REFUSES our checkpoints: {why}" for name, why in refused]
    return found + [
        f"{count} cosignatures of {name} are not checked: this key is not in LEDGER_WITNESSES"
        for name, count in strange
    ]


def _known() -> dict[str, WitnessKey]:
    witnesses = [destination.witness for destination in settings.LEDGER_WITNESSES]
    return {witness.text: witness for witness in witnesses if witness is not None}


def _rows(using: str) -> Iterator[Sequence[Any]]:
    last = 0
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(_SOME, [last, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        last = rows[-1][0]

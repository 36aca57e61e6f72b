"""What an owner of the database can do to a ledger whose triggers are off: forge, delete, seal anew."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings

from ledger import selectors
from ledger.models import Checkpoint, Leaf
from ledger.rules import EntryRef, notes
from ledger.rules.leaves import EntryRecord
from ledger.rules.merkle import Peaks
from ledger.services import checkpoints

Execute = Callable[..., None]
ENTRY = "DELETE FROM ledger_subject WHERE entry_id = %(id)s; DELETE FROM ledger_entry WHERE id = %(id)s"


def rehash(ref: EntryRef, execute: Execute) -> bytes:
    """The hash that the entry's present columns give, as a thorough forger writes it."""
    (entry,) = selectors.entries_by_id([ref.id])
    record = EntryRecord(**{name: getattr(entry, name) for name in EntryRecord.__dataclass_fields__})
    forged = record.leaf(selectors.subjects_of([ref.id])[ref.id])
    execute("UPDATE ledger_entry SET leaf_hash = %s WHERE id = %s", [forged, ref.id])
    return forged


FORGE = """
INSERT INTO ledger_entry SELECT (r).* FROM (
    SELECT jsonb_populate_record(e, %(other)s::jsonb) AS r FROM ledger_entry e WHERE id = %(id)s
) AS forged
"""


def forge(ref: EntryRef, execute: Execute, **other: Any) -> EntryRef:
    """An entry that nobody appended, with a right hash."""
    values = {
        "id": ref.id + 100,
        "uuid": str(uuid4()),
        "request_id": str(uuid4()),
        "seq": ref.seq + 1,
        **other,
    }
    execute(
        "INSERT INTO ledger_subject SELECT %s, kind, key FROM ledger_subject WHERE entry_id = %s",
        [values["id"], ref.id],
    )
    execute(FORGE, {"other": json.dumps(values), "id": ref.id})
    (forged,) = selectors.entries_by_id([values["id"]])
    made = EntryRef(
        forged.id,
        forged.uuid,
        forged.stream,
        forged.seq,
        forged.event,
        forged.occurred_at,
        forged.recorded_at,
        b"",
    )
    rehash(made, execute)
    return made


def seal_anew(execute: Execute) -> None:
    """Make every checkpoint anew over the present leaves, with the key in the settings, which was stolen."""
    leaves = [bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")]
    for row in Checkpoint.objects.order_by("size"):
        peaks = Peaks().extended(leaves[: row.size])
        note = notes.sign(
            origin=settings.LEDGER_ORIGIN,
            size=row.size,
            root=peaks.root(),
            signed_at=row.signed_at,
            key=checkpoints.signing_key(),
        )
        values = [peaks.root(), peaks.to_bytes(), note, row.size]
        execute("UPDATE ledger_checkpoint SET root = %s, peaks = %s, note = %s WHERE size = %s", values)

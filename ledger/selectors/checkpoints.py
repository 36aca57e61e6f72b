"""Reading what the tree became: checkpoints, who signed them, and how far they got elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from ledger.models import Checkpoint, Cosignature, SigningKey
from ledger.rules.destinations import Destination


@dataclass(frozen=True)
class CheckpointView:
    """A checkpoint of the ledger, ready to be printed."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


def latest_checkpoint() -> CheckpointView | None:
    """The newest checkpoint, to be printed on documents."""
    row = Checkpoint.objects.order_by("-size").first()
    if row is None:
        return None
    return _checkpoint(row)


def checkpoint_of(size: int | None = None) -> CheckpointView | None:
    """The checkpoint of this size, or the newest one."""
    if size is None:
        return latest_checkpoint()
    row = Checkpoint.objects.filter(size=size).first()
    return None if row is None else _checkpoint(row)


def _checkpoint(row: Checkpoint) -> CheckpointView:
    return CheckpointView(size=row.size, root=bytes(row.root), note=row.note, signed_at=row.signed_at)


def cosignature_lines(sizes: Collection[int]) -> dict[int, list[str]]:
    """The lines by which log witnesses signed the checkpoints of these sizes, by size, oldest first (one statement)."""
    found: dict[int, list[str]] = {size: [] for size in sizes}
    rows = Cosignature.objects.filter(checkpoint__in=found).order_by("id").values_list("checkpoint", "line")
    for size, line in rows:
        found[size].append(line)
    return found


def key_statements() -> list[str]:
    """The signed statements by which keys took over the signing of checkpoints, oldest first."""
    return list(SigningKey.objects.order_by("number").values_list("statement", flat=True))


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

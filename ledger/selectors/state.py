"""How the ledger is: halted or sound, a demonstration or not, and which side effects wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ledger.models import Effect, Halt, Installation


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


def is_demonstration() -> bool:
    """Whether this installation is flagged as a demonstration."""
    return Installation.objects.filter(is_demonstration=True).exists()


def is_broken() -> bool:
    """Whether the ledger was found broken and that has not been resolved."""
    latest = Halt.objects.order_by("-id").values_list("is_resolution", flat=True).first()
    return latest is False


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

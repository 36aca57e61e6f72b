"""Side effects: rows written with the entry that asks for them, carried out afterwards, never lost.

A commit only nudges the worker. When Redis is away the nudge fails quietly, and the sweep, which looks at
the rows alone, carries out what was left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Q

from ledger import registry
from ledger.models import Effect
from ledger.rules import EntryRef
from ledger.rules.canonical import dump, plain
from ledger.selectors import EffectView, effect_view

MAX_ATTEMPTS = 10
LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)
ERROR_LENGTH = 2000

_ASK = """/* prepared: ask_for_effect */
INSERT INTO ledger_effect (kind, payload, entry_id, state, attempts, last_error, created_at, due_at)
SELECT %(kind)s::text, given.payload::jsonb, %(entry)s::bigint, 'pending', 0, '',
       %(now)s::timestamptz, %(now)s::timestamptz
  FROM unnest(%(payloads)s::text[]) AS given (payload)
RETURNING id
"""

log = structlog.get_logger(__name__)


def enqueue(*, kind: str, entry: EntryRef, payload: Mapping[str, Any], now: datetime) -> None:
    """Ask for a side effect of an entry, in the transaction that appends it."""
    enqueue_each(kind=kind, entry=entry, payloads=[payload], now=now)


def enqueue_each(*, kind: str, entry: EntryRef, payloads: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Ask for one side effect for each payload, all of one entry: one statement, however many."""
    written = [dump(plain(payload)).decode() for payload in payloads]
    with connection.cursor() as cursor:
        cursor.execute(_ASK, {"kind": kind, "payloads": written, "entry": entry.id, "now": now})
        effects = [row[0] for row in cursor.fetchall()]
    for effect_id in effects:
        transaction.on_commit(partial(_nudge, effect_id), robust=True)


def _nudge(effect_id: int) -> None:
    nudge = registry.nudge()
    if nudge is None:
        return
    try:
        nudge(effect_id)
    except Exception as error:  # a dead Redis must stop no scan; the sweep finds the row
        log.warning("ledger.nudge_failed", effect=effect_id, error=str(error))


def run_effect(*, effect_id: int, now: datetime) -> bool:
    """Carry out one effect that is due. False when another worker has it, or it is done already."""
    effect = _claim(now, effect_id)
    if effect is None:
        return False
    _carry_out(effect, now)
    return True


def sweep_effects(*, now: datetime, limit: int = 100) -> int:
    """Carry out effects that are due, whatever became of their nudges. Returns how many were tried."""
    for count in range(limit):
        effect = _claim(now)
        if effect is None:
            return count
        _carry_out(effect, now)
    return limit


@transaction.atomic
def _claim(now: datetime, effect_id: int | None = None) -> EffectView | None:
    """Take one due effect for a lease: a worker that dies holding it loses it to a later sweep."""
    due = Effect.objects.filter(Q(state="pending") | Q(state="running"), due_at__lte=now)
    if effect_id is not None:
        due = due.filter(id=effect_id)
    row = due.order_by("due_at", "id").select_for_update(skip_locked=True).first()
    if row is None:
        return None
    row.state, row.attempts, row.due_at = Effect.State.RUNNING, row.attempts + 1, now + LEASE
    row.save(update_fields=["state", "attempts", "due_at"])
    return replace(effect_view(row), claimed_at=now)


def _carry_out(effect: EffectView, now: datetime) -> None:
    try:
        registry.effect_handler(effect.kind)(effect)
    except Exception as error:  # whatever went wrong is kept on the row, for people to see
        log.exception("ledger.effect_failed", effect=effect.id, kind=effect.kind, attempt=effect.attempts)
        _put_off(effect, f"{type(error).__name__}: {error}"[:ERROR_LENGTH], now)
        return
    Effect.objects.filter(id=effect.id, attempts=effect.attempts).update(
        state=Effect.State.DONE, last_error="", done_at=now
    )


def carry_out_or_give_up(
    effect: EffectView,
    act: Callable[[], None],
    give_up: Callable[[str], None],
    *,
    fault_of: Callable[[Exception], str],
) -> None:
    """Do what an effect asks for. What fails the same however often it is tried is given up at once, by its code.

    `fault_of` answers with the code of a fault that lasts, empty for any other. Any other goes on to whoever retries,
    and is given up as `unexpected` when nobody will.
    """
    try:
        act()
    except Exception as error:
        # Nothing is swallowed: what does not last goes on to whoever retries, and is written down when nobody will.
        if fault := fault_of(error):
            give_up(fault)
            return
        if effect.attempts >= MAX_ATTEMPTS:
            give_up("unexpected")
        raise


def _put_off(effect: EffectView, error: str, now: datetime) -> None:
    is_last = effect.attempts >= MAX_ATTEMPTS
    Effect.objects.filter(id=effect.id, attempts=effect.attempts).update(
        state=Effect.State.FAILED if is_last else Effect.State.PENDING,
        last_error=error.replace("\x00", ""),
        due_at=now + min(FIRST_RETRY * 2 ** (effect.attempts - 1), LONGEST_RETRY),
    )

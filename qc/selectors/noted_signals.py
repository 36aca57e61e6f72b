"""Signals of control charts that were noted on batches."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from qc.models import NotedSignal as Row
from qc.rules.noted_signals import NotedSignal, NotedState


def noted_signals(batches: Collection[str]) -> dict[str, tuple[NotedSignal, ...]]:
    """What stands noted on batches, by the batch's id, the first first; without what was withdrawn (one statement)."""
    ids: Any = list(batches)
    rows = Row.objects.filter(batch__in=ids).exclude(state=NotedState.WITHDRAWN)
    found: dict[str, list[NotedSignal]] = defaultdict(list)
    for row in rows.order_by("noted_at", "id"):
        found[str(row.batch_id)].append(_view(row))
    return {batch: tuple(found[batch]) for batch in batches}


def noted_signal(id: UUID) -> tuple[str, NotedSignal] | None:
    """One of them, withdrawn or not, with the code of its batch; for services."""
    row = Row.objects.select_related("batch").filter(pk=id).first()
    return None if row is None else (row.batch.code, _view(row))


def _view(row: Row) -> NotedSignal:
    return NotedSignal(
        id=str(row.pk),
        parameter=row.parameter,
        criterion=row.criterion,
        by=row.by,
        side=row.side,
        state=NotedState(row.state),
        noted_at=row.noted_at,
    )

"""How batches were let go, and results that failed afterwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qc.models import LateFailure as FailureRow
from qc.models import Release
from qc.rules.case import Case
from qc.rules.late_failures import Duty, LateFailure, Task
from qc.rules.releases import Pending, Way, Ways, ways_of
from qc.selectors.dossiers import lifting_of


@dataclass(frozen=True)
class ReleaseView:
    """The release of a batch, with what was pending then, and when two more signatures completed it."""

    id: str
    way: Way
    pending: tuple[Pending, ...]
    released_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True)
class FailureView:
    """A result that failed after the release, with the duties that follow and what was put on hold."""

    id: str
    batch: str
    site: str
    failure: LateFailure
    tasks: tuple[Task, ...]
    held: tuple[str, ...]


def releases_of(batches: Collection[str]) -> dict[str, ReleaseView]:
    """The releases of batches, by the batch's id (one statement)."""
    ids: Any = list(batches)
    return {str(row.batch_id): _release(row) for row in Release.objects.filter(batch__in=ids)}


def due_of(released: ReleaseView | None) -> Mapping[str, datetime]:
    """When results that were pending at the release are expected, by criterion."""
    pending = released.pending if released is not None else ()
    return {it.criterion: it.due_at for it in pending if it.due_at is not None}


def ways_for(case: Case, at: datetime, due: Mapping[str, datetime] | None = None) -> Ways:
    """Which releases are open to a batch, where pending results are expected at these times or as was said before."""
    released = releases_of([case.dossier.batch.id]).get(case.dossier.batch.id)
    return ways_of(case, {**due_of(released), **(due or {})}, lifting_of(case, at))


def failures_of(batch: str) -> tuple[FailureView, ...]:
    """What failed of a batch (by its id) after its release, the first first."""
    rows = FailureRow.objects.select_related("batch").filter(batch_id=UUID(batch)).order_by("aware_at", "id")
    return tuple(_failure(row) for row in rows)


def failure(id: UUID) -> FailureView | None:
    """One of them, for services."""
    row = FailureRow.objects.select_related("batch").filter(pk=id).first()
    return None if row is None else _failure(row)


def _release(row: Release) -> ReleaseView:
    return ReleaseView(
        id=str(row.pk),
        way=Way(row.way),
        pending=tuple(Pending(it["criterion"], it["title"], _time(it["due_at"])) for it in row.pending),
        released_at=row.released_at,
        completed_at=row.completed_at,
    )


def _failure(row: FailureRow) -> FailureView:
    return FailureView(
        id=str(row.pk),
        batch=row.batch.code,
        site=row.batch.site_id,
        failure=LateFailure(
            row.batch.code, row.criterion, row.aware_at, row.is_microbial, row.is_distributed, row.is_infused
        ),
        tasks=tuple(_task(it) for it in row.tasks),
        held=tuple(row.held),
    )


def _task(it: Mapping[str, Any]) -> Task:
    return Task(
        Duty(it["duty"]),
        datetime.fromisoformat(it["due_at"]),
        _time(it.get("done_at")),
        it.get("done_by"),
        it.get("reference", ""),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

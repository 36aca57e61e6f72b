"""Results: one, all of some subjects, and those that wait to be looked over."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from qc.models import Result
from qc.rules.criteria import Verdict
from qc.rules.results import AttemptKind, ResultView
from qc.selectors.subject_columns import NAMED, ref_of


def result(id: UUID | str) -> ResultView | None:
    """One version of a result, for services."""
    row = rows().filter(pk=id).first()
    return None if row is None else view(row)


def results_of(subjects: Collection[str]) -> dict[str, tuple[ResultView, ...]]:
    """All versions of all results of batches, collections, lots or studies, by the subject's id (one statement)."""
    found: dict[str, list[ResultView]] = defaultdict(list)
    own = rows().filter(subject__in=subjects)
    for row in own.order_by("criterion", "point", "attempt", "version"):
        found[str(row.subject)].append(view(row))
    return {subject: tuple(found[subject]) for subject in subjects}


def results_of_run(run: str) -> tuple[ResultView, ...]:
    """What came of a run: all versions, in the order in which they were recorded."""
    return tuple(view(row) for row in rows().filter(run=run).order_by("recorded_at", "criterion"))


def rows() -> Any:
    """Results with all that a view of one needs."""
    return Result.objects.select_related(
        *NAMED, "container", "run", "method_version", "specification__document"
    )


def view(row: Any) -> ResultView:
    """A row of `rows` as a value."""
    return ResultView(
        id=str(row.pk),
        subject=ref_of(row),
        subject_id=str(row.subject),
        container=row.container.code if row.container is not None else "",
        criterion=row.criterion,
        version=row.version,
        is_current=row.is_current,
        value=row.value,
        unit=row.unit,
        verdict=Verdict(row.verdict),
        method=row.method,
        specification=f"{row.specification.document.code}/{row.specification.version}",
        analyst_id=row.analyst_id,
        analyst=row.analyst_name,
        tested_at=row.tested_at,
        recorded_at=row.recorded_at,
        **_of_attempt(row),
        supersedes=str(row.supersedes_id or ""),
        reason=row.reason,
        reference=row.reference,
        source_file=row.source_file,
        reviewer_id=row.reviewer_id,
        reviewer=row.reviewer_name,
        reviewed_at=row.reviewed_at,
    )


def _of_attempt(row: Any) -> dict[str, Any]:
    return {
        "attempt": row.attempt,
        "attempt_kind": AttemptKind(row.attempt_kind),
        "replicates": tuple(row.replicates),
        "inputs": dict(row.inputs),
        "method_version": row.method_version.version if row.method_version is not None else None,
        "run": row.run.code if row.run is not None else "",
    }

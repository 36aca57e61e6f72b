"""Studies: one, those at the viewer's sites with their next pull, and what the results of one come to so far."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from coi.selectors.visible import sites_of
from ledger import selectors as ledger
from ledger.rules import canonical, derive
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.signatures import SignatureView
from qc.models import Study
from qc.rules import validation_study
from qc.rules.criteria import Criterion
from qc.rules.results import ResultView
from qc.rules.specification import KIND, Specification
from qc.rules.stability import (
    Assessed,
    InStudy,
    PlanDocument,
    PointOf,
    PointResult,
    Pull,
    PullLine,
    PullState,
    StudyView,
    assess_study,
    elapsed,
    pulled,
    pulls,
    reading,
)
from qc.rules.subjects import StudyKind, StudyState
from qc.selectors.documents import specification_by_id
from qc.selectors.results import results_of

STUDY_RECORD = "study"  # what the signatures are over; its id is the study's code
MOST = 100
DONE = frozenset({PullState.DONE, PullState.EARLY, PullState.LATE})


@dataclass(frozen=True)
class StudyRow:
    """A study in the list; `next_pull` is what is due first, where anything is."""

    study: StudyView
    next_pull: PullLine | None

    @property
    def is_due(self) -> bool:
        """Whether its next pull is to be made now, or should have been."""
        return self.next_pull is not None and self.next_pull.state in (PullState.DUE, PullState.OVERDUE)

    @property
    def is_overdue(self) -> bool:
        """Whether its next pull should have been made."""
        return self.next_pull is not None and self.next_pull.state is PullState.OVERDUE


@dataclass(frozen=True)
class TestedPoint:
    """A container that was pulled, and the result that counts of each criterion (None: there is none yet)."""

    point: PointOf
    batch: str
    results: tuple[tuple[Criterion, ResultView | None], ...]


@dataclass(frozen=True)
class StudyPage:
    """A stability or hold-time study: its plan, pulls, results, what they come to, and who signed it."""

    study: StudyView
    document: PlanDocument
    specification: Specification
    lines: tuple[PullLine, ...]
    tested: tuple[TestedPoint, ...]
    results: tuple[PointResult, ...]
    assessed: tuple[Assessed, ...]
    signatures: tuple[SignatureView, ...]

    @property
    def criteria(self) -> dict[str, Criterion]:
        """Those of the plan, by code."""
        return _criteria(self.document, self.specification)

    @property
    def expected(self) -> int:
        """How many results its pulls should have."""
        return len(self.tested) * len(self.criteria)


@dataclass(frozen=True)
class ValidationPage:
    """A validation study with its plan and who signed it."""

    study: StudyView
    plan: validation_study.Plan
    signatures: tuple[SignatureView, ...]


def study(code: str) -> StudyView | None:
    """One study by its code, for services."""
    row = None if "\x00" in code else _rows().filter(code=code).first()
    return None if row is None else _view(row)


def study_by_id(id: UUID | str) -> StudyView | None:
    """One study by its id, for services."""
    row = _rows().filter(pk=id).first()
    return None if row is None else _view(row)


def lock_study(code: str) -> None:
    """Nothing of the study changes until the transaction ends."""
    Study.objects.select_for_update(no_key=True).filter(code=code).first()


def is_in_study(containers: Sequence[str]) -> frozenset[str]:
    """Which of these containers are in a study that runs."""
    running = Study.objects.filter(state=StudyState.RUNNING).values_list("containers", flat=True)
    taken = {it["code"] for own in running for it in own}
    return frozenset(taken.intersection(containers))


def visible_study(viewer: Person, code: str, at: datetime) -> StudyView | None:
    """A study at one of the viewer's sites; None for all others."""
    found = study(code)
    return found if found is not None and found.site in sites_of(viewer, at) else None


def visible_studies(viewer: Person, at: datetime) -> tuple[StudyRow, ...]:
    """Those that run, the overdue and the next due first, then the newest of the others (two statements)."""
    sites: Any = sorted(sites_of(viewer, at))
    rows = _rows().filter(site__in=sites).order_by("-started_at", "-code")
    running = [_view(row) for row in rows.filter(state=StudyState.RUNNING)]
    over = [StudyRow(_view(row), None) for row in rows.exclude(state=StudyState.RUNNING)[:MOST]]
    plans = people.document_versions({it.plan_id for it in running}) if running else {}
    listed = [StudyRow(it, _next(it, plans.get(it.plan_id), at)) for it in running]
    return (*sorted(listed, key=lambda row: _due(row, at)), *over)


def _due(row: StudyRow, at: datetime) -> tuple[bool, datetime]:
    line = row.next_pull
    return (line is None, line.window.closes_at if line is not None else at)


def _next(found: StudyView, version: DocumentVersionView | None, at: datetime) -> PullLine | None:
    document = plan_in(version)
    lines = pulls(document.plan, found.started_at, found.pulls, at) if document is not None else ()
    waiting = [line for line in lines if line.state not in DONE]
    return min(waiting, key=lambda line: line.window.closes_at, default=None)


def plan_in(version: DocumentVersionView | None) -> PlanDocument | None:
    """The plan in a version of a document; None where it is none of a study of time."""
    if version is None or version.kind != reading.KIND:
        return None
    return _parse_plan(canonical(version.content))


def validation_plan_in(version: DocumentVersionView | None) -> validation_study.Plan | None:
    """The plan in a version of a document; None where it is none of a validation."""
    if version is None or version.kind != validation_study.KIND:
        return None
    return _parse_validation(canonical(version.content))


def study_plans(at: datetime) -> tuple[DocumentVersionView, ...]:
    """Every plan in effect, of studies of time and of validations, by kind and code."""
    kinds = (reading.KIND, validation_study.KIND)
    return tuple(version for kind in kinds for version in people.effective_documents(kind, at))


def study_specification(code: str, at: datetime) -> DocumentVersionView | None:
    """The specification in effect by its code: a plan names the very document."""
    return people.effective_document(KIND, code, at)


def study_page(found: StudyView, at: datetime) -> StudyPage | None:
    """A stability or hold-time study as it stands; None for a validation."""
    document = plan_in(people.document_version(found.plan_id))
    specification = specification_by_id(found.specification_id)
    if document is None or specification is None:
        return None
    tested = _tested(found, document, specification)
    results = _point_results(found, document, tested)
    criteria = _criteria(document, specification)
    return StudyPage(
        study=found,
        document=document,
        specification=specification,
        lines=pulls(document.plan, found.started_at, found.pulls, at),
        tested=tested,
        results=results,
        assessed=assess_study(document.plan, criteria, results),
        signatures=tuple(people.signatures(STUDY_RECORD, found.code)),
    )


def validation_page(found: StudyView) -> ValidationPage | None:
    """A validation study; None for one of time."""
    plan = validation_plan_in(people.document_version(found.plan_id))
    if plan is None:
        return None
    return ValidationPage(found, plan, tuple(people.signatures(STUDY_RECORD, found.code)))


def keeping_report(signature_id: str) -> UUID:
    """The request under which the report that was signed is kept."""
    return derive(UUID(signature_id), "report")


def study_report(signature: SignatureView) -> bytes | None:
    """The very report that was signed; None where none was kept."""
    return ledger.evidence_bytes(derive(keeping_report(signature.id), "evidence"))


def _criteria(document: PlanDocument, specification: Specification) -> dict[str, Criterion]:
    known = {code: specification.criterion(code) for code in document.plan.criteria}
    return {code: criterion for code, criterion in known.items() if criterion is not None}


def _tested(
    found: StudyView, document: PlanDocument, specification: Specification
) -> tuple[TestedPoint, ...]:
    results = {
        (it.subject.point, it.criterion): it
        for it in results_of([found.id])[found.id]
        if it.is_current and it.attempt == 1
    }
    criteria = _criteria(document, specification).values()
    return tuple(
        TestedPoint(
            point,
            found.batch_of(point.container),
            tuple((criterion, results.get((point.key, criterion.code))) for criterion in criteria),
        )
        for _pull, point in pulled(found.pulls)
    )


def _point_results(
    found: StudyView, document: PlanDocument, tested: Sequence[TestedPoint]
) -> tuple[PointResult, ...]:
    """What is reckoned with: the time of the pull itself, not the plan's."""
    times = {
        point: elapsed(found.started_at, pull.at, document.plan.unit) for pull, point in pulled(found.pulls)
    }
    return tuple(
        PointResult(
            condition=it.point.condition,
            criterion=criterion.code,
            batch=it.batch,
            container=it.point.container,
            time=times[it.point],
            value=result.value,
            verdict=result.verdict,
            analyst_id=result.analyst_id,
            is_reviewed=result.is_reviewed,
        )
        for it in tested
        for criterion, result in it.results
        if result is not None
    )


def _rows() -> Any:
    return Study.objects.select_related("plan__document", "site")


def _view(row: Any) -> StudyView:
    return StudyView(
        id=str(row.pk),
        code=row.code,
        kind=StudyKind(row.kind),
        site=row.site_id,
        zone=row.site.zone,
        title=row.title,
        plan=f"{row.plan.document.code}/{row.plan.version}",
        plan_id=str(row.plan_id),
        specification_id=str(row.specification_id or ""),
        state=StudyState(row.state),
        started_at=row.started_at,
        concluded_at=row.concluded_at,
        containers=tuple(InStudy(it["code"], it["batch"]) for it in row.containers),
        pulls=tuple(_pull(it) for it in row.pulls),
        reason=row.reason,
        conclusion=row.conclusion,
        measured=row.measured,
    )


def _pull(it: Mapping[str, Any]) -> Pull:
    at = datetime.fromisoformat(it["at"])
    return Pull(it["condition"], it["point"], at, tuple(it["containers"]), it["reason"], it["by"])


@lru_cache(maxsize=64)
def _parse_plan(content: bytes) -> PlanDocument | None:
    return reading.parse(json.loads(content))[0]


@lru_cache(maxsize=64)
def _parse_validation(content: bytes) -> validation_study.Plan | None:
    return validation_study.parse(json.loads(content))[0]

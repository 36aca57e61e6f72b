"""The laboratory's day: what is to be tested, by method; what waits to be looked over; which runs are open."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from coi.rules.batches import BatchSummary
from coi.rules.journey import Disposition
from coi.selectors import batches
from coi.selectors.visible import sites_of
from people.rules.authority import Person
from qc.models import Investigation, Result
from qc.rules.blockers import Case
from qc.rules.criteria import Criterion, Timing, Verdict
from qc.rules.results import ResultView, current
from qc.rules.runs import RunState, RunView
from qc.selectors.cases import cases
from qc.selectors.documents import EffectiveMethod, effective_methods
from qc.selectors.investigations import InvestigationView, visible_investigations
from qc.selectors.materials import WaitingMaterial, materials_waiting
from qc.selectors.results import rows, view
from qc.selectors.runs import runs_at
from qc.selectors.studies import StudyRow, visible_studies
from qc.selectors.subject_columns import at_sites

MOST = 200


@dataclass(frozen=True)
class ToTest:
    """One criterion of one batch that has no result yet."""

    batch: BatchSummary
    criterion: Criterion


@dataclass(frozen=True)
class MethodWork:
    """What one method has to do. `method` is None where no version of it is in effect."""

    code: str
    method: EffectiveMethod | None
    tests: tuple[ToTest, ...]


@dataclass(frozen=True)
class Worklist:
    """The laboratory's page. `mine` are results that the viewer found: another person looks them over.

    `failing` are results that fail, and nobody has opened an investigation of.
    """

    to_test: tuple[MethodWork, ...]
    to_review: tuple[ResultView, ...]
    mine: tuple[ResultView, ...]
    open_runs: tuple[RunView, ...]
    failing: tuple[ResultView, ...]
    investigations: tuple[InvestigationView, ...]
    materials: tuple[WaitingMaterial, ...]
    pulls: tuple[StudyRow, ...]


def worklist(viewer: Person, at: datetime) -> Worklist:
    """Everything at the viewer's sites that waits for the laboratory."""
    sites = sorted(sites_of(viewer, at))
    waiting = [view(row) for row in _unreviewed(sites)]
    return Worklist(
        to_test=_to_test(viewer, at),
        to_review=tuple(one for one in waiting if one.analyst_id != viewer.user_id),
        mine=tuple(one for one in waiting if one.analyst_id == viewer.user_id),
        open_runs=tuple(run for run in runs_at(sites) if run.state is RunState.OPEN),
        failing=tuple(view(row) for row in _uninvestigated(sites)),
        investigations=tuple(it for it in visible_investigations(viewer, at) if it.rules.is_open),
        materials=materials_waiting(viewer, at),
        pulls=tuple(row for row in visible_studies(viewer, at) if row.is_due),
    )


def tests_by(viewer: Person, method: str, site: str, at: datetime) -> tuple[ToTest, ...]:
    """What one method has to do at a site."""
    found = next((work.tests for work in _to_test(viewer, at) if work.code == method), ())
    return tuple(test for test in found if test.batch.site == site)


def _unreviewed(sites: Any) -> Any:
    return _here(Result.objects.filter(is_current=True, reviewed_at__isnull=True), sites)


def _uninvestigated(sites: Any) -> Any:
    of_it = Investigation.objects.filter(
        subject=OuterRef("subject"),
        point=OuterRef("point"),
        criterion=OuterRef("criterion"),
        attempt=OuterRef("attempt"),
    )
    failing = Result.objects.filter(is_current=True, attempt=1, verdict=Verdict.FAIL.value)
    return _here(failing.filter(~Exists(of_it)), sites)


def _here(own: Any, sites: Any) -> Any:
    """Those of the results whose subject is at one of the sites, as `view` takes them."""
    here = own.filter(at_sites(sites))
    return rows().filter(pk__in=here.values("pk")).order_by("recorded_at", "criterion")[:MOST]


def _to_test(viewer: Person, at: datetime) -> tuple[MethodWork, ...]:
    taking = (*batches.undecided_batches(viewer, at), *_waiting_for_finals(viewer, at))
    found = cases(taking, at) if taking else {}
    by_method: dict[str, list[ToTest]] = defaultdict(list)
    for batch in taking:
        for criterion in _missing(found[batch.id]):
            by_method[criterion.method].append(ToTest(batch, criterion))
    known = {method.code: method for method in effective_methods(at)}
    return tuple(MethodWork(code, known.get(code), tuple(by_method[code])) for code in sorted(by_method))


def _waiting_for_finals(viewer: Person, at: datetime) -> tuple[BatchSummary, ...]:
    decided = batches.decided_batches(viewer, at)
    return tuple(batch for batch in decided if batch.disposition is not Disposition.REJECTED)


def _missing(case: Case) -> list[Criterion]:
    """Criteria without a result; nothing is tested before there is a sample of the batch."""
    if case.specification is None or not any(c.kind == "sample" for c in case.dossier.containers):
        return []
    is_decided = case.dossier.batch.disposition in batches.DECIDED
    return [
        criterion
        for criterion in case.specification.criteria
        if current(case.results, criterion.code) is None
        and (not is_decided or criterion.timing is Timing.FINAL)
    ]

"""One attribute over batches: what a process scientist looks at, with the limits that batches are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coi.selectors.visible import sites_of
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from qc.models import Result
from qc.rules.charts import TrendPoint
from qc.rules.criteria import Criterion, Quantity, Sort, Verdict, read_value
from qc.rules.results import ResultView
from qc.rules.specification import KIND
from qc.rules.subjects import SubjectKind
from qc.selectors.documents import specification_in
from qc.selectors.results import rows, view

MOST = 200


@dataclass(frozen=True)
class Charted:
    """A criterion that can be drawn: a quantity of a specification in effect."""

    document: DocumentVersionView
    criterion: Criterion


@dataclass(frozen=True)
class Trend:
    """The results of one criterion in the order of their tests, the earliest first, and those that are no numbers.

    `zones`, by the batch's code, is that of the site that made it.
    """

    charted: Charted
    points: tuple[TrendPoint, ...]
    results: tuple[ResultView, ...]
    zones: Mapping[str, str]


def charted_criteria(at: datetime) -> tuple[Charted, ...]:
    """Every quantity of every specification of batches in effect."""
    return tuple(
        Charted(version, criterion)
        for version in people.effective_documents(KIND, at)
        if (specification := specification_in(version)) is not None
        and specification.subject is SubjectKind.BATCH
        for criterion in specification.criteria
        if criterion.sort is Sort.QUANTITY
    )


def trend(viewer: Person, document: str, criterion: str, at: datetime) -> Trend | None:
    """One criterion of a specification over the batches at the viewer's sites; None where there is none."""
    known = charted_criteria(at)
    charted = next(
        (one for one in known if one.document.code == document and one.criterion.code == criterion), None
    )
    if charted is None:
        return None
    found = _results(charted, sorted(sites_of(viewer, at)))
    results = tuple(view(row) for row in found)
    points = [point for result in results if (point := _point(charted.criterion, result)) is not None]
    return Trend(charted, tuple(points), results, {row.batch.code: row.batch.site.zone for row in found})


def _results(charted: Charted, sites: Any) -> list[Any]:
    """Current first attempts of batches that were judged by any version of this specification."""
    own = Result.objects.filter(
        subject_kind=SubjectKind.BATCH,
        criterion=charted.criterion.code,
        specification__document__code=charted.document.code,
        batch__site__in=sites,
        is_current=True,
        attempt=1,
    )
    newest = (
        rows().select_related("batch__site").filter(pk__in=own.order_by("-tested_at").values("pk")[:MOST])
    )
    return list(newest.order_by("tested_at", "batch__code"))


def _point(criterion: Criterion, result: ResultView) -> TrendPoint | None:
    value = read_value(criterion, result.value)
    if not isinstance(value, Quantity):
        return None
    failing = result.verdict is Verdict.FAIL
    return TrendPoint(result.subject.code, result.tested_at, value.number, value.sign, failing)

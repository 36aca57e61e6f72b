"""Results out of specification, counted by criterion, month and site: for rooms that weigh risks and that report."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, TruncMonth

from coi.rules.occurrences import Tally
from qc.models import Investigation, LateFailure, Result
from qc.rules.criteria import Verdict
from qc.rules.investigations import Outcome
from qc.rules.subjects import SubjectKind
from qc.selectors.subject_columns import at_sites

_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_JUDGED = (Verdict.PASS.value, Verdict.FAIL.value)


@dataclass(frozen=True)
class MonthOfResults:
    """First valid results tested in a month, and how many of them were out of specification."""

    month: datetime
    results: int
    failed: int


def failures_seen(
    product: str, *, criteria: Collection[str], until: datetime, since: datetime | None = None
) -> tuple[Tally, ...]:
    """First valid results of a product's batches tested in [since, until), and those out of specification.

    One result for each batch and criterion: its first attempt, looked over by a second person and judged, whatever a
    retest said later. What failed once stays out of specification, also when it was corrected, until it is signed to be
    an error of the laboratory: then the correction counts that was signed for, else all attempts that replace it, and
    one of them that fails is enough. What was investigated failed, by another weight perhaps than it was judged with.
    The month is that of the first attempt. `escaped`: the batch had been infused when the failure was known. One
    statement.
    """
    own = Q(
        subject_kind=SubjectKind.BATCH, batch__order__product__code=product, criterion__in=sorted(criteria)
    )
    found = (
        _valid(own, until)
        .filter(first_at__gte=since or _FIRST, first_at__lt=until)
        .values("criterion", month=TruncMonth("first_at", tzinfo=UTC), site=F("batch__site"))
        .annotate(
            tested=Count("batch", distinct=True),
            failed=Count("batch", distinct=True, filter=Q(is_out=True)),
            escaped=Count("batch", distinct=True, filter=Q(is_out=True, is_late=True)),
        )
        .order_by("criterion", "month", "site")
    )
    return tuple(
        Tally(it["criterion"], it["month"], it["site"], it["tested"], it["failed"], it["escaped"])
        for it in found
    )


def months_of_results(sites: Collection[str], since: datetime, until: datetime) -> tuple[MonthOfResults, ...]:
    """The same for everything that is tested at these sites, by month, the earliest first (one statement).

    One result for each criterion of a batch, collection, lot, or time point of a study.
    """
    which = Concat(Cast("subject", CharField()), Value(" "), "point", Value(" "), "criterion")
    found = (
        _valid(at_sites(sites), until)
        .filter(first_at__gte=since, first_at__lt=until)
        .values(month=TruncMonth("first_at", tzinfo=UTC))
        .annotate(
            results=Count(which, distinct=True), failed=Count(which, distinct=True, filter=Q(is_out=True))
        )
        .order_by("month")
    )
    return tuple(MonthOfResults(it["month"], it["results"], it["failed"]) for it in found)


def _valid(own: Q, until: datetime) -> Any:
    """Each of these results that counts as a first one: `first_at`, `is_out` of specification, `is_late` known."""
    known = Result.objects.filter(own, is_current=True, verdict__in=_JUDGED, reviewed_at__lt=until)
    first = Result.objects.filter(_same(), attempt=1, is_current=True).values("tested_at")[:1]
    late = LateFailure.objects.filter(
        batch=OuterRef("batch"), criterion=OuterRef("criterion"), is_infused=True, aware_at__lt=until
    )
    return (
        known.annotate(is_error=Exists(_errors(until).filter(attempt=OuterRef("attempt"))))
        .filter(Q(is_error=False) | Q(Exists(_corrected(until)), verdict=Verdict.PASS))
        .filter(Q(attempt=1) | Exists(_errors(until).filter(attempt=1)))
        .annotate(
            first_at=Case(
                When(attempt=1, then=F("tested_at")), default=Subquery(first), output_field=DateTimeField()
            ),
            is_out=_is_out(until),
            is_late=Exists(late),
        )
    )


def _same() -> Q:
    """Of the same criterion of the same batch."""
    return Q(subject=OuterRef("subject"), point=OuterRef("point"), criterion=OuterRef("criterion"))


def _errors(until: datetime) -> QuerySet[Investigation]:
    """Investigations by which a failing attempt was signed to be an error of the laboratory."""
    return Investigation.objects.filter(_same(), outcome=Outcome.LABORATORY_ERROR, concluded_at__lt=until)


def _corrected(until: datetime) -> QuerySet[Investigation]:
    """Of an attempt that was an error and not tested again: that this version of it was there when it was signed."""
    own = _errors(until).filter(attempt=OuterRef("attempt"), plans=[])
    return own.filter(concluded_at__gte=OuterRef("recorded_at"))


def _is_out(until: datetime) -> Case:
    """Whether a result is out of specification: it failed, or was investigated, as what fails and is corrected is."""
    inquired = Investigation.objects.filter(_same(), attempt=OuterRef("attempt"), opened_at__lt=until)
    yes, no = Value(value=True), Value(value=False)
    return Case(
        When(is_error=True, then=no),
        When(verdict=Verdict.FAIL, then=yes),
        When(Exists(inquired), then=yes),
        default=no,
        output_field=BooleanField(),
    )

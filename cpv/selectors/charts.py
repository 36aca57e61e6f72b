"""Charts: plans in effect, points, limits as they came into effect, and what signals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from coi.selectors.visible import sites_of
from cpv.models import Observation, Position
from cpv.rules.basis import Floats
from cpv.rules.programme import limit_set
from cpv.rules.programme import plan as plans
from cpv.rules.programme.charting import Charted, InEffect, charted
from cpv.rules.programme.points import Counted, PointView, SignalView
from cpv.selectors.signals import signals_of_chart
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import OPEN_STATES, DocumentVersionView


@dataclass(frozen=True)
class PlanView:
    """A plan with the version that says so."""

    document: DocumentVersionView
    plan: plans.Plan

    @property
    def code(self) -> str:
        """The code of the document: what names the plan everywhere."""
        return self.document.code


@dataclass(frozen=True, eq=False)
class ChartView:
    """One parameter in one stratum: its points, its limits, what signals, and the limits that wait for signatures.

    `limits[n]` is the version whose limits are those of `charted.phases[n]`.
    """

    plan: PlanView
    parameter: plans.Parameter
    stratum: tuple[str, ...]
    code: str
    points: tuple[PointView, ...]
    charted: Charted
    limits: tuple[DocumentVersionView, ...]
    signals: tuple[SignalView, ...]
    proposed: DocumentVersionView | None = None

    @property
    def sites(self) -> frozenset[str]:
        """Where its numbers come from."""
        return frozenset(point.site for point in self.points)

    def counted(self, at: datetime) -> Counted:
        """The chart in numbers, as its state is found from."""
        own, opened = self.charted.in_effect, [one for one in self.signals if one.is_open]
        return Counted(
            results=sum(bool(point.value) and not point.is_excluded for point in self.points),
            limits=own.limits.limits.n if own is not None else None,
            signals=len(opened),
            overdue=sum(one.is_overdue(at) for one in opened),
            is_proposed=self.proposed is not None,
        )


def effective_plans(at: datetime) -> tuple[PlanView, ...]:
    """Every plan in effect, by code (one statement)."""
    read = (
        (version, plans.parse(version.content)[0]) for version in people.effective_documents(plans.KIND, at)
    )
    return tuple(PlanView(version, plan) for version, plan in read if plan is not None)


def effective_plan(code: str, at: datetime) -> PlanView | None:
    """The plan of this code in effect, or None."""
    version = people.effective_document(plans.KIND, code, at)
    plan = plans.parse(version.content)[0] if version is not None else None
    return None if version is None or plan is None else PlanView(version, plan)


def _rows() -> QuerySet[Observation]:
    return Observation.objects.annotate(batch_code=F("batch__code"))


def _point(row: Any) -> PointView:
    return PointView(
        id=str(row.pk),
        subject=row.subject,
        batch=row.batch_code or "",
        site=row.site_id,
        made_at=row.made_at,
        value=row.value,
        is_below=row.is_below,
        source=row.source,
        version=row.version,
        excluded_at=row.excluded_at,
        excluded_by_name=row.excluded_by_name,
        exclusion_reason=row.exclusion_reason,
    )


# The columns of a point, in the order of its fields. Thousands are read for one page: no row becomes a model first.
_OF_A_POINT = (
    *("text_id", "subject", "code_of_batch", "site_id", "made_at", "value", "is_below", "source"),
    *("version", "excluded_at", "excluded_by_name", "exclusion_reason"),
)


def point_views(chart: str) -> tuple[PointView, ...]:
    """The points of a chart in the order in which manufacture began, ties by subject (one statement)."""
    rows = Observation.objects.filter(chart=chart).order_by("made_at", "subject", "site")
    named = rows.annotate(text_id=Cast("pk", TextField()), code_of_batch=Coalesce("batch__code", Value("")))
    return tuple(map(PointView._make, named.values_list(*_OF_A_POINT)))


def points_after(chart: str, last: tuple[datetime, str, str], most: int) -> tuple[PointView, ...]:
    """The points that stand behind this place of a chart (time, subject, site), at most so many (one statement)."""
    made_at, subject, site = last
    later = Q(made_at__gt=made_at) | Q(made_at=made_at, subject__gt=subject)
    later |= Q(made_at=made_at, subject=subject, site__gt=site)
    # said once more by itself, so that the index is entered at that time
    rows = _rows().filter(later, chart=chart, made_at__gte=made_at).order_by("made_at", "subject", "site")
    return tuple(_point(row) for row in rows[:most])


@dataclass(frozen=True)
class KnownPoint:
    """An observation with the chart that it stands on."""

    point: PointView
    plan: str
    parameter: str
    stratum: tuple[str, ...]
    chart: str


def _known(row: Any) -> KnownPoint:
    return KnownPoint(_point(row), row.plan, row.parameter, tuple(row.stratum), row.chart)


def observation(id: str | UUID) -> KnownPoint | None:
    """One observation by its id."""
    try:
        row = _rows().filter(pk=id).first()
    except ValidationError:
        return None
    return None if row is None else _known(row)


def observations_of(plan: str, subjects: Collection[str]) -> tuple[KnownPoint, ...]:
    """What is known of these subjects under a plan (one statement)."""
    return tuple(_known(row) for row in _rows().filter(plan=plan, subject__in=list(subjects)))


def covariates_of(view: ChartView) -> dict[str, Floats]:
    """By the title of each covariate of the chart's parameter, its number at each point, NaN where there is none (one
    statement, or none)."""
    wanted = view.parameter.covariates
    if not wanted:
        return {}
    values: dict[tuple[str, str], float] = {
        (it.parameter, it.point.subject): it.point.number
        for it in observations_of(view.plan.code, {point.subject for point in view.points})
        if it.parameter in wanted and not it.point.is_excluded
    }
    titles = {code: getattr(view.plan.plan.parameter(code), "title", code) for code in wanted}
    return {
        titles[code]: np.array([values.get((code, point.subject), np.nan) for point in view.points])
        for code in wanted
    }


def position(name: str) -> int:
    """Up to which entry a reader has read; 0 where it never has."""
    return Position.objects.filter(name=name).values_list("upto", flat=True).first() or 0


def lock_chart(chart: str) -> None:
    """Judge a chart, change what stands on it or answer its signals, one at a time: who comes second waits.

    It comes after the lock of a subject, and before those of journeys and streams.
    """
    _lock(f"chart:{chart}")


def lock_subject(plan: str, subject: str) -> None:
    """Observe one batch at a time under a plan."""
    _lock(f"observed:{plan}:{subject}")


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def all_charts(at: datetime) -> tuple[str, ...]:
    """Every chart of the plans in effect, by code (two statements)."""
    known = [plan.code for plan in effective_plans(at)]
    rows = Observation.objects.filter(plan__in=known).order_by("chart").values_list("chart", flat=True)
    return tuple(rows.distinct())


def charts_of(subjects: Collection[str]) -> tuple[str, ...]:
    """The charts on which these subjects have a number, by code (one statement)."""
    rows = Observation.objects.filter(subject__in=list(subjects)).order_by("chart")
    return tuple(rows.values_list("chart", flat=True).distinct())


def is_visible(viewer: Person, plan: PlanView, sites: Collection[str], at: datetime) -> bool:
    """Whether a chart is the viewer's to see: at the plan's own site, or at every site that it has numbers of."""
    own = sites_of(viewer, at)
    return plan.document.site in own or set(sites) <= own


def visible_chart(viewer: Person, code: str, at: datetime) -> ChartView | None:
    """One chart that is the viewer's to see."""
    found = chart(code, at)
    return found if found is not None and is_visible(viewer, found.plan, found.sites, at) else None


def chart(code: str, at: datetime) -> ChartView | None:
    """One chart as it stands now, in five statements however many batches; None where there is no such chart."""
    if "\x00" in code:
        return None
    first = Observation.objects.filter(chart=code).values("plan", "parameter", "stratum").first()
    plan = effective_plan(first["plan"], at) if first is not None else None
    parameter = plan.plan.parameter(first["parameter"]) if plan is not None and first is not None else None
    if first is None or plan is None or parameter is None:
        return None
    points, versions = point_views(code), people.versions_of(limit_set.KIND, code)
    kept, phases = phases_at(versions, points, at)
    return ChartView(
        plan=plan,
        parameter=parameter,
        stratum=tuple(first["stratum"]),
        code=code,
        points=points,
        charted=charted_for_judging(parameter, points, phases),
        limits=kept,
        signals=signals_of_chart(code),
        proposed=next((one for one in versions if one.state in OPEN_STATES), None),
    )


def charted_for_judging(
    parameter: plans.Parameter, points: Sequence[PointView], phases: Sequence[InEffect]
) -> Charted:
    """The chart of these points."""
    excluded = [n for n, point in enumerate(points) if point.is_excluded]
    return charted(parameter, [point.number for point in points], phases, excluded)


def phases_at(
    versions: Sequence[DocumentVersionView], points: Sequence[PointView], at: datetime
) -> tuple[tuple[DocumentVersionView, ...], tuple[InEffect, ...]]:
    """Limits of the points that were begun while they were in effect, of versions with the newest first.

    Overtaken before any such, they are none. What was begun after the newest were retired has no limits.
    """
    since: dict[int, tuple[DocumentVersionView, InEffect]] = {}
    for version in reversed(versions):
        begins, read = version.effective_from, limit_set.parse(version.content)[0]
        if begins is None or begins > at or read is None:
            continue
        ends = version.retired_at if version.retired_at is not None and version.retired_at <= at else None
        start = _begun_before(begins, points)
        end = None if ends is None else _begun_before(ends, points)
        since[start] = (version, InEffect(start, read, end))
    ordered = [since[start] for start in sorted(since)]
    return tuple(version for version, _ in ordered), tuple(phase for _, phase in ordered)


def _begun_before(moment: datetime, points: Sequence[PointView]) -> int:
    return sum(point.made_at < moment for point in points)

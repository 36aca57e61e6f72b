"""Proposing limits: a draft of a controlled document, which three people sign before it judges anything."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cpv import selectors
from cpv.rules.programme import limit_set
from cpv.rules.programme.limit_set import Baseline, LimitSet, digest_of, proposed
from cpv.rules.programme.points import PointView
from cpv.selectors import ChartView
from ledger.rules import Actor, Where
from ledger.rules.errors import NotFound
from people.rules.documents import DocumentVersionView
from people.services import draft_document
from qc.services.recording import invalid


@dataclass(frozen=True)
class Range:
    """Which batches limits come from: from the first to the last by name, both in it; empty for an open end."""

    first: str = ""
    last: str = ""


def propose_limits(
    *,
    chart: str,
    baseline: Range,
    justification: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Estimate limits from a baseline and write them down as a draft.

    Excluded points take no part and are named in it. Raises NotFound, NotAllowed (role), Invalid (a batch that is not
    on the chart, no justification), NotComputable (too few results, constant, nothing measured), Conflict
    (`version_open`).
    """
    found = selectors.chart(chart, now)
    if found is None:
        raise NotFound("chart_unknown")
    if not justification.strip():
        raise invalid({"justification": "required"})
    points = in_range(found.points, baseline)
    version = found.limits[-1].version if found.limits else 0
    return draft_document(
        kind=limit_set.KIND,
        code=chart,
        title=" · ".join((found.parameter.title, *found.stratum))[:200],
        content=limit_set.written(limits_from(found, points, justification.strip())),
        site=found.plan.document.site,
        reason=justification.strip()[:1000] if version else "",
        actor=actor,
        where=where,
        now=now,
        request_id=request_id,
    )


def in_range(points: tuple[PointView, ...], baseline: Range) -> tuple[PointView, ...]:
    """The points of a baseline. Raises Invalid naming the end that is not on the chart."""
    subjects = [point.subject for point in points]
    wrong = {
        name: "not_on_the_chart"
        for name, subject in (("first", baseline.first), ("last", baseline.last))
        if subject and subject not in subjects
    }
    if wrong:
        raise invalid(wrong)
    start = subjects.index(baseline.first) if baseline.first else 0
    end = subjects.index(baseline.last) + 1 if baseline.last else len(points)
    if start >= end:
        raise invalid({"last": "before_the_first"})
    return points[start:end]


def limits_from(found: ChartView, points: tuple[PointView, ...], justification: str) -> LimitSet:
    """The limit set that these points support. Raises NotComputable."""
    kept = [point for point in points if not point.is_excluded and point.value]
    values = [point.number for point in kept]
    transformation, limits = proposed(found.parameter, values, [point.is_below for point in kept])
    subjects = [point.subject for point in kept]
    return LimitSet(
        plan=found.plan.code,
        parameter=found.parameter.code,
        stratum=found.stratum,
        transformation=transformation,
        limits=limits,
        baseline=Baseline(
            subjects[0],
            subjects[-1],
            digest_of(subjects, values),
            tuple(point.subject for point in points if point.is_excluded),
        ),
        justification=justification,
    )

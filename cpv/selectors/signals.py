"""Signals: of a chart, open to somebody, in a period."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from coi.selectors.visible import sites_of
from cpv.models import Signal
from cpv.rules.programme import plan as plans
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.programme.points import SignalView
from people import selectors as people
from people.rules.authority import Person

MOST = 500
OPEN = (SignalState.RAISED.value, SignalState.ACKNOWLEDGED.value)


def _rows() -> QuerySet[Signal]:
    return Signal.objects.select_related("observation__batch")


def _view(row: Any) -> SignalView:
    point = row.observation
    return SignalView(
        id=str(row.pk),
        chart=row.chart,
        plan=point.plan,
        parameter=point.parameter,
        stratum=tuple(point.stratum),
        site=point.site_id,
        observation=str(point.pk),
        subject=point.subject,
        batch=point.batch.code if point.batch_id is not None else "",
        made_at=point.made_at,
        limits=str(row.limits_id),
        by=row.by,
        side=row.side,
        first_subject=row.first_subject,
        value=row.value,
        state=SignalState(row.state),
        raised_at=row.raised_at,
        due_at=row.due_at,
        owner=row.owner_id,
        owner_name=row.owner_name,
        acknowledged_at=row.acknowledged_at,
        decision=Decision(row.decision) if row.decision else None,
        cause=row.cause,
        deviation=row.deviation,
        closed_at=row.closed_at,
        vanished_at=row.vanished_at,
    )


def signal(id: str | UUID) -> SignalView | None:
    """One signal by its id."""
    try:
        row = _rows().filter(pk=id).first()
    except ValidationError:
        return None
    return None if row is None else _view(row)


def answering_sites(found: SignalView, at: datetime) -> tuple[str, ...]:
    """Where people answer for a signal: at the site of its number, and at that of its plan (one statement)."""
    return places_of(found.plan, found.site, at)


def places_of(plan: str, site: str, at: datetime) -> tuple[str, ...]:
    """The site of a number, then that of its plan where it is another (one statement)."""
    version = people.effective_document(plans.KIND, plan, at)
    keeper = site if version is None else version.site
    return (site,) if keeper == site else (site, keeper)


def _of(viewer: Person, at: datetime) -> Q:
    """Signals of numbers of the viewer's sites, and of plans that are kept there."""
    own = sites_of(viewer, at)
    kept = [version.code for version in people.effective_documents(plans.KIND, at) if version.site in own]
    return Q(observation__site__in=sorted(own)) | Q(observation__plan__in=kept)


def visible_signal(viewer: Person, id: str | UUID, at: datetime) -> SignalView | None:
    """One signal at one of the viewer's sites, or of a plan that is kept there."""
    found = signal(id)
    if found is None or sites_of(viewer, at).isdisjoint(answering_sites(found, at)):
        return None
    return found


def signals_of_chart(chart: str) -> tuple[SignalView, ...]:
    """All signals of a chart, in the order of its points (one statement)."""
    rows = _rows().filter(chart=chart).order_by("observation__made_at", "observation__subject", "by")
    return tuple(_view(row) for row in rows)


def signals_open_to(viewer: Person, at: datetime) -> tuple[SignalView, ...]:
    """Open signals at the viewer's sites, what is due first first (two statements)."""
    rows = _rows().filter(_of(viewer, at), state__in=OPEN)
    ordered = rows.order_by("due_at", "observation__made_at", "observation__subject", "by")
    return tuple(_view(row) for row in ordered[:MOST])


def signals_at(
    viewer: Person, at: datetime, *, states: Collection[SignalState], since: datetime | None = None
) -> tuple[SignalView, ...]:
    """Signals in these states at the viewer's sites, raised since then, the newest first; at most `MOST` (two
    statements)."""
    rows = _rows().filter(_of(viewer, at), state__in=[state.value for state in states])
    if since is not None:
        rows = rows.filter(raised_at__gte=since)
    return tuple(_view(row) for row in rows.order_by("-raised_at", "pk")[:MOST])


def signals_answered(viewer: Person, at: datetime, since: datetime) -> tuple[SignalView, ...]:
    """Signals at the viewer's sites that were closed since then, what was closed last first (two statements)."""
    rows = _rows().filter(_of(viewer, at), closed_at__gte=since)
    return tuple(_view(row) for row in rows.order_by("-closed_at", "pk")[:MOST])


def signals_seen(plans: Collection[str], since: datetime, until: datetime) -> tuple[SignalView, ...]:
    """Signals of these plans of batches begun in [since, until): for reports, and for live evidence of risks."""
    rows = _rows().filter(
        observation__plan__in=list(plans), observation__made_at__gte=since, observation__made_at__lt=until
    )
    return tuple(_view(row) for row in rows.order_by("observation__made_at", "observation__subject", "by"))

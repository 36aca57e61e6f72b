"""Signals: of a chart, open to somebody, in a period."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from coi.selectors.visible import sites_of
from cpv.models import Signal
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.programme.points import SignalView
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


def visible_signal(viewer: Person, id: str | UUID, at: datetime) -> SignalView | None:
    """One signal at one of the viewer's sites."""
    found = signal(id)
    return found if found is not None and found.site in sites_of(viewer, at) else None


def lock_signal(id: str | UUID) -> None:
    """Lock the row of a signal until the transaction ends."""
    Signal.objects.select_for_update(no_key=True).filter(pk=id).first()


def signals_of_chart(chart: str) -> tuple[SignalView, ...]:
    """All signals of a chart, in the order of its points (one statement)."""
    rows = _rows().filter(chart=chart).order_by("observation__made_at", "observation__subject", "by")
    return tuple(_view(row) for row in rows)


def signals_open_to(viewer: Person, at: datetime) -> tuple[SignalView, ...]:
    """Open signals at the viewer's sites, what is due first first (one statement)."""
    rows = _rows().filter(state__in=OPEN, observation__site__in=sorted(sites_of(viewer, at)))
    ordered = rows.order_by("due_at", "observation__made_at", "observation__subject", "by")
    return tuple(_view(row) for row in ordered[:MOST])


def signals_at(
    viewer: Person, at: datetime, *, states: Collection[SignalState], since: datetime | None = None
) -> tuple[SignalView, ...]:
    """Signals in these states at the viewer's sites, raised since then, the newest first; at most `MOST` (one
    statement)."""
    rows = _rows().filter(
        state__in=[state.value for state in states], observation__site__in=sorted(sites_of(viewer, at))
    )
    if since is not None:
        rows = rows.filter(raised_at__gte=since)
    return tuple(_view(row) for row in rows.order_by("-raised_at", "pk")[:MOST])


def signals_answered(viewer: Person, at: datetime, since: datetime) -> tuple[SignalView, ...]:
    """Signals at the viewer's sites that were closed since then, what was closed last first (one statement)."""
    rows = _rows().filter(closed_at__gte=since, observation__site__in=sorted(sites_of(viewer, at)))
    return tuple(_view(row) for row in rows.order_by("-closed_at", "pk")[:MOST])


def signals_seen(plans: Collection[str], since: datetime, until: datetime) -> tuple[SignalView, ...]:
    """Signals of these plans of batches begun in [since, until): for reports, and for live evidence of risks."""
    rows = _rows().filter(
        observation__plan__in=list(plans), observation__made_at__gte=since, observation__made_at__lt=until
    )
    return tuple(_view(row) for row in rows.order_by("observation__made_at", "observation__subject", "by"))

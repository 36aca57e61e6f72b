"""Checks that nobody goes on with. The worker looks every minute."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from coi.events import Event
from coi.models import Check, Order, Scan
from coi.rules.journey import CheckState
from coi.services.recording import where_of
from ledger.rules import Actor, Subject, Where, put
from ledger.services import append
from people import selectors as people

WATCHER = Actor.service("check watch")


def close_untouched_checks(*, untouched_for: timedelta, now: datetime, limit: int = 100) -> int:
    """Abandon open checks that nobody has scanned for so long a time: a place is not kept by them for ever.

    Returns how many were closed.
    """
    since = now - untouched_for
    ids = list(_untouched(since).order_by("opened_at", "id").values_list("id", "order_id")[:limit])
    return sum(_close(check, order, since, now) for check, order in ids)


def _untouched(since: datetime) -> QuerySet[Check]:
    """Open checks without any scan, refused ones counted, from this moment on."""
    scanned = Scan.objects.filter(check_ref=OuterRef("id"), at__gte=since)
    begun = Check.objects.filter(state=CheckState.OPEN, opened_at__lt=since, order__isnull=False)
    return begun.exclude(Exists(scanned))


@transaction.atomic
def _close(check_id: UUID, order_id: UUID, since: datetime, now: datetime) -> bool:
    """One check, if under the journey's lock it still is open and nobody came back to it."""
    order = Order.objects.select_for_update(no_key=True).get(id=order_id)
    row = _untouched(since).filter(id=check_id).first()
    if row is None:
        return False
    station = people.station_by_code(row.station)
    append(
        event=Event.CHECK_LAPSED,
        stream=f"journey:{order.coi_id}",
        actor=WATCHER,
        where=where_of(station) if station is not None else Where(station=row.station),
        now=now,
        request_id=uuid4(),
        facts={"step": row.step, "opened_at": row.opened_at, "untouched_since": since},
        changes=[put("coi.check", row.id, state=str(CheckState.ABANDONED), closed_at=now)],
        subjects=[Subject("order", order.coi_id), Subject("station", row.station)],
        check=row.id,
    )
    return True

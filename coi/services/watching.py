"""What nobody scans: containers whose hold time ran out. The worker looks every minute."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from coi.events import Event
from coi.models import Container, Hold, Order
from coi.rules.deviations import DeviationClass, DeviationPlan
from coi.rules.journey import ContainerStatus
from coi.rules.outcome import RefusalCode
from coi.services import deviations
from ledger.rules import Actor, Subject, Where, derive
from ledger.services import append

WATCHED = (ContainerStatus.AVAILABLE, ContainerStatus.THAWED)
WATCHER = Actor.service("hold time watch")


def open_overdue_deviations(*, now: datetime, limit: int = 100) -> int:
    """Open a critical deviation for each container past its hold time that has none. Returns how many were opened."""
    held = Hold.objects.filter(reason_code=RefusalCode.HOLD_TIME_PASSED).values("container_id")
    overdue = Container.objects.filter(hold_until__lt=now, status__in=WATCHED).exclude(id__in=held)
    ids = list(overdue.order_by("hold_until").values_list("id", flat=True)[:limit])
    return sum(_open(container, now) for container in ids)


@transaction.atomic
def _open(container_id: UUID, now: datetime) -> bool:
    """One deviation, if under the journey's lock the container still is overdue and not yet held for it."""
    order = Order.objects.select_for_update(no_key=True).get(container__id=container_id)
    row = Container.objects.get(id=container_id)
    is_opened = deviations.is_opened([row.id], RefusalCode.HOLD_TIME_PASSED)
    if is_opened or row.hold_until is None or row.hold_until >= now or row.status not in WATCHED:
        return False
    request_id = uuid4()
    plan = deviations.plan_opening(
        DeviationPlan(DeviationClass.CRITICAL, RefusalCode.HOLD_TIME_PASSED, (str(row.id),)),
        site=row.custodian_id,
        step=row.hold_step,
        order_id=str(order.id),
        owners={str(row.id): str(order.id)},
        check_id=None,
        scan_id=request_id,
        actor_name=WATCHER.name,
        now=now,
    )
    entry = append(
        event=Event.DEVIATION_OPENED,
        stream=f"journey:{order.coi_id}",
        actor=WATCHER,
        where=Where(site=row.custodian_id),
        now=now,
        request_id=derive(request_id, "entry"),
        facts={**plan.facts, "container": row.code, "hold_until": row.hold_until},
        changes=plan.changes,
        subjects=[Subject("order", order.coi_id), Subject("container", str(row.id)), *plan.subjects],
    )
    for follow in plan.after:
        follow(entry)
    return True

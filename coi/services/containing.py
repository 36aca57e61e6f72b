"""What a broken ledger leads to: it is told and entered, and the journeys concerned are held. Other scans go on."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.apps import apps
from django.db import transaction

from coi.events import Event
from coi.models import Container, Hold, Order
from coi.rules.journey import ContainerStatus
from coi.services.deviations import hold_row
from ledger import selectors as ledger
from ledger.rules import Actor, Subject, Where, derive
from ledger.selectors import HaltView
from ledger.services import append, note_halt
from people import selectors as people
from people.rules.roles import Role
from people.rules.sites import OrganisationKind, SiteView
from people.services import send_notice

REASON = "ledger_broken"
WATCH = Actor.service("ledger watch")
_HALTS = UUID("5d0d5f0e-6d8b-5a8e-9f0e-6c6564676572")
_OVER = (ContainerStatus.CLOSED, ContainerStatus.CONSUMED, ContainerStatus.INFUSED)


def contain_broken_ledger(*, now: datetime) -> int:
    """While the ledger is halted: tell every site's administrators and the manufacturers' quality once, hold the
    journeys that the findings name, and enter the halt in the ledger.

    Returns how many journeys were newly held. The entry comes last: where the ledger's own stream was attacked it may
    be impossible, and nobody would be told.
    """
    halt = ledger.current_halt()
    if halt is None:
        return 0
    for site in people.sites():
        _tell(Role.ADMINISTRATOR, site, halt, now)
        if site.organisation_kind == OrganisationKind.MANUFACTURER:
            _tell(Role.QA_REVIEWER, site, halt, now)
    held = sum(_hold_journey(order, halt.id, now) for order in sorted(_orders(halt.findings)))
    note_halt(now=now)
    return held


def _tell(role: Role, site: SiteView, halt: HaltView, now: datetime) -> None:
    apart = "" if role is Role.QA_REVIEWER else f" {role}"
    send_notice(
        site=site.code,
        role=role,
        code=REASON,
        subject=Subject("halt", str(halt.id)),
        params={"findings": len(halt.findings)},
        actor=WATCH,
        where=Where(site=site.code, zone=site.zone),
        now=now,
        request_id=uuid5(_HALTS, f"{halt.id} {site.code}{apart}"),
    )


def _orders(findings: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """The journeys named by the findings: by their stream, or by a row that belongs to them."""
    streams = {str(finding.get("stream", "")) for finding in findings}
    coi_ids = [stream.removeprefix("journey:") for stream in streams if stream.startswith("journey:")]
    found = set(Order.objects.filter(coi_id__in=coi_ids).values_list("id", flat=True))
    for finding in findings:
        found |= _order_of_row(str(finding.get("table", "")), str(finding.get("row_id", "")))
    return found


def _order_of_row(table: str, row_id: str) -> set[UUID]:
    if not table.startswith("coi.") or not row_id:
        return set()
    model = apps.get_model(table)
    column = "id" if model is Order else "order_id"
    if column == "order_id" and "order" not in {field.name for field in model._meta.fields}:
        return set()
    return set(model._default_manager.filter(pk=row_id).values_list(column, flat=True)) - {None}


@transaction.atomic
def _hold_journey(order_id: UUID, halt: int, now: datetime) -> bool:
    """Hold what is still in play of one journey, unless it is held for this already."""
    order = Order.objects.select_for_update(no_key=True).get(id=order_id)
    held = Hold.objects.filter(order=order, reason_code=REASON, released_at__isnull=True).values(
        "container_id"
    )
    rows = (
        Container.objects.filter(order=order).exclude(status__in=_OVER).exclude(id__in=held).order_by("code")
    )
    containers = list(rows)
    if not containers:
        return False
    request_id = uuid5(
        _HALTS, f"{halt} {order.coi_id} {len(containers)} {containers[0].code} {now.isoformat()}"
    )
    append(
        event=Event.HOLD_PLACED,
        stream=f"journey:{order.coi_id}",
        actor=WATCH,
        where=Where(site=order.manufacturing_site_id),
        now=now,
        request_id=request_id,
        facts={"reason": REASON, "halt": halt, "container": ", ".join(row.code for row in containers)},
        changes=[
            hold_row(
                derive(request_id, row.code), str(order.id), str(row.id), reason=REASON, at=now, by=WATCH.name
            )
            for row in containers
        ],
        subjects=[Subject("order", order.coi_id), *(Subject("container", str(row.id)) for row in containers)],
    )
    return True

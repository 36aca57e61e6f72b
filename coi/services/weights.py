"""A patient's weight, dated: what is recorded stays, and a wrong one has another in its place."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from coi.events import Event
from coi.models import Order, Weight
from coi.rules.journey import OrderKind
from coi.rules.weights import (
    WeightCorrection,
    WeightFault,
    WeightSource,
    read_weight,
    time_fault,
)
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, Subject, Where, derive, new
from ledger.rules.canonical import plain
from ledger.rules.errors import Conflict, Invalid, NotFound
from people.rules.rights import Right
from people.services import require
from people.services.recording import Doing, record

TABLE = "coi.weight"


@answered_once
def record_weight(
    *,
    coi_id: str,
    kg: str,
    measured_at: datetime,
    source: WeightSource,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Record what the patient of an order weighed (in kg, as it was read) and when. Answers with the id of the weight.

    Raises NotFound, NotAllowed (role at the treating site), Invalid (with the fields), Conflict (no patient, closed).
    """
    order = _order(coi_id)
    require(actor=actor, right=Right.RECORD_WEIGHT, site=order.treating_site_id, now=now)
    facts = _facts(kg, measured_at, source, now)
    row = derive(request_id, "weight")
    if repeated(request_id, Event.WEIGHT_RECORDED, weight=str(row), **plain(facts)):
        return row
    _refuse_without_patient(order)
    doing = Doing(actor, where, now, request_id)
    with writing():
        if Order.objects.select_for_update(no_key=True).get(id=order.id).closed_at is not None:
            raise Conflict("journey_closed")
        _write(Event.WEIGHT_RECORDED, row, order, facts, doing)
    return row


@answered_once
def correct_weight(
    *,
    weight: UUID,
    kg: str,
    measured_at: datetime,
    source: WeightSource,
    reason: WeightCorrection,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Put another weight in the place of one that is wrong; the wrong one stays in view. Answers with the new one's id.

    Also after the journey is closed: what was wrong was wrong. Raises as `record_weight`, and Conflict when somebody
    has corrected it meanwhile.
    """
    old = Weight.objects.select_related("order").filter(id=weight).first()
    if old is None:
        raise NotFound("weight_unknown")
    require(actor=actor, right=Right.CORRECT_WEIGHT, site=old.order.treating_site_id, now=now)
    facts = _facts(kg, measured_at, source, now)
    row = derive(request_id, "weight")
    if repeated(request_id, Event.WEIGHT_CORRECTED, supersedes=str(weight), **plain(facts)):
        return row
    doing = Doing(actor, where, now, request_id)
    with writing():
        Order.objects.select_for_update(no_key=True).get(id=old.order_id)
        if Weight.objects.filter(supersedes=weight).exists():
            raise Conflict("weight_corrected")
        more = {"supersedes": str(weight), "was": format(old.kg.normalize(), "f")}
        _write(Event.WEIGHT_CORRECTED, row, old.order, facts | more, doing, reason=str(reason))
    return row


def _order(coi_id: str) -> Order:
    order = None if "\x00" in coi_id else Order.objects.filter(coi_id=coi_id).first()
    if order is None:
        raise NotFound("order_unknown")
    return order


def _refuse_without_patient(order: Order) -> None:
    if order.kind != OrderKind.PATIENT:
        raise Conflict("patient_missing")


def _facts(kg: str, measured_at: datetime, source: WeightSource, now: datetime) -> dict[str, Any]:
    """What is recorded, once it is a weight that somebody can have measured by now."""
    read, fault = read_weight(kg), time_fault(measured_at, now)
    wrong = {}
    if isinstance(read, WeightFault):
        wrong["kg"] = str(read)
    if fault is not None:
        wrong["measured_at"] = str(fault)
    if wrong or not isinstance(read, Decimal):
        raise Invalid("fields_invalid", detail={"fields": wrong})
    return {"kg": kg, "measured_at": measured_at, "source": str(source)}


def _write(
    event: Event, row: UUID, order: Order, facts: dict[str, Any], doing: Doing, *, reason: str = ""
) -> None:
    """The entry with the row that it makes."""
    columns = {name: facts[name] for name in ("kg", "measured_at", "source")}
    if "supersedes" in facts:
        columns |= {"supersedes_id": facts["supersedes"], "reason": reason}
    made = new(
        TABLE,
        row,
        order_id=order.id,
        recorded_at=doing.now,
        recorded_by_id=doing.actor.user_id,
        recorded_by_name=doing.actor.name,
        **columns,
    )
    record(
        doing,
        event=event,
        stream=f"journey:{order.coi_id}",
        facts={"weight": row, **facts},
        changes=[made],
        subjects=[Subject("order", order.coi_id)],
        reason=reason,
    )

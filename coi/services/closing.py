"""The end of a journey that no infusion ends: nothing of it is left, and nothing will be made again."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import Container, Order
from coi.rules.journey import ContainerStatus, JourneyEnd
from coi.rules.protocol import Party
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, Subject, Where, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.services.recording import Doing, record

# Whoever ordered it, or quality of the manufacturer.
ENDING: Mapping[Party, Right] = {
    Party.TREATING: Right.CLOSE_JOURNEY,
    Party.MANUFACTURER: Right.CLOSE_JOURNEY_OF_MANUFACTURER,
}


def may_close(person: Person, sites: Mapping[Party, str], at: datetime) -> bool:
    """Whether this person may end a journey of these sites."""
    return any(person.may(right, sites[party], at) for party, right in ENDING.items())


@answered_once
def close_journey(
    *, coi_id: str, end: JourneyEnd, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End a journey whose containers are all closed out or used up: no step is done in it any more.

    Raises NotFound, NotAllowed, Conflict (closed already; containers that are not closed out).
    """
    order = None if "\x00" in coi_id else Order.objects.filter(coi_id=coi_id).first()
    if order is None:
        raise NotFound("order_unknown")
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if person is None or not may_close(person, order.sites, now):
        raise NotAllowed("role_missing", detail={"sites": sorted(order.sites[party] for party in ENDING)})
    if repeated(request_id, Event.JOURNEY_CLOSED, coi_id=coi_id, end=end):
        return
    over = (ContainerStatus.CLOSED, ContainerStatus.CONSUMED)
    with writing():
        if Order.objects.select_for_update(no_key=True).get(id=order.id).closed_at is not None:
            raise Conflict("journey_closed")
        if Container.objects.filter(order=order).exclude(status__in=over).exists():
            raise Conflict("containers_open")
        record(
            Doing(actor, where, now, request_id),
            event=Event.JOURNEY_CLOSED,
            stream=f"journey:{coi_id}",
            facts={"coi_id": coi_id, "end": str(end)},
            changes=[put("coi.order", order.id, closed_at=now)],
            subjects=[Subject("order", coi_id)],
        )

"""How long the records of a journey and of a batch are kept, by the rules that are in effect at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.models import Container, Order
from coi.rules import retention
from coi.rules.protocol import Protocol
from coi.rules.retention import CountsFrom, InForce, Kept, Made, Records
from coi.selectors.protocols import pinned_protocol
from people import selectors as people

# What a selector needs of the sites of an order, so that it costs no statement of its own.
SITES = ("treating_site", "collection_site", "manufacturing_site")


@dataclass(frozen=True)
class Lived:
    """What of a journey decides how long its records are kept. `zone`: in which its days are counted."""

    regions: frozenset[str]
    began: dict[CountsFrom, date]
    is_collected: bool
    zone: str


def rules_in_force(at: datetime) -> tuple[InForce, ...]:
    """Every rule in effect at this moment (one statement).

    None at all where a document among them is not as it was signed: what it said may have been longer.
    """
    documents = people.effective_documents(retention.KIND, at)
    if not all(it.is_as_signed for it in documents):
        return ()
    return tuple(
        InForce(rule, it.code, it.version, it.id)
        for it in documents
        for rule in retention.parse(it.content)[0]
    )


def lived(
    order: Order, protocol: Protocol | None, containers: Iterable[tuple[str, datetime | None]]
) -> Lived:
    """Of an order that was read with `SITES`: `containers` are those of it, by kind, with the end of their life."""
    zone = ZoneInfo(order.treating_site.zone)
    made = [Made(kind, None if end is None else end.astimezone(zone).date()) for kind, end in containers]
    closed_on = None if order.closed_at is None else order.closed_at.astimezone(zone).date()
    others = (order.collection_site.region, order.manufacturing_site.region)
    return Lived(
        regions=retention.laws_of(order.treating_site.region, others),
        began=retention.began_in(closed_on, made, protocol.products if protocol is not None else ()),
        is_collected=bool(made),
        zone=order.treating_site.zone,
    )


def journey_kept(of: Lived, rules: Iterable[InForce]) -> tuple[Kept, ...]:
    """Of a journey: what traces the cells, the names behind the COI id, the entries and signatures."""
    rules = tuple(rules)
    own = (Records.TRACEABILITY, Records.AUDIT_TRAIL)
    traced, trail = (retention.kept(it, rules, regions=of.regions, began=of.began) for it in own)
    return (traced, names_kept(of, rules), trail)


def names_kept(of: Lived, rules: Iterable[InForce]) -> Kept:
    """The names behind the COI id alone."""
    return retention.identity_kept(rules, regions=of.regions, began=of.began, is_collected=of.is_collected)


def batch_kept(order: UUID | str, batch: str, decided_at: datetime | None, now: datetime) -> Kept:
    """The record of a batch, by its code, of an order, by its id. `decided_at`: when it was decided on for good."""
    row = Order.objects.select_related(*SITES).get(id=str(order))
    own = Container.objects.filter(order=row, batch__code=batch).values_list("kind", "expires_at")
    found = lived(row, pinned_protocol(str(row.protocol_id))[0], own)
    began = dict(found.began)
    if decided_at is not None:
        began[CountsFrom.DECISION] = decided_at.astimezone(ZoneInfo(found.zone)).date()
    rules = rules_in_force(now)
    return retention.kept(Records.BATCH_RECORD, rules, regions=found.regions, began=began)


def names_of(orders: Iterable[Order], now: datetime) -> dict[str, Kept]:
    """How long the names behind these orders are kept, by COI id; they were read with `SITES`."""
    rules, found = rules_in_force(now), {}
    for order in orders:
        made = Container.objects.filter(order=order).values_list("kind", "expires_at")
        protocol = pinned_protocol(str(order.protocol_id))[0]
        found[order.coi_id] = names_kept(lived(order, protocol, made), rules)
    return found

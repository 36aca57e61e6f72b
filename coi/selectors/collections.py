"""A collection as quality sees it: where its cells are, and the lock under which it is judged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.models import Collection, Container, ContainerParent, Order
from coi.rules.genealogy import Source, descendants
from coi.rules.journey import ContainerStatus


@dataclass(frozen=True)
class CollectionFacts:
    """One collection; `site` is the one that makes the product, whose laboratory judges the material.

    `region` (of the treating site) and `phase` (of the order) choose the specification beside the product.
    """

    id: str
    din: str
    order_id: str
    coi_id: str
    product: str
    site: str
    zone: str
    collected_at: datetime
    containers: tuple[Source, ...]
    region: str = ""
    phase: str = ""


def collection_by_din(din: str) -> CollectionFacts | None:
    """The collection of this donation identification number (13 characters), for services."""
    parties = ("order__product", "order__manufacturing_site", "order__treating_site")
    rows: Any = Collection.objects.select_related(*parties)
    row = None if "\x00" in din else rows.filter(din=din).first()
    return None if row is None else _facts(row)


def collections_of(order: UUID | str) -> tuple[str, ...]:
    """The donation identification numbers of an order's collections, the earliest first."""
    rows = Collection.objects.filter(order_id=order).order_by("collected_at", "din")
    return tuple(rows.values_list("din", flat=True))


def lock_order(order: UUID | str) -> None:
    """Lock a journey as scans lock it: nothing of it changes until the transaction ends."""
    Order.objects.select_for_update(no_key=True).filter(id=order).first()


def _facts(row: Any) -> CollectionFacts:
    order = row.order
    rows = list(Container.objects.filter(order=order).order_by("made_at", "code"))
    own = [str(c.id) for c in rows if c.collection_id == row.id]
    parents = ContainerParent.objects.filter(order=order).values_list("child_id", "parent_id")
    reached = descendants(own, [(str(child), str(parent)) for child, parent in parents])
    # A bag of the collection stays one when a batch takes it in; what the batch makes from it is the batch's.
    held = [c for c in rows if str(c.id) in own or (str(c.id) in reached and c.batch_id is None)]
    return CollectionFacts(
        id=str(row.id),
        din=row.din,
        order_id=str(order.id),
        coi_id=order.coi_id,
        product=order.product.code,
        site=order.manufacturing_site_id,
        zone=order.manufacturing_site.zone,
        collected_at=row.collected_at,
        containers=tuple(
            Source(str(c.id), c.code, c.kind, ContainerStatus(c.status), c.made_at) for c in held
        ),
        region=order.treating_site.region,
        phase=order.phase,
    )

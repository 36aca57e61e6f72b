"""Collections as starting material, for quality: those that wait, those that batches were made from, who collected."""

from collections import defaultdict
from collections.abc import Collection as Several
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coi.models import Batch, Collection, Container, ContainerParent, StepRecord
from coi.rules.acceptance import Acceptance
from coi.rules.genealogy import descendants

MOST = 200
_PARTIES = ("order__product", "order__treating_site", "order__manufacturing_site")


@dataclass(frozen=True)
class MaterialFacts:
    """One collection as far as it is known without its containers; `site` makes the product."""

    id: str
    din: str
    coi_id: str
    product: str
    product_name: str
    region: str
    phase: str
    site: str
    zone: str
    collected_at: datetime
    acceptance: Acceptance


def waiting_materials(sites: Several[str]) -> tuple[MaterialFacts, ...]:
    """Collections of open journeys that quality of these makers has not judged, the earliest first (one statement)."""
    rows = _rows().filter(
        acceptance=Acceptance.PENDING,
        order__closed_at__isnull=True,
        order__manufacturing_site__in=sorted(sites),
    )
    return tuple(_facts(row) for row in rows.order_by("collected_at", "din")[:MOST])


def materials_by_din(dins: Several[str]) -> tuple[MaterialFacts, ...]:
    """Collections by their DINs; DINs of none are not there (one statement)."""
    return tuple(_facts(row) for row in _rows().filter(din__in=list(dins)).order_by("collected_at", "din"))


def materials_of_batches(batches: Several[str]) -> dict[str, tuple[MaterialFacts, ...]]:
    """The collections from which each batch (by its id) was made, by their chain (four statements)."""
    orders = dict(Batch.objects.filter(id__in=list(batches)).values_list("id", "order_id"))
    within = set(orders.values())
    parents: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    lines = ContainerParent.objects.filter(order__in=within)
    for order, child, parent in lines.values_list("order_id", "child_id", "parent_id"):
        parents[order].append((str(child), str(parent)))
    in_batch: dict[Any, set[str]] = defaultdict(set)
    collected: dict[Any, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    containers = Container.objects.filter(order__in=within)
    for id, order, batch, collection in containers.values_list("id", "order_id", "batch_id", "collection_id"):
        in_batch[batch].add(str(id))
        if collection is not None:
            collected[order][str(collection)].add(str(id))
    known = _rows().filter(order__in=within).order_by("collected_at", "din")
    facts = {str(row.pk): _facts(row) for row in known}
    return {
        str(batch): tuple(
            facts[collection]
            for collection, own in sorted(collected[order].items(), key=lambda it: _place(facts, it[0]))
            if not in_batch[batch].isdisjoint(descendants(own, parents[order]))
        )
        for batch, order in orders.items()
    }


def collectors_of(din: str) -> frozenset[int]:
    """Who performed or witnessed a step with the collection's containers where it was collected (three statements)."""
    row = None if "\x00" in din else Collection.objects.filter(din=din).first()
    if row is None:
        return frozenset()
    own = {str(id) for id in Container.objects.filter(collection=row).values_list("id", flat=True)}
    made_at: Any = row.site_id
    steps = StepRecord.objects.filter(order=row.order_id, site=made_at)
    return frozenset(
        person
        for containers, performer, witness in steps.values_list("containers", "performer_id", "witness_id")
        if not own.isdisjoint(map(str, containers))
        for person in (performer, witness)
        if person is not None
    )


def _place(facts: dict[str, MaterialFacts], collection: str) -> tuple[datetime, str]:
    return facts[collection].collected_at, facts[collection].din


def _rows() -> Any:
    return Collection.objects.select_related(*_PARTIES)


def _facts(row: Any) -> MaterialFacts:
    order = row.order
    return MaterialFacts(
        id=str(row.pk),
        din=row.din,
        coi_id=order.coi_id,
        product=order.product.code,
        product_name=order.product.name,
        region=order.treating_site.region,
        phase=order.phase,
        site=order.manufacturing_site_id,
        zone=order.manufacturing_site.zone,
        collected_at=row.collected_at,
        acceptance=Acceptance(row.acceptance),
    )

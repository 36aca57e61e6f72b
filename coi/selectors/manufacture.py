"""How batches were made, for rooms that watch the process: steps with their values, lots and devices.

A fixed number of statements for any number of batches, and one for each version of a protocol among them.
"""

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from coi.models import Batch, Container, ContainerParent, StepRecord
from coi.rules.genealogy import lineage
from coi.rules.journey import OrderKind
from coi.selectors.protocols import pinned_protocol

LOT, EQUIPMENT = "lot", "equipment"
Used = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class StepFacts:
    """One completed step: `values` as they were entered, with the UCUM units that the protocol gives them."""

    id: str
    step: str
    at: datetime
    values: Mapping[str, str]
    units: Mapping[str, str]


@dataclass(frozen=True)
class Manufacture:
    """One batch as it was made.

    `steps` are those of the batch, of the containers that it was made from, and of its order, the first first.
    `materials` and `equipment` are codes by their kind, in the order of their first use.
    """

    id: str
    code: str
    product: str
    site: str
    zone: str
    started_at: datetime
    is_patient: bool
    steps: tuple[StepFacts, ...]
    materials: Used
    equipment: Used


def batch_facts(codes: Several[str]) -> dict[str, Manufacture]:
    """How batches were made, by their codes; codes of no batch are not there."""
    rows = list(Batch.objects.select_related("order__product", "site").filter(code__in=list(codes)))
    orders = {row.order_id for row in rows}
    families = _families(rows, orders)
    collected = _collections(orders)
    done = _steps(orders)
    units = {it: _units(str(it)) for it in {row.order.protocol_id for row in rows}}
    made = {}
    for row in rows:
        family = families[str(row.pk)]
        own = [it for it in done[row.order_id] if _is_of(it, row, family, collected[row.order_id])]
        made[row.code] = _manufacture(row, own, units[row.order.protocol_id])
    return made


def batches_of_orders(coi_ids: Several[str]) -> frozenset[str]:
    """The codes of all batches of these journeys (one statement)."""
    rows = Batch.objects.filter(order__coi_id__in=list(coi_ids))
    return frozenset(rows.values_list("code", flat=True))


def batches_of_product(product: str) -> frozenset[str]:
    """The codes of all batches of a product (one statement)."""
    return frozenset(Batch.objects.filter(order__product__code=product).values_list("code", flat=True))


def batches_begun(product: str, since: datetime, until: datetime) -> dict[str, int]:
    """How many batches of a product were begun in [since, until), by disposition (one statement)."""
    rows = Batch.objects.filter(order__product__code=product, started_at__gte=since, started_at__lt=until)
    found = rows.values_list("disposition").annotate(count=Count("pk")).order_by("disposition")
    return {str(disposition): count for disposition, count in found}


def _manufacture(row: Any, done: Sequence[StepRecord], units: Mapping[str, Mapping[str, str]]) -> Manufacture:
    used = [(*str(it["item"]).split(":", 1), str(it["code"])) for step in done for it in step.stock]
    return Manufacture(
        id=str(row.pk),
        code=row.code,
        product=row.order.product.code,
        site=row.site_id,
        zone=row.site.zone,
        started_at=row.started_at,
        is_patient=row.order.kind == OrderKind.PATIENT,
        steps=tuple(
            StepFacts(str(it.pk), it.step, it.performed_at or it.at, dict(it.values), units.get(it.step, {}))
            for it in done
        ),
        materials=_by_kind(used, LOT),
        equipment=_by_kind(used, EQUIPMENT),
    )


def _by_kind(used: Iterable[tuple[str, ...]], sort: str) -> Used:
    """A shipper is stock of a step too, but of no kind."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for given, *kind, code in used:
        if given == sort and kind:
            found[kind[0]][code] = None
    return {kind: tuple(codes) for kind, codes in found.items()}


def _units(protocol: str) -> Mapping[str, Mapping[str, str]]:
    """The units of the values of each step."""
    found = pinned_protocol(protocol)[0]
    steps = found.steps if found is not None else ()
    return {step.code: {it.name: it.unit for it in step.values if not it.choices} for step in steps}


# --- which steps are a batch's --------------------------------------------------------------------------------------


# Who did it is no concern of a chart.
_OF_STEPS = ("order_id", "step", "batch", "containers", "at", "performed_at", "values", "stock")


def _steps(orders: Several[Any]) -> dict[Any, list[StepRecord]]:
    found: dict[Any, list[StepRecord]] = defaultdict(list)
    rows = StepRecord.objects.filter(order__in=orders).only(*_OF_STEPS)
    for row in rows.order_by("at", "step", "subject", "occurrence"):
        found[row.order_id].append(row)
    return found


def _is_of(done: StepRecord, batch: Batch, family: frozenset[str], collected: Mapping[datetime, str]) -> bool:
    """Its own; that of a container it was made from; that of its order, unless it made another batch's collection."""
    if done.batch is not None:
        return str(done.batch) == str(batch.pk)
    if done.containers:
        return not family.isdisjoint(str(container) for container in done.containers)
    bag = collected.get(done.performed_at or done.at)
    return bag is None or bag in family


def _families(rows: Sequence[Any], orders: Several[Any]) -> dict[str, frozenset[str]]:
    """The containers of each batch, and those that they were made from."""
    parents: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    lines = ContainerParent.objects.filter(order__in=orders)
    for order, child, parent in lines.values_list("order_id", "child_id", "parent_id"):
        parents[order].append((str(child), str(parent)))
    own: dict[str, set[str]] = defaultdict(set)
    containers = Container.objects.filter(order__in=orders, batch__isnull=False)
    for id, batch in containers.values_list("id", "batch_id"):
        own[str(batch)].add(str(id))
    return {str(row.pk): lineage(own[str(row.pk)], parents[row.order_id]) for row in rows}


def _collections(orders: Several[Any]) -> dict[Any, dict[datetime, str]]:
    """A bag of each collection by the moment of the step that collected it."""
    found: dict[Any, dict[datetime, str]] = defaultdict(dict)
    bags = Container.objects.filter(order__in=orders, collection__isnull=False).order_by("made_at", "code")
    for order, at, bag in bags.values_list("order_id", "collection__collected_at", "id"):
        found[order].setdefault(at, str(bag))
    return found

"""What patients weighed, by their orders: for services and rooms above, which ask for authority themselves."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.models import Weight
from coi.rules.weights import WeightSource, WeightView
from coi.selectors.visible import visible_orders
from ledger.rules.errors import NotFound
from people.rules.authority import Person


def weights_of_orders(orders: Collection[UUID | str]) -> dict[str, tuple[WeightView, ...]]:
    """Every weight of these orders (by their ids), those that were superseded too, the last measured first.

    One statement, however many orders.
    """
    found: dict[str, list[WeightView]] = defaultdict(list)
    keys: Any = list(orders)
    rows = Weight.objects.filter(order__in=keys).select_related("superseded_by")
    for row in rows.order_by("-measured_at", "-recorded_at", "id"):
        found[str(row.order_id)].append(_view(row))
    return {str(order): tuple(found[str(order)]) for order in orders}


def weights_of(order: UUID | str) -> tuple[WeightView, ...]:
    """The same of one order (by its id)."""
    return weights_of_orders([order])[str(order)]


def visible_weights(viewer: Person, coi_id: str, now: datetime) -> tuple[WeightView, ...]:
    """The weights of a journey in which a site of the viewer's takes part. NotFound for all others."""
    found = visible_orders(viewer, now)
    order = None if "\x00" in coi_id else found.filter(coi_id=coi_id).values_list("id", flat=True).first()
    if order is None:
        raise NotFound("order_unknown")
    return weights_of(order)


def _view(row: Weight) -> WeightView:
    return WeightView(
        id=str(row.pk),
        kg=row.kg,
        measured_at=row.measured_at,
        source=WeightSource(row.source),
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by_name,
        step=row.step,
        supersedes=str(row.supersedes_id or ""),
        reason=row.reason,
        is_current=getattr(row, "superseded_by", None) is None,
    )

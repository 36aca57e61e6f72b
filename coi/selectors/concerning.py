"""What entries name when they concern a journey or a batch, for whoever gathers all of them."""

from dataclasses import dataclass

from coi.models import Batch, Container, Order
from ledger.rules import Subject


@dataclass(frozen=True)
class Concerned:
    """One journey or one batch: the sites that take part, and what entries name.

    `streams`: those that are its own from the first number to the last.
    """

    sites: tuple[str, ...]
    subjects: tuple[Subject, ...]
    streams: tuple[str, ...] = ()


def concerned_by_journey(coi_id: str) -> Concerned | None:
    """A journey: its order and its batches (two statements); None where there is none."""
    order = None if "\x00" in coi_id else Order.objects.filter(coi_id=coi_id).first()
    if order is None:
        return None
    batches = Batch.objects.filter(order=order).order_by("code").values_list("code", flat=True)
    subjects = (Subject("order", coi_id), *(Subject("batch", code) for code in batches))
    return Concerned(_sites(order), subjects, (f"journey:{coi_id}",))


def concerned_by_batch(code: str) -> Concerned | None:
    """A batch and its containers (two statements); None where there is none."""
    batch = None if "\x00" in code else Batch.objects.select_related("order").filter(code=code).first()
    if batch is None:
        return None
    containers = Container.objects.filter(batch=batch).order_by("id").values_list("id", flat=True)
    subjects = (Subject("batch", code), *(Subject("container", str(id)) for id in containers))
    return Concerned(_sites(batch.order), subjects)


def _sites(order: Order) -> tuple[str, ...]:
    return tuple(sorted(set(order.sites.values())))

"""Collections as starting material: what quality said of each, for those who ask for authority themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coi.models import Collection
from coi.rules.acceptance import Acceptance, PlanChange


@dataclass(frozen=True)
class CollectionView:
    """One collection, by its donation identification number (DIN)."""

    din: str
    collected_at: datetime
    acceptance: Acceptance
    plan_changes: tuple[PlanChange, ...]
    judged_at: datetime | None

    @property
    def is_judged(self) -> bool:
        """Whether quality has said something of it."""
        return self.judged_at is not None


def collections_with_acceptance(order: UUID | str) -> tuple[CollectionView, ...]:
    """The collections of an order (by its id), the earliest first (one statement)."""
    rows = Collection.objects.filter(order_id=str(order)).order_by("collected_at", "din")
    return tuple(_view(row) for row in rows)


def acceptance_of(din: str) -> CollectionView | None:
    """What was said of one collection; None where there is none."""
    row = None if "\x00" in din else Collection.objects.filter(din=din).first()
    return None if row is None else _view(row)


def _view(row: Collection) -> CollectionView:
    return CollectionView(
        din=row.din,
        collected_at=row.collected_at,
        acceptance=Acceptance(row.acceptance),
        plan_changes=tuple(map(PlanChange, row.plan_changes)),
        judged_at=row.judged_at,
    )

"""What was answered to a scan."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from coi.models import Scan


def answer_of(scan_id: UUID) -> dict[str, Any] | None:
    """The answer that this very request got; None where there was none."""
    answer: dict[str, Any] | None = Scan.objects.filter(id=scan_id).values_list("answer", flat=True).first()
    return answer


def keyed_scans(orders: Collection[UUID | str]) -> list[UUID]:
    """Which scans of journeys (by their orders' ids) were entered by hand; a scan's id is that of its request."""
    keys: Any = list(orders)
    return list(Scan.objects.filter(order__in=keys, is_keyed=True).values_list("id", flat=True))

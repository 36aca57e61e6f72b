"""What was answered to a scan."""

from typing import Any
from uuid import UUID

from coi.models import Scan


def answer_of(scan_id: UUID) -> dict[str, Any] | None:
    """The answer that this very request got; None where there was none."""
    answer: dict[str, Any] | None = Scan.objects.filter(id=scan_id).values_list("answer", flat=True).first()
    return answer

"""The containers of a journey, for services and simulations (pages use `journeys`, which asks who is looking)."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from coi.models import Container, LabelCopy
from coi.rules.journey import ContainerStatus, CopyStatus


@dataclass(frozen=True)
class ContainerView:
    """One container and the code of the label copy that counts now (empty when there is none)."""

    id: str
    code: str
    kind: str
    status: ContainerStatus
    batch: str
    label: str
    number: int
    custodian: str


def containers_of(coi_id: str) -> tuple[ContainerView, ...]:
    """Every container of the journey, in the order in which they were made (one statement)."""
    copies = LabelCopy.objects.filter(container=OuterRef("pk")).exclude(status=CopyStatus.VOID)
    rows = (
        Container.objects.filter(order__coi_id=coi_id)
        .annotate(live_label=Subquery(copies.order_by("-number").values("code")[:1]))
        .select_related("batch")
        .order_by("made_at", "code")
    )
    return tuple(
        ContainerView(
            id=str(row.id),
            code=row.code,
            kind=row.kind,
            status=ContainerStatus(row.status),
            batch=row.batch.code if row.batch else "",
            label=row.live_label or "",
            number=row.number,
            custodian=row.custodian_id,
        )
        for row in rows
    )

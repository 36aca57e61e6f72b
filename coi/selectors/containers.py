"""The containers of a journey, for services and simulations (pages use `journeys`, which asks who is looking)."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from coi.models import Container, LabelCopy
from coi.rules.journey import ContainerStatus, CopyStatus
from coi.rules.protocol import CASSETTE


@dataclass(frozen=True)
class ContainerView:
    """One container, and the code of the copy that counts now of its label and its cassette's (empty without)."""

    id: str
    code: str
    kind: str
    status: ContainerStatus
    batch: str
    label: str
    cassette: str
    number: int
    custodian: str


def containers_of(coi_id: str) -> tuple[ContainerView, ...]:
    """Every container of the journey, in the order in which they were made (one statement)."""
    rows = (
        Container.objects.filter(order__coi_id=coi_id)
        .annotate(live_label=_live(""), live_cassette=_live(CASSETTE))
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
            cassette=row.live_cassette or "",
            number=row.number,
            custodian=row.custodian_id,
        )
        for row in rows
    )


def _live(carrier: str) -> Subquery:
    copies = LabelCopy.objects.filter(container=OuterRef("pk"), carrier=carrier)
    return Subquery(copies.exclude(status=CopyStatus.VOID).order_by("-number").values("code")[:1])

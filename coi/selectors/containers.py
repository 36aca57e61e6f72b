"""The containers of a journey, for services and simulations (pages use `journeys`, which asks who is looking)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from coi.models import Container, LabelCopy
from coi.rules.journey import ContainerStatus, CopyStatus, OrderKind
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


@dataclass(frozen=True)
class Whereabouts:
    """What a container's chain leads to: its batch and its collection (each empty without one)."""

    code: str
    batch: str
    collection: str
    coi_id: str


def whereabouts(codes: Collection[str]) -> dict[str, Whereabouts]:
    """Containers by their own code or by the code of a copy of their label that is applied (two statements)."""
    asked = [code for code in codes if "\x00" not in code]
    rows = Container.objects.select_related("batch", "collection", "order")
    copies = LabelCopy.objects.filter(code__in=asked, status=CopyStatus.APPLIED)
    found = {row.code: _whereabouts(row) for row in rows.filter(code__in=asked)}
    by_label = copies.select_related("container__batch", "container__collection", "container__order")
    return found | {copy.code: _whereabouts(copy.container) for copy in by_label}


def _whereabouts(row: Container) -> Whereabouts:
    return Whereabouts(
        code=row.code,
        batch=row.batch.code if row.batch is not None else "",
        collection=row.collection.din if row.collection is not None else "",
        coi_id=row.order.coi_id,
    )


@dataclass(frozen=True)
class Keepable:
    """A container as far as a study asks: of which batch, whose order, where, and since when."""

    id: str
    code: str
    kind: str
    status: ContainerStatus
    batch: str
    order_kind: OrderKind
    custodian: str
    made_at: datetime


def keepable(codes: Collection[str]) -> dict[str, Keepable]:
    """Containers by their code, by code; unknown ones are not there (one statement)."""
    asked = [code for code in codes if "\x00" not in code]
    rows = Container.objects.select_related("batch", "order").filter(code__in=asked)
    return {
        row.code: Keepable(
            id=str(row.id),
            code=row.code,
            kind=row.kind,
            status=ContainerStatus(row.status),
            batch=row.batch.code if row.batch is not None else "",
            order_kind=OrderKind(row.order.kind),
            custodian=row.custodian_id,
            made_at=row.made_at,
        )
        for row in rows
    }

"""Batches for quality: a list of them, everything known of some, and the lock under which one is decided.

A dossier costs a fixed number of statements for any number of batches.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from coi.models import (
    Batch,
    Container,
    ContainerParent,
    Deviation,
    Handover,
    Hold,
    LabelCopy,
    Order,
    StepRecord,
)
from coi.rules.batches import (
    BatchContainer,
    BatchDeviation,
    BatchHandover,
    BatchHold,
    BatchStep,
    BatchSummary,
    Dossier,
    is_reached,
    producers_among,
)
from coi.rules.deviations import DeviationState
from coi.rules.dispositions import DECIDED_BY
from coi.rules.genealogy import Source
from coi.rules.journey import CAUTIONED, ContainerStatus, CopyStatus, Disposition, OrderKind
from coi.rules.labels_reconciliation import CopyFacts
from coi.selectors.labels import copies_of_batches, copy_facts
from coi.selectors.visible import of_viewer, sites_of
from people.rules.authority import Person

MOST = 200
DECIDED = tuple(DECIDED_BY)


def undecided_batches(viewer: Person, at: datetime) -> tuple[BatchSummary, ...]:
    """Batches at the viewer's sites that are not decided on yet, the oldest first."""
    found = _at_sites_of(viewer, at).exclude(disposition__in=DECIDED).order_by("started_at", "code")
    return tuple(_summary(row) for row in found[:MOST])


def decided_batches(viewer: Person, at: datetime, most: int = 50) -> tuple[BatchSummary, ...]:
    """Batches at the viewer's sites that are released, in whatever way, or rejected, the newest first."""
    found = _at_sites_of(viewer, at).filter(disposition__in=DECIDED).order_by("-started_at", "code")
    return tuple(_summary(row) for row in found[:most])


def watched_batches(viewer: Person, at: datetime) -> tuple[BatchSummary, ...]:
    """Batches at the viewer's sites that were let go while results might be pending, the oldest first."""
    found = _at_sites_of(viewer, at).filter(disposition__in=CAUTIONED)
    return tuple(_summary(row) for row in found.order_by("started_at", "code")[:MOST])


def visible_batch(viewer: Person, code: str, at: datetime) -> BatchSummary | None:
    """A batch at one of the viewer's sites; None for all others."""
    row = None if "\x00" in code else _at_sites_of(viewer, at).filter(code=code).first()
    return None if row is None else _summary(row)


def batch_by_code(code: str) -> BatchSummary | None:
    """A batch, for services, which ask for authority themselves."""
    row = None if "\x00" in code else _rows().filter(code=code).first()
    return None if row is None else _summary(row)


def batches_by_code(codes: Collection[str]) -> dict[str, BatchSummary]:
    """Several of them by their codes; codes of no batch are not there (one statement)."""
    return {row.code: _summary(row) for row in _rows().filter(code__in=list(codes))}


def batches_begun(sites: Collection[str], since: datetime, until: datetime) -> tuple[BatchSummary, ...]:
    """Those begun at these sites in [since, until), the oldest first (one statement)."""
    rows = _rows().filter(site__in=sorted(sites), started_at__gte=since, started_at__lt=until)
    return tuple(_summary(row) for row in rows.order_by("started_at", "code"))


def lock_batch(code: str) -> BatchSummary | None:
    """The batch, with its journey locked as scans lock it: nothing of it changes until the transaction ends."""
    found = Batch.objects.filter(code=code).values("order")
    Order.objects.select_for_update(no_key=True).filter(id__in=found).first()
    return batch_by_code(code)


def lock_journeys(batches: Collection[str]) -> None:
    """The journeys of several batches, by code, locked as scans lock theirs, in the same order (one statement)."""
    found = Batch.objects.filter(code__in=list(batches)).values("order")
    list(Order.objects.select_for_update(no_key=True).filter(id__in=found).order_by("id").values_list("id"))


def sources_of(batch: BatchSummary) -> dict[str, Source]:
    """The containers of a batch by their codes, as sources of results, in the order in which they were made (one
    statement)."""
    rows = Container.objects.filter(batch=UUID(batch.id)).order_by("made_at", "code")
    return {
        row.code: Source(str(row.pk), row.code, row.kind, ContainerStatus(row.status), row.made_at)
        for row in rows
    }


def producers_of(batch: BatchSummary) -> frozenset[int]:
    """As of its dossier (two statements)."""
    containers = frozenset(source.id for source in sources_of(batch).values())
    steps = _steps([UUID(batch.order_id)])[batch.coi_id]
    return producers_among(_steps_of(batch, containers, steps), batch.site)


def dossier(batch: BatchSummary) -> Dossier:
    """Everything known of one batch."""
    return dossiers([batch])[batch.id]


def dossiers(batches: Sequence[BatchSummary]) -> dict[str, Dossier]:
    """Everything known of batches, by id (seven statements, however many batches and whatever their history)."""
    ids = [batch.id for batch in batches]
    orders = list(Batch.objects.filter(id__in=ids).values_list("order_id", flat=True))
    copies = copies_of_batches(ids)
    containers = _containers(ids, copies)
    parents = _parents(orders)
    steps, handovers, holds = _steps(orders), _handovers(ids), _holds(orders)
    deviations = _deviations({c.id for own in containers.values() for c in own})
    return {
        batch.id: _gathered(
            batch,
            containers=tuple(containers[batch.id]),
            parents=tuple(parents[batch.coi_id]),
            steps=steps[batch.coi_id],
            handovers=tuple(handovers[batch.id]),
            holds=holds[batch.coi_id],
            deviations=deviations,
            labels=tuple(copy_facts(copy) for copy in copies if str(copy.container.batch_id) == batch.id),
        )
        for batch in batches
    }


def _gathered(
    batch: BatchSummary,
    *,
    containers: tuple[BatchContainer, ...],
    parents: tuple[tuple[str, str], ...],
    steps: Iterable[tuple[str, BatchStep]],
    handovers: tuple[BatchHandover, ...],
    holds: Iterable[tuple[str, BatchHold]],
    deviations: Iterable[tuple[frozenset[str], BatchDeviation]],
    labels: tuple[CopyFacts, ...],
) -> Dossier:
    ids = frozenset(container.id for container in containers)
    return Dossier(
        batch=batch,
        containers=containers,
        parents=tuple(pair for pair in parents if pair[0] in ids),
        steps=_steps_of(batch, ids, steps),
        handovers=handovers,
        holds=tuple(hold for held, hold in holds if is_reached(held, list(ids), parents)),
        deviations=tuple(deviation for named, deviation in deviations if not ids.isdisjoint(named)),
        labels=labels,
    )


def _steps_of(
    batch: BatchSummary, containers: frozenset[str], steps: Iterable[tuple[str, BatchStep]]
) -> tuple[BatchStep, ...]:
    """Of the steps of a journey those of the batch: recorded of it, or of a container of its."""
    return tuple(it for own, it in steps if own == batch.id or not containers.isdisjoint(it.containers))


def _rows() -> QuerySet[Batch]:
    return Batch.objects.select_related("order__product", "site")


def _at_sites_of(viewer: Person, at: datetime) -> QuerySet[Batch]:
    sites: Any = sites_of(viewer, at)
    return _rows().filter(of_viewer(viewer, at, "order__"), site__in=sites)


def _summary(row: Batch) -> BatchSummary:
    order = row.order
    return BatchSummary(
        id=str(row.pk),
        code=row.code,
        order_id=str(order.pk),
        coi_id=order.coi_id,
        order_kind=OrderKind(order.kind),
        product=order.product.code,
        product_name=order.product.name,
        site=row.site_id,
        started_at=row.started_at,
        disposition=Disposition(row.disposition),
        protocol_id=str(order.protocol_id),
        specification_id=str(order.specification_id or ""),
        zone=row.site.zone,
        component=row.component,
    )


def _containers(batches: Collection[Any], labels: Iterable[LabelCopy]) -> dict[str, list[BatchContainer]]:
    rows = Container.objects.select_related("collection", "batch").filter(batch__in=batches)
    copies: dict[UUID, LabelCopy] = {}
    for copy in labels:  # of one container the earlier number first
        if copy.status != CopyStatus.VOID and not copy.carrier:
            copies[copy.container_id] = copy
    found: dict[str, list[BatchContainer]] = defaultdict(list)
    for row in rows.order_by("made_at", "code"):
        found[str(row.batch_id)].append(_container(row, copies.get(row.pk)))
    return found


def _container(row: Container, copy: LabelCopy | None) -> BatchContainer:
    made_here = row.batch.site_id if row.batch is not None else row.custodian_id
    return BatchContainer(
        id=str(row.pk),
        code=row.code,
        kind=row.kind,
        status=ContainerStatus(row.status),
        custodian=row.custodian_id,
        origin=row.collection.site_id if row.collection is not None else made_here,
        made_at=row.made_at,
        expires_at=row.expires_at,
        label=copy.code if copy is not None else "",
        is_label_applied=copy is not None and copy.status == CopyStatus.APPLIED,
    )


def _parents(orders: Collection[UUID]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = ContainerParent.objects.filter(order__in=orders).values_list(
        "order__coi_id", "child_id", "parent_id"
    )
    for coi_id, child, parent in rows.order_by("child_id", "parent_id"):
        found[coi_id].append((str(child), str(parent)))
    return found


def _steps(orders: Collection[UUID]) -> dict[str, list[tuple[str, BatchStep]]]:
    found: dict[str, list[tuple[str, BatchStep]]] = defaultdict(list)
    rows = StepRecord.objects.select_related("order").filter(order__in=orders)
    for row in rows.order_by("at", "step", "subject", "occurrence"):
        found[row.order.coi_id].append((str(row.batch or ""), _step(row)))
    return found


def _step(row: StepRecord) -> BatchStep:
    return BatchStep(
        step=row.step,
        subject=str(row.subject),
        occurrence=row.occurrence,
        at=row.at,
        site=row.site_id,
        performer_id=row.performer_id,
        performer=row.performer_name,
        witness_id=row.witness_id,
        witness=row.witness_name,
        containers=tuple(str(container) for container in row.containers),
        values=row.values,
        stock=tuple(row.stock),
    )


def _handovers(batches: Collection[Any]) -> dict[str, list[BatchHandover]]:
    found: dict[str, list[BatchHandover]] = defaultdict(list)
    rows = Handover.objects.select_related("container").filter(container__batch__in=batches)
    for row in rows.order_by("at", "container_id"):
        found[str(row.container.batch_id)].append(
            BatchHandover(
                container=str(row.container_id),
                giver_site=row.giver_site_id,
                giver=row.giver_name,
                receiver_site=row.receiver_site_id,
                receiver=row.receiver_name,
                at=row.at,
            )
        )
    return found


def _holds(orders: Collection[UUID]) -> dict[str, list[tuple[str, BatchHold]]]:
    found: dict[str, list[tuple[str, BatchHold]]] = defaultdict(list)
    rows = Hold.objects.select_related("order", "container", "deviation").filter(order__in=orders)
    for row in rows.order_by("placed_at", "id"):
        hold = BatchHold(
            id=str(row.pk),
            container=row.container.code,
            reason=row.reason_code,
            placed_at=row.placed_at,
            released_at=row.released_at,
            deviation=row.deviation.code if row.deviation is not None else "",
        )
        found[row.order.coi_id].append((str(row.container_id), hold))
    return found


def _deviations(containers: Collection[str]) -> list[tuple[frozenset[str], BatchDeviation]]:
    """By the containers that they name, whoever's journey they were opened in: a mix-up concerns two."""
    named: Q = Q(containers__has_any_keys=sorted(containers))
    rows: Iterable[Any] = Deviation.objects.filter(named).order_by("code") if containers else ()
    return [
        (
            frozenset(str(container) for container in row.containers),
            BatchDeviation(
                code=row.code,
                grade=row.grade,
                state=DeviationState(row.state),
                trigger=row.trigger,
                opened_at=row.opened_at,
                cause=row.cause_code,
                outcome=row.disposition_code,
            ),
        )
        for row in rows
    ]

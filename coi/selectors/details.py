"""One journey as its page shows it: containers and their tree, custody, labels, holds, what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from coi.models import Alias, Batch, Container, LabelCopy, Order, Patient
from coi.rules import genealogy
from coi.rules.aliases import PERSONAL
from coi.rules.custody import CustodyTransfer
from coi.rules.journey import ContainerStatus, CopyStatus, Disposition, Known, OrderKind
from coi.rules.labels_reconciliation import Account, account_of
from coi.rules.printing import JobState, Shown, shown
from coi.rules.protocol import Party, Protocol
from coi.rules.retention import Kept
from coi.rules.waiting import Waiting, waits_for
from coi.rules.weights import WeightView
from coi.selectors.acceptance import CollectionView, collections_with_acceptance
from coi.selectors.custody import transfers_of
from coi.selectors.journeys import NOWHERE, Countdown, countdown_of
from coi.selectors.known import gather
from coi.selectors.labels import copy_facts
from coi.selectors.protocols import pinned_protocol, titles_of
from coi.selectors.quality import (
    DeviationRow,
    HoldRow,
    NearMissRow,
    deviations_of,
    holds_of,
    near_misses_of,
)
from coi.selectors.retention import SITES, journey_kept, lived, rules_in_force
from coi.selectors.visible import visible_orders
from coi.selectors.weights import weights_of
from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.authority import Person


@dataclass(frozen=True)
class PartyView:
    """A site that takes part, and as what."""

    party: str
    code: str
    name: str
    zone: str


@dataclass(frozen=True)
class CopyView:
    """One printed copy of a label."""

    code: str
    number: int
    status: CopyStatus
    issued_at: datetime
    voided_at: datetime | None
    void_reason: str
    has_file: bool
    is_open: bool = False
    job: Shown | None = None
    trouble: str = ""


@dataclass(frozen=True)
class LabelView:
    """One label in all its copies, the first copy first. `carrier`: what wears it; empty for the container itself."""

    carrier: str
    copies: tuple[CopyView, ...]

    @property
    def live(self) -> CopyView | None:
        """The copy that counts now."""
        return next((copy for copy in reversed(self.copies) if copy.status is not CopyStatus.VOID), None)

    @property
    def last(self) -> CopyView:
        """The newest copy, void or not."""
        return self.copies[-1]

    @property
    def open_copies(self) -> int:
        """Printed copies of which nobody has said what became of them."""
        return sum(1 for copy in self.copies if copy.is_open)


@dataclass(frozen=True)
class ContainerView:
    """One container with its labels: its own, and its cassette's where it has one."""

    id: str
    code: str
    kind: str
    number: int
    total: int
    status: ContainerStatus
    custodian: str
    custodian_name: str
    place: str
    batch: str
    made_at: datetime
    expires_at: datetime | None
    hold_until: datetime | None
    is_held: bool
    parents: tuple[str, ...]
    labels: tuple[LabelView, ...]

    @property
    def is_reprintable(self) -> bool:
        """Whether its labels may still be replaced."""
        return self.status in (ContainerStatus.UNLABELLED, ContainerStatus.AVAILABLE)


@dataclass(frozen=True)
class BatchView:
    """One batch, and which component of the dose it is (empty where a dose is one product)."""

    code: str
    disposition: Disposition
    component: str


@dataclass(frozen=True)
class AliasView:
    """Another party's identifier, retired or not; its value is empty where it is personal."""

    id: UUID
    kind: str
    issuer: str
    value: str
    added_at: datetime
    added_by: str
    retired_at: datetime | None
    retired_by: str
    retire_reason: str

    @property
    def is_current(self) -> bool:
        """Whether it still finds the journey."""
        return self.retired_at is None


@dataclass(frozen=True)
class Journey:
    """Everything about one journey."""

    coi_id: str
    kind: OrderKind
    product: str
    protocol: str
    protocol_id: str
    specification: str
    specification_id: str
    phase: str
    ordered_at: datetime
    closed_at: datetime | None
    zone: str
    patient: UUID | None
    parties: tuple[PartyView, ...]
    waits: tuple[Waiting, ...]
    countdown: Countdown | None
    steps: tuple[tuple[str, str, int], ...]
    collections: tuple[CollectionView, ...]
    batches: tuple[BatchView, ...]
    containers: tuple[ContainerView, ...]
    handovers: tuple[CustodyTransfer, ...]
    aliases: tuple[AliasView, ...]
    holds: tuple[HoldRow, ...]
    deviations: tuple[DeviationRow, ...]
    near_misses: tuple[NearMissRow, ...]
    weights: tuple[WeightView, ...] = ()
    kept: tuple[Kept, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_patient(self) -> bool:
        """Whether it is of a patient, and no engineering or validation run."""
        return self.patient is not None

    @property
    def steps_done(self) -> int:
        """How many steps of the protocol were done at least once."""
        return sum(1 for _code, _title, count in self.steps if count)

    @property
    def is_empty(self) -> bool:
        """Whether it is open and nothing of it is left that would have to be closed out."""
        over = (ContainerStatus.CLOSED, ContainerStatus.CONSUMED)
        return self.closed_at is None and all(container.status in over for container in self.containers)

    @property
    def sites(self) -> dict[Party, str]:
        """The codes of the sites that take part, by what they are to it."""
        return {Party(party.party): party.code for party in self.parties}

    @property
    def treating_site(self) -> str:
        """The code of the site that treats the patient."""
        return self.parties[0].code


def journey(viewer: Person, coi_id: str, now: datetime) -> Journey:
    """The journey of this COI id. NotFound where there is none, or none that is the viewer's to see."""
    order = _order(visible_orders(viewer, now), coi_id)
    known = gather(orders=[str(order.id)], check_id="", station=NOWHERE)
    protocol, version = pinned_protocol(str(order.protocol_id))
    titles = titles_of(protocol)
    minutes = {step.hold_until_step: step.hold_minutes for step in protocol.steps} if protocol else {}
    parties = _parties(order)
    names = {party.code: party.name for party in parties}
    facts = known.orders[str(order.id)]
    return Journey(
        coi_id=order.coi_id,
        kind=OrderKind(order.kind),
        product=order.product.name,
        protocol=version,
        protocol_id=str(order.protocol_id),
        specification=_printed(order.specification),
        specification_id=str(order.specification_id or ""),
        phase=order.phase,
        ordered_at=order.ordered_at,
        closed_at=order.closed_at,
        zone=parties[0].zone,
        patient=order.patient_id,
        parties=parties,
        waits=waits_for(known, facts, protocol, now) if protocol else (),
        countdown=countdown_of(known, titles, minutes),
        steps=_progress(known, protocol),
        collections=collections_with_acceptance(order.id),
        batches=_batches(order),
        containers=_containers(order, known, names),
        handovers=transfers_of(order, titles),
        aliases=_aliases(order),
        holds=holds_of(order.id),
        deviations=deviations_of(order.id, now),
        near_misses=near_misses_of(viewer, order.id, now),
        weights=weights_of(order.id),
        kept=_kept(order, known, protocol, now),
        titles=titles,
    )


def _kept(order: Order, known: Known, protocol: Protocol | None, now: datetime) -> tuple[Kept, ...]:
    """How long its records are kept (one statement)."""
    made = [(one.kind, one.expires_at) for one in known.containers.values()]
    return journey_kept(lived(order, protocol, made), rules_in_force(now))


def _printed(version: Any) -> str:
    """A version of a document as people name it: `CODE/3`; empty for none."""
    return f"{version.document.code}/{version.version}" if version is not None else ""


def _order(found: QuerySet[Order], coi_id: str) -> Order:
    rows = found.select_related("product", "specification__document", *SITES)
    order = None if "\x00" in coi_id else rows.filter(coi_id=coi_id).first()
    if order is None:
        raise NotFound("order_unknown")
    return order


def _parties(order: Order) -> tuple[PartyView, ...]:
    sites = {site.code: site for site in people.sites()}
    codes = (
        ("treating", order.treating_site_id),
        ("collection", order.collection_site_id),
        ("courier", order.courier_site_id),
        ("manufacturer", order.manufacturing_site_id),
    )
    return tuple(PartyView(party, code, sites[code].name, sites[code].zone) for party, code in codes)


def _progress(known: Known, protocol: Protocol | None) -> tuple[tuple[str, str, int], ...]:
    """Each step of the protocol and how often it was done."""
    if protocol is None:
        return ()
    counts: dict[str, int] = {}
    for done in known.done:
        counts[done.step] = counts.get(done.step, 0) + 1
    return tuple((step.code, step.title, counts.get(step.code, 0)) for step in protocol.steps)


def _batches(order: Order) -> tuple[BatchView, ...]:
    rows = Batch.objects.filter(order=order).order_by("started_at", "code")
    return tuple(BatchView(row.code, Disposition(row.disposition), row.component) for row in rows)


def _containers(order: Order, known: Known, names: Mapping[str, str]) -> tuple[ContainerView, ...]:
    held = genealogy.descendants(known.held, known.parents)
    codes = {container.id: container.code for container in known.containers.values()}
    labels = _labels(order)
    rows = Container.objects.filter(order=order).select_related("batch").order_by("made_at", "code")
    return tuple(
        ContainerView(
            id=str(row.id),
            code=row.code,
            kind=row.kind,
            number=row.number,
            total=row.total,
            status=ContainerStatus(row.status),
            custodian=row.custodian_id,
            custodian_name=names.get(row.custodian_id, row.custodian_id),
            place=row.place,
            batch=row.batch.code if row.batch else "",
            made_at=row.made_at,
            expires_at=row.expires_at,
            hold_until=row.hold_until,
            is_held=str(row.id) in held,
            parents=tuple(sorted(codes[p] for child, p in known.parents if child == str(row.id))),
            labels=labels.get(row.id, ()),
        )
        for row in rows
    )


def _labels(order: Order) -> Mapping[object, tuple[LabelView, ...]]:
    """The labels of each container of the journey."""
    copies: dict[tuple[object, str], list[CopyView]] = {}
    rows = LabelCopy.objects.select_related("container", "job").filter(order=order)
    for row in rows.order_by("carrier", "number"):
        copies.setdefault((row.container_id, row.carrier), []).append(_copy(row))
    labels: dict[object, tuple[LabelView, ...]] = {}
    for (container, carrier), found in copies.items():
        labels[container] = (*labels.get(container, ()), LabelView(carrier, tuple(found)))
    return labels


def _copy(row: LabelCopy) -> CopyView:
    return CopyView(
        code=row.code,
        number=row.number,
        status=CopyStatus(row.status),
        issued_at=row.issued_at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
        has_file=bool(row.file),
        is_open=account_of(copy_facts(row)) is Account.OPEN,
        **_printing(row),
    )


def _printing(row: LabelCopy) -> dict[str, Any]:
    """How the printing of the copy stands, where it was asked for."""
    job = getattr(row, "job", None)
    if job is None:
        return {}
    return {"job": shown(JobState(job.state), CopyStatus(row.status)), "trouble": job.trouble}


def _aliases(order: Order) -> tuple[AliasView, ...]:
    """The journey's own and its patient's, those that count first."""
    mine = Q(order=order)
    if order.patient_id is not None:
        one = Patient.objects.filter(id=order.patient_id).values(root=Coalesce("merged_into", "id"))
        mine |= Q(patient__in=one) | Q(patient__merged_into__in=one)
    rows = Alias.objects.filter(mine).order_by(F("retired_at").asc(nulls_first=True), "kind", "added_at")
    return tuple(
        AliasView(
            id=row.id,
            kind=row.kind,
            issuer=row.issuer_id,
            value="" if row.kind in PERSONAL else row.value_key,
            added_at=row.added_at,
            added_by=row.added_by_name,
            retired_at=row.retired_at,
            retired_by=row.retired_by_name,
            retire_reason=row.retire_reason,
        )
        for row in rows
    )

"""A batch as quality sees it: all that was done, used and found, as plain values. Ids are texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from coi.rules.deviations import DeviationState
from coi.rules.genealogy import descendants
from coi.rules.journey import ContainerStatus, Disposition, OrderKind
from coi.rules.labels_reconciliation import CopyFacts


@dataclass(frozen=True)
class BatchContainer:
    """One container of the batch. `origin` is the site that made it; `label` the copy that counts (or empty)."""

    id: str
    code: str
    kind: str
    status: ContainerStatus
    custodian: str
    origin: str
    made_at: datetime
    expires_at: datetime | None
    label: str = ""
    is_label_applied: bool = False


@dataclass(frozen=True)
class BatchStep:
    """One completed step that touched the batch."""

    step: str
    subject: str
    occurrence: int
    at: datetime
    site: str
    performer_id: int
    performer: str
    witness_id: int | None
    witness: str
    containers: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    stock: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class BatchHandover:
    """Custody of one container passing between sites."""

    container: str
    giver_site: str
    giver: str
    receiver_site: str
    receiver: str
    at: datetime


@dataclass(frozen=True)
class BatchHold:
    """A hold on a container from which the batch, or a part of it, is made. `container` is its code."""

    id: str
    container: str
    reason: str
    placed_at: datetime
    released_at: datetime | None
    deviation: str = ""


@dataclass(frozen=True)
class BatchDeviation:
    """A deviation that names a container of the batch."""

    code: str
    grade: str
    state: DeviationState
    trigger: str
    opened_at: datetime
    cause: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class BatchSummary:
    """One line of a list of batches."""

    id: str
    code: str
    order_id: str
    coi_id: str
    order_kind: OrderKind
    product: str
    product_name: str
    site: str
    started_at: datetime
    disposition: Disposition
    protocol_id: str
    specification_id: str
    zone: str = "UTC"
    component: str = ""


@dataclass(frozen=True)
class Dossier:
    """Everything known of one batch."""

    batch: BatchSummary
    containers: tuple[BatchContainer, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    steps: tuple[BatchStep, ...] = ()
    handovers: tuple[BatchHandover, ...] = ()
    holds: tuple[BatchHold, ...] = ()
    deviations: tuple[BatchDeviation, ...] = ()
    labels: tuple[CopyFacts, ...] = ()

    @property
    def producers(self) -> frozenset[int]:
        """Everybody who performed or witnessed a step of the batch at the site that made it."""
        return producers_among(self.steps, self.batch.site)

    def container(self, code: str) -> BatchContainer | None:
        """The container of the batch with this code, or None."""
        return next((container for container in self.containers if container.code == code), None)


def producers_among(steps: Iterable[BatchStep], site: str) -> frozenset[int]:
    """Everybody who performed or witnessed one of the steps at the site that made the batch."""
    here = [step for step in steps if step.site == site]
    people = {step.performer_id for step in here} | {step.witness_id for step in here}
    return frozenset(person for person in people if person is not None)


def is_reached(held: str, containers: Sequence[str], parents: Sequence[tuple[str, str]]) -> bool:
    """Whether a hold on `held` reaches any of the containers: itself or what was made from it."""
    return not descendants([held], parents).isdisjoint(containers)


def custody_gaps(
    container: BatchContainer, handovers: Sequence[BatchHandover]
) -> tuple[tuple[str, str], ...]:
    """Where a container's chain of custody is broken: (who last had it, who next gave or has it), in time's order."""
    own = sorted((h for h in handovers if h.container == container.id), key=lambda h: h.at)
    had = [container.origin, *(h.receiver_site for h in own)]
    gave = [*(h.giver_site for h in own), container.custodian]
    return tuple((last, following) for last, following in zip(had, gave, strict=True) if last != following)

"""What is known when a scan is decided: plain frozen facts about orders, containers, checks and people.

`coi.selectors` gathers them in one statement; the Hypothesis tests make them up. Ids are texts (UUIDs).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from coi.rules.acceptance import Acceptance, PlanChange
from coi.rules.identifiers import Identifier, IdentifierKind, UnreadableReason
from coi.rules.late import LateClaim, Then
from coi.rules.protocol import Party
from people.rules.authority import Person
from people.rules.qualifications import Required


class OrderKind(StrEnum):
    """Only a patient's order may ever be infused."""

    PATIENT = "patient"
    ENGINEERING = "engineering"
    VALIDATION = "validation"


class Phase(StrEnum):
    """The phase of development in which a patient is treated: which specification applies."""

    ONE = "1"
    ONE_TWO = "1/2"
    TWO = "2"
    TWO_THREE = "2/3"
    THREE = "3"
    COMMERCIAL = "commercial"


class JourneyEnd(StrEnum):
    """Why a journey ends without an infusion, or before anything was collected."""

    WITHDRAWN = "withdrawn"
    NOT_MANUFACTURED = "not_manufactured"
    PATIENT_UNFIT = "patient_unfit"
    PATIENT_DIED = "patient_died"


class ContainerStatus(StrEnum):
    """Where a container stands in its life."""

    UNLABELLED = "unlabelled"
    AVAILABLE = "available"
    THAWED = "thawed"
    CONSUMED = "consumed"
    INFUSED = "infused"
    CLOSED = "closed"


class CopyStatus(StrEnum):
    """Where one printed copy of a label stands."""

    ISSUED = "issued"
    PRINTED = "printed"
    APPLIED = "applied"
    VOID = "void"


class Fate(StrEnum):
    """What became of one printed copy of a label: each that was printed is accounted for (21 CFR 211.125).

    The copy on its container is used, without anybody saying so; a lost one opens a deviation.
    """

    UNKNOWN = ""
    USED = "used"
    SPOILED = "spoiled"
    DESTROYED = "destroyed"
    RETAINED = "retained"
    LOST = "lost"


class Disposition(StrEnum):
    """A batch's disposition; `qc` alone moves it, through `coi.services.record_disposition`.

    Released conditionally: results that may come after the release are pending. Released exceptionally: it is out of
    specification, and a physician asked for it for this patient.
    """

    IN_PROCESS = "in_process"
    TESTING = "testing"
    QA_REVIEW = "qa_review"
    RELEASED = "released"
    CONDITIONALLY_RELEASED = "conditionally_released"
    EXCEPTIONALLY_RELEASED = "exceptionally_released"
    REJECTED = "rejected"

    @property
    def is_release(self) -> bool:
        """Whether quality let the batch go, outright or with something to be told to whoever uses it."""
        return self is Disposition.RELEASED or self in CAUTIONED


# Releases of which whoever receives or infuses the product is told before they go on.
CAUTIONED = (Disposition.CONDITIONALLY_RELEASED, Disposition.EXCEPTIONALLY_RELEASED)


class CheckState(StrEnum):
    """One attempt at a step."""

    OPEN = "open"
    COMPLETE = "complete"
    STOPPED = "stopped"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class OrderFacts:
    """One course of therapy and whose sites take part in it.

    `is_reconciling`: somebody asked to change who the patient is, and nobody has decided it yet.
    """

    id: str
    coi_id: str
    kind: OrderKind
    is_open: bool
    sites: Mapping[Party, str]
    protocol_id: str
    is_reconciling: bool = False


@dataclass(frozen=True)
class ContainerFacts:
    """One bag, vial, tube, vessel or sample."""

    id: str
    order_id: str
    code: str
    kind: str
    status: ContainerStatus
    custodian: str
    batch_id: str = ""
    expires_at: datetime | None = None
    hold_until: datetime | None = None
    hold_step: str = ""
    collection_id: str = ""


@dataclass(frozen=True)
class CollectionFacts:
    """One collection: what quality said of it as starting material, and what the plan became."""

    id: str
    acceptance: Acceptance
    plan_changes: tuple[PlanChange, ...] = ()


@dataclass(frozen=True)
class DoneStep:
    """A completed step, for one subject (order, batch or container id) and the containers that took part in it.

    `at`: when it was recorded; `performed_at`: when it was done, of a late entry alone.
    """

    step: str
    subject: str
    at: datetime
    by: str
    containers: tuple[str, ...] = ()
    performed_at: datetime | None = None


@dataclass(frozen=True)
class ItemScan:
    """One item that one person scanned in a check. `item` is an Item, `lot:<material>` or `equipment:<kind>`.

    `target` is the container's id or the code scanned, `ref` the row behind it (the label copy, say).
    """

    user_id: int
    item: str
    target: str
    at: datetime
    ref: str = ""


@dataclass(frozen=True)
class CheckFacts:
    """One attempt at a step, as stored. `performed_at`: when the first person's part was complete.

    `late`: that the step was done before, and what is claimed of it.
    """

    id: str
    order_id: str
    step: str
    station: str
    state: CheckState
    performer_id: int
    performer_name: str
    subjects: tuple[str, ...] = ()
    batch_id: str = ""
    scans: tuple[ItemScan, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    performed_at: datetime | None = None
    witness_id: int | None = None
    late: LateClaim | None = None


@dataclass(frozen=True)
class Known:
    """Everything known of the journeys that one scan concerns.

    `components`: by batch, which component of the dose it is, where a dose has several.
    `uncased`: containers for whose cassette a label was issued that is still to be scanned back.
    `scanner_until`: how long the scanner of this station counts as qualified; None when it does not at all.
    `then`: what stood at the time that a late entry claims; None where it is none.
    """

    orders: Mapping[str, OrderFacts] = field(default_factory=dict)
    containers: Mapping[str, ContainerFacts] = field(default_factory=dict)
    parents: tuple[tuple[str, str], ...] = ()
    held: frozenset[str] = frozenset()
    dispositions: Mapping[str, Disposition] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    collections: Mapping[str, CollectionFacts] = field(default_factory=dict)
    done: tuple[DoneStep, ...] = ()
    checks: Mapping[str, CheckFacts] = field(default_factory=dict)
    void_copies: frozenset[str] = frozenset()
    uncased: frozenset[str] = frozenset()
    place_order: str = ""
    open_stop: str = ""
    scanner_until: datetime | None = None
    then: Then | None = None


@dataclass(frozen=True)
class Target:
    """What a readable barcode names; `ref` is the id of its row. Fields that do not fit the kind stay empty.

    `sort`: which material or kind of device; of a label what wears it, if not the container itself.

    `missing`: elements that a supplier's label of this material carries, and that were not read.
    """

    kind: IdentifierKind
    key: str
    order_id: str = ""
    container_id: str = ""
    copy_status: CopyStatus | None = None
    ref: str = ""
    sort: str = ""
    is_usable: bool = True
    why_not: str = ""
    missing: tuple[str, ...] = ()


ALONE = -1


@dataclass(frozen=True)
class Reading:
    """One barcode of a request, or one part of it: read or not, found or not.

    `group` numbers the barcode of which this is one part among several; `ALONE` where it is all of it.
    """

    identifier: Identifier | None
    unreadable: UnreadableReason | None = None
    target: Target | None = None
    group: int = ALONE


@dataclass(frozen=True)
class StationFacts:
    """The scan station: where it stands, which steps it may do, and the programmes that its site needs."""

    code: str
    site: str
    steps: frozenset[str]
    place: str = ""
    is_single_patient: bool = False
    zone: str = "UTC"
    required: tuple[Required, ...] = ()


class PinState(StrEnum):
    """What came of the PIN in the request."""

    ABSENT = "absent"
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True)
class Attempt:
    """One person's request, read and looked up. `now` is given from outside; `late`: it begins a late entry."""

    now: datetime
    station: StationFacts
    person: Person | None
    badge_state: str
    readings: tuple[Reading, ...]
    check_id: str = ""
    step: str = ""
    pin: PinState = PinState.ABSENT
    values: Mapping[str, str] = field(default_factory=dict)
    late: LateClaim | None = None

"""Facts for the rules, made up: patients at every stage of the demonstration's protocol, people, stations, barcodes.

A `Scene` is one request and everything known when it is judged. Tests take one that is accepted, change one thing in
it and judge it again, so that a refusal cannot come from somewhere else.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coi.rules import protocol
from coi.rules.identifiers import Element, Identifier, IdentifierKind, UnreadableReason
from coi.rules.interlocks import Decision, decide
from coi.rules.journey import (
    Attempt,
    CheckFacts,
    CollectionFacts,
    ContainerFacts,
    ContainerStatus,
    CopyStatus,
    Disposition,
    DoneStep,
    Known,
    OrderFacts,
    OrderKind,
    PinState,
    Reading,
    StationFacts,
    Target,
)
from coi.rules.late import LateClaim, Then
from coi.rules.protocol import Party, Protocol, Scope, Step
from people.rules.authority import Grant, Person, Training
from people.rules.roles import Role

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=60)
HOSPITAL, COURIER, PLANT, ELSEWHERE = "NORTH", "SWIFT", "CELLS", "SOUTH"
SITES = {
    Party.TREATING: HOSPITAL,
    Party.COLLECTION: HOSPITAL,
    Party.COURIER: COURIER,
    Party.MANUFACTURER: PLANT,
}
TOPICS = ("apheresis", "manufacturing", "thaw", "infusion")


def _protocol() -> Protocol:
    content = json.loads((ROOT / "config" / "demonstration" / "cd19_protocol.json").read_text())
    parsed, faults = protocol.parse(content)
    assert parsed is not None, faults
    return parsed


PROTOCOL = _protocol()


def step(code: str) -> Step:
    """A step of the protocol."""
    found = PROTOCOL.step(code)
    assert found is not None
    return found


def person(
    user_id: int, *roles: Role, sites: Iterable[str] = (HOSPITAL,), topics: Iterable[str] = TOPICS
) -> Person:
    """Somebody with these roles at these sites, trained in these topics."""
    return Person(
        user_id=user_id,
        printed_name=f"Person {user_id}",
        is_active=True,
        grants=tuple(Grant(role, site, LONG_AGO) for role in roles for site in sites),
        training=tuple(Training(topic, LONG_AGO, NOW + timedelta(days=300)) for topic in topics),
    )


def able(user_id: int) -> Person:
    """Somebody who may do everything everywhere: for tests that are not about authority."""
    return person(user_id, *Role, sites=(HOSPITAL, COURIER, PLANT))


def station(site: str = HOSPITAL, *steps: str, is_single_patient: bool = True) -> StationFacts:
    """A station at a place for one patient; without steps named it may do all."""
    codes = frozenset(steps or (s.code for s in PROTOCOL.steps))
    return StationFacts(f"VS{site}", site, codes, place=f"VP{site}", is_single_patient=is_single_patient)


# -- journeys ---------------------------------------------------------------------------------------------------------


_STAGES = {  # stage: steps done by then
    "enrolled": (),
    "collected": ("identify", "collect"),
    "labelled": ("label_collection", "end_collection"),
    "arrived": ("send_collection", "receive_collection"),
    "cultured": ("start_batch", "select_split", "label_culture"),
    "transduced": ("transduce",),
    "filled": ("pool", "label_harvest", "fill", "label_bag", "into_cassette", "freeze"),
    "ready": ("ship", "receive_product", "patient_ready"),
    "thawed": ("thaw",),
    "checked": ("bedside",),
    "running": ("infuse_start",),
}
STAGES = tuple(_STAGES)
# kind: (how many, first stage, stage in which it is used up)
_KINDS = {
    "apheresis_bag": (1, "collected", "cultured"),
    "culture": (2, "cultured", "filled"),
    "harvest": (1, "filled", "filled"),
    "product_bag": (2, "filled", ""),
    "sample": (1, "transduced", ""),
}
_PARENT = {"culture": "apheresis_bag", "harvest": "culture", "product_bag": "harvest", "sample": "culture"}


@dataclass(frozen=True)
class Journey:
    """One patient's facts at one stage."""

    order: OrderFacts
    containers: dict[str, ContainerFacts]
    parents: tuple[tuple[str, str], ...]
    done: tuple[DoneStep, ...]
    disposition: Disposition

    @property
    def batch_id(self) -> str:
        return f"batch-{self.order.id}"


def journey(name: str, stage: str, *, number: int = 1, kind: OrderKind = OrderKind.PATIENT) -> Journey:
    """A patient's journey as it stands after the stage. Ids begin with the patient's name."""
    order = OrderFacts(f"{name}-order", f"CHA99992600000{number}", kind, True, SITES, "protocol")
    at = STAGES.index(stage)
    containers = {c.id: c for kind in _KINDS for c in _containers(order, name, kind, at)}
    parents = tuple(
        (c.id, p.id)
        for c in containers.values()
        for p in containers.values()
        if _PARENT.get(c.kind) == p.kind
    )
    is_past = at >= STAGES.index("ready")
    disposition = Disposition.RELEASED if is_past else Disposition.IN_PROCESS
    return Journey(order, containers, parents, tuple(_done(order, containers, at)), disposition)


def _containers(order: OrderFacts, name: str, kind: str, at: int) -> Iterable[ContainerFacts]:
    count, first, last = _KINDS[kind]
    if at < STAGES.index(first):
        return
    for number in range(1, count + 1):
        yield ContainerFacts(
            id=f"{name}-{kind}-{number}",
            order_id=order.id,
            code=f"{name}-{kind}-{number}".upper(),
            kind=kind,
            status=_status(kind, number, last, at),
            custodian=_custodian(kind, at),
            batch_id=f"batch-{order.id}" if at >= STAGES.index("cultured") else "",
            expires_at=NOW + timedelta(days=30),
            hold_until=NOW + timedelta(hours=2) if _is_thawed(kind, number, at) else None,
            hold_step="infuse_end" if _is_thawed(kind, number, at) else "",
        )


def _is_thawed(kind: str, number: int, at: int) -> bool:
    return kind == "product_bag" and number == 1 and at >= STAGES.index("thawed")


def _status(kind: str, number: int, last: str, at: int) -> ContainerStatus:
    if last and at >= STAGES.index(last):
        return ContainerStatus.CONSUMED
    if kind == "apheresis_bag" and at < STAGES.index("labelled"):
        return ContainerStatus.UNLABELLED
    return ContainerStatus.THAWED if _is_thawed(kind, number, at) else ContainerStatus.AVAILABLE


def _custodian(kind: str, at: int) -> str:
    if kind == "apheresis_bag" and at < STAGES.index("arrived"):
        return HOSPITAL
    return HOSPITAL if kind == "product_bag" and at >= STAGES.index("ready") else PLANT


def _done(order: OrderFacts, containers: dict[str, ContainerFacts], at: int) -> Iterable[DoneStep]:
    for n, stage in enumerate(STAGES[: at + 1]):
        for code in _STAGES[stage]:
            found = step(code)
            when = LONG_AGO + timedelta(days=n)
            subjects = [order.id] if found.scope is Scope.ORDER else [f"batch-{order.id}"]
            if found.scope is Scope.CONTAINER:
                subjects = [c.id for c in containers.values() if c.kind in found.kinds]
            if code in ("thaw", "bedside", "infuse_start"):
                subjects = [s for s in subjects if s.endswith("-1")]
            together = tuple(c.id for c in containers.values() if c.kind in found.kinds)
            for subject in subjects:
                took_part = (subject,) if found.scope is Scope.CONTAINER else together
                yield DoneStep(code, subject, when, "Person 9", took_part)


# -- barcodes ---------------------------------------------------------------------------------------------------------


def reading(target: Target) -> Reading:
    """A barcode that was read and found."""
    return Reading(Identifier(target.kind, target.key), None, target)


def label(container: ContainerFacts, status: CopyStatus = CopyStatus.APPLIED, copy: int = 1) -> Reading:
    """A copy of a container's label."""
    key = f"VL{container.id}-{copy}"
    ref = f"copy-{container.id}-{copy}"
    return reading(Target(IdentifierKind.LABEL, key, container.order_id, container.id, status, ref))


def cassette(container: ContainerFacts, status: CopyStatus = CopyStatus.APPLIED, copy: int = 1) -> Reading:
    """A copy of the label of a container's cassette."""
    key, ref = f"VLX{container.id}-{copy}", f"cassette-{container.id}-{copy}"
    at = (container.order_id, container.id, status, ref)
    return reading(Target(IdentifierKind.LABEL, key, *at, sort=protocol.CASSETTE))


def wristband(order: OrderFacts) -> Reading:
    """The patient's wristband."""
    return reading(Target(IdentifierKind.WRISTBAND, f"band-{order.id}", order.id, ref="band"))


def order_code(order: OrderFacts) -> Reading:
    """The order's own barcode."""
    return reading(Target(IdentifierKind.COI, order.coi_id, order.id))


def lot(material: str, why_not: str = "", number: int = 1) -> Reading:
    """A material lot."""
    key = f"VM{material}-{number}"
    return reading(Target(IdentifierKind.LOT, key, sort=material, is_usable=not why_not, why_not=why_not))


def device(kind: str, why_not: str = "") -> Reading:
    """A device."""
    key = f"VE{kind}"
    return reading(Target(IdentifierKind.EQUIPMENT, key, sort=kind, is_usable=not why_not, why_not=why_not))


def shipper(number: int = 1, why_not: str = "") -> Reading:
    """A shipper."""
    key = f"VH{number}"
    return reading(
        Target(IdentifierKind.SHIPPER, key, sort="shipper", is_usable=not why_not, why_not=why_not)
    )


def place(code: str = "VPFREEZER") -> Reading:
    """A place to put away."""
    return reading(Target(IdentifierKind.PLACE, code))


def unknown(kind: IdentifierKind = IdentifierKind.LABEL) -> Reading:
    """Readable, and nothing of ours."""
    return Reading(Identifier(kind, "VLNOBODY"))


def product(*elements: str) -> Reading:
    """Structures or elements that name a product, as pairs of code and value."""
    pairs = zip(elements[::2], elements[1::2], strict=True)
    read = tuple(Element(code, value) for code, value in pairs)
    return Reading(Identifier(IdentifierKind.PRODUCT, "".join(elements), elements=read))


def supplier(lot_no: str = "LOT42A", target: Target | None = None) -> Reading:
    """A supplier's own label."""
    return replace(product("gs1:01", "09506000134352", "gs1:10", lot_no), target=target)


def unreadable() -> Reading:
    """Not readable."""
    return Reading(None, UnreadableReason.NO_FORMAT)


# -- one request ------------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """One request and what is known. Every field may be changed before it is judged."""

    person: Person | None
    station: StationFacts
    readings: list[Reading]
    journeys: dict[str, Journey]
    step: str = ""
    check_id: str = ""
    badge_state: str = "valid"
    pin: PinState = PinState.ABSENT
    values: dict[str, str] = field(default_factory=dict)
    now: datetime = NOW
    held: set[str] = field(default_factory=set)
    uncased: set[str] = field(default_factory=set)
    collections: dict[str, CollectionFacts] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    dispositions: dict[str, Disposition] = field(default_factory=dict)
    checks: dict[str, CheckFacts] = field(default_factory=dict)
    place_order: str = ""
    open_stop: str = ""
    scanner_until: datetime | None = NOW + timedelta(days=30)
    protocol: Protocol | None = PROTOCOL
    late: LateClaim | None = None
    then: Then | None = None

    def decide(self) -> Decision:
        """Judge it."""
        attempt = Attempt(
            now=self.now,
            station=self.station,
            person=self.person,
            badge_state=self.badge_state,
            readings=tuple(self.readings),
            check_id=self.check_id,
            step=self.step,
            pin=self.pin,
            values=self.values,
            late=self.late,
        )
        return decide(attempt, self.known(), self.protocol)

    def known(self) -> Known:
        """What is known of all journeys in it."""
        all_of = self.journeys.values()
        return Known(
            orders={j.order.id: j.order for j in all_of},
            containers={key: c for j in all_of for key, c in j.containers.items()},
            parents=tuple(pair for j in all_of for pair in j.parents),
            held=frozenset(self.held),
            uncased=frozenset(self.uncased),
            collections=dict(self.collections),
            dispositions={j.batch_id: j.disposition for j in all_of} | self.dispositions,
            components=dict(self.components),
            done=tuple(done for j in all_of for done in j.done),
            checks=dict(self.checks),
            place_order=self.place_order,
            open_stop=self.open_stop,
            scanner_until=self.scanner_until,
            then=self.then,
        )

    def container(self, name: str) -> ContainerFacts:
        """A container by id, such as `ann-product_bag-1`."""
        return self.journeys[name.split("-", maxsplit=1)[0]].containers[name]

    def change(self, name: str, **values: object) -> None:
        """Change a container."""
        found = self.journeys[name.split("-", maxsplit=1)[0]].containers
        found[name] = replace(found[name], **values)

    def change_order(self, name: str, **values: object) -> None:
        """Change a patient's order."""
        found = self.journeys[name]
        self.journeys[name] = replace(found, order=replace(found.order, **values))

    def change_check(self, **values: object) -> None:
        """Change the one check."""
        ((key, found),) = self.checks.items()
        self.checks[key] = replace(found, **values)

    def undo(self, code: str, name: str = "ann") -> None:
        """Take a step away from a patient's history."""
        found = self.journeys[name]
        self.journeys[name] = replace(found, done=tuple(d for d in found.done if d.step != code))

    def did(self, code: str, subject: str, name: str = "ann") -> None:
        """Add a step to a patient's history; of a batch, all containers of the step's kinds took part."""
        found = self.journeys[name]
        together = tuple(c.id for c in found.containers.values() if c.kind in step(code).kinds)
        took_part = together if step(code).scope is Scope.BATCH else (subject,)
        done = DoneStep(code, subject, self.now - timedelta(minutes=5), "Person 9", took_part)
        self.journeys[name] = replace(found, done=(*found.done, done))

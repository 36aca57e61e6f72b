"""From one request to the situation it meets: which journey, which check, which step, whose turn, which containers.

`understand` chooses; it refuses nothing. `coi.rules.interlocks` then judges the situation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coi.rules import genealogy
from coi.rules.identifiers import IdentifierKind
from coi.rules.journey import (
    ALONE,
    CAUTIONED,
    Attempt,
    CheckFacts,
    CheckState,
    ContainerFacts,
    ContainerStatus,
    CopyStatus,
    Disposition,
    DoneStep,
    Known,
    OrderFacts,
    Reading,
    Target,
)
from coi.rules.late import LateClaim, stricter
from coi.rules.protocol import Does, Item, Protocol, Scope, Step, WitnessRule


class Part(StrEnum):
    """Whose turn the person of this request takes in the check."""

    PERFORMER = "performer"
    WITNESS = "witness"


@dataclass(frozen=True)
class Situation:
    """What a request is about. `step` is None when several steps fit (`choices`) or none does."""

    attempt: Attempt
    known: Known
    protocol: Protocol | None
    order: OrderFacts | None
    check: CheckFacts | None
    step: Step | None
    part: Part
    subjects: tuple[ContainerFacts, ...] = ()
    choices: tuple[Step, ...] = ()

    @property
    def batch_id(self) -> str:
        """The one batch of the subjects, or empty."""
        return self.subjects[0].batch_id if self.subjects else ""

    @property
    def late(self) -> LateClaim | None:
        """What is claimed of a step that was done before: of its check, else of the request that begins one."""
        return self.check.late if self.check is not None else self.attempt.late

    @property
    def done_at(self) -> datetime:
        """When the step is done: now, or when it was performed. Dates of material are judged by it."""
        return self.late.performed_at if self.late is not None else self.attempt.now

    def targets(self) -> Iterator[Target]:
        """Everything found in the request, in the order scanned."""
        return (r.target for r in self.attempt.readings if r.target is not None)

    def party_site(self) -> str:
        """The site whose authority the person of this request needs."""
        if self.order is None or self.step is None:
            return ""
        party = self.step.party
        if self.part is Part.WITNESS and self.step.receiver is not None:
            party = self.step.receiver
        return self.order.sites.get(party, "")


def understand(attempt: Attempt, known: Known, protocol: Protocol | None) -> Situation:
    """Choose the journey, the check, the step and the person's part."""
    order = _order(attempt, known)
    check = _check(attempt, known, order)
    if check is not None:
        order = known.orders.get(check.order_id, order)
    part = _part(attempt, check)
    bare = Situation(attempt, known, protocol, order, check, None, part)
    if order is None or protocol is None:
        return bare
    choices = _steps(bare, protocol)
    step = choices[0] if len(choices) == 1 else None
    if step is not None and bare.late is not None:
        step = stricter(step)
    subjects = _subjects(bare, step)
    return Situation(
        attempt, known, protocol, order, check, step, part, subjects, choices if step is None else ()
    )


def _order(attempt: Attempt, known: Known) -> OrderFacts | None:
    for reading in attempt.readings:
        if reading.target is not None and reading.target.order_id in known.orders:
            return known.orders[reading.target.order_id]
    return None


def _check(attempt: Attempt, known: Known, order: OrderFacts | None) -> CheckFacts | None:
    """The check named, else the one open on this journey that waits for this person here, or for a witness."""
    if attempt.check_id:
        return known.checks.get(attempt.check_id)
    if order is None or attempt.person is None:
        return None
    scanned = _containers(attempt, known)
    for check in known.checks.values():
        if check.state is not CheckState.OPEN or check.order_id != order.id:
            continue
        if check.step not in attempt.station.steps:  # begun elsewhere, and not to be gone on with here
            continue
        is_mine = check.performer_id == attempt.person.user_id
        is_about_this = not scanned or not check.subjects or scanned[0].id in check.subjects
        waits_for_witness = check.performed_at is not None and check.performer_id != attempt.person.user_id
        if is_about_this and (is_mine or waits_for_witness) and attempt.step in ("", check.step):
            return check
    return None


def _part(attempt: Attempt, check: CheckFacts | None) -> Part:
    if check is not None and check.performed_at is not None:
        return Part.WITNESS
    return Part.PERFORMER


def _containers(attempt: Attempt, known: Known) -> tuple[ContainerFacts, ...]:
    ids = [r.target.container_id for r in attempt.readings if r.target is not None]
    return tuple(known.containers[i] for i in dict.fromkeys(ids) if i in known.containers)


def _subjects(situation: Situation, step: Step | None) -> tuple[ContainerFacts, ...]:
    """The containers that the step is about: those of the check, else the first scanned (all, for a batch).

    A container that was scanned is among them even when its batch has none left in play: it is to be judged.
    """
    known, check, order = situation.known, situation.check, situation.order
    if check is not None and check.subjects:
        return tuple(known.containers[i] for i in check.subjects if i in known.containers)
    scanned = [
        c for c in _containers(situation.attempt, known) if order is not None and c.order_id == order.id
    ]
    if not scanned or step is None or step.scope is Scope.ORDER:
        return ()
    if step.scope is Scope.CONTAINER:
        return (scanned[0],)
    together = [c for c in _of_batch(known, step, scanned[0].batch_id) if not _is_left(situation, step, c)]
    return tuple(together) or (scanned[0],)


def _of_batch(known: Known, step: Step, batch_id: str) -> list[ContainerFacts]:
    """Every container of the step's kinds in the batch that is still in play, in a fixed order.

    One that waits for its label is among them: it must not be left behind unnoticed.
    """
    states = in_play(step) | {ContainerStatus.UNLABELLED}
    found = (c for c in known.containers.values() if c.batch_id == batch_id and c.kind in step.kinds)
    return sorted((c for c in found if c.status in states), key=lambda c: c.code)


def _is_left(situation: Situation, step: Step, container: ContainerFacts) -> bool:
    """Whether the rest of the batch moves on without it: a hold blocks what it names and nothing else.

    Only where things are moved. What is pooled would hold the rest of the batch and leave this out for good.
    """
    if step.does not in (Does.TRANSFER, Does.PUT_AWAY) or situation.order is None:
        return False
    is_elsewhere = container.custodian != situation.order.sites.get(step.party, "")
    return is_elsewhere or is_held(situation.known, container)


def left_behind(situation: Situation) -> tuple[ContainerFacts, ...]:
    """Containers of the batch, in the same custody, that a step leaves where they are because they are on hold."""
    step, order = situation.step, situation.order
    if step is None or order is None or step.scope is not Scope.BATCH or not situation.subjects:
        return ()
    taken = {container.id for container in situation.subjects}
    here = (c for c in _of_batch(situation.known, step, situation.batch_id) if c.id not in taken)
    return tuple(c for c in here if c.custodian == order.sites.get(step.party, ""))


def must_be_recorded(situation: Situation) -> bool:
    """Closing out is how a held or expired container ends, and what has happened cannot be refused any more."""
    step = situation.step
    return step is not None and (step.does is Does.CLOSE or step.is_past)


def is_held(known: Known, container: ContainerFacts) -> bool:
    """Whether an open hold names the container or anything it was made from."""
    return container.id in genealogy.descendants(known.held, known.parents)


def is_released(known: Known, container: ContainerFacts) -> bool:
    """Whether quality let its batch go, in whatever way."""
    disposition = known.dispositions.get(container.batch_id)
    return disposition is not None and disposition.is_release


def cautions(situation: Situation) -> tuple[Disposition, ...]:
    """What whoever does this step is told of the release of its batch, before they go on.

    Before a container is scanned it is said of all that could be: whoever reads the wristband knows it before the bag
    is in their hands. Nothing is said of what is only closed out.
    """
    step = situation.step
    if step is None or step.does is Does.CLOSE:
        return ()
    containers = situation.subjects or tuple(at_hand(situation, step))
    found = {situation.known.dispositions.get(container.batch_id) for container in containers}
    return tuple(disposition for disposition in CAUTIONED if disposition in found)


def at_hand(situation: Situation, step: Step) -> Iterator[ContainerFacts]:
    """The containers of this journey that may enter the step where it is done; any, for the order's own steps."""
    order = situation.order
    for container in situation.known.containers.values():
        is_of_it = order is not None and container.order_id == order.id
        is_of_kind = step.scope is Scope.ORDER or container.kind in step.kinds
        is_here = order is not None and container.custodian == order.sites.get(step.party, "")
        if is_of_it and is_of_kind and is_here and container.status in in_play(step):
            yield container


def is_late(container: ContainerFacts, now: datetime) -> bool:
    """Whether the time within which the next step had to be done is over."""
    return container.hold_until is not None and container.hold_until < now


def in_play(step: Step) -> frozenset[ContainerStatus]:
    """The states in which a container may enter the step."""
    if step.does is Does.APPLY_LABEL:
        return frozenset({ContainerStatus.UNLABELLED})
    if step.does is Does.CLOSE:
        return frozenset(ContainerStatus) - {ContainerStatus.UNLABELLED, ContainerStatus.CLOSED}
    if step.does in (Does.INFUSE, Does.NOTHING):
        return frozenset({ContainerStatus.AVAILABLE, ContainerStatus.THAWED})
    return frozenset({ContainerStatus.AVAILABLE})


def _steps(situation: Situation, protocol: Protocol) -> tuple[Step, ...]:
    """The step of the check or of the request; else those that fit, else the one that explains best why none does."""
    attempt, check = situation.attempt, situation.check
    wanted = check.step if check is not None else attempt.step
    if wanted:
        step = protocol.step(wanted)
        return (step,) if step is not None else ()
    here = [s for s in protocol.steps if s.code in attempt.station.steps and _asks_for(s, situation)]
    fitting = tuple(s for s in here if is_due(situation, s))
    if fitting:
        # A step that can be repeated is not offered again while one that was never done is due.
        return tuple(s for s in fitting if done_for(situation, s) is None) or fitting
    undone = [s for s in here if done_for(situation, s) is None]
    elsewhere = [s for s in protocol.steps if _asks_for(s, situation) and is_due(situation, s)]
    return tuple((undone or here[-1:] or elsewhere)[:1])


def _asks_for(step: Step, situation: Situation) -> bool:
    """Whether the step has a use for everything that was scanned of this journey."""
    for reading in situation.attempt.readings:
        target = reading.target
        if target is None or is_context(step, reading, situation.attempt.readings):
            continue
        if item_for(step, target) is None:
            return False
        container = situation.known.containers.get(target.container_id)
        if container is not None and step.kinds and container.kind not in step.kinds:
            return False
    return True


def is_context(step: Step, reading: Reading, readings: Iterable[Reading]) -> bool:
    """Whether the step asks for another part of the same barcode and not for this one.

    A label's message names more than a step asks for. What else it names has to be of the same journey, and no more.
    """
    if reading.group == ALONE or (reading.target is not None and item_for(step, reading.target) is not None):
        return False
    return any(
        other.group == reading.group and other.target is not None and item_for(step, other.target) is not None
        for other in readings
    )


def item_for(step: Step, target: Target) -> str | None:
    """Which of the step's items this barcode can be, or None."""
    if target.kind is IdentifierKind.LOT:
        return f"lot:{target.sort}" if target.sort in step.lots else None
    if target.kind is IdentifierKind.EQUIPMENT:
        return f"equipment:{target.sort}" if target.sort in step.equipment else None
    if target.kind is IdentifierKind.LABEL and target.sort:
        wanted = _OF_CASSETTE if step.is_by_cassette else _OF_CASSETTE[:1]
    elif target.kind is IdentifierKind.LABEL:
        wanted = (Item.LABEL, Item.CONTAINER, Item.CONTAINERS)
    else:
        wanted = _ITEMS.get(target.kind, ())
    return next((item for item in wanted if item in step.items), None)


# A cassette's label stands for the container where the step says so; elsewhere the container is before one's eyes.
_OF_CASSETTE: tuple[Item, ...] = (Item.CASSETTE, Item.CONTAINER, Item.CONTAINERS)
_ITEMS: dict[IdentifierKind, tuple[Item, ...]] = {
    IdentifierKind.COI: (Item.ORDER,),
    IdentifierKind.WRISTBAND: (Item.WRISTBAND,),
    IdentifierKind.SHIPPER: (Item.SHIPPER,),
    IdentifierKind.PLACE: (Item.PLACE,),
}


def is_due(situation: Situation, step: Step) -> bool:
    """Whether the step could be done now for what was scanned (or, with no container scanned, for any)."""
    if step.scope is Scope.ORDER:
        return (step.is_repeatable or done_for(situation, step) is None) and not missing_before(
            situation, step, None
        )
    scanned = _containers(situation.attempt, situation.known)
    candidates = scanned[:1] or tuple(situation.known.containers.values())
    return any(_is_due_for(situation, step, c) for c in candidates)


def _is_due_for(situation: Situation, step: Step, container: ContainerFacts) -> bool:
    if container.kind not in step.kinds or container.status not in in_play(step):
        return False
    if not step.is_repeatable and done_for_container(situation.known, step, container) is not None:
        return False
    return not missing_before(situation, step, container)


def done_for(situation: Situation, step: Step) -> DoneStep | None:
    """Who completed this step for the subject of the request, if anybody did."""
    order = situation.order
    if step.scope is Scope.ORDER:
        done = (d for d in situation.known.done if order is not None and d.subject == order.id)
        return next((d for d in done if d.step == step.code), None)
    containers = situation.subjects or _containers(situation.attempt, situation.known)
    found = (done_for_container(situation.known, step, c) for c in containers)
    return next((done for done in found if done is not None), None)


def done_for_container(known: Known, step: Step, container: ContainerFacts) -> DoneStep | None:
    """Who completed this step with the container, alone or with its batch, if anybody did."""
    if step.does is Does.APPLY_LABEL and container.status is ContainerStatus.UNLABELLED:
        return None  # relabelled since: the new copy has to be applied and scanned back again
    if step.does is Does.INTO_CASSETTE and container.id in known.uncased:
        return None  # the same for the label of its cassette
    return next((d for d in known.done if d.step == step.code and container.id in d.containers), None)


def missing_before(situation: Situation, step: Step, container: ContainerFacts | None) -> tuple[str, ...]:
    """The codes of earlier steps still undone for this material: the container, its ancestors, its order.

    Without a container it is anything of this journey, and of no other that happens to be known.
    """
    known, order = situation.known, situation.order
    around = _whole(known, order) if container is None else _lineage(known, order, container)
    codes = {d.step for d in known.done if d.subject in around or not around.isdisjoint(d.containers)}
    return tuple(code for code in step.after if code not in codes)


def _whole(known: Known, order: OrderFacts | None) -> frozenset[str]:
    if order is None:
        return frozenset()
    return frozenset({order.id, *(c.id for c in known.containers.values() if c.order_id == order.id)})


def _lineage(known: Known, order: OrderFacts | None, container: ContainerFacts) -> frozenset[str]:
    around = {container.id, order.id if order is not None else ""} - {""}
    return genealogy.ancestors(container.id, known.parents) | around


def needs_second_person(step: Step) -> bool:
    """Whether a witness or a receiver must scan too."""
    return step.witness is not WitnessRule.NONE


def is_void(known: Known, target: Target) -> bool:
    """Whether the label copy that was scanned is void: when it was found, or since, before the journey was locked."""
    return target.copy_status is CopyStatus.VOID or target.ref in known.void_copies

"""The interlock over late entries: a time that may be claimed, and nothing that an interlock would have refused then.

Every other interlock judges a late entry too. Those that ask for a date judge it by the time of the step
(`Situation.done_at`), those that ask for a person by that time and by now. What may have changed in between is judged
here, by what stood then: a release that came since does not make lawful what was shipped before it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from coi.rules import genealogy
from coi.rules.guards import collections_of
from coi.rules.identifiers import IdentifierKind
from coi.rules.journey import ContainerFacts, DoneStep
from coi.rules.late import LateClaim, Then, time_fault
from coi.rules.outcome import Refusal, RefusalCode
from coi.rules.protocol import Guard, Scope, Step
from coi.rules.situation import Situation, must_be_recorded

_STOCK = frozenset({IdentifierKind.LOT, IdentifierKind.EQUIPMENT, IdentifierKind.SHIPPER})
_RELEASE = frozenset({Guard.RELEASED, Guard.ALL_COMPONENTS})


def late_interlock(situation: Situation) -> Iterator[Refusal]:
    """The time, what is on hold now, and what stood against the step then."""
    asked, check, step, late = situation.attempt.late, situation.check, situation.step, situation.late
    if check is not None and asked is not None and asked != check.late:
        yield _refusal("check_begun")
    if late is None or step is None or situation.order is None or situation.protocol is None:
        return
    then = situation.known.then
    if then is None:
        yield _refusal("unknown_then")
        return
    yield from _time(situation, step, late, then)
    yield from _held(situation, then)
    yield from (_refusal(why, found) for why, found in _stood_against(situation, step, then))
    yield from (_refusal(why, found) for why, found in _scanned(situation, then))


def _refusal(why: str, found: str = "") -> Refusal:
    return Refusal(RefusalCode.LATE_NOT_POSSIBLE, {"why": why, **({"found": found} if found else {})})


def _time(situation: Situation, step: Step, late: LateClaim, then: Then) -> Iterator[Refusal]:
    """Not to come, not too long ago, not before the order nor before a step that came before it."""
    protocol, performed = situation.protocol, late.performed_at
    hours = protocol.late_hours if protocol is not None else 0
    fault = time_fault(
        performed, ordered_at=then.ordered_at, limit=timedelta(hours=hours), now=situation.attempt.now
    )
    if not hours:
        yield _refusal("never")
    elif fault:
        yield Refusal(RefusalCode.LATE_TIME_NOT_VALID, {"why": fault, "hours": str(hours)})
    before = max(steps_before(situation, step), key=_when, default=None)
    if before is not None and performed < _when(before):
        params = {"why": "before_a_step", "waits_for": before.step, "at": _when(before).isoformat()}
        yield Refusal(RefusalCode.LATE_TIME_NOT_VALID, params)


def _when(done: DoneStep) -> datetime:
    """When a step was done: as it is said of a late entry, else as recorded."""
    return done.performed_at or done.at


def steps_before(situation: Situation, step: Step) -> Iterator[DoneStep]:
    """What was done before with this material: with its containers and what they were made from, and what the step
    comes after."""
    known, order = situation.known, situation.order
    if order is None:
        return
    around = genealogy.lineage((container.id for container in situation.subjects), known.parents)
    for done in known.done:
        is_of_it = done.subject in around or not around.isdisjoint(done.containers)
        is_of_order = done.subject == order.id or step.scope is Scope.ORDER
        if is_of_it or (is_of_order and done.step in step.after):
            yield done


def _held(situation: Situation, then: Then) -> Iterator[Refusal]:
    """A journey of which anything is on hold takes no late entry; nor one for what was on hold then."""
    known, order = situation.known, situation.order
    own = {c.id: c for c in known.containers.values() if order is not None and c.order_id == order.id}
    for held in sorted(own.keys() & known.held):
        yield _refusal("held_now", own[held].code)
    was_held = genealogy.descendants(then.held, known.parents)
    for container in situation.subjects:
        if container.id in was_held and not must_be_recorded(situation):
            yield _refusal("held_then", container.code)


def _stood_against(situation: Situation, step: Step, then: Then) -> Iterator[tuple[str, str]]:
    """(why, what) for all that stood against the step then, and that every other interlock sees as it is now."""
    order, place = situation.order, situation.attempt.station.place
    is_taken = order is not None and then.place_order not in ("", order.id)
    reasons = (
        ("refused_since", "", bool(then.refused)),
        ("stopped_then", "", then.is_stopped),
        ("identity_then", "", then.is_reconciling and step.is_critical and not step.is_past),
        ("place_then", place, is_taken),
    )
    yield from ((why, found) for why, found, is_so in reasons if is_so)
    for container in situation.subjects:
        yield from ((why, container.code) for why in _judged_since(situation, step, container, then))


def _judged_since(situation: Situation, step: Step, container: ContainerFacts, then: Then) -> Iterator[str]:
    """What quality says of the material now it did not say then, where the step asks for it."""
    if step.guards & _RELEASE and _batches(situation, step, container) & then.changed:
        yield "not_released_then"
    judged = {collection.id for collection in collections_of(situation.known, container)}
    if Guard.ACCEPTED_MATERIAL in step.guards and judged & then.changed:
        yield "not_accepted_then"


def _scanned(situation: Situation, then: Then) -> Iterator[tuple[str, str]]:
    """Lots and devices whose state was set since; labels and wristbands that were not there yet."""
    for target in situation.targets():
        if target.kind in _STOCK and target.key in then.changed:
            yield "stock_since", target.key
        if target.ref in then.new_copies:
            is_label = target.kind is IdentifierKind.LABEL
            yield ("label_since", target.key) if is_label else ("band_since", "")


def _batches(situation: Situation, step: Step, container: ContainerFacts) -> frozenset[str]:
    """The batches whose release the step asks for: of the container, and of every component of the dose."""
    if Guard.ALL_COMPONENTS in step.guards:
        return frozenset(situation.known.dispositions)
    return frozenset({container.batch_id})

"""The interlocks: every reason for which a scan is refused, each its own function, all of them always evaluated.

`decide` is the one judgement behind the station's page and the API. It returns every refusal, most severe first, or
the progress of the check. See `Note [All interlocks]`.

Note [All interlocks]
~~~~~~~~~~~~~~~~~~~~~
A first refusal must not hide a graver one (a revoked badge behind 'already done', say), so nothing returns early.
An interlock that has nothing to judge (no step chosen, no container scanned) yields nothing.
Where a step is already done for a container, its consequences (consumed, handed on) are not reasons of their own:
the second of two stations is told 'already done 10:02 by A', and not stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from coi.rules import checks
from coi.rules.checks import Need, Next
from coi.rules.guards import guard_interlock
from coi.rules.identifiers import IdentifierKind
from coi.rules.journey import (
    Attempt,
    CheckState,
    ContainerFacts,
    ContainerStatus,
    ItemScan,
    Known,
    PinState,
    Target,
)
from coi.rules.labelled import element_interlock, expiry_interlock, flag_interlock, read_interlock
from coi.rules.lateness import late_interlock
from coi.rules.outcome import Outcome, Refusal, RefusalCode, RefusalKind, by_severity
from coi.rules.protocol import Does, Item, Protocol, Scope, Step
from coi.rules.qualified import (
    authority_interlock,
    scanner_interlock,
    site_interlock,
    station_interlock,
    witness_interlock,
)
from coi.rules.situation import (
    Part,
    Situation,
    done_for,
    in_play,
    is_context,
    is_held,
    is_late,
    is_void,
    item_for,
    left_behind,
    missing_before,
    must_be_recorded,
    needs_second_person,
    understand,
)

Interlock = Callable[[Situation], Iterator[Refusal]]


@dataclass(frozen=True)
class Decision:
    """What one request comes to. `scans` are the items newly accepted; none when anything was refused."""

    outcome: Outcome
    situation: Situation
    next: Next
    refusals: tuple[Refusal, ...] = ()
    scans: tuple[ItemScan, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    is_part_complete: bool = False
    is_step_complete: bool = False

    @property
    def is_stop(self) -> bool:
        """Whether any refusal is a stop."""
        return any(r.kind is RefusalKind.STOP for r in self.refusals)

    @property
    def is_near_miss(self) -> bool:
        """Whether any refusal would have been a mix-up."""
        return any(r.is_near_miss for r in self.refusals)


def decide(attempt: Attempt, known: Known, protocol: Protocol | None) -> Decision:
    """Judge one request: all interlocks, then progress."""
    situation = understand(attempt, known, protocol)
    refusals = by_severity(refusal for interlock in INTERLOCKS for refusal in interlock(situation))
    if refusals:
        return _refuse(situation, refusals)
    if situation.step is None:
        choices = tuple(step.code for step in situation.choices)
        return Decision(Outcome.INCOMPLETE, situation, Next(Need.CHOICE, choices=choices))
    return _progress(situation, situation.step)


def _refuse(situation: Situation, refusals: tuple[Refusal, ...]) -> Decision:
    only_unreadable = all(r.code is RefusalCode.UNREADABLE for r in refusals)
    outcome = Outcome.UNREADABLE if only_unreadable else Outcome.REFUSED
    is_stop = any(r.kind is RefusalKind.STOP for r in refusals)
    if is_stop or situation.known.open_stop:
        return Decision(outcome, situation, Next(Need.CLEARANCE), refusals)
    return Decision(outcome, situation, _what_now(situation, ()), refusals)


def _what_now(situation: Situation, new: tuple[ItemScan, ...]) -> Next:
    """The next item for this person; an idle station waits for any scan."""
    step = situation.step
    if step is None or situation.order is None or (situation.check is None and not new):
        return Next(Need.SCAN)
    wanted = checks.required(step, situation.part, situation.subjects)
    left = checks.missing(wanted, own_scans(situation) + new)
    base = Next(
        Need.SCAN, step=step.code, part=situation.part, total=len(wanted), position=len(wanted) - len(left)
    )
    return replace(base, item=left[0].item) if left else base


def own_scans(situation: Situation) -> tuple[ItemScan, ...]:
    """What this person has already scanned in this check, in this part."""
    check, person = situation.check, situation.attempt.person
    if check is None or person is None:
        return ()
    return tuple(scan for scan in check.scans if scan.user_id == person.user_id)


def _progress(situation: Situation, step: Step) -> Decision:
    attempt = situation.attempt
    new = tuple(_new_scans(situation, step))
    values = {**(situation.check.values if situation.check else {}), **attempt.values}
    base = Decision(Outcome.INCOMPLETE, situation, _what_now(situation, new), scans=new, values=values)
    if base.next.item:
        return base
    is_performer = situation.part is Part.PERFORMER
    unfilled = checks.missing_values(step, situation.part, values)
    if unfilled:
        return replace(base, next=replace(base.next, need=Need.VALUES, values=unfilled))
    if step.is_signed and attempt.pin is not PinState.VALID:
        return replace(base, next=replace(base.next, need=Need.PIN))
    if is_performer and needs_second_person(step):
        return replace(base, next=replace(base.next, need=Need.WITNESS), is_part_complete=True)
    done = replace(base.next, need=Need.NOTHING)
    return replace(base, outcome=Outcome.ACCEPTED, next=done, is_part_complete=True, is_step_complete=True)


def _new_scans(situation: Situation, step: Step) -> Iterator[ItemScan]:
    person = situation.attempt.person
    for target in situation.targets():
        item = item_for(step, target)
        if item is not None and person is not None:
            key = target.container_id or target.key
            yield ItemScan(person.user_id, item, key, situation.attempt.now, target.ref)


# --- the interlocks -------------------------------------------------------------------------------------------------


def reconciliation_interlock(situation: Situation) -> Iterator[Refusal]:
    """While it is open who the patient is, nothing critical is done; what has happened is recorded all the same."""
    order, step = situation.order, situation.step
    if (
        order is not None
        and step is not None
        and order.is_reconciling
        and step.is_critical
        and not step.is_past
    ):
        yield Refusal(RefusalCode.IDENTITY_IN_QUESTION)


def identity_interlock(situation: Situation) -> Iterator[Refusal]:
    """Everything scanned in one check carries one COI id."""
    order = situation.order
    if order is None:
        return
    for target in situation.targets():
        if target.order_id and target.order_id != order.id:
            yield Refusal(
                RefusalCode.IDENTITY_MISMATCH, _mismatch(situation, target), _wrong(situation, target)
            )


def _mismatch(situation: Situation, target: Target) -> dict[str, str]:
    """Both COI ids, but the expected one only where this person no longer has it to scan."""
    params = {"kind": str(target.kind)}
    step, order = situation.step, situation.order
    found = situation.known.orders.get(target.order_id)
    if found is not None:
        params["found"] = found.coi_id
    scanned = {scan.item for scan in own_scans(situation)}
    must_scan_order = step is not None and Item.ORDER in step.items and Item.ORDER not in scanned
    if order is not None and not must_scan_order:
        params["expected"] = order.coi_id
    return params


def _wrong(situation: Situation, target: Target) -> tuple[str, ...]:
    """The wrong item: a wristband is on the patient, so against one it is the container that is wrong."""
    if target.kind is IdentifierKind.WRISTBAND:
        scanned = (t.container_id for t in situation.targets() if t.order_id != target.order_id)
        subjects = (container.id for container in situation.subjects)
        return tuple(dict.fromkeys([*subjects, *(found for found in scanned if found)]))
    return (target.container_id,) if target.container_id else ()


def journey_interlock(situation: Situation) -> Iterator[Refusal]:
    """A journey that is closed takes no more steps."""
    if situation.order is not None and not situation.order.is_open:
        yield Refusal(RefusalCode.JOURNEY_CLOSED)


def container_interlock(situation: Situation) -> Iterator[Refusal]:
    """A container of the same journey that is not of the step's kinds, or not the one that this check is about."""
    step, order = situation.step, situation.order
    if step is None or order is None or step.scope is Scope.ORDER:
        return
    lawful = {container.id for container in (*situation.subjects, *left_behind(situation))}
    for target, found in _scanned(situation):
        if item_for(step, target) is None:
            continue
        params = {"found": found.code, "kind": found.kind}
        if found.kind not in step.kinds:
            yield Refusal(RefusalCode.WRONG_KIND, {**params, "step": step.code}, (found.id,))
        elif found.id not in lawful:  # one that is left behind is on hold, and refused for that
            yield Refusal(RefusalCode.WRONG_CONTAINER, params, (found.id,))


def _scanned(situation: Situation) -> Iterator[tuple[Target, ContainerFacts]]:
    """The containers of this journey that were scanned."""
    for target in situation.targets():
        found = situation.known.containers.get(target.container_id)
        if found is not None and situation.order is not None and found.order_id == situation.order.id:
            yield target, found


def witness_sees_the_same(situation: Situation) -> Iterator[Refusal]:
    """Both people have the same things before them: the same lots, the same shipper, the same copy of a label."""
    check, step = situation.check, situation.step
    if (
        check is None
        or check.state is not CheckState.OPEN
        or situation.part is not Part.WITNESS
        or step is None
    ):
        return
    first = [scan for scan in check.scans if scan.user_id == check.performer_id]
    seen = {(scan.item, scan.target) for scan in first}
    copies = {(scan.item, scan.target): scan.ref for scan in first}
    for target in situation.targets():
        item = item_for(step, target) or ""
        other = {"found": target.key, "why": "not_the_first_persons"}
        if item.startswith("lot:") and (item, target.key) not in seen:
            yield Refusal(RefusalCode.LOT_NOT_USABLE, other)
        elif item == Item.SHIPPER and (item, target.key) not in seen:
            yield Refusal(RefusalCode.EQUIPMENT_NOT_USABLE, other)
        elif target.container_id and _is_replaced(situation, copies.get((item, target.container_id)), target):
            # Replaced since: what the first person scanned is void, and so is their part.
            yield Refusal(RefusalCode.CHECK_CLOSED, {"state": "label_replaced"})


def _is_replaced(situation: Situation, first: str | None, target: Target) -> bool:
    """Whether the second person has another copy than the first; of a bag and of its cassette both count."""
    step = situation.step
    if first is None or first == target.ref:
        return False
    return step is None or not step.is_by_cassette or first in situation.known.void_copies


def place_interlock(situation: Situation) -> Iterator[Refusal]:
    """Two patients' material at a place marked for one."""
    station, order, known = situation.attempt.station, situation.order, situation.known
    if order is None or not station.is_single_patient or known.place_order in ("", order.id):
        return
    if any(target.order_id == order.id for target in situation.targets()):
        scanned = tuple(t.container_id for t in situation.targets() if t.container_id)
        yield Refusal(RefusalCode.PLACE_OCCUPIED, {"place": station.place}, scanned)


def label_interlock(situation: Situation) -> Iterator[Refusal]:
    """This printed copy of the label is void."""
    for target in situation.targets():
        if is_void(situation.known, target):
            containers = (target.container_id,) if target.container_id else ()
            yield Refusal(RefusalCode.LABEL_VOID, {"label": target.key}, containers)


def hold_interlock(situation: Situation) -> Iterator[Refusal]:
    """An open hold or critical deviation on the container or on anything it was made from."""
    if must_be_recorded(situation):
        return
    for container in dict.fromkeys([*situation.subjects, *(found for _, found in _scanned(situation))]):
        if is_held(situation.known, container):
            yield Refusal(RefusalCode.ON_HOLD, {"found": container.code}, (container.id,))


def life_interlock(situation: Situation) -> Iterator[Refusal]:
    """Expired, past its hold time, or already used."""
    step, now = situation.step, situation.done_at
    if step is None or _is_done(situation):
        return
    is_timely = not must_be_recorded(situation)
    for container in situation.subjects:
        params = {"found": container.code}
        if container.expires_at is not None and container.expires_at <= now and is_timely:
            yield Refusal(RefusalCode.EXPIRED, params, (container.id,))
        if is_late(container, now) and is_timely:
            yield Refusal(RefusalCode.HOLD_TIME_PASSED, params, (container.id,))
        if container.status not in in_play(step) and container.status is not ContainerStatus.UNLABELLED:
            yield Refusal(
                RefusalCode.ALREADY_USED, {**params, "status": str(container.status)}, (container.id,)
            )


def _is_done(situation: Situation) -> bool:
    step = situation.step
    return step is not None and not step.is_repeatable and done_for(situation, step) is not None


def custody_interlock(situation: Situation) -> Iterator[Refusal]:
    """The container must be in the custody of the party that performs the step."""
    step, order = situation.step, situation.order
    if step is None or order is None or _is_done(situation):
        return
    site = order.sites.get(step.party, "")
    for container in situation.subjects:
        if container.custodian != site:
            yield Refusal(
                RefusalCode.CUSTODY_ELSEWHERE, {"found": container.code, "site": container.custodian}
            )


def stock_interlock(situation: Situation) -> Iterator[Refusal]:
    """Material lots and equipment that are expired, blocked or out of calibration."""
    codes = {
        IdentifierKind.LOT: RefusalCode.LOT_NOT_USABLE,
        IdentifierKind.EQUIPMENT: RefusalCode.EQUIPMENT_NOT_USABLE,
        IdentifierKind.SHIPPER: RefusalCode.EQUIPMENT_NOT_USABLE,
    }
    for target in situation.targets():
        if target.kind in codes and not target.is_usable:
            yield Refusal(codes[target.kind], {"found": target.key, "why": target.why_not})


def stop_interlock(situation: Situation) -> Iterator[Refusal]:
    """A STOP at this station waits for a second qualified person."""
    if situation.known.open_stop:
        yield Refusal(RefusalCode.STOP_NOT_CLEARED, {"check": situation.known.open_stop})


def sequence_interlock(situation: Situation) -> Iterator[Refusal]:
    """Steps before this one that are not done, or that still wait for their second person."""
    step = situation.step
    if step is None or situation.order is None or _is_done(situation):
        return
    subjects: tuple[ContainerFacts | None, ...] = (None,) if step.scope is Scope.ORDER else situation.subjects
    undone = {code for subject in subjects for code in missing_before(situation, step, subject)}
    waiting = {
        c.step
        for c in situation.known.checks.values()
        if c.state is CheckState.OPEN and c.performed_at and c.order_id == situation.order.id
    }
    for code in sorted(undone):
        yield Refusal(RefusalCode.OUT_OF_SEQUENCE, {"step": step.code, "waits_for": code})
        if code in waiting:
            yield Refusal(RefusalCode.WITNESS_MISSING, {"waits_for": code})


def unlabelled_interlock(situation: Situation) -> Iterator[Refusal]:
    """A container whose label, or its cassette's, was not yet applied and scanned back may not move."""
    step = situation.step
    if step is None or step.does is Does.APPLY_LABEL:
        return
    for container in situation.subjects:
        is_uncased = step.is_by_cassette and container.id in situation.known.uncased
        if container.status is ContainerStatus.UNLABELLED or is_uncased:
            yield Refusal(RefusalCode.LABEL_NOT_APPLIED, {"found": container.code})


def done_interlock(situation: Situation) -> Iterator[Refusal]:
    """Already done, by whom and when; or a check that is over."""
    step, check, attempt = situation.step, situation.check, situation.attempt
    done = done_for(situation, step) if step is not None and not step.is_repeatable else None
    if done is not None and step is not None:
        yield Refusal(RefusalCode.ALREADY_DONE, {"step": step.code, "by": done.by, "at": done.at.isoformat()})
    elif attempt.check_id and (check is None or check.state is not CheckState.OPEN):
        yield Refusal(RefusalCode.CHECK_CLOSED, {"state": str(check.state) if check else "unknown"})


def item_interlock(situation: Situation) -> Iterator[Refusal]:
    """Codes that this step has no use for, and codes scanned twice."""
    step = situation.step
    if step is None:
        yield from _no_step(situation)
        return
    already = {(scan.item, scan.target) for scan in own_scans(situation)}
    for reading in situation.attempt.readings:
        target = reading.target
        if target is None or is_context(step, reading, situation.attempt.readings):
            continue
        item = item_for(step, target)
        if item is None:
            yield Refusal(RefusalCode.WRONG_KIND, {"kind": str(target.kind), "step": step.code})
        elif (item, target.container_id or target.key) in already:
            yield Refusal(RefusalCode.DUPLICATE_SCAN, {"kind": str(target.kind)})
        already.add((item or "", target.container_id or target.key))


def _no_step(situation: Situation) -> Iterator[Refusal]:
    attempt = situation.attempt
    if situation.choices:
        return
    if attempt.step or situation.check is not None or not attempt.readings:
        yield Refusal(RefusalCode.STEP_UNKNOWN, {"step": attempt.step})
    for reading in attempt.readings:
        if reading.target is not None:
            yield Refusal(RefusalCode.WRONG_KIND, {"kind": str(reading.target.kind)})


def entry_interlock(situation: Situation) -> Iterator[Refusal]:
    """Typed values out of their declared form or range, and a wrong PIN."""
    attempt, step = situation.attempt, situation.step
    if attempt.pin is PinState.INVALID:
        yield Refusal(RefusalCode.PIN_NOT_VALID)
    if step is None:
        return
    if not checks.enters_values(step, situation.part):
        for name in attempt.values:
            yield Refusal(RefusalCode.VALUE_NOT_VALID, {"name": name, "why": "not_this_person"})
        return
    for name, reason in checks.value_faults(step, attempt.values):
        yield Refusal(RefusalCode.VALUE_NOT_VALID, {"name": name, "why": reason})


INTERLOCKS: tuple[Interlock, ...] = (
    read_interlock,
    element_interlock,
    flag_interlock,
    expiry_interlock,
    identity_interlock,
    journey_interlock,
    reconciliation_interlock,
    container_interlock,
    witness_sees_the_same,
    place_interlock,
    label_interlock,
    guard_interlock,
    hold_interlock,
    life_interlock,
    custody_interlock,
    stock_interlock,
    stop_interlock,
    authority_interlock,
    witness_interlock,
    station_interlock,
    site_interlock,
    scanner_interlock,
    sequence_interlock,
    unlabelled_interlock,
    done_interlock,
    item_interlock,
    entry_interlock,
    late_interlock,
)

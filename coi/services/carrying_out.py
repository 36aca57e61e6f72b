"""What each kind of step does to containers, batches, labels and custody, once it is complete."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from coi.rules.acceptance import Acceptance
from coi.rules.deviations import DeviationClass, DeviationPlan
from coi.rules.journey import ContainerFacts, ContainerStatus, CopyStatus, Disposition, Fate, OrderKind
from coi.rules.outcome import RefusalCode
from coi.rules.protocol import Does, Item, Makes
from coi.rules.situation import is_late, left_behind
from coi.services import deviations, labels, numbers
from coi.services.completed import Completed
from coi.services.context import Plan
from coi.services.recording import facility_of
from ledger.rules import Change, Subject, new, put


def carried_out(done: Completed) -> Plan:
    """What the step does, the clocks that it starts and stops, and a deviation where it took too long."""
    timed = _hold_time(done)
    return _DOES[done.step.does](done).plus(Plan(changes=tuple(timed))).plus(_overrun(done))


def _overrun(done: Completed) -> Plan:
    """What took longer than it may is recorded all the same, and has its deviation: this one, unless it was opened."""
    overrun = tuple(c.id for c in done.subjects if done.step.is_past and is_late(c, done.at))
    if not overrun or deviations.is_opened(overrun, RefusalCode.HOLD_TIME_PASSED):
        return Plan()
    return deviations.plan_opening(
        DeviationPlan(DeviationClass.CRITICAL, RefusalCode.HOLD_TIME_PASSED, overrun),
        site=done.context.station.site,
        step=done.step.code,
        order_id=done.order.id,
        owners=dict.fromkeys(overrun, done.order.id),
        check_id=done.check_id,
        scan_id=done.context.scan.scan_id,
        actor_name=done.context.actor.name,
        now=done.now,
    )


def _hold_time(done: Completed) -> Iterable[Change]:
    """Start the clock of this step on its containers, stop the one that waited for it."""
    for container in done.subjects:
        if done.step.hold_minutes is not None:
            until = done.at + timedelta(minutes=done.step.hold_minutes)
            yield put("coi.container", container.id, hold_until=until, hold_step=done.step.hold_until_step)
        elif container.hold_step == done.step.code:
            yield put("coi.container", container.id, hold_until=None, hold_step="")


def _nothing(done: Completed) -> Plan:
    del done
    return Plan()


def _collect(done: Completed) -> Plan:
    """A new donation number, its bag, and the bag's first label."""
    site = done.party_site()
    din = numbers.new_din(facility=facility_of(site), now=done.now)
    row = done.id("collection")
    collection = new(
        "coi.collection", row, order_id=done.order.id, din=din, site_id=site, collected_at=done.at
    )
    made = _children(done, (), collection_id=row)
    return Plan(changes=(collection,), facts={"din": din}, subjects=(Subject("din", din),)).plus(made)


def _make(done: Completed) -> Plan:
    return _children(done, done.subjects).plus(_consume(done))


def _consume(done: Completed) -> Plan:
    if done.step.makes is None or not done.step.makes.is_consuming:
        return Plan()
    return _set_status(done, ContainerStatus.CONSUMED)


def _set_status(done: Completed, status: ContainerStatus) -> Plan:
    return Plan(changes=tuple(put("coi.container", c.id, status=str(status)) for c in done.subjects))


def _children(done: Completed, parents: Sequence[ContainerFacts], **more: Any) -> Plan:
    """New containers of one order and batch, their parents, and a label copy for each."""
    makes = done.step.makes
    if makes is None:
        return Plan()
    count = int(done.decision.values.get(makes.count_from, makes.count))
    # Codes carry three letters of the kind, so that two kinds may share them: they are counted together.
    same = [c for c in done.context.known.containers.values() if c.kind[:3] == makes.kind[:3]]
    ids = [done.id(f"container-{n}") for n in range(count)]
    codes = [f"{done.order.coi_id[2:]}-{makes.kind[:3].upper()}{len(same) + n + 1:02d}" for n in range(count)]
    shared = {**_birth(done, makes, parents), **more}
    rows = [
        new("coi.container", row, code=code, number=n + 1, total=count, **shared)
        for n, (row, code) in enumerate(zip(ids, codes, strict=True))
    ]
    links = [
        new(
            "coi.containerparent",
            done.id(f"{parent.id}-{row}"),
            order_id=done.order.id,
            child_id=row,
            parent_id=parent.id,
        )
        for row in ids
        for parent in parents
    ]
    made = Plan(
        changes=(*rows, *links),
        facts={"made": codes},
        extra={"made": [{"code": code, "kind": makes.kind} for code in codes]},
        subjects=tuple(Subject("container", str(row)) for row in ids),
    )
    return made.plus(labels.issue(done.context, done.order.id, makes.kind, ids, done.id))


def _birth(done: Completed, makes: Makes, parents: Sequence[ContainerFacts]) -> dict[str, Any]:
    """What all containers that a step makes have in common."""
    own = done.at + timedelta(minutes=makes.expires_minutes) if makes.expires_minutes is not None else None
    return {
        "order_id": done.order.id,
        "kind": makes.kind,
        "status": str(ContainerStatus.UNLABELLED),
        "custodian_id": done.party_site(),
        "batch_id": (parents[0].batch_id or None) if parents else None,
        "made_at": done.at,
        "made_by_step": done.step.code,
        # A step that states no life of its own hands on the shortest of its parents'.
        "expires_at": own or min((p.expires_at for p in parents if p.expires_at is not None), default=None),
    }


def _apply_label(done: Completed) -> Plan:
    """The copy that was scanned back is the one applied; the container may move from now on."""
    return _applied(done, Item.LABEL).plus(_set_status(done, ContainerStatus.AVAILABLE))


def _into_cassette(done: Completed) -> Plan:
    """The cassette's label was scanned beside the bag's, before the bag can be seen no more: it stands for it now."""
    return _applied(done, Item.CASSETTE)


def _applied(done: Completed, item: Item) -> Plan:
    copies = {scan.ref for scan in done.scans if scan.item == item}
    person = done.context.badge.person
    used = {
        "fate": str(Fate.USED),
        "fate_at": done.now,
        "fate_by_id": person.user_id if person is not None else None,
        "fate_by_name": person.printed_name if person is not None else "",
    }
    applied = tuple(
        put("coi.labelcopy", copy, status=str(CopyStatus.APPLIED), applied_at=done.now, **used)
        for copy in sorted(copies)
    )
    return Plan(changes=applied)


def _transfer(done: Completed) -> Plan:
    """Custody passes from the giver to the receiver, both of whom have scanned every container."""
    check, receiver = done.decision.situation.check, done.context.badge.person
    if check is None or receiver is None or done.step.receiver is None:
        raise ValueError("a hand-over has a giver and a receiver")
    to_site = done.order.sites[done.step.receiver]
    rows = [
        new(
            "coi.handover",
            done.id(f"handover-{container.id}"),
            order_id=done.order.id,
            container_id=container.id,
            step=done.step.code,
            giver_site_id=container.custodian,
            giver_id=check.performer_id,
            giver_name=check.performer_name,
            receiver_site_id=to_site,
            receiver_id=receiver.user_id,
            receiver_name=receiver.printed_name,
            shipper=done.scanned(Item.SHIPPER),
            at=done.now,
        )
        for container in done.subjects
    ]
    moved = [put("coi.container", c.id, custodian_id=to_site, place="") for c in done.subjects]
    left = [container.code for container in left_behind(done.decision.situation)]
    return Plan(changes=(*moved, *rows), facts={"custody_to": to_site, "left_behind": left})


def _start_batch(done: Completed) -> Plan:
    row, site = done.id("batch"), done.party_site()
    (number,) = numbers.next_numbers(f"batch:{site}:{done.now:%y}")
    code = f"B{done.now:%y}{number:06d}"
    batch = new(
        "coi.batch",
        row,
        order_id=done.order.id,
        code=code,
        site_id=site,
        started_at=done.at,
        disposition=str(Disposition.IN_PROCESS),
        component=next((done.step.component_of.get(c.kind, "") for c in done.subjects), ""),
    )
    moved = tuple(put("coi.container", container.id, batch_id=row) for container in done.subjects)
    return Plan(
        changes=(batch, *moved),
        facts={"batch": code},
        extra={"batch": code},
        subjects=(Subject("batch", code),),
    )


def _put_away(done: Completed) -> Plan:
    place = done.scanned(Item.PLACE)
    moved = tuple(put("coi.container", container.id, place=place) for container in done.subjects)
    return Plan(changes=moved, facts={"place": place})


def _thaw(done: Completed) -> Plan:
    return _set_status(done, ContainerStatus.THAWED)


def _infuse(done: Completed) -> Plan:
    return _set_status(done, ContainerStatus.INFUSED)


def _close(done: Completed) -> Plan:
    """Close the container out; the last one closes the journey, unless the product may be made again."""
    closed = _set_status(done, ContainerStatus.CLOSED)
    over = {ContainerStatus.CLOSED, ContainerStatus.CONSUMED}
    ids = {container.id for container in done.subjects}
    own = [c for c in done.context.known.containers.values() if c.order_id == done.order.id]
    if any(container.status not in over for container in own if container.id not in ids):
        return closed
    if _may_be_made_again(done, own):
        return closed
    return closed.plus(
        Plan(changes=(put("coi.order", done.order.id, closed_at=done.now),), facts={"journey_closed": True})
    )


def _may_be_made_again(done: Completed, own: Sequence[ContainerFacts]) -> bool:
    """A batch was rejected, or the cells of a collection refused, and the patient was given nothing: it goes on."""
    known, protocol = done.context.known, done.context.protocol
    infusing = {step.code for step in protocol.steps if step.does is Does.INFUSE} if protocol else set()
    ids = {container.id for container in own}
    if any(found.step in infusing and not ids.isdisjoint(found.containers) for found in known.done):
        return False
    failed = {known.dispositions.get(container.batch_id) for container in own}
    refused = {
        known.collections[c.collection_id].acceptance for c in own if c.collection_id in known.collections
    }
    is_failed = Disposition.REJECTED in failed or Acceptance.REFUSED in refused
    return is_failed and done.order.kind is OrderKind.PATIENT


_DOES: dict[Does, Callable[[Completed], Plan]] = {
    Does.NOTHING: _nothing,
    Does.COLLECT: _collect,
    Does.APPLY_LABEL: _apply_label,
    Does.INTO_CASSETTE: _into_cassette,
    Does.TRANSFER: _transfer,
    Does.START_BATCH: _start_batch,
    Does.MAKE: _make,
    Does.POOL: _make,
    Does.PUT_AWAY: _put_away,
    Does.THAW: _thaw,
    Does.INFUSE: _infuse,
    Does.CLOSE: _close,
}

"""What an accepted request changes: the check as it goes on, and, once complete, what its step does."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from coi.rules.acceptance import Acceptance
from coi.rules.deviations import DeviationClass, DeviationPlan
from coi.rules.interlocks import Decision
from coi.rules.journey import (
    CheckState,
    ContainerFacts,
    ContainerStatus,
    CopyStatus,
    Disposition,
    Fate,
    ItemScan,
    OrderFacts,
    OrderKind,
)
from coi.rules.outcome import Outcome, RefusalCode
from coi.rules.protocol import Does, Item, Makes, Scope, Step, ValuesBy
from coi.rules.situation import Part, is_late, left_behind
from coi.rules.weights import WeightSource
from coi.services import deviations, labels, late, numbers
from coi.services.context import Context, Follow, Plan
from coi.services.recording import digest_of, facility_of
from ledger.rules import Change, Subject, derive, new, put
from ledger.rules.actors import AuthMethod, EntryRef
from people.rules.credentials import Confirmed
from people.rules.signatures import Meaning
from people.services import sign


def plan(context: Context, decision: Decision) -> Plan:
    """The check's row, what the completed step changes, signatures and effects."""
    check = decision.situation.check
    check_id = UUID(check.id) if check is not None else None
    step, order = decision.situation.step, decision.situation.order
    if decision.outcome in (Outcome.REFUSED, Outcome.UNREADABLE) or step is None or order is None:
        return Plan(check_id=check_id)
    check_id = check_id or derive(context.scan.scan_id, "check")
    started = Plan(
        check_id=check_id, changes=(_check_row(context, decision, check_id), *_place(context, decision))
    )
    if decision.is_part_complete and step.is_signed:
        started = started.plus(Plan(after=(_signature(context, decision, check_id),)))
    if not decision.is_step_complete:
        return started
    done = _Completed(context, decision, step, order, check_id)
    rows = (_step_record(done), *_overtaken(done), *_weight(done))
    return started.plus(_does(done)).plus(Plan(changes=rows))


@dataclass(frozen=True)
class _Completed:
    """A completed step and all that belongs to it."""

    context: Context
    decision: Decision
    step: Step
    order: OrderFacts
    check_id: UUID

    @property
    def now(self) -> datetime:
        """When it is recorded."""
        return self.context.now

    @property
    def at(self) -> datetime:
        """When it was done: what runs from it runs from then, also where it is recorded late."""
        return self.decision.situation.done_at

    @property
    def subjects(self) -> tuple[ContainerFacts, ...]:
        return self.decision.situation.subjects

    @property
    def scans(self) -> tuple[ItemScan, ...]:
        return all_scans(self.decision)

    def id(self, label: str) -> UUID:
        """An id for a row of this step, the same whenever this request is carried out."""
        return derive(self.context.scan.scan_id, label)

    def scanned(self, item: str) -> str:
        """What was scanned for an item: the last one."""
        return next((scan.target for scan in reversed(self.scans) if scan.item == item), "")

    def party_site(self) -> str:
        return self.order.sites[self.step.party]


def all_scans(decision: Decision) -> tuple[ItemScan, ...]:
    """Everything scanned in the check so far, by both people."""
    check = decision.situation.check
    return (check.scans if check is not None else ()) + decision.scans


def _check_row(context: Context, decision: Decision, check_id: UUID) -> Change:
    situation, now = decision.situation, context.now
    person = context.badge.person
    values: dict[str, Any] = {
        "scans": [_scan_json(scan) for scan in all_scans(decision)],
        "values": decision.values,
        "subjects": [container.id for container in situation.subjects],
        "batch": situation.batch_id or None,
        "state": str(CheckState.COMPLETE if decision.is_step_complete else CheckState.OPEN),
    }
    if decision.is_step_complete:
        values["closed_at"] = now
    if situation.part is Part.WITNESS and person is not None:
        values |= {"witness_id": person.user_id, "witness_name": person.printed_name}
    elif decision.is_part_complete:
        values["performed_at"] = now
    if situation.check is not None:
        return put("coi.check", check_id, **values)
    opened: dict[str, Any] = {
        "order_id": situation.order.id if situation.order else None,
        "step": situation.step.code if situation.step else "",
        "station": context.station.code,
        "performer_id": person.user_id if person else None,
        "performer_name": person.printed_name if person else "",
        "opened_at": now,
    }
    if situation.late is not None:
        opened["late"] = late.row_of(situation.late, context.scan)
    return new("coi.check", check_id, **opened, **values)


def _scan_json(scan: ItemScan) -> dict[str, Any]:
    return {"user": scan.user_id, "item": scan.item, "target": scan.target, "at": scan.at, "ref": scan.ref}


def _place(context: Context, decision: Decision) -> Iterable[Change]:
    """The first scan at a place for one patient opens it for that patient."""
    order = decision.situation.order
    if order is None or not context.station.place_is_single_patient or context.known.place_order:
        return ()
    row = derive(context.scan.scan_id, "place")
    return (new("coi.placeuse", row, place=context.station.place, order_id=order.id, opened_at=context.now),)


def _signature(context: Context, decision: Decision, check_id: UUID) -> Follow:
    """The person signs what they checked: responsibility for the first, verification for the second."""
    step, person = decision.situation.step, context.badge.person
    is_witness = decision.situation.part is Part.WITNESS
    record = {
        "check": check_id,
        "step": step.code if step else "",
        "subjects": [container.id for container in decision.situation.subjects],
        "values": decision.values,
    }

    def follow(entry: EntryRef) -> None:
        if person is None:
            return
        sign(
            signer=person,
            meaning=Meaning.VERIFICATION if is_witness else Meaning.RESPONSIBILITY,
            record_kind="check",
            record_id=str(check_id),
            record_digest=digest_of(record),
            credential=Confirmed(person.user_id, AuthMethod.BADGE_PIN, context.now),
            actor=context.actor,
            where=context.where,
            now=context.now,
            request_id=derive(context.scan.scan_id, "sign"),
            stream=entry.stream,
            check=check_id,
        )

    return follow


def _step_record(done: _Completed) -> Change:
    context, check = done.context, done.decision.situation.check
    subject = _subject(done)
    person = context.badge.person
    is_witnessed = done.decision.situation.part is Part.WITNESS and check is not None
    me = {"id": person.user_id, "name": person.printed_name} if person else {"id": None, "name": ""}
    first = {"id": check.performer_id, "name": check.performer_name} if is_witnessed and check else me
    second = me if is_witnessed else {"id": None, "name": ""}
    earlier = [d for d in context.known.done if d.step == done.step.code and d.subject == subject]
    return new(
        "coi.steprecord",
        done.id("record"),
        order_id=done.order.id,
        step=done.step.code,
        subject=subject,
        occurrence=len(earlier) + 1,
        batch=_batch_of(done),
        containers=[container.id for container in done.subjects],
        check_ref_id=done.check_id,
        station=context.station.code,
        site_id=context.station.site,
        at=done.now,
        performed_at=done.at if done.decision.situation.late is not None else None,
        performer_id=first["id"],
        performer_name=first["name"],
        witness_id=second["id"],
        witness_name=second["name"],
        values=done.decision.values,
        stock=[
            {"item": s.item, "code": s.target} for s in done.scans if ":" in s.item or s.item == Item.SHIPPER
        ],
    )


def _batch_of(done: _Completed) -> UUID | str | None:
    """The batch that the step belongs to; whoever starts it is one of its producers too."""
    if done.step.does is Does.START_BATCH:
        return done.id("batch")
    return done.decision.situation.batch_id or None


def _overtaken(done: _Completed) -> Iterable[Change]:
    """Other checks at the same step for the same containers: whoever began them is told 'already done'."""
    mine = {container.id for container in done.subjects}
    for check in done.context.known.checks.values():
        is_same = (
            check.step == done.step.code and check.order_id == done.order.id and mine == set(check.subjects)
        )
        if (
            is_same
            and check.id != str(done.check_id)
            and check.state is CheckState.OPEN
            and not done.step.is_repeatable
        ):
            yield put("coi.check", check.id, state=str(CheckState.ABANDONED), closed_at=done.now)


def _weight(done: _Completed) -> Iterable[Change]:
    """What the patient weighs, where the step measures it: the journey has a dated weight from then on."""
    name = next((rule.name for rule in done.step.values if rule.is_weight), "")
    check, person = done.decision.situation.check, done.context.badge.person
    if not name or done.order.kind is not OrderKind.PATIENT:
        return
    entered = {"at": done.at, "id": person.user_id if person else None, "name": done.context.actor.name}
    if done.step.values_by is ValuesBy.PERFORMER and check is not None and check.performed_at is not None:
        at = check.performed_at if check.late is None else done.at
        entered = {"at": at, "id": check.performer_id, "name": check.performer_name}
    yield new(
        "coi.weight",
        done.id("weight"),
        order_id=done.order.id,
        kg=done.decision.values[name],
        measured_at=entered["at"],
        source=str(WeightSource.SCALE),
        step=done.step.code,
        recorded_at=done.now,
        recorded_by_id=entered["id"],
        recorded_by_name=entered["name"],
    )


def _subject(done: _Completed) -> str:
    if done.step.scope is Scope.ORDER or not done.subjects:
        return done.order.id
    return done.subjects[0].id if done.step.scope is Scope.CONTAINER else done.subjects[0].batch_id


# --- what each kind of step does ------------------------------------------------------------------------------------


def _does(done: _Completed) -> Plan:
    timed = _hold_time(done)
    return _DOES[done.step.does](done).plus(Plan(changes=tuple(timed))).plus(_overrun(done))


def _overrun(done: _Completed) -> Plan:
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


def _hold_time(done: _Completed) -> Iterable[Change]:
    """Start the clock of this step on its containers, stop the one that waited for it."""
    for container in done.subjects:
        if done.step.hold_minutes is not None:
            until = done.at + timedelta(minutes=done.step.hold_minutes)
            yield put("coi.container", container.id, hold_until=until, hold_step=done.step.hold_until_step)
        elif container.hold_step == done.step.code:
            yield put("coi.container", container.id, hold_until=None, hold_step="")


def _nothing(done: _Completed) -> Plan:
    del done
    return Plan()


def _collect(done: _Completed) -> Plan:
    """A new donation number, its bag, and the bag's first label."""
    site = done.party_site()
    din = numbers.new_din(facility=facility_of(site), now=done.now)
    row = done.id("collection")
    collection = new(
        "coi.collection", row, order_id=done.order.id, din=din, site_id=site, collected_at=done.at
    )
    made = _children(done, (), collection_id=row)
    return Plan(changes=(collection,), facts={"din": din}, subjects=(Subject("din", din),)).plus(made)


def _make(done: _Completed) -> Plan:
    return _children(done, done.subjects).plus(_consume(done))


def _consume(done: _Completed) -> Plan:
    if done.step.makes is None or not done.step.makes.is_consuming:
        return Plan()
    return _set_status(done, ContainerStatus.CONSUMED)


def _set_status(done: _Completed, status: ContainerStatus) -> Plan:
    return Plan(changes=tuple(put("coi.container", c.id, status=str(status)) for c in done.subjects))


def _children(done: _Completed, parents: Sequence[ContainerFacts], **more: Any) -> Plan:
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


def _birth(done: _Completed, makes: Makes, parents: Sequence[ContainerFacts]) -> dict[str, Any]:
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


def _apply_label(done: _Completed) -> Plan:
    """The copy that was scanned back is the one applied; the container may move from now on."""
    return _applied(done, Item.LABEL).plus(_set_status(done, ContainerStatus.AVAILABLE))


def _into_cassette(done: _Completed) -> Plan:
    """The cassette's label was scanned beside the bag's, before the bag can be seen no more: it stands for it now."""
    return _applied(done, Item.CASSETTE)


def _applied(done: _Completed, item: Item) -> Plan:
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


def _transfer(done: _Completed) -> Plan:
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


def _start_batch(done: _Completed) -> Plan:
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


def _put_away(done: _Completed) -> Plan:
    place = done.scanned(Item.PLACE)
    moved = tuple(put("coi.container", container.id, place=place) for container in done.subjects)
    return Plan(changes=moved, facts={"place": place})


def _thaw(done: _Completed) -> Plan:
    return _set_status(done, ContainerStatus.THAWED)


def _infuse(done: _Completed) -> Plan:
    return _set_status(done, ContainerStatus.INFUSED)


def _close(done: _Completed) -> Plan:
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


def _may_be_made_again(done: _Completed, own: Sequence[ContainerFacts]) -> bool:
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


_DOES: dict[Does, Callable[[_Completed], Plan]] = {
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

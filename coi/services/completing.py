"""What an accepted request changes: the check as it goes on, and, once complete, what its step does."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from coi.rules.interlocks import Decision
from coi.rules.journey import CheckState, ItemScan, OrderKind
from coi.rules.outcome import Outcome
from coi.rules.protocol import Does, Item, Scope, ValuesBy
from coi.rules.situation import Part
from coi.rules.weights import WeightSource
from coi.services import late
from coi.services.carrying_out import carried_out
from coi.services.completed import Completed, all_scans
from coi.services.context import Context, Follow, Plan
from coi.services.recording import digest_of
from ledger.rules import Change, derive, new, put
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
    done = Completed(context, decision, step, order, check_id)
    rows = (_step_record(done), *_overtaken(done), *_weight(done))
    return started.plus(carried_out(done)).plus(Plan(changes=rows))


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


def _step_record(done: Completed) -> Change:
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


def _batch_of(done: Completed) -> UUID | str | None:
    """The batch that the step belongs to; whoever starts it is one of its producers too."""
    if done.step.does is Does.START_BATCH:
        return done.id("batch")
    return done.decision.situation.batch_id or None


def _overtaken(done: Completed) -> Iterable[Change]:
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


def _weight(done: Completed) -> Iterable[Change]:
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


def _subject(done: Completed) -> str:
    if done.step.scope is Scope.ORDER or not done.subjects:
        return done.order.id
    return done.subjects[0].id if done.step.scope is Scope.CONTAINER else done.subjects[0].batch_id

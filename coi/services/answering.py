"""The answer to a scan, the row and the facts that keep it: codes and parameters, never sentences."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from coi.events import Event
from coi.rules.guards import plan_changes
from coi.rules.interlocks import Decision
from coi.rules.journey import Reading
from coi.rules.outcome import Outcome, Refusal
from coi.rules.requests import ScanRequest
from coi.rules.situation import cautions, left_behind
from coi.selectors.known import secret_index_key
from coi.services.context import Context
from ledger.rules import Change, Subject, new

Answer = dict[str, Any]


def event_of(decision: Decision) -> Event:
    """The event by which the ledger knows this request."""
    if decision.is_step_complete:
        return Event.STEP_COMPLETED
    names = {Outcome.REFUSED: Event.SCAN_REFUSED, Outcome.UNREADABLE: Event.SCAN_UNREADABLE}
    return names.get(decision.outcome, Event.SCAN_ACCEPTED)


def subjects_of(context: Context, decision: Decision) -> list[Subject]:
    """Every journey and container that this scan touched: a mismatch concerns two journeys."""
    orders = [Subject("order", order.coi_id) for order in context.known.orders.values()]
    scanned = {target.container_id for target in decision.situation.targets()}
    containers = sorted((scanned | {c.id for c in decision.situation.subjects}) - {""})
    station = Subject("station", context.station.code)
    return [*orders, *(Subject("container", container) for container in containers), station]


def facts_of(context: Context, decision: Decision) -> dict[str, Any]:
    """What happened, for people and reports; no personal data, no raw text."""
    situation = decision.situation
    return {
        "outcome": str(decision.outcome),
        "refusals": [_refusal(r) for r in decision.refusals],
        "is_near_miss": decision.is_near_miss,
        "step": situation.step.code if situation.step else context.scan.step,
        "part": str(situation.part),
        "items": [scan.item for scan in decision.scans],
        "subjects": [container.code for container in situation.subjects],
        "kinds": [
            str(r.identifier.kind) if r.identifier else "unreadable" for r in situation.attempt.readings
        ],
        **_symbologies(situation.attempt.readings),
        **keyed_facts(context.scan),
    }


def _symbologies(readings: Iterable[Reading]) -> dict[str, list[str]]:
    """Which symbologies the scanner said that it read; nothing where it does not say."""
    sent = sorted({r.identifier.prefix for r in readings if r.identifier is not None} - {""})
    return {"symbologies": sent} if sent else {}


def keyed_facts(scan: ScanRequest) -> dict[str, Any]:
    """That the codes were typed, and why; nothing for a scan."""
    return {"is_keyed": True, "keyed_reason": str(scan.keyed)} if scan.keyed is not None else {}


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {"code": str(refusal.code), "kind": str(refusal.kind), "params": dict(refusal.params)}


def scan_row(context: Context, decision: Decision, check_id: UUID | None, answer: Answer) -> Change:
    """The row of this request."""
    order, step, scan = decision.situation.order, decision.situation.step, context.scan
    key = secret_index_key()
    return new(
        "coi.scan",
        scan.scan_id,
        order_id=order.id if order else None,
        check_ref_id=check_id,
        step=step.code if step else "",
        station=context.station.code,
        site_id=context.station.site,
        person_id=context.badge.person.user_id if context.badge.person else None,
        at=context.now,
        outcome=str(decision.outcome),
        codes=[str(r.code) for r in decision.refusals],
        is_stop=decision.is_stop,
        is_near_miss=decision.is_near_miss,
        request_digest=scan.digest(key),
        content_digest=scan.content_digest(key),
        is_keyed=scan.is_keyed,
        answer=answer,
    )


def answer_of(
    context: Context, decision: Decision, check_id: UUID | None, extra: Mapping[str, Any]
) -> Answer:
    """The answer in codes. It never holds an identifier that is still to be scanned."""
    situation = decision.situation
    return {
        "scan_id": str(context.scan.scan_id),
        "check": str(check_id) if check_id else None,
        "outcome": str(decision.outcome),
        "refusals": [_refusal(r) for r in decision.refusals],
        "next": _next(decision),
        "person": context.badge.person.printed_name if context.badge.person else "",
        "journey": situation.order.coi_id if situation.order and _may_show(decision) else "",
        "countdown": _countdown(decision),
        **_late(decision),
        "entry": entry_facts(context.scan.scan_id, event_of(decision), context),
        **_titles(decision),
        **extra,
    }


def _late(decision: Decision) -> dict[str, Any]:
    """When the step of this check was performed, if it is recorded late; nothing otherwise."""
    claim = decision.situation.late
    return {"late": {"performed_at": claim.performed_at.isoformat()}} if claim is not None else {}


def _titles(decision: Decision) -> dict[str, dict[str, str]]:
    """What the protocol calls the steps and values that the refusals name; words are made at the door."""
    step, protocol = decision.situation.step, decision.situation.protocol
    known = {rule.name: rule.label for rule in step.values} if step is not None else {}
    known |= {s.code: s.title for s in protocol.steps} if protocol is not None else {}
    named = {str(value) for refusal in decision.refusals for value in refusal.params.values()}
    titles = {code: known[code] for code in sorted(named & known.keys())}
    return {"titles": titles} if titles else {}


def entry_facts(scan_id: UUID, event: Event, context: Context) -> dict[str, str]:
    """What names the entry of this request to a client."""
    return {"request_id": str(scan_id), "event": str(event), "at": context.now.isoformat()}


def _next(decision: Decision) -> dict[str, Any]:
    after, situation = decision.next, decision.situation
    return {
        "need": str(after.need),
        "item": after.item,
        "step": after.step,
        "step_title": situation.step.title if situation.step and after.step else "",
        "part": str(after.part),
        "position": after.position,
        "total": after.total,
        "left_behind": [] if decision.refusals else [c.code for c in left_behind(situation)],
        "cautions": []
        if decision.refusals
        else list(map(str, (*cautions(situation), *plan_changes(situation)))),
        "choices": [{"code": s.code, "title": s.title} for s in situation.choices],
        "values": _value_fields(decision),
    }


def _may_show(decision: Decision) -> bool:
    """The COI id is an identifier too: shown only to the person who has scanned all that they have to."""
    return decision.is_step_complete or any(scan.item == "order" for scan in decision.scans)


def _countdown(decision: Decision) -> dict[str, Any] | None:
    """The earliest time by which a step has to follow for the containers of this check, also one that begins now."""
    situation = decision.situation
    running = [(c.hold_until, c.hold_step) for c in situation.subjects if c.hold_until is not None]
    step = situation.step
    if decision.is_step_complete and step is not None:
        running = [(until, code) for until, code in running if code != step.code]
        if step.hold_minutes is not None:
            until = situation.done_at + timedelta(minutes=step.hold_minutes)
            running.append((until, step.hold_until_step))
    if not running or decision.refusals:
        return None
    until, code = min(running)
    steps = situation.protocol.steps if situation.protocol is not None else ()
    return {
        "until": until.isoformat(),
        "step": code,
        "title": next((s.title for s in steps if s.code == code), code),
        "minutes": next((s.hold_minutes for s in steps if s.hold_until_step == code), None),
    }


def _value_fields(decision: Decision) -> list[dict[str, Any]]:
    step, wanted = decision.situation.step, set(decision.next.values)
    return [
        {
            "name": rule.name,
            "label": rule.label,
            "unit": rule.unit,
            "low": str(rule.low) if rule.low is not None else None,
            "high": str(rule.high) if rule.high is not None else None,
            "choices": list(rule.choices),
        }
        for rule in (step.values if step else ())
        if rule.name in wanted
    ]

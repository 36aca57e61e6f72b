"""One scan, from raw text to a recorded answer: the single way in for pages, API and demonstration.

Note [One scan]
~~~~~~~~~~~~~~~
One transaction. Locks in the written order: the station, the journeys sorted by id, the stream head (by `append`).
The same `scan_id` again gets the recorded answer; with another body it is a conflict. Every request that reaches the
decision is recorded, refused ones too, in the transaction that decided. Raw text goes to the vault, its salted digest
into the entry.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from coi.events import Event
from coi.rules import identifiers
from coi.rules.identifiers import Identifier, IdentifierKind, Unreadable, UnreadableReason
from coi.rules.interlocks import Decision, decide
from coi.rules.journey import ALONE, Attempt, Known, PinState, Reading, StationFacts, Target
from coi.rules.requests import MAX_READINGS, REPEAT_WINDOW, ScanRequest
from coi.rules.situation import Situation
from coi.selectors import known as known_selectors
from coi.selectors.protocols import pinned_protocol
from coi.selectors.then import stood_then
from coi.services import commands, completing, late, raw, stopping
from coi.services.answering import Answer, answer_of, event_of, facts_of, scan_row, subjects_of
from coi.services.context import Context
from ledger.rules import Subject, derive, new
from ledger.rules.errors import Conflict, NotAllowed
from ledger.services import append
from people import selectors as people
from people.rules.authority import BadgeState
from people.rules.sites import StationView
from people.services import lock_station_by_token, verify_pin
from people.services.recording import REQUEST_CONSTRAINT, constraint_of

# What breaks when two stations meet in the same instant: one scan_id delivered to both, or two patients at one place.
# The other one has committed by then, so that this one is decided anew, with what is known now.
_MET = frozenset(
    {REQUEST_CONSTRAINT, "coi_scan_pkey", "coi_vault_pkey", "coi_check_pkey", "coi_place_use_one_patient"}
)


Found = Identifier | Unreadable
# What has dates: whether it might be used is asked of the time at which a step was done.
_STOCK = frozenset(
    {IdentifierKind.LOT, IdentifierKind.EQUIPMENT, IdentifierKind.SHIPPER, IdentifierKind.PRODUCT}
)


class StationUnknown(NotAllowed):
    """The token is no station's: not signed in (401)."""

    http_status = 401


def record_scan(*, scan: ScanRequest, now: datetime) -> Answer:
    """Decide and record one request. The answer holds codes and parameters; `coi.forms` makes words of it.

    Raises StationUnknown (401), Conflict (409: this `scan_id` came with another body). Never raises to refuse.
    """
    try:
        with transaction.atomic():
            return _record(scan, now)
    except IntegrityError as error:
        if constraint_of(error) not in _MET:
            raise
    with transaction.atomic():
        return _record(scan, now)


def _record(scan: ScanRequest, now: datetime) -> Answer:
    station = lock_station_by_token(scan.token)
    if station is None or not station.is_active:
        raise StationUnknown("station_unknown")
    earlier = _earlier(scan, station, now)
    is_same_request = earlier is not None and earlier.request_digest == scan.digest(
        known_selectors.secret_index_key()
    )
    if earlier is not None and earlier.id == scan.scan_id:
        if not is_same_request:
            raise Conflict("scan_id_used")
        return earlier.answer
    badge = people.read_badge(scan.badge.decode("utf-8", "replace"), now)
    context = Context(scan, station, badge, Known(), None, "", now)
    # The same codes for another check are another request; for the check that the first one opened they are not.
    if earlier is not None and (is_same_request or scan.check == earlier.check_ref_id):
        return _repeat(context, earlier)
    identified = [_read(barcode, scan.is_keyed) for barcode in scan.barcodes]
    if command := commands.command_of(identified, scan):
        return commands.run(command, context)
    return _write(*_decided(context, identified))


def _read(barcode: bytes, is_keyed: bool) -> Found:
    """One barcode as it was scanned, or as it was typed: then its check character is asked for."""
    if not is_keyed:
        return identifiers.read(barcode)
    try:
        return identifiers.read_keyed(barcode.decode("ascii"))
    except UnicodeDecodeError:
        return Unreadable(UnreadableReason.NOT_TEXT)


def _expanded(identified: Sequence[Found]) -> list[tuple[int, Found]]:
    """Each barcode, and each part of one that names several things, with the number of its barcode.

    More than `MAX_READINGS` parts are nothing that a label carries: the barcode that goes beyond counts as unreadable.
    """
    found: list[tuple[int, Found]] = []
    for number, one in enumerate(identified):
        several = identifiers.parts(one) if isinstance(one, Identifier) else (one,)
        if len(found) + len(several) > MAX_READINGS:
            several = (Unreadable(UnreadableReason.TOO_LONG),)
        group = number if len(several) > 1 else ALONE
        found += [(group, part) for part in several]
    return found


@dataclass(frozen=True)
class _Earlier:
    """What is read of a recorded scan, to answer it again."""

    id: UUID
    order_id: UUID | None
    check_ref_id: UUID | None
    step: str
    outcome: str
    request_digest: str
    answer_text: str

    @property
    def answer(self) -> Answer:
        """What was answered then."""
        found: Answer = json.loads(self.answer_text)
        return found


_EARLIER = """/* prepared: earlier_scan */
SELECT id, order_id, check_id, step, outcome, request_digest, answer::text FROM coi_scan WHERE id = %s::uuid
UNION ALL
(SELECT id, order_id, check_id, step, outcome, request_digest, answer::text FROM coi_scan
  WHERE station = %s::text AND at > %s::timestamptz AND at <= %s::timestamptz AND content_digest = %s::text
    AND outcome <> 'unreadable' AND NOT answer ? 'is_repeat' ORDER BY at DESC LIMIT 1)
"""


def _earlier(scan: ScanRequest, station: StationView, now: datetime) -> _Earlier | None:
    """The recorded scan of this id, else the same content at this station within the last moments.

    What was itself a repeat is not looked at: the moments run from the scan that was decided.
    """
    digest = scan.content_digest(known_selectors.secret_index_key())
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [scan.scan_id, station.code, now - REPEAT_WINDOW, now, digest])
        found = [_Earlier(*row) for row in cursor.fetchall()]
    return next((row for row in found if row.id == scan.scan_id), found[0] if found else None)


def _decided(bare: Context, identified: Sequence[Found]) -> tuple[Context, Decision]:
    """The decision, and all that it was made from. A late entry is judged again, with what counted then."""
    context, attempt = _attempt(bare, identified)
    decision = decide(attempt, context.known, context.protocol)
    if decision.situation.late is None:
        return context, decision
    context, attempt = _as_it_was(context, attempt, decision.situation)
    return context, decide(attempt, context.known, context.protocol)


def _as_it_was(context: Context, attempt: Attempt, situation: Situation) -> tuple[Context, Attempt]:
    """Lots, devices, roles and training as they counted when the step was done, and what stood against it then.

    What the codes name was found before, and stays: whose the material is, is never asked of another time.
    """
    claim, order, step, person = situation.late, situation.order, situation.step, attempt.person
    if claim is None or order is None or step is None:
        return context, attempt
    at, station = min(claim.performed_at, attempt.now), attempt.station
    stock = [
        r.identifier for r in attempt.readings if r.identifier is not None and r.identifier.kind in _STOCK
    ]
    found, _ = known_selectors.resolve(stock, check_id="", station=station, now=at)
    readings = tuple(
        r if r.identifier is None else replace(r, target=found.get(r.identifier, r.target))
        for r in attempt.readings
    )
    then = stood_then(order=order.id, step=step.code, station=station, at=at, now=attempt.now)
    context = replace(context, known=replace(context.known, then=then))
    as_of = people.person(person.user_id, at) if person is not None else None
    return context, replace(attempt, readings=readings, person=as_of)


def _attempt(bare: Context, identified: Sequence[Found]) -> tuple[Context, Attempt]:
    """The request, read and looked up, under the lock of its journeys."""
    scan, station, now = bare.scan, station_facts(bare.station), bare.now
    check_id = str(scan.check or "")
    expanded = _expanded(identified)
    readable = [found for _, found in expanded if isinstance(found, Identifier)]
    found, check_order = known_selectors.resolve(readable, check_id=check_id, station=station, now=now)
    orders = sorted(({target.order_id for target in found.values()} | {check_order}) - {""})
    lock_orders(orders)
    known = known_selectors.gather(orders=orders, check_id=check_id, station=station)
    readings = tuple(_reading(part, group, found) for group, part in expanded)
    context = _with_protocol(replace(bare, known=known), [check_order, *_order_ids(readings)])
    pin = _pin(context)
    context = replace(context, is_pin_right=pin is PinState.VALID)
    attempt = Attempt(
        now=now,
        station=station,
        person=bare.badge.person,
        badge_state=str(bare.badge.state),
        readings=readings,
        check_id=check_id,
        step=scan.step,
        pin=pin,
        values=scan.values,
        late=scan.late,
    )
    return context, attempt


def _with_protocol(context: Context, candidates: Sequence[str]) -> Context:
    """The protocol pinned by the first journey that was found."""
    orders = context.known.orders
    lead = next((orders[candidate] for candidate in candidates if candidate in orders), None)
    if lead is None:
        return context
    protocol, version = pinned_protocol(lead.protocol_id)
    return replace(context, protocol=protocol, protocol_version=version)


def station_facts(station: StationView) -> StationFacts:
    """The station as the rules see it."""
    return StationFacts(
        code=station.code,
        site=station.site,
        steps=frozenset(station.steps),
        place=station.place,
        is_single_patient=station.place_is_single_patient,
        zone=station.zone,
        required=station.required,
    )


def lock_orders(orders: Sequence[str]) -> None:
    """Lock journeys for the rest of the transaction, always in the order of their ids (one statement)."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "/* prepared: lock_orders */ SELECT id FROM coi_order WHERE id = ANY(%s::text[]::uuid[])"
            " ORDER BY id FOR NO KEY UPDATE",
            [sorted(orders)],
        )


def _reading(found: Found, group: int, targets: Mapping[Identifier, Target]) -> Reading:
    if isinstance(found, Identifier):
        return Reading(found, None, targets.get(found), group)
    return Reading(None, found.reason, None, group)


def _order_ids(readings: Sequence[Reading]) -> list[str]:
    return [r.target.order_id for r in readings if r.target is not None and r.target.order_id]


def _pin(context: Context) -> PinState:
    person = context.badge.person
    if not context.scan.pin:
        return PinState.ABSENT
    if person is None or context.badge.state is not BadgeState.VALID:
        return PinState.INVALID
    is_right = verify_pin(
        user_id=person.user_id,
        pin=context.scan.pin,
        actor=context.actor,
        where=context.where,
        now=context.now,
        request_id=derive(context.scan.scan_id, "pin"),
    )
    return PinState.VALID if is_right else PinState.INVALID


# --- writing --------------------------------------------------------------------------------------------------------


def _write(context: Context, decision: Decision) -> Answer:
    """Record the decision: the check, the scan, what the step or the stop changes; one entry."""
    plan = completing.plan(context, decision)
    if decision.is_stop:
        plan = plan.plus(stopping.plan(context, decision))
    answer = answer_of(context, decision, plan.check_id, plan.extra)
    said = late.keep(context, decision)
    entry = append(
        event=event_of(decision),
        stream=context.stream_of(decision),
        actor=context.actor,
        where=context.where,
        now=context.now,
        request_id=context.scan.scan_id,
        facts={**facts_of(context, decision), **plan.facts, **said, "raw_sha256": raw.keep(context.scan)},
        changes=[*plan.changes, scan_row(context, decision, plan.check_id, answer)],
        subjects=[*subjects_of(context, decision), *plan.subjects],
        check=plan.check_id,
        protocol_version=context.protocol_version,
        **late.of_entry(decision),
    )
    for follow in plan.after:
        follow(entry)
    return answer


def _repeat(context: Context, earlier: _Earlier) -> Answer:
    """A double trigger: the same answer under the new id; recorded, but neither a refusal nor a deviation."""
    scan, key = context.scan, known_selectors.secret_index_key()
    answer = {**earlier.answer, "scan_id": str(scan.scan_id), "is_repeat": True}
    row = new(
        "coi.scan",
        scan.scan_id,
        order_id=earlier.order_id,
        check_ref_id=earlier.check_ref_id,
        step=earlier.step,
        station=context.station.code,
        site_id=context.station.site,
        person_id=context.actor.user_id,
        at=context.now,
        outcome=earlier.outcome,
        request_digest=scan.digest(key),
        content_digest=scan.content_digest(key),
        is_keyed=scan.is_keyed,
        answer=answer,
    )
    append(
        event=Event.SCAN_REPEATED,
        stream=f"station:{context.station.code}",
        actor=context.actor,
        where=context.where,
        now=context.now,
        request_id=scan.scan_id,
        facts={"repeats": str(earlier.id), "outcome": earlier.outcome, "raw_sha256": raw.keep(scan)},
        changes=[row],
        subjects=[Subject("station", context.station.code)],
        check=earlier.check_ref_id,
    )
    return answer

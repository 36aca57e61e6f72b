"""Scans that are not about material: badge in, cancel a check, line clearance. All recorded like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coi.events import Event
from coi.models import Check, Order, PlaceUse
from coi.rules.identifiers import Identifier, IdentifierKind, Unreadable
from coi.rules.journey import CheckState
from coi.rules.outcome import Outcome, RefusalCode
from coi.rules.requests import ScanRequest
from coi.selectors.known import secret_index_key
from coi.selectors.protocols import pinned_protocol
from coi.services import raw
from coi.services.answering import Answer, entry_facts, keyed_facts
from coi.services.context import Context
from ledger.rules import Change, Subject, new, put
from ledger.services import append
from people import selectors as people
from people.rules import codes
from people.rules.authority import BadgeState


class Command(StrEnum):
    """What can be scanned instead of touched."""

    BADGE_IN = "badge_in"
    CANCEL = "cancel"
    CLEAR = "clear"


COMMAND_CODES = {codes.make("C", "CANCEL"): Command.CANCEL, codes.make("C", "CLEAR"): Command.CLEAR}


_BADGES = frozenset({IdentifierKind.BADGE, IdentifierKind.STAFF})


def command_of(identified: Sequence[Identifier | Unreadable], scan: ScanRequest) -> Command | None:
    """The command, if the request is one: a badge shown alone, or one command code."""
    if len(identified) != 1 or not isinstance(identified[0], Identifier):
        return None
    only = identified[0]
    if only.kind in _BADGES and scan.barcodes[0] == scan.badge:
        return Command.BADGE_IN
    return COMMAND_CODES.get(only.value) if only.kind is IdentifierKind.COMMAND else None


@dataclass(frozen=True)
class _Done:
    """What a command came to."""

    event: Event
    outcome: Outcome = Outcome.ACCEPTED
    refusals: tuple[tuple[RefusalCode, dict[str, str]], ...] = ()
    changes: tuple[Change, ...] = ()
    subjects: tuple[Subject, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()


def run(command: Command, context: Context) -> Answer:
    """Carry out and record a command. Anybody with a valid badge may; nothing but a badge is asked."""
    if context.badge.state is not BadgeState.VALID:
        done = _refused((RefusalCode.BADGE_NOT_VALID, {"state": str(context.badge.state)}))
    elif command is Command.BADGE_IN:
        done = _Done(Event.BADGE_PRESENTED)
    elif command is Command.CANCEL:
        done = _cancel(context)
    else:
        done = _clear(context)
    return _record(context, command, done)


def _refused(
    *refusals: tuple[RefusalCode, dict[str, str]], titles: tuple[tuple[str, str], ...] = ()
) -> _Done:
    return _Done(Event.SCAN_REFUSED, Outcome.REFUSED, refusals, titles=titles)


def _cancel(context: Context) -> _Done:
    """Abandon the open check named in the request, under its journey's lock: a scan may be completing it elsewhere."""
    rows, check = Check.objects.select_related("order"), context.scan.check
    row = rows.filter(id=check).first() if check is not None else None
    if row is not None and row.order_id is not None:
        Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        row.refresh_from_db(fields=["state"])
    if row is None or row.state != CheckState.OPEN or row.station != context.station.code:
        return _refused((RefusalCode.CHECK_CLOSED, {"state": row.state if row else "unknown"}))
    change = put("coi.check", row.id, state=str(CheckState.ABANDONED), closed_at=context.now)
    return _Done(Event.CHECK_ABANDONED, changes=(change,), subjects=_order_of(row))


def _order_of(row: Check) -> tuple[Subject, ...]:
    return (Subject("order", row.order.coi_id),) if row.order is not None else ()


def _clear(context: Context) -> _Done:
    """Line clearance: the place is free for the next patient once nothing is open at any of its stations.

    Under the lock of the journey that is here: a scan of another station may be opening a check of it this moment.
    """
    place = context.station.place
    used = PlaceUse.objects.filter(place=place, closed_at__isnull=True).first()
    order = Order.objects.select_for_update(no_key=True).get(id=used.order_id) if used is not None else None
    if still_open := _open_here(place):
        return still_open
    if used is None or order is None:
        return _Done(Event.PLACE_CLEARED)
    change = put("coi.placeuse", used.id, closed_at=context.now)
    return _Done(Event.PLACE_CLEARED, changes=(change,), subjects=(Subject("order", order.coi_id),))


def _open_here(place: str) -> _Done | None:
    """The refusal, if a check is open at one of the place's stations: it names the one that was begun first."""
    names = {station.code: station.name for station in people.stations_of_place(place)}
    open_checks = Check.objects.select_related("order").filter(station__in=names, state=CheckState.OPEN)
    first = open_checks.order_by("opened_at", "id").first()
    if first is None:
        return None
    params = {
        "place": place,
        "station": first.station,
        "station_name": names[first.station],
        "step": first.step,
    }
    protocol = pinned_protocol(str(first.order.protocol_id))[0] if first.order is not None else None
    step = protocol.step(first.step) if protocol is not None else None
    titles = ((step.code, step.title),) if step is not None else ()
    return _refused((RefusalCode.CHECKS_OPEN, params), titles=titles)


def _answer(context: Context, command: Command, done: _Done) -> Answer:
    scan_id = context.scan.scan_id
    return {
        "scan_id": str(scan_id),
        "check": None,
        "outcome": str(done.outcome),
        "refusals": [{"code": str(code), "kind": "hint", "params": params} for code, params in done.refusals],
        "next": _idle(),
        "person": context.badge.person.printed_name if context.badge.person else "",
        "journey": "",
        "countdown": None,
        "command": str(command),
        "entry": entry_facts(scan_id, done.event, context),
        **({"titles": dict(done.titles)} if done.titles else {}),
    }


def _record(context: Context, command: Command, done: _Done) -> Answer:
    scan, station, answer = context.scan, context.station, _answer(context, command, done)
    append(
        event=done.event,
        stream=f"station:{station.code}",
        actor=context.actor,
        where=context.where,
        now=context.now,
        request_id=scan.scan_id,
        facts={
            "command": str(command),
            "outcome": str(done.outcome),
            **keyed_facts(scan),
            "raw_sha256": raw.keep(scan),
        },
        changes=[*done.changes, _row(context, done, answer)],
        subjects=[Subject("station", station.code), *done.subjects],
        check=scan.check if command is Command.CANCEL else None,
    )
    return answer


def _row(context: Context, done: _Done, answer: Answer) -> Change:
    """The row of this request."""
    scan, key = context.scan, secret_index_key()
    return new(
        "coi.scan",
        scan.scan_id,
        station=context.station.code,
        site_id=context.station.site,
        person_id=context.actor.user_id,
        at=context.now,
        outcome=str(done.outcome),
        codes=[str(code) for code, _ in done.refusals],
        request_digest=scan.digest(key),
        content_digest=scan.content_digest(key),
        is_keyed=scan.is_keyed,
        answer=answer,
    )


def _idle() -> dict[str, Any]:
    return {
        "need": "scan",
        "item": "",
        "step": "",
        "step_title": "",
        "part": "performer",
        "position": 0,
        "total": 0,
        "left_behind": [],
        "cautions": [],
        "choices": [],
        "values": [],
    }

"""Qualifying a station's scanner: the card of test symbols, scanned there and then and signed with badge and PIN.

A device check of 21 CFR 11.10(h). A keyboard scanner has no identity that it could show, so the record binds to the
station: whoever plugs in another scanner scans the card again.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from coi.events import Event
from coi.rules.qualification import MOST_NAME, CardReading, last_of_each, problem_of
from coi.rules.requests import index_key
from coi.rules.scanners import CARD_VERSION, SYMBOLS, Finding, Terms, Transmission, assess, is_passed, judge
from coi.rules.vault import VaultKind
from coi.selectors.known import secret_index_key
from coi.selectors.scanners import QualificationView, due_soon, qualification
from coi.services import vault
from coi.services.recording import actor_of, answered_once, where_of, writing
from coi.services.scans import StationUnknown
from ledger.rules import Actor, AuthMethod, Subject, Where, derive, new
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entry_for_request
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import BadgeCredential, CredentialState
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.sites import StationView
from people.services import close_work_item, confirm, lock_station_by_token, open_work_item
from people.services.recording import Doing, record

DUE = "scanner_due"
WATCHER = Actor.service("scanner watch")


def terms(longest_pause_ms: int | None) -> Terms:
    """What is asked of a scanner here; the pause is that of the device to which it is attached."""
    return Terms(longest_pause_ms, is_aim_required=settings.SCANNER_AIM_REQUIRED)


def try_symbol(
    *, symbol: str, transmission: Transmission, longest_pause_ms: int | None
) -> tuple[Finding, ...]:
    """Judge one symbol of the card while it is being scanned. Nothing is recorded. NotFound for no symbol of it."""
    if symbol not in SYMBOLS:
        raise NotFound("symbol_unknown")
    return judge(SYMBOLS[symbol], transmission, terms(longest_pause_ms))


@answered_once
def record_qualification(
    *,
    token: str,
    badge: str,
    pin: str,
    readings: Sequence[CardReading],
    make: str = "",
    serial: str = "",
    longest_pause_ms: int | None = None,
    now: datetime,
    request_id: UUID,
) -> QualificationView:
    """Judge a scan of the whole card and record it, passed or failed, with every reading in the vault.

    Of several tries of one symbol the last counts. Raises StationUnknown (401), Invalid (not the whole card),
    NotAllowed (the credential, the role), Conflict (the request id was used for something else).
    """
    given = tuple(readings)
    asked = _digest(given, make, serial, badge)
    if (earlier := _repeated(request_id, asked)) is not None:
        return earlier
    station = people.station_by_token(token)
    if station is None or not station.is_active:
        raise StationUnknown("station_unknown")
    _need_fields(given, make, serial)
    # Outside the transaction: a wrong PIN is counted whatever becomes of the rest.
    where = where_of(station)
    checked = confirm(credential=BadgeCredential(badge, pin), where=where, now=now, request_id=request_id)
    if checked.state is not CredentialState.ACCEPTED or checked.confirmed is None:
        raise NotAllowed("credential_refused")
    with writing():
        lock_station_by_token(token)
        person = _qualifier(checked.confirmed.user_id, station, now)
        doing = Doing(actor_of(person, AuthMethod.BADGE_PIN), where, now, request_id)
        about = {"make": make.strip(), "serial": serial.strip(), "request": asked}
        return _record(doing, station, given, terms(longest_pause_ms), about)


def _digest(readings: Sequence[CardReading], make: str, serial: str, badge: str) -> str:
    """What makes this request itself: the same id with another digest is a conflict."""
    sent = [[r.symbol, r.transmission.raw.hex(), str(r.transmission.ending)] for r in readings]
    return index_key(secret_index_key(), "scanner card", json.dumps([sent, make, serial, badge]))


def _repeated(request_id: UUID, asked: str) -> QualificationView | None:
    earlier = entry_for_request(request_id)
    if earlier is None:
        return None
    if (
        earlier.event not in (Event.SCANNER_QUALIFIED, Event.SCANNER_FAILED)
        or earlier.facts["request"] != asked
    ):
        raise Conflict("request_id_used")
    return qualification(_row_id(request_id))


def _row_id(request_id: UUID) -> UUID:
    return derive(request_id, "scanner")


def _need_fields(readings: tuple[CardReading, ...], make: str, serial: str) -> None:
    problems = {"readings": problem_of(readings)}
    for name, value in (("make", make), ("serial", serial)):
        problems[name] = (
            "too_long" if len(value) > MOST_NAME else "" if value.isprintable() else "not_printable"
        )
    wrong = {name: code for name, code in problems.items() if code}
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})


def _qualifier(user_id: int, station: StationView, now: datetime) -> Person:
    person = people.person(user_id, now)
    right = Right.RECORD_QUALIFICATION
    if person is None or not person.may(right, station.site, now):
        raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "site": station.site})
    return person


def _record(
    doing: Doing,
    station: StationView,
    readings: tuple[CardReading, ...],
    asked: Terms,
    about: dict[str, str],
) -> QualificationView:
    row = _row_id(doing.request_id)
    found = assess(last_of_each(readings), asked)
    is_qualified = all(is_passed(findings) for findings in found.values())
    until = doing.now + timedelta(days=settings.SCANNER_QUALIFICATION_DAYS) if is_qualified else None
    values: dict[str, Any] = {
        "until": until,
        "make": about["make"],
        "serial": about["serial"],
        "card_version": CARD_VERSION,
        "findings": _told(found),
        "evidence": _keep(row, readings),
    }
    state = {"station": station.code, "site_id": station.site, "at": doing.now, "is_qualified": is_qualified}
    by = {"by_id": doing.actor.user_id, "by_name": doing.actor.name}
    limits = {"longest_pause_ms": asked.longest_pause_ms, "is_aim_required": asked.is_aim_required}
    record(
        doing,
        event=Event.SCANNER_QUALIFIED if is_qualified else Event.SCANNER_FAILED,
        stream=f"station:{station.code}",
        facts={"station": station.code, **values, **limits, "request": about["request"]},
        changes=[new("coi.scannerqualification", row, **state, **by, **values)],
        subjects=[Subject("station", station.code)],
    )
    if is_qualified:
        _close_work(station.code, doing)
    return QualificationView(
        id=row,
        station=station.code,
        site=station.site,
        at=doing.now,
        by=doing.actor.name,
        **{**values, "findings": tuple(values["findings"])},
    )


def _told(found: dict[str, tuple[Finding, ...]]) -> list[dict[str, Any]]:
    return [
        {"symbol": symbol, "code": str(one.code), "is_fault": one.is_fault, "params": dict(one.params)}
        for symbol, findings in found.items()
        for one in findings
    ]


def _keep(row: UUID, readings: Sequence[CardReading]) -> str:
    """Every reading, mended ones too, into the vault: what was scanned by mistake may have been a patient's."""
    content = [
        {
            "symbol": reading.symbol,
            "raw": reading.transmission.raw.hex(),
            "ending": str(reading.transmission.ending),
            "slowest_ms": reading.transmission.slowest_ms,
        }
        for reading in readings
    ]
    return vault.keep_json(kind=VaultKind.SCAN, id=row, content=content)


# --- the work before it is due ---------------------------------------------------------------------------------------


def open_due_scanner_work(*, now: datetime) -> int:
    """Give the supervisors work for each scanner whose qualification runs out soon. Returns how many there are.

    One piece of work for each qualification: what was marked as done is not opened again.
    """
    return sum(_open_work(view, now) for view in due_soon(now))


@transaction.atomic
def _open_work(view: QualificationView, now: datetime) -> bool:
    request_id = derive(view.id, DUE)
    station = people.station_by_code(view.station)
    if station is None or not station.is_active or entry_for_request(request_id) is not None:
        return False
    open_work_item(
        site=view.site,
        role=Role.SUPERVISOR,
        subject=Subject("station", view.station),
        cause=DUE,
        due_at=view.until,
        actor=WATCHER,
        where=Where(site=view.site, zone=station.zone),
        now=now,
        request_id=request_id,
    )
    return True


def _close_work(station: str, doing: Doing) -> None:
    for item in people.open_work_about("station", station):
        if item.cause == DUE:
            close_work_item(
                id=item.id,
                actor=WATCHER,
                where=doing.where,
                now=doing.now,
                request_id=derive(doing.request_id, f"done {item.id}"),
            )

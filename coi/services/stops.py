"""Clearing a STOP: a second qualified person, on site, with badge and PIN."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from coi.events import Event
from coi.models import Check
from coi.rules.journey import CheckState
from coi.services.recording import actor_of, answered_once, repeated, where_of
from coi.services.scans import StationUnknown
from ledger.rules import AuthMethod, Subject, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people.rules.authority import Person
from people.rules.credentials import BadgeCredential, CredentialState
from people.rules.rights import Right
from people.rules.sites import StationView
from people.selectors import person as person_of
from people.selectors import station_by_token
from people.services import confirm, lock_station_by_token
from people.services.recording import Doing, record


@answered_once
def clear_stop(*, check: UUID, token: str, badge: str, pin: str, now: datetime, request_id: UUID) -> None:
    """Acknowledge a STOP so that the station goes on; the deviation stays open, the wrong item stays contained.

    Raises StationUnknown (401), NotFound, Conflict (cleared already), NotAllowed: the credential, the role, or the
    same person who met the STOP.
    """
    if repeated(request_id, Event.STOP_CLEARED, check=str(check)):
        return
    station = _station(token)
    _stop_at(station, check)
    # Outside the transaction of the clearance: a wrong PIN is counted whatever becomes of the rest.
    credential = BadgeCredential(badge, pin)
    checked = confirm(credential=credential, where=where_of(station), now=now, request_id=request_id)
    if checked.state is not CredentialState.ACCEPTED or checked.confirmed is None:
        raise NotAllowed("credential_refused")
    with transaction.atomic():
        lock_station_by_token(token)
        row = _stop_at(station, check)
        person = person_of(checked.confirmed.user_id, now)
        why_not = _why_not(row, person, station, now)
        if person is not None:
            _record(
                row,
                Doing(actor_of(person, AuthMethod.BADGE_PIN), where_of(station), now, request_id),
                why_not,
            )
    if why_not or person is None:
        raise NotAllowed(why_not or "credential_refused", detail={"site": station.site})


def _station(token: str) -> StationView:
    found = station_by_token(token)
    if found is None or not found.is_active:
        raise StationUnknown("station_unknown")
    return found


def _stop_at(station: StationView, check: UUID) -> Check:
    """The STOP that still stands at this station; Conflict when somebody was quicker."""
    row = Check.objects.select_related("order").filter(id=check, station=station.code).first()
    if row is None or row.state != CheckState.STOPPED:
        raise NotFound("stop_unknown")
    if row.cleared_at is not None:
        raise Conflict("stop_cleared", detail={"by": row.cleared_by_name})
    return row


def _why_not(row: Check, person: Person | None, station: StationView, now: datetime) -> str:
    """Empty, or the code of what keeps this person from clearing this STOP."""
    if person is None or not person.may(Right.CLEAR_STOP, station.site, now):
        return "role_missing"
    return "same_person" if person.user_id == row.performer_id else ""


def _record(row: Check, doing: Doing, why_not: str) -> None:
    """The clearance, or the attempt at it: both are entries."""
    by = {"cleared_by_id": doing.actor.user_id, "cleared_by_name": doing.actor.name}
    orders = [Subject("order", row.order.coi_id)] if row.order else []
    record(
        doing,
        event=Event.STOP_CLEARANCE_REFUSED if why_not else Event.STOP_CLEARED,
        stream=f"journey:{row.order.coi_id}" if row.order else f"station:{row.station}",
        facts={
            "check": row.id,
            "refusals": [refusal["code"] for refusal in row.refusals],
            "why_not": why_not,
        },
        changes=[] if why_not else [put("coi.check", row.id, cleared_at=doing.now, **by)],
        subjects=[Subject("station", row.station), *orders],
        check=row.id,
    )

"""Clearing a STOP: a second qualified person, on site, with badge and PIN."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from coi.events import Event
from coi.models import Check
from coi.rules.journey import CheckState
from coi.services.recording import actor_of, repeated, where_of
from coi.services.scans import StationUnknown
from ledger.rules import AuthMethod, Subject, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from ledger.services import append
from people.rules.credentials import BadgeCredential, CredentialState
from people.rules.roles import Role
from people.selectors import person as person_of
from people.services import confirm, lock_station_by_token

CLEARERS = frozenset(Role) - {Role.AUDITOR, Role.ADMINISTRATOR, Role.COORDINATOR}


def clear_stop(*, check: UUID, token: str, badge: str, pin: str, now: datetime, request_id: UUID) -> None:
    """Acknowledge a STOP so that the station goes on; the deviation stays open, the wrong item stays contained.

    Raises StationUnknown (401), NotFound, Conflict (cleared already), NotAllowed: the credential, the role, or the
    same person who met the STOP.
    """
    if repeated(request_id, Event.STOP_CLEARED, check=str(check)):
        return
    credential = BadgeCredential(badge, pin)
    with transaction.atomic():
        station = lock_station_by_token(token)
        if station is None or not station.is_active:
            raise StationUnknown("station_unknown")
        row = Check.objects.select_related("order").filter(id=check, station=station.code).first()
        if row is None or row.state != CheckState.STOPPED:
            raise NotFound("stop_unknown")
    # Outside the transaction of the clearance: a wrong PIN is counted whatever becomes of the rest.
    confirmed = confirm(credential=credential, where=where_of(station), now=now, request_id=request_id)
    if confirmed.state is not CredentialState.ACCEPTED or confirmed.confirmed is None:
        raise NotAllowed("credential_refused")
    with transaction.atomic():
        lock_station_by_token(token)
        row = Check.objects.select_related("order").get(id=check)
        person = person_of(confirmed.confirmed.user_id, now)
        if row.cleared_at is not None:
            raise Conflict("stop_cleared", detail={"by": row.cleared_by_name})
        if person is None or not person.has_role(CLEARERS, station.site, now):
            raise NotAllowed("role_missing", detail={"site": station.site})
        if person.user_id == row.performer_id:
            raise NotAllowed("same_person")
        append(
            event=Event.STOP_CLEARED,
            stream=f"journey:{row.order.coi_id}" if row.order else f"station:{station.code}",
            actor=actor_of(person, AuthMethod.BADGE_PIN),
            where=where_of(station),
            now=now,
            request_id=request_id,
            facts={"check": check, "refusals": [refusal["code"] for refusal in row.refusals]},
            changes=[
                put(
                    "coi.check",
                    check,
                    cleared_at=now,
                    cleared_by_id=person.user_id,
                    cleared_by_name=person.printed_name,
                )
            ],
            subjects=[Subject("station", station.code)]
            + ([Subject("order", row.order.coi_id)] if row.order else []),
            check=check,
        )

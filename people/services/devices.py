"""Which device is a station's: bound and released by a supervisor or administrator of its site, with two components.

The bond itself is the token in a cookie of the device, and the door's to set. Here it is decided who may, and recorded.
"""

from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, ActorKind, Subject, Where
from ledger.rules.errors import Invalid, NotAllowed
from people import selectors
from people.events import Event
from people.rules.credentials import Credential, CredentialState
from people.rules.rights import Right
from people.rules.sites import StationView
from people.services.credentials import confirm
from people.services.recording import Doing, is_repeat, record, require, writing

_RIGHTS = {Event.STATION_BOUND: Right.BIND_DEVICE, Event.STATION_RELEASED: Right.RELEASE_DEVICE}


def bind_device(*, token: str, credential: Credential, now: datetime, request_id: UUID) -> StationView:
    """Say that a device becomes the station that holds the token.

    Raises Invalid (no open station has this token), NotAllowed (credential; neither supervisor nor administrator of
    its site).
    """
    return _record(Event.STATION_BOUND, token, credential, now, request_id)


def release_device(*, token: str, credential: Credential, now: datetime, request_id: UUID) -> StationView:
    """Say that a device is no station any more. Raises as `bind_device` does."""
    return _record(Event.STATION_RELEASED, token, credential, now, request_id)


def _record(event: Event, token: str, credential: Credential, now: datetime, request_id: UUID) -> StationView:
    station = selectors.station_by_token(token)
    if station is None or not station.is_active:
        raise Invalid("fields_invalid", detail={"fields": {"token": "token_unknown"}})
    where = Where(site=station.site, station=station.code, zone=station.zone)
    # Outside the transaction: a wrong PIN is counted whatever becomes of the rest.
    check = confirm(credential=credential, where=where, now=now, request_id=request_id)
    if check.confirmed is None:
        is_locked = check.state is CredentialState.LOCKED
        raise NotAllowed("credential_locked" if is_locked else "credential_refused")
    claimed = Actor(ActorKind.PERSON, "", check.confirmed.user_id, check.confirmed.auth)
    person = require(actor=claimed, right=_RIGHTS[event], site=station.site, now=now)
    actor = Actor(ActorKind.PERSON, person.printed_name, person.user_id, check.confirmed.auth)
    facts = {"station": station.code, "user": str(person.user_id)}
    if not is_repeat(request_id=request_id, event=event, facts=facts):
        with writing():
            record(
                Doing(actor, where, now, request_id),
                event=event,
                stream=f"station:{station.code}",
                facts=facts,
                subjects=[Subject("station", station.code), Subject("user", str(person.user_id))],
            )
    return station

"""Organisations, sites, places and stations: made by administrators, locked by whoever scans there."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotFound
from people import models, selectors
from people.events import Event
from people.rules import codes
from people.rules.fields import code_problem, text_problem, word_problem
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.sites import (
    OrganisationKind,
    PlaceView,
    SiteView,
    StationKind,
    StationView,
    identifiers_problem,
    is_zone,
    locale_problem,
    region_problem,
)
from people.selectors.sites import station_rows, station_view, token_hash
from people.services.recording import Doing, is_repeat, record, refuse_bad, require, require_anywhere, writing


@dataclass(frozen=True)
class RegisteredStation:
    """A new station; the token is shown this once, and empty when the same request comes again."""

    station: StationView
    token: str

    def __repr__(self) -> str:
        return f"RegisteredStation({self.station.code})"


def create_organisation(
    *,
    code: str,
    name: str,
    kind: OrganisationKind,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Add a party of the chain; returns its code."""
    refuse_bad(code=code_problem(code), name=text_problem(name))
    require_anywhere(actor=actor, right=Right.CREATE_ORGANISATION, now=now)
    row = derive(request_id, "organisation")
    facts = {"organisation": code, "kind": kind.value, "name": name}
    if is_repeat(request_id=request_id, event=Event.ORGANISATION_CREATED, facts=facts):
        return code
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.ORGANISATION_CREATED,
            stream="people",
            facts=facts,
            changes=[new("people.organisation", row, code=code, name=name, kind=kind.value)],
            subjects=[Subject("organisation", code)],
        )
    return code


def create_site(
    *,
    organisation: str,
    code: str,
    name: str,
    zone: str,
    locale: str = "en",
    identifiers: Mapping[str, str] | None = None,
    region: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> SiteView:
    """Add a site. Whoever makes it is its first administrator, so that it can be furnished at all."""
    known_as = dict(identifiers or {})
    refuse_bad(
        code=code_problem(code), region=region_problem(region), **_site_problems(name, zone, locale, known_as)
    )
    maker = require_anywhere(actor=actor, right=Right.CREATE_SITE, now=now)
    facts = {"site": code, "organisation": organisation, "name": name, "zone": zone, "identifiers": known_as}
    facts |= {"region": region}
    if not is_repeat(request_id=request_id, event=Event.SITE_CREATED, facts=facts):
        owner = selectors.organisation_id(organisation)
        if owner is None:
            raise NotFound("organisation_unknown")
        values = {"organisation_id": owner, "name": name, "zone": zone, "locale": locale, "region": region}
        row, grant = derive(request_id, "site"), derive(request_id, "grant")
        role = {"user_id": maker.user_id, "site_id": row, "role": Role.ADMINISTRATOR.value}
        with writing():
            record(
                Doing(actor, where, now, request_id),
                event=Event.SITE_CREATED,
                stream=f"site:{code}",
                facts=facts,
                changes=[
                    new("people.site", row, code=code, **values, identifiers=known_as),
                    new("people.grant", grant, **role, valid_from=now, valid_until=None),
                ],
                subjects=[Subject("site", code), Subject("user", str(maker.user_id))],
            )
    return _site(code)


def _site_problems(
    name: str, zone: str, locale: str, identifiers: Mapping[str, str]
) -> dict[str, str | None]:
    return {
        "name": text_problem(name),
        "zone": None if is_zone(zone) else "zone_unknown",
        "locale": locale_problem(locale),
        "identifiers": identifiers_problem(identifiers),
    }


def change_site(
    *,
    was: SiteView,
    name: str,
    zone: str,
    locale: str,
    region: str,
    identifiers: Mapping[str, str],
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> SiteView:
    """Change a site as it was read (`was`): all five values are given, whether they differ or not.

    What was issued or told under the old ones stays as it is. Conflict when somebody else was quicker.
    """
    code, known_as = was.code, dict(identifiers)
    problems = _site_problems(name, zone, locale, known_as) | {"region": region_problem(region)}
    refuse_bad(**problems, reason=text_problem(reason, 1000))
    require(actor=actor, right=Right.CHANGE_SITE, site=code, now=now)
    values = {"name": name, "zone": zone, "locale": locale, "identifiers": known_as, "region": region}
    facts = {"site": code, **values}
    if not is_repeat(request_id=request_id, event=Event.SITE_CHANGED, facts=facts):
        with writing():
            row = models.Site.objects.select_for_update(no_key=True).get(code=code)
            if _site(code) != was:
                raise Conflict("site_changed")
            record(
                Doing(actor, where, now, request_id),
                event=Event.SITE_CHANGED,
                stream=f"site:{code}",
                facts=facts,
                changes=[put("people.site", row.pk, **values)],
                subjects=[Subject("site", code)],
                reason=reason,
            )
    return _site(code)


def _site(code: str) -> SiteView:
    site = selectors.site_by_code(code)
    if site is None:
        raise NotFound("site_unknown")
    return site


def create_place(
    *,
    site: str,
    code: str,
    name: str,
    kind: str,
    is_single_patient: bool,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> PlaceView:
    """Add a place; its code is a short code of type P, as printed on it."""
    is_place_code = codes.is_code(code, codes.CodeType.PLACE)
    refuse_bad(
        code=None if is_place_code else "not_a_place_code", name=text_problem(name), kind=word_problem(kind)
    )
    require(actor=actor, right=Right.CREATE_PLACE, site=site, now=now)
    facts = {"place": code, "site": site, "name": name, "kind": kind, "single_patient": is_single_patient}
    if not is_repeat(request_id=request_id, event=Event.PLACE_CREATED, facts=facts):
        values = {"code": code, "name": name, "kind": kind, "is_single_patient": is_single_patient}
        with writing():
            record(
                Doing(actor, where, now, request_id),
                event=Event.PLACE_CREATED,
                stream=f"site:{site}",
                facts=facts,
                changes=[
                    new("people.place", derive(request_id, "place"), site_id=_site(site).id, **values),
                ],
                subjects=[Subject("place", code), Subject("site", site)],
            )
    place = selectors.place_by_code(code)
    if place is None:
        raise NotFound("place_unknown")
    return place


def register_station(
    *,
    site: str,
    place: str,
    code: str,
    name: str,
    kind: StationKind = StationKind.SCAN,
    steps: Sequence[str] = (),
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> RegisteredStation:
    """Register a device at a place, for these steps and no others; its token is shown once."""
    code_fault = None if codes.is_code(code, codes.CodeType.STATION) else "not_a_station_code"
    refuse_bad(code=code_fault, name=text_problem(name), steps=_steps_problem(steps))
    require(actor=actor, right=Right.REGISTER_STATION, site=site, now=now)
    facts = {"station": code, "site": site, "place": place, "name": name, "steps": list(steps)}
    if is_repeat(request_id=request_id, event=Event.STATION_REGISTERED, facts=facts):
        return RegisteredStation(_station(code), "")
    stands_at = selectors.place_by_code(place)
    if stands_at is None or stands_at.site != site:
        raise Invalid("fields_invalid", detail={"fields": {"place": "not_at_this_site"}})
    row = derive(request_id, "station")
    links = {"site_id": _site(site).id, "place_id": stands_at.id}
    values = {"code": code, "name": name, "kind": kind.value, "steps": list(steps), "is_active": True}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.STATION_REGISTERED,
            stream=f"station:{code}",
            facts=facts,
            changes=[new("people.station", row, **links, **values)],
            subjects=[Subject("station", code), Subject("place", place), Subject("site", site)],
        )
        token = _give_token(row, now)
    return RegisteredStation(_station(code), token)


def _steps_problem(steps: Sequence[str]) -> str | None:
    if len(steps) > 200 or len(set(steps)) != len(steps):
        return "steps_repeated_or_too_many"
    return next((problem for step in steps if (problem := text_problem(step, 64))), None)


def _give_token(station: UUID, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    models.StationCredential.objects.update_or_create(
        station_id=station, defaults={"token_hash": token_hash(token), "issued_at": now}
    )
    return token


def _station(code: str) -> StationView:
    station = selectors.station_by_code(code)
    if station is None:
        raise NotFound("station_unknown")
    return station


def change_station(
    *,
    code: str,
    name: str,
    steps: Sequence[str],
    is_active: bool,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> StationView:
    """Change what may be done at a station, or close it; scans wait meanwhile."""
    refuse_bad(name=text_problem(name), steps=_steps_problem(steps), reason=text_problem(reason, 1000))
    require(actor=actor, right=Right.CHANGE_STATION, site=_station(code).site, now=now)
    facts = {"station": code, "name": name, "steps": list(steps), "is_active": is_active}
    if not is_repeat(request_id=request_id, event=Event.STATION_CHANGED, facts=facts):
        with writing():
            row = models.Station.objects.select_for_update(no_key=True).get(code=code)
            values = {"name": name, "steps": list(steps), "is_active": is_active}
            record(
                Doing(actor, where, now, request_id),
                event=Event.STATION_CHANGED,
                stream=f"station:{code}",
                facts=facts,
                changes=[put("people.station", row.pk, **values)],
                subjects=[Subject("station", code)],
                reason=reason,
            )
    return _station(code)


def renew_station_token(
    *, code: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> RegisteredStation:
    """Give a station a new token; the old one is worth nothing from this moment."""
    refuse_bad(reason=text_problem(reason, 1000))
    station = _station(code)
    require(actor=actor, right=Right.RENEW_STATION_TOKEN, site=station.site, now=now)
    facts = {"station": code}
    if is_repeat(request_id=request_id, event=Event.STATION_TOKEN_ISSUED, facts=facts):
        return RegisteredStation(station, "")
    with writing():
        row = models.Station.objects.select_for_update(no_key=True).get(code=code)
        record(
            Doing(actor, where, now, request_id),
            event=Event.STATION_TOKEN_ISSUED,
            stream=f"station:{code}",
            facts=facts,
            subjects=[Subject("station", code)],
            reason=reason,
        )
        token = _give_token(row.pk, now)
    return RegisteredStation(station, token)


def lock_station(code: str) -> StationView | None:
    """Lock a station for the rest of the transaction and read it, in one statement."""
    _need_transaction()
    # NO KEY: rows that point at the station may still be written elsewhere meanwhile.
    rows = station_rows().select_for_update(of=("self",), no_key=True)
    row = rows.filter(code=code).first()
    return None if row is None else station_view(row)


def lock_station_by_token(token: str) -> StationView | None:
    """Find a station by its token, lock it for the rest of the transaction and read it, in one statement."""
    _need_transaction()
    return selectors.station_by_token(token, is_locked=True)


def _need_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a station is locked for a transaction")

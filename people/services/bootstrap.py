"""The first organisation, site and administrator of an empty installation; refused ever after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.rules import Actor, Change, Subject, Where, derive, new
from ledger.rules.errors import Conflict
from ledger.services import append
from people import selectors
from people.events import Event
from people.rules.fields import code_problem, text_problem, username_problem
from people.rules.roles import Role
from people.rules.sites import OrganisationKind, identifiers_problem, is_zone, locale_problem
from people.services.recording import refuse_bad, writing
from people.services.users import NewUser, insert_user

_LOCK = 7_265_316  # any number, the same for all who try


@dataclass(frozen=True)
class FirstSite:
    """What the installation begins with."""

    organisation: str
    organisation_name: str
    kind: OrganisationKind
    site: str
    site_name: str
    zone: str
    locale: str = "en"
    fin: str = ""
    gln: str = ""

    @property
    def identifiers(self) -> dict[str, str]:
        """How others know the site; what was left empty it has not."""
        return {kind: value for kind, value in (("fin", self.fin), ("gln", self.gln)) if value}


def bootstrap(
    *, first: FirstSite, username: str, printed_name: str, email: str = "", now: datetime, request_id: UUID
) -> NewUser:
    """Make the first site and its administrator, whose activation code is shown once."""
    refuse_bad(
        organisation=code_problem(first.organisation),
        organisation_name=text_problem(first.organisation_name),
        site=code_problem(first.site),
        site_name=text_problem(first.site_name),
        zone=None if is_zone(first.zone) else "zone_unknown",
        locale=locale_problem(first.locale),
        identifiers=identifiers_problem(first.identifiers),
        username=username_problem(username),
        printed_name=text_problem(printed_name),
    )
    with writing():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if selectors.is_anyone_here():
            raise Conflict("not_empty")
        user, code = insert_user(username=username, printed_name=printed_name, email=email, now=now)
        for event, stream, facts, changes, subject in _entries(first, user.pk, now, request_id):
            append(
                event=event,
                stream=stream,
                actor=Actor.service("bootstrap"),
                where=Where(site=first.site, zone=first.zone),
                now=now,
                request_id=derive(request_id, event.value),
                facts=facts,
                changes=changes,
                subjects=[subject],
            )
    return NewUser(user.pk, code)


_Entry = tuple[Event, str, dict[str, Any], list[Change], Subject]


def _entries(first: FirstSite, user_id: int, now: datetime, request_id: UUID) -> list[_Entry]:
    organisation, site, grant = (derive(request_id, label) for label in ("organisation", "site", "grant"))
    kind = {"name": first.organisation_name, "kind": first.kind.value}
    address: dict[str, Any] = {"name": first.site_name, "zone": first.zone, "locale": first.locale}
    address |= {"identifiers": first.identifiers}
    owner = new("people.organisation", organisation, code=first.organisation, **kind)
    place = new("people.site", site, organisation_id=organisation, code=first.site, **address)
    role = {"user_id": user_id, "site_id": site, "role": Role.ADMINISTRATOR.value}
    given = new("people.grant", grant, **role, valid_from=now, valid_until=None)
    user = str(user_id)
    return [
        (
            Event.ORGANISATION_CREATED,
            "people",
            {"organisation": first.organisation, **kind},
            [owner],
            Subject("organisation", first.organisation),
        ),
        (
            Event.SITE_CREATED,
            f"site:{first.site}",
            {"site": first.site, **address},
            [place],
            Subject("site", first.site),
        ),
        (Event.USER_CREATED, "people", {"user": user, "site": first.site}, [], Subject("user", user)),
        (
            Event.ROLE_GRANTED,
            "people",
            {"grant": str(grant), "user": user, "role": Role.ADMINISTRATOR.value, "site": first.site},
            [given],
            Subject("user", user),
        ),
    ]

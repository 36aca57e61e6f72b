"""Every address that takes what is sent, form or JSON, for every role: who does what is what `acts.py` says.

Deny by default: an address that takes anything but a look and stands in no table fails, and so does one that stands in
a list of exceptions and needs it no more. Whoever may is asked alone, role by role; all others are asked in one person
who holds all of their roles (what no two may share by one of their own), and one who is let in is named. What they send
leaves nothing behind but the refusal.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.demonstration.site import HOSPITAL, PLANT
from cpv.events import Event as Comparing
from ledger.models import Entry
from people.events import Event
from people.rules.roles import Role
from tests.furnished import Journeys, undone
from tests.permissions import doors
from tests.permissions.acts import BY_FORM, Act
from tests.permissions.api_acts import BY_API, BY_SCRIPT
from tests.permissions.furnishing import a_house
from tests.permissions.house import TOGETHER, House, routes

ALL = frozenset(Role)
NOT_LET_IN = {401, 403, 404}
LOOKING = {"GET", "HEAD", "OPTIONS"}
ANYTHING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON = {**BY_API, **BY_SCRIPT}
ACTS = {**BY_FORM, **JSON}

# What is sent to these is asked of no role, each for one reason.
NO_ROLE = {
    "nobody is signed in yet, or is about to be": (
        *("sign-in/", "sign-in/second-factor/", "sign-in/passkey/", "sign-in/passkey/options/", "activate/"),
        *("sign-in/with/<str:provider_id>/", "sign-in/with/<str:provider_id>/callback/"),
    ),
    "one's own account, session and work, and nobody else's": (
        *("account/password/", "account/pin/", "account/factors/app/", "account/factors/passkey/"),
        *("account/factors/passkey/options/", "account/factors/codes/"),
        *("account/sessions/end/", "sign-out/", "still-here/", "unlock/", "work/done/"),
    ),
    "a station's token is asked for, and there a badge with its PIN: the services are asked by role": (
        *("station/bind/", "station/release/", "station/scan/", "station/stops/<uuid:check>/clear/"),
        *("station/scanner/try/", "station/scanner/record/"),
        *("api/v1/scans/", "api/v1/scanner-checks/", "api/v1/stops/<uuid:check>/clear/"),
    ),
}


def sent_to(view: Callable[..., Any] | None) -> frozenset[str]:
    """The methods by which something is done at a view; all of them, where it does not say which it takes."""
    if (kind := getattr(view, "cls", None)) is not None:
        return frozenset(name.upper() for name in kind.http_method_names if hasattr(kind, name)) - LOOKING
    while view is not None:
        own = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
        if "request_method_list" in own:
            return frozenset(own["request_method_list"]) - LOOKING
        view = getattr(view, "__wrapped__", None)
    return ANYTHING


def test_every_address_that_takes_anything_stands_in_a_table_or_says_why_not() -> None:
    taking = {route: sent_to(view) for route, view in routes()}
    known = {route for route, methods in taking.items() if methods}
    excepted = [route for named in NO_ROLE.values() for route in named]
    by_door = {route for route in doors.BY_RIGHT if route in known}
    asked = set(ACTS) | by_door
    missing = sorted(known - asked - set(excepted))
    assert not missing, f"enter in tests/permissions/acts.py or api_acts.py by whom {missing} is done"
    assert not set(ACTS) - known, "nothing is done there any more"
    assert not set(excepted) - known, "nothing is done there any more: the exception is not needed"
    assert not asked & set(excepted), "asked by role: the exception is not needed"
    assert len(excepted) == len(set(excepted))
    assert not set(ACTS) & by_door, "asked already in test_doors.py"
    more = {route: methods for route, methods in taking.items() if route in asked and methods != {"POST"}}
    assert not more, f"asked here by POST alone: {more}"


@pytest.fixture
def house(journeys: Journeys, time_machine: Any) -> House:
    """The house at the hour at which its last thing was made."""
    made = a_house(journeys)
    time_machine.move_to(journeys.demo.now, tick=True)
    return made


def filled(house: House, given: Any) -> Any:
    """What is sent, with what the house knows in the places of names."""
    if isinstance(given, dict):
        return {filled(house, name): filled(house, one) for name, one in given.items()}
    if isinstance(given, list):
        return [filled(house, one) for one in given]
    if given == "$file":
        return SimpleUploadedFile("x.csv", b"x", "text/csv")
    return house.known[given[1:]] if isinstance(given, str) and given.startswith("$") else given


def written() -> int:
    """How many entries there are but those that say that somebody may not."""
    return Entry.objects.exclude(event__in=(Event.DOOR_REFUSED, Comparing.COMPARISON_REFUSED)).count()


def sent(house: House, route: str, act: Act) -> dict[str, Any]:
    """The body as JSON, or as a form, whose fields hold an object as JSON."""
    body = {"request_id": str(uuid4()), **filled(house, dict(act.body))}
    if route in JSON:
        return {"data": body, "content_type": "application/json"}
    return {"data": {name: json.dumps(it) if isinstance(it, dict) else it for name, it in body.items()}}


def does(house: House, client: Client, route: str, act: Act) -> bool:
    """Whether somebody gets past the question of who they are; nothing of it stays.

    Whoever is refused leaves nothing: who left a wrong password was asked for it, and so was let in.
    """
    house.known["me"] = house.names[client]
    address = house.address(route, filled(house, dict(act.named)))
    refused = NOT_LET_IN | ({422} if act.is_offered else set())
    with undone():
        before = written()
        status = client.post(address, **sent(house, route, act)).status_code
        is_written = written() > before
    assert status < 500, address
    return is_written or status not in refused


def groups(let_in: frozenset[Role]) -> Iterator[frozenset[Role]]:
    """Each of these roles alone; all others together, but for those that nobody holds with another."""
    yield from (frozenset({role}) for role in sorted(let_in))
    rest = ALL - let_in
    yield from (frozenset({role}) for role in sorted(rest - TOGETHER))
    if rest & TOGETHER:
        yield rest & TOGETHER


def found(house: House, route: str, act: Act, site: str) -> frozenset[Role]:
    """Who does it at a site; of several who are let in together, those who are alone."""
    let_in: set[Role] = set()
    for roles in groups(act.here if site == PLANT else act.there):
        if does(house, house.holding(roles, site), route, act):
            let_in |= roles if len(roles) == 1 else alone(house, route, act, site, roles)
    return frozenset(let_in)


def alone(house: House, route: str, act: Act, site: str, roles: frozenset[Role]) -> frozenset[Role]:
    """Which of these roles it is by which one person was let in who holds them all."""
    own = (role for role in roles if does(house, house.clients[role, site], route, act))
    return frozenset(own) or roles


def wrong(house: House, acts: dict[str, Act]) -> dict[tuple[str, str], list[Role]]:
    """Where somebody else is let in than the table says, or is not."""
    told = {}
    for route, act in acts.items():
        for site, roles in ((PLANT, act.here), (HOSPITAL, act.there)):
            if differ := found(house, route, act, site) ^ roles:
                told[route, site] = sorted(differ)
    return told


@pytest.mark.requirement("URS-ACC-01")
def test_what_is_done_on_a_page_is_done_by_its_roles_alone(house: House) -> None:
    told = wrong(house, {**BY_FORM, **BY_SCRIPT})
    assert not told, f"done against acts.py, or not done: {told}"


@pytest.mark.requirement("URS-ACC-01")
def test_what_is_done_over_the_api_is_done_by_its_roles_alone(house: House) -> None:
    told = wrong(house, BY_API)
    assert not told, f"done against api_acts.py, or not done: {told}"

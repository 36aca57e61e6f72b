"""Every address, page or API, for every role: who is let in is what `doors.py` says, and what is missing there fails.

One furnished house, each role once at each door of which roles are asked. To look is asked here by role, and to send
where a door asks for the right itself; what is done behind the other doors is asked in `test_acts.py`, and of its
service in the matrices beside this file; here of those who hold nothing.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client

from config.demonstration.site import HOSPITAL, PLANT
from ledger.models import Entry
from people.events import Event
from people.rules.rights import Right
from people.rules.roles import Role
from tests.furnished import Journeys, undone
from tests.permissions import doors
from tests.permissions.furnishing import a_house
from tests.permissions.house import House, routes

ALL = frozenset(Role)
NOT_LET_IN = {401, 403, 404}
SIGN_IN = "/sign-in/"
KINDS = (doors.OPEN, doors.SIGNED_IN, doors.PLANT, doors.PARTIES, doors.ACTS, doors.OPENED, doors.OWN)
ENTERED = [
    route for kind in (*KINDS, doors.OWN_ACCOUNT, doors.BY_RIGHT, doors.AT_TREATMENT) for route in kind
]


@pytest.fixture
def house(journeys: Journeys, time_machine) -> House:
    """The house at the hour at which its last thing was made."""
    made = a_house(journeys)
    time_machine.move_to(journeys.demo.now, tick=True)
    return made


def test_every_address_is_entered_once() -> None:
    known = [route for route, _view in routes()]
    missing = sorted(set(known) - set(ENTERED))
    assert not missing, f"enter in tests/permissions/doors.py who is let in at {missing}"
    assert not set(ENTERED) - set(known), "no such addresses any more"
    assert len(ENTERED) == len(set(ENTERED))


def expected(route: str) -> tuple[frozenset[Role], frozenset[Role]]:
    """The roles that are let in: of the plant, and of the hospital that treats the patient."""
    if route in doors.AT_TREATMENT:
        return ALL, doors.AT_TREATMENT[route].roles
    if route in doors.BY_RIGHT:
        right, at = doors.BY_RIGHT[route]
        return tuple(right.roles if not at or site in at else frozenset() for site in (PLANT, HOSPITAL))
    here = route in (*doors.SIGNED_IN, *doors.PLANT, *doors.PARTIES)
    return (ALL if here else frozenset()), (ALL if here and route not in doors.PLANT else frozenset())


def is_let_in(client: Client, address: str) -> bool:
    """Whether somebody gets to see anything, or is told what is wrong with what they asked."""
    answer = client.get(address)
    assert answer.status_code < 500, address
    return answer.status_code not in NOT_LET_IN


def may_send(client: Client, address: str) -> bool | None:
    """Whether somebody gets as far as the form, which is empty and so does nothing; None where nothing is sent."""
    status = client.post(address, {}).status_code
    assert status in NOT_LET_IN | {200, 405, 422}, f"{address} {status}: an empty form did something"
    return None if status == 405 else status not in NOT_LET_IN


def sees_opened(house: House, client: Client) -> bool:
    """Whether somebody sees what was measured in a comparison once they have tried to open it, and not before."""
    pictures = [house.address(route) for route in doors.OPENED]
    assert not any(is_let_in(client, address) for address in pictures), "seen unopened"
    with undone():
        asked = {"reason": "x", "request_id": str(uuid4())}
        client.post(house.address("process/comparisons/<str:code>/open/"), asked)
        return all(is_let_in(client, address) for address in pictures)


def of_roles() -> Iterator[str]:
    """The addresses at which every role is asked."""
    for kind in (doors.SIGNED_IN, doors.PLANT, doors.PARTIES, doors.BY_RIGHT, doors.AT_TREATMENT, doors.OWN):
        yield from kind


def asked_at(site: str, roles: frozenset[Role]) -> frozenset[Role]:
    """Where no role is asked for, one of those who may nothing else stands for all at the second site."""
    return (
        ALL
        if roles not in (ALL, frozenset()) or site == PLANT
        else frozenset({Role.SPONSOR, Role.SUPERVISOR})
    )


@pytest.mark.requirement("URS-ACC-01")
def test_every_role_is_let_in_where_it_should_and_nowhere_else(house: House) -> None:
    found, wanted = {}, {}
    for route in of_roles():
        address = house.address(route)
        for site, roles in zip((PLANT, HOSPITAL), expected(route), strict=True):
            asked = {role: house.clients[role, site] for role in asked_at(site, roles)}
            wanted[route, site] = roles & set(asked)
            found[route, site] = frozenset(role for role, it in asked.items() if is_let_in(it, address))
            sending = [may_send(it, address) for it in asked.values()] if route in doors.BY_RIGHT else [None]
            if None not in sending:
                wanted[f"{route} by POST", site] = wanted[route, site]
                let_in = (role for role, may in zip(asked, sending, strict=True) if may)
                found[f"{route} by POST", site] = frozenset(let_in)
    wrong = {door: sorted(roles ^ wanted[door]) for door, roles in found.items() if roles != wanted[door]}
    assert not wrong, f"let in against doors.py, or not let in: {wrong}"
    opened = {who for who, client in house.clients.items() if sees_opened(house, client)}
    assert opened == {(role.value, PLANT) for role in Right.OPEN_COMPARISON.roles}


def outsiders_see_nothing(house: House) -> None:
    """Nobody without a role here looks at what is here."""
    own = {route for route, (_right, at) in doors.BY_RIGHT.items() if not at}
    everybody = {*doors.OPEN, *doors.SIGNED_IN, *doors.OWN_ACCOUNT}
    for route, _view in routes():
        address = house.address(route)
        for name, client in house.outsiders.items():
            if route not in everybody and (name == "no role" or route not in own):
                answer = client.get(address)
                assert answer.status_code in NOT_LET_IN | {405}, f"{name}: {address} {answer.status_code}"


def outsiders_write_nothing(house: House) -> None:
    """What they send is refused, and no entry is made but of the refusal."""
    entries = Entry.objects.exclude(event=Event.DOOR_REFUSED)
    before = entries.count()
    for route in (
        *doors.ACTS,
        *doors.PLANT,
        *doors.PARTIES,
        *doors.BY_RIGHT,
        *doors.OPENED,
        *doors.AT_TREATMENT,
    ):
        for name, client in house.outsiders.items():
            answer = client.post(house.address(route), {})
            assert answer.status_code in NOT_LET_IN | {400, 405, 409, 415, 422}, (
                f"{name}: {route} {answer.status_code}"
            )
    assert entries.count() == before, "something was written"


def nobody_gets_past_without_signing_in(house: House) -> None:
    """Whoever has not signed in is sent to do so, or refused, whatever they ask."""
    nobody = Client()
    for route in sorted(set(ENTERED) - set(doors.OPEN)):
        for ask in (nobody.get, nobody.post, nobody.put, nobody.delete):
            answer = ask(house.address(route))
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)
            is_refused = answer.status_code in {400, 401, 403, 405, 415, 422} or to_sign_in
            assert is_refused or route == "sign-out/", f"{ask.__name__} {route}: {answer.status_code}"


@pytest.mark.requirement("URS-ACC-01")
def test_whoever_holds_nothing_here_gets_nowhere(house: House) -> None:
    outsiders_see_nothing(house)
    outsiders_write_nothing(house)
    nobody_gets_past_without_signing_in(house)

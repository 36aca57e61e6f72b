"""What is read on the path of a scan costs one statement, and no more with history."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from people import models, selectors, services
from people.rules import codes
from people.rules.authority import BadgeState
from people.rules.roles import Role
from tests.people import given


@pytest.fixture
def alice(house):
    return house.someone("Alice", Role.OPERATOR, Role.SUPERVISOR, topics=("thaw", "fill"))


def counted(call):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = call()
    return answer, [query["sql"] for query in captured.captured_queries]


def test_reading_a_badge_is_one_statement_however_much_lies_behind_it(house, alice):
    at = given.now()
    before, statements = counted(lambda: selectors.read_badge(alice.badge, at))
    assert len(statements) == 1
    for _ in range(5):
        grant = services.grant_role(user_id=alice.user_id, role=Role.NURSE, site="HOSP", **house.context())
        services.revoke_role(grant_id=grant, reason="over", **house.context())
    after, statements = counted(lambda: selectors.read_badge(alice.badge, given.now()))
    assert len(statements) == 1
    assert after == before
    assert after.state is BadgeState.VALID


def test_an_unknown_badge_and_a_person_cost_one_statement(house, alice):
    reading, statements = counted(lambda: selectors.read_badge(codes.make("B", "NONE"), given.now()))
    assert (reading.person, reading.state, len(statements)) == (None, BadgeState.UNKNOWN, 1)
    person, statements = counted(lambda: selectors.person(alice.user_id, given.now()))
    assert (person.roles("MFG", given.now()), len(statements)) == ({Role.OPERATOR, Role.SUPERVISOR}, 1)
    assert selectors.person(10**9, given.now()) is None


def test_a_station_is_found_and_locked_in_one_statement(house):
    made = house.station()
    for call in (
        lambda: services.lock_station(made.station.code),
        lambda: services.lock_station_by_token(made.token),
        lambda: selectors.station_by_token(made.token),
    ):
        with transaction.atomic():
            station, statements = counted(call)
        assert (station, len(statements)) == (made.station, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        _, (called,) = counted(lambda: services.lock_station_by_token(made.token))
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name = %s", [called.split()[1]])
        assert "FOR NO KEY UPDATE" in cursor.fetchone()[0]
    assert services.lock_station("none") is None
    assert services.lock_station_by_token("none") is None


def test_a_pin_costs_one_statement_inside_a_transaction(house, alice):
    context = house.context(alice)
    with transaction.atomic():
        is_right, statements = counted(
            lambda: services.verify_pin(user_id=alice.user_id, pin=given.PIN, **context)
        )
    assert is_right
    assert len(statements) == 1


def test_people_with_a_role_are_named_once(house, alice):
    services.grant_role(user_id=alice.user_id, role=Role.OPERATOR, site="MFG", **house.context())
    house.someone("Bob", Role.OPERATOR, site="HOSP")
    found = selectors.people_with_role(Role.OPERATOR, "MFG", given.now())
    assert [person.printed_name for person in found] == ["Alice"]


def test_lists_of_sites_places_and_stations(house):
    made = house.station()
    assert [site.code for site in selectors.sites()] == ["HOSP", "MFG"]
    assert selectors.stations(["MFG"]) == [made.station]
    assert [place.code for place in selectors.places(["MFG", "HOSP"])] == [made.station.place]
    assert selectors.places([]) == selectors.stations([]) == []
    assert selectors.place_by_code("x\x00") is None
    assert selectors.site_by_code("x\x00") is None
    zones = {site.code: site.zone for site in selectors.sites()}
    assert {code: selectors.zone_of(code) for code in zones} == zones
    assert "UTC" not in zones.values()
    assert selectors.zone_of("x\x00") == "UTC"
    assert selectors.station_by_code("x\x00") is None


def test_windows_open_for_administrators_and_auditors_only(house, alice):
    auditor = house.someone("Audrey", Role.AUDITOR)
    may = {
        name: models.User.objects.get(pk=someone.user_id).has_perm("people.view_badge")
        for name, someone in (("admin", house.admin), ("auditor", auditor), ("alice", alice))
    }
    assert may == {"admin": True, "auditor": True, "alice": False}
    admin = models.User.objects.get(pk=house.admin.user_id)
    assert not admin.has_perm("people.change_badge")
    assert not admin.has_perm("people.delete_badge")

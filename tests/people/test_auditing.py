"""Somebody who is here to audit: what they may read, what they may not do, and that every page is recorded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from config import auditing
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid
from people import selectors, services
from people.events import Event
from people.rules.authority import LONGEST_AUDIT, Grant, Period
from people.rules.rights import Right
from people.rules.roles import Role
from tests.people import given
from tests.people.desk_given import NOON, at_desk
from tests.people.given import DAY


@pytest.fixture
def audrey(house):
    return house.someone("Audrey", Role.AUDITOR)


def signed_in(someone):
    client = Client(**{"wsgi.url_scheme": "https"})
    assert client.login(username=someone.username, password=given.PASSWORD)
    return client


def seen(someone):
    return [(it.facts["page"], it.facts["arguments"]) for it in selectors.pages_seen(someone.user_id)][::-1]


# --- the grant -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "field", "code"),
    [
        ({"valid_until": None}, "valid_until", "auditor_needs_an_end"),
        ({"days": LONGEST_AUDIT + DAY}, "valid_until", "audit_too_long"),
        ({"covers": (2, 1)}, "covers_until", "ends_before_it_starts"),
        ({"covers": (1, 1)}, "covers_until", "ends_before_it_starts"),
        ({"role": Role.NURSE, "covers": (1, 2)}, "covers_from", "period_for_auditors_only"),
    ],
)
def test_to_audit_is_granted_with_an_end_and_perhaps_a_time_of_records(house, window, field, code):
    someone = house.someone("Someone")
    asked = {"role": Role.AUDITOR, "valid_until": house.at + window.get("days", DAY)} | {
        name: value for name, value in window.items() if name in ("role", "valid_until")
    }
    if "covers" in window:
        first, last = window["covers"]
        asked["covers"] = Period(house.at + first * DAY, house.at + last * DAY)
    with pytest.raises(Invalid) as caught:
        services.grant_role(user_id=someone.user_id, site="MFG", **asked, **house.context())
    assert caught.value.detail["fields"] == {field: code}


def test_a_site_is_audited_by_one_grant_at_a_time(house, audrey):
    with pytest.raises(Conflict, match="audit_granted_already"):
        house.grant(audrey.user_id, Role.AUDITOR)
    house.grant(audrey.user_id, Role.AUDITOR, "HOSP")
    later = {"valid_from": house.at + 30 * DAY, "valid_until": house.at + 60 * DAY}
    house.grant(audrey.user_id, Role.AUDITOR, **later)


def test_the_grant_ends_by_itself(house, audrey):
    assert audrey.person().is_auditor(house.at)
    assert not audrey.person().is_auditor(house.at + 30 * DAY)


def test_a_person_says_of_which_time_they_may_read(house):
    someone = house.someone("Beata", Role.QA_REVIEWER)
    period = Period(house.at - 9 * DAY, house.at - DAY)
    house.grant(someone.user_id, Role.AUDITOR, "HOSP", covers=period)
    person = someone.person()
    assert person.covers(Right.READ_TRAIL, "HOSP", house.at) == period
    assert person.covers(Right.READ_TRAIL, "MFG", house.at) == Period()
    assert person.covers(Right.REVIEW_BATCH, "HOSP", house.at) is None
    assert person.periods(Right.READ_TRAIL, house.at) == {"HOSP": period, "MFG": Period()}
    both = replace(person, grants=(*person.grants, Grant(Role.SUPERVISOR, "HOSP", house.at - DAY)))
    assert both.covers(Right.READ_TRAIL, "HOSP", house.at).is_all


@pytest.mark.requirement("URS-ACC-06")
def test_the_trail_holds_what_lies_in_the_time(house):
    someone = house.someone("Early")
    house.grant(someone.user_id, Role.AUDITOR, covers=Period(house.at - 9 * DAY, house.at - DAY))
    assert selectors.trail(someone.person(), given.now()) == []
    other = house.someone("Now")
    house.grant(other.user_id, Role.AUDITOR, covers=Period(house.at - DAY, None))
    assert selectors.trail(other.person(), given.now())


# --- every page ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-ACC-06")
def test_every_page_is_recorded_with_its_arguments_and_without_what_was_typed(audrey, house):
    client = signed_in(audrey)
    assert client.get("/people/").status_code == 200
    assert client.get("/entries/?kind=patient&key=Muster").status_code == 200
    assert client.get(f"/people/{audrey.user_id}/").status_code == 200
    assert client.get("/people/999999/").status_code == 404
    assert seen(audrey) == [
        ("people:people", {}),
        ("people:entries", {}),
        ("people:person", {"user_id": str(audrey.user_id)}),
        ("people:person", {"user_id": "999999"}),
    ]
    kept = ledger.entries_of_events([Event.PAGE_SEEN], limit=9)
    assert [it.facts["status"] for it in reversed(kept)] == [200, 200, 200, 404]
    assert "Muster" not in str([it.facts for it in kept])


def test_the_api_and_head_requests_are_recorded_too(audrey):
    client = signed_in(audrey)
    client.get("/api/schema/")
    client.head("/people/")
    assert len(seen(audrey)) == 2


def test_a_page_that_renews_itself_is_one_look_and_a_header_alone_hides_nothing(audrey):
    client, htmx = signed_in(audrey), {"HTTP_HX_REQUEST": "true"}
    client.get("/work/", **htmx)
    assert len(seen(audrey)) == 1, "what was not recorded just before is recorded"
    client.get("/work/", **htmx)
    assert len(seen(audrey)) == 1
    client.get("/people/", **htmx)
    client.get("/people/")
    client.get("/people/")
    assert len(seen(audrey)) == 4


def test_what_renews_itself_is_one_look_for_ten_minutes(db, time_machine):
    time_machine.move_to(NOON, tick=False)
    audrey = given.a_house(NOON).someone("Audrey", Role.AUDITOR)
    client = at_desk(audrey)
    for minute, looks in ((0, 1), (9, 1), (10, 2), (19, 2)):
        time_machine.move_to(NOON + timedelta(minutes=minute), tick=False)
        client.get("/work/", headers={"HX-Request": "true"})
        assert len(seen(audrey)) == looks, minute


def test_what_cannot_be_recorded_is_not_shown(audrey, monkeypatch):
    def away(**about):
        raise DatabaseError

    client = signed_in(audrey)
    monkeypatch.setattr(auditing.services, "record_page_seen", away)
    answer = client.get("/people/")
    assert answer.status_code == 503
    assert b"Audrey" not in answer.content.split(b"<main")[1]


def test_nobody_else_is_watched(house):
    bob = house.someone("Bob", Role.QA_REVIEWER)
    signed_in(bob).get("/people/")
    Client(**{"wsgi.url_scheme": "https"}).get("/sign-in/")
    assert ledger.entries_of_events([Event.PAGE_SEEN], limit=9) == []


def test_quality_and_administrators_read_what_was_seen(house, audrey):
    signed_in(audrey).get("/entries/")
    address = f"/people/{audrey.user_id}/pages/"
    for who, status in (("admin", 200), ("Bob", 200), ("Sue", 403)):
        roles = {"Bob": Role.QA_REVIEWER, "Sue": Role.SUPERVISOR}
        someone = house.admin if who == "admin" else house.someone(who, roles[who])
        answer = signed_in(someone).get(address)
        assert answer.status_code == status, who
        assert (b">/entries/</a>" in answer.content) is (status == 200)

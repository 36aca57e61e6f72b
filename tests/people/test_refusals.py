"""Refusals at doors are entries, and whoever is refused again and again is told to those who answer for security."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from ledger import selectors as ledger
from ledger.rules import Where
from ledger.rules.errors import NotAllowed
from ledger.selectors import EntryView
from people import selectors, services
from people.events import Event
from people.registry import letter
from people.rules.credentials import PasswordCredential
from tests.people import given

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def house(db) -> given.House:
    """A demonstration: its times may be given."""
    return given.a_house(NOON)


@pytest.fixture(autouse=True)
def limits(settings) -> None:
    settings.REFUSALS_BEFORE_ALERT = 3


def entries(event: Event) -> list[EntryView]:
    return ledger.entries_of_events([event], limit=50)


def guess(username: str, at: datetime, **where: str) -> None:
    """A wrong password."""
    credential = PasswordCredential(username, "wrong")
    services.confirm(credential=credential, where=Where(**where), now=at, request_id=uuid4())


def refused_code(username: str, code: str, *, at: datetime = NOON, **more: Any) -> None:
    """An activation code that is refused."""
    with pytest.raises(NotAllowed, match="activation_refused"):
        given.activate(username, code, at=at, **more)


def test_a_refusal_at_a_door_is_an_entry_once_a_minute(house, time_machine):
    time_machine.move_to(NOON + timedelta(seconds=5), tick=False)
    nobody = house.someone("Nobody")
    client = Client(**{"wsgi.url_scheme": "https"})
    assert client.login(username=nobody.username, password=given.PASSWORD)
    assert [client.get("/people/").status_code for _ in range(3)] == [403] * 3
    (entry,) = entries(Event.DOOR_REFUSED)
    assert (entry.actor_id, entry.facts) == (nobody.user_id, {"page": "people:people", "method": "GET"})
    time_machine.shift(60)
    assert client.get("/people/").status_code == 403
    assert len(entries(Event.DOOR_REFUSED)) == 2


def test_who_is_refused_again_and_again_is_told_once(house):
    alice, now = house.someone("Alice"), NOON
    for minute in range(2):
        guess("alice", now + timedelta(minutes=minute))
    assert services.alert_on_refusals(now=now + timedelta(minutes=3)) == 0
    guess("alice", now + timedelta(minutes=3))
    at = now + timedelta(minutes=4)
    assert [services.alert_on_refusals(now=at + timedelta(seconds=n)) for n in (0, 30)] == [1, 0]
    (entry,) = entries(Event.SECURITY_ALERTED)
    assert (entry.facts["kind"], entry.facts["key"]) == ("user", str(alice.user_id))
    assert entry.facts["count"] == 3
    told = selectors.notices_for(house.admin.person(at), at)
    assert {(it.code, it.subject_key) for it in told} == {("refused_often", str(alice.user_id))}


@pytest.mark.requirement("URS-TRAIL-05")
def test_a_refused_activation_code_is_an_entry_and_nothing_typed_is_kept(house):
    made = services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    code, alice = made.activation_code, str(made.user_id)
    refused = [
        ("alice", "guessed-code", NOON, alice, "wrong_activation_code"),
        ("alice", code, NOON + timedelta(days=8), alice, "activation_code_expired"),
        ("no-such-name", code, NOON, None, "user_unknown"),
    ]
    for username, tried, at, user, why in refused:
        refused_code(username, tried, at=at)
        entry = given.last(Event.CREDENTIAL_FAILED)
        assert (entry.actor_id, entry.facts) == (None, {"user": user, "why": why})
        assert not [it for it in (tried, "no-such-name", given.PASSWORD) if it.encode() in entry.body]
    given.activate("alice", code, at=NOON)
    refused_code("alice", code)
    assert given.last(Event.CREDENTIAL_FAILED).facts == {"user": alice, "why": "wrong_activation_code"}
    services.deactivate_user(user_id=made.user_id, site="MFG", reason=given.REASON, **house.context())
    refused_code("alice", code)
    assert given.last(Event.CREDENTIAL_FAILED).facts["why"] == "user_inactive"


def test_an_activation_that_is_sent_twice_is_counted_once(house):
    services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    sent, tries = uuid4(), ["guess"] * 2 + ["another guess"]
    for tried in tries:
        refused_code("alice", tried, request_id=sent)
    assert len(entries(Event.CREDENTIAL_FAILED)) == 2


def test_refused_activation_codes_count_towards_the_alert(house):
    """Three of one account, and three of a name that nobody has at one station."""
    made = services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    for username in ("alice", "nobody-has-this-name"):
        for number in range(3):
            refused_code(username, f"guess {number}", where=Where(site="MFG", station="HOOD"))
    assert services.alert_on_refusals(now=NOON + timedelta(seconds=1)) == 2
    told = {(it.facts["kind"], it.facts["key"]): it.facts["count"] for it in entries(Event.SECURITY_ALERTED)}
    assert told == {("user", str(made.user_id)): 3, ("station", "HOOD"): 3}


def test_names_that_nobody_has_count_for_the_station_where_they_are_tried(house):
    now = NOON
    for number in range(3):
        guess(f"guess{number}", now, site="MFG", station="HOOD")
        guess(f"guess{number}", now - timedelta(minutes=60), site="MFG", station="PACK")
    assert services.alert_on_refusals(now=now + timedelta(seconds=1)) == 1
    (entry,) = entries(Event.SECURITY_ALERTED)
    assert (entry.facts["kind"], entry.facts["key"]) == ("station", "HOOD")


def test_names_that_nobody_has_are_told_at_every_site_and_the_letter_says_how_often(house):
    now = NOON
    for _ in range(3):
        guess("nobody-has-this-name", now)
    services.alert_on_refusals(now=now + timedelta(seconds=1))
    told = selectors.notices_for(house.admin.person(now), now + timedelta(seconds=2))
    assert {it.site for it in told} == {"MFG", "HOSP"}
    notice = told[0]
    assert notice.params == {"count": 3, "minutes": 15}
    written = letter(notice)
    assert written is not None
    assert "was refused 3 times within 15 minutes" in written.text

"""The pages of `people`: signing in, and who may open what."""

from uuid import uuid4

import pytest
from django.urls import reverse

from ledger import selectors as ledger
from ledger.events import Event as Ledger
from ledger.rules import Subject
from people import forms, selectors, services
from people.events import Event
from people.rules.roles import Role
from tests.people import given

SIGN_IN = "/sign-in/"
PAGES = ["people:documents", "people:work", "people:entries"]
TRAIL_READERS = {Role.AUDITOR, Role.QA_REVIEWER, Role.QA_RELEASER, Role.SUPERVISOR}


@pytest.fixture
def client(client):
    client.defaults["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture
def alice(house):
    return house.someone("Alice", Role.SUPERVISOR)


def sign_in(client, someone, password=given.PASSWORD, **more):
    return client.post(SIGN_IN, {"username": someone.username, "password": password, **more})


def test_signing_in_leads_where_one_was_going(client, alice):
    assert client.get(SIGN_IN).status_code == 200
    answer = sign_in(client, alice, next="/work/")
    assert (answer.status_code, answer["Location"]) == (302, "/work/")
    assert client.get("/work/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_signing_in_never_leads_elsewhere(client, alice, target):
    assert sign_in(client, alice, next=target)["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody", given.PASSWORD)])
def test_a_wrong_sign_in_does_not_say_what_was_wrong(client, alice, name, password):
    answer = client.post(SIGN_IN, {"username": name, "password": password})
    assert answer.status_code == 401
    assert "Username or password is wrong." in answer.content.decode()
    assert client.get("/work/").status_code == 302


def test_a_locked_account_is_told_to_wait(client, alice):
    for _ in range(5):
        sign_in(client, alice, password="wrong")
    answer = sign_in(client, alice)
    assert answer.status_code == 401
    assert "Too many wrong attempts" in answer.content.decode()


def test_signing_out_ends_the_session_and_is_an_entry(client, alice):
    sign_in(client, alice)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/work/").status_code == 302
    (entry,) = ledger.entries_of_events([Event.USER_SIGNED_OUT], limit=1)
    assert entry.actor_id == alice.user_id


def test_a_session_ends_when_the_account_is_closed_or_reset(client, house, alice):
    sign_in(client, alice)
    assert client.get("/work/").status_code == 200
    services.reset_user(user_id=alice.user_id, site="MFG", reason="lost", **house.context())
    assert client.get("/work/").status_code == 302


def test_an_account_is_activated_on_its_page(client, house):
    made = services.create_user(username="zoe", printed_name="Zoe", site="MFG", **house.context())
    fields = {
        "username": "Zoe",
        "activation_code": made.activation_code,
        "password": given.PASSWORD,
        "password_again": given.PASSWORD,
        "pin": given.PIN,
    }
    for wrong in (
        {"password_again": "other"},
        {"pin": "1111"},
        {"password": "short", "password_again": "short"},
    ):
        assert client.post("/activate/", fields | wrong).status_code == 422
    assert client.post("/activate/", fields | {"activation_code": "no"}).status_code == 422
    assert client.post("/activate/", fields)["Location"] == SIGN_IN
    assert client.post("/activate/", fields).status_code == 422


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_those_who_signed_in(client, alice, page):
    answer = client.get(reverse(page))
    assert (answer.status_code, answer["Location"]) == (302, f"{SIGN_IN}?next={reverse(page)}")
    sign_in(client, alice)
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("role", [None, *Role])
def test_the_trail_is_for_its_readers(client, house, role):
    dave = house.someone("Dave", *([role] if role else []))
    sign_in(client, dave)
    assert client.get("/entries/").status_code == (200 if role in TRAIL_READERS else 403)


def test_the_trail_shows_a_subject_and_only_ones_own_sites(client, house):
    audrey = house.someone("Audrey", Role.AUDITOR)
    house.someone("Bob", Role.NURSE, site="HOSP")
    services.open_work_item(
        site="HOSP",
        role=Role.NURSE,
        subject=Subject("order", "X"),
        cause="elsewhere",
        **house.context(site="HOSP"),
    )
    services.open_work_item(
        site="MFG", role=Role.NURSE, subject=Subject("order", "X"), cause="here", **house.context()
    )
    sign_in(client, audrey)
    page = client.get("/entries/", {"kind": "order", "key": "X"}).content.decode()
    assert "here" in page
    assert "elsewhere" not in page
    assert f"of the newest {selectors.NEWEST_ENTRIES} entries" in page
    nothing = client.get("/entries/", {"kind": "order", "key": "Y"}).content.decode()
    assert 'href="/audit/search/"' in nothing.partition("There are no entries that you may read")[2]


def test_a_document_shows_its_content_signatures_and_changes(client, house, alice):
    fields = {"kind": "recipe", "code": "R1", "title": "Recipe <1>", "site": "MFG"}
    first = services.draft_document(**fields, content={"steps": ["thaw"]}, **house.context(alice))
    services.submit_document(id=first.id, credential=alice.at_desk, **house.context(alice))
    sign_in(client, alice)
    page = client.get(reverse("people:document", args=[first.id])).content.decode()
    assert "Recipe &lt;1&gt;" in page
    assert "steps[0]" in page
    assert "authorship" in page
    assert "valid" in page
    assert "R1" in client.get("/documents/").content.decode()
    assert client.get(reverse("people:document", args=[uuid4()])).status_code == 404


def test_work_is_done_once_on_its_page(client, house, alice):
    item = services.open_work_item(
        site="MFG",
        role=Role.SUPERVISOR,
        subject=Subject("order", "X"),
        cause="look_at_it",
        due_at=house.at - given.HOUR,
        **house.context(),
    )
    sign_in(client, alice)
    page = client.get("/work/").content.decode()
    assert "look at it" in page
    assert "late" in page
    done = {"item": item, "request_id": str(uuid4())}
    for _ in range(2):
        assert client.post("/work/done/", done).status_code == 302
    assert selectors.work_for(alice.person(), house.at) == []
    assert client.post("/work/done/", {"item": item, "request_id": str(uuid4())}).status_code == 409
    assert client.post("/work/done/", {"item": "x"}).status_code == 422


def test_every_entry_of_this_room_is_told_in_words(client, house, alice):
    # and with which software the installation started, and halts: the ledger has no words of its own
    assert set(forms.presenters()) == {
        *Event,
        Ledger.INSTALLATION_CONFIGURED,
        Ledger.HALT_FOUND,
        Ledger.HALT_RESOLVED,
    }
    auditor = house.someone("Audrey", Role.AUDITOR)
    sign_in(client, auditor)
    page = client.get("/entries/").content.decode()
    assert "Signed in" in page
    assert "Role auditor granted" in page

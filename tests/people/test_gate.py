"""Desks: they rest when nobody is there, end everywhere at once, and open nothing to whoever still owes something."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from ledger import selectors as ledger
from ledger.rules.errors import NotAllowed
from people import selectors, services
from people.events import Event
from people.rules.roles import Role
from tests.people import given
from tests.people.desk_given import NOON, OTHER_PASSWORD, SIGN_IN, at_desk, code, desk
from tests.people.given import REASON, last

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(time_machine, settings):
    settings.IDLE_LOCK_MINUTES, settings.SESSION_COOKIE_AGE = 15, 12 * 3600
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def house(db, clock):
    return given.a_house(NOON)


@pytest.fixture
def alice(house):
    return house.someone("Alice", Role.SUPERVISOR)


def opens(client, page="/work/", **more):
    return client.get(page, **more).status_code == 200


@pytest.mark.requirement("URS-ACC-04")
def test_a_desk_rests_after_a_quarter_of_an_hour_and_goes_on_at_the_same_address(alice, clock):
    client = at_desk(alice)
    clock.move_to(NOON + 14 * MINUTE, tick=False)
    assert opens(client)
    clock.move_to(NOON + 29 * MINUTE, tick=False)
    answer = client.get("/entries/?kind=order&key=X")
    assert answer["Location"] == "/unlock/?next=%2Fentries%2F%3Fkind%3Dorder%26key%3DX"
    page = client.get(answer["Location"]).content.decode()
    assert "Alice" in page
    assert "Signed in" not in page
    assert client.get(SIGN_IN)["Location"].startswith("/unlock/")
    wrong = client.post("/unlock/", {"own_password": "wrong", "next": "/work/"})
    assert (wrong.status_code, "The password is wrong." in wrong.content.decode()) == (401, True)
    assert not opens(client)
    right = client.post("/unlock/", {"own_password": given.PASSWORD, "next": "/work/"})
    assert (right.status_code, right["Location"]) == (302, "/work/")
    assert opens(client)
    assert last(Event.SESSION_UNLOCKED).facts == {"user": str(alice.user_id), "by": "password"}


def test_a_resting_desk_answers_programs_and_fragments_without_leading_them_away(alice, clock):
    client = at_desk(alice)
    clock.move_to(NOON + 15 * MINUTE, tick=False)
    assert client.get("/work/", headers={"HX-Request": "true"}).status_code == 401
    for page in ("/api/v1/process/signals/", "/work/"):
        answer = client.get(page, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "locked")
    sent = client.post("/work/done/", {"item": "x"})
    assert (sent.status_code, "Unlock in another tab" in sent.content.decode()) == (401, True)
    assert opens(client, "/activate/")
    assert client.get("/healthz").status_code != 401


def test_the_cover_unlocks_without_leaving_the_page(alice, clock):
    client = at_desk(alice)
    clock.move_to(NOON + 15 * MINUTE, tick=False)
    cover = {"headers": {"Accept": "application/json"}}
    wrong = client.post("/unlock/", {"own_password": "wrong"}, **cover)
    assert (wrong.status_code, wrong.json()["message"]) == (401, "The password is wrong.")
    assert client.post("/unlock/", {"own_password": given.PASSWORD}, **cover).status_code == 204
    assert opens(client)
    client.post("/sign-out/")
    over = client.post("/unlock/", {"own_password": given.PASSWORD}, **cover)
    assert (over.status_code, over.json()["code"]) == (401, "not_signed_in")


def test_the_cover_over_a_page_of_one_person_does_not_open_for_another(house, alice, clock):
    """Her page still lies below it; by now somebody else is signed in, in another tab."""
    bob = house.someone("Bob", Role.QA_REVIEWER)
    client = at_desk(bob)
    for path in ("/unlock/", "/sign-in/passkey/"):
        sent = {"own_password": given.PASSWORD, "whose": str(alice.user_id)}
        answer = client.post(path, sent, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path
    own = {"own_password": given.PASSWORD, "whose": str(bob.user_id)}
    assert client.post("/unlock/", own, headers={"Accept": "application/json"}).status_code == 204


def test_five_wrong_passwords_lock_the_account_behind_the_cover_too(alice, clock):
    client = at_desk(alice)
    clock.move_to(NOON + 15 * MINUTE, tick=False)
    for number in range(5):
        client.post("/unlock/", {"own_password": f"wrong {number}"})
    answer = client.post("/unlock/", {"own_password": given.PASSWORD})
    assert "Too many wrong attempts" in answer.content.decode()


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}])
def test_what_a_page_asks_for_by_itself_keeps_no_desk_awake(alice, clock, headers):
    client = at_desk(alice)
    clock.move_to(NOON + 14 * MINUTE, tick=False)
    assert opens(client, headers=headers)
    clock.move_to(NOON + 15 * MINUTE, tick=False)
    assert not opens(client)


def test_whoever_types_is_there(alice, clock):
    client = at_desk(alice)
    clock.move_to(NOON + 14 * MINUTE, tick=False)
    assert client.post("/still-here/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 204
    clock.move_to(NOON + 28 * MINUTE, tick=False)
    assert opens(client)
    clock.move_to(NOON + 43 * MINUTE, tick=False)
    assert client.post("/still-here/", headers={"Accept": "application/json"}).status_code == 401
    assert not opens(client)


def test_a_shift_is_the_longest_session(alice, clock, settings):
    settings.IDLE_LOCK_MINUTES = 120
    client = at_desk(alice)
    for minutes in (*range(100, 720, 100), 719):
        clock.move_to(NOON + minutes * MINUTE, tick=False)
        assert opens(client), minutes
    clock.move_to(NOON + 720 * MINUTE, tick=False)
    assert client.get("/work/")["Location"] == "/sign-in/?next=/work/"
    fragment = client.get("/work/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, SIGN_IN)


def test_a_session_that_no_door_opened_counts_for_nothing(alice):
    client = at_desk(alice)
    session = client.session
    del session["veintrace.desk"]
    session.save()
    assert client.get("/work/").status_code == 302


@pytest.mark.requirement("URS-ACC-02")
@pytest.mark.parametrize("what", ["end_sessions", "reset_user", "deactivate_user"])
def test_every_session_ends_at_the_next_request(house, alice, what):
    desks = [at_desk(alice), at_desk(alice)]
    assert all(opens(client) for client in desks)
    getattr(services, what)(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    assert not any(opens(client) for client in desks)
    api = desks[0].get("/api/v1/process/signals/", headers={"Accept": "application/json"})
    assert api.status_code in (401, 403)
    assert desks[1].get(SIGN_IN).status_code == 200
    assert opens(at_desk(alice)) is (what == "end_sessions")


def test_ending_sessions_is_for_administrators_and_is_an_entry(house, alice):
    bob = house.someone("Bob")
    with pytest.raises(NotAllowed, match="role_missing"):
        services.end_sessions(user_id=alice.user_id, site="MFG", reason=REASON, **house.context(bob))
    doing = house.context()
    for _ in range(2):
        services.end_sessions(user_id=alice.user_id, site="MFG", reason=REASON, **doing)
    (entry,) = ledger.entries_of_events([Event.SESSIONS_ENDED], limit=2)
    assert (entry.actor_id, entry.reason) == (house.admin.user_id, REASON)


def test_one_sees_where_one_is_signed_in_and_ends_the_others(alice):
    here, there = at_desk(alice), at_desk(alice)
    page = here.get("/account/").content.decode()
    assert page.count("Firefox, Linux") == 2
    assert here.post("/account/sessions/end/").status_code == 302
    assert opens(here)
    assert not opens(there)
    assert here.get("/account/").content.decode().count("Firefox, Linux") == 1


def test_a_new_password_ends_the_other_sessions_and_is_asked_for_with_the_old_one(alice):
    here, there = at_desk(alice), at_desk(alice)
    new = {"password": OTHER_PASSWORD, "password_again": OTHER_PASSWORD}
    assert here.post("/account/password/", {"old": "wrong", **new}).status_code == 422
    assert opens(there)
    assert here.post("/account/password/", {"old": given.PASSWORD, **new}).status_code == 302
    assert opens(here)
    assert not opens(there)
    assert not opens(at_desk(alice))
    assert opens(at_desk(alice, OTHER_PASSWORD))


def test_a_password_that_is_too_old_opens_its_own_page_alone(alice, clock, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 365
    clock.move_to(NOON + timedelta(days=351, hours=1), tick=False)
    assert "must be changed within 13 days" in at_desk(alice).get("/work/").content.decode()
    clock.move_to(NOON + timedelta(days=365), tick=False)
    client = at_desk(alice)
    for page in ("/work/", "/account/"):
        assert client.get(page)["Location"] == "/account/password/"
    assert client.get("/work/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/password/"
    api = client.get("/api/v1/process/signals/", headers={"Accept": "application/json"})
    assert (api.status_code, api.json()["code"]) == (403, "password_too_old")
    assert opens(client, "/account/password/")
    new = {"password": OTHER_PASSWORD, "password_again": OTHER_PASSWORD}
    client.post("/account/password/", {"old": given.PASSWORD, **new})
    client.post("/account/pin/", {"old": OTHER_PASSWORD, "pin": "7193"})  # it is as old
    assert opens(client)
    assert "must be changed" not in client.get("/work/").content.decode()


@pytest.mark.requirement("URS-PWD-01")
def test_a_pin_that_is_too_old_opens_its_own_page_alone_and_goes_on_at_stations(
    house, alice, clock, settings
):
    """21 CFR 11.300(b). Decision 37: a scan does not wait for a new PIN, for a patient may."""
    settings.PASSWORD_MAX_AGE_DAYS = 365
    clock.move_to(NOON + timedelta(days=300), tick=False)
    new = {"password": OTHER_PASSWORD, "password_again": OTHER_PASSWORD}
    assert at_desk(alice).post("/account/password/", {"old": given.PASSWORD, **new}).status_code == 302
    clock.move_to(NOON + timedelta(days=351, hours=1), tick=False)
    assert (
        "Your PIN must be changed within 13 days"
        in at_desk(alice, OTHER_PASSWORD).get("/work/").content.decode()
    )
    assert told(alice) == {"pin_ends"}
    clock.move_to(NOON + timedelta(days=365) - timedelta(seconds=1), tick=False)
    client = at_desk(alice, OTHER_PASSWORD)
    assert opens(client)
    clock.move_to(NOON + timedelta(days=365), tick=False)
    for page in ("/work/", "/account/", "/account/password/"):
        assert client.get(page)["Location"] == "/account/pin/"
    api = client.get("/api/v1/process/signals/", headers={"Accept": "application/json"})
    assert (api.status_code, api.json()["code"]) == (403, "pin_too_old")
    assert given.pin_of(alice, given.PIN, at=timezone.now()), "at a station it still counts"
    same = client.post("/account/pin/", {"old": OTHER_PASSWORD, "pin": given.PIN})
    assert (same.status_code, "This is your PIN already" in same.content.decode()) == (422, True)
    sent = {"old": OTHER_PASSWORD, "pin": "7193"}
    assert client.post("/account/pin/", sent).status_code == 302
    assert opens(client)
    assert "to be changed by" in client.get("/account/").content.decode()
    settings.PASSWORD_MAX_AGE_DAYS = 0
    clock.move_to(NOON + timedelta(days=4000), tick=False)
    assert opens(at_desk(alice, OTHER_PASSWORD)), "where they do not age neither does"


def told(someone):
    """What the nightly warning says to somebody."""
    now = timezone.now()
    services.warn_of_expiry(now=now)
    person = someone.person(now)
    return {it.code for it in selectors.notices_for(person, now)} & {"pin_ends", "badge_ends"}


@pytest.mark.requirement("URS-ACC-05")
def test_a_role_that_asks_for_a_second_factor_opens_nothing_before_there_is_one(house, clock, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    bob = house.someone("Bob", Role.QA_REVIEWER)
    client = at_desk(bob)
    assert client.get("/work/")["Location"] == "/account/factors/"
    assert "nothing else opens" in client.get("/account/factors/").content.decode()
    form = {"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "code": code(NOON), "old": given.PASSWORD}
    assert client.post("/account/factors/app/", {**form, "code": "000000"}).status_code == 422
    assert client.post("/account/factors/app/", form).status_code == 302
    assert opens(client)
    assert opens(at_desk(house.someone("Carol", Role.OPERATOR)))


def test_the_deployment_check_warns_when_no_role_must_have_a_second_factor(settings, capsys):
    settings.REQUIRE_SECOND_FACTOR = False
    call_command("check", deploy=True, tags=["security"], fail_level="CRITICAL")
    assert "veintrace.W009" in capsys.readouterr().err


@pytest.mark.django_db
def test_none_of_allauths_own_pages_is_open():
    for page in (
        "accounts/login/",
        "accounts/signup/",
        "accounts/password/reset/",
        "accounts/email/",
        "accounts/2fa/",
    ):
        assert desk().get(f"/{page}").status_code == 404
    assert desk().get("/sign-in/with/oidc/").status_code == 405
    assert desk().post("/sign-in/with/oidc/").status_code == 404


@pytest.mark.requirement("URS-ACC-04")
def test_a_locked_desk_shows_nothing_in_any_answer(alice, clock):
    client = at_desk(alice)
    clock.move_to(NOON + 15 * MINUTE, tick=False)
    for page in ("/station/", "/activate/"):
        assert "Sign out" not in client.get(page).content.decode()
    assert (
        json.loads(client.post("/sign-in/passkey/options/").content)["publicKey"]["userVerification"]
        == "required"
    )

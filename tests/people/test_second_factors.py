"""Second factors: each code serves once, wrong ones lock as wrong passwords do, and no secret is written down."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from ledger.rules import Where
from ledger.rules.errors import Conflict, Invalid, NotFound
from people import models, selectors, services
from people.events import Event
from people.rules.credentials import CredentialState
from people.rules.factors import FactorKind
from people.rules.roles import Role
from tests.people import given
from tests.people.desk_given import NOON, SECRET, SIGN_IN, STEP, at_desk, code, desk, with_app
from tests.people.given import REASON, activate, last

REFUSED, ACCEPTED, LOCKED = CredentialState.REFUSED, CredentialState.ACCEPTED, CredentialState.LOCKED


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def house(db, clock):
    return given.a_house(NOON)


@pytest.fixture
def alice(house):
    someone = house.someone("Alice", Role.SUPERVISOR)
    with_app(house, someone, NOON)
    return someone


@pytest.fixture
def later(clock):
    """A step after the app was set up: its first code is used."""
    clock.move_to(NOON + 4 * STEP, tick=False)
    return NOON + 4 * STEP


def shown(client, text):
    return client.post("/sign-in/second-factor/", {"code": text})


def with_password(someone, **more):
    client = desk()
    answer = client.post(SIGN_IN, {"username": someone.username, "password": given.PASSWORD, **more})
    assert answer["Location"] == "/sign-in/second-factor/"
    return client


def is_in(client):
    return client.get("/work/").status_code == 200


def codes_of(house, someone, at):
    doing = {**house.context(someone), "now": at}
    _state, codes = services.make_recovery_codes(password=given.PASSWORD, **doing)
    return codes


def test_a_password_alone_opens_nothing_once_there_is_a_second_factor(alice, later):
    client = with_password(alice, next="/entries/")
    assert not is_in(client)
    answer = shown(client, f" {code(later)[:3]} {code(later)[3:]} ")
    assert answer["Location"] == "/entries/"
    assert is_in(client)
    assert last(Event.USER_SIGNED_IN).facts == {"user": str(alice.user_id), "by": "app_code"}


@pytest.mark.requirement("URS-ACC-05")
def test_a_code_serves_once_and_near_its_time(alice, later):
    stale = with_password(alice)
    assert shown(stale, code(later - 2 * STEP)).status_code == 401
    assert shown(stale, code(later + 2 * STEP)).status_code == 401
    assert shown(stale, code(later)).status_code == 302
    again = with_password(alice)
    assert shown(again, code(later)).status_code == 401
    assert shown(again, code(later - STEP)).status_code == 401
    assert shown(again, code(later + STEP)).status_code == 302


def test_the_first_code_is_used_up_by_setting_the_app_up(alice):
    assert shown(with_password(alice), code(NOON)).status_code == 401


def test_wrong_codes_lock_even_when_the_right_password_comes_between(house, alice, later):
    for number in range(5):
        assert shown(with_password(alice), f"00000{number}").status_code == 401
    entry = last(Event.CREDENTIAL_FAILED)
    assert (entry.actor_id, entry.facts["why"]) == (None, "wrong_second_factor")
    locked = desk().post(SIGN_IN, {"username": "alice", "password": given.PASSWORD})
    assert "Too many wrong attempts" in locked.content.decode()
    (notice,) = selectors.notices_for(house.admin.person(later), later)
    assert (notice.code, notice.subject_key) == ("user_locked", str(alice.user_id))


def test_the_second_factor_is_awaited_for_five_minutes(alice, later, clock):
    client = with_password(alice)
    clock.move_to(later + timedelta(minutes=5), tick=False)
    assert shown(client, code(later + timedelta(minutes=5)))["Location"] == SIGN_IN
    assert desk().get("/sign-in/second-factor/")["Location"] == SIGN_IN


def test_a_recovery_code_serves_once(house, alice, later):
    codes = codes_of(house, alice, later)
    assert len(set(codes)) == 10
    assert shown(with_password(alice), codes[0]).status_code == 302
    assert shown(with_password(alice), codes[0]).status_code == 401
    assert selectors.account(alice.user_id).recovery_codes_left == 9
    new = codes_of(house, alice, later)
    assert shown(with_password(alice), codes[1]).status_code == 401
    assert shown(with_password(alice), new[1]).status_code == 302


def test_codes_are_shown_once_on_their_page(alice, later):
    client = with_password(alice)
    shown(client, code(later))
    page = client.post("/account/factors/codes/", {"old": given.PASSWORD}).content.decode()
    assert page.count("<li><code>") == 10
    assert "<li><code>" not in client.get("/account/factors/codes/").content.decode()
    assert client.post("/account/factors/codes/", {"old": "wrong"}).status_code == 422


def test_no_secret_is_written_down(house, alice, later):
    codes = codes_of(house, alice, later)
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in rows
    assert not any(one in rows for one in codes)
    for event in (Event.FACTOR_ADDED, Event.RECOVERY_CODES_MADE):
        assert SECRET.encode() not in last(event).body
    assert last(Event.FACTOR_ADDED).facts == {"user": str(alice.user_id), "kind": "totp"}


def test_an_app_is_added_with_its_password_and_its_code(house):
    bob = house.someone("Bob")
    fields = {"secret": SECRET, "code": code(NOON)}
    assert services.add_totp(**fields, password="wrong", **house.context(bob)) is REFUSED
    with pytest.raises(Invalid):
        services.add_totp(secret=SECRET, code="000000", password=given.PASSWORD, **house.context(bob))
    with_app(house, bob, NOON)
    with pytest.raises(Conflict, match="factor_there_already"):
        services.add_totp(**fields, password=given.PASSWORD, **house.context(bob))


def test_an_app_without_a_secret_is_refused_at_the_form(house):
    client = at_desk(house.someone("Carl"))
    assert client.post("/account/factors/app/", {"code": "123456", "old": given.PASSWORD}).status_code == 422


def test_a_factor_that_is_not_there_or_somebody_elses_is_not_found(house, alice):
    (factor,) = selectors.account(alice.user_id).factors
    client = Client()
    client.login(username=house.someone("Bob").username, password=given.PASSWORD)
    for id in (factor.id, factor.id + 1):
        for ask in (client.get, client.post):
            answer = ask(f"/account/factors/{id}/remove/", {"old": given.PASSWORD})
            assert answer.status_code == 404
            assert "not there any more" in answer.content.decode()
    assert selectors.account(alice.user_id).factors


def test_a_factor_is_removed_by_its_owner_with_the_password(house, alice, later, settings):
    (factor,) = selectors.account(alice.user_id).factors
    assert factor.kind is FactorKind.TOTP
    removing = {"factor_id": factor.id, "password": given.PASSWORD}
    bob = house.someone("Bob")
    with pytest.raises(NotFound, match="factor_unknown"):
        services.remove_factor(**removing, **house.context(bob))
    settings.REQUIRE_SECOND_FACTOR, settings.SECOND_FACTOR_ROLES = True, {Role.SUPERVISOR}
    with pytest.raises(Conflict, match="last_factor_required"):
        services.remove_factor(**removing, **house.context(alice))
    settings.REQUIRE_SECOND_FACTOR = False
    codes_of(house, alice, later)
    wrong = {**removing, "password": "wrong"}
    assert services.remove_factor(**wrong, **house.context(alice)) is REFUSED
    assert services.remove_factor(**removing, **house.context(alice)) is ACCEPTED
    assert not Authenticator.objects.exists()
    assert given.sign_in(alice, at=NOON).session is not None


def test_recovery_codes_need_a_factor_that_they_stand_in_for(house):
    bob = house.someone("Bob")
    with pytest.raises(Conflict, match="no_factor_yet"):
        services.make_recovery_codes(password=given.PASSWORD, **house.context(bob))


def test_a_reset_takes_the_second_factors_too(house, alice):
    reset = services.reset_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    activate("alice", reset.activation_code, password="another horse, another staple", at=NOON)
    assert not Authenticator.objects.exists()


def test_wrong_passkeys_are_counted_and_forgotten_ones_are_nobodys(house, alice):
    doing = {"visit": services.Visit(), "where": Where(), "now": NOON}
    for number in range(5):
        context = {**doing, "request_id": UUID(int=number)}
        result = services.sign_in_with_passkey(user_id=alice.user_id, is_proved=lambda: False, **context)
        assert result.state is REFUSED
    context = {**doing, "request_id": uuid4()}
    right = services.sign_in_with_passkey(user_id=alice.user_id, is_proved=lambda: True, **context)
    assert right.state is LOCKED
    nobody = services.sign_in_with_passkey(
        user_id=None, is_proved=lambda: True, **{**doing, "request_id": uuid4()}
    )
    assert nobody.state is REFUSED


def passkey(client_data: str, data: str, handle: str) -> str:
    """What a browser would send, with these parts."""
    said = {"clientDataJSON": client_data, "authenticatorData": data, "signature": "eA", "userHandle": handle}
    return json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": said})


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
        passkey("eA", "eA", "eA"),
        passkey("e30", "eA", "MQ"),
        passkey("!", "!", "!"),
        passkey("eA", "eA", "OTk5OTk5OTk5"),
    ],
)
def test_what_is_no_passkey_is_refused(alice, credential):
    client = desk()
    client.post("/sign-in/passkey/options/")
    answer = client.post("/sign-in/passkey/", {"credential": credential})
    assert (answer.status_code, answer.json()["code"]) == (401, "refused")


def test_local_sign_in_can_be_shut(alice, settings):
    settings.LOCAL_SIGN_IN = False
    assert "Password" not in desk().get(SIGN_IN).content.decode()
    assert desk().post(SIGN_IN, {"username": "alice", "password": given.PASSWORD}).status_code == 403
    assert models.Session.objects.count() == 0

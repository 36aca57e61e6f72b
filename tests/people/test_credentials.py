"""Passwords and PINs: activation, attempts, and what locks somebody out."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ledger.rules import Where
from ledger.rules.errors import Invalid, NotAllowed
from people import models, selectors, services
from people.events import Event
from people.rules.credentials import LOCK_FOR, CredentialState, PasswordCredential
from tests.people import given
from tests.people.given import REASON, activate, last, pin_of, sign_in


@pytest.mark.requirement("URS-SIG-05")
def test_an_activation_code_works_once(house):
    made = services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    for wrong in ("", "x" + made.activation_code):
        with pytest.raises(NotAllowed, match="activation_refused"):
            activate("alice", wrong)
    with pytest.raises(NotAllowed, match="activation_refused"):
        activate("nobody", made.activation_code)
    assert activate("alice", made.activation_code) == made.user_id
    with pytest.raises(NotAllowed, match="activation_refused"):
        activate("alice", made.activation_code)


def test_weak_secrets_are_named(house):
    made = services.create_user(username="alice", printed_name="Alice", site="MFG", **house.context())
    with pytest.raises(Invalid) as caught:
        activate("alice", made.activation_code, password="short", pin="1234")
    assert set(caught.value.detail["fields"]) == {"password", "pin"}
    activate("alice", made.activation_code)


@pytest.mark.requirement("URS-SIG-05")
def test_a_reset_takes_password_and_pin_away(house):
    alice = house.someone("Alice")
    assert sign_in(alice).state is CredentialState.ACCEPTED
    reset = services.reset_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    assert sign_in(alice).state is CredentialState.REFUSED
    assert not pin_of(alice, given.PIN)
    with pytest.raises(Invalid):
        activate("alice", reset.activation_code)
    activate("alice", reset.activation_code, password="another horse, another staple")
    assert sign_in(alice, "another horse, another staple").state is CredentialState.ACCEPTED
    assert pin_of(alice, given.PIN)


def test_signing_in_and_out_are_entries(house):
    alice = house.someone("Alice")
    assert sign_in(alice).user.pk == alice.user_id
    services.sign_out(user_id=alice.user_id, where=Where(), now=given.now(), request_id=uuid4())
    assert [last(e).actor_id for e in (Event.USER_SIGNED_IN, Event.USER_SIGNED_OUT)] == [alice.user_id] * 2


@pytest.mark.requirement("URS-TRAIL-05")
def test_a_failed_sign_in_is_an_entry_of_nobody_and_keeps_nothing_that_was_typed(house):
    alice = house.someone("Alice")
    for credential in (("alice", "wrong-secret"), ("secret-typed-as-name", given.PASSWORD)):
        result = services.sign_in(
            username=credential[0], password=credential[1], where=Where(), now=given.now(), request_id=uuid4()
        )
        assert (result.state, result.user) == (CredentialState.REFUSED, None)
        entry = last(Event.CREDENTIAL_FAILED)
        assert (entry.actor_id, entry.actor_kind, entry.actor_name) == (None, "unknown", "")
        assert b"secret" not in entry.body
    assert sign_in(alice).state is CredentialState.ACCEPTED


@pytest.mark.requirement("URS-PWD-03")
def test_the_fifth_failure_locks_for_a_while_and_tells_the_administrators(db):
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    house = given.a_house(noon)
    alice = house.someone("Alice")
    for attempt in range(5):
        assert not pin_of(alice, "9999", at=noon), attempt
    assert not pin_of(alice, given.PIN, at=noon)
    assert sign_in(alice, at=noon).state is CredentialState.LOCKED
    assert last(Event.USER_LOCKED).facts["user"] == str(alice.user_id)
    (notice,) = selectors.notices_for(house.admin.person(noon), noon)
    assert (notice.code, notice.subject_key) == ("user_locked", str(alice.user_id))
    assert sign_in(alice, at=noon + LOCK_FOR).state is CredentialState.ACCEPTED


def test_a_success_forgets_failures(house):
    alice = house.someone("Alice")
    for _ in range(3):
        for _ in range(4):
            assert not pin_of(alice, "9999")
        assert pin_of(alice, given.PIN)


def test_what_is_sent_again_is_counted_once(house):
    alice = house.someone("Alice")
    request_id = uuid4()
    for _ in range(7):
        assert not pin_of(alice, "9999", request_id=request_id)
    assert models.Credential.objects.get(pk=alice.user_id).failures == 1
    assert pin_of(alice, given.PIN)


@pytest.mark.parametrize("way", ["pin", "badge", "password"])
def test_guesses_under_one_request_id_are_counted_one_by_one(house, way):
    alice, request_id = house.someone("Alice"), uuid4()

    def guess(text):
        if way == "pin":
            return pin_of(alice, text, request_id=request_id)
        right = alice.at_station if way == "badge" else alice.at_desk
        secret = {"pin": text} if way == "badge" else {"password": text}
        about = {"where": Where(site="MFG"), "now": given.now(), "request_id": request_id}
        return services.confirm(credential=replace(right, **secret), **about).confirmed is not None

    for number in range(40):
        assert not guess(f"{number:04}")
    assert models.Credential.objects.get(pk=alice.user_id).locked_until is not None
    assert not guess(given.PASSWORD if way == "password" else given.PIN)


def test_a_pin_is_kept_only_as_a_keyed_hash(house):
    alice = house.someone("Alice")
    row = models.Credential.objects.get(pk=alice.user_id)
    assert given.PIN not in row.pin_hash
    assert not pin_of(alice, "")


def test_without_a_pin_no_pin_fits(house):
    made = services.create_user(username="zoe", printed_name="Zoe", site="MFG", **house.context())
    assert not pin_of(given.Someone(made.user_id, "zoe", "Zoe", ""), "")


def test_a_password_credential_of_an_unknown_user_is_refused(house):
    check = services.confirm(
        credential=PasswordCredential("x\x00", "y"), where=Where(), now=given.now(), request_id=uuid4()
    )
    assert check.state is CredentialState.REFUSED

"""Passwords and PINs: what is taken, and changing one's own."""

import pytest

from ledger.rules.errors import Invalid
from people import models, services
from people.events import Event
from people.rules.credentials import PASSWORDS_REMEMBERED, CredentialState
from tests.people import given
from tests.people.desk_given import OTHER_PASSWORD
from tests.people.given import last, pin_of, sign_in


@pytest.fixture
def alice(house):
    return house.someone("Alice")


def change(house, someone, new, old=given.PASSWORD):
    return services.change_password(old=old, new=new, **house.context(someone))


@pytest.mark.parametrize("weak", ["elevenchars", "password1234", "Bartholomew12", given.PASSWORD])
def test_a_weak_or_known_password_is_refused_and_nothing_changes(house, weak):
    someone = house.someone("Bartholomew")
    with pytest.raises(Invalid) as caught:
        change(house, someone, weak)
    assert caught.value.detail["fields"]["password"]
    assert sign_in(someone).state is CredentialState.ACCEPTED


@pytest.mark.requirement("URS-PWD-01")
def test_none_of_the_last_five_passwords_is_taken_again(house, alice):
    used = [given.PASSWORD]
    for number in range(PASSWORDS_REMEMBERED):
        with pytest.raises(Invalid):
            change(house, alice, used[0], old=used[-1])
        used.append(f"{OTHER_PASSWORD} {number}")
        assert change(house, alice, used[-1], old=used[-2]) is CredentialState.ACCEPTED
    assert change(house, alice, used[0], old=used[-1]) is CredentialState.ACCEPTED


def test_a_change_asks_for_the_present_password_and_counts_wrong_ones(house, alice):
    assert change(house, alice, OTHER_PASSWORD, old="wrong") is CredentialState.REFUSED
    assert models.Credential.objects.get(pk=alice.user_id).failures == 1
    assert change(house, alice, OTHER_PASSWORD) is CredentialState.ACCEPTED
    assert sign_in(alice).state is CredentialState.REFUSED
    assert sign_in(alice, OTHER_PASSWORD).state is CredentialState.ACCEPTED
    entry = last(Event.PASSWORD_CHANGED)
    assert (entry.actor_id, entry.facts) == (alice.user_id, {"user": str(alice.user_id)})
    assert OTHER_PASSWORD.encode() not in entry.body


def test_a_pin_is_changed_with_the_password(house, alice):
    doing = house.context(alice)
    assert services.change_pin(password="wrong", pin="7193", **doing) is CredentialState.REFUSED
    with pytest.raises(Invalid):
        services.change_pin(password=given.PASSWORD, pin="1111", **house.context(alice))
    assert pin_of(alice, given.PIN)
    changed = services.change_pin(password=given.PASSWORD, pin="7193", **house.context(alice))
    assert changed is CredentialState.ACCEPTED
    assert not pin_of(alice, given.PIN)
    assert pin_of(alice, "7193")
    assert b"7193" not in last(Event.PIN_CHANGED).body


def test_the_pages_say_what_is_wrong_at_the_field(client, alice):
    client.post("/sign-in/", {"username": "alice", "password": given.PASSWORD})
    page = client.post("/account/password/", {"old": given.PASSWORD, "password": "x", "password_again": "y"})
    assert "The two passwords differ." in page.content.decode()
    page = client.post("/account/pin/", {"old": given.PASSWORD, "pin": "1234"})
    assert "too easy to guess" in page.content.decode()
    assert client.post("/account/pin/", {"old": given.PASSWORD, "pin": "7193"})["Location"] == "/account/"
    assert "Your PIN is changed." in client.get("/account/").content.decode()

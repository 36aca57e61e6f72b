"""Stations and their tokens, and the devices that are bound to them."""

from contextlib import nullcontext
from dataclasses import replace
from uuid import uuid4

import pytest

from ledger import selectors as ledger
from ledger.rules.errors import Invalid, NotAllowed
from people import models, selectors, services
from people.events import Event
from people.rules import codes
from people.rules.roles import Role
from tests.people import given
from tests.people.given import REASON, last


def test_a_station_is_known_by_its_token_which_is_shown_once(house):
    made = house.station(steps=("thaw", "fill"))
    station = selectors.station_by_token(made.token)
    assert station == made.station == selectors.station_by_code(made.station.code)
    assert (station.site, station.zone, station.steps) == ("MFG", "Europe/Berlin", ("thaw", "fill"))
    assert station.place_is_single_patient
    assert made.token not in repr(made)
    assert not models.StationCredential.objects.filter(token_hash__contains=made.token).exists()


def test_a_renewed_token_ends_the_old_one(house):
    made = house.station()
    renewed = services.renew_station_token(code=made.station.code, reason=REASON, **house.context())
    assert selectors.station_by_token(made.token) is None
    assert selectors.station_by_token(renewed.token) == made.station


def test_a_station_without_steps_does_none_and_can_be_closed(house):
    made = house.station(steps=())
    assert made.station.steps == ()
    fields = {"code": made.station.code, "name": "Closed", "steps": [], "is_active": False}
    assert not services.change_station(**fields, reason=REASON, **house.context()).is_active


def test_a_station_stands_at_a_place_of_its_site(house):
    place = house.place("BED1", "HOSP")
    with pytest.raises(Invalid) as caught:
        services.register_station(
            site="MFG", place=place, code=codes.make("S", "9"), name="S", **house.context()
        )
    assert caught.value.detail["fields"] == {"place": "not_at_this_site"}


@pytest.mark.requirement("URS-DEV-01")
@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "\ud800"])
def test_a_wrong_token_is_no_station(house, token):
    house.station()
    assert selectors.station_by_token(token) is None


@pytest.mark.parametrize(
    ("act", "event"),
    [(services.bind_device, Event.STATION_BOUND), (services.release_device, Event.STATION_RELEASED)],
)
def test_a_device_is_bound_and_released_by_who_answers_for_it(house, act, event):
    made, susan = house.station(), house.someone("Susan", Role.SUPERVISOR)
    about = {"token": made.token, "now": given.now(), "request_id": uuid4()}
    assert act(credential=susan.at_station, **about) == made.station
    entry = last(event)
    assert (entry.actor_id, entry.actor_name, entry.auth_method) == (susan.user_id, "Susan", "badge_pin")
    assert (entry.stream, entry.station) == (f"station:{made.station.code}", made.station.code)
    assert entry.facts == {"station": made.station.code, "user": str(susan.user_id)}
    assert act(credential=susan.at_station, **about) == made.station  # the same request again
    assert last(event).id == entry.id
    act(credential=house.admin.at_desk, **about | {"request_id": uuid4()})
    assert last(event).actor_id == house.admin.user_id


@pytest.mark.parametrize("act", [services.bind_device, services.release_device])
@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_else_binds_or_releases_a_device(house, act, role):
    made, somebody = house.station(), house.someone("Sam", *([role] if role else []))
    elsewhere = house.someone("Eve", Role.SUPERVISOR, site="HOSP")
    may = role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
    for who, is_done in ((somebody, may), (elsewhere, False)):
        about = {"token": made.token, "now": given.now(), "request_id": uuid4()}
        before = len(ledger.entries_in_stream(f"station:{made.station.code}"))
        with nullcontext() if is_done else pytest.raises(NotAllowed, match="role_missing"):
            act(credential=who.at_station, **about)
        assert len(ledger.entries_in_stream(f"station:{made.station.code}")) == before + is_done


@pytest.mark.parametrize("act", [services.bind_device, services.release_device])
def test_a_device_needs_an_open_station_and_a_right_credential(house, act):
    made, susan = house.station(), house.someone("Susan", Role.SUPERVISOR)
    about = {"now": given.now(), "request_id": uuid4()}
    with pytest.raises(Invalid):
        act(token="nonsense", credential=susan.at_station, **about)
    wrong = replace(susan.at_station, pin="0000")
    with pytest.raises(NotAllowed, match="credential_refused"):
        act(token=made.token, credential=wrong, **about)
    assert models.Credential.objects.get(pk=susan.user_id).failures == 1
    fields = {"code": made.station.code, "name": "S", "steps": [], "is_active": False}
    services.change_station(**fields, reason=REASON, **house.context())
    with pytest.raises(Invalid):
        act(token=made.token, credential=susan.at_station, **about)

"""The same stop again and again, and tokens of no station: each burst is told to those who answer for it, once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from coi import services as coi
from coi.models import Scan
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, Member
from ledger import selectors as ledger
from ledger.selectors import EntryView
from people import selectors as people
from people import services
from people.events import Event
from people.registry import letter
from people.rules import codes
from people.rules.work import NoticeView
from tests import given
from tests.coi.doors import SCANS, body, bound, post
from tests.furnished import Journeys

HOUR = timedelta(hours=1)
NBED = codes.make("S", "NBED")


def alerts() -> list[EntryView]:
    return ledger.entries_of_events([Event.SECURITY_ALERTED], limit=50)


def told_of(code: str) -> list[EntryView]:
    sent = ledger.entries_of_events([Event.NOTICE_SENT], limit=200)
    return [it for it in sent if it.facts["code"] == code]


def notices(member: Member, code: str, now: datetime) -> list[NoticeView]:
    person = people.person(member.user_id, now)
    assert person is not None
    return [it for it in people.notices_for(person, now) if it.code == code]


@pytest.fixture
def wrong_patients(journeys: Journeys) -> Player:
    """Four wrong-patient scans at one bedside, ten minutes apart; each is cleared by a second person."""
    player = journeys.bedside
    for _ in range(4):
        wrong_patient(journeys)
    return player


def wrong_patient(journeys: Journeys) -> None:
    """The neighbour's bag at this patient's bed."""
    player, wrong = journeys.bedside, journeys.neighbour.label("product_bag")
    nurse, second = journeys.demo.member("Ines"), journeys.demo.member("Ivan")
    player.wait(minutes=10)
    answer = player.scan("NBED", nurse, player.wristband, wrong, step="bedside", pin=nurse.pin)
    assert "identity_mismatch" in [it["code"] for it in answer["refusals"]]
    given.cleared(player, "NBED", answer["check"], second)
    player.wait(minutes=1)
    player.scan("NBED", nurse, codes.make("C", "CLEAR"))


@pytest.mark.usefixtures("wrong_patients")
def test_the_fifth_wrong_patient_within_an_hour_is_told_once(journeys: Journeys) -> None:
    player = journeys.bedside
    assert coi.alert_on_stops(now=player.now + timedelta(seconds=1)) == 0
    wrong_patient(journeys)
    at = player.now + timedelta(seconds=1)
    assert coi.alert_on_stops(now=at) == 1
    (entry,) = [it for it in alerts() if it.facts["of"] == "identity_mismatch"]
    told = {name: entry.facts[name] for name in ("kind", "key", "count", "code")}
    assert told == {"kind": "station", "key": NBED, "count": 5, "code": "stopped_often"}

    wrong_patient(journeys)
    assert coi.alert_on_stops(now=player.now + timedelta(seconds=1)) == 0

    sent = {(it.facts["site"], it.facts["role"]) for it in told_of("stopped_often")}
    assert sent == {(HOSPITAL, "administrator"), (HOSPITAL, "qa_reviewer")}
    (notice,) = notices(journeys.demo.member("Ada"), "stopped_often", player.now)
    assert notice.params == {"count": 5, "minutes": 60, "of": "identity_mismatch"}
    written = letter(notice)
    assert written is not None
    assert "Bedside 12: 5 STOPs within 60 minutes" in written.text
    assert "another patient's journey" in written.text


@pytest.mark.usefixtures("wrong_patients")
def test_stops_of_more_than_an_hour_are_no_burst(journeys: Journeys) -> None:
    """The window ends at the first of the five: at that moment it counts, and a second later it does not."""
    wrong_patient(journeys)
    first = Scan.objects.filter(is_stop=True, station=NBED).order_by("-at")[4].at
    assert coi.alert_on_stops(now=first + HOUR + timedelta(seconds=1)) == 0
    assert coi.alert_on_stops(now=first + HOUR) == 1


def test_an_unknown_token_is_an_entry_and_a_burst_is_told_once(demo, settings, time_machine) -> None:
    settings.REFUSALS_BEFORE_ALERT = 3
    time_machine.move_to(demo.now + timedelta(hours=1), tick=False)
    for _ in range(2):
        assert post(SCANS, body("VB", []), token="not-a-token").status_code == 401
    assert services.alert_on_refusals(now=timezone.now() + timedelta(seconds=1)) == 0
    for number in range(4):  # of which one more is recorded: an alert needs no more in a minute
        assert post(SCANS, body("VB", []), token=f"guess {number}").status_code == 401
    entries = ledger.entries_of_events([Event.TOKEN_REFUSED], limit=50)
    assert [it.facts for it in entries] == [{"page": "coi_api:scans", "method": "POST", "station": ""}] * 3
    at = timezone.now() + timedelta(seconds=1)
    assert [services.alert_on_refusals(now=at) for _ in range(2)] == [1, 0]
    (alert,) = alerts()
    assert (alert.facts["kind"], alert.facts["key"], alert.facts["code"]) == ("site", "", "tokens_refused")
    time_machine.shift(60)
    assert [post(SCANS, body("VB", []), token="again").status_code for _ in range(3)] == [401] * 3
    assert len(ledger.entries_of_events([Event.TOKEN_REFUSED], limit=50)) == 6
    assert services.alert_on_refusals(now=timezone.now() + timedelta(seconds=1)) == 0
    (notice,) = notices(demo.member("Bob"), "tokens_refused", timezone.now() + timedelta(seconds=1))
    written = letter(notice)
    assert written is not None
    assert "a token that is not in use was shown 3 times" in written.text


def test_the_token_of_a_closed_station_names_it_and_one_in_use_is_no_entry(demo, time_machine) -> None:
    time_machine.move_to(demo.now + timedelta(hours=1), tick=False)
    client = bound(demo, "NBED")
    assert post(SCANS, body("VB", []), token=demo.tokens["NBED"]).status_code != 401
    services.change_station(
        code=NBED,
        name="Bedside 12",
        steps=list(demo.stations["NBED"].steps),
        is_active=False,
        reason="the room is closed",
        **(demo.doing("close NBED", demo.member("Ada").actor, PLANT) | {"now": timezone.now()}),
    )
    assert (
        client.get("/station/state/").status_code == 401
    )  # a page that looks every few seconds tries nothing
    assert ledger.entries_of_events([Event.TOKEN_REFUSED], limit=50) == []
    assert post("/station/scan/", body("VB", []), client=client).status_code == 401
    (entry,) = ledger.entries_of_events([Event.TOKEN_REFUSED], limit=50)
    assert (entry.site, entry.station, entry.facts["station"]) == (HOSPITAL, NBED, NBED)
    assert demo.tokens["NBED"] not in str(entry.facts)

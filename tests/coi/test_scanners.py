"""Qualifying a station's scanner: who may, what is kept, until when it holds, and what a station without it refuses."""

import json
from base64 import b64decode
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from coi import services as coi
from coi.models import ScannerQualification, Vault
from coi.rules.outcome import RefusalCode
from coi.rules.qualification import REMINDER, CardReading, ScannerState, state_of
from coi.rules.scanners import CARD, GS, Ending, Transmission
from coi.rules.vault import VaultKind, unseal
from coi.selectors import scanners
from config.demonstration import story
from config.demonstration.site import HOSPITAL, PLANT
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people_selectors
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from tests import given

DAYS = timedelta(days=settings.SCANNER_QUALIFICATION_DAYS)


def dropped(sent):
    return sent.replace(GS, "")


def a_fresh_station(j, like="NBED"):
    """A station beside another one, registered just now; nobody has scanned a card there."""
    p, spec = j.bedside, j.demo.stations[like]
    place, about = codes.make("P", "FRESH"), given.doing(j.bedside, "Ada", spec.site)
    people.create_place(site=spec.site, code=place, name="x", kind="station", is_single_patient=True, **about)
    made = people.register_station(
        site=spec.site,
        place=place,
        code=codes.make("S", "FRESH"),
        name="Bedside 13",
        steps=spec.steps,
        **about | {"request_id": uuid4()},
    )
    j.demo.tokens["FRESH"] = made.token
    return p


def at_the_bedside(p, station):
    nurse = p.demo.member("Ines")
    answer = p.scan(station, nurse, p.wristband, p.label("product_bag"), step="bedside", pin=nurse.pin)
    return answer, [r["code"] for r in answer["refusals"]]


# -- what a station without it refuses --------------------------------------------------------------------------------


@pytest.mark.requirement("URS-DEV-01")
def test_a_fresh_station_refuses_a_critical_step_until_the_card_was_scanned_there(journeys):
    p = a_fresh_station(journeys)
    answer, refused = at_the_bedside(p, "FRESH")
    assert refused == [RefusalCode.SCANNER_NOT_QUALIFIED]
    (refusal,) = answer["refusals"]
    assert refusal["kind"] == "hint"
    assert refusal["params"]["why"] == "scanner_unproved"
    p.wait(seconds=40)
    made = given.a_card(p, "FRESH", p.demo.member("Ines"))
    assert made.until == p.now + DAYS
    answer, refused = at_the_bedside(p, "FRESH")
    assert refused == []
    assert answer["next"]["need"] == "witness"


def test_an_overdue_one_refuses_and_the_card_mends_it(journeys):
    p, nurse = journeys.fresh, journeys.demo.member("Nora")
    scans = (p.order_code, p.wristband)
    p.now = journeys.demo.now + DAYS - timedelta(minutes=1)
    assert p.scan("NCHAIR", nurse, *scans, step="identify")["refusals"] == []
    p.now = journeys.demo.now + DAYS
    (refusal,) = p.scan("NCHAIR", nurse, p.wristband, journeys.demo.lots["bag_set", HOSPITAL])["refusals"]
    assert refusal["code"] == RefusalCode.SCANNER_NOT_QUALIFIED
    assert refusal["params"]["why"] == "scanner_overdue"
    given.a_card(p, "NCHAIR", nurse)
    assert p.scan("NCHAIR", nurse, p.wristband, journeys.demo.lots["bag_set", HOSPITAL])["refusals"] == []


def test_a_card_that_failed_ends_what_an_earlier_one_gave(journeys):
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    made = given.a_card(p, "NBED", nurse, dropped)
    assert made.until is None
    assert at_the_bedside(p, "NBED")[1] == [RefusalCode.SCANNER_NOT_QUALIFIED]
    p.wait(minutes=1)
    given.a_card(p, "NBED", nurse)
    assert at_the_bedside(p, "NBED")[1] == []


def test_steps_that_are_not_critical_and_what_has_happened_go_on(journeys):
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    story.bedside(p)
    p.do("infuse_start", "NBED", nurse, [p.wristband, p.label("product_bag")])
    given.a_card(p, "NBED", nurse, dropped)
    p.wait(minutes=14)
    answer = p.scan("NBED", nurse, p.label("product_bag"), step="infuse_end", values={"volume": "48"})
    assert answer["outcome"] == "accepted"


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_it_is_recorded_with_every_reading(journeys):
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    readings = [CardReading("case", Transmission(b"wrong", Ending.NONE, 450)), *given.card_readings()]
    request_id = uuid4()
    made = given.a_card(
        p, "NBED", nurse, readings=readings, make=" Imager 9 ", serial="SN-1", request_id=request_id
    )
    row = ScannerQualification.objects.get(id=made.id)
    assert (row.station, row.site_id, row.is_qualified) == (codes.make("S", "NBED"), HOSPITAL, True)
    assert (row.make, row.serial, row.by_name, row.card_version) == ("Imager 9", "SN-1", nurse.name, "1")
    assert (row.at, row.until, row.findings) == (p.now, p.now + DAYS, [])
    entry = ledger.entry_for_request(request_id)
    assert entry.event == "coi:scanner:qualified"
    assert entry.stream == f"station:{row.station}"
    assert (entry.actor_name, entry.auth_method) == (nurse.name, "badge_pin")
    assert entry.facts["evidence"] == row.evidence
    sealed = bytes(Vault.objects.get(id=made.id).ciphertext)
    plain, digest = unseal(sealed, key=b64decode(settings.VAULT_KEY), context=f"{VaultKind.SCAN}:{made.id}")
    assert digest == row.evidence
    kept = json.loads(plain)
    assert kept[0] == {"symbol": "case", "raw": b"wrong".hex(), "ending": "none", "slowest_ms": 450}
    assert [bytes.fromhex(one["raw"]).decode() for one in kept[1:]] == [symbol.sent for symbol in CARD]


def test_a_failed_one_says_what_to_change(journeys):
    p, request_id = journeys.bedside, uuid4()
    made = given.a_card(p, "NBED", journeys.demo.member("Ines"), dropped, request_id=request_id)
    assert {(f["symbol"], f["code"]) for f in made.findings} == {
        ("gs1_matrix", "gs_dropped"),
        ("gs1_linear", "gs_dropped"),
    }
    assert ledger.entry_for_request(request_id).event == "coi:scanner:failed"
    assert scanners.newest_qualification(made.station) == made


def test_advice_qualifies_unless_the_installation_asks_for_it(journeys, settings):
    p, nurse = journeys.bedside, journeys.demo.member("Ines")

    def without_aim(sent):
        return sent[3:]

    made = given.a_card(p, "NBED", nurse, without_aim)
    assert made.is_qualified
    assert {f["code"] for f in made.findings} == {"aim_missing"}
    settings.SCANNER_AIM_REQUIRED = True
    assert not given.a_card(p, "NBED", nurse, without_aim).is_qualified


def test_the_pause_of_the_device_is_asked_for(journeys):
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    slow = [CardReading(s.code, Transmission(s.sent.encode(), slowest_ms=120)) for s in CARD]
    assert given.a_card(p, "NBED", nurse, readings=slow, longest_pause_ms=300).is_qualified
    assert not given.a_card(p, "NBED", nurse, readings=slow, longest_pause_ms=100).is_qualified


def test_the_days_are_a_setting(journeys, settings):
    settings.SCANNER_QUALIFICATION_DAYS = 7
    made = given.a_card(journeys.bedside, "NBED", journeys.demo.member("Ines"))
    assert made.until == journeys.bedside.now + timedelta(days=7)


def test_the_same_request_again_is_answered_and_another_is_a_conflict(journeys):
    p, nurse, request_id = journeys.bedside, journeys.demo.member("Ines"), uuid4()
    made = given.a_card(p, "NBED", nurse, request_id=request_id)
    assert given.a_card(p, "NBED", nurse, request_id=request_id) == made
    with pytest.raises(Conflict, match="request_id_used"):
        given.a_card(p, "NBED", nurse, dropped, request_id=request_id)
    p.scan("NBED", nurse, p.wristband)
    used = p.answers[-1]["scan_id"]
    with pytest.raises(Conflict):
        given.a_card(p, "NBED", nurse, request_id=type(request_id)(used))


# -- what is not taken ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("readings", {"readings": given.card_readings()[1:]}, "symbol_missing"),
        ("readings", {"readings": [CardReading("x", Transmission(b""))]}, "not_choice"),
        ("readings", {"readings": given.card_readings() * 13}, "too_many"),
        ("make", {"make": "x" * 81}, "too_long"),
        ("serial", {"serial": "a\x00"}, "not_printable"),
    ],
)
def test_fields_that_are_wrong_are_named(journeys, name, change, problem):
    with pytest.raises(Invalid) as caught:
        given.a_card(journeys.bedside, "NBED", journeys.demo.member("Ines"), **change)
    assert caught.value.detail["fields"] == {name: problem}


@pytest.mark.parametrize(
    ("who", "station", "may"),
    [
        ("Ines", "NBED", True),
        ("Lena", "NLAB", True),
        ("Luca", "NBED", True),
        ("Alice", "HOOD", True),
        ("Ana", "BENCH", True),
        ("Olga", "NBED", False),  # coordinates, and works at no station
        ("Eva", "NBED", False),  # a nurse of the other hospital
        ("Bob", "HOOD", False),
        ("Iris", "HOOD", False),
        ("Dave", "HOOD", False),
    ],
)
def test_who_may(journeys, who, station, may):
    member = journeys.demo.member(who)
    if may:
        assert given.a_card(journeys.bedside, station, member).by == member.name
        return
    before = ScannerQualification.objects.count()
    with pytest.raises(NotAllowed, match="role_missing"):
        given.a_card(journeys.bedside, station, member)
    assert ScannerQualification.objects.count() == before


def test_a_wrong_pin_and_a_device_that_is_bound_to_nothing(journeys, monkeypatch):
    nurse = journeys.demo.member("Ines")
    with pytest.raises(NotAllowed, match="credential_refused"):
        given.a_card(journeys.bedside, "NBED", nurse, pin="0000")
    monkeypatch.setitem(journeys.demo.tokens, "NBED", "nobody's")
    with pytest.raises(coi.StationUnknown):
        given.a_card(journeys.bedside, "NBED", nurse)
    with pytest.raises(NotFound, match="symbol_unknown"):
        coi.try_symbol(symbol="x", transmission=Transmission(b""), longest_pause_ms=None)


# -- due dates --------------------------------------------------------------------------------------------------------


def test_the_state_by_the_due_date():
    now = given.START
    assert state_of(None, now) is ScannerState.UNPROVED
    assert state_of(now, now) is ScannerState.OVERDUE
    assert state_of(now + REMINDER, now) is ScannerState.DUE_SOON
    assert state_of(now + REMINDER + timedelta(seconds=1), now) is ScannerState.QUALIFIED


def test_supervisors_get_work_before_it_is_due_and_the_card_closes_it(journeys):
    p, station = journeys.bedside, codes.make("S", "NBED")
    p.now = journeys.demo.now + DAYS - timedelta(days=20)
    assert coi.open_due_scanner_work(now=p.now) == 0
    given.a_card(p, "NLAB", journeys.demo.member("Lena"))
    p.wait(days=10)
    assert coi.open_due_scanner_work(now=p.now) == len(journeys.demo.stations) - 1
    assert coi.open_due_scanner_work(now=p.now) == 0
    (work,) = people_selectors.open_work_about("station", station)
    assert (work.role, work.site, work.cause) == (Role.SUPERVISOR, HOSPITAL, "scanner_due")
    assert work.due_at == journeys.demo.now + DAYS
    given.a_card(p, "NBED", journeys.demo.member("Ines"), dropped)
    assert people_selectors.open_work_about("station", station) == [work]
    given.a_card(p, "NBED", journeys.demo.member("Ines"))
    assert people_selectors.open_work_about("station", station) == []


def test_the_list_holds_the_stations_of_ones_sites_the_urgent_first(journeys):
    p = a_fresh_station(journeys)
    given.a_card(p, "NLAB", journeys.demo.member("Lena"), dropped)
    p.now = journeys.demo.now + DAYS - timedelta(days=3)
    given.a_card(p, "NCHAIR", journeys.demo.member("Nora"))
    viewer = people_selectors.person(journeys.demo.member("Luca").user_id, p.now)
    rows = [(row.station.name, str(row.state)) for row in scanners.scanners(viewer, p.now)]
    assert rows == [
        ("Bedside 13", "unproved"),
        ("Cell laboratory", "unproved"),
        ("Bedside 12", "due_soon"),
        ("Cell laboratory hatch", "due_soon"),
        ("Apheresis chair 1", "qualified"),
    ]
    nurse = people_selectors.person(journeys.demo.member("Ines").user_id, p.now)
    assert scanners.scanners(nurse, p.now) == []
    quality = people_selectors.person(journeys.demo.member("Bob").user_id, p.now)
    assert {row.station.site for row in scanners.scanners(quality, p.now)} == {PLANT}

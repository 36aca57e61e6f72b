"""The doors to the scanner check: the page, what it sends, the API, the card, and the list."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from coi.forms import scanner_texts
from coi.models import ScannerQualification
from coi.rules.scanners import CARD, GS, SYMBOLS, FindingCode
from coi.services import drawing_cards
from tests import given
from tests.coi.doors import bound, browser, post, signed_in

TRY, RECORD, API = "/station/scanner/try/", "/station/scanner/record/", "/api/v1/scanner-checks/"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def clock(request, monkeypatch):
    if "journeys" in request.fixturenames:
        p = request.getfixturevalue("journeys").bedside
        monkeypatch.setattr(timezone, "now", lambda: p.now)


@pytest.fixture
def bed(journeys):
    return bound(journeys.demo, "NBED")


def reading(symbol, change=str, **more):
    return {"symbol": symbol.code, "text": change(symbol.sent), "ending": "enter", "slowest_ms": 9, **more}


def a_card(member, change=str, **more):
    return {
        "request_id": str(uuid4()),
        "badge": member.badge,
        "pin": member.pin,
        "make": "Imager",
        "serial": "1",
        "readings": [reading(symbol, change) for symbol in CARD],
        **more,
    }


def test_every_finding_has_its_sentences():
    assert set(scanner_texts.FINDINGS) == set(FindingCode)
    assert set(scanner_texts.SYMBOLS) == set(scanner_texts.MEANINGS) == set(SYMBOLS)


# -- at the station ---------------------------------------------------------------------------------------------------


def test_a_device_that_is_bound_to_nothing_is_asked_to_be(journeys):
    answer = browser().get("/station/scanner/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/station/")
    for path in (TRY, RECORD):
        assert post(path, {}).status_code == 401


def test_the_page_says_what_is_on_record(journeys, bed):
    page = bed.get("/station/scanner/").content.decode()
    assert "qualified" in page
    assert "Lena Lowe" in page
    given.a_card(journeys.bedside, "NBED", journeys.demo.member("Ines"), lambda sent: sent.lower())
    assert "not qualified" in bed.get("/station/scanner/").content.decode()
    assert "script>" not in page.replace('type="module"></script>', "").replace(
        "</script>", "", page.count("application/json")
    )


def test_one_row_is_judged_and_not_recorded(bed):
    before = ScannerQualification.objects.count()
    symbol = SYMBOLS["gs1_matrix"]
    assert post(TRY, reading(symbol), client=bed).json() == {"verdict": "right", "findings": []}
    answer = post(TRY, reading(symbol, lambda s: s.replace(GS, "")), client=bed).json()
    assert answer["verdict"] == "wrong"
    assert "ASCII 29" in answer["findings"][0]["remedy"]
    answer = post(TRY, reading(symbol, lambda s: s[3:]), client=bed).json()
    assert answer["verdict"] == "advice"
    answer = post(TRY, reading(SYMBOLS["case"]) | {"symbol": symbol.code}, client=bed).json()
    assert answer["verdict"] == "other"
    assert "Letters and digits" in answer["findings"][0]["message"]
    assert ScannerQualification.objects.count() == before


def test_the_pause_of_the_device_counts(bed):
    answer = post(TRY, reading(CARD[0], slowest_ms=101), client=bed).json()  # it was bound with 100
    assert [f["code"] for f in answer["findings"]] == ["too_slow"]


def test_the_whole_card_is_recorded(journeys, bed):
    nurse = journeys.demo.member("Ines")
    sent = a_card(nurse)
    answer = post(RECORD, sent, client=bed)
    assert answer.status_code == 200
    assert answer.json()["is_qualified"] is True
    assert answer.json()["until_day"] == f"{journeys.bedside.now + timedelta(days=90):%Y-%m-%d}"
    assert post(RECORD, sent, client=bed).json() == answer.json()
    assert post(RECORD, sent | {"make": "x"}, client=bed).status_code == 409
    row = ScannerQualification.objects.latest("at")
    assert (row.make, row.serial, row.by_name) == ("Imager", "1", nurse.name)


def test_a_wrong_pin_and_a_wrong_role_are_turned_away_in_words(journeys, bed):
    answer = post(RECORD, a_card(journeys.demo.member("Ines"), pin="0000"), client=bed, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "credential_refused")
    answer = post(RECORD, a_card(journeys.demo.member("Olga")), client=bed, headers=JSON)
    assert (answer.status_code, answer.json()["message"]) == (
        403,
        "You do not hold a role for this at this site.",
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"symbol": "x"}, 404),
        ({"symbol": 1}, 422),
        ({"ending": "escape"}, 422),
        ({"slowest_ms": -1}, 422),
        ({"slowest_ms": "9"}, 422),
        ({"text": "x" * 5000}, 413),
        ({"text": None}, 422),
        ({"more": 1}, 422),
    ],
)
def test_a_row_of_a_wrong_shape(bed, change, status):
    assert post(TRY, reading(CARD[0]) | change, client=bed).status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"readings": []},
        {"readings": {}},
        {"readings": [1]},
        {"readings": [{"symbol": "case"}]},
        {"readings": [reading(CARD[0])] * 61},
        {"make": "x" * 81},
        {"request_id": "x"},
        {"pin": None},
    ],
)
def test_a_card_of_a_wrong_shape(journeys, bed, change):
    answer = post(RECORD, a_card(journeys.demo.member("Ines")) | change, client=bed, headers=JSON)
    assert answer.status_code == 422
    assert list(answer.json()["detail"]["fields"]) == list(change)


def test_any_text_is_judged(bed):
    for text in ("", "\x00", "\ud800", "\x1d" * 100, "é" * 60):
        for symbol in CARD:
            assert post(TRY, reading(symbol, text=text), client=bed).status_code == 200


def test_the_station_is_told_when_it_is_due(journeys, bed):
    p = journeys.bedside
    assert bed.get("/station/state/").json()["scanner"] == {"state": "qualified", "text": ""}
    p.now = journeys.demo.now + timedelta(days=77)
    found = bed.get("/station/state/").json()["scanner"]
    assert (found["state"], found["text"]) == ("due_soon", "The scanner check is due by 2026-05-31.")
    p.now = journeys.demo.now + timedelta(days=90)
    assert bed.get("/station/state/").json()["scanner"]["state"] == "overdue"
    given.a_card(p, "NBED", journeys.demo.member("Ines"), str.lower)
    assert "not qualified" in bed.get("/station/state/").json()["scanner"]["text"]


# -- by the API -------------------------------------------------------------------------------------------------------


def test_a_station_of_the_api_is_asked_for_the_card_and_shows_it(journeys):
    p, nurse, token = journeys.bedside, journeys.demo.member("Ines"), journeys.demo.tokens["NBED"]
    given.a_card(p, "NBED", nurse, str.lower)
    p.wait(minutes=1)
    scan = {"badge": nurse.badge, "barcodes": [p.wristband, p.label("product_bag")], "step": "bedside"}
    answer = post("/api/v1/scans/", scan | {"scan_id": str(uuid4())}, token=token).json()
    (refusal,) = answer["refusals"]
    assert (refusal["code"], refusal["kind"]) == ("scanner_not_qualified", "hint")
    assert "Scan the test card at this station" in refusal["remedy"]
    made = post(API, a_card(nurse), token=token)
    assert made.status_code == 200
    assert made.json()["is_qualified"] is True
    p.wait(minutes=1)
    answer = post("/api/v1/scans/", scan | {"scan_id": str(uuid4())}, token=token).json()
    assert answer["refusals"] == []


def test_the_api_says_what_to_change(journeys):
    sent = a_card(journeys.demo.member("Ines"), lambda text: text.replace(GS, ""))
    answer = post(API, sent, token=journeys.demo.tokens["NBED"]).json()
    assert answer["is_qualified"] is False
    assert answer["until"] is None
    assert {f["code"] for f in answer["findings"]} == {"gs_dropped"}
    assert post(API, sent).status_code == 401


# -- the card and the list --------------------------------------------------------------------------------------------


def test_the_card_is_for_stations_and_for_those_who_signed_in(journeys, bed):
    desk = signed_in(journeys.demo.member("Dave"))
    assert browser().get("/scanners/card.pdf").status_code == 302
    for client in (bed, desk):
        answer = client.get("/scanners/card.pdf")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content == drawing_cards.test_card()


def test_the_list_is_for_those_who_look_after_it(journeys):
    p = journeys.bedside
    given.a_card(p, "NLAB", journeys.demo.member("Lena"), lambda sent: sent.replace(GS, "~"))
    page = signed_in(journeys.demo.member("Luca")).get("/scanners/").content.decode()
    assert page.count("<tr") == 1 + 4
    assert "The separator between two fields arrives as ~." in page
    assert "Clean room hood" not in page
    assert (
        "No scanners to look after"
        in signed_in(journeys.demo.member("Ines")).get("/scanners/").content.decode()
    )
    assert browser().get("/scanners/").status_code == 302


# -- drawing ----------------------------------------------------------------------------------------------------------


def test_every_symbol_of_the_card_reads_back_at_the_printers_resolutions():
    for resolution in (203, 300):
        read = drawing_cards.read_card(drawing_cards.test_card_picture(resolution))
        assert sorted(read) == sorted((symbol.aim, symbol.content.encode()) for symbol in CARD)


def test_a_card_that_reads_otherwise_is_not_handed_out(monkeypatch):
    drawing_cards.test_card.cache_clear()
    monkeypatch.setattr(drawing_cards, "read_card", lambda picture: [("]C0", b"x")])
    with pytest.raises(drawing_cards.CardNotReadBack, match="203 dpi"):
        drawing_cards.test_card()


def test_the_card_is_always_the_same_file():
    drawing_cards.test_card.cache_clear()
    first = drawing_cards.test_card()
    drawing_cards.test_card.cache_clear()
    assert drawing_cards.test_card() == first
    assert first.startswith(b"%PDF")

"""The API: a scan in, a decision out, by the same service as the page."""

import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services
from coi.forms.scans import parse_scan
from coi.models import Scan
from config.demonstration import story
from people.rules.roles import Role
from tests.coi.doors import SCANS, body, browser, post, signed_in


@pytest.fixture
def token(journeys):
    return journeys.demo.tokens["NBED"]


@pytest.fixture
def nurse(journeys):
    return journeys.bedside.one(Role.NURSE, journeys.bedside.site)


pytestmark = pytest.mark.usefixtures("clock")


def test_an_accepted_scan_says_what_is_next(journeys, token, nurse):
    answer = post(SCANS, body(nurse.badge, [journeys.bedside.wristband], step="bedside"), token=token)
    told = answer.json()
    assert (answer.status_code, told["outcome"], told["refusals"]) == (200, "incomplete", [])
    assert told["next"]["instruction"] == "Scan the label on the container"
    assert told["entry"]["event"] == "coi:scan:accepted"


def test_no_answer_names_what_is_still_to_be_scanned(journeys, token, nurse):
    label = journeys.bedside.label("product_bag")
    answer = post(SCANS, body(nurse.badge, [journeys.bedside.wristband], step="bedside"), token=token)
    said = answer.content.decode()
    assert label not in said
    assert journeys.bedside.coi_id not in said
    code = journeys.bedside.containers("product_bag")[0].code
    assert code not in said


def test_a_refusal_is_an_answer_and_shows_both_identifiers(journeys, token, nurse):
    mine, other = journeys.bedside, journeys.neighbour
    scans = [mine.wristband, other.label("product_bag")]
    answer = post(SCANS, body(nurse.badge, scans, step="bedside"), token=token)
    first = answer.json()["refusals"][0]
    assert answer.status_code == 200
    assert (first["code"], first["kind"], first["is_near_miss"]) == ("identity_mismatch", "stop", True)
    assert (first["expected"], first["found"]) == (mine.coi_id, other.coi_id)
    assert answer.json()["next"]["need"] == "clearance"


def test_the_same_scan_id_gets_the_recorded_answer(journeys, token, nurse):
    content = body(nurse.badge, [journeys.bedside.wristband], step="bedside")
    first, again = post(SCANS, content, token=token), post(SCANS, content, token=token)
    assert first.json() == again.json()
    assert Scan.objects.filter(id=content["scan_id"]).count() == 1


def test_the_same_scan_id_with_another_body_is_a_conflict(journeys, token, nurse):
    content = body(nurse.badge, [journeys.bedside.wristband], step="bedside")
    post(SCANS, content, token=token)
    answer = post(SCANS, {**content, "barcodes": ["X"]}, token=token)
    assert (answer.status_code, answer.json()["code"]) == (409, "scan_id_used")
    assert answer.json()["message"] != "scan_id_used"


@pytest.mark.parametrize("raw", ["\x00", "a\x00b", "\ud800", "\x1d\x1e\x04", "ünreadable", "", "x" * 4096])
def test_any_text_is_recorded_at_worst_as_unreadable(journeys, token, nurse, raw):
    content = body(nurse.badge, [raw])
    answer = post(SCANS, content, token=token)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "unreadable")
    assert Scan.objects.filter(id=content["scan_id"], outcome="unreadable").exists()


@pytest.mark.parametrize("badge", ["", "\x00", "\ud800", "VB999999X"])
def test_a_badge_that_is_nobodys_is_a_refusal(journeys, token, badge):
    answer = post(SCANS, body(badge, [journeys.bedside.wristband]), token=token)
    assert answer.status_code == 200
    assert "badge_not_valid" in {refusal["code"] for refusal in answer.json()["refusals"]}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Station "}, {"Authorization": "Bearer x"}])
def test_without_a_token_nobody_is_heard(header):
    answer = post(SCANS, body("VB", []), headers=header)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Station")
    assert set(answer.json()) == {"code", "message", "detail"}


@pytest.mark.requirement("URS-DEV-01")
def test_an_unknown_token_is_no_station(token):
    answer = post(SCANS, body("VB", []), token="not-a-token")
    assert (answer.status_code, answer.json()["code"]) == (401, "station_unknown")
    assert answer["WWW-Authenticate"] == "Station"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b"[]", 400, "not_an_object"),
        (b" " * 66_000, 413, "too_large"),
        (json.dumps(body("VB", ["x" * 4097])).encode(), 413, "too_large"),
        (b"{}", 422, "fields_invalid"),
        (json.dumps(body("VB", [], extra=1)).encode(), 422, "fields_invalid"),
    ],
    # written out: a body has an id of its own in every worker, and they must agree on the tests' names
    ids=["not JSON", "no object", "large body", "large barcode", "nothing", "unknown field"],
)
def test_what_cannot_be_judged_is_turned_away(token, content, status, code):
    answer = post(SCANS, content, token=token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


def test_the_door_takes_json_alone(token):
    answer = post(SCANS, b"a=1", token=token, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert browser().get(SCANS).status_code == 405


def test_the_door_adds_no_statement_to_the_service(journeys, token, nurse):
    mine = journeys.bedside
    with CaptureQueriesContext(connection) as at_service:
        asked = parse_scan(body(nurse.badge, [mine.wristband], step="bedside"), token)
        services.record_scan(scan=asked, now=mine.now)
    mine.wait(minutes=1)
    with CaptureQueriesContext(connection) as at_door:
        again = body(nurse.badge, [mine.wristband], step="infuse_start")
        assert post(SCANS, again, token=token).status_code == 200
    assert len(at_door) <= len(at_service)


# --- clearing a STOP -------------------------------------------------------------------------------------------------


def stopped(journeys, token, nurse):
    scans = [journeys.bedside.wristband, journeys.neighbour.label("product_bag")]
    return post(SCANS, body(nurse.badge, scans, step="bedside"), token=token).json()["check"]


def clearance(member, pin=None):
    return {"request_id": str(uuid4()), "badge": member.badge, "pin": pin or member.pin}


def test_a_second_person_clears_a_stop(journeys, token, nurse):
    check = stopped(journeys, token, nurse)
    second = journeys.bedside.one(Role.NURSE, journeys.bedside.site, but=nurse)
    path = f"/api/v1/stops/{check}/clear/"
    assert post(path, clearance(second, "0000"), token=token).status_code == 403
    refused = post(path, clearance(nurse), token=token)
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person")
    assert post(path, clearance(second), token=token).json() == {"check": check, "cleared": True}
    again = post(path, clearance(second), token=token)
    assert (again.status_code, again.json()["code"]) == (409, "stop_cleared")
    right = [journeys.bedside.wristband, journeys.bedside.label("product_bag")]
    after = post(SCANS, body(nurse.badge, right, step="bedside"), token=token).json()
    assert after["next"]["need"] == "pin"


def test_another_station_cannot_clear_it(journeys, token, nurse):
    check = stopped(journeys, token, nurse)
    second = journeys.bedside.one(Role.NURSE, journeys.bedside.site, but=nurse)
    answer = post(f"/api/v1/stops/{check}/clear/", clearance(second), token=journeys.demo.tokens["NLAB"])
    assert answer.status_code == 404
    assert post(f"/api/v1/stops/{check}/clear/", clearance(second), token="x").status_code == 401


# --- timelines -------------------------------------------------------------------------------------------------------


def timeline_of(player, member):
    return signed_in(member).get(f"/api/v1/orders/{player.coi_id}/timeline/")


def test_a_timeline_tells_every_entry_in_words(journeys, nurse):
    answer = timeline_of(journeys.bedside, nurse)
    entries = answer.json()["entries"]
    assert answer.status_code == 200
    assert all(entry["words"] for entry in entries)
    assert entries[0]["event"] == "coi:order:placed"
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


def test_a_timeline_is_for_those_who_take_part(journeys, nurse):
    assert timeline_of(journeys.chair, nurse).status_code == 404
    assert timeline_of(journeys.bedside, journeys.demo.member("Carol")).status_code == 200
    assert timeline_of(journeys.bedside, journeys.demo.member("Dave")).status_code == 404
    assert browser().get(f"/api/v1/orders/{journeys.bedside.coi_id}/timeline/").status_code == 401


def test_a_mix_up_does_not_tell_of_a_journey_elsewhere(journeys, token, nurse):
    """The bag of another hospital's patient: its COI id is not this hospital's to see."""
    foreign = journeys.chair.label("apheresis_bag")
    post(SCANS, body(nurse.badge, [journeys.bedside.wristband, foreign], step="bedside"), token=token)
    said = timeline_of(journeys.bedside, nurse).content.decode()
    assert "identity_mismatch" in said
    assert journeys.chair.coi_id not in said


# --- the description -------------------------------------------------------------------------------------------------


def test_the_description_is_written_without_a_warning(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert "Warning" not in capsys.readouterr().err


def test_the_description_tells_of_every_field(journeys, token, nurse):
    answer = browser().get("/api/schema/", headers={"accept": "application/json"})
    schema = answer.json()["components"]["schemas"]
    assert set(schema["Scan"]["properties"]) == {
        "scan_id",
        "badge",
        "barcodes",
        "check",
        "step",
        "pin",
        "values",
        "is_keyed",
        "keyed_reason",
        "late",
    }
    assert set(schema["Late"]["properties"]) == {"performed_at", "reason", "words", "paper"}
    told = post(SCANS, body(nurse.badge, [journeys.bedside.wristband], step="bedside"), token=token).json()
    assert set(told) <= set(schema["Answer"]["properties"])
    assert set(told["next"]) == set(schema["Next"]["properties"])


def test_the_whole_step_goes_through_the_api(journeys, token, nurse):
    mine = journeys.bedside
    second = mine.one(Role.NURSE, mine.site, but=nurse)
    scans = [mine.wristband, mine.label("product_bag")]
    first = post(SCANS, body(nurse.badge, scans, step="bedside", pin=nurse.pin), token=token).json()
    assert first["next"]["need"] == "witness"
    assert (first["countdown"]["title"], first["countdown"]["minutes"]) == ("End the infusion", 150)
    done = post(SCANS, body(second.badge, scans, check=first["check"], pin=second.pin), token=token).json()
    assert done["outcome"] == "accepted"
    assert done["entry"]["event"] == "coi:step:completed"
    story.infuse(mine)

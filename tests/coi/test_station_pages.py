"""The station's screen: bound to a device, and scanning by the same service."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from config.demonstration.site import HOSPITAL, PASSWORD
from people.rules.roles import Role
from tests import given
from tests.coi.doors import binding, body, bound, browser, post, text_of

pytestmark = pytest.mark.usefixtures("clock")


def test_a_device_is_bound_once_and_released(journeys):
    client, demo = browser(), journeys.demo
    assert "Bind this device" in text_of(client.get("/station/"))
    client = bound(demo, "NBED")
    cookie = client.cookies["veintrace_station"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert bool(cookie["secure"]) is settings.SECURE_COOKIES
    assert "Bedside 12" in text_of(client.get("/station/"))
    assert "no longer the station “Bedside 12”" in text_of(client.get("/station/release/"))
    nobody = client.post("/station/release/", {})
    assert (nobody.status_code, "This field is required" in text_of(nobody)) == (422, True)
    nurse = binding(demo, "NBED", demo.member("Ines"))
    assert client.post("/station/release/", nurse).status_code == 403
    assert "Bedside 12" in text_of(client.get("/station/"))
    assert client.post("/station/release/", binding(demo, "NBED")).status_code == 302
    assert "Bind this device" in text_of(client.get("/station/"))
    assert client.post("/station/release/").status_code == 302  # bound to nothing: there is nobody to ask


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        ({"token": "no"}, 422, "No station has this token"),
        ({"secret": "0000"}, 403, "Badge, password or PIN is wrong"),
        ({"who": "nobody", "secret": "x"}, 403, "Badge, password or PIN is wrong"),
        ({"who": "", "secret": ""}, 422, "This field is required"),
    ],
)
def test_what_is_wrong_with_a_binding_is_told_and_nothing_is_bound(journeys, fault, status, told):
    client = browser()
    answer = client.post("/station/bind/", binding(journeys.demo, "NBED", **fault))
    assert (answer.status_code, told in text_of(answer)) == (status, True)
    assert "veintrace_station" not in client.cookies
    assert 'value="0000"' not in text_of(answer)


@pytest.mark.parametrize(
    ("name", "may"),
    [("Ivan", False), ("Ines", False), ("Luca", True), ("Noah", True), ("Amir", False), ("Ada", False)],
)
def test_a_device_is_bound_by_a_supervisor_of_the_site_alone(journeys, name, may):
    """Amir supervises another site; Ada has no badge, and her code is nobody's."""
    client = browser()
    sent = binding(journeys.demo, "NBED", journeys.demo.member(name))
    answer = client.post("/station/bind/", sent)
    assert answer.status_code == (302 if may else 403)
    if not may and name != "Ada":
        assert "You do not hold a role for this at this site" in text_of(answer)


def test_an_administrator_binds_with_name_and_password(journeys):
    sent = binding(journeys.demo, "NBED", who="admin", secret=PASSWORD)
    assert browser().post("/station/bind/", sent).status_code == 302
    sent = binding(journeys.demo, "NBED", who="ines", secret=PASSWORD)
    assert browser().post("/station/bind/", sent).status_code == 403


def test_a_stop_is_told_by_titles_at_once_and_after_a_reload(journeys, nurse):
    client, mine = bound(journeys.demo, "NBED"), journeys.bedside
    given.a_hold(mine, mine.containers("product_bag")[0].code)
    content = body(nurse.badge, [mine.wristband, mine.label("product_bag")], step="infuse_start")
    told = post("/station/scan/", content, client=client).json()
    assert "titles" not in told
    said = {r["code"]: r["message"] for r in told["refusals"]}
    kept = client.get("/station/state/").json()["stop"]["refusals"]
    assert "“Start the infusion” cannot be done yet: “Check at the bedside”" in said["out_of_sequence"]
    assert {r["code"]: r["message"] for r in kept} == said


def test_a_forged_cookie_binds_nothing(journeys):
    client = bound(journeys.demo, "NBED")
    client.cookies["veintrace_station"] = str(client.cookies["veintrace_station"].value)[:-2] + "xx"
    assert "Bind this device" in text_of(client.get("/station/"))
    answer = post("/station/scan/", body("VB", []), client=client, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "station_unknown")


def test_the_page_scans_by_the_same_service(journeys, nurse):
    client = bound(journeys.demo, "NBED")
    content = body(nurse.badge, [journeys.bedside.wristband], step="bedside")
    told = post("/station/scan/", content, client=client).json()
    assert told["next"]["instruction"] == "Scan the label on the container"
    bad = post("/station/scan/", b"{", client=client, headers={"Accept": "application/json"})
    assert (bad.status_code, set(bad.json())) == (400, {"code", "message", "detail"})


def test_the_screen_begins_with_an_open_stop_and_no_other_identifier(journeys, nurse):
    client, mine = bound(journeys.demo, "NBED"), journeys.bedside
    check = mine.scan("NBED", nurse, mine.wristband, step="bedside")["check"]
    page = client.get("/station/")
    boot = page.context["boot"]["state"]
    assert (boot["stop"], len(boot["checks"])) == (None, 1)
    assert boot["countdown"]["minutes"] == 150
    assert mine.coi_id not in text_of(page)
    assert mine.wristband not in text_of(page)
    mine.scan("NBED", nurse, journeys.neighbour.label("product_bag"), check=check)
    state = client.get("/station/state/").json()
    assert state["stop"]["refusals"][0]["found"] == journeys.neighbour.coi_id
    second = mine.one(Role.NURSE, HOSPITAL, but=nurse)
    content = {"request_id": str(uuid4()), "badge": second.badge, "pin": second.pin}
    cleared = post(f"/station/stops/{state['stop']['check']}/clear/", content, client=client)
    assert cleared.json()["cleared"]
    assert client.get("/station/state/").json()["stop"] is None


def test_times_are_told_in_the_zone_of_the_station(journeys, nurse):
    mine = journeys.ready
    mine.now = journeys.bedside.now
    lab, second = mine.one(Role.CELL_LAB, HOSPITAL), mine.demo.member("Luca")
    label, device = mine.label("product_bag"), mine.demo.devices["thaw_device", HOSPITAL]
    mine.do("thaw", "NLAB", lab, [label, device], witness=second, witness_codes=[label])
    client = bound(journeys.demo, "NLAB")
    journeys.bedside.now = mine.now + timedelta(minutes=1)
    told = post("/station/scan/", body(lab.badge, [label], step="thaw"), client=client).json()
    (done,) = [r for r in told["refusals"] if r["code"] == "already_done"]
    assert "GMT by" in done["message"] or "BST by" in done["message"]


def test_the_policy_forbids_what_is_inline(journeys):
    answer = bound(journeys.demo, "NBED").get("/station/")
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    page = text_of(answer)
    assert "onclick" not in page
    assert "<style" not in page
    assert 'id="boot" type="application/json"' in page

"""The pages: who sees what, what a form does, and the station's own requests."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services
from coi.models import Deviation, Hold, LabelCopy, Order
from coi.rules.journey import CopyStatus
from coi.selectors.journeys import JourneyState
from config.demonstration.site import COURIER, HOSPITAL, PASSWORD, PLANT, PRODUCT
from ledger.selectors import effects
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.doors import binding, body, bound, browser, post, signed_in

PAGES = ("/", "/holds/", "/deviations/", "/near-misses/")


@pytest.fixture
def clock(journeys, monkeypatch):
    """The doors' clock goes on from the journey's own, a little with every look."""

    def tick():
        journeys.bedside.wait(seconds=4)
        return journeys.bedside.now

    monkeypatch.setattr("django.utils.timezone.now", tick)


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def nurse(journeys):
    return journeys.bedside.one(Role.NURSE, HOSPITAL)


@pytest.fixture
def bob(journeys):
    """Quality at the manufacturer."""
    return journeys.demo.member("Bob")


@pytest.fixture
def olga(journeys):
    """The coordinator of the first hospital."""
    return journeys.demo.member("Olga")


@pytest.fixture
def a_stop(journeys, nurse):
    """A neighbour's bag at the bedside: a STOP, a deviation, a hold, a near miss."""
    mine, other = journeys.bedside, journeys.neighbour
    answer = mine.scan("NBED", nurse, mine.wristband, other.label("product_bag"), step="bedside")
    assert answer["deviation"]
    return answer


def text_of(answer):
    return answer.content.decode()


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PAGES, "/orders/new/", "/journeys/CHA999926000001/", "/labels/VL1.pdf"])
def test_pages_are_for_those_who_signed_in(page):
    answer = browser().get(page)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_journeys_of_ones_own_sites(journeys, a_stop, page, nurse):
    sara = journeys.demo.member("Sara")  # of the second hospital, which has one journey here
    mine, theirs = text_of(signed_in(nurse).get(page)), text_of(signed_in(sara).get(page))
    ours = journeys.bedside.coi_id if page == "/near-misses/" else journeys.neighbour.coi_id
    assert ours in mine
    assert ours not in theirs
    assert journeys.chair.coi_id not in mine


@pytest.mark.parametrize("page", PAGES)
def test_somebody_without_a_role_sees_nothing(journeys, a_stop, page):
    shown = signed_in(journeys.demo.member("Dave")).get(page)
    assert shown.status_code == 200
    assert "CHA9" not in text_of(shown)


def test_a_journey_elsewhere_is_not_there(journeys, nurse):
    client = signed_in(nurse)
    assert client.get(f"/journeys/{journeys.bedside.coi_id}/").status_code == 200
    for coi_id in (journeys.chair.coi_id, "CHX", "%00"):
        assert client.get(f"/journeys/{coi_id}/").status_code == 404


def test_every_page_says_demo(journeys, nurse):
    client = signed_in(nurse)
    for page in (*PAGES, "/station/", f"/journeys/{journeys.bedside.coi_id}/", "/sign-in/"):
        assert "DEMO" in text_of(client.get(page))


# --- the list --------------------------------------------------------------------------------------------------------


def rows(answer):
    return {row.coi_id: row for row in answer.context["found"].rows}


def test_the_list_says_what_each_journey_waits_for(journeys, bob):
    found = rows(signed_in(bob).get("/"))
    waits = {name: found[getattr(journeys, name).coi_id].next for name in ("fresh", "chair", "filled")}
    assert {name: w.step for name, w in waits.items()} == {
        "fresh": "identify",
        "chair": "label_collection",
        "filled": "ship",
    }
    assert waits["filled"].is_release
    assert found[journeys.bedside.coi_id].next.step == "bedside"  # its time runs, so it comes first
    assert found[journeys.bedside.coi_id].countdown.step == "infuse_end"
    assert found[journeys.cultured.coi_id].next.step == "transduce"


def test_the_list_finds_a_journey_by_any_of_its_names(journeys, nurse):
    client, player = signed_in(nurse), journeys.bedside
    bag = player.containers("product_bag")[0]
    for name in (
        player.coi_id,
        player.coi_id[-6:],
        f"&/{player.coi_id}",
        bag.code,
        bag.label,
    ):
        assert player.coi_id in rows(client.get("/", {"q": name})), name
    assert player.coi_id in rows(client.get("/", {"q": bag.batch}))
    assert not rows(client.get("/", {"q": "nothing\x00such"}))
    assert "No journey fits" in text_of(client.get("/", {"q": "nothing such"}))


def test_the_list_finds_nobody_by_what_names_a_person(journeys, nurse):
    """Such a look is recorded, and has a page of its own."""
    for name in (journeys.bedside.wristband, "MRN0000007"):
        assert not rows(signed_in(nurse).get("/", {"q": name}))


def test_the_list_is_narrowed_by_state(journeys, a_stop, nurse):
    client = signed_in(nurse)

    def shown(state):
        return set(rows(client.get("/", {"state": state})))

    assert shown(JourneyState.HELD) == shown(JourneyState.DEVIATION) == {journeys.neighbour.coi_id}
    assert shown(JourneyState.NEAR_MISS) == {journeys.bedside.coi_id}
    assert shown(JourneyState.CLOSED) == set()
    assert shown("nonsense") == shown("")


def test_htmx_gets_the_rows_alone(nurse):
    answer = signed_in(nurse).get("/", headers={"HX-Request": "true"})
    assert "<html" not in text_of(answer)
    assert "<table" in text_of(answer)


def test_the_list_asks_no_more_for_more_journeys(journeys, nurse, olga):
    client = signed_in(nurse)

    def count():
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        return len(asked)

    before = count()
    for number in range(3):
        place(signed_in(olga), number)
    assert count() == before


# --- one journey -----------------------------------------------------------------------------------------------------


def test_a_journey_is_told_whole(journeys, a_stop, nurse):
    answer = signed_in(nurse).get(f"/journeys/{journeys.neighbour.coi_id}/")
    page = text_of(answer)
    shown = answer.context["journey"]
    assert {c.kind for c in shown.containers} == {
        "apheresis_bag",
        "culture",
        "sample",
        "harvest",
        "product_bag",
    }
    assert len(answer.context["drawing"].boxes) == len(shown.containers)
    assert {h.step for h in shown.handovers} >= {"Hand over to the courier", "Receive at the hospital"}
    assert a_stop["deviation"] in page
    assert any(container.is_held for container in shown.containers)
    assert "STOP at “Check at the bedside”" in page
    assert journeys.neighbour.wristband not in page
    assert "style=" not in page  # the policy forbids it


def test_the_identity_is_shown_to_the_treating_site_and_the_look_is_recorded(journeys, nurse, bob):
    path = f"/journeys/{journeys.bedside.coi_id}/identity/"
    assert "Testcase" not in text_of(signed_in(nurse).get(path.removesuffix("identity/")))
    shown = text_of(signed_in(nurse).post(path, {"request_id": uuid4()}))
    assert "Testcase, Synthia" in shown
    assert "Looked at the patient" in shown
    assert signed_in(bob).post(path, {"request_id": uuid4()}).status_code == 404
    assert signed_in(nurse).get(path).status_code == 405


# --- orders ----------------------------------------------------------------------------------------------------------


def place(client, number=0, **more):
    content = {
        "request_id": uuid4(),
        "family_name": "Newcomer",
        "given_name": "Nelly",
        "born_on": "1980-05-04",
        "mrn": f"MRN77{number}",
        "mrn_again": f"MRN77{number}",
        "wristband": codes.make("W", f"NEW{number:05d}"),
        "product": PRODUCT,
        "kind": "patient",
        "phase": "commercial",
        "treating": HOSPITAL,
        "collection": HOSPITAL,
        "courier": COURIER,
        "manufacturer": PLANT,
        **more,
    }
    return client.post("/orders/new/", content)


def test_an_order_is_placed_and_its_sheet_shown(olga):
    client = signed_in(olga)
    assert "Enrol and issue" in text_of(client.get("/orders/new/"))
    answer = place(client)
    assert answer.status_code == 302
    coi_id = answer["Location"].split("/")[2]
    sheet = text_of(client.get(answer["Location"]))
    assert Order.objects.filter(coi_id=coi_id).exists()
    assert coi_id in sheet
    assert "What to do next" in sheet
    assert "Newcomer" not in sheet


def test_the_same_form_twice_is_one_order(olga):
    client, request_id = signed_in(olga), uuid4()
    first, again = place(client, request_id=request_id), place(client, request_id=request_id)
    assert first["Location"] == again["Location"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("mrn_again", "MRN78", "The two hospital numbers differ."),
        ("wristband", "VW1234", "not the code of a wristband"),
        ("family_name", " ", "This field is required."),
        ("family_name", "a\x00b", "Null characters are not allowed."),
        ("born_on", "yesterday", "Enter a valid date."),
        ("treating", PLANT, "Select a valid choice."),
        ("product", "none", "Select a valid choice."),
    ],
)
def test_a_wrong_field_is_told_at_the_field(olga, field, value, said):
    before = Order.objects.count()
    answer = place(signed_in(olga), **{field: value})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Newcomer" in text_of(answer) or field == "family_name"
    assert Order.objects.count() == before


def test_a_wristband_in_use_is_a_conflict(journeys, olga):
    answer = place(signed_in(olga), wristband=journeys.bedside.wristband)
    assert answer.status_code == 409
    assert "belongs to another journey" in text_of(answer)


def test_orders_are_for_coordinators(nurse):
    client = signed_in(nurse)
    assert client.get("/orders/new/").status_code == 403
    assert place(client).status_code == 403


# --- holds and deviations --------------------------------------------------------------------------------------------


def test_a_hold_is_placed_and_released(journeys, bob):
    client, bag = signed_in(bob), journeys.filled.containers("product_bag")[0]
    content = {"request_id": uuid4(), "container": bag.code, "reason": "damage", "text": "A crack."}
    assert client.post("/holds/", content).status_code == 302
    hold = Hold.objects.get(container__code=bag.code)
    assert bag.code in text_of(client.get("/holds/"))
    page = f"/holds/{hold.id}/release/"
    assert bag.code in text_of(client.get(page))
    empty = client.post(page, {"request_id": uuid4(), "text": " "})
    assert empty.status_code == 422
    assert client.post(page, {"request_id": uuid4(), "text": "Only the outer wrap."}).status_code == 302
    hold.refresh_from_db()
    assert hold.released_at is not None
    assert bag.code not in text_of(client.get("/holds/"))
    assert bag.code in text_of(client.get("/holds/?all=1"))


def test_what_a_service_refuses_is_told_at_the_form(journeys, bob, nurse):
    bag = journeys.filled.containers("product_bag")[0]
    content = {"request_id": uuid4(), "reason": "damage", "text": "x"}
    unknown = signed_in(bob).post("/holds/", {**content, "container": "NO-SUCH"})
    assert (unknown.status_code, "no such container" in text_of(unknown)) == (404, True)
    denied = signed_in(nurse).post("/holds/", {**content, "container": bag.code})
    assert denied.status_code == 403


def test_a_deviation_is_assigned_and_closed_with_a_signature(journeys, bob):
    """At the manufacturer, where quality sits."""
    mine, other = journeys.cultured, journeys.filled
    operator = mine.one(Role.OPERATOR, PLANT)
    mine.now = journeys.bedside.now
    answer = mine.scan("HOOD", operator, mine.label("culture"), other.label("product_bag"), step="transduce")
    client, page = signed_in(bob), f"/deviations/{answer['deviation']}/"
    assert "nobody yet" in text_of(client.get(page))
    chosen = {"request_id": uuid4(), "owner": bob.user_id}
    assert client.post(f"{page}assign/", chosen).status_code == 302
    assert Deviation.objects.get(code=answer["deviation"]).owner_name == bob.name
    content = {
        "request_id": uuid4(),
        "cause": "person",
        "cause_text": "Two bags stood side by side.",
        "outcome": "use_as_is",
        "outcome_text": "Never left its bag.",
        "password": "wrong",
    }
    wrong = client.post(f"{page}close/", content)
    assert (wrong.status_code, "is wrong. Nothing was done" in text_of(wrong)) == (403, True)
    assert "Two bags stood side by side." in text_of(wrong)
    right = {**content, "password": PASSWORD, "request_id": uuid4()}
    assert client.post(f"{page}close/", right).status_code == 302
    assert "Signed by Bob Brandt" in text_of(client.get(page))
    again = client.post(f"{page}close/", {**right, "request_id": uuid4()})
    assert again.status_code == 409


def test_quality_reads_steps_by_their_titles_and_times_by_the_sites_clock(journeys, a_stop, nurse):
    client = signed_in(nurse)
    for path in ("/deviations/", f"/deviations/{a_stop['deviation']}/", "/near-misses/", "/holds/"):
        page = text_of(client.get(path))
        main = page[page.index("<main") : page.index("</main>")]
        assert "BST" in main or "GMT" in main, path
        assert " UTC" not in main, path
        assert path == "/holds/" or "Check at the bedside" in main, path


def test_the_trail_tells_steps_by_their_titles(journeys, a_stop):
    page = text_of(signed_in(journeys.demo.member("Iris")).get("/entries/"))
    assert "complete" in page
    lines = signed_in(journeys.demo.member("Luca")).get("/entries/").context["lines"]
    assert any("STOP at “Check at the bedside”" in line.words for line in lines)


def test_the_lists_of_quality_ask_no_more_for_more_rows(journeys, a_stop, nurse):
    client = signed_in(nurse)
    pages = ("/deviations/", "/near-misses/", "/holds/")

    def counts():
        found = {}
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                client.get(page)
            found[page] = len(asked)
        return found

    before, mine = counts(), journeys.bedside
    second = mine.one(Role.NURSE, HOSPITAL, but=nurse)
    given.cleared(mine, "NBED", a_stop["check"], second)
    mine.scan("NBED", nurse, mine.wristband, journeys.neighbour.label("product_bag", 1), step="bedside")
    assert Deviation.objects.count() == 2
    assert counts() == before


def test_a_deviation_elsewhere_is_not_there(journeys, a_stop):
    client = signed_in(journeys.demo.member("Sara"))
    assert client.get(f"/deviations/{a_stop['deviation']}/").status_code == 404
    close = f"/deviations/{a_stop['deviation']}/close/"
    assert client.post(close, {"request_id": uuid4()}).status_code == 404


# --- labels ----------------------------------------------------------------------------------------------------------


def test_a_label_is_shown_once_it_is_drawn(journeys, bob):
    client, label = signed_in(bob), journeys.filled.label("product_bag")
    waiting = client.get(f"/labels/{label}.pdf")
    assert (waiting.status_code, "still being drawn" in text_of(waiting)) == (409, True)
    assert client.get("/labels/VL000.pdf").status_code == 404
    (effect,) = [e for e in effects(kind=services.RENDER_LABEL, limit=500) if names(e, label)]
    services.render_label(replace(effect, claimed_at=journeys.bedside.now))
    served = client.get(f"/labels/{label}.pdf")
    assert (served.status_code, served["Content-Type"]) == (200, "application/pdf")
    assert served.content.startswith(b"%PDF-")
    assert sha256(served.content).hexdigest() != LabelCopy.objects.get(code=label).file, (
        "that one is scannable"
    )
    assert f"/labels/{label}.pdf" in text_of(client.get(f"/journeys/{journeys.filled.coi_id}/"))


def names(effect, label):
    return LabelCopy.objects.filter(id=effect.payload["copy"], code=label).exists()


def test_a_reprint_voids_the_copy(journeys, olga):
    operator = journeys.filled.one(Role.OPERATOR, PLANT)
    client, label = signed_in(operator), journeys.filled.label("product_bag")
    page = f"/labels/{label}/reprint/"
    assert label in text_of(client.get(page))
    assert client.post(page, {"request_id": uuid4(), "reason": "because"}).status_code == 422
    assert client.post(page, {"request_id": uuid4(), "reason": "damaged"}).status_code == 302
    assert LabelCopy.objects.get(code=label).status == CopyStatus.VOID
    assert client.post(page, {"request_id": uuid4(), "reason": "damaged"}).status_code == 409
    assert signed_in(olga).get(page).status_code == 200
    assert signed_in(journeys.demo.member("Sara")).get(page).status_code == 404


# --- the station -----------------------------------------------------------------------------------------------------


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

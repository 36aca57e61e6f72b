"""Pages of journeys and labels: who sees what, the list, one journey, and a reprint."""

from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services
from coi.models import LabelCopy
from coi.rules.journey import CopyStatus
from coi.selectors.journeys import JourneyState
from config.demonstration.site import PLANT
from ledger.selectors import effects
from people.rules.roles import Role
from tests.coi.doors import browser, place, signed_in, text_of

pytestmark = pytest.mark.usefixtures("clock")


PAGES = ("/", "/holds/", "/deviations/", "/near-misses/")


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
    for page in (*PAGES, "/station/", f"/journeys/{journeys.bedside.coi_id}/"):
        assert "DEMO" in text_of(client.get(page))
    assert "DEMO" in text_of(browser().get("/sign-in/"))


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


@pytest.mark.requirement("URS-ACC-08")
def test_the_identity_is_shown_to_the_treating_site_and_the_look_is_recorded(journeys, nurse, bob):
    path = f"/journeys/{journeys.bedside.coi_id}/identity/"
    assert "Testcase" not in text_of(signed_in(nurse).get(path.removesuffix("identity/")))
    shown = text_of(signed_in(nurse).post(path, {"request_id": uuid4()}))
    assert "Testcase, Synthia" in shown
    assert "Looked at the patient" in shown
    assert signed_in(bob).post(path, {"request_id": uuid4()}).status_code == 404
    assert signed_in(nurse).get(path).status_code == 405


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

"""Pages of quality: holds, deviations, and the trail."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi.models import Deviation, Hold
from config.demonstration.site import HOSPITAL, PASSWORD, PLANT
from people.rules.roles import Role
from tests import given
from tests.coi.doors import signed_in, text_of

pytestmark = pytest.mark.usefixtures("clock")


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

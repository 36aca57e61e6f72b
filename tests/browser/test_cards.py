"""From a sheet of paper to a scan: cards are printed at a desk, read from the pixels, and scanned at a station."""

import base64
from urllib.parse import parse_qs

import pytest

from config.demonstration.site import HOSPITAL
from ledger.models import Entry
from people.rules import codes
from tests import paper
from tests.browser.test_pages import assert_clean

pytestmark = pytest.mark.browser

# What a form sends when its button is pressed, with the session of the browser; the file comes back as text.
SENT = """async (form) => {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


# Both clicks in one task: between two of another process a busy machine may let the moment pass.
TWICE = "button => { button.click(); button.click(); return button.form.dataset.sent; }"


def printed(page, form):
    """Every code of the file that the form is answered with, read from its pages."""
    sent = page.locator(f"form[action$='/{form}.pdf']").evaluate(SENT)
    return [mark.text for mark in paper.marks(base64.b64decode(sent))]


def badges_printed():
    return Entry.objects.filter(event="people:badge:printed").count()


def at_the_cards(house):
    """The administrator at the page of the cards, at the hospital."""
    desk = house.desk(house.journeys.demo.member("Ada"))
    desk.get_by_role("link", name="Labels", exact=True).click()
    desk.get_by_role("link", name="Cards", exact=True).click()
    desk.get_by_label("Site").select_option(HOSPITAL)
    desk.get_by_role("button", name="Show").click()
    return desk


def test_the_cards_that_a_desk_prints_work_at_the_station(house):
    nurse, desk = house.journeys.demo.member("Ines"), at_the_cards(house)
    desk.get_by_role("group", name="Commands").get_by_role("button", name="Choose all").click()
    cards = printed(desk, "cards")
    assert sorted(cards) == [codes.make("C", "CANCEL"), codes.make("C", "CLEAR")]
    desk.get_by_label(nurse.name).check()
    (badge,) = printed(desk, "badges")
    assert badges_printed() == 1

    bed = house.station("NBED")
    bed.type(badge)
    bed.page.locator("#person", has_text=nurse.name).wait_for()
    bed.settle()
    bed.scan(house.journeys.bedside.wristband)
    bed.scan(codes.make("C", "CANCEL"))
    bed.expect("CANCELLED")


def test_the_button_brings_the_file_and_back_leads_to_a_page_that_works(house):
    desk = at_the_cards(house)
    for count in (1, 2):
        desk.get_by_label("Ines Ito").check()
        with desk.expect_response(lambda answer: answer.request.method == "POST") as coming:
            desk.get_by_role("button", name="Print the chosen badges").click()
        assert coming.value.status == 200
        assert coming.value.headers["content-type"] == "application/pdf"
        assert badges_printed() == count
        desk.goto(f"{house.address}/cards/?site={HOSPITAL}")


def test_a_page_that_stays_asks_once_and_a_moment_later_again(house):
    """As where the browser keeps files instead of showing them."""
    desk, asked = at_the_cards(house), []

    def note(request):
        if request.url.endswith("/badges.pdf"):
            asked.append(parse_qs(request.post_data)["request_id"])

    desk.on("request", note)
    desk.route("**/badges.pdf", lambda route: route.fulfill(status=204))
    desk.get_by_label("Ines Ito").check()
    button = desk.get_by_role("button", name="Print the chosen badges")
    assert button.evaluate(TWICE) == "yes"
    desk.locator("form[action$='/badges.pdf']:not([data-sent])").wait_for()
    assert len(asked) == 1
    with desk.expect_request("**/badges.pdf"):
        button.click()
    assert len(asked) == 2
    assert asked[0] != asked[1], "another sheet is another entry"


def test_a_group_is_chosen_and_given_up_as_a_whole(house):
    desk = at_the_cards(house)
    group = desk.get_by_role("group", name="Places")
    boxes, button = group.get_by_role("checkbox"), group.get_by_role("button", name="Choose all")
    boxes.first.check()
    for are_marked in (True, False):
        button.click()
        assert {box.is_checked() for box in boxes.all()} == {are_marked}


def test_the_page_is_for_everybody(house):
    for name in ("Ada", "Luca", "Olga", "Alice"):
        desk = house.desk(house.journeys.demo.member(name))
        desk.goto(f"{house.address}/cards/")
        assert_clean(desk, f"cards of {name}")
    desk = house.desk(house.journeys.demo.member("Luca"))
    desk.goto(f"{house.address}/cards/")
    desk.get_by_role("button", name="Print the chosen cards").click()
    desk.get_by_text("Choose at least one card.").wait_for()
    assert_clean(desk, "cards with a fault")

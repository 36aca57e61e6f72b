"""Worksheets of risks in a browser: from all of them to one row in two clicks, signed by keyboard, clean by axe."""

import pytest

from config.demonstration.site import PASSWORD
from tests.browser.acting import follow
from tests.browser.test_pages import assert_clean
from tests.fmea.board import CODE

pytestmark = pytest.mark.browser
PAGE = f"/risk/{CODE}/"


def test_from_all_worksheets_to_what_really_happens_in_a_row(house, board):
    page = house.desk(board.member("Ana"))
    page.goto(house.address)
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Risk").click()
    page.get_by_role("link", name="From collection to infusion").click()
    page.get_by_text("By action priority, then severity").wait_for()
    page.get_by_role("region", name="Rows, the most urgent first").get_by_role(
        "link", name="Wrong bag in the shipper"
    ).click()
    page.get_by_role("heading", level=1, name="Wrong bag in the shipper").wait_for()
    page.get_by_role("heading", name="Counted from").wait_for()


def test_every_page_by_axe(house, board):
    board.decide("R1")
    board.in_effect(board.submit())
    board.type("R2", "cause", "The bag is thawed late.")
    house.clock.now = board.player.now
    page = house.desk(board.member("Amir"))
    for name, path in (
        ("all worksheets", "/risk/"),
        ("a new one", "/risk/new/"),
        ("one worksheet", PAGE),
        ("one worksheet by number", f"{PAGE}?picture=pareto&when=after"),
        ("versions", f"{PAGE}versions/"),
        ("a row", f"{PAGE}rows/R1/"),
        ("evidence", f"{PAGE}evidence/"),
        ("ranks", f"{PAGE}ranking/"),
        ("one more control", f"{PAGE}rows/R1/what-if/?acts=on_detection&low=50&high=90"),
    ):
        page.goto(house.address + path, wait_until="networkidle")
        assert_clean(page, name)


def test_a_worksheet_is_signed_by_keyboard_alone(house, board):
    board.decide("R1")
    house.clock.now = board.player.now
    page = house.desk(board.member("Amir"))
    page.goto(house.address + PAGE, wait_until="networkidle")
    page.get_by_label("Your password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Sign and hand to review"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_text("Signed and handed to review.").wait_for()
    page.get_by_role("heading", name="Being signed").wait_for()


def test_one_more_control_is_tried_from_the_row(house, board):
    page = house.desk(board.member("Ana"))
    page.goto(f"{house.address}{PAGE}rows/R1/")
    follow(page, "One more control?")
    page.get_by_label("At least (%)").fill("90")
    page.get_by_label("At most (%)").fill("99")
    page.get_by_role("button", name="Try it").click()
    page.get_by_text("Priorities that may follow").wait_for()

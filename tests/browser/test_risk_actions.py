"""Actions in a browser: planned, done and verified by those whose turn it is; readable for everybody."""

import re
from datetime import timedelta

import pytest

from tests.browser.test_pages import assert_clean
from tests.fmea.actions_given import SEEN_SOONER, done, planned, today
from tests.fmea.board import CODE

pytestmark = pytest.mark.browser


@pytest.fixture
def board(house, board):
    """A worksheet with an action that is late, one that is done and one that is planned."""
    planned(board, due=today(board) + timedelta(days=1), text="Scan the shipper too, before it is closed.")
    planned(board)
    assert done(board, "A2", after=SEEN_SOONER) == ()
    planned(board, owner="Leo", row="R2", due=today(board) + timedelta(days=60))
    board.player.wait(days=4)
    house.clock.now = board.player.now
    return board


def test_pages_of_actions_by_axe(house, board):
    page = house.desk(board.member("Leo"))
    for name, path in (
        ("actions of a worksheet", f"/risk/{CODE}/actions/"),
        ("actions of mine", "/risk/actions/"),
        ("an action that is late", f"/risk/{CODE}/actions/A1/"),
        ("an action that is done", f"/risk/{CODE}/actions/A2/"),
        ("an action of mine", f"/risk/{CODE}/actions/A3/"),
        ("planning one", f"/risk/{CODE}/actions/plan/?row=R1"),
    ):
        page.goto(house.address + path, wait_until="networkidle")
        for step in page.locator("details.step > summary").all():
            step.click()
        assert_clean(page, name)


def test_planned_done_and_verified_by_three_people(house, board):
    page = house.desk(board.member("Amir"))
    page.goto(f"{house.address}/risk/{CODE}/actions/plan/?row=R1")
    page.get_by_label("What is to be done").fill("A second scan at receipt")
    page.get_by_label("It detects the failure sooner").check()
    page.get_by_label("Who does it").select_option(label=board.member("Ana").name)
    page.get_by_label("By when").fill((today(board) + timedelta(days=20)).isoformat())
    page.get_by_role("button", name="Plan it").click()
    page.wait_for_url(re.compile("/actions/A4/"))

    page = house.desk(board.member("Ana"))
    page.goto(f"{house.address}/risk/actions/")
    with page.expect_navigation():
        page.get_by_role("link", name="A second scan at receipt").click()
    page.get_by_label("Severity", exact=True).select_option("4")
    whys = page.get_by_role("group", name="rated again").get_by_label("Why")
    whys.nth(0).fill("It does less")
    page.get_by_role("button", name="It is done").click()
    page.get_by_text("A control seldom makes the effect less severe").wait_for()
    page.get_by_text("Name what shows that it was done.").wait_for()
    assert_clean(page, "an action that is refused")
    page.get_by_label("Severity", exact=True).select_option("")
    page.get_by_label("Detection", exact=True).select_option("2")
    whys.nth(2).fill("Two scans, not one")
    page.get_by_label("What shows it").fill("VAL-31")
    page.get_by_role("button", name="It is done").click()
    page.get_by_text("Written down.").wait_for()

    page = house.desk(board.member("Bob"))
    page.goto(f"{house.address}/risk/{CODE}/actions/A4/")
    page.get_by_role("button", name="I have seen that it holds").click()
    page.get_by_text("There is nothing more to do.").wait_for()
    assert "RPN 60" in page.locator(".before-after").inner_text().replace("\xa0", " ")

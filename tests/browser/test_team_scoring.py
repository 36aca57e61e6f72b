"""Two people at two browsers score a row: blind, by keyboard alone, then in sight of both, agreed on and signed."""

import pytest

from config.demonstration.site import PASSWORD
from fmea.rules.worksheet import Decision
from tests.browser.acting import follow, press
from tests.browser.test_pages import assert_clean
from tests.fmea.board import CODE

pytestmark = pytest.mark.browser
SCORING = f"/risk/{CODE}/scoring/"


def rate(page, why: str, *keys: str) -> None:
    """Rate on the three scales by their keys."""
    for title, key in zip(("Severity", "Occurrence", "Detection"), keys, strict=True):
        page.get_by_role("group", name=title).get_by_role("radio").first.focus()
        page.keyboard.press(key)
    page.get_by_label("Why", exact=True).fill(why)


def sign(page) -> None:
    page.get_by_label("I agree").check()
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Sign")


def test_two_people_score_blind_see_agree_and_sign(house, board):
    amir, leo = house.desk(board.member("Amir")), house.desk(board.member("Leo"))
    amir.goto(house.address + SCORING)
    amir.get_by_label("R1 Wrong bag").check()
    for name in ("Amir", "Leo"):
        amir.get_by_label(board.member(name).name).check()
    assert_clean(amir, "rounds to begin")
    press(amir, "Begin")
    follow(amir, "R1 Wrong bag")
    assert_clean(amir, "a round to score in")

    leo.goto(f"{house.address}/work/")
    follow(leo, "The scoring")
    rate(leo, "Twice in a year", "0", "3", "5")
    press(leo, "Hand in")
    leo.get_by_text("Your score is handed in. Nobody sees it").wait_for()
    assert leo.get_by_role("group", name="Severity").locator("input:checked").get_attribute("value") == "10"
    amir.reload()
    assert "Twice in a year" not in amir.content(), "the lead does not see it"
    rate(amir, "Every month", "0", "7", "5")
    press(amir, "Hand in")
    assert_clean(amir, "a round with all scores handed in")
    press(amir, "Show all scores")
    amir.get_by_text("Far apart: 3 to 7.").wait_for()
    assert_clean(amir, "an open round")

    rate(amir, "Counted: five in the last year", "0", "5", "5")
    press(amir, "Have it signed")
    leo.reload()
    assert_clean(leo, "what is to be signed")
    sign(leo)
    sign(amir)
    amir.get_by_text("Everybody has answered: it stands on the sheet.").wait_for()
    assert_clean(amir, "a round that is over")
    amir.goto(house.address + SCORING)
    assert_clean(amir, "rounds that are over")
    assert board.whole.content["rows"][0]["occurrence"]["rating"] == 5


def test_the_risk_that_is_left_is_signed(house, board):
    bob = house.desk(board.member("Bob"))
    bob.goto(f"{house.address}/risk/{CODE}/residual/")
    assert_clean(bob, "risks that are left")
    follow(bob, "R1 Wrong bag")
    assert_clean(bob, "a decision")
    bob.get_by_label("Accepted until an action is done").check()
    bob.get_by_label("Why").fill("The scan comes first")
    bob.get_by_label("Your password").fill(PASSWORD)
    press(bob, "Sign")
    bob.get_by_text("✔ decided").wait_for()
    assert_clean(bob, "risks that are decided")
    assert board.whole.residuals["R1"].decision is Decision.ACCEPTED_UNTIL_ACTION

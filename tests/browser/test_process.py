"""The process in a browser: in three clicks one knows whether it is in control, and why not."""

import re
from uuid import UUID

import pytest

from cpv import services
from tests.browser.acting import follow
from tests.browser.test_pages import assert_clean
from tests.cpv.given import STEADY, Process, a_process

pytestmark = pytest.mark.browser


@pytest.fixture
def process(house) -> Process:
    """Limits in effect, and the newest batch far above them; the house's clock goes on from there."""
    demo = house.journeys.demo
    demo.now = house.clock.now
    found = a_process(demo)
    found.hand_in(STEADY)
    found.limits()
    found.hand_in([*STEADY[:8], "13.5"])
    house.clock.now = found.player.now
    return found


def test_is_my_process_in_control_and_why_not_in_three_clicks(house, process):
    page = house.desk(process.member("Leo"))
    page.goto(house.address)
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Process").click()
    page.get_by_role("heading", level=1, name="1 of 1 charts signals.").wait_for()
    page.get_by_role("link", name="Titer", exact=True).click()
    page.get_by_text("EXT-0029 lies above the upper limit.").wait_for()
    page.get_by_role("link", name="EXT-0029 lies above the upper limit.").click()
    page.wait_for_url(re.compile("/process/signals/"))


def test_the_list_and_a_chart_by_axe(house, process):
    page = house.desk(process.member("Leo"))
    point = process.chart.points[-1].id
    for name, path in (
        ("all charts", "/process/"),
        ("no chart", "/process/?q=nothing"),
        ("a chart", f"/process/charts/{process.code}/?ranges=1"),
        ("a point", f"/process/charts/{process.code}/points/{point}/"),
        ("limits", f"/process/charts/{process.code}/limits/"),
    ):
        page.goto(house.address + path, wait_until="networkidle")
        assert_clean(page, name)


def test_beside_the_form_that_closes_a_signal_stands_its_picture(house, process):
    signal = process.chart.signals[0]
    assert services.acknowledge_signal(signal=UUID(signal.id), **process.doing("Leo")) == ()
    page = house.desk(process.member("Leo"))
    page.goto(f"{house.address}/process/signals/{signal.id}/", wait_until="networkidle")
    assert_clean(page, "a signal")
    for width, is_beside in ((1440, True), (390, False)):
        page.set_viewport_size({"width": width, "height": 900})
        button = page.get_by_role("button", name="Close the signal").bounding_box()
        picture, text = page.locator(".closeup").bounding_box(), page.locator(".closeup-text").first
        assert (picture["x"] > button["x"] + button["width"]) is is_beside
        assert (picture["y"] < button["y"]) is is_beside
        assert text.bounding_box()["height"] > 10, "its words are as large as can be read"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_point_is_left_out_by_keyboard_alone(house, process):
    page = house.desk(process.member("Leo"))
    page.goto(f"{house.address}/process/charts/{process.code}/")
    page.get_by_role("link", name="Leave out EXT-0029").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_label("Reason").focus()
    page.keyboard.type("the vial was broken")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Leave out"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_text("left out: the vial was broken").wait_for()
    page.get_by_role("heading", name="In control").wait_for()


def test_limits_are_looked_at_and_then_proposed(house, process):
    page = house.desk(process.member("Amir"))
    page.goto(f"{house.address}/process/charts/{process.code}/")
    follow(page, "Propose limits")
    page.get_by_label("Last batch of the baseline").fill("EXT-0028")
    page.get_by_label("Justification").fill("all but the last")
    page.get_by_role("button", name="Look at the limits").click()
    page.get_by_text("28 results").wait_for()
    assert_clean(page, "limits that are looked at")
    page.get_by_role("button", name="Propose these limits").click()
    page.get_by_text("The limits are written down.").wait_for()

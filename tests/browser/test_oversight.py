"""Who people are and may do, and what auditors ask: every page by axe, and the doors of the rooms in one row."""

import pytest

from config.demonstration.site import PLANT
from tests.browser.test_pages import TABLET, assert_clean

pytestmark = pytest.mark.browser

TOPS = "doors => new Set(doors.map(door => door.offsetTop)).size"


def test_pages_of_people_and_what_they_may_do(house):
    demo = house.journeys.demo
    page = house.desk(demo.member("Ada"))
    person = demo.member("Bob").user_id
    for path in (
        "people/",
        "people/new/",
        f"people/{person}/",
        f"people/{person}/pages/",
        "people/sites/",
        f"people/sites/{PLANT}/",
        "access/rules/",
    ):
        page.goto(f"{house.address}/{path}")
        assert_clean(page, path)


def test_pages_that_an_auditor_asks_at(house):
    page = house.desk(house.journeys.demo.member("Iris"))
    batch = house.journeys.filled.containers("product_bag")[0].batch
    for path in ("audit/", f"audit/search/?q={batch}", "audit/requests/"):
        page.goto(f"{house.address}/{path}")
        assert_clean(page, path)
    page.goto(f"{house.address}/audit/")
    for width in (1440, TABLET):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".rooms a").evaluate_all(TOPS) == 1, f"one row of rooms at {width}"

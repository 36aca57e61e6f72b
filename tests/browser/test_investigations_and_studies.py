"""A result that fails and what is done about it, and a study begun: at a desk, every page by axe."""

from dataclasses import replace

import pytest

from config.demonstration import site
from tests.browser.acting import follow, press
from tests.browser.test_pages import assert_clean
from tests.qc.studies_given import PLAN, SPECIFICATION

pytestmark = pytest.mark.browser

EVERY_FORM = "document.querySelectorAll('details').forEach(one => one.open = true)"


def test_a_failing_result_is_investigated(house):
    batch = house.journeys.filled.containers("product_bag")[0].batch
    ana = house.desk(house.journeys.demo.member("Ana"))
    ana.goto(f"{house.address}/laboratory/")
    follow(ana, f"Record Appearance {batch}")
    ana.get_by_label("Result").select_option("aggregates")
    ana.get_by_label("Container").select_option(house.journeys.filled.containers("sample")[-1].code)
    ana.get_by_role("button", name="Record").click()
    ana.get_by_text("The result is recorded").wait_for()
    leo = house.desk(house.journeys.demo.member("Leo"))
    leo.goto(f"{house.address}/investigations/")
    assert_clean(leo, "no investigation")
    leo.goto(f"{house.address}/laboratory/")
    follow(leo, "Open an investigation")
    assert_clean(leo, "opening one")
    press(leo, "Open the investigation")
    press(leo, "The laboratory takes it up")
    leo.get_by_role("heading", name="What is next").wait_for()
    leo.evaluate(EVERY_FORM)
    assert_clean(leo, "the first phase with every form open")
    leo.goto(f"{house.address}/investigations/")
    assert_clean(leo, "open investigations")


def test_a_study_is_begun_and_pulled_from(house):
    demo, filled = house.journeys.demo, house.journeys.filled
    leo = house.desk(demo.member("Leo"))
    leo.goto(f"{house.address}/studies/")
    assert_clean(leo, "no study")
    now = replace(demo, now=house.clock())  # the site is shared: its clock is not ours to move
    site.document(now, "specification", "BENCH", "BENCH", SPECIFICATION)
    site.document(now, "study_plan", "HOLD", "HOLD", PLAN | {"points": [{"code": "H0", "at": 0, "late": 1}]})
    house.clock.wait(minutes=5)
    leo.goto(f"{house.address}/studies/new/")
    assert_clean(leo, "a new study")
    leo.get_by_label("Plan").select_option("study_plan:HOLD")
    leo.get_by_label("Site").select_option(site.PLANT)
    leo.get_by_role("button", name="Begin the study").click()
    leo.get_by_text("The plan needs more containers.").wait_for()
    assert_clean(leo, "a study that lacks containers")
    leo.get_by_label("Containers").fill(filled.containers("sample")[-1].code)
    leo.get_by_role("button", name="Begin the study").click()
    leo.locator("h1 .code").wait_for()
    leo.evaluate(EVERY_FORM)
    assert_clean(leo, "a study that runs")
    leo.goto(f"{house.address}/studies/")
    assert_clean(leo, "studies")

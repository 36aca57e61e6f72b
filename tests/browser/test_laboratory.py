"""A morning in the laboratory, at a desk: a run, its controls, results, a file; every page by axe."""

import re

import pytest
from django.utils import timezone

from config.demonstration.site import PLANT, PRODUCT
from people import selectors as people
from tests.browser.acting import follow
from tests.browser.test_pages import assert_clean

pytestmark = pytest.mark.browser


@pytest.fixture
def analyst(house):
    return house.desk(house.journeys.demo.member("Ana"))


def open_run(page, house):
    """A run of the method with controls, by its form; the page of the run is open then."""
    page.goto(f"{house.address}/runs/")
    follow(page, "Vector copies per transduced cell")
    assert_clean(page, "a new run")
    for name in ("Droplet reader", "Primer set", "Control vcn low", "Control vcn high"):
        page.get_by_label(name).select_option(index=1)
    page.get_by_role("button", name="Begin the run").click()
    page.get_by_text("Now: read the controls").wait_for()


def read_controls(page, low: str, high: str):
    page.get_by_label(re.compile("one copy")).fill(low)
    page.get_by_label(re.compile("four copies")).fill(high)
    page.get_by_role("button", name="Record the controls").click()


def test_a_run_is_gated_by_its_controls(house, analyst):
    open_run(analyst, house)
    assert_clean(analyst, "an open run")
    read_controls(analyst, "1,02", "4.05")
    analyst.get_by_text("Write a number such as 92.4").wait_for()
    read_controls(analyst, "1.30", "4.05")
    analyst.get_by_text("The controls refuse the run").wait_for()
    assert analyst.locator("figure img").count() == 2
    width = analyst.locator("figure img").first.evaluate(
        "chart => chart.decode().then(() => chart.naturalWidth)"
    )
    assert width > 100
    assert_clean(analyst, "a refused run")


def test_what_waits_is_recorded_and_looked_over(house, analyst):
    batch = house.journeys.filled.containers("product_bag")[0].batch
    analyst.goto(f"{house.address}/laboratory/")
    assert_clean(analyst, "the worklist")
    follow(analyst, f"Record Appearance {batch}")
    assert_clean(analyst, "entry of a result")
    analyst.get_by_label("Container").select_option(house.journeys.filled.containers("sample")[-1].code)
    analyst.get_by_role("button", name="Record").click()
    analyst.get_by_text("This is required.").wait_for()
    analyst.get_by_label("Result").select_option("slightly turbid, pack intact")
    analyst.get_by_role("button", name="Record").click()
    analyst.get_by_text("The result is recorded").wait_for()
    assert_clean(analyst, "a batch in testing")
    reviewer = house.desk(house.journeys.demo.member("Leo"))
    reviewer.goto(f"{house.address}/laboratory/")
    assert_clean(reviewer, "the worklist of a reviewer")
    reviewer.get_by_role("button", name=f"I looked it over {batch} APPEARANCE").click()
    reviewer.get_by_text("You looked the result over.").wait_for()


def test_a_file_is_handed_in_and_its_faults_are_shown(house, analyst, tmp_path):
    tube = house.journeys.filled.containers("sample")[-1].code
    file = tmp_path / "results.csv"
    file.write_text(
        "sample,criterion,value,unit,replicate,tested_at,comment\r\n"
        f"{tube},APPEARANCE,slightly turbid; pack intact,,1,,\r\n",
        newline="",
    )
    analyst.goto(f"{house.address}/files/new/{PLANT}/")
    assert_clean(analyst, "handing in")
    analyst.get_by_label("File").set_input_files(file)
    analyst.get_by_role("button", name="Look at it").click()
    analyst.get_by_text("Nothing can be recorded").wait_for()
    assert_clean(analyst, "a file with a fault")
    analyst.get_by_role("button", name="Discard it").click()
    analyst.get_by_text("it stays as evidence").wait_for()
    assert_clean(analyst, "the files")


def test_pages_to_read(house, analyst):
    batch = house.journeys.filled.containers("product_bag")[0].batch
    specification = people.effective_document("specification", PRODUCT, timezone.now())
    paths = (
        "/batches/",
        f"/batches/{batch}/documents/",
        "/runs/",
        "/trends/",
        f"/trends/{PRODUCT}/VIABILITY/",
        "/specifications/",
        f"/specifications/{specification.id}/",
        "/specifications/examples/breyanzi-second-line/",
    )
    for path in paths:
        analyst.goto(house.address + path)
        assert_clean(analyst, path)

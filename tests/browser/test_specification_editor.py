"""A specification written at a desk with the keyboard alone, and a plate that becomes a curve; every page by axe."""

import pytest

from tests.browser.acting import follow
from tests.browser.test_pages import assert_clean
from tests.qc.plates_given import potency_plate, rows, sheet

pytestmark = pytest.mark.browser


def test_a_specification_is_written_with_the_keyboard(house):
    page = house.desk(house.journeys.demo.member("Amir"))
    page.goto(f"{house.address}/specifications/")
    assert_clean(page, "specifications")
    follow(page, "New specification")
    assert_clean(page, "an empty specification")
    page.get_by_role("button", name="Add a criterion").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Criterion 1").wait_for()
    assert_clean(page, "a new criterion")
    # the cursor stands in the first field; Enter checks
    page.keyboard.type("viability")
    page.keyboard.press("Enter")
    page.get_by_text("A code has capital letters").first.wait_for()
    assert_clean(page, "a criterion with faults")
    page.keyboard.press("Control+A")
    for text in ("VIABILITY", "Viability"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.get_by_label("Method", exact=True).fill("M-FLOW")
    page.get_by_label("Unit (UCUM)").first.fill("%")
    page.get_by_label("Lower limit", exact=True).fill("80")
    page.get_by_role("button", name="Done with this criterion").click()
    page.get_by_text("≥ 80 %").wait_for()
    page.get_by_label("Name of the specification").fill("Ours")
    draft = page.locator("section", has=page.get_by_role("heading", name="The draft"))
    draft.get_by_label("Code").fill("OURS")
    draft.get_by_label("Title").fill("Our own")
    assert_clean(page, "a specification that can be saved")
    draft.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The draft is saved").wait_for()
    page.get_by_role("button", name="Sign").first.wait_for()


def test_a_plate_is_handed_in_and_drawn(house, tmp_path):
    page = house.desk(house.journeys.demo.member("Ana"))
    page.goto(f"{house.address}/runs/")
    follow(page, "Potency relative to a reference batch")
    page.get_by_label("Plate reader").select_option(index=1)
    page.get_by_role("button", name="Begin the run").click()
    follow(page, "Compute a result from a plate")
    assert_clean(page, "plates of a run")
    for name, data, said in (
        ("good.csv", potency_plate(0.8), "Upper confidence limit"),
        ("apart.csv", potency_plate(1, upper=60), "The curves are not parallel"),
        ("bad.csv", sheet(*rows("reference", 8.0), "sample,0,x,1"), "Row 20, dose"),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        page.get_by_label("File").set_input_files(str(file))
        page.get_by_role("button", name="Look at it").click()
        page.get_by_text(said).wait_for()
        assert_clean(page, name)
        if name != "bad.csv":
            chart = page.locator("figure img")
            assert chart.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
        page.locator(".crumbs a").click()

"""Every page by axe, at a desk, on a tablet and on a telephone; nothing runs over the edge."""

from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from config.demonstration.site import PASSWORD
from people.rules import codes
from people.rules.roles import Role
from tests.browser.acting import PATIENCE_MS

pytestmark = pytest.mark.browser

TABLET = 1024
SIZES = ((1440, 900), (TABLET, 768), (390, 844))
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@cache
def axe():
    return Axe()


# Until colours that go over into others are there: half-way between two of them nothing has its contrast.
SETTLED = """() => Promise.all(
  document.getAnimations().filter((it) => it instanceof CSSTransition).map((it) => it.finished.catch(() => undefined))
)"""


# What is found to be well is not written out: on a long page that takes longer than looking at it.
ASKED = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}


def assert_clean(page, where):
    """No fault that axe knows, and nothing wider than the window."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{where} runs {over} px over the edge at {width}"
        if width == TABLET:
            continue  # laid out as one of the others is
        page.evaluate(SETTLED)
        found = axe().run(page, options=ASKED)
        faults = [
            f"{fault['id']}: {node['html'][:160]}"
            for fault in found.response["violations"]
            for node in fault["nodes"]
        ]
        assert not faults, f"{where} at {width}: {faults}"


@pytest.fixture
def stopped(house):
    """A STOP at the bedside, and with it a hold, a deviation and a near miss."""
    mine, other = house.journeys.bedside, house.journeys.neighbour
    nurse = mine.one(Role.NURSE, mine.site)
    return mine.scan("NBED", nurse, mine.wristband, other.label("product_bag"), step="bedside")


def test_pages_at_a_desk(house, stopped):
    page = house.desk(house.journeys.demo.member("Luca"))
    paths = {
        "/",
        "/?q=nothing",
        "/holds/",
        "/deviations/",
        f"/deviations/{stopped['deviation']}/",
        "/near-misses/",
        f"/journeys/{house.journeys.neighbour.coi_id}/",
        f"/journeys/{house.journeys.fresh.coi_id}/",
        f"/orders/{house.journeys.fresh.coi_id}/placed/",
        f"/journeys/{house.journeys.fresh.coi_id}/identifiers/",
        "/find/",
        "/find/?q=nobody",
        "/reconciliations/",
        "/lots/new/",
        "/work/",
        "/documents/",
        "/journeys/CHX/",
    }
    for path in sorted(paths):
        page.goto(house.address + path)
        assert_clean(page, path)


def test_forms_at_a_desk(house):
    page = house.desk(house.journeys.demo.member("Olga"))
    page.goto(f"{house.address}/orders/new/")
    assert_clean(page, "enrolment")
    page.get_by_label("Hospital number again").fill("other")
    page.locator("form.enrol").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Enrol").click()
    page.get_by_text("This field is required.").first.wait_for()
    assert_clean(page, "enrolment with faults")
    coi_id = house.journeys.fresh.coi_id
    for path in (f"/journeys/{coi_id}/identifiers/", f"/journeys/{coi_id}/reconcile/"):
        page.goto(house.address + path)
        assert_clean(page, path)
    administrator = house.desk(house.journeys.demo.member("Ada"))
    administrator.goto(f"{house.address}/journeys/{coi_id}/erase/")
    assert_clean(administrator, "erasing")
    operator = house.desk(house.journeys.demo.member("Alice"))
    operator.goto(f"{house.address}/labels/{house.journeys.filled.label('product_bag')}/reprint/")
    assert_clean(operator, "reprint")


def test_quality_closes_a_deviation(house):
    """At the manufacturer: the forms that sign."""
    mine, other = house.journeys.cultured, house.journeys.filled
    operator = mine.one(Role.OPERATOR, "CELLS")
    scans = (mine.label("culture"), other.label("product_bag"))
    answer = mine.scan("HOOD", operator, *scans, step="transduce")
    page = house.desk(house.journeys.demo.member("Bob"))
    page.goto(f"{house.address}/deviations/{answer['deviation']}/")
    assert_clean(page, "deviation of quality")
    page.goto(f"{house.address}/entries/?kind=deviation&key={answer['deviation']}")
    assert_clean(page, "trail")


def test_pages_before_signing_in(house):
    page = house.page()
    for path in ("/sign-in/", "/activate/", "/station/"):
        page.goto(house.address + path)
        assert_clean(page, path)


def test_the_station_in_every_mood(house):
    mine = house.journeys.bedside
    nurse = mine.one(Role.NURSE, mine.site)
    bed = house.station("NBED")
    assert_clean(bed.page, "idle")
    bed.badge(nurse)
    assert_clean(bed.page, "welcome")
    bed.scan("garbage!")
    assert_clean(bed.page, "unreadable")
    bed.scan(mine.wristband)
    assert_clean(bed.page, "match")
    bed.scan(mine.demo.shippers[0])
    assert_clean(bed.page, "hint")
    bed.scan(mine.label("product_bag"))
    bed.expect("NEEDS YOUR PIN")
    assert_clean(bed.page, "pin")
    bed.sign(nurse.pin)
    assert_clean(bed.page, "witness")
    bed.page.get_by_text("This device", exact=True).click()
    bed.page.get_by_role("link", name="Release this device").click()
    bed.page.get_by_role("button", name="Release").wait_for()
    assert_clean(bed.page, "release")
    supervisor = house.journeys.demo.binder("NBED")
    bed.page.get_by_label("Badge or username").fill(supervisor.badge)
    bed.page.get_by_label("PIN or password").fill(supervisor.pin)
    bed.page.get_by_role("button", name="Release").click()
    bed.page.get_by_label("Station token").wait_for()


def test_the_station_with_values_choices_and_a_stop(house):
    ready, other = house.journeys.ready, house.journeys.neighbour
    lab = house.station("NLAB")
    lab.badge(ready.one(Role.CELL_LAB, ready.site))
    lab.scan(ready.label("product_bag"))
    assert_clean(lab.page, "choice")
    lab.choose("Close out a container")
    assert_clean(lab.page, "values with choices")
    bed = house.station("NBED")
    bed.badge(ready.one(Role.NURSE, ready.site))
    bed.scan(f"&/{ready.coi_id}")
    bed.type(other.wristband)
    bed.page.get_by_role("alertdialog").wait_for()
    assert_clean(bed.page, "stop")
    bed.type(ready.demo.member("Ivan").badge)
    bed.page.get_by_label("PIN").wait_for()
    assert_clean(bed.page, "stop with PIN")


def test_the_list_is_narrowed_as_one_types(house):
    page = house.desk(house.journeys.demo.member("Bob"))
    wanted = house.journeys.bedside.coi_id[-6:]
    page.get_by_label("Search").press_sequentially(wanted)
    page.wait_for_url(f"**q={wanted}*")
    expect(page.locator(".journeys tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    page.get_by_label("Search").fill("")
    page.get_by_label("Show").select_option("held")
    page.get_by_text("No journey fits").wait_for()


def test_a_scanner_writes_into_the_find_field_and_keeps_its_separators(house):
    page = house.desk(house.journeys.demo.member("Olga"))
    page.locator("#find-anything").focus()
    page.keyboard.type("]d2010950600013435210LOT42A")
    page.keyboard.press("Control+]")
    page.keyboard.type("21BAG01")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing found").wait_for()
    assert "LOT42A%1D21BAG01" in page.url
    page.locator("#find-anything").fill(house.journeys.fresh.coi_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/journeys/{house.journeys.fresh.coi_id}/")


def test_a_lot_is_received_by_its_suppliers_label(house):
    page = house.desk(house.journeys.demo.member("Alice"))
    page.goto(f"{house.address}/lots/new/")
    page.get_by_label("Supplier's label").focus()
    page.keyboard.type("]d201095060001343521728123110LOT42A")
    page.keyboard.press("Control+]")
    page.keyboard.type("21BAG01")
    page.keyboard.press("Enter")
    page.get_by_text("(21)").wait_for()
    assert_clean(page, "a lot that was read")
    assert page.get_by_label("Last day of use").input_value() == "2028-12-31"
    assert page.get_by_label("Lot number").input_value() == ""
    page.get_by_label("Material").fill("vector")
    page.get_by_label("Lot number").fill("LOT42")
    page.get_by_label("Our code for it").fill(codes.make("M", "BYLABEL"))
    page.get_by_role("button", name="Take it into stock").click()
    page.get_by_text("not the lot number that was read").wait_for()
    page.get_by_label("Lot number").fill("LOT42A")
    page.get_by_role("button", name="Take it into stock").click()
    page.get_by_text("in quarantine until quality").wait_for()


def test_two_people_change_who_a_patient_is(house):
    coi_id = house.journeys.fresh.coi_id
    olga = house.desk(house.journeys.demo.member("Olga"))
    olga.goto(f"{house.address}/journeys/{coi_id}/")
    olga.get_by_role("link", name="Change who the patient is").click()
    change = olga.locator("form", has_text="Ask for the change")
    change.get_by_label("What it is").select_option("change")
    change.get_by_label("Family name").fill("Married")
    change.get_by_label("Given name").fill("Synthia")
    change.get_by_label("Date of birth").fill("1970-01-01")
    change.get_by_label("Hospital number (MRN)").fill("MRN0000001")
    change.get_by_label("Hospital number again").fill("MRN0000001")
    change.get_by_label("Why, and from which source").fill("Registry office.")
    change.get_by_role("button").click()
    olga.get_by_text("Somebody else has to decide it").wait_for()
    assert olga.get_by_role("button", name="Approve and sign").count() == 0
    luca = house.desk(house.journeys.demo.member("Luca"))
    luca.goto(olga.url)
    assert "Married" not in luca.content()
    luca.get_by_role("button", name="Show the identities").click()
    luca.get_by_text("Married").wait_for()
    assert_clean(luca, "a reconciliation")
    luca.get_by_label("Your password").fill(PASSWORD)
    luca.get_by_role("button", name="Approve and sign").click()
    luca.get_by_text("Decided and signed").wait_for()
    luca.get_by_text("Signed by Luca Lorenz").wait_for()


def test_an_identifier_is_added_refused_and_retired(house):
    page, fresh, other = (
        house.desk(house.journeys.demo.member("Olga")),
        house.journeys.fresh.coi_id,
        house.journeys.labelled.coi_id,
    )

    def add(coi_id):
        page.goto(f"{house.address}/journeys/{coi_id}/identifiers/")
        page.get_by_label("Kind").select_option("join")
        page.get_by_label("Identifier").last.fill("JOIN-42")
        page.get_by_role("button", name="Add it").click()

    add(fresh)
    page.get_by_text("finds this journey now").wait_for()
    add(other)
    page.get_by_text(f"JOIN id: this belongs to the journey {fresh} already.").wait_for()
    page.goto(f"{house.address}/journeys/{fresh}/identifiers/")
    page.get_by_role("link", name="Retire").first.click()
    page.get_by_label("Reason").select_option("mistyped")
    page.get_by_label("What it should be").fill("JOIN-43")
    page.get_by_label("Why, in your words").fill("A slip.")
    page.get_by_role("button", name="Retire it").click()
    page.locator("del", has_text="JOIN-42").wait_for()
    assert_clean(page, "identifiers")

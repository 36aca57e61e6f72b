"""The scanner check: the test card typed as scanners type it, set up right and set up wrong."""

from datetime import timedelta

import pytest

from coi.models import ScannerQualification
from coi.rules.scanners import CARD, GS, SYMBOLS
from people.rules import codes
from tests.browser.acting import Station, scan_keys
from tests.browser.test_pages import assert_clean
from tests.coi.rules.wedge import Wedge

pytestmark = pytest.mark.browser


class Check:
    """The page of the scanner check, and whoever scans the card there."""

    def __init__(self, station):
        self.page = station.page
        self.page.locator(".side-device summary").click()
        self.page.get_by_role("link", name="Check the scanner").last.click()
        self.page.locator("body[data-ready]").wait_for()

    def scan(self, code, wedge=Wedge(), end=("Enter",)):
        """A row of the card."""
        scan_keys(self.page, wedge.text(SYMBOLS[code]), *end)

    def press(self, text):
        """The characters as they come, whatever the keys are."""
        scan_keys(self.page, text, "Enter")

    def verdict(self, word, row):
        """What the page says of a row, once it has its answer: the verdict before may have been the same."""
        codes = {"RIGHT": ("right", "advice"), "NOT RIGHT": ("wrong",)}[word]
        is_so = ", ".join(f"#rows li[data-row='{row}'][data-verdict='{code}']" for code in codes)
        self.page.locator(is_so).wait_for()
        self.page.locator("body[data-busy='no']").wait_for()
        assert self.page.locator("#verdict-word").inner_text().startswith(word)

    def sign(self, member):
        """Badge and PIN."""
        self.page.locator("#instruction", has_text="scan your badge").wait_for()
        self.press(member.badge)
        self.page.get_by_label("PIN").wait_for()
        for digit in member.pin:
            self.page.get_by_role("button", name=digit, exact=True).click()
        self.page.get_by_role("button", name="Sign", exact=True).click()

    def said(self):
        """The reasons on the screen."""
        return self.page.locator("#reasons").inner_text()


@pytest.fixture
def nurse(house):
    return house.journeys.demo.member("Ines")


def newest():
    return ScannerQualification.objects.filter(station=codes.make("S", "NBED")).latest("at")


def test_the_card_qualifies_an_overdue_station_and_work_goes_on(house, nurse):
    mine = house.journeys.bedside
    house.clock.now = house.journeys.demo.now + timedelta(days=90)
    bed = house.station("NBED")
    assert "was due on" in bed.page.locator("#scanner-text").inner_text()
    bed.badge(nurse)
    bed.scan(mine.wristband)
    bed.expect("NOT ACCEPTED")
    assert "test card was scanned too long ago" in bed.page.locator("#reasons").inner_text()
    bed.page.get_by_role("link", name="Check the scanner now").click()
    bed.page.locator("body[data-ready]").wait_for()

    check = Check.__new__(Check)
    check.page = bed.page
    for row, symbol in enumerate(CARD):
        assert f"row {row + 1}" in bed.page.locator("#instruction").inner_text()
        check.scan(symbol.code)
        check.verdict("RIGHT", row)
    check.sign(nurse)
    bed.page.locator("#verdict-word", has_text="QUALIFIED").wait_for()
    assert bed.page.locator("html").get_attribute("data-last-sound") == "done"
    row = newest()
    assert (row.is_qualified, row.by_name, row.findings) == (True, nurse.name, [])
    assert row.until - row.at == timedelta(days=90)

    bed.page.get_by_role("main").get_by_role("link", name="Back to the station").click()
    bed = Station(bed.page).ready()
    assert bed.page.locator("#scanner").is_hidden()
    bed.badge(nurse)
    bed.scan(mine.wristband)
    assert "test card" not in bed.page.locator("#reasons").inner_text()


def test_a_scanner_on_an_azerty_computer_is_told_what_to_change(house, nurse):
    check, wrong = Check(house.station("NBED")), Wedge(layout="azerty_fr")
    check.press(wrong.text(SYMBOLS["layout"]))
    check.verdict("NOT RIGHT", 0)
    assert "French, AZERTY would account for it" in check.said()
    assert "<\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}." in check.said()
    assert "keyboard country" in check.said()
    assert check.page.locator("html").get_attribute("data-last-sound") == "needs"
    # put right in between: the row is scanned again, and the rest of the card is as it should be
    for row, symbol in enumerate(CARD):
        check.scan(symbol.code)
        check.verdict("RIGHT", row)
    check.sign(nurse)
    check.page.locator("#verdict-word", has_text="QUALIFIED").wait_for()
    assert newest().is_qualified


def test_what_cannot_be_mended_now_is_recorded_as_it_is(house, nurse):
    check = Check(house.station("NBED"))
    for row, symbol in enumerate(CARD):
        check.scan(symbol.code, Wedge(gs=""))
        check.verdict("NOT RIGHT" if GS in symbol.content else "RIGHT", row)
        if GS in symbol.content:
            assert "FNC1 as ASCII 29" in check.said()
            check.page.get_by_role("button", name="Go on with the next row").click()
    check.sign(nurse)
    check.page.locator("#verdict-word", has_text="NOT QUALIFIED").wait_for()
    assert not newest().is_qualified
    check.page.get_by_role("button", name="Begin again").click()
    assert "row 1" in check.page.locator("#instruction").inner_text()


def test_the_pages_are_for_everybody(house, nurse):
    """By axe in every mood; nothing runs over the edge; what is touched is large."""
    check = Check(house.station("NBED"))
    assert_clean(check.page, "scanner check")
    check.press(Wedge(layout="qwertz_de").text(SYMBOLS["layout"]))
    check.verdict("NOT RIGHT", 0)
    assert_clean(check.page, "a row that is not right")
    for row, symbol in enumerate(CARD):
        check.scan(symbol.code)
        check.verdict("RIGHT", row)
    assert_clean(check.page, "all rows")
    for target in check.page.locator("button:visible, a.button:visible").all():
        box = target.bounding_box()
        assert min(box["height"], box["width"]) >= 76, target.inner_text()
    check.sign(nurse)
    check.page.locator("#verdict-word", has_text="QUALIFIED").wait_for()
    assert_clean(check.page, "qualified")
    desk = house.desk(house.journeys.demo.member("Luca"))
    desk.goto(f"{house.address}/scanners/")
    assert_clean(desk, "scanners")


def test_no_enter_another_row_and_a_wrong_pin(house, nurse):
    check = Check(house.station("NBED"))
    check.scan("case")
    check.page.locator("#verdict-word", has_text="ANOTHER ROW").wait_for()
    check.scan("layout", end=())
    check.verdict("NOT RIGHT", 0)
    assert "No Enter came" in check.said()
    check.scan("layout")
    check.verdict("RIGHT", 0)
    for symbol in CARD[1:]:
        check.scan(symbol.code)
        check.verdict("RIGHT", CARD.index(symbol))
    before = ScannerQualification.objects.count()
    wrong = type(nurse)(**{**vars(nurse), "pin": "0000"})
    check.sign(wrong)
    check.page.locator("#reasons", has_text="is wrong. Nothing was done").wait_for()
    assert ScannerQualification.objects.count() == before
    check.sign(nurse)
    check.page.locator("#verdict-word", has_text="QUALIFIED").wait_for()

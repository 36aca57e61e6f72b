"""A worksheet written with the keyboard, by two people at once, with and without a connection; every view by axe."""

from typing import Any

import pytest

from fmea.rules.cells import Table
from fmea.rules.editing import Insert
from fmea.selectors.sheets import sheet
from fmea.selectors.worksheets import at_work
from tests.browser.test_pages import assert_clean
from tests.fmea.board import CODE
from tests.fmea.rules.given import of_rows

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("board")]


class Desk:
    """Somebody at the sheet."""

    def __init__(self, house: Any, name: str) -> None:
        self.page = house.desk(house.journeys.demo.member(name))
        self.address = f"{house.address}/risk/{CODE}/sheet/"
        self.page.goto(self.address)
        self.page.locator("#sheet[data-ready]").wait_for()

    def cell(self, row: str, column: str) -> Any:
        """A cell by the code of its row and the name of its column."""
        head = self.page.get_by_role("columnheader", name=column, exact=True).get_attribute("aria-colindex")
        return self.page.locator(f".grid-row[data-code='{row}'] [aria-colindex='{head}']")

    def press(self, *keys: str) -> None:
        """Keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Text, and Enter."""
        self.page.keyboard.type(text)
        self.press("Enter")

    def saved(self) -> None:
        """Until the page says so."""
        self.page.locator("#state[data-state='saved']").wait_for()

    def view(self, name: str) -> None:
        """Show another set of columns."""
        self.page.locator("#views").get_by_role("button", name=name, exact=True).click()

    def follow(self, fragment: str) -> None:
        """Open the page at a cell."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}{fragment}")
        self.page.locator("#sheet[data-ready]").wait_for()

    def focused(self) -> list[str]:
        """Code and column of the cell that has the focus."""
        return self.page.evaluate(
            """() => {
              const { parentElement: row, ariaColIndex: n } = document.activeElement;
              return [row.dataset.code, document.querySelector(`[role=columnheader][aria-colindex="${n}"]`).title
                || document.querySelector(`[role=columnheader][aria-colindex="${n}"]`).textContent];
            }"""
        )

    def reads(self, row: str, column: str, text: str) -> None:
        """Until the cell says this."""
        self.cell(row, column).locator(".grid-text", has_text=text).wait_for()


def rows() -> dict[str, dict[str, Any]]:
    """The rows that the server has, by code and in order."""
    found = sheet(CODE)
    assert found is not None
    return {it["code"]: it for it in at_work(found).content["rows"]}


def test_a_sheet_is_written_with_the_keyboard_alone(house):
    amir = Desk(house, "Amir")
    assert_clean(amir.page, "a sheet")
    amir.page.set_viewport_size({"width": 1440, "height": 900})
    amir.cell("R1", "Cause").click()
    amir.type("Two pick-ups at once")
    amir.saved()
    assert amir.page.evaluate("document.activeElement.parentElement.dataset.code") == "R2", "Enter goes down"
    amir.press("ArrowLeft", "F2")
    amir.page.keyboard.type(", or none")
    amir.press("Escape", "Home", "ArrowUp", "Control+Enter")
    amir.page.locator(".grid-row[data-code='R3']").wait_for()
    amir.page.keyboard.type("PACK")
    amir.press("Tab")
    amir.type("Seal broken")
    amir.press("Control+Shift+ArrowUp")
    amir.saved()
    assert list(rows()) == ["R1", "R2", "R3"], "put in below the first, then the last one moved above it"
    assert rows()["R1"]["cause"] == "Two pick-ups at once"
    assert rows()["R2"]["effect"] == "Fewer living cells", "Escape leaves a cell as it was"
    assert (rows()["R3"]["step"], rows()["R3"]["mode"]) == ("PACK", "Seal broken")


def test_ratings_are_chosen_by_their_words_and_make_a_priority(house):
    amir = Desk(house, "Amir")
    amir.view("Scores")
    amir.reads("R1", "Action priority", "Medium")
    amir.cell("R1", "Occurrence").click()
    amir.press("F2")
    amir.page.get_by_role("option", name="7 Level 7").wait_for()
    assert_clean(amir.page, "a cell with choices")
    amir.page.set_viewport_size({"width": 1440, "height": 900})
    amir.cell("R1", "Occurrence").click()
    amir.type("7")
    amir.reads("R1", "Risk priority number", "350")
    amir.reads("R1", "Action priority", "High")
    amir.saved()
    assert rows()["R1"]["occurrence"]["by"] == [house.journeys.demo.member("Amir").name]
    amir.page.locator("#sheet[data-faults]").wait_for()
    amir.page.get_by_role("button", name="Next", exact=True).click()
    amir.page.locator("#bar-fault:not(:empty)").wait_for()


def test_blocks_are_copied_pasted_emptied_and_undone(house):
    amir = Desk(house, "Amir")
    before = rows()
    amir.cell("R1", "Effect").click()
    amir.press("Shift+ArrowRight", "Shift+ArrowDown")
    assert amir.page.locator(".grid-body [aria-selected='true']").count() == 4
    paste(amir, 'One\t"Two\nlines"\nThree\tFour\nFive\tSix\n', at=("R1", "Effect"))
    amir.page.locator(".grid-row[data-code='R3']").wait_for()
    amir.saved()
    assert [(it["effect"], it["cause"]) for it in rows().values()] == [
        ("One", "Two\nlines"),
        ("Three", "Four"),
        ("Five", "Six"),
    ]
    amir.press("Control+z")
    amir.page.locator(".grid-row[data-code='R3']").wait_for(state="detached")
    amir.saved()
    assert rows() == before
    amir.press("Control+y")
    amir.page.locator(".grid-row[data-code='R3']").wait_for()
    amir.saved()
    amir.cell("R1", "Effect").click()
    amir.press("Control+c", "ArrowDown", "Control+v")
    amir.reads("R2", "Effect", "One")
    amir.press("Delete")
    amir.saved()
    assert "effect" not in rows()["R2"]
    amir.press("Control+Delete")
    amir.page.locator(".grid-row[data-code='R2']").wait_for(state="detached")
    amir.press("Control+z")
    amir.page.locator(".grid-row[data-code='R2']").wait_for()
    amir.saved()
    assert list(rows()) == ["R1", "R2", "R3"], "what was taken out comes back where it was"


def paste(desk: Desk, text: str, at: tuple[str, str]) -> None:
    """As another spreadsheet copies it."""
    desk.cell(*at).click()
    desk.page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        text,
    )


def test_two_browsers_write_one_sheet_and_lose_no_cell(house):
    amir, bob = Desk(house, "Amir"), Desk(house, "Bob")
    for n, (desk, column) in enumerate(((amir, "Effect"), (bob, "Cause"), (amir, "Cause"), (bob, "Effect"))):
        desk.cell("R1" if n < 2 else "R2", column).click()
        desk.type(f"Text {n}")
    for desk in (amir, bob):
        desk.saved()
        desk.reads("R1", "Effect", "Text 0")
        desk.reads("R1", "Cause", "Text 1")
        desk.reads("R2", "Cause", "Text 2")
        desk.reads("R2", "Effect", "Text 3")
    amir.page.locator("#spoken", has_text=house.journeys.demo.member("Bob").name).wait_for()
    found = rows()
    assert [found[row][column] for row in ("R1", "R2") for column in ("effect", "cause")] == [
        "Text 0",
        "Text 1",
        "Text 3",
        "Text 2",
    ]


def test_two_browsers_in_one_cell_keep_both_values_until_one_chooses(house):
    amir, bob = Desk(house, "Amir"), Desk(house, "Bob")
    bob.cell("R1", "Cause").click()
    bob.page.keyboard.type("Bob's words")
    amir.cell("R1", "Cause").click()
    amir.type("Amir's words")
    amir.saved()
    # Bob's page has heard of it: what he began before that still does not write over it
    bob.page.locator("#spoken", has_text=house.journeys.demo.member("Amir").name).wait_for()
    bob.press("Enter")
    clash = bob.page.get_by_role("region", name="Please choose")
    clash.get_by_text("Bob's words").wait_for()
    clash.get_by_text("Amir's words").wait_for()
    clash.get_by_text(house.journeys.demo.member("Amir").name).wait_for()
    assert rows()["R1"]["cause"] == "Amir's words", "nothing was written over"
    assert_clean(bob.page, "two values in one cell")
    bob.page.set_viewport_size({"width": 1440, "height": 900})
    clash.get_by_role("button", name="Keep mine").click()
    clash.wait_for(state="hidden")
    amir.reads("R1", "Cause", "Bob's words")
    bob.saved()
    assert rows()["R1"]["cause"] == "Bob's words"


def test_what_is_written_without_a_connection_is_kept_and_sent_once(house):
    amir = Desk(house, "Amir")
    amir.page.context.set_offline(True)
    amir.cell("R1", "Cause").click()
    amir.type("Written in a cellar")
    amir.page.locator("#state[data-state='offline']").wait_for()
    amir.reads("R1", "Cause", "Written in a cellar")
    assert rows()["R1"]["cause"] != "Written in a cellar"
    amir.page.context.set_offline(False)
    amir.saved()
    assert rows()["R1"]["cause"] == "Written in a cellar"
    # the answer is lost on its way back: the same request is sent again, and counts once
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    amir.page.route("**/edits/", lose)
    amir.cell("R1", "Effect").click()
    amir.type("Said once")
    amir.saved()
    amir.reads("R1", "Effect", "Said once")
    found = sheet(CODE)
    assert lost
    assert found is not None
    assert found.revision == 2


def test_the_head_and_the_steps_are_written_like_cells(house):
    amir = Desk(house, "Amir")
    amir.view("About")
    assert_clean(amir.page, "the head of a sheet")
    amir.page.set_viewport_size({"width": 1440, "height": 900})
    amir.page.get_by_label("What it covers").fill("One site")
    amir.page.get_by_role("button", name="Add a person").click()
    amir.page.locator(".head-member").last.get_by_label("Name").fill("Cleo")
    amir.page.keyboard.press("Tab")
    amir.page.get_by_text("Scale of severity").first.click()
    amir.page.get_by_label("Scale of severity 10: words").fill("A patient dies")
    amir.page.keyboard.press("Tab")
    amir.saved()
    amir.view("Structure")
    amir.cell("PACK", "Step of the process").click()
    amir.type("Packing for the road")
    amir.saved()
    amir.view("Failures")
    amir.reads("R1", "Step", "Packing for the road")
    found = sheet(CODE)
    assert found is not None
    assert (found.header["scope"], found.header["team"][-1]) == ("One site", {"person": "Cleo"})
    assert found.header["scales"]["severity"]["levels"][9]["text"] == "A patient dies"


def test_who_may_not_write_reads(house):
    alice = Desk(house, "Alice")
    alice.page.get_by_text("You may read this worksheet").wait_for()
    alice.cell("R1", "Cause").click()
    alice.press("F2", "Delete", "Control+Enter")
    assert alice.page.locator(".grid-field").count() == 0
    assert alice.page.get_by_role("button", name="Row below").is_disabled()
    found = sheet(CODE)
    assert found is not None
    assert found.revision == 0


def test_a_sheet_that_rests_says_so_and_leads_to_its_version(house, board):
    amir = Desk(house, "Amir")
    board.player.now = house.clock.now
    board.decide("R1")
    version = board.submit()
    house.clock.now = board.player.now
    amir.page.get_by_text("A version of this worksheet is being read and signed.").wait_for()
    assert amir.page.get_by_role("button", name="Row below").is_disabled()
    amir.page.get_by_role("link", name="Read the version").click()
    amir.page.wait_for_url(f"**/documents/{version.id}/")


def test_a_row_is_a_form_on_a_telephone(house):
    amir = Desk(house, "Amir")
    amir.page.set_viewport_size({"width": 390, "height": 844})
    card = amir.page.locator("#card")
    card.get_by_label("Cause").fill("Typed with a thumb")
    card.get_by_label("Effect").focus()
    amir.saved()
    assert rows()["R1"]["cause"] == "Typed with a thumb"
    amir.page.get_by_role("button", name="Next one").click()
    card.get_by_label("Failure mode").wait_for()
    assert card.get_by_label("Failure mode").input_value() == "Infused after the time limit"


def test_two_thousand_rows_are_in_the_page_only_where_one_looks(house, board):
    many = of_rows(2_000)["rows"]
    for n in range(0, 1_998, 333):  # one entry of the ledger holds a megabyte
        board.edit(*(Insert(Table.ROWS, f"N{n + m}", it, "last") for m, it in enumerate(many[n : n + 333])))
    house.clock.now = board.player.now
    amir = Desk(house, "Amir")
    assert amir.page.locator(".grid-body .grid-row").count() < 60
    amir.cell("R1", "Cause").click()
    amir.press("Control+End")
    amir.page.locator(".grid-row[data-code='N1997']").wait_for()
    assert amir.page.locator(".grid-body .grid-row").count() < 60
    amir.press("Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    amir.type("The last one")
    amir.saved()
    assert rows()["N1997"]["cause"] == "The last one"


def test_an_address_leads_to_its_cell(house):
    amir = Desk(house, "Amir")
    amir.follow("#rows/R2/severity.by")
    assert amir.focused() == ["R2", "Severity"], "what is not written here is shown beside what it belongs to"
    amir.follow("#steps/BED/title")
    assert amir.focused() == ["BED", "Step of the process"]
    amir.page.evaluate("location.hash = '#rows/R9/cause'")
    assert amir.focused() == ["BED", "Step of the process"], "there is no such row"
    amir.page.evaluate("location.hash = '#rows/R1/evidence'")
    amir.page.wait_for_function("document.activeElement.parentElement.dataset.code === 'R1'")
    assert amir.focused() == ["R1", "What counts as an event"]
    amir.follow("#header//scope")
    assert amir.page.evaluate("document.activeElement.id") == "head-scope"


def test_evidence_and_what_a_control_is_are_chosen_by_their_words(house):
    amir = Desk(house, "Amir")
    amir.view("Evidence")
    amir.reads("R1", "What counts as an event", "refused at a station: wrong container")
    amir.cell("R1", "What counts as an event").click()
    amir.press("F2", "Alt+Enter")
    amir.page.get_by_role("option").first.wait_for()
    assert_clean(amir.page, "a cell with names")
    amir.page.set_viewport_size({"width": 1440, "height": 900})
    amir.cell("R1", "What counts as an event").click()
    amir.press("F2", "Alt+Enter")
    amir.page.keyboard.type("wrong_sta")
    amir.press("ArrowDown", "ArrowUp", "Enter", "Enter")
    amir.saved()
    amir.view("Controls")
    amir.cell("R1", "Controls that detect").click()
    amir.press("F2")
    amir.page.keyboard.type(" [wrong cont")
    amir.press("Enter", "Enter")
    amir.reads("R1", "Controls that detect", "(a stop or a hint at the stations: wrong container)")
    amir.saved()
    row = rows()["R1"]
    assert [it["ref"] for it in row["evidence"]] == ["wrong_container", "label_lost", "wrong_station"]
    assert row["detection_controls"] == [
        {"text": "Receipt against the order.", "links": [{"kind": "interlock", "ref": "wrong_container"}]}
    ]
    assert [it["ref"] for it in row["prevention_controls"][0]["links"]] == ["wrong_container"]

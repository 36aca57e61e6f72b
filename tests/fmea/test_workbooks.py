"""Workbooks: real files, read as they come from a spreadsheet; and files that are none, or mean harm."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from time import process_time
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from fmea.rules.cells import Table
from fmea.rules.editing import SetCell
from fmea.rules.layout import WORKSHEET
from fmea.rules.layout_preview import Preview, RowFate
from fmea.services import workbooks
from fmea.services.workbooks import read_workbook, write_workbook
from tests.fmea.rules.layout_given import EMPTY, taken
from tests.fmea.worksheet_given import CONTENT, of_rows

HEAD = 2  # the line of the headings; the steps of the approach stand above them
WHOLE = write_workbook(CONTENT)


def book() -> Any:
    return load_workbook(io.BytesIO(WHOLE))


def saved(made: Any) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def cell(made: Any, row: int, heading: str) -> Any:
    """The cell of the nth row under a heading."""
    names = [it.value for it in made["Worksheet"][HEAD]]
    return made["Worksheet"].cell(HEAD + row, names.index(heading) + 1)


def edited(heading: str, value: Any) -> Preview:
    """What the export would do after somebody wrote into its first row and saved it."""
    made = book()
    cell(made, 1, heading).value = value
    return read_workbook(saved(made), CONTENT)


def codes(found: Preview) -> list[tuple[str, str]]:
    return [(it.address, it.code) for it in found.faults]


def small(fill: Callable[[Any], None], name: str = "Worksheet") -> Preview:
    made = Workbook()
    made.active.title = name
    fill(made.active)
    return read_workbook(saved(made), CONTENT)


def test_the_export_read_again_changes_nothing() -> None:
    for data in (WHOLE, saved(book())):
        found = read_workbook(data, CONTENT)
        assert (found.faults, found.left_out, found.operations, found.actions) == ((), (), (), ())
        assert found.count(RowFate.UNCHANGED) == len(CONTENT["rows"])


def test_the_export_makes_a_new_worksheet() -> None:
    found = read_workbook(WHOLE, EMPTY)
    after = taken(found, EMPTY)
    assert [it["code"] for it in after["rows"]] == [it["code"] for it in CONTENT["rows"]]
    assert after["actions"] == CONTENT["actions"]
    assert after["scales"] == CONTENT["scales"]


def test_a_cell_that_somebody_changed_is_one_operation() -> None:
    found = edited("S", 9)
    assert found.operations == (SetCell(Table.ROWS, "R1", "severity.rating", 9),)
    assert edited("O: look again on", date(2027, 2, 1)).operations == (
        SetCell(Table.ROWS, "R1", "occurrence.look_again", "2027-02-01"),
    )


def test_days_are_days_whenever_the_file_begins_to_count() -> None:
    made = book()
    made.epoch = CALENDAR_MAC_1904
    assert read_workbook(saved(made), CONTENT).operations == ()


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("S", "=5+4", "formula"),
        ("S", "9,5", "not_a_rating"),
        ("S", 12, "not_a_rating"),
        ("O: look again on", "01.02.2027", "not_a_day"),
        ("Cause", "=HYPERLINK(1)", "formula"),
    ],
)
def test_faults_stand_at_their_cells(heading: str, value: Any, code: str) -> None:
    at = cell(book(), 1, heading).coordinate
    assert codes(edited(heading, value)) == [(at, code)]


def test_an_error_of_the_spreadsheet_is_a_fault() -> None:
    made = book()
    at = cell(made, 2, "Cause")
    at.value, at.data_type = "#REF!", "e"
    assert codes(read_workbook(saved(made), CONTENT)) == [(at.coordinate, "error_in_cell")]


def test_what_looks_like_a_formula_is_written_and_read_as_text() -> None:
    document = of_rows(2)
    document["rows"][0] |= {"mode": "=1+1", "cause": "@SUM(A1)", "effect": "-3"}
    data = write_workbook(document)
    made = load_workbook(io.BytesIO(data))
    for heading, text in (("Failure mode", "=1+1"), ("Cause", "@SUM(A1)"), ("Effect", "-3")):
        found = cell(made, 1, heading)
        assert (found.value, found.data_type, found.quotePrefix) == (text, "s", True)
    assert read_workbook(data, document).operations == ()
    assert read_workbook(data, document).faults == ()


def test_the_sheet_is_made_to_be_worked_in() -> None:
    made = book()
    sheet = made["Worksheet"]
    assert made.sheetnames[:2] == ["Worksheet", "Scales"]
    assert sheet.freeze_panes == "D3"
    rules = {
        str(one): rule.formula1 for rule in sheet.data_validations.dataValidation for one in rule.sqref.ranges
    }
    column = cell(made, 1, "Status").column_letter
    assert any(at.startswith(column) and "Under way" in text for at, text in rules.items())
    assert any("10" in text for at, text in rules.items() if at.startswith(cell(made, 1, "S").column_letter))
    fills = {cell(made, n, "AP").value: cell(made, n, "AP").fill.fgColor.rgb for n in range(1, 21)}
    assert set(fills) == {"High", "Medium", "Low"}
    assert len(set(fills.values())) == 3
    assert cell(made, 1, "Failure mode").alignment.wrap_text
    assert [it.value for it in sheet[HEAD]] == [it.heading for it in WORKSHEET.columns]
    assert cell(made, 1, "Due").is_date


def test_other_sheets_are_left_alone_and_one_alone_is_the_one() -> None:
    made = book()
    made.create_sheet("Notes")["A1"] = "=1"
    assert read_workbook(saved(made), CONTENT).operations == ()
    assert small(lambda it: it.append(["Row", "S"]) or it.append(["R1", 9]), "My list").operations == (
        SetCell(Table.ROWS, "R1", "severity.rating", 9),
    )
    two = Workbook()
    two.create_sheet("B")
    assert codes(read_workbook(saved(two), CONTENT)) == [("", "no_worksheet")]


def repacked(change: Callable[[str, bytes], bytes | None], *more: tuple[str, bytes]) -> bytes:
    """The export with its parts changed, and parts added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for it in old.infolist():
            part = change(it.filename, old.read(it))
            if part is not None:
                new.writestr(it.filename, part)
        for name, part in more:
            new.writestr(name, part)
    return file.getvalue()


def keep(name: str, part: bytes) -> bytes | None:
    return part


def entities(name: str, part: bytes) -> bytes | None:
    if not name.endswith("sheet1.xml"):
        return part
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    return bomb + part.split(b"?>", 1)[-1]


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not_a_workbook"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 400, "not_a_workbook"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "not_a_workbook"),
    "another zip": (repacked(lambda name, part: None, ("a.txt", b"x")), "not_a_workbook"),
    "a part missing": (
        repacked(lambda name, part: None if name.endswith("workbook.xml") else part),
        "not_a_workbook",
    ),
    "no xml": (repacked(lambda name, part: b"<" if name.endswith("sheet1.xml") else part), "not_a_workbook"),
    "encrypted": (
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "file_encrypted",
    ),
    "of long ago": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "file_too_old"),
    "with macros": (repacked(keep, ("xl/vbaProject.bin", b"x")), "file_has_macros"),
    "with entities": (repacked(entities), "file_declares_entities"),
    "packed too tight": (repacked(keep, ("xl/media/a.xml", b" " * (8 * 2**20))), "file_packed_too_tight"),
    "too many parts": (repacked(keep, *((f"x/{n}.txt", b"x") for n in range(400))), "file_unpacks_too_large"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_none_says_why(name: str) -> None:
    data, code = BROKEN[name]
    found = read_workbook(data, CONTENT)
    assert codes(found) == [("", code)]
    assert (found.rows, found.operations, found.actions) == ((), (), ())


def test_a_file_is_measured_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_BYTES", len(WHOLE) - 1)
    assert codes(read_workbook(WHOLE, CONTENT)) == [("", "file_too_large")]
    monkeypatch.setattr(workbooks, "MOST_BYTES", len(WHOLE))
    assert read_workbook(WHOLE, CONTENT).faults == ()
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 1000)
    assert codes(read_workbook(WHOLE, CONTENT)) == [("", "file_unpacks_too_large")]


def test_what_stands_far_away_is_never_passed_over() -> None:
    def below(sheet: Any) -> None:
        sheet.append(["Row", "S"])
        sheet.cell(1_000_000, 1).value = "R1"

    def beside(sheet: Any) -> None:
        sheet.append(["Row", "S"])
        sheet.cell(2, 16_000).value = "x"

    assert codes(small(below)) == [("A1000000", "too_many_lines")]
    assert [it.code for it in small(beside).faults] == ["too_many_columns"]
    line = b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData>'
    endless = repacked(
        lambda name, part: part.replace(b"</sheetData>", line) if name.endswith("sheet1.xml") else part
    )
    assert [it.code for it in read_workbook(endless, CONTENT).faults] == ["too_many_lines"]


def test_a_file_that_lies_about_its_size_is_read_whole() -> None:
    def smaller(name: str, part: bytes) -> bytes:
        start = part.find(b"<dimension")
        if not name.endswith("sheet1.xml") or start < 0:
            return part
        return part[:start] + b'<dimension ref="A1:B2"/>' + part[part.index(b"/>", start) + 2 :]

    found = read_workbook(repacked(smaller), CONTENT)
    assert (len(found.rows), found.faults, found.operations) == (20, (), ())


def test_two_thousand_rows_are_read_and_checked_in_seconds() -> None:
    """Under three seconds by itself; the bound leaves room for a busy machine."""
    data = write_workbook(of_rows(2000))
    start = process_time()
    found = read_workbook(data, EMPTY)
    assert process_time() - start < 10
    assert (found.faults, found.count(RowFate.ADDED), len(found.actions)) == ((), 2000, 2000)

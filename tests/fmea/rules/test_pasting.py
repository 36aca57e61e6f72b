"""Cells as text and blocks from a spreadsheet: what a text means, and what leaves a cell alone."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmea.rules.cell_texts import CellKind, kind_of, read, shown
from fmea.rules.cells import COLUMNS, Cell, Table
from fmea.rules.draft import Draft
from fmea.rules.editing import Insert, SetCell, apply
from fmea.rules.pasting import Shown, grid, paste
from fmea.rules.worksheet_reading import problems
from tests.fmea.rules.given import CONTENT, WRONG_BAG, content

ROWS = Table.ROWS
DRAFT = Draft.of(CONTENT)
SHEET = Shown(ROWS, ("R1", "R2"), ("mode", "severity.rating", "severity.votes", "severity.by"))


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("mode", " Wrong bag ", "Wrong bag"),
        ("mode", "", None),
        ("severity.rating", "9", 9),
        ("severity.rating", "nine", "nine"),
        ("severity.rating", " ", None),
        ("severity.by", "Ada; Ben\nCy", ["Ada", "Ben", "Cy"]),
        ("residual.by", "Ada; Ben", "Ada; Ben"),
        ("look_again", "2027-01-01", "2027-01-01"),
        ("prevention_controls", "One.\n\nTwo; three.", [{"text": "One."}, {"text": "Two; three."}]),
        ("evidence", "refusal:expired", [{"kind": "refusal", "ref": "expired"}]),
        ("evidence", "oos: DOSE @thaw, infuse", [{"kind": "oos", "ref": "DOSE", "at": ["thaw", "infuse"]}]),
        ("evidence", "a rumour", ["a rumour"]),
    ],
)
def test_what_a_text_means(column: str, text: str, value: Any) -> None:
    assert read(ROWS, column, text) == value


def test_a_text_that_cannot_be_read_is_a_fault_of_its_cell() -> None:
    found = apply(DRAFT, [SetCell(ROWS, "R1", "severity.rating", "nine")], base=0, editor="a")
    faulty = apply(found.draft, [SetCell(ROWS, "R1", "evidence", ["a rumour"])], base=1, editor="a")
    assert {it.path for it in problems(faulty.draft.content())} >= {
        "rows[0].severity.rating",
        "rows[0].evidence[0]",
    }


def test_a_control_says_behind_its_text_what_it_is() -> None:
    before = WRONG_BAG["prevention_controls"]
    typed = "Packed is expected. [interlock:wrong_container] [chart:DOSE]\nA [note] of theirs."
    link = {"kind": "interlock", "ref": "wrong_container"}
    assert read(ROWS, "prevention_controls", typed, before) == [
        {"text": "Packed is expected.", "links": [link, {"kind": "chart", "ref": "DOSE"}]},
        {"text": "A [note] of theirs."},
    ]


def test_links_stay_with_a_control_whose_text_stays() -> None:
    before = WRONG_BAG["prevention_controls"]
    value = read(ROWS, "prevention_controls", "New.\nPacked is expected.", before)
    assert value == [{"text": "New."}, before[0]]


@pytest.mark.parametrize("column", COLUMNS[ROWS])
def test_what_a_cell_says_leaves_it_as_it_is(column: str) -> None:
    for item in ("R1", "R2"):
        before = DRAFT.value(Cell(ROWS, item, column))
        text = shown(ROWS, column, before)
        assert read(ROWS, column, text, before) is before
        assert read(ROWS, column, text.replace("\n", "\r\n") + " ", before) is before


@given(st.lists(st.sampled_from(["Ada", "Ben", "C. Y."]), unique=True, min_size=1))
def test_what_is_shown_is_read_again(names: list[str]) -> None:
    assert read(ROWS, "severity.by", shown(ROWS, "severity.by", names)) == names


def test_kinds() -> None:
    assert kind_of(Table.ACTIONS, "evidence") is CellKind.NAMES
    assert kind_of(ROWS, "evidence") is CellKind.EVIDENCE
    assert kind_of(Table.HEADER, "scales.severity") is CellKind.FIXED
    assert kind_of(Table.ACTIONS, "after.severity.votes") is CellKind.FIXED
    assert shown(Table.HEADER, "team", CONTENT["team"]) == ""
    assert read(Table.HEADER, "team", "Ada", CONTENT["team"]) == CONTENT["team"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("a\tb\nc\td\n", (("a", "b"), ("c", "d"))),
        ("a\tb\r\nc\r\n", (("a", "b"), ("c",))),
        ('"two\nlines"\t"a ""word"""', (("two\nlines", 'a "word"'),)),
        ("a\n\nb", (("a",), ("",), ("b",))),
        ("\t", (("", ""),)),
        ('"open\tb\nc', (('"open', "b"), ("c",))),
        ('"a" b\t""', (('"a" b', ""),)),
        ('5" bag\t"', (('5" bag', '"'),)),
    ],
)
def test_a_block_is_read_as_spreadsheets_copy_it(text: str, found: Any) -> None:
    assert grid(text) == found


CELL = st.text(st.sampled_from('ab \t\n"é;,'), max_size=6)


@given(
    st.integers(1, 3).flatmap(
        lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=4)
    )
)
def test_every_block_is_read_again(rows: list[list[str]]) -> None:
    text = StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    assert grid(text.getvalue()) == tuple(tuple(row) for row in rows)


def test_a_block_becomes_cells_and_new_rows() -> None:
    block = grid("New mode\t9\tx\tAda;Ben\tbeyond\nOther\t6\nThird\t3\nFourth\t2")
    found = paste(DRAFT, SHEET, (0, 0), block, ["R3"])
    assert found.operations == (
        SetCell(ROWS, "R1", "mode", "New mode"),
        SetCell(ROWS, "R1", "severity.rating", 9),
        SetCell(ROWS, "R2", "mode", "Other"),
        Insert(ROWS, "R3", {"mode": "Third", "severity": {"rating": 3}}, "R2"),
    )
    assert (found.cells_left_out, found.rows_left_out) == (2, 1)
    merged = apply(DRAFT, found.operations, base=0, editor="a").draft
    assert problems(merged.content()) == ()
    assert [it["code"] for it in merged.content()["rows"]] == ["R1", "R2", "R3"]


def test_a_block_into_an_empty_sheet_keeps_its_order() -> None:
    draft = Draft.of(content(rows=None))
    sheet = Shown(ROWS, (), ("mode",))
    found = paste(draft, sheet, (0, 0), grid("a\nb\nc"), ["X", "Y", "Z"])
    rows = apply(draft, found.operations, base=0, editor="a").draft.content()["rows"]
    assert [(it["code"], it["mode"]) for it in rows] == [("X", "a"), ("Y", "b"), ("Z", "c")]


@pytest.mark.parametrize("at", [(-1, 0), (3, 0), (0, 4), (0, -1)])
def test_a_block_outside_the_sheet_is_none(at: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not a cell"):
        paste(DRAFT, SHEET, at, (("x",),), [])

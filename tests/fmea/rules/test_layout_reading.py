"""What cells and lines of a file mean, and what is wrong with them, told at the cell."""

from datetime import date
from typing import Any

import pytest

from fmea.rules.cells import Table
from fmea.rules.editing import Insert, SetCell
from fmea.rules.layout_cells import Raw, Unread
from fmea.rules.layout_lines import address
from fmea.rules.layout_preview import RowFate, preview
from tests.fmea.rules.given import ACTION, CONTENT, WRONG_BAG, with_item
from tests.fmea.rules.layout_given import ROWS, at, changed, faults, only, place, taken


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("S", 11, "not_a_rating"),
        ("S", 0, "not_a_rating"),
        ("S", 9.5, "not_a_rating"),
        ("S", "nine", "not_a_rating"),
        ("S", True, "not_a_rating"),
        ("S", at(2026, 9, 10), "not_a_rating"),
        ("D", Unread.FORMULA, "formula"),
        ("D", Unread.ERROR, "error_in_cell"),
        ("O: look again on", "03/04/2027", "not_a_day"),
        ("O: look again on", "2027-02-30", "not_a_day"),
        ("O: look again on", 46000, "not_a_day"),
        ("O: look again on", "9999-12-31", "not_a_day"),
        ("O: look again on", at(9999, 12, 31), "not_a_day"),
        ("O: look again on", at(2027, 1, 1, 12), "not_a_day"),
        ("Failure mode", at(2027, 1, 1), "not_a_text"),
        ("Failure mode", "x" * 2001, "too_long"),
        ("Failure mode", "x" * 32_767, "cut_off"),
        ("Counted as evidence", "a rumour", "not_evidence"),
        ("Counted as evidence", "refusal:no_such_code", "ref_unknown"),
        ("Prevention controls", "Scan. [interlock:no_such_code]", "ref_unknown"),
        ("Prevention controls", "[interlock:expired]", "required"),
        ("Row", "R 1", "code_shape"),
        ("Process step", "Another step", "step_called_otherwise"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_cell(heading: str, value: Raw, code: str) -> None:
    found = preview(changed(1, heading, value), CONTENT)
    at = address(1, place(heading))
    assert (at, code) in faults(found)
    assert {it.address for it in found.faults} == {at}
    assert {it.heading for it in found.faults} == {heading}
    assert (found.operations, found.actions) == ((), ())


@pytest.mark.parametrize(
    ("heading", "value", "column", "meant"),
    [
        ("S", 9.0, "severity.rating", 9),
        ("S", " 9 ", "severity.rating", 9),
        ("S", None, "severity.rating", None),
        ("O: look again on", at(2027, 1, 1), "occurrence.look_again", "2027-01-01"),
        ("O: look again on", date(2027, 1, 1), "occurrence.look_again", "2027-01-01"),
        ("Failure mode", 5, "mode", "5"),
        ("Failure mode", "=1+1", "mode", "=1+1"),
        ("Cause", "a\r\nb", "cause", "a\nb"),
        ("Step", "BED", "step", "BED"),
        (
            "Prevention controls",
            "Packed is expected.\nNew. [chart:CD3] [criterion:DOSE]",
            "prevention_controls",
            [
                WRONG_BAG["prevention_controls"][0],
                {
                    "text": "New.",
                    "links": [{"kind": "chart", "ref": "CD3"}, {"kind": "criterion", "ref": "DOSE"}],
                },
            ],
        ),
    ],
)
def test_what_a_cell_means(heading: str, value: Raw, column: str, meant: Any) -> None:
    sheet = changed(1, heading, value)
    if heading == "Step":
        sheet["Worksheet"][1][place("Process step")] = None
    found = preview(sheet, CONTENT)
    assert found.operations == (SetCell(ROWS, "R1", column, meant),)
    assert [(it.code, it.fate) for it in found.rows] == [("R1", RowFate.CHANGED), ("R2", RowFate.UNCHANGED)]
    assert [it.column for it in found.rows[0].changes] == [column]
    assert found.rows[0].changes[0].address == address(1, place(heading))


def test_a_link_that_is_not_written_stays_with_its_text() -> None:
    found = preview(only(["Row", "Prevention controls"], ["R1", "Packed is expected.\nTwo look."]), CONTENT)
    (operation,) = found.operations
    assert isinstance(operation, SetCell)
    assert operation.value == [WRONG_BAG["prevention_controls"][0], {"text": "Two look."}]


def test_a_column_that_is_not_there_leaves_its_cells() -> None:
    found = preview(only(["Row", "Cause"], ["R2", "Another"]), CONTENT)
    assert found.operations == (SetCell(ROWS, "R2", "cause", "Another"),)
    assert found.absent == ("R1",)


def test_rows_without_a_code_are_new_ones_at_the_end() -> None:
    lines = [
        ["Process step", "Mode", "Severity"],
        ["bedside", "a", 3],
        ["Freezing", "b", 4],
        ["Freezing", "c", 5],
    ]
    found = preview(only(*lines), CONTENT)
    assert found.operations == (
        Insert(Table.STEPS, "S1", {"title": "Freezing"}, "BED"),
        Insert(ROWS, "R3", {"step": "BED", "mode": "a", "severity": {"rating": 3}}, "R2"),
        Insert(ROWS, "R4", {"step": "S1", "mode": "b", "severity": {"rating": 4}}, "R3"),
        Insert(ROWS, "R5", {"step": "S1", "mode": "c", "severity": {"rating": 5}}, "R4"),
    )
    after = taken(found, CONTENT)
    assert [it["code"] for it in after["rows"]] == ["R1", "R2", "R3", "R4", "R5"]


def test_a_new_row_stands_where_it_stands_in_the_file() -> None:
    found = preview(
        only(["Row", "Mode"], ["X0", "top"], ["R1", WRONG_BAG["mode"]], ["X1", "between"]), CONTENT
    )
    assert [it["code"] for it in taken(found, CONTENT)["rows"]] == ["X0", "R1", "X1", "R2"]


def test_further_lines_are_further_actions_of_the_row() -> None:
    lines = [
        ["Row", "Mode", "Action", "What is done", "O after", "Status"],
        ["R1", WRONG_BAG["mode"], "A1", ACTION["text"], 1, "verified"],
        ["R1", None, "B1", "Second", 2, "UNDER  way"],
        [None, None, None, "Third", None, None],
        ["R2", None, None, "Fourth", None, None],
    ]
    found = preview(only(*lines), CONTENT)
    assert found.operations == ()
    assert [(it.item, dict(it.values)) for it in found.actions] == [
        (
            "B1",
            {"row": "R1", "text": "Second", "after": {"occurrence": {"rating": 2}}, "status": "under_way"},
        ),
        ("A2", {"row": "R1", "text": "Third"}),
        ("A3", {"row": "R2", "text": "Fourth"}),
    ]


def test_an_action_without_a_row_is_a_fault() -> None:
    head: list[Raw] = ["Row", "Mode", "What is done", "Status"]
    assert faults(preview(only(head, [None, None, "x", None]), CONTENT)) == [("C2", "row_missing")]
    assert faults(preview(only(head, ["R9", None, "x", None]), CONTENT)) == [("A2", "unknown_row")]
    assert faults(preview(only(head, ["R1", None, "x", "soon"]), CONTENT)) == [("D2", "not_a_choice")]


def test_an_action_that_is_there_keeps_its_own_life_and_so_does_a_decision() -> None:
    found = changed(1, "Status", "Dropped")
    found["Worksheet"][1][place("Risk that is left")] = "Not accepted"
    found["Worksheet"][1][place("S: scored by")] = "Eve"
    read = preview(found, CONTENT)
    assert (read.faults, read.operations, read.actions) == ((), (), ())
    assert {(it.heading, it.code) for it in read.left_out} == {
        ("Status", "not_taken"),
        ("Risk that is left", "not_taken"),
        ("S: scored by", "not_taken"),
    }


def test_one_row_said_twice_is_said_alike() -> None:
    head: list[Raw] = ["Row", "Mode", "Cause"]
    two = preview(only(head, ["R2", "a", "c"], ["R2", None, "c"]), CONTENT)
    assert two.operations == (SetCell(ROWS, "R2", "mode", "a"), SetCell(ROWS, "R2", "cause", "c"))
    other = preview(only(head, ["R2", "a", "c"], ["R2", "b", "c"]), CONTENT)
    assert faults(other) == [("B3", "said_otherwise_before")]


def test_a_fault_that_the_worksheet_had_before_does_not_stop_a_file() -> None:
    before = with_item("rows", 1, severity__rating="nine")
    found = preview(only(["Row", "Mode"], ["R1", "x"]), before)
    assert found.faults == ()
    assert len(found.operations) == 1


def test_too_many_rows_are_a_fault_of_the_file() -> None:
    lines: list[list[Raw]] = [["Row", "Mode"], *([f"X{n}", "x"] for n in range(1999))]
    assert ("", "out_of_range") in faults(preview(only(*lines), CONTENT))

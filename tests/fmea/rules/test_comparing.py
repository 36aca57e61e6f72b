"""Two versions cell by cell: items by their codes, moves as few as explain the order, and what the numbers did."""

import copy
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmea.rules.cells import COLUMNS, Cell, Table, cell_at, value_in, with_cell
from fmea.rules.comparing import (
    CellChange,
    Fate,
    ItemChange,
    compare_cells,
    lowered_severities,
    moved_between,
    priority_changes,
)
from people.rules.documents import Problem, leaves
from tests.fmea.rules.given import (
    ACTION,
    CONTENT,
    LATE_INFUSION,
    WRONG_BAG,
    content,
    of_rows,
    with_item,
    worksheet,
)


def fates(before: Any, after: Any) -> dict[str, tuple[Fate, bool]]:
    return {it.item: (it.fate, it.has_moved) for it in compare_cells(before, after)}


def test_equal_documents_do_not_differ() -> None:
    assert compare_cells(CONTENT, copy.deepcopy(CONTENT)) == ()


def test_one_cell() -> None:
    after = with_item("rows", 1, severity__rating=7)
    cell = Cell(Table.ROWS, "R2", "severity.rating")
    assert compare_cells(CONTENT, after) == (
        ItemChange(Table.ROWS, "R2", Fate.CHANGED, False, (CellChange(cell, 6, 7),)),
    )


def test_a_row_put_in_on_top_is_one_change() -> None:
    new = LATE_INFUSION | {"code": "R9"}
    after = content(rows=[new, WRONG_BAG, LATE_INFUSION])
    assert fates(CONTENT, after) == {"R9": (Fate.ADDED, False)}
    cells = {it.cell.column: it.after for it in compare_cells(CONTENT, after)[0].cells}
    assert cells["mode"] == new["mode"]
    assert all(it.before is None for it in compare_cells(CONTENT, after)[0].cells)


def test_a_row_taken_out_is_told_with_what_stood_there() -> None:
    (change,) = compare_cells(CONTENT, content(rows=[LATE_INFUSION]))
    assert (change.item, change.fate) == ("R1", Fate.REMOVED)
    assert {it.cell.column: it.before for it in change.cells}["cause"] == WRONG_BAG["cause"]
    assert all(it.after is None for it in change.cells)


def test_a_row_may_move_and_change() -> None:
    rows = [WRONG_BAG | {"code": f"R{n}"} for n in range(4)]
    moved = [rows[3] | {"mode": "Other"}, rows[0], rows[1], rows[2]]
    assert fates(content(rows=rows), content(rows=moved)) == {"R3": (Fate.CHANGED, True)}
    still = [rows[3], rows[0], rows[1], rows[2]]
    assert fates(content(rows=rows), content(rows=still)) == {"R3": (Fate.MOVED, True)}


def test_the_header_and_actions_are_cells_too() -> None:
    changed_action = ACTION | {"status": "done"}
    after = content(title="New", actions=[changed_action], formality={"level": "low", "why": "x"})
    found = {(it.table, it.item): {c.cell.column for c in it.cells} for it in compare_cells(CONTENT, after)}
    assert found == {
        (Table.HEADER, ""): {"title", "formality.level", "formality.why"},
        (Table.ACTIONS, "A1"): {"status"},
    }


def test_true_is_not_one() -> None:
    one, other = with_item("rows", 1, severity__rating=1), with_item("rows", 1, severity__rating=True)
    assert fates(one, other) == {"R2": (Fate.CHANGED, False)}


def test_every_place_of_a_document_lies_in_one_cell() -> None:
    """What a worksheet may hold is told by its cells: no field of one is missed by a comparison."""
    whole = copy.deepcopy(CONTENT)
    whole["rows"][0]["severity"]["justification"] = "x"
    whole["rows"][0]["no_action_why"] = whole["actions"][0]["dropped_why"] = "x"
    for path, _value in leaves(whole):
        cell = cell_at(whole, path)
        assert cell is not None, path
        assert cell.column or path.endswith(".code"), path


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("rows[1].severity.rating", Cell(Table.ROWS, "R2", "severity.rating")),
        ("rows[0].prevention_controls[0].links[0].ref", Cell(Table.ROWS, "R1", "prevention_controls")),
        ("rows[1]", Cell(Table.ROWS, "R2", "")),
        ("actions[0].after.detection.why", Cell(Table.ACTIONS, "A1", "after.detection.why")),
        ("scales.occurrence.levels[3].up_to", Cell(Table.HEADER, "", "scales.occurrence")),
        ("title", Cell(Table.HEADER, "", "title")),
        ("rows", None),
        ("rows[7].mode", None),
        ("colour", None),
        ("", None),
    ],
)
def test_a_fault_is_shown_at_its_cell(path: str, cell: Cell | None) -> None:
    assert cell_at(CONTENT, path) == cell


def test_no_column_lies_inside_another() -> None:
    for columns in COLUMNS.values():
        assert len(set(columns)) == len(columns)
        assert not [(one, other) for one in columns for other in columns if other.startswith(f"{one}.")]


def test_a_cell_is_written_and_emptied_without_touching_what_was() -> None:
    item = {"code": "R1", "severity": {"rating": 9}}
    assert with_cell(item, "severity.rating", None) == {"code": "R1"}
    assert with_cell(item, "after.severity.rating", 3)["after"] == {"severity": {"rating": 3}}
    assert with_cell(item, "after.severity.rating", None) == item
    assert item == {"code": "R1", "severity": {"rating": 9}}
    assert value_in({"severity": "high"}, "severity.rating") is None


def slow_moved(old: list[str], new: list[str]) -> int:
    """Every set of names that may stay, the largest first."""
    place = {name: n for n, name in enumerate(old)}
    for size in range(len(new), -1, -1):
        for kept in combinations(new, size):
            if all(place[a] < place[b] for a, b in pairwise(kept)):
                return len(new) - size
    raise AssertionError


@given(st.permutations("abcdefg"))
def test_what_moved_is_as_little_as_can_be_and_explains_the_order(new: list[str]) -> None:
    old = list("abcdefg")
    moved = moved_between(old, new)
    assert len(moved) == slow_moved(old, new)
    stay = [it for it in new if it not in moved]
    assert stay == sorted(stay)


def test_what_moved_among_none() -> None:
    assert moved_between([], []) == frozenset()


def test_what_the_numbers_did() -> None:
    after = with_item("rows", 0, occurrence__rating=6)
    (change,) = priority_changes(worksheet(), worksheet(after))
    assert (change.row, change.rpn_before, change.rpn_after) == ("R1", 150, 300)
    assert (change.priority_before, change.priority_after) == ("M", "H")
    assert (change.before, change.after) == ((10, 3, 5), (10, 6, 5))
    assert priority_changes(worksheet(), worksheet(content(title="New"))) == ()


def test_a_severity_below_the_version_before_asks_for_a_justification() -> None:
    lower = with_item("rows", 0, severity__rating=9)
    fault = Problem("rows[0].severity.justification", "severity_lowered", {"before": 10})
    assert lowered_severities(worksheet(), worksheet(lower)) == (fault,)
    said = with_item("rows", 0, severity__rating=9, severity__justification="Smaller bags.")
    assert lowered_severities(worksheet(), worksheet(said)) == ()
    assert lowered_severities(worksheet(lower), worksheet()) == ()
    gone = with_item("rows", 0, severity__rating=None)
    assert lowered_severities(worksheet(), worksheet(gone)) == ()
    assert lowered_severities(worksheet(gone), worksheet(lower)) == ()


def test_two_thousand_rows_reversed_are_compared() -> None:
    before = of_rows(2000)
    after = before | {"rows": before["rows"][::-1]}
    assert len(compare_cells(before, after)) == 1999

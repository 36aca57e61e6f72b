"""Versions of a worksheet side by side, cell by cell, and the sheet beside what is in effect."""

import pytest

from fmea.rules.cells import Table
from fmea.rules.editing import Insert, Remove
from fmea.rules.writing import TypeText
from tests.fmea.board import CODE, Board
from tests.fmea.http import text
from tests.fmea.rules.given import LATE_INFUSION

PAGE = f"/risk/{CODE}/versions/"


@pytest.fixture
def two(board: Board) -> Board:
    """A version in effect, and a sheet that went on: a rating, a row that came, one that went."""
    board.decide("R1")
    board.in_effect(board.submit())
    board.edit(
        TypeText(Table.ROWS, "R1", "occurrence.rating", "5"),
        Insert(Table.ROWS, "R9", {**LATE_INFUSION, "code": "R9", "mode": "Dropped"}, "R1"),
        Remove(Table.ROWS, "R2"),
    )
    return board


def test_before_the_first_signature_the_page_says_what_will_be_here(board, as_):
    assert "Nothing has been signed yet" in text(as_("Ana").get(PAGE))


def test_the_sheet_beside_what_is_in_effect(two, as_):
    shown = as_("Ana").get(PAGE)
    items = {(it.code, str(it.fate)): it for it in shown.context["items"]}
    assert ("R9", "came") in items
    assert ("R2", "went") in items
    cells = {cell.column: (cell.before, cell.after) for cell in items["R1", "changed"].cells}
    assert cells["occurrence: rating"] == ("3", "5")
    assert "occurrence: blind scores" in cells, "what was given blind is behind the old rating alone"
    page = text(shown)
    assert "<del>3</del>" in page
    assert "<ins>5</ins>" in page
    (moved,) = shown.context["priorities"]
    assert (moved.before.letter, moved.after.letter, moved.before.rpn, moved.after.rpn) == (
        "M",
        "H",
        150,
        250,
    )


def test_a_version_beside_itself_says_the_same(two, as_):
    shown = as_("Ana").get(PAGE, {"before": "1", "after": "1"})
    assert "They say the same, cell by cell." in text(shown)
    assert not shown.context["items"]


def test_signatures_stand_beside_their_version(two, as_):
    page = text(as_("Ana").get(PAGE))
    for name in ("Amir", "Bob", "Rosa"):
        assert two.member(name).name in page


@pytest.mark.parametrize("asked", [{"before": "7"}, {"after": "x"}, {"before": "1\x00"}])
def test_a_version_that_there_is_not_is_not_found(two, as_, asked):
    text(as_("Ana").get(PAGE, asked), 404)

"""Sheets: opened, edited by several people without losing a cell, and what is written about it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest

from fmea import services
from fmea.events import Event
from fmea.rules.cells import Cell, Table
from fmea.rules.editing import Clash, Insert, Move, Remove, SetCell
from fmea.rules.pasting import Shown, grid
from fmea.rules.writing import PasteBlock, TypeText
from fmea.selectors.sheets import whole_draft
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from tests.fmea.board import CODE, Board
from tests.fmea.rules.given import content

STATEMENTS = 12


def test_a_sheet_begins_with_what_it_is_given(board: Board) -> None:
    rows = board.whole.content["rows"]

    assert [it["code"] for it in rows] == ["R1", "R2"]
    assert rows[0]["mode"] == "Wrong bag in the shipper"
    assert "residual" not in rows[0], "what is left is decided by a signature, and by nothing else"
    assert "actions" not in board.whole.content
    assert board.sheet.title == "From collection to infusion"


def test_a_code_is_used_once(board: Board) -> None:
    with pytest.raises(Conflict, match="worksheet_code_used"):
        services.open_sheet(code=CODE, site=board.site, content=content(), **board.doing("Amir"))


def test_a_sheet_is_not_begun_with_what_cannot_be_read(board: Board) -> None:
    with pytest.raises(Invalid) as refused:
        services.open_sheet(code="OTHER", site=board.site, content=content(title=""), **board.doing("Amir"))
    assert refused.value.detail["problems"][0]["path"] == "title"


def test_whoever_has_no_such_role_does_not_write(board: Board) -> None:
    with pytest.raises(NotAllowed):
        board.type("R1", "mode", "Mine", by="Dave")
    assert board.sheet.revision == 0


def test_what_is_typed_stands_on_the_sheet_and_in_the_ledger(board: Board) -> None:
    edited = board.type("R1", "cause", "One dock for all")

    assert edited.revision == board.sheet.revision == 1
    assert whole_draft(board.sheet).value(Cell(Table.ROWS, "R1", "cause")) == "One dock for all"
    entry = ledger.entries_for_subject("worksheet", CODE)[-1]
    assert (entry.event, entry.facts["cells"]) == (Event.SHEET_EDITED, ["rows:R1:cause"])


def test_a_rating_names_who_gave_it(board: Board) -> None:
    board.type("R1", "occurrence.rating", "7")

    row = board.whole.content["rows"][0]
    assert row["occurrence"]["rating"] == 7
    assert row["occurrence"]["by"] == [board.member("Amir").name]
    assert "votes" not in row["occurrence"], "blind scores were for another rating"


def test_two_people_in_two_cells_keep_both(board: Board) -> None:
    board.type("R1", "mode", "Bags swapped", by="Amir", base=0)
    edited = board.type("R1", "cause", "No second look", by="Bob", base=0)

    assert not edited.conflicts
    assert [it.cell.column for it in edited.news] == ["mode"]
    row = board.whole.content["rows"][0]
    assert (row["mode"], row["cause"]) == ("Bags swapped", "No second look")


def test_two_people_in_one_cell_lose_nothing(board: Board) -> None:
    board.type("R1", "mode", "Bags swapped", by="Amir", base=0)
    edited = board.type("R1", "mode", "Bag missing", by="Bob", base=0)

    (conflict,) = edited.conflicts
    assert (conflict.why, conflict.mine, conflict.theirs) == (Clash.CHANGED, "Bag missing", "Bags swapped")
    assert board.whole.content["rows"][0]["mode"] == "Bags swapped"


def test_the_same_request_again_does_nothing_and_another_content_is_refused(board: Board) -> None:
    doing = board.doing("Amir", uuid4())
    typed = {"code": CODE, "base": 0, "editor": "Amir/page"}
    asked = [TypeText(Table.ROWS, "R1", "mode", "Once")]
    first = services.edit_sheet(asked=asked, **typed, **doing)
    again = services.edit_sheet(asked=asked, **typed, **doing)

    assert (first.revision, again.revision, board.sheet.revision) == (1, 1, 1)
    assert not again.conflicts
    with pytest.raises(Conflict, match="request_id_used"):
        services.edit_sheet(asked=[TypeText(Table.ROWS, "R1", "mode", "Twice")], **typed, **doing)


def test_rows_are_put_in_moved_and_taken_out_and_put_back(board: Board) -> None:
    board.edit(Insert(Table.ROWS, "R3", {"mode": "New"}, "R1"))
    assert board.sheet.order[Table.ROWS] == ("R1", "R3", "R2")
    board.edit(Move(Table.ROWS, "R3", None))
    assert board.sheet.order[Table.ROWS] == ("R3", "R1", "R2")
    taken = board.edit(Remove(Table.ROWS, "R1"))
    assert board.sheet.order[Table.ROWS] == ("R3", "R2")
    board.edit(*taken.undo)

    assert board.sheet.order[Table.ROWS] == ("R3", "R1", "R2")
    row = board.whole.content["rows"][1]
    assert row["mode"] == "Wrong bag in the shipper"
    assert row["occurrence"]["votes"], "what was given blind comes back with the row"


def test_a_row_brings_no_blind_scores_that_nobody_gave(board: Board) -> None:
    values = {
        "mode": "New",
        "severity": {"rating": 9, "by": ["Ada"], "votes": [{"person": "Ada", "rating": 9}]},
    }
    board.edit(Insert(Table.ROWS, "R3", values))

    severity = board.whole.content["rows"][0]["severity"]
    assert severity == {"rating": 9, "by": [board.member("Amir").name]}


def test_a_block_is_pasted_over_cells_and_below_them(board: Board) -> None:
    shown = Shown(Table.ROWS, ("R1", "R2"), ("mode", "cause", "severity.rating"))
    board.edit(PasteBlock(shown, (1, 0), grid("A\tB\t7\nC\tD\t8\n"), ("R9",)))

    rows = {it["code"]: it for it in board.whole.content["rows"]}
    assert (rows["R2"]["mode"], rows["R2"]["severity"]["rating"]) == ("A", 7)
    assert (rows["R9"]["cause"], rows["R9"]["severity"]["by"]) == ("D", [board.member("Amir").name])


@pytest.mark.parametrize(
    "asked",
    [
        TypeText(Table.ROWS, "R1", "residual.decision", "accepted"),
        SetCell(Table.ROWS, "R1", "severity.votes", []),
        TypeText(Table.ROWS, "R1", "severity.by", "Rosa"),
        TypeText(Table.ACTIONS, "A1", "text", "Mine"),
        Insert(Table.ACTIONS, "A1", {"text": "Mine"}),
    ],
)
def test_some_cells_are_not_written_on_the_sheet(board: Board, asked: TypeText | SetCell | Insert) -> None:
    with pytest.raises(Invalid) as refused:
        board.edit(asked)
    assert refused.value.detail["fields"] == {"operations[0]": "not_written_here"}


def test_a_revision_that_is_not_there_yet_is_refused(board: Board) -> None:
    with pytest.raises(Invalid) as refused:
        board.type("R1", "mode", "Early", base=7)
    assert refused.value.detail["fields"] == {"base": "not_a_revision"}


def test_a_change_costs_the_same_however_long_the_sheet_is(
    board: Board, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    doing = [board.doing("Amir") for _ in range(2)]
    with django_assert_num_queries(STATEMENTS):
        change(board, doing[0])
    shown = Shown(Table.ROWS, (), ("mode",))
    board.edit(PasteBlock(shown, (0, 0), grid("Mode\n" * 200), tuple(f"N{n}" for n in range(200))))
    with django_assert_num_queries(STATEMENTS):
        change(board, doing[1])


def change(board: Board, doing: dict[str, Any]) -> None:
    asked = [TypeText(Table.ROWS, "R1", "mode", str(doing["request_id"]))]
    services.edit_sheet(code=CODE, asked=asked, base=0, editor="Amir/page", **doing)

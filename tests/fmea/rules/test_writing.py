"""What a page asks of a sheet, and what it comes to."""

import pytest

from fmea.rules.cells import Table
from fmea.rules.draft import Draft
from fmea.rules.editing import Insert, Move, Remove, SetCell, apply
from fmea.rules.pasting import Shown, grid
from fmea.rules.writing import Asked, PasteBlock, TypeText, forbidden, operations, scored, touched
from tests.fmea.rules.given import CONTENT, score

ROWS = Table.ROWS
DRAFT = Draft.of(CONTENT)
BLOCK = PasteBlock(Shown(ROWS, ("R1", "R2"), ("mode", "cause")), (1, 0), grid("a\tb\nc\td"), ("R9",))


def test_text_is_read_as_its_cell_wants_it() -> None:
    typed = (
        TypeText(ROWS, "R1", "severity.rating", "7"),
        TypeText(ROWS, "R1", "mode", " Bags swapped "),
        TypeText(ROWS, "R1", "mode", ""),
    )
    assert operations(DRAFT, typed) == (
        SetCell(ROWS, "R1", "severity.rating", 7),
        SetCell(ROWS, "R1", "mode", "Bags swapped"),
        SetCell(ROWS, "R1", "mode", None),
    )


def test_only_what_is_written_to_has_to_be_known() -> None:
    asked: tuple[Asked, ...] = (TypeText(ROWS, "R1", "mode", "x"), Move(Table.STEPS, "PACK", None), BLOCK)
    assert touched(asked) == {(ROWS, "R1"), (Table.STEPS, "PACK"), (ROWS, "R2"), (ROWS, "R9")}


def test_a_block_goes_over_cells_and_below_them() -> None:
    assert operations(DRAFT, [BLOCK]) == (
        SetCell(ROWS, "R2", "mode", "a"),
        SetCell(ROWS, "R2", "cause", "b"),
        Insert(ROWS, "R9", {"mode": "c", "cause": "d"}, "R2"),
    )
    with pytest.raises(ValueError, match="not a cell"):
        operations(DRAFT, [PasteBlock(BLOCK.sheet, (0, 2), grid("x"))])


@pytest.mark.parametrize(
    ("asked", "is_refused"),
    [
        (TypeText(ROWS, "R1", "severity.why", "x"), False),
        (TypeText(ROWS, "R1", "severity.by", "Ada"), True),
        (SetCell(ROWS, "R1", "detection.votes", []), True),
        (SetCell(ROWS, "R1", "residual.why", "x"), True),
        (SetCell(Table.HEADER, "", "team", []), False),
        (Remove(Table.ACTIONS, "A1"), True),
        (BLOCK, False),
        (PasteBlock(Shown(ROWS, ("R1",), ("severity.by",)), (0, 0), grid("x")), True),
        (PasteBlock(Shown(Table.ACTIONS, ("A1",), ("text",)), (0, 0), grid("x")), True),
    ],
)
def test_what_is_not_written_on_the_sheet(asked: Asked, is_refused: bool) -> None:
    assert forbidden([Move(ROWS, "R1", None), asked]) == ((1,) if is_refused else ())


def test_a_new_row_brings_no_scorers_and_one_that_was_there_does() -> None:
    values = {
        "mode": "x",
        "severity": score(9, votes=[{"person": "Ada", "rating": 9}]),
        "residual": {"why": "x"},
    }
    (plain,) = operations(DRAFT, [Insert(ROWS, "R9", values)])
    assert isinstance(plain, Insert)
    assert plain.values == {"mode": "x", "severity": {"rating": 9, "why": "As seen since 2024."}}

    gone = apply(DRAFT, [Remove(ROWS, "R1")], base=0, editor="a").draft
    known = Draft(gone.tables, gone.revision, gone.stamps, gone.gone, {(ROWS, "R1"): CONTENT["rows"][0]})
    (back,) = operations(known, [Insert(ROWS, "R1", CONTENT["rows"][0])])
    assert isinstance(back, Insert)
    assert back.values["occurrence"] == CONTENT["rows"][0]["occurrence"]
    assert "residual" not in back.values


def test_who_writes_a_rating_has_given_it() -> None:
    assert scored([SetCell(ROWS, "R1", "severity.rating", 7)], "Ada") == (
        SetCell(ROWS, "R1", "severity.by", ["Ada"]),
        SetCell(ROWS, "R1", "severity.votes", None),
    )
    assert scored([SetCell(ROWS, "R1", "severity.rating", None)], "Ada")[0].value is None
    assert scored([Insert(ROWS, "R9", {"occurrence": {"rating": 3}})], "Ada")[0].column == "occurrence.by"
    assert scored([Insert(ROWS, "R9", {"occurrence": {"rating": 3, "by": ["Ben"]}})], "Ada") == ()
    assert scored([SetCell(ROWS, "R1", "mode", "x"), SetCell(Table.STEPS, "S", "title", "x")], "Ada") == ()

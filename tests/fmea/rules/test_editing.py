"""Two editors of one worksheet: everything merges but what both wrote, and what conflicts is never lost."""

import copy
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmea.rules.cells import COLUMNS, PLACE, Cell, Table
from fmea.rules.draft import Draft, Stamp, news
from fmea.rules.editing import Applied, Clash, Insert, Move, Operation, Remove, SetCell, apply
from fmea.rules.worksheet_reading import problems
from tests.fmea.rules.given import CONTENT, LATE_INFUSION, WRONG_BAG, content, of_rows

ROWS = Table.ROWS
NEW = Draft.of(CONTENT)


def write(item: str, column: str, value: Any) -> SetCell:
    return SetCell(ROWS, item, column, value)


def done(draft: Draft, *operations: Operation, base: int | None = None, editor: str = "ada") -> Applied:
    found = apply(draft, operations, base=draft.revision if base is None else base, editor=editor)
    assert found.conflicts == ()
    return found


def order(draft: Draft) -> list[str]:
    return [it["code"] for it in draft.content()["rows"]]


def test_a_draft_is_its_document() -> None:
    assert NEW.content() == CONTENT
    assert list(NEW.content()) == list(CONTENT)
    assert NEW.value(Cell(ROWS, "R1", "severity.rating")) == 10
    assert NEW.value(Cell(Table.HEADER, "", "title")) == CONTENT["title"]
    assert NEW.value(Cell(ROWS, "R7", "mode")) is None
    with pytest.raises(ValueError, match="codes"):
        Draft.of(content(rows=[WRONG_BAG, WRONG_BAG]))
    with pytest.raises(ValueError, match="codes"):
        Draft.of(content(rows=[{"mode": "x"}]))


def test_a_cell_is_written() -> None:
    found = done(NEW, write("R1", "severity.rating", 9), SetCell(Table.HEADER, "", "title", "New"))
    assert found.draft.revision == 1
    assert found.draft.content()["rows"][0]["severity"]["rating"] == 9
    assert found.draft.content()["title"] == "New"
    assert NEW.content() == CONTENT
    assert problems(found.draft.content()) == ()


def test_two_editors_in_two_cells_of_one_score_lose_nothing() -> None:
    ada = done(NEW, write("R1", "severity.rating", 9)).draft
    both = done(ada, write("R1", "severity.why", "Seen."), base=0, editor="ben").draft
    assert both.value(Cell(ROWS, "R1", "severity.rating")) == 9
    assert both.value(Cell(ROWS, "R1", "severity.why")) == "Seen."


def test_the_same_cell_is_a_conflict_that_names_it_and_both_values() -> None:
    ada = done(NEW, write("R1", "mode", "Ada's")).draft
    found = apply(ada, [write("R1", "mode", "Ben's"), write("R2", "mode", "B")], base=0, editor="ben")
    (clash,) = found.conflicts
    assert (clash.why, clash.cell) == (Clash.CHANGED, Cell(ROWS, "R1", "mode"))
    assert (clash.mine, clash.theirs, clash.stamp) == ("Ben's", "Ada's", Stamp(1, "ada"))
    assert clash.operation == write("R1", "mode", "Ben's")
    assert found.draft.value(clash.cell) == "Ada's"
    assert found.draft.value(Cell(ROWS, "R2", "mode")) == "B"
    # having seen it, Ben may
    assert done(found.draft, clash.operation, editor="ben").draft.value(clash.cell) == "Ben's"


def test_both_writing_the_same_is_none_and_changes_nothing() -> None:
    ada = done(NEW, write("R1", "mode", "Same")).draft
    found = done(ada, write("R1", "mode", "Same"), base=0, editor="ben")
    assert found.draft is ada
    assert (found.done, found.undo) == ((), ())


def test_an_editor_does_not_conflict_with_themselves() -> None:
    first = done(NEW, write("R1", "mode", "On")).draft
    assert done(first, write("R1", "mode", "One"), base=0).draft.value(Cell(ROWS, "R1", "mode")) == "One"


def test_who_wrote_over_another_unseen_by_a_third_still_conflicts_with_the_third() -> None:
    ben = done(done(NEW, write("R1", "mode", "A")).draft, write("R1", "mode", "B"), editor="ben").draft
    assert apply(ben, [write("R1", "mode", "A2")], base=1, editor="ada").conflicts[0].theirs == "B"


def test_a_row_taken_out_keeps_what_is_written_to_it_in_the_conflict() -> None:
    ada = done(NEW, Remove(ROWS, "R1")).draft
    assert order(ada) == ["R2"]
    for operation, mine in ((write("R1", "mode", "Ben's"), "Ben's"), (Move(ROWS, "R1", "R2"), "R2")):
        (clash,) = apply(ada, [operation], base=0, editor="ben").conflicts
        assert (clash.why, clash.mine, clash.theirs) == (Clash.ITEM_GONE, mine, None)
        assert clash.stamp == Stamp(1, "ada")
    assert done(ada, Remove(ROWS, "R1"), base=0, editor="ben").done == ()


def test_a_row_that_somebody_has_just_written_to_is_not_taken_out() -> None:
    ada = done(NEW, write("R1", "mode", "Ada's"), write("R1", "cause", "Why")).draft
    found = apply(ada, [Remove(ROWS, "R1")], base=0, editor="ben")
    assert {(it.cell.column, it.theirs) for it in found.conflicts} == {("mode", "Ada's"), ("cause", "Why")}
    assert found.draft is ada
    assert order(done(ada, Remove(ROWS, "R1"), base=1, editor="ben").draft) == ["R2"]
    assert order(done(ada, Remove(ROWS, "R1"), base=0).draft) == ["R2"]


def test_a_row_that_somebody_moved_may_be_taken_out() -> None:
    ada = done(NEW, Move(ROWS, "R1", "R2")).draft
    assert order(done(ada, Remove(ROWS, "R1"), base=0, editor="ben").draft) == ["R2"]


def test_a_row_put_in_anew_under_the_code_of_one_taken_out_is_another_row() -> None:
    out = done(NEW, Remove(ROWS, "R1")).draft
    anew = done(out, Insert(ROWS, "R1", {"mode": "Other"}), editor="cy").draft
    (clash,) = apply(anew, [write("R1", "cause", "Ben's")], base=0, editor="ben").conflicts
    assert (clash.why, clash.theirs, clash.stamp) == (Clash.CHANGED, None, Stamp(2, "cy"))


def test_rows_are_put_in_where_they_are_wanted() -> None:
    found = done(
        NEW,
        Insert(ROWS, "A", {"mode": "a"}),
        Insert(ROWS, "B", {"mode": "b"}, "R1"),
        Insert(ROWS, "C", {"mode": "c"}, "nowhere"),
    )
    assert order(found.draft) == ["A", "R1", "B", "R2", "C"]
    ben = done(found.draft, Insert(ROWS, "D", {}, "R1"), base=0, editor="ben").draft
    assert order(ben) == ["A", "R1", "D", "B", "R2", "C"]


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (Insert(ROWS, "R1", {"mode": "x"}), Clash.CODE_TAKEN),
        (Insert(ROWS, "R 1", {"mode": "x"}), Clash.NOT_A_CODE),
        (Insert(ROWS, "", {}), Clash.NOT_A_CODE),
        (Insert(Table.HEADER, "X", {}), Clash.NO_SUCH_COLUMN),
        (Remove(Table.HEADER, ""), Clash.NO_SUCH_COLUMN),
        (write("R1", "code", "R9"), Clash.NO_SUCH_COLUMN),
        (write("R1", "severity", 9), Clash.NO_SUCH_COLUMN),
        (write("R9", "mode", "x"), Clash.ITEM_GONE),
        (Move(ROWS, "R9", None), Clash.ITEM_GONE),
        (SetCell(Table.HEADER, "", "rows", []), Clash.NO_SUCH_COLUMN),
    ],
)
def test_what_cannot_be_done(operation: Operation, why: Clash) -> None:
    found = apply(NEW, [operation], base=0, editor="ada")
    assert [it.why for it in found.conflicts] == [why]
    assert found.draft is NEW


def test_the_same_row_put_in_twice_is_there_once() -> None:
    wanted = Insert(ROWS, "R9", {"mode": "x"}, "R1")
    ada = done(NEW, wanted).draft
    assert done(ada, wanted, base=0).draft is ada
    assert (
        apply(ada, [Insert(ROWS, "R9", {"mode": "y"})], base=0, editor="ben").conflicts[0].mine["mode"] == "y"
    )


def test_two_who_move_one_row_conflict_and_writing_to_it_does_not() -> None:
    five = Draft.of(of_rows(5))
    ada = done(five, Move(ROWS, "R0", "R2")).draft
    assert order(ada) == ["R1", "R2", "R0", "R3", "R4"]
    (clash,) = apply(ada, [Move(ROWS, "R0", "R4")], base=0, editor="ben").conflicts
    assert (clash.cell, clash.mine, clash.theirs) == (Cell(ROWS, "R0", PLACE), "R4", "R2")
    both = done(ada, write("R0", "mode", "B"), Move(ROWS, "R3", None), base=0, editor="ben").draft
    assert order(both) == ["R3", "R1", "R2", "R0", "R4"]
    assert done(both, Move(ROWS, "R4", "R4"), Move(ROWS, "R4", "R0")).done == ()


def test_undo_brings_everything_back_in_one_step() -> None:
    found = done(
        NEW,
        write("R1", "mode", "x"),
        write("R1", "mode", "y"),
        write("R1", "no_action_why", "z"),
        Remove(ROWS, "R1"),
        Insert(ROWS, "R9", {"mode": "n"}),
        Move(ROWS, "R2", None),
    )
    back = done(found.draft, *found.undo)
    assert back.draft.content() == CONTENT
    again = done(back.draft, *back.undo)
    assert again.draft.content() == found.draft.content()


def test_undo_does_not_undo_what_somebody_built_on_it() -> None:
    ada = done(NEW, write("R1", "mode", "Ada's"), write("R2", "mode", "Ada's"))
    ben = done(ada.draft, write("R1", "mode", "Ben's"), editor="ben").draft
    found = apply(ben, ada.undo, base=ada.draft.revision, editor="ada")
    assert [it.cell.item for it in found.conflicts] == ["R1"]
    assert found.draft.value(Cell(ROWS, "R1", "mode")) == "Ben's"
    assert found.draft.value(Cell(ROWS, "R2", "mode")) == LATE_INFUSION["mode"]
    row = done(NEW, Insert(ROWS, "R9", {"mode": "n"}))
    filled = done(row.draft, write("R9", "cause", "Ben's"), editor="ben").draft
    assert apply(filled, row.undo, base=1, editor="ada").conflicts[0].theirs == "Ben's"


def test_a_page_is_told_what_others_changed_and_not_what_it_did() -> None:
    ada = done(NEW, write("R1", "mode", "A"), Insert(ROWS, "R9", {"mode": "n"}, "R1")).draft
    ben = done(ada, Remove(ROWS, "R2"), Move(ROWS, "R9", None), editor="ben").draft
    told = [(it.cell.item, it.cell.column, it.value) for it in news(ben, 0, "ben")]
    assert told == [("R1", "mode", "A"), ("R9", "", {"code": "R9", "mode": "n"})]
    assert {(it.cell.item, it.cell.column, it.value) for it in news(ben, 0, "ada")} == {
        ("R2", "", None),
        ("R9", PLACE, None),
    }
    assert news(ben, 2, "cy") == ()
    assert len(news(ben, 0, "cy")) == 4


def test_what_nobody_has_seen_yet_is_no_place_to_begin_from() -> None:
    with pytest.raises(ValueError, match="not there yet"):
        apply(NEW, [], base=1, editor="ada")


CODES = st.sampled_from(["R1", "R2", "R8", "R9"])
COLUMN = st.sampled_from(["mode", "severity.rating", "severity.why", "residual.by"])
OPERATION = st.one_of(
    st.builds(SetCell, st.just(ROWS), CODES, COLUMN, st.one_of(st.none(), st.integers(1, 3), st.just("x"))),
    st.builds(Insert, st.just(ROWS), CODES, st.just({"mode": "new"}), st.one_of(st.none(), CODES)),
    st.builds(Remove, st.just(ROWS), CODES),
    st.builds(Move, st.just(ROWS), CODES, st.one_of(st.none(), CODES)),
)


@settings(max_examples=100)
@given(st.lists(OPERATION, max_size=12))
def test_whatever_was_done_is_undone(operations: list[Operation]) -> None:
    found = apply(NEW, operations, base=0, editor="ada")
    back = done(found.draft, *found.undo)
    assert back.draft.content() == CONTENT
    assert order(back.draft) == ["R1", "R2"]


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), CODES, COLUMN, st.integers(1, 9)), max_size=30)
)
def test_nobody_ever_writes_over_what_they_have_not_seen(
    doings: list[tuple[str, bool, str, str, int]],
) -> None:
    """Two pages, each with its own view: a write replaces what its page saw, or a value of its own, or nothing."""
    draft = done(NEW, Insert(ROWS, "R8", {}), Insert(ROWS, "R9", {})).draft
    pages = dict.fromkeys("ab", draft)
    written: dict[Cell, str] = {}
    for editor, looks, item, column, value in doings:
        if looks:
            pages[editor] = draft
        cell, seen = Cell(ROWS, item, column), pages[editor]
        before = draft.value(cell)
        found = apply(draft, [write(item, column, value)], base=seen.revision, editor=editor)
        if found.conflicts:
            assert (found.conflicts[0].mine, found.conflicts[0].theirs) == (value, before)
            assert draft.value(cell) == found.draft.value(cell) == before
        else:
            assert found.draft.value(cell) == value
            is_seen = before == seen.value(cell)
            assert value == before or is_seen or written.get(cell) == editor
            written[cell] = editor if found.done else written.get(cell, "")
        draft = found.draft


def test_a_block_pasted_over_two_thousand_rows_takes_no_time() -> None:
    draft = Draft.of(of_rows(2000))
    block = [write(f"R{n}", column, "x") for n in range(2000) for column in ("mode", "cause", "effect")]
    rows = [Insert(ROWS, f"N{n}", {"mode": "x"}, f"R{n}") for n in range(2000)]
    start = process_time()
    found = done(draft, *block, *rows, *(Remove(ROWS, f"R{n}") for n in range(2000)))
    back = done(found.draft, *found.undo)
    assert process_time() - start < 3
    assert len(found.done) == 10_000
    assert order(found.draft) == [f"N{n}" for n in range(2000)]
    assert back.draft.content() == draft.content()


def test_the_columns_of_each_table_are_what_its_reader_reads() -> None:
    """A cell written into every column is a field that the document knows."""
    for table, item in ((Table.STEPS, "PACK"), (ROWS, "R1"), (Table.ACTIONS, "A1"), (Table.HEADER, "")):
        operations = [SetCell(table, item, column, 7) for column in COLUMNS[table]]
        document = copy.deepcopy(done(NEW, *operations).draft.content())
        assert "unknown_field" not in {it.code for it in problems(document)}

"""How a table stands on paper: upright, across, or in parts that can be put side by side again."""

from audit.rules.paging import ACROSS, UPRIGHT, breakable, paged
from audit.rules.report import Cell, Column, ColumnKind, Table


def a_table(*kinds: ColumnKind, cell: Cell = "A9999 26 000001", rows: int = 2) -> Table:
    columns = tuple(Column(f"c{n}", f"Column {n}", kind) for n, kind in enumerate(kinds))
    return Table("t", "T", columns, tuple(tuple(cell for _ in kinds) for _ in range(rows)), empty="-")


def test_a_narrow_table_stands_upright_and_text_takes_what_is_left() -> None:
    (part,) = paged(a_table(ColumnKind.CODE, ColumnKind.TEXT))
    assert not part.is_across
    assert abs(sum(part.widths) - UPRIGHT) < 0.01
    assert part.widths[1] > part.widths[0]


def test_a_wider_one_lies_across() -> None:
    (part,) = paged(a_table(*[ColumnKind.CODE] * 8))
    assert part.is_across
    assert UPRIGHT < sum(part.widths) <= ACROSS


def test_the_widest_is_cut_and_each_part_numbers_its_rows() -> None:
    parts = paged(a_table(*[ColumnKind.CODE] * 20))
    assert len(parts) >= 2
    assert all(sum(part.widths) <= ACROSS + 0.01 for part in parts)
    for part in parts:
        assert [column.key for column in part.columns][:2] == ["row", "c0"]
        assert [row[0] for row in part.rows] == ["1", "2"]
    shown = [column.key for part in parts for column in part.columns[2:]]
    assert shown == [f"c{n}" for n in range(1, 20)], "every column stands in one part"


def test_one_column_wider_than_a_page_is_still_shown() -> None:
    parts = paged(a_table(*[ColumnKind.CODE] * 3, cell="x" * 300))
    assert all(sum(part.widths) <= ACROSS + 0.01 for part in parts)


def test_a_long_word_may_break_and_a_row_longer_than_a_page_may_too() -> None:
    assert breakable("short words only") == "short words only"
    broken = breakable("a " + "x" * 40)
    assert broken.replace("\u200b", "") == "a " + "x" * 40
    assert "\u200b" in broken
    (part,) = paged(a_table(ColumnKind.TEXT, cell="word " * 400))
    assert part.are_whole == (False, False)


def test_a_link_is_of_no_use_on_paper() -> None:
    (part,) = paged(a_table(ColumnKind.CODE, ColumnKind.LINK))
    assert [column.key for column in part.columns] == ["c0"]

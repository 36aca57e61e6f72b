"""How a table stands on paper: upright, across, or in parts that can be put side by side again."""

from dataclasses import replace
from datetime import UTC, datetime

from audit.rules.paging import ACROSS, UPRIGHT, breakable, in_two, paged
from audit.rules.report import LISTED, Cell, Column, ColumnKind, Table


def a_table(*kinds: ColumnKind, cell: Cell = "A9999 26 000001", rows: int = 2) -> Table:
    columns = tuple(Column(f"c{n}", f"Column {n}", kind) for n, kind in enumerate(kinds))
    return Table("t", "T", columns, tuple(tuple(cell for _ in kinds) for _ in range(rows)), empty="-")


def test_a_narrow_table_stands_upright_and_text_takes_what_is_left() -> None:
    (part,) = paged(a_table(ColumnKind.TEXT, ColumnKind.TEXT, cell="bag, " * 200))
    assert not part.is_across
    assert abs(sum(part.widths) - UPRIGHT) < 0.01
    across = replace(part, is_across=True)
    assert abs(sum(across.widths) - ACROSS) < 0.01
    (short,) = paged(a_table(ColumnKind.CODE, ColumnKind.TEXT))
    assert sum(short.widths) < 60, "and no more than it can fill"


def test_times_stand_on_one_line_where_there_is_room() -> None:
    when = datetime(2026, 11, 3, 9, 30, 15, tzinfo=UTC)
    (few,) = paged(a_table(ColumnKind.TIME, ColumnKind.TIME, cell=when))
    (many,) = paged(a_table(*[ColumnKind.TIME] * 10, cell=when))
    assert few.widths[0] > many.widths[0]
    assert len(set(few.widths)) == len(set(many.widths)) == 1


def test_several_codes_in_a_cell_take_the_room_of_one() -> None:
    codes = LISTED.join(["A999926000001-PRO01"] * 12)
    (one,) = paged(a_table(ColumnKind.CODE, cell="A999926000001-PRO01"))
    (many,) = paged(a_table(ColumnKind.CODE, cell=codes))
    assert many.needed == one.needed
    assert many.rows[0] == (codes,), "and none of them is broken"


def test_the_head_of_numbers_is_no_column_of_words() -> None:
    columns = (Column("n", "Near misses per 1,000 scans (per 1,000 scans)", ColumnKind.NUMBER),)
    (part,) = paged(Table("t", "T", columns, ((3,),), empty="-"))
    assert part.widths[0] > 20


def test_what_short_texts_leave_over_goes_to_those_that_need_it() -> None:
    columns = tuple(Column(key, key) for key in ("where", "short", "long"))
    rows = (("Clean room hood 3", "no", "word " * 60),) * 3
    (part,) = paged(Table("t", "T", columns, rows, empty="-"))
    assert abs(sum(part.widths) - UPRIGHT) < 0.01, "none of the page is left while a text is still broken"


def test_a_head_of_words_stands_on_two_lines_where_there_is_room() -> None:
    columns = (Column("now", "Is the version now", ColumnKind.YES), Column("code", "Code", ColumnKind.CODE))
    (part,) = paged(Table("t", "T", columns, ((True, "A"),), empty="-"))
    assert part.widths[0] == in_two("Is the version now") > part.needed[0]
    (full,) = paged(a_table(*[ColumnKind.CODE] * 10, cell="A9999 26 000001"))
    assert sum(full.widths) <= ACROSS + 0.01


def test_a_digest_stands_in_halves() -> None:
    (part,) = paged(a_table(ColumnKind.CODE, cell="ab" * 32))
    assert part.rows[0] == (f"{'ab' * 16}\u200b{'ab' * 16}",)
    assert part.widths[0] < 60


def test_what_would_say_the_same_in_every_row_is_no_column() -> None:
    when = datetime(2026, 11, 3, 9, 30, 15, tzinfo=UTC)
    columns = (
        Column("code", "Code", ColumnKind.CODE),
        Column("at", "Time", ColumnKind.TIME),
        Column("zone", "Zone"),
        Column("held", "Held by"),
        Column("count", "Count", ColumnKind.NUMBER),
    )
    rows: tuple[tuple[Cell, ...], ...] = (
        ("", when, "Europe/London", "", 0),
        ("", when, "Asia/Tokyo", None, 0),
    )
    table = Table("t", "T", columns, rows, empty="-", zone_column="zone")
    (part,) = paged(table)
    assert [column.key for column in part.columns] == ["code", "at", "count"]
    assert table.zones == ("Asia/Tokyo", "Europe/London")
    assert table.bare == ("Held by",)
    assert Table("t", "T", columns, (), empty="-").bare == (), "nothing is said of no rows"


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
    assert {column.key for part in parts for column in part.columns} >= {"c0", "c1", "c2"}


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

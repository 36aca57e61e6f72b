"""How a table stands on paper: on a page upright or across, or in parts where even that is too narrow.

Widths are in millimetres. What must not be broken (codes, numbers, days) is given the room that its longest cell
takes; text wraps and shares what is left. A table that is too wide even across is cut into parts, each with the number
of the row and the first column, so that rows are found again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.rules.report import Cell, Column, ColumnKind, Table
from audit.rules.writing import for_people

UPRIGHT, ACROSS = 176.0, 273.0
# A character of the fixed-width letters, and the widest usual one of the others, at the size of tables; both paddings.
_FIXED, _USUAL, _PADDING = 1.5, 1.75, 2.4
# Text is readable in a column of so much, and wants no more of a page.
_NARROWEST_TEXT, _WIDEST_TEXT = 16.0, 60.0
# A word longer than this may be broken; a row with more text than this may run over the foot of a page.
_LONGEST_WORD, _LONGEST_ROW = 22, 700
# A time stands on two lines: the day, and the time with its zone.
_TIME = 22.0
# No page is wide enough for a longer code beside anything else.
_LONGEST_CODE = 84
# No column is so wide that it could not stand beside the first one and the number of its row.
_WIDEST = 129.0
_ROW = Column("row", "#", ColumnKind.NUMBER)
_FLOWING = (ColumnKind.TEXT, ColumnKind.WORD)
_UNBROKEN = (ColumnKind.CODE, ColumnKind.NUMBER, ColumnKind.DAY)
_MARKS: Mapping[str, str] = {"good": "\u2714", "warn": "\u25b2", "bad": "\u25a0"}
_BREAK = "\u200b"


@dataclass(frozen=True)
class Part:
    """Some columns of a table as they stand side by side, each as wide as `widths` says; `are_whole`: which rows may
    not run over the foot of a page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    are_whole: tuple[bool, ...]
    is_across: bool

    def shown(self) -> dict[str, Any]:
        """The part as the template takes it."""
        return {
            "columns": [{"title": it.title, "kind": str(it.kind)} for it in self.columns],
            "rows": self.rows,
            "widths": self.widths,
            "are_whole": self.are_whole,
        }


def paged(table: Table) -> tuple[Part, ...]:
    """The table as it stands on paper. A link is of no use there: the code of its row stands beside it."""
    kept = [n for n, column in enumerate(table.columns) if column.kind is not ColumnKind.LINK]
    columns = [table.columns[n] for n in kept]
    rows = [[printed(row[n], table.columns[n].kind, table.zone_of(row)) for n in kept] for row in table.rows]
    needed = [_needed(column, [row[n] for row in rows]) for n, column in enumerate(columns)]
    if sum(needed) <= ACROSS:
        return (_part(columns, rows, needed, sum(needed) > UPRIGHT),)
    numbered = [[str(n), *row] for n, row in enumerate(rows, start=1)]
    columns, needed = [_ROW, *columns], [_needed(_ROW, [str(len(rows))]), *needed]
    return tuple(
        _part(
            [columns[n] for n in those],
            [[row[n] for n in those] for row in numbered],
            [needed[n] for n in those],
            is_across=True,
        )
        for those in _cut(needed)
    )


def printed(cell: Cell, kind: ColumnKind, zone: str) -> str:
    """A cell as it is printed; a long word of a text has places where it may break."""
    text = for_people(cell, zone)
    if kind is ColumnKind.MARK:
        return _MARKS.get(text, text)
    is_code = kind is ColumnKind.CODE and len(text) <= _LONGEST_CODE
    return text if is_code else breakable(text)


def breakable(text: str) -> str:
    """The text with a place to break in each word that could be too long for its column."""
    if not any(len(word) > _LONGEST_WORD for word in text.split()):
        return text
    return " ".join(_in_pieces(word) for word in text.split(" "))


def _in_pieces(word: str) -> str:
    pieces = [word[start : start + _LONGEST_WORD // 2] for start in range(0, len(word), _LONGEST_WORD // 2)]
    return _BREAK.join(pieces) if len(word) > _LONGEST_WORD else word


def _needed(column: Column, cells: Sequence[str]) -> float:
    """The least room that a column takes."""
    title = max(map(len, column.title.split()), default=1) * _USUAL
    longest = max(map(len, cells), default=0)
    if column.kind is ColumnKind.TIME:
        return _PADDING + max(title, _TIME)
    if column.kind in _UNBROKEN:
        room = longest * (_FIXED if column.kind is ColumnKind.CODE else _USUAL)
        return min(_PADDING + max(title, room), _WIDEST)
    words = [len(piece) for cell in cells for word in cell.split() for piece in word.split(_BREAK)]
    word = max(words, default=0) * _USUAL
    least = _NARROWEST_TEXT if longest > _LONGEST_WORD else 0.0
    # a text of many words wants more than its longest one: else a line of a table becomes a column of words
    wanted = min(longest * _USUAL / 4, _WIDEST_TEXT)
    return _PADDING + max(title, word, least, wanted)


def _cut(needed: Sequence[float]) -> list[list[int]]:
    """Which columns stand in each part; the number of the row and the first column stand in all."""
    always = [0, 1]
    parts, current = [], list(always)
    for n in range(2, len(needed)):
        if len(current) > len(always) and sum(needed[one] for one in (*current, n)) > ACROSS:
            parts.append(current)
            current = list(always)
        current.append(n)
    return [*parts, current]


def _part(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], needed: Sequence[float], is_across: bool
) -> Part:
    """Text shares what is left of the page, each column by what it needs; where there is none, nothing is left."""
    shares = [need for column, need in zip(columns, needed, strict=True) if column.kind in _FLOWING]
    room = (ACROSS if is_across else UPRIGHT) - sum(needed)
    more = 1 + room / sum(shares) if shares else 1.0
    return Part(
        tuple(columns),
        tuple(tuple(row) for row in rows),
        tuple(need * (more if it.kind in _FLOWING else 1) for it, need in zip(columns, needed, strict=True)),
        tuple(sum(map(len, row)) <= _LONGEST_ROW for row in rows),
        is_across,
    )

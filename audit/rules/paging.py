"""How a table stands on paper: on a page upright or across, or in parts where even that is too narrow.

Widths are in millimetres. What must not be broken (codes, numbers, days) is given the room that its longest cell
takes; text wraps and shares what is left. A table that is too wide even across is cut into parts, each with the number
of the row and the first column, so that rows are found again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from audit.rules.report import LISTED, Cell, Column, ColumnKind, Table
from audit.rules.writing import for_people

UPRIGHT, ACROSS = 176.0, 273.0
# A character of the fixed-width letters at the size of tables; both paddings.
_FIXED, _PADDING = 1.5, 2.4
# The others, bold as in a head, by how wide they are; a character that is none of these is as wide as most.
_WIDE, _CAPITAL, _MOST, _NARROW = 2.7, 2.05, 1.55, 1.05
_BY_WIDTH = {"%@MWmw\u2013\u2014": _WIDE, " !'(),-./:;I[]fijlrt|": _NARROW}
_KNOWN = {letter: width for letters, width in _BY_WIDTH.items() for letter in letters}
# Text is readable in a column of so much, and wants no more of a page.
_NARROWEST_TEXT, _WIDEST_TEXT = 16.0, 60.0
_AT_EASE = 28.0
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
_UNBREAKABLE = re.compile(f"{LISTED}|{_BREAK}")
# SHA-256
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Part:
    """Some columns of a table as they stand side by side. `needed`, `longest`: the least room that each takes, and what
    it takes with every cell on one line; `are_whole`: which rows may not run over the foot of a page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    needed: tuple[float, ...]
    longest: tuple[float, ...]
    are_whole: tuple[bool, ...]
    is_across: bool

    @property
    def widths(self) -> tuple[float, ...]:
        """How wide each column is. What is left of the page goes to text, each by what it needs and to none more than
        it can fill; times stand on one line where all texts are at their ease beside them."""
        widths, room = list(self.needed), (ACROSS if self.is_across else UPRIGHT) - sum(self.needed)
        flowing = [n for n, column in enumerate(self.columns) if column.kind in _FLOWING]
        times = [n for n, column in enumerate(self.columns) if column.kind is ColumnKind.TIME]
        wanted = sum(max(0.0, self.longest[n] - widths[n]) for n in times)
        if wanted + sum(eased(self.needed[n], self.longest[n]) - widths[n] for n in flowing) <= room:
            room -= wanted
            for n in times:
                widths[n] = max(widths[n], self.longest[n])
        heads = [max(width, in_two(it.title)) for width, it in zip(widths, self.columns, strict=True)]
        if sum(heads) - sum(widths) <= room:
            room, widths = room - (sum(heads) - sum(widths)), heads
        shares, room = sum(self.needed[n] for n in flowing), max(0.0, room)
        # Those first that are filled soonest: what they leave over goes to the others.
        for n in sorted(flowing, key=lambda n: self.longest[n] / self.needed[n]):
            filled = max(widths[n], min(widths[n] + room * self.needed[n] / shares, self.longest[n]))
            room, shares = room - (filled - widths[n]), shares - self.needed[n]
            widths[n] = filled
        return tuple(widths)

    def shown(self) -> dict[str, Any]:
        """The part as the template takes it."""
        return {
            "columns": [{"title": it.title, "kind": str(it.kind)} for it in self.columns],
            "rows": self.rows,
            "widths": self.widths,
            "are_whole": self.are_whole,
        }


def paged(table: Table) -> tuple[Part, ...]:
    """The table as it stands on paper, with the columns that people are shown."""
    kept = table.shown
    columns = [table.columns[n] for n in kept]
    rows = [[printed(row[n], table.columns[n].kind, table.zone_of(row)) for n in kept] for row in table.rows]
    needed = [_needed(column, [row[n] for row in rows]) for n, column in enumerate(columns)]
    if sum(needed) <= ACROSS:
        part = _part(columns, rows, needed, is_across=False)
        at_ease = [
            eased(*room) if column.kind in _FLOWING else room[0]
            for column, *room in zip(columns, needed, part.longest, strict=True)
        ]
        return (replace(part, is_across=sum(at_ease) > UPRIGHT),)
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


def eased(needed: float, longest: float) -> float:
    """The room in which a text is at its ease: on one line, or as wide as names and short phrases are."""
    return max(needed, min(longest, _AT_EASE))


def in_two(title: str) -> float:
    """The room in which a head stands on two lines."""
    words = title.split()
    halves = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return _PADDING + min((max(map(_room, them)) for them in halves), default=_room(title))


def printed(cell: Cell, kind: ColumnKind, zone: str) -> str:
    """A cell as it is printed; a long word of a text has places where it may break."""
    text = for_people(cell, zone)
    if kind is ColumnKind.MARK:
        return _MARKS.get(text, text)
    if kind is not ColumnKind.CODE:
        return breakable(text)
    if _DIGEST.fullmatch(
        text
    ):  # in one piece it takes a third of a page, and whoever compares one reads it by halves
        return f"{text[:32]}{_BREAK}{text[32:]}"
    return text if all(len(it) <= _LONGEST_CODE for it in text.split(LISTED)) else breakable(text)


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
    title = max(map(_room, column.title.split()), default=_MOST)
    if column.kind is ColumnKind.NUMBER:
        # its head is of three lines at most: else it is higher than the rows beneath it
        title = max(title, _room(column.title) / 2.2)
    longest = max(map(_room, cells), default=0.0)
    if column.kind is ColumnKind.TIME:
        return _PADDING + max(title, _TIME)
    if column.kind in _UNBROKEN:
        # several codes in a cell stand one beneath another where there is no room
        pieces = max((len(it) for cell in cells for it in _UNBREAKABLE.split(cell)), default=0)
        room = pieces * _FIXED if column.kind is ColumnKind.CODE else longest
        return min(_PADDING + max(title, room), _WIDEST)
    words = {piece for cell in set(cells) for word in cell.split() for piece in word.split(_BREAK)}
    word = max(map(_room, words), default=0.0)
    least = _NARROWEST_TEXT if longest > _LONGEST_WORD * _MOST else 0.0
    # a text of many words wants more than its longest one: else a line of a table becomes a column of words
    wanted = min(longest / 4, _WIDEST_TEXT)
    return _PADDING + max(title, word, least, wanted)


@lru_cache(maxsize=4096)
def _room(text: str) -> float:
    """How long a text is on one line (mm)."""
    return sum(_KNOWN.get(letter) or (_CAPITAL if letter.isupper() else _MOST) for letter in text)


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
    return Part(
        tuple(columns),
        tuple(tuple(row) for row in rows),
        tuple(needed),
        tuple(_PADDING + max(map(_room, those), default=0.0) for those in zip(*rows, strict=True)),
        tuple(sum(map(len, row)) <= _LONGEST_ROW for row in rows),
        is_across,
    )

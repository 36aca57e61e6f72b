"""A block copied from a spreadsheet, and the operations that put it into a sheet.

Spreadsheets copy cells as text: tabs between cells, line ends between rows, quotes around a cell that holds one of
these, doubled inside. A block goes as far as the sheet does to the right; below the last row it makes new rows, of
which the caller gives the codes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fmea.rules.cell_texts import CellKind, kind_of, read
from fmea.rules.cells import Cell, Table, is_same, with_cell
from fmea.rules.draft import Draft
from fmea.rules.editing import Insert, Operation, SetCell

Grid = tuple[tuple[str, ...], ...]
# A cell in quotes, where the quotes close it; or what stands there. No character is looked at twice.
_CELL = re.compile(r'"((?:[^"]|"")*+)"(?=[\t\n]|\Z)|([^\t\n]*)')


@dataclass(frozen=True)
class Shown:
    """What a page shows: the items of a table and its columns, both in the order in which they stand there."""

    table: Table
    items: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Pasted:
    """What a block comes to, and how much of it found no place: cells to the right of the last column or in a column
    that is not written as text, and rows below the last one for which there was no code."""

    operations: tuple[Operation, ...]
    cells_left_out: int
    rows_left_out: int


def grid(text: str) -> Grid:
    """The rows of a copied block; rows may differ in length. Empty for an empty text.

    A quote that is not closed at the end of a cell is a character like any other.
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    rows: list[list[str]] = [[]]
    at = 0
    while (found := _CELL.match(body, at)) is not None:
        quoted, plain = found.groups()
        rows[-1].append(plain if quoted is None else quoted.replace('""', '"'))
        if found.end() == len(body):
            break
        rows.extend([[]] if body[found.end()] == "\n" else [])
        at = found.end() + 1
    return tuple(tuple(row) for row in rows) if body else ()


def paste(draft: Draft, sheet: Shown, at: tuple[int, int], block: Grid, new_codes: Sequence[str]) -> Pasted:
    """The operations that put a block into a sheet with its first cell at (row, column), both counted from 0.

    Cells that say already what the block says are left out. ValueError: that cell is not in the sheet.
    """
    top, left = at
    if not (0 <= top <= len(sheet.items) and 0 <= left < len(sheet.columns)):
        raise ValueError("not a cell of this sheet")
    columns = sheet.columns[left:]
    fixed = [kind_of(sheet.table, it) is CellKind.FIXED for it in columns]
    items = (*sheet.items[top:], *new_codes)[: len(block)]
    there, last = set(sheet.items), sheet.items[-1] if sheet.items else None
    found: list[Operation] = []
    left_out = 0
    for item, texts in zip(items, block, strict=False):
        left_out += max(0, len(texts) - len(columns)) + sum(fixed[: len(texts)])
        if item in there:
            found.extend(_cells(draft, sheet.table, item, dict(zip(columns, texts, strict=False))))
        else:
            found.append(_row(sheet.table, item, dict(zip(columns, texts, strict=False)), last))
            last = item
    return Pasted(tuple(found), left_out, len(block) - len(items))


def _cells(draft: Draft, table: Table, item: str, texts: dict[str, str]) -> list[Operation]:
    found: list[Operation] = []
    for column, text in texts.items():
        before = draft.value(Cell(table, item, column))
        value = read(table, column, text, before)
        if not is_same(before, value):
            found.append(SetCell(table, item, column, value))
    return found


def _row(table: Table, item: str, texts: dict[str, str], after: str | None) -> Insert:
    values: dict[str, object] = {}
    for column, text in texts.items():
        values = with_cell(values, column, read(table, column, text))
    return Insert(table, item, values, after)

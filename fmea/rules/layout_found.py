"""What a file says of a worksheet, gathered cell by cell, with the address of each and everything that is wrong."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fmea.rules.cells import Cell, Table, is_same
from fmea.rules.draft import Draft
from fmea.rules.layout import CODE, Column
from fmea.rules.layout_cells import Fault, plain, text_of, value_of, written
from fmea.rules.layout_lines import CellFault, LineRead, SheetRead
from fmea.rules.worksheet_reading import ITEM_CODE


class Nothing:
    """What is found where a cell could not be read."""


NOTHING = Nothing()


@dataclass(frozen=True)
class Place:
    """Where in the file something was said: nowhere, where `line` is None."""

    sheet: str
    line: LineRead | None
    heading: str = ""

    @property
    def address(self) -> str:
        """The address of the cell."""
        return self.line.address(self.heading) if self.line else ""


@dataclass
class Found:
    """What a file says. `values`: of each item by its code, what its cells say, in the order of the file.

    `places`: where each cell was said; `paths`: the same of what lies inside a cell (`scales.severity.levels[3].text`).
    `left_out`: cells that say something else than the worksheet and are not taken from a file.
    """

    draft: Draft
    values: dict[Table, dict[str, dict[str, Any]]] = field(default_factory=lambda: {it: {} for it in Table})
    places: dict[Cell, Place] = field(default_factory=dict)
    paths: dict[str, Place] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    left_out: list[CellFault] = field(default_factory=list)

    def before(self, table: Table, item: str) -> Mapping[str, Any]:
        """The item as it stands on the worksheet; empty where it is not there."""
        return self.draft.tables[table].get(item, {})

    def take(self, sheet: SheetRead, line: LineRead, column: Column, before: Any = None) -> Any:
        """What a cell means in a place that held `before`; NOTHING where it cannot be read, which is a fault."""
        try:
            return value_of(column, line.cells.get(column.heading), before)
        except Fault as fault:
            self.faults.append(sheet.fault(line, column, fault.code, **fault.params))
            return NOTHING

    def code(self, sheet: SheetRead, line: LineRead, column: Column) -> str | Nothing | None:
        """The code in a cell; None where it is empty, NOTHING where it is none."""
        try:
            raw = line.cells.get(column.heading)
            found = text_of(raw).strip() if raw is not None else ""
        except Fault:
            found = "?"
        if not found:
            return None
        if ITEM_CODE.fullmatch(found):
            return found
        self.faults.append(sheet.fault(line, column, "code_shape"))
        return NOTHING

    def put(self, sheet: SheetRead, line: LineRead, column: Column, cell: Cell, value: Any) -> None:
        """Keep what a cell says. Said before and otherwise: a fault; an empty cell unsays nothing."""
        if isinstance(value, Nothing):
            return
        said = self.values[cell.table].setdefault(cell.item, {})
        known = said.get(cell.column)
        if known is not None and value is None:
            return
        if known is not None and not is_same(known, value):
            first = self.places[cell].address
            self.faults.append(sheet.fault(line, column, "said_otherwise_before", first=first))
            return
        said[cell.column] = value
        self.places[cell] = place(sheet, line, column)

    def leave(self, sheet: SheetRead, line: LineRead, column: Column, before: Any) -> None:
        """Tell of a cell that says something else than the worksheet and is not taken."""
        raw = line.cells.get(column.heading)
        if raw is None:
            return
        try:
            is_other = not is_same(value_of(column, raw, before), before)
        except Fault:
            is_other = plain(str(raw)) != plain(str(written(column, before) or ""))
        if is_other:
            self.left_out.append(sheet.fault(line, column, "not_taken"))


def place(sheet: SheetRead, line: LineRead, column: Column) -> Place:
    """Where a cell stands."""
    return Place(sheet.name, line, column.heading)


def column_of(sheet: SheetRead, table: Table, column: str) -> Column | None:
    """The column of a sheet that was read, if it has that one."""
    return next((it for it in sheet.columns if (it.table, it.column) == (table, column)), None)


class Codes:
    """Codes for what has none yet: the letter of its table, and a number behind all that are taken."""

    def __init__(self, letter: str, taken: Iterable[str]) -> None:
        self.letter, self.taken = letter, set(taken)
        numbers = [
            int(it[1]) for code in self.taken if (it := re.fullmatch(rf"{letter}([0-9]{{1,6}})", code))
        ]
        self.last = max(numbers, default=0)

    def next(self) -> str:
        """The next one."""
        self.last += 1
        return f"{self.letter}{self.last}"


def codes_of(
    found: Found, table: Table, letter: str, sheet: SheetRead, named_in: Column | None = None
) -> Codes:
    """Codes that neither the worksheet nor the file has; `named_in`: the column that names them in this sheet."""
    column = named_in or column_of(sheet, table, CODE)
    typed = [str(line.cells.get(column.heading) or "").strip() for line in sheet.lines] if column else []
    return Codes(letter, [*found.draft.tables[table], *found.values[table], *typed])


def place_of(sheet: SheetRead, line: LineRead) -> Place:
    """Where a line begins."""
    return place(sheet, line, sheet.columns[0])

"""A worksheet as the grids of a file, and what comes back of them."""

from datetime import date, datetime, time
from typing import Any

from fmea.rules.cells import Table
from fmea.rules.draft import Draft
from fmea.rules.editing import apply
from fmea.rules.layout import WORKSHEET
from fmea.rules.layout_cells import Raw
from fmea.rules.layout_preview import Preview
from fmea.rules.layout_writing import sheets
from tests.fmea.rules.given import CONTENT, SCALES

Grids = dict[str, list[list[Raw]]]
ROWS = Table.ROWS
EMPTY: dict[str, Any] = {"title": "New", "product": "CD19", "scales": SCALES}


def grids(document: Any) -> Grids:
    """The sheets of a document as a spreadsheet would hold them."""
    found: Grids = {}
    for sheet in sheets(document):
        grid: list[list[Raw]] = [[it.heading for it in sheet.layout.columns], *map(list, sheet.lines)]
        if sheet.layout.is_upright:
            grid = [list(row) for row in zip(*grid, strict=True)]
        found[sheet.layout.name] = grid
    return found


def place(heading: str) -> int:
    return [it.heading for it in WORKSHEET.columns].index(heading)


def changed(line: int, heading: str, value: Raw, document: Any = CONTENT) -> Grids:
    """The export with another value in one cell of the sheet of rows; its headings are line 0."""
    found = grids(document)
    found["Worksheet"][line][place(heading)] = value
    return found


def only(*lines: list[Raw]) -> Grids:
    """A file with one sheet, whatever it is called."""
    return {"Sheet1": [list(it) for it in lines]}


def faults(found: Preview) -> list[tuple[str, str]]:
    return [(it.address, it.code) for it in found.faults]


def taken(found: Preview, document: Any) -> dict[str, Any]:
    """The document once all of a preview was done."""
    assert found.faults == ()
    draft = Draft.of(document)
    done = apply(draft, (*found.operations, *found.actions), base=draft.revision, editor="e")
    assert done.conflicts == ()
    return done.draft.content()


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """A moment as a spreadsheet has it, of no zone."""
    return datetime.combine(date(year, month, day), time(hour))

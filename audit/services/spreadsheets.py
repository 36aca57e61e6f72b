"""Sheets of a report as XLSX: typed cells, frozen heads, no formula, the same bytes for the same content."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from audit.rules.comma_separated import zipped
from audit.rules.report import Cell, ColumnKind
from audit.rules.sheets import Sheet
from audit.rules.writing import for_programs
from qc.services.drawing_documents import write_cell

# What the name of a sheet may not hold, and how long it may be.
_NOT_IN_A_NAME, _LONGEST_NAME = re.compile(r"[\[\]:*?/\\']"), 31
# A spreadsheet counts in binary floating point: fifteen digits survive it.
_MOST_DIGITS = 15
_WIDEST, _NARROWEST = 60, 10
# No cell of a spreadsheet holds more characters: a longer text says where all of it is.
_LONGEST_TEXT, _CUT = 32_000, " [cut here by the limit of spreadsheets: all of it is in CSV and JSON]"
# So many rows say how wide a column is.
_LOOKED_AT = 200
_SAVED_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def workbook(sheets: Iterable[Sheet], at: datetime) -> bytes:
    """Every sheet in one file. Times are in UTC, which their heads say; what would lose digits stays text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    names: set[str] = set()
    for sheet in sheets:
        name = _name(sheet, names)
        names.add(name.casefold())
        _fill(book.create_sheet(name), sheet)
    file = io.BytesIO()
    book.save(file)
    return zipped(_untimed(file, at))


def _name(sheet: Sheet, taken: set[str]) -> str:
    """The title of the sheet as far as a name can say it; its key where another is called so."""
    name = _NOT_IN_A_NAME.sub(" ", sheet.title).strip()[:_LONGEST_NAME].strip()
    return name if name and name.casefold() not in taken else sheet.key[:_LONGEST_NAME]


def _fill(page: Any, sheet: Sheet) -> None:
    titles = [f"{it.title} (UTC)" if it.kind is ColumnKind.TIME else it.title for it in sheet.columns]
    for x, title in enumerate(titles, start=1):
        write_cell(page.cell(row=1, column=x), title)
        page.cell(row=1, column=x).font = Font(bold=True)
    for y, row in enumerate(sheet.rows, start=2):
        for x, value in enumerate(row, start=1):
            _write(page.cell(row=y, column=x), value)
    page.freeze_panes = "A2"
    for x, title in enumerate(titles):
        widest = max([len(title), *(len(for_programs(row[x])) for row in sheet.rows[:_LOOKED_AT])])
        width = min(max(widest + 2, _NARROWEST), _WIDEST)
        page.column_dimensions[get_column_letter(x + 1)].width = width


def _write(cell: Any, value: Cell) -> None:
    if isinstance(value, datetime):
        cell.value = value.astimezone(UTC).replace(tzinfo=None)
        cell.number_format = "yyyy-mm-dd hh:mm:ss.000"
    elif isinstance(value, bool):
        cell.value = value
    elif isinstance(value, int | Decimal) and sum(mark.isdigit() for mark in str(value)) > _MOST_DIGITS:
        write_cell(cell, for_programs(value))
    elif isinstance(value, str) and len(value) > _LONGEST_TEXT:
        write_cell(cell, value[:_LONGEST_TEXT] + _CUT)
    else:
        write_cell(cell, value)


def _untimed(file: io.BytesIO, at: datetime) -> Iterator[tuple[str, bytes]]:
    """The parts of the file with the time of the drawing in place of the time of its saving."""
    told = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(file) as book:
        for name in book.namelist():
            data = book.read(name)
            yield name, _SAVED_AT.sub(rb"\g<1>" + told, data) if name == "docProps/core.xml" else data

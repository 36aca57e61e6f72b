"""A worksheet as a spreadsheet file (XLSX), and a file that somebody hands in, read with bounds.

A file is data from outside: it is measured before it is unpacked, read without reckoning its formulas, and nothing in
it is run. What is wrong with it comes back cell by cell; nothing is written here.
"""

import io
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from fmea.rules.layout import LAYOUTS, PRIORITY, PRIORITY_AFTER, WORKSHEET, Column, Kind
from fmea.rules.layout_cells import Raw, Unread
from fmea.rules.layout_lines import CellFault, address, is_filled
from fmea.rules.layout_preview import Preview, preview
from fmea.rules.layout_writing import Sheet, sheets
from fmea.rules.printed_words import PRIORITIES
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import HIGHEST, LOWEST
from fmea.rules.worksheet import MOST_ACTIONS, MOST_ROWS
from qc.services.drawing_documents import write_cell

log = structlog.get_logger(__name__)

MOST_BYTES = 10 * 2**20
# Of a file unpacked, of its parts, of its sheets; what is packed tighter than this is packed to do harm.
MOST_UNPACKED, MOST_PARTS, MOST_SHEETS, MOST_RATIO = 64 * 2**20, 400, 40, 200
# A line is a row or a further action of one; a title and headings stand above them.
MOST_LINES = MOST_ROWS + MOST_ACTIONS + 100
MOST_COLUMNS, MOST_CELLS = 200, 1_000_000
# What a spreadsheet has at most: a file that counts further is no spreadsheet.
_LAST_LINE = 2**20
_NAMES = frozenset(it.name.casefold() for it in LAYOUTS)
# What the reader of archives raises on what is none, is cut off, or is packed by a method that it does not know.
_NO_ARCHIVE = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, EOFError)
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class _Refused(Exception):
    """A file that is not read: why, and where."""

    def __init__(self, code: str, sheet: str = "", at: str = "", **params: Any) -> None:
        super().__init__(code)
        self.fault = CellFault(sheet, at, code, params)


def read_workbook(data: bytes, content: Mapping[str, Any]) -> Preview:
    """What a file would do to the worksheet whose document is `content`; a file that cannot be read is a fault."""
    try:
        _measure(data)
        grids = _grids(data)
    except _Refused as refused:
        return Preview(faults=(refused.fault,))
    return preview(grids, content)


def _measure(data: bytes) -> None:
    """Look at a file from outside. What it says of its own size holds: no more than that is ever unpacked of it."""
    if len(data) > MOST_BYTES:
        raise _Refused("file_too_large", most_mb=MOST_BYTES // 2**20)
    if data.startswith(_OLD_OFFICE):
        raise _Refused("file_encrypted" if _ENCRYPTED in data else "file_too_old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(it.file_size for it in parts) > MOST_UNPACKED:
                raise _Refused("file_unpacks_too_large", most_mb=MOST_UNPACKED // 2**20)
            if any(it.file_size > 2**20 and it.file_size > MOST_RATIO * it.compress_size for it in parts):
                raise _Refused("file_packed_too_tight")
            if any(it.flag_bits & 1 for it in parts):
                raise _Refused("file_encrypted")
            _look_into(packed, parts)
    except _NO_ARCHIVE as error:
        raise _Refused("not_a_workbook") from error


def _look_into(packed: zipfile.ZipFile, parts: Iterable[zipfile.ZipInfo]) -> None:
    for it in parts:
        if it.filename.lower().endswith("vbaproject.bin"):
            raise _Refused("file_has_macros")
        if it.filename.lower().endswith((".xml", ".rels")):
            # No spreadsheet declares entities; who does wants one word to become a million.
            text = packed.read(it).replace(b"\0", b"")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise _Refused("file_declares_entities")


def _grids(data: bytes) -> dict[str, list[list[Raw]]]:
    # Whatever the reader trips over, the file is to blame: it was made elsewhere, and by anything.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of what it leaves out: colours, pictures, rules of other programs
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            try:
                return _sheets(book)
            finally:
                book.close()
    except _Refused:
        raise
    except Exception as error:
        # The reader promises no closed list of what it raises on a file that it did not make. The person is told that
        # the file cannot be read; whoever runs the product finds in the log whether it was the reader's own fault.
        log.warning("fmea.workbook_unread", exc_info=error)
        raise _Refused("not_a_workbook") from error


def _sheets(book: Any) -> dict[str, list[list[Raw]]]:
    names = [it.title for it in book.worksheets]
    if len(names) > MOST_SHEETS:
        raise _Refused("too_many_sheets", most=MOST_SHEETS)
    wanted = [it for it in names if len(names) == 1 or " ".join(it.split()).casefold() in _NAMES]
    return {name: _grid(book[name], name) if name in wanted else [] for name in names}


def _grid(sheet: Any, name: str) -> list[list[Raw]]:
    sheet.reset_dimensions()  # what a file says of its size may be wrong, and would cut it off
    found: list[list[Raw]] = []
    cells = 0
    for n, row in enumerate(sheet.iter_rows()):
        if n >= _LAST_LINE:
            raise _Refused("too_many_lines", name, most=MOST_LINES)
        if not row:
            if n < MOST_LINES:
                found.append([])
            continue
        cells += len(row)
        line = [_raw(it) for it in row]
        filled = [place for place, it in enumerate(line) if it is not None and is_filled(it)]
        if filled and filled[-1] >= MOST_COLUMNS:
            raise _Refused("too_many_columns", name, address(n, filled[-1]), most=MOST_COLUMNS)
        if cells > MOST_CELLS or (filled and n >= MOST_LINES):
            raise _Refused("too_many_lines", name, address(n, 0), most=MOST_LINES)
        if n < MOST_LINES:
            found.append(line[: filled[-1] + 1] if filled else [])
    return found


def _raw(cell: Any) -> Raw:
    if cell.data_type == "f":
        return Unread.FORMULA
    if cell.data_type == "e":
        return Unread.ERROR
    value: Raw = cell.value
    return value


# Light enough that black text on them is read; the word stands in the cell as well.
_FILLS = {
    PRIORITIES[ActionPriority.HIGH]: PatternFill("solid", fgColor="F6C7C1"),
    PRIORITIES[ActionPriority.MEDIUM]: PatternFill("solid", fgColor="FBE3A8"),
    PRIORITIES[ActionPriority.LOW]: PatternFill("solid", fgColor="D5E8D0"),
}
_HEAD = PatternFill("solid", fgColor="E3E8EC")
_SHOWN_ONLY = PatternFill("solid", fgColor="F3F4F5")
_BOLD, _RULE = Font(bold=True), Border(left=Side(style="medium", color="8A949C"))
_WRAP = Alignment(wrap_text=True, vertical="top")
_FIRST_LINE = 3
# So many empty lines below the last are ready to be filled in.
_SPARE = 200


def write_workbook(content: Mapping[str, Any]) -> bytes:
    """The document of a worksheet as XLSX, sound or still being typed. Reading it again changes nothing."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets(content):
        made = book.create_sheet(sheet.layout.name)
        if sheet.layout.is_upright:
            _upright(made, sheet)
        elif sheet.layout is WORKSHEET:
            _worksheet(made, sheet)
        else:
            _plain(made, sheet, 1)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _upright(made: Any, sheet: Sheet) -> None:
    (line,) = sheet.lines
    for y, (column, value) in enumerate(zip(sheet.layout.columns, line, strict=True), start=1):
        _heading(made.cell(row=y, column=1), column)
        write_cell(made.cell(row=y, column=2), value)
        _allow(made, column, f"B{y}")
    made.column_dimensions["A"].width, made.column_dimensions["B"].width = 24, 90
    made.freeze_panes = "B1"


def _plain(made: Any, sheet: Sheet, head: int) -> None:
    """Headings and lines under them; `head` is the line of the headings."""
    last = head + len(sheet.lines)
    for x, column in enumerate(sheet.layout.columns, start=1):
        letter = get_column_letter(x)
        _heading(made.cell(row=head, column=x), column)
        made.column_dimensions[letter].width = column.width
        _allow(made, column, f"{letter}{head + 1}:{letter}{last + _SPARE}")
    for y, line in enumerate(sheet.lines, start=head + 1):
        for x, value in enumerate(line, start=1):
            if value is not None:
                write_cell(made.cell(row=y, column=x), value)
    made.freeze_panes = f"A{head + 1}"


def _worksheet(made: Any, sheet: Sheet) -> None:
    """The sheet of rows: the steps of the approach above the headings, priorities in colour."""
    _plain(made, sheet, _FIRST_LINE - 1)
    columns = sheet.layout.columns
    last = _FIRST_LINE + len(sheet.lines) - 1
    group = None
    for x, column in enumerate(columns, start=1):
        cell = made.cell(row=1, column=x)
        cell.fill = _HEAD
        if column.group is not group:
            group = column.group
            cell.value, cell.font = str(group), _BOLD
            made.cell(row=2, column=x).border = cell.border = _RULE
        if not column.is_taken:
            _shade(made, x, last, column)
    made.freeze_panes = f"D{_FIRST_LINE}"
    made.auto_filter.ref = f"A{_FIRST_LINE - 1}:{get_column_letter(len(columns))}{max(last, _FIRST_LINE)}"
    made.print_title_rows = f"1:{_FIRST_LINE - 1}"
    made.page_setup.orientation, made.page_setup.paperSize = "landscape", made.PAPERSIZE_A3
    made.page_setup.fitToHeight, made.sheet_properties.pageSetUpPr.fitToPage = 0, True


def _shade(made: Any, x: int, last: int, column: Column) -> None:
    """Cells that no file changes; a priority in its colour."""
    for y in range(_FIRST_LINE, last + 1):
        cell = made.cell(row=y, column=x)
        is_priority = column.column in (PRIORITY, PRIORITY_AFTER)
        cell.fill = _FILLS.get(cell.value, _SHOWN_ONLY) if is_priority else _SHOWN_ONLY
        if is_priority and cell.value is not None:
            cell.font = _BOLD


def _heading(cell: Any, column: Column) -> None:
    cell.value, cell.font, cell.fill, cell.alignment = column.heading, _BOLD, _HEAD, _WRAP


def _allow(made: Any, column: Column, cells: str) -> None:
    """A list to choose from, where there is one."""
    if column.kind is Kind.CHOICE:
        listed = ",".join(column.choices.values())
    elif column.kind is Kind.RATING:
        listed = ",".join(map(str, range(LOWEST, HIGHEST + 1)))
    else:
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
    rule.add(cells)
    made.add_data_validation(rule)

"""Draw the documents of a batch: PDF/A by Typst, every symbol read back, and a spreadsheet of the same content."""

import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import typst
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from coi.rules.labels import Symbol, Symbology
from coi.services import drawing
from qc.rules.certificates import Issue, address_of, content_bytes, content_digest
from qc.rules.document_tables import FORMULA, Cell, Table, tables
from qc.rules.document_words import PREVIEW

# Why a document cannot be drawn: a symbol that does not read, or a character that no font of ours has.
DOCUMENT_FAULTS = (drawing.NotReadBack, drawing.DoesNotFit, typst.TypstError)

# The coarsest that a document is printed or scanned at: what reads so reads at any finer one.
_READ_AT = drawing.RESOLUTIONS[:1]
_WIDEST, _NARROWEST = 60, 10
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def draw_document(content: Mapping[str, Any], issue: Issue, *, is_preview: bool = False) -> bytes:
    """The content as PDF/A; raises one of DOCUMENT_FAULTS.

    A preview says so across every page, and an empty place stands where the symbol will be.
    """
    plain = json.loads(content_bytes(dict(content)))
    digest = content_digest(dict(content))
    address = address_of(plain["batch"], plain["kind"], issue.version, digest)
    symbol = Symbol(Symbology.DATA_MATRIX, address, "")
    drawn = drawing.drawn_symbol(symbol)
    shown = {
        "document": plain,
        "digest": digest,
        "preview": PREVIEW if is_preview else "",
        "symbol": drawn | {"runs": ()} if is_preview else drawn,
    }
    template = f"qc/{plain['kind']}.typ"
    if is_preview:
        return drawing.draw_sheet(drawing.Sheet(template, shown, (), resolutions=()), issue.at)
    return drawing.draw_sheet(drawing.Sheet(template, shown, (symbol,), resolutions=_READ_AT), issue.at)


def spreadsheet(content: Mapping[str, Any]) -> bytes:
    """The content as XLSX."""
    return workbook(tables(json.loads(content_bytes(dict(content))), content_digest(dict(content))))


def workbook(made: Iterable[Table]) -> bytes:
    """Tables as XLSX: a sheet for each, its header frozen. What looks like a formula stays text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in made:
        _fill(book, table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(table.name)
    for y, row in enumerate((table.columns, *table.rows), start=1):
        for x, value in enumerate(row, start=1):
            write_cell(sheet.cell(row=y, column=x), value)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for x, name in enumerate(table.columns):
        widest = max(len(str(value)) for value in (name, *(row[x] for row in table.rows)))
        width = min(max(widest + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(x + 1)].width = width


def write_cell(cell: Any, value: Cell | date) -> None:
    """Write into a cell of openpyxl's. What looks like a formula stays text; a day looks alike in every country."""
    cell.alignment = _WRAPPED
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, Decimal):
            cell.number_format = _format(value)
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    cell.data_type = "s"
    if value.startswith(FORMULA):
        cell.quotePrefix = (
            True  # the value stays as it is: it is marked as text, and stays text when it is edited
        )


def _format(value: Decimal) -> str:
    """As many decimals as were reported: 2.10 stays 2.10."""
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"0.{'0' * decimals}" if decimals else "0"

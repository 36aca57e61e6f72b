"""Sheets as CSV (RFC 4180, UTF-8) in one ZIP, the same bytes for the same content; no text is taken for a formula.

A spreadsheet that opens CSV reads a text that begins with one of =, +, -, @ as a formula, and runs it. Such a text is
written with an apostrophe before it, which spreadsheets do not take for one; a text that begins so already gets one
apostrophe more, so that `without_guard` always gives back what was there. Numbers are numbers and need none.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable

from audit.rules.report import Cell
from audit.rules.sheets import Sheet
from audit.rules.writing import for_programs

# The signs of a formula also as full-width characters, which spreadsheets take for the same in some languages.
_DANGEROUS = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
# ZIP can say no earlier time, and no file of ours is to say when it was zipped.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def guarded(text: str) -> str:
    """The text as it stands in a CSV file."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def without_guard(text: str) -> str:
    """What the text of a CSV file says."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


def comma_separated(sheet: Sheet) -> bytes:
    """One sheet as CSV: the first line names the columns by their keys, which never change."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.key for column in sheet.columns])
    writer.writerows([_written(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode()


def archive(sheets: Iterable[Sheet]) -> bytes:
    """Every sheet as CSV, each a file of its own."""
    return zipped((f"{sheet.key}.csv", comma_separated(sheet)) for sheet in sheets)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files in one ZIP, in their order; it says nothing of when and where it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name, data in files:
            about = zipfile.ZipInfo(name, _NO_TIME)
            about.compress_type, about.create_system, about.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            book.writestr(about, data)
    return made.getvalue()


def _written(cell: Cell) -> str:
    return guarded(cell) if isinstance(cell, str) else for_programs(cell)

"""From text to a table: preamble, header, rows. Strict: a quote out of place or half a row is a fault, not a guess.

Rows are numbered as a spreadsheet counts them: from 1, with preamble, header and empty rows.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import DELIMITERS, ImportMapping
from qc.rules.imports.preview import Limits

MAX_PREAMBLE = 200
_NEVER_CLOSED = re.compile(r'"(?:[^"]++|"")*+\Z')


@dataclass(frozen=True)
class Record:
    """One row as it stands in the file."""

    number: int
    cells: tuple[str, ...]
    has_end: bool = True


@dataclass
class Table:
    """Header and rows of a file, what stands before them, and what is wrong with the whole."""

    header: tuple[str, ...] = ()
    preamble: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def _pattern(delimiter: str) -> "re.Pattern[str]":
    """One field and what ends it. Possessive, so that a quote that is never closed takes linear time."""
    sign = re.escape(delimiter)
    return re.compile(
        rf'(?:"(?P<quoted>(?:[^"]++|"")*+)"|(?P<plain>[^"{sign}\r\n]*+))(?P<end>{sign}|\r\n|\n|\r|\Z)'
    )


def records(text: str, delimiter: str, limits: Limits) -> Iterator[Record | Fault]:
    """The rows of a text in turn; a fault ends them."""
    pattern, position, number, cells = _pattern(delimiter), 0, 1, list[str]()
    line_ends: set[str] = set()
    while position < len(text) or cells:
        match = pattern.match(text, position)
        if match is None or len(cells) >= limits.columns:
            yield _broken(text, position, number, len(cells) >= limits.columns)
            return
        plain, quoted, end = match["plain"], match["quoted"], match["end"]
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if end == delimiter:
            continue
        line_ends |= {end} - {""}
        yield Record(number, tuple(cells), has_end=bool(end))
        number, cells = number + 1, []
        if not end:
            break
    if len(line_ends) > 1:
        yield Fault(0, "", FaultCode.MIXED_LINE_ENDS)


def _broken(text: str, position: int, number: int, is_too_wide: bool) -> Fault:
    """Why a field could not be read."""
    if is_too_wide:
        return Fault(number, "", FaultCode.TOO_MANY_FIELDS)
    is_open = _NEVER_CLOSED.match(text, position) is not None
    return Fault(number, "", FaultCode.OPEN_QUOTE if is_open else FaultCode.STRAY_QUOTE)


def read_table(text: str, mapping: ImportMapping, limits: Limits) -> Table:
    """The table that the mapping describes. With a fault in `faults` the rest is not to be read."""
    table, found = Table(), list[Record]()
    for item in records(text, DELIMITERS[mapping.delimiter], limits):
        if isinstance(item, Fault):
            # with the wrong delimiter a sound quote seems to stand astray
            if not any(record.cells[0] == mapping.header for record in found):
                _find_header(found, mapping, table)
            is_delimiter = [fault.code for fault in table.faults] == [FaultCode.WRONG_DELIMITER]
            table.faults = table.faults if is_delimiter else [item]
            return table
        if len(found) > limits.rows + MAX_PREAMBLE:
            table.faults.append(Fault(0, "", FaultCode.TOO_MANY_ROWS, {"most": limits.rows}))
            return table
        found.append(_trimmed(item) if mapping.trims_spaces else item)
    at = _find_header(found, mapping, table)
    if at is None:
        return table
    table.header = found[at].cells
    table.preamble = [record.cells for record in found[:at]]
    _check_header(table, mapping, found[at].number)
    table.rows = [record for record in found[at + 1 :] if any(record.cells)]
    _check_end(table, mapping, limits)
    return table


def _trimmed(record: Record) -> Record:
    return Record(record.number, tuple(cell.strip(" ") for cell in record.cells), record.has_end)


def _find_header(found: list[Record], mapping: ImportMapping, table: Table) -> int | None:
    for at, record in enumerate(found[: MAX_PREAMBLE + 1]):
        if record.cells[0] == mapping.header:
            return at
    for record in found[: MAX_PREAMBLE + 1]:
        for name, sign in DELIMITERS.items():
            if record.cells[0].startswith(mapping.header + sign) and name is not mapping.delimiter:
                params = {"found": str(name), "wanted": str(mapping.delimiter)}
                table.faults.append(Fault(record.number, "", FaultCode.WRONG_DELIMITER, params))
                return None
    table.faults.append(Fault(0, "", FaultCode.NO_HEADER, {"header": mapping.header}))
    return None


def _check_header(table: Table, mapping: ImportMapping, number: int) -> None:
    measured = [measure.column for measure in mapping.measures if measure.column]
    wanted = [*mapping.columns.values(), *measured]
    counted = Counter(table.header)
    for header, count in counted.items():
        if count > 1:
            table.faults.append(Fault(number, header, FaultCode.COLUMN_TWICE))
        elif header not in wanted and header not in mapping.ignored:
            table.faults.append(Fault(number, header, FaultCode.COLUMN_UNKNOWN))
    for header in wanted:
        if header not in counted:
            table.faults.append(Fault(number, header, FaultCode.COLUMN_MISSING))


def _check_end(table: Table, mapping: ImportMapping, limits: Limits) -> None:
    """Whether all of the table is there: its footer, its last row whole."""
    last = table.rows[-1] if table.rows else None
    if mapping.footer:
        ends = [n for n, record in enumerate(table.rows) if record.cells[0] == mapping.footer]
        if not ends:
            table.faults.append(Fault(0, "", FaultCode.HALF_A_FILE, {"footer": mapping.footer}))
            return
        for record in table.rows[ends[0] + 1 :]:
            table.faults.append(Fault(record.number, "", FaultCode.ROWS_AFTER_END))
        table.rows = table.rows[: ends[0]]
    elif last is not None and not last.has_end:
        is_short = len(last.cells) < len(table.header)
        if is_short or mapping.needs_final_line_end:
            code = FaultCode.HALF_A_FILE if is_short else FaultCode.NO_FINAL_LINE_END
            table.faults.append(Fault(last.number, "", code))
    if not table.rows:
        table.faults.append(Fault(0, "", FaultCode.NO_ROWS))
    if len(table.rows) > limits.rows:
        table.faults.append(Fault(0, "", FaultCode.TOO_MANY_ROWS, {"most": limits.rows}))

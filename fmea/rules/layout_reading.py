"""Steps, rows and actions as a file has them.

A row is known by its code; one without gets one. A line that has a row's code and an action alone, or an action alone,
is a further action of that row. An action that the worksheet has already keeps its own life: it is not changed here.
"""

from collections.abc import Iterator

from fmea.rules.cells import Cell, Table, value_in
from fmea.rules.layout import CODE, STEP_TITLE, Column, Kind
from fmea.rules.layout_cells import plain
from fmea.rules.layout_found import NOTHING, Codes, Found, Nothing, codes_of, column_of, place
from fmea.rules.layout_lines import LineRead, SheetRead


def read_steps(found: Found, sheet: SheetRead) -> None:
    """The steps of the process, with what they are called."""
    code_column = column_of(sheet, Table.STEPS, CODE)
    codes = codes_of(found, Table.STEPS, "S", sheet)
    for line in sheet.lines:
        code = found.code(sheet, line, code_column) if code_column else None
        if isinstance(code, Nothing):
            continue
        code = code or codes.next()
        if code in found.values[Table.STEPS] and code_column is not None:
            found.faults.append(sheet.fault(line, code_column, "repeated", given=code))
            continue
        found.values[Table.STEPS][code] = {}
        for column in sheet.columns:
            before = value_in(found.before(Table.STEPS, code), column.column)
            if column.column != CODE:
                value = found.take(sheet, line, column, before)
                found.put(sheet, line, column, Cell(Table.STEPS, code, column.column), value)


def read_worksheet(found: Found, sheet: SheetRead) -> None:
    """Rows with their actions."""
    _Lines(found, sheet).read()


class _Lines:
    """The lines of the sheet of rows, one after the other."""

    def __init__(self, found: Found, sheet: SheetRead) -> None:
        self.found, self.sheet = found, sheet
        self.row_codes = codes_of(found, Table.ROWS, "R", sheet)
        self.action_codes = codes_of(found, Table.ACTIONS, "A", sheet)
        self.steps = _Steps(found, sheet)
        self.at: str | None = None
        # Further lines of rows, by the row's code: whether there is such a row is known at the end.
        self.further: list[tuple[str, LineRead]] = []

    def read(self) -> None:
        for line in self.sheet.lines:
            self._line(line)
        known = {*self.found.draft.tables[Table.ROWS], *self.found.values[Table.ROWS]}
        column = column_of(self.sheet, Table.ROWS, CODE)
        for code, line in self.further:
            if code not in known and column is not None and not self._is_known_orphan(line, code):
                self.found.faults.append(self.sheet.fault(line, column, "unknown_row", given=code))

    def _line(self, line: LineRead) -> None:
        column = column_of(self.sheet, Table.ROWS, CODE)
        code = self.found.code(self.sheet, line, column) if column else None
        if isinstance(code, Nothing):
            return
        has_row = any(True for _ in self._filled(line, Table.ROWS))
        has_action = any(True for _ in self._filled(line, Table.ACTIONS)) or self._has_action_code(line)
        if has_row or (code is not None and not has_action):
            self.at = code or self.row_codes.next()
            self._row(line, self.at)
        elif code is not None:
            self.at = code
            self.further.append((code, line))
        if has_action:
            self._action(line)

    def _filled(self, line: LineRead, table: Table) -> Iterator[Column]:
        for it in self.sheet.columns:
            is_own = it.table is table and it.kind is not Kind.RECKONED and it.column != CODE
            if is_own and it.heading in line.cells:
                yield it

    def _has_action_code(self, line: LineRead) -> bool:
        column = column_of(self.sheet, Table.ACTIONS, CODE)
        return column is not None and column.heading in line.cells

    def _row(self, line: LineRead, code: str) -> None:
        found, sheet = self.found, self.sheet
        found.values[Table.ROWS].setdefault(code, {})
        if (column := column_of(sheet, Table.ROWS, CODE)) is not None:
            found.places.setdefault(Cell(Table.ROWS, code, CODE), place(sheet, line, column))
        self.steps.read(line, code)
        item = found.before(Table.ROWS, code)
        for column in sheet.columns:
            if column.table is not Table.ROWS or column.column in (CODE, STEP_TITLE, "step"):
                continue
            before = value_in(item, column.column)
            if before is None and column.heading not in line.cells:
                continue
            if column.is_taken:
                value = found.take(sheet, line, column, before)
                found.put(sheet, line, column, Cell(Table.ROWS, code, column.column), value)
            elif column.kind is not Kind.RECKONED:
                found.leave(sheet, line, column, before)

    def _action(self, line: LineRead) -> None:
        found, sheet = self.found, self.sheet
        column = column_of(sheet, Table.ACTIONS, CODE)
        code = found.code(sheet, line, column) if column else None
        if isinstance(code, Nothing):
            return
        if self.at is None:
            first = next(self._filled(line, Table.ACTIONS), column)
            if first is not None:
                found.faults.append(sheet.fault(line, first, "row_missing"))
            return
        if code is not None and found.before(Table.ACTIONS, code):
            self._known_action(line, code)
            return
        if code is not None and code in found.values[Table.ACTIONS] and column is not None:
            found.faults.append(sheet.fault(line, column, "repeated", given=code))
            return
        self._new_action(line, code or self.action_codes.next())

    def _new_action(self, line: LineRead, code: str) -> None:
        found, sheet = self.found, self.sheet
        found.values[Table.ACTIONS][code] = {"row": self.at}
        for it in sheet.columns:
            if it.table is not Table.ACTIONS or it.heading not in line.cells:
                continue
            cell = Cell(Table.ACTIONS, code, it.column)
            if it.column == CODE:
                found.places.setdefault(cell, place(sheet, line, it))
            else:
                found.put(sheet, line, it, cell, found.take(sheet, line, it))

    def _known_action(self, line: LineRead, code: str) -> None:
        before = self.found.before(Table.ACTIONS, code)
        for it in self.sheet.columns:
            if it.table is Table.ACTIONS and it.column != CODE:
                self.found.leave(self.sheet, line, it, value_in(before, it.column))
        column = column_of(self.sheet, Table.ACTIONS, CODE)
        if before.get("row") != self.at and column is not None:
            self.found.left_out.append(self.sheet.fault(line, column, "not_taken"))

    def _is_known_orphan(self, line: LineRead, row: str) -> bool:
        """Whether the worksheet has this very action on a row that is not there: it says nothing new."""
        column = column_of(self.sheet, Table.ACTIONS, CODE)
        raw = line.cells.get(column.heading) if column else None
        return self.found.before(Table.ACTIONS, str(raw or "").strip()).get("row") == row


class _Steps:
    """Which step a line is of: by its code, or by what it is called; a new one where there is none."""

    def __init__(self, found: Found, sheet: SheetRead) -> None:
        self.found, self.sheet = found, sheet
        self.code_column = column_of(sheet, Table.ROWS, "step")
        self.title_column = column_of(sheet, Table.ROWS, STEP_TITLE)
        self.codes: Codes = codes_of(found, Table.STEPS, "S", sheet, self.code_column)
        self.titles: dict[str, set[str]] = {}
        self.by_title: dict[str, str] = {}
        for code, title in self._known():
            self.titles.setdefault(code, set()).add(plain(title))
            self.by_title.setdefault(plain(title), code)

    def _known(self) -> Iterator[tuple[str, str]]:
        for code, said in self.found.values[Table.STEPS].items():
            yield code, str(said.get("title") or "")
        for code, item in self.found.draft.tables[Table.STEPS].items():
            yield code, str(item.get("title") or "")

    def read(self, line: LineRead, row: str) -> None:
        """The step of a row; one that it has already stays, whether there is such a step or not."""
        before = self.found.before(Table.ROWS, row).get("step")
        column = self.code_column or self.title_column
        title = self._title(line)
        if isinstance(title, Nothing):
            return
        code = self._code(line, before)
        if isinstance(code, Nothing) or column is None:
            return
        if code is None and title:
            code = self._by_title(line, title)
        elif code is not None and (code in self.titles or code != before):
            self._check(line, code, title)
        self.found.put(self.sheet, line, column, Cell(Table.ROWS, row, "step"), code)

    def _code(self, line: LineRead, before: object) -> str | Nothing | None:
        if self.code_column is None:
            return None
        raw = line.cells.get(self.code_column.heading)
        if isinstance(before, str) and str(raw or "").strip() == before.strip():
            return before
        return self.found.code(self.sheet, line, self.code_column)

    def _title(self, line: LineRead) -> str | Nothing:
        if self.title_column is None:
            return ""
        found = self.found.take(self.sheet, line, self.title_column)
        return NOTHING if isinstance(found, Nothing) else str(found or "")

    def _by_title(self, line: LineRead, title: str) -> str:
        known = self.by_title.get(plain(title))
        if known is not None:
            return known
        code = self.codes.next()
        self._new(line, code, title)
        return code

    def _check(self, line: LineRead, code: str, title: str) -> None:
        """A step that is not there is put in with its title; one that is there is called by it or by nothing."""
        if code not in self.titles:
            self._new(line, code, title)
        elif title and plain(title) not in self.titles[code] and self.title_column is not None:
            self.found.faults.append(
                self.sheet.fault(line, self.title_column, "step_called_otherwise", given=title)
            )

    def _new(self, line: LineRead, code: str, title: str) -> None:
        said = self.found.values[Table.STEPS].setdefault(code, {})
        self.titles[code] = {plain(title)}
        if title:
            self.by_title.setdefault(plain(title), code)
            said["title"] = title
        column = self.title_column or self.code_column
        if column is not None:
            self.found.places.setdefault(Cell(Table.STEPS, code, "title"), place(self.sheet, line, column))

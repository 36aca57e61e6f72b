"""What a file would do to a worksheet, before anything is written: rows new, changed and as they are, faults by cell.

Nothing is taken out and nothing is moved: a row that the file does not have stays. A file with a fault does nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fmea.rules.cells import Cell, Table, cell_at, is_same, value_in, with_cell
from fmea.rules.draft import Draft
from fmea.rules.editing import Insert, Operation, SetCell, apply
from fmea.rules.layout import CODE, LAYOUTS, Written
from fmea.rules.layout_cells import plain, written
from fmea.rules.layout_found import Found, Place
from fmea.rules.layout_header import read_planning, read_priorities, read_scales, read_team
from fmea.rules.layout_lines import CellFault, Grid, read_lines
from fmea.rules.layout_reading import read_steps, read_worksheet
from fmea.rules.worksheet_reading import problems
from people.rules.documents import Problem

# In this order: rows name steps, so that those are read first.
_READERS = {
    "Planning": read_planning,
    "Team": read_team,
    "Scales": read_scales,
    "Priorities": read_priorities,
    "Steps": read_steps,
    "Worksheet": read_worksheet,
}
_LAYOUT = {it.name: it for it in LAYOUTS}
_COLUMNS = {(it.table, it.column): it for layout in LAYOUTS for it in layout.columns}
# One open page, as far as merging is concerned; what it did is judged and thrown away.
_EDITOR = "import"


class RowFate(StrEnum):
    """What a file does to a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Change:
    """One cell that the file writes: where it says so, and both texts."""

    column: str
    address: str
    before: Written
    after: Written


@dataclass(frozen=True)
class RowPreview:
    """One row of the file."""

    code: str
    fate: RowFate
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Preview:
    """What a file would do. `operations` and `actions` are empty where it has a fault.

    `header`: what stands above the rows and differs; `steps`: those that are new or differ. `actions`: those that are
    not on the worksheet yet, each to be planned; `values` are as the document has them. `left_out`: cells that say
    something else than the worksheet and are not taken from a file. `absent`: rows that the file does not have.
    """

    rows: tuple[RowPreview, ...] = ()
    header: tuple[Change, ...] = ()
    steps: tuple[str, ...] = ()
    faults: tuple[CellFault, ...] = ()
    left_out: tuple[CellFault, ...] = ()
    absent: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    actions: tuple[Insert, ...] = ()

    def count(self, fate: RowFate) -> int:
        """How many rows the file adds, changes, or leaves as they are."""
        return sum(it.fate is fate for it in self.rows)


def preview(grids: Mapping[str, Grid], content: Mapping[str, Any]) -> Preview:
    """What the sheets of a file, by name, would do to a worksheet whose document is `content` (perhaps empty).

    A file with one sheet has the rows on it, whatever it is called. Sheets of other names are left alone.
    """
    draft = Draft.of(content)
    found = Found(draft)
    names = _sheets_of(grids)
    if "Worksheet" not in names:
        return Preview(faults=(CellFault("", "", "no_worksheet", {"sheets": list(grids)[:20]}),))
    for name, read in _READERS.items():
        if name in names:
            sheet = read_lines(names[name], grids[names[name]], _LAYOUT[name])
            found.faults.extend(sheet.faults)
            read(found, sheet)
    operations, actions = tuple(_operations(found)), tuple(_actions(found))
    faults = _once((*found.faults, *_judged(found, (*operations, *actions), content)))
    return Preview(
        rows=tuple(_rows(found)),
        header=tuple(_changes(found, Table.HEADER, "")),
        steps=tuple(dict.fromkeys(it.item for it in operations if it.table is Table.STEPS)),
        faults=faults,
        left_out=_once(found.left_out),
        absent=tuple(it for it in draft.tables[Table.ROWS] if it not in found.values[Table.ROWS]),
        operations=() if faults else operations,
        actions=() if faults else actions,
    )


def _sheets_of(grids: Mapping[str, Grid]) -> dict[str, str]:
    """The sheets that are read: by our name for each, its name in the file."""
    known = {plain(name): name for name in _LAYOUT}
    found = {known[plain(name)]: name for name in grids if plain(name) in known}
    if len(grids) == 1 and not found:
        return {"Worksheet": next(iter(grids))}
    return found


def _once(faults: Iterable[CellFault]) -> tuple[CellFault, ...]:
    return tuple({(it.sheet, it.address, it.code): it for it in faults}.values())


def _operations(found: Found) -> Iterator[Operation]:
    header = found.before(Table.HEADER, "")
    for column, value in found.values[Table.HEADER].get("", {}).items():
        if _differs(value_in(header, column), value):
            yield SetCell(Table.HEADER, "", column, value)
    yield from _of_list(found, Table.STEPS)
    yield from _of_list(found, Table.ROWS)


def _differs(before: Any, after: Any) -> bool:
    return before is not after and not is_same(before, after)


def _of_list(found: Found, table: Table) -> Iterator[Operation]:
    """New items stand behind the one before them in the file; where the file names none that is there, at the end."""
    there = found.draft.tables[table]
    is_named = any(code in there for code in found.values[table])
    after = None if is_named else next(reversed(list(there)), None)
    for code, said in found.values[table].items():
        if code not in there:
            yield Insert(table, code, _item(said), after)
        else:
            differing = (it for it in said.items() if _differs(value_in(there[code], it[0]), it[1]))
            yield from (SetCell(table, code, column, value) for column, value in differing)
        after = code


def _item(said: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, value in said.items():
        if value is not None:
            values = with_cell(values, column, value)
    return values


def _actions(found: Found) -> Iterator[Insert]:
    after = next(reversed(list(found.draft.tables[Table.ACTIONS])), None)
    for code, said in found.values[Table.ACTIONS].items():
        yield Insert(Table.ACTIONS, code, _item(said), after)
        after = code


def _rows(found: Found) -> Iterator[RowPreview]:
    for code in found.values[Table.ROWS]:
        changes = tuple(_changes(found, Table.ROWS, code))
        is_new = code not in found.draft.tables[Table.ROWS]
        fate = RowFate.ADDED if is_new else RowFate.CHANGED if changes else RowFate.UNCHANGED
        yield RowPreview(code, fate, changes)


def _changes(found: Found, table: Table, item: str) -> Iterator[Change]:
    before = found.before(table, item)
    for column, value in found.values[table].get(item, {}).items():
        was = value_in(before, column)
        if _differs(was, value):
            place = found.places.get(Cell(table, item, column), _NOWHERE)
            yield Change(column, place.address, _told(table, column, was), _told(table, column, value))


_NOWHERE = Place("", None)


def _told(table: Table, column: str, value: Any) -> Written:
    """A value in a few words: of a whole scale or table its code and version, of a team its people."""
    if (known := _COLUMNS.get((table, column))) is not None:
        return written(known, value)
    if isinstance(value, Mapping):
        return " ".join(str(value[key]) for key in ("code", "version") if value.get(key)) or None
    people = value if isinstance(value, list) else []
    return ", ".join(str(it.get("person", "")) for it in people if isinstance(it, Mapping)) or None


def _judged(found: Found, operations: Iterable[Operation], content: Mapping[str, Any]) -> Iterator[CellFault]:
    """What the reader of documents says of the worksheet as it would be, and did not say of it before."""
    merged = apply(found.draft, operations, base=found.draft.revision, editor=_EDITOR)
    after = merged.draft.content()
    wrong = problems(after) if merged.done else ()
    known = {(_key(content, it), it.code) for it in problems(content)} if wrong else set()
    for problem in wrong:
        key = _key(after, problem)
        if (key, problem.code) not in known:
            place = _place(found, problem.path, key)
            yield CellFault(place.sheet, place.address, problem.code, problem.params, place.heading)


def _key(content: Mapping[str, Any], problem: Problem) -> Cell | str:
    cell = cell_at(content, problem.path)
    return problem.path if cell is None else cell


def _place(found: Found, path: str, key: Cell | str) -> Place:
    inner = path
    while inner:
        if inner in found.paths:
            return found.paths[inner]
        inner = inner[: max(inner.rfind("."), inner.rfind("["), 0)]
    if isinstance(key, str):
        return Place("", None, path)
    whole = Cell(key.table, key.item, CODE)
    return found.places.get(key) or found.places.get(whole) or Place("", None, path)

"""What a page asks of a sheet, and the operations that it comes to.

A page sends what was typed, or a block that was pasted; what a text means depends on its cell. Some cells are not
written on the sheet: who scored and what they gave blind (that follows from scoring), the decision on what is left
(that is signed) and the actions (which have a life of their own).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fmea.rules.cell_texts import read
from fmea.rules.cells import Cell, Table, is_same, value_in, with_cell
from fmea.rules.draft import Draft
from fmea.rules.editing import Insert, Move, Operation, Remove, SetCell
from fmea.rules.pasting import Grid, Shown, paste
from fmea.rules.scales import ScaleKind

MOST_OPERATIONS = 20_000
_BY = tuple(f"{kind}.{key}" for kind in ScaleKind for key in ("by", "votes"))
_RESIDUAL = ("residual.decision", "residual.why", "residual.by")
NOT_WRITTEN_HERE = frozenset((*_BY, *_RESIDUAL, "residual"))


@dataclass(frozen=True)
class TypeText:
    """What somebody typed into a cell."""

    table: Table
    item: str
    column: str
    text: str


@dataclass(frozen=True)
class PasteBlock:
    """A block pasted into what a page shows, its first cell at (row, column); new rows get these codes."""

    sheet: Shown
    at: tuple[int, int]
    block: Grid
    new_codes: tuple[str, ...] = ()


Asked = SetCell | Insert | Remove | Move | TypeText | PasteBlock


def touched(asked: Iterable[Asked]) -> frozenset[tuple[Table, str]]:
    """The items whose cells have to be known to do this."""
    return frozenset(key for one in asked for key in _touched(one))


def _touched(one: Asked) -> Iterator[tuple[Table, str]]:
    if isinstance(one, PasteBlock):
        top = one.at[0]
        shown = one.sheet.items[top : top + len(one.block)]
        yield from ((one.sheet.table, code) for code in (*shown, *one.new_codes))
    else:
        yield one.table, one.item


def forbidden(asked: Iterable[Asked]) -> tuple[int, ...]:
    """The places of what asks for a cell that is not written on the sheet."""
    return tuple(n for n, one in enumerate(asked) if _is_forbidden(one))


def _is_forbidden(one: Asked) -> bool:
    if isinstance(one, PasteBlock):
        is_of_rows = one.sheet.table in {Table.ROWS, Table.STEPS}
        return not is_of_rows or bool(NOT_WRITTEN_HERE.intersection(one.sheet.columns))
    if one.table is Table.ACTIONS:
        return True
    return isinstance(one, SetCell | TypeText) and one.column in NOT_WRITTEN_HERE


def operations(draft: Draft, asked: Iterable[Asked]) -> tuple[Operation, ...]:
    """What is to be done. ValueError: a block is pasted outside of its sheet."""
    return tuple(done for one in asked for done in _understood(draft, one))


def _understood(draft: Draft, one: Asked) -> tuple[Operation, ...]:
    if isinstance(one, TypeText):
        cell = Cell(one.table, one.item, one.column)
        before = draft.value(cell)
        value = read(one.table, one.column, one.text, before)
        return (SetCell(one.table, one.item, one.column, value),)
    if isinstance(one, PasteBlock):
        pasted = paste(draft, one.sheet, one.at, one.block, one.new_codes).operations
        return tuple(_plain(it, {}) if isinstance(it, Insert) else it for it in pasted)
    if isinstance(one, Insert):
        return (_plain(one, draft.kept.get((one.table, one.item), {})),)
    return (one,)


def _plain(wanted: Insert, kept: Mapping[str, Any]) -> Insert:
    """A new item without the cells that are not written here, but for those that it had when it was taken out."""
    values: dict[str, Any] = {k: v for k, v in wanted.values.items() if k != "residual"}
    for column in _BY:
        if (given := value_in(values, column)) is not None and not is_same(given, value_in(kept, column)):
            values = with_cell(values, column, None)
    return replace(wanted, values=values)


def scored(done: Iterable[Operation], person: str) -> tuple[Operation, ...]:
    """Who scored, beside each rating that somebody wrote: they alone, and no blind scores are behind it any more."""
    found: list[Operation] = []
    for one in done:
        for kind, is_rated in _ratings(one):
            by = f"{kind}.by"
            found.append(SetCell(one.table, one.item, by, [person] if is_rated else None))
            found.append(SetCell(one.table, one.item, f"{kind}.votes", None))
    return tuple(found)


def _ratings(one: Operation) -> Iterator[tuple[ScaleKind, bool]]:
    if one.table is not Table.ROWS:
        return
    for kind in ScaleKind:
        column = f"{kind}.rating"
        if isinstance(one, SetCell) and one.column == column:
            yield kind, one.value is not None
        elif isinstance(one, Insert) and _is_rated_anew(one.values, kind):
            yield kind, True


def _is_rated_anew(values: Mapping[str, Any], kind: ScaleKind) -> bool:
    return value_in(values, f"{kind}.rating") is not None and value_in(values, f"{kind}.by") is None

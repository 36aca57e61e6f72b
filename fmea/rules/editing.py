"""Cells edited by several people at once, so that none of them loses one.

A page sends operations with the revision that it last saw. An operation on a cell that another editor has changed since
is a conflict, which names the cell and both values, unless both wrote the same; everything else is merged. Nobody's
typing is thrown away: what conflicts comes back, and the page asks. Each change carries the operations that undo it;
undoing is an edit like any other, and conflicts where somebody has built on the change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fmea.rules.cells import COLUMNS, PLACE, Cell, Table, is_same, value_in, with_cell
from fmea.rules.draft import WHOLE, Draft, Stamp
from fmea.rules.ordering import Order
from fmea.rules.worksheet_reading import ITEM_CODE


@dataclass(frozen=True)
class SetCell:
    """Write a value into a cell; None empties it."""

    table: Table
    item: str
    column: str
    value: Any


@dataclass(frozen=True)
class Insert:
    """Put a new item behind another one (first behind None, last behind one that is not there)."""

    table: Table
    item: str
    values: Mapping[str, Any]
    after: str | None = None


@dataclass(frozen=True)
class Remove:
    """Take an item out, with all its cells."""

    table: Table
    item: str


@dataclass(frozen=True)
class Move:
    """Put an item behind another one (first behind None, last behind one that is not there)."""

    table: Table
    item: str
    after: str | None = None


Operation = SetCell | Insert | Remove | Move


class Clash(StrEnum):
    """Why an operation is not done."""

    CHANGED = "changed"
    ITEM_GONE = "item_gone"
    CODE_TAKEN = "code_taken"
    NO_SUCH_COLUMN = "no_such_column"
    NOT_A_CODE = "not_a_code"


@dataclass(frozen=True)
class Conflict:
    """A cell and both values: what this editor wants there and what stands there, since when and by whom.

    A conflict over a whole item has an empty column: of one that is gone `mine` is what was to be written to it.
    """

    why: Clash
    operation: Operation
    cell: Cell
    mine: Any
    theirs: Any
    stamp: Stamp | None = None


@dataclass(frozen=True)
class Applied:
    """The draft after all that could be merged, what was done, what was not, and the operations that undo it.

    `done` leaves out what changed nothing. `undo` is meant for the revision of `draft`, in this order.
    """

    draft: Draft
    done: tuple[Operation, ...]
    conflicts: tuple[Conflict, ...]
    undo: tuple[Operation, ...]


def apply(draft: Draft, operations: Iterable[Operation], *, base: int, editor: str) -> Applied:
    """Apply operations, in order, of an editor who last saw the revision `base`.

    Those that conflict are left out, the others are done. The revision goes up by one when anything changed. An editor
    never conflicts with what they did themselves. ValueError: `base` is a revision that is not there yet.
    """
    if base > draft.revision:
        raise ValueError("a revision that is not there yet")
    work = _Work(draft, base, editor)
    done: list[Operation] = []
    undo: list[Operation] = []
    conflicts: list[Conflict] = []
    for operation in operations:
        found = work.apply(operation)
        conflicts.extend(it for it in found if isinstance(it, Conflict))
        back = [it for it in found if not isinstance(it, Conflict)]
        undo.extend(back)
        done.extend([operation] if back else [])
    return Applied(work.draft() if done else draft, tuple(done), tuple(conflicts), tuple(reversed(undo)))


_Found = tuple[Operation | Conflict, ...]


class _Work:
    """One change on its way: copies of what it touches. Each step answers with what undoes it, or with conflicts."""

    def __init__(self, draft: Draft, base: int, editor: str) -> None:
        self.before, self.base = draft, base
        self.stamp = Stamp(draft.revision + 1, editor)
        self.tables = {table: dict(items) for table, items in draft.tables.items()}
        self.stamps = dict(draft.stamps)
        self.gone = dict(draft.gone)
        self.orders: dict[Table, Order] = {}

    def draft(self) -> Draft:
        for table, order in self.orders.items():
            self.tables[table] = {name: self.tables[table][name] for name in order.names()}
        return replace(
            self.before,
            tables=self.tables,
            revision=self.stamp.revision,
            stamps=self.stamps,
            gone=self.gone,
        )

    def apply(self, operation: Operation) -> _Found:
        if isinstance(operation, SetCell):
            return self._set(operation)
        if operation.table is Table.HEADER:
            return (self._conflict(Clash.NO_SUCH_COLUMN, operation, WHOLE),)
        if isinstance(operation, Insert):
            return self._insert(operation)
        return self._remove(operation) if isinstance(operation, Remove) else self._move(operation)

    def order(self, table: Table) -> Order:
        if table not in self.orders:
            self.orders[table] = Order(self.tables[table])
        return self.orders[table]

    def _set(self, wanted: SetCell) -> _Found:
        item = self.tables[wanted.table].get(wanted.item)
        if wanted.column not in COLUMNS[wanted.table]:
            return (self._conflict(Clash.NO_SUCH_COLUMN, wanted, wanted.column, wanted.value),)
        if item is None:
            return (self._conflict(Clash.ITEM_GONE, wanted, wanted.column, wanted.value),)
        now = value_in(item, wanted.column)
        if is_same(now, wanted.value):
            return ()
        if (other := self._others(wanted, wanted.column)) is not None:
            return (Conflict(Clash.CHANGED, wanted, _cell(wanted), wanted.value, now, other),)
        self.tables[wanted.table][wanted.item] = with_cell(item, wanted.column, wanted.value)
        self._sign(wanted, wanted.column)
        return (replace(wanted, value=now),)

    def _insert(self, wanted: Insert) -> _Found:
        values = {"code": wanted.item, **{k: v for k, v in wanted.values.items() if k != "code"}}
        there = self.tables[wanted.table].get(wanted.item)
        if not ITEM_CODE.fullmatch(wanted.item):
            return (self._conflict(Clash.NOT_A_CODE, wanted, WHOLE, values),)
        if there is not None:
            is_done = is_same(there, values)
            return () if is_done else (self._conflict(Clash.CODE_TAKEN, wanted, WHOLE, values, there),)
        self.order(wanted.table).put(wanted.item, wanted.after)
        self.tables[wanted.table][wanted.item] = values
        self.gone.pop((wanted.table, wanted.item), None)
        self._sign(wanted, WHOLE)
        return (Remove(wanted.table, wanted.item),)

    def _remove(self, wanted: Remove) -> _Found:
        key = (wanted.table, wanted.item)
        item = self.tables[wanted.table].get(wanted.item)
        if item is None:
            return ()
        theirs = [it for it in self.stamps.get(key, {}) if it != PLACE and self._is_new(self.stamps[key][it])]
        if theirs:
            return tuple(self._lost(wanted, item, column) for column in theirs)
        order = self.order(wanted.table)
        after = order.before(wanted.item)
        order.take(wanted.item)
        del self.tables[wanted.table][wanted.item]
        self.stamps.pop(key, None)
        self.gone[key] = self.stamp
        return (Insert(wanted.table, wanted.item, item, after),)

    def _lost(self, wanted: Remove, item: Mapping[str, Any], column: str) -> Conflict:
        """A cell that would go with its item, though somebody has just written it."""
        theirs = value_in(item, column) if column else item
        stamp = self.stamps[wanted.table, wanted.item][column]
        return Conflict(Clash.CHANGED, wanted, Cell(wanted.table, wanted.item, column), None, theirs, stamp)

    def _move(self, wanted: Move) -> _Found:
        if wanted.item not in self.tables[wanted.table]:
            return (self._conflict(Clash.ITEM_GONE, wanted, PLACE, wanted.after),)
        order = self.order(wanted.table)
        now = order.before(wanted.item)
        if wanted.after in (now, wanted.item):
            return ()
        if (other := self._others(wanted, PLACE)) is not None:
            cell = Cell(wanted.table, wanted.item, PLACE)
            return (Conflict(Clash.CHANGED, wanted, cell, wanted.after, now, other),)
        order.take(wanted.item)
        order.put(wanted.item, wanted.after)
        self._sign(wanted, PLACE)
        return (Move(wanted.table, wanted.item, now),)

    def _others(self, wanted: Operation, column: str) -> Stamp | None:
        """The stamp of another editor on this cell, or on its whole item, since this one last looked."""
        stamps = self.stamps.get((wanted.table, wanted.item), {})
        found = [it for it in (stamps.get(column), stamps.get(WHOLE)) if it is not None and self._is_new(it)]
        return max(found, key=lambda it: it.revision, default=None)

    def _is_new(self, stamp: Stamp) -> bool:
        return stamp.revision > self.base and stamp.editor != self.stamp.editor

    def _sign(self, wanted: Operation, column: str) -> None:
        key = (wanted.table, wanted.item)
        self.stamps[key] = {**self.stamps.get(key, {}), column: self.stamp}

    def _conflict(
        self, why: Clash, wanted: Operation, column: str, mine: Any = None, theirs: Any = None
    ) -> Conflict:
        key = (wanted.table, wanted.item)
        stamp = self.gone.get(key) or self.stamps.get(key, {}).get(column)
        return Conflict(why, wanted, Cell(wanted.table, wanted.item, column), mine, theirs, stamp)


def _cell(wanted: SetCell) -> Cell:
    return Cell(wanted.table, wanted.item, wanted.column)

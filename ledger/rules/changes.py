"""The rows of projection tables that an entry carries, and the arithmetic of applying them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from ledger.rules.canonical import dump, plain

Op = Literal["new", "set"]


@dataclass(frozen=True, slots=True)
class Change:
    """One row inserted (`new`) or some of its columns set (`set`).

    `table` is "app_label.model_name", `values` maps column attributes (`order_id`, not `order`) to values.
    """

    table: str
    id: str
    values: Mapping[str, Any]
    op: Op

    def as_plain(self) -> dict[str, Any]:
        """The change as it stands in the body of an entry."""
        return {"id": self.id, "op": self.op, "table": self.table, "values": plain(self.values)}


def new(table: str, id: UUID | str, **values: Any) -> Change:
    """The row `id` comes into being in `table`."""
    return Change(table=table, id=_row_id(id), values=values, op="new")


def put(table: str, id: UUID | str, **values: Any) -> Change:
    """Columns of the row `id`, which must exist in `table`, take new values."""
    return Change(table=table, id=_row_id(id), values=values, op="set")


def _row_id(given: UUID | str) -> str:
    # One spelling: a rebuild finds rows again by the text that PostgreSQL gives their ids.
    return str(given if isinstance(given, UUID) else UUID(given))


def read_changes(raw: Sequence[Mapping[str, Any]]) -> list[Change]:
    """The changes of a body read back from bytes."""
    return [Change(table=c["table"], id=c["id"], values=c["values"], op=c["op"]) for c in raw]


def groups(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Neighbours that one SQL statement can carry, order kept. Their values are plain already.

    Neighbouring `new` rows of one table with the same columns go into one INSERT; neighbouring `set` with
    equal values into one UPDATE. A row never stands twice in a group, for one statement sees it but once.
    """
    for _, same in groupby(changes, key=_group_key):
        run: list[Change] = []
        seen: set[str] = set()
        for change in same:
            if change.id in seen:
                yield run
                run, seen = [], set()
            run.append(change)
            seen.add(change.id)
        yield run


def _group_key(change: Change) -> tuple[str, str, object]:
    if change.op == "new":
        return (change.table, "new", tuple(sorted(change.values)))
    # By bytes, not by equality: to Python True equals 1, to a column it does not.
    return (change.table, "set", dump(change.values))


@dataclass(slots=True)
class Folded:
    """The net effect of many changes on one table: rows to insert, columns to set, and what made no sense."""

    inserts: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)


def fold(changes: Iterable[Change]) -> dict[str, Folded]:
    """The net effect of changes by table: the state that they make one by one, in far fewer statements.

    Only the order of changes of one row matters, since rebuilt tables have no foreign keys between them.
    """
    tables: dict[str, Folded] = {}
    for change in changes:
        table = tables.setdefault(change.table, Folded())
        if change.op == "new":
            if change.id in table.inserts or change.id in table.updates:
                table.repeated.append(change.id)
                continue
            table.inserts[change.id] = dict(change.values)
        elif change.id in table.inserts:
            table.inserts[change.id].update(change.values)
        else:
            table.updates.setdefault(change.id, {}).update(change.values)
    return tables

"""Apply the changes that entries carry to projection tables. The only writer those tables have.

The rows travel to PostgreSQL as the same JSON that stands in the body of the entry, and PostgreSQL turns it into
the column types. So writing, and rebuilding years later from the bytes alone, go through one and the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from ledger import registry
from ledger.rules.canonical import dump
from ledger.rules.changes import Change, groups


class LostRow(LookupError):
    """A change sets columns of a row that does not exist."""


def apply(cursor: CursorWrapper, changes: Iterable[Change]) -> None:
    """Apply changes in order, neighbours that go together in one statement. Raises LostRow."""
    for group in groups(changes):
        table = registry.table(group[0].table)
        if group[0].op == "new":
            insert(cursor, table, [{"id": change.id, **change.values} for change in group])
        else:
            update_alike(cursor, table, [change.id for change in group], group[0].values)


def insert(cursor: CursorWrapper, table: registry.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same attributes."""
    attributes = list(table.completed(rows[0]))
    columns = _list(table.column_names(attributes))
    data = dump([_by_column(table, table.completed(row)) for row in rows]).decode()
    name = _quote(table.db_table)
    cursor.execute(
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{name}, %s::json)",
        [data],
    )


def update_alike(
    cursor: CursorWrapper, table: registry.Table, ids: Sequence[str], values: Mapping[str, Any]
) -> None:
    """Set the same values in every row of `ids`. Raises LostRow when one of them does not exist."""
    if not values:
        raise ValueError(f"{table.label}: a change that sets nothing")
    name = _quote(table.db_table)
    sets = ", ".join(f"{column} = v.{column}" for column in map(_quote, table.column_names(values)))
    cursor.execute(
        f"UPDATE {name} AS t SET {sets} FROM json_populate_record(NULL::{name}, %s::json) AS v"
        " WHERE t.id = ANY(%s::uuid[])",
        [dump(_by_column(table, values)).decode(), list(ids)],
    )
    if cursor.rowcount != len(ids):
        raise LostRow(
            f"{table.label}: {len(ids) - cursor.rowcount} of the rows {', '.join(ids)} do not exist"
        )


def update_each(cursor: CursorWrapper, table: registry.Table, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Set each row's own values, all rows having the same attributes; return the ids that were found."""
    attributes = [name for name in rows[0] if name != "id"]
    name = _quote(table.db_table)
    sets = ", ".join(f"{column} = v.{column}" for column in map(_quote, table.column_names(attributes)))
    cursor.execute(
        f"UPDATE {name} AS t SET {sets} FROM json_populate_recordset(NULL::{name}, %s::json) AS v"
        " WHERE t.id = v.id RETURNING t.id::text",
        [dump([_by_column(table, row) for row in rows]).decode()],
    )
    return [row[0] for row in cursor.fetchall()]


def _by_column(table: registry.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(table.column_names(values), values.values(), strict=True))


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(columns: Iterable[str]) -> str:
    return ", ".join(_quote(column) for column in columns)

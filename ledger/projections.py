"""Apply the changes that entries carry to projection tables. The only writer those tables have.

The rows travel to PostgreSQL as the same JSON that stands in the body of the entry, and PostgreSQL turns it
into the column types. So writing, and rebuilding years later from the bytes alone, go through the same code.

A rebuild happens beside the living tables: temporary tables of the same names hide them from this code for
one transaction, every entry is replayed, the two are compared, and the transaction is rolled back.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.utils import CursorWrapper

from ledger import registry
from ledger.rules import Finding, FindingKind
from ledger.rules.canonical import dump, parse
from ledger.rules.changes import Change, Folded, fold, groups, read_changes

BATCH = 2000
DIFFERENCES = 200  # of one table; a thousandth differing row says nothing that the first did not


Entry = tuple[int, str, int, str, bytes]  # id, stream, number, event, body


class LostRow(LookupError):
    """A change sets columns of a row that does not exist."""


def apply(cursor: CursorWrapper, changes: Iterable[Change]) -> None:
    """Apply changes in order, neighbours that go together in one statement. Raises LostRow."""
    for group in groups(changes):
        table = registry.table(group[0].table)
        if group[0].op == "new":
            _insert(cursor, table, [{**change.values, "id": change.id} for change in group])
        else:
            _update_alike(cursor, table, [change.id for change in group], group[0].values)


def _insert(
    cursor: CursorWrapper, table: registry.Table, rows: Sequence[Mapping[str, Any]], conflict: str = ""
) -> None:
    """Insert rows that have the same attributes: into the living table, or with `conflict` in a rebuild."""
    name, mark = (_quote(table.db_table), "") if conflict else _living(table, "insert")
    complete = [table.completed(row) for row in rows]
    columns = ", ".join(map(_quote, table.column_names(complete[0])))
    cursor.execute(
        f"{mark}INSERT INTO {name} ({columns}) SELECT {columns}"  # noqa: S608  (names come from the models)
        f" FROM json_populate_recordset(NULL::{name}, %s::json) {conflict}",
        [dump([_by_column(table, row) for row in complete]).decode()],
    )


def _update_alike(
    cursor: CursorWrapper, table: registry.Table, ids: Sequence[str], values: Mapping[str, Any]
) -> None:
    """Set the same values in every living row of `ids`. Raises LostRow when one of them does not exist."""
    name, mark = _living(table, "update")
    cursor.execute(
        f"{mark}UPDATE {name} AS t SET {_settings(table, values)}"  # noqa: S608  (names from the models)
        f" FROM json_populate_record(NULL::{name}, %s::json) AS v WHERE t.id = ANY(%s::text[]::uuid[])",
        [dump(_by_column(table, values)).decode(), list(ids)],
    )
    if cursor.rowcount != len(ids):
        lost = len(ids) - cursor.rowcount
        raise LostRow(f"{table.label}: {lost} of these rows do not exist: {', '.join(ids)}")


def _update_each(cursor: CursorWrapper, table: registry.Table, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Set each row's own values, all rows having the same attributes; return the ids that were found."""
    name = _quote(table.db_table)
    cursor.execute(
        f"UPDATE {name} AS t SET {_settings(table, [key for key in rows[0] if key != 'id'])}"  # noqa: S608  (names from the models)
        f" FROM json_populate_recordset(NULL::{name}, %s::json) AS v WHERE t.id = v.id RETURNING t.id::text",
        [dump([_by_column(table, row) for row in rows]).decode()],
    )
    return {row[0] for row in cursor.fetchall()}


def _living(table: registry.Table, verb: str) -> tuple[str, str]:
    """The living table's full name, which no shadow hides, and the mark by which its plan is kept.

    A rebuild names its tables without a schema and keeps no plans: one made before the shadows would miss them.
    """
    return f"public.{_quote(table.db_table)}", f"/* prepared: {verb}_{table.db_table[:32]} */ "


def _settings(table: registry.Table, attributes: Iterable[str]) -> str:
    columns = table.column_names(attributes)
    if not columns or "id" in columns:
        raise ValueError(f"{table.label}: a change sets columns, and never the id")
    return ", ".join(f"{column} = v.{column}" for column in map(_quote, columns))


def _by_column(table: registry.Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(table.column_names(values), values.values(), strict=True))


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def differences(using: str) -> Generator[Finding, None, None]:
    """Rebuild every projection from the entries and name what the living tables have otherwise.

    To be called inside a transaction that sees one moment of the database; leaves it as it was.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for table in registry.tables():
            _shadow(cursor, table)
        yield from _replay(cursor, using)
        for table in registry.tables():
            yield from _compare(cursor, table)
        transaction.set_rollback(True, using=using)


def _shadow(cursor: CursorWrapper, table: registry.Table) -> None:
    name = _quote(table.db_table)
    cursor.execute(
        f"CREATE TEMPORARY TABLE {name} (LIKE public.{name} INCLUDING DEFAULTS INCLUDING GENERATED)"
        " ON COMMIT DROP"
    )
    cursor.execute(f"ALTER TABLE pg_temp.{name} ADD PRIMARY KEY (id)")


def _replay(cursor: CursorWrapper, using: str) -> Iterator[Finding]:
    last = 0
    while True:
        cursor.execute(
            "SELECT id, stream, seq, event, body FROM ledger_entry WHERE id > %s ORDER BY id LIMIT %s",
            [last, BATCH],
        )
        entries = cursor.fetchall()
        if not entries:
            return
        last = entries[-1][0]
        yield from _replay_batch(cursor, using, entries)


def _replay_batch(cursor: CursorWrapper, using: str, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Replay a batch at once; where that finds fault, entry by entry, so that the one at fault has a name."""
    try:
        with transaction.atomic(using=using):
            found = _apply_net(cursor, entries)
    except (DatabaseError, LookupError, ValueError, TypeError) as error:
        if len(entries) > 1:
            for entry in entries:
                yield from _replay_batch(cursor, using, [entry])
            return
        found = [_fault(entries[0], f"its changes cannot be replayed: {str(error).splitlines()[0]}")]
    yield from found


def _apply_net(cursor: CursorWrapper, entries: Sequence[Entry]) -> list[Finding]:
    """Apply the net effect of entries. Raises LookupError when more than one was given and one is at fault."""
    changes = [change for entry in entries for change in read_changes(parse(bytes(entry[4]))["changes"])]
    found = []
    for label, folded in fold(changes).items():
        for row_id, detail in _apply_folded(cursor, registry.table(label), folded):
            found.append(_fault(entries[0], detail, table=label, row_id=row_id))
    if found and len(entries) > 1:
        raise LookupError(found[0].detail)
    return found


def _apply_folded(cursor: CursorWrapper, table: registry.Table, folded: Folded) -> Iterator[tuple[str, str]]:
    for row_id in folded.repeated:
        yield row_id, "it makes a row that exists already"
    inserts = [{**values, "id": row_id} for row_id, values in folded.inserts.items()]
    for rows in _alike(inserts):
        _insert(cursor, table, rows, "ON CONFLICT (id) DO NOTHING RETURNING id::text")
        for row_id in sorted({row["id"] for row in rows} - {row[0] for row in cursor.fetchall()}):
            yield row_id, "it makes a row that exists already"
    updates = [{**values, "id": row_id} for row_id, values in folded.updates.items()]
    for rows in _alike(updates):
        for row_id in sorted({row["id"] for row in rows} - _update_each(cursor, table, rows)):
            yield row_id, "it sets columns of a row that was never made"


def _alike(rows: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows by the attributes that they have."""
    for _, same in groupby(sorted(rows, key=sorted), key=sorted):
        yield list(same)


def _fault(entry: Entry, detail: str, *, table: str = "", row_id: str = "") -> Finding:
    entry_id, stream, seq, event, _ = entry
    return Finding(
        FindingKind.PROJECTION,
        f"entry {entry_id} ({event}, number {seq} of {stream})",
        detail,
        entry_id=entry_id,
        stream=stream,
        seq=seq,
        event=event,
        table=table,
        row_id=row_id,
    )


def _compare(cursor: CursorWrapper, table: registry.Table) -> Iterator[Finding]:
    name = _quote(table.db_table)
    columns = [_quote(column) for column in table.columns.values()]
    rebuilt, living = (", ".join(f"{side}.{column}" for column in columns) for side in "rl")
    cursor.execute(
        "SELECT COALESCE(r.id, l.id)::text, to_jsonb(r.*), to_jsonb(l.*)"  # noqa: S608  (names from the models)
        f" FROM pg_temp.{name} r FULL JOIN public.{name} l ON l.id = r.id"
        f" WHERE ({rebuilt}) IS DISTINCT FROM ({living}) ORDER BY 1 LIMIT %s",
        [DIFFERENCES],
    )
    for row_id, rebuilt_row, living_row in cursor.fetchall():
        yield _difference(table, row_id, _json(rebuilt_row), _json(living_row))


def _json(value: Any) -> dict[str, Any] | None:
    # The driver hands jsonb over as text, Django having turned its own reading off.
    loaded: dict[str, Any] | None = parse(value.encode()) if isinstance(value, str) else value
    return loaded


def _difference(
    table: registry.Table, row_id: str, rebuilt: dict[str, Any] | None, living: dict[str, Any] | None
) -> Finding:
    names: tuple[str, ...] = ()
    if rebuilt is None:
        detail = "the row exists, but no entry made it"
    elif living is None:
        detail = "the row is gone, but no entry says so"
    else:
        names = tuple(sorted(key for key in rebuilt if rebuilt[key] != living.get(key)))
        # Values are not shown: a report travels further than a table does.
        detail = f"{', '.join(names)} differ from what the entries say"
    where = f"{table.label} {row_id}"
    return Finding(FindingKind.PROJECTION, where, detail, table=table.label, row_id=row_id, columns=names)

"""Fill a database with clones of recorded journeys, by COPY: the only rows of this project not made by services.

    python -m bench.fill --journeys 200000 --recorded CHA999926000001,... < connection.json

Every row of a journey is cloned, in `coi` and in the ledger, with other ids, codes, digests and times; numbers in
streams go on, and leaf hashes are computed anew and true. What is not: ciphertexts in the vault (copied, so that none
opens) and the tree over the clones (no checkpoint is signed): a filled database is for measuring and would not verify.
It is written by the server's superuser with triggers and foreign keys off.
"""

import argparse
import io
import json
import queue
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg2
import psycopg2.extras

from bench.clones import FIRST_LABEL, FIRST_NUMBER, Clone, Mould, own_words, pattern_of
from ledger.rules import Subject
from ledger.rules.leaves import EntryRecord

PORTION = 400  # journeys between two COPYs
YEAR = timedelta(days=365)
_ENTRY = tuple(field.name for field in fields(EntryRecord))
_CHANGED = [
    _ENTRY.index(name)
    for name in (
        *("id", "uuid", "stream", "seq", "occurred_at", "recorded_at", "performed_at"),
        *("body", "request_id", "check_id"),
    )
]
# Tables of `coi` are found by their column order_id; these hang on a journey in other ways.
_SCANS = (
    "SELECT id FROM coi_scan WHERE order_id = '{order}' UNION SELECT e.request_id FROM coi_order o"
    " JOIN ledger_subject s ON s.kind = 'order' AND s.key = o.coi_id JOIN ledger_entry e ON e.id = s.entry_id"
    " WHERE o.id = '{order}'"
)
_OTHERS = {
    "coi_order": "id = '{order}'",
    "coi_patient": "id = (SELECT patient_id FROM coi_order WHERE id = '{order}')",
    "coi_scan": f"id IN ({_SCANS})",
    "coi_vault": f"id IN ({_SCANS} UNION SELECT patient_id FROM coi_order WHERE id = '{{order}}')",
}


@dataclass(frozen=True)
class Entry:
    """One entry of the template; `columns` as COPY reads them."""

    record: EntryRecord
    columns: tuple[str, ...]
    body: Mould
    subjects: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Template:
    """One recorded journey, ready to be cloned."""

    coi_id: str
    words: Mapping[str, Any]
    rows: Mapping[str, Mould]
    entries: tuple[Entry, ...]
    labels: int


def template(cursor: Any, coi_id: str) -> Template:
    """Read a recorded journey."""
    order = _one(cursor, "SELECT id FROM coi_order WHERE coi_id = %s", coi_id)
    rows = dict(_rows(cursor, str(order)))
    entries = _entries(cursor, coi_id)
    texts = [*rows.values(), *(bytes(entry[0]["body"]).decode() for entry in entries)]
    ids = set(re.findall(r"(?m)^([0-9a-f-]{36})\t", "\n".join(rows.values())))
    ids |= {str(entry[0][name]) for entry in entries for name in ("uuid", "request_id")}
    cursor.execute("SELECT code FROM coi_labelcopy WHERE order_id = %s ORDER BY code", [order])
    labels = [row[0] for row in cursor.fetchall()]
    words = own_words(
        texts,
        ids,
        core=coi_id[2:],
        din=_one(cursor, "SELECT din FROM coi_collection WHERE order_id = %s", order) or "",
        batch=_one(cursor, "SELECT code FROM coi_batch WHERE order_id = %s", order) or "",
        keys=[
            _one(cursor, "SELECT value_key FROM coi_alias WHERE order_id = %s AND kind = 'wristband'", order),
            _one(
                cursor,
                "SELECT p.mrn_index FROM coi_order o JOIN coi_patient p ON p.id = o.patient_id WHERE o.id = %s",
                order,
            ),
        ],
        labels=labels,
    )
    pattern = pattern_of(words)
    return Template(
        coi_id=coi_id,
        words=words,
        rows={table: Mould.of(text, pattern) for table, text in rows.items() if text},
        entries=tuple(
            Entry(
                EntryRecord(**{**values, "body": b""}),
                tuple(_copied(values[name]) for name in _ENTRY),
                Mould.of(bytes(values["body"]).decode(), pattern),
                subjects,
            )
            for values, subjects in entries
        ),
        labels=len(labels),
    )


def _one(cursor: Any, statement: str, *params: Any) -> Any:
    cursor.execute(statement, params)
    row = cursor.fetchone()
    return row[0] if row else None


def _columns(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY column_name <> 'id', ordinal_position)"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
        [table],
    )
    return str(cursor.fetchone()[0])


def _rows(cursor: Any, order: str) -> Iterator[tuple[str, str]]:
    """The rows of a journey in each table, as COPY writes them, the id first."""
    cursor.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name LIKE 'coi\\_%%' AND column_name = 'order_id' ORDER BY 1"
    )
    where = {row[0]: "order_id = '{order}'" for row in cursor.fetchall()} | _OTHERS
    for table, condition in where.items():
        out = io.StringIO()
        query = f"SELECT {_columns(cursor, table)} FROM {table} WHERE {condition.format(order=order)}"
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", out)
        yield table, out.getvalue()


def _entries(cursor: Any, coi_id: str) -> list[tuple[dict[str, Any], tuple[tuple[str, str], ...]]]:
    cursor.execute(
        f"SELECT {', '.join(_ENTRY)} FROM ledger_entry WHERE id IN"
        " (SELECT entry_id FROM ledger_subject WHERE kind = 'order' AND key = %s UNION"
        " SELECT s.entry_id FROM coi_order o JOIN ledger_subject s ON s.kind = 'patient'"
        " AND s.key = o.patient_id::text WHERE o.coi_id = %s) ORDER BY id",
        [coi_id, coi_id],
    )
    found = [dict(zip(_ENTRY, row, strict=True)) for row in cursor.fetchall()]
    cursor.execute(
        "SELECT entry_id, kind, key FROM ledger_subject WHERE entry_id = ANY(%s)", [[e["id"] for e in found]]
    )
    subjects = defaultdict(list)
    for entry, kind, key in cursor.fetchall():
        subjects[entry].append((kind, key))
    return [(entry, tuple(subjects[entry["id"]])) for entry in found]


class Writer:
    """COPYs portions in a thread of its own, so that PostgreSQL and Python work at the same time."""

    def __init__(self, cursor: Any, tables: Iterable[str]) -> None:
        self.cursor = cursor
        self.columns = {table: _columns(cursor, table) for table in tables} | {
            "ledger_entry": ", ".join((*_ENTRY, "leaf_hash")),
            "ledger_subject": "entry_id, kind, key",
            "ledger_leaf": "index, entry_id, hash",
            "ledger_stream": "name, last_seq",
        }
        self.portions: queue.Queue[Mapping[str, list[str]]] = queue.Queue(maxsize=2)
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def put(self, portion: Mapping[str, list[str]]) -> None:
        """Hand over a portion; an empty one ends the work."""
        if self.failure is None:
            self.portions.put(portion)
        if not portion:
            self.thread.join()
        if self.failure is not None:
            raise self.failure

    def _work(self) -> None:
        while portion := self.portions.get():
            if self.failure is None:
                self._copy(portion)

    def _copy(self, portion: Mapping[str, list[str]]) -> None:
        try:
            for table, lines in portion.items():
                text = io.StringIO("".join(lines))
                self.cursor.copy_expert(f"COPY {table} ({self.columns[table]}) FROM STDIN", text)
        except psycopg2.Error as error:
            self.failure = error


class Filler:
    """Writes clones, a portion at a time."""

    def __init__(self, cursor: Any, templates: list[Template]) -> None:
        self.cursor = cursor
        self.templates = templates
        self.random = random.Random(1)
        self.lines: defaultdict[str, list[str]] = defaultdict(list)
        self.number, self.label = FIRST_NUMBER, FIRST_LABEL
        self.entry = _one(cursor, "SELECT last_value FROM ledger_entry_id_seq")
        self.leaf = _one(cursor, "SELECT coalesce(max(index), -1) FROM ledger_leaf")
        cursor.execute("SELECT name, last_seq FROM ledger_stream")
        self.heads: dict[str, int] = dict(cursor.fetchall())
        self.written = 0
        self.writer = Writer(cursor, {table for one in templates for table in one.rows})

    def fill(self, journeys: int, entries: int) -> None:
        """So many clones; the templates are mixed so that there are `entries` entries in all."""
        shortest = min(self.templates, key=lambda one: len(one.entries))
        others = [one for one in self.templates if one is not shortest]
        for done in range(journeys):
            behind = entries * (done + 1) / journeys - self.written
            chosen = others[done % len(others)] if others and behind >= len(shortest.entries) else shortest
            if behind < len(chosen.entries) / 2:
                chosen = shortest
            self.clone(chosen, YEAR * (journeys - done) / journeys)
            if (done + 1) % PORTION == 0:
                self.flush()
        self.flush()
        self.writer.put({})
        self.finish()

    def clone(self, source: Template, back: timedelta) -> None:
        """One clone of a journey."""
        self.number += 1
        clone = Clone(self.number, self.label, self.random.getrandbits(128), back)
        self.label += source.labels
        words = {word: change(clone) for word, change in source.words.items()}
        for table, mould in source.rows.items():
            self.lines[table].append(mould.filled(words))
        coi_id = source.coi_id[:-6] + f"{self.number:06d}"
        last = 0
        for entry in source.entries:
            last = max(last, self._entry(entry, clone, words, f"journey:{coi_id}"))
        self.lines["ledger_stream"].append(f"journey:{coi_id}\t{last}\n")

    def _entry(self, entry: Entry, clone: Clone, words: Mapping[str, str], journey: str) -> int:
        """One entry of a clone; answers with its number in the journey's stream, as far as that has come."""
        self.entry, self.leaf, self.written = self.entry + 1, self.leaf + 1, self.written + 1
        record = entry.record
        stream, seq = journey, record.seq
        if not record.stream.startswith("journey:"):
            stream = record.stream
            self.heads[stream] = seq = self.heads.get(stream, 0) + 1
        record = replace(
            record,
            id=self.entry,
            uuid=_other(record.uuid, words),
            stream=stream,
            seq=seq,
            occurred_at=record.occurred_at - clone.back,
            recorded_at=record.recorded_at - clone.back,
            performed_at=record.performed_at and record.performed_at - clone.back,
            body=entry.body.filled(words).encode(),
            request_id=_other(record.request_id, words),
            check_id=record.check_id and _other(record.check_id, words),
        )
        subjects = {Subject(kind, _subject(key, words)) for kind, key in entry.subjects}
        leaf = record.leaf(subjects)
        columns = list(entry.columns)
        for place in _CHANGED:
            columns[place] = _copied(getattr(record, _ENTRY[place]))
        self.lines["ledger_entry"].append("\t".join(columns) + f"\t{_copied(leaf)}\n")
        self.lines["ledger_subject"] += [f"{self.entry}\t{one.kind}\t{one.key}\n" for one in subjects]
        self.lines["ledger_leaf"].append(f"{self.leaf}\t{self.entry}\t{_copied(leaf)}\n")
        return seq if stream == journey else 0

    def flush(self) -> None:
        """Hand over what has gathered."""
        if self.lines:
            self.writer.put(self.lines)
        self.lines = defaultdict(list)

    def finish(self) -> None:
        """Let series and streams go on after the clones."""
        self.cursor.execute("SELECT setval('ledger_entry_id_seq', %s)", [self.entry])
        self.cursor.execute(
            "UPDATE coi_counter SET last = greatest(last, CASE WHEN name = 'label' THEN %s ELSE %s END)",
            [self.label, self.number],
        )
        psycopg2.extras.execute_values(
            self.cursor,
            "UPDATE ledger_stream s SET last_seq = greatest(s.last_seq, v.seq)"
            " FROM (VALUES %s) AS v (name, seq) WHERE v.name = s.name",
            list(self.heads.items()),
        )


def _other(value: UUID, words: Mapping[str, str]) -> UUID:
    return UUID(words.get(str(value), str(value)))


def _subject(key: str, words: Mapping[str, str]) -> str:
    if key in words:
        return words[key]
    return "CH" + words[key[2:]] if key[2:] in words else key


def _copied(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes | memoryview):
        return "\\\\x" + value.hex()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.fill")
    parser.add_argument("--journeys", type=int, required=True)
    parser.add_argument("--entries-each", type=int, default=5)
    parser.add_argument("--recorded", required=True)
    chosen = parser.parse_args()
    began = time.monotonic()
    connection = psycopg2.connect(**json.load(sys.stdin))
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; SET synchronous_commit = off; SET timezone = UTC"
        )
        present = _one(cursor, "SELECT count(*) FROM coi_order")
        entries = _one(cursor, "SELECT count(*) FROM ledger_entry")
        filler = Filler(cursor, [template(cursor, one) for one in chosen.recorded.split(",")])
        wanted = chosen.journeys - present
        if wanted > 0:
            filler.fill(wanted, chosen.journeys * chosen.entries_each - entries)
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
        found = {
            "journeys": _one(cursor, "SELECT count(*) FROM coi_order"),
            "entries": _one(cursor, "SELECT count(*) FROM ledger_entry"),
            "bytes": _one(cursor, "SELECT pg_database_size(current_database())"),
            "seconds": round(time.monotonic() - began, 1),
        }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

"""Statements that PostgreSQL plans once for each connection.

To plan the few statements of a scan costs PostgreSQL several times what it takes to run them, and psycopg2 prepares
nothing by itself. A statement that begins with `/* prepared: name */` is prepared by this cursor when a connection
first meets it, and called by its name from then on. The plan is remembered, never a row.

Nothing depends on it: any other cursor runs the same text as it stands, and so does this one while
PREPARED_STATEMENTS is off, which a pooler between us and PostgreSQL that shares connections by the transaction needs.

What such a text must keep to: it begins with the mark, every placeholder is cast (`%s::uuid`, for PostgreSQL must
know the type before there is a value), and it names its columns (a plan does not survive another `SELECT *`).
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg2.extensions

MARK = "/* prepared: "
MOST = 400  # of one connection; a text that varies without end must not fill the server's memory
_NAME = re.compile(r"/\* prepared: (\w{1,40}) \*/")
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|s|%)")


@dataclass(frozen=True)
class Statement:
    """A marked text, ready to be prepared and called."""

    prepare: str
    call: str
    names: tuple[str, ...] | None  # of its placeholders in order, or None where they have none

    def values(self, params: Any) -> Any:
        """The parameters in the order of the call."""
        return params if self.names is None else [params[name] for name in self.names]


@lru_cache(maxsize=1024)
def statement(text: str) -> tuple[str, Statement]:
    """The name and the forms of a marked text. Two texts never share a name."""
    found = _NAME.match(text)
    if found is None:
        raise ValueError(f"no name stands in the mark of {text[:60]!r}")
    name = f"{found[1]}_{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    names: list[str] = []
    count = 0

    def number(place: re.Match[str]) -> str:
        nonlocal count
        if place[0] == "%%":
            return "%"
        if place[1] is None:
            count += 1
            return f"${count}"
        if place[1] not in names:
            names.append(place[1])
        return f"${names.index(place[1]) + 1}"

    body = _PLACEHOLDER.sub(number, text[found.end() :])
    if names and count:
        raise ValueError(f"{found[1]}: placeholders with and without names do not mix")
    places = ", ".join(["%s"] * (len(names) or count))
    call = f"EXECUTE {name} ({places})" if places else f"EXECUTE {name}"
    return name, Statement(f"PREPARE {name} AS {body}", call, tuple(names) if names else None)


class Connection(psycopg2.extensions.connection):  # type: ignore[misc]  # psycopg2 has no types
    """A connection that knows what it has prepared."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: set[str] = set()


class Cursor(psycopg2.extensions.cursor):  # type: ignore[misc]  # psycopg2 has no types
    """A cursor that prepares marked statements."""

    def execute(self, query: Any, vars: Sequence[Any] | Mapping[str, Any] | None = None) -> None:
        """Run a statement; a marked one by its prepared name."""
        if not (isinstance(query, str) and query.startswith(MARK)):
            super().execute(query, vars)
            return
        name, marked = statement(query)
        prepared: set[str] = self.connection.prepared
        if name not in prepared:
            if len(prepared) >= MOST:
                super().execute(query, vars)
                return
            super().execute(marked.prepare)
            prepared.add(name)
        super().execute(marked.call, marked.values(vars))

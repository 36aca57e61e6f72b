"""What a page or a program asks of a sheet, by its shape alone; what is wrong is named by its place.

`operations` is a list of objects, each with its `op`: `type` (a text into a cell, as somebody typed it), `set` (a
value), `insert`, `remove`, `move`, `paste` (a block as a spreadsheet copies it, its first cell at `row` and `column` of
the `items` and `columns` that the page shows). Texts may hold whatever the database can keep.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fmea.rules.cells import COLUMNS, Table
from fmea.rules.editing import Insert, Move, Remove, SetCell
from fmea.rules.pasting import Shown, grid
from fmea.rules.worksheet import MOST_ROWS
from fmea.rules.writing import MOST_OPERATIONS, Asked, PasteBlock, TypeText
from ledger.rules.errors import Invalid
from qc.forms.sent import Sent

# Of one request: a block of 2,000 rows fits.
MOST_BYTES = 1024 * 1024
MOST_TYPED = 50_000
DEEPEST = 12
_CODE, _COLUMN = 32, 40
_PAGE = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Edit:
    """An edit of one open page: what it asks, having seen the sheet as it was at revision `base`."""

    request_id: UUID
    page: str
    base: int
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Since:
    """Which changes a page asks for: those of others after a revision."""

    page: str
    since: int


def parse_edit(data: Mapping[str, Any]) -> Edit:
    """The edit of a request. Raises Invalid: `fields_invalid`, with every place that is wrong."""
    sent = Sent(data, {"request_id", "page", "base", "operations"})
    request_id, page, base = sent.id("request_id"), _page(sent), _count(sent, "base")
    raw = data.get("operations")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_OPERATIONS:
        sent.wrong["operations"] = "too_many" if isinstance(raw, list) and raw else "not_a_list"
    sent.check()
    asked: list[Asked] = []
    wrong: dict[str, str] = {}
    for place, one in enumerate(raw or ()):
        found, faults = _operation(one)
        wrong |= {f"operations[{place}].{name}".removesuffix("."): code for name, code in faults.items()}
        asked.append(found)
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})
    return Edit(request_id, page, base, tuple(asked))


def parse_since(query: Mapping[str, str]) -> Since:
    """Which changes are asked for. Raises Invalid."""
    since = query.get("since", "")
    number = int(since) if since.isascii() and since.isdecimal() and len(since) < 10 else None
    sent = Sent({**query, "since": number}, {"since", "page"})
    found = Since(_page(sent), _count(sent, "since"))
    sent.check()
    return found


def _page(sent: Sent) -> str:
    page = sent.data.get("page")
    if not isinstance(page, str) or not _PAGE.fullmatch(page):
        sent.wrong["page"] = "not_a_page"
        return ""
    return page


def _count(sent: Sent, name: str) -> int:
    found = sent.data.get(name)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**31:
        sent.wrong[name] = "not_a_count"
        return 0
    return found


def _operation(data: Any) -> tuple[Asked, Mapping[str, str]]:
    op = data.get("op") if isinstance(data, Mapping) else None
    if not isinstance(op, str) or op not in _READ:
        is_object = isinstance(data, Mapping)
        return _NOTHING, {"op": "unknown_operation"} if is_object else {"": "not_an_object"}
    known, read = _READ[op]
    sent = Sent(data, {"op", "table", *known})
    table = sent.text("table", _CODE, is_required=True)
    if "table" not in sent.wrong and table not in _TABLES:
        sent.wrong["table"] = "not_a_choice"
    asked = read(sent, _TABLES.get(table, Table.ROWS))
    return asked, sent.wrong


def _type(sent: Sent, table: Table) -> Asked:
    return TypeText(table, _item(sent, table), _column(sent, table), _typed(sent, MOST_TYPED))


def _set(sent: Sent, table: Table) -> Asked:
    value = _kept(sent, "value", sent.data.get("value"))
    return SetCell(table, _item(sent, table), _column(sent, table), value)


def _insert(sent: Sent, table: Table) -> Asked:
    values = sent.data.get("values", {})
    if not isinstance(values, Mapping):
        sent.wrong["values"] = "not_an_object"
        values = {}
    return Insert(table, _item(sent, table), dict(_kept(sent, "values", values) or {}), _after(sent))


def _remove(sent: Sent, table: Table) -> Asked:
    return Remove(table, _item(sent, table))


def _move(sent: Sent, table: Table) -> Asked:
    return Move(table, _item(sent, table), _after(sent))


def _paste(sent: Sent, table: Table) -> Asked:
    shown = Shown(table, sent.texts("items", MOST_ROWS, _CODE), sent.texts("columns", _CODE, _COLUMN))
    new_codes = sent.texts("new_codes", MOST_ROWS, _CODE)
    at = (_count(sent, "row"), _count(sent, "column"))
    return PasteBlock(shown, at, grid(_typed(sent, MOST_BYTES)), new_codes)


_Read = Callable[[Sent, Table], Asked]
_READ: Mapping[str, tuple[frozenset[str], _Read]] = {
    "type": (frozenset({"item", "column", "text"}), _type),
    "set": (frozenset({"item", "column", "value"}), _set),
    "insert": (frozenset({"item", "values", "after"}), _insert),
    "remove": (frozenset({"item"}), _remove),
    "move": (frozenset({"item", "after"}), _move),
    "paste": (frozenset({"items", "columns", "row", "column", "text", "new_codes"}), _paste),
}
_TABLES = {str(table): table for table in Table}
_NOTHING = Remove(Table.ROWS, "")


def _item(sent: Sent, table: Table) -> str:
    return sent.text("item", _CODE, is_required=table is not Table.HEADER)


def _column(sent: Sent, table: Table) -> str:
    column = sent.text("column", _COLUMN, is_required=True)
    if "column" not in sent.wrong and column not in COLUMNS[table]:
        sent.wrong["column"] = "not_a_choice"
    return column


def _after(sent: Sent) -> str | None:
    if sent.data.get("after") is None:
        return None
    return sent.text("after", _CODE)


def _typed(sent: Sent, most: int) -> str:
    """A text as somebody typed or copied it: tabs, line ends and wide spaces are theirs to write."""
    text = sent.data.get("text")
    if not isinstance(text, str):
        sent.wrong["text"] = "not_a_text"
        return ""
    if len(text) > most:
        sent.wrong["text"] = "too_long"
        return ""
    return str(_kept(sent, "text", text) or "")


def _kept(sent: Sent, name: str, value: Any) -> Any:
    """A value that can be kept as JSON: no NUL, no halves of characters, nothing nested without end."""
    if fault := _fault(value, DEEPEST):
        sent.wrong[name] = fault
        return None
    return value


def _fault(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return "" if _is_storable(value) else "not_printable"
    if not isinstance(value, Mapping | list):
        return ""
    if not depth:
        return "too_deep"
    inner = (*value, *value.values()) if isinstance(value, Mapping) else value
    return next((fault for one in inner if (fault := _fault(one, depth - 1))), "")


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= it <= "\udfff" for it in text)

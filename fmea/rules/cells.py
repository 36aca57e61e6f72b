"""The cells of a worksheet: which there are, what stands in one, and where in the document it is.

A cell is a table, the code of one of its items and a column: ("rows", "R7", "severity.rating"). Columns are a closed
list in which none lies inside another, so that two people in two cells never touch the same value. A list (controls,
evidence, votes, people) is one cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from people.rules.documents import compare
from qc.rules.editing import steps


class Table(StrEnum):
    """The parts of a worksheet; the header has one item, whose code is empty."""

    HEADER = "header"
    STEPS = "steps"
    ROWS = "rows"
    ACTIONS = "actions"


# Those with many items, in the order of the document.
LISTS = (Table.STEPS, Table.ROWS, Table.ACTIONS)
_SCORES = tuple(
    f"{kind}.{key}"
    for kind in ("severity", "occurrence", "detection")
    for key in ("rating", "by", "why", "look_again", "votes", "justification")
    if kind == "severity" or key != "justification"
)
COLUMNS: Mapping[Table, tuple[str, ...]] = {
    Table.HEADER: (
        *("title", "product", "scope", "formality.level", "formality.why", "look_again", "team"),
        *("scales.severity", "scales.occurrence", "scales.detection", "priorities"),
    ),
    Table.STEPS: ("title", "protocol_steps"),
    Table.ROWS: (
        *("step", "function", "mode", "effect", "cause", "prevention_controls", "detection_controls"),
        *_SCORES,
        *("evidence", "no_action_why", "residual.decision", "residual.why", "residual.by"),
    ),
    Table.ACTIONS: (
        *("row", "text", "aim", "owner", "due", "status", "evidence", "done_on"),
        *("verified_by", "dropped_why"),
        *(f"after.{it}" for it in _SCORES),
    ),
}
# Where an item stands among the others is a cell too: two people may move it.
PLACE = "place"


@dataclass(frozen=True)
class Cell:
    """One cell. `column` PLACE: where the item stands; empty: the whole item."""

    table: Table
    item: str
    column: str


def value_in(item: Mapping[str, Any], column: str) -> Any:
    """What stands in a column of an item; None where nothing does."""
    found: Any = item
    for step in column.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def with_cell(item: Mapping[str, Any], column: str, value: Any) -> dict[str, Any]:
    """The item with a value in a column; None empties it, and an object that is empty then goes with it."""
    first, _, rest = column.partition(".")
    found = dict(item)
    if rest:
        inner = found.get(first)
        value = with_cell(inner if isinstance(inner, Mapping) else {}, rest, value) or None
    if value is None:
        found.pop(first, None)
    else:
        found[first] = value
    return found


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are equal as they are stored: 1 is not true, and an empty list is not nothing."""
    return not compare(one, other)


def cell_at(content: Mapping[str, Any], path: str) -> Cell | None:
    """The cell that a fault's path leads to: `rows[7].severity.rating`; None where that is no cell of the sheet."""
    way = steps(path)
    if not way:
        return None
    table = next((it for it in LISTS if it.value == way[0]), Table.HEADER)
    if table is Table.HEADER:
        column = _column(table, way)
        return Cell(table, "", column) if column else None
    items = content.get(table.value)
    place = way[1] if len(way) > 1 else None
    if not isinstance(items, list) or not isinstance(place, int) or place >= len(items):
        return None
    code = items[place].get("code") if isinstance(items[place], Mapping) else None
    return Cell(table, code, _column(table, way[2:])) if isinstance(code, str) else None


def _column(table: Table, way: tuple[str | int, ...]) -> str:
    names = [str(it) for it in way]
    heads = [".".join(names[:n]) for n in range(1, len(names) + 1)]
    return next((it for it in heads if it in COLUMNS[table]), "")

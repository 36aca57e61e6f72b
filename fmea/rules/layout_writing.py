"""A worksheet as the sheets of a file: a document, sound or not yet, becomes tables of plain cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from fmea.rules.actions import BeforeAfter, before_after
from fmea.rules.cells import Table, value_in
from fmea.rules.layout import (
    AXES,
    LAYOUTS,
    LETTER,
    PLANNING,
    PRIORITIES,
    PRIORITY,
    PRIORITY_AFTER,
    RPN,
    RPN_AFTER,
    SCALE_FACTS,
    SCALE_KIND,
    SCALES,
    STEP_TITLE,
    STEPS,
    TEAM,
    WORKSHEET,
    Column,
    Kind,
    Layout,
    Written,
)
from fmea.rules.layout_cells import written
from fmea.rules.printed_words import PRIORITIES as PRIORITY_WORDS
from fmea.rules.priority import PRIORITY_2019, TABLE_2019, PriorityTable, read_table
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet_reading import WorksheetReader, read_action, read_row

Item = Mapping[str, Any]
Line = tuple[Written, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its layout, and its lines in the order of the layout's columns."""

    layout: Layout
    lines: tuple[Line, ...]


def sheets(content: Item) -> tuple[Sheet, ...]:
    """Every sheet of a worksheet's document, which may be one that is still being typed."""
    lines: Mapping[str, Iterable[Line]] = {
        WORKSHEET.name: _worksheet(content),
        SCALES.name: _flat(SCALES, _levels(content)),
        PLANNING.name: _flat(PLANNING, [content]),
        TEAM.name: _flat(TEAM, _members(content)),
        STEPS.name: _flat(STEPS, items(content, Table.STEPS)),
        PRIORITIES.name: _flat(PRIORITIES, priority_lines(table_in(content))),
    }
    return tuple(Sheet(layout, tuple(lines[layout.name])) for layout in LAYOUTS)


def items(content: Item, table: Table) -> list[Item]:
    """The items of a list of a document."""
    found = content.get(table.value, [])
    return [it for it in found if isinstance(it, Mapping)] if isinstance(found, list) else []


def _flat(layout: Layout, found: Iterable[Item]) -> Iterator[Line]:
    for item in found:
        yield tuple(written(it, _value(item, it.column)) for it in layout.columns)


def _value(item: Item, column: str) -> Any:
    """What stands in a column, whether it is a name or a way into an object."""
    return item[column] if column in item else value_in(item, column)


def _members(content: Item) -> Iterator[Item]:
    team = content.get("team", [])
    for it in team if isinstance(team, list) else []:
        if isinstance(it, Mapping):
            yield {**it, "is_lead": "yes" if it.get("is_lead") is True else "no"}


def _levels(content: Item) -> Iterator[Item]:
    """The levels of the three scales; what is said of a whole scale stands with its first."""
    for kind in ScaleKind:
        scale = value_in(content, f"scales.{kind}")
        facts = {key: value_in(content, f"scales.{kind}.{key}") for key in SCALE_FACTS}
        levels = scale.get("levels") if isinstance(scale, Mapping) else None
        for n, level in enumerate(levels if isinstance(levels, list) else []):
            if isinstance(level, Mapping):
                yield {SCALE_KIND: str(kind), **level, **({} if n else facts)}


def table_in(content: Item) -> Item:
    """The document of the priority table that a worksheet has, its own or the one shipped."""
    found = content.get("priorities")
    return found if isinstance(found, Mapping) and not _faults_of(found) else TABLE_2019


def _faults_of(raw: Item) -> list[Any]:
    faults: list[Any] = []
    read_table(raw, "", faults)
    return faults


def priority_table(content: Item) -> PriorityTable:
    """The table itself."""
    return read_table(content["priorities"], "", []) if table_in(content) is not TABLE_2019 else PRIORITY_2019


def priority_lines(table: Item) -> Iterator[Item]:
    """A line for each meeting of three bands; what is said of the whole table stands with the first."""
    facts = {key: table.get(key) for key in ("code", "version", "source")}
    bands: Sequence[Sequence[Sequence[int]]] = [table[axis] for axis, *_ in AXES]
    for (s, of_s), (o, of_o), (d, of_d) in product(*(list(enumerate(axis)) for axis in bands)):
        line: dict[str, Any] = {LETTER: table["cells"][s][o][d]}
        for (axis, *_), (low, high) in zip(AXES, (of_s, of_o, of_d), strict=True):
            line |= {f"{axis}.low": low, f"{axis}.high": high}
        yield line | facts
        facts = {}


def _worksheet(content: Item) -> Iterator[Line]:
    """Rows in order, a line for each of their actions; then actions whose row is not there."""
    titles = {it.get("code"): it.get("title") for it in items(content, Table.STEPS)}
    table = priority_table(content)
    by_row: dict[Any, list[Item]] = {}
    for action in items(content, Table.ACTIONS):
        by_row.setdefault(str(action.get("row", "")), []).append(action)
    for row in items(content, Table.ROWS):
        code = row.get("code")
        own = by_row.pop(code, []) if isinstance(code, str) else []
        shown = {STEP_TITLE: titles.get(row.get("step")), **row, **_numbers(row, own, table)}
        for n, action in enumerate(own or [{}]):
            yield tuple(
                _of_line(column, {"code": code} if n else shown, action) for column in WORKSHEET.columns
            )
    for code, left in by_row.items():
        for action in left:
            yield tuple(_of_line(column, {"code": code}, action) for column in WORKSHEET.columns)


def _of_line(column: Column, row: Item, action: Item) -> Written:
    value = _value(action if column.table is Table.ACTIONS else row, column.column)
    if column.kind is Kind.RECKONED:
        return value if isinstance(value, str | int) else None
    return written(column, value)


def _numbers(row: Item, actions: Iterable[Item], table: PriorityTable) -> dict[str, Any]:
    """What the ratings of a row come to, and what they come to after the actions that are done."""
    found: BeforeAfter = before_after(
        read_row(WorksheetReader(row, "", [])),
        [read_action(WorksheetReader(it, "", [])) for it in actions],
        table,
    )
    is_after = found.before != found.after
    return {
        RPN: found.rpn_before,
        PRIORITY: _word(found.priority_before),
        RPN_AFTER: found.rpn_after if is_after else None,
        PRIORITY_AFTER: _word(found.priority_after) if is_after else None,
    }


def _word(letter: Any) -> str | None:
    return None if letter is None else PRIORITY_WORDS[letter]

"""What stands above the rows, as a file has it: planning, team, scales and the table of priorities.

A sheet that has headings and nothing under them says nothing. What says the same in other words (a zero behind a rate)
leaves the worksheet as it is.
"""

from collections.abc import Mapping
from typing import Any

from fmea.rules.cells import Cell, Table, is_same, value_in
from fmea.rules.layout import (
    AXES,
    LETTER,
    LEVEL_EDGE,
    LEVEL_RATING,
    LEVEL_TEXT,
    SCALE_FACTS,
    SCALE_KIND,
    Column,
)
from fmea.rules.layout_found import Found, Nothing, column_of, place, place_of
from fmea.rules.layout_lines import CellFault, LineRead, SheetRead
from fmea.rules.layout_writing import table_in
from fmea.rules.scales import ScaleKind

_HEADER = Table.HEADER


def read_planning(found: Found, sheet: SheetRead) -> None:
    """Title, scope and the like: one line of them."""
    header = found.before(_HEADER, "")
    for line in sheet.lines[:1]:
        for column in sheet.columns:
            value = found.take(sheet, line, column, value_in(header, column.column))
            found.put(sheet, line, column, Cell(_HEADER, "", column.column), value)
    for line in sheet.lines[1:]:
        first = next(it for it in sheet.columns if line.cells.get(it.heading) is not None)
        found.faults.append(sheet.fault(line, first, "one_value_alone"))


def read_team(found: Found, sheet: SheetRead) -> None:
    """Who is of the team."""
    members: list[dict[str, Any]] = []
    for n, line in enumerate(sheet.lines):
        said = _line(found, sheet, line, f"team[{n}]")
        members.append(
            {
                "person": said.get("person") or "",
                **({"function": said["function"]} if said.get("function") else {}),
                **({"is_lead": True} if said.get("is_lead") == "yes" else {}),
            }
        )
    _put(found, sheet, "team", members, _team(found.before(_HEADER, "").get("team")))


def _team(raw: Any) -> Any:
    """A team without what says nothing: an empty function, and that somebody does not lead."""
    members = raw if isinstance(raw, list) else []
    return [{k: v for k, v in it.items() if v not in ("", False)} for it in members if isinstance(it, dict)]


def read_scales(found: Found, sheet: SheetRead) -> None:
    """The three scales; those that the file does not have stay as they are."""
    by_kind: dict[str, list[LineRead]] = {}
    kind_column = column_of(sheet, _HEADER, SCALE_KIND)
    for line in sheet.lines:
        kind = found.take(sheet, line, kind_column) if kind_column else None
        if isinstance(kind, str):
            by_kind.setdefault(kind, []).append(line)
        elif kind is None and kind_column is not None:
            found.faults.append(sheet.fault(line, kind_column, "required"))
    for kind, lines in by_kind.items():
        _scale(found, sheet, ScaleKind(kind), lines)


def _scale(found: Found, sheet: SheetRead, kind: ScaleKind, lines: list[LineRead]) -> None:
    at = f"scales.{kind}"
    before = value_in(found.before(_HEADER, ""), at)
    known = before if isinstance(before, Mapping) else {}
    facts = {key: known.get(key) for key in SCALE_FACTS if column_of(sheet, _HEADER, key) is None}
    old = known.get("levels")
    levels: list[dict[str, Any]] = []
    for n, line in enumerate(lines):
        was = old[n] if isinstance(old, list) and n < len(old) and isinstance(old[n], Mapping) else {}
        said = _line(found, sheet, line, f"{at}.levels[{n}]", was)
        levels.append(_bare({key: said.get(key) for key in (LEVEL_RATING, LEVEL_TEXT, LEVEL_EDGE)}))
        for key in SCALE_FACTS:
            if said.get(key):
                _same(found, sheet, line, key, facts.setdefault(key, said[key]))
    for key in SCALE_FACTS:
        if (column := column_of(sheet, _HEADER, key)) is not None:
            found.paths.setdefault(f"{at}.{key}", place(sheet, lines[0], column))
    column = column_of(sheet, _HEADER, SCALE_KIND)
    if column is not None:
        found.paths.setdefault(at, place(sheet, lines[0], column))
    meant = {**_bare(facts), "levels": levels}
    _put(found, sheet, at, meant, _plain_scale(known))


def _plain_scale(raw: Mapping[str, Any]) -> Any:
    levels = raw.get("levels")
    inner = [_bare(it) for it in levels if isinstance(it, Mapping)] if isinstance(levels, list) else []
    return {**_bare({key: raw.get(key) for key in SCALE_FACTS}), "levels": inner}


def _bare(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: it for key, it in item.items() if it not in (None, "")}


def read_priorities(found: Found, sheet: SheetRead) -> None:
    """The table of priorities: a line for each meeting of a band of severity, of occurrence and of detection."""
    faults = len(found.faults)
    facts: dict[str, Any] = {}
    letters: dict[_Meeting, str] = {}
    lines: dict[_Meeting, LineRead] = {}
    for n, line in enumerate(sheet.lines):
        said = _line(found, sheet, line, f"priorities.lines[{n}]")
        key = tuple((said.get(f"{axis}.low"), said.get(f"{axis}.high")) for axis, *_ in AXES)
        if key in letters:
            found.faults.append(_fault(sheet, line, "repeated"))
        letters[key], lines[key] = str(said.get(LETTER) or ""), line
        for fact in ("code", "version", "source"):
            if said.get(fact):
                _same(found, sheet, line, fact, facts.setdefault(fact, said[fact]))
    if sheet.lines and len(found.faults) == faults:
        _table(found, sheet, facts, letters, lines)


# The bands of severity, occurrence and detection that meet, each with its lowest and its highest rating.
_Meeting = tuple[tuple[Any, Any], ...]


def _table(
    found: Found,
    sheet: SheetRead,
    facts: Mapping[str, Any],
    letters: Mapping[_Meeting, str],
    lines: Mapping[_Meeting, LineRead],
) -> None:
    severity, occurrence, detection = (list(dict.fromkeys(it[n] for it in letters)) for n in range(3))
    if len(letters) != len(severity) * len(occurrence) * len(detection) or not all(letters.values()):
        found.faults.append(CellFault(sheet.name, "", "priorities_incomplete"))
        return
    cells = [["".join(letters[s, o, d] for d in detection) for o in occurrence] for s in severity]
    for n, s in enumerate(severity):
        for m, o in enumerate(occurrence):
            found.paths[f"priorities.cells[{n}][{m}]"] = place_of(sheet, lines[s, o, detection[0]])
    bands = {
        axis: [list(ends) for ends in it]
        for (axis, *_), it in zip(AXES, (severity, occurrence, detection), strict=True)
    }
    meant = {**facts, **bands, "cells": cells}
    _put(found, sheet, "priorities", meant, dict(table_in(found.before(_HEADER, ""))))


def _line(
    found: Found, sheet: SheetRead, line: LineRead, path: str, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the cells of a line say by column; the address of each is kept under its path."""
    said = {}
    for column in sheet.columns:
        found.paths[f"{path}.{column.column}"] = place(sheet, line, column)
        value = found.take(sheet, line, column, (before or {}).get(column.column))
        if not isinstance(value, Nothing):
            said[column.column] = value
    found.paths.setdefault(path, place_of(sheet, line))
    return said


def _same(found: Found, sheet: SheetRead, line: LineRead, key: str, first: Any) -> None:
    """What is said of a whole scale or table is said once, or each time alike."""
    column = column_of(sheet, _HEADER, key)
    if column is not None and not is_same(str(line.cells.get(column.heading)).strip(), str(first).strip()):
        found.faults.append(sheet.fault(line, column, "said_otherwise_before", first=str(first)))


def _put(found: Found, sheet: SheetRead, column: str, value: Any, before: Any) -> None:
    """Keep what a sheet says of the header, unless it says what stands there already."""
    if not sheet.lines or is_same(value, before):
        return
    found.values[_HEADER].setdefault("", {})[column] = value
    found.places.setdefault(Cell(_HEADER, "", column), place_of(sheet, sheet.lines[0]))


def _fault(sheet: SheetRead, line: LineRead, code: str) -> CellFault:
    column: Column = sheet.columns[0]
    return sheet.fault(line, column, code)

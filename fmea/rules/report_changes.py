"""What differs between two versions of a worksheet, as it is printed: a line for each cell, under the item it is of."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from fmea.rules import printed_words as words
from fmea.rules.cell_texts import CellKind, kind_of
from fmea.rules.cells import Table
from fmea.rules.comparing import CellChange, Fate, ItemChange
from fmea.rules.layout import LAYOUTS
from fmea.rules.layout_cells import written
from fmea.rules.worksheet import Worksheet

TABLES = {Table.HEADER: "Header", Table.STEPS: "Step", Table.ROWS: "Row", Table.ACTIONS: "Action"}
# Longer texts are cut: the versions themselves hold all of them.
MOST = 400
_COLUMNS = {(it.table, it.column): it for layout in LAYOUTS for it in layout.columns}
# What is compared as a whole and has no few words.
_WHOLE = {
    "team": "Team",
    "scales.severity": "Scale of severity",
    "scales.occurrence": "Scale of occurrence",
    "scales.detection": "Scale of detection",
    "priorities": "Table of priorities",
}


def changes(found: Iterable[ItemChange], worksheet: Worksheet) -> list[dict[str, Any]]:
    """Every item that differs from a version before `worksheet`. Of one that is new or was taken out its text alone is
    told, and not each cell."""
    return [_item(it, worksheet) for it in found]


def _item(it: ItemChange, worksheet: Worksheet) -> dict[str, Any]:
    is_whole = it.fate in (Fate.ADDED, Fate.REMOVED)
    return {
        "what": TABLES[it.table],
        "item": it.item,
        "fate": str(it.fate),
        "words": words.FATES[it.fate],
        "has_moved": it.has_moved,
        "title": _title(it, worksheet),
        "cells": [] if is_whole else [_cell(one) for one in it.cells],
    }


def _title(it: ItemChange, worksheet: Worksheet) -> str:
    """What the item is called: a row by its mode, an action by what is done."""
    if it.table is Table.ROWS and it.item in worksheet.row_of:
        return worksheet.row_of[it.item].mode
    if it.table is Table.STEPS and it.item in worksheet.step_of:
        return worksheet.step_of[it.item].title
    names = {Table.STEPS: "title", Table.ROWS: "mode", Table.ACTIONS: "text"}
    found = [one for one in it.cells if one.cell.column == names.get(it.table)]
    return str(found[0].after or found[0].before or "") if found else ""


def _cell(it: CellChange) -> dict[str, Any]:
    column = _COLUMNS.get((it.cell.table, it.cell.column))
    name = column.heading if column else _WHOLE.get(it.cell.column, "Blind ratings")
    return {"name": name, "before": _told(it, it.before), "after": _told(it, it.after)}


def _told(it: CellChange, value: Any) -> str:
    """A value in words; of what is no text only whether it is there."""
    if value is None or value == []:
        return ""
    column = _COLUMNS.get((it.cell.table, it.cell.column))
    if column is None or kind_of(it.cell.table, it.cell.column) is CellKind.FIXED:
        return _of_whole(value)
    found = written(column, value)
    text = found.isoformat() if isinstance(found, date) else "" if found is None else str(found)
    return text if len(text) <= MOST else f"{text[:MOST]}\u2026"


def _of_whole(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('code', '')}, version {value.get('version', '')}"
    people = [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []
    return ", ".join(f"{it.get('person', '')} {it.get('rating', '')}".strip() for it in people)

"""What a page or a program is told of a sheet: as it stands, what an edit came to, what others changed since."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from fmea.forms.sheet_words import MAY_NOT
from fmea.rules.cells import LISTS, PLACE, Table, cell_at
from fmea.rules.draft import WHOLE, News, Stamp
from fmea.rules.editing import Conflict, Insert, Move, Operation, Remove, SetCell
from fmea.rules.priority import PRIORITY_2019, read_table
from fmea.rules.scales import HIGHEST, LOWEST
from fmea.rules.worksheet import KIND
from fmea.rules.writing import Asked, TypeText, touched
from fmea.selectors.sheets import Key, SheetView
from fmea.selectors.worksheets import AtWork
from fmea.services import Edited
from people.forms.documents import fault_text
from people.registry import document_kind
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView, Problem
from people.rules.rights import Right

MOST_FAULTS = 1_000
_KEPT = tuple(table for table in LISTS if table is not Table.ACTIONS)
_NUMBER = re.compile(r"[A-Za-z]+0*([0-9]{1,9})", re.ASCII)
_OPS: Mapping[type, str] = {SetCell: "set", Insert: "insert", Remove: "remove", Move: "move"}


def editor_name(printed_name: str, page: str) -> str:
    """An editor: one open page of a person, who is named by what the server knows."""
    return f"{printed_name}/{page}"


def may_answer(
    viewer: Person, found: SheetView, version: DocumentVersionView | None, at: datetime
) -> dict[str, Any]:
    """Whether this person may write now; where not, why, and where the version is that is being signed."""
    if version is not None:
        link = reverse("people:document", args=[version.id])
        return {"edit": False, "why": str(MAY_NOT["resting"]), "link": link, "is_resting": True}
    is_editor = viewer.may(Right.EDIT_SHEET, found.site, at)
    why = "" if is_editor else str(MAY_NOT["role_missing"])
    return {"edit": is_editor, "why": why, "link": "", "is_resting": False}


def sheet_answer(
    found: SheetView, items: Mapping[Key, Mapping[str, Any] | None], may: Mapping[str, Any]
) -> dict[str, Any]:
    """A whole sheet: its header, the codes of its tables in order, and its items by code.

    `letters`: the action priority of S, O and D, from 1 to 10 each, stands at 100 (S - 1) + 10 (O - 1) + D - 1.
    `next`: for each table a number that no code of it, gone ones included, ends with.
    """
    there: dict[str, dict[str, Any]] = {str(table): {} for table in _KEPT}
    for (table, code), values in items.items():
        if values is not None:
            there[str(table)][code] = values
    return {
        "code": found.code,
        "revision": found.revision,
        "may": dict(may),
        "header": dict(found.header),
        "order": _order(found.order),
        "items": there,
        "letters": letters(found.header.get("priorities")),
        "next": {str(table): _next_number(code for kept, code in items if kept is table) for table in _KEPT},
    }


def letters(raw: Any) -> str:
    """The letters of all 1,000 triples in the worksheet's table; empty where it cannot be read."""
    faults: list[Problem] = []
    table = PRIORITY_2019 if raw is None else read_table(raw, "priorities", faults)
    ratings = range(LOWEST, HIGHEST + 1)
    if faults:
        return ""
    return "".join(table.priority(s, o, d) or "" for s in ratings for o in ratings for d in ratings)


def _next_number(codes: Iterable[str]) -> int:
    found = (_NUMBER.fullmatch(code) for code in codes)
    return max((int(it.group(1)) for it in found if it), default=0) + 1


def _order(order: Mapping[Table, Iterable[str]]) -> dict[str, list[str]]:
    return {str(table): list(order.get(table, ())) for table in _KEPT}


def edit_answer(edited: Edited, asked: Sequence[Asked]) -> dict[str, Any]:
    """What an edit came to: the items that it touched as they stand now, what was not done, what undoes the rest.

    `done`: how many operations changed anything; a revision that went up by more than this one change says that others
    have written too. `order` where it may have changed.
    """
    draft = edited.draft
    items: dict[str, dict[str, Any]] = {str(table): {} for table in (Table.HEADER, *_KEPT)}
    for table, code in touched(asked):
        values = draft.tables[table].get(code)
        is_known = values is not None or (table, code) in draft.gone
        if str(table) in items and is_known:
            items[str(table)][code] = None if values is None else dict(values)
    return {
        "revision": draft.revision,
        "done": len(edited.done),
        "items": items,
        "conflicts": [_conflict(it) for it in edited.conflicts],
        "undo": [_operation(it) for it in edited.undo],
        **(
            {}
            if all(isinstance(it, SetCell | TypeText) for it in asked)
            else {"order": _order(_codes(edited))}
        ),
    }


def _codes(edited: Edited) -> dict[Table, Iterable[str]]:
    return {table: edited.draft.tables[table] for table in _KEPT}


def changes_answer(found: SheetView, news: Sequence[News], *, is_resting: bool) -> dict[str, Any]:
    """What others changed; `order` where items were put in, moved or taken out."""
    is_moved = any(it.cell.column in (WHOLE, PLACE) for it in news)
    return {
        "revision": found.revision,
        "is_resting": is_resting,
        "news": [
            {
                "cell": _cell(it.cell.table, it.cell.item, it.cell.column),
                "value": it.value,
                "who": _who(it.stamp),
            }
            for it in news
        ],
        **({"order": _order(found.order)} if is_moved else {}),
    }


def faults_answer(whole: AtWork, faults: Sequence[Problem]) -> dict[str, Any]:
    """What is still to be done, cell by cell, in the order of the document; `total` counts all of it."""
    kind = document_kind(KIND)
    if kind is None:
        raise LookupError(KIND)
    return {
        "revision": whole.sheet.revision,
        "total": len(faults),
        "faults": [
            {"cell": _place(whole.content, it.path), "text": fault_text(it, kind)}
            for it in faults[:MOST_FAULTS]
        ],
    }


def _place(content: Mapping[str, Any], path: str) -> list[str]:
    cell = cell_at(content, path)
    return _cell(Table.HEADER, "", "") if cell is None else _cell(cell.table, cell.item, cell.column)


def _conflict(it: Conflict) -> dict[str, Any]:
    return {
        "why": str(it.why),
        "cell": _cell(it.cell.table, it.cell.item, it.cell.column),
        "mine": it.mine,
        "theirs": it.theirs,
        "who": _who(it.stamp) if it.stamp else "",
        "operation": _operation(it.operation),
    }


def _operation(it: Operation) -> dict[str, Any]:
    own: dict[str, Any] = {"op": _OPS[type(it)], "table": str(it.table), "item": it.item}
    if isinstance(it, SetCell):
        return own | {"column": it.column, "value": it.value}
    if isinstance(it, Insert):
        return own | {"values": dict(it.values), "after": it.after}
    return own | {"after": it.after} if isinstance(it, Move) else own


def _cell(table: Table, item: str, column: str) -> list[str]:
    return [str(table), item, column]


def _who(stamp: Stamp) -> str:
    """The person of an editor: what wrote for a whole team has no page."""
    name, slash, _page = stamp.editor.rpartition("/")
    return name if slash else stamp.editor

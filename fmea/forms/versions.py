"""Two versions of a worksheet side by side, cell by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fmea.forms import words
from fmea.forms.ranked import Rated
from fmea.rules.cell_texts import shown as text_of
from fmea.rules.cells import Cell, Table
from fmea.rules.comparing import Fate, ItemChange, PriorityChange
from fmea.rules.priority import ActionPriority
from people.rules.documents import DocumentVersionView

# What stands for the sheet as it is now, in the place of a number.
SHEET = "sheet"
FATES: Mapping[Fate, tuple[str, Promise]] = {
    Fate.ADDED: ("good", _("came")),
    Fate.REMOVED: ("bad", _("went")),
    Fate.CHANGED: ("wait", _("changed")),
    Fate.MOVED: ("plain", _("moved")),
}
# Cells that hold a code of the house, and its words.
_CODES: Mapping[str, Mapping[str, Any]] = {
    "formality.level": {str(it): word for it, word in words.FORMALITY.items()},
    "residual.decision": {str(it): word for it, (_tone, word) in words.DECISIONS.items()},
    "aim": {str(it): word for it, word in words.AIMS.items()},
    "status": {str(it): word for it, (_tone, word) in words.STATUSES.items()},
}


class CompareForm(forms.Form):
    """Which two: versions by their numbers, or the sheet as it is now."""

    before = forms.ChoiceField(label=_("From"), required=False)
    after = forms.ChoiceField(label=_("To"), required=False)

    def __init__(self, *args: Any, versions: Sequence[DocumentVersionView], **more: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | more))
        numbers = [(str(it.version), _now("version %(n)d") % {"n": it.version}) for it in versions]
        for name in self.fields:
            field: Any = self.fields[name]
            field.choices = [(SHEET, _now("the sheet as it is now")), *numbers]


@dataclass(frozen=True)
class CellShown:
    """One cell: what it is called, before and after (empty: nothing)."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemShown:
    """One item that differs: what it is, what became of it, its cells."""

    kind: Promise
    code: str
    name: str
    tone: str
    fate: Promise
    has_moved: bool
    cells: tuple[CellShown, ...]


@dataclass(frozen=True)
class PriorityShown:
    """A row whose ratings differ."""

    code: str
    name: str
    before: Rated
    after: Rated


def items_shown(
    changes: Sequence[ItemChange], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[ItemShown]:
    """Every item that differs, in words."""
    names = {**_names(before), **_names(after)}
    return [_item(it, names.get((it.table, it.item), "")) for it in changes]


def _names(content: Mapping[str, Any]) -> dict[tuple[Table, str], str]:
    """What rows, steps and actions are called."""
    return {
        (table, it["code"]): str(it.get(key, ""))
        for table, key in ((Table.STEPS, "title"), (Table.ROWS, "mode"), (Table.ACTIONS, "text"))
        for it in content.get(table.value, [])
    }


def _item(change: ItemChange, name: str) -> ItemShown:
    tone, fate = FATES[change.fate]
    is_whole = change.fate in {Fate.ADDED, Fate.REMOVED}
    return ItemShown(
        kind=words.TABLES[change.table],
        code=change.item,
        name=name,
        tone=tone,
        fate=fate,
        has_moved=change.has_moved and not is_whole and change.fate is not Fate.MOVED,
        cells=tuple(
            CellShown(words.column(it.cell.column), said(it.cell, it.before), said(it.cell, it.after))
            for it in change.cells
        ),
    )


def said(cell: Cell, value: Any) -> str:
    """What stands in a cell, to be read; empty for nothing."""
    if value is None:
        return ""
    if cell.column in _CODES:
        return str(_CODES[cell.column].get(str(value), value))
    last = cell.column.rpartition(".")[2]
    if last == "votes":
        return ", ".join(f"{it.get('person')}: {it.get('rating')}" for it in value)
    if cell.column == "team":
        return ", ".join(str(it.get("person")) for it in value)
    if cell.column == "priorities" or cell.column.startswith("scales."):
        return _scale(value)
    return text_of(cell.table, cell.column, value)


def _scale(value: Any) -> str:
    """A scale by its code and version, and its ratings one a line."""
    head = " ".join(str(value.get(key, "")) for key in ("code", "version"))
    levels = [
        " ".join(str(it.get(key)) for key in ("rating", "up_to", "text") if it.get(key) not in (None, ""))
        for it in value.get("levels", [])
    ]
    return "\n".join((head, *levels))


def priorities_shown(changes: Sequence[PriorityChange], after: Mapping[str, Any]) -> list[PriorityShown]:
    """Rows whose ratings differ, before and after."""
    names = _names(after)
    return [
        PriorityShown(
            it.row,
            names.get((Table.ROWS, it.row), ""),
            _rated(it.before, it.rpn_before, it.priority_before),
            _rated(it.after, it.rpn_after, it.priority_after),
        )
        for it in changes
    ]


def _rated(
    ratings: tuple[int | None, int | None, int | None], rpn: int | None, priority: ActionPriority | None
) -> Rated:
    return Rated(ratings, rpn, *words.priority(priority))

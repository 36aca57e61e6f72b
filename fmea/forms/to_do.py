"""What keeps a worksheet from being signed, in words, each with the way to its cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from fmea.forms import words
from fmea.forms.addresses import Places
from fmea.rules.cells import Cell, Table, cell_at
from fmea.rules.worksheet import KIND
from fmea.selectors.worksheets import AtWork
from people import registry
from people.forms.documents import fault_text
from people.rules.documents import Problem

_WHOLE: Mapping[str, Promise] = {"steps": _lazy("steps of the process"), "rows": _lazy("rows")}


@dataclass(frozen=True)
class ToDo:
    """One thing: where it is in words, the way there (or empty), and what is to be done."""

    where: str
    url: str
    text: str


def to_do_shown(whole: AtWork, problems: Iterable[Problem], places: Places) -> list[ToDo]:
    """Everything that is still to be done."""
    kind = registry.document_kind(KIND)
    if kind is None:
        raise LookupError(KIND)
    return [_shown(whole, it, fault_text(it, kind), places) for it in problems]


def _shown(whole: AtWork, problem: Problem, text: str, places: Places) -> ToDo:
    cell = cell_at(whole.content, problem.path)
    if cell is None:  # of a whole table: there are no steps, or no rows
        return ToDo(str(_WHOLE.get(problem.path, problem.path)), places.sheet, text)
    return ToDo(_where(whole, cell), places.of_cell(cell), text)


def _where(whole: AtWork, cell: Cell) -> str:
    column = words.column(cell.column) if cell.column else ""
    if cell.table is Table.HEADER:
        return column
    item = whole.draft.tables[cell.table].get(cell.item, {})
    name = str(item.get("mode") or item.get("title") or "")
    said = _("%(what)s %(code)s") % {"what": words.TABLES[cell.table], "code": cell.item}
    return ": ".join(part for part in (" ".join((said, name)).strip(), column) if part)

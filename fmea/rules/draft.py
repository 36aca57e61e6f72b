"""A worksheet while people edit it: its content by cells, and who changed which of them last.

Each change of the draft has a number, its revision. A cell's stamp is the revision that it was last changed in, and by
which editor (one open page, not one person: a person may have two). A cell without a stamp is as the draft began.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from fmea.rules.cells import LISTS, PLACE, Cell, Table, value_in


@dataclass(frozen=True)
class Stamp:
    """When something was last changed, and by which editor."""

    revision: int
    editor: str


# The stamp of an item itself, beside those of its columns: when it was put in, or taken out.
WHOLE = ""
Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Draft:
    """The items of each table by code, in order; the revision, and the stamps of all that has changed.

    `gone`: items that were taken out, and in `kept` what they were.
    """

    tables: Mapping[Table, Items]
    revision: int = 0
    stamps: Mapping[tuple[Table, str], Mapping[str, Stamp]] = field(default_factory=dict)
    gone: Mapping[tuple[Table, str], Stamp] = field(default_factory=dict)
    kept: Mapping[tuple[Table, str], Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The draft of a document whose shape is sound, of which nothing has changed yet.

        ValueError: an item without a code, or two with one.
        """
        names = {table.value for table in LISTS}
        header = {key: value for key, value in content.items() if key not in names}
        tables: dict[Table, Items] = {Table.HEADER: {"": header}}
        for table in LISTS:
            items = content.get(table.value, [])
            tables[table] = {it["code"]: it for it in items if it.get("code")}
            if len(tables[table]) < len(items):
                raise ValueError("items are known by their codes")
        return cls(tables)

    def content(self) -> dict[str, Any]:
        """The document."""
        lists = {table.value: [dict(it) for it in self.tables[table].values()] for table in LISTS}
        return {**self.tables[Table.HEADER][""], **{key: items for key, items in lists.items() if items}}

    def value(self, cell: Cell) -> Any:
        """What stands in a cell; None where nothing does."""
        return value_in(self.tables[cell.table].get(cell.item, {}), cell.column)


@dataclass(frozen=True)
class News:
    """What somebody else has changed: the cell, what stands there now, when and by which editor.

    Its column is empty for an item that was put in (`value` is the item) or taken out (None); PLACE where it moved
    (`value`: the code that it stands behind).
    """

    cell: Cell
    value: Any
    stamp: Stamp


def news(draft: Draft, since: int, editor: str) -> tuple[News, ...]:
    """All that other editors changed after a revision, oldest first: what a page has to show anew."""
    found = list(_changed(draft, since, editor))
    for (table, item), stamp in draft.gone.items():
        if _is_new(stamp, since, editor):
            found.append(News(Cell(table, item, WHOLE), None, stamp))
    return tuple(sorted(found, key=lambda it: it.stamp.revision))


def _changed(draft: Draft, since: int, editor: str) -> Iterable[News]:
    behind: dict[Table, Mapping[str, str | None]] = {}
    for (table, item), stamps in draft.stamps.items():
        for column, stamp in stamps.items():
            if not _is_new(stamp, since, editor):
                continue
            cell = Cell(table, item, column)
            if column == PLACE:
                behind.setdefault(table, _behind(tuple(draft.tables[table])))
                yield News(cell, behind[table].get(item), stamp)
            else:
                whole = draft.tables[table].get(item)
                yield News(cell, whole if column == WHOLE else draft.value(cell), stamp)


def _behind(names: Sequence[str]) -> Mapping[str, str | None]:
    return dict(zip(names, (None, *names), strict=False))


def _is_new(stamp: Stamp, since: int, editor: str) -> bool:
    return stamp.revision > since and stamp.editor != editor

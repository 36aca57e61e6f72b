"""What every change of a row altered: the old value beside the new one, from the entries alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ledger.rules.changes import Change, fold


class Altered(NamedTuple):
    """One column that an entry put; a tuple, for a report has a million.

    `before` is None where the row was new, and where no earlier entry was found.
    `is_known` is False for the latter: the old value is not nothing, nobody knows it from these entries.
    """

    table: str
    row: str
    column: str
    before: Any
    after: Any
    is_new: bool = False
    is_known: bool = True

    @property
    def is_same(self) -> bool:
        """Whether the entry put again what was there: nothing was altered."""
        return self.is_known and not self.is_new and self.before == self.after


@dataclass(frozen=True)
class Changed:
    """The changes of one entry, by its number in the ledger, in whose order rows were changed."""

    entry: int
    changes: Sequence[Change]


def alterations(
    history: Iterable[Changed], wanted: Collection[int], rows: Collection[tuple[str, str]]
) -> dict[int, tuple[Altered, ...]]:
    """What each of the wanted entries altered. `history` is in the ledger's order and has the wanted ones in it; of
    `rows` (table and id) the values are followed through it."""
    state: dict[tuple[str, str], dict[str, Any]] = {}
    born: set[tuple[str, str]] = set()
    found: dict[int, tuple[Altered, ...]] = {}
    for one in history:
        told: list[Altered] = []
        for change in one.changes:
            key = (change.table, change.id)
            if one.entry in wanted:
                told += _altered(change, state.get(key, {}), is_whole=key in born)
            if key in rows:
                state.setdefault(key, {}).update(change.values)
                born.update([key] if change.op == "new" else [])
        if one.entry in wanted:
            found[one.entry] = tuple(told)
    return found


def _altered(change: Change, before: Mapping[str, Any], *, is_whole: bool) -> list[Altered]:
    """`is_whole`: the row is followed from its beginning, so that a column that nobody put was empty."""
    is_new = change.op == "new"
    return [
        Altered(
            change.table,
            change.id,
            column,
            None if is_new else before.get(column),
            after,
            is_new,
            is_new or is_whole or column in before,
        )
        for column, after in change.values.items()
    ]


def rows_of(changes: Iterable[Change]) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows that these changes, in the ledger's order, leave behind: by table and id, their columns."""
    return {
        table: {id: values | folded.updates.get(id, {}) for id, values in folded.inserts.items()}
        for table, folded in fold(changes).items()
    }


@dataclass(frozen=True)
class Doings:
    """Somebody's entries of one event at one site: how many, and the last of them."""

    actor_id: int
    site: str
    event: str
    count: int
    last: datetime

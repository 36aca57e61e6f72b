"""Two versions of a worksheet cell by cell: items by their codes, so that a row put in on top changes one row.

What moved is the smallest set of items whose moving explains the new order.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fmea.rules.cells import COLUMNS, LISTS, Cell, Table, is_same, value_in
from fmea.rules.priority import ActionPriority
from fmea.rules.unready import is_unjustified
from fmea.rules.worksheet import Worksheet
from people.rules.documents import Problem


class Fate(StrEnum):
    """What became of an item from one version to the next."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class CellChange:
    """A cell with what stood there before and what stands there after; None is nothing."""

    cell: Cell
    before: Any
    after: Any


@dataclass(frozen=True)
class ItemChange:
    """An item that differs. One that is CHANGED may have moved as well; one that MOVED has no changed cells."""

    table: Table
    item: str
    fate: Fate
    has_moved: bool
    cells: tuple[CellChange, ...]


def compare_cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ItemChange, ...]:
    """Every item that differs between two documents of sound shape: the header, then steps, rows and actions.

    Those of one table come in the order of the later version; what was removed comes last, in the order of the earlier.
    """
    header = _changes(Table.HEADER, "", before, after)
    found = [ItemChange(Table.HEADER, "", Fate.CHANGED, False, header)] if header else []
    for table in LISTS:
        found.extend(_table(table, before, after))
    return tuple(found)


def _table(table: Table, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ItemChange]:
    old = {it["code"]: it for it in before.get(table.value, [])}
    new = {it["code"]: it for it in after.get(table.value, [])}
    moved = moved_between([code for code in old if code in new], [code for code in new if code in old])
    found = []
    for code, item in new.items():
        cells = _changes(table, code, old.get(code, {}), item)
        fate = Fate.ADDED if code not in old else Fate.CHANGED if cells else Fate.MOVED
        if fate is not Fate.MOVED or code in moved:
            found.append(ItemChange(table, code, fate, code in moved, cells))
    for code, item in old.items():
        if code not in new:
            found.append(ItemChange(table, code, Fate.REMOVED, False, _changes(table, code, item, {})))
    return found


def _changes(
    table: Table, code: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[CellChange, ...]:
    pairs = [(column, value_in(old, column), value_in(new, column)) for column in COLUMNS[table]]
    return tuple(
        CellChange(Cell(table, code, column), was, now)
        for column, was, now in pairs
        if was is not now and not is_same(was, now)
    )


def moved_between(old: Sequence[str], new: Sequence[str]) -> frozenset[str]:
    """The fewest names that have to move to bring the same names from one order into another.

    Those of a longest rising subsequence stay; n log n (Fredman, Discrete Mathematics 11, 1975, 29-35).
    """
    place = {name: n for n, name in enumerate(old)}
    ends: list[int] = []  # of rising runs of length 1, 2, ...: the smallest last place
    last: list[str] = []
    previous: dict[str, str | None] = {}
    for name in new:
        at = bisect_left(ends, place[name])
        ends[at : at + 1], last[at : at + 1] = [place[name]], [name]
        previous[name] = last[at - 1] if at else None
    stay = set()
    name_at = last[-1] if last else None
    while name_at is not None:
        stay.add(name_at)
        name_at = previous[name_at]
    return frozenset(new) - stay


@dataclass(frozen=True)
class PriorityChange:
    """A row in both versions whose ratings differ: S, O and D, and what they come to in the table of each version."""

    row: str
    before: tuple[int | None, int | None, int | None]
    after: tuple[int | None, int | None, int | None]
    rpn_before: int | None
    rpn_after: int | None
    priority_before: ActionPriority | None
    priority_after: ActionPriority | None


def priority_changes(before: Worksheet, after: Worksheet) -> tuple[PriorityChange, ...]:
    """Rows of both versions whose ratings or priority differ, in the order of the later one."""
    found = []
    for row in after.rows:
        old = before.row_of.get(row.code)
        if old is None:
            continue
        one, other = old.scores, row.scores
        change = PriorityChange(
            *(row.code, one.ratings, other.ratings, one.rpn, other.rpn),
            one.priority(before.priorities),
            other.priority(after.priorities),
        )
        if change.before != change.after or change.priority_before != change.priority_after:
            found.append(change)
    return tuple(found)


def lowered_severities(before: Worksheet, after: Worksheet) -> tuple[Problem, ...]:
    """A fault at every severity that is lower than in the version before without a justification.

    A change of the scale is no justification by itself: its ratings mean something else, and somebody has to say so.
    """
    return tuple(
        Problem(
            f"rows[{n}].severity.justification", "severity_lowered", {"before": old.scores.severity.rating}
        )
        for n, row in enumerate(after.rows)
        if (old := before.row_of.get(row.code)) is not None
        and is_unjustified(old.scores.severity.rating, row.scores.severity)
    )

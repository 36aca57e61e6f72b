"""Grouping and folding of changes mean the same as applying them one by one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules import Change, new, put
from ledger.rules.changes import fold, groups, read_changes

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)


def one_by_one(changes: Iterable[Change]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the tables hold in the end, by the plainest reading. A set of no row and a second new do nothing."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        key = (change.table, change.id)
        if change.op == "new":
            rows.setdefault(key, dict(change.values))
        elif key in rows:
            rows[key].update(change.values)
    return rows


VALUES = st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(0, 1), st.booleans()), min_size=1)
CHANGES = st.lists(
    st.builds(
        Change,
        table=st.sampled_from(["r.one", "r.two"]),
        id=st.sampled_from(["1", "2", "3"]),
        values=VALUES,
        op=st.sampled_from(["new", "set"]),
    )
)


@given(CHANGES)
def test_groups_keep_every_change_in_order_and_one_statement_can_carry_each(changes: list[Change]) -> None:
    found = list(groups(changes))
    assert [change for group in found for change in group] == changes
    for group in found:
        first = group[0]
        assert {(change.table, change.op) for change in group} == {(first.table, first.op)}
        assert len({change.id for change in group}) == len(group)
        if first.op == "new":
            assert {tuple(sorted(change.values)) for change in group} == {tuple(sorted(first.values))}
        else:
            assert all(change.as_plain()["values"] == first.as_plain()["values"] for change in group)
            assert len({repr(sorted(change.values.items())) for change in group}) == 1


def test_neighbours_share_a_statement_and_others_do_not() -> None:
    found = list(
        groups(
            [
                new("r.one", ONE, a=1),
                new("r.one", TWO, a=2),
                new("r.one", THREE, b=2),
                put("r.one", ONE, a=True),
                put("r.one", TWO, a=1),
                put("r.one", THREE, a=1),
                put("r.one", THREE, a=1),
                put("r.two", THREE, a=1),
            ]
        )
    )
    assert [len(group) for group in found] == [2, 1, 1, 2, 1, 1]


@given(CHANGES, CHANGES)
def test_folding_leaves_the_state_that_single_steps_leave(
    before: list[Change], changes: list[Change]
) -> None:
    # `before` is what earlier batches left; the fold must not need to know it.
    rows = one_by_one(before)
    expected = one_by_one([*before, *changes])
    for table, folded in fold(changes).items():
        for row_id, values in folded.inserts.items():
            rows.setdefault((table, row_id), dict(values))
        for row_id, values in folded.updates.items():
            if (table, row_id) in rows:
                rows[table, row_id].update(values)
    # Only lawful histories need agree: a row is made once and set only after that.
    if is_lawful([*before, *changes]):
        assert rows == expected


def is_lawful(changes: Iterable[Change]) -> bool:
    """Whether each row is made once, before it is set."""
    made: set[tuple[str, str]] = set()
    for change in changes:
        key = (change.table, change.id)
        if (change.op == "new") == (key in made):
            return False
        made.add(key)
    return True


@given(st.lists(st.tuples(st.sampled_from("123"), VALUES), min_size=1, max_size=12), st.integers(0, 12))
def test_folding_a_lawful_history_cut_anywhere(steps: list[tuple[str, dict[str, Any]]], cut: int) -> None:
    history, made = [], set()
    for row_id, values in steps:
        history.append(Change("r.one", row_id, values, "set" if row_id in made else "new"))
        made.add(row_id)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for part in (history[:cut], history[cut:]):
        for table, folded in fold(part).items():
            assert not folded.repeated
            rows |= {(table, row_id): dict(values) for row_id, values in folded.inserts.items()}
            for row_id, values in folded.updates.items():
                rows[table, row_id].update(values)
    assert rows == one_by_one(history)


def test_a_row_made_twice_is_told() -> None:
    folded = fold(
        [new("r.one", ONE, a=1), new("r.one", ONE, a=2), put("r.one", TWO, a=1), new("r.one", TWO, a=1)]
    )
    assert folded["r.one"].repeated == [str(ONE), str(TWO)]
    assert folded["r.one"].inserts == {str(ONE): {"a": 1}}


def test_an_id_has_one_spelling() -> None:
    text = "{0000000A-00000000000000000000ABCD}"
    assert new("r.one", text).id == put("r.one", UUID(text)).id == str(UUID(text))
    with pytest.raises(ValueError, match="hexadecimal"):
        new("r.one", "1")


def test_a_change_survives_the_body() -> None:
    change = new("r.one", UUID(int=1), a=UUID(int=2))
    assert change.as_plain() == {
        "id": str(UUID(int=1)),
        "op": "new",
        "table": "r.one",
        "values": {"a": str(UUID(int=2))},
    }
    assert read_changes([change.as_plain()]) == [new("r.one", UUID(int=1), a=str(UUID(int=2)))]

"""The old value beside the new one, from changes in the ledger's order."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.rules import new, put
from ledger.rules.histories import Changed, alterations, rows_of

ROW = UUID(int=1)
OTHER = UUID(int=2)
KEY = ("t.thing", str(ROW))


def test_an_old_value_is_what_was_put_last() -> None:
    history = [
        Changed(1, [new("t.thing", ROW, a=1, b="x")]),
        Changed(2, [put("t.thing", OTHER, a=7)]),
        Changed(3, [put("t.thing", ROW, a=2)]),
        Changed(4, [put("t.thing", ROW, a=3, b="y")]),
    ]
    found = alterations(history, {1, 4}, {KEY})
    assert [(it.column, it.before, it.after, it.is_new) for it in found[1]] == [
        ("a", None, 1, True),
        ("b", None, "x", True),
    ]
    assert [(it.column, it.before, it.after, it.is_known) for it in found[4]] == [
        ("a", 2, 3, True),
        ("b", "x", "y", True),
    ]


def test_what_no_entry_tells_is_not_known() -> None:
    (told,) = alterations([Changed(3, [put("t.thing", ROW, a=2)])], {3}, {KEY})[3]
    assert (told.before, told.is_known) == (None, False)


def test_a_column_that_nobody_put_was_empty() -> None:
    history = [Changed(1, [new("t.thing", ROW, a=1)]), Changed(2, [put("t.thing", ROW, b=2)])]
    (told,) = alterations(history, {2}, {KEY})[2]
    assert (told.before, told.is_known) == (None, True)


def test_one_entry_may_put_a_row_twice() -> None:
    history = [Changed(1, [new("t.thing", ROW, a=1), put("t.thing", ROW, a=2)])]
    found = alterations(history, {1}, {KEY})[1]
    assert [(it.before, it.after) for it in found] == [(None, 1), (1, 2)]


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from("ab"), st.integers(0, 9)), max_size=12))
def test_following_old_and_new_values_leads_to_the_rows_that_are_left(
    told: list[tuple[int, str, int]],
) -> None:
    """The last new value of a column is what stands in it, and every old value is the new one before it."""
    changes = [new("t.thing", UUID(int=n), a=0, b=0) for n in (1, 2, 3)]
    changes += [put("t.thing", UUID(int=n), **{column: value}) for n, column, value in told]
    history = [Changed(number, [change]) for number, change in enumerate(changes)]
    keys = {("t.thing", str(UUID(int=n))) for n in (1, 2, 3)}
    found = alterations(history, range(len(history)), keys)
    last: dict[tuple[str, str], int] = {}
    for number in range(len(history)):
        for it in found[number]:
            assert it.before == last.get((it.row, it.column))
            last[it.row, it.column] = it.after
    rows = rows_of(changes)["t.thing"]
    assert {(row, column): value for row, values in rows.items() for column, value in values.items()} == last

"""Canonical bytes: one value, one byte string."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.canonical import canonical, instant, parse


class Colour(StrEnum):
    """A StrEnum as rules use it."""

    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": None}, b'{"a":null,"b":1}'),
        ([True, False, 0, -1], b"[true,false,0,-1]"),
        (("x", "y"), b'["x","y"]'),
        ("Zürich", '"Zürich"'.encode()),
        (Decimal("1.50"), b'"1.50"'),
        (Decimal("1E+3"), b'"1000"'),
        (UUID(int=1), b'"00000000-0000-0000-0000-000000000001"'),
        (date(2026, 1, 2), b'"2026-01-02"'),
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), b'"2026-01-02T03:04:05.000006Z"'),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            b'"2026-01-02T01:04:05.000000Z"',
        ),
        (datetime(7, 1, 1, tzinfo=UTC), b'"0007-01-01T00:00:00.000000Z"'),
        (Colour.RED, b'"red"'),
        ({Colour.RED: 1}, b'{"red":1}'),
    ],
)
def test_each_type_has_one_form(value: Any, expected: bytes) -> None:
    assert canonical(value) == expected


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1.5, TypeError),
        ({"a": [1.0]}, TypeError),
        (float("nan"), TypeError),
        (Decimal("NaN"), TypeError),
        (Decimal("Infinity"), TypeError),
        (b"bytes", TypeError),
        ({1: "a"}, TypeError),
        ({"a"}, TypeError),
        (datetime(2026, 1, 1), TypeError),  # noqa: DTZ001
        (object(), TypeError),
        (2**63, ValueError),
        (-(2**63) - 1, ValueError),
        ("a\x00b", ValueError),
        ({"a\x00b": 1}, ValueError),
        ("\ud800", ValueError),
    ],
)
def test_what_has_no_form_is_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical(value)


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(PLAIN)
def test_what_was_written_is_read_and_written_again_alike(value: Any) -> None:
    written = canonical(value)
    assert parse(written) == value
    assert canonical(parse(written)) == written


@given(st.dictionaries(TEXT, st.integers(0, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)
    assert list(json.loads(canonical(value))) == sorted(value)


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    try:
        first, second = instant(one), instant(other)
    except OverflowError:  # year 1 or 9999, shifted out of what a datetime can be
        return
    assert (first < second) == (one.astimezone(UTC) < other.astimezone(UTC))
    assert len(first) == len("2026-01-02T03:04:05.000006Z")

"""PINs and the lock after too many wrong attempts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules.credentials import (
    FAILURES_BEFORE_LOCK,
    LOCK_FOR,
    Attempts,
    BadgeCredential,
    PasswordCredential,
    after_failure,
    pin_problem,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("pin", ["2580", "112233", "902817364512"])
def test_good_pins(pin):
    assert pin_problem(pin) is None


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("", "pin_shape"),
        ("123", "pin_shape"),
        ("12a4", "pin_shape"),
        ("١٢٣٥", "pin_shape"),
        ("1" * 13, "pin_shape"),
        ("0000", "pin_trivial"),
        ("1234", "pin_trivial"),
        ("9876", "pin_trivial"),
    ],
)
def test_bad_pins(pin, code):
    assert pin_problem(pin) == code


@pytest.mark.requirement("URS-PWD-03")
@given(st.integers(1, 40))
def test_each_fifth_failure_in_a_row_locks(count):
    attempts = Attempts()
    for _ in range(count):
        attempts = after_failure(attempts, NOON)
    assert attempts.is_locked(NOON) is (count % FAILURES_BEFORE_LOCK == 0)


def test_a_lock_ends():
    locked = Attempts(0, NOON + LOCK_FOR)
    assert locked.is_locked(NOON + LOCK_FOR - timedelta(seconds=1))
    assert not locked.is_locked(NOON + LOCK_FOR)


def test_secrets_are_not_shown_by_repr():
    assert "secret" not in repr(PasswordCredential("alice", "secret"))
    assert "2580" not in repr(BadgeCredential("VB1", "2580"))

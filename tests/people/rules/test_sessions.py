"""When a session counts, rests and is over: without a clock, and without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from people.rules.factors import FactorKind, counters_around, factor_of_code
from people.rules.sessions import (
    Gate,
    SessionPolicy,
    Stamp,
    days_left,
    device_of,
    gate,
    is_worth_noting,
    secret_ends,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
POLICY = SessionPolicy(idle=15 * MINUTE, life=timedelta(hours=12))


def stamp(seen=0, **more):
    return Stamp(NOON, NOON + seen * MINUTE, **more)


@pytest.mark.requirement("URS-ACC-04")
@pytest.mark.parametrize(
    ("it", "after", "expected"),
    [
        (stamp(), 0 * MINUTE, Gate.OPEN),
        (stamp(), 15 * MINUTE - timedelta(microseconds=1), Gate.OPEN),
        (stamp(), 15 * MINUTE, Gate.LOCKED),
        (stamp(seen=10), 24 * MINUTE, Gate.OPEN),
        (stamp(seen=719), 720 * MINUTE, Gate.OVER),
        (stamp(password_until=NOON + MINUTE), 0 * MINUTE, Gate.OPEN),
        (stamp(password_until=NOON + MINUTE), MINUTE, Gate.PASSWORD_TOO_OLD),
        (stamp(password_until=NOON, owes_factor=True), MINUTE, Gate.PASSWORD_TOO_OLD),
        (stamp(pin_until=NOON + MINUTE), MINUTE - timedelta(microseconds=1), Gate.OPEN),
        (stamp(pin_until=NOON + MINUTE, owes_factor=True), MINUTE, Gate.PIN_TOO_OLD),
        (stamp(pin_until=NOON, password_until=NOON), MINUTE, Gate.PASSWORD_TOO_OLD),
        (stamp(owes_factor=True), MINUTE, Gate.SECOND_FACTOR_MISSING),
        (stamp(owes_factor=True), 15 * MINUTE, Gate.LOCKED),
        (stamp(), -MINUTE, Gate.OPEN),
    ],
)
def test_what_a_session_opens(it, after, expected):
    assert gate(it, NOON + after, POLICY) is expected


def test_a_session_is_written_again_only_now_and_then():
    assert not is_worth_noting(stamp(), NOON + timedelta(seconds=29), POLICY)
    assert is_worth_noting(stamp(), NOON + timedelta(seconds=30), POLICY)


@pytest.mark.requirement("URS-PWD-01")
def test_a_password_ages_only_where_that_is_set():
    assert secret_ends(NOON, 0) is None
    assert secret_ends(None, 365) is None
    assert secret_ends(NOON, 365) == NOON + 365 * DAY


@pytest.mark.parametrize(("days", "expected"), [(15, None), (14, 14), (13.5, 13), (0.5, 0), (-1, 0)])
def test_fourteen_days_before_somebody_is_warned(days, expected):
    assert days_left(NOON + days * DAY, NOON) == expected


def test_nobody_is_warned_whose_password_does_not_age():
    assert days_left(None, NOON) is None


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome, Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML) Version/18 Safari/604",
            "Safari, iPhone",
        ),
        ("curl/8.0", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent, expected):
    assert device_of(agent) == expected


def test_codes_are_told_apart_by_their_length():
    assert factor_of_code("123456") is FactorKind.TOTP
    assert factor_of_code("12345678") is FactorKind.RECOVERY_CODES
    assert factor_of_code("") is FactorKind.RECOVERY_CODES


def test_a_code_counts_for_its_step_and_the_two_beside_it():
    at = datetime.fromtimestamp(59, UTC)  # RFC 6238, appendix B: step 1
    assert list(counters_around(at)) == [0, 1, 2]

"""When a late action is chased, which code is free, and when a day is over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fmea.rules.moving import end_of, is_to_chase, next_code
from fmea.rules.worksheet import Action, ActionStatus

DUE = date(2026, 3, 10)


def on(days: int) -> date:
    return DUE + timedelta(days=days)


def chased(today: int, last: int | None, status: ActionStatus = ActionStatus.PLANNED) -> bool:
    own = Action("A1", due=DUE, status=status)
    return is_to_chase(own, None if last is None else on(last), on(today))


@pytest.mark.parametrize(
    ("today", "last", "expected"),
    [
        (0, None, False),
        (1, None, True),
        (1, 1, False),
        (2, 1, False),
        (7, 1, False),
        (8, 1, True),
        (30, 1, True),
        # it was chased for a due day that it has no longer
        (1, 0, True),
        (2, -3, True),
    ],
)
def test_on_the_first_late_day_and_every_seventh(today: int, last: int | None, expected: bool) -> None:
    assert chased(today, last) is expected


@pytest.mark.parametrize("status", [ActionStatus.DONE, ActionStatus.VERIFIED, ActionStatus.DROPPED])
def test_what_is_not_open_is_not_chased(status: ActionStatus) -> None:
    assert not chased(9, None, status)


def test_the_next_code_is_never_one_that_was_there() -> None:
    assert next_code(frozenset()) == "A1"
    assert next_code(frozenset({"A1", "A7", "B9", "A", "Ax"})) == "A8"


def test_a_day_ends_where_the_site_is() -> None:
    assert end_of(DUE, "America/New_York") == datetime(2026, 3, 11, 4, tzinfo=UTC)
    assert end_of(date(2026, 3, 29), "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC), (
        "23 hours long"
    )

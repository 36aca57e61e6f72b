"""What is left of a question to whoever audits a certain time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.rules.questions import Question, closed
from people.rules.authority import ALL_TIME, Period

NOON, DAY = datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(days=1)
OPEN = Period(NOON, NOON + 10 * DAY)


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [
        (0, 10, (0, 10)),
        (-1, 11, (0, 10)),
        (-1, 5, (0, 5)),
        (5, 11, (5, 10)),
        (2, 3, (2, 3)),
        (-3, 0, None),
        (10, 12, None),
    ],
)
def test_a_stretch_of_time_is_cut_to_what_is_open(
    since: int, until: int, left: tuple[int, int] | None
) -> None:
    asked = Question(since=NOON + since * DAY, until=NOON + until * DAY)
    assert closed(asked, OPEN) == ({} if left else {"since": "not_open"})
    assert asked.is_within(OPEN) is (left == (since, until))
    assert closed(asked, ALL_TIME) == {}
    assert asked.within(ALL_TIME) == asked
    if left:
        assert asked.within(OPEN) == Question(since=NOON + left[0] * DAY, until=NOON + left[1] * DAY)


def test_what_has_not_come_is_cut_off_in_the_zone_in_which_it_was_asked() -> None:
    there = ZoneInfo("Europe/Amsterdam")
    asked = Question(since=NOON.astimezone(there), until=(NOON + 2 * DAY).astimezone(there))
    assert asked.until_now(NOON + DAY).said()["until"] == (NOON + DAY).astimezone(there).isoformat()
    assert asked.until_now(NOON + 3 * DAY) == asked


@pytest.mark.parametrize(("day", "is_open"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_moment_is_open_or_not(day: int, is_open: bool) -> None:
    asked = Question(moment=NOON + day * DAY)
    assert closed(asked, OPEN) == ({} if is_open else {"moment": "not_open"})
    assert asked.is_within(OPEN) is is_open


def test_what_has_no_time_is_open() -> None:
    assert closed(Question(journey="CHA1"), OPEN) == {}
    assert Question(journey="CHA1").is_within(OPEN)

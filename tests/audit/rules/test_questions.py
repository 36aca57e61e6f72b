"""What is left of a question to whoever audits a certain time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.rules.questions import LONGEST, Ask, Question, closed, problems
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


TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (Question(journey="x"), {}),
        (Question(), {"journey": "required"}),
        (Question(journey="x", batch="y"), {"batch": "not_asked"}),
        (Question(batch="y"), {"journey": "required", "batch": "not_asked"}),
        (Question(journey="x", since=NOON - DAY, until=NOON), {}),
        (Question(journey="x", since=NOON), {"until": "required"}),
        (Question(journey="x", until=NOON), {"since": "required"}),
        (Question(journey="x", since=NOON, until=NOON), {"until": "before_since"}),
        (Question(journey="x", since=NOON, until=NOON + TICK), {}),
        (Question(journey="x", since=NOON + TICK, until=NOON + DAY), {"since": "in_the_future"}),
        (Question(journey="x", since=NOON - LONGEST, until=NOON), {}),
        (Question(journey="x", since=NOON - LONGEST - TICK, until=NOON), {"until": "too_long"}),
    ],
)
def test_what_is_wrong_with_a_question_is_named_by_its_field(
    question: Question, wrong: dict[str, str]
) -> None:
    assert problems(question, {Ask.JOURNEY}, {Ask.PERIOD}, NOON) == wrong


def test_a_time_that_is_asked_for_must_be_told_and_have_come() -> None:
    assert problems(Question(), {Ask.PERIOD}, (), NOON) == {"since": "required", "until": "required"}
    assert problems(Question(moment=NOON), {Ask.MOMENT}, (), NOON) == {}
    assert problems(Question(moment=NOON + TICK), {Ask.MOMENT}, (), NOON) == {"moment": "in_the_future"}
    assert problems(Question(since=NOON - DAY, until=NOON), (), (), NOON) == {"since": "not_asked"}


@pytest.mark.parametrize(("until", "left"), [(None, None), (NOON, NOON), (NOON + DAY, NOON)])
def test_a_report_says_no_more_than_it_can_know(until: datetime | None, left: datetime | None) -> None:
    assert Question(until=until).until_now(NOON) == Question(until=left)

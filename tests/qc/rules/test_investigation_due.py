"""Out of specification: until when it has to be looked into."""

from datetime import date

import pytest

from qc.rules.investigations import Timetable, due, is_overdue, working_day
from tests.qc.rules.investigations_given import ENDED, OPENED, PHASE_1, PHASE_2

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 4, date(2026, 3, 6)),
        (MONDAY, 5, date(2026, 3, 9)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (MONDAY, 20, date(2026, 3, 30)),
    ],
)
def test_working_days(start, days, expected):
    assert working_day(start, days) == expected


@pytest.mark.parametrize(
    ("it", "today", "expected"),
    [
        (PHASE_1, date(2026, 3, 9), False),
        (PHASE_1, date(2026, 3, 10), True),
        (OPENED, date(2026, 3, 10), True),
        (PHASE_2, date(2026, 3, 10), False),
        (PHASE_2, date(2026, 3, 30), False),
        (PHASE_2, date(2026, 3, 31), True),
        (ENDED, date(2026, 12, 31), False),
    ],
)
def test_overdue(it, today, expected):
    assert is_overdue(it, due(MONDAY, Timetable()), today) is expected

"""When one component signs: a series of signings, and what breaks it."""

from datetime import UTC, datetime, timedelta

import pytest

from people.rules.continuity import CONTINUOUS_FOR, Continuity

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.requirement("URS-SIG-04")
@pytest.mark.parametrize(
    ("passed", "goes_on"),
    [
        (timedelta(), True),
        (CONTINUOUS_FOR - SECOND, True),
        (CONTINUOUS_FOR, True),
        (CONTINUOUS_FOR + SECOND, False),
        (-SECOND, False),
    ],
)
def test_a_series_goes_on_for_a_quarter_of_an_hour(passed, goes_on):
    assert Continuity(7, NOW).goes_on(7, NOW + passed) is goes_on


def test_another_person_and_a_session_without_a_beginning_are_no_series():
    assert not Continuity(7, NOW).goes_on(8, NOW)
    assert not Continuity().goes_on(7, NOW)
    assert not Continuity(7, None).goes_on(7, NOW)

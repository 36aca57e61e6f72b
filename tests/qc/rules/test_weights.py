"""A weight and its date, to the second."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.weights import Weight, WeightHindrance, hindrance, weight_for

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def weighed(ago: timedelta, kg: str = "70") -> Weight:
    return Weight(Decimal(kg), NOW - ago)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        pytest.param(None, WeightHindrance.MISSING, id="none"),
        pytest.param(weighed(14 * DAY), None, id="exactly as old as it may be"),
        pytest.param(weighed(14 * DAY + SECOND), WeightHindrance.TOO_OLD, id="too old by a second"),
        pytest.param(weighed(14 * DAY - SECOND), None, id="a second younger"),
        pytest.param(weighed(timedelta(0)), None, id="at the very moment"),
        pytest.param(weighed(-SECOND), WeightHindrance.LATER, id="a second after the moment"),
    ],
)
def test_whether_a_weight_may_be_used(weight: Weight | None, expected: WeightHindrance | None):
    assert hindrance(weight, NOW, 14) is expected


def test_until_when_a_weight_is_good():
    assert weighed(DAY).good_until(14) == NOW + 13 * DAY
    assert hindrance(weighed(DAY), weighed(DAY).good_until(14), 14) is None


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ((), None),
        ((3 * DAY, DAY, 2 * DAY), DAY),
        ((3 * DAY, -DAY), 3 * DAY),
        ((timedelta(0), -SECOND), timedelta(0)),
        ((-2 * DAY, -DAY), -DAY),
    ],
    ids=["none", "the last", "not a later one", "the very moment", "only later ones: the first"],
)
def test_which_weight_counts(ages: tuple[timedelta, ...], expected: timedelta | None):
    found = weight_for([weighed(age) for age in ages], NOW)
    assert found == (None if expected is None else weighed(expected))


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 60))
def test_what_is_too_old_stays_too_old(age: int, more: int, days: int):
    older, younger = weighed(timedelta(seconds=age + more)), weighed(timedelta(seconds=age))
    if hindrance(older, NOW, days) is None:
        assert hindrance(younger, NOW, days) is None

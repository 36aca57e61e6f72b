"""Refused scans of weeks as shares, against sums by hand."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from cpv.rules.basis import NotComputable, Why
from cpv.rules.programme.shares import shares
from cpv.rules.programme.weeks import ScansOfWeek

NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)


def week(day: date, scans: int, refused: int, site: str = "PLANT") -> ScansOfWeek:
    return ScansOfWeek(site, "Europe/Berlin", day, scans, refused)


WEEKS = [
    week(date(2027, 2, 1), 1000, 10),
    week(date(2027, 2, 8), 50, 3),
    week(date(2027, 2, 15), 400, 2),
    week(date(2027, 2, 22), 2000, 30),
]


def test_limits_follow_how_many_scans_there_were():
    found = shares(WEEKS, NOW)
    x, n = np.array([10, 3, 2, 30]), np.array([1000, 50, 400, 2000])
    p = x.sum() / n.sum()
    plain = np.sqrt(p * (1 - p) / n)
    z = (x / n - p) / plain
    sigma_z = np.abs(np.diff(z)).mean() * np.sqrt(np.pi) / 2
    assert found.chart.limits.sigma_z == pytest.approx(sigma_z)
    assert found.chart.upper == pytest.approx(p + 3 * sigma_z * plain)
    assert [it.name for it in found.weeks] == ["2027-W05", "2027-W06", "2027-W07", "2027-W08"]


def test_a_week_that_is_not_over_has_no_point():
    assert len(shares([*WEEKS, week(date(2027, 3, 1), 90, 9)], NOW).weeks) == 4


def test_sites_of_one_week_are_taken_together_whatever_their_order():
    other = week(date(2027, 2, 8), 150, 1, "NORTH")
    found = shares([other, *reversed(WEEKS)], NOW)
    assert [(it.scans, it.refused) for it in found.weeks] == [(1000, 10), (200, 4), (400, 2), (2000, 30)]


@pytest.mark.parametrize(("rows", "why"), [([], Why.EMPTY), (WEEKS[:1], Why.TOO_FEW)])
def test_without_weeks_it_says_why(rows: list[ScansOfWeek], why: Why):
    with pytest.raises(NotComputable) as caught:
        shares(rows, NOW)
    assert caught.value.why is why

"""Refused scans of a week: which weeks have a number, and of which sites."""

from datetime import UTC, date, datetime

import pytest

from cpv.rules.programme import plan as plans
from cpv.rules.programme.observing import Observed
from cpv.rules.programme.plan import By, Parameter, Plan, Source, SourceKind, Stratum
from cpv.rules.programme.weeks import (
    ScansOfWeek,
    WeekLeftOut,
    WeekWhy,
    observed_weeks,
    week_name,
    weeks_left_out,
)
from tests.cpv.rules.programme.given import PLAN

MONDAY = date(2026, 11, 2)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
REFUSED = Parameter("REFUSED", "Refused scans", Source(SourceKind.REFUSED_SCANS), unit="%")


def plan(*strata: Stratum) -> Plan:
    others = (Parameter("X", "X", Source(SourceKind.EXTERNAL)),)
    return Plan(
        "Scans", "CD19", 120, (*others, Parameter("REFUSED", "Refused", REFUSED.source, "%", strata=strata))
    )


BY_SITE, TOGETHER = plan(Stratum(By.SITE)), plan()


def week(
    scans: int = 40, refused: int = 1, site: str = "PLANT", starts_on: date = MONDAY, zone: str = "UTC"
) -> ScansOfWeek:
    return ScansOfWeek(site, zone, starts_on, scans, refused)


def test_a_finished_week_is_a_percentage_of_its_site():
    ((found),) = observed_weeks(BY_SITE, [week(30, 1)], LATER)
    assert (found.subject, found.starts_on) == ("2026-W45", MONDAY)
    assert found.observed == Observed("REFUSED", ("PLANT",), "3.3333", False, "scans:PLANT:2026-W45")


def test_sites_stand_apart_unless_the_plan_takes_them_together():
    rows = [week(30, 3, "PLANT"), week(60, 3, "CLINIC"), week(20, 0, starts_on=date(2026, 10, 26))]
    apart = [
        (it.subject, it.observed.stratum, it.observed.value) for it in observed_weeks(BY_SITE, rows, LATER)
    ]
    assert apart == [
        ("2026-W44", ("PLANT",), "0.0000"),
        ("2026-W45", ("CLINIC",), "5.0000"),
        ("2026-W45", ("PLANT",), "10.0000"),
    ]
    together = [
        (it.subject, it.observed.stratum, it.observed.value) for it in observed_weeks(TOGETHER, rows, LATER)
    ]
    assert together == [("2026-W44", (), "0.0000"), ("2026-W45", (), "6.6667")]


def test_a_week_of_few_scans_has_no_number():
    assert weeks_left_out(BY_SITE, [week(19, 1)], LATER) == (
        WeekLeftOut("REFUSED", "2026-W45", ("PLANT",), WeekWhy.TOO_FEW_SCANS),
    )
    assert observed_weeks(BY_SITE, [week(19, 1)], LATER) == ()
    assert len(observed_weeks(BY_SITE, [week(20, 1)], LATER)) == 1
    assert len(observed_weeks(TOGETHER, [week(10, 1), week(10, 1, "CLINIC")], LATER)) == 1


@pytest.mark.parametrize(
    ("zone", "now", "is_there"),
    [
        ("UTC", datetime(2026, 11, 8, 23, 59, tzinfo=UTC), False),
        ("UTC", datetime(2026, 11, 9, 0, 0, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 11, 9, 4, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 11, 9, 5, 0, tzinfo=UTC), True),
        ("Asia/Tokyo", datetime(2026, 11, 8, 15, 0, tzinfo=UTC), True),
    ],
)
def test_a_week_is_over_at_the_midnight_of_its_site(zone, now, is_there):
    rows = [week(zone=zone)]
    assert bool(observed_weeks(BY_SITE, rows, now)) is is_there
    assert [it.why for it in weeks_left_out(BY_SITE, rows, now)] == (
        [] if is_there else [WeekWhy.NOT_FINISHED]
    )


def test_together_a_week_is_over_when_it_is_over_everywhere():
    rows = [week(zone="Asia/Tokyo"), week(site="CLINIC", zone="America/New_York")]
    now = datetime(2026, 11, 9, 0, 0, tzinfo=UTC)
    assert [it.observed.stratum for it in observed_weeks(BY_SITE, rows, now)] == [("PLANT",)]
    assert observed_weeks(TOGETHER, rows, now) == ()


def test_a_week_at_the_turn_of_a_year_is_of_the_year_of_its_thursday():
    assert week_name(date(2026, 12, 28)) == "2026-W53"
    assert week_name(date(2027, 1, 4)) == "2027-W01"
    assert week_name(date(2024, 12, 30)) == "2025-W01"


def test_a_plan_without_refused_scans_has_no_weeks():
    assert (
        observed_weeks(
            Plan("x", "CD19", 1, (Parameter("X", "X", Source(SourceKind.EXTERNAL)),)), [week()], LATER
        )
        == ()
    )


def test_in_a_plan_it_is_parted_by_site_alone():
    own = {"code": "REFUSED", "title": "Refused scans", "source": {"kind": "refused_scans"}, "unit": "%"}
    found, faults = plans.parse(PLAN | {"parameters": [own]})
    assert faults == ()
    assert found is not None
    assert found.parameters[0].source == REFUSED.source
    assert found.parameters[0].strata == (Stratum(By.SITE),)
    lots = own | {"strata": [{"by": "material", "kind": "vector"}]}
    ((fault),) = plans.problems(PLAN | {"parameters": [lots]})
    assert (fault.path, fault.code) == ("parameters[0].strata", "not_choice")
    ((fault),) = plans.problems(
        PLAN | {"parameters": [own | {"source": {"kind": "refused_scans", "step": "x"}}]}
    )
    assert "source" in fault.path

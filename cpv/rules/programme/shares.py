"""Refused scans as shares of all scans of a week: a p chart whose limits follow how many scans there were (Laney's p').

It stands beside the chart of weekly percentages, which makes work: that one takes every week for one number, this one
knows that a percentage of thirty scans scatters more than one of three thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from cpv.rules.attributes import AttributeChart, Kind, attribute_chart, attribute_limits
from cpv.rules.programme.weeks import ScansOfWeek, is_finished, week_name


@dataclass(frozen=True)
class Week:
    """A finished week: its name, when it began, and how many scans of how many were refused."""

    name: str
    starts_on: date
    scans: int
    refused: int


@dataclass(frozen=True, eq=False)
class Shares:
    """Finished weeks, the earliest first, and their chart: one point a week."""

    weeks: tuple[Week, ...]
    chart: AttributeChart


def shares(rows: Sequence[ScansOfWeek], now: datetime) -> Shares:
    """The p' chart of finished weeks, the sites of one week taken together; limits from these weeks themselves.

    Laney, Quality Engineering 14 (2002) 531. Raises NotComputable: EMPTY, TOO_FEW (under two weeks in succession).
    """
    ordered = sorted((row for row in rows if row.scans and is_finished(row, now)), key=_start)
    weeks = tuple(_week(start, list(own)) for start, own in groupby(ordered, key=_start))
    counts, sizes = [week.refused for week in weeks], [week.scans for week in weeks]
    limits = attribute_limits(Kind.P, counts, sizes, laney=True)
    return Shares(weeks, attribute_chart(limits, counts, sizes))


def _start(row: ScansOfWeek) -> date:
    return row.starts_on


def _week(start: date, rows: Sequence[ScansOfWeek]) -> Week:
    return Week(week_name(start), start, sum(row.scans for row in rows), sum(row.refused for row in rows))

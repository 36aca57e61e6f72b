"""A number a week and site: how many of a hundred scans were refused. A week is one of ISO 8601 at its site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from cpv.rules.programme.observing import DECIMALS, Observed
from cpv.rules.programme.plan import By, Parameter, Plan, SourceKind

# A percentage of fewer says more of the few than of the site.
LEAST_SCANS = 20
WEEK = timedelta(days=7)
_ROUNDED = Context(prec=50, rounding=ROUND_HALF_EVEN)


class WeekWhy(StrEnum):
    """Why a week has no number."""

    NOT_FINISHED = "not_finished"
    TOO_FEW_SCANS = "too_few_scans"


@dataclass(frozen=True)
class ScansOfWeek:
    """Scans of one site in the week that starts on this Monday of the site's calendar (`zone`, IANA)."""

    site: str
    zone: str
    starts_on: date
    scans: int
    refused: int


@dataclass(frozen=True)
class WeekObserved:
    """The number of one week: `subject` as `2026-W45`, the percentage in `observed`."""

    subject: str
    starts_on: date
    observed: Observed


@dataclass(frozen=True)
class WeekLeftOut:
    """A week without a number, and why."""

    parameter: str
    subject: str
    stratum: tuple[str, ...]
    why: WeekWhy


def observed_weeks(plan: Plan, rows: Sequence[ScansOfWeek], now: datetime) -> tuple[WeekObserved, ...]:
    """The percentages of refused scans that the plan watches, the earliest week first; of finished weeks alone."""
    return tuple(it for it in _read(plan, rows, now) if isinstance(it, WeekObserved))


def weeks_left_out(plan: Plan, rows: Sequence[ScansOfWeek], now: datetime) -> tuple[WeekLeftOut, ...]:
    """The weeks without a number, the earliest first."""
    return tuple(it for it in _read(plan, rows, now) if isinstance(it, WeekLeftOut))


def week_name(day: date) -> str:
    """The week of a day, as ISO 8601 writes it: the year is that of its Thursday."""
    year, week, _day = day.isocalendar()
    return f"{year:04}-W{week:02}"


def _read(plan: Plan, rows: Sequence[ScansOfWeek], now: datetime) -> list[WeekObserved | WeekLeftOut]:
    watched = [it for it in plan.parameters if it.source.kind is SourceKind.REFUSED_SCANS]
    return [_of(parameter, key, own, now) for parameter in watched for key, own in _groups(parameter, rows)]


_Key = tuple[date, tuple[str, ...]]


def _groups(parameter: Parameter, rows: Sequence[ScansOfWeek]) -> list[tuple[_Key, list[ScansOfWeek]]]:
    """Rows of one week and stratum: of each site by itself, or of all together where the plan parts no sites."""
    is_by_site = any(stratum.by is By.SITE for stratum in parameter.strata)

    def key(row: ScansOfWeek) -> _Key:
        return row.starts_on, (row.site,) if is_by_site else ()

    return [(found, list(own)) for found, own in groupby(sorted(rows, key=key), key=key)]


def _of(
    parameter: Parameter, key: _Key, rows: Sequence[ScansOfWeek], now: datetime
) -> WeekObserved | WeekLeftOut:
    (starts_on, stratum), subject = key, week_name(key[0])
    scans, refused = sum(row.scans for row in rows), sum(row.refused for row in rows)
    if not all(is_finished(row, now) for row in rows):
        return WeekLeftOut(parameter.code, subject, stratum, WeekWhy.NOT_FINISHED)
    if scans < LEAST_SCANS:
        return WeekLeftOut(parameter.code, subject, stratum, WeekWhy.TOO_FEW_SCANS)
    percent = _ROUNDED.divide(Decimal(100 * refused), Decimal(scans)).quantize(DECIMALS, context=_ROUNDED)
    sites = ",".join(row.site for row in rows)
    return WeekObserved(
        subject,
        starts_on,
        Observed(parameter.code, stratum, f"{percent:f}", source=f"scans:{sites}:{subject}"),
    )


def is_finished(row: ScansOfWeek, now: datetime) -> bool:
    """Whether the week is over at its site: until then more scans may come."""
    return now.astimezone(ZoneInfo(row.zone)).date() >= row.starts_on + WEEK

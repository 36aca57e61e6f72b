"""Refused scans and near misses of a period: each with what was expected and scanned, and how often, where and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import Reach, journey_for, reach_of, station_of, whom
from audit.forms.reports import meaning
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.rates import per_thousand
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from coi.forms import words
from coi.forms.texts import refusal_text
from coi.rules.outcome import STOPS
from coi.rules.windows import Window
from coi.selectors.protocols import Titles
from coi.selectors.refused import (
    MOST,
    RefusedScan,
    ScanSum,
    refused_scans,
    sums_of_codes,
    sums_of_scans,
    titles_at,
)
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a period."""
    reach = reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    window = window_of(person, question, reach, now)
    scans = refused_scans(person, window, now)
    sums, titles = sums_of_scans(window), titles_at(reach.codes)
    stations = {it.code: it.name for it in people.stations({row.site for row in sums})}
    return Report(
        kind=KIND.code,
        title=_("Refused scans and near misses"),
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=tuple(sorted({*reach.codes, *(row.site for row in sums)} if window.coi_id else reach.codes)),
        sections=(
            _facts(sums),
            by_code(
                "steps", _("By step"), sums, lambda it: it.step, lambda it: titles.get(it, words.step(it))
            ),
            by_code(
                "stations", _("By station"), sums, lambda it: it.station, lambda it: stations.get(it, it)
            ),
            _codes(window, titles),
            scans_table(scans),
        ),
        found=near_misses_found(sum(scan.is_near_miss for scan in scans), "scans"),
        left_out=_left_out(sums),
    )


def window_of(person: Person, question: Question, reach: Reach, now: datetime) -> Window:
    """Which scans are asked about; NotFound for a station, person or journey that is not there or not theirs to see."""
    if question.journey:
        journey_for(person, question, Right.READ_AUDIT_REPORTS, now)
    station_of(question, reach)
    return Window(
        sites=reach.codes,
        since=reach.since,
        until=reach.until,
        station=question.station,
        person_id=whom(question, reach, now),
        coi_id=question.journey,
    )


def _left_out(sums: Sequence[ScanSum]) -> tuple[str, ...]:
    refused = sum(it.refused for it in sums)
    told = (_("What was scanned is kept encrypted: the report says what kind of code it was, not its text."),)
    if refused <= MOST:
        return told
    more = _("Of %(refused)s refused scans the newest %(most)s are listed; the sums count all of them.")
    return (*told, more % {"refused": refused, "most": MOST})


def near_misses_found(misses: int, section: str) -> tuple[Found, ...]:
    """What is said of near misses before anything else, where there were any; `section`: where they are told."""
    text = _("Near misses: %s. What was stopped would have been a mix-up of patients or containers.")
    return (Found(Severity.NOTE, text % misses, section),) if misses else ()


# --- sums -------------------------------------------------------------------------------------------------------------


def near_miss_rate(misses: int, scans: int) -> tuple[tuple[str, str, Decimal | None, str], ...]:
    """Near misses per 1,000 scans and their interval: key, title, value and what it means of each."""
    rate = per_thousand(misses, scans)
    return (
        (
            "near_miss_rate",
            _("Near misses per 1,000 scans"),
            rate.value,
            meaning.share(misses, scans, _("scans")),
        ),
        ("near_miss_low", _("95 % interval from"), rate.low, meaning.interval()),
        ("near_miss_high", _("95 % interval to"), rate.high, meaning.interval()),
    )


def _facts(sums: Sequence[ScanSum]) -> Facts:
    scans, refused = sum(it.scans for it in sums), sum(it.refused for it in sums)
    stops, misses = sum(it.stops for it in sums), sum(it.near_misses for it in sums)
    told = (
        ("near_misses", _("Near misses"), misses, meaning.near_misses()),
        *near_miss_rate(misses, scans),
        ("stops", _("STOPs"), stops, meaning.stops()),
        ("refused", _("Refused or unreadable"), refused, meaning.refused()),
        (
            "refused_rate",
            _("Refused per 1,000 scans"),
            per_thousand(refused, scans).value,
            meaning.share(refused, scans, _("scans")),
        ),
        ("scans", _("Scans"), scans, meaning.scans()),
    )
    facts = tuple(Fact(key, title, value, ColumnKind.NUMBER, about) for key, title, value, about in told)
    return Facts("sums", _("In all"), facts)


def rates_columns() -> tuple[Column, ...]:
    """What stands in a table of rates after the name."""
    return (
        Column("scans", _("Scans"), ColumnKind.NUMBER),
        Column("refused", _("Refused"), ColumnKind.NUMBER),
        Column("stops", _("STOPs"), ColumnKind.NUMBER),
        Column("near_misses", _("Near misses"), ColumnKind.NUMBER),
        Column("near_miss_rate", _("Near misses per 1,000 scans"), ColumnKind.NUMBER),
        Column("near_miss_low", _("95 % from"), ColumnKind.NUMBER),
        Column("near_miss_high", _("95 % to"), ColumnKind.NUMBER),
        Column("keyed", _("Typed"), ColumnKind.NUMBER),
    )


def rates_row(sums: Iterable[ScanSum]) -> tuple[Cell, ...]:
    """The figures of some sums together."""
    found = tuple(sums)
    scans, misses = sum(it.scans for it in found), sum(it.near_misses for it in found)
    rate = per_thousand(misses, scans)
    refused, stops = sum(it.refused for it in found), sum(it.stops for it in found)
    keyed = sum(it.keyed for it in found)
    return (scans, refused, stops, misses, rate.value, rate.low, rate.high, keyed)


def by_code(
    key: str,
    title: str,
    sums: Sequence[ScanSum],
    by: Callable[[ScanSum], str],
    name: Callable[[str], str],
) -> Table:
    """The sums by step or by station."""
    groups: dict[str, list[ScanSum]] = {}
    for it in sums:
        groups.setdefault(by(it), []).append(it)
    columns = (
        Column("name", _("Name")),
        *rates_columns(),
        Column("code", _("Code"), ColumnKind.CODE),
    )
    rows = tuple(
        (name(code) if code else _("no step found"), *rates_row(found), code)
        for code, found in sorted(groups.items())
    )
    about = _(
        "Rates are of the scans in the same row. The 95 % interval is exact (Clopper and Pearson): few scans show "
        "little. Typed: the code was entered by hand."
    )
    return Table(key, title, columns, rows, _("Nothing was scanned."), about)


def _codes(window: Window, titles: Titles) -> Table:
    columns = (
        Column("reason", _("Why"), ColumnKind.WORD),
        Column("kind", _("Hint or STOP"), ColumnKind.WORD),
        Column("step", _("Step")),
        Column("scans", _("Scans"), ColumnKind.NUMBER),
        Column("code", _("Code"), ColumnKind.CODE),
    )
    rows = tuple(
        (
            words.refusal(it.code),
            _("STOP") if it.code in STOPS else _("hint"),
            titles.get(it.step, words.step(it.step)),
            it.scans,
            it.code,
        )
        for it in sums_of_codes(window)
    )
    about = _("One scan may be refused for several reasons; it counts at each.")
    return Table("codes", _("By reason"), columns, rows, _("Nothing was refused."), about)


# --- one by one -------------------------------------------------------------------------------------------------------


def scans_table(scans: Sequence[RefusedScan]) -> Table:
    """Every refused scan, the newest first."""
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("mark", _("Mark"), ColumnKind.MARK),
        Column("sort", _("What"), ColumnKind.WORD),
        Column("reasons", _("Why")),
        Column("text", _("What was expected and scanned")),
        Column("step", _("Step")),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("site", _("Site"), ColumnKind.CODE),
        Column("station", _("Station")),
        Column("person", _("Person")),
        Column("typed", _("Typed"), ColumnKind.YES),
        Column("deviation", _("Deviation"), ColumnKind.CODE),
    )
    rows = tuple(_scan(scan) for scan in scans)
    return Table(
        "scans", _("Every refused scan"), columns, rows, _("Nothing was refused."), zone_column="zone"
    )


def _scan(it: RefusedScan) -> tuple[Cell, ...]:
    return (
        it.at,
        it.zone,
        "bad" if it.is_near_miss or it.is_stop else "warn",
        _sort(it),
        ", ".join(words.refusal(code) for code in it.codes),
        " ".join(_said(refusal, it) for refusal in it.refusals),
        it.step_title,
        it.coi_id,
        it.site,
        it.station,
        it.person,
        it.is_keyed,
        it.deviation,
    )


def _sort(it: RefusedScan) -> str:
    if it.is_near_miss:
        return _("near miss")
    return _("STOP") if it.is_stop else _("hint")


def _said(refusal: Mapping[str, object], it: RefusedScan) -> str:
    """What the station said then, with the codes that may be shown: of the container expected, and of the one found."""
    params = refusal["params"]
    told = {str(k): str(v) for k, v in params.items()} if isinstance(params, Mapping) else {}
    message, _remedy = refusal_text(str(refusal["code"]), told, it.zone, it.titles)
    shown = [f"{name}: {told[key]}" for key, name in _shown() if told.get(key)]
    return f"{message} ({'; '.join(shown)})" if shown else message


def _shown() -> tuple[tuple[str, str], ...]:
    return (("expected", _("expected")), ("found", _("scanned")), ("label", _("label")))


KIND = ReportKind(
    code="refusals",
    title=gettext_lazy("Refused scans and near misses"),
    about=gettext_lazy(
        "A period: every refused scan with its reason, near misses, and rates by step, station and reason."
    ),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE, Ask.STATION, Ask.PERSON, Ask.JOURNEY}),
)

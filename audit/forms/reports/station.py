"""What happened at one station in a period: scans, people, checks, line clearances, and its scanner's test cards."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import Reach, reach_of, station_of, there
from audit.forms.reports.refusals import near_misses_found
from audit.forms.reports.steps_table import steps_table
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from coi.forms import words
from coi.rules.journey import CheckState
from coi.rules.outcome import Outcome
from coi.rules.windows import Window
from coi.selectors.work_done import (
    MOST,
    Certificate,
    CheckAt,
    Clearance,
    PersonAt,
    certificates_at,
    checks_at,
    clearances_at,
    outcomes_at,
    people_at,
    steps_at,
)
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import StationView

STATES: Mapping[CheckState, str | Promise] = {
    CheckState.OPEN: gettext_lazy("open"),
    CheckState.COMPLETE: gettext_lazy("complete"),
    CheckState.STOPPED: gettext_lazy("STOPPED"),
    CheckState.ABANDONED: gettext_lazy("abandoned"),
}


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a station."""
    reach = reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    station = there(station_of(question, reach))
    window = Window((station.site,), reach.since, reach.until, station=station.code)
    steps, checks = steps_at(person, window, now), checks_at(person, window, now)
    scanned_by = people_at(window)
    clearances = clearances_at(person, window, station.place, now)
    certificates = certificates_at(station.code, reach.since, reach.until)
    return Report(
        kind=KIND.code,
        title=_("Station %s") % station.name,
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=(station.site,),
        sections=(
            _facts(station, certificates, reach, now),
            _outcomes(outcomes_at(window)),
            _people(scanned_by, station.zone),
            steps_table(steps),
            _checks(checks, station.zone),
            _clearances(clearances, station.zone),
            _certificates(certificates, station.zone),
        ),
        found=(
            *_found(checks, certificates, reach, now),
            *near_misses_found(sum(it.near_misses for it in scanned_by), "people"),
        ),
        subjects=(("station", station.code),),
        left_out=(_("Of steps, checks and clearances the newest %s each are listed.") % MOST,)
        if max(map(len, (steps, checks, clearances))) >= MOST
        else (),
    )


def _in_force(certificates: Sequence[Certificate], at: datetime) -> Certificate | None:
    """The newest test card before a moment, if it was passed and had not run out."""
    newest = next((it for it in certificates if it.at <= at), None)
    return newest if newest is not None and newest.until is not None and newest.until > at else None


def _found(
    checks: Sequence[CheckAt], certificates: Sequence[Certificate], reach: Reach, now: datetime
) -> tuple[Found, ...]:
    end = min(now, reach.until)
    told = []
    if _in_force(certificates, end) is None:
        text = _("At the end of the period no test card counted for the scanner of this station.")
        told.append(Found(Severity.NOTE, text, "certificates"))
    left = [it for it in checks if it.state is CheckState.STOPPED and it.cleared_at is None]
    if left:
        text = _("%s STOPs were never cleared.")
        told.append(Found(Severity.GAP, text % len(left), "checks"))
    return tuple(told)


def _facts(station: StationView, certificates: Sequence[Certificate], reach: Reach, now: datetime) -> Facts:
    end = min(now, reach.until)
    certificate = _in_force(certificates, end)
    facts = (
        Fact("station", _("Station"), station.code, ColumnKind.CODE),
        Fact("name", _("Name"), station.name),
        Fact("site", _("Site"), station.site_name),
        Fact("place", _("Place"), station.place, ColumnKind.CODE),
        Fact("single", _("For one patient at a time"), station.place_is_single_patient, ColumnKind.YES),
        Fact("active", _("In use"), station.is_active, ColumnKind.YES),
        Fact("scanner", _("Scanner qualified"), certificate is not None, ColumnKind.YES),
        Fact("until", _("Qualified until"), certificate.until if certificate else None, ColumnKind.TIME),
    )
    return Facts("station", _("The station"), facts, zone=station.zone)


def _outcomes(counts: Mapping[Outcome, int]) -> Table:
    columns = (
        Column("outcome", _("Outcome"), ColumnKind.WORD),
        Column("scans", _("Scans"), ColumnKind.NUMBER),
    )
    rows = tuple((words.outcome(it), counts[it]) for it in Outcome if it in counts)
    return Table("outcomes", _("Scans by outcome"), columns, rows, _("Nothing was scanned."))


def _people(found: Sequence[PersonAt], zone: str) -> Table:
    columns = (
        Column("name", _("Person")),
        Column("scans", _("Scans"), ColumnKind.NUMBER),
        Column("refused", _("Refused"), ColumnKind.NUMBER),
        Column("near_misses", _("Near misses"), ColumnKind.NUMBER),
        Column("first_at", _("First scan"), ColumnKind.TIME),
        Column("last_at", _("Last scan"), ColumnKind.TIME),
    )
    rows = tuple((it.name, it.scans, it.refused, it.near_misses, it.first_at, it.last_at) for it in found)
    return Table("people", _("Who scanned"), columns, rows, _("Nobody scanned."), zone=zone)


def _checks(checks: Sequence[CheckAt], zone: str) -> Table:
    columns = (
        Column("opened_at", _("Begun"), ColumnKind.TIME),
        Column("closed_at", _("Ended"), ColumnKind.TIME),
        Column("step", _("Step")),
        Column("mark", _("Mark"), ColumnKind.MARK),
        Column("state", _("State"), ColumnKind.WORD),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("performer", _("First person")),
        Column("witness", _("Second person")),
        Column("refusals", _("Why it was stopped")),
        Column("cleared_at", _("STOP cleared"), ColumnKind.TIME),
        Column("cleared_by", _("Cleared by")),
    )
    marks = {CheckState.COMPLETE: "good", CheckState.STOPPED: "bad"}
    rows = tuple(
        (
            it.opened_at,
            it.closed_at,
            it.title,
            marks.get(it.state, "warn"),
            str(STATES[it.state]),
            it.coi_id,
            it.performer,
            it.witness,
            ", ".join(words.refusal(code) for code in it.codes),
            it.cleared_at,
            it.cleared_by,
        )
        for it in checks
    )
    return Table("checks", _("Checks"), columns, rows, _("No check was begun."), zone=zone)


def _clearances(found: Sequence[Clearance], zone: str) -> Table:
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("by", _("By")),
        Column("done", _("Cleared"), ColumnKind.YES),
        Column("journey", _("Journey that was here"), ColumnKind.CODE),
    )
    rows = tuple((it.at, it.by, it.is_done, it.coi_id) for it in found)
    empty = _("The place was not cleared from here.")
    return Table("clearances", _("Line clearances"), columns, rows, empty, zone=zone)


def _certificates(found: Sequence[Certificate], zone: str) -> Table:
    columns = (
        Column("at", _("Card scanned"), ColumnKind.TIME),
        Column("passed", _("Passed"), ColumnKind.YES),
        Column("until", _("Counts until"), ColumnKind.TIME),
        Column("by", _("By")),
        Column("make", _("Make")),
        Column("serial", _("Serial number"), ColumnKind.CODE),
        Column("card", _("Card"), ColumnKind.CODE),
    )
    rows = tuple(
        (it.at, it.until is not None, it.until, it.by, it.make, it.serial, it.card_version) for it in found
    )
    about = _("The last one before the period stands here too, for it may count into it.")
    empty = _("No test card was scanned.")
    return Table("certificates", _("Test cards of the scanner"), columns, rows, empty, about, zone)


KIND = ReportKind(
    code="station",
    title=gettext_lazy("A station"),
    about=gettext_lazy("One station over a period: scans, people, steps, checks, clearances, scanner."),
    asks=frozenset({Ask.STATION, Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
)

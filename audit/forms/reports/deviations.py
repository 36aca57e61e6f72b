"""Deviations of a period or of one journey: class, scope, owner, times, closure, signatures, the age of open ones."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import journey_for, reach_of
from audit.forms.reports.signatures import signature_gaps, signature_table
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from audit.selectors.signed import Judged, judged
from coi.forms import words
from coi.rules.deviations import DeviationClass, DeviationState
from coi.rules.windows import Window
from coi.selectors.quality import MOST_IN_REPORT, DeviationCourse, deviations_in
from ledger.selectors.histories import entries_of_period
from people.events import Event
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a period; with a journey, of that journey."""
    reach = reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    sites = reach.codes
    if question.journey:
        sites = tuple(
            sorted(set(journey_for(person, question, Right.READ_AUDIT_REPORTS, now).sites.values()))
        )
    window = Window(reach.codes, reach.since, reach.until, coi_id=question.journey)
    found = deviations_in(person, window, now)
    signed = _signed(found, now)
    return Report(
        kind=KIND.code,
        title=_("Deviations"),
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=sites,
        sections=(_facts(found, now), deviations_table(found, now), signature_table(signed)),
        found=(*_found(found), *signature_gaps(signed)),
        subjects=(("order", question.journey),) if question.journey else (),
        left_out=_left_out(found),
    )


def _left_out(found: Sequence[DeviationCourse]) -> tuple[str, ...]:
    told = (
        _("What people wrote about cause and disposition lies in the vault, on the page of the deviation."),
    )
    if len(found) < MOST_IN_REPORT:
        return told
    return (*told, _("The newest %s are listed.") % MOST_IN_REPORT)


def _found(found: Sequence[DeviationCourse]) -> tuple[Found, ...]:
    """What is late or open, and what was closed without a valid hand under it, which the database refuses."""
    late = [it.row.code for it in found if it.row.is_late]
    still_open = [it.row.code for it in found if it.closed_at is None and not it.row.is_late]
    unsigned = [it.row.code for it in found if it.closed_at is not None and not it.signatures]
    told = (
        (late, Severity.NOTE, _("Open beyond their due date: %s.")),
        (still_open, Severity.NOTE, _("Open, and not due yet: %s.")),
        (unsigned, Severity.GAP, _("Closed without a signature: %s.")),
    )
    return tuple(
        Found(severity, text % ", ".join(codes), "deviations") for codes, severity, text in told if codes
    )


def _facts(found: Sequence[DeviationCourse], now: datetime) -> Facts:
    grades = Counter(it.row.grade for it in found)
    still_open = [it for it in found if it.row.state is DeviationState.OPEN]
    days = [age_in_days(it, now) for it in still_open]
    closed = sorted(age_in_days(it, now) for it in found if it.closed_at is not None)
    facts = (
        Fact("all", _("Deviations"), len(found), ColumnKind.NUMBER),
        *(
            Fact(str(it), _("Of class %s") % words.grade(it), grades.get(it, 0), ColumnKind.NUMBER)
            for it in DeviationClass
        ),
        Fact("open", _("Open"), len(still_open), ColumnKind.NUMBER),
        Fact("late", _("Open and late"), sum(it.row.is_late for it in found), ColumnKind.NUMBER),
        Fact("oldest", _("Oldest open one (days)"), max(days, default=None), ColumnKind.NUMBER),
        Fact(
            "middle",
            _("Days to closure (median)"),
            median(closed) if closed else None,
            ColumnKind.NUMBER,
        ),
    )
    about = _("Those that were open at any time in the period.")
    return Facts("sums", _("In all"), facts, about)


def age_in_days(it: DeviationCourse, now: datetime) -> Decimal:
    """How long it was open, or has been."""
    return Decimal(f"{((it.closed_at or now) - it.row.opened_at).total_seconds() / 86_400:.2f}")


def deviations_table(found: Sequence[DeviationCourse], now: datetime) -> Table:
    """One line a deviation."""
    columns = (
        Column("deviation", _("Deviation"), ColumnKind.CODE),
        Column("mark", _("Mark"), ColumnKind.MARK),
        Column("grade", _("Class"), ColumnKind.WORD),
        Column("state", _("State"), ColumnKind.WORD),
        Column("trigger", _("Why it was opened"), ColumnKind.WORD),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("containers", _("Containers"), ColumnKind.CODE),
        Column("step", _("Step")),
        Column("site", _("Site"), ColumnKind.CODE),
        Column("opened_at", _("Opened"), ColumnKind.TIME),
        Column("met_by", _("Met by")),
        Column("cleared_at", _("STOP cleared"), ColumnKind.TIME),
        Column("cleared_by", _("Cleared by")),
        Column("owner", _("Owner")),
        Column("due_at", _("Due"), ColumnKind.TIME),
        Column("closed_at", _("Closed"), ColumnKind.TIME),
        Column("age", _("Days open"), ColumnKind.NUMBER),
        Column("cause", _("Cause"), ColumnKind.WORD),
        Column("disposition", _("Disposition"), ColumnKind.WORD),
        Column("zone", _("Zone")),
    )
    rows = tuple(_row(it, now) for it in found)
    return Table("deviations", _("Every deviation"), columns, rows, _("There was none."), zone_column="zone")


def _row(it: DeviationCourse, now: datetime) -> tuple[Cell, ...]:
    row, is_open = it.row, it.closed_at is None
    return (
        row.code,
        "bad" if row.is_late else "warn" if is_open else "good",
        words.grade(row.grade),
        words.deviation_state(row.state),
        words.refusal(row.trigger),
        row.coi_id,
        ", ".join(it.containers),
        row.step_title or row.step,
        row.site,
        row.opened_at,
        it.met_by,
        it.cleared_at,
        it.cleared_by,
        row.owner,
        row.due_at,
        it.closed_at,
        age_in_days(it, now),
        words.cause(it.cause) if it.cause else "",
        words.deviation_outcome(it.disposition) if it.disposition else "",
        row.zone,
    )


def _signed(found: Sequence[DeviationCourse], now: datetime) -> tuple[Judged, ...]:
    """Every signature under them, the newest first as they are, held against its entry (one statement)."""
    made = [signature for it in found for signature in it.signatures]
    streams = {f"journey:{it.row.coi_id}" for it in found if it.signatures}
    entries = entries_of_period(None, now, events=[Event.SIGNATURE_MADE], streams=streams)
    return judged(made, entries, now)[::-1]


KIND = ReportKind(
    code="deviations",
    title=gettext_lazy("Deviations"),
    about=gettext_lazy("A period: every deviation with class, scope, owner, times, closure and signatures."),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE, Ask.JOURNEY}),
)

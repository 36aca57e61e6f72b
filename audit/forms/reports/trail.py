"""The audit trail itself: every entry with all its times, who, where, what and why, and what it altered."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Found, Report, Severity, Table
from coi.selectors.visible import hidden_in, without
from ledger.selectors import EntryView
from ledger.selectors.histories import entries_of_period, values_before
from people import selectors as people
from people.forms.actors import ACTORS, SHOWN_BY, actor_text
from people.forms.alterations import MOST_SHOWN, Known, mentioned, told
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """Every entry of a period that belongs to the sites, of what or whom was asked about."""
    where = asked.reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    subject = asked.matter(person, question, where, now)
    user = asked.whom(question, where, now)
    asked.station_of(question, where)
    found = entries_of_period(
        where.since,
        where.until,
        subject=subject,
        sites=(*where.codes, *([] if question.site else [""])),
        station=question.station,
        actors=None if user is None else [user],
    )
    return Report(
        kind=KIND.code,
        title=_("Audit trail"),
        about=_("Every entry of the ledger over a period, with the old value beside the new one."),
        question=question.said(),
        as_of=now,
        sites=where.codes,
        sections=_masked(person, now, (_entries(found), _alterations(found))),
        found=_found(found),
        subjects=() if subject is None else ((subject.kind, subject.key),),
        left_out=(
            _("Entries of sites at which you do not read the trail are not in it."),
            _("In place of another patient's COI id that you may not see, as after a mix-up, stands •••."),
            _("Free text and names of patients are kept apart from the ledger, and are not in it."),
            _("A value of more than %s characters is cut, and ends in …: the entry itself has all of it.")
            % MOST_SHOWN,
        ),
    )


def _masked(person: Person, now: datetime, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Without the COI ids of journeys that are not the reader's: what was confused at a scan names both."""
    texts = (cell for table in tables for row in table.rows for cell in row if isinstance(cell, str))
    hidden = hidden_in(person, now, texts)
    if not hidden:
        return tables
    return tuple(
        replace(
            table,
            rows=tuple(
                tuple(without(hidden, cell) if isinstance(cell, str) else cell for cell in row)
                for row in table.rows
            ),
        )
        for table in tables
    )


def _entries(found: list[EntryView]) -> Table:
    words = people.words_of(found)
    return Table(
        key="entries",
        title=_("Entries"),
        about=_("Occurred: as told. Recorded: by the clock of the database. Performed: where told late."),
        columns=(
            Column("entry", _("Entry"), ColumnKind.NUMBER),
            Column("occurred_at", _("Occurred"), ColumnKind.TIME),
            Column("who", _("Who")),
            Column("what", _("What")),
            Column("reason", _("Reason")),
            Column("site", _("Site"), ColumnKind.CODE),
            Column("station", _("Station"), ColumnKind.CODE),
            Column("shown", _("Signed in by"), ColumnKind.WORD),
            Column("recorded_at", _("Recorded"), ColumnKind.TIME),
            Column("performed_at", _("Performed"), ColumnKind.TIME),
            Column("zone", _("Zone")),
            Column("who_is", _("Kind of actor"), ColumnKind.WORD),
            Column("event", _("Event"), ColumnKind.CODE),
            Column("stream", _("Stream"), ColumnKind.CODE),
            Column("sequence", _("Number in it"), ColumnKind.NUMBER),
            Column("corrects", _("Corrects"), ColumnKind.CODE),
            Column("version", _("Software"), ColumnKind.CODE),
        ),
        rows=tuple(_entry(entry, words.get(entry.id) or entry.event) for entry in found),
        empty=_("Nothing was entered in this time."),
        zone_column="zone",
    )


def _entry(entry: EntryView, words: str) -> tuple[Cell, ...]:
    return (
        *(entry.id, entry.occurred_at, actor_text(entry.actor_kind, entry.actor_name), words),
        *(entry.reason, entry.site, entry.station, str(SHOWN_BY[entry.auth_method])),
        *(entry.recorded_at, entry.performed_at, entry.zone, str(ACTORS[entry.actor_kind])),
        *(entry.event, entry.stream, entry.seq, str(entry.corrects_id or ""), entry.software_version),
    )


def _alterations(found: list[EntryView]) -> Table:
    altered = values_before(found)
    things, users = mentioned(it for entry in found for it in altered.get(entry.id, ()))
    known = Known(people.codes_of(things), people.names_of(users))
    rows = []
    for entry in found:
        for it in altered.get(entry.id, ()):
            if it.is_same or (it.is_new and it.after in (None, "", [], {})):
                continue  # what is put again, or is empty from the beginning, was changed by nobody
            line = told(it, entry.zone, known)
            about = (entry.id, line.thing, line.called or line.row, line.column, line.is_new)
            rows.append((*about, line.before, line.after))
    return Table(
        key="changes",
        title=_("What the entries changed"),
        about=_(
            "The old value is what an earlier entry had put there; a thing that is new had none. Things are named by "
            "their codes, people by their printed names; what has no code, by its id."
        ),
        columns=(
            Column("entry", _("Entry"), ColumnKind.NUMBER),
            Column("thing", _("Thing")),
            Column("id", _("Which"), ColumnKind.CODE),
            Column("field", _("Field")),
            Column("is_new", _("New"), ColumnKind.YES),
            Column("old", _("Old value")),
            Column("new", _("New value")),
        ),
        rows=tuple(rows),
        empty=_("The entries changed nothing: they tell of attempts, refusals, readings."),
    )


def _found(found: list[EntryView]) -> tuple[Found, ...]:
    late = sum(entry.performed_at is not None for entry in found)
    corrections = sum(entry.corrects_id is not None for entry in found)
    simulated = sum(entry.time_source == "simulated" for entry in found)
    counted = (
        (late, _("%(n)s entries tell of what was done earlier than it was entered.")),
        (corrections, _("%(n)s entries correct an earlier one.")),
        (simulated, _("%(n)s entries have a simulated time: this is a demonstration.")),
    )
    return tuple(Found(Severity.NOTE, text % {"n": n}, "entries") for n, text in counted if n)


KIND = ReportKind(
    code="trail",
    title=gettext_lazy("Audit trail"),
    about=gettext_lazy("Every entry over a period, with the old value beside the new one."),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.JOURNEY, Ask.BATCH, Ask.PERSON, Ask.STATION, Ask.SITE}),
)

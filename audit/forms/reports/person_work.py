"""What one person did in a period: performed, witnessed, signed; what was refused; whether they were trained then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import Reach, reach_of, there, unknown, whom
from audit.forms.reports.refusals import near_misses_found, scans_table
from audit.forms.words import record_kind
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from audit.selectors.signed import Named, record_names
from coi.forms import words
from coi.rules.windows import Window
from coi.selectors.refused import RefusedScan, refused_scans, sums_of_scans
from coi.selectors.work_done import MOST, DoneAt, steps_at
from ledger import selectors as ledger
from ledger.selectors import EntryView
from people import selectors as people
from people.events import Event
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.roles import Role


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a person, by the username: what they did at the reader's sites."""
    reach = reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    worker, window = _worker(question, reach, now)
    steps = steps_at(person, window, now, is_of_person=True)
    scans, refused = sum(it.scans for it in sums_of_scans(window)), refused_scans(person, window, now)
    if not steps and not scans and not _grants(worker, reach):
        raise unknown()
    signed = ledger.entries_between(
        reach.since, reach.until, events=(Event.SIGNATURE_MADE,), sites=reach.codes, actor_id=worker.user_id
    )
    return Report(
        kind=KIND.code,
        title=_("Work of %s") % worker.printed_name,
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=reach.codes,
        sections=(
            _facts(worker, question.person, _Sums(steps, scans, refused, signed)),
            _grants_table(worker, reach),
            _training_table(worker, reach),
            _steps(worker, steps),
            _signed(signed),
            replace(scans_table(refused), key="refused", title=_("What was refused")),
        ),
        found=(
            *_found(worker, steps),
            *near_misses_found(sum(it.is_near_miss for it in refused), "refused"),
        ),
        subjects=(("user", str(worker.user_id)),),
        left_out=(
            _("What they did at sites other than those named is not in it."),
            *((_("Of steps the newest %s are listed.") % MOST,) if len(steps) >= MOST else ()),
        ),
    )


def _worker(question: Question, reach: Reach, now: datetime) -> tuple[Person, Window]:
    """Who is asked about, with the rights and training that counted at any time from the beginning of the period."""
    user_id = there(whom(question, reach, now))
    worker = there(people.person(user_id, reach.since))
    return worker, Window(reach.codes, reach.since, reach.until, person_id=user_id)


def _grants(worker: Person, reach: Reach) -> list[tuple[Role, str, datetime, datetime | None]]:
    return [
        (it.role, it.site, it.valid_from, it.valid_until)
        for it in worker.grants
        if it.site in reach.codes and it.valid_from < reach.until
    ]


def is_trained(worker: Person, done: DoneAt) -> bool | None:
    """Whether they were trained in what the step asks of its performer; None where it asks nothing of them.

    The training of the moment of the step counts, whatever became of the account since.
    """
    if not done.topic or done.performer_id != worker.user_id:
        return None
    return any(it.topic == done.topic and it.is_in_force(done.at) for it in worker.training)


def _found(worker: Person, steps: Sequence[DoneAt]) -> tuple[Found, ...]:
    untrained = [it for it in steps if is_trained(worker, it) is False]
    both = [it for it in steps if it.performer_id == it.witness_id]
    told = (
        (untrained, _("%s steps performed without the training that the protocol asks for.")),
        (both, _("%s steps witnessed by the one who performed them.")),
    )
    return tuple(Found(Severity.GAP, text % len(found), "steps") for found, text in told if found)


@dataclass(frozen=True)
class _Sums:
    """What is counted: their steps, all of their scans, those refused, what they signed."""

    steps: Sequence[DoneAt]
    scans: int
    refused: Sequence[RefusedScan]
    signed: Sequence[EntryView]


def _facts(worker: Person, username: str, sums: _Sums) -> Facts:
    performed = sum(1 for it in sums.steps if it.performer_id == worker.user_id)
    misses = sum(it.is_near_miss for it in sums.refused)
    facts = (
        Fact("username", _("Username"), username, ColumnKind.CODE),
        Fact("name", _("Printed name"), worker.printed_name),
        Fact("active", _("Account open"), worker.is_active, ColumnKind.YES),
        Fact("performed", _("Steps performed"), performed, ColumnKind.NUMBER),
        Fact("witnessed", _("Steps witnessed or received"), len(sums.steps) - performed, ColumnKind.NUMBER),
        Fact("signed", _("Signatures"), len(sums.signed), ColumnKind.NUMBER),
        Fact("scans", _("Scans"), sums.scans, ColumnKind.NUMBER),
        Fact("refused", _("Refused scans"), len(sums.refused), ColumnKind.NUMBER),
        Fact("near_misses", _("Near misses"), misses, ColumnKind.NUMBER),
    )
    return Facts("person", _("The person"), facts)


def _grants_table(worker: Person, reach: Reach) -> Table:
    columns = (
        Column("role", _("Role"), ColumnKind.WORD),
        Column("site", _("Site")),
        Column("valid_from", _("From"), ColumnKind.TIME),
        Column("valid_until", _("Until"), ColumnKind.TIME),
        Column("zone", _("Zone")),
    )
    rows = tuple(
        (words.role(role), reach.names[site], since, until, reach.zones[site])
        for role, site, since, until in _grants(worker, reach)
    )
    empty = _("They held no role here in the period.")
    return Table("grants", _("Roles"), columns, rows, empty, zone_column="zone")


def _training_table(worker: Person, reach: Reach) -> Table:
    columns = (
        Column("topic", _("Topic"), ColumnKind.WORD),
        Column("valid_from", _("From"), ColumnKind.TIME),
        Column("valid_until", _("Until"), ColumnKind.TIME),
    )
    rows = tuple(
        (words.step(it.topic), it.valid_from, it.valid_until)
        for it in worker.training
        if it.valid_from < reach.until
    )
    return Table("training", _("Training"), columns, rows, _("No training is on record."), zone=reach.zone)


def _steps(worker: Person, steps: Sequence[DoneAt]) -> Table:
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("step", _("Step")),
        Column("part", _("As"), ColumnKind.WORD),
        Column("topic", _("Training asked for"), ColumnKind.WORD),
        Column("trained", _("Trained then"), ColumnKind.YES),
        Column("other", _("The other person")),
        Column("journey", _("Journey"), ColumnKind.CODE),
        Column("batch", _("Batch"), ColumnKind.CODE),
        Column("containers", _("Containers"), ColumnKind.CODE),
        Column("site", _("Site"), ColumnKind.CODE),
        Column("station", _("Station")),
    )
    rows = tuple(_step(worker, it) for it in steps)
    empty = _("They completed no step.")
    return Table("steps", _("Steps performed and witnessed"), columns, rows, empty, zone_column="zone")


def _step(worker: Person, it: DoneAt) -> tuple[Cell, ...]:
    is_first = it.performer_id == worker.user_id
    return (
        it.at,
        it.zone,
        it.title,
        _("performed") if is_first else _("second person"),
        words.step(it.topic) if is_first else "",
        is_trained(worker, it),
        it.witness if is_first else it.performer,
        it.coi_id,
        it.batch,
        ", ".join(it.containers),
        it.site,
        it.station,
    )


def _signed(entries: Sequence[EntryView]) -> Table:
    columns = (
        Column("at", _("Signed"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("meaning", _("Meaning"), ColumnKind.WORD),
        Column("kind", _("Record"), ColumnKind.WORD),
        Column("record", _("Which"), ColumnKind.CODE),
        Column("digest", _("Record signed (SHA-256)"), ColumnKind.CODE),
        Column("site", _("Site"), ColumnKind.CODE),
    )
    names = record_names({it.id: _record(it) for it in entries})
    rows = tuple(_signature(it, names[it.id]) for it in reversed(entries))
    return Table("signed", _("Signatures"), columns, rows, _("They signed nothing."), zone_column="zone")


def _record(it: EntryView) -> tuple[str, str]:
    """Kind and id of the record that was signed."""
    kind, id, _digest = map(str, it.facts["record"])
    return kind, id


def _signature(it: EntryView, record: Named) -> tuple[Cell, ...]:
    digest = str(it.facts["record"][2])
    meaning = words.meaning(str(it.facts["meaning"]))
    return (it.occurred_at, it.zone, meaning, record_kind(record.kind), record.called, digest, it.site)


KIND = ReportKind(
    code="person_work",
    title=gettext_lazy("Work of a person"),
    about=gettext_lazy("One person over a period: performed, witnessed, signed, refused, trained."),
    asks=frozenset({Ask.PERSON, Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE}),
)

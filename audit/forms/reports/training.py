"""Who was trained in what at a moment, what the protocols in effect asked for, and what was done without."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Found, Report, Section, Severity, Table
from coi.forms import words
from coi.rules import protocol
from coi.rules.protocol import Party, Step
from coi.selectors.performed import steps_performed
from ledger.selectors import EntryView
from ledger.selectors.histories import entries_of_period
from people import selectors as people
from people.events import Event
from people.forms.actors import actor_text
from people.rules.accounts import Account
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.sites import OrganisationKind
from qc.selectors.documents import effective_methods
from qc.selectors.performed import tests_performed

TABLE = "people.training"
_PARTIES: Mapping[str, frozenset[Party]] = {
    OrganisationKind.HOSPITAL: frozenset({Party.TREATING, Party.COLLECTION}),
    OrganisationKind.COURIER: frozenset({Party.COURIER}),
    OrganisationKind.MANUFACTURER: frozenset({Party.MANUFACTURER}),
}
_TESTING = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.LABORATORY})


@dataclass(frozen=True)
class Asks:
    """What asks for a topic: a step of a protocol or a method, with the roles that may do it (empty: any)."""

    document: str
    what: str
    topic: str
    roles: frozenset[Role]


def build(person: Person, question: Question, now: datetime) -> Report:
    """Training as it was at a moment, and what was done since that it did not cover."""
    at = asked.moment(question, now)
    where = asked.here(person, question, Right.READ_AUDIT_REPORTS, now)
    user = asked.whom(question, where, now)
    accounts = [it for it in people.accounts(where.codes) if user in (None, it.user_id)]
    undone = _without(accounts, where, at, now)
    topics = [*_protocol_asks(where, at), *_method_asks(where, at)]
    closed = people.closed_accounts(at)
    there = [it for it in accounts if it.user_id not in closed]
    able = {it: _able(it, there, where, at) for it in topics}
    return Report(
        kind=KIND.code,
        title=_("Training"),
        about=_("Who was trained in what at the moment asked about, and what that let them do."),
        question=question.said(),
        as_of=now,
        sites=where.codes,
        sections=(
            _trained(accounts, _evidence(accounts, now), at, where),
            _needed(able),
            undone,
            *qualifications(where, at),
        ),
        found=_found(undone, able if user is None else {}),
        left_out=(
            _("The papers themselves: those that are kept are on the pages of the people and the sites."),
        ),
    )


def qualifications(where: asked.Here, at: datetime) -> tuple[Section, ...]:
    """How the sites themselves were qualified at the moment, by the programmes of customers and authorities."""
    rows = []
    for site in where.codes:
        for it in people.qualifications(site):
            if it.valid_from > at:
                continue
            is_current = it.valid_until > at
            rows.append(
                (
                    *(site, it.programme, it.valid_from, it.valid_until, "good" if is_current else "warn"),
                    *(_("current") if is_current else _("expired"), it.evidence is not None),
                    *(it.recorded_by, it.recorded_at, where.zone_of(site)),
                )
            )
    table = Table(
        key="qualified",
        title=_("How the sites were qualified"),
        columns=(
            Column("site", _("Site"), ColumnKind.CODE),
            Column("programme", _("Programme")),
            Column("from", _("From"), ColumnKind.TIME),
            Column("until", _("Until"), ColumnKind.TIME),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("state", _("State at the moment"), ColumnKind.WORD),
            Column("paper", _("Paper kept"), ColumnKind.YES),
            Column("by", _("Recorded by")),
            Column("recorded_at", _("Recorded"), ColumnKind.TIME),
            Column("zone", _("Zone")),
        ),
        rows=tuple(rows),
        empty=_("No qualification of these sites was recorded by then."),
        zone_column="zone",
    )
    return (table,)


def _parties(where: asked.Here) -> frozenset[Party]:
    """What the sites can be in a journey."""
    return frozenset(party for site in where.sites for party in _PARTIES.get(site.organisation_kind, ()))


def _protocol_asks(where: asked.Here, at: datetime) -> Iterable[Asks]:
    """The steps that are done at sites such as these."""
    own = _parties(where)
    for version in people.effective_documents("protocol", at):
        found = protocol.parse(version.content)[0]
        for step in found.steps if found is not None else ():
            if step.party in own:
                yield from _step_asks(step, f"{version.code}/{version.version}")


def _step_asks(step: Step, document: str) -> Iterable[Asks]:
    if step.training:
        yield Asks(document, step.title, step.training, step.roles)


def _method_asks(where: asked.Here, at: datetime) -> Iterable[Asks]:
    is_tested_here = any(site.organisation_kind in _TESTING for site in where.sites)
    for it in effective_methods(at) if is_tested_here else ():
        if it.method.training:
            roles = frozenset({Role.ANALYST})
            yield Asks(f"{it.code}/{it.version}", it.method.title, it.method.training, roles)


def _able(it: Asks, accounts: list[Account], where: asked.Here, at: datetime) -> tuple[str, ...]:
    return tuple(
        account.printed_name
        for account in accounts
        if any(role.role in it.roles for role in account.roles_at(at, where.codes))
        and account.person(is_active=True).is_trained(it.topic, at)
    )


def _evidence(accounts: list[Account], until: datetime) -> Mapping[str, EntryView]:
    """The entry that each training was recorded by, by its id (one statement)."""
    wanted = {it.id for account in accounts for it in account.training}
    entries = entries_of_period(None, until, events=[Event.TRAINING_RECORDED])
    return {
        change.id: entry
        for entry in entries
        for change in entry.changes
        if change.table == TABLE and change.id in wanted
    }


def _trained(
    accounts: list[Account], evidence: Mapping[str, EntryView], at: datetime, where: asked.Here
) -> Table:
    rows = []
    for account in accounts:
        for it in account.training:
            if it.site not in where.codes or it.valid_from > at:
                continue
            is_current = it.training.is_in_force(at)
            rows.append(
                (
                    *(account.username, account.printed_name, words.step(it.topic), it.topic, it.site),
                    *(it.valid_from, it.valid_until, "good" if is_current else "warn"),
                    _("current") if is_current else _("expired"),
                    *_vouched(evidence.get(it.id)),
                    where.zone_of(it.site),
                )
            )
    return Table(
        key="trained",
        title=_("Who was trained in what"),
        columns=(
            Column("username", _("Username"), ColumnKind.CODE),
            Column("name", _("Printed name")),
            Column("topic", _("Topic")),
            Column("code", _("Code of the topic"), ColumnKind.CODE),
            Column("site", _("Site that vouches for it"), ColumnKind.CODE),
            Column("from", _("From"), ColumnKind.TIME),
            Column("until", _("Until"), ColumnKind.TIME),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("state", _("State at the moment"), ColumnKind.WORD),
            Column("by", _("Vouched for by")),
            Column("recorded_at", _("Recorded"), ColumnKind.TIME),
            Column("entry", _("Entry"), ColumnKind.NUMBER),
            Column("zone", _("Zone")),
        ),
        rows=tuple(rows),
        empty=_("Nobody was trained in anything at these sites by then."),
        zone_column="zone",
    )


def _vouched(entry: EntryView | None) -> tuple[str, datetime | None, int | None]:
    """Who vouched for it, when that was recorded, and in which entry."""
    if entry is None:
        return ("", None, None)
    return (actor_text(entry.actor_kind, entry.actor_name), entry.recorded_at, entry.id)


def _needed(able: Mapping[Asks, tuple[str, ...]]) -> Table:
    return Table(
        key="needed",
        title=_("What the protocols and methods in effect asked for, and who could do it"),
        columns=(
            Column("document", _("Document and version"), ColumnKind.CODE),
            Column("what", _("Step or method")),
            Column("topic", _("Topic")),
            Column("roles", _("Roles")),
            Column("count", _("How many could"), ColumnKind.NUMBER),
            Column("people", _("Who")),
        ),
        rows=tuple(
            (
                *(it.document, it.what, words.step(it.topic)),
                *(", ".join(words.role(role) for role in sorted(it.roles)), len(names), ", ".join(names)),
            )
            for it, names in able.items()
        ),
        empty=_("No protocol or method in effect then asked for training."),
    )


def _without(accounts: list[Account], where: asked.Here, at: datetime, now: datetime) -> Table:
    """Steps and tests since the moment by somebody who was not trained in them then: there must be none."""
    trained = {it.user_id: it.person(is_active=True) for it in accounts}
    rows = []
    for step in steps_performed(where.codes, at, now):
        person = trained.get(step.person_id)
        if person is not None and step.topic and not person.is_trained(step.topic, step.at):
            rows.append((step.at, step.person, step.title, words.step(step.topic), step.coi_id))
    for test in tests_performed(where.codes, at, now):
        person = trained.get(test.person_id)
        if person is not None and test.topic and not person.is_trained(test.topic, test.at):
            what = f"{test.method}: {test.criterion}"
            rows.append((test.at, test.person, what, words.step(test.topic), test.subject))
    return Table(
        key="without",
        title=_("What was done since then without being trained"),
        about=_("Each step and test since the moment, held against the training of that minute."),
        columns=(
            Column("at", _("When"), ColumnKind.TIME),
            Column("name", _("Who")),
            Column("what", _("Step or test")),
            Column("topic", _("Topic")),
            Column("subject", _("Of what"), ColumnKind.CODE),
        ),
        rows=tuple(rows),
        empty=_("Nothing: everybody was trained in what they did."),
        zone=where.zone,
    )


def _found(undone: Table, able: Mapping[Asks, tuple[str, ...]]) -> tuple[Found, ...]:
    text = _("%(who)s did “%(what)s” without being trained in %(topic)s.")
    gaps = [
        Found(Severity.GAP, text % {"who": who, "what": what, "topic": topic}, "without")
        for _at, who, what, topic, _of in undone.rows
    ]
    nobody = _("Nobody at these sites could do “%(what)s” at that moment (%(document)s).")
    notes = [
        Found(Severity.NOTE, nobody % {"what": it.what, "document": it.document}, "needed")
        for it, names in able.items()
        if not names
    ]
    return (*gaps, *notes)


KIND = ReportKind(
    code="training",
    title=gettext_lazy("Training on a date"),
    about=gettext_lazy("Who was trained in what at a moment, and what that let them do."),
    asks=frozenset({Ask.MOMENT}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE, Ask.PERSON}),
)

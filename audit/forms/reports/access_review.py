"""Who may do what: every account with its roles, badges and last use, and what about them needs a decision."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.registry import ReportKind
from audit.rules.access import DORMANT, Concern, Conflict, Raised, Reviewed, Used, concerns
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Found, Report, Severity, Table
from coi.forms import words
from ledger.selectors import EntryView
from ledger.selectors.histories import doings_of, entries_of_period
from people import selectors as people
from people.events import Event
from people.forms.actors import actor_text
from people.rules.accounts import Account
from people.rules.authority import Person
from people.rules.rights import Right

GRANTS = "people.grant"

CONFLICTS: Mapping[Conflict, str | Promise] = {
    Conflict.MAKES_AND_RELEASES: gettext_lazy("who makes should not decide on what is made"),
    Conflict.TESTS_AND_REVIEWS: gettext_lazy("who tests should not be who looks results over"),
    Conflict.REVIEWS_AND_RELEASES: gettext_lazy("review and release are two people's"),
    Conflict.ADMINISTERS_AND_WORKS: gettext_lazy(
        "who gives access should have no interest in what is recorded"
    ),
    Conflict.AUDITS_AND_WORKS: gettext_lazy("who audits should have no part in what is audited"),
}
CONCERNS: Mapping[Concern, str | Promise] = {
    Concern.NO_ROLE: gettext_lazy("%(name)s can sign in and holds no role anywhere."),
    Concern.NEVER_SIGNED_IN: gettext_lazy("%(name)s has never signed in or done anything."),
    Concern.DORMANT: gettext_lazy("%(name)s has not signed in or done anything for %(days)s days."),
    Concern.CLOSED_WITH_ROLES: gettext_lazy(
        "The account of %(name)s is closed, and roles are still given to it."
    ),
    Concern.NEVER_USED: gettext_lazy(
        "%(name)s: nothing was recorded at %(site)s since the role %(role)s was given."
    ),
    Concern.EXPIRING: gettext_lazy("%(name)s: the role %(role)s at %(site)s ends within 30 days."),
    Concern.CONFLICT: gettext_lazy("%(name)s is %(role)s and %(other)s at %(site)s: %(why)s."),
}
_GAPS = frozenset({Concern.NO_ROLE, Concern.DORMANT, Concern.CLOSED_WITH_ROLES, Concern.CONFLICT})


def build(person: Person, question: Question, now: datetime) -> Report:
    """Every account at the sites as it was at a moment."""
    at = asked.moment(question, now)
    where = asked.here(person, question, Right.READ_ACCESS, now)
    reviewed = _reviewed(where, at)
    raised = [one for it in reviewed for one in concerns(it, at)]
    signed = people.last_signings([it.account.user_id for it in reviewed], at)
    return Report(
        kind=KIND.code,
        title=_("Access review"),
        about=_("Every account with its roles, badges and last use, as it was at the moment asked about."),
        question=question.said(),
        as_of=at,
        sites=where.codes,
        sections=(
            _decisions(raised),
            _accounts(reviewed, signed, where),
            _roles(reviewed, _givers(reviewed, at), where),
            _badges(reviewed, at, where),
        ),
        found=tuple(Found(_severity(one), concern_text(one), "decisions") for one in raised),
        left_out=(_("Roles and badges at sites where you neither audit nor administer are not in it."),),
    )


def _severity(one: Raised) -> Severity:
    return Severity.GAP if one.concern in _GAPS else Severity.NOTE


def concern_text(one: Raised) -> str:
    """What needs a decision, as a sentence."""
    role = one.role
    return str(CONCERNS[one.concern]) % {
        "name": one.account.printed_name,
        "days": DORMANT.days,
        "site": role.site if role else "",
        "role": words.role(role.role) if role else "",
        "other": words.role(one.other) if one.other else "",
        "why": CONFLICTS[one.why] if one.why else "",
    }


def _reviewed(where: asked.Here, at: datetime) -> list[Reviewed]:
    accounts = people.accounts(where.codes)
    closed = people.closed_accounts(at)
    signed_in: dict[int, datetime] = {}
    done: dict[int, dict[str, datetime]] = {}
    for it in doings_of([account.user_id for account in accounts], at):
        if it.event == Event.USER_SIGNED_IN:
            signed_in[it.actor_id] = max(it.last, signed_in.get(it.actor_id, it.last))
        elif it.event != Event.USER_SIGNED_OUT:
            last = done.setdefault(it.actor_id, {})
            last[it.site] = max(it.last, last.get(it.site, it.last))
    return [
        Reviewed(
            account,
            account.user_id not in closed,
            account.roles_at(at, where.codes),
            Used(signed_in.get(account.user_id), done.get(account.user_id)),
        )
        for account in accounts
        if _was_there(account, at)
    ]


def _was_there(account: Account, at: datetime) -> bool:
    """Whether the account had anything then; of one that never had a role nobody knows since when it is there."""
    begun = [
        *(it.valid_from for it in account.roles),
        *(it.valid_from for it in account.badges),
        *(it.valid_from for it in account.training),
    ]
    return not begun or min(begun) <= at


def _givers(reviewed: list[Reviewed], at: datetime) -> dict[str, EntryView]:
    """The entry that gave each role, by the id of its grant (one statement)."""
    events = (Event.ROLE_GRANTED, Event.SITE_CREATED)
    wanted = {role.id for it in reviewed for role in it.roles}
    entries = entries_of_period(None, at, events=events)
    return {
        change.id: entry
        for entry in entries
        for change in entry.changes
        if change.table == GRANTS and change.op == "new" and change.id in wanted
    }


def _decisions(raised: list[Raised]) -> Table:
    return Table(
        key="decisions",
        title=_("What needs a decision"),
        columns=(
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("username", _("Username"), ColumnKind.CODE),
            Column("what", _("What")),
        ),
        rows=tuple(
            ("bad" if _severity(one) is Severity.GAP else "warn", one.account.username, concern_text(one))
            for one in raised
        ),
        empty=_("Nothing about these accounts needs a decision."),
    )


def _accounts(reviewed: list[Reviewed], signed: Mapping[int, datetime], where: asked.Here) -> Table:
    return Table(
        key="accounts",
        title=_("Accounts"),
        columns=(
            Column("username", _("Username"), ColumnKind.CODE),
            Column("name", _("Printed name")),
            Column("state", _("State"), ColumnKind.WORD),
            Column("roles", _("Roles at these sites"), ColumnKind.NUMBER),
            Column("signed_in", _("Last sign-in"), ColumnKind.TIME),
            Column("done", _("Last entry"), ColumnKind.TIME),
            Column("signed", _("Last signature"), ColumnKind.TIME),
        ),
        rows=tuple(
            (
                *(it.account.username, it.account.printed_name, _("open") if it.is_active else _("closed")),
                *(len(it.roles), it.used.signed_in, it.used.last, signed.get(it.account.user_id)),
            )
            for it in reviewed
        ),
        empty=_("There are no accounts."),
        zone=where.zone,
    )


def _roles(reviewed: list[Reviewed], givers: Mapping[str, EntryView], where: asked.Here) -> Table:
    rows = []
    for it in reviewed:
        for role in it.roles:
            giver = givers.get(role.id)
            rows.append(
                (
                    *(it.account.username, it.account.printed_name, role.site, words.role(role.role)),
                    *(
                        role.valid_from,
                        role.valid_until,
                        actor_text(giver.actor_kind, giver.actor_name) if giver else _("not known"),
                    ),
                    *(giver.reason if giver else "", it.used.last_at(role.site), where.zone_of(role.site)),
                )
            )
    return Table(
        key="roles",
        title=_("Roles"),
        columns=(
            Column("username", _("Username"), ColumnKind.CODE),
            Column("name", _("Printed name")),
            Column("site", _("Site"), ColumnKind.CODE),
            Column("role", _("Role"), ColumnKind.WORD),
            Column("from", _("From"), ColumnKind.TIME),
            Column("until", _("Until"), ColumnKind.TIME),
            Column("given_by", _("Given by")),
            Column("reason", _("Why")),
            Column("last", _("Last entry at the site"), ColumnKind.TIME),
            Column("zone", _("Zone")),
        ),
        rows=tuple(rows),
        empty=_("Nobody held a role at these sites."),
        zone_column="zone",
    )


def _badges(reviewed: list[Reviewed], at: datetime, where: asked.Here) -> Table:
    return Table(
        key="badges",
        title=_("Badges"),
        columns=(
            Column("username", _("Username"), ColumnKind.CODE),
            Column("badge", _("Badge"), ColumnKind.CODE),
            Column("site", _("Site"), ColumnKind.CODE),
            Column("from", _("From"), ColumnKind.TIME),
            Column("until", _("Until"), ColumnKind.TIME),
            Column("state", _("State"), ColumnKind.WORD),
            Column("zone", _("Zone")),
        ),
        rows=tuple(
            (
                *(it.account.username, badge.code, badge.site, badge.valid_from, badge.valid_until),
                *(words.badge_state(badge.state(at)), where.zone_of(badge.site)),
            )
            for it in reviewed
            for badge in it.account.badges
            if badge.site in where.codes and badge.valid_from <= at
        ),
        empty=_("No badges were issued at these sites."),
        zone_column="zone",
    )


KIND = ReportKind(
    code="access_review",
    title=gettext_lazy("Access review"),
    about=gettext_lazy("Every account with its roles and last use at a moment, and what needs a decision."),
    asks=frozenset({Ask.MOMENT}),
    right=Right.READ_ACCESS,
    build=build,
    may=frozenset({Ask.SITE}),
)

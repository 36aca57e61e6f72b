"""Who signed in, who was refused, what was granted and taken away: what guards the door, over a period."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.forms.security_words import SECURITY_KINDS
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Found, Picture, Report, Severity, Table
from ledger.events import Event as Ledger
from ledger.selectors import EntryView
from ledger.selectors.histories import entries_of_period
from people import selectors as people
from people.events import Event
from people.forms.actors import SHOWN_BY, actor_text
from people.rules.authority import Person
from people.rules.rights import Right
from qc.rules.charts import STOP, framed

# Everything of people that is neither a place, a document, a signature, training nor work guards the door.
_OTHERS = frozenset(
    {"organisation", "site", "place", "document", "signature", "training", "work", "notice", "qualification"}
)
_OF_PEOPLE = tuple(event for event in Event if event.split(":")[1] not in _OTHERS)
GUARDING = (*_OF_PEOPLE, Ledger.HALT_FOUND, Ledger.HALT_RESOLVED)
_DAYS = {"labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 12}
_FAILED = frozenset({"failed", "locked", "refused", "alerted", "found"})
FAILURES = frozenset(event for event in GUARDING if event.split(":")[2] in _FAILED)


def build(person: Person, question: Question, now: datetime) -> Report:
    """The security events of a period."""
    where = asked.reach_of(person, question, Right.READ_ACCESS, now)
    user = asked.whom(question, where, now)
    found = entries_of_period(where.since, where.until, events=GUARDING, sites=(*where.codes, ""))
    if user is not None:
        found = [it for it in found if it.actor_id == user or it.facts.get("user") == str(user)]
    days = _days(where.since, where.until, where.zone)
    return Report(
        kind=KIND.code,
        title=_("Security events"),
        about=_("Sign-ins, failures, locks, grants, revocations, badges and refused authority."),
        question=question.said(),
        as_of=now,
        sites=where.codes,
        sections=(
            _by_kind(found),
            _failures(found, days, where.zone),
            _by_day(found, days, where.zone),
            _events(found, where),
        ),
        found=_found(found),
        left_out=(
            _("What belongs to no site, such as a failed sign-in, is shown to every reader of this report."),
        ),
    )


def _days(since: datetime, until: datetime, zone: str) -> tuple[date, ...]:
    first = since.astimezone(ZoneInfo(zone)).date()
    last = (until - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def kind_text(event: str) -> str:
    """A kind of event in words."""
    return str(SECURITY_KINDS[event])


def _by_kind(found: list[EntryView]) -> Table:
    sums = Counter(entry.event for entry in found)
    return Table(
        key="by_kind",
        title=_("By kind"),
        columns=(
            Column("kind", _("Kind")),
            Column("event", _("Event"), ColumnKind.CODE),
            Column("count", _("How many"), ColumnKind.NUMBER),
        ),
        rows=tuple((kind_text(event), event, sums[event]) for event in sorted(sums)),
        empty=_("Nothing of this kind happened in this time."),
    )


def _per_day(found: list[EntryView], zone: str) -> Mapping[date, Counter[bool]]:
    """By day, how many were failures and how many were not."""
    sums: dict[date, Counter[bool]] = {}
    for entry in found:
        day = entry.occurred_at.astimezone(ZoneInfo(zone)).date()
        sums.setdefault(day, Counter())[entry.event in FAILURES] += 1
    return sums


def _by_day(found: list[EntryView], days: tuple[date, ...], zone: str) -> Table:
    sums = _per_day(found, zone)
    return Table(
        key="by_day",
        title=_("By day"),
        columns=(
            Column("day", _("Day"), ColumnKind.DAY),
            Column("count", _("All"), ColumnKind.NUMBER),
            Column("failures", _("Failures, locks, refusals"), ColumnKind.NUMBER),
        ),
        rows=tuple((day, sums[day].total(), sums[day][True]) for day in days if day in sums),
        empty=_("Nothing of this kind happened in this time."),
        about=_("Days on which nothing happened are not listed."),
    )


def _failures(found: list[EntryView], days: tuple[date, ...], zone: str) -> Picture:
    sums = _per_day(found, zone)
    counts = [(day, sums[day][True] if day in sums else 0) for day in days]
    most = max([1, *(count for _day, count in counts)])
    values: list[dict[str, Any]] = [{"day": day.isoformat(), "failures": count} for day, count in counts]
    bars = {
        "mark": {"type": "bar", "color": STOP},
        "encoding": {
            # level, as many as have room: on end they are cut where letters are wider than they were measured
            "x": {"field": "day", "type": "ordinal", "title": "day", "axis": _DAYS},
            "y": {
                "field": "failures",
                "type": "quantitative",
                "title": "failures",
                "axis": {"tickMinStep": 1},
                "scale": {"domain": [0, most]},
            },
        },
    }
    title = _("Failures, locks and refusals per day")
    return Picture(
        key="failures",
        title=title,
        about=_(
            "A day that stands out is one to look at: somebody may have tried passwords. Days without any are drawn, "
            "and not listed."
        ),
        drawing=framed(title, values, [bars]),
        table=Table(
            key="failures_per_day",
            title=title,
            columns=(
                Column("day", _("Day"), ColumnKind.DAY),
                Column("failures", _("Failures, locks, refusals"), ColumnKind.NUMBER),
            ),
            rows=tuple(one for one in counts if one[1]),
            empty=_("Nothing of this kind happened in this time."),
        ),
        nothing="" if any(count for _day, count in counts) else _("Nothing failed, was locked or refused."),
    )


def _events(found: list[EntryView], where: asked.Here) -> Table:
    words = people.words_of(found)
    about = {entry.id: str(entry.facts.get("user") or "") for entry in found}
    names = people.names_of({int(user) for user in about.values() if user})
    return Table(
        key="events",
        title=_("Every event"),
        columns=(
            Column("entry", _("Entry"), ColumnKind.NUMBER),
            Column("at", _("When"), ColumnKind.TIME),
            Column("mark", _("Mark"), ColumnKind.MARK),
            Column("what", _("What")),
            Column("about", _("About whom")),
            Column("who", _("By whom")),
            Column("shown", _("Signed in by"), ColumnKind.WORD),
            Column("site", _("Site"), ColumnKind.CODE),
            Column("why", _("Why")),
        ),
        rows=tuple(
            (
                *(entry.id, entry.occurred_at, "warn" if entry.event in FAILURES else "good"),
                *(words.get(entry.id) or kind_text(entry.event), names.get(int(about[entry.id] or 0), "")),
                *(
                    actor_text(entry.actor_kind, entry.actor_name),
                    str(SHOWN_BY[entry.auth_method]),
                    entry.site,
                ),
                entry.reason or str(entry.facts.get("why", "")).replace("_", " "),
            )
            for entry in found
        ),
        empty=_("Nothing of this kind happened in this time."),
        zone=where.zone,
    )


def _found(found: list[EntryView]) -> tuple[Found, ...]:
    locks = sum(entry.event == Event.USER_LOCKED for entry in found)
    failures = sum(entry.event in FAILURES for entry in found)
    counted = (
        (locks, _("%(n)s accounts were locked after wrong attempts.")),
        (failures, _("%(n)s attempts failed, were refused or led to a lock.")),
    )
    return tuple(Found(Severity.NOTE, text % {"n": n}, "events") for n, text in counted if n)


KIND = ReportKind(
    code="security_events",
    title=gettext_lazy("Security events"),
    about=gettext_lazy("Sign-ins, refusals, locks, grants and revocations over a period."),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_ACCESS,
    build=build,
    may=frozenset({Ask.PERSON, Ask.SITE}),
)

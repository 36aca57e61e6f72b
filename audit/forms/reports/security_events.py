"""Who signed in, who was refused, what was granted and taken away: what guards the door, over a period."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Report
from ledger.rules.errors import Invalid
from people.rules.authority import Person
from people.rules.roles import Role

READERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})


def build(person: Person, question: Question, now: datetime) -> Report:
    """The security events of a period."""
    if question.since is None or question.until is None:
        raise Invalid("fields_invalid", detail={"fields": {"since": "required"}})
    return Report(
        kind=KIND.code,
        title=_("Security events"),
        about=_("Sign-ins, refusals, locks, grants and revocations."),
        question=question.said(),
        as_of=now,
        sites=tuple(sorted(person.sites(READERS, now))),
        sections=(),
    )


KIND = ReportKind(
    code="security_events",
    title=gettext_lazy("Security events"),
    about=gettext_lazy("Sign-ins, refusals, locks, grants and revocations over a period."),
    asks=frozenset({Ask.PERIOD}),
    readers=READERS,
    build=build,
    may=frozenset({Ask.PERSON, Ask.SITE}),
)

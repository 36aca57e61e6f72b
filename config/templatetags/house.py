"""`{% load house %}`: words for codes, times in the zone where they happened, the flag of a demonstration."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coi.forms import words
from coi.selectors import cards
from config import navigation
from ledger import selectors as ledger
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sessions import Stamp, days_left
from people.rules.signatures import SignatureView
from people.views import desk, person_around
from qc.forms import texts
from qc.rules.criteria import NotTestedReason
from qc.rules.results import ResultView

register = template.Library()

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@register.simple_tag
def is_demonstration() -> bool:
    """Whether every page has to say DEMO. A page about a database that is away must still be shown."""
    try:
        return ledger.is_demonstration()
    except DatabaseError:
        return False


@register.simple_tag(takes_context=True)
def where_here(context: template.Context) -> navigation.Here:
    """Where the page stands in the house, with the pages that this person may open: `{% where_here as here %}`."""
    request: HttpRequest = context["request"]
    return navigation.here(request.path, lambda name: name not in _ASKED or _may_open(name, request))


def _may_open(name: str, request: HttpRequest) -> bool:
    try:
        reader = person_around(request)
    except DatabaseError:
        return False
    return reader is not None and _ASKED[name](reader, timezone.now())


# Pages that some people may not open at all.
_ASKED: Mapping[str, Callable[[Person, datetime], bool]] = {
    "coi:cards": cards.may_print,
    "people:access_rules": lambda person, now: bool(person.sites_of(Right.READ_RULES, now)),
    "people:people": lambda person, now: bool(person.sites_of(Right.READ_PEOPLE, now)),
}


@register.simple_tag
def idle_seconds() -> int:
    """After how long without anybody a desk is covered: the session rests at the same time, by the server's clock."""
    return int(desk.policy().idle.total_seconds())


@register.simple_tag(takes_context=True)
def password_days_left(context: template.Context) -> int | None:
    """Days until the password of the person must be changed, from fourteen days before on."""
    stamp = _stamp(context)
    return None if stamp is None else days_left(stamp.password_until, timezone.now())


@register.simple_tag(takes_context=True)
def pin_days_left(context: template.Context) -> int | None:
    """The same for the PIN."""
    stamp = _stamp(context)
    return None if stamp is None else days_left(stamp.pin_until, timezone.now())


def _stamp(context: template.Context) -> Stamp | None:
    request: HttpRequest = context["request"]
    return desk.stamp_of(request) if request.user.is_authenticated else None


@register.filter
def say(code: str, kind: str) -> str:
    """The word for a code: `{{ container.status|say:"container_status" }}`."""
    speak: words.Say = getattr(words, kind)
    return speak(str(code))


@register.filter
def said(result: ResultView, unit: str = "") -> str:
    """What a result says, with its unit, or why nothing was tested: `{{ result|said:unit }}`."""
    if not result.not_tested:
        return f"{result.value} {unit}".rstrip()
    return _("not tested: %(why)s") % {"why": texts.NOT_TESTED[NotTestedReason(result.not_tested)]}


@register.filter
def standing(signature: SignatureView) -> str:
    """Whether a signature still stands, as its code: `{{ signature|standing }}`; two statements and more."""
    return people.standing(signature).value


@register.filter
def moment(at: datetime | None, zone: str = "UTC") -> SafeString | str:
    """A time as a `<time>` in the zone of the site, which is named beside it."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    return format_html(
        '<time datetime="{}">{} {}</time>', at.isoformat(), f"{local:%Y-%m-%d %H:%M}", local.tzname()
    )


@register.filter
def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that says something."""
    return _span(now - at)


@register.filter
def left(until: datetime, now: datetime) -> str:
    """How long until, or that the time is over."""
    return _span(until - now) if until > now else _("over")


def _span(span: timedelta) -> str:
    if span < _HOUR:
        n = max(0, span // _MINUTE)
        return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}
    if span < 2 * _DAY:
        n = span // _HOUR
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    n = span // _DAY
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}

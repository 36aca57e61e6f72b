"""Every page that somebody sees who is here to audit is recorded before it is shown; what cannot be recorded is not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils import timezone

from config.errors import Answer, messages, respond
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.rules.errors import DomainError
from people import services
from people.rules.authority import Person
from people.views import person_around

log = structlog.get_logger(__name__)

# A page that renews a part of itself asks for its own address again: within so long that is the same look.
SAME_LOOK = timedelta(minutes=10)
_LAST = "page_seen"


class SeenPagesMiddleware:
    """Records pages, answers of the API and files, by the name of the address and its arguments.

    What stands after the question mark is left out: it may be a name. Refused pages are recorded with their status.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or request.method not in ("GET", "HEAD"):
            return response
        try:
            return self._recorded(request, match, response)
        except (DatabaseError, DomainError):
            log.exception("page.not_recorded", page=match.view_name)
            response.close()
            return respond(request, Answer(503, "busy", messages()["busy"]))

    def _recorded(self, request: HttpRequest, match: ResolverMatch, response: HttpResponse) -> HttpResponse:
        now = timezone.now()
        person = person_around(request) if request.user.is_authenticated else None
        if person is not None and person.is_auditor(now) and not _is_same_look(request, match, now):
            _record(request, match, response.status_code, person, now)
        return response


def _is_same_look(request: HttpRequest, match: ResolverMatch, now: datetime) -> bool:
    """Whether the page renews itself: asked for by the page's script, and the last that was recorded in the session.

    The header alone would not do: anybody can send it.
    """
    last = request.session.get(_LAST)
    if "HX-Request" not in request.headers or last is None or last["page"] != _named(match):
        return False
    return now - datetime.fromisoformat(last["at"]) < SAME_LOOK


def _named(match: ResolverMatch) -> list[object]:
    return [match.view_name, _arguments(match)]


def _arguments(match: ResolverMatch) -> dict[str, str]:
    # NUL is lawful in an address and not in an entry
    return {name: str(value).replace("\0", "\N{SYMBOL FOR NULL}") for name, value in match.kwargs.items()}


def _record(request: HttpRequest, match: ResolverMatch, status: int, person: Person, now: datetime) -> None:
    services.record_page_seen(
        page=match.view_name,
        arguments=_arguments(match),
        method=str(request.method),
        status=status,
        actor=Actor(ActorKind.PERSON, person.printed_name, person.user_id, AuthMethod.PASSWORD),
        where=Where(),
        now=now,
        request_id=uuid4(),
    )
    request.session[_LAST] = {"page": _named(match), "at": now.isoformat()}

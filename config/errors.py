"""One map from exception to HTTP, for Django's pages and the API alike: body `{code, message, detail}`.

A refusal never comes here: it is a value with HTTP 200. What comes here are requests that could not be judged at all.
A room's own exception says which answer it wants by two attributes, `http_status` and `code`, so that no room has to
import this file (and this file no room).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    ValidationError,
)
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import exceptions as api
from rest_framework.response import Response
from rest_framework.views import set_rollback

from coi.api.authentication import token_of
from coi.views.binding import read_binding
from ledger.rules import Where
from ledger.rules.errors import DomainError
from ledger.services import ClockRefused
from people.services import record_refused_door, record_refused_token
from people.views import actor_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """What the outside gets for an exception."""

    status: int
    code: str
    message: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The body, the same everywhere."""
        return {"code": self.code, "message": self.message, "detail": dict(self.detail)}


# The first class that fits decides, so the narrower stand above the wider.
_BY_CLASS: tuple[tuple[type[Exception], int, str], ...] = (
    (api.ParseError, 400, "malformed"),
    (api.ValidationError, 422, "invalid"),
    (api.NotAuthenticated, 401, "not_signed_in"),
    (api.AuthenticationFailed, 401, "not_signed_in"),
    (api.PermissionDenied, 403, "forbidden"),
    (api.NotFound, 404, "not_found"),
    (api.MethodNotAllowed, 405, "method_not_allowed"),
    (api.NotAcceptable, 406, "not_acceptable"),
    (api.UnsupportedMediaType, 415, "unsupported_media_type"),
    (api.Throttled, 429, "too_often"),
    (RequestDataTooBig, 413, "too_large"),
    (TooManyFieldsSent, 413, "too_large"),
    (SuspiciousOperation, 400, "malformed"),
    (BadRequest, 400, "malformed"),
    (ValidationError, 422, "invalid"),
    (PermissionDenied, 403, "forbidden"),
    (Http404, 404, "not_found"),
    (ObjectDoesNotExist, 404, "not_found"),
    (OperationalError, 503, "busy"),
)


def messages() -> dict[str, str]:
    """The sentence for each code, in the reader's language."""
    return {
        "malformed": _("The request cannot be read."),
        "invalid": _("Some fields are missing or wrong."),
        "not_signed_in": _("Sign in first."),
        "forbidden": _("You may not do this here."),
        "not_found": _("There is nothing here, or it is not yours to see."),
        "method_not_allowed": _("This address does not take that method."),
        "not_acceptable": _("This address answers in JSON alone."),
        "unsupported_media_type": _("Send JSON."),
        "too_often": _("Too many requests. Wait a moment."),
        "too_large": _("The request is too large."),
        "busy": _("The database is busy or away. Nothing was recorded. Try again."),
        "conflict": _("This was changed meanwhile. Reload."),
        "csrf": _("This page is too old or came from elsewhere. Reload it and try again."),
        "failed": _("Something went wrong on our side. Nothing was recorded by this request."),
    }


def answer_for(error: Exception) -> Answer | None:
    """The answer for an exception, or None for one that nobody foresaw."""
    status, code = getattr(error, "http_status", None), getattr(error, "code", None)
    if isinstance(status, int) and isinstance(code, str):
        message = str(error) or messages().get(code, code)
        return Answer(status, code, message, getattr(error, "detail", None) or {})
    for kind, known_status, known_code in _BY_CLASS:
        if isinstance(error, kind):
            return Answer(known_status, known_code, messages()[known_code], _detail(error), _headers(error))
    return None


def _detail(error: Exception) -> dict[str, Any]:
    if isinstance(error, api.ValidationError):
        return {"fields": error.detail}
    if isinstance(error, ValidationError):
        return {"fields": error.message_dict if hasattr(error, "error_dict") else {"": error.messages}}
    wait = _wait(error)
    return {"retry_after_seconds": wait} if wait else {}


def _headers(error: Exception) -> dict[str, str]:
    scheme, wait = getattr(error, "auth_header", None), _wait(error)
    headers = {"WWW-Authenticate": str(scheme)} if scheme else {}
    return headers | ({"Retry-After": str(wait)} if wait else {})


def _wait(error: Exception) -> int:
    """Whole seconds until a throttled client may come again."""
    seconds = getattr(error, "wait", None)
    return int(seconds) + 1 if isinstance(seconds, int | float) else 0


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The handler of the API (`REST_FRAMEWORK["EXCEPTION_HANDLER"]`). None lets an unforeseen error go on."""
    answer = answer_for(error)
    if answer is None:
        return None
    _note(answer, error)
    set_rollback()
    return Response(answer.body(), status=answer.status, headers=dict(answer.headers))


class ErrorMiddleware:
    """The same map for Django's own views, and the last word for what nobody foresaw."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and request.resolver_match and request.user.is_authenticated:
            _record_refused(request, request.resolver_match)
        if response.status_code == 401 and request.resolver_match and (token := _shown_token(request)):
            _record_token(request, request.resolver_match, token)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django when a view raised."""
        answer = answer_for(error)
        if answer is None:
            return None
        _note(answer, error)
        return respond(request, answer)


def _record_refused(request: HttpRequest, door: ResolverMatch) -> None:
    """The entry of a refusal, in a transaction of its own. Where it cannot be made the refusal stands all the same."""
    try:
        record_refused_door(
            page=door.view_name,
            method=str(request.method),
            actor=actor_of(request),
            where=Where(),
            now=timezone.now(),
        )
    except (ClockRefused, DatabaseError, DomainError):
        log.exception("request.refusal_not_recorded", page=door.view_name)


def _shown_token(request: HttpRequest) -> str:
    """The station's token of a request to the API, or of what a bound device sends; empty where none was shown.

    A device that only looks is not counted: its page asks every few seconds, and nobody tries anything.
    """
    if token := token_of(request.META.get("HTTP_AUTHORIZATION", "")):
        return token
    binding = read_binding(request) if request.method == "POST" else None
    return binding.token if binding else ""


def _record_token(request: HttpRequest, door: ResolverMatch, token: str) -> None:
    """The entry of a token that is not in use; the refusal stands without it too."""
    try:
        record_refused_token(token=token, page=door.view_name, method=str(request.method), now=timezone.now())
    except (ClockRefused, DatabaseError, DomainError):
        log.exception("request.refusal_not_recorded", page=door.view_name)


def respond(request: HttpRequest, answer: Answer) -> HttpResponse:
    """JSON for programs; for a person the page `error.html`, and one without a template where even that is missing."""
    headers = dict(answer.headers)
    if wants_json(request):
        return JsonResponse(answer.body(), status=answer.status, headers=headers)
    try:
        page = render_to_string("error.html", {"answer": answer}, request)
    except TemplateDoesNotExist:
        page = _bare_page(request, answer)
    return HttpResponse(page, status=answer.status, headers=headers)


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a program: by the address, or because it does not take HTML."""
    return request.path.startswith("/api/") or not request.accepts("text/html")


def _note(answer: Answer, error: Exception) -> None:
    if answer.status >= 500:
        log.error("request.failed", code=answer.code, error=type(error).__name__, exc_info=error)


def _plain(status: int, code: str) -> Callable[..., HttpResponse]:
    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return respond(request, Answer(status, code, messages()[code]))

    return handler


# config.urls hands these to Django for what never reaches a view, and for what nobody foresaw
bad_request = _plain(400, "malformed")
permission_denied = _plain(403, "forbidden")
page_not_found = _plain(404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """The last answer. It uses no template and no database: either may be the thing that failed."""
    answer = Answer(500, "failed", messages()["failed"])
    if wants_json(request):
        return JsonResponse(answer.body(), status=500)
    return HttpResponse(_bare_page(request, answer), status=500)


_PAGE = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{status} · Veintrace</title>
    {sheet}
  </head>
  <body class="plain">
    <header class="house"><a class="brand" href="/"><span>Veintrace</span></a></header>
    <main id="main">
      <section class="empty">
        <p class="error-status">{status}</p>
        <h1>{message}</h1>
        <p>{advice}</p>
        {reference}
        <p><a class="button primary" href="/">{home}</a></p>
      </section>
    </main>
  </body>
</html>
"""


def _bare_page(request: HttpRequest, answer: Answer) -> SafeString:
    """The answer as a page that needs nothing but this file; the stylesheet only makes it look like the others."""
    reference = _reference(request)
    return format_html(
        _PAGE,
        language=get_language() or "en",
        status=answer.status,
        sheet=_sheet(),
        message=answer.message,
        advice=_(
            "Go back, look whether it is there, and send it again if it is not: the same form counts once."
            " If this stays, call whoever runs this installation."
        ),
        reference=format_html("<p>{} <code>{}</code></p>", _("Name this reference, and the time:"), reference)
        if reference
        else "",
        home=_("To the journeys"),
    )


def _sheet() -> SafeString | str:
    try:
        return format_html('<link rel="stylesheet" href="{}">', staticfiles_storage.url("veintrace.css"))
    except ValueError:  # not collected: that may be the very thing that failed
        return ""


def _reference(request: HttpRequest) -> str:
    """The request's id, by which the ledger knows it, if its form was read and carries one."""
    form = request.__dict__.get("_post")  # reading it now could fail again
    try:
        return str(UUID(str(form["request_id"]))) if form else ""
    except (KeyError, ValueError):
        return ""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a missing or foreign CSRF token."""
    return respond(request, Answer(403, "csrf", messages()["csrf"]))

"""What a session opens, asked of every request: one that rests, is over or owes something opens next to nothing.

A page is led to where the session can be opened again, and back to the same address. A program or a fragment is
answered 401 or 403 and stays as it is, so that nothing typed is lost.
"""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.errors import Answer, messages, respond, wants_json
from people.rules.sessions import Gate, gate, is_worth_noting
from people.views import desk


class GateMiddleware:
    """Stands before every view, and decides by the session alone: no statement of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == reverse("healthz"):  # answers about a database that is away
            return self.get_response(request)
        try:
            state = _state(request)
        except OperationalError:  # before any view, where nobody else would answer it
            return respond(request, Answer(503, "busy", messages()["busy"]))
        if state is Gate.OVER:
            logout(request)
        elif state is not Gate.OPEN and request.path not in _doors() and not _is_due(state, request.path):
            if not _needs_nobody(request.path):
                return _refused(request, state)
            request.user = AnonymousUser()  # what is open to all stays so, and knows nobody
        return _unkept(request, _for_fragments(request, self.get_response(request)))


def _state(request: HttpRequest) -> Gate:
    stamp = desk.stamp_of(request)
    if stamp is None:
        return Gate.OVER if SESSION_KEY in request.session else Gate.OPEN
    now, policy = timezone.now(), desk.policy()
    state = gate(stamp, now, policy)
    is_somebody = desk.is_by_a_person(request) or request.path == reverse("people:still_here")
    if is_somebody and state not in (Gate.OVER, Gate.LOCKED) and is_worth_noting(stamp, now, policy):
        desk.change(request, seen_at=now)
    return state


@cache
def _doors() -> frozenset[str]:
    """Where a session is opened, opened again and ended. They look at the session themselves."""
    names = ("sign_in", "sign_out", "second_factor", "unlock", "passkey", "passkey_options")
    return frozenset(reverse(f"people:{name}") for name in names)


def _due_page(state: Gate) -> str:
    pages = {Gate.PASSWORD_TOO_OLD: "people:account_password", Gate.PIN_TOO_OLD: "people:account_pin"}
    return reverse(pages.get(state, "people:account_factors"))


def _is_due(state: Gate, path: str) -> bool:
    return state is not Gate.LOCKED and path.startswith((_due_page(state), reverse("people:still_here")))


def _needs_nobody(path: str) -> bool:
    """What asks for no session: files, activation, and stations, where badge and PIN count."""
    open_to_all = (
        settings.STATIC_URL,
        reverse("healthz"),
        reverse("people:activate"),
        reverse("coi:station"),
    )
    return path.startswith(open_to_all)


def _refused(request: HttpRequest, state: Gate) -> HttpResponse:
    return _locked(request) if state is Gate.LOCKED else _owing(request, state)


def _locked(request: HttpRequest) -> HttpResponse:
    """Nothing is shown. Whoever comes back shows themselves and goes on at the same address."""
    if wants_json(request) or not desk.is_by_a_person(request):
        answer = Answer(401, "locked", _("This desk rests. Unlock it in the page, or sign in."))
        return respond(request, answer) if wants_json(request) else HttpResponse(answer.message, status=401)
    unlock = reverse("people:unlock")
    if request.method in ("GET", "HEAD"):
        return redirect(f"{unlock}?{urlencode({'next': request.get_full_path()})}")
    return render(request, "people/locked.html", {"unlock": unlock}, status=401)


def _owing(request: HttpRequest, state: Gate) -> HttpResponse:
    """A password or PIN too old, or a second factor that a role asks for: its page opens, and nothing else."""
    if wants_json(request):
        return respond(
            request, Answer(403, state.value, _("Open your account's page first: something is due."))
        )
    if "HX-Request" in request.headers:
        return HttpResponse(status=403, headers={"HX-Redirect": _due_page(state)})
    return redirect(_due_page(state))


def _unkept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What somebody was shown is kept by no browser, unless its view says otherwise: a desk has many hands."""
    if request.user.is_authenticated and not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-store"
    return response


def _for_fragments(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A fragment must not be replaced by the page to sign in: the whole page goes there."""
    is_to_sign_in = response.status_code == 302 and response["Location"].startswith(settings.LOGIN_URL)
    if is_to_sign_in and "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": settings.LOGIN_URL})
    return response

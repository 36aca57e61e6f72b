"""How often a station, a person or an address may knock: above that, 429 and nothing is recorded.

Counted in the memory of this process, minute by minute, so that a dead Redis neither stops a scan nor opens a door; an
installation of several processes lets each count for itself. Counting decides whether a request is looked at, and
nothing else: who somebody is and what they may do is asked anew by whoever looks.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256

import structlog
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from coi.api.authentication import token_of
from coi.views.binding import read_binding
from config.errors import Answer, messages, respond

log = structlog.get_logger(__name__)

MINUTE = 60
VOUCHED_FOR = 60 * MINUTE


class Scope(StrEnum):
    """Who is counted."""

    STATION = "station"
    USER = "user"
    ADDRESS = "address"
    SIGN_IN = "sign_in"


def most(scope: Scope) -> int:
    """How many requests a minute are let through."""
    limits: dict[Scope, int] = {
        Scope.STATION: settings.STATION_REQUESTS_PER_MINUTE,
        Scope.USER: settings.USER_REQUESTS_PER_MINUTE,
        Scope.ADDRESS: settings.ADDRESS_REQUESTS_PER_MINUTE,
        Scope.SIGN_IN: settings.SIGN_INS_PER_MINUTE,
    }
    return limits[scope]


@dataclass(frozen=True)
class Knock:
    """Whose request it is; `is_claimed` when a token was shown that nobody has vouched for yet."""

    scope: Scope
    who: str
    is_claimed: bool = False


class LimitMiddleware:
    """Turns away whoever knocks too often, at the API, at the station's requests and where people sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        knock = knock_of(request)
        if knock is None:
            return self.get_response(request)
        if _is_too_often(knock, _address(request)):
            return too_often(request)
        response = self.get_response(request)
        if knock.is_claimed:
            _note(knock, _address(request), is_unknown=response.status_code == 401)
        return response


def too_often(request: HttpRequest) -> HttpResponse:
    """The answer to whoever knocks too often, with the seconds to wait."""
    wait = MINUTE - int(time.time()) % MINUTE
    detail, headers = {"retry_after_seconds": wait}, {"Retry-After": str(wait)}
    return respond(request, Answer(429, "too_often", messages()["too_often"], detail, headers))


def knock_of(request: HttpRequest) -> Knock | None:
    """Who is to be counted for this request; None for pages, which are not limited."""
    if request.path.startswith("/api/"):
        return _at_the_api(request)
    if request.method == "POST" and request.path in _credential_doors():
        return Knock(Scope.SIGN_IN, _address(request))
    if request.path.startswith(_station_requests()):
        binding = read_binding(request)  # its cookie is signed by us: the token was a station's
        return Knock(Scope.STATION, binding.token) if binding else Knock(Scope.ADDRESS, _address(request))
    return None


def _at_the_api(request: HttpRequest) -> Knock:
    if token := token_of(request.META.get("HTTP_AUTHORIZATION", "")):
        return Knock(Scope.STATION, token, is_claimed=True)
    if request.user.is_authenticated:
        return Knock(Scope.USER, str(request.user.pk))
    return Knock(Scope.ADDRESS, _address(request))


@cache
def _credential_doors() -> frozenset[str]:
    """Where something secret can be tried."""
    people = ("sign_in", "second_factor", "passkey", "passkey_options", "unlock", "activate")
    names = [f"people:{name}" for name in people]
    return frozenset(reverse(name) for name in (*names, "coi:station_bind", "coi:station_release"))


@cache
def _station_requests() -> tuple[str, ...]:
    """What a station's page sends; the page itself may be opened as often as one likes."""
    return reverse("coi:station_scan"), reverse("coi:station_state"), f"{reverse('coi:station')}stops/"


def _address(request: HttpRequest) -> str:
    """Where the request comes from. Behind a proxy that is what the proxy says, who writes at the end of the list."""
    if settings.BEHIND_PROXY:
        return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


# -- counting ---------------------------------------------------------------------------------------------------------


def _is_too_often(knock: Knock, address: str) -> bool:
    """Count the request. A token that nobody knows costs its address: trying out tokens is no way around."""
    if knock.is_claimed and not _is_vouched(knock):
        tried: int = caches["limits"].get(_key(Scope.ADDRESS, address), 0)
        if tried >= most(Scope.ADDRESS):
            return True
    return _is_over(knock.scope, knock.who)


def _note(knock: Knock, address: str, *, is_unknown: bool) -> None:
    """What came of a token: one that was turned away is counted, any other is vouched for for a while."""
    if is_unknown:
        _is_over(Scope.ADDRESS, address)
    elif not _is_vouched(knock):
        caches["limits"].set(_digest("vouched", knock.who), True, VOUCHED_FOR)


def _is_vouched(knock: Knock) -> bool:
    return bool(caches["limits"].get(_digest("vouched", knock.who)))


def _is_over(scope: Scope, who: str) -> bool:
    """Count one more in this minute, and say whether that is too many."""
    store, key = caches["limits"], _key(scope, who)
    try:
        count = store.incr(key)
    except ValueError:  # the first of this minute, or another thread is about to be it
        count = 1 if store.add(key, 1, 2 * MINUTE) else store.incr(key)
    if count == most(scope) + 1:
        log.warning("request.too_often", scope=scope.value)
    return bool(count > most(scope))


def _key(scope: Scope, who: str) -> str:
    return _digest(scope.value, who, str(int(time.time()) // MINUTE))


def _digest(*parts: str) -> str:
    """Neither tokens nor addresses lie in memory as they are."""
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

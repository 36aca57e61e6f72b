"""What a person shows at a desk to sign, and how long their series of signings goes on in this session."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from people import selectors
from people.rules.continuity import Continuity
from people.rules.credentials import CONFIRMATION_HOLDS_FOR, PasswordCredential

_SHOWN, _TRIED = "signing_shown", "signing_tried"
# A page may have taken its moment just before it asked for what was shown.
_BEFORE = timedelta(seconds=5)


def begin_series(request: HttpRequest, user: Any, **_about: Any) -> None:
    """Somebody signed in: no series goes on, unless the site reads signing in as its first signing.

    The receiver of Django's signal.
    """
    break_series(request)
    if settings.SIGN_IN_BEGINS_SERIES:
        request.session[_SHOWN] = {"user": user.pk, "at": timezone.now().isoformat()}


def break_series(request: HttpRequest) -> None:
    """The next signature takes both components: who signed in by a passkey or a provider has shown neither of them."""
    request.session.pop(_SHOWN, None)
    request.session.pop(_TRIED, None)


def credential_of(request: HttpRequest, asked: Mapping[str, Any]) -> PasswordCredential:
    """What was shown in a form that signs: `password`, and `username` where it was typed.

    Left out, the username is the session's, and the service judges whether the series of signings goes on.
    """
    series, typed = _series(request), str(asked.get("username") or "").strip().lower()
    request.session[_TRIED] = timezone.now().isoformat()
    name = typed or request.user.get_username()
    return PasswordCredential(name, str(asked["password"]), None if typed else series)


def _series(request: HttpRequest) -> Continuity:
    """The series as this session knows it; what was tried last counts if a signature came of it."""
    shown, tried = request.session.get(_SHOWN), request.session.get(_TRIED)
    user_id = request.user.pk or 0
    if tried is not None:
        at = datetime.fromisoformat(tried)
        signed_at = selectors.last_signed(user_id, at - _BEFORE, at + CONFIRMATION_HOLDS_FOR)
        if signed_at is not None:
            shown = request.session[_SHOWN] = {"user": user_id, "at": signed_at.isoformat()}
    if shown is None:
        return Continuity()
    return Continuity(shown["user"], datetime.fromisoformat(shown["at"]))

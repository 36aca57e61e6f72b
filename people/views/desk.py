"""The session of a person at a desk: what it remembers, in whose name it acts, and where it is."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils import timezone

from people.rules.sessions import SessionPolicy, Stamp, device_of
from people.selectors.access import DESK
from people.services import SignIn, Visit

BACKEND = "django.contrib.auth.backends.ModelBackend"
_KEY, _PENDING = DESK, "veintrace.pending"
PENDING_HOLDS_FOR = timedelta(minutes=5)
SCRIPTED = {"cors", "same-origin", "no-cors"}


def policy() -> SessionPolicy:
    """What the installation has set; no user can change it."""
    return SessionPolicy(
        idle=timedelta(minutes=settings.IDLE_LOCK_MINUTES),
        life=timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )


def open_session(request: HttpRequest, accepted: SignIn) -> None:
    """Open the session of an accepted sign-in, under a new key."""
    request.session.pop(_PENDING, None)
    login(request, accepted.user, backend=BACKEND)
    now = timezone.now()
    write(
        request,
        Stamp(now, now, accepted.password_until, accepted.owes_factor, accepted.pin_until),
        session=accepted.session,
    )


def write(request: HttpRequest, stamp: Stamp, *, session: UUID | None) -> None:
    """Keep what the session knows of itself."""
    request.session[_KEY] = {
        "id": str(session or ""),
        "began_at": stamp.began_at.isoformat(),
        "seen_at": stamp.seen_at.isoformat(),
        "password_until": stamp.password_until.isoformat() if stamp.password_until else None,
        "owes_factor": stamp.owes_factor,
        "pin_until": stamp.pin_until.isoformat() if stamp.pin_until else None,
    }


def stamp_of(request: HttpRequest) -> Stamp | None:
    """What the session knows of itself; None where nobody is signed in by our doors."""
    kept: dict[str, Any] | None = request.session.get(_KEY)
    if kept is None:
        return None
    return Stamp(
        began_at=datetime.fromisoformat(kept["began_at"]),
        seen_at=datetime.fromisoformat(kept["seen_at"]),
        password_until=_time(kept["password_until"]),
        owes_factor=kept["owes_factor"],
        pin_until=_time(kept.get("pin_until")),  # a session from before PINs aged has none
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def session_of(request: HttpRequest) -> UUID | None:
    """The id under which the session stands on its owner's list."""
    text = (request.session.get(_KEY) or {}).get("id")
    return UUID(text) if text else None


def change(request: HttpRequest, **changes: Any) -> None:
    """Change what the session knows: `seen_at`, `password_until`, `pin_until` (times or None), `owes_factor`."""
    plain = {name: it.isoformat() if isinstance(it, datetime) else it for name, it in changes.items()}
    request.session[_KEY] = {**request.session[_KEY], **plain}


def is_by_a_person(request: HttpRequest) -> bool:
    """Whether somebody asked for this, and not a page by itself: what a script fetches is no sign of life."""
    is_script = request.headers.get("Sec-Fetch-Mode", "") in SCRIPTED or "HX-Request" in request.headers
    return not is_script


def visit_of(request: HttpRequest) -> Visit:
    """From where this request comes. Behind a proxy that is what the proxy says, at the end of the list."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return Visit(device_of(request.headers.get("User-Agent", "")), address[:64])


def wait_for_factor(request: HttpRequest, user_id: int, target: str) -> None:
    """Remember that somebody showed the right password, for a few minutes and this browser alone."""
    until = timezone.now() + PENDING_HOLDS_FOR
    request.session[_PENDING] = {"user": user_id, "until": until.isoformat(), "next": target}


def waiting_for_factor(request: HttpRequest) -> tuple[int, str] | None:
    """Whose second factor is awaited, and where they were going; None when nobody's, or it took too long."""
    kept = request.session.get(_PENDING)
    if kept is None or timezone.now() >= datetime.fromisoformat(kept["until"]):
        return None
    return int(kept["user"]), str(kept["next"])

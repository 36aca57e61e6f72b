"""Signing in at a desk, by whatever is shown; resting sessions; signing out. Each is an entry, and opens no session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ledger.rules import Actor, ActorKind, AuthMethod, Subject, Where, derive
from ledger.rules.errors import NotAllowed
from ledger.services import append
from people import models, selectors
from people.events import Event
from people.rules.credentials import CredentialCheck, CredentialState, PasswordCredential
from people.rules.factors import FactorKind, factor_of_code
from people.rules.sessions import SignInBy, secret_ends
from people.services.credentials import attempt, attempt_id, confirm, is_own_password, refuse
from people.services.factors import has_second_factor, is_code, must_have_factor
from people.services.providers import subject_digest


@dataclass(frozen=True)
class Visit:
    """From where somebody signs in, for their own list of sessions."""

    device: str = ""
    address: str = ""


@dataclass(frozen=True)
class SignIn:
    """How a sign-in ended; `user` is there when it was accepted, for the session.

    `asks_factor`: the password was right and a second factor must follow; nothing is open yet. `owes_factor`: a role
    asks for a second factor, and there is none so far. `password_until`, `pin_until`: from then on it must be changed
    first.
    """

    state: CredentialState
    user: models.User | None = None
    session: UUID | None = None
    asks_factor: bool = False
    owes_factor: bool = False
    password_until: datetime | None = None
    pin_until: datetime | None = None


@dataclass(frozen=True)
class _Coming:
    visit: Visit
    where: Where
    now: datetime
    request_id: UUID


def sign_in(
    *,
    username: str,
    password: str,
    visit: Visit | None = None,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> SignIn:
    """Check a password and record the sign-in; a failed one is recorded too."""
    _require_local()
    user_id = selectors.user_id_by_username(username)
    asks_factor = user_id is not None and has_second_factor(user_id)
    check = confirm(
        credential=PasswordCredential(username, password),
        where=where,
        now=now,
        request_id=request_id,
        is_first_of_two=asks_factor,
    )
    if check.confirmed is None:
        return SignIn(check.state)
    if asks_factor:
        return SignIn(check.state, models.User.objects.get(pk=check.confirmed.user_id), asks_factor=True)
    coming = _Coming(visit or Visit(), where, now, request_id)
    return _opened(check.confirmed.user_id, SignInBy.PASSWORD, coming)


def sign_in_with_code(
    *, user_id: int, code: str, visit: Visit, where: Where, now: datetime, request_id: UUID
) -> SignIn:
    """The second factor after a right password: a code of the app, or a recovery code. Wrong ones lock as others do."""
    _require_local()
    check = attempt(
        user_id=user_id,
        fits=lambda row: is_code(user_id, code, now),
        auth=AuthMethod.PASSWORD,
        where=where,
        now=now,
        request_id=attempt_id(request_id, code),
        wrong="wrong_second_factor",
    )
    if check.confirmed is None:
        return SignIn(check.state)
    is_app = factor_of_code(code) is FactorKind.TOTP
    by = SignInBy.APP_CODE if is_app else SignInBy.RECOVERY_CODE
    return _opened(user_id, by, _Coming(visit, where, now, request_id))


def sign_in_with_passkey(
    *,
    user_id: int | None,
    is_proved: Callable[[], bool],
    visit: Visit,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> SignIn:
    """A passkey that verified its user is both factors at once. `is_proved` checks what it signed."""
    _require_local()
    check = _show_passkey(user_id, is_proved, where=where, now=now, request_id=request_id)
    if check.confirmed is None:
        return SignIn(check.state)
    return _opened(check.confirmed.user_id, SignInBy.PASSKEY, _Coming(visit, where, now, request_id))


def sign_in_by_provider(
    *, provider: str, subject: str, visit: Visit, where: Where, now: datetime, request_id: UUID
) -> SignIn:
    """Whom an OpenID provider vouches for, if an administrator has linked that subject to an active user."""
    link = (
        models.ProviderLink.objects.filter(
            provider=provider, subject_digest=subject_digest(provider, subject), valid_until__isnull=True
        )
        .select_related("user")
        .first()
    )
    if link is None or not link.user.is_active:
        why = "subject_unknown" if link is None else "user_inactive"
        return SignIn(refuse(why=why, where=where, now=now, request_id=request_id).state)
    return _opened(link.user_id, SignInBy.PROVIDER, _Coming(visit, where, now, request_id))


def unlock_with_password(
    *, password: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> CredentialState:
    """Open a resting session again; wrong passwords are counted as at signing in."""
    state = is_own_password(password=password, actor=actor, where=where, now=now, request_id=request_id)
    if state is CredentialState.ACCEPTED:
        _record_unlocked(actor, SignInBy.PASSWORD, where=where, now=now, request_id=request_id)
    return state


def unlock_with_passkey(
    *,
    is_proved: Callable[[], bool],
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> CredentialState:
    """Open a resting session again with a passkey of its owner."""
    check = _show_passkey(actor.user_id, is_proved, where=where, now=now, request_id=request_id)
    if check.confirmed is not None:
        _record_unlocked(actor, SignInBy.PASSKEY, where=where, now=now, request_id=request_id)
    return check.state


def sign_out(
    *, user_id: int, session: UUID | None = None, where: Where, now: datetime, request_id: UUID
) -> None:
    """Record that a user ended the session; the door ends it."""
    with transaction.atomic():
        user = models.User.objects.get(pk=user_id)
        if session is not None:
            models.Session.objects.filter(pk=session, ended_at__isnull=True).update(ended_at=now)
        actor = Actor(ActorKind.PERSON, user.printed_name, user.pk, AuthMethod.PASSWORD)
        _entry(Event.USER_SIGNED_OUT, actor, {}, where=where, now=now, request_id=request_id)


def _require_local() -> None:
    if not settings.LOCAL_SIGN_IN:
        raise NotAllowed("local_sign_in_off")


def _show_passkey(
    user_id: int | None, is_proved: Callable[[], bool], *, where: Where, now: datetime, request_id: UUID
) -> CredentialCheck:
    if user_id is None:
        return refuse(why="passkey_unknown", where=where, now=now, request_id=request_id)
    return attempt(
        user_id=user_id,
        fits=lambda row: is_proved(),
        auth=AuthMethod.PASSWORD,
        where=where,
        now=now,
        request_id=request_id,
        wrong="wrong_passkey",
    )


def _opened(user_id: int, by: SignInBy, coming: _Coming) -> SignIn:
    """Record the sign-in and where it was; say what the session has to know."""
    now = coming.now
    with transaction.atomic():
        user = models.User.objects.select_related("credential").get(pk=user_id)
        actor = Actor(ActorKind.PERSON, user.printed_name, user.pk, AuthMethod.PASSWORD)
        session = derive(coming.request_id, "session")
        about = {"device": coming.visit.device, "address": coming.visit.address}
        models.Session.objects.create(id=session, user=user, began_at=now, **about)
        request_id = coming.request_id
        _entry(
            Event.USER_SIGNED_IN, actor, {"by": by.value}, where=coming.where, now=now, request_id=request_id
        )
    return SignIn(
        CredentialState.ACCEPTED,
        user,
        session,
        owes_factor=by is SignInBy.PASSWORD and must_have_factor(user_id, now),
        password_until=secret_ends(user.credential.password_set_at, settings.PASSWORD_MAX_AGE_DAYS),
        pin_until=secret_ends(user.credential.pin_set_at, settings.PASSWORD_MAX_AGE_DAYS),
    )


def _record_unlocked(actor: Actor, by: SignInBy, *, where: Where, now: datetime, request_id: UUID) -> None:
    with transaction.atomic():
        _entry(Event.SESSION_UNLOCKED, actor, {"by": by.value}, where=where, now=now, request_id=request_id)


def _entry(
    event: Event, actor: Actor, facts: dict[str, str], *, where: Where, now: datetime, request_id: UUID
) -> None:
    append(
        event=event,
        stream="people",
        actor=actor,
        where=where,
        now=now,
        request_id=derive(request_id, event.value),
        facts={"user": str(actor.user_id), **facts},
        subjects=[Subject("user", str(actor.user_id))],
        schema=2 if event is Event.USER_SIGNED_IN else 1,
    )

"""Checking what a person knows and owns: wrong attempts are counted, recorded, and lock the account.

Check before opening the transaction of the use case, or in one that commits whatever the answer: a failure
that is rolled back was never counted.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from ledger import selectors as ledger_selectors
from ledger.rules import Actor, AuthMethod, Subject, Where, derive
from ledger.rules.errors import NotAllowed
from ledger.services import append
from people import models, selectors
from people.events import Event
from people.rules.authority import BadgeState
from people.rules.credentials import (
    Attempts,
    BadgeCredential,
    Confirmed,
    Credential,
    CredentialCheck,
    CredentialState,
    after_failure,
)
from people.rules.roles import Role
from people.services.work import send_notice

REFUSED = CredentialCheck(CredentialState.REFUSED)


class PinHasher(PBKDF2PasswordHasher):
    """For PINs, which are short: a key outside the database keeps them, so few rounds are enough."""

    iterations = 20_000


def hash_pin(pin: str) -> str:
    """What is stored of a PIN."""
    return make_password(_peppered(pin), hasher=PinHasher())


def is_pin(pin: str, stored: str) -> bool:
    """Whether this is the PIN; nobody without one has any."""
    return bool(stored) and PinHasher().verify(_peppered(pin), stored)


def _peppered(pin: str) -> str:
    return salted_hmac("people.pin", pin, secret=settings.INDEX_KEY, algorithm="sha256").hexdigest()


def is_password(password: str, stored: str) -> bool:
    """Whether this is the password; an unusable one takes as long and never fits."""
    return check_password(password, stored)


def verify_pin(
    *, user_id: int, pin: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> bool:
    """Whether this is the user's PIN. A failure is recorded as nobody's, whatever actor asks."""
    check = attempt(
        user_id=user_id,
        fits=lambda row: is_pin(pin, row.pin_hash),
        auth=AuthMethod.BADGE_PIN,
        where=where,
        now=now,
        request_id=attempt_id(request_id, pin),
    )
    return check.state is CredentialState.ACCEPTED


def is_own_password(
    *, password: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> CredentialState:
    """Whether this is the password of the person who asks: for what one changes about one's own access."""
    if actor.user_id is None:
        raise NotAllowed("not_signed_in")
    check = attempt(
        user_id=actor.user_id,
        fits=lambda row: is_password(password, row.user.password),
        auth=AuthMethod.PASSWORD,
        where=where,
        now=now,
        request_id=attempt_id(request_id, password),
    )
    return check.state


def locked_user(actor: Actor) -> models.User:
    """The row of the person who changes something about their own access, locked; NotAllowed when it is closed."""
    users = models.User.objects.select_for_update()
    user = None if actor.user_id is None else users.filter(pk=actor.user_id, is_active=True).first()
    if user is None:
        raise NotAllowed("not_signed_in")
    return user


def confirm(
    *, credential: Credential, where: Where, now: datetime, request_id: UUID, is_first_of_two: bool = False
) -> CredentialCheck:
    """Check both components of a credential, and say whose they are; signing takes the answer.

    `is_first_of_two`: a second factor follows, so a right password does not yet forget wrong attempts. Whoever knows
    the password could otherwise guess codes for ever.
    """
    if isinstance(credential, BadgeCredential):
        request_id = attempt_id(request_id, credential.pin)
        reading = selectors.read_badge(credential.badge, now)
        user_id = reading.person.user_id if reading.person and reading.state is BadgeState.VALID else None
        auth, pin = AuthMethod.BADGE_PIN, credential.pin
        if user_id is None:
            return refuse(why=f"badge_{reading.state}", where=where, now=now, request_id=request_id)
        return attempt(
            user_id=user_id,
            fits=lambda row: is_pin(pin, row.pin_hash),
            auth=auth,
            where=where,
            now=now,
            request_id=request_id,
        )
    user_id = selectors.user_id_by_username(credential.username)
    password = credential.password
    request_id = attempt_id(request_id, password)
    if user_id is None:
        make_password(password)  # as slow as a check, so that the time does not tell who exists
        return refuse(why="user_unknown", where=where, now=now, request_id=request_id)
    return attempt(
        user_id=user_id,
        fits=lambda row: is_password(password, row.user.password),
        auth=AuthMethod.PASSWORD,
        where=where,
        now=now,
        request_id=request_id,
        is_first_of_two=is_first_of_two,
    )


def attempt_id(request_id: UUID, tried: str) -> UUID:
    """One id for what is sent twice, another for another guess: a client may give all its guesses one request id.

    Eight bits of a keyed digest are enough to tell guesses apart, and too few to learn what was typed.
    """
    typed = tried.encode("utf-8", "surrogatepass")
    digest = salted_hmac("people.tried", typed, secret=settings.INDEX_KEY, algorithm="sha256").hexdigest()
    return derive(request_id, f"attempt {digest[:2]}")


def attempt(
    *,
    user_id: int,
    fits: Callable[[models.Credential], bool],
    auth: AuthMethod,
    where: Where,
    now: datetime,
    request_id: UUID,
    wrong: str = "",
    is_first_of_two: bool = False,
) -> CredentialCheck:
    """One attempt under a lock of the row, so that attempts made at once are counted one by one.

    `wrong`: what its entry says where it is not the method by which somebody signs.
    """
    with transaction.atomic(savepoint=False):
        rows = models.Credential.objects.select_related("user").select_for_update(of=("self",))
        row = rows.filter(user=user_id).first()
        if row is None or not row.user.is_active:
            return refuse(why="user_inactive", where=where, now=now, request_id=request_id)
        attempts = Attempts(row.failures, row.locked_until)
        if attempts.is_locked(now):
            _record_failure(user_id, "locked", where=where, now=now, request_id=request_id)
            return CredentialCheck(CredentialState.LOCKED)
        if fits(row):
            if attempts != Attempts() and not is_first_of_two:
                models.Credential.objects.filter(pk=row.pk).update(failures=0, locked_until=None)
            return CredentialCheck(CredentialState.ACCEPTED, Confirmed(user_id, auth, now))
        if _record_failure(user_id, wrong or f"wrong_{auth}", where=where, now=now, request_id=request_id):
            _count(row, after_failure(attempts, now), where=where, now=now, request_id=request_id)
        return REFUSED


def _count(row: models.Credential, after: Attempts, *, where: Where, now: datetime, request_id: UUID) -> None:
    models.Credential.objects.filter(pk=row.pk).update(
        failures=after.failures, locked_until=after.locked_until
    )
    if after.locked_until is None:
        return
    append(
        event=Event.USER_LOCKED,
        stream="people",
        actor=Actor.service("people"),
        where=where,
        now=now,
        request_id=derive(request_id, "locked"),
        facts={"user": str(row.pk), "until": after.locked_until},
        subjects=[Subject("user", str(row.pk))],
    )
    for site in _sites_of(int(row.pk), where, now):
        send_notice(
            site=site,
            role=Role.ADMINISTRATOR,
            code="user_locked",
            subject=Subject("user", str(row.pk)),
            actor=Actor.service("people"),
            where=where,
            now=now,
            request_id=derive(request_id, f"locked-notice-{site}"),
        )


def _sites_of(user_id: int, where: Where, now: datetime) -> list[str]:
    """Whose administrators hear of a lock: the site where it happened, else every site of the user."""
    if where.site:
        return [where.site]
    person = selectors.person(user_id, now)
    return [] if person is None else sorted(person.sites(frozenset(Role), now))


def refuse(
    *, why: str, user_id: int | None = None, where: Where, now: datetime, request_id: UUID
) -> CredentialCheck:
    """Record an attempt that fits nobody, or no way in of `user_id`; it is not counted towards a lock."""
    with transaction.atomic():
        _record_failure(user_id, why, where=where, now=now, request_id=request_id)
    return REFUSED


def _record_failure(user_id: int | None, why: str, *, where: Where, now: datetime, request_id: UUID) -> bool:
    """Record an attempt that failed, by nobody known; False when this request was counted before."""
    entry_id = derive(request_id, "credential")
    if ledger_selectors.entry_for_request(entry_id) is not None:
        return False
    # What was typed as a username may have been a password, so it is not kept.
    append(
        event=Event.CREDENTIAL_FAILED,
        stream="people",
        actor=Actor.unknown(),
        where=where,
        now=now,
        request_id=entry_id,
        facts={"user": None if user_id is None else str(user_id), "why": why},
        subjects=[] if user_id is None else [Subject("user", str(user_id))],
    )
    return True

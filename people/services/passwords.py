"""Passwords and PINs: what is taken, what is kept of earlier ones, and changing one's own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import Invalid
from people import models
from people.events import Event
from people.rules.credentials import PASSWORDS_REMEMBERED, CredentialState, pin_problem
from people.services.credentials import hash_pin, is_own_password, is_password, is_pin, locked_user
from people.services.recording import Doing, record, writing
from people.services.sessions import close_sessions


def refuse_weak(user: models.User, *, password: str | None = None, pin: str | None = None) -> None:
    """Raise Invalid naming what is wrong with a new password or PIN (None: it stays)."""
    wrong: dict[str, Any] = {}
    if password is not None and (found := _password_problems(user, password)):
        wrong["password"] = found
    if pin is not None and (code := pin_problem(pin)):
        wrong["pin"] = code
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})


def _password_problems(user: models.User, password: str) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [str(message) for message in error.messages]
    past = models.PastPassword.objects.filter(user=user).order_by("-set_at", "-pk")
    hashes = past.values_list("password_hash", flat=True)[:PASSWORDS_REMEMBERED]
    if any(is_password(password, one) for one in hashes):
        return [_("This is one of your last %(n)d passwords. Take another.") % {"n": PASSWORDS_REMEMBERED}]
    return []


def store_secrets(user: models.User, password: str, pin: str, now: datetime) -> None:
    """Write the hashes of password and PIN and end the activation; the caller appends the entry."""
    _store_password(user, password, now)
    models.Credential.objects.filter(pk=user.pk).update(
        pin_hash=hash_pin(pin),
        activation_hash="",
        activation_until=None,
        pin_set_at=now,
        failures=0,
        locked_until=None,
    )


def _store_password(user: models.User, password: str, now: datetime) -> None:
    stored = make_password(password)
    models.User.objects.filter(pk=user.pk).update(password=stored)
    models.PastPassword.objects.create(user=user, password_hash=stored, set_at=now)
    models.Credential.objects.filter(pk=user.pk).update(password_set_at=now)


def change_password(
    *,
    old: str,
    new: str,
    kept: UUID | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> CredentialState:
    """Change one's own password; every other session ends. Raises Invalid (`password`): the rules refuse the new one.

    `kept`: the session that asks. Any answer but ACCEPTED speaks of the old password, and nothing was changed.
    """
    doing = Doing(actor, where, now, request_id)
    state = is_own_password(password=old, actor=actor, where=where, now=now, request_id=request_id)
    if state is CredentialState.ACCEPTED:
        with writing():
            user = locked_user(actor)
            refuse_weak(user, password=new)
            _store_password(user, new, now)
            close_sessions(user.pk, now=now, kept=kept)
            _record_own(doing, Event.PASSWORD_CHANGED)
    return state


def change_pin(
    *, password: str, pin: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> CredentialState:
    """Change one's own PIN, with the password. Raises Invalid (`pin`)."""
    doing = Doing(actor, where, now, request_id)
    state = is_own_password(password=password, actor=actor, where=where, now=now, request_id=request_id)
    if state is CredentialState.ACCEPTED:
        with writing():
            user = locked_user(actor)
            refuse_weak(user, pin=pin)
            if is_pin(pin, models.Credential.objects.get(pk=user.pk).pin_hash):
                raise Invalid("fields_invalid", detail={"fields": {"pin": "pin_same"}})
            models.Credential.objects.filter(pk=user.pk).update(pin_hash=hash_pin(pin), pin_set_at=now)
            _record_own(doing, Event.PIN_CHANGED)
    return state


def _record_own(doing: Doing, event: Event) -> None:
    user = str(doing.actor.user_id)
    record(doing, event=event, stream="people", facts={"user": user}, subjects=[Subject("user", user)])

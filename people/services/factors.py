"""Second factors: codes of an app (TOTP), passkeys, recovery codes. The tables and the arithmetic are allauth's.

What a code must not do twice is kept here, under the lock that counts attempts: allauth would keep it in a cache, and
this house has none that all processes share.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import Conflict, Invalid, NotFound
from people import selectors
from people.events import Event
from people.rules.credentials import CredentialState
from people.rules.factors import FactorKind, counters_around, factor_of_code
from people.rules.fields import text_problem
from people.services.credentials import is_own_password, locked_user
from people.services.recording import Doing, record, refuse_bad, writing


def add_totp(
    *,
    secret: str,
    code: str,
    password: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> CredentialState:
    """Add the app that shows codes of this secret (base32), which a code of now proves. Raises Invalid (`code`).

    Any answer but ACCEPTED speaks of the password, and nothing was added.
    """
    state = is_own_password(password=password, actor=actor, where=where, now=now, request_id=request_id)
    if state is not CredentialState.ACCEPTED:
        return state
    counter = _counter_of(secret, code, now)
    if counter is None:
        raise Invalid("fields_invalid", detail={"fields": {"code": "code_wrong"}})
    with writing():
        user = locked_user(actor)
        if Authenticator.objects.filter(user=user, type=FactorKind.TOTP).exists():
            raise Conflict("factor_there_already")
        data = {"secret": encrypt(secret), "last_counter": counter}
        Authenticator.objects.create(user=user, type=FactorKind.TOTP, data=data, created_at=now)
        _record_added(Doing(actor, where, now, request_id), FactorKind.TOTP)
    return state


def add_passkey(
    *,
    name: str,
    credential: Mapping[str, Any],
    password: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> CredentialState:
    """Add a passkey, whose registration the door has checked against the challenge that it gave out."""
    refuse_bad(name=text_problem(name, 64))
    state = is_own_password(password=password, actor=actor, where=where, now=now, request_id=request_id)
    if state is CredentialState.ACCEPTED:
        with writing():
            data = {"name": name, "credential": dict(credential)}
            Authenticator.objects.create(
                user=locked_user(actor), type=FactorKind.PASSKEY, data=data, created_at=now
            )
            _record_added(Doing(actor, where, now, request_id), FactorKind.PASSKEY)
    return state


def make_recovery_codes(
    *, password: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> tuple[CredentialState, tuple[str, ...]]:
    """Make new recovery codes, shown this once; the earlier ones are worth nothing. Needs another factor."""
    state = is_own_password(password=password, actor=actor, where=where, now=now, request_id=request_id)
    if state is not CredentialState.ACCEPTED:
        return state, ()
    with writing():
        user = locked_user(actor)
        if not has_second_factor(user.pk):
            raise Conflict("no_factor_yet")
        Authenticator.objects.filter(user=user, type=FactorKind.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user).generate_codes()
        _record(Doing(actor, where, now, request_id), Event.RECOVERY_CODES_MADE, {})
    return state, tuple(codes)


def remove_factor(
    *, factor_id: int, password: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> CredentialState:
    """Take one of one's own factors away. With the last one the recovery codes go too.

    Raises NotFound (`factor_unknown`) and Conflict (`last_factor_required`: a role asks for one).
    """
    state = is_own_password(password=password, actor=actor, where=where, now=now, request_id=request_id)
    if state is not CredentialState.ACCEPTED:
        return state
    with writing():
        user = locked_user(actor)
        mine = Authenticator.objects.filter(user=user).exclude(type=FactorKind.RECOVERY_CODES)
        row = mine.filter(pk=factor_id).first()
        if row is None:
            raise NotFound("factor_unknown")
        if mine.count() == 1:
            if must_have_factor(user.pk, now):
                raise Conflict("last_factor_required")
            drop_factors(user.pk)
        row.delete()
        _record(Doing(actor, where, now, request_id), Event.FACTOR_REMOVED, {"kind": row.type})
    return state


def has_second_factor(user_id: int) -> bool:
    """Whether a password alone does not open a session."""
    rows = Authenticator.objects.filter(user_id=user_id)
    found: bool = rows.exclude(type=FactorKind.RECOVERY_CODES).exists()
    return found


def must_have_factor(user_id: int, now: datetime) -> bool:
    """Whether a role of the user asks for a second factor here."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return False
    person = selectors.person(user_id, now)
    return person is not None and bool(person.sites(settings.SECOND_FACTOR_ROLES, now))


def drop_factors(user_id: int) -> None:
    """Forget every factor of a user; the caller appends the entry."""
    Authenticator.objects.filter(user_id=user_id).delete()


def is_code(user_id: int, code: str, now: datetime) -> bool:
    """Whether this is a code of the user's app, or one of the recovery codes: each once. Under the lock of attempts."""
    kind = factor_of_code(code)
    row = Authenticator.objects.filter(user_id=user_id, type=kind).first()
    if row is None:
        return False
    if kind is FactorKind.RECOVERY_CODES:
        is_unused: bool = RecoveryCodes(row).validate_code(code)
        return is_unused
    counter = _counter_of(decrypt(row.data["secret"]), code, now)
    if counter is None or counter <= row.data["last_counter"]:
        return False
    row.data["last_counter"] = counter
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])
    return True


def _counter_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time whose code this is, among the present one and its neighbours (RFC 6238, 5.2)."""
    for counter in counters_around(now):
        if constant_time_compare(code, format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


def _record_added(doing: Doing, kind: FactorKind) -> None:
    _record(doing, Event.FACTOR_ADDED, {"kind": kind.value})


def _record(doing: Doing, event: Event, facts: Mapping[str, str]) -> None:
    user = str(doing.actor.user_id)
    record(
        doing, event=event, stream="people", facts={"user": user, **facts}, subjects=[Subject("user", user)]
    )

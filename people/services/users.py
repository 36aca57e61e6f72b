"""Users: made by administrators, brought to life by themselves, never deleted.

An administrator never knows a password or a PIN. Making or resetting an account yields an activation code,
shown once, with which its owner sets both.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from django.contrib.auth.hashers import make_password

from ledger import selectors as ledger_selectors
from ledger.rules import Actor, ActorKind, AuthMethod, Subject, Where
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import models, selectors
from people.events import Event
from people.rules.fields import text_problem, username_problem
from people.rules.rights import Right
from people.rules.roles import Role
from people.services.credentials import attempt_id, refuse
from people.services.factors import drop_factors
from people.services.passwords import refuse_weak, store_secrets
from people.services.recording import Doing, is_repeat, record, refuse_bad, require, writing
from people.services.sessions import close_sessions

ACTIVATION_HOLDS_FOR = timedelta(days=7)


@dataclass(frozen=True)
class NewUser:
    """An account and its activation code, shown this once (empty when the same request comes again)."""

    user_id: int
    activation_code: str

    def __repr__(self) -> str:
        return f"NewUser({self.user_id})"


def create_user(
    *,
    username: str,
    printed_name: str,
    site: str,
    email: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> NewUser:
    """Make an account without any right; its owner sets password and PIN with the activation code."""
    username = username.lower()
    refuse_bad(username=username_problem(username), printed_name=text_problem(printed_name))
    require(actor=actor, right=Right.CREATE_USER, site=site, now=now)
    if earlier := ledger_selectors.entry_for_request(request_id):
        return NewUser(_created_before(earlier, username, printed_name), "")
    with writing():
        user, code = insert_user(username=username, printed_name=printed_name, email=email, now=now)
        record(
            Doing(actor, where, now, request_id),
            event=Event.USER_CREATED,
            stream="people",
            facts={"user": str(user.pk), "site": site},
            subjects=[Subject("user", str(user.pk)), Subject("site", site)],
        )
    return NewUser(user.pk, code)


def _created_before(earlier: ledger_selectors.EntryView, username: str, printed_name: str) -> int:
    if earlier.event == Event.USER_CREATED:
        user = models.User.objects.get(pk=int(earlier.facts["user"]))
        if (user.username, user.printed_name) == (username, printed_name):
            return user.pk
    raise Conflict("request_id_used")


def insert_user(*, username: str, printed_name: str, email: str, now: datetime) -> tuple[models.User, str]:
    """Write the rows of an account that nobody can use yet; the caller appends the entry."""
    user = models.User(username=username, printed_name=printed_name, email=email)
    user.set_unusable_password()
    user.save(force_insert=True)
    models.Credential.objects.create(user=user)
    return user, _new_activation(user.pk, now)


def _new_activation(user_id: int, now: datetime) -> str:
    code = secrets.token_urlsafe(18)
    models.Credential.objects.filter(pk=user_id).update(
        activation_hash=_hash(code), activation_until=now + ACTIVATION_HOLDS_FOR
    )
    return code


def _hash(code: str) -> str:
    # 144 random bits: a plain hash is enough.
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def activate_user(
    *,
    username: str,
    activation_code: str,
    password: str,
    pin: str,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> int:
    """Set password and PIN with the activation code, which then is worth nothing. Returns the user's id.

    Raises NotAllowed for a code that is wrong, used or too old: recorded as a wrong password is, and counted towards
    the alert. It locks nobody out, for 144 random bits are not guessed. Raises Invalid (`password`, `pin`).
    """
    user_id = selectors.user_id_by_username(username)
    with writing():
        rows = models.Credential.objects.select_related("user").select_for_update(of=("self",))
        row = rows.filter(pk=user_id).first()
        why = _activation_problem(row, activation_code, now)
        if row is not None and not why:
            refuse_weak(row.user, password=password, pin=pin)
            store_secrets(row.user, password, pin, now)
            actor = Actor(ActorKind.PERSON, row.user.printed_name, row.user.pk, AuthMethod.TOKEN)
            record(
                Doing(actor, where, now, request_id),
                event=Event.USER_ACTIVATED,
                stream="people",
                facts={"user": str(row.pk)},
                subjects=[Subject("user", str(row.pk))],
            )
            return int(row.pk)
        tried = attempt_id(request_id, activation_code)
        refuse(why=why, user_id=user_id, where=where, now=now, request_id=tried)
    raise NotAllowed("activation_refused")  # after the commit: the refusal stays an entry


def _activation_problem(row: models.Credential | None, code: str, now: datetime) -> str:
    """Why the code does not activate the account, for the entry; empty where it does. A used one is as a wrong one."""
    if row is None:
        return "user_unknown"
    if not row.user.is_active:
        return "user_inactive"
    if not row.activation_hash or not compare_digest(row.activation_hash, _hash(code)):
        return "wrong_activation_code"
    is_in_time = row.activation_until is not None and now < row.activation_until
    return "" if is_in_time else "activation_code_expired"


def reset_user(
    *, user_id: int, site: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> NewUser:
    """Take password, PIN and second factors away and give a new activation code, for whoever forgot or lost them.

    Every session of the user ends.
    """
    refuse_bad(reason=text_problem(reason, 1000))
    require_over(user_id, right=Right.RESET_USER, site=site, actor=actor, now=now)
    facts = {"user": str(user_id), "site": site}
    if is_repeat(request_id=request_id, event=Event.USER_RESET, facts=facts):
        return NewUser(user_id, "")
    with writing():
        models.User.objects.filter(pk=user_id).update(password=make_password(None))
        drop_factors(user_id)
        close_sessions(user_id, now=now)
        models.Credential.objects.filter(pk=user_id).update(pin_hash="", failures=0, locked_until=None)
        code = _new_activation(user_id, now)
        record(
            Doing(actor, where, now, request_id),
            event=Event.USER_RESET,
            stream="people",
            facts=facts,
            subjects=[Subject("user", str(user_id))],
            reason=reason,
        )
    return NewUser(user_id, code)


def deactivate_user(
    *, user_id: int, site: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Close an account at once and for good: sessions, badges and grants stop counting, history stays."""
    refuse_bad(reason=text_problem(reason, 1000))
    require_over(user_id, right=Right.DEACTIVATE_USER, site=site, actor=actor, now=now)
    facts = {"user": str(user_id), "site": site}
    if is_repeat(request_id=request_id, event=Event.USER_DEACTIVATED, facts=facts):
        return
    with writing():
        models.User.objects.filter(pk=user_id).update(is_active=False)
        close_sessions(user_id, now=now)
        record(
            Doing(actor, where, now, request_id),
            event=Event.USER_DEACTIVATED,
            stream="people",
            facts=facts,
            subjects=[Subject("user", str(user_id))],
            reason=reason,
        )


def end_sessions(
    *, user_id: int, site: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End every session of somebody else: the next request of each is refused. They may sign in again."""
    refuse_bad(reason=text_problem(reason, 1000))
    require_over(user_id, right=Right.END_SESSIONS, site=site, actor=actor, now=now)
    facts = {"user": str(user_id), "site": site}
    if is_repeat(request_id=request_id, event=Event.SESSIONS_ENDED, facts=facts):
        return
    with writing():
        close_sessions(user_id, now=now)
        record(
            Doing(actor, where, now, request_id),
            event=Event.SESSIONS_ENDED,
            stream="people",
            facts=facts,
            subjects=[Subject("user", str(user_id))],
            reason=reason,
        )


def require_over(user_id: int, *, right: Right, site: str, actor: Actor, now: datetime) -> None:
    """An administrator of the site, over someone else who has a role there or none anywhere."""
    require(actor=actor, right=right, site=site, now=now)
    if user_id == actor.user_id:
        raise NotAllowed("not_over_yourself")
    person = selectors.person(user_id, now)
    if person is None:
        raise NotFound("user_unknown")
    held_at = person.sites(frozenset(Role), now)
    if held_at and site not in held_at:
        raise NotAllowed("user_of_another_site")

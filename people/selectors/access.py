"""How somebody signs in, and where they are signed in: for their own page, and for whoever may end it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.backends.db import SessionStore

from people import models
from people.rules.factors import FactorKind


@dataclass(frozen=True)
class FactorView:
    """A second factor, without its secret; `name` is what its owner calls a passkey."""

    id: int
    kind: FactorKind
    name: str
    added_at: datetime


@dataclass(frozen=True)
class AccountView:
    """What somebody may know of their own account."""

    user_id: int
    username: str
    printed_name: str
    password_set_at: datetime | None
    pin_set_at: datetime | None
    factors: tuple[FactorView, ...]
    recovery_codes_left: int

    @property
    def has_app(self) -> bool:
        """Whether an app shows codes already; there is one at most."""
        return any(factor.kind is FactorKind.TOTP for factor in self.factors)


@dataclass(frozen=True)
class SessionView:
    """A place where somebody is signed in. `seen_at`: when they were last there, as far as it was asked for."""

    id: UUID
    device: str
    address: str
    began_at: datetime
    seen_at: datetime | None = None


def account(user_id: int) -> AccountView:
    """The account of a user who exists (two statements)."""
    user = models.User.objects.select_related("credential").get(pk=user_id)
    rows = list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk"))
    codes = [row for row in rows if row.type == FactorKind.RECOVERY_CODES]
    return AccountView(
        user_id=user.pk,
        username=user.username,
        printed_name=user.printed_name,
        password_set_at=user.credential.password_set_at,
        pin_set_at=user.credential.pin_set_at,
        factors=tuple(
            FactorView(row.pk, FactorKind(row.type), row.data.get("name", ""), row.created_at)
            for row in rows
            if row.type != FactorKind.RECOVERY_CODES
        ),
        recovery_codes_left=sum(len(RecoveryCodes(row).get_unused_codes()) for row in codes),
    )


def open_sessions(user_id: int, since: datetime) -> list[SessionView]:
    """Where a user signed in after a moment and has neither signed out nor been signed out; the newest first."""
    rows = models.Session.objects.filter(user=user_id, ended_at__isnull=True, began_at__gt=since)
    return [
        SessionView(row.id, row.device, row.address, row.began_at) for row in rows.order_by("-began_at", "pk")
    ]


# Where the browser's session says under which id it stands on the list, and when somebody was last there.
DESK = "veintrace.desk"


def live_sessions(user_id: int, since: datetime, at: datetime) -> list[SessionView]:
    """The same for whoever may end them, with when somebody was last there (two statements).

    That stands in the browsers' own sessions, which decide: one that is gone from there is signed in no more.
    """
    listed = {str(one.id): one for one in open_sessions(user_id, since)}
    if not listed:
        return []
    found: dict[str, datetime] = {}
    for row in SessionStore.get_model_class().objects.filter(expire_date__gt=at).iterator():
        desk = row.get_decoded().get(DESK) or {}
        if desk.get("id") in listed:
            found[desk["id"]] = datetime.fromisoformat(desk["seen_at"])
    return [replace(one, seen_at=found[id]) for id, one in listed.items() if id in found]

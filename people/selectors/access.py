"""How somebody signs in, and where they are signed in, for their own page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

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
    """A place where somebody is signed in."""

    id: UUID
    device: str
    address: str
    began_at: datetime


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

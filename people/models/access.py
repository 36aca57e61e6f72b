"""Tables of signing in: who somebody is, what they know and own, and where they are signed in."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac

from people.models.rows import Projection, Row
from people.rules.rights import Right


class UserManager(BaseUserManager["User"]):
    """Finds users; making them is a service's work."""


class User(AbstractBaseUser):
    """One person who can sign in. Never deleted, and neither id nor username is ever given to another.

    PII: username, printed_name, email (staff).
    """

    username = models.CharField(max_length=64, unique=True)
    printed_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    last_login: datetime | None = None  # a sign-in is an entry of the ledger
    sessions_epoch = models.PositiveIntegerField(default=0)  # counted up, it ends every session of the user

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="people_user_username_lower"
            ),
            models.CheckConstraint(condition=~Q(printed_name=""), name="people_user_printed_name_given"),
        ]
        triggers = [
            pgtrigger.Protect(name="user_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="username_never_changed", fields=["id", "username"]),
        ]

    def get_full_name(self) -> str:
        """The name as printed in records."""
        return self.printed_name

    def get_session_auth_hash(self) -> str:
        """What a session must carry to count: it changes with the password, and when sessions are ended."""
        return salted_hmac(
            "people.session", f"{self.password} {self.sessions_epoch}", algorithm="sha256"
        ).hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the read-only windows open: asked of the grants, by the database's clock."""
        return self.grants.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=Now()),
            role__in=Right.OPEN_WINDOWS.roles,
            valid_from__lte=Now(),
        ).exists()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Windows may be looked through and nothing else."""
        return self.is_active and perm.rpartition(".")[2].startswith("view_") and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """As for `has_perm`: the windows of every room."""
        return self.is_active and self.is_staff


class Credential(Row):
    """What a user knows, as hashes, and the wrong attempts; not a projection: rebuilt never, reset only.

    PII: none (hashes of secrets).
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="credential"
    )
    pin_hash = models.CharField(max_length=255, blank=True, default="")
    activation_hash = models.CharField(max_length=64, blank=True, default="")
    activation_until = models.DateTimeField(null=True)
    password_set_at = models.DateTimeField(null=True)
    pin_set_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="credential_never_deleted", operation=pgtrigger.Delete)]


class PastPassword(Row):
    """The hash of a password that a user set, so that the last few are not taken again. Not a projection.

    PII: none (hash of a secret).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="past_passwords")
    password_hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "set_at"], name="people_past_password_idx")]
        triggers = [
            pgtrigger.Protect(name="past_password_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class Session(Row):
    """A place where a user is or was signed in, for the user to look at; what decides is the session itself.

    PII: address (staff).
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="desk_sessions")
    device = models.CharField(max_length=80)
    address = models.CharField(max_length=64)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["user", "began_at"],
                condition=Q(ended_at__isnull=True),
                name="people_session_open_idx",
            )
        ]
        triggers = [pgtrigger.Protect(name="session_never_deleted", operation=pgtrigger.Delete)]


class ProviderLink(Projection):
    """That a subject of an OpenID provider is a user: an administrator's decision. The subject is kept as a keyed hash.

    PII: none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="provider_links")
    provider = models.CharField(max_length=32)
    subject_digest = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject_digest"],
                condition=Q(valid_until__isnull=True),
                name="people_provider_link_subject_uniq",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="people_provider_link_ends_after_start",
            ),
        ]

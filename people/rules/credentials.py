"""What a person must know or own to act, and what happens when it is wrong."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from ledger.rules import AuthMethod
from people.rules.continuity import Continuity

FAILURES_BEFORE_LOCK = 5
LOCK_FOR = timedelta(minutes=15)
PASSWORDS_REMEMBERED = 5
# A confirmation serves the use case that asked for it, not the rest of a shift.
CONFIRMATION_HOLDS_FOR = timedelta(minutes=2)

_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)


@dataclass(frozen=True)
class PasswordCredential:
    """The two components of a person at a desk.

    `series`: where the username is not typed for this signing but is that of the session, the series that it goes on.
    """

    username: str
    password: str
    series: Continuity | None = None

    def __repr__(self) -> str:
        return "PasswordCredential(...)"


@dataclass(frozen=True)
class BadgeCredential:
    """The two components of a person at a station."""

    badge: str
    pin: str

    def __repr__(self) -> str:
        return "BadgeCredential(...)"


Credential = PasswordCredential | BadgeCredential


class CredentialState(StrEnum):
    """How a check of a credential ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOCKED = "locked"


@dataclass(frozen=True)
class Attempts:
    """Wrong attempts in a row, and until when the account rests because of them."""

    failures: int = 0
    locked_until: datetime | None = None

    def is_locked(self, at: datetime) -> bool:
        """Whether nothing is accepted at this moment, right or wrong."""
        return self.locked_until is not None and at < self.locked_until


@dataclass(frozen=True)
class Confirmed:
    """A person who has just shown both components; good for one use case and a short time."""

    user_id: int
    auth: AuthMethod
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return abs(now - self.at) <= CONFIRMATION_HOLDS_FOR


@dataclass(frozen=True)
class CredentialCheck:
    """How a check ended; `confirmed` is there when it was accepted, and only then."""

    state: CredentialState
    confirmed: Confirmed | None = None


def after_failure(attempts: Attempts, at: datetime) -> Attempts:
    """One wrong attempt more; the fifth in a row locks, and counting begins anew."""
    failures = attempts.failures + 1
    if failures >= FAILURES_BEFORE_LOCK:
        return Attempts(0, at + LOCK_FOR)
    return Attempts(failures, None)


def pin_problem(pin: str) -> str | None:
    """The code of what is wrong with a PIN, or None: 4 to 12 digits, no run and no repetition."""
    if not _PIN.fullmatch(pin):
        return "pin_shape"
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        return "pin_trivial"
    return None

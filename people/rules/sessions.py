"""When a session at a desk counts, when it rests until its owner shows themselves again, and when it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A thirtieth of the time after which a desk rests: a look at a page is no reason to write the session anew.
NOTES_IN_IDLE_TIME = 30
WARNED_BEFORE = timedelta(days=14)


class Gate(StrEnum):
    """What a session opens at a moment."""

    OPEN = "open"
    OVER = "over"
    LOCKED = "locked"
    PASSWORD_TOO_OLD = "password_too_old"  # noqa: S105  (a name, not a secret)
    PIN_TOO_OLD = "pin_too_old"
    SECOND_FACTOR_MISSING = "second_factor_missing"


class SignInBy(StrEnum):
    """By what somebody showed who they are, as the entry says."""

    PASSWORD = "password"  # noqa: S105  (the name of a way, not a secret)
    APP_CODE = "app_code"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Stamp:
    """What a session knows of itself: since when, when somebody was last there, and what its owner still owes."""

    began_at: datetime
    seen_at: datetime
    password_until: datetime | None = None
    owes_factor: bool = False
    pin_until: datetime | None = None


@dataclass(frozen=True)
class SessionPolicy:
    """What the installation has set."""

    idle: timedelta
    life: timedelta


def gate(stamp: Stamp, now: datetime, policy: SessionPolicy) -> Gate:
    """What the session opens now; whatever is worst is said first. A clock that went back opens nothing longer."""
    if now - stamp.began_at >= policy.life:
        return Gate.OVER
    if now - stamp.seen_at >= policy.idle:
        return Gate.LOCKED
    if stamp.password_until is not None and now >= stamp.password_until:
        return Gate.PASSWORD_TOO_OLD
    if stamp.pin_until is not None and now >= stamp.pin_until:
        return Gate.PIN_TOO_OLD
    return Gate.SECOND_FACTOR_MISSING if stamp.owes_factor else Gate.OPEN


def is_worth_noting(stamp: Stamp, now: datetime, policy: SessionPolicy) -> bool:
    """Whether the time somebody was there has to be written again."""
    return now - stamp.seen_at >= policy.idle / NOTES_IN_IDLE_TIME


def days_left(until: datetime | None, now: datetime) -> int | None:
    """Whole days until a password or PIN is too old, from fourteen days before on; None earlier, or if it never is."""
    if until is None or until - now > WARNED_BEFORE:
        return None
    return max(0, (until - now).days)


def secret_ends(set_at: datetime | None, max_age_days: int) -> datetime | None:
    """When a password or PIN becomes too old; None where they do not age, or there is none, or it is not known since
    when it is there (21 CFR 11.300(b)).
    """
    return set_at + timedelta(days=max_age_days) if set_at is not None and max_age_days else None


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """The browser and its system in two words for their owner to recognise, such as "Firefox, Windows"."""
    found = [
        next((word for mark, word in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(word for word in found if word)

"""Who did it, where, and which subjects an entry concerns: the words every room shares."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# How far the given time of an entry may be from the database's clock.
CLOCK_TOLERANCE = timedelta(minutes=5)


class ActorKind(StrEnum):
    """What sort of actor stands behind an entry."""

    PERSON = "person"
    SERVICE = "service"
    STATION = "station"
    UNKNOWN = "unknown"


class AuthMethod(StrEnum):
    """How the actor proved who they are."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105  (the name of a method, not a secret)
    BADGE = "badge"
    BADGE_PIN = "badge_pin"
    TOKEN = "token"  # noqa: S105  (the name of a method, not a secret)
    SYSTEM = "system"


class TimeSource(StrEnum):
    """Whether `occurred_at` agrees with the database's clock or was given by a demonstration."""

    CLOCK = "clock"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of an entry. `name` is a copy of the printed name, so that history outlives the account."""

    kind: ActorKind
    name: str
    user_id: int | None = None
    auth: AuthMethod = AuthMethod.NONE

    @classmethod
    def service(cls, name: str) -> Actor:
        """A part of the system itself, such as the sealer or the sweeper."""
        return cls(kind=ActorKind.SERVICE, name=name, auth=AuthMethod.SYSTEM)

    @classmethod
    def unknown(cls, name: str = "") -> Actor:
        """Somebody who could not be identified, such as the author of a failed sign-in."""
        return cls(kind=ActorKind.UNKNOWN, name=name)


@dataclass(frozen=True, slots=True)
class Where:
    """The place of an entry: codes of site and station, and the IANA zone people there live in."""

    site: str = ""
    station: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One thing that an entry concerns, such as ("order", COI id) or ("station", code)."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class EntryRef:
    """What `append` hands back: enough to answer a caller and to find the entry again."""

    id: int
    uuid: uuid.UUID
    stream: str
    seq: int
    event: str
    occurred_at: datetime
    recorded_at: datetime
    leaf_hash: bytes


def derive(request_id: uuid.UUID, label: str) -> uuid.UUID:
    """A further request id for the second, third ... entry that one request writes.

    Deterministic, so that a repeated request derives the same ids and meets the same unique constraint.
    """
    return uuid.uuid5(request_id, label)

"""One scan request with everything that was read for it, and the plan of what it will write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.interlocks import Decision
from coi.rules.journey import Known
from coi.rules.protocol import Protocol
from coi.rules.requests import ScanRequest
from coi.services.recording import actor_of, where_of
from ledger.rules import Actor, ActorKind, AuthMethod, Change, EntryRef, Subject, Where
from people.rules.authority import BadgeReading
from people.rules.sites import StationView

Follow = Callable[[EntryRef], None]


@dataclass(frozen=True)
class Context:
    """One request with everything read for it; handed on to what writes."""

    scan: ScanRequest
    station: StationView
    badge: BadgeReading
    known: Known
    protocol: Protocol | None
    protocol_version: str
    now: datetime
    is_pin_right: bool = False

    @property
    def actor(self) -> Actor:
        """The person of the badge, as the entry names them; the station when the badge is nobody's.

        Only a PIN that was checked and is right counts as having shown one.
        """
        if self.badge.person is None:
            return Actor(ActorKind.STATION, self.station.name, auth=AuthMethod.TOKEN)
        return actor_of(self.badge.person, AuthMethod.BADGE_PIN if self.is_pin_right else AuthMethod.BADGE)

    @property
    def where(self) -> Where:
        """The station and its site."""
        return where_of(self.station)

    def stream_of(self, decision: Decision) -> str:
        """The journey's stream; a scan that finds no journey goes to the station's."""
        order = decision.situation.order
        return f"journey:{order.coi_id}" if order is not None else f"station:{self.station.code}"


@dataclass(frozen=True)
class Plan:
    """What a decision writes beside the scan itself.

    `after` runs in the same transaction once the entry is there: further entries, effects. `extra` goes into the
    answer, `facts` into the entry.
    """

    check_id: UUID | None = None
    changes: tuple[Change, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    subjects: tuple[Subject, ...] = ()
    after: tuple[Follow, ...] = ()

    def plus(self, other: "Plan") -> "Plan":
        """Both plans, this one's changes first; the other one names the check (a STOP takes over from it)."""
        return Plan(
            check_id=other.check_id or self.check_id,
            changes=self.changes + other.changes,
            facts={**self.facts, **other.facts},
            extra={**self.extra, **other.extra},
            subjects=self.subjects + other.subjects,
            after=self.after + other.after,
        )

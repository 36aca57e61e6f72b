"""How often something could have gone wrong and how often it did: counts without names, for rooms that weigh risks."""

from dataclasses import dataclass
from datetime import datetime

from coi.rules.journey import CheckState


@dataclass(frozen=True)
class Occasions:
    """So many occasions alike: attempts at a step, or shipments that arrived by one.

    `month`: its first moment in UTC. What was said of each of them: `refusals` that were spoken, triggers of
    `deviations`, reasons of `holds`, of those that were asked for. `state` is how an attempt stands; None: no check was
    ever opened for it.
    """

    step: str
    month: datetime
    site: str
    count: int
    refusals: frozenset[str] = frozenset()
    deviations: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    state: CheckState | None = None

    @property
    def is_marked(self) -> bool:
        """Whether anything that was asked for was said of them."""
        return bool(self.refusals or self.deviations or self.holds)


@dataclass(frozen=True)
class Tally:
    """Of one thing in one month at one site: how often it could happen, how often it did, and known too late.

    `escaped`: of the events, those that were known only after the cells were in a patient.
    """

    ref: str
    month: datetime
    site: str
    opportunities: int
    events: int
    escaped: int = 0

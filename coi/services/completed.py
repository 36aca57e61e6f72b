"""A completed step and all that belongs to it, for the services that say what it changes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coi.rules.interlocks import Decision
from coi.rules.journey import ContainerFacts, ItemScan, OrderFacts
from coi.rules.protocol import Step
from coi.services.context import Context
from ledger.rules import derive


@dataclass(frozen=True)
class Completed:
    """A completed step and all that belongs to it."""

    context: Context
    decision: Decision
    step: Step
    order: OrderFacts
    check_id: UUID

    @property
    def now(self) -> datetime:
        """When it is recorded."""
        return self.context.now

    @property
    def at(self) -> datetime:
        """When it was done: what runs from it runs from then, also where it is recorded late."""
        return self.decision.situation.done_at

    @property
    def subjects(self) -> tuple[ContainerFacts, ...]:
        """The containers that it was about."""
        return self.decision.situation.subjects

    @property
    def scans(self) -> tuple[ItemScan, ...]:
        """Everything scanned for it, by both people."""
        return all_scans(self.decision)

    def id(self, label: str) -> UUID:
        """An id for a row of this step, the same whenever this request is carried out."""
        return derive(self.context.scan.scan_id, label)

    def scanned(self, item: str) -> str:
        """What was scanned for an item: the last one."""
        return next((scan.target for scan in reversed(self.scans) if scan.item == item), "")

    def party_site(self) -> str:
        """The site of the party that performs the step."""
        return self.order.sites[self.step.party]


def all_scans(decision: Decision) -> tuple[ItemScan, ...]:
    """Everything scanned in the check so far, by both people."""
    check = decision.situation.check
    return (check.scans if check is not None else ()) + decision.scans

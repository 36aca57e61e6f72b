"""Who performed and witnessed which steps at a site, with what the step's protocol asks of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coi.models import StepRecord
from coi.rules.protocol import Protocol, Step, WitnessRule
from coi.selectors.protocols import pinned_protocol


@dataclass(frozen=True)
class PerformedStep:
    """One person's part in a completed step. `topic` is the training that the step asks for; empty for none."""

    coi_id: str
    step: str
    title: str
    at: datetime
    site: str
    zone: str
    person_id: int
    person: str
    is_witness: bool
    topic: str


def steps_performed(sites: Collection[str], since: datetime, until: datetime) -> list[PerformedStep]:
    """Parts in steps at these sites in [since, until), in the order of time (one statement, and one a protocol)."""
    here: Any = list(sites)
    rows = StepRecord.objects.select_related("order", "site").filter(
        site__in=here, at__gte=since, at__lt=until
    )
    found: list[PerformedStep] = []
    protocols: dict[str, Protocol | None] = {}
    for row in rows.order_by("at", "step", "subject", "occurrence"):
        pinned = str(row.order.protocol_id)
        if pinned not in protocols:
            protocols[pinned] = pinned_protocol(pinned)[0]
        found += _parts(row, protocols[pinned])
    return found


def _parts(row: Any, protocol: Protocol | None) -> list[PerformedStep]:
    step = protocol.step(row.step) if protocol is not None else None
    people = [(row.performer_id, row.performer_name, False), (row.witness_id, row.witness_name, True)]
    return [
        PerformedStep(
            coi_id=row.order.coi_id,
            step=row.step,
            title=step.title if step is not None else row.step,
            at=row.at,
            site=row.site_id,
            zone=row.site.zone,
            person_id=person_id,
            person=name,
            is_witness=is_witness,
            topic=_topic(step, is_witness=is_witness),
        )
        for person_id, name, is_witness in people
        if person_id is not None
    ]


def _topic(step: Step | None, *, is_witness: bool) -> str:
    """A receiver answers for taking over, not for the giver's task, and is asked for no training in it."""
    is_receiver = step is not None and is_witness and step.witness is WitnessRule.RECEIVER
    return "" if step is None or is_receiver else step.training

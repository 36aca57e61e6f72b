"""What quality signs when it decides on starting material: the results, what they come to, and the decision.

The decision is a part of its own: the material is compared with what it is now, to see whether the signature still
fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coi.rules.acceptance import Acceptance, PlanChange
from qc.rules.acceptance import Deciding, Proposal
from qc.rules.criterion import Effect
from qc.rules.record import result_fields
from qc.rules.results import ResultView

SCHEMA = 1


@dataclass(frozen=True)
class Collected:
    """A collection as its record names it. `specification` is the digest of the version that judges it."""

    din: str
    coi_id: str
    product: str
    collected_at: datetime
    specification: str


def material_record(
    about: Collected, results: Sequence[ResultView], proposal: Proposal, deciding: Deciding | None = None
) -> dict[str, Any]:
    """The record of a collection; without a decision, as it stands before one."""
    material = {
        "din": about.din,
        "coi_id": about.coi_id,
        "product": about.product,
        "collected_at": about.collected_at,
        "specification": about.specification,
        "results": [
            result_fields(r) for r in sorted(results, key=lambda r: (r.criterion, r.attempt, r.version))
        ],
        "proposal": _proposal(proposal),
    }
    decision = {} if deciding is None else {"decision": _decision(deciding)}
    return {"schema": SCHEMA, "material": material, **decision}


def _proposal(it: Proposal) -> dict[str, Any]:
    return {
        "decision": None if it.decision is None else str(it.decision),
        "consequences": [
            {"criterion": one.criterion, "effect": None if one.effect is None else str(one.effect)}
            for one in it.consequences
        ],
        "open": [line.code for line in it.open],
    }


def _decision(it: Deciding) -> dict[str, Any]:
    return {
        "to": str(it.decision),
        "effects": [str(effect) for effect in it.effects],
        "physician": it.physician,
        "reason": it.reason,
    }


def changes_of(deciding: Deciding, proposal: Proposal) -> tuple[PlanChange, ...]:
    """What becomes of the plan: refused material that has to be collected again says so, although nothing is made."""
    effects = deciding.effects
    if deciding.decision is Acceptance.REFUSED:
        effects = tuple(effect for effect in proposal.effects if effect is Effect.COLLECT_AGAIN)
    return tuple(PlanChange(str(effect)) for effect in effects)

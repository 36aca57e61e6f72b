"""Starting material: from the results of a collection to what quality is proposed to decide, and who decides it.

A criterion that fails has an effect on the plan (more selection, a longer culture, a smaller dose ...), or none is
named for it, and then the material is refused. Quality may be stricter than what is proposed, never laxer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coi.rules.acceptance import Acceptance, PlanChange
from qc.rules.criterion import Effect
from qc.rules.investigations.values import Who
from qc.rules.specification import Specification
from qc.rules.standing import SATISFIED, Found, Line, Standing, lines

# What cannot be done with this material at all, however the plan is changed.
_REFUSING = frozenset({Effect.COLLECT_AGAIN})
# What changes the patient's treatment, and not the process alone.
_FOR_PHYSICIAN = frozenset({Effect.REDUCE_DOSE, Effect.PHYSICIAN_DECIDES})
# From what leaves all open to what ends it.
_STRICTNESS = {
    Acceptance.PENDING: 0,
    Acceptance.ACCEPTED: 1,
    Acceptance.ACCEPTED_WITH_CHANGES: 2,
    Acceptance.REFUSED: 3,
}


def is_stricter(one: Acceptance, other: Acceptance) -> bool:
    """Whether this decision leaves less open than the other."""
    return _STRICTNESS[one] > _STRICTNESS[other]


@dataclass(frozen=True)
class Consequence:
    """A criterion that is not met, and its effect on the plan (None: there is none, and the material is refused)."""

    criterion: str
    title: str
    effect: Effect | None


@dataclass(frozen=True)
class Proposal:
    """What the results come to. `decision` is None while `open` names lines without a result that decides."""

    decision: Acceptance | None
    consequences: tuple[Consequence, ...] = ()
    open: tuple[Line, ...] = ()

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects on the plan, each once, in the order of the specification."""
        return tuple(dict.fromkeys(it.effect for it in self.consequences if it.effect is not None))

    @property
    def needs_physician(self) -> bool:
        """Whether the treating physician has a say."""
        is_theirs = not _FOR_PHYSICIAN.isdisjoint(self.effects)
        return self.decision is Acceptance.ACCEPTED_WITH_CHANGES and is_theirs

    @property
    def plan_changes(self) -> tuple[PlanChange, ...]:
        """The same effects in the words of the journey."""
        return tuple(PlanChange(str(effect)) for effect in self.effects)


def propose(specification: Specification, found: Mapping[str, Found]) -> Proposal:
    """What the results of a collection, by the code of the criterion, come to."""
    needed = [line for line in lines(specification, found) if line.is_needed_for_release]
    failing = [line for line in needed if line.standing is Standing.FAILING]
    consequences = tuple(consequence for line in failing for consequence in _consequences(line))
    open_lines = tuple(
        line for line in needed if line.standing not in SATISFIED and line.standing is not Standing.FAILING
    )
    return Proposal(_decision(consequences, bool(open_lines)), consequences, open_lines)


def _consequences(line: Line) -> Iterable[Consequence]:
    """Of alternatives that all fail, the effects of all that name one; none is enough to refuse."""
    named = [criterion for criterion in line.criteria if criterion.effect is not None]
    if not named:
        return [Consequence(line.code, line.title, None)]
    return [Consequence(criterion.code, criterion.title, criterion.effect) for criterion in named]


def _decision(consequences: Sequence[Consequence], is_open: bool) -> Acceptance | None:
    """What refuses does so at once, whatever is still to come."""
    if any(it.effect is None or it.effect in _REFUSING for it in consequences):
        return Acceptance.REFUSED
    if is_open:
        return None
    return Acceptance.ACCEPTED_WITH_CHANGES if consequences else Acceptance.ACCEPTED


# --- who decides ----------------------------------------------------------------------------------------------------


class AcceptanceRefusal(StrEnum):
    """Why the material may not be accepted or refused so."""

    DECIDED = "decided"
    RESULTS_OPEN = "results_open"
    RESULT_UNREVIEWED = "result_unreviewed"
    LAXER_THAN_PROPOSED = "laxer_than_proposed"
    EFFECT_LEFT_OUT = "effect_left_out"
    EFFECT_WITHOUT_CHANGES = "effect_without_changes"
    EFFECT_MISSING = "effect_missing"
    PHYSICIAN_MISSING = "physician_missing"
    BY_ITS_ANALYST = "by_its_analyst"
    BY_ITS_COLLECTOR = "by_its_collector"


@dataclass(frozen=True)
class Deciding:
    """A decision as somebody is about to make it. `physician` refers to what shows that the physician agreed."""

    decision: Acceptance
    effects: tuple[Effect, ...] = ()
    physician: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Material:
    """A collection as it is decided on: who collected and who tested it, and what was decided before."""

    proposal: Proposal
    analysts: frozenset[int] = frozenset()
    collectors: frozenset[int] = frozenset()
    has_unreviewed: bool = False
    decided: Acceptance = Acceptance.PENDING


def against_decision(material: Material, deciding: Deciding, who: Who) -> tuple[AcceptanceRefusal, ...]:
    """Why this person may not decide so. Refusing waits for no result: quality may refuse at any time."""
    proposal, is_refusal = material.proposal, deciding.decision is Acceptance.REFUSED
    is_laxer = proposal.decision is not None and is_stricter(proposal.decision, deciding.decision)
    is_changed = deciding.decision is Acceptance.ACCEPTED_WITH_CHANGES
    needs_physician = is_changed and not _FOR_PHYSICIAN.isdisjoint(deciding.effects)
    checks = (
        (
            material.decided is not Acceptance.PENDING
            and not is_stricter(deciding.decision, material.decided),
            AcceptanceRefusal.DECIDED,
        ),
        (proposal.decision is None and not is_refusal, AcceptanceRefusal.RESULTS_OPEN),
        (material.has_unreviewed and not is_refusal, AcceptanceRefusal.RESULT_UNREVIEWED),
        (is_laxer, AcceptanceRefusal.LAXER_THAN_PROPOSED),
        (
            is_changed and not set(proposal.effects) <= set(deciding.effects),
            AcceptanceRefusal.EFFECT_LEFT_OUT,
        ),
        (is_changed and not deciding.effects, AcceptanceRefusal.EFFECT_MISSING),
        (bool(deciding.effects) and not is_changed, AcceptanceRefusal.EFFECT_WITHOUT_CHANGES),
        (needs_physician and not deciding.physician.strip(), AcceptanceRefusal.PHYSICIAN_MISSING),
        (who.person in material.analysts, AcceptanceRefusal.BY_ITS_ANALYST),
        (who.person in material.collectors, AcceptanceRefusal.BY_ITS_COLLECTOR),
    )
    return tuple(code for is_so, code in checks if is_so)

"""A batch as a release is decided on, and the reasons that may speak against it, the gravest first.

Codes and parameters only; `qc.forms` has the sentences.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from coi.rules.batches import Dossier
from coi.rules.protocol import Protocol
from qc.rules.criteria import Assessment
from qc.rules.investigations.values import Investigation
from qc.rules.results import ResultView
from qc.rules.specification import Specification, TrailNeed
from qc.rules.trail import Trail


class BlockerCode(StrEnum):
    """Every reason why a batch cannot go on, the gravest first."""

    LEDGER_BROKEN = "ledger_broken"
    CUSTODY_GAP = "custody_gap"
    OPEN_HOLD = "open_hold"
    MATERIAL_NOT_ACCEPTED = "material_not_accepted"
    OPEN_DEVIATION = "open_deviation"
    OOS_OPEN = "oos_open"
    FAILING_RESULT = "failing_result"
    GROUP_UNMET = "group_unmet"
    SPECIFICATION_MISSING = "specification_missing"
    PROTOCOL_MISSING = "protocol_missing"
    CONTROLS_REFUSED = "controls_refused"
    METHOD_NOT_VALID = "method_not_valid"
    ANALYST_UNTRAINED = "analyst_untrained"
    COMPONENT_MISSING = "component_missing"
    WEIGHT_MISSING = "weight_missing"
    WEIGHT_TOO_OLD = "weight_too_old"
    NOT_TESTED_NOT_ALLOWED = "not_tested_not_allowed"
    NOTHING_TO_RELEASE = "nothing_to_release"
    STEP_NOT_DONE = "step_not_done"
    LABEL_NOT_APPLIED = "label_not_applied"
    LABELS_OPEN = "labels_open"
    RESULT_MISSING = "result_missing"
    INTERIM_TOO_EARLY = "interim_too_early"
    RESULT_UNDECIDED = "result_undecided"
    RESULT_UNREVIEWED = "result_unreviewed"
    TRAIL_UNREVIEWED = "trail_unreviewed"
    FINAL_PENDING = "final_pending"
    FINAL_WITHOUT_DATE = "final_without_date"
    NOTHING_PENDING = "nothing_pending"
    NOTHING_TO_LIFT = "nothing_to_lift"
    DOSSIER_MISSING = "dossier_missing"
    DOSSIER_INCOMPLETE = "dossier_incomplete"
    DOSSIER_NOT_APPROVED = "dossier_not_approved"
    NOT_IN_TESTING = "not_in_testing"
    NOT_IN_REVIEW = "not_in_review"
    NOT_CONDITIONAL = "not_conditional"
    DECIDED = "decided"
    REVIEW_INVALID = "review_invalid"
    REVIEW_MISSING = "review_missing"
    SIGNER_IS_PRODUCER = "signer_is_producer"
    SIGNER_IS_REVIEWER = "signer_is_reviewer"
    REVIEWER_IS_PRODUCER = "reviewer_is_producer"


# What keeps a batch in testing: the laboratory has not finished. A failing result goes on, for quality to decide.
OF_TESTING = frozenset(
    {
        BlockerCode.SPECIFICATION_MISSING,
        BlockerCode.CONTROLS_REFUSED,
        BlockerCode.METHOD_NOT_VALID,
        BlockerCode.ANALYST_UNTRAINED,
        BlockerCode.COMPONENT_MISSING,
        BlockerCode.RESULT_MISSING,
        BlockerCode.INTERIM_TOO_EARLY,
        BlockerCode.RESULT_UNREVIEWED,
    }
)
# What quality itself does of its review: a batch that lacks nothing else is theirs to go on with.
OF_REVIEW = frozenset({BlockerCode.TRAIL_UNREVIEWED, BlockerCode.REVIEW_MISSING, BlockerCode.REVIEW_INVALID})
# What somebody has to look into, as against what comes with time: results, labels, steps, a review that is due.
EXCEPTIONS = frozenset(
    {
        BlockerCode.LEDGER_BROKEN,
        BlockerCode.CUSTODY_GAP,
        BlockerCode.OPEN_HOLD,
        BlockerCode.MATERIAL_NOT_ACCEPTED,
        BlockerCode.OPEN_DEVIATION,
        BlockerCode.OOS_OPEN,
        BlockerCode.FAILING_RESULT,
        BlockerCode.GROUP_UNMET,
        BlockerCode.SPECIFICATION_MISSING,
        BlockerCode.PROTOCOL_MISSING,
        BlockerCode.CONTROLS_REFUSED,
        BlockerCode.METHOD_NOT_VALID,
        BlockerCode.ANALYST_UNTRAINED,
        BlockerCode.COMPONENT_MISSING,
        BlockerCode.WEIGHT_MISSING,
        BlockerCode.WEIGHT_TOO_OLD,
        BlockerCode.NOT_TESTED_NOT_ALLOWED,
        BlockerCode.LABELS_OPEN,
        BlockerCode.RESULT_UNDECIDED,
    }
)
_SEVERITY = {code: rank for rank, code in enumerate(BlockerCode)}


@dataclass(frozen=True)
class Target:
    """What a blocker is about, and its key: a container, label, criterion, deviation, hold, investigation, collection,
    or the batch itself."""

    kind: str
    key: str


@dataclass(frozen=True)
class Blocker:
    """One reason."""

    code: BlockerCode
    target: Target
    params: Mapping[str, str] = field(default_factory=dict)


def by_severity(found: Iterable[Blocker]) -> tuple[Blocker, ...]:
    """Gravest first; equals in the order found."""
    return tuple(sorted(found, key=lambda blocker: _SEVERITY[blocker.code]))


@dataclass(frozen=True)
class Fitness:
    """Whether what a result came by was fit at the time of the test, as far as is known now."""

    is_trained: bool = True
    is_method_valid: bool = True
    are_controls_accepted: bool = True


@dataclass(frozen=True)
class StartingMaterial:
    """A collection that the batch was made from: its DIN, and whether quality has accepted it."""

    din: str
    is_accepted: bool


@dataclass(frozen=True)
class Case:
    """A batch with the documents that it began with and the results so far: all that a release is decided on.

    `assessments` and `fitness` are by the id of a result: what its criterion says of it now, where that depends on more
    than the value (weight, incubation), and what it came by. `materials` are the collections that have to be accepted.
    `trail` None: the trail is not told, which no release takes for a trail that was looked over.
    """

    dossier: Dossier
    results: tuple[ResultView, ...] = ()
    specification: Specification | None = None
    protocol: Protocol | None = None
    is_ledger_broken: bool = False
    investigations: tuple[Investigation, ...] = ()
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    fitness: Mapping[str, Fitness] = field(default_factory=dict)
    materials: tuple[StartingMaterial, ...] = ()
    trail: Trail | None = None

    @property
    def needs_trail_review(self) -> bool:
        """Whether quality looks the audit trail over before the release: so it is, unless the specification that the
        order began with says otherwise."""
        need = self.specification.trail_review if self.specification is not None else TrailNeed.NEEDED
        return need is TrailNeed.NEEDED

    @property
    def is_trail_open(self) -> bool:
        """Whether quality still has to look the audit trail over before the release."""
        is_seen = self.trail is not None and self.trail.is_reviewed(self.dossier.producers)
        return self.needs_trail_review and not is_seen

    @property
    def target(self) -> Target:
        """The batch itself."""
        return Target("batch", self.dossier.batch.code)

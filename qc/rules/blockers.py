"""What stands between a batch and its release: every reason, each with what it is about.

Most severe first is the order of the members. Codes and parameters only; `qc.forms.texts` has the sentences.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from coi.rules.batches import Dossier, custody_gaps
from coi.rules.deviations import DeviationState
from coi.rules.journey import Disposition
from coi.rules.labels_reconciliation import GONE, reconcile
from coi.rules.protocol import Guard, Protocol, Scope, Step
from people.rules.signatures import Meaning, SignatureState, SignatureView, signature_state
from qc.rules.criteria import Criterion, Verdict
from qc.rules.results import ResultView, current
from qc.rules.specification import Specification


class BlockerCode(StrEnum):
    """Every reason why a batch cannot go on, the gravest first."""

    LEDGER_BROKEN = "ledger_broken"
    CUSTODY_GAP = "custody_gap"
    OPEN_HOLD = "open_hold"
    OPEN_DEVIATION = "open_deviation"
    FAILING_RESULT = "failing_result"
    SPECIFICATION_MISSING = "specification_missing"
    PROTOCOL_MISSING = "protocol_missing"
    NOTHING_TO_RELEASE = "nothing_to_release"
    STEP_NOT_DONE = "step_not_done"
    LABEL_NOT_APPLIED = "label_not_applied"
    LABELS_OPEN = "labels_open"
    RESULT_MISSING = "result_missing"
    RESULT_UNDECIDED = "result_undecided"
    RESULT_UNREVIEWED = "result_unreviewed"
    NOT_IN_TESTING = "not_in_testing"
    NOT_IN_REVIEW = "not_in_review"
    DECIDED = "decided"
    REVIEW_INVALID = "review_invalid"
    REVIEW_MISSING = "review_missing"
    SIGNER_IS_PRODUCER = "signer_is_producer"
    SIGNER_IS_REVIEWER = "signer_is_reviewer"


# What keeps a batch in testing: the laboratory has not finished. A failing result goes on, for quality to decide.
OF_TESTING = frozenset(
    {
        BlockerCode.SPECIFICATION_MISSING,
        BlockerCode.RESULT_MISSING,
        BlockerCode.RESULT_UNREVIEWED,
    }
)
# What somebody has to look into, as against what comes with time: results, labels, steps.
EXCEPTIONS = frozenset(
    {
        BlockerCode.LEDGER_BROKEN,
        BlockerCode.CUSTODY_GAP,
        BlockerCode.OPEN_HOLD,
        BlockerCode.OPEN_DEVIATION,
        BlockerCode.FAILING_RESULT,
        BlockerCode.RESULT_UNDECIDED,
        BlockerCode.SPECIFICATION_MISSING,
        BlockerCode.PROTOCOL_MISSING,
        BlockerCode.LABELS_OPEN,
    }
)
_SEVERITY = {code: rank for rank, code in enumerate(BlockerCode)}


@dataclass(frozen=True)
class Target:
    """What a blocker is about: a kind (container, label, criterion, result, deviation, hold, batch) and its key."""

    kind: str
    key: str


@dataclass(frozen=True)
class Blocker:
    """One reason."""

    code: BlockerCode
    target: Target
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A batch with the documents that it began with and the results so far: all that a release is decided on."""

    dossier: Dossier
    results: tuple[ResultView, ...] = ()
    specification: Specification | None = None
    protocol: Protocol | None = None
    is_ledger_broken: bool = False


def blockers(case: Case) -> tuple[Blocker, ...]:
    """Everything that still blocks the release of the batch itself, whoever would sign."""
    found = [
        *_of_ledger(case),
        *_of_containers(case.dossier),
        *_of_labels(case.dossier),
        *_of_quality(case.dossier),
        *_of_process(case),
        *_of_results(case),
    ]
    return by_severity(found)


def by_severity(found: Iterable[Blocker]) -> tuple[Blocker, ...]:
    """Gravest first; equals in the order found."""
    return tuple(sorted(found, key=lambda blocker: _SEVERITY[blocker.code]))


def _batch(case: Case) -> Target:
    return Target("batch", case.dossier.batch.code)


def _of_ledger(case: Case) -> Iterator[Blocker]:
    if case.is_ledger_broken:
        yield Blocker(BlockerCode.LEDGER_BROKEN, _batch(case))


def _of_containers(dossier: Dossier) -> Iterator[Blocker]:
    for container in dossier.containers:
        target = Target("container", container.code)
        for last, following in custody_gaps(container, dossier.handovers):
            params = {"container": container.code, "from": last, "to": following}
            yield Blocker(BlockerCode.CUSTODY_GAP, target, params)
        if not container.is_label_applied and container.status not in GONE:
            params = {"container": container.code, "label": container.label}
            yield Blocker(BlockerCode.LABEL_NOT_APPLIED, target, params)


def _of_labels(dossier: Dossier) -> Iterator[Blocker]:
    """Printed copies of which nobody has said what became of them. Those still to be applied are told by container."""
    for copy in reconcile(dossier.labels).open:
        params = {"container": copy.container, "label": copy.code, "number": str(copy.number)}
        yield Blocker(BlockerCode.LABELS_OPEN, Target("label", copy.code), params)


def _of_quality(dossier: Dossier) -> Iterator[Blocker]:
    for hold in dossier.holds:
        if hold.released_at is None:
            params = {"container": hold.container, "reason": hold.reason}
            yield Blocker(BlockerCode.OPEN_HOLD, Target("hold", hold.id), params)
    for deviation in dossier.deviations:
        if deviation.state is DeviationState.OPEN:
            params = {"deviation": deviation.code, "class": deviation.grade}
            yield Blocker(BlockerCode.OPEN_DEVIATION, Target("deviation", deviation.code), params)


def _of_process(case: Case) -> Iterator[Blocker]:
    """What is released must exist, and the steps that its shipment asks for must be done, for each container."""
    if case.protocol is None:
        yield Blocker(BlockerCode.PROTOCOL_MISSING, _batch(case))
        return
    guarded = [step for step in case.protocol.steps if Guard.RELEASED in step.guards]
    kinds = {kind for step in guarded for kind in step.kinds}
    products = [c for c in case.dossier.containers if c.kind in kinds]
    if not products:
        yield Blocker(BlockerCode.NOTHING_TO_RELEASE, _batch(case))
    done = {(step.step, container) for step in case.dossier.steps for container in step.containers}
    wanted = _before(case.protocol, guarded)
    for container in products:
        for step in wanted:
            if container.kind in step.kinds and (step.code, container.id) not in done:
                params = {"container": container.code, "step": step.title}
                yield Blocker(BlockerCode.STEP_NOT_DONE, Target("container", container.code), params)


def _before(protocol: Protocol, guarded: Sequence[Step]) -> list[Step]:
    """Steps for single containers that come before any guarded one."""
    codes, frontier = set[str](), {code for step in guarded for code in step.after}
    own = {step.code for step in guarded}
    while frontier:
        codes |= frontier
        steps = [step for code in frontier if (step := protocol.step(code)) is not None]
        frontier = {code for step in steps for code in step.after} - codes
    return [s for s in protocol.steps if s.code in codes - own and s.scope is Scope.CONTAINER]


def _of_results(case: Case) -> Iterator[Blocker]:
    if case.specification is None:
        yield Blocker(BlockerCode.SPECIFICATION_MISSING, _batch(case))
        return
    for criterion in case.specification.criteria:
        result = current(case.results, criterion.code)
        code = _fault(criterion, result)
        if code is not None:
            params = {"criterion": criterion.title, "value": result.value if result is not None else ""}
            yield Blocker(code, Target("criterion", criterion.code), params)
        if result is not None and not result.is_reviewed:
            params = {"criterion": criterion.title, "analyst": result.analyst}
            yield Blocker(BlockerCode.RESULT_UNREVIEWED, Target("criterion", criterion.code), params)


def _fault(criterion: Criterion, result: ResultView | None) -> BlockerCode | None:
    """A final result may be missing at release; one that is there and fails blocks all the same."""
    if result is None:
        return BlockerCode.RESULT_MISSING if criterion.is_needed_for_release else None
    if result.verdict is Verdict.FAIL:
        return BlockerCode.FAILING_RESULT
    is_undecided = criterion.is_judged and result.verdict is Verdict.NOT_JUDGED
    return BlockerCode.RESULT_UNDECIDED if is_undecided else None


# --- submitting, reviewing, deciding --------------------------------------------------------------------------------


def against_submission(case: Case) -> tuple[Blocker, ...]:
    """Why the batch may not go from testing to quality's review."""
    found = [blocker for blocker in blockers(case) if blocker.code in OF_TESTING]
    if case.dossier.batch.disposition is not Disposition.TESTING:
        found.append(Blocker(BlockerCode.NOT_IN_TESTING, _batch(case)))
    return by_severity(found)


def against_review(case: Case, reviewer: int) -> tuple[Blocker, ...]:
    """Why this person may not sign the review of the record as it stands. What is wrong in it does not matter here:
    a batch that is to be rejected is reviewed too."""
    return by_severity([*_decided(case), *_producer(case, reviewer)])


def against_release(
    case: Case, releaser: int, signatures: Sequence[SignatureView], digest: str
) -> tuple[Blocker, ...]:
    """Why this person may not release the batch now."""
    found = [*blockers(case), *_decided(case), *_signer(case, releaser, signatures, digest)]
    disposition = case.dossier.batch.disposition
    if disposition not in (Disposition.QA_REVIEW, Disposition.RELEASED, Disposition.REJECTED):
        found.append(Blocker(BlockerCode.NOT_IN_REVIEW, _batch(case)))
    return by_severity(found)


def against_rejection(
    case: Case, signer: int, signatures: Sequence[SignatureView], digest: str
) -> tuple[Blocker, ...]:
    """Why this person may not reject the batch now: quality may reject at any time before the decision."""
    return by_severity([*_decided(case), *_signer(case, signer, signatures, digest)])


def latest_review(signatures: Sequence[SignatureView]) -> SignatureView | None:
    """The last signature of a review; an earlier one is history."""
    reviews = [signature for signature in signatures if signature.meaning is Meaning.REVIEW]
    return reviews[-1] if reviews else None


def _decided(case: Case) -> Iterator[Blocker]:
    disposition = case.dossier.batch.disposition
    if disposition in (Disposition.RELEASED, Disposition.REJECTED):
        yield Blocker(BlockerCode.DECIDED, _batch(case), {"disposition": str(disposition)})


def _producer(case: Case, person: int) -> Iterator[Blocker]:
    # 21 CFR 211.22, EU GMP chapter 1: quality decides, and who made it is not quality.
    if person in case.dossier.producers:
        yield Blocker(BlockerCode.SIGNER_IS_PRODUCER, _batch(case))


def _signer(case: Case, signer: int, signatures: Sequence[SignatureView], digest: str) -> Iterator[Blocker]:
    yield from _producer(case, signer)
    review = latest_review(signatures)
    if review is None:
        yield Blocker(BlockerCode.REVIEW_MISSING, _batch(case))
        return
    if signature_state(review, digest) is SignatureState.INVALID:
        yield Blocker(BlockerCode.REVIEW_INVALID, _batch(case), {"reviewer": review.printed_name})
    if review.signer_id == signer:
        yield Blocker(BlockerCode.SIGNER_IS_REVIEWER, _batch(case))

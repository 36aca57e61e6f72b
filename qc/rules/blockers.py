"""What stands between a batch and its release: every reason, each with what it is about."""

from collections.abc import Iterator, Sequence

from coi.rules.batches import BatchContainer, Dossier, custody_gaps
from coi.rules.deviations import DeviationState
from coi.rules.journey import ContainerStatus, Disposition
from coi.rules.labels_reconciliation import GONE, reconcile
from coi.rules.protocol import Does, Guard, Protocol, Scope, Step
from people.rules.signatures import Meaning, SignatureState, SignatureView, signature_state
from qc.rules.case import EXCEPTIONS, OF_TESTING, Blocker, BlockerCode, Case, Target, by_severity
from qc.rules.unmet import of_results

__all__ = [
    "EXCEPTIONS",
    "OF_TESTING",
    "UNREVIEWED",
    "Blocker",
    "BlockerCode",
    "Case",
    "Target",
    "against_rejection",
    "against_review",
    "against_signer",
    "against_submission",
    "blockers",
    "by_severity",
    "is_infused",
    "latest_review",
    "products",
    "wanted_steps",
]


def blockers(case: Case) -> tuple[Blocker, ...]:
    """Everything that still blocks the release of the batch itself, whoever would sign."""
    found = [
        *_of_ledger(case),
        *_of_containers(case.dossier),
        *_of_labels(case.dossier),
        *_of_quality(case.dossier),
        *_of_process(case),
        *of_results(case),
        *_of_trail(case),
    ]
    return by_severity(found)


def _of_ledger(case: Case) -> Iterator[Blocker]:
    if case.is_ledger_broken:
        yield Blocker(BlockerCode.LEDGER_BROKEN, case.target)
    for material in case.materials:
        if not material.is_accepted:
            target = Target("collection", material.din)
            yield Blocker(BlockerCode.MATERIAL_NOT_ACCEPTED, target, {"collection": material.din})


def _of_trail(case: Case) -> Iterator[Blocker]:
    if case.trail is not None and case.is_trail_open:
        params = {"entries": str(len(case.trail.unreviewed(case.dossier.producers)))}
        yield Blocker(BlockerCode.TRAIL_UNREVIEWED, case.target, params)


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
        yield Blocker(BlockerCode.PROTOCOL_MISSING, case.target)
        return
    if not products(case):
        yield Blocker(BlockerCode.NOTHING_TO_RELEASE, case.target)
    done = {(step.step, container) for step in case.dossier.steps for container in step.containers}
    for container, step in wanted_steps(case):
        if (step.code, container.id) not in done:
            params = {"container": container.code, "step": step.title}
            yield Blocker(BlockerCode.STEP_NOT_DONE, Target("container", container.code), params)


def _guarded(case: Case) -> tuple[Step, ...]:
    """The steps that wait for a release."""
    steps = case.protocol.steps if case.protocol is not None else ()
    return tuple(step for step in steps if Guard.RELEASED in step.guards)


def products(case: Case) -> tuple[BatchContainer, ...]:
    """The containers that are released: of the kinds that a step waiting for a release takes."""
    kinds = {kind for step in _guarded(case) for kind in step.kinds}
    return tuple(container for container in case.dossier.containers if container.kind in kinds)


def is_infused(case: Case) -> bool:
    """Whether any of them went into the patient, whatever became of the empty bag since: it is closed out."""
    steps = case.protocol.steps if case.protocol is not None else ()
    infusing = {step.code for step in steps if step.does is Does.INFUSE}
    taken = {id for done in case.dossier.steps if done.step in infusing for id in done.containers}
    return any(it.status is ContainerStatus.INFUSED or it.id in taken for it in products(case))


def wanted_steps(case: Case) -> tuple[tuple[BatchContainer, Step], ...]:
    """Each container that is released with each step that has to be done with it before."""
    wanted = _before(case.protocol, _guarded(case)) if case.protocol is not None else []
    return tuple((c, step) for c in products(case) for step in wanted if c.kind in step.kinds)


def _before(protocol: Protocol, guarded: Sequence[Step]) -> list[Step]:
    """Steps for single containers that come before any guarded one."""
    codes, frontier = set[str](), {code for step in guarded for code in step.after}
    own = {step.code for step in guarded}
    while frontier:
        codes |= frontier
        steps = [step for code in frontier if (step := protocol.step(code)) is not None]
        frontier = {code for step in steps for code in step.after} - codes
    return [s for s in protocol.steps if s.code in codes - own and s.scope is Scope.CONTAINER]


# Nothing is released from here: the laboratory has not handed it over.
UNREVIEWED = frozenset({Disposition.IN_PROCESS, Disposition.TESTING})


# --- submitting, reviewing, deciding --------------------------------------------------------------------------------


def against_submission(case: Case) -> tuple[Blocker, ...]:
    """Why the batch may not go from testing to quality's review."""
    found = [blocker for blocker in blockers(case) if blocker.code in OF_TESTING]
    if case.dossier.batch.disposition is not Disposition.TESTING:
        found.append(Blocker(BlockerCode.NOT_IN_TESTING, case.target))
    return by_severity(found)


def against_review(case: Case, reviewer: int) -> tuple[Blocker, ...]:
    """Why this person may not sign the review of the record as it stands. What is wrong in it does not matter here:
    a batch that is to be rejected is reviewed too, and one that was released conditionally is reviewed again."""
    is_conditional = case.dossier.batch.disposition is Disposition.CONDITIONALLY_RELEASED
    decided = () if is_conditional else _decided(case)
    return by_severity([*decided, *_producer(case, reviewer)])


def against_rejection(
    case: Case, signer: int, signatures: Sequence[SignatureView], digest: str
) -> tuple[Blocker, ...]:
    """Why this person may not reject the batch now: quality may reject at any time before the decision."""
    return by_severity([*_decided(case), *against_signer(case, signer, signatures, digest)])


def latest_review(signatures: Sequence[SignatureView]) -> SignatureView | None:
    """The last signature of a review; an earlier one is history."""
    reviews = [signature for signature in signatures if signature.meaning is Meaning.REVIEW]
    return reviews[-1] if reviews else None


def _decided(case: Case) -> Iterator[Blocker]:
    disposition = case.dossier.batch.disposition
    if disposition.is_release or disposition is Disposition.REJECTED:
        yield Blocker(BlockerCode.DECIDED, case.target, {"disposition": str(disposition)})


def _producer(case: Case, person: int) -> Iterator[Blocker]:
    # 21 CFR 211.22, EU GMP chapter 1: quality decides, and who made it is not quality.
    if person in case.dossier.producers:
        yield Blocker(BlockerCode.SIGNER_IS_PRODUCER, case.target)


def against_signer(
    case: Case, signer: int, signatures: Sequence[SignatureView], digest: str
) -> Iterator[Blocker]:
    """Why this person may not put the second signature under the record of this digest: two people, no producer."""
    yield from _producer(case, signer)
    review = latest_review(signatures)
    if review is None:
        yield Blocker(BlockerCode.REVIEW_MISSING, case.target)
        return
    params = {"reviewer": review.printed_name}
    if signature_state(review, digest) is SignatureState.INVALID:
        yield Blocker(BlockerCode.REVIEW_INVALID, case.target, params)
    if review.signer_id == signer:
        yield Blocker(BlockerCode.SIGNER_IS_REVIEWER, case.target)
    if review.signer_id in case.dossier.producers:
        yield Blocker(BlockerCode.REVIEWER_IS_PRODUCER, case.target, params)

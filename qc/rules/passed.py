"""What was checked of a batch and found in order by itself, so that people look at the rest: review by exception."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coi.rules.deviations import DeviationState
from coi.rules.labels_reconciliation import GONE, reconcile
from qc.rules.blockers import blockers, wanted_steps
from qc.rules.case import Blocker, BlockerCode, Case
from qc.rules.standing import Standing
from qc.rules.unmet import standings


class CheckCode(StrEnum):
    """What is checked of every batch."""

    LEDGER = "ledger"
    MATERIAL = "material"
    CUSTODY = "custody"
    HOLDS = "holds"
    DEVIATIONS = "deviations"
    INVESTIGATIONS = "investigations"
    STEPS = "steps"
    LABELS_APPLIED = "labels_applied"
    LABELS = "labels"
    CRITERIA = "criteria"
    REVIEWS = "reviews"
    TRAINING = "training"
    METHODS = "methods"
    CONTROLS = "controls"
    TRAIL = "trail"


@dataclass(frozen=True)
class Passed:
    """How many of those checked were in order."""

    code: CheckCode
    passed: int
    checked: int

    @property
    def is_all(self) -> bool:
        """Whether nobody has to look at any."""
        return self.passed == self.checked


def passed_checks(case: Case) -> tuple[Passed, ...]:
    """Every kind of check of which something was checked; those with exceptions first."""
    found = [Passed(code, checked - failed, checked) for code, checked, failed in _counts(case) if checked]
    return tuple(sorted(found, key=lambda it: it.is_all))


def _counts(case: Case) -> Iterator[tuple[CheckCode, int, int]]:
    """Each kind with how many were checked, and how many of them were not in order."""
    dossier, blocked = case.dossier, blockers(case)
    yield CheckCode.LEDGER, 1, int(case.is_ledger_broken)
    yield CheckCode.MATERIAL, len(case.materials), sum(not it.is_accepted for it in case.materials)
    yield CheckCode.CUSTODY, len(dossier.containers), _targets(blocked, BlockerCode.CUSTODY_GAP)
    yield CheckCode.HOLDS, len(dossier.holds), sum(hold.released_at is None for hold in dossier.holds)
    is_open = [deviation.state is DeviationState.OPEN for deviation in dossier.deviations]
    yield CheckCode.DEVIATIONS, len(is_open), sum(is_open)
    yield CheckCode.STEPS, len(wanted_steps(case)), _all(blocked, BlockerCode.STEP_NOT_DONE)
    there = [it for it in dossier.containers if it.is_label_applied or it.status not in GONE]
    yield CheckCode.LABELS_APPLIED, len(there), _targets(blocked, BlockerCode.LABEL_NOT_APPLIED)
    yield CheckCode.LABELS, len(dossier.labels), len(reconcile(dossier.labels).open)
    yield from _of_laboratory(case)
    if case.trail is not None and case.needs_trail_review:
        unseen = len(case.trail.unreviewed(dossier.producers))
        is_seen = case.trail.is_reviewed(dossier.producers)
        # a journey without anything out of the ordinary is looked over too
        yield CheckCode.TRAIL, len(case.trail.entries) or 1, unseen or int(not is_seen)


def _of_laboratory(case: Case) -> Iterator[tuple[CheckCode, int, int]]:
    is_open = [it.is_open for it in case.investigations]
    yield CheckCode.INVESTIGATIONS, len(is_open), sum(is_open)
    # a final result that failed is not met, although the release did not wait for it
    lines = [
        line for line in standings(case) if line.is_needed_for_release or line.standing is Standing.FAILING
    ]
    yield CheckCode.CRITERIA, len(lines), sum(not line.is_satisfied for line in lines)
    results = [result for result in case.results if result.is_current]
    yield CheckCode.REVIEWS, len(results), sum(not result.is_reviewed for result in results)
    tested = [case.fitness[result.id] for result in results if result.id in case.fitness]
    yield CheckCode.TRAINING, len(tested), sum(not it.is_trained for it in tested)
    yield CheckCode.METHODS, len(tested), sum(not it.is_method_valid for it in tested)
    yield CheckCode.CONTROLS, len(tested), sum(not it.are_controls_accepted for it in tested)


def _targets(blocked: tuple[Blocker, ...], code: BlockerCode) -> int:
    """How many things this is said of; one container may have two gaps."""
    return len({blocker.target for blocker in blocked if blocker.code is code})


def _all(blocked: tuple[Blocker, ...], code: BlockerCode) -> int:
    return sum(blocker.code is code for blocker in blocked)

"""Which attempt at a result counts. Only a signed outcome `laboratory_error` lets another than the first one count.

No mean of the first result with later ones is ever reported: it would hide what it is made of. Nor is the best of
several: of the tests that a plan says, the worst counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from qc.rules.criteria import Verdict
from qc.rules.investigations.values import Attempt, Investigation, Outcome
from qc.rules.results import AttemptKind


class Why(StrEnum):
    """Why this attempt counts, or none."""

    NOTHING_YET = "nothing_yet"
    ATTEMPT = "attempt"
    NOT_INVESTIGATED = "not_investigated"
    UNDER_INVESTIGATION = "under_investigation"
    CONFIRMED = "confirmed"
    INCONCLUSIVE = "inconclusive"
    CORRECTED = "corrected"
    INVALIDATED = "invalidated"
    PLAN_INCOMPLETE = "plan_incomplete"


@dataclass(frozen=True)
class Counted:
    """The attempt that counts, why, and what it comes to (None while there is no result that counts).

    A failing attempt that was corrected stays failing here until an investigation says otherwise.
    """

    attempt: Attempt | None
    why: Why
    verdict: Verdict | None = None
    investigation: str = ""

    @property
    def is_unsettled(self) -> bool:
        """Whether a failing result waits for its investigation, or for the end of it."""
        return self.why in (Why.NOT_INVESTIGATED, Why.UNDER_INVESTIGATION)


_STANDS: Mapping[Outcome, Why] = {
    Outcome.CONFIRMED: Why.CONFIRMED,
    Outcome.INCONCLUSIVE: Why.INCONCLUSIVE,
}


def investigation_of(attempt: Attempt, investigations: Sequence[Investigation]) -> Investigation | None:
    """The investigation of an attempt's failing version: open, or concluded after that version was recorded."""
    for it in sorted(investigations, key=lambda one: one.opened_at, reverse=True):
        is_of_it = it.criterion == attempt.criterion and it.attempt == attempt.number
        ended, failed = it.concluded_at, attempt.failed_at
        if is_of_it and (it.is_open or failed is None or (ended is not None and ended >= failed)):
            return it
    return None


def reportable(attempts: Sequence[Attempt], investigations: Sequence[Investigation]) -> Counted:
    """The attempt at one criterion's result that counts, and why. Never a mean, and never the best of several."""
    first = next((a for a in attempts if a.kind is AttemptKind.ORIGINAL), None)
    return Counted(None, Why.NOTHING_YET) if first is None else _settled(first, attempts, investigations)


def _settled(attempt: Attempt, attempts: Sequence[Attempt], inquiries: Sequence[Investigation]) -> Counted:
    if attempt.failed_at is None:
        return Counted(attempt, Why.ATTEMPT, attempt.verdict)
    inquiry = investigation_of(attempt, inquiries)
    if inquiry is None:
        return Counted(attempt, Why.NOT_INVESTIGATED, Verdict.FAIL)
    if inquiry.is_open or inquiry.outcome is None:
        return Counted(attempt, Why.UNDER_INVESTIGATION, Verdict.FAIL, inquiry.code)
    if inquiry.outcome is not Outcome.LABORATORY_ERROR:
        return Counted(attempt, _STANDS[inquiry.outcome], Verdict.FAIL, inquiry.code)
    if inquiry.plans:
        return _by_plan(inquiry, attempts, inquiries)
    return _corrected(attempt, inquiry)


def _corrected(attempt: Attempt, inquiry: Investigation) -> Counted:
    """Without another test a correction counts, if it was made before the outcome was signed: it was signed for."""
    is_known = inquiry.concluded_at is not None and attempt.version_at <= inquiry.concluded_at
    if attempt.verdict is Verdict.FAIL or not is_known:
        return Counted(None, Why.INVALIDATED, None, inquiry.code)
    return Counted(attempt, Why.CORRECTED, attempt.verdict, inquiry.code)


def _by_plan(
    inquiry: Investigation, attempts: Sequence[Attempt], inquiries: Sequence[Investigation]
) -> Counted:
    """All that the plans say has to be there, and the worst of it counts; of equals the earliest."""
    made = planned_attempts(inquiry, attempts)
    if any(sum(a.kind is plan.kind for a in made) < plan.number for plan in inquiry.plans):
        return Counted(None, Why.PLAN_INCOMPLETE, None, inquiry.code)
    settled = [_settled(a, attempts, inquiries) for a in made]
    nothing = Counted(None, Why.PLAN_INCOMPLETE)
    worst = min(settled, key=lambda it: _RANK[it.verdict], default=nothing)
    return replace(worst, investigation=worst.investigation or inquiry.code)


def planned_attempts(inquiry: Investigation, attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """The attempts that were made by the plans of an investigation before it was concluded, in their order."""
    kinds = {plan.kind for plan in inquiry.plans}
    made = [
        a
        for a in attempts
        if a.investigation == inquiry.code and a.kind in kinds and a.number > inquiry.attempt
    ]
    ended = inquiry.concluded_at
    return tuple(sorted((a for a in made if ended is None or a.recorded_at <= ended), key=lambda a: a.number))


_RANK: Mapping[Verdict | None, int] = {
    Verdict.FAIL: 0,
    None: 1,
    Verdict.NOT_JUDGED: 2,
    Verdict.PASS: 3,
}

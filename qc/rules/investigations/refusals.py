"""What may be done in an investigation, by whom and when: every reason against each action, as codes.

An empty answer means that it may be done. The services do it, and the ledger keeps who, when and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from people.rules.rights import Right
from qc.rules.criteria import Verdict
from qc.rules.investigations.counting import investigation_of, planned_attempts
from qc.rules.investigations.values import (
    ALWAYS_APPLY,
    Answer,
    Attempt,
    Cause,
    Finding,
    Hypothesis,
    Inquiry,
    Investigation,
    InvestigationState,
    LaboratoryCheck,
    Outcome,
    Plan,
    ProductionCheck,
    ResampleReason,
    Who,
)
from qc.rules.results import AttemptKind


class InvestigationRefusal(StrEnum):
    """Why something may not be done in an investigation."""

    NO_ROLE = "no_role"
    NOT_NOW = "not_now"
    BY_ITS_ANALYST = "by_its_analyst"
    BY_A_PRODUCER = "by_a_producer"
    NOT_FAILING = "not_failing"
    ALREADY_INVESTIGATED = "already_investigated"
    INVESTIGATION_MISSING = "investigation_missing"
    REMARK_MISSING = "remark_missing"
    ALWAYS_APPLIES = "always_applies"
    ONLY_IN_PHASE_2 = "only_in_phase_2"
    LABORATORY_INCOMPLETE = "laboratory_incomplete"
    PRODUCTION_INCOMPLETE = "production_incomplete"
    CAUSE_MISSING = "cause_missing"
    CAUSE_NOT_FOUND = "cause_not_found"
    NO_SUCH_PLAN = "no_such_plan"
    PLAN_MISSING = "plan_missing"
    PLAN_EXISTS = "plan_exists"
    PLAN_USED_UP = "plan_used_up"
    PLAN_NOT_DONE = "plan_not_done"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    BY_ANOTHER_REQUIRED = "by_another_required"
    SAME_ANALYST = "same_analyst"
    SAMPLE_NOT_KEPT = "sample_not_kept"
    NOT_THE_SAMPLE = "not_the_sample"
    SAME_SAMPLE = "same_sample"
    CONTAINERS_MISSING = "containers_missing"
    NOT_OF_SUBJECT = "not_of_subject"
    NOT_PLANNED = "not_planned"
    REASON_MISSING = "reason_missing"
    RESAMPLE_NOT_SHOWN = "resample_not_shown"
    RESAMPLE_NOT_ALLOWED = "resample_not_allowed"
    TESTED_BEFORE_PLAN = "tested_before_plan"
    ATTEMPT_UNREVIEWED = "attempt_unreviewed"
    INVALIDATED_TOO_OFTEN = "invalidated_too_often"
    QC_SIGNATURE_MISSING = "qc_signature_missing"
    QA_SIGNATURE_MISSING = "qa_signature_missing"


_Refusals = tuple[InvestigationRefusal, ...]
_Rows = Iterable[tuple[bool, InvestigationRefusal]]
_IN_HAND = frozenset({InvestigationState.PHASE_1, InvestigationState.PHASE_2})


def _those(rows: _Rows) -> _Refusals:
    """The codes whose condition holds, each once."""
    return tuple(dict.fromkeys(code for is_so, code in rows if is_so))


def _not_now(it: Investigation, *states: InvestigationState) -> tuple[bool, InvestigationRefusal]:
    return it.state not in states, InvestigationRefusal.NOT_NOW


def _no_role(who: Who, right: Right) -> tuple[bool, InvestigationRefusal]:
    return not who.may(right), InvestigationRefusal.NO_ROLE


def _judging(inquiry: Inquiry, who: Who) -> _Rows:
    """Nobody judges their own test, and who made the cells is not quality (21 CFR 211.22)."""
    return (
        (who.person in inquiry.analysts, InvestigationRefusal.BY_ITS_ANALYST),
        (who.person in inquiry.investigation.producers, InvestigationRefusal.BY_A_PRODUCER),
    )


# --- opening, and the first phase -----------------------------------------------------------------------------------


def against_opening(attempt: Attempt, investigations: Sequence[Investigation], who: Who) -> _Refusals:
    """Why no investigation of this attempt may be opened. Whoever sees the failing result opens it."""
    covering = investigation_of(attempt, investigations) if attempt.failed_at is not None else None
    return _those(
        (
            _no_role(who, Right.OPEN_INVESTIGATION),
            (attempt.failed_at is None, InvestigationRefusal.NOT_FAILING),
            (covering is not None, InvestigationRefusal.ALREADY_INVESTIGATED),
        )
    )


def against_starting(inquiry: Inquiry, who: Who) -> _Refusals:
    """Why the first phase may not begin: the laboratory's supervisor takes it up, not the one who tested."""
    it = inquiry.investigation
    rows = (_no_role(who, Right.START_INVESTIGATION), _not_now(it, InvestigationState.OPENED))
    return _those((*rows, *_judging(inquiry, who)))


def against_finding(inquiry: Inquiry, finding: Finding, who: Who) -> _Refusals:
    """Why this answer may not be recorded. The laboratory's checks are QC's to answer, production's are QA's."""
    it, is_production = inquiry.investigation, isinstance(finding.check, ProductionCheck)
    is_early = is_production and it.state is InvestigationState.PHASE_1
    is_skipped = finding.answer is Answer.NOT_APPLICABLE and finding.check in ALWAYS_APPLY
    is_bare = finding.answer is not Answer.IN_ORDER and not finding.remark.strip()
    return _those(
        (
            _no_role(who, Right.ANSWER_CHECK_OF_PRODUCTION if is_production else Right.ANSWER_CHECK),
            _not_now(it, *_IN_HAND),
            *_judging(inquiry, who),
            (is_early, InvestigationRefusal.ONLY_IN_PHASE_2),
            (is_skipped, InvestigationRefusal.ALWAYS_APPLIES),
            (is_bare, InvestigationRefusal.REMARK_MISSING),
        )
    )


def against_hypothesis(inquiry: Inquiry, hypothesis: Hypothesis, who: Who) -> _Refusals:
    """Why an experiment may not be recorded. The analyst may make it: it is no result and decides nothing."""
    return _those(
        (
            _no_role(who, Right.TRY_HYPOTHESIS),
            _not_now(inquiry.investigation, *_IN_HAND),
            (not hypothesis.remark.strip(), InvestigationRefusal.REMARK_MISSING),
        )
    )


def against_cause(inquiry: Inquiry, cause: Cause, who: Who) -> _Refusals:
    """Why the failing result may not be assigned to this error: it has to have been found."""
    it = inquiry.investigation
    return _those(
        (
            _no_role(who, Right.NAME_CAUSE),
            _not_now(it, *_IN_HAND),
            *_judging(inquiry, who),
            (not it.is_faulty(cause.check), InvestigationRefusal.CAUSE_NOT_FOUND),
            (not cause.remark.strip(), InvestigationRefusal.REMARK_MISSING),
        )
    )


def against_escalation(inquiry: Inquiry, who: Who) -> _Refusals:
    """Why the second phase may not begin: the laboratory answers every check first."""
    it = inquiry.investigation
    return _those(
        (
            _no_role(who, Right.ESCALATE_INVESTIGATION),
            _not_now(it, InvestigationState.PHASE_1),
            *_judging(inquiry, who),
            (bool(it.unanswered(LaboratoryCheck)), InvestigationRefusal.LABORATORY_INCOMPLETE),
        )
    )


# --- more tests -----------------------------------------------------------------------------------------------------


def against_plan(inquiry: Inquiry, plan: Plan, who: Who) -> _Refusals:
    """Why quality may not authorise this plan. One of each kind: a second would be testing into compliance."""
    it, policy = inquiry.investigation, inquiry.policy
    is_causeless = it.state is InvestigationState.PHASE_1 and it.cause is None
    most = {AttemptKind.RETEST: policy.most_retests, AttemptKind.RESAMPLE: policy.most_resamples}
    return _those(
        (
            _no_role(who, Right.AUTHORISE_PLAN),
            _not_now(it, *_IN_HAND),
            *_judging(inquiry, who),
            (bool(it.unanswered(LaboratoryCheck)), InvestigationRefusal.LABORATORY_INCOMPLETE),
            (is_causeless, InvestigationRefusal.CAUSE_MISSING),
            (plan.kind not in most, InvestigationRefusal.NO_SUCH_PLAN),
            (it.plan(plan.kind) is not None, InvestigationRefusal.PLAN_EXISTS),
            (not 1 <= plan.number <= most.get(plan.kind, 0), InvestigationRefusal.NUMBER_OUT_OF_RANGE),
            *_PLANS.get(plan.kind, _against_nothing)(inquiry, plan),
        )
    )


def _against_nothing(_inquiry: Inquiry, _plan: Plan) -> _Rows:
    return ()


def _against_retest(inquiry: Inquiry, plan: Plan) -> _Rows:
    """A retest is of what is left of the very sample."""
    is_by_same = inquiry.policy.is_retest_by_another and not plan.by_another
    is_gone = inquiry.investigation.is_faulty(LaboratoryCheck.SAMPLE_KEPT)
    return (
        (is_by_same, InvestigationRefusal.BY_ANOTHER_REQUIRED),
        (is_gone, InvestigationRefusal.SAMPLE_NOT_KEPT),
    )


def _against_resample(inquiry: Inquiry, plan: Plan) -> _Rows:
    """Another sample is of the same batch, and only because the first was shown to be none."""
    it = inquiry.investigation
    is_protocol = plan.reason is ResampleReason.PROTOCOL_ALLOWS
    is_shown = plan.reason is None or is_protocol or it.is_faulty(*_SHOWN_BY[plan.reason])
    return (
        (plan.reason is None, InvestigationRefusal.REASON_MISSING),
        (is_protocol and not inquiry.policy.may_resample, InvestigationRefusal.RESAMPLE_NOT_ALLOWED),
        (not is_shown, InvestigationRefusal.RESAMPLE_NOT_SHOWN),
        (not plan.containers, InvestigationRefusal.CONTAINERS_MISSING),
        (not inquiry.sources.issuperset(plan.containers), InvestigationRefusal.NOT_OF_SUBJECT),
        (it.container in plan.containers, InvestigationRefusal.SAME_SAMPLE),
    )


_PLANS = {AttemptKind.RETEST: _against_retest, AttemptKind.RESAMPLE: _against_resample}
_SHOWN_BY: Mapping[ResampleReason, tuple[LaboratoryCheck | ProductionCheck, ...]] = {
    ResampleReason.NOT_REPRESENTATIVE: (
        LaboratoryCheck.SAMPLE_IDENTITY,
        LaboratoryCheck.SAMPLE_KEPT,
        ProductionCheck.SAMPLING,
    ),
    ResampleReason.LOST: (LaboratoryCheck.SAMPLE_KEPT,),
    ResampleReason.INSUFFICIENT: (LaboratoryCheck.SAMPLE_KEPT,),
}


def against_attempt(
    inquiry: Inquiry, kind: AttemptKind, container: str, tested_at: datetime, who: Who
) -> _Refusals:
    """Why this person may not record another test of this container, made at that time."""
    it = inquiry.investigation
    plan = it.plan(kind)
    rows = [_no_role(who, Right.RECORD_ATTEMPT), _not_now(it, *_IN_HAND)]
    if plan is None or plan.authorised_at is None:
        return _those((*rows, (True, InvestigationRefusal.PLAN_MISSING)))
    made = sum(a.kind is kind for a in planned_attempts(it, inquiry.attempts))
    is_same_analyst = plan.by_another and who.person == it.analyst_id
    return _those(
        (
            *rows,
            (made >= plan.number, InvestigationRefusal.PLAN_USED_UP),
            # people write minutes, so that of the plan counts
            (
                tested_at < plan.authorised_at.replace(second=0, microsecond=0),
                InvestigationRefusal.TESTED_BEFORE_PLAN,
            ),
            (is_same_analyst, InvestigationRefusal.SAME_ANALYST),
            *_of_container(inquiry, plan, container),
        )
    )


def _of_container(inquiry: Inquiry, plan: Plan, container: str) -> _Rows:
    it = inquiry.investigation
    if plan.kind is AttemptKind.RETEST:
        return ((container != it.container, InvestigationRefusal.NOT_THE_SAMPLE),)
    return (
        (container == it.container, InvestigationRefusal.SAME_SAMPLE),
        (container not in inquiry.sources, InvestigationRefusal.NOT_OF_SUBJECT),
        (container not in plan.containers, InvestigationRefusal.NOT_PLANNED),
    )


def against_correction(
    attempt: Attempt, becomes: Verdict, investigations: Sequence[Investigation]
) -> _Refusals:
    """Why a failing result may not be corrected into one that does not fail: that is what investigations are for."""
    covering = investigation_of(attempt, investigations)
    is_undone = attempt.failed_at is not None and becomes is not Verdict.FAIL
    is_uncovered = covering is None or not covering.is_open
    return _those(((is_undone and is_uncovered, InvestigationRefusal.INVESTIGATION_MISSING),))


# --- the end --------------------------------------------------------------------------------------------------------


def against_proposal(inquiry: Inquiry, outcome: Outcome, who: Who) -> _Refusals:
    """Why QC may not sign this outcome, for QA to sign after it."""
    found = against_conclusion(inquiry, outcome, (who,))
    return tuple(code for code in found if code is not InvestigationRefusal.QA_SIGNATURE_MISSING)


def against_conclusion(inquiry: Inquiry, outcome: Outcome, signers: Sequence[Who]) -> _Refusals:
    """Why the investigation may not end so, signed by these: one of QC and another of QA."""
    it = inquiry.investigation
    is_error = outcome is Outcome.LABORATORY_ERROR
    states = _IN_HAND if is_error else {InvestigationState.PHASE_2}
    return _those(
        (
            _not_now(it, *states),
            (bool(it.unanswered(LaboratoryCheck)), InvestigationRefusal.LABORATORY_INCOMPLETE),
            *(_for_error(inquiry) if is_error else _for_another(it)),
            *_of_attempts(inquiry),
            *(row for who in signers for row in _judging(inquiry, who)),
            *_of_signers(signers),
        )
    )


def _for_error(inquiry: Inquiry) -> _Rows:
    it, cause = inquiry.investigation, inquiry.investigation.cause
    made = planned_attempts(it, inquiry.attempts)
    is_short = any(sum(a.kind is plan.kind for a in made) < plan.number for plan in it.plans)
    earlier = sum(one.is_laboratory_error for one in inquiry.others)
    return (
        (cause is None, InvestigationRefusal.CAUSE_MISSING),
        (cause is not None and not it.is_faulty(cause.check), InvestigationRefusal.CAUSE_NOT_FOUND),
        (is_short, InvestigationRefusal.PLAN_NOT_DONE),
        (earlier >= inquiry.policy.most_invalidated, InvestigationRefusal.INVALIDATED_TOO_OFTEN),
    )


def _for_another(it: Investigation) -> _Rows:
    return ((bool(it.unanswered(ProductionCheck)), InvestigationRefusal.PRODUCTION_INCOMPLETE),)


def _of_attempts(inquiry: Inquiry) -> _Rows:
    made = planned_attempts(inquiry.investigation, inquiry.attempts)
    return ((any(not a.is_reviewed for a in made), InvestigationRefusal.ATTEMPT_UNREVIEWED),)


def _of_signers(signers: Sequence[Who]) -> _Rows:
    """Somebody of QC, and somebody else of QA; who is both signs as one of them."""
    of_qc = {who.person for who in signers if who.may(Right.PROPOSE_OUTCOME)}
    of_qa = {who.person for who in signers if who.may(Right.CONCLUDE_INVESTIGATION)}
    is_alone = bool(of_qc and of_qa) and len(of_qc | of_qa) < 2
    return (
        (not of_qc, InvestigationRefusal.QC_SIGNATURE_MISSING),
        (not of_qa or is_alone, InvestigationRefusal.QA_SIGNATURE_MISSING),
    )

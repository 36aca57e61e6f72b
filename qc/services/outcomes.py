"""How an investigation goes on to more tests, and how it ends: planned by quality, signed by QC and by QA.

Both signatures are over the digest of one record, that of the investigation with its outcome. What comes between them
makes another record, and QC signs again.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from coi.services.recording import answered_once
from ledger.rules import Actor, Where, canonical, derive, put
from ledger.services import store_evidence
from people import selectors as people
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, sign
from qc import selectors
from qc.events import Event
from qc.rules.criteria import Verdict
from qc.rules.investigations import (
    InvestigationState,
    Outcome,
    Plan,
    Who,
    against_conclusion,
    against_plan,
    against_proposal,
    investigation_record,
    planned_attempts,
)
from qc.rules.investigations.stored import kept
from qc.services.failures import close_work_about, tell_to_open
from qc.services.inquiring import (
    TABLE,
    At,
    Done,
    InquiryAnswer,
    Step,
    as_before,
    inquirer,
    locked,
    refuse,
    repeated_step,
    take,
)
from qc.services.investigations import INVESTIGATION, PHASE_1, WHOLE
from qc.services.recording import asking, record, writing


def authorise_plan(
    *, code: str, plan: Plan, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> InquiryAnswer:
    """Say, before the first of them, how many more tests are made, of what and by whom. Raises NotFound, NotAllowed."""

    def does(at: At) -> Done:
        authorised = replace(plan, authorised_by=at.who.person, authorised_at=now)
        part = kept(authorised, name=at.person.printed_name)
        facts = {"kind": str(plan.kind), "number": plan.number, "by_another": plan.by_another}
        facts |= {"containers": list(plan.containers), "reason": str(plan.reason or "")}
        return Done({"plans": [*selectors.kept_parts(at.view.id, "plans"), part]}, facts)

    step = Step(Event.TESTS_PLANNED, lambda at: against_plan(at.inquiry, plan, at.who), does)
    return take(code, asking(actor, where, now, request_id, code=code, plan=plan), step)


@answered_once
def propose_outcome(
    *,
    code: str,
    outcome: Outcome,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> InquiryAnswer:
    """Sign an outcome as QC, for QA to sign after it. Raises NotFound, NotAllowed (role, credential)."""
    doing = asking(actor, where, now, request_id, code=code, outcome=outcome)
    person = inquirer(code, doing)
    if earlier := repeated_step(doing, Event.OUTCOME_PROPOSED, investigation=code):
        return as_before(earlier, Event.OUTCOME_PROPOSED)
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        at = locked(code, person, doing)
        if refusals := against_proposal(at.inquiry, outcome, at.who):
            return refuse(at.topic, doing, Event.OUTCOME_PROPOSED, refusals)
        digest = selectors.digest_with(at.inquiry, outcome)
        signature = _signed_before(at, digest) or _sign(at, Meaning.REVIEW, confirmed, digest)
        proposal = {"outcome": str(outcome), "by": at.who.person, "at": now, "digest": digest}
        change = put(TABLE, at.view.id, proposal=proposal | {"name": person.printed_name})
        facts = {"outcome": str(outcome), "digest": digest, "signature": signature.id}
        record(doing, at.topic, Event.OUTCOME_PROPOSED, facts, changes=(change,))
    return InquiryAnswer(True, code)


@answered_once
def conclude_investigation(
    *,
    code: str,
    outcome: Outcome,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> InquiryAnswer:
    """Sign the outcome that QC signed, as QA: the investigation ends, and its record is kept.

    Raises NotFound, NotAllowed (role, credential).
    """
    doing = asking(actor, where, now, request_id, code=code, outcome=outcome)
    person = inquirer(code, doing)
    if earlier := repeated_step(doing, Event.INVESTIGATION_CONCLUDED, investigation=code):
        return as_before(earlier, Event.INVESTIGATION_CONCLUDED)
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        at = locked(code, person, doing)
        signers = (*_proposers(at, outcome), at.who)
        if refusals := against_conclusion(at.inquiry, outcome, signers):
            return refuse(at.topic, doing, Event.INVESTIGATION_CONCLUDED, refusals)
        digest = selectors.digest_with(at.inquiry, outcome)
        signature = _sign(at, Meaning.APPROVAL, confirmed, digest)
        _keep(at, outcome, signature)
        ended = {"state": str(InvestigationState.CONCLUDED), "outcome": str(outcome), "concluded_at": now}
        change = put(TABLE, at.view.id, **ended, concluded_by=[who.person for who in signers])
        facts = {"outcome": str(outcome), "digest": digest, "signature": signature.id}
        record(doing, at.topic, Event.INVESTIGATION_CONCLUDED, facts, changes=(change,))
        close_work_about(INVESTIGATION, [code], doing, frozenset({PHASE_1, WHOLE}))
        _tell_of_failing_tests(at, outcome)
    return InquiryAnswer(True, code)


def _proposers(at: At, outcome: Outcome) -> tuple[Who, ...]:
    """Who of QC signed this very outcome over the record as it stands; nobody else counts."""
    proposal = at.view.proposal
    if proposal is None or proposal.outcome is not outcome or not selectors.is_proposed(at.view, at.inquiry):
        return ()
    return (Who(proposal.by, Right.PROPOSE_OUTCOME.roles),)


def _signed_before(at: At, digest: str) -> SignatureView | None:
    """A signature says the same only once: whoever comes back to an outcome has signed it already."""
    own = people.signatures(selectors.INVESTIGATION_RECORD, at.view.code)
    return next((one for one in own if (one.signer_id, one.record_digest) == (at.who.person, digest)), None)


def _sign(at: At, meaning: Meaning, confirmed: Confirmed, digest: str) -> SignatureView:
    return sign(
        signer=at.person,
        meaning=meaning,
        record_kind=selectors.INVESTIGATION_RECORD,
        record_id=at.view.code,
        record_digest=digest,
        credential=confirmed,
        stream=at.topic.stream,
        subjects=[s for s in at.topic.subjects if s.kind != selectors.INVESTIGATION_RECORD],
        **at.doing.as_keywords(derive(at.doing.request_id, "sign")),
    )


def _keep(at: At, outcome: Outcome, signature: SignatureView) -> None:
    """The very bytes that both signed."""
    content = investigation_record(selectors.with_outcome(at.inquiry, outcome), at.inquiry.attempts)
    store_evidence(
        data=canonical(content),
        media_type="application/json",
        name=f"investigation {at.view.code}.json",
        stream=at.topic.stream,
        subjects=at.topic.subjects,
        **at.doing.as_keywords(selectors.keeping_request(signature.id)),
    )


def _tell_of_failing_tests(at: At, outcome: Outcome) -> None:
    """A test that counts now and fails is out of specification itself."""
    if outcome is not Outcome.LABORATORY_ERROR:
        return
    planned = planned_attempts(at.inquiry.investigation, at.inquiry.attempts)
    failing = {a.result for a in planned if a.verdict is Verdict.FAIL}
    results = selectors.results_at_point(at.subject)
    tell_to_open(at.subject, (r for r in results if r.id in failing), at.doing)

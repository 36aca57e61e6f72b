"""What a study comes to: computed, signed by a reviewer of the laboratory, kept as the very bytes that were signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from ledger.rules import Actor, Where, derive, put
from ledger.selectors import EntryView
from ledger.services import store_evidence
from people.rules.credentials import Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, require, sign
from qc import selectors
from qc.events import Event
from qc.rules.record import digest_of, record_bytes, result_fields
from qc.rules.stability import ConclusionRefusal, StudyView, against_conclusion, written
from qc.rules.subjects import StudyKind, StudyState
from qc.services.recording import Doing, asking, invalid, record, repeated, writing
from qc.services.studies import MOST, STUDY, known_study, locked_study, study_topic
from qc.services.validations import draw_report

SCHEMA = 1


@dataclass(frozen=True)
class ConclusionAttempt:
    """How an attempt to conclude ended: done, or refused for these reasons."""

    is_done: bool
    refusals: tuple[ConclusionRefusal, ...] = ()


@dataclass(frozen=True)
class _Conclusion:
    """What would be signed now, and what speaks against it."""

    conclusion: Mapping[str, Any]
    record: dict[str, Any]
    refusals: tuple[ConclusionRefusal, ...]


@answered_once
def conclude_study(
    *,
    study: str,
    credential: Credential,
    reason: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> ConclusionAttempt:
    """Conclude a study with a signature over its results and what they come to, by somebody who measured none of them.

    A study of time whose pulls are not all done needs a reason. A refusal is recorded. Raises NotFound, NotAllowed
    (role, credential), Invalid (reason too long), Conflict (the study is over).
    """
    found, doing = known_study(study), asking(actor, where, now, request_id, study=study, reason=reason)
    signer = require(actor=actor, right=Right.CONCLUDE_STUDY, site=found.site, now=now)
    if earlier := repeated(doing, Event.STUDY_CONCLUDED, Event.CONCLUSION_REFUSED, study=study):
        return _as_before(earlier)
    if len(reason) > MOST:
        raise invalid({"reason": "too_long"})
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        locked = locked_study(study)
        made = _made(locked, signer.user_id, reason, now)
        if made.refusals:
            facts = {"refusals": [str(code) for code in made.refusals]}
            record(doing, study_topic(study), Event.CONCLUSION_REFUSED, facts)
            return ConclusionAttempt(False, made.refusals)
        digest, topic = digest_of(made.record), study_topic(study)
        signature = sign(
            signer=signer,
            meaning=Meaning.APPROVAL,
            record_kind=selectors.STUDY_RECORD,
            record_id=study,
            record_digest=digest,
            credential=confirmed,
            stream=topic.stream,
            **doing.as_keywords(derive(request_id, "sign")),
        )
        _keep(locked, made, signature.id, doing)
        if locked.kind is StudyKind.VALIDATION:
            _keep_report(locked, signature, doing)
        _end(locked, made, {"digest": digest, "signature": signature.id}, reason, doing)
    return ConclusionAttempt(True)


def _made(found: StudyView, signer: int, reason: str, now: datetime) -> _Conclusion:
    if found.kind is StudyKind.VALIDATION:
        return _of_validation(found, signer)
    page = selectors.study_page(found, now)
    if page is None:
        raise LookupError(f"the plan or specification of study {found.code} cannot be read")
    conclusion = written(page.document.plan, page.assessed)
    results = [result_fields(it) for one in page.tested for _, it in one.results if it is not None]
    refusals = against_conclusion(page.lines, page.expected, page.results, signer, reason)
    return _Conclusion(conclusion, _record(found, conclusion, {"results": results}), refusals)


def _of_validation(found: StudyView, signer: int) -> _Conclusion:
    refusals = (
        (not found.measured, ConclusionRefusal.NOTHING_MEASURED),
        (found.measured.get("by_id") == signer, ConclusionRefusal.BY_ITS_ANALYST),
    )
    content = _record(found, found.conclusion, {"measured": dict(found.measured)})
    return _Conclusion(found.conclusion, content, tuple(code for is_so, code in refusals if is_so))


def _record(found: StudyView, conclusion: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "study": found.code,
        "kind": str(found.kind),
        "plan": found.plan,
        "started_at": found.started_at,
        "containers": [{"code": it.code, "batch": it.batch} for it in found.containers],
        "pulls": [
            {
                "condition": it.condition,
                "point": it.point,
                "at": it.at,
                "containers": list(it.containers),
                "reason": it.reason,
                "by": it.by,
            }
            for it in found.pulls
        ],
        "conclusion": dict(conclusion),
        **more,
    }


def _keep(found: StudyView, made: _Conclusion, signature: str, doing: Doing) -> None:
    topic = study_topic(found.code)
    store_evidence(
        data=record_bytes(made.record),
        media_type="application/json",
        name=f"study {found.code}.json",
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(derive(UUID(signature), "record")),
    )


def _keep_report(found: StudyView, signature: SignatureView, doing: Doing) -> None:
    """Drawn once: from now on these bytes are the report. Nobody but this study waits for its lock."""
    topic = study_topic(found.code)
    store_evidence(
        data=draw_report(found, signature, doing.now),
        media_type="application/pdf",
        name=f"validation report {found.code}.pdf",
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(selectors.keeping_report(signature.id)),
    )


def _end(found: StudyView, made: _Conclusion, signed: Mapping[str, str], reason: str, doing: Doing) -> None:
    ended = {"state": str(StudyState.CONCLUDED), "concluded_at": doing.now}
    change = put(STUDY, found.id, conclusion=dict(made.conclusion), reason=reason.strip(), **ended)
    facts = {**signed, "conclusion": dict(made.conclusion)}
    record(doing, study_topic(found.code), Event.STUDY_CONCLUDED, facts, changes=(change,), reason=reason)


def _as_before(entry: EntryView) -> ConclusionAttempt:
    """The answer that this very request got."""
    if entry.event == Event.STUDY_CONCLUDED:
        return ConclusionAttempt(True)
    return ConclusionAttempt(False, tuple(ConclusionRefusal(code) for code in entry.facts["refusals"]))

"""From testing to a decision: submitted by the laboratory, reviewed and decided by quality with two signatures.

Both signatures are over the digest of one canonical batch record, whose bytes are kept with the first of them. What
happens to the batch between them makes another record, and the review has to be made again. A refused attempt is an
answer, not an exception, and an entry: an attempt to release what may not be released is worth knowing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.rules.dispositions import DECIDED_BY
from coi.rules.journey import Disposition
from coi.services import record_disposition
from coi.services.recording import answered_once
from ledger.rules import Actor, Change, Where, derive, new, put
from ledger.selectors import EntryView
from ledger.services import store_evidence
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, require, sign
from qc import selectors
from qc.events import Event
from qc.rules.blockers import (
    Blocker,
    BlockerCode,
    Case,
    Target,
    against_rejection,
    against_review,
    against_submission,
    latest_review,
)
from qc.rules.record import digest_of, record_bytes
from qc.rules.releases import (
    LEADS_TO,
    Pending,
    Signing,
    Way,
    Ways,
    against_completion,
    against_way,
)
from qc.rules.results import RejectionReason
from qc.services.failures import close_work_about
from qc.services.recording import (
    Doing,
    asking,
    batch_topic,
    invalid,
    known_batch,
    locked_batch,
    record,
    repeated,
    writing,
)
from qc.services.trails import WORK as TRAIL_WORK
from qc.services.trails import ask_for_review

# A year that was mistyped would have a pending result never be late.
LONGEST_PENDING = timedelta(days=366)
RELEASE = "qc.release"


@dataclass(frozen=True)
class Attempt:
    """How an attempt ended: done, or refused for these reasons."""

    is_done: bool
    blockers: tuple[Blocker, ...] = ()


@answered_once
def submit_for_review(*, batch: str, actor: Actor, where: Where, now: datetime, request_id: UUID) -> Attempt:
    """Hand a batch from the laboratory to quality: all results for release are in and looked over.

    Raises NotFound, NotAllowed (role).
    """
    found, doing = known_batch(batch), asking(actor, where, now, request_id, batch=batch)
    require(actor=actor, right=Right.SUBMIT_FOR_REVIEW, site=found.site, now=now)
    if earlier := repeated(doing, Event.BATCH_SUBMITTED, Event.SUBMISSION_REFUSED, batch=batch):
        return _as_before(earlier, Event.BATCH_SUBMITTED)
    with writing():
        locked = locked_batch(batch)
        case = selectors.case_of(locked, now)
        reasons = against_submission(case)
        if reasons:
            return _refuse(doing, locked, Event.SUBMISSION_REFUSED, reasons)
        _move(locked, Disposition.QA_REVIEW, (), doing)
        record(doing, batch_topic(locked), Event.BATCH_SUBMITTED, {})
        ask_for_review(locked, case, doing)
    return Attempt(True)


@answered_once
def review_batch(
    *, batch: str, credential: Credential, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> Attempt:
    """Sign the batch record as it stands, as its reviewer; the record's bytes are kept.

    What is wrong with the batch does not hinder it: a batch that will be rejected is reviewed too. Raises NotFound,
    NotAllowed (role, credential).
    """
    doing = asking(actor, where, now, request_id, batch=batch)
    return _signed(batch, credential, doing, _REVIEW)


@answered_once
def release_batch(
    *,
    batch: str,
    way: Way = Way.RELEASE,
    expected: Mapping[str, datetime] | None = None,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Attempt:
    """Release a batch with the second signature, over the same record as the review's, if nothing blocks this way.

    `expected` says by criterion when a result that is pending will be there; a conditional release needs it of each.
    Raises NotFound, NotAllowed (role, credential), Invalid (an expected time that has passed, or is too far off).
    """
    doing = asking(actor, where, now, request_id, batch=batch, way=way, expected=expected)
    return _signed(batch, credential, doing, replace(_RELEASES[way], due=dict(expected or {})))


@answered_once
def complete_release(
    *, batch: str, credential: Credential, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> Attempt:
    """Make a conditional release an outright one: all that was pending is there and met, reviewed and signed anew.

    Raises NotFound, NotAllowed (role, credential).
    """
    doing = asking(actor, where, now, request_id, batch=batch)
    return _signed(batch, credential, doing, _COMPLETION)


@answered_once
def reject_batch(
    *,
    batch: str,
    reason: RejectionReason,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Attempt:
    """Reject a batch with the second signature, over the same record as the review's.

    Raises NotFound, NotAllowed (role, credential).
    """
    doing = asking(actor, where, now, request_id, batch=batch, reason=reason)
    return _signed(batch, credential, doing, _REJECTION, reason=str(reason))


@dataclass(frozen=True)
class _Asked:
    """A signature as it is asked for: the batch, which releases are open to it, and who would sign after whom."""

    case: Case
    ways: Ways
    signing: Signing


@dataclass(frozen=True)
class _Kind:
    """One kind of signature over a batch record: who may, what speaks against it, and what it leads to."""

    meaning: Meaning
    right: Right
    done: Event
    refused: Event
    against: Callable[[_Asked], tuple[Blocker, ...]]
    leads_to: Disposition | None = None
    way: Way | None = None
    due: Mapping[str, datetime] = field(default_factory=dict)


def _against_rejection(asked: _Asked) -> tuple[Blocker, ...]:
    signing = asked.signing
    return against_rejection(asked.case, signing.signer, signing.signatures, signing.digest)


def _release(way: Way) -> _Kind:
    return _Kind(
        DECIDED_BY[LEADS_TO[way]],
        Right.RELEASE_BATCH,
        Event.BATCH_RELEASED,
        Event.RELEASE_REFUSED,
        lambda asked: against_way(asked.case, asked.ways, way, asked.signing),
        LEADS_TO[way],
        way,
    )


_REVIEW = _Kind(
    Meaning.REVIEW,
    Right.REVIEW_BATCH,
    Event.BATCH_REVIEWED,
    Event.REVIEW_REFUSED,
    lambda asked: against_review(asked.case, asked.signing.signer),
)
_RELEASES = {way: _release(way) for way in Way}
_COMPLETION = _Kind(
    Meaning.RELEASE,
    Right.COMPLETE_RELEASE,
    Event.RELEASE_COMPLETED,
    Event.COMPLETION_REFUSED,
    lambda asked: against_completion(asked.case, asked.ways, asked.signing),
    Disposition.RELEASED,
)
_REJECTION = _Kind(
    Meaning.REJECTION,
    Right.REJECT_BATCH,
    Event.BATCH_REJECTED,
    Event.REJECTION_REFUSED,
    _against_rejection,
    Disposition.REJECTED,
)


def _signed(batch: str, credential: Credential, doing: Doing, kind: _Kind, *, reason: str = "") -> Attempt:
    """Confirm who signs, lock, judge, and either refuse or sign and do what the signature leads to."""
    found = known_batch(batch)
    signer = require(actor=doing.actor, right=kind.right, site=found.site, now=doing.now)
    if earlier := repeated(doing, kind.done, kind.refused, batch=batch):
        return _as_before(earlier, kind.done)
    _need_possible(kind.due.values(), doing.now)
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        locked = locked_batch(batch)
        case, earlier_ones = selectors.case_of(locked, doing.now), selectors.signatures_of(batch)
        content = selectors.record_of(case)
        digest = digest_of(content)
        ways = selectors.ways_for(case, doing.now, kind.due)
        asked = _Asked(case, ways, Signing(signer.user_id, tuple(earlier_ones), digest))
        reasons = kind.against(asked)
        if reasons:
            if any(blocker.code is BlockerCode.TRAIL_UNREVIEWED for blocker in reasons):
                ask_for_review(locked, case, doing)
            return _refuse(doing, locked, kind.refused, reasons, digest)
        signature = _sign(locked, kind.meaning, (signer, confirmed), digest, doing)
        if kind.leads_to is None:
            _keep(locked, signature, record_bytes(content), doing)
        else:
            review = latest_review(earlier_ones)
            both = tuple(one for one in (review, signature) if one is not None)
            _move(locked, kind.leads_to, both, doing, reason)
        facts = {"digest": digest, "signature": signature.id, **_told(kind, ways)}
        changes = _release_rows(locked, kind, ways, signer, doing)
        record(doing, batch_topic(locked), kind.done, facts, changes=changes, reason=reason)
        if kind.leads_to is not None:
            close_work_about("batch", [batch], doing, frozenset({TRAIL_WORK}))
    return Attempt(True)


def _need_possible(expected: Iterable[datetime], now: datetime) -> None:
    """Invalid where a result is expected at a time that has passed, or is too far off."""
    times = list(expected)
    if any(at <= now for at in times):
        raise invalid({"expected": "in_the_past"})
    if any(at > now + LONGEST_PENDING for at in times):
        raise invalid({"expected": "too_far_off"})


def _told(kind: _Kind, ways: Ways) -> dict[str, Any]:
    """What the entry of a release says beside its signature: which way, and what is pending until when."""
    if kind.way is None:
        return {}
    return {"way": str(kind.way), "pending": [_pending(it) for it in ways.pending]}


def _pending(it: Pending) -> dict[str, str]:
    due = it.due_at.isoformat() if it.due_at is not None else ""
    return {"criterion": it.criterion, "title": it.title, "due_at": due}


def _release_rows(
    batch: BatchSummary, kind: _Kind, ways: Ways, signer: Person, doing: Doing
) -> tuple[Change, ...]:
    """The row of a release; one that is completed has its own already."""
    if kind is _COMPLETION:
        found = selectors.releases_of([batch.id])[batch.id]
        done = {"completed_at": doing.now, "completed_by_name": signer.printed_name}
        return (put(RELEASE, found.id, **done),)
    if kind.way is None:
        return ()
    values = {
        "batch_id": batch.id,
        "way": str(kind.way),
        "pending": [_pending(it) for it in ways.pending],
        "released_at": doing.now,
        "released_by_id": signer.user_id,
        "released_by_name": signer.printed_name,
    }
    return (new(RELEASE, derive(doing.request_id, "release"), **values),)


def _sign(
    batch: BatchSummary,
    meaning: Meaning,
    by: tuple[Person, Confirmed],
    digest: str,
    doing: Doing,
) -> SignatureView:
    (signer, confirmed), topic = by, batch_topic(batch)
    return sign(
        signer=signer,
        meaning=meaning,
        record_kind=selectors.RECORD_KIND,
        record_id=batch.code,
        record_digest=digest,
        credential=confirmed,
        stream=topic.stream,
        subjects=[subject for subject in topic.subjects if subject.kind != selectors.RECORD_KIND],
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def _keep(batch: BatchSummary, signature: SignatureView, content: bytes, doing: Doing) -> None:
    topic = batch_topic(batch)
    store_evidence(
        data=content,
        media_type="application/json",
        name=f"batch record {batch.code}.json",
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(selectors.keeping_request(signature.id)),
    )


def _move(
    batch: BatchSummary,
    to: Disposition,
    signatures: Sequence[SignatureView],
    doing: Doing,
    reason: str = "",
) -> None:
    record_disposition(
        batch=batch.code,
        disposition=to,
        signatures=signatures,
        reason=reason,
        **doing.as_keywords(derive(doing.request_id, "disposition")),
    )


def _refuse(
    doing: Doing,
    batch: BatchSummary,
    event: Event,
    reasons: tuple[Blocker, ...],
    digest: str = "",
) -> Attempt:
    facts = {
        "digest": digest,
        "blockers": [
            {
                "code": str(blocker.code),
                "kind": blocker.target.kind,
                "key": blocker.target.key,
                "params": blocker.params,
            }
            for blocker in reasons
        ],
    }
    record(doing, batch_topic(batch), event, facts)
    return Attempt(False, reasons)


def _as_before(entry: EntryView, done: Event) -> Attempt:
    """The answer that this very request got."""
    if entry.event == done:
        return Attempt(True)
    return Attempt(
        False,
        tuple(
            Blocker(BlockerCode(it["code"]), Target(it["kind"], it["key"]), it["params"])
            for it in entry.facts["blockers"]
        ),
    )

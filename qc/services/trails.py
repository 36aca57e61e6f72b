"""The audit trail of a batch's journey, looked over and signed by quality before the batch is let go."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.rules.batches import BatchSummary
from coi.services.recording import answered_once
from ledger.rules import Actor, Change, Where, derive, new
from ledger.rules import Subject as LedgerSubject
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, open_work_item, require, sign
from qc import selectors
from qc.events import Event
from qc.rules.case import Case
from qc.rules.investigations import working_day
from qc.rules.trail import (
    MOST_COMMENT,
    RECORD_KIND,
    Trail,
    TrailRefusal,
    TrailReview,
    against_trail_review,
    review_digest,
)
from qc.services.failures import close_work_about, end_of
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

TABLE, WORK = "qc.trailreview", "trail_review"
# A batch that waits for its release waits for this, too: it is due on the next working day.
DAYS_TO_REVIEW = 1


@answered_once
def review_trail(
    *,
    batch: str,
    upto: int,
    remark: str = "",
    comments: Mapping[int, str] | None = None,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> tuple[TrailRefusal, ...]:
    """Sign that the trail was looked over up to and including the entry of this number in the journey's stream.

    The signature is over exactly the entries that nobody had looked over up to there, what was said of some of them
    (`comments`, by their number in the journey), and the remark on the whole. Answers with the reasons against it,
    which are recorded; none when it is done. Raises NotFound, NotAllowed (role, credential), Invalid (a comment that is
    too long, or on what is not shown).
    """
    said = {number: text.strip() for number, text in (comments or {}).items() if text.strip()}
    asked = {"batch": batch, "upto": upto, "remark": remark, "comments": sorted(said.items())}
    found, doing = known_batch(batch), asking(actor, where, now, request_id, **asked)
    reviewer = require(actor=actor, right=Right.REVIEW_TRAIL, site=found.site, now=now)
    if earlier := repeated(doing, Event.TRAIL_REVIEWED, Event.TRAIL_REVIEW_REFUSED, batch=batch):
        return tuple(TrailRefusal(code) for code in earlier.facts.get("refused", ()))
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        locked = locked_batch(batch)
        case = selectors.case_of(locked, now)
        trail, producers = case.trail or Trail(), case.dossier.producers
        against = against_trail_review(trail, upto, reviewer.user_id, producers)
        if against:
            facts = {"upto": upto, "refused": [str(code) for code in against]}
            record(doing, batch_topic(locked), Event.TRAIL_REVIEW_REFUSED, facts)
            return against
        shown = trail.to_review(producers, upto)
        _refuse_comments(said, {entry.sequence for entry in shown})
        review = TrailReview(
            reviewer_id=reviewer.user_id,
            reviewer=reviewer.printed_name,
            upto=upto,
            at=now,
            remark=remark,
            id=str(derive(request_id, "trail")),
            entries=tuple(entry.entry for entry in shown),
            comments=said,
        )
        _keep(locked, review, (reviewer, confirmed), doing)
        close_work_about("batch", [batch], doing, frozenset({WORK}))
    return ()


def _refuse_comments(said: Mapping[int, str], shown: set[int]) -> None:
    wrong = {
        f"comment_{number}": "too_long" if number in shown else "not_there"
        for number, text in said.items()
        if len(text) > MOST_COMMENT or number not in shown
    }
    if wrong:
        raise invalid(wrong)


def _keep(batch: BatchSummary, given: TrailReview, by: tuple[Person, Confirmed], doing: Doing) -> None:
    digest = review_digest(
        batch=batch.code,
        upto=given.upto,
        entries=given.entries,
        comments=given.comments,
        remark=given.remark,
    )
    review = replace(given, digest=digest)
    signature = _sign(batch, review, by, doing)
    facts = {
        "upto": review.upto,
        "entries": len(review.entries),
        "remark": review.remark,
        "comments": {str(number): text for number, text in review.comments.items()},
        "digest": digest,
        "signature": signature.id,
    }
    record(doing, batch_topic(batch), Event.TRAIL_REVIEWED, facts, changes=(_row(batch, review, doing),))


def _row(batch: BatchSummary, review: TrailReview, doing: Doing) -> Change:
    return new(
        TABLE,
        review.id,
        batch_id=batch.id,
        upto=review.upto,
        remark=review.remark,
        entries=list(review.entries),
        comments={str(number): text for number, text in review.comments.items()},
        digest=review.digest,
        reviewer_id=review.reviewer_id,
        reviewer_name=review.reviewer,
        reviewed_at=doing.now,
    )


def _sign(
    batch: BatchSummary, review: TrailReview, by: tuple[Person, Confirmed], doing: Doing
) -> SignatureView:
    (signer, confirmed), topic = by, batch_topic(batch)
    return sign(
        signer=signer,
        meaning=Meaning.REVIEW,
        record_kind=RECORD_KIND,
        record_id=review.id,
        record_digest=review.digest,
        credential=confirmed,
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def ask_for_review(batch: BatchSummary, case: Case, doing: Doing) -> None:
    """Work for quality, to look the trail over, where the release waits for that and nobody was asked."""
    if not case.is_trail_open or any(it.cause == WORK for it in people.open_work_about("batch", batch.code)):
        return
    today = doing.now.astimezone(ZoneInfo(batch.zone)).date()
    open_work_item(
        site=batch.site,
        role=Role.QA_REVIEWER,
        subject=LedgerSubject("batch", batch.code),
        cause=WORK,
        due_at=end_of(working_day(today, DAYS_TO_REVIEW), batch.zone),
        **doing.as_keywords(derive(doing.request_id, "trail to review")),
    )

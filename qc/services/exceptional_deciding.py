"""Notices of a dossier, which are watched until they are sent, and quality's signed decision on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.rules.dispositions import DECIDED_BY
from coi.selectors.treating import treating_site
from coi.services.recording import answered_once
from ledger.rules import Actor, Where, derive, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from people.rules.work import WorkState
from people.services import close_work_item, confirm_or_refuse, open_work_item, sign
from qc import selectors
from qc.events import Event
from qc.rules.exceptional import (
    KeptDossier,
    Notice,
    Part,
    against_decision,
    digest_of_dossier,
    latest_notices,
    needed_notices,
)
from qc.services.dossier_writing import (
    TABLE,
    DossierAnswer,
    Writing,
    as_before,
    by_the_product,
    keep_text,
    known_dossier,
    need_line,
    need_past,
    refuse,
    topic_of_dossier,
    write_part,
    writer,
)
from qc.services.recording import Doing, asking, invalid, known_batch, locked_batch, record, repeated, writing

WORK = "notice_due"


def write_notice(
    *, dossier: str, notice: Notice, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DossierAnswer:
    """Write when a notice is due, or that it was sent and under which reference. The last writing of a kind counts.

    While it is due and not sent it is work for the quality reviewers of the site that made the batch. Raises NotFound,
    NotAllowed, Invalid (with the fields), Conflict (sent before, and now said not to be).
    """
    doing = asking(actor, where, now, request_id, dossier=dossier, notice=notice)

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        line = _need_notice(of.kept, notice, now)
        before = _before(of.kept, notice)
        said = {
            "kind": str(notice.kind),
            "due_at": notice.due_at,
            "sent_at": notice.sent_at,
            "reference": line,
        }
        work = _watch(of, notice, before)
        row = {**said, "work": work, **of.signed_by(), "written_at": now}
        return {"notices": [*of.kept.rows("notices"), row]}, said

    return write_part(dossier, Part.NOTICE, doing, make, kind=str(notice.kind))


def _need_notice(kept: KeptDossier, notice: Notice, now: datetime) -> str:
    if notice.kind not in needed_notices(kept.region, kept.setting):
        raise invalid({"kind": "not_choice"})
    if notice.due_at is None and notice.sent_at is None:
        raise invalid({"due_at": "empty"})
    need_past(now, sent_at=notice.sent_at)
    if _before(kept, notice).get("sent_at") and notice.sent_at is None:
        raise Conflict("notice_sent")
    return need_line("reference", notice.reference, required=notice.sent_at is not None)


def _before(kept: KeptDossier, notice: Notice) -> Mapping[str, Any]:
    """What was written of this kind of notice last."""
    found = (it for it in latest_notices(kept.rows("notices")) if it["kind"] == str(notice.kind))
    return next(found, {})


def _watch(of: Writing, notice: Notice, before: Mapping[str, Any]) -> str:
    """Close the work that the last writing left, and open what this one does; answers with its id, or nothing."""
    _close_work(str(before.get("work") or ""), of.doing, "notice")
    if notice.sent_at is not None or notice.due_at is None:
        return ""
    return open_work_item(
        site=of.batch.site,
        role=Role.QA_REVIEWER,
        subject=LedgerSubject(selectors.DOSSIER_KIND, of.kept.code),
        cause=WORK,
        due_at=notice.due_at,
        **by_the_product(of.doing, "watch"),
    )


def _close_work(id: str, doing: Doing, label: str) -> None:
    """Done, unless somebody said so before."""
    item = people.work_item(id) if id else None
    if item is not None and item.state is WorkState.OPEN:
        close_work_item(id=id, **by_the_product(doing, f"done {label}"))


# --- the decision ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Deciding:
    """What is decided, and by whom, before the dossier is looked at."""

    is_approved: bool
    reason: str
    signer: Person
    confirmed: Confirmed
    doing: Doing

    @property
    def event(self) -> Event:
        return Event.DOSSIER_APPROVED if self.is_approved else Event.DOSSIER_DECLINED


@answered_once
def decide_dossier(
    *,
    dossier: str,
    is_approved: bool,
    reason: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DossierAnswer:
    """Approve or decline a dossier with a signature over all of it; to decline needs a reason.

    Approving it releases nothing: the batch is released by two signatures of its own. Raises NotFound, NotAllowed
    (role, credential), Invalid (reason), Conflict (the batch is decided).
    """
    kept = known_dossier(dossier)
    doing = asking(actor, where, now, request_id, dossier=dossier, is_approved=is_approved, reason=reason)
    batch = known_batch(kept.batch)
    signer, who = writer(batch, treating_site(batch.order_id), Part.DECISION, doing)
    done = Event.DOSSIER_APPROVED if is_approved else Event.DOSSIER_DECLINED
    asked = {"dossier": dossier, "part": str(Part.DECISION), "asked": "approve" if is_approved else "decline"}
    if earlier := repeated(doing, done, Event.DOSSIER_REFUSED, **asked):
        return as_before(earlier)
    if not is_approved and not reason.strip():
        raise invalid({"reason": "empty"})
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        locked = locked_batch(kept.batch)
        kept = known_dossier(dossier)
        if is_approved and locked.disposition in DECIDED_BY:
            raise Conflict("dossier_batch_decided")
        lifting = selectors.lifting_to_decide(kept, locked, doing.now)
        reasons = against_decision(lifting.dossier, lifting.missing, is_approved=is_approved, who=who)
        if reasons:
            return refuse(locked, doing, asked, reasons, lifting.missing)
        _decide(kept, locked, _Deciding(is_approved, reason, signer, confirmed, doing), asked)
    return DossierAnswer(True, dossier)


def _decide(kept: KeptDossier, batch: BatchSummary, it: _Deciding, asked: Mapping[str, str]) -> None:
    why = keep_text("reason", it.reason, it.doing) if it.reason.strip() else {"text": "", "sha256": ""}
    digest = digest_of_dossier(kept, is_approved=it.is_approved, why=why["sha256"])
    signature = _sign(kept, batch, it, digest)
    decision = {
        "is_approved": it.is_approved,
        "by": it.signer.user_id,
        "name": it.signer.printed_name,
        "at": it.doing.now,
        "notices": len(kept.rows("notices")),
        "digest": digest,
        "signature": signature.id,
        **why,
    }
    facts = {**asked, "digest": digest, "signature": signature.id, "why_sha256": why["sha256"]}
    changes = (put(TABLE, kept.id, is_approved=it.is_approved, decision=decision),)
    record(it.doing, topic_of_dossier(batch, kept.code), it.event, facts, changes=changes)
    if not it.is_approved:
        for row in latest_notices(kept.rows("notices")):
            _close_work(str(row.get("work") or ""), it.doing, str(row["kind"]))


def _sign(kept: KeptDossier, batch: BatchSummary, it: _Deciding, digest: str) -> SignatureView:
    topic = topic_of_dossier(batch, kept.code)
    return sign(
        signer=it.signer,
        meaning=Meaning.APPROVAL if it.is_approved else Meaning.REJECTION,
        record_kind=selectors.DOSSIER_KIND,
        record_id=kept.code,
        record_digest=digest,
        credential=it.confirmed,
        stream=topic.stream,
        subjects=[subject for subject in topic.subjects if subject.kind != selectors.DOSSIER_KIND],
        **it.doing.as_keywords(derive(it.doing.request_id, "sign")),
    )

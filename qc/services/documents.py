"""Issue the documents of a batch: drawn once, kept as bytes, and another version only for a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from ledger.rules import Actor, Subject, Where, derive, new
from ledger.rules.errors import Conflict
from ledger.rules.evidence import SPREADSHEET
from ledger.selectors import EntryView, EvidenceView
from ledger.services import store_evidence
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.certificates import Issue, Sources, certificate, content_bytes, content_digest
from qc.rules.document_words import ISSUED_OF, TITLES, DocumentKind, watermark_of
from qc.rules.printed_record import printed_record
from qc.selectors import BatchView, IssuedView
from qc.services.drawing_documents import DOCUMENT_FAULTS, draw_document, spreadsheet
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

MOST_REASON = 200
MEDIA_TYPES = {"pdf": "application/pdf", "json": "application/json", "xlsx": SPREADSHEET}


@dataclass(frozen=True)
class IssueAnswer:
    """What was issued, or the code of the reason why not: a refusal is an answer, and an entry."""

    document: IssuedView | None
    refusal: str = ""


@dataclass(frozen=True)
class _Made:
    """A document that is drawn and not yet issued, and how the batch stood when it was drawn."""

    kind: DocumentKind
    issue: Issue
    digest: str
    files: dict[str, bytes]
    stood: tuple[str, str]


def issue_document(
    *,
    batch: str,
    kind: DocumentKind,
    reason: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> IssueAnswer:
    """Issue the next version of a document about a batch, and keep its PDF, JSON and XLSX as evidence.

    Refused (and recorded) while the batch is not decided, and for the bedside's document also when it is rejected. A
    version after the first needs a reason. Raises NotFound, NotAllowed (role), Invalid (reason), Conflict (what the
    batch is made of changed while the document was drawn; a character that cannot be drawn).
    """
    found = known_batch(batch)
    doing = asking(actor, where, now, request_id, batch=batch, kind=kind, reason=reason)
    issuer = require(actor=actor, right=Right.ISSUE_DOCUMENT, site=found.site, now=now)
    if earlier := repeated(doing, Event.DOCUMENT_ISSUED, Event.ISSUE_REFUSED, batch=batch):
        return _as_before(earlier, kind)
    if refusal := refusal_of(kind, str(found.disposition)):
        return _refuse(doing, batch, kind, refusal)
    version = selectors.latest_version(batch, kind) + 1
    fault = _fault_of(reason.strip(), version)
    if fault:
        raise invalid({"reason": fault})
    # Drawn before the lock, since that takes seconds and scans wait for the lock; what it was drawn from is held
    # against what stands under the lock.
    issue = Issue(version, now, issuer.printed_name, reason.strip() if version > 1 else "")
    made = _make(selectors.view_of(found, now), kind, issue)
    with writing():
        locked = locked_batch(batch)
        is_next = selectors.latest_version(batch, kind) + 1 == version
        if not is_next or _stood(selectors.view_of(locked, now)) != made.stood:
            raise Conflict("document_overtaken")
        _keep(locked, made, issuer, doing)
    return IssueAnswer(_issued(batch, kind, version))


def refusal_of(kind: DocumentKind, disposition: str) -> str:
    """Why no such document is issued of a batch that stands so; empty when it is."""
    if disposition in ISSUED_OF[kind]:
        return ""
    is_decided = disposition in ISSUED_OF[DocumentKind.COA]
    return "document_not_infusible" if is_decided else "document_undecided"


def preview_document(*, view: BatchView, kind: DocumentKind, viewer: Person, now: datetime) -> bytes:
    """The document as it would be issued now, as PDF marked as a preview. Nothing is recorded.

    Whoever may see the batch may see this. Raises Conflict for a character that cannot be drawn.
    """
    version = selectors.latest_version(view.batch.code, kind) + 1
    issue = Issue(version, now, viewer.printed_name)
    content = content_of(kind, selectors.document_sources(view, now), issue)
    return _drawn(content, issue, is_preview=True)


def content_of(kind: DocumentKind, sources: Sources, issue: Issue) -> dict[str, Any]:
    """The content of a document of this kind."""
    if kind is DocumentKind.BATCH_RECORD:
        return printed_record(sources, issue)
    return certificate(kind, sources, issue)


def _fault_of(reason: str, version: int) -> str:
    if version > 1 and not reason:
        return "empty"
    return "too_long" if len(reason) > MOST_REASON else ""


def _stood(view: BatchView) -> tuple[str, str]:
    return (str(view.batch.disposition), view.digest)


def _make(view: BatchView, kind: DocumentKind, issue: Issue) -> _Made:
    content = content_of(kind, selectors.document_sources(view, issue.at), issue)
    files = {
        "pdf": _drawn(content, issue),
        "json": content_bytes(content),
        "xlsx": spreadsheet(content),
    }
    return _Made(kind, issue, content_digest(content), files, _stood(view))


def _drawn(content: dict[str, Any], issue: Issue, *, is_preview: bool = False) -> bytes:
    try:
        return draw_document(content, issue, is_preview=is_preview)
    except DOCUMENT_FAULTS as error:
        raise Conflict("document_not_drawable") from error


def _values(made: _Made) -> dict[str, Any]:
    disposition = made.stood[0]
    return {
        "kind": str(made.kind),
        "version": made.issue.version,
        "reason": made.issue.reason,
        "digest": made.digest,
        "watermark": watermark_of(disposition),
        "disposition": disposition,
    }


def _keep(batch: BatchSummary, made: _Made, issuer: Person, doing: Doing) -> None:
    kept = {form: _store(batch, made, form, doing) for form in made.files}
    id, values = derive(doing.request_id, "document"), _values(made)
    change = new(
        "qc.issueddocument",
        id,
        batch_id=batch.id,
        issued_at=doing.now,
        issued_by_id=issuer.user_id,
        issued_by_name=issuer.printed_name,
        **values,
        **{form: one.id for form, one in kept.items()},
    )
    files = {f"sha256_{form}": one.sha256 for form, one in kept.items()}
    record(
        doing,
        batch_topic(batch),
        Event.DOCUMENT_ISSUED,
        {"title": TITLES[made.kind], "document": id, **values, **files},
        changes=(change,),
        subjects=tuple(Subject("evidence", str(one.id)) for one in kept.values()),
        reason=made.issue.reason,
    )


def _store(batch: BatchSummary, made: _Made, form: str, doing: Doing) -> EvidenceView:
    topic = batch_topic(batch)
    return store_evidence(
        data=made.files[form],
        media_type=MEDIA_TYPES[form],
        name=f"{made.kind} {batch.code} version {made.issue.version}.{form}",
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(derive(doing.request_id, form)),
    )


def _refuse(doing: Doing, batch: str, kind: DocumentKind, refusal: str) -> IssueAnswer:
    facts = {"kind": str(kind), "title": TITLES[kind], "refusal": refusal}
    with writing():
        record(doing, batch_topic(locked_batch(batch)), Event.ISSUE_REFUSED, facts)
    return IssueAnswer(None, refusal)


def _as_before(entry: EntryView, kind: DocumentKind) -> IssueAnswer:
    """The answer that this very request got."""
    if entry.facts["kind"] != kind:
        raise Conflict("request_id_used")
    if entry.event == Event.ISSUE_REFUSED:
        return IssueAnswer(None, entry.facts["refusal"])
    return IssueAnswer(_issued(entry.facts["batch"], kind, entry.facts["version"]))


def _issued(batch: str, kind: DocumentKind, version: int) -> IssuedView:
    found = selectors.issued_documents(batch)
    return next(one for one in found if (one.kind, one.version) == (kind, version))

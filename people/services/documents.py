"""Controlled documents of every kind: three people write, review and approve; one version is in effect."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import models, registry, selectors
from people.events import Event
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.documents import (
    OPEN_STATES,
    TRANSITIONS,
    DocumentAction,
    DocumentRefusal,
    DocumentState,
    DocumentVersionView,
    content_problems,
    judge,
    record_digest,
)
from people.rules.fields import text_problem, word_problem
from people.rules.signatures import Meaning
from people.selectors.documents import version_rows, version_view
from people.services.recording import Doing, is_repeat, record, refuse_bad, require, site_id, writing
from people.services.signatures import confirm_or_refuse, sign

STREAM = "documents"
RECORD_KIND = "document_version"


def _kind(kind: str) -> registry.DocumentKind:
    found = registry.document_kind(kind)
    if found is None:
        raise Invalid("fields_invalid", detail={"fields": {"kind": "kind_unknown"}})
    return found


def _check_content(kind: registry.DocumentKind, content: Mapping[str, Any]) -> None:
    problems = content_problems(content) or tuple(kind.validate(content))
    if problems:
        raise Invalid("content_invalid", detail={"problems": [asdict(problem) for problem in problems]})


def _record(event: Event, version: DocumentVersionView, doing: Doing, **more: Any) -> None:
    subjects = [Subject("document", f"{version.kind}:{version.code}"), Subject(RECORD_KIND, version.id)]
    record(doing, event=event, stream=STREAM, subjects=subjects, **more)


def _read(version_id: str) -> DocumentVersionView:
    version = selectors.document_version(version_id)
    if version is None:
        raise NotFound("version_unknown")
    return version


def _lock(version_id: str) -> DocumentVersionView:
    """Lock the document, not the version alone: putting one in effect retires another."""
    models.Document.objects.select_for_update(no_key=True).filter(versions__id=version_id).first()
    return version_view(version_rows().get(pk=version_id))


def draft_document(
    *,
    kind: str,
    code: str,
    title: str,
    content: Mapping[str, Any],
    site: str,
    schema: int = 1,
    reason: str = "",
    number: int | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Write the first or the next version; a next one needs a reason and a document without open version.

    `number`: the version that the author means to write. A first one is refused where the code is used already, a next
    one where another was written meanwhile.
    """
    known = _kind(kind)
    refuse_bad(code=text_problem(code, 64), title=text_problem(title), kind=word_problem(kind))
    _check_content(known, content)
    author = require(actor=actor, right=known.writing, site=site, now=now)
    doing = Doing(actor, where, now, request_id)
    text = record_digest(kind=kind, code=code, version=0, schema=schema, content=content)
    facts = {"kind": kind, "code": code, "title": title, "site": site, "schema": schema, "text": text}
    row = str(derive(request_id, "version"))
    with writing():
        document = models.Document.objects.select_for_update(no_key=True).filter(kind=kind, code=code).first()
        if is_repeat(request_id=request_id, event=Event.DOCUMENT_DRAFTED, facts=facts):
            return _read(row)
        made = _number(document, site, reason, meant=number)
        about = {"kind": kind, "code": code, "version": made, "schema": schema, "content": dict(content)}
        version = _new_version(row, about, title=title, site=site, author_id=author.user_id)
        changes = _draft_changes(version, document, doing)
        _record(Event.DOCUMENT_DRAFTED, version, doing, facts=facts, changes=changes, reason=reason)
    return version


def _new_version(id: str, about: dict[str, Any], **more: Any) -> DocumentVersionView:
    digest = record_digest(**about)
    return DocumentVersionView(
        id=id, digest=digest, state=DocumentState.DRAFT, effective_from=None, **about, **more
    )


def _number(document: models.Document | None, site: str, reason: str, *, meant: int | None) -> int:
    number = 1 if document is None else document.versions.count() + 1
    if document is not None:
        if meant == 1:
            raise Conflict("document_code_used")
        refuse_bad(reason=text_problem(reason, 1000))
        if document.site.code != site:
            raise NotAllowed("document_of_another_site")
        if document.versions.filter(state__in=[state.value for state in OPEN_STATES]).exists():
            raise Conflict("version_open")
    if meant not in (None, number):
        raise Conflict("version_used")
    return number


def _draft_changes(
    version: DocumentVersionView, document: models.Document | None, doing: Doing
) -> list[Change]:
    changes: list[Change] = []
    document_id = derive(doing.request_id, "document") if document is None else document.pk
    if document is None:
        values = {
            "kind": version.kind,
            "code": version.code,
            "title": version.title,
            "site_id": site_id(version.site),
        }
        changes.append(new("people.document", document_id, **values))
    elif document.title != version.title:
        changes.append(put("people.document", document_id, title=version.title))
    row = new(
        "people.documentversion",
        version.id,
        document_id=document_id,
        version=version.version,
        schema=version.schema,
        content=version.content,
        digest=version.digest,
        state=version.state.value,
        author_id=version.author_id,
        drafted_at=doing.now,
    )
    return [*changes, row]


def _judge(version: DocumentVersionView, action: DocumentAction, by: Person) -> None:
    refusals = judge(
        state=version.state,
        action=action,
        by=by.user_id,
        author=version.author_id or 0,
        reviewer=version.reviewer_id,
    )
    if DocumentRefusal.NOT_IN_THIS_STATE in refusals:
        raise Conflict("not_in_this_state", detail={"state": version.state.value, "action": action.value})
    if refusals:
        raise NotAllowed(refusals[0].value, detail={"refusals": [refusal.value for refusal in refusals]})


def _as_seen(version: DocumentVersionView, seen: str) -> None:
    """Nobody signs or overwrites what they have not seen."""
    if seen and version.digest != seen:
        raise Conflict("content_changed")


def edit_document(
    *,
    id: str,
    content: Mapping[str, Any],
    seen: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Replace the content of a draft; the ledger keeps what was there; signatures over it go invalid.

    `seen`: the digest of what the author began from; a Conflict where that is no longer what stands.
    """
    version = _read(id)
    known = _kind(version.kind)
    _check_content(known, content)
    author = require(actor=actor, right=known.writing, site=version.site, now=now)
    digest = record_digest(
        kind=version.kind, code=version.code, version=version.version, schema=version.schema, content=content
    )
    facts = {"version": id, "digest": digest}
    if not is_repeat(request_id=request_id, event=Event.DOCUMENT_EDITED, facts=facts):
        with writing():
            version = _lock(id)
            _judge(version, DocumentAction.EDIT, author)
            _as_seen(version, seen)
            changes = [put("people.documentversion", id, content=dict(content), digest=digest)]
            doing = Doing(actor, where, now, request_id)
            _record(Event.DOCUMENT_EDITED, version, doing, facts=facts, changes=changes)
    return _read(id)


def _step(
    action: DocumentAction,
    event: Event,
    version_id: str,
    doing: Doing,
    *,
    credential: Credential | None = None,
    reason: str = "",
    seen: str = "",
) -> DocumentVersionView:
    """One step of the table of transitions, with the signature that it asks for."""
    version = _read(version_id)
    by = require(
        actor=doing.actor, right=_kind(version.kind).right_to(action), site=version.site, now=doing.now
    )
    facts = {"version": version_id, "digest": version.digest}
    if is_repeat(request_id=doing.request_id, event=event, facts=facts):
        return version
    _judge(version, action, by)
    _as_seen(version, seen)
    confirmed = None
    if credential is not None:
        confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        locked = _lock(version_id)
        _judge(locked, action, by)
        if locked.digest != version.digest:
            raise Conflict("content_changed")
        meaning = TRANSITIONS[version.state, action].signs
        if meaning is not None and confirmed is not None:
            _sign(locked, meaning, by=by, confirmed=confirmed, doing=doing, reason=reason)
        elif meaning is not None:
            raise NotAllowed("signature_missing")
        changes = _changes(locked, action, by, doing)
        _record(event, locked, doing, facts=facts, changes=changes, reason=reason)
    return _read(version_id)


def _sign(
    version: DocumentVersionView,
    meaning: Meaning,
    *,
    by: Person,
    confirmed: Confirmed,
    doing: Doing,
    reason: str,
) -> None:
    sign(
        signer=by,
        meaning=meaning,
        record_kind=RECORD_KIND,
        record_id=version.id,
        record_digest=version.digest,
        credential=confirmed,
        stream=STREAM,
        subjects=[Subject("document", f"{version.kind}:{version.code}")],
        reason=reason,
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def _changes(version: DocumentVersionView, action: DocumentAction, by: Person, doing: Doing) -> list[Change]:
    table, to = "people.documentversion", TRANSITIONS[version.state, action].to
    if action is DocumentAction.REVIEW:
        return [put(table, version.id, state=to.value, reviewer_id=by.user_id)]
    if action is DocumentAction.APPROVE:
        return [put(table, version.id, state=to.value, approver_id=by.user_id)]
    if action is DocumentAction.REJECT:
        return [put(table, version.id, state=to.value, reviewer_id=None)]
    if action is DocumentAction.RETIRE:
        return [put(table, version.id, state=to.value, retired_at=doing.now)]
    if action is not DocumentAction.MAKE_EFFECTIVE:
        return [put(table, version.id, state=to.value)]
    # The one before goes out of effect in the same entry and at the same moment, and first.
    before = models.DocumentVersion.objects.filter(
        document__kind=version.kind, document__code=version.code, state=DocumentState.EFFECTIVE.value
    )
    retired = DocumentState.RETIRED.value
    return [
        *(put(table, row.pk, state=retired, retired_at=doing.now) for row in before),
        put(table, version.id, state=to.value, effective_from=doing.now),
    ]


def submit_document(
    *,
    id: str,
    credential: Credential,
    seen: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Sign as its author and hand a draft to review. `seen`: the digest of what was read before it was signed."""
    doing = Doing(actor, where, now, request_id)
    return _step(DocumentAction.SUBMIT, Event.DOCUMENT_SUBMITTED, id, doing, credential=credential, seen=seen)


def review_document(
    *,
    id: str,
    credential: Credential,
    seen: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Sign as reviewer; not the author. `seen` as in `submit_document`."""
    doing = Doing(actor, where, now, request_id)
    return _step(DocumentAction.REVIEW, Event.DOCUMENT_REVIEWED, id, doing, credential=credential, seen=seen)


def approve_document(
    *,
    id: str,
    credential: Credential,
    seen: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Sign as approver; neither the author nor the reviewer. `seen` as in `submit_document`."""
    doing = Doing(actor, where, now, request_id)
    return _step(DocumentAction.APPROVE, Event.DOCUMENT_APPROVED, id, doing, credential=credential, seen=seen)


def reject_document(
    *,
    id: str,
    credential: Credential,
    reason: str,
    seen: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Sign a rejection with its reason; the version is a draft again, to be edited by its author."""
    refuse_bad(reason=text_problem(reason, 1000))
    doing = Doing(actor, where, now, request_id)
    return _step(
        DocumentAction.REJECT,
        Event.DOCUMENT_REJECTED,
        id,
        doing,
        credential=credential,
        reason=reason,
        seen=seen,
    )


def make_effective(
    *, id: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DocumentVersionView:
    """Put an approved version in effect from now on; the one before is retired at the same moment."""
    doing = Doing(actor, where, now, request_id)
    return _step(DocumentAction.MAKE_EFFECTIVE, Event.DOCUMENT_MADE_EFFECTIVE, id, doing)


def retire_document(
    *, id: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DocumentVersionView:
    """Take a version out of effect; what began with it goes on with it."""
    refuse_bad(reason=text_problem(reason, 1000))
    doing = Doing(actor, where, now, request_id)
    return _step(DocumentAction.RETIRE, Event.DOCUMENT_RETIRED, id, doing, reason=reason)

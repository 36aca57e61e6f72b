"""A sheet handed to review: what stands on it becomes a version of its document, signed by its author."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from fmea.events import Event
from fmea.rules.comparing import lowered_severities
from fmea.rules.unready import unready
from fmea.rules.worksheet import KIND
from fmea.selectors.sheets import SheetView
from fmea.selectors.worksheets import AtWork, at_work, effective_worksheet
from fmea.services.recording import SHEET, known_sheet, topic_of_sheet, writing
from ledger.rules import Actor, Where, derive, put
from ledger.rules.errors import Conflict, Invalid
from people import selectors as people
from people.rules.credentials import Credential
from people.rules.documents import DocumentState, DocumentVersionView, Problem
from people.rules.rights import Right
from people.services import draft_document, edit_document, require, submit_document
from qc.services.recording import Doing, asking, invalid, record, repeated


def submit_sheet(
    *,
    code: str,
    revision: int,
    reason: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DocumentVersionView:
    """Sign what stands on a sheet as its author and hand it to review. `revision`: what was read before it was signed.

    The first version needs no reason. Raises NotFound, NotAllowed (role, credential, another author of a version that
    was sent back), Conflict (`content_changed`, `resting`, `written_elsewhere`), Invalid (`content_invalid` with all
    that is still to be done).
    """
    doing = asking(actor, where, now, request_id, code=code, revision=revision, reason=reason)
    require(actor=actor, right=Right.SUBMIT_SHEET, site=known_sheet(code).site, now=now)
    earlier = repeated(doing, Event.SHEET_SUBMITTED, worksheet=code)
    version = (
        _frozen(code, revision, reason, doing)
        if earlier is None
        else people.document_version(earlier.facts["version"])
    )
    if version is None:
        raise invalid({"worksheet": "version_unknown"})
    if version.state is not DocumentState.DRAFT:
        return version
    own = doing.as_keywords(derive(request_id, "submit"))
    return submit_document(id=version.id, credential=credential, seen=version.digest, **own)


def to_do(found: AtWork, at: datetime) -> tuple[Problem, ...]:
    """All that keeps a sheet from being handed to review, in the order of the document."""
    if found.worksheet is None:
        return found.faults
    before = effective_worksheet(found.sheet.code, at)
    lowered = () if before is None else lowered_severities(before[1], found.worksheet)
    return (*unready(found.worksheet), *lowered)


def _frozen(code: str, revision: int, reason: str, doing: Doing) -> DocumentVersionView:
    """The version that says what the sheet says, as a draft that nobody has signed yet."""
    with writing():
        found = known_sheet(code, is_locked=True)
        if found.revision != revision:
            raise Conflict("content_changed")
        state = people.open_states(KIND, [code]).get(code)
        if state not in (None, DocumentState.DRAFT):
            raise Conflict("resting")
        whole = at_work(found)
        if faults := to_do(whole, doing.now):
            raise Invalid("content_invalid", detail={"problems": [asdict(it) for it in faults]})
        version = _rewritten(whole, doing) if state is not None else _written(whole, reason, doing)
        changes = (put(SHEET, found.id, base=version.version),)
        facts = {"version": version.id, "revision": revision, "number": version.version}
        record(doing, topic_of_sheet(code), Event.SHEET_SUBMITTED, facts, changes=changes)
    return version


def _written(whole: AtWork, reason: str, doing: Doing) -> DocumentVersionView:
    found: SheetView = whole.sheet
    own: dict[str, Any] = doing.as_keywords(derive(doing.request_id, "draft"))
    return draft_document(
        kind=KIND,
        code=found.code,
        title=found.title[:200],
        content=whole.content,
        site=found.site,
        reason=reason,
        number=found.base + 1,
        **own,
    )


def _rewritten(whole: AtWork, doing: Doing) -> DocumentVersionView:
    """A version that was sent back to its author, with what the sheet says now."""
    code = whole.sheet.code
    version = max(people.versions_of(KIND, code), key=lambda it: it.version)
    if version.version != whole.sheet.base:
        raise Conflict("written_elsewhere")
    own = doing.as_keywords(derive(doing.request_id, "draft"))
    return edit_document(id=version.id, content=whole.content, **own)

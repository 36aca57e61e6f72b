"""The decision on the risk that is left in a row, signed by somebody who answers for quality."""

from datetime import datetime
from uuid import UUID

from coi.services.recording import answered_once
from fmea.events import Event
from fmea.rules.cells import Table
from fmea.rules.residual import decision_digest, risk_digest
from fmea.rules.worksheet import Decision
from fmea.rules.worksheet_reading import MOST_TEXT
from fmea.selectors.sheets import SheetView, items_of, resting
from fmea.services.recording import known_sheet, topic_of_row, writing
from ledger.rules import Actor, Where, derive, new
from ledger.rules.errors import Conflict, NotFound
from people.rules.credentials import Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning
from people.services import confirm_or_refuse, require, sign
from qc.services.recording import asking, invalid, record, repeated

TABLE, RECORD_KIND = "fmea.residualdecision", "fmea_residual"
# Accepting a risk is answering for it; one that is not accepted is rejected.
_MEANING = {
    Decision.ACCEPTED: Meaning.RESPONSIBILITY,
    Decision.ACCEPTED_UNTIL_ACTION: Meaning.RESPONSIBILITY,
    Decision.NOT_ACCEPTED: Meaning.REJECTION,
}


@answered_once
def decide_residual(
    *,
    code: str,
    row: str,
    decision: Decision,
    why: str,
    seen: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Sign what becomes of the risk that is left in a row. `seen`: the digest of the row that was read.

    A row that changes in what can go wrong, its controls or its ratings is to be decided on again. Answers with the
    decision's id. Raises NotFound, NotAllowed (role, credential), Conflict (`content_changed`, `resting`), Invalid
    (`required`, `too_long`).
    """
    asked = {"code": code, "row": row, "decision": decision, "why": why, "seen": seen}
    doing = asking(actor, where, now, request_id, **asked)
    signer = require(actor=actor, right=Right.DECIDE_RESIDUAL, site=known_sheet(code).site, now=now)
    id = derive(request_id, "residual")
    if repeated(doing, Event.RESIDUAL_DECIDED, worksheet=code, row=row):
        return id
    if not why.strip() or len(why) > MOST_TEXT:
        raise invalid({"why": "too_long" if why.strip() else "required"})
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        found = known_sheet(code, is_locked=True)
        digest = _digest(found, row)
        if digest != seen:
            raise Conflict("content_changed")
        said = {"decision": str(decision), "why": why.strip()}
        signature = sign(
            signer=signer,
            meaning=_MEANING[decision],
            record_kind=RECORD_KIND,
            record_id=str(id),
            record_digest=decision_digest(digest, **said),
            credential=confirmed,
            stream=topic_of_row(code, row).stream,
            subjects=topic_of_row(code, row).subjects,
            **doing.as_keywords(derive(request_id, "sign")),
        )
        who = {"sheet_id": found.id, "row": row, "by_id": signer.user_id, "by_name": actor.name}
        values = {"digest": digest, "signature": signature.id, "decided_at": now}
        facts = {"residual": id, "decision": str(decision), "signature": signature.id}
        changes = (new(TABLE, id, **{**values, **said, **who}),)
        record(doing, topic_of_row(code, row), Event.RESIDUAL_DECIDED, facts, changes=changes)
    return id


def _digest(found: SheetView, row: str) -> str:
    """What is signed over. Raises NotFound, Conflict (`resting`)."""
    if resting([found.code]):
        raise Conflict("resting")
    item = items_of(found, [(Table.ROWS, row)]).get((Table.ROWS, row))
    if item is None or item.gone is not None:
        raise NotFound("row_unknown")
    return risk_digest(found.code, item.values)

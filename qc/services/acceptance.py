"""Starting material: quality decides with a signature, by what the results come to; the journey learns of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coi.rules.acceptance import DECIDED_BY
from coi.selectors.collections import lock_order
from coi.services import record_acceptance
from coi.services.recording import answered_once
from ledger.rules import Actor, Where, derive
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import NotFound
from ledger.selectors import EntryView
from ledger.services import store_evidence
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import SignatureView
from people.services import confirm_or_refuse, require, sign
from qc import selectors
from qc.events import Event
from qc.rules.acceptance import AcceptanceRefusal, Deciding, against_decision
from qc.rules.investigations import Who
from qc.rules.material_record import changes_of
from qc.rules.record import digest_of, record_bytes
from qc.selectors import MaterialView
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated, writing

MOST = 200


@dataclass(frozen=True)
class MaterialAttempt:
    """How an attempt at a decision ended: done, or refused for these reasons."""

    is_done: bool
    refusals: tuple[AcceptanceRefusal, ...] = ()


@answered_once
def decide_material(
    *,
    din: str,
    deciding: Deciding,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> MaterialAttempt:
    """Accept a collection as starting material, accept it with changes of the plan, or refuse it, with a signature.

    The signature is over the results, what they come to and the decision; these bytes are kept. Raises NotFound (no
    such collection, or nothing judges it), NotAllowed (role, credential), Invalid (no decision, a text too long).
    """
    found, doing = _known(din, now), asking(actor, where, now, request_id, din=din, deciding=deciding)
    signer = require(actor=actor, right=Right.DECIDE_MATERIAL, site=found.collection.site, now=now)
    done = (Event.MATERIAL_DECIDED, Event.ACCEPTANCE_REFUSED)
    if earlier := repeated(doing, *done, collection=din, to=str(deciding.decision)):
        return _as_before(earlier)
    _judge_fields(deciding)
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    with writing():
        lock_order(found.collection.order_id)
        locked = _known(din, now)
        who = Who(signer.user_id, signer.roles(locked.collection.site, now))
        refusals = against_decision(locked.material, deciding, who)
        if refusals:
            facts = {**_facts(deciding), "refusals": [str(code) for code in refusals]}
            record(doing, _topic(locked), Event.ACCEPTANCE_REFUSED, facts)
            return MaterialAttempt(False, refusals)
        _decide(locked, deciding, (signer, confirmed), doing)
    return MaterialAttempt(True)


def _decide(view: MaterialView, deciding: Deciding, by: tuple[Person, Confirmed], doing: Doing) -> None:
    content = view.record(deciding)
    digest = digest_of(content)
    signature = _sign(view, deciding, by, digest, doing)
    store_evidence(
        data=record_bytes(content),
        media_type="application/json",
        name=f"starting material {view.collection.din}.json",
        stream=_topic(view).stream,
        subjects=_topic(view).subjects,
        **doing.as_keywords(selectors.keeping_material(signature.id)),
    )
    record_acceptance(
        collection=view.collection.din,
        decision=deciding.decision,
        changes=changes_of(deciding, view.proposal),
        signatures=(signature,),
        reason=deciding.reason,
        **doing.as_keywords(derive(doing.request_id, "acceptance")),
    )
    facts = {**_facts(deciding), "digest": digest, "signature": signature.id}
    record(doing, _topic(view), Event.MATERIAL_DECIDED, facts, reason=deciding.reason)


def _sign(
    view: MaterialView, deciding: Deciding, by: tuple[Person, Confirmed], digest: str, doing: Doing
) -> SignatureView:
    (signer, confirmed), topic = by, _topic(view)
    return sign(
        signer=signer,
        meaning=DECIDED_BY[deciding.decision],
        record_kind=selectors.MATERIAL_RECORD,
        record_id=view.collection.din,
        record_digest=digest,
        credential=confirmed,
        stream=topic.stream,
        subjects=[subject for subject in topic.subjects if subject.kind != selectors.MATERIAL_RECORD],
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def _judge_fields(deciding: Deciding) -> None:
    texts = {"physician": deciding.physician, "reason": deciding.reason}
    wrong = {name: "too_long" for name, text in texts.items() if len(text) > MOST}
    wrong |= {} if deciding.decision in DECIDED_BY else {"decision": "not_choice"}
    if wrong:
        raise invalid(wrong)


def _known(din: str, at: datetime) -> MaterialView:
    found = selectors.material_view(din, at)
    if found is None:
        raise NotFound("material_not_judged")
    return found


def _facts(deciding: Deciding) -> dict[str, str | Sequence[str]]:
    return {
        "to": str(deciding.decision),
        "effects": [str(effect) for effect in deciding.effects],
        "physician": deciding.physician,
    }


def _topic(view: MaterialView) -> Topic:
    facts = view.collection
    subjects = (LedgerSubject("order", facts.coi_id), LedgerSubject("collection", facts.din))
    return Topic(f"journey:{facts.coi_id}", {"collection": facts.din}, subjects)


def _as_before(entry: EntryView) -> MaterialAttempt:
    """The answer that this very request got."""
    if entry.event == Event.MATERIAL_DECIDED:
        return MaterialAttempt(True)
    return MaterialAttempt(False, tuple(AcceptanceRefusal(code) for code in entry.facts["refusals"]))

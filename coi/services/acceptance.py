"""Starting material: quality's signed judgement of a collection, asked for by `qc` and recorded where the cells are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import Collection, Container, ContainerParent, Order
from coi.rules.acceptance import DECIDED_BY, Acceptance, PlanChange, changes_fault
from coi.rules.genealogy import descendants
from coi.services.recording import answered_once, repeated, require_at, writing
from ledger.rules import Actor, Subject, Where, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services.recording import Doing, record

RECORD_KIND = "collection"  # what the signatures are over; its id is the DIN


@answered_once
def record_acceptance(
    *,
    collection: str,
    decision: Acceptance,
    changes: Sequence[PlanChange] = (),
    signatures: Sequence[SignatureView],
    reason: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Record whether a collection (by its DIN) may be used as starting material, and what the plan becomes.

    The actor is of quality at the manufacturer and signed it: `approval` of what is accepted, `rejection` of what is
    refused, over a record of the kind `collection`; reviews of the same record may come with it. It may be judged
    again, signed again, until its cells are in a batch. Raises NotFound, NotAllowed (role of the actor or of a signer),
    Invalid (changes, signatures), Conflict (in use).
    """
    facts = {"din": collection, "to": str(decision), "changes": [str(change) for change in changes]}
    row = None if "\x00" in collection else _row(collection)
    if row is None:
        raise NotFound("collection_unknown")
    require_at([row.order.manufacturing_site_id], Right.RECORD_ACCEPTANCE, actor=actor, now=now)
    if repeated(request_id, Event.MATERIAL_JUDGED, **facts):
        return
    _judge_fields(decision, changes)
    _judge_signatures(row, DECIDED_BY[decision], signatures, actor)
    with writing():
        order = Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        was = Acceptance(Collection.objects.get(id=row.id).acceptance)
        if was is not Acceptance.PENDING and _is_in_use(row):
            raise Conflict("material_in_use")
        record(
            Doing(actor, where, now, request_id),
            event=Event.MATERIAL_JUDGED,
            stream=f"journey:{order.coi_id}",
            facts={**facts, "from": str(was), "signatures": [signature.id for signature in signatures]},
            changes=[
                put(
                    "coi.collection",
                    row.id,
                    acceptance=str(decision),
                    plan_changes=facts["changes"],
                    judged_at=now,
                )
            ],
            subjects=[Subject("order", order.coi_id), Subject("din", collection)],
            reason=reason,
        )


def _judge_fields(decision: Acceptance, changes: Sequence[PlanChange]) -> None:
    wrong = {} if decision in DECIDED_BY else {"decision": "not_choice"}
    if fault := changes_fault(decision, changes):
        wrong["changes"] = fault
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})


def _row(din: str) -> Collection | None:
    return Collection.objects.select_related("order").filter(din=din).first()


def _is_in_use(row: Collection) -> bool:
    """Whether any container with cells of the collection belongs to a batch."""
    own = Container.objects.filter(collection=row).values_list("id", flat=True)
    pairs = ContainerParent.objects.filter(order=row.order_id).values_list("child_id", "parent_id")
    reached = descendants(map(str, own), [(str(child), str(parent)) for child, parent in pairs])
    return Container.objects.filter(id__in=reached, batch__isnull=False).exists()


def _judge_signatures(
    row: Collection, final: Meaning, signatures: Sequence[SignatureView], actor: Actor
) -> None:
    """One decision by the actor, reviews by others, all on file and over one record of this collection."""
    meanings = [signature.meaning for signature in signatures]
    signers = [signature.signer_id for signature in signatures]
    if (
        meanings.count(final) != 1
        or set(meanings) - {final, Meaning.REVIEW}
        or len(set(signers)) < len(signers)
    ):
        raise Invalid("signatures_incomplete", detail={"needs": [str(final)]})
    on_file = {signature.id: signature for signature in people.signatures(RECORD_KIND, row.din)}
    if any(on_file.get(signature.id) != signature for signature in signatures):
        raise Invalid("signatures_not_of_this_record")
    if len({signature.record_digest for signature in signatures}) != 1:
        raise Invalid("signatures_over_different_records")
    for signature in signatures:
        if signature.meaning is final and signature.signer_id != actor.user_id:
            raise NotAllowed("signature_of_another")
        _require_signer(row.order.manufacturing_site_id, signature, final)


def _require_signer(site: str, signature: SignatureView, final: Meaning) -> None:
    """Whoever signed held a role for it when they signed."""
    right = Right.RECORD_ACCEPTANCE if signature.meaning is final else Right.RECORD_ACCEPTANCE_REVIEW
    at = signature.signed_at
    signer = people.person(signature.signer_id, at)
    if signer is None or not signer.may(right, site, at):
        raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "site": site})

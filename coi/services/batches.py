"""A batch's disposition: asked for by `qc`, recorded here, where the containers live."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import Batch, Order, StepRecord
from coi.rules.dispositions import MOVES, NEEDS_SIGNATURES
from coi.rules.journey import Disposition
from coi.services.recording import repeated, writing
from ledger.rules import Actor, Subject, Where, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import append
from people.rules.signatures import Meaning, SignatureView


def record_disposition(
    *,
    batch: str,
    disposition: Disposition,
    signatures: Sequence[SignatureView] = (),
    reason: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Move a batch (by its code) along its states; a final one needs two people's signatures, no producer among them.

    Raises NotFound, Conflict (no such move from here), Invalid (signatures), NotAllowed (signed by a producer).
    """
    if repeated(request_id, Event.DISPOSITION_RECORDED, batch=batch, to=disposition):
        return
    row = Batch.objects.filter(code=batch).first()
    if row is None:
        raise NotFound("batch_unknown")
    with writing():
        order = Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        row = Batch.objects.get(id=row.id)
        was = Disposition(row.disposition)
        if disposition not in MOVES[was]:
            raise Conflict("disposition_not_from_here", detail={"from": was, "to": disposition})
        if disposition in NEEDS_SIGNATURES:
            _judge_signatures(row, disposition, signatures)
        append(
            event=Event.DISPOSITION_RECORDED,
            stream=f"journey:{order.coi_id}",
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={
                "batch": batch,
                "from": str(was),
                "to": str(disposition),
                "signatures": [signature.id for signature in signatures],
            },
            changes=[put("coi.batch", row.id, disposition=str(disposition))],
            subjects=[Subject("order", order.coi_id), Subject("batch", batch)],
            reason=reason,
        )


def producers_of(batch_id: UUID) -> frozenset[int]:
    """Everybody who performed or witnessed a step of the batch: none of them may release it."""
    rows = StepRecord.objects.filter(batch=batch_id).values_list("performer_id", "witness_id")
    return frozenset(user for row in rows for user in row if user is not None)


def _judge_signatures(row: Batch, disposition: Disposition, signatures: Sequence[SignatureView]) -> None:
    final = Meaning.RELEASE if disposition is Disposition.RELEASED else Meaning.REJECTION
    meanings = {signature.meaning for signature in signatures}
    signers = {signature.signer_id for signature in signatures}
    about = {(signature.record_kind, signature.record_id) for signature in signatures}
    if (
        meanings != {Meaning.REVIEW, final}
        or len(signers) < len(signatures)
        or about != {("batch", row.code)}
    ):
        raise Invalid("signatures_incomplete", detail={"needs": ["review", str(final)]})
    if signers & producers_of(row.id):
        raise NotAllowed("producer_may_not_release")

"""A batch's disposition: asked for by `qc`, recorded here, where the containers live.

The asking room judges results and records. That nobody moves a batch without the role, and nobody decides on it without
two signatures that were really made, is judged here again: it must hold whoever asks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.events import Event
from coi.models import Batch, Container, Hold, Order, StepRecord
from coi.rules.dispositions import DECIDED_BY, MOVES, MOVING, SIGNING
from coi.rules.journey import ContainerStatus, Disposition
from coi.rules.protocol import Guard
from coi.rules.vault import VaultKind
from coi.selectors.protocols import pinned_protocol
from coi.services import vault
from coi.services.deviations import hold_row, need_reason
from coi.services.recording import answered_once, repeated, require_at, writing
from ledger.rules import Actor, Subject, Where, derive, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import append
from people import selectors as people
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services.recording import Doing, record


@answered_once
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

    Raises NotFound, NotAllowed (role of the actor or of a signer, signed by a producer), Conflict (no such move from
    here), Invalid (signatures).
    """
    if repeated(request_id, Event.DISPOSITION_RECORDED, batch=batch, to=disposition):
        return
    row = Batch.objects.filter(code=batch).first()
    if row is None:
        raise NotFound("batch_unknown")
    if (right := MOVING.get(disposition)) is None:
        raise NotAllowed("role_missing", detail={"roles": [], "sites": [row.site_id]})
    require_at([row.site_id], right, actor=actor, now=now)
    with writing():
        order = Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        row = Batch.objects.get(id=row.id)
        was = Disposition(row.disposition)
        if disposition not in MOVES[was]:
            raise Conflict("disposition_not_from_here", detail={"from": was, "to": disposition})
        if final := DECIDED_BY.get(disposition):
            _judge_signatures(row, final, signatures, actor)
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


_OVER = (ContainerStatus.CLOSED, ContainerStatus.CONSUMED, ContainerStatus.INFUSED)


@answered_once
def hold_batch(
    *,
    batch: str,
    reason_code: str,
    text: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> tuple[str, ...]:
    """Hold what is still in play of the product of a batch (by its code): a release is never taken back.

    Answers with the codes of the containers that it held: none where all are infused, closed out, or held for this very
    reason. Raises NotFound, NotAllowed (role at the batch's site), Invalid (no reason).
    """
    row = Batch.objects.filter(code=batch).first()
    if row is None:
        raise NotFound("batch_unknown")
    need_reason(reason_code, text)
    require_at([row.site_id], Right.HOLD_BATCH, actor=actor, now=now)
    if earlier := repeated(request_id, Event.HOLD_PLACED, batch=batch, reason=reason_code):
        return tuple(earlier.facts["container"].split(", "))
    with writing():
        order = Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        found = _to_hold(row, order, reason_code)
        if not found:
            return ()
        text_id = derive(request_id, "text")
        digest = vault.keep(kind=VaultKind.TEXT, id=text_id, plain=text.encode())
        about: dict[str, Any] = {"reason": reason_code, "at": now, "by": actor.name, "reason_text": text_id}
        record(
            Doing(actor, where, now, request_id),
            event=Event.HOLD_PLACED,
            stream=f"journey:{order.coi_id}",
            facts={
                "container": ", ".join(c.code for c in found),
                "batch": batch,
                "reason": reason_code,
                "text_sha256": digest,
            },
            changes=[hold_row(derive(request_id, c.code), str(order.id), str(c.id), **about) for c in found],
            subjects=[
                Subject("order", order.coi_id),
                Subject("batch", batch),
                *(Subject("container", str(c.id)) for c in found),
            ],
        )
    return tuple(c.code for c in found)


def _to_hold(row: Batch, order: Order, reason: str) -> list[Container]:
    """The product in play: what some step of the order's protocol wants released; every kind where none does."""
    protocol = pinned_protocol(str(order.protocol_id))[0]
    steps = protocol.steps if protocol is not None else ()
    kinds = {kind for step in steps if Guard.RELEASED in step.guards for kind in step.kinds}
    held = Hold.objects.filter(order=order, reason_code=reason, released_at__isnull=True).values(
        "container_id"
    )
    rows = Container.objects.filter(batch=row).exclude(status__in=_OVER).exclude(id__in=held).order_by("code")
    return list(rows.filter(kind__in=kinds) if kinds else rows)


def producers_of(batch_id: UUID) -> frozenset[int]:
    """Everybody who performed or witnessed a step of the batch: none of them may release it."""
    rows = StepRecord.objects.filter(batch=batch_id).values_list("performer_id", "witness_id")
    return frozenset(user for row in rows for user in row if user is not None)


def _judge_signatures(row: Batch, final: Meaning, signatures: Sequence[SignatureView], actor: Actor) -> None:
    """A review and a decision over the same record of this batch, by two people who might; both on file."""
    signer_of = {signature.meaning: signature.signer_id for signature in signatures}
    if set(signer_of) != {Meaning.REVIEW, final} or len(set(signer_of.values())) < len(signatures):
        raise Invalid("signatures_incomplete", detail={"needs": ["review", str(final)]})
    on_file = {signature.id: signature for signature in people.signatures("batch", row.code)}
    if any(on_file.get(signature.id) != signature for signature in signatures):
        raise Invalid("signatures_not_of_this_batch")
    if len({signature.record_digest for signature in signatures}) != 1:
        raise Invalid("signatures_over_different_records")
    if signer_of[final] != actor.user_id:
        raise NotAllowed("signature_of_another")
    if producers_of(row.id) & set(signer_of.values()):
        raise NotAllowed("producer_may_not_release")
    for signature in signatures:
        _require_signer(row, signature)


def _require_signer(row: Batch, signature: SignatureView) -> None:
    """Whoever signed held the role for it when they signed."""
    right, at = SIGNING[signature.meaning], signature.signed_at
    signer = people.person(signature.signer_id, at)
    if signer is None or not signer.may(right, row.site_id, at):
        raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "site": row.site_id})

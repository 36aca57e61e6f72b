"""Ask a log witness to sign a checkpoint (C2SP `tlog-witness`), and keep what it signed."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from ledger import selectors
from ledger.models import Cosignature
from ledger.rules import cosignatures
from ledger.rules.cosignatures import WitnessKey
from ledger.rules.destinations import Destination
from ledger.rules.errors import NotFound
from ledger.rules.notes import BadNote
from ledger.selectors import CheckpointView
from ledger.services import checkpoints, proofs
from ledger.services.posting import Answer, NotDelivered, post

ROUNDS = 3  # the size is asked for, a new key is told, and then it must be right


class Refused(Exception):
    """The witness has seen another history than the database tells now. People must look."""


def obtain(destination: Destination, *, known: int, newest: CheckpointView) -> None:
    """Let a log witness sign the newest checkpoint, and keep its signature.

    `known` is the size that it signed last, as far as we remember. Raises NotDelivered when it does not answer as it
    should, and Refused when what it saw before does not fit.
    """
    witness = destination.witness
    if witness is None:
        raise ValueError(f"{destination.name} is no log witness")
    for _ in range(ROUNDS):
        body = cosignatures.request(known, proof_from(known, newest.size), newest.note)
        answer = post(f"{destination.address}/add-checkpoint", body)
        if answer.status == 200:
            keep(witness, newest, answer.text)
            return
        if answer.status == 409:
            known = _known_to(answer, newest.size)
        elif answer.status == 403:
            _tell_keys(destination)
        else:
            raise _fault(answer)
    raise NotDelivered("the log witness asks the same again and again")


def _fault(answer: Answer) -> Exception:
    if answer.status == 422:
        return Refused("it says that this checkpoint does not go on from the last one that it signed")
    return NotDelivered(f"the log witness answered with status {answer.status}")


def _known_to(answer: Answer, newest: int) -> int:
    """The size that the witness signed last, if this ledger ever had a checkpoint of that size."""
    try:
        size = cosignatures.read_size(answer.text)
    except BadNote as error:
        raise NotDelivered(str(error)) from error
    if size > newest:
        raise Refused(f"it has seen {size} entries and the database holds {newest}: sealed entries are gone")
    if size == newest:
        raise Refused(f"it has seen another root over {size} entries: sealed entries were rewritten")
    if size and selectors.checkpoint_of(size) is None:
        raise Refused(f"it signed a checkpoint of {size} entries, and the database has none of this size")
    return size


def _tell_keys(destination: Destination) -> None:
    """Show the witness by which statements another key took over; it decides whether to believe them."""
    statements = selectors.key_statements()
    if not statements:
        raise NotDelivered("the log witness does not know the key that signs: give it our verifier key")
    for statement in statements:
        answer = post(f"{destination.address}/rotate-key", statement)
        if answer.status != 200:
            raise NotDelivered(
                "the log witness does not accept the new signing key by itself: its owner must"
                f" (witness.py accept-key; status {answer.status})"
            )


def request_for(known: int) -> str:
    """The request to sign the newest checkpoint, for a witness that signed one of `known` entries. Raises Refused."""
    newest = selectors.latest_checkpoint()
    if newest is None:
        raise NotFound("checkpoint_unknown", "nothing is sealed yet")
    return cosignatures.request(known, proof_from(known, newest.size), newest.note)


def proof_from(old: int, new: int) -> list[bytes]:
    """The proof that the checkpoint of `new` entries goes on from that of `old`; from nothing everything does."""
    if old == 0:
        return []
    if selectors.checkpoint_of(old) is None:
        raise Refused(f"the database has no checkpoint of {old} entries")
    return proofs.continued(old, new)


def keep_cosignatures(*, size: int, answer: str) -> int:
    """Keep the signatures of configured log witnesses in an answer that came by hand; return how many.

    Raises NotFound when there is no such checkpoint, and NotDelivered when a signature does not hold.
    """
    checkpoint = selectors.checkpoint_of(size)
    if checkpoint is None:
        raise NotFound("checkpoint_unknown", f"there is no checkpoint of {size} entries")
    witnesses = [destination.witness for destination in settings.LEDGER_WITNESSES]
    signers = [witness for witness in witnesses if witness and cosignatures.own_line(answer, witness)]
    for witness in signers:
        keep(witness, checkpoint, answer)
    return len(signers)


def keep(witness: WitnessKey, checkpoint: CheckpointView, answer: str) -> None:
    """Keep the witness's signature over a checkpoint, once it holds. Raises NotDelivered when it does not."""
    line = cosignatures.own_line(answer, witness)
    if line is None:
        raise NotDelivered("the answer holds no signature of the configured key")
    try:
        at = cosignatures.cosigned_at(checkpoint.note, line, witness)
    except BadNote as error:
        raise NotDelivered(str(error)) from error
    with transaction.atomic():
        row = Cosignature(checkpoint_id=checkpoint.size, witness=witness.text, line=line, cosigned_at=at)
        Cosignature.objects.bulk_create([row], ignore_conflicts=True)
    kept = Cosignature.objects.get(checkpoint=checkpoint.size, witness=witness.text)
    checkpoints.export_cosigned(checkpoint.size, witness.id, checkpoint.note + kept.line)

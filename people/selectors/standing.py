"""Whether a signature still stands: over the record that it was made over, and over what the record says now."""

from ledger import selectors as ledger
from ledger.rules.canonical import plain
from people import registry
from people.events import Event
from people.rules.signatures import SignatureState, SignatureView

_TABLE = "people.signature"


def standing(signature: SignatureView) -> SignatureState:
    """INVALID when the signature was moved to another record, or altered, or its record changed since.

    The entry that made it says what was signed, by whom, as what and when; a record whose room can say its digest is
    held against it too. Two statements and those of the room. Whoever verifies the ledger hears of a moved or
    altered one from the check of its projections.
    """
    if not _is_as_made(signature):
        return SignatureState.INVALID
    current = registry.current_digest(signature.record_kind, signature.record_id)
    is_same = current is None or current == signature.record_digest
    return SignatureState.VALID if is_same else SignatureState.INVALID


def _is_as_made(signature: SignatureView) -> bool:
    made = [
        change.values
        for entry in ledger.entries_for_subject(signature.record_kind, signature.record_id)
        if entry.event == Event.SIGNATURE_MADE
        for change in entry.changes
        if change.table == _TABLE and str(change.id) == signature.id
    ]
    shown = plain(
        {
            "signer_id": signature.signer_id,
            "printed_name": signature.printed_name,
            "meaning": signature.meaning.value,
            "signed_at": signature.signed_at,
            "zone": signature.zone,
            "auth": signature.auth,
            "record_kind": signature.record_kind,
            "record_id": signature.record_id,
            "record_digest": signature.record_digest,
        }
    )
    return any({name: plain(values.get(name)) for name in shown} == shown for values in made)

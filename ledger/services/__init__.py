"""Every write to the ledger, and its verification."""

from ledger.projections import LostRow
from ledger.services.append import BodyTooLarge, ClockRefused, append
from ledger.services.checkpoints import verifier_key
from ledger.services.effects import enqueue, enqueue_each, run_effect, sweep_effects
from ledger.services.evidence import store_evidence
from ledger.services.halts import BrokenLedger, note_halt, resolve_halt
from ledger.services.installation import NotEmpty, mark_demonstration
from ledger.services.posting import NotDelivered
from ledger.services.publishing import publish_checkpoints
from ledger.services.rotation import replace_lost_key, rotate_signing_key
from ledger.services.sealing import SigningKeyReplaced, seal
from ledger.services.verification import Report, verify
from ledger.services.witnessing import Refused, keep_cosignatures, request_for

__all__ = [
    "BodyTooLarge",
    "BrokenLedger",
    "ClockRefused",
    "LostRow",
    "NotDelivered",
    "NotEmpty",
    "Refused",
    "Report",
    "SigningKeyReplaced",
    "append",
    "enqueue",
    "enqueue_each",
    "keep_cosignatures",
    "mark_demonstration",
    "note_halt",
    "publish_checkpoints",
    "replace_lost_key",
    "request_for",
    "resolve_halt",
    "rotate_signing_key",
    "run_effect",
    "seal",
    "store_evidence",
    "sweep_effects",
    "verifier_key",
    "verify",
]

"""Every write to the ledger, and its verification."""

from ledger.projections import LostRow
from ledger.services.append import BodyTooLarge, ClockRefused, append
from ledger.services.effects import enqueue, enqueue_each, run_effect, sweep_effects
from ledger.services.evidence import store_evidence
from ledger.services.halts import BrokenLedger, resolve_halt
from ledger.services.installation import NotEmpty, mark_demonstration
from ledger.services.sealing import seal
from ledger.services.verification import Report, verify

__all__ = [
    "BodyTooLarge",
    "BrokenLedger",
    "ClockRefused",
    "LostRow",
    "NotEmpty",
    "Report",
    "append",
    "enqueue",
    "enqueue_each",
    "mark_demonstration",
    "resolve_halt",
    "run_effect",
    "seal",
    "store_evidence",
    "sweep_effects",
    "verify",
]

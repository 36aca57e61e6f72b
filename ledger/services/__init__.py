"""Every write to the ledger."""

from ledger.projections import LostRow
from ledger.services.append import BodyTooLarge, ClockRefused, append
from ledger.services.effects import enqueue, run_effect, sweep_effects
from ledger.services.installation import NotEmpty, mark_demonstration

__all__ = [
    "BodyTooLarge",
    "ClockRefused",
    "LostRow",
    "NotEmpty",
    "append",
    "enqueue",
    "mark_demonstration",
    "run_effect",
    "sweep_effects",
]

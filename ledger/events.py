"""Names of the ledger's own events. Past tense, never renamed or reused."""

from enum import StrEnum


class Event(StrEnum):
    """What the ledger records about itself, in the stream "ledger"."""

    INSTALLATION_MARKED = "ledger:installation:marked"
    INSTALLATION_CONFIGURED = "ledger:installation:configured"
    EVIDENCE_STORED = "ledger:evidence:stored"
    HALT_FOUND = "ledger:halt:found"
    HALT_RESOLVED = "ledger:halt:resolved"
    SIGNING_KEY_ROTATED = "ledger:signing_key:rotated"
    CHECKPOINT_REFUSED = "ledger:checkpoint:refused"

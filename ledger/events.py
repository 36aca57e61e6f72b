"""Names of the ledger's own events. Past tense, never renamed or reused."""

from enum import StrEnum


class Event(StrEnum):
    """What the ledger records about itself, in the stream "ledger"."""

    INSTALLATION_MARKED = "ledger:installation:marked"
    EVIDENCE_STORED = "ledger:evidence:stored"
    HALT_RESOLVED = "ledger:halt:resolved"

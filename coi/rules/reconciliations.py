"""Changing who the patient behind a COI id is: what may be asked for, and by whom it is decided."""

from enum import StrEnum


class ReconciliationKind(StrEnum):
    """What is asked for.

    A correction: what stands was never right, and a number that was wrong no longer finds the patient. A change: it
    was right then (a marriage, a new hospital number), and the old number goes on finding the patient. A merge: two
    patients of the records are one person.
    """

    CORRECTION = "correction"
    CHANGE = "change"
    MERGE = "merge"


class ReconciliationState(StrEnum):
    """Open until somebody else than the one who asked has signed for it or against it."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class Source(StrEnum):
    """From where the request came."""

    PERSON = "person"

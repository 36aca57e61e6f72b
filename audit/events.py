"""What happens in the auditor's room."""

from enum import StrEnum


class Event(StrEnum):
    """Names of entries; never renamed or used again."""

    REQUESTED = "audit:request:asked"
    MADE = "audit:request:made"
    NOT_MADE = "audit:request:not_made"

    BUNDLE_ASKED = "audit:bundle:asked"
    BUNDLE_MADE = "audit:bundle:made"  # its manifest is recorded, so that what it holds is under a checkpoint
    BUNDLE_KEPT = "audit:bundle:kept"
    BUNDLE_NOT_MADE = "audit:bundle:not_made"

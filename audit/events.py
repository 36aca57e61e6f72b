"""What happens in the auditor's room."""

from enum import StrEnum


class Event(StrEnum):
    """Names of entries; never renamed or used again."""

    REQUESTED = "audit:request:asked"
    MADE = "audit:request:made"
    NOT_MADE = "audit:request:not_made"

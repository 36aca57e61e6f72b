"""Names of what happens in `fmea`: past tense, never renamed, never reused."""

from enum import StrEnum


class Event(StrEnum):
    """Events of this room."""

    SHEET_OPENED = "fmea:sheet:opened"
    SHEET_EDITED = "fmea:sheet:edited"
    SHEET_IMPORTED = "fmea:sheet:imported"
    SHEET_SUBMITTED = "fmea:sheet:submitted"
    SHEET_REFUSED = "fmea:sheet:refused"
    ROUND_BEGUN = "fmea:round:begun"
    SCORE_HANDED_IN = "fmea:score:handed_in"
    ROUND_OPENED = "fmea:round:opened"
    ROUND_AGREED = "fmea:round:agreed"
    ROUND_ANSWERED = "fmea:round:answered"
    ROUND_SETTLED = "fmea:round:settled"
    ROUND_ABANDONED = "fmea:round:abandoned"
    ROUND_REFUSED = "fmea:round:refused"
    ACTION_PLANNED = "fmea:action:planned"
    ACTION_CHANGED = "fmea:action:changed"
    ACTION_MOVED = "fmea:action:moved"
    ACTION_CHASED = "fmea:action:chased"
    ACTION_REFUSED = "fmea:action:refused"
    RESIDUAL_DECIDED = "fmea:residual:decided"
    PRINTOUT_ASKED = "fmea:printout:asked"
    PRINTOUT_DRAWN = "fmea:printout:drawn"
    PRINTOUT_NOT_DRAWN = "fmea:printout:not_drawn"

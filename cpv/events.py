"""Names of what happens in `cpv`: past tense, never renamed, never reused."""

from enum import StrEnum


class Event(StrEnum):
    """Events of this room."""

    OBSERVED = "cpv:batch:observed"
    WEEK_OBSERVED = "cpv:week:observed"
    DATA_HANDED_IN = "cpv:data:handed_in"
    SIGNAL_RAISED = "cpv:signal:raised"
    SIGNAL_WITHDRAWN = "cpv:signal:withdrawn"
    SIGNAL_VANISHED = "cpv:signal:vanished"
    SIGNAL_REAPPEARED = "cpv:signal:reappeared"
    SIGNAL_ACKNOWLEDGED = "cpv:signal:acknowledged"
    SIGNAL_CLOSED = "cpv:signal:closed"
    SIGNAL_REFUSED = "cpv:signal:refused"
    POINT_EXCLUDED = "cpv:point:excluded"
    POINT_INCLUDED = "cpv:point:included"
    REPORT_ASKED = "cpv:report:asked"
    REPORT_DRAWN = "cpv:report:drawn"
    REPORT_NOT_DRAWN = "cpv:report:not_drawn"
    COMPARISON_OPENED = "cpv:comparison:opened"
    COMPARISON_REFUSED = "cpv:comparison:refused"

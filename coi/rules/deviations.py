"""When a refusal opens a deviation, of which class, and which containers it names."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from coi.rules.outcome import STOPS, Refusal, RefusalCode, RefusalKind


class DeviationClass(StrEnum):
    """A critical one blocks the containers that it names."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class DeviationState(StrEnum):
    """Open until signed."""

    OPEN = "open"
    CLOSED = "closed"


class Trigger(StrEnum):
    """What opens a deviation without a scan; a scan does by its refusal."""

    LABEL_LOST = "label_lost"


class Cause(StrEnum):
    """Why it happened, by the one who investigated."""

    PERSON = "person"
    LABEL = "label"
    EQUIPMENT = "equipment"
    PROCEDURE = "procedure"
    TRANSPORT = "transport"
    SOFTWARE = "software"
    OTHER = "other"


class DeviationOutcome(StrEnum):
    """What becomes of the containers named: free again, or closed out."""

    USE_AS_IS = "use_as_is"
    RELABEL = "relabel"
    DISCARD = "discard"


DUE = {
    DeviationClass.CRITICAL: timedelta(days=1),
    DeviationClass.MAJOR: timedelta(days=7),
    DeviationClass.MINOR: timedelta(days=30),
}

# The container itself is in doubt: it must not move until somebody has looked at it.
_CRITICAL = frozenset({RefusalCode.IDENTITY_MISMATCH, RefusalCode.LABEL_VOID, RefusalCode.HOLD_TIME_PASSED})
# These open a deviation at any step, others at critical steps only.
_ALWAYS = frozenset({RefusalCode.HOLD_TIME_PASSED, RefusalCode.LABEL_VOID})
# Already contained by what refused it: a second deviation would say nothing new.
_NEVER = frozenset({RefusalCode.ON_HOLD})
# Everything that opens a deviation, at some step at least.
TRIGGERS: tuple[str, ...] = (*(code for code in RefusalCode if code in STOPS - _NEVER), *Trigger)


@dataclass(frozen=True)
class DeviationPlan:
    """A deviation to open."""

    grade: DeviationClass
    trigger: RefusalCode | Trigger
    containers: tuple[str, ...]

    @property
    def blocks(self) -> bool:
        """Whether the containers named are put on hold."""
        return self.grade is DeviationClass.CRITICAL


def deviation_for(refusals: tuple[Refusal, ...], *, is_critical: bool) -> DeviationPlan | None:
    """The deviation that these refusals (most severe first) open, naming the wrong items and nothing else.

    `is_critical`: the step (or one of those that it could have been) is critical.
    """
    held = {c for r in refusals if r.code is RefusalCode.ON_HOLD for c in r.containers}
    causes = [
        r
        for r in refusals
        if r.kind is RefusalKind.STOP
        and r.code not in _NEVER
        and (is_critical or r.code in _ALWAYS)
        and not (r.code is RefusalCode.HOLD_TIME_PASSED and held.issuperset(r.containers))
    ]
    if not causes:
        return None
    grave = [r for r in causes if r.code in _CRITICAL]
    chosen = grave or causes
    containers = tuple(dict.fromkeys(c for r in chosen for c in r.containers))
    return DeviationPlan(
        DeviationClass.CRITICAL if grave else DeviationClass.MAJOR, chosen[0].code, containers
    )

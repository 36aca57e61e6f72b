"""A step that was done while the station could not be used, and is recorded later: what is claimed of it.

A late entry is the same step with the time at which it was performed (EU GMP Annex 11, 16; ALCOA+: contemporaneous).
Nothing here decides: `coi.rules.lateness` does.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from coi.rules.protocol import Step, WitnessRule

MOST_WORDS = 400
MOST_PAPER = 40


class LateReason(StrEnum):
    """Why the step could not be recorded when it was done."""

    SERVER_AWAY = "server_away"
    NETWORK_DOWN = "network_down"
    STATION_BROKEN = "station_broken"
    POWER_CUT = "power_cut"
    OTHER = "other"


@dataclass(frozen=True)
class LateClaim:
    """When the step was performed, why that was not recorded then, and the paper on which it was (its number).

    `text`: under which id the words to the reason lie; it is no part of what is claimed.
    """

    performed_at: datetime
    reason: LateReason
    paper: str
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Then:
    """What stood at the time at which a step is said to have been performed, as far as it may differ from now.

    `held`: containers on hold then. `changed`: ids of batches and collections that quality judged since, codes of lots
    and devices that were received or whose status was set since. `new_copies`: copies of labels issued, and wristbands
    given, since. `place_order`: whose material stood at the place. `refused`: the code for which this very step was
    stopped since because of a date or a state, with nobody having signed that it may be used; empty for none.
    """

    ordered_at: datetime
    held: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    new_copies: frozenset[str] = frozenset()
    place_order: str = ""
    is_stopped: bool = False
    is_reconciling: bool = False
    refused: str = ""


class LateFault(StrEnum):
    """What is wrong with a time at which something is said to have been performed."""

    IN_THE_FUTURE = "in_the_future"
    TOO_LONG_AGO = "too_long_ago"
    BEFORE_THE_ORDER = "before_the_order"


def time_fault(performed_at: datetime, *, ordered_at: datetime, limit: timedelta, now: datetime) -> str:
    """Empty when such a time may be claimed now; else what is wrong with it. Both ends of the limit count as within."""
    if performed_at > now:
        return LateFault.IN_THE_FUTURE
    if performed_at < now - limit:
        return LateFault.TOO_LONG_AGO
    return LateFault.BEFORE_THE_ORDER if performed_at < ordered_at else ""


def stricter(step: Step) -> Step:
    """The step as a late entry asks for it: two people, who both sign. All else of it is asked as ever.

    Where the step has no second person, it is another one of those who may do it.
    """
    if step.witness is not WitnessRule.NONE:
        return replace(step, is_signed=True)
    return replace(step, is_signed=True, witness=WitnessRule.INDEPENDENT, witness_roles=step.roles)

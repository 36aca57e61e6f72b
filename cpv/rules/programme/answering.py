"""A signal as work: raised once, acknowledged by whoever owns it, looked into, closed with a cause and a decision.

A signal says that a process may have changed, not that a batch is bad: it leads to no formal investigation by itself,
and a result out of specification goes its own way (BioPhorum, Pharmaceutical Engineering 2017). How far it is taken is
graded: logged, the data checked, assessed technically, or a deviation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from qc.rules.investigations import working_day

# As long as a cause and the number of a deviation may be.
MOST_WORDS, MOST_OF_A_NUMBER = 2000, 40


class SignalState(StrEnum):
    """Where a signal stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """How far a signal was taken, the least first."""

    LOGGED = "logged"
    DATA_ERROR = "data_error"
    ASSESSED = "assessed"
    DEVIATION = "deviation"


class SignalRefusal(StrEnum):
    """Why nothing may be done about a signal so."""

    ACKNOWLEDGED_ALREADY = "acknowledged_already"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    OVER = "over"
    NOT_ITS_OWNER = "not_its_owner"
    CAUSE_MISSING = "cause_missing"
    DEVIATION_MISSING = "deviation_missing"
    DEVIATION_NEEDLESS = "deviation_needless"


@dataclass(frozen=True)
class Standing:
    """A signal as it stands. `owner`: who acknowledged it, and answers for it."""

    state: SignalState = SignalState.RAISED
    owner: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be done about it."""
        return self.state in (SignalState.CLOSED, SignalState.WITHDRAWN)


@dataclass(frozen=True)
class Closing:
    """How somebody is about to close a signal: its cause in words, the decision, and the deviation that it became."""

    decision: Decision
    cause: str = ""
    deviation: str = ""


def due_at(raised_at: datetime, days: int, zone: str) -> datetime:
    """The end of the last of so many working days at the site, after the one on which the signal was raised."""
    local = raised_at.astimezone(ZoneInfo(zone))
    last = working_day(local.date(), days)
    return datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)


def against_acknowledging(it: Standing) -> tuple[SignalRefusal, ...]:
    """Why a signal may not be acknowledged: that is done once."""
    if it.is_over:
        return (SignalRefusal.OVER,)
    return (SignalRefusal.ACKNOWLEDGED_ALREADY,) if it.state is SignalState.ACKNOWLEDGED else ()


def against_closing(it: Standing, closing: Closing, who: int) -> tuple[SignalRefusal, ...]:
    """Why this person may not close a signal so. What was only logged needs no cause; all else does."""
    if it.is_over:
        return (SignalRefusal.OVER,)
    if it.state is not SignalState.ACKNOWLEDGED:
        return (SignalRefusal.NOT_ACKNOWLEDGED,)
    is_deviation, named = closing.decision is Decision.DEVIATION, bool(closing.deviation.strip())
    checks = (
        (who != it.owner, SignalRefusal.NOT_ITS_OWNER),
        (closing.decision is not Decision.LOGGED and not closing.cause.strip(), SignalRefusal.CAUSE_MISSING),
        (is_deviation and not named, SignalRefusal.DEVIATION_MISSING),
        (named and not is_deviation, SignalRefusal.DEVIATION_NEEDLESS),
    )
    return tuple(code for is_so, code in checks if is_so)

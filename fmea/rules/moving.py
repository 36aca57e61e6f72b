"""Taking an action further: what speaks against it, how far its owner takes it alone, and when a late one is chased.

An action is re-scored by whoever takes it further. Severity is the one rating that a control seldom changes, so that a
lower one asks for an action that is meant to lower it, and for what makes the effect itself less severe.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fmea.rules.actions import HOLDS, Missing, days_late, move
from fmea.rules.unready import is_unjustified
from fmea.rules.worksheet import Action, ActionStatus, Aim

# Whoever owns an action takes it here without anybody else.
OWNER_TAKES_TO = frozenset({ActionStatus.UNDER_WAY, ActionStatus.DONE})
# A late action is chased on the first day, and again after so long.
CHASED_EVERY = timedelta(days=7)


class Lowered(StrEnum):
    """What speaks against a severity that is lower after an action."""

    UNJUSTIFIED = "severity_lowered"
    NOT_AIMED = "not_aimed_at_severity"


Refusal = Missing | Lowered


@dataclass(frozen=True)
class Rerated:
    """A rating after an action, from 1 to 10, and why; `justification`: of a severity below the one before."""

    rating: int
    why: str
    justification: str = ""


def against(action: Action, to: ActionStatus, severity: int | None, reason: str) -> tuple[Refusal, ...]:
    """Every reason why an action cannot go to a status. Its other fields are those that it would have there.

    `severity`: the row's before its actions. `reason`: why it is dropped, or goes back though it was done.
    """
    is_dropped = to is ActionStatus.DROPPED
    _, found = move(replace(action, dropped_why=reason) if is_dropped else action, to)
    if Missing.MOVE in found:
        return (Missing.MOVE,)
    is_back = action.status in HOLDS and to not in HOLDS
    back = (Missing.REASON,) if is_back and not reason.strip() else ()
    return (*found, *back, *(_of_severity(action, severity) if to in HOLDS else ()))


def _of_severity(action: Action, before: int | None) -> tuple[Lowered, ...]:
    after = action.after.severity
    is_lower = before is not None and after.rating is not None and after.rating < before
    found = {
        Lowered.UNJUSTIFIED: is_unjustified(before, after),
        Lowered.NOT_AIMED: is_lower and action.aim is not Aim.SEVERITY,
    }
    return tuple(code for code, is_so in found.items() if is_so)


def end_of(day: date, zone: str) -> datetime:
    """When a day is over at a site, by the IANA name of its zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)


def is_to_chase(action: Action, chased_on: date | None, today: date) -> bool:
    """Whether somebody is to be reminded of an action today: it is late, and was not chased within the last days.

    `chased_on`: the day it was last chased; a day up to its due day was about a due day that it no longer has.
    """
    if not days_late(action, today):
        return False
    is_old = chased_on is None or (action.due is not None and chased_on <= action.due)
    return is_old or (chased_on is not None and today - chased_on >= CHASED_EVERY)


def next_code(codes: frozenset[str]) -> str:
    """The next free code among those of a worksheet: A1, A2, and so on; a gap is not filled again."""
    numbers = [int(code[1:]) for code in codes if code[:1] == "A" and code[1:].isdecimal()]
    return f"A{max(numbers, default=0) + 1}"

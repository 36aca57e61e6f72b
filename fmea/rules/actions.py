"""Actions on a row: their life, which are late, and the row before and after them.

planned -> under way -> done -> verified. What is not done is dropped, with a reason; what was done and does not hold
goes back under way. Whoever owns an action does not verify it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from fmea.rules.priority import ActionPriority, PriorityTable
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import Action, ActionStatus, Row, Scores, Worksheet

A = ActionStatus
# The whole life of an action. A pair that is not here is not allowed; verified and dropped are its ends.
MOVES: Mapping[ActionStatus, frozenset[ActionStatus]] = {
    A.PLANNED: frozenset({A.UNDER_WAY, A.DONE, A.DROPPED}),
    A.UNDER_WAY: frozenset({A.PLANNED, A.DONE, A.DROPPED}),
    A.DONE: frozenset({A.UNDER_WAY, A.VERIFIED}),
    A.VERIFIED: frozenset(),
    A.DROPPED: frozenset(),
}
# Still somebody's to do: these are chased.
OPEN = frozenset({A.PLANNED, A.UNDER_WAY})
# Done by somebody: the ratings after it hold.
HOLDS = frozenset({A.DONE, A.VERIFIED})


class Missing(StrEnum):
    """What an action lacks in the status that it has, or would have."""

    MOVE = "no_such_move"
    TEXT = "text_missing"
    OWNER = "owner_missing"
    DUE = "due_missing"
    EVIDENCE = "evidence_missing"
    DONE_ON = "done_on_missing"
    AFTER = "after_missing"
    VERIFIER = "verifier_missing"
    OWNER_VERIFIES = "owner_verifies"
    REASON = "reason_missing"


def lacks(action: Action) -> tuple[Missing, ...]:
    """What an action lacks in the status that it has."""
    status = action.status
    wanted = {
        Missing.TEXT: not action.text.strip(),
        Missing.OWNER: not action.owner.strip(),
        Missing.DUE: action.due is None,
        Missing.EVIDENCE: status in HOLDS and not action.evidence,
        Missing.DONE_ON: status in HOLDS and action.done_on is None,
        Missing.AFTER: status is A.VERIFIED and all(it is None for it in action.after.ratings),
        Missing.VERIFIER: status is A.VERIFIED and not action.verified_by.strip(),
        Missing.OWNER_VERIFIES: status is A.VERIFIED
        and bool(action.owner)
        and action.verified_by == action.owner,
        Missing.REASON: status is A.DROPPED and not action.dropped_why.strip(),
    }
    return tuple(code for code, is_so in wanted.items() if is_so)


def move(action: Action, to: ActionStatus) -> tuple[Action | None, tuple[Missing, ...]]:
    """The action in another status, or every reason why it cannot go there. Its other fields are set before."""
    moved = replace(action, status=to)
    if to not in MOVES[action.status]:
        return None, (Missing.MOVE,)
    found = lacks(moved)
    return (None, found) if found else (moved, ())


def days_late(action: Action, today: date) -> int:
    """By how many days an open action is late; 0 on the day that it is due, and for one that is not open."""
    if action.status not in OPEN or action.due is None:
        return 0
    return max(0, (today - action.due).days)


def overdue(actions: Iterable[Action], today: date) -> tuple[Action, ...]:
    """Those that are late, the longest first; equally late ones by code."""
    late = [it for it in actions if days_late(it, today)]
    return tuple(sorted(late, key=lambda it: (-days_late(it, today), it.code)))


def due_soon(actions: Iterable[Action], today: date, within: timedelta) -> tuple[Action, ...]:
    """Open ones that are due today or until `within` from now (inclusive), the next first."""
    soon = [it for it in actions if it.status in OPEN and it.due and today <= it.due <= today + within]
    return tuple(sorted(soon, key=lambda it: (it.due or today, it.code)))


@dataclass(frozen=True)
class BeforeAfter:
    """A row's ratings before its actions and after those that are done; equal where none is."""

    row: Row
    before: Scores
    after: Scores
    rpn_before: int | None
    rpn_after: int | None
    priority_before: ActionPriority | None
    priority_after: ActionPriority | None
    actions: tuple[Action, ...]

    @property
    def is_severity_lowered(self) -> bool:
        """Whether an action is said to have made the effect less severe: rare, and it asks for a justification."""
        before, after = self.before.severity.rating, self.after.severity.rating
        return before is not None and after is not None and after < before


def before_after(row: Row, actions: Iterable[Action], table: PriorityTable) -> BeforeAfter:
    """A row before and after its actions. Of several that changed one rating the one done last counts.

    Done on one day: the later one of the document.
    """
    own = tuple(actions)
    done = sorted((it for it in own if it.status in HOLDS), key=lambda it: it.done_on or date.min)
    before = after = row.scores
    for action in done:
        given = {str(kind): action.after.of(kind) for kind in ScaleKind}
        after = replace(after, **{kind: it for kind, it in given.items() if it.rating is not None})
    return BeforeAfter(
        row, before, after, before.rpn, after.rpn, before.priority(table), after.priority(table), own
    )


def all_before_after(worksheet: Worksheet) -> tuple[BeforeAfter, ...]:
    """Every row before and after, in the order of the document."""
    return tuple(
        before_after(row, worksheet.actions_of.get(row.code, ()), worksheet.priorities)
        for row in worksheet.rows
    )

"""What stands on a chart, as values: its points, its signals, and what a chart asks for in a list of all of them."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import nan
from typing import NamedTuple

from cpv.rules.basis import LimitStatus, status_of
from cpv.rules.programme.answering import Decision, SignalState, Standing


class PointView(NamedTuple):
    """One observation; a tuple, for a chart has thousands of them.

    `value`: exact decimal text in the parameter's unit, empty where there is none any more.
    """

    id: str
    subject: str
    batch: str
    site: str
    made_at: datetime
    value: str
    is_below: bool = False
    source: str = ""
    version: int = 1
    excluded_at: datetime | None = None
    excluded_by_name: str = ""
    exclusion_reason: str = ""

    @property
    def number(self) -> float:
        """The value, NaN where there is none."""
        return float(self.value) if self.value else nan

    @property
    def is_excluded(self) -> bool:
        """Whether it stays in view and takes part in nothing."""
        return self.excluded_at is not None


@dataclass(frozen=True)
class SignalView:
    """One signal as work. `observation`: the id of its point; `limits`: the id of the version of its limits."""

    id: str
    chart: str
    plan: str
    parameter: str
    stratum: tuple[str, ...]
    site: str
    observation: str
    subject: str
    batch: str
    made_at: datetime
    limits: str
    by: str
    side: str
    first_subject: str
    value: str
    state: SignalState
    raised_at: datetime
    due_at: datetime
    owner: int | None = None
    owner_name: str = ""
    acknowledged_at: datetime | None = None
    decision: Decision | None = None
    cause: str = ""
    deviation: str = ""
    closed_at: datetime | None = None
    vanished_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        """As the rules of answering see it."""
        return Standing(self.state, self.owner)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer for it."""
        return not self.standing.is_over

    def is_overdue(self, at: datetime) -> bool:
        """Whether it should have been answered by now."""
        return self.is_open and self.due_at < at


class ChartState(StrEnum):
    """What a chart asks of whoever looks after it, the most urgent first."""

    OVERDUE = "overdue"
    SIGNALS = "signals"
    LIMITS_PROPOSED = "limits_proposed"
    LIMITS_DUE = "limits_due"
    LONG_TERM_DUE = "long_term_due"
    GATHERING = "gathering"
    IN_CONTROL = "in_control"


@dataclass(frozen=True)
class Counted:
    """A chart in numbers. `results`: those with a value that are not excluded. `limits`: from how many its limits in
    effect come, None while there are none."""

    results: int
    limits: int | None = None
    signals: int = 0
    overdue: int = 0
    is_proposed: bool = False


def state_of(chart: Counted) -> ChartState:
    """Where a chart stands."""
    could = status_of(chart.results)
    checks = (
        (chart.overdue > 0, ChartState.OVERDUE),
        (chart.signals > 0, ChartState.SIGNALS),
        (chart.is_proposed, ChartState.LIMITS_PROPOSED),
        (chart.limits is None and could is not LimitStatus.RUN_CHART, ChartState.LIMITS_DUE),
        (chart.limits is None, ChartState.GATHERING),
        (_is_outgrown(chart.limits or 0, could), ChartState.LONG_TERM_DUE),
    )
    return next((state for is_so, state in checks if is_so), ChartState.IN_CONTROL)


def _is_outgrown(limits: int, could: LimitStatus) -> bool:
    """Preliminary limits are signed anew once there are results enough for long-term ones."""
    return status_of(limits) is LimitStatus.PRELIMINARY and could is LimitStatus.LONG_TERM


def urgency(state: ChartState) -> int:
    """The place of a state in a list that begins with what is most urgent."""
    return list(ChartState).index(state)


@dataclass(frozen=True)
class Mark:
    """What makes a signal this one: its point, the rule, the limits it was judged by."""

    observation: str
    by: str
    limits: str


@dataclass(frozen=True)
class Candidate:
    """What signals, with the run that it is part of (rule, limits, side, where the run began) and its batch's time."""

    mark: Mark
    run: Hashable
    made_at: datetime


def leading(candidates: Sequence[Candidate], known: Collection[SignalView]) -> tuple[Mark, ...]:
    """The marks that are signals of their own, of candidates in the order of the chart.

    A run that lasts speaks at every batch, and one answer is asked for: later batches of a run belong to its signal
    while that waits, and those that had begun when it was closed belong to it for good. The first batch begun after
    that is a signal again. What is a signal already stays one.
    """
    answered = {
        Mark(it.observation, it.by, it.limits): it.closed_at
        for it in known
        if it.state is not SignalState.WITHDRAWN
    }
    until: dict[Hashable, datetime | None] = {}
    found = []
    for one in candidates:
        if one.mark in answered:
            until[one.run] = answered[one.mark]
        elif one.run in until and not _is_after(one.made_at, until[one.run]):
            continue
        else:
            until[one.run] = None
        found.append(one.mark)
    return tuple(found)


def _is_after(made_at: datetime, closed_at: datetime | None) -> bool:
    return closed_at is not None and made_at > closed_at


@dataclass(frozen=True)
class Difference:
    """What judging a chart again makes of its signals.

    `raised`: new ones, `withdrawn`: raised and gone before anybody had answered for them, `vanished`: gone although
    somebody had (they stay as they were signed), `reappeared`: vanished or withdrawn and there again.
    """

    raised: tuple[Mark, ...] = ()
    withdrawn: tuple[SignalView, ...] = ()
    vanished: tuple[SignalView, ...] = ()
    reappeared: tuple[SignalView, ...] = ()

    def __bool__(self) -> bool:
        return any((self.raised, self.withdrawn, self.vanished, self.reappeared))


def difference(
    found: Collection[Mark], known: Collection[SignalView], signals_by: Collection[str]
) -> Difference:
    """Compare what signals now with what is known. A rule that the plan no longer asks for takes nothing back."""
    by_mark = {Mark(one.observation, one.by, one.limits): one for one in known}
    gone = [one for mark, one in by_mark.items() if mark not in found and one.by in signals_by]
    there = [one for mark, one in by_mark.items() if mark in found]
    return Difference(
        raised=tuple(mark for mark in found if mark not in by_mark),
        withdrawn=tuple(one for one in gone if one.state is SignalState.RAISED),
        vanished=tuple(
            one
            for one in gone
            if one.state in (SignalState.ACKNOWLEDGED, SignalState.CLOSED) and one.vanished_at is None
        ),
        reappeared=tuple(
            one for one in there if one.vanished_at is not None or one.state is SignalState.WITHDRAWN
        ),
    )

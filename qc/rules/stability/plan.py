"""The plan of a study and its pulls: which container leaves its condition when, and what is late."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise


class StudyUnit(StrEnum):
    """In what the time of a study is counted."""

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"


class Extrapolation(StrEnum):
    """How far beyond the data a conclusion may reach.

    Of biological products the data alone speak (ICH Q5C: real time, real conditions), and of a hold time always. For
    others ICH Q1E lets a statistical analysis reach twice as far, and twelve months further at most.
    """

    NONE = "none"
    Q1E = "q1e"


@dataclass(frozen=True)
class Condition:
    """How the containers are kept, such as "vapour of liquid nitrogen"."""

    code: str
    title: str


@dataclass(frozen=True)
class Point:
    """A time at which so many containers are pulled of each condition.

    `at` is in the unit of the plan. The window is in hours for a plan in hours, in days for all others.
    """

    code: str
    at: int
    early: int = 0
    late: int = 0
    containers: int = 1


@dataclass(frozen=True)
class StudyPlan:
    """A plan. `criteria` are the codes of the criteria that are tested of every pull."""

    unit: StudyUnit
    conditions: tuple[Condition, ...]
    points: tuple[Point, ...]
    criteria: tuple[str, ...]
    extrapolation: Extrapolation = Extrapolation.NONE

    @property
    def containers(self) -> int:
        """How many containers the whole study needs."""
        return sum(point.containers for point in self.points) * len(self.conditions)

    def point(self, code: str) -> Point | None:
        """The point of that code, or None."""
        return next((point for point in self.points if point.code == code), None)


class PlanFault(StrEnum):
    """Why a plan cannot be followed."""

    NO_CONDITIONS = "no_conditions"
    NO_POINTS = "no_points"
    NO_CRITERIA = "no_criteria"
    REPEATED = "repeated"
    NOT_IN_ORDER = "not_in_order"
    NO_CONTAINERS = "no_containers"
    NEGATIVE = "negative"
    WINDOWS_OVERLAP = "windows_overlap"


def plan_faults(plan: StudyPlan) -> tuple[PlanFault, ...]:
    """Everything that is wrong with a plan."""
    codes = [point.code for point in plan.points]
    kept = [condition.code for condition in plan.conditions]
    times = [point.at for point in plan.points]
    checks = (
        (not plan.conditions, PlanFault.NO_CONDITIONS),
        (not plan.points, PlanFault.NO_POINTS),
        (not plan.criteria, PlanFault.NO_CRITERIA),
        (len(set(codes)) < len(codes) or len(set(kept)) < len(kept), PlanFault.REPEATED),
        (times != sorted(set(times)), PlanFault.NOT_IN_ORDER),
        (any(point.containers < 1 for point in plan.points), PlanFault.NO_CONTAINERS),
        (any(min(point.at, point.early, point.late) < 0 for point in plan.points), PlanFault.NEGATIVE),
        (_overlap(plan), PlanFault.WINDOWS_OVERLAP),
    )
    return tuple(code for is_so, code in checks if is_so)


# Any day does: windows of hours and days do not depend on the calendar, and months are longer than any of them.
_SOME_DAY = datetime(2001, 1, 1, tzinfo=UTC)


def _overlap(plan: StudyPlan) -> bool:
    """Whether one pull could be taken for two points."""
    windows = [window(plan, point, _SOME_DAY) for point in plan.points]
    return any(earlier.closes_at >= later.opens_at for earlier, later in pairwise(windows))


# --- pulls ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """When a pull is due, and from when until when it counts as on time."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime


def window(plan: StudyPlan, point: Point, started_at: datetime) -> Window:
    """The window of a point of a study that began then."""
    due_at = after(started_at, point.at, plan.unit)
    step = timedelta(hours=1) if plan.unit is StudyUnit.HOURS else timedelta(days=1)
    return Window(due_at, due_at - point.early * step, due_at + point.late * step)


def after(start: datetime, length: int, unit: StudyUnit) -> datetime:
    """So many hours, days or calendar months later; a month that is too short ends on its last day."""
    if unit is StudyUnit.MONTHS:
        months = start.month - 1 + length
        year, month = start.year + months // 12, months % 12 + 1
        return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
    return start + (timedelta(hours=length) if unit is StudyUnit.HOURS else timedelta(days=length))


class PullState(StrEnum):
    """Where a pull stands."""

    WAITING = "waiting"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True)
class Pull:
    """Containers that were taken out of a condition for a point, and who recorded it."""

    condition: str
    point: str
    at: datetime
    containers: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class PullLine:
    """One pull of a plan: when it is due, where it stands, and the pull itself once it is done."""

    condition: Condition
    point: Point
    window: Window
    state: PullState
    pull: Pull | None = None


def pulls(plan: StudyPlan, started_at: datetime, done: Iterable[Pull], now: datetime) -> tuple[PullLine, ...]:
    """Every pull of a study, the first due first."""
    known = {(pull.condition, pull.point): pull for pull in done}
    lines = []
    for point in plan.points:
        when = window(plan, point, started_at)
        for condition in plan.conditions:
            pull = known.get((condition.code, point.code))
            state = _state(when, now) if pull is None else _state_done(when, pull.at)
            lines.append(PullLine(condition, point, when, state, pull))
    return tuple(lines)


def _state(when: Window, now: datetime) -> PullState:
    """Both ends of a window belong to it."""
    if now < when.opens_at:
        return PullState.WAITING
    return PullState.DUE if now <= when.closes_at else PullState.OVERDUE


def _state_done(when: Window, at: datetime) -> PullState:
    if at < when.opens_at:
        return PullState.EARLY
    return PullState.DONE if at <= when.closes_at else PullState.LATE


class PullRefusal(StrEnum):
    """Why a pull may not be recorded."""

    NO_SUCH_POINT = "no_such_point"
    PULLED_ALREADY = "pulled_already"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_THE_STUDY = "before_the_study"
    TOO_FEW_CONTAINERS = "too_few_containers"
    CONTAINER_USED = "container_used"
    NOT_OF_STUDY = "not_of_study"
    REASON_MISSING = "reason_missing"


@dataclass(frozen=True)
class StudyFacts:
    """A study as a pull is judged by: its beginning, its pulls so far, and the containers put into it."""

    plan: StudyPlan
    started_at: datetime
    containers: frozenset[str]
    done: tuple[Pull, ...] = ()


def against_pull(study: StudyFacts, pull: Pull, now: datetime) -> tuple[PullRefusal, ...]:
    """Why a pull may not be recorded so. One outside of its window did happen: it is recorded, with its reason."""
    point = study.plan.point(pull.point)
    is_known = point is not None and pull.condition in {it.code for it in study.plan.conditions}
    used = {code for earlier in study.done for code in earlier.containers}
    fewest = point.containers if point is not None else 0
    checks: Sequence[tuple[bool, PullRefusal]] = (
        (not is_known, PullRefusal.NO_SUCH_POINT),
        (
            (pull.condition, pull.point) in {(it.condition, it.point) for it in study.done},
            PullRefusal.PULLED_ALREADY,
        ),
        (pull.at > now, PullRefusal.IN_THE_FUTURE),
        (pull.at < study.started_at, PullRefusal.BEFORE_THE_STUDY),
        (len(set(pull.containers)) < fewest, PullRefusal.TOO_FEW_CONTAINERS),
        (not used.isdisjoint(pull.containers), PullRefusal.CONTAINER_USED),
        (not study.containers.issuperset(pull.containers), PullRefusal.NOT_OF_STUDY),
        (_is_off(study, point, pull) and not pull.reason.strip(), PullRefusal.REASON_MISSING),
    )
    return tuple(code for is_so, code in checks if is_so)


def _is_off(study: StudyFacts, point: Point | None, pull: Pull) -> bool:
    if point is None:
        return False
    when = window(study.plan, point, study.started_at)
    return _state_done(when, pull.at) is not PullState.DONE


# A Julian year has twelve months of this many days.
_DAYS_OF_A_MONTH = 30.4375


def elapsed(started_at: datetime, at: datetime, unit: StudyUnit) -> float:
    """How long after its beginning something was, in the unit of the study: what is reckoned with, not the plan's."""
    hours = (at - started_at) / timedelta(hours=1)
    per = {StudyUnit.HOURS: 1.0, StudyUnit.DAYS: 24.0, StudyUnit.MONTHS: 24.0 * _DAYS_OF_A_MONTH}
    return hours / per[unit]

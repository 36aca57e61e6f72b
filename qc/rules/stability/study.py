"""A study as it stands: its containers, its pulls, and the results of what was pulled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qc.rules.stability.plan import Pull, StudyFacts, StudyPlan
from qc.rules.subjects import StudyKind, StudyState

_BETWEEN = "/"


@dataclass(frozen=True)
class InStudy:
    """A container that was put into a study, and the batch that it is of."""

    code: str
    batch: str


@dataclass(frozen=True)
class StudyView:
    """One study. `plan` is the code and version of its plan; `measured` describes the file of a validation study."""

    id: str
    code: str
    kind: StudyKind
    site: str
    zone: str
    title: str
    plan: str
    plan_id: str
    specification_id: str
    state: StudyState
    started_at: datetime
    concluded_at: datetime | None = None
    containers: tuple[InStudy, ...] = ()
    pulls: tuple[Pull, ...] = ()
    reason: str = ""
    conclusion: Mapping[str, Any] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Whether it still takes pulls, results and measurements."""
        return self.state is StudyState.RUNNING

    def batch_of(self, container: str) -> str:
        """The batch of a container of the study; empty where it is none of them."""
        return next((it.batch for it in self.containers if it.code == container), "")

    def facts(self, plan: StudyPlan) -> StudyFacts:
        """As a pull is judged by."""
        return StudyFacts(plan, self.started_at, frozenset(it.code for it in self.containers), self.pulls)


@dataclass(frozen=True)
class PointOf:
    """What a result of a study is of: a container that was pulled of a condition for a point."""

    point: str
    condition: str
    container: str

    @property
    def key(self) -> str:
        """As a result names it."""
        return _BETWEEN.join((self.point, self.condition, self.container))


def read_point(key: str) -> PointOf | None:
    """The same from a result; None where it names no such thing."""
    parts = key.split(_BETWEEN)
    return PointOf(*parts) if len(parts) == 3 and all(parts) else None


def pulled(pulls: Iterable[Pull]) -> tuple[tuple[Pull, PointOf], ...]:
    """Every container that was pulled, with its pull."""
    return tuple(
        (pull, PointOf(pull.point, pull.condition, code)) for pull in pulls for code in pull.containers
    )

"""The plan of a study as a controlled document of kind `study_plan` (schema 1).

What its fields say stands in docs/reference/studies.md. Codes of conditions and points are written as those
of sites: they stand in the addresses of results.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from people.rules.documents import Problem
from people.rules.fields import code_problem
from qc.rules.reading import Reader
from qc.rules.stability.plan import (
    Condition,
    Extrapolation,
    PlanFault,
    Point,
    StudyPlan,
    StudyUnit,
    plan_faults,
)
from qc.rules.subjects import StudyKind

KIND = "study_plan"
SCHEMA = 1
MAX_CONDITIONS, MAX_POINTS, MAX_CRITERIA, MAX_TIME, MAX_CONTAINERS = 8, 24, 40, 100_000, 20
MAX_CODE = 16

_FIELDS = {
    *("title", "kind", "specification", "unit", "extrapolation"),
    *("conditions", "points", "criteria"),
}
_AT: Mapping[PlanFault, str] = {
    PlanFault.NO_CONDITIONS: "conditions",
    PlanFault.NO_POINTS: "points",
    PlanFault.NO_CRITERIA: "criteria",
    PlanFault.REPEATED: "points",
    PlanFault.NOT_IN_ORDER: "points",
    PlanFault.NO_CONTAINERS: "points",
    PlanFault.NEGATIVE: "points",
    PlanFault.WINDOWS_OVERLAP: "points",
}
_KINDS = (StudyKind.STABILITY, StudyKind.HOLD_TIME)


@dataclass(frozen=True)
class PlanDocument:
    """A plan with what it is a plan of."""

    title: str
    kind: StudyKind
    specification: str
    plan: StudyPlan


def parse(content: Any) -> tuple[PlanDocument | None, tuple[Problem, ...]]:
    """Read the document. Answers (plan, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    reader.close(_FIELDS)
    plan = StudyPlan(
        unit=reader.one("unit", StudyUnit, StudyUnit.DAYS),
        conditions=tuple(
            _condition(raw, f"conditions[{n}]", faults)
            for n, raw in enumerate(reader.items("conditions", 1, MAX_CONDITIONS))
        ),
        points=tuple(
            _point(raw, f"points[{n}]", faults) for n, raw in enumerate(reader.items("points", 1, MAX_POINTS))
        ),
        criteria=reader.texts("criteria"),
        extrapolation=_extrapolation(reader),
    )
    found = PlanDocument(
        title=reader.text("title", is_required=True),
        kind=_kind(reader),
        specification=reader.text("specification", is_required=True, most=32),
        plan=plan,
    )
    _check(found, reader)
    return (None, tuple(faults)) if faults else (found, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with the document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _kind(reader: Reader) -> StudyKind:
    kind = reader.one("kind", StudyKind, StudyKind.STABILITY)
    if kind not in _KINDS:
        reader.fault("kind", "not_choice", given=str(kind), choices=[str(one) for one in _KINDS])
    return kind


def _extrapolation(reader: Reader) -> Extrapolation:
    if "extrapolation" not in reader.data:
        return Extrapolation.NONE
    return reader.one("extrapolation", Extrapolation, Extrapolation.NONE)


def _condition(raw: Any, path: str, faults: list[Problem]) -> Condition:
    reader = Reader(raw, path, faults)
    reader.close({"code", "title"})
    return Condition(_code(reader), reader.text("title", is_required=True))


def _point(raw: Any, path: str, faults: list[Problem]) -> Point:
    reader = Reader(raw, path, faults)
    reader.close({"code", "at", "early", "late", "containers"})
    containers = reader.count("containers", 1, MAX_CONTAINERS) if "containers" in reader.data else 1
    times = {key: reader.count(key, 0, MAX_TIME) for key in ("at", "early", "late")}
    return Point(_code(reader), containers=containers, **times)


def _code(reader: Reader) -> str:
    code = reader.text("code", is_required=True, most=MAX_CODE)
    if code.strip() and code_problem(code) is not None:
        reader.fault("code", "code_shape")
    return code


def _check(it: PlanDocument, reader: Reader) -> None:
    """What can only be said of the whole; each part has said its own already."""
    if it.kind is StudyKind.HOLD_TIME and it.plan.extrapolation is not Extrapolation.NONE:
        reader.fault("extrapolation", "not_of_hold_time")
    if reader.faults:
        return
    for fault in plan_faults(it.plan):
        codes = [condition.code for condition in it.plan.conditions]
        is_of_conditions = fault is PlanFault.REPEATED and len(set(codes)) < len(codes)
        reader.fault("conditions" if is_of_conditions else _AT[fault], str(fault))

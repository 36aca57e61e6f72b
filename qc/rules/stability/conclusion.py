"""What a study comes to: for each condition and criterion, how long the results support that something is kept.

Where every result is a plain number and the criterion has a limit, by regression (`assessment`); else, and where there
are too few times for a line, by how long every result met its criterion. A criterion that is only reported supports
nothing and limits nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from qc.rules.criteria import Criterion, Sort, Verdict
from qc.rules.stability.assessment import (
    Bounds,
    Ground,
    Reading,
    Supported,
    Unassessed,
    assess,
    observed_support,
)
from qc.rules.stability.plan import PullLine, PullState, StudyPlan
from qc.rules.stability.regression import Observation

SIGNIFICANT = 6

_PLAIN = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


@dataclass(frozen=True)
class PointResult:
    """One result of a study. `time` is how long after the beginning its container was pulled, in the plan's unit."""

    condition: str
    criterion: str
    batch: str
    container: str
    time: float
    value: str
    verdict: Verdict
    analyst_id: int
    is_reviewed: bool

    @property
    def number(self) -> float | None:
        """The value, where it is a plain number."""
        return float(self.value) if _PLAIN.fullmatch(self.value) else None


@dataclass(frozen=True)
class Assessed:
    """One criterion under one condition. `length` None: nothing is supported or limited by it.

    `supported` is there where a line was drawn; `why` says why none was.
    """

    condition: str
    criterion: str
    length: Decimal | None = None
    ground: Ground | None = None
    supported: Supported | None = None
    why: Unassessed | None = None


def bounds_of(criterion: Criterion) -> Bounds:
    """The limits of a criterion as the mean has to stay within."""
    low, high = criterion.low, criterion.high
    return Bounds(
        float(low.value) if low is not None else None, float(high.value) if high is not None else None
    )


def observations(results: Sequence[PointResult]) -> tuple[Observation, ...] | None:
    """The results as numbers; None where one of them is none, since leaving it out would flatter."""
    numbers = [(it, it.number) for it in results]
    if any(number is None for _, number in numbers):
        return None
    return tuple(Observation(it.batch, it.time, number) for it, number in numbers if number is not None)


def assess_study(
    plan: StudyPlan, criteria: Mapping[str, Criterion], results: Iterable[PointResult]
) -> tuple[Assessed, ...]:
    """Every condition and criterion of the plan, in its order."""
    known = tuple(results)
    return tuple(
        _assessed(
            plan,
            criteria[code],
            condition.code,
            [it for it in known if (it.condition, it.criterion) == (condition.code, code)],
        )
        for condition in plan.conditions
        for code in plan.criteria
        if code in criteria
    )


def _assessed(
    plan: StudyPlan, criterion: Criterion, condition: str, results: Sequence[PointResult]
) -> Assessed:
    if not criterion.is_judged:
        return Assessed(condition, criterion.code)
    if not results:
        return Assessed(condition, criterion.code, why=Unassessed.NO_RESULTS)
    numbers = observations(results) if criterion.sort is Sort.QUANTITY else None
    found = assess(numbers, bounds_of(criterion), plan.unit, plan.extrapolation) if numbers else None
    if isinstance(found, Supported):
        return Assessed(condition, criterion.code, found.length, found.ground, found)
    length = observed_support([Reading(it.batch, it.time, it.verdict) for it in results])
    is_failing = any(it.verdict is not Verdict.PASS for it in results)
    ground = Ground.FAILING_RESULT if is_failing else Ground.OBSERVED
    return Assessed(condition, criterion.code, length, ground, why=found)


def supported_until(assessed: Iterable[Assessed], condition: str) -> Decimal | None:
    """How long everything supports that it is kept so; None where something is without a result, or nothing judges."""
    own = [it for it in assessed if it.condition == condition]
    if any(it.why is Unassessed.NO_RESULTS for it in own):
        return None
    return min((it.length for it in own if it.length is not None), default=None)


# --- may it be concluded --------------------------------------------------------------------------------------------


class ConclusionRefusal(StrEnum):
    """Why a study may not be concluded."""

    NOT_RUNNING = "not_running"
    PULLS_OPEN = "pulls_open"
    RESULTS_MISSING = "results_missing"
    RESULT_UNREVIEWED = "result_unreviewed"
    NOTHING_MEASURED = "nothing_measured"
    BY_ITS_ANALYST = "by_its_analyst"


def against_conclusion(
    lines: Iterable[PullLine], expected: int, results: Sequence[PointResult], signer: int, reason: str
) -> tuple[ConclusionRefusal, ...]:
    """Why this person may not conclude a study now. `expected` is how many results its pulls should have.

    One whose pulls are not all done may be concluded with what there is, for a reason.
    """
    done = {PullState.DONE, PullState.EARLY, PullState.LATE}
    is_open = any(line.state not in done for line in lines)
    checks = (
        (is_open and not reason.strip(), ConclusionRefusal.PULLS_OPEN),
        (len(results) < expected or not results, ConclusionRefusal.RESULTS_MISSING),
        (any(not it.is_reviewed for it in results), ConclusionRefusal.RESULT_UNREVIEWED),
        (any(it.analyst_id == signer for it in results), ConclusionRefusal.BY_ITS_ANALYST),
    )
    return tuple(code for is_so, code in checks if is_so)


# --- as JSON --------------------------------------------------------------------------------------------------------


def written(plan: StudyPlan, assessed: Sequence[Assessed]) -> dict[str, Any]:
    """What a study came to, ready for JSON: decimal texts, no floats."""
    return {
        "unit": str(plan.unit),
        "extrapolation": str(plan.extrapolation),
        "conditions": [
            {"code": it.code, "title": it.title, "supported": _text(supported_until(assessed, it.code))}
            for it in plan.conditions
        ],
        "criteria": [_written(it) for it in assessed],
    }


def _written(it: Assessed) -> dict[str, Any]:
    found = it.supported
    return {
        "condition": it.condition,
        "criterion": it.criterion,
        "length": _text(it.length),
        "ground": None if it.ground is None else str(it.ground),
        "why": None if it.why is None else str(it.why),
        "line": None if found is None else _line(found),
    }


def _line(it: Supported) -> dict[str, Any]:
    return {
        "model": str(it.pooling.model),
        "slopes_p": number(it.pooling.slopes_p),
        "intercepts_p": number(it.pooling.intercepts_p),
        "observed": str(it.observed),
        "batch": it.batch,
        "has_few_batches": it.has_few_batches,
        "is_extrapolated": it.is_extrapolated,
        "lines": [
            {"batch": one.batch, "intercept": number(one.intercept), "slope": number(one.slope)}
            for one in it.lines
        ],
    }


def number(value: float | None) -> str | None:
    """Six significant digits, without an exponent."""
    if value is None:
        return None
    return format(Decimal(format(value, f".{SIGNIFICANT}g")), "f")


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)

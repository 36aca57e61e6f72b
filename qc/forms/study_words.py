"""Stability and hold-time studies in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.registry import Shown, Word
from qc.rules.stability import (
    ConclusionRefusal,
    Extrapolation,
    Ground,
    Model,
    PlanFault,
    PullRefusal,
    PullState,
    StudyUnit,
    Unassessed,
)
from qc.rules.subjects import StudyKind, StudyState

Sentence = str | Promise

UNITS: Mapping[StudyUnit, Sentence] = {
    StudyUnit.HOURS: _("hours"),
    StudyUnit.DAYS: _("days"),
    StudyUnit.MONTHS: _("months"),
}

EXTRAPOLATIONS: Mapping[Extrapolation, Sentence] = {
    Extrapolation.NONE: _("no longer than was observed"),
    Extrapolation.Q1E: _("up to twice as long as was observed, and twelve months longer at most"),
}

PULL_STATES: Mapping[PullState, tuple[str, Sentence, str]] = {
    PullState.WAITING: ("○", _("not yet"), ""),
    PullState.DUE: ("◷", _("due"), "warn"),
    PullState.OVERDUE: ("■", _("overdue"), "stop"),
    PullState.DONE: ("✔", _("done"), "done"),
    PullState.EARLY: ("▲", _("done too early"), "warn"),
    PullState.LATE: ("▲", _("done too late"), "warn"),
}

PULL_REFUSALS: Mapping[PullRefusal, Sentence] = {
    PullRefusal.NO_SUCH_POINT: _("The plan has no such time point or condition."),
    PullRefusal.PULLED_ALREADY: _("This was pulled already."),
    PullRefusal.IN_THE_FUTURE: _("This is in the future."),
    PullRefusal.BEFORE_THE_STUDY: _("The study had not begun then."),
    PullRefusal.TOO_FEW_CONTAINERS: _("The plan asks for more containers."),
    PullRefusal.CONTAINER_USED: _("A container was pulled before."),
    PullRefusal.NOT_OF_STUDY: _("A container does not belong to the study."),
    PullRefusal.REASON_MISSING: _("It is outside of its window: say why."),
}

PLAN_FAULTS: Mapping[PlanFault, Sentence] = {
    PlanFault.NO_CONDITIONS: _("At least one condition is needed."),
    PlanFault.NO_POINTS: _("At least one time point is needed."),
    PlanFault.NO_CRITERIA: _("At least one criterion is needed."),
    PlanFault.REPEATED: _("A code stands twice."),
    PlanFault.NOT_IN_ORDER: _("Time points have to be in order, each at a time of its own."),
    PlanFault.NO_CONTAINERS: _("Every time point needs a container."),
    PlanFault.NEGATIVE: _("A time or a window is negative."),
    PlanFault.WINDOWS_OVERLAP: _("Two windows overlap: a pull could be for either time point."),
}

GROUNDS: Mapping[Ground, Sentence] = {
    Ground.BOUND: _("The confidence bound of the mean reaches the limit."),
    Ground.OBSERVED: _("It was not observed for longer."),
    Ground.EXTRAPOLATED: _("The data do not allow more."),
    Ground.FAILING_RESULT: _("A later result does not meet its limits."),
}

UNASSESSED: Mapping[Unassessed, Sentence] = {
    Unassessed.NO_RESULTS: _("There are no results."),
    Unassessed.NO_LIMITS: _("The criterion has no limit."),
    Unassessed.TOO_FEW_TIMES: _("Every batch needs results at three times at least."),
    Unassessed.TOO_FEW_RESULTS: _("There are too few results for a line."),
}

MODELS: Mapping[Model, Sentence] = {
    Model.COMMON: _("one line for all batches"),
    Model.COMMON_SLOPE: _("lines of one slope"),
    Model.SEPARATE: _("a line for each batch"),
}

KINDS: Mapping[StudyKind, Sentence] = {
    StudyKind.STABILITY: _("Stability"),
    StudyKind.HOLD_TIME: _("Hold time"),
    StudyKind.VALIDATION: _("Validation of a method"),
}

STATES: Mapping[StudyState, tuple[str, Sentence, str]] = {
    StudyState.RUNNING: ("◷", _("running"), "warn"),
    StudyState.CONCLUDED: ("✔", _("concluded"), "done"),
    StudyState.ABANDONED: ("○", _("given up"), ""),
}

CONCLUSION_REFUSALS: Mapping[ConclusionRefusal, Sentence] = {
    ConclusionRefusal.NOT_RUNNING: _("The study is over."),
    ConclusionRefusal.PULLS_OPEN: _("Not all pulls are done: say why it is concluded without them."),
    ConclusionRefusal.RESULTS_MISSING: _("Results of what was pulled are missing."),
    ConclusionRefusal.RESULT_UNREVIEWED: _("Nobody has looked over a result."),
    ConclusionRefusal.NOTHING_MEASURED: _("No measurements were handed in."),
    ConclusionRefusal.BY_ITS_ANALYST: _("You measured this: another person must conclude."),
}

# Those of the study's plan alone; what all documents may get wrong has its words in `people`.
_PLAN_DOCUMENT_FAULTS: Mapping[str, Word] = {
    **{str(code): text for code, text in PLAN_FAULTS.items()},
    "code_shape": _("A code has capitals, digits, “.”, “_” and “-”; at most 16."),
    "not_of_hold_time": _("Of a hold time the data alone speak: nothing is extrapolated."),
}


def plan_shown() -> Shown:
    """A plan of a stability or hold-time study."""
    return Shown(
        title=_("Study plan"),
        about=_("Conditions, time points and criteria of a stability or hold-time study."),
        code_help=_("The code of the plan."),
        start={
            "title": "",
            "kind": "stability",
            "specification": "",
            "unit": "months",
            "extrapolation": "none",
            "conditions": [],
            "points": [],
            "criteria": [],
        },
        faults=_PLAN_DOCUMENT_FAULTS,
    )

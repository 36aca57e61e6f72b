"""Words for the codes of this room; what a report prints too is said in the same words."""

from collections.abc import Mapping
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.programme import report_words as printed
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.plan import By, SourceKind
from cpv.rules.programme.points import ChartState
from cpv.rules.runs import Rule, Side
from cpv.rules.transforms import Scale

_Code = TypeVar("_Code")


def _spoken(texts: Mapping[_Code, str]) -> Mapping[_Code, Promise]:
    """What is printed, in the reader's language."""
    return {code: _(text) for code, text in texts.items()}


def _marked(texts: Mapping[_Code, str], marks: Mapping[_Code, str]) -> Mapping[_Code, tuple[str, Promise]]:
    """The same with the mark that stands before it."""
    return {code: (marks[code], text) for code, text in _spoken(texts).items()}


# What signals, as a process scientist says it; counts are the usual ones.
SIGNALS_BY: Mapping[str, Promise] = {
    Sign.EWMA: _("the weighted average left its limits: a small shift that lasts"),
    Rule.NELSON_1: _("one point beyond a limit"),
    Rule.NELSON_2: _("many points in a row on one side of the center"),
    Rule.NELSON_3: _("points in a row that only rise, or only fall"),
    Rule.NELSON_4: _("points in a row that rise and fall in turn"),
    Rule.NELSON_5: _("two of three points far out on one side"),
    Rule.NELSON_6: _("four of five points away from the center on one side"),
    Rule.NELSON_7: _("many points in a row close to the center"),
    Rule.NELSON_8: _("eight points in a row away from the center"),
    Rule.WESTERN_1: _("one point beyond a limit"),
    Rule.WESTERN_2: _("two of three points far out on one side"),
    Rule.WESTERN_3: _("four of five points away from the center on one side"),
    Rule.WESTERN_4: _("many points in a row on one side of the center"),
}

STATES: Mapping[ChartState, tuple[str, Promise]] = _marked(
    printed.STATES,
    {
        ChartState.OVERDUE: "bad",
        ChartState.SIGNALS: "bad",
        ChartState.LIMITS_PROPOSED: "wait",
        ChartState.LIMITS_DUE: "wait",
        ChartState.LONG_TERM_DUE: "wait",
        ChartState.GATHERING: "plain",
        ChartState.IN_CONTROL: "good",
    },
)

SIGNAL_STATES: Mapping[SignalState, tuple[str, Promise]] = _marked(
    printed.SIGNAL_STATES,
    {
        SignalState.RAISED: "bad",
        SignalState.ACKNOWLEDGED: "wait",
        SignalState.CLOSED: "good",
        SignalState.WITHDRAWN: "plain",
    },
)

DECISIONS: Mapping[Decision, Promise] = _spoken(printed.DECISIONS)

# The same in a word, as it is written at a point of a chart.
DECIDED: Mapping[Decision, Promise] = {
    Decision.LOGGED: _("logged"),
    Decision.DATA_ERROR: _("data error"),
    Decision.ASSESSED: _("assessed"),
    Decision.DEVIATION: _("deviation"),
}

DECISION_MEANINGS: Mapping[Decision, Promise] = {
    Decision.LOGGED: _(
        "It is chance, or known already: it is kept, and nothing follows. No cause is needed."
    ),
    Decision.DATA_ERROR: _(
        "The number is wrong, not the process: say what, and have it corrected at its source."
    ),
    Decision.ASSESSED: _("You know what made this batch different, and nothing has to be put right."),
    Decision.DEVIATION: _("Something went wrong and is dealt with as a deviation: name its number."),
}

SIGNAL_REFUSALS: Mapping[SignalRefusal, Promise] = {
    SignalRefusal.ACKNOWLEDGED_ALREADY: _("Somebody has taken this signal on already."),
    SignalRefusal.NOT_ACKNOWLEDGED: _("Take the signal on first."),
    SignalRefusal.OVER: _("This signal is closed or withdrawn."),
    SignalRefusal.NOT_ITS_OWNER: _("Only whoever took the signal on closes it."),
    SignalRefusal.CAUSE_MISSING: _("Write what caused it."),
    SignalRefusal.DEVIATION_MISSING: _("Name the deviation that it became."),
    SignalRefusal.DEVIATION_NEEDLESS: _("A deviation is named only where the signal became one."),
}

LIMIT_STATUS: Mapping[LimitStatus, Promise] = _spoken(printed.LIMIT_STATUS)

SCALES: Mapping[Scale, Promise] = _spoken(printed.SCALES)

ESTIMATORS: Mapping[Estimator, Promise] = _spoken(printed.ESTIMATORS)

SOURCES: Mapping[SourceKind, Promise] = {
    SourceKind.RESULT: _("reviewed result"),
    SourceKind.STEP_VALUE: _("value entered at a step"),
    SourceKind.ELAPSED: _("time between two steps"),
    SourceKind.EXTERNAL: _("another program"),
    SourceKind.REFUSED_SCANS: _("refused scans, week by week"),
}

STRATA: Mapping[By, Promise] = {
    By.SITE: _("site"),
    By.MATERIAL: _("lot"),
    By.EQUIPMENT: _("device"),
}

SIDES: Mapping[Side, Promise] = _spoken(printed.SIDES)

NOTES: Mapping[Note, Promise] = _spoken(printed.NOTES)

WHYS: Mapping[Why, Promise] = _spoken(printed.WHYS)


def why(code: Why) -> Promise:
    """Why there is no number."""
    return WHYS.get(code, _("This cannot be reckoned from these results."))

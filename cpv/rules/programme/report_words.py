"""Words on a report. Like all that is printed they are English, whoever asks for them: they are digested with it.

Where pages say the same they take it from here, in the reader's language (`cpv.forms.words`).
"""

from collections.abc import Mapping

from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.change_point import ChangePoint
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.describing import Description
from cpv.rules.programme.plan import Parameter, SourceKind
from cpv.rules.programme.points import ChartState
from cpv.rules.runs import Rule, Side
from cpv.rules.transforms import Scale


def _(text: str) -> str:
    """Marks what pages say too, for whoever gathers texts to be translated; what is printed stays as it is."""
    return text


TITLE = "Report of continued process verification"

# What signals, said shortly: a table has no room for a sentence.
SIGNALS_BY: Mapping[str, str] = {
    Sign.EWMA: "weighted average left its limits",
    Rule.NELSON_1: "one point beyond a limit",
    Rule.NELSON_2: "many in a row on one side",
    Rule.NELSON_3: "only rising, or only falling",
    Rule.NELSON_4: "rising and falling in turn",
    Rule.NELSON_5: "two of three far out",
    Rule.NELSON_6: "four of five away from the center",
    Rule.NELSON_7: "many in a row close to the center",
    Rule.NELSON_8: "eight in a row away from the center",
    Rule.WESTERN_1: "one point beyond a limit",
    Rule.WESTERN_2: "two of three far out",
    Rule.WESTERN_3: "four of five away from the center",
    Rule.WESTERN_4: "many in a row on one side",
}
SIDES: Mapping[Side, str] = {
    Side.UPPER: _("above the center"),
    Side.LOWER: _("below the center"),
    Side.BOTH: _("on both sides of the center"),
}
STATES: Mapping[ChartState, str] = {
    ChartState.OVERDUE: _("A signal is overdue"),
    ChartState.SIGNALS: _("A signal waits for an answer"),
    ChartState.LIMITS_PROPOSED: _("Limits wait for signatures"),
    ChartState.LIMITS_DUE: _("Limits can be proposed"),
    ChartState.LONG_TERM_DUE: _("Long-term limits can be proposed"),
    ChartState.GATHERING: _("Too few results for limits"),
    ChartState.IN_CONTROL: _("In control"),
}
SIGNAL_STATES: Mapping[SignalState, str] = {
    SignalState.RAISED: _("Waits for somebody"),
    SignalState.ACKNOWLEDGED: _("Being looked into"),
    SignalState.CLOSED: _("Closed"),
    SignalState.WITHDRAWN: _("Withdrawn: a later result took it back"),
}
DECISIONS: Mapping[Decision, str] = {
    Decision.LOGGED: _("Logged: nothing more is needed"),
    Decision.DATA_ERROR: _("An error in the data"),
    Decision.ASSESSED: _("Assessed: a cause is known, the process is as it should be"),
    Decision.DEVIATION: _("Became a deviation"),
}
LIMIT_STATUS: Mapping[LimitStatus, str] = {
    LimitStatus.RUN_CHART: _("run chart, no limits"),
    LimitStatus.PRELIMINARY: _("preliminary limits"),
    LimitStatus.LONG_TERM: _("long-term limits"),
}
SCALES: Mapping[Scale, str] = {
    Scale.IDENTITY: _("as measured"),
    Scale.LOG: _("logarithm"),
    Scale.LOGIT: _("logit"),
    Scale.BOX_COX: _("Box-Cox"),
}
ESTIMATORS: Mapping[Estimator, str] = {
    Estimator.MR_BAR: _("average moving range"),
    Estimator.MEDIAN_MR: _("median moving range"),
    Estimator.SD: _("standard deviation"),
    Estimator.SAMPLE_SD: _("standard deviation, with the t factor of few results"),
    Estimator.LIKELIHOOD: _("maximum likelihood, with results below the limit of quantification"),
}
NOTES: Mapping[Note, str] = {
    Note.PRELIMINARY: _("From fewer than 30 results: preliminary."),
    Note.TOO_FEW: _("From too few results to be trusted."),
    Note.FEW_DISTINCT: _("Fewer than five different values: this is a chart of the rounding."),
    Note.ZERO_SIGMA: _("All values are equal: nothing can signal."),
    Note.MISSING_LEFT_OUT: _("Missing values were left out."),
    Note.AUTOCORRELATED: _("Neighbouring batches are alike (autocorrelation): the limits are too narrow."),
    Note.NOT_NORMAL: _("The values are not normally distributed on this scale."),
    Note.UNSTABLE: _("The process was not stable: capability says little."),
    Note.CENSORED: _("Some results are below the limit of quantification; nothing was put in their place."),
    Note.ONE_SIDED: _("One-sided specification."),
    Note.APPROXIMATE: _("Approximate."),
}
WHYS: Mapping[Why, str] = {
    Why.EMPTY: _("There are no results."),
    Why.TOO_FEW: _("There are too few results."),
    Why.CONSTANT: _("All results are equal."),
    Why.CENSORED: _("Some results lie below the limit of quantification."),
    Why.ALL_CENSORED: _("Every result lies below the limit of quantification."),
    Why.NOT_POSITIVE: _("A result is zero or less, which this scale cannot take."),
    Why.NOT_A_SHARE: _("A result lies outside the scale's range."),
    Why.NO_LIMITS: _("There is no specification limit."),
}
DISPOSITIONS: Mapping[str, str] = {
    "in_process": "in process",
    "testing": "being tested",
    "qa_review": "with quality",
    "released": "released",
    "conditionally_released": "released conditionally",
    "exceptionally_released": "released exceptionally",
    "rejected": "rejected",
}


def why(code: Why) -> str:
    """Why there is no number; a code that has no words of its own speaks for itself."""
    return WHYS.get(code, f"Not computable: {str(code).replace('_', ' ')}.")


def source_of(it: Parameter) -> str:
    """Where the numbers of a parameter come from."""
    source = it.source
    said: Mapping[SourceKind, str] = {
        SourceKind.RESULT: f"reviewed result of {source.criterion}",
        SourceKind.STEP_VALUE: f"{source.field}, entered at step {source.step}",
        SourceKind.ELAPSED: f"time from step {source.step} to step {source.until}",
        SourceKind.EXTERNAL: "handed in by another program",
        SourceKind.REFUSED_SCANS: "refused scans of all scans of a week",
    }
    return said[source.kind]


def rules_of(it: Parameter) -> list[str]:
    """What signals on the charts of a parameter."""
    own = [f"{_called(rule)}: {SIGNALS_BY[rule]}" for rule in Rule if rule in it.rules.rules]
    if it.ewma is None:
        return own
    return [*own, f"EWMA with weight {it.ewma.weight:g} and limits at {it.ewma.multiple:g} sigma"]


def _called(rule: Rule) -> str:
    family, number = rule.value.split("_")
    return f"{'Nelson' if family == 'nelson' else 'Western Electric'} {number}"


# A test that says so of one normal series, or one steady one, in twenty.
_SURELY = 0.05
# What is missing is counted beside.
_TOLD = NOTES.keys() - {Note.MISSING_LEFT_OUT}


def notes_on(it: Description, subjects: list[str]) -> list[str]:
    """What whoever reads a section has to know, each thing once. `subjects`: of all points of the chart."""
    notes: dict[str, None] = {}
    if it.is_autocorrelated and not has_bounds(it):
        notes[NOTES[Note.AUTOCORRELATED]] = None
    if _is_not_normal(it) and not has_bounds(it):
        notes[NOTES[Note.NOT_NORMAL]] = None
    if not isinstance(it.change, Why) and it.change.p < _SURELY:
        notes[_change(it.change, subjects)] = None
    for found in (it.capability, it.rate):
        if found is not None and not isinstance(found, Why):
            notes |= dict.fromkeys(NOTES[note] for note in found.notes if note in _TOLD)
    return list(notes)


def has_bounds(it: Description) -> bool:
    """Whether some of the values are bounds: a test of their distribution would be one of the bounds."""
    return not isinstance(it.numbers, Why) and it.numbers.below > 0


def _is_not_normal(it: Description) -> bool:
    return not isinstance(it.normality, Why) and it.normality.p is not None and it.normality.p < _SURELY


def _change(it: ChangePoint, subjects: list[str]) -> str:
    first, last = subjects[it.low], subjects[it.high]
    since = subjects[it.index]
    between = f" (between {first} and {last}, with 95 % confidence)" if first != last else ""
    return f"The level seems to be another since {since}{between}."

"""Words for the codes of this room."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.rules.basis import Estimator, LimitStatus, Note, Why
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.plan import By, SourceKind
from cpv.rules.programme.points import ChartState
from cpv.rules.runs import Rule, Side
from cpv.rules.transforms import Scale

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

STATES: Mapping[ChartState, tuple[str, Promise]] = {
    ChartState.OVERDUE: ("bad", _("A signal is overdue")),
    ChartState.SIGNALS: ("bad", _("A signal waits for an answer")),
    ChartState.LIMITS_PROPOSED: ("wait", _("Limits wait for signatures")),
    ChartState.LIMITS_DUE: ("wait", _("Limits can be proposed")),
    ChartState.LONG_TERM_DUE: ("wait", _("Long-term limits can be proposed")),
    ChartState.GATHERING: ("plain", _("Too few results for limits")),
    ChartState.IN_CONTROL: ("good", _("In control")),
}

SIGNAL_STATES: Mapping[SignalState, tuple[str, Promise]] = {
    SignalState.RAISED: ("bad", _("Waits for somebody")),
    SignalState.ACKNOWLEDGED: ("wait", _("Being looked into")),
    SignalState.CLOSED: ("good", _("Closed")),
    SignalState.WITHDRAWN: ("plain", _("Withdrawn: a later result took it back")),
}

DECISIONS: Mapping[Decision, Promise] = {
    Decision.LOGGED: _("Logged: nothing more is needed"),
    Decision.DATA_ERROR: _("An error in the data"),
    Decision.ASSESSED: _("Assessed: a cause is known, the process is as it should be"),
    Decision.DEVIATION: _("Became a deviation"),
}

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

LIMIT_STATUS: Mapping[LimitStatus, Promise] = {
    LimitStatus.RUN_CHART: _("run chart, no limits"),
    LimitStatus.PRELIMINARY: _("preliminary limits"),
    LimitStatus.LONG_TERM: _("long-term limits"),
}

SCALES: Mapping[Scale, Promise] = {
    Scale.IDENTITY: _("as measured"),
    Scale.LOG: _("logarithm"),
    Scale.LOGIT: _("logit"),
    Scale.BOX_COX: _("Box-Cox"),
}

ESTIMATORS: Mapping[Estimator, Promise] = {
    Estimator.MR_BAR: _("average moving range"),
    Estimator.MEDIAN_MR: _("median moving range"),
    Estimator.SD: _("standard deviation"),
    Estimator.SAMPLE_SD: _("standard deviation, with the t factor of few results"),
    Estimator.LIKELIHOOD: _("maximum likelihood, with results below the limit of quantification"),
}

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

SIDES: Mapping[Side, Promise] = {
    Side.UPPER: _("above the center"),
    Side.LOWER: _("below the center"),
    Side.BOTH: _("on both sides of the center"),
}

NOTES: Mapping[Note, Promise] = {
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

WHYS: Mapping[Why, Promise] = {
    Why.EMPTY: _("There are no results."),
    Why.TOO_FEW: _("There are too few results."),
    Why.CONSTANT: _("All results are equal."),
    Why.ALL_CENSORED: _("Every result lies below the limit of quantification."),
    Why.CENSORED: _("Some results lie below the limit of quantification."),
    Why.NOT_POSITIVE: _("A result is zero or less, which this scale cannot take."),
    Why.NOT_A_SHARE: _("A result lies outside the scale's range."),
    Why.NO_LIMITS: _("There is no specification limit."),
}

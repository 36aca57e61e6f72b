"""Sentences about calculations and validation studies: why nothing was computed, how a claim stands, what is wrong."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.registry import Shown, Word
from qc.rules.calculations import Reason
from qc.rules.controls import ControlRule
from qc.rules.potency import PotencyFault
from qc.rules.validation import ValidationFault
from qc.rules.validation_study import (
    Characteristic,
    ClaimFault,
    Factor,
    JudgedBy,
    NoteCode,
    Outcome,
    RowCode,
    Statistic,
)

Sentence = str | Promise

REASONS: Mapping[Reason, Sentence] = {
    Reason.NOT_POSITIVE: _("This has to be more than 0."),
    Reason.NEGATIVE: _("This cannot be below 0."),
    Reason.NOT_A_FRACTION: _("This is a fraction of 1: write 0.95 for 95 %."),
    Reason.NOT_FINITE: _("This is no number that can be computed with."),
}

POTENCY_FAULTS: Mapping[PotencyFault, Sentence] = {
    PotencyFault.TOO_FEW_DOSES: _("A curve needs four doses or more."),
    PotencyFault.TOO_FEW_RESPONSES: _("There are too few responses for what is to be found from them."),
    PotencyFault.NOT_FINITE: _("A dose or a response is no number that can be computed with."),
    PotencyFault.DOSE_NOT_POSITIVE: _("A dose has to be more than 0: a blank is no point of the curve."),
    PotencyFault.FLAT: _("The responses do not change with the dose."),
    PotencyFault.NO_FIT: _("No curve could be fitted."),
    PotencyFault.UNDETERMINED: _(
        "The responses do not determine the curve: its plateaus or its middle could lie anywhere."
    ),
    PotencyFault.NO_WINDOW: _("The maximal release is not above the spontaneous release."),
}

CONTROL_RULES: Mapping[ControlRule, Sentence] = {
    ControlRule.WARNING: _("one beyond 2 SD: a warning, which rejects nothing"),
    ControlRule.ONE_3S: _("one beyond 3 SD"),
    ControlRule.TWO_2S: _("two beyond 2 SD on one side"),
    ControlRule.RANGE_4S: _("one beyond 2 SD above and one beyond 2 SD below, in one run"),
    ControlRule.FOUR_1S: _("four in a row beyond 1 SD on one side"),
    ControlRule.TEN_X: _("ten in a row on one side of the mean"),
}

CHARACTERISTICS: Mapping[Characteristic, Sentence] = {
    Characteristic.ACCURACY: _("Accuracy"),
    Characteristic.REPEATABILITY: _("Repeatability"),
    Characteristic.INTERMEDIATE_PRECISION: _("Intermediate precision"),
    Characteristic.LINEARITY: _("Linearity"),
    Characteristic.RANGE: _("Range"),
    Characteristic.DETECTION_LIMIT: _("Limit of detection"),
    Characteristic.QUANTITATION_LIMIT: _("Limit of quantitation"),
    Characteristic.GAUGE_RR: _("Gauge R&R"),
}

STATISTICS: Mapping[Statistic, Sentence] = {
    Statistic.RECOVERY: _("recovery, in % of the nominal value"),
    Statistic.BIAS: _("bias, mean less nominal value"),
    Statistic.SD: _("standard deviation"),
    Statistic.CV: _("standard deviation in % of the mean"),
    Statistic.SLOPE: _("slope"),
    Statistic.INTERCEPT: _("intercept"),
    Statistic.R2: _("coefficient of determination r²"),
    Statistic.RESIDUAL_SD: _("residual standard deviation"),
    Statistic.LACK_OF_FIT_P: _("p of the test for lack of fit"),
    Statistic.SPAN: _("span of levels at which all criteria are met"),
    Statistic.LIMIT: _("limit"),
    Statistic.PERCENT_GAUGE: _("gauge, in % of the total variation"),
    Statistic.PERCENT_CONTRIBUTION: _("gauge, in % of the total variance"),
    Statistic.CATEGORIES: _("number of distinct categories"),
}

FACTORS: Mapping[Factor, Sentence] = {
    Factor.DAY: _("day"),
    Factor.ANALYST: _("analyst"),
    Factor.RUN: _("run"),
}

JUDGED_BY: Mapping[JudgedBy, Sentence] = {
    JudgedBy.ESTIMATE: _("the estimate"),
    JudgedBy.INTERVAL: _("both confidence limits"),
}

OUTCOMES: Mapping[Outcome, tuple[str, Sentence]] = {
    Outcome.MET: ("✔", _("met")),
    Outcome.NOT_MET: ("■", _("not met")),
    Outcome.NOT_ASSESSABLE: ("○", _("cannot be assessed")),
}

# Why a claim cannot be assessed, or how a range missed.
VALIDATION_REASONS: Mapping[ValidationFault | ClaimFault, Sentence] = {
    ValidationFault.NO_DATA: _("Nothing was measured."),
    ValidationFault.NOT_FINITE: _("A value is no number that can be computed with."),
    ValidationFault.NOT_POSITIVE: _("The nominal value has to be more than 0."),
    ValidationFault.TOO_FEW_REPLICATES: _("There are too few replicates."),
    ValidationFault.TOO_FEW_GROUPS: _("There is one %(factor)s only: two or more are needed."),
    ValidationFault.TOO_FEW_LEVELS: _("There are %(found)s levels: %(least)s or more are needed."),
    ValidationFault.CONFOUNDED: _(
        "%(factor)s never changes within the factor outside it: the two cannot be told apart."
    ),
    ValidationFault.UNEQUAL: _(
        "Not every operator measured every part equally often: between %(fewest)s and %(most)s times."
    ),
    ValidationFault.ZERO_VARIANCE: _(
        "The values do not differ: the instrument's rounding hides their spread, or they were copied."
    ),
    ValidationFault.ZERO_MEAN: _("The mean is 0: nothing can be said in per cent of it."),
    ValidationFault.NO_SLOPE: _("The response does not change with the level."),
    ClaimFault.NO_INTERVAL: _("There are no confidence limits for it."),
    ClaimFault.LINEARITY_NOT_MET: _("What is claimed of the linearity is not met."),
    ClaimFault.NO_LEVEL_ACCEPTABLE: _("At no level all criteria are met."),
    ClaimFault.SPAN_TOO_SHORT: _(
        "The levels at which all criteria are met do not reach over the claimed range."
    ),
}

NOTES: Mapping[NoteCode, Sentence] = {
    NoteCode.SET_TO_ZERO: _("Estimated below 0 and set to 0: %(factors)s."),
    NoteCode.UNEQUAL_NUMBERS: _("Numbers are unequal: the confidence limits are approximate."),
    NoteCode.FEWER_THAN_RECOMMENDED: _(
        "ICH Q2(R2) recommends more: there are %(n)s values at %(levels)s levels."
    ),
    NoteCode.INTERACTION_POOLED: _(
        "The interaction of parts and operators was pooled with the repeatability (p > 0.25)."
    ),
}

ROW_FAULTS: Mapping[RowCode, Sentence] = {
    RowCode.NO_ROWS: _("The table has no rows."),
    RowCode.TOO_MANY_ROWS: _("The table has more than %(most)s rows."),
    RowCode.NOT_AN_OBJECT: _("This is no row of a table."),
    RowCode.UNKNOWN_FIELD: _("This column is not known."),
    RowCode.REQUIRED: _("This is required."),
    RowCode.NOT_TEXT: _("Write a text of at most %(most)s printable characters."),
    RowCode.NOT_DECIMAL_TEXT: _("Write a number such as 92.4."),
    RowCode.DECIMAL_COMMA: _("Write a point, not a comma, before the decimals."),
    RowCode.CENSORED: _("A bound is no value: no mean can be computed of it. Report what was measured."),
    RowCode.NEGATIVE: _("This cannot be below 0."),
    RowCode.NOT_A_COUNT: _("Write a whole number from 1."),
    RowCode.REPEATED: _("Row %(first)s is the same measurement."),
}

PLAN_FAULTS: Mapping[str, Word] = {
    "not_of_characteristic": _("This statistic is none of this characteristic's."),
    "limit_required": _("A claim needs a lower or an upper limit."),
    "both_limits_required": _("A range is claimed from a lower to an upper limit."),
    "nothing_can_pass": _("No value lies between these limits."),
    "limit_finer_than_decimals": _("A limit has more decimals than what is held against it is rounded to."),
    "no_interval": _("There are no confidence limits for this statistic: it is judged by its estimate."),
    "only_for_limits": _("Only limits of detection and quantitation have a basis."),
    "only_for_levels": _("This is not claimed for single levels."),
    "not_positive": _("A level is more than 0: blanks are measured, and claimed of by their basis."),
    "range_of_nothing": _("A range is that of what is claimed level by level, and nothing is."),
}


def plan_shown() -> Shown:
    """A plan of validation."""
    return Shown(
        title=_("Validation plan"),
        about=_("What is claimed of a method, and the acceptance criteria of its validation study."),
        code_help=_("The code of the plan."),
        start={"method": "", "title": "", "unit": "", "confidence": "0.95", "factors": [], "claims": []},
        faults=PLAN_FAULTS,
    )

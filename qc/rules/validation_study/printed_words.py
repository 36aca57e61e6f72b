"""Words on the report of a validation study. Like all that is printed they are English, whoever asks for them.

A test holds them to be those of the pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qc.rules.validation import ValidationFault
from qc.rules.validation_study.assessing import ClaimFault, NoteCode, Outcome
from qc.rules.validation_study.plan import Characteristic, Factor, JudgedBy, Statistic

CHARACTERISTICS: Mapping[Characteristic, str] = {
    Characteristic.ACCURACY: "Accuracy",
    Characteristic.REPEATABILITY: "Repeatability",
    Characteristic.INTERMEDIATE_PRECISION: "Intermediate precision",
    Characteristic.LINEARITY: "Linearity",
    Characteristic.RANGE: "Range",
    Characteristic.DETECTION_LIMIT: "Limit of detection",
    Characteristic.QUANTITATION_LIMIT: "Limit of quantitation",
    Characteristic.GAUGE_RR: "Gauge R&R",
}

STATISTICS: Mapping[Statistic, str] = {
    Statistic.RECOVERY: "recovery, in % of the nominal value",
    Statistic.BIAS: "bias, mean less nominal value",
    Statistic.SD: "standard deviation",
    Statistic.CV: "standard deviation in % of the mean",
    Statistic.SLOPE: "slope",
    Statistic.INTERCEPT: "intercept",
    Statistic.R2: "coefficient of determination r²",
    Statistic.RESIDUAL_SD: "residual standard deviation",
    Statistic.LACK_OF_FIT_P: "p of the test for lack of fit",
    Statistic.SPAN: "span of levels at which all criteria are met",
    Statistic.LIMIT: "limit",
    Statistic.PERCENT_GAUGE: "gauge, in % of the total variation",
    Statistic.PERCENT_CONTRIBUTION: "gauge, in % of the total variance",
    Statistic.CATEGORIES: "number of distinct categories",
}

FACTORS: Mapping[Factor, str] = {
    Factor.DAY: "day",
    Factor.ANALYST: "analyst",
    Factor.RUN: "run",
}

JUDGED_BY: Mapping[JudgedBy, str] = {
    JudgedBy.ESTIMATE: "the estimate",
    JudgedBy.INTERVAL: "both confidence limits",
}

OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.MET: ("✔", "met"),
    Outcome.NOT_MET: ("■", "not met"),
    Outcome.NOT_ASSESSABLE: ("○", "cannot be assessed"),
}

VALIDATION_REASONS: Mapping[ValidationFault | ClaimFault, str] = {
    ValidationFault.NO_DATA: "Nothing was measured.",
    ValidationFault.NOT_FINITE: "A value is no number that can be computed with.",
    ValidationFault.NOT_POSITIVE: "The nominal value has to be more than 0.",
    ValidationFault.TOO_FEW_REPLICATES: "There are too few replicates.",
    ValidationFault.TOO_FEW_GROUPS: "There is one %(factor)s only: two or more are needed.",
    ValidationFault.TOO_FEW_LEVELS: "There are %(found)s levels: %(least)s or more are needed.",
    ValidationFault.CONFOUNDED: "%(factor)s never changes within the factor outside it: the two cannot be told apart.",
    ValidationFault.UNEQUAL: "Not every operator measured every part equally often: between %(fewest)s and"
    " %(most)s times.",
    ValidationFault.ZERO_VARIANCE: "The values do not differ: the instrument's rounding hides their spread, or they"
    " were copied.",
    ValidationFault.ZERO_MEAN: "The mean is 0: nothing can be said in per cent of it.",
    ValidationFault.NO_SLOPE: "The response does not change with the level.",
    ClaimFault.NO_INTERVAL: "There are no confidence limits for it.",
    ClaimFault.LINEARITY_NOT_MET: "What is claimed of the linearity is not met.",
    ClaimFault.NO_LEVEL_ACCEPTABLE: "At no level all criteria are met.",
    ClaimFault.SPAN_TOO_SHORT: "The levels at which all criteria are met do not reach over the claimed range.",
}

NOTES: Mapping[NoteCode, str] = {
    NoteCode.SET_TO_ZERO: "Estimated below 0 and set to 0: %(factors)s.",
    NoteCode.UNEQUAL_NUMBERS: "Numbers are unequal: the confidence limits are approximate.",
    NoteCode.FEWER_THAN_RECOMMENDED: "ICH Q2(R2) recommends more: there are %(n)s values at %(levels)s levels.",
    NoteCode.INTERACTION_POOLED: "The interaction of parts and operators was pooled with the repeatability (p > 0.25).",
}


@dataclass(frozen=True)
class Words:
    """The words of a report in one language, each by its code."""

    characteristics: Mapping[Characteristic, Any]
    statistics: Mapping[Statistic, Any]
    factors: Mapping[Factor, Any]
    judged_by: Mapping[JudgedBy, Any]
    outcomes: Mapping[Outcome, tuple[str, Any]]
    reasons: Mapping[ValidationFault | ClaimFault, Any]
    notes: Mapping[NoteCode, Any]


PRINTED = Words(CHARACTERISTICS, STATISTICS, FACTORS, JUDGED_BY, OUTCOMES, VALIDATION_REASONS, NOTES)

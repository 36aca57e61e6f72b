"""Validation of assays by the characteristics of ICH Q2(R2) (2023), and gauge R&R. Plain arithmetic on floats.

Every function answers with a frozen dataclass of what was computed, or raises `NotAssessable` with a code. What is
claimed and whether it is met is `qc.rules.validation_study`'s.
"""

from qc.rules.validation.accuracy import Accuracy, accuracy
from qc.rules.validation.basis import Estimate, NotAssessable, ValidationFault, combination
from qc.rules.validation.components import (
    REPEATABILITY,
    Component,
    Components,
    Measurement,
    repeatability,
    variance_components,
)
from qc.rules.validation.gauge import POOLING_P, Gauge, GaugeReading, GaugeRow, gauge_rr
from qc.rules.validation.linearity import (
    Detection,
    LackOfFit,
    Line,
    Point,
    detection_from_blanks,
    detection_from_line,
    fit_line,
    span,
)

__all__ = [
    "POOLING_P",
    "REPEATABILITY",
    "Accuracy",
    "Component",
    "Components",
    "Detection",
    "Estimate",
    "Gauge",
    "GaugeReading",
    "GaugeRow",
    "LackOfFit",
    "Line",
    "Measurement",
    "NotAssessable",
    "Point",
    "ValidationFault",
    "accuracy",
    "combination",
    "detection_from_blanks",
    "detection_from_line",
    "fit_line",
    "gauge_rr",
    "repeatability",
    "span",
    "variance_components",
]

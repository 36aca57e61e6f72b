"""One criterion of a specification, one reported value, and the verdict of the one on the other.

The door to a handful of small modules: `limits` (a number and limits; why it is rounded before it is compared),
`criterion` (a line of a specification), `values` (what is reported), `weights`, `dose`, `amounts` (per kg and doses),
`judging` (the verdict and its reasons), `replicates`.
"""

from qc.rules.amounts import Amount, AmountKind, Facts
from qc.rules.criterion import Basis, Criterion, Effect, NotTestedReason, ReportedAs, Sort, Timing
from qc.rules.dose import Dose, DoseKind, Window, WindowBasis
from qc.rules.judging import Assessment, Hindrance, assess, earliest_reading, hindrances, judge
from qc.rules.limits import MAX_DECIMALS, Limit, Verdict, rounded
from qc.rules.replicates import (
    ReplicateFault,
    ReplicateProblem,
    Replicates,
    Reportable,
    ReportRule,
    reportable,
)
from qc.rules.values import (
    MAX_WORD,
    NotTested,
    Parts,
    Quantity,
    Value,
    ValueFault,
    Word,
    read_value,
    write_parts,
)
from qc.rules.weights import Weight, WeightHindrance, weight_for

__all__ = [
    "MAX_DECIMALS",
    "MAX_WORD",
    "Amount",
    "AmountKind",
    "Assessment",
    "Basis",
    "Criterion",
    "Dose",
    "DoseKind",
    "Effect",
    "Facts",
    "Hindrance",
    "Limit",
    "NotTested",
    "NotTestedReason",
    "Parts",
    "Quantity",
    "ReplicateFault",
    "ReplicateProblem",
    "Replicates",
    "ReportRule",
    "Reportable",
    "ReportedAs",
    "Sort",
    "Timing",
    "Value",
    "ValueFault",
    "Verdict",
    "Weight",
    "WeightHindrance",
    "Window",
    "WindowBasis",
    "Word",
    "assess",
    "earliest_reading",
    "hindrances",
    "judge",
    "read_value",
    "reportable",
    "rounded",
    "weight_for",
    "write_parts",
]

"""Files of results, read before anything of them is recorded: bytes in, a preview out (docs/reference/imports.md)."""

from qc.rules.imports.cells import instant
from qc.rules.imports.defaults import default_content, default_mapping
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.judging import (
    CriterionOf,
    SampleFact,
    SubjectKey,
    judge_criteria,
    judge_samples,
    judge_times,
)
from qc.rules.imports.mapping import ImportKind, ImportMapping, Role
from qc.rules.imports.mapping_reading import KIND, SCHEMA, parse, problems
from qc.rules.imports.preview import (
    Candidate,
    Computed,
    ControlSort,
    Curve,
    Formula,
    Limits,
    Preview,
    Row,
    Sense,
)
from qc.rules.imports.reading import DEFAULT_LIMITS, read_file
from qc.rules.imports.template import TemplateLine, template

__all__ = [
    "DEFAULT_LIMITS",
    "KIND",
    "SCHEMA",
    "Candidate",
    "Computed",
    "ControlSort",
    "CriterionOf",
    "Curve",
    "Fault",
    "FaultCode",
    "Formula",
    "ImportKind",
    "ImportMapping",
    "Limits",
    "Preview",
    "Role",
    "Row",
    "SampleFact",
    "Sense",
    "SubjectKey",
    "TemplateLine",
    "default_content",
    "default_mapping",
    "instant",
    "judge_criteria",
    "judge_samples",
    "judge_times",
    "parse",
    "problems",
    "read_file",
    "template",
]

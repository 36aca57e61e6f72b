"""A validation study as data: the plan with what is claimed, the rows that were measured, the report.

    plan, problems = parse(content)          the plan, a controlled document of kind `validation_plan`, schema 1
    rows, faults = read_rows(raw, plan)      all rows, or none and every fault at its row and field
    report = assess(plan, rows)              met, not met or not assessable, for each claim
    written(report)                          the same as JSON: decimal texts, no floats

What the characteristics are and how they are computed is `qc.rules.validation`'s.
"""

from qc.rules.validation_study.assessing import ClaimFault, Finding, Note, NoteCode, Outcome, Report, assess
from qc.rules.validation_study.plan import (
    KIND,
    SCHEMA,
    STATISTICS,
    Basis,
    Characteristic,
    Claim,
    Factor,
    JudgedBy,
    Plan,
    Statistic,
    parse,
    problems,
)
from qc.rules.validation_study.rows import Row, RowCode, RowFault, read_rows
from qc.rules.validation_study.written import written

__all__ = [
    "KIND",
    "SCHEMA",
    "STATISTICS",
    "Basis",
    "Characteristic",
    "Claim",
    "ClaimFault",
    "Factor",
    "Finding",
    "JudgedBy",
    "Note",
    "NoteCode",
    "Outcome",
    "Plan",
    "Report",
    "Row",
    "RowCode",
    "RowFault",
    "Statistic",
    "assess",
    "parse",
    "problems",
    "read_rows",
    "written",
]

"""Validation studies on the pages: what is claimed, what it comes to, what is wrong with a file."""

from datetime import datetime
from typing import Any

from qc.forms import calculation_texts, import_words
from qc.rules.imports import Fault
from qc.rules.stability import StudyView
from qc.rules.validation_study import Plan
from qc.rules.validation_study.file import DELIMITER, FileFault, columns_of
from qc.rules.validation_study.printed import in_words, limits_text
from qc.rules.validation_study.printed_words import Words

WORDS = Words(
    calculation_texts.CHARACTERISTICS,
    calculation_texts.STATISTICS,
    calculation_texts.FACTORS,
    calculation_texts.JUDGED_BY,
    calculation_texts.OUTCOMES,
    calculation_texts.VALIDATION_REASONS,
    calculation_texts.NOTES,
)


def report_shown(study: StudyView) -> dict[str, Any] | None:
    """What the measurements come to, in words; None before there are any."""
    return in_words(study.conclusion, WORDS) if study.measured and study.conclusion else None


def claims_shown(plan: Plan) -> list[tuple[str, str, str]]:
    """What is claimed: the characteristic, the statistic, the limits."""
    return [
        (
            str(calculation_texts.CHARACTERISTICS[claim.characteristic]),
            str(calculation_texts.STATISTICS[claim.statistic]),
            limits_text(claim.low, claim.high),
        )
        for claim in plan.claims
    ]


def template(plan: Plan) -> str:
    """An empty file with its header."""
    return DELIMITER.join(columns_of(plan)) + "\r\n"


def measured_at(study: StudyView) -> datetime | None:
    """When the measurements were handed in."""
    return datetime.fromisoformat(study.measured["at"]) if study.measured else None


def fault_line(fault: FileFault) -> tuple[str, str, str]:
    """Where a fault is, what it is, and what was found there."""
    if isinstance(fault, Fault):
        return import_words.place(fault.row, fault.field), import_words.fault_text(fault), ""
    text = str(calculation_texts.ROW_FAULTS[fault.code]) % dict(fault.params)
    return import_words.place(fault.row, fault.column), text, str(fault.params.get("given", ""))

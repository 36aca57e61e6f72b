"""Every code of a calculation and of a validation study has its sentence, and no sentence is left over."""

from dataclasses import fields
from pathlib import Path

from people.forms.documents import FAULTS
from qc.forms import calculation_texts as texts
from qc.rules.calculations import Reason
from qc.rules.controls import ControlRule
from qc.rules.potency import PotencyFault
from qc.rules.validation import ValidationFault
from qc.rules.validation_study import (
    Characteristic,
    Claim,
    ClaimFault,
    Factor,
    JudgedBy,
    NoteCode,
    Outcome,
    Plan,
    RowCode,
    Statistic,
    problems,
)
from tests.qc.rules.test_validation_study_reading import BAD_CLAIMS, BAD_PLANS
from tests.qc.rules.validation_study_given import CLAIM, CONTENT

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_without_words() -> None:
    assert set(texts.REASONS) == set(Reason)
    assert set(texts.POTENCY_FAULTS) == set(PotencyFault)
    assert set(texts.CONTROL_RULES) == set(ControlRule)
    assert set(texts.CHARACTERISTICS) == set(Characteristic)
    assert set(texts.STATISTICS) == set(Statistic)
    assert set(texts.FACTORS) == set(Factor)
    assert set(texts.JUDGED_BY) == set(JudgedBy)
    assert set(texts.OUTCOMES) == set(Outcome)
    assert set(texts.VALIDATION_REASONS) == {*ValidationFault, *ClaimFault}
    assert set(texts.NOTES) == set(NoteCode)
    assert set(texts.ROW_FAULTS) == set(RowCode)


def test_every_fault_of_a_plan_has_words() -> None:
    bad = [change for change, _, _ in BAD_PLANS]
    bad += [{"claims": [{**CLAIM, **change}]} for change, _, _ in BAD_CLAIMS]
    codes = {one.code for change in bad for one in problems({**CONTENT, **change})}
    codes |= {"limit_required", "both_limits_required"}
    assert codes >= set(texts.PLAN_FAULTS)
    assert codes <= set(texts.PLAN_FAULTS) | set(FAULTS)


def test_the_page_names_every_field_and_code() -> None:
    page = (ROOT / "docs" / "reference" / "calculations.md").read_text(encoding="utf-8")
    closed = (Reason, PotencyFault, ControlRule, ValidationFault, Characteristic, Statistic, Factor, Outcome)
    wanted = [member.value for one in closed for member in one]
    wanted += [one.name for kind in (Plan, Claim) for one in fields(kind)]
    wanted += [*texts.ROW_FAULTS, *texts.VALIDATION_REASONS, *texts.NOTES]
    assert [name for name in wanted if f"`{name}`" not in page] == []

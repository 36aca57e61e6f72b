"""Criteria in words: nothing is without them, and every kind of limit reads as people say it."""

import pytest

from qc.forms import criteria_words as words
from qc.forms.criteria_words import (
    alternatives,
    conditions,
    limits,
    replicate_text,
)
from qc.rules.comparison import ChangeKind, Tightness
from qc.rules.criteria import (
    Criterion,
    Effect,
    NotTestedReason,
    ReplicateFault,
    ReplicateProblem,
    ReportRule,
    Timing,
    ValueFault,
)
from qc.rules.specification import parse
from tests.qc.rules.criteria_given import criterion, dose, limit, raw, sides
from tests.qc.rules.test_dose import (
    BANDS,
    CAPPED,
    CAPPED_OPEN,
    CAPPED_RANGE,
    CLOSED_BANDS,
    FLAT,
    FLAT_OPEN,
    PARTS,
)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (words.TIMINGS, Timing),
        (words.NOT_TESTED, NotTestedReason),
        (words.EFFECTS, Effect),
        (words.CHANGES, ChangeKind),
        (words.TIGHTNESS, Tightness),
        (words.REPORT_RULES, ReportRule),
        (words.REPLICATE_FAULTS, ReplicateFault),
    ],
)
def test_nothing_is_without_words(said, codes):
    assert set(said) == set(codes)


def test_every_fault_of_a_value_has_words_at_its_field():
    from qc.forms.texts import FIELDS

    assert sorted({fault.value for fault in ValueFault} - set(FIELDS)) == []


@pytest.mark.parametrize(
    ("it", "said"),
    [
        (criterion(**sides(">=80")), "≥ 80 %"),
        (criterion(**sides(">80", "<90")), "> 80, < 90 %"),
        (criterion(unit="1", **sides("<=5")), "≤ 5"),
        (criterion(sort="report"), "report only"),
        (criterion(unit="[EU]/mL", **sides("<5")), "< 5 EU/mL"),
        (
            criterion(unit="[EU]", basis="per_kg", weight_max_age_days=14, high=limit("<=5")),
            "≤ 5 EU/kg",
        ),
        (
            criterion(
                unit="[EU]/mL",
                basis="per_kg_hour",
                reported_as="per_ml",
                weight_max_age_days=14,
                high=limit("<=5"),
            ),
            "≤ 5 EU/kg/h",
        ),
        (FLAT, "300 to 510 ×10⁶"),
        (FLAT_OPEN, "> 300, < 510 ×10⁶"),
        (dose({"kind": "per_kg"} | sides(">=0.5")), "≥ 0.5 ×10⁶/kg"),
        (dose({"kind": "flat", "target": "410", "tolerance_percent": "20"}), "410 ×10⁶ ± 20 %"),
        (dose({"kind": "flat", "target": "410", "tolerance_percent": "0"}), "410 ×10⁶"),
        (CAPPED, "2.0 ×10⁶/kg ± 20 %, at most 200 ×10⁶ in all"),
        (CAPPED_RANGE, "0.5 to 1.0 ×10⁶/kg, at most 100 ×10⁶ in all"),
        (CAPPED_OPEN, "0.5 to 2.0 ×10⁶/kg, less than 200 ×10⁶ in all"),
        (BANDS, "0.2 to 5.0 ×10⁶/kg up to 50 kg; 0.1 to 2.5 ×10⁸ above"),
        (CLOSED_BANDS, "≥ 10.0 ×10⁶ up to 20 kg; ≥ 20.0 ×10⁶ up to 50 kg"),
        (
            PARTS,
            "CD8: 20.0 to 60.0 ×10⁶; CD4: > 0.0, ≤ 60.0 ×10⁶; together 90 to 110 ×10⁶; CD8 to CD4 0.5 to 2.0",
        ),
    ],
)
def test_limits_as_people_read_them(it: Criterion, said: str):
    assert limits(it) == said


def test_alternatives_as_people_read_them():
    found, faults = parse(
        {
            "name": "S",
            "criteria": [
                raw(code="A", title="Survival", **sides("<70")),
                raw(code="B", title="Killing", **sides(">50")),
            ],
            "any_of": [{"code": "G", "title": "Potency", "criteria": ["A", "B"]}],
        }
    )
    assert faults == ()
    assert found is not None
    assert alternatives(found, found.any_of[0]) == "Survival: < 70 % or Killing: > 50 %"


def test_what_is_asked_for_beside_limits():
    it = criterion(
        sort="quality",
        timing="interim",
        choices=["a", "b"],
        accepted=["a"],
        not_before_hours=72,
        final="STERILITY_FINAL",
        method_version=3,
        may_be_not_tested=["sample_lost", "not_applicable"],
        effect="collect_again",
    )
    assert conditions(it) == [
        "Counts when read 72 hours or more after the start of incubation.",
        "The final reading is STERILITY_FINAL.",
        "Version 3 of the method, or later.",
        "May stay untested: the sample was lost, does not apply.",
        "If it fails: another collection.",
    ]
    plan = {"count": 3, "report": "geometric_mean", "max_cv_percent": "20"}
    it = dose({"kind": "per_kg"} | sides(">=1"), replicates=plan)
    assert conditions(it) == [
        "The weight is at most 14 days old.",
        "3 replicates, of which the geometric mean is reported.",
        "Their CV is at most 20 %.",
    ]
    it = dose({"kind": "per_kg"} | sides(">=1"), weight_max_age_days=1)
    assert conditions(it) == ["The weight is at most 1 day old."]
    assert conditions(criterion(**sides(">=1"))) == []


def test_replicates_say_what_is_wrong():
    assert "21.5 %" in replicate_text(ReplicateProblem(ReplicateFault.CV_TOO_HIGH, found="21.5"))
    for fault in ReplicateFault:
        assert "%(" not in replicate_text(ReplicateProblem(fault, 1, "2"))

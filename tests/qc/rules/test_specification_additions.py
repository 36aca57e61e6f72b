"""What schema 2 adds to specification documents: sound ones are read, all faults of the others are named."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from qc.rules.criteria import Basis, DoseKind, Effect, Limit, NotTestedReason, Replicates, ReportRule, Timing
from qc.rules.specification import Phase, parse, problems
from tests.qc.rules.criteria_given import changed, limit, raw, sides

READING = {"sort": "quality", "unit": "", "choices": ["no growth", "growth"], "accepted": ["no growth"]}
SOUND: dict[str, Any] = {
    "name": "S",
    "product": "CD19",
    "region": "EU",
    "phase": "1/2",
    "subject": "collection",
    "criteria": [
        raw(code="VIABILITY", method_version=3, effect="collect_again", **sides(">=80")),
        raw(
            code="ENDOTOXIN",
            unit="[EU]/mL",
            basis="per_kg_hour",
            reported_as="per_ml",
            weight_max_age_days=14,
            replicates={"count": 2, "report": "maximum", "max_cv_percent": "25"},
            **sides("<=5"),
        ),
        raw(code="INTERIM", timing="interim", final="FINAL", not_before_hours=72, **READING),
        raw(code="FINAL", timing="final", not_before_hours=336, **READING),
        raw(code="DOSE", unit="10*6", dose={"kind": "flat"} | sides(">=300", "<=510")),
        raw(code="A", timing="in_process", **sides(">=1")),
        raw(code="B", timing="in_process", **sides(">=1")),
        raw(code="C", sort="report", unit="", may_be_not_tested=["sample_lost", "not_applicable"]),
    ],
    "any_of": [{"code": "POTENCY", "title": "Potency", "criteria": ["A", "B"]}],
}
CAPPED = {"kind": "capped", "cap": {"high": limit("<=200")}} | sides(">=1", "<=2")
BANDS = {
    "kind": "weight_band",
    "bands": [{"upto_kg": "50", "basis": "per_kg"} | sides(">=1"), {"basis": "flat"} | sides(">=1")],
}
PARTS = {
    "kind": "components",
    "components": [{"code": "A", "title": "A"} | sides(">=1"), {"code": "B", "title": "B"} | sides(">=1")],
}
AGE = {"weight_max_age_days": 14}


def test_a_sound_document_is_read():
    found, faults = parse(SOUND)
    assert faults == ()
    assert found is not None
    assert (found.product, found.region, found.phase, found.subject) == (
        "CD19",
        "EU",
        Phase.ONE_TWO,
        "collection",
    )
    by = {criterion.code: criterion for criterion in found.criteria}
    assert (by["VIABILITY"].method_version, by["VIABILITY"].effect) == (3, Effect.COLLECT_AGAIN)
    assert (by["ENDOTOXIN"].basis, by["ENDOTOXIN"].possible_low) == (Basis.PER_KG_HOUR, Decimal(0))
    assert by["ENDOTOXIN"].replicates == Replicates(2, ReportRule.MAXIMUM, Decimal(25))
    assert (by["INTERIM"].final, by["INTERIM"].not_before_hours) == ("FINAL", 72)
    assert by["A"].timing is Timing.IN_PROCESS
    assert by["A"].is_needed_for_release
    assert by["C"].may_be_not_tested == (NotTestedReason.SAMPLE_LOST, NotTestedReason.NOT_APPLICABLE)
    assert found.any_of[0].criteria == ("A", "B")
    assert found.group_of("B") == found.any_of[0]
    assert found.group_of("C") is None


def test_windows_take_unit_and_decimals_of_the_criterion_where_they_name_none():
    document = changed(SOUND, "criteria.4", raw(code="DOSE", unit="10*6", decimals=2, dose=BANDS, **AGE))
    found, faults = parse(document)
    assert faults == ()
    assert found is not None
    dose = found.criteria[4].dose
    assert dose is not None
    assert dose.kind is DoseKind.WEIGHT_BAND
    windows = [(band.upto_kg, band.window.unit, band.window.decimals) for band in dose.bands]
    assert windows == [(Decimal(50), "10*6/kg", 2), (None, "10*6", 2)]


def test_a_target_with_its_tolerance_makes_limits():
    window = {"kind": "flat", "target": "410", "tolerance_percent": "20"}
    found, _ = parse(changed(SOUND, "criteria.4.dose", window))
    assert found is not None
    dose = found.criteria[4].dose
    assert dose is not None
    assert (dose.bands[0].window.low, dose.bands[0].window.high) == (Limit(Decimal(328)), Limit(Decimal(492)))


def whole(path: str, value: Any, where: str, code: str) -> Any:
    return pytest.param(path, value, where, code, id=f"{where} {code}")


V, E, D = "criteria[0]", "criteria[1]", "criteria[4]"
HEADER = [
    whole("product", "cd19", "product", "product_shape"),
    whole("product", 5, "product", "wrong_type"),
    whole("product", ..., "product", "product_required"),
    whole("region", "Europe", "region", "region_shape"),
    whole("phase", "4", "phase", "not_choice"),
    whole("phase", "", "phase", "not_choice"),
    whole("subject", "control", "subject", "not_choice"),
    whole("subject", "batch", f"{V}.effect", "only_for_collection"),
    whole("any_of", {}, "any_of", "out_of_range"),
    whole("any_of.0", "A", "any_of[0]", "not_an_object"),
    whole("any_of.0.code", "", "any_of[0].code", "required"),
    whole("any_of.0.code", "potency", "any_of[0].code", "code_shape"),
    whole("any_of.0.code", "DOSE", "any_of[0].code", "repeated"),
    whole("any_of.0.title", ..., "any_of[0].title", "required"),
    whole("any_of.0.more", 1, "any_of[0].more", "unknown_field"),
    whole("any_of.0.criteria", ["A"], "any_of[0].criteria", "two_required"),
    whole("any_of.0.criteria", ["A", "A"], "any_of[0].criteria", "repeated"),
    whole("any_of.0.criteria", ["A", "Z"], "any_of[0].criteria", "unknown_criterion"),
    whole("any_of.0.criteria", ["A", "C"], "any_of[0].criteria", "alternative_not_judged"),
    whole("any_of.0.criteria", ["A", "FINAL"], "any_of[0].criteria", "alternatives_of_one_time"),
    whole(
        "any_of",
        [SOUND["any_of"][0], {"code": "Q", "title": "Q", "criteria": ["B", "VIABILITY"]}],
        "any_of[1].criteria",
        "in_two_groups",
    ),
]
CRITERION = [
    whole("criteria.0.method_version", 0, f"{V}.method_version", "out_of_range"),
    whole("criteria.0.method_version", "3", f"{V}.method_version", "out_of_range"),
    whole("criteria.0.method_version", True, f"{V}.method_version", "out_of_range"),
    whole("criteria.0.effect", "pray", f"{V}.effect", "not_choice"),
    whole("criteria.0.final", "FINAL", f"{V}.final", "only_for_interim"),
    whole("criteria.0.not_before_hours", 1, f"{V}.not_before_hours", "only_for_readings"),
    whole("criteria.0.weight_max_age_days", 1, f"{V}.weight_max_age_days", "only_with_weight"),
    whole("criteria.0.reported_as", "per_ml", f"{V}.reported_as", "only_of_patient"),
    whole("criteria.0.basis", "per_m2", f"{V}.basis", "not_choice"),
    whole("criteria.0.may_be_not_tested", ["lazy"], f"{V}.may_be_not_tested[0]", "not_choice"),
    whole("criteria.0.may_be_not_tested", "lazy", f"{V}.may_be_not_tested", "not_texts"),
    whole("criteria.1.weight_max_age_days", ..., f"{E}.weight_max_age_days", "weight_age_required"),
    whole("criteria.1.weight_max_age_days", 0, f"{E}.weight_max_age_days", "out_of_range"),
    whole("criteria.1.weight_max_age_days", 367, f"{E}.weight_max_age_days", "out_of_range"),
    whole("criteria.1.reported_as", ..., f"{E}.reported_as", "per_ml_required"),
    whole("criteria.1.unit", "[EU]", f"{E}.unit", "unit_not_as_reported"),
    whole("criteria.1.unit", "[EU]/kg", f"{E}.unit", "unit_not_as_reported"),
    whole("criteria.1.possible_low", "-1", f"{E}.possible_low", "below_zero"),
    whole("criteria.1.low", limit(">=6"), f"{E}.high", "nothing_can_pass"),
    whole("criteria.1.replicates", 3, f"{E}.replicates", "not_an_object"),
    whole("criteria.1.replicates.count", 1, f"{E}.replicates.count", "out_of_range"),
    whole("criteria.1.replicates.count", 13, f"{E}.replicates.count", "out_of_range"),
    whole("criteria.1.replicates.count", ..., f"{E}.replicates.count", "required"),
    whole("criteria.1.replicates.report", "mode", f"{E}.replicates.report", "not_choice"),
    whole("criteria.1.replicates.report", ..., f"{E}.replicates.report", "required"),
    whole("criteria.1.replicates.max_cv_percent", "0", f"{E}.replicates.max_cv_percent", "not_positive"),
    whole("criteria.1.replicates.max_cv_percent", 5, f"{E}.replicates.max_cv_percent", "not_decimal_text"),
    whole("criteria.1.replicates.more", 5, f"{E}.replicates.more", "unknown_field"),
    whole("criteria.2.final", "DOSE", "criteria[2].final", "not_a_final_criterion"),
    whole("criteria.2.final", "NONE", "criteria[2].final", "not_a_final_criterion"),
    whole("criteria.2.not_before_hours", 0, "criteria[2].not_before_hours", "out_of_range"),
    whole("criteria.2.basis", "per_kg", "criteria[2].basis", "only_for_quantity"),
    whole("criteria.2.dose", SOUND["criteria"][4]["dose"], "criteria[2].dose", "only_for_quantity"),
    whole(
        "criteria.2.replicates",
        {"count": 2, "report": "mean"},
        "criteria[2].replicates",
        "only_for_one_number",
    ),
]
DOSE = [
    whole("criteria.4.low", limit(">=1"), f"{D}.low", "only_without_dose"),
    whole("criteria.4.basis", "per_kg", f"{D}.basis", "only_without_dose"),
    whole("criteria.4.dose", 5, f"{D}.dose", "not_an_object"),
    whole("criteria.4.dose.kind", "guess", f"{D}.dose.kind", "not_choice"),
    whole("criteria.4.dose.kind", ..., f"{D}.dose.kind", "required"),
    whole("criteria.4.dose.cap", limit("<=5"), f"{D}.dose.cap", "unknown_field"),
    whole("criteria.4.dose", {"kind": "flat"}, f"{D}.dose.low", "limit_or_target_required"),
    whole("criteria.4.dose.target", "400", f"{D}.dose.target", "limits_or_target"),
    whole("criteria.4.dose.tolerance_percent", "5", f"{D}.dose.tolerance_percent", "only_with_target"),
    whole("criteria.4.dose", {"kind": "flat", "target": "400"}, f"{D}.dose.tolerance_percent", "required"),
    whole(
        "criteria.4.dose",
        {"kind": "flat", "target": "400", "tolerance_percent": "100"},
        f"{D}.dose.tolerance_percent",
        "not_a_tolerance",
    ),
    whole(
        "criteria.4.dose",
        {"kind": "flat", "target": "400", "tolerance_percent": "-1"},
        f"{D}.dose.tolerance_percent",
        "not_a_tolerance",
    ),
    whole(
        "criteria.4.dose",
        {"kind": "flat", "target": "0", "tolerance_percent": "1"},
        f"{D}.dose.target",
        "not_positive",
    ),
    whole(
        "criteria.4.dose",
        {"kind": "flat", "target": "1", "tolerance_percent": "20"},
        f"{D}.dose.decimals",
        "limit_finer_than_decimals",
    ),
    whole("criteria.4.dose.high", limit("<=299"), f"{D}.dose.high", "nothing_can_pass"),
    whole("criteria.4.dose.low.value", "300.5", f"{D}.dose.decimals", "limit_finer_than_decimals"),
    whole("criteria.4.dose.low.value", 300, f"{D}.dose.low.value", "not_decimal_text"),
    whole("criteria.4.dose.decimals", 7, f"{D}.dose.decimals", "out_of_range"),
    whole("criteria.4.dose.unit", "[EU]", f"{D}.dose.unit", "unit_not_of_dose"),
    whole("criteria.4.dose.unit", "10*6/kg", f"{D}.dose.unit", "unit_not_of_dose"),
    whole("criteria.4.unit", "10*6/kg", f"{D}.unit", "unit_not_as_reported"),
]


def dosed(dose: dict[str, Any], **more: Any) -> dict[str, Any]:
    return raw(code="DOSE", unit="10*6", dose=dose, **AGE) | more


def but(dose: dict[str, Any], **more: Any) -> dict[str, Any]:
    return copy.deepcopy(dose) | more


FIRST, SECOND = BANDS["bands"]
KINDS = [
    whole(
        "criteria.4", dosed(CAPPED) | {"weight_max_age_days": 0}, f"{D}.weight_max_age_days", "out_of_range"
    ),
    whole("criteria.4", raw(unit="10*6", dose=CAPPED), f"{D}.weight_max_age_days", "weight_age_required"),
    whole("criteria.4", dosed({k: v for k, v in CAPPED.items() if k != "cap"}), f"{D}.dose.cap", "required"),
    whole("criteria.4", dosed(but(CAPPED, cap=sides(">=1"))), f"{D}.dose.cap.high", "cap_required"),
    whole("criteria.4", dosed(but(CAPPED, cap=sides("<=0"))), f"{D}.dose.cap.high", "cap_required"),
    whole(
        "criteria.4", dosed(but(CAPPED, cap=sides(">=1", "<=9"))), f"{D}.dose.cap.low", "only_upper_for_cap"
    ),
    whole(
        "criteria.4", dosed(but(CAPPED, cap=sides("<=9") | {"kg": 1})), f"{D}.dose.cap.kg", "unknown_field"
    ),
    whole(
        "criteria.4",
        dosed({"kind": "capped", "cap": sides("<=9")} | sides(">=1")),
        f"{D}.dose.high",
        "upper_required",
    ),
    whole("criteria.4", dosed(but(BANDS, bands=[FIRST])), f"{D}.dose.bands", "out_of_range"),
    whole("criteria.4", dosed(but(BANDS, bands="all")), f"{D}.dose.bands", "out_of_range"),
    whole("criteria.4", dosed(but(BANDS, bands=[SECOND, SECOND])), f"{D}.dose.bands[0].upto_kg", "required"),
    whole(
        "criteria.4",
        dosed(but(BANDS, bands=[FIRST, FIRST])),
        f"{D}.dose.bands[1].upto_kg",
        "bands_not_ascending",
    ),
    whole(
        "criteria.4",
        dosed(but(BANDS, bands=[FIRST | {"upto_kg": "0"}, SECOND])),
        f"{D}.dose.bands[0].upto_kg",
        "bands_not_ascending",
    ),
    whole(
        "criteria.4",
        dosed(but(BANDS, bands=[FIRST | {"basis": "each"}, SECOND])),
        f"{D}.dose.bands[0].basis",
        "not_choice",
    ),
    whole(
        "criteria.4",
        dosed(but(BANDS, bands=[FIRST, SECOND | {"unit": "10*8/kg"}])),
        f"{D}.dose.bands[1].unit",
        "unit_not_of_dose",
    ),
    whole("criteria.4", dosed(but(BANDS, low=limit(">=1"))), f"{D}.dose.low", "unknown_field"),
    whole("criteria.4", dosed(PARTS), f"{D}.weight_max_age_days", "only_with_weight"),
    whole(
        "criteria.4",
        dosed(but(PARTS, components=PARTS["components"][:1])),
        f"{D}.dose.components",
        "out_of_range",
    ),
    whole(
        "criteria.4",
        dosed(but(PARTS, components=[PARTS["components"][0]] * 2)),
        f"{D}.dose.components[1].code",
        "repeated",
    ),
    whole(
        "criteria.4",
        dosed(but(PARTS, components=[PARTS["components"][0], PARTS["components"][1] | {"code": "A: 1"}])),
        f"{D}.dose.components[1].code",
        "component_code_shape",
    ),
    whole(
        "criteria.4",
        dosed(but(PARTS, ratio={"unit": "10*6"} | sides(">=1"))),
        f"{D}.dose.ratio.unit",
        "unit_not_of_dose",
    ),
    whole("criteria.4", dosed(but(PARTS, total={})), f"{D}.dose.total.low", "limit_or_target_required"),
    whole(
        "criteria.4",
        dosed(PARTS, replicates={"count": 2, "report": "mean"}),
        f"{D}.replicates",
        "only_for_one_number",
    ),
]


@pytest.mark.parametrize(("path", "value", "where", "code"), [*HEADER, *CRITERION, *DOSE, *KINDS])
def test_every_fault_is_named_at_its_place(path: str, value: Any, where: str, code: str):
    assert problems(SOUND) == ()
    found = [(problem.path, problem.code) for problem in problems(changed(SOUND, path, value))]
    assert (where, code) in found


@pytest.mark.parametrize("dose", [CAPPED, BANDS], ids=lambda dose: dose["kind"])
def test_what_the_faults_were_made_of_is_sound(dose: dict[str, Any]):
    assert problems(changed(SOUND, "criteria.4", dosed(dose))) == ()


def test_components_are_sound_without_a_weight():
    assert problems(changed(SOUND, "criteria.4", raw(code="DOSE", unit="10*6", dose=PARTS))) == ()
    by_kg = but(PARTS, components=[part | {"basis": "per_kg"} for part in PARTS["components"]])
    assert problems(changed(SOUND, "criteria.4", dosed(by_kg))) == ()


@pytest.mark.parametrize("value", [None, [], "x", 1, True, {}, [{}], {"x": []}])
@pytest.mark.parametrize(
    "key", ["dose", "replicates", "low", "may_be_not_tested", "basis", "effect", "final"]
)
def test_nothing_that_somebody_writes_breaks_the_reading(key: str, value: Any):
    assert isinstance(problems(changed(SOUND, f"criteria.0.{key}", value)), tuple)
    for kind in DoseKind:
        dose = {"kind": kind.value, "bands": value, "cap": value, "components": value, "total": value}
        assert problems(changed(SOUND, "criteria.4.dose", dose)) != ()

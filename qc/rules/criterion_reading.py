"""Reading one criterion of a specification document: every fault at its path, nothing repaired."""

from decimal import Decimal
from typing import Any

from people.rules.documents import Problem
from qc.rules.criterion import Basis, Criterion, Effect, NotTestedReason, ReportedAs, Sort, Timing
from qc.rules.dose import DoseKind
from qc.rules.dose_reading import read_dose
from qc.rules.limits import MAX_DECIMALS, is_finer, nothing_fits
from qc.rules.replicates import FEWEST, MOST, Replicates, ReportRule
from qc.rules.specification_reading import CODE, SpecificationReader
from qc.rules.units import PER_KG, PER_ML

LATEST_VERSION = 9999
LONGEST_HOURS = 24 * 90
OLDEST_WEIGHT_DAYS = 366

_FIELDS = {
    *("code", "title", "sort", "timing", "method", "unit", "decimals", "low", "high"),
    *("possible_low", "possible_high", "choices", "accepted", "source"),
    *("method_version", "final", "not_before_hours", "basis", "reported_as", "weight_max_age_days"),
    *("dose", "replicates", "may_be_not_tested", "effect"),
}


def read_criterion(raw: Any, path: str, faults: list[Problem]) -> Criterion:
    """One criterion; where something is wrong with it, the faults say so and what is answered is not to be used."""
    reader = SpecificationReader(raw, path, faults)
    reader.close(_FIELDS)
    unit, decimals = reader.text("unit", most=40), reader.count("decimals", 0, MAX_DECIMALS)
    reported_as = reader.maybe("reported_as", ReportedAs) or ReportedAs.ABSOLUTE
    basis = reader.maybe("basis", Basis) or Basis.ABSOLUTE
    is_of_patient = basis is not Basis.ABSOLUTE or "dose" in reader.data
    # Nobody has fewer than no cells: of what a patient gets, less than nothing is a slip unless told otherwise.
    floor = Decimal(0) if is_of_patient and "possible_low" not in reader.data else None
    criterion = Criterion(
        code=reader.text("code", is_required=True),
        title=reader.text("title", is_required=True),
        sort=reader.one("sort", Sort, Sort.REPORT),
        timing=reader.one("timing", Timing, Timing.RELEASE),
        method=reader.text("method", is_required=True, most=100),
        unit=unit,
        decimals=decimals,
        low=reader.limit("low"),
        high=reader.limit("high"),
        possible_low=floor if floor is not None else reader.number("possible_low"),
        possible_high=reader.number("possible_high"),
        choices=reader.texts("choices"),
        accepted=reader.texts("accepted"),
        source=reader.text("source", most=500),
        method_version=reader.whole("method_version", 1, LATEST_VERSION),
        final=reader.text("final", most=32),
        not_before_hours=reader.whole("not_before_hours", 1, LONGEST_HOURS),
        basis=basis,
        reported_as=reported_as,
        weight_max_age_days=reader.whole("weight_max_age_days", 1, OLDEST_WEIGHT_DAYS),
        dose=read_dose(reader, unit, reported_as, decimals) if "dose" in reader.data else None,
        replicates=_replicates(reader) if "replicates" in reader.data else None,
        may_be_not_tested=_reasons(reader),
        effect=reader.maybe("effect", Effect),
    )
    if not CODE.fullmatch(criterion.code):
        reader.fault("code", "code_shape")
    for key, code in (*_faults_of(criterion), *_faults_of_patient(criterion), *_faults_of_time(criterion)):
        reader.fault(key, code)
    return criterion


def _replicates(reader: SpecificationReader) -> Replicates | None:
    inner = reader.inner("replicates")
    inner.close({"count", "report", "max_cv_percent"})
    count = inner.whole("count", FEWEST, MOST)
    if "count" not in inner.data:
        inner.fault("count", "required")
    most = inner.number("max_cv_percent")
    if most is not None and most <= 0:
        inner.fault("max_cv_percent", "not_positive")
    return Replicates(count or FEWEST, inner.one("report", ReportRule, ReportRule.MEAN), most)


def _reasons(reader: SpecificationReader) -> tuple[NotTestedReason, ...]:
    known = [reason.value for reason in NotTestedReason]
    given = reader.texts("may_be_not_tested")
    for n, text in enumerate(given):
        if text not in known:
            reader.fault(f"may_be_not_tested[{n}]", "not_choice", given=text, choices=known)
    return tuple(NotTestedReason(text) for text in given if text in known)


def _faults_of(it: Criterion) -> list[tuple[str, str]]:
    """What one criterion needs to make sense."""
    limits = [limit for limit in (it.low, it.high) if limit is not None]
    is_quantity, is_quality = it.sort is Sort.QUANTITY, it.sort is Sort.QUALITY
    checks = (
        ("low", is_quantity and it.dose is None and not limits, "limit_required"),
        ("unit", is_quantity and not it.unit, "required"),
        ("low", not is_quantity and bool(limits), "only_for_quantity"),
        # A limit finer than the rounding could never be met as it is written.
        ("decimals", any(is_finer(x.value, it.decimals) for x in limits), "limit_finer_than_decimals"),
        ("high", nothing_fits(it.low, it.high), "nothing_can_pass"),
        ("choices", is_quantity and bool(it.choices), "only_for_words"),
        ("choices", is_quality and len(it.choices) < 2, "two_required"),
        ("accepted", is_quality and not it.accepted, "required"),
        ("accepted", not set(it.accepted) <= set(it.choices), "not_among_choices"),
        ("accepted", not is_quality and bool(it.accepted), "only_for_quality"),
        ("dose", it.dose is not None and not is_quantity, "only_for_quantity"),
        ("basis", it.basis is not Basis.ABSOLUTE and not is_quantity, "only_for_quantity"),
        ("low", it.dose is not None and bool(limits), "only_without_dose"),
        ("basis", it.dose is not None and it.basis is not Basis.ABSOLUTE, "only_without_dose"),
        ("replicates", it.replicates is not None and not _is_one_number(it), "only_for_one_number"),
    )
    return [(key, code) for key, is_wrong, code in checks if is_wrong]


def _is_one_number(it: Criterion) -> bool:
    is_in_parts = it.dose is not None and it.dose.kind is DoseKind.COMPONENTS
    return bool(it.unit) and not it.choices and not is_in_parts


def _faults_of_patient(it: Criterion) -> list[tuple[str, str]]:
    """What a criterion about what a patient gets needs, and no other has."""
    has_age = it.weight_max_age_days is not None
    checks = (
        ("weight_max_age_days", it.needs_weight and not has_age, "weight_age_required"),
        ("weight_max_age_days", has_age and not it.needs_weight, "only_with_weight"),
        (
            "reported_as",
            it.reported_as is not ReportedAs.ABSOLUTE and not it.is_of_patient,
            "only_of_patient",
        ),
        ("unit", it.is_of_patient and not _is_unit_as_reported(it), "unit_not_as_reported"),
        ("reported_as", it.needs_hours and it.reported_as is not ReportedAs.PER_ML, "per_ml_required"),
        ("possible_low", it.is_of_patient and (it.possible_low or 0) < 0, "below_zero"),
    )
    return [(key, code) for key, is_wrong, code in checks if is_wrong]


def _is_unit_as_reported(it: Criterion) -> bool:
    """Whether the unit says what `reported_as` says: an absolute number in a unit per kg would be divided twice."""
    is_per_kg, is_per_ml = it.unit.endswith(PER_KG), it.unit.endswith(PER_ML)
    wanted = (it.reported_as is ReportedAs.PER_KG, it.reported_as is ReportedAs.PER_ML)
    return (is_per_kg, is_per_ml) == wanted


def _faults_of_time(it: Criterion) -> list[tuple[str, str]]:
    """What only readings of an incubation have."""
    is_interim, is_reading = it.timing is Timing.INTERIM, it.timing in (Timing.INTERIM, Timing.FINAL)
    checks = (
        ("final", bool(it.final) and not is_interim, "only_for_interim"),
        ("not_before_hours", it.not_before_hours is not None and not is_reading, "only_for_readings"),
    )
    return [(key, code) for key, is_wrong, code in checks if is_wrong]

"""What the parts of a mapping need of each other: faults as (path, code, parameters)."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import fields
from decimal import Decimal
from typing import Any

from qc.rules.imports import units
from qc.rules.imports.mapping import (
    Acceptance,
    CurveSource,
    Dilution,
    Growth,
    ImportKind,
    ImportMapping,
    Measure,
    Part,
    Role,
)
from qc.rules.imports.preview import ControlSort

Found = tuple[str, str, Lookup[str, Any]]

# The recovery of the spike that the pharmacopoeias accept, in % (USP <85>, Ph. Eur. 2.6.14). A mapping may be stricter.
RECOVERY = (Decimal(50), Decimal(200))

_K, _R = ImportKind, Role
_ALWAYS = frozenset({_R.TESTED_AT, _R.COMMENT, _R.TASK})
# (what a kind needs, what it may have beside that)
ROLES: Lookup[ImportKind, tuple[frozenset[Role], frozenset[Role]]] = {
    _K.CSV: (frozenset({_R.SAMPLE, _R.CRITERION, _R.VALUE, _R.UNIT}), frozenset({_R.REPLICATE})),
    _K.FLOW_CYTOMETRY: (frozenset({_R.SAMPLE}), frozenset({_R.REPLICATE})),
    _K.CELL_COUNTER: (frozenset({_R.SAMPLE}), frozenset({_R.REPLICATE, _R.DILUTION})),
    _K.QPCR: (
        frozenset({_R.WELL, _R.SAMPLE, _R.TARGET, _R.CQ}),
        frozenset({_R.QUANTITY, _R.SLOPE, _R.R_SQUARED}),
    ),
    _K.DDPCR: (frozenset({_R.WELL, _R.SAMPLE, _R.TARGET, _R.VALUE, _R.DROPLETS}), frozenset()),
    _K.LAL: (
        frozenset({_R.SAMPLE, _R.VALUE, _R.RECOVERY}),
        frozenset({_R.UNIT, _R.REPLICATE, _R.DILUTION, _R.CV, _R.CORRELATION}),
    ),
    _K.BACTEC: (
        frozenset({_R.BOTTLE, _R.SAMPLE, _R.STATUS, _R.DAYS}),
        frozenset({_R.POSITIVE_AFTER}),
    ),
}
WIDE = (_K.FLOW_CYTOMETRY, _K.CELL_COUNTER)
WELLS = (_K.QPCR, _K.DDPCR)

_CURVE = {"curve", "slope_low", "slope_high", "efficiency_low", "efficiency_high", "r_squared_low"}
ACCEPTANCES: Lookup[ImportKind, set[str]] = {
    _K.CSV: set(),
    _K.FLOW_CYTOMETRY: set(),
    _K.CELL_COUNTER: set(),
    _K.QPCR: {*_CURVE, "standards_least", "needs_blank", "blank_cq_low"},
    _K.DDPCR: {"needs_blank", "blank_high", "droplets_least"},
    _K.LAL: {
        *("recovery_low", "recovery_high", "cv_high", "correlation_low", "needs_blank", "blank_high"),
    },
    _K.BACTEC: set(),
}


def faults_of(it: ImportMapping) -> list[Found]:
    """Every fault of a mapping whose fields were read each by itself."""
    return [
        *_columns(it),
        *_measures(it),
        *_words(it),
        *_controls(it),
        *_acceptance(it),
        *_growth(it),
    ]


def _columns(it: ImportMapping) -> Iterator[Found]:
    needed, more = ROLES[it.kind]
    for role in sorted(needed - set(it.columns)):
        yield f"columns.{role}", "required", {}
    for role in sorted(set(it.columns) - needed - more - _ALWAYS):
        yield f"columns.{role}", "not_for_this_kind", {"kind": it.kind}
    headers = [*it.columns.values(), *it.ignored, *(m.column for m in it.measures if m.column)]
    for header, count in Counter(headers).items():
        if count > 1:
            yield "columns", "column_used_twice", {"column": header}
    if it.header not in headers:
        yield "header", "header_is_no_column", {"header": it.header}
    for header in headers:
        if header != header.strip() or not header.isprintable():
            yield "columns", "not_texts", {"column": header}


def _measures(it: ImportMapping) -> Iterator[Found]:
    least, most = (1, None) if it.kind in (*WIDE, *WELLS) else (0, 0)
    if it.kind is ImportKind.LAL:
        least, most = 1, 1
    if len(it.measures) < least or (most is not None and len(it.measures) > most):
        yield "measures", "measures_count", {"kind": it.kind, "least": least}
    for n, measure in enumerate(it.measures):
        for key, code, params in (*_measure(it, measure), *_part(it, measure), *_factor(measure)):
            yield f"measures[{n}].{key}", code, params
    for key in ("criterion", "target"):
        counted = Counter(getattr(measure, key) for measure in it.measures)
        for text in sorted(text for text, count in counted.items() if text and count > 1):
            yield "measures", "repeated", {"code": text}


def _measure(it: ImportMapping, measure: Measure) -> Iterator[Found]:
    is_wide, is_well = it.kind in WIDE, it.kind in WELLS
    if bool(measure.column) is not is_wide:
        yield "column", "required" if is_wide else "not_for_this_kind", {"kind": it.kind}
    if bool(measure.target) is not is_well:
        yield "target", "required" if is_well else "not_for_this_kind", {"kind": it.kind}
    low, high = measure.possible_low, measure.possible_high
    if low is not None and high is not None and low > high:
        yield "possible_high", "nothing_can_pass", {}
    if measure.dilution is Dilution.TO_APPLY and Role.DILUTION not in it.columns:
        yield "dilution", "dilution_column_missing", {}


def _part(it: ImportMapping, measure: Measure) -> Iterator[Found]:
    """What a measure is for: copies per cell need a vector and one reference in one unit."""
    if measure.part is not Part.RESULT and it.kind not in WELLS:
        yield "part", "not_for_this_kind", {"kind": it.kind}
    is_vector = measure.part is Part.VECTOR
    if is_vector is not bool(measure.ratio):
        yield "ratio", "required" if is_vector else "only_for_vector", {}
    if measure.part is Part.PRESENCE and not (measure.says_detected and measure.says_not_detected):
        yield "says_detected", "required", {}
    references = [other for other in it.measures if other.part is Part.REFERENCE]
    vectors = [other for other in it.measures if other.part is Part.VECTOR]
    if is_vector and len(references) != 1:
        yield "part", "one_reference", {}
    if measure.part is Part.REFERENCE and not vectors:
        yield "part", "vector_required", {}
    if is_vector and any(other.report_unit != measure.report_unit for other in references):
        yield "report_unit", "units_differ", {}


def _factor(measure: Measure) -> Iterator[Found]:
    wanted = units.factor(measure.unit, measure.report_unit)
    if wanted is None:
        yield "report_unit", "no_conversion", {"unit": measure.unit, "to": measure.report_unit}
    elif measure.factor != wanted:
        yield "factor", "factor_wrong", {"wanted": format(wanted, "f")}


def _words(it: ImportMapping) -> Iterator[Found]:
    counted = Counter(text for texts in it.words.values() for text in texts)
    for text in sorted(text for text, count in counted.items() if count > 1):
        yield "words", "repeated", {"code": text}


def _controls(it: ImportMapping) -> Iterator[Found]:
    seen = set()
    for n, rule in enumerate(it.controls):
        if rule.role not in it.columns:
            yield f"controls[{n}].role", "column_not_named", {"role": rule.role}
        if (rule.role, rule.text) in seen:
            yield f"controls[{n}].text", "repeated", {"code": rule.text}
        if rule.sort is ControlSort.CONTROL and not rule.level:
            yield f"controls[{n}].level", "required", {}
        if rule.sort is ControlSort.STANDARD and it.kind not in (ImportKind.QPCR, ImportKind.LAL):
            yield f"controls[{n}].sort", "not_for_this_kind", {"kind": it.kind}
        seen.add((rule.role, rule.text))


def _acceptance(it: ImportMapping) -> Iterator[Found]:
    asked, empty = it.acceptance, Acceptance()
    for one in fields(asked):
        is_set = getattr(asked, one.name) != getattr(empty, one.name)
        if is_set and one.name not in ACCEPTANCES[it.kind]:
            yield f"acceptance.{one.name}", "not_for_this_kind", {"kind": it.kind}
    has_blank = any(rule.sort is ControlSort.BLANK for rule in it.controls)
    if asked.needs_blank and not has_blank:
        yield "acceptance.needs_blank", "blank_rule_missing", {}
    if it.kind in (ImportKind.DDPCR, ImportKind.LAL) and has_blank and asked.blank_high is None:
        yield "acceptance.blank_high", "required", {}
    for name in ("slope", "efficiency", "recovery"):
        if _is_reversed(getattr(asked, f"{name}_low"), getattr(asked, f"{name}_high")):
            yield f"acceptance.{name}_high", "nothing_can_pass", {}
    yield from _acceptance_of_kind(it)


def _acceptance_of_kind(it: ImportMapping) -> Iterator[Found]:
    is_quantified = any(measure.part is not Part.PRESENCE for measure in it.measures)
    if it.kind is ImportKind.QPCR and is_quantified:
        yield from _curve(it)
    if it.kind is ImportKind.DDPCR and it.acceptance.droplets_least < 1:
        yield "acceptance.droplets_least", "required", {}
    if it.kind is ImportKind.LAL:
        yield from _recovery(it)


def _is_reversed(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and low > high


def _curve(it: ImportMapping) -> Iterator[Found]:
    asked = it.acceptance
    if Role.QUANTITY not in it.columns:
        yield "columns.quantity", "required", {}
    if asked.curve is CurveSource.NONE:
        yield "acceptance.curve", "curve_required", {}
        return
    for key in ("slope_low", "slope_high", "r_squared_low"):
        if getattr(asked, key) is None:
            yield f"acceptance.{key}", "required", {}
    yield from _curve_read(it) if asked.curve is CurveSource.READ else _curve_computed(it)


def _curve_read(it: ImportMapping) -> Iterator[Found]:
    for role in sorted({Role.SLOPE, Role.R_SQUARED} - set(it.columns)):
        yield f"columns.{role}", "required", {}


def _curve_computed(it: ImportMapping) -> Iterator[Found]:
    if it.acceptance.standards_least < 3:
        yield "acceptance.standards_least", "out_of_range", {"low": 3, "high": 20}
    if not any(rule.sort is ControlSort.STANDARD for rule in it.controls):
        yield "acceptance.curve", "standard_rule_missing", {}


def _recovery(it: ImportMapping) -> Iterator[Found]:
    asked = it.acceptance
    for key in ("recovery_low", "recovery_high"):
        value: Decimal | None = getattr(asked, key)
        if value is None:
            yield f"acceptance.{key}", "required", {}
        elif not RECOVERY[0] <= value <= RECOVERY[1]:
            yield f"acceptance.{key}", "wider_than_pharmacopoeia", {"low": "50", "high": "200"}
    for key, role in (("cv_high", Role.CV), ("correlation_low", Role.CORRELATION)):
        if (getattr(asked, key) is None) is (role in it.columns):
            yield f"acceptance.{key}", "limit_and_column", {"column": role}


def _growth(it: ImportMapping) -> Iterator[Found]:
    grown = it.growth
    if it.kind is not ImportKind.BACTEC:
        if grown != Growth():
            yield "growth", "not_for_this_kind", {"kind": it.kind}
        return
    if grown == Growth():
        yield "growth", "required", {}
        return
    counted = Counter((*grown.growth, *grown.ongoing, *grown.negative))
    for text in sorted(text for text, count in counted.items() if count > 1):
        yield "growth", "repeated", {"code": text}
    if grown.positive_unit not in (("h", "d") if Role.POSITIVE_AFTER in it.columns else ("",)):
        yield "growth.positive_unit", "hours_or_days", {}
    if grown.interim_days > grown.final_days:
        yield "growth.interim_days", "out_of_range", {"low": 0, "high": grown.final_days}
    if grown.interim_criterion == grown.final_criterion:
        yield "growth.final_criterion", "repeated", {"code": grown.final_criterion}

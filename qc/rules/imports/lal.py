"""Endotoxin by LAL: a concentration with its bound, the recovery of the spike, the spread of the onset times.

The recovery has to be within 50 to 200 % (USP <85>, Ph. Eur. 2.6.14); a mapping may be stricter, never wider.
"""

from collections.abc import Sequence
from decimal import Decimal

from qc.rules.imports.drafts import Draft, Value, measure_value, unit_fault
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import ImportMapping, Measure, Role
from qc.rules.imports.preview import ControlSort, Sense
from qc.rules.imports.tables import mixed_units

_ZERO = Decimal(0)


def read_lal(drafts: Sequence[Draft]) -> list[Fault]:
    """Read every row; answers what is wrong with the whole run."""
    for draft in drafts:
        (measure,) = draft.sheet.mapping.measures
        draft.answers(measure.criterion)
        _read_row(draft, measure)
    mixed_units(drafts)
    return _blank_missing(drafts)


def _read_row(draft: Draft, measure: Measure) -> None:
    if draft.has(Role.UNIT):
        stated, wrong = unit_fault(draft, measure.unit)
        if wrong is not None:
            params = {"given": (stated or draft.text(Role.UNIT))[:80], "wanted": measure.unit}
            draft.fault(Role.UNIT, wrong, **params)
    value = measure_value(draft, measure, draft.sheet.header(Role.VALUE))
    if draft.control is None:
        _check_recovery(draft)
    if draft.has(Role.CV):
        _check_cv(draft, value)
    if draft.has(Role.CORRELATION):
        _check_correlation(draft)
    if value is None:
        return
    if draft.control is ControlSort.BLANK and not _is_clean(value, draft.sheet.mapping):
        draft.fault(Role.VALUE, FaultCode.BLANK_NOT_CLEAN, given=value.text)
    draft.add(value)


def _is_clean(value: Value, mapping: ImportMapping) -> bool:
    """A blank is below what the curve reaches, or below what the mapping allows."""
    number = value.said.number
    if number is None:
        return value.said.sense is Sense.NOT_DETECTED
    return value.said.sense is not Sense.ABOVE and number <= (mapping.acceptance.blank_high or _ZERO)


def _check_recovery(draft: Draft) -> None:
    """Without the recovery of its spike a result says nothing: something in the sample may hide endotoxin."""
    asked = draft.sheet.mapping.acceptance
    found = draft.number_of(Role.RECOVERY)
    low, high = asked.recovery_low or _ZERO, asked.recovery_high or _ZERO
    if found is not None and not low <= found <= high:
        params = {"given": draft.text(Role.RECOVERY), "low": format(low, "f"), "high": format(high, "f")}
        draft.fault(Role.RECOVERY, FaultCode.RECOVERY_OUTSIDE, **params)


def _check_cv(draft: Draft, value: Value | None) -> None:
    """Wells that never reached the onset have no spread: only a censored value may go without."""
    text, high = draft.text(Role.CV), draft.sheet.mapping.acceptance.cv_high or _ZERO
    is_silent = text in draft.sheet.mapping.words.get(Sense.NOT_MEASURED, ())
    if is_silent and value is not None and value.said.sense in (Sense.BELOW, Sense.NOT_DETECTED):
        return
    found = draft.number_of(Role.CV)
    if found is None:
        return
    if found < 0:
        draft.fault(Role.CV, FaultCode.NOT_POSSIBLE, given=text)
    elif found > high:
        draft.fault(Role.CV, FaultCode.CV_TOO_HIGH, given=text, high=format(high, "f"))


def _check_correlation(draft: Draft) -> None:
    """Of the standard curve, without its sign: onset falls as endotoxin rises."""
    found, low = draft.number_of(Role.CORRELATION), draft.sheet.mapping.acceptance.correlation_low or _ZERO
    if found is None:
        return
    given = draft.text(Role.CORRELATION)
    if abs(found) > 1:
        draft.fault(Role.CORRELATION, FaultCode.NOT_POSSIBLE, given=given)
    elif abs(found) < low:
        draft.fault(Role.CORRELATION, FaultCode.CORRELATION_TOO_LOW, given=given, low=format(low, "f"))


def _blank_missing(drafts: Sequence[Draft]) -> list[Fault]:
    if not drafts or not drafts[0].sheet.mapping.acceptance.needs_blank:
        return []
    if any(draft.control is ControlSort.BLANK for draft in drafts):
        return []
    (measure,) = drafts[0].sheet.mapping.measures
    header = drafts[0].sheet.header(Role.SAMPLE)
    return [Fault(0, header, FaultCode.BLANK_MISSING, {"target": measure.criterion})]

"""Rows of our own template, and tables with one row a sample and one column a value (flow cytometry, cell counters)."""

from collections.abc import Sequence
from decimal import Decimal

from qc.rules.imports import cells
from qc.rules.imports.cells import Said
from qc.rules.imports.drafts import Draft, Value, measure_value, unit_fault
from qc.rules.imports.faults import FaultCode
from qc.rules.imports.mapping import Measure, Role
from qc.rules.imports.preview import Sense


def read_template(drafts: Sequence[Draft]) -> None:
    """One value a row, with the code of its criterion and its unit."""
    for draft in drafts:
        _read_line(draft)
    mixed_units(drafts)


def _read_line(draft: Draft) -> None:
    criterion, text = draft.text(Role.CRITERION), draft.text(Role.VALUE)
    fault = cells.criterion_fault(criterion)
    if fault is not None:
        draft.fault(Role.CRITERION, fault, given=criterion[:80])
    else:
        draft.answers(criterion)
    said = draft.take(Role.VALUE, cells.read_any(text, draft.sheet.mapping))
    if said is None:
        return
    unit, unit_is = unit_fault(draft, "")
    if unit_is is not None and (said.number is not None or unit_is is not FaultCode.UNIT_MISSING):
        draft.fault(Role.UNIT, unit_is, given=draft.text(Role.UNIT)[:80])
        return
    if said.has_percent and unit != "%":
        draft.fault(Role.VALUE, FaultCode.WRONG_UNIT, given="%", wanted=unit)
        return
    reported = draft.take(Role.VALUE, _reported(said, text, unit))
    if reported is not None:
        column = draft.sheet.header(Role.VALUE)
        draft.add(Value(column, text, said, criterion, unit, unit, reported))


def _reported(said: Said, text: str, unit: str) -> str | FaultCode:
    if said.sense is Sense.WORD:
        return text
    # What a percentage can be depends on the criterion, which says so itself: a recovery may well be 120 %.
    if (
        said.number is not None
        and unit != "%"
        and not cells.is_possible(said.number, Measure("", unit, unit))
    ):
        return FaultCode.NOT_POSSIBLE
    return cells.as_reported(said, Decimal(1))


def read_wide(drafts: Sequence[Draft]) -> None:
    """One sample a row, one value for each measure."""
    for draft in drafts:
        for measure in draft.sheet.mapping.measures:
            draft.answers(measure.criterion)
            value = measure_value(draft, measure, measure.column)
            if value is not None:
                draft.add(value)


def mixed_units(drafts: Sequence[Draft]) -> None:
    """One criterion in two units within a file: one of the two is a slip."""
    first: dict[str, tuple[str, int]] = {}
    for draft in drafts:
        for found in draft.candidates:
            if not found.unit:
                continue
            unit, row = first.setdefault(found.criterion, (found.unit, draft.number))
            if unit != found.unit:
                draft.fault(Role.UNIT, FaultCode.MIXED_UNITS, given=found.unit, wanted=unit, first=row)

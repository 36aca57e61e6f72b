"""Well tables of qPCR and ddPCR: one row a well and target, with standards, blanks and copies per cell.

Copies per cell = reference copies in a cell x mean(vector) / mean(reference), over the wells of one sample; the
reference gene has two copies in a diploid cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Context, Decimal
from functools import reduce

from qc.rules.imports import cells
from qc.rules.imports.cells import Said
from qc.rules.imports.curves import curves_of
from qc.rules.imports.drafts import Draft, Value, measure_value
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import ImportKind, ImportMapping, Measure, Part, Role
from qc.rules.imports.preview import Candidate, Computed, ControlSort, Curve, Formula, Sense, told

_WIDE = Context(prec=60, rounding=ROUND_DOWN)
_MOST = Decimal(1_000_000)  # copies per cell: more has no meaning in any cell
_NOTHING_FOUND = (Sense.NOT_DETECTED, Sense.UNDETERMINED)
CQ = "{Cq}"


def read_wells(drafts: Sequence[Draft]) -> tuple[list[Computed], list[Curve], list[Fault]]:
    """Read every well; answers the copies per cell, the standard curves and what is wrong with the whole plate."""
    if not drafts:
        return [], [], []
    mapping = drafts[0].sheet.mapping
    for draft in drafts:
        measure = _measure(draft)
        if measure is not None:
            draft.answers(measure.criterion)
            _read_well(draft, measure)
    _check_wells(drafts)
    faults = list(_blank_missing(drafts, mapping))
    curves, wrong = curves_of(drafts, mapping)
    return _copies(drafts, mapping), curves, [*faults, *wrong]


def _measure(draft: Draft) -> Measure | None:
    well, target = draft.text(Role.WELL), draft.text(Role.TARGET)
    fault = cells.well_fault(well)
    if fault is not None:
        draft.fault(Role.WELL, fault, given=well[:80])
    measure = draft.sheet.mapping.measure_of_target(target)
    if measure is None:
        draft.fault(Role.TARGET, FaultCode.TARGET_UNKNOWN, given=target[:80])
    return measure


def _read_well(draft: Draft, measure: Measure) -> None:
    if draft.sheet.mapping.kind is ImportKind.DDPCR:
        _read_droplets(draft, measure)
        return
    cq = draft.take(Role.CQ, cells.read(draft.text(Role.CQ), draft.sheet.mapping))
    if cq is None:
        return
    if cq.sense not in (Sense.NUMBER, *_NOTHING_FOUND) or cq.has_percent:
        draft.fault(Role.CQ, FaultCode.NOT_A_NUMBER, given=draft.text(Role.CQ)[:80])
    elif cq.number is not None and not cells.is_possible(cq.number, Measure("", CQ, CQ)):
        draft.fault(Role.CQ, FaultCode.NOT_POSSIBLE, given=draft.text(Role.CQ)[:80])
    elif draft.control is ControlSort.BLANK:
        _read_blank(draft, measure, cq)
    elif draft.control is ControlSort.STANDARD:
        _read_standard(draft, measure, cq)
    elif measure.part is Part.PRESENCE:
        says = measure.says_not_detected if cq.number is None else measure.says_detected
        _add_cq(draft, measure, cq, says)
    else:
        _read_quantity(draft, measure, cq)


def _add_cq(draft: Draft, measure: Measure, cq: Said, reported: str) -> None:
    column, text = draft.sheet.header(Role.CQ), draft.text(Role.CQ)
    is_raw = measure.part in (Part.VECTOR, Part.REFERENCE)
    draft.add(Value(column, text, cq, measure.criterion, CQ, "", reported, is_raw=is_raw))


def _read_blank(draft: Draft, measure: Measure, cq: Said) -> None:
    """Nothing may be found in a blank, or only so late that the mapping calls it nothing."""
    low = draft.sheet.mapping.acceptance.blank_cq_low
    if cq.number is not None and (low is None or cq.number < low):
        draft.fault(Role.CQ, FaultCode.BLANK_NOT_CLEAN, given=draft.text(Role.CQ))
    else:
        _add_cq(draft, measure, cq, "")


def _read_standard(draft: Draft, measure: Measure, cq: Said) -> None:
    known = draft.number_of(Role.QUANTITY)
    if known is not None and known <= 0:
        draft.fault(Role.QUANTITY, FaultCode.NOT_POSSIBLE, given=draft.text(Role.QUANTITY))
    if cq.number is None:
        draft.fault(Role.CQ, FaultCode.STANDARD_NOT_DETECTED, given=draft.text(Role.CQ))
    if not draft.faults:
        _add_cq(draft, measure, cq, "")


def _read_quantity(draft: Draft, measure: Measure, cq: Said) -> None:
    """A well with a Cq has a quantity, one without has none; else the file contradicts itself."""
    text = draft.text(Role.QUANTITY)
    if cq.number is None:
        said = cells.read(text, draft.sheet.mapping) if text else cq
        if isinstance(said, FaultCode) or said.number not in (None, Decimal(0)):
            draft.fault(Role.QUANTITY, FaultCode.CONTRADICTION, given=text[:80], cq=draft.text(Role.CQ))
        else:
            _add_cq(draft, measure, cq, measure.says_not_detected)
        return
    value = measure_value(draft, measure, draft.sheet.header(Role.QUANTITY))
    if value is None:
        return
    if value.said.number is None or value.said.sign:
        draft.fault(Role.QUANTITY, FaultCode.CONTRADICTION, given=text[:80], cq=draft.text(Role.CQ))
        return
    _add(draft, measure, value)


def _add(draft: Draft, measure: Measure, value: Value) -> None:
    draft.add(replace(value, is_raw=measure.part in (Part.VECTOR, Part.REFERENCE)))


def _read_droplets(draft: Draft, measure: Measure) -> None:
    """A concentration counts when enough droplets were accepted; in a blank it has to be next to nothing."""
    asked = draft.sheet.mapping.acceptance
    droplets = draft.take(Role.DROPLETS, cells.whole(draft.text(Role.DROPLETS)))
    if droplets is not None and droplets < asked.droplets_least:
        draft.fault(Role.DROPLETS, FaultCode.TOO_FEW_DROPLETS, given=droplets, least=asked.droplets_least)
    value = measure_value(draft, measure, draft.sheet.header(Role.VALUE))
    if value is None:
        return
    number = value.said.number
    if value.said.sign or value.said.sense is Sense.NOT_MEASURED:
        draft.fault(Role.VALUE, FaultCode.NOT_A_NUMBER, given=value.text)
        return
    if draft.control is ControlSort.BLANK and number is not None and number > (asked.blank_high or 0):
        draft.fault(Role.VALUE, FaultCode.BLANK_NOT_CLEAN, given=value.text)
        return
    _add(draft, measure, _present(measure, value))


def _present(measure: Measure, value: Value) -> Value:
    """Presence is reported in words, whatever the concentration."""
    if measure.part is not Part.PRESENCE:
        return value
    says = measure.says_detected if value.said.number else measure.says_not_detected
    return replace(value, reported=says, report_unit="")


def _check_wells(drafts: Sequence[Draft]) -> None:
    """A well holds one sample, and each of its targets once."""
    samples: dict[str, Draft] = {}
    targets: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        well, target = _same(draft.text(Role.WELL)), draft.text(Role.TARGET)
        first = samples.setdefault(well, draft)
        if (first.sample, first.level) != (draft.sample, draft.level):
            draft.fault(Role.SAMPLE, FaultCode.WELL_OF_TWO_SAMPLES, other=first.sample, first=first.number)
        same = targets.setdefault((well, target), draft)
        if same is not draft:
            draft.fault(Role.WELL, FaultCode.WELL_TWICE, first=same.number)


def _same(well: str) -> str:
    """`A01` and `A1` are one well."""
    return well[:1] + well[1:].lstrip("0")


def _blank_missing(drafts: Sequence[Draft], mapping: ImportMapping) -> Iterator[Fault]:
    """Every target that samples have needs a blank, where the mapping asks for blanks."""
    if not mapping.acceptance.needs_blank:
        return
    blanks = {draft.text(Role.TARGET) for draft in drafts if draft.control is ControlSort.BLANK}
    asked = dict.fromkeys(draft.text(Role.TARGET) for draft in drafts if draft.control is None)
    for target in asked:
        if target not in blanks and mapping.measure_of_target(target) is not None:
            yield Fault(0, mapping.columns[Role.TARGET], FaultCode.BLANK_MISSING, {"target": target})


def _copies(drafts: Sequence[Draft], mapping: ImportMapping) -> list[Computed]:
    """Copies per cell of every sample and control that has wells of a vector; none for one with a fault."""
    if mapping.reference is None:
        return []
    groups: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        if draft.control in (None, ControlSort.CONTROL):
            groups.setdefault((draft.sample, draft.level), []).append(draft)
    found = []
    for group in groups.values():
        for vector in (measure for measure in mapping.measures if measure.part is Part.VECTOR):
            computed = _copies_of(group, vector, mapping.reference, mapping)
            found.extend([] if computed is None else [computed])
    return found


def _copies_of(
    group: Sequence[Draft], vector: Measure, reference: Measure, mapping: ImportMapping
) -> Computed | None:
    vectors = [draft for draft in group if draft.text(Role.TARGET) == vector.target]
    references = [draft for draft in group if draft.text(Role.TARGET) == reference.target]
    if not vectors or not references:
        code = FaultCode.VECTOR_MISSING if references else FaultCode.REFERENCE_MISSING
        if vectors or references:
            group[-1].fault(Role.TARGET, code, wanted=(reference if vectors else vector).target)
        return None
    if any(draft.faults for draft in (*vectors, *references)):
        return None
    above, below = _values(vectors, vector), _values(references, reference)
    if above is None or below is None:
        return None
    if not any(below):
        references[-1].fault(Role.TARGET, FaultCode.REFERENCE_ZERO)
        return None
    number = _ratio(above, below, mapping.reference_copies) if above else None
    if number is not None and number > _MOST:
        vectors[-1].fault(Role.TARGET, FaultCode.NOT_POSSIBLE, given=told(number))
        return None
    return Computed(
        sample=group[0].sample,
        criterion=vector.ratio,
        formula=Formula.COPIES_PER_CELL,
        rows=tuple(draft.number for draft in (*vectors, *references)),
        reported=vector.says_not_detected if number is None else told(number),
        unit="{copies}/{cell}",
        number=number,
        inputs=(
            *((vector.target, format(value, "f")) for value in above),
            *((reference.target, format(value, "f")) for value in below),
            ("reference_copies", str(mapping.reference_copies)),
        ),
        level=group[0].level,
    )


def _values(drafts: Sequence[Draft], measure: Measure) -> list[Decimal] | None:
    """The numbers of the wells; none at all when all say not detected; None when they disagree, with the fault."""
    found: list[Candidate] = [one for draft in drafts for one in draft.candidates]
    numbers = [one.number * one.factor for one in found if one.number is not None and one.unit != CQ]
    if numbers and len(numbers) < len(found):
        drafts[-1].fault(Role.TARGET, FaultCode.REPLICATES_DISAGREE, target=measure.target)
        return None
    return numbers


def _ratio(above: Sequence[Decimal], below: Sequence[Decimal], copies: int) -> Decimal:
    """copies x mean(above) / mean(below), with one division, cut at 60 digits."""
    top = _WIDE.multiply(Decimal(copies * len(below)), reduce(_WIDE.add, above))
    return _WIDE.divide(top, _WIDE.multiply(Decimal(len(above)), reduce(_WIDE.add, below)))

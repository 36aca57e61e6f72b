"""A preview against what is known: whose samples these are, which criteria there are, when it was tested."""

from collections.abc import Callable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from datetime import tzinfo

from qc.rules.criteria import Criterion, ValueFault, read_value
from qc.rules.imports import cells
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import ImportMapping, Role
from qc.rules.imports.preview import Candidate, Computed, Preview, Sense

SubjectKey = tuple[str, str]  # (kind, code): ("batch", "B26000001")
# The criterion of a code in the specification that judges a sample: two samples of a file may have two of them.
CriterionOf = Callable[[str, str], Criterion | None]  # (sample, code of the criterion)

_VALUE_FAULTS: Lookup[ValueFault, FaultCode] = {
    ValueFault.EMPTY: FaultCode.EMPTY,
    ValueFault.NOT_A_NUMBER: FaultCode.NOT_A_NUMBER,
    ValueFault.DECIMAL_COMMA: FaultCode.DECIMAL_COMMA,
    ValueFault.NOT_POSSIBLE: FaultCode.NOT_POSSIBLE,
    ValueFault.NOT_A_CHOICE: FaultCode.NOT_A_CHOICE,
    ValueFault.TOO_LONG: FaultCode.TOO_LONG,
}


@dataclass(frozen=True)
class SampleFact:
    """What is known of a sample: every subject that its chain leads to."""

    code: str
    subjects: frozenset[SubjectKey]


def judge_samples(
    preview: Preview, mapping: ImportMapping, known: Lookup[str, SampleFact], subject: SubjectKey | None
) -> Preview:
    """The same with a fault at each sample that nobody knows, or whose chain does not lead to the subject.

    `known` by the code as it stands in the file. `subject` None takes samples of any subject (a run over many batches).
    """
    header = mapping.columns.get(Role.SAMPLE, "")
    found: dict[tuple[int, str], Fault] = {}
    for one in _read(preview):
        if one.control is not None:
            continue
        fact = known.get(one.sample)
        params = {"sample": one.sample}
        if fact is None:
            found[one.row, one.sample] = Fault(one.row, header, FaultCode.SAMPLE_UNKNOWN, params)
        elif subject is not None and subject not in fact.subjects:
            params["subject"] = subject[1]
            found[one.row, one.sample] = Fault(one.row, header, FaultCode.SAMPLE_OF_ANOTHER, params)
    return preview.with_faults(tuple(found.values()))


def judge_criteria(preview: Preview, mapping: ImportMapping, criterion_of: CriterionOf) -> Preview:
    """The same with a fault at each value whose criterion its sample does not have, or that is none of it.

    Raw values of a computation and readings of controls are not asked for: they answer no criterion.
    """
    header = mapping.columns.get(Role.CRITERION, "")
    found = []
    for one in _read(preview):
        if one.control is None and not one.is_raw:
            is_measured = one.sense is not Sense.NOT_MEASURED
            code, params = _judge(criterion_of, one, one.report_unit, is_measured=is_measured)
            if code is FaultCode.CRITERION_UNKNOWN:
                found.append(Fault(one.row, header or one.field, code, params))
            elif code is not None:
                found.append(Fault(one.row, one.field, code, params | {"given": one.value}))
    for it in preview.computed_read:
        if not it.level:
            code, params = _judge(criterion_of, it, it.unit, is_measured=True)
            if code is not None:
                found.append(Fault(it.rows[-1], "", code, params | {"given": it.reported}))
    return preview.with_faults(tuple(found))


def _judge(
    criterion_of: CriterionOf, it: Candidate | Computed, unit: str, *, is_measured: bool
) -> tuple[FaultCode | None, dict[str, str | int]]:
    """What is wrong with one value as it would be recorded."""
    params: dict[str, str | int] = {"criterion": it.criterion}
    criterion = criterion_of(it.sample, it.criterion)
    if criterion is None:
        return FaultCode.CRITERION_UNKNOWN, params
    if not is_measured:
        return None, params
    is_number = isinstance(it, Computed) and it.number is not None
    if isinstance(it, Candidate):
        is_number = it.sense in (Sense.NUMBER, Sense.BELOW, Sense.ABOVE) and bool(it.report_unit)
    if is_number and criterion.unit and unit != criterion.unit:
        return FaultCode.WRONG_UNIT, params | {"unit": unit, "wanted": criterion.unit}
    value = read_value(criterion, it.reported)
    # a reason that is not in the table is a fault all the same
    code = _VALUE_FAULTS.get(value, FaultCode.NOT_A_CHOICE) if isinstance(value, ValueFault) else None
    return code, params


def judge_times(preview: Preview, mapping: ImportMapping, zone: tzinfo) -> Preview:
    """The same with a fault at each time that the site's zone skips or has twice."""
    header = mapping.columns.get(Role.TESTED_AT, "")
    found: dict[int, Fault] = {}
    for one in _read(preview):
        moment = cells.instant(one.tested_at, zone) if one.tested_at else None
        if isinstance(moment, FaultCode):
            found[one.row] = Fault(one.row, header, moment, {"given": one.tested_at})
    return preview.with_faults(tuple(found.values()))


def _read(preview: Preview) -> tuple[Candidate, ...]:
    """All that could be read, in faulty rows too: every fault is told at once."""
    return tuple(one for row in preview.rows for one in row.read)

"""A row while it is being read: what is common to all kinds of file."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from qc.rules.imports import cells
from qc.rules.imports.cells import Said
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import Dilution, ImportMapping, Measure, Role
from qc.rules.imports.preview import Candidate, ControlSort, Limits, Row, Sense
from qc.rules.imports.table import Record, Table

_Read = TypeVar("_Read")


class Sheet:
    """A table together with the mapping that says what its columns are."""

    def __init__(self, table: Table, mapping: ImportMapping, limits: Limits) -> None:
        self.table, self.mapping, self.limits = table, mapping, limits
        self.at: Lookup[str, int] = {header: n for n, header in enumerate(table.header)}

    def header(self, role: Role) -> str:
        """The header of a role's column; empty where the mapping names none."""
        return self.mapping.columns.get(role, "")


@dataclass(frozen=True)
class Value:
    """The value of a field once it was understood, and what it is called, measured in and for."""

    column: str
    text: str
    said: Said
    criterion: str
    unit: str
    report_unit: str
    reported: str
    factor: Decimal = Decimal(1)
    is_raw: bool = False


Key = tuple[str, str, str]


@dataclass
class Draft:
    """One row: its candidates and its faults so far."""

    sheet: Sheet
    record: Record
    faults: list[Fault] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    # (sample, criterion, level) of the value that the row should give, readable or not; of several the first
    key: Key | None = None
    control: ControlSort | None = None
    level: str = ""
    sample: str = ""
    replicate: int = 0

    @property
    def number(self) -> int:
        """As a spreadsheet counts."""
        return self.record.number

    @property
    def is_read(self) -> bool:
        """Whether its fields are to be looked at: the row is whole and not one to leave out."""
        return self.control is not ControlSort.IGNORED

    def cell(self, header: str) -> str:
        """The text of a column."""
        return self.record.cells[self.sheet.at[header]] if header in self.sheet.at else ""

    def text(self, role: Role) -> str:
        """The text of a role's column; empty where the mapping names none."""
        return self.cell(self.sheet.header(role))

    def has(self, role: Role) -> bool:
        """Whether the file has a column for it."""
        return role in self.sheet.mapping.columns

    def answers(self, criterion: str) -> None:
        """Note what the row is about."""
        self.key = self.key or (self.sample, criterion, self.level)

    def fault(self, role: Role | str, code: FaultCode, **params: str | int) -> None:
        """Note what is wrong with the field of a role, or with a column by its header."""
        header = self.sheet.header(role) if isinstance(role, Role) else role
        fault = Fault(self.number, header, code, params)
        if fault not in self.faults:  # two values of a row may need the same field
            self.faults.append(fault)

    def take(self, role: Role, found: "_Read | FaultCode") -> _Read | None:
        """What was read, or None after its fault was noted."""
        if isinstance(found, FaultCode):
            self.fault(role, found, given=self.text(role)[:80])
            return None
        return found

    def number_of(self, role: Role) -> Decimal | None:
        """A plain number that is no result: no bound, no percent sign where it means nothing."""
        said = cells.read_number(self.text(role), self.sheet.mapping.decimal)
        if not self.text(role):
            said = FaultCode.EMPTY
        elif isinstance(said, Said) and said.sense is not Sense.NUMBER:
            said = FaultCode.NOT_A_NUMBER
        taken = self.take(role, said)
        return taken.number if taken is not None else None

    def add(self, value: Value) -> None:
        """Give a candidate."""
        self.candidates.append(
            Candidate(
                row=self.number,
                field=value.column,
                sample=self.sample,
                criterion=value.criterion,
                value=value.text,
                sense=value.said.sense,
                number=value.said.number,
                unit=value.unit,
                reported=value.reported,
                report_unit=value.report_unit,
                factor=value.factor,
                replicate=self.replicate,
                control=self.control,
                level=self.level,
                tested_at=self.text(Role.TESTED_AT),
                comment=self.text(Role.COMMENT),
                is_raw=value.is_raw,
            )
        )

    def row(self) -> Row:
        """The row as it is shown."""
        return Row(self.number, self.record.cells, tuple(self.candidates), tuple(self.faults), self.control)


def begin(sheet: Sheet, record: Record) -> Draft:
    """What every row says beside its values: which sample or control, which replicate, when, and a comment."""
    draft = Draft(sheet, record)
    for header, text in zip(sheet.table.header, record.cells, strict=True):
        if len(text) > sheet.limits.characters:
            draft.fault(header, FaultCode.TOO_LONG, most=sheet.limits.characters)
    for rule in sheet.mapping.controls:
        if draft.text(rule.role) == rule.text:
            draft.control, draft.level = rule.sort, rule.level or rule.text
            break
    if not draft.is_read:
        return draft
    draft.sample = draft.text(Role.SAMPLE)
    find = cells.sample_fault if draft.control is None else cells.text_fault
    fault = find(draft.sample)
    if fault is not None and (draft.control is None or fault is not FaultCode.EMPTY):
        draft.fault(Role.SAMPLE, fault, given=draft.sample[:80])
    _read_replicate(draft)
    _read_rest(draft)
    return draft


def _read_replicate(draft: Draft) -> None:
    """Without a column the replicates are counted later; an empty field of the column is the first."""
    if draft.has(Role.REPLICATE):
        text = draft.text(Role.REPLICATE)
        draft.replicate = (draft.take(Role.REPLICATE, cells.replicate(text)) or 0) if text else 1


def _read_rest(draft: Draft) -> None:
    fault = cells.time_fault(draft.text(Role.TESTED_AT))
    if fault is not None:
        draft.fault(Role.TESTED_AT, fault, given=draft.text(Role.TESTED_AT)[:80])
    comment = draft.text(Role.COMMENT)
    if cells.MAX_COMMENT < len(comment) <= draft.sheet.limits.characters:
        draft.fault(Role.COMMENT, FaultCode.TOO_LONG, most=cells.MAX_COMMENT)
    elif not comment.replace("\n", " ").replace("\r", " ").isprintable():
        draft.fault(Role.COMMENT, FaultCode.NOT_PRINTABLE)


def measure_value(draft: Draft, measure: Measure, column: str) -> Value | None:
    """The value of a measure in a column, with its unit checked and its number possible; or None, with its fault.

    Words that the mapping does not list are no values here.
    """
    text, mapping = draft.cell(column), draft.sheet.mapping
    said = cells.read(text, mapping)
    if isinstance(said, FaultCode):
        draft.fault(column, said, given=text[:80])
        return None
    if said.has_percent and measure.unit != "%":
        draft.fault(column, FaultCode.WRONG_UNIT, given="%", wanted=measure.unit)
        return None
    factor = measure.factor * _dilution(draft, measure)
    reported = _reported(said, measure, factor)
    if said.number is not None and not cells.is_possible(said.number * factor, measure):
        reported = FaultCode.NOT_POSSIBLE
    if isinstance(reported, FaultCode):
        draft.fault(column, reported, given=text[:80])
        return None
    return Value(column, text, said, measure.criterion, measure.unit, measure.report_unit, reported, factor)


def _reported(said: Said, measure: Measure, factor: Decimal) -> str | FaultCode:
    if said.number is not None:
        return cells.as_reported(said, factor)
    is_found = said.sense in (Sense.NOT_DETECTED, Sense.UNDETERMINED)
    return measure.says_not_detected if is_found else ""


def _dilution(draft: Draft, measure: Measure) -> Decimal:
    """What the sample was diluted by, where the value has still to be multiplied by it; 1 after a fault."""
    if measure.dilution is not Dilution.TO_APPLY:
        return Decimal(1)
    found = draft.number_of(Role.DILUTION)
    if found is not None and not 1 <= found <= MOST_DILUTED:
        draft.fault(Role.DILUTION, FaultCode.NOT_POSSIBLE, given=draft.text(Role.DILUTION))
        return Decimal(1)
    return Decimal(1) if found is None else found


MOST_DILUTED = Decimal(1_000_000)


def unit_fault(draft: Draft, measure_unit: str) -> tuple[str, FaultCode | None]:
    """The unit that a row states, as a UCUM code, and what is wrong with it; an empty `measure_unit` takes any."""
    stated = draft.text(Role.UNIT)
    code = draft.sheet.mapping.units.get(stated, stated)
    if not stated:
        return "", FaultCode.UNIT_MISSING
    if len(code) > 40 or not code.isprintable() or " " in code:
        return "", FaultCode.UNIT_UNKNOWN
    return code, FaultCode.WRONG_UNIT if measure_unit and code != measure_unit else None

"""The responses of an assay plate: a table with a row for each well, or what is wrong with it at the row and field.

Columns: preparation, dose, response, replicate. What a dose is depends on the calculation: for a relative potency the
dose of either preparation; for a standard curve the concentration of a standard and, of a sample, how many times it was
diluted; for specific lysis the ratio of effector to target cells, which wells without effector cells have none of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from qc.rules.imports import cells
from qc.rules.imports.cells import Said
from qc.rules.imports.decoding import decode
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import DecimalSign, Encoding, ImportKind, ImportMapping, Role
from qc.rules.imports.preview import Row, Sense
from qc.rules.imports.reading import DEFAULT_LIMITS, whole_rows
from qc.rules.imports.table import Record, read_table
from qc.rules.methods import Calculation


class Preparation(StrEnum):
    """What is in a well."""

    REFERENCE = "reference"
    STANDARD = "standard"
    SAMPLE = "sample"
    SPONTANEOUS = "spontaneous"
    MAXIMAL = "maximal"


PREPARATIONS: Mapping[Calculation, tuple[Preparation, ...]] = {
    Calculation.RELATIVE_POTENCY: (Preparation.REFERENCE, Preparation.SAMPLE),
    Calculation.STANDARD_CURVE: (Preparation.STANDARD, Preparation.SAMPLE),
    Calculation.SPECIFIC_LYSIS: (Preparation.SAMPLE, Preparation.SPONTANEOUS, Preparation.MAXIMAL),
}
# Wells without effector cells.
WITHOUT_DOSE = (Preparation.SPONTANEOUS, Preparation.MAXIMAL)

# What is measured lies between these; beyond them the arithmetic of curves runs out of digits.
_SMALLEST, _LARGEST = Decimal("1e-15"), Decimal("1e15")

COLUMNS = ("preparation", "dose", "response", "replicate")
_MAPPING = ImportMapping(
    kind=ImportKind.CSV,
    title="Plate",
    header=COLUMNS[0],
    columns=dict(zip((Role.TASK, Role.QUANTITY, Role.VALUE, Role.REPLICATE), COLUMNS, strict=True)),
)


@dataclass(frozen=True)
class Well:
    """One response. `dose` is None in a well that has none."""

    row: int
    preparation: Preparation
    dose: Decimal | None
    response: Decimal
    replicate: int


@dataclass(frozen=True)
class PlateFile:
    """All that a file says. `digest` is the SHA-256 of its bytes; `rows` are as they stand in it, with their faults."""

    digest: str
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    wells: tuple[Well, ...] = ()
    faults_of_file: tuple[Fault, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault: the file's, then those of the rows in their order."""
        return self.faults_of_file + tuple(fault for row in self.rows for fault in row.faults)

    @property
    def is_clean(self) -> bool:
        """Whether anything is computed from it."""
        return not self.faults and bool(self.wells)

    def of(self, preparation: Preparation) -> tuple[Well, ...]:
        """The wells of one preparation."""
        return tuple(well for well in self.wells if well.preparation is preparation)


def read_plate(data: bytes, calculation: Calculation) -> PlateFile:
    """What a plate's file says. Nothing is trimmed, completed or left out."""
    digest = sha256(data).hexdigest()
    text = FaultCode.TOO_LARGE if len(data) > DEFAULT_LIMITS.bytes else decode(data, Encoding.UTF_8)
    if isinstance(text, FaultCode):
        params: dict[str, str | int] = {"most": DEFAULT_LIMITS.bytes, "wanted": str(Encoding.UTF_8)}
        return PlateFile(digest, faults_of_file=(Fault(0, "", text, params),))
    table = read_table(text, _MAPPING, DEFAULT_LIMITS)
    if table.faults:
        return PlateFile(digest, table.header, faults_of_file=tuple(table.faults))
    whole, broken = whole_rows(table)
    at = {name: table.header.index(name) for name in COLUMNS}
    read = [_WellReader(record, at, calculation) for record in whole]
    wells = [well for one in read if (well := one.well()) is not None]
    _check_twice(read, wells)
    rows = sorted([*broken, *(one.row() for one in read)], key=lambda row: row.number)
    missing = set(PREPARATIONS[calculation]) - {well.preparation for well in wells}
    faults = [Fault(0, "", FaultCode.PREPARATION_MISSING, {"wanted": str(one)}) for one in sorted(missing)]
    has_faults = any(row.faults for row in rows)
    return PlateFile(digest, table.header, tuple(rows), tuple(wells), () if has_faults else tuple(faults))


def plate_template(calculation: Calculation) -> str:
    """A file to fill in: the header, and one row of each preparation to write over."""
    rows = [f"{one},{'' if one in WITHOUT_DOSE else '1'},0,1" for one in PREPARATIONS[calculation]]
    return "".join(f"{line}\r\n" for line in (",".join(COLUMNS), *rows))


class _WellReader:
    """Reads one row; every fault of it at its field."""

    def __init__(self, record: Record, at: Mapping[str, int], calculation: Calculation) -> None:
        self.record, self.at, self.calculation = record, at, calculation
        self.faults: list[Fault] = []

    def well(self) -> Well | None:
        """The well, or None after its faults were noted."""
        preparation, response = self._preparation(), self._number("response")
        dose = self._dose(preparation)
        replicate = cells.replicate(self._text("replicate"))
        if isinstance(replicate, FaultCode):
            self.fault("replicate", replicate)
            return None
        if self.faults or preparation is None or response is None:
            return None
        return Well(self.record.number, preparation, dose, response, replicate)

    def row(self) -> Row:
        """The row as it is shown."""
        return Row(self.record.number, self.record.cells, faults=tuple(self.faults))

    def fault(self, column: str, code: FaultCode, **params: str | int) -> None:
        """Note what is wrong with a field."""
        given = self._text(column)[:80]
        self.faults.append(Fault(self.record.number, column, code, {"given": given, **params}))

    def _text(self, column: str) -> str:
        return self.record.cells[self.at[column]]

    def _preparation(self) -> Preparation | None:
        text, known = self._text("preparation"), PREPARATIONS[self.calculation]
        fault = cells.text_fault(text)
        if fault is not None:
            self.fault("preparation", fault)
        elif text in {str(one) for one in known}:
            return Preparation(text)
        else:
            self.fault("preparation", FaultCode.PREPARATION_UNKNOWN, wanted=", ".join(known))
        return None

    def _dose(self, preparation: Preparation | None) -> Decimal | None:
        if preparation in WITHOUT_DOSE:
            if self._text("dose"):
                self.fault("dose", FaultCode.DOSE_NOT_WANTED, preparation=str(preparation))
            return None
        number = self._number("dose")
        if number is not None and number <= 0:
            self.fault("dose", FaultCode.DOSE_NOT_POSITIVE)
        return number

    def _number(self, column: str) -> Decimal | None:
        text = self._text(column)
        said = cells.text_fault(text) or cells.read_number(text, DecimalSign.POINT)
        if isinstance(said, Said) and (said.sense is not Sense.NUMBER or said.has_percent):
            said = FaultCode.NOT_A_NUMBER
        if isinstance(said, FaultCode):
            self.fault(column, said)
            return None
        if said.number is not None and said.number and not _SMALLEST <= abs(said.number) <= _LARGEST:
            self.fault(column, FaultCode.NOT_POSSIBLE)
            return None
        return said.number


def _check_twice(read: list[_WellReader], wells: list[Well]) -> None:
    """A preparation has one response at a dose in a replicate."""
    first: dict[tuple[Preparation, Decimal | None, int], int] = {}
    rows = {one.record.number: one for one in read}
    for well in wells:
        row = first.setdefault((well.preparation, well.dose, well.replicate), well.row)
        if row != well.row:
            about = "" if well.dose is None else f"{well.dose:f}"
            told = {"sample": str(well.preparation), "criterion": about, "replicate": str(well.replicate)}
            rows[well.row].fault("replicate", FaultCode.DUPLICATE_READING, first=row, **told)

"""What a file of results says, row by row, before anything of it is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any

from ledger.rules.canonical import canonical
from qc.rules.imports.faults import Fault

# What a computed number is told with: cut and not rounded, so that rounding it to a specification's decimals later
# comes to the same as rounding the exact number.
COMPUTED_DECIMALS = 12
_WIDE = Context(prec=60, rounding=ROUND_DOWN)


@dataclass(frozen=True)
class Limits:
    """How much is read at all."""

    bytes: int = 5_000_000
    rows: int = 10_000
    columns: int = 200
    characters: int = 1_000  # of one field
    values: int = 20_000


class Sense(StrEnum):
    """What a field that holds a value says."""

    NUMBER = "number"
    BELOW = "below"
    ABOVE = "above"
    WORD = "word"
    NOT_DETECTED = "not_detected"
    UNDETERMINED = "undetermined"
    NOT_MEASURED = "not_measured"


class ControlSort(StrEnum):
    """What a row that is no sample's is."""

    STANDARD = "standard"
    BLANK = "blank"
    CONTROL = "control"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Candidate:
    """One value as the file has it.

    `value` is the field's text, byte for byte; `number` what it says in `unit`, the file's; `reported` what would be
    recorded, in `report_unit`: number times `factor` (conversion and dilution), or a word; empty where nothing was
    measured. `is_raw`: only a computation uses it, it answers no criterion itself. `level` is empty for a sample.
    """

    row: int
    field: str
    sample: str
    criterion: str
    value: str
    sense: Sense
    number: Decimal | None
    unit: str
    reported: str
    report_unit: str
    factor: Decimal = Decimal(1)
    replicate: int = 1
    control: ControlSort | None = None
    level: str = ""
    tested_at: str = ""
    comment: str = ""
    is_raw: bool = False


@dataclass(frozen=True)
class Row:
    """One row of the table: its fields as they are, and the values that it gives or what is wrong with it.

    `read` is all that could be read; `candidates` is empty as soon as anything is wrong with the row. `control` is
    what the row is when it is no sample's.
    """

    number: int
    cells: tuple[str, ...]
    read: tuple[Candidate, ...] = ()
    faults: tuple[Fault, ...] = ()
    control: ControlSort | None = None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The values that the row gives."""
        return () if self.faults else self.read


class Formula(StrEnum):
    """How a computed value came about."""

    COPIES_PER_CELL = "copies_per_cell"
    GROWTH_OF_BOTTLES = "growth_of_bottles"


@dataclass(frozen=True)
class Computed:
    """A value that follows from several rows, which stay as they are.

    `reported` is the number or the word to record. `inputs` are what went in, as (name, value).
    """

    sample: str
    criterion: str
    formula: Formula
    rows: tuple[int, ...]
    reported: str
    unit: str = ""
    number: Decimal | None = None
    day: int | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    level: str = ""


@dataclass(frozen=True)
class Curve:
    """The standard curve of one target: Cq = intercept + slope x log10(quantity).

    `efficiency` in %: (10^(-1/slope) - 1) x 100. `is_computed`: from the file's standards, not read from it.
    """

    target: str
    slope: Decimal
    r_squared: Decimal
    efficiency: Decimal | None
    intercept: Decimal | None
    is_computed: bool
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Preview:
    """All that a file says. `digest` is the SHA-256 of its bytes, `mapping_digest` that of how it was read.

    Nothing of it may be recorded unless `is_clean`.
    """

    kind: str
    digest: str
    size: int
    mapping_digest: str
    faults_of_file: tuple[Fault, ...] = ()
    header: tuple[str, ...] = ()
    preamble: tuple[tuple[str, ...], ...] = ()
    rows: tuple[Row, ...] = ()
    computed_read: tuple[Computed, ...] = ()
    curves: tuple[Curve, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault: the file's, then those of the rows in their order."""
        return self.faults_of_file + tuple(fault for row in self.rows for fault in row.faults)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every value in the order of the file, those of control rows among them."""
        return tuple(candidate for row in self.rows for candidate in row.candidates)

    @property
    def computed(self) -> tuple[Computed, ...]:
        """What was computed from rows that have no fault."""
        faulty = {row.number for row in self.rows if row.faults}
        return tuple(one for one in self.computed_read if not faulty.intersection(one.rows))

    @property
    def is_clean(self) -> bool:
        """Whether it may be imported: nothing is wrong, and there is something."""
        return not self.faults and bool(self.candidates)

    @property
    def samples(self) -> tuple[str, ...]:
        """The codes of the samples, each once, in the order of the file."""
        return tuple(dict.fromkeys(found.sample for found in self.candidates if found.control is None))

    def is_of(self, data: bytes) -> bool:
        """Whether these are the bytes that were previewed."""
        return sha256(data).hexdigest() == self.digest

    def raw(self, row: Row) -> tuple[tuple[str, str], ...]:
        """The fields of a row as (header, text), as in the file."""
        return tuple(zip(self.header, row.cells, strict=False))

    @property
    def reading_digest(self) -> str:
        """SHA-256 over file, mapping and all that was read, so that another reading of the same file is noticed."""
        told = {
            "file": self.digest,
            "mapping": self.mapping_digest,
            "kind": self.kind,
            "candidates": [_fields(item) for item in self.candidates],
            "computed": [_fields(item) for item in self.computed],
            "curves": [_fields(item) for item in self.curves],
            "faults": [_fields(item) for item in self.faults],
        }
        return sha256(canonical(told)).hexdigest()

    def with_faults(self, faults: tuple[Fault, ...]) -> "Preview":
        """The same with more faults, each at its row."""
        by_row: dict[int, list[Fault]] = {}
        for fault in faults:
            by_row.setdefault(fault.row, []).append(fault)
        known = {row.number for row in self.rows}
        rows = tuple(
            replace(row, faults=(*row.faults, *by_row[row.number])) if row.number in by_row else row
            for row in self.rows
        )
        of_file = tuple(fault for fault in faults if fault.row not in known)
        return replace(self, rows=rows, faults_of_file=self.faults_of_file + of_file)


def _fields(item: Any) -> Mapping[str, Any]:
    """The fields of a flat dataclass."""
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def plain(number: Decimal) -> str:
    """A number in plain digits, without zeros at its end."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def told(number: Decimal) -> str:
    """A number that was computed, in plain digits, cut at 12 decimals."""
    return plain(number.quantize(Decimal(1).scaleb(-COMPUTED_DECIMALS), context=_WIDE))

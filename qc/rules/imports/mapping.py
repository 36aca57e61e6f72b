"""How one laboratory's files are read: what a document of the kind `import_mapping` (schema 1) says."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from qc.rules.imports.preview import ControlSort, Sense


class ImportKind(StrEnum):
    """What kind of file it is."""

    CSV = "csv"
    FLOW_CYTOMETRY = "flow_cytometry"
    CELL_COUNTER = "cell_counter"
    QPCR = "qpcr"
    DDPCR = "ddpcr"
    LAL = "lal"
    BACTEC = "bactec"


class Encoding(StrEnum):
    """How the bytes stand for characters."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"


class Delimiter(StrEnum):
    """What stands between two fields."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


DELIMITERS: Lookup[Delimiter, str] = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    POINT = "point"
    COMMA = "comma"


class Role(StrEnum):
    """What a column holds."""

    SAMPLE = "sample"
    CRITERION = "criterion"
    VALUE = "value"
    UNIT = "unit"
    REPLICATE = "replicate"
    TESTED_AT = "tested_at"
    COMMENT = "comment"
    TASK = "task"
    DILUTION = "dilution"
    WELL = "well"
    TARGET = "target"
    CQ = "cq"
    QUANTITY = "quantity"
    SLOPE = "slope"
    R_SQUARED = "r_squared"
    DROPLETS = "droplets"
    RECOVERY = "recovery"
    CV = "cv"
    CORRELATION = "correlation"
    BOTTLE = "bottle"
    STATUS = "status"
    DAYS = "days"
    POSITIVE_AFTER = "positive_after"


class Part(StrEnum):
    """What a measured value is for."""

    RESULT = "result"  # it answers a criterion
    VECTOR = "vector"  # copies of the vector, for copies per cell
    REFERENCE = "reference"  # copies of the reference gene, for copies per cell
    PRESENCE = "presence"  # whether it was found at all answers a criterion


class Dilution(StrEnum):
    """What the dilution that the file states has to do with a value."""

    NONE = "none"  # a dilution does not change it, or it has been applied
    TO_APPLY = "to_apply"


class CurveSource(StrEnum):
    """Where the standard curve comes from."""

    NONE = "none"
    COMPUTED = "computed"
    READ = "read"


@dataclass(frozen=True)
class Measure:
    """One value that a row can hold: from which column or target, for which criterion, in which unit.

    `factor` is what turns `unit` (the file's) into `report_unit`: the one of the closed list, written out.
    `ratio`: the criterion that copies per cell answer. `says_detected`, `says_not_detected`: what is reported then.
    """

    criterion: str
    unit: str
    report_unit: str
    factor: Decimal = Decimal(1)
    column: str = ""
    target: str = ""
    part: Part = Part.RESULT
    ratio: str = ""
    dilution: Dilution = Dilution.NONE
    possible_low: Decimal | None = None
    possible_high: Decimal | None = None
    says_detected: str = ""
    says_not_detected: str = ""


@dataclass(frozen=True)
class ControlRule:
    """Which rows are no sample's: those whose column of this role holds exactly this text."""

    role: Role
    text: str
    sort: ControlSort
    level: str = ""


@dataclass(frozen=True)
class Acceptance:
    """What a run has to meet for its rows to count. Both ends of a range are within; None is not asked for."""

    curve: CurveSource = CurveSource.NONE
    slope_low: Decimal | None = None
    slope_high: Decimal | None = None
    efficiency_low: Decimal | None = None
    efficiency_high: Decimal | None = None
    r_squared_low: Decimal | None = None
    standards_least: int = 0
    needs_blank: bool = False
    blank_cq_low: Decimal | None = None
    blank_high: Decimal | None = None
    droplets_least: int = 0
    recovery_low: Decimal | None = None
    recovery_high: Decimal | None = None
    cv_high: Decimal | None = None
    correlation_low: Decimal | None = None


@dataclass(frozen=True)
class Growth:
    """How bottles are read: the instrument's words, and what they answer from which day on.

    A bottle of `ongoing` answers `interim_criterion` from `interim_days` on; one of `negative` answers
    `final_criterion` and has to be `final_days` old; one of `growth` answers both. `positive_unit` (h or d) is that of
    the time after which growth was found.
    """

    growth: tuple[str, ...] = ()
    ongoing: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    interim_criterion: str = ""
    final_criterion: str = ""
    interim_days: int = 0
    final_days: int = 0
    positive_unit: str = ""
    says_growth: str = ""
    says_ongoing: str = ""
    says_negative: str = ""


@dataclass(frozen=True)
class ImportMapping:
    """A whole mapping. `columns` names the header of each role, `ignored` the headers that are known and not used.

    `header` is the text of the first field of the header row, `footer` that of the row that ends the table (empty:
    none). `replicates`: how many each sample must have, 0 for any number; without a column for it they are counted in
    the order of the rows. `reference_copies`: of the reference gene in one cell. `digest`: SHA-256 of the content.
    """

    kind: ImportKind
    title: str
    header: str
    columns: Lookup[Role, str]
    encoding: Encoding = Encoding.UTF_8
    delimiter: Delimiter = Delimiter.COMMA
    decimal: DecimalSign = DecimalSign.POINT
    footer: str = ""
    needs_final_line_end: bool = True
    trims_spaces: bool = False
    ignored: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    units: Lookup[str, str] = field(default_factory=dict)
    words: Lookup[Sense, tuple[str, ...]] = field(default_factory=dict)
    controls: tuple[ControlRule, ...] = ()
    replicates: int = 0
    reference_copies: int = 2
    acceptance: Acceptance = field(default_factory=Acceptance)
    growth: Growth = field(default_factory=Growth)
    digest: str = ""

    def measure_of_target(self, target: str) -> Measure | None:
        """The measure of a target as the file names it."""
        return next((measure for measure in self.measures if measure.target == target), None)

    @property
    def reference(self) -> Measure | None:
        """The reference gene's measure, where copies per cell are computed."""
        return next((measure for measure in self.measures if measure.part is Part.REFERENCE), None)

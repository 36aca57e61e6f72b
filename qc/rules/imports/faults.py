"""What can be wrong with a file of results: a closed list of codes, each at its row and field.

`qc/forms/import_words.py` says each in words.
"""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum


class FaultCode(StrEnum):
    """Why a file, a row or a field is not taken."""

    # the file
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    SPREADSHEET_FILE = "spreadsheet_file"
    UTF_16 = "utf_16"
    NUL_BYTES = "nul_bytes"
    WRONG_ENCODING = "wrong_encoding"
    NOT_TEXT = "not_text"
    BOM_INSIDE = "bom_inside"
    MIXED_LINE_ENDS = "mixed_line_ends"
    NO_FINAL_LINE_END = "no_final_line_end"
    OPEN_QUOTE = "open_quote"
    STRAY_QUOTE = "stray_quote"
    HALF_A_FILE = "half_a_file"
    ROWS_AFTER_END = "rows_after_end"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_VALUES = "too_many_values"
    MAPPING_OF_ANOTHER_KIND = "mapping_of_another_kind"
    # its header
    NO_HEADER = "no_header"
    WRONG_DELIMITER = "wrong_delimiter"
    COLUMN_TWICE = "column_twice"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_MISSING = "column_missing"
    NO_ROWS = "no_rows"
    HEADER_TWICE = "header_twice"
    # a row
    TOO_FEW_FIELDS = "too_few_fields"
    TOO_MANY_FIELDS = "too_many_fields"
    DUPLICATE_ROW = "duplicate_row"
    DUPLICATE_READING = "duplicate_reading"
    MISSING_REPLICATE = "missing_replicate"
    UNEXPECTED_REPLICATE = "unexpected_replicate"
    # a field
    EMPTY = "empty"
    TOO_LONG = "too_long"
    SPACES_AROUND = "spaces_around"
    NOT_PRINTABLE = "not_printable"
    QUOTE_IN_VALUE = "quote_in_value"
    SAMPLE_SHAPE = "sample_shape"
    CRITERION_SHAPE = "criterion_shape"
    REPLICATE_SHAPE = "replicate_shape"
    TIME_SHAPE = "time_shape"
    NOT_A_NUMBER = "not_a_number"
    DECIMAL_COMMA = "decimal_comma"
    DECIMAL_POINT = "decimal_point"
    THOUSANDS_SEPARATOR = "thousands_separator"
    NUMBER_TOO_LONG = "number_too_long"
    NOT_POSSIBLE = "not_possible"
    UNIT_MISSING = "unit_missing"
    UNIT_UNKNOWN = "unit_unknown"
    WRONG_UNIT = "wrong_unit"
    MIXED_UNITS = "mixed_units"
    # wells
    WELL_SHAPE = "well_shape"
    WELL_TWICE = "well_twice"
    WELL_OF_TWO_SAMPLES = "well_of_two_samples"
    TARGET_UNKNOWN = "target_unknown"
    CONTRADICTION = "contradiction"
    REPLICATES_DISAGREE = "replicates_disagree"
    BLANK_NOT_CLEAN = "blank_not_clean"
    BLANK_MISSING = "blank_missing"
    STANDARD_NOT_DETECTED = "standard_not_detected"
    TOO_FEW_STANDARDS = "too_few_standards"
    CURVE_DIFFERS = "curve_differs"
    SLOPE_OUTSIDE = "slope_outside"
    EFFICIENCY_OUTSIDE = "efficiency_outside"
    R_SQUARED_TOO_LOW = "r_squared_too_low"
    TOO_FEW_DROPLETS = "too_few_droplets"
    VECTOR_MISSING = "vector_missing"
    REFERENCE_MISSING = "reference_missing"
    REFERENCE_ZERO = "reference_zero"
    # endotoxin
    RECOVERY_OUTSIDE = "recovery_outside"
    CV_TOO_HIGH = "cv_too_high"
    CORRELATION_TOO_LOW = "correlation_too_low"
    # bottles
    BOTTLE_SHAPE = "bottle_shape"
    BOTTLE_TWICE = "bottle_twice"
    STATUS_UNKNOWN = "status_unknown"
    NOT_INCUBATED_LONG_ENOUGH = "not_incubated_long_enough"
    TOO_EARLY = "too_early"
    # plates
    PREPARATION_UNKNOWN = "preparation_unknown"
    PREPARATION_MISSING = "preparation_missing"
    DOSE_NOT_POSITIVE = "dose_not_positive"
    DOSE_NOT_WANTED = "dose_not_wanted"
    # against what is known
    SAMPLE_UNKNOWN = "sample_unknown"
    SAMPLE_OF_ANOTHER = "sample_of_another"
    CRITERION_UNKNOWN = "criterion_unknown"
    NOT_A_CHOICE = "not_a_choice"
    TIME_NOT_POSSIBLE = "time_not_possible"
    TIME_TWICE = "time_twice"


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `row` as a spreadsheet counts it, 0 for the file; `field` is the column's header."""

    row: int
    field: str
    code: FaultCode
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

"""Files of results in words: what is wrong with a file, row or field and what to do, kinds, and faults of mappings."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from people.registry import Shown, Word
from qc.forms.texts import unit
from qc.rules.imports import Fault, FaultCode, ImportKind, default_content

KINDS: Mapping[ImportKind, Word] = {
    ImportKind.CSV: _("Template to fill in"),
    ImportKind.FLOW_CYTOMETRY: _("Flow cytometry, table of statistics"),
    ImportKind.CELL_COUNTER: _("Cell counter"),
    ImportKind.QPCR: _("qPCR, table of wells"),
    ImportKind.DDPCR: _("ddPCR, table of wells"),
    ImportKind.LAL: _("Endotoxin (LAL)"),
    ImportKind.BACTEC: _("Growth detection, table of bottles"),
}

_EXPORT_AGAIN = _("Export the file again from the instrument, whole, and choose that one.")
_CORRECT_FILE = _("Correct it at its source, export again and choose the new file.")
_AS_CSV = _("Save it as CSV with UTF-8 encoding, then choose that file.")
_MAPPING = _("If this file is right, the mapping has to be changed: it is a controlled document.")
_SIGN = _("Write plain digits with the decimal sign that the mapping names, and nothing between thousands.")
_REPEAT = _(
    "Look at the run: a result that does not meet this is not taken. Test again if the method says so."
)

# What is wrong, and what to do.
FAULTS: Mapping[FaultCode, tuple[Word, Word]] = {
    FaultCode.EMPTY_FILE: (_("The file is empty."), _EXPORT_AGAIN),
    FaultCode.TOO_LARGE: (
        _("The file has more than %(most)s bytes."),
        _("Export one run at a time."),
    ),
    FaultCode.SPREADSHEET_FILE: (_("This is a spreadsheet file or an archive, not a text file."), _AS_CSV),
    FaultCode.UTF_16: (
        _("The file is encoded as UTF-16 or UTF-32, which the mapping does not say."),
        _AS_CSV,
    ),
    FaultCode.NUL_BYTES: (_("The file holds NUL bytes: it is no text, or it is damaged."), _EXPORT_AGAIN),
    FaultCode.WRONG_ENCODING: (
        _("The file is not encoded as %(wanted)s, which the mapping says."),
        _AS_CSV,
    ),
    FaultCode.NOT_TEXT: (_("The file holds control characters: it is no text."), _EXPORT_AGAIN),
    FaultCode.BOM_INSIDE: (
        _("There is a byte order mark inside the file: two files were put together."),
        _("Choose one file at a time."),
    ),
    FaultCode.MIXED_LINE_ENDS: (
        _("The lines do not all end alike: the file was put together or edited."),
        _EXPORT_AGAIN,
    ),
    FaultCode.NO_FINAL_LINE_END: (
        _("The last line has no end: its last value may be cut off."),
        _EXPORT_AGAIN,
    ),
    FaultCode.OPEN_QUOTE: (
        _("A quotation mark is never closed: the file ends in the middle of a field."),
        _EXPORT_AGAIN,
    ),
    FaultCode.STRAY_QUOTE: (_("A quotation mark stands in the middle of a field."), _CORRECT_FILE),
    FaultCode.HALF_A_FILE: (_("The end of the table is missing: this is part of a file."), _EXPORT_AGAIN),
    FaultCode.ROWS_AFTER_END: (
        _("There is a row after the one that ends the table."),
        _("Choose one file at a time."),
    ),
    FaultCode.TOO_MANY_ROWS: (_("The file has more than %(most)s rows."), _("Export one run at a time.")),
    FaultCode.TOO_MANY_VALUES: (_("The file has more than %(most)s values."), _("Export one run at a time.")),
    FaultCode.MAPPING_OF_ANOTHER_KIND: (
        _("The mapping is for another kind of file (%(kind)s)."),
        _("Choose the mapping that belongs to this file."),
    ),
    FaultCode.NO_HEADER: (
        _("No row begins with %(header)s: the header is missing, or this is another file."),
        _("Choose the mapping that belongs to this file, or export it with its header."),
    ),
    FaultCode.WRONG_DELIMITER: (
        _("The columns are separated by %(found)s; the mapping says %(wanted)s."),
        _MAPPING,
    ),
    FaultCode.COLUMN_TWICE: (_("There are two columns of this name."), _CORRECT_FILE),
    FaultCode.COLUMN_UNKNOWN: (_("The mapping does not know this column."), _MAPPING),
    FaultCode.COLUMN_MISSING: (_("This column is missing."), _MAPPING),
    FaultCode.NO_ROWS: (_("There is a header and no row."), _EXPORT_AGAIN),
    FaultCode.HEADER_TWICE: (
        _("The header stands here a second time: two files were put together."),
        _("Choose one file at a time."),
    ),
    FaultCode.TOO_FEW_FIELDS: (
        _("The row has %(found)s fields, the header %(wanted)s."),
        _EXPORT_AGAIN,
    ),
    FaultCode.TOO_MANY_FIELDS: (
        _("The row has more fields than there are columns."),
        _("A comma in a number or a comment may have split it: put such a field in quotation marks."),
    ),
    FaultCode.DUPLICATE_ROW: (_("The row is the same as row %(first)s."), _CORRECT_FILE),
    FaultCode.DUPLICATE_READING: (
        _("Row %(first)s has a value of %(criterion)s for %(sample)s already, replicate %(replicate)s."),
        _("Number the replicates, or leave out the row that does not count."),
    ),
    FaultCode.MISSING_REPLICATE: (
        _("%(sample)s, %(criterion)s: replicate %(missing)s is missing."),
        _("Export the run with all its replicates."),
    ),
    FaultCode.UNEXPECTED_REPLICATE: (
        _("%(sample)s, %(criterion)s: there are more replicates than the %(wanted)s of the method."),
        _("Leave out none by yourself: record in the run why there are more."),
    ),
    FaultCode.EMPTY: (
        _("This is empty."),
        _("Fill it in; where nothing was measured, the mapping has a word for it."),
    ),
    FaultCode.TOO_LONG: (_("This is too long."), _CORRECT_FILE),
    FaultCode.SPACES_AROUND: (_("There are spaces before or behind it."), _CORRECT_FILE),
    FaultCode.NOT_PRINTABLE: (_("There are characters in it that cannot be seen."), _CORRECT_FILE),
    FaultCode.QUOTE_IN_VALUE: (_("There is a quotation mark in it."), _CORRECT_FILE),
    FaultCode.SAMPLE_SHAPE: (
        _("%(given)s is not the code of a sample."),
        _("Scan or copy the code from the label of the tube; spreadsheets change long numbers."),
    ),
    FaultCode.CRITERION_SHAPE: (
        _("%(given)s is not the code of a criterion."),
        _("Take the code from the specification: capitals, digits and underscores."),
    ),
    FaultCode.REPLICATE_SHAPE: (
        _("%(given)s is not the number of a replicate."),
        _("Write 1, 2, 3 and so on, 99 at most."),
    ),
    FaultCode.TIME_SHAPE: (
        _("%(given)s is not a time."),
        _("Write it as 2026-11-20 14:05, or with its offset as 2026-11-20T14:05+01:00."),
    ),
    FaultCode.NOT_A_NUMBER: (_("%(given)s is not a number."), _SIGN),
    FaultCode.DECIMAL_COMMA: (_("%(given)s has a comma before its decimals."), _SIGN),
    FaultCode.DECIMAL_POINT: (
        _("%(given)s has a point before its decimals; the mapping says comma."),
        _SIGN,
    ),
    FaultCode.THOUSANDS_SEPARATOR: (
        _("%(given)s may have its thousands separated, or be a decimal number: it can be read in two ways."),
        _SIGN,
    ),
    FaultCode.NUMBER_TOO_LONG: (_("%(given)s has too many digits to be a result."), _CORRECT_FILE),
    FaultCode.NOT_POSSIBLE: (
        _("%(given)s is outside of what is possible: a slip of the pen?"),
        _("Look it up in the raw data and correct it at its source."),
    ),
    FaultCode.UNIT_MISSING: (_("The unit is missing."), _("Write the unit of every number.")),
    FaultCode.UNIT_UNKNOWN: (_("%(given)s is not a unit."), _("Write the unit as the specification does.")),
    FaultCode.WRONG_UNIT: (
        _("The unit is not the one that is asked for (%(wanted)s)."),
        _("A unit is never converted by itself. Export in the right unit, or have the mapping say how."),
    ),
    FaultCode.MIXED_UNITS: (
        _("The unit here is %(given)s, in row %(first)s it is %(wanted)s."),
        _("Write all values of one criterion in one unit."),
    ),
    FaultCode.WELL_SHAPE: (_("%(given)s is not a well."), _("Wells are A1 to P24.")),
    FaultCode.WELL_TWICE: (_("Row %(first)s has this well and target already."), _CORRECT_FILE),
    FaultCode.WELL_OF_TWO_SAMPLES: (
        _("Row %(first)s says that %(other)s is in this well."),
        _("Look at the plate's layout. A well holds one sample."),
    ),
    FaultCode.TARGET_UNKNOWN: (_("The mapping does not know the target %(given)s."), _MAPPING),
    FaultCode.CONTRADICTION: (
        _("%(given)s contradicts another field of the row."),
        _("Look at the raw data: was something found here or not?"),
    ),
    FaultCode.REPLICATES_DISAGREE: (
        _("%(target)s was found in some wells of the sample and not in others."),
        _("A person has to judge this: repeat the test as the method says."),
    ),
    FaultCode.BLANK_NOT_CLEAN: (_("Something was found in a blank (%(given)s)."), _REPEAT),
    FaultCode.BLANK_MISSING: (_("There is no blank for %(target)s."), _("Export the run with its blanks.")),
    FaultCode.STANDARD_NOT_DETECTED: (_("Nothing was found in a standard (%(given)s)."), _REPEAT),
    FaultCode.TOO_FEW_STANDARDS: (
        _("%(target)s: the curve has standards of %(found)s quantities, %(least)s are needed."),
        _REPEAT,
    ),
    FaultCode.CURVE_DIFFERS: (
        _("%(target)s: this row states another curve than the rows before."),
        _("Export one run at a time."),
    ),
    FaultCode.SLOPE_OUTSIDE: (
        _("%(target)s: the slope of the curve is %(found)s, allowed are %(low)s to %(high)s."),
        _REPEAT,
    ),
    FaultCode.EFFICIENCY_OUTSIDE: (
        _("%(target)s: the efficiency is %(found)s %%, allowed are %(low)s to %(high)s %%."),
        _REPEAT,
    ),
    FaultCode.R_SQUARED_TOO_LOW: (
        _("%(target)s: R squared of the curve is %(found)s, allowed are %(low)s to %(high)s."),
        _REPEAT,
    ),
    FaultCode.TOO_FEW_DROPLETS: (
        _("%(given)s droplets were accepted, at least %(least)s are needed."),
        _REPEAT,
    ),
    FaultCode.VECTOR_MISSING: (
        _("The sample has wells of the reference and none of %(wanted)s."),
        _("Export the run with all its wells."),
    ),
    FaultCode.REFERENCE_MISSING: (
        _("The sample has wells of the vector and none of the reference %(wanted)s."),
        _("Export the run with all its wells."),
    ),
    FaultCode.REFERENCE_ZERO: (
        _("The reference was not found in this sample: there are no copies per cell."),
        _REPEAT,
    ),
    FaultCode.RECOVERY_OUTSIDE: (
        _("%(given)s %% of the spike were recovered, allowed are %(low)s to %(high)s %%."),
        _("The sample disturbs the test: dilute it further, as the method says, and test again."),
    ),
    FaultCode.CV_TOO_HIGH: (_("The CV is %(given)s %%, at most %(high)s %% are allowed."), _REPEAT),
    FaultCode.CORRELATION_TOO_LOW: (
        _("The correlation of the curve is %(given)s, at least %(low)s is needed without its sign."),
        _REPEAT,
    ),
    FaultCode.BOTTLE_SHAPE: (
        _("%(given)s is not the number of a bottle."),
        _("Scan the number from the bottle."),
    ),
    FaultCode.BOTTLE_TWICE: (_("Row %(first)s has this bottle already."), _CORRECT_FILE),
    FaultCode.STATUS_UNKNOWN: (_("The mapping does not know the status %(given)s."), _MAPPING),
    FaultCode.NOT_INCUBATED_LONG_ENOUGH: (
        _("The bottle is called negative on day %(given)s; the test takes %(least)s days."),
        _("Wait for the last day, or record it as a reading to date."),
    ),
    FaultCode.TOO_EARLY: (
        _("A reading on day %(given)s answers nothing; the first that does is on day %(least)s."),
        _("Read the bottles again then."),
    ),
    FaultCode.PREPARATION_UNKNOWN: (
        _("%(given)s is no preparation of this calculation: %(wanted)s."),
        _CORRECT_FILE,
    ),
    FaultCode.PREPARATION_MISSING: (_("There is no row of %(wanted)s."), _EXPORT_AGAIN),
    FaultCode.DOSE_NOT_POSITIVE: (
        _("A dose has to be above zero: a blank is no point of a curve."),
        _("Leave blanks out of the file."),
    ),
    FaultCode.DOSE_NOT_WANTED: (_("%(preparation)s has no dose."), _("Leave this field empty.")),
    FaultCode.SAMPLE_UNKNOWN: (
        _("There is no sample %(sample)s, or it is not yours to see."),
        _("Compare the code with the label of the tube. Nothing is recorded for a sample that is not known."),
    ),
    FaultCode.SAMPLE_OF_ANOTHER: (
        _("%(sample)s does not belong to %(subject)s."),
        _("Stop: this may be another patient's sample. Compare the labels, and tell your supervisor."),
    ),
    FaultCode.CRITERION_UNKNOWN: (
        _("The specification has no criterion %(criterion)s."),
        _("Take the code from the specification that the order began with."),
    ),
    FaultCode.NOT_A_CHOICE: (
        _("%(given)s is not one of the answers of %(criterion)s."),
        _("Write one of the answers of the specification, letter for letter."),
    ),
    FaultCode.TIME_NOT_POSSIBLE: (
        _("There was no %(given)s at this site: the clock was put forward."),
        _("Write the time with its offset, as 2026-03-29T03:05+02:00."),
    ),
    FaultCode.TIME_TWICE: (
        _("%(given)s came twice at this site: the clock was put back."),
        _("Write the time with its offset, as 2026-10-25T02:05+01:00."),
    ),
}

MAPPING_FAULTS: Mapping[str, Word] = {
    "code_shape": _(
        "A code has capital letters, digits and underscores, and begins with a letter; at most 32."
    ),
    "unit_unknown": _("{given} is not a unit of the list."),
    "not_for_this_kind": _("Files of this kind ({kind}) have no such thing."),
    "column_used_twice": _("The column {column} is used twice."),
    "header_is_no_column": _("The header row has to begin with one of the columns; {header} is none."),
    "measures_count": _("Files of this kind ({kind}) need at least {least} measures, or take none."),
    "dilution_column_missing": _("A value that has to be multiplied needs a column for the dilution."),
    "only_for_vector": _("Only a vector has copies per cell."),
    "one_reference": _("Copies per cell need exactly one reference."),
    "vector_required": _("A reference is for nothing without a vector."),
    "units_differ": _("Vector and reference have to be in one unit."),
    "no_conversion": _("{unit} is not converted to {to}: it is not in the list of conversions."),
    "factor_wrong": _("The factor of this conversion is {wanted}: write it out."),
    "column_not_named": _("No column is named for this ({role})."),
    "nothing_can_pass": _("No value lies between these limits."),
    "blank_rule_missing": _("Nothing says which rows are blanks."),
    "standard_rule_missing": _("Nothing says which rows are standards."),
    "curve_required": _("Quantities need a standard curve, computed or read."),
    "wider_than_pharmacopoeia": _("The pharmacopoeias allow {low} to {high} %, and no more."),
    "limit_and_column": _("A limit needs its column ({column}), and the column a limit."),
    "hours_or_days": _("Say h or d where there is a column for this time, and nothing else."),
}


class _Known(dict[str, object]):
    """Parameters of a sentence; a missing one shows as a question mark instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "?"


def fault_text(fault: Fault) -> str:
    """What is wrong, as a sentence."""
    return str(FAULTS[fault.code][0]) % _filled(fault)


def fault_todo(fault: Fault) -> str:
    """What to do about it, as a sentence."""
    return str(FAULTS[fault.code][1]) % _filled(fault)


def place(row: int, field: str = "") -> str:
    """Where something is: row as a spreadsheet counts, 0 for the file as a whole; and column."""
    if not row:
        return str(_("The file"))
    if not field:
        return str(_("Row %(row)s")) % {"row": row}
    return str(_("Row %(row)s, %(field)s")) % {"row": row, "field": field}


def fault_line(fault: Fault) -> tuple[str, str, str]:
    """Where it is, what it is, what to do about it."""
    return place(fault.row, fault.field), fault_text(fault), fault_todo(fault)


def _filled(fault: Fault) -> _Known:
    known = _Known(fault.params)
    if fault.code in (FaultCode.WRONG_UNIT, FaultCode.MIXED_UNITS):
        known |= {name: unit(str(known[name])) or "1" for name in ("given", "wanted") if name in known}
    return known


def mapping_shown() -> Shown:
    """How the pages of controlled documents show a mapping."""
    return Shown(
        title=_("Mapping of a file"),
        about=_("How one laboratory's files of results are read."),
        code_help=_("The instrument or software that the files come from."),
        start=default_content(ImportKind.CSV),
        faults=MAPPING_FAULTS,
    )

"""Bad files: for each what was done to the example, and every fault that it has to get, at row and field.

All codes but those of the comparison with what is known are met here (`test_words` looks).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.qc.rules.imports.imported import SAM1, SAM2, changed, good

Place = tuple[int, str, str]


@dataclass(frozen=True)
class Case:
    """A bad file."""

    name: str
    kind: str
    data: bytes
    faults: tuple[Place, ...]
    mapping: Mapping[str, Any] = field(default_factory=dict)


def _case(kind: str, name: str, data: bytes, *faults: Place, **mapping: Any) -> Case:
    return Case(f"{kind}: {name}", kind, data, faults, mapping)


CSV, FLOW, COUNT = good("csv"), good("flow_cytometry"), good("cell_counter")
HEAD = "sample,criterion,value,unit,replicate,tested_at,comment\r\n"


def _csv(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\r\n" for row in rows)).encode()


def _value(text: str, unit: str = "%", criterion: str = "CAR") -> bytes:
    return _csv(f"{SAM1},{criterion},{text},{unit},1,,")


OF_FILES = (
    _case("csv", "nothing", b"", (0, "", "empty_file")),
    _case("csv", "a mark and blank lines", b"\xef\xbb\xbf\r\n \r\n", (0, "", "empty_file")),
    _case("csv", "too large", CSV + b"," * 5_000_000, (0, "", "too_large")),
    _case("csv", "a spreadsheet", b"PK\x03\x04" + CSV, (0, "", "spreadsheet_file")),
    _case("csv", "UTF-16 with its mark", CSV.decode().encode("utf-16"), (0, "", "utf_16")),
    _case("csv", "UTF-16 without", CSV.decode().encode("utf-16-be"), (0, "", "utf_16")),
    _case("csv", "NUL bytes", changed("csv", ("92.4", "92\x004")), (0, "", "nul_bytes")),
    _case(
        "csv",
        "a NUL in UTF-16",
        CSV.decode().replace("92.4", "92\x004").encode("utf-16"),
        (0, "", "nul_bytes"),
        encoding="utf-16",
    ),
    _case("csv", "Latin-1", CSV.replace(b"spike fine", b"spike \xb5"), (0, "", "wrong_encoding")),
    _case("csv", "cut inside a character", CSV + "µ".encode()[:1], (0, "", "wrong_encoding")),
    _case("csv", "UTF-16 asked for", CSV, (0, "", "wrong_encoding"), encoding="utf-16"),
    _case(
        "csv",
        "a mark of UTF-8 in Windows-1252",
        b"\xef\xbb\xbf" + CSV,
        (0, "", "wrong_encoding"),
        encoding="windows-1252",
    ),
    _case("csv", "an escape", CSV + b"\x1b[2J\r\n", (0, "", "not_text")),
    _case("csv", "a control of Latin-1", CSV + "\u0085\r\n".encode(), (0, "", "not_text")),
    _case("csv", "two files with marks", CSV + b"\xef\xbb\xbf" + CSV, (0, "", "bom_inside")),
    _case(
        "csv", "line ends of two systems", CSV + f"{SAM2},CD3,97,%,1,,\n".encode(), (0, "", "mixed_line_ends")
    ),
    _case("csv", "no end of the last line", CSV[:-2], (6, "", "no_final_line_end")),
    _case("csv", "cut in a row", CSV[:-25], (6, "", "half_a_file")),
    _case("csv", "cut in a quoted field", CSV[: CSV.index(b"spike")], (3, "", "open_quote")),
    _case("csv", "text behind a quote", changed("csv", ('fine"', 'fine" not')), (3, "", "stray_quote")),
    _case("csv", "a quote inside", changed("csv", ("92.4", '92"4')), (2, "", "stray_quote")),
    _case(
        "csv",
        "too many rows",
        (HEAD + "\r\n".join(f"S{n},CAR,1,%,1,," for n in range(10_001)) + "\r\n").encode(),
        (0, "", "too_many_rows"),
    ),
    _case(
        "csv", "far too many rows", (HEAD + "S1,CAR,1,%,1,,\r\n" * 10_300).encode(), (0, "", "too_many_rows")
    ),
    _case("csv", "another file", b"name;value\r\nx;1\r\n", (0, "", "no_header")),
    _case("csv", "semicolons", CSV.replace(b",", b";"), (1, "", "wrong_delimiter")),
    _case("csv", "a header alone", HEAD.encode(), (0, "", "no_rows")),
    _case(
        "csv",
        "columns unknown, missing, twice",
        changed("csv", ("unit,replicate,tested_at", "units,comment,tested_at")),
        (1, "units", "column_unknown"),
        (1, "comment", "column_twice"),
        (1, "unit", "column_missing"),
        (1, "replicate", "column_missing"),
    ),
    _case(
        "csv",
        "the header again",
        _csv(f"{SAM1},CAR,1,%,1,,", HEAD.strip(), f"{SAM1},CD3,1,%,1,,"),
        (3, "", "header_twice"),
    ),
    _case(
        "csv",
        "the same file twice",
        CSV + CSV,
        (7, "", "header_twice"),
        *((row, "", "duplicate_row") for row in range(8, 13)),
    ),
    _case("flow_cytometry", "its footer is missing", FLOW, (0, "", "half_a_file"), footer="END"),
    _case(
        "flow_cytometry",
        "rows after the footer",
        FLOW + b"END,,,,,,,\nmore,,,,,,,\n",
        (11, "", "rows_after_end"),
        footer="END",
    ),
)

OF_ROWS = (
    _case(
        "csv", "a field less", _csv(f"{SAM1},CAR,1,%,1,,", f"{SAM1},CD3,1,%,1,"), (3, "", "too_few_fields")
    ),
    _case("csv", "a comma in a number", _value("92,4"), (2, "", "too_many_fields")),
    _case(
        "csv", "more columns than are read", (HEAD + "," * 250 + "\r\n").encode(), (2, "", "too_many_fields")
    ),
    _case(
        "cell_counter",
        "a short row, whose replicate is not missed as well",
        changed("cell_counter", (";i2.tif;2026-11-20T10:07;", "")),
        (3, "", "too_few_fields"),
    ),
    _case("csv", "a row twice", CSV + CSV.splitlines(keepends=True)[1], (7, "", "duplicate_row")),
    _case(
        "csv",
        "two values",
        CSV + f"{SAM1},VIABILITY,88,%,1,,\r\n".encode(),
        (7, "replicate", "duplicate_reading"),
    ),
    _case(
        "csv",
        "two values, one unreadable",
        CSV + f"{SAM1},VIABILITY,x1,%,1,,\r\n{SAM1},VIABILITY,1x,%,,,\r\n".encode(),
        (7, "replicate", "duplicate_reading"),
        (8, "value", "not_a_number"),
        (8, "replicate", "duplicate_reading"),
    ),
    _case(
        "csv",
        "replicate 2 of 3",
        _csv(f"{SAM1},CAR,1,%,1,,", f"{SAM1},CAR,2,%,3,,"),
        (3, "replicate", "missing_replicate"),
    ),
    _case(
        "cell_counter",
        "one count",
        changed("cell_counter", (f"{SAM1};2;10", f"{SAM2};3;10")),
        (2, "Count no.", "missing_replicate"),
        (5, "Count no.", "unexpected_replicate"),
    ),
    _case(
        "bactec",
        "one bottle",
        changed("bactec", (f"44710004,{SAM2}", "44710004,OTHER")),
        (4, "Sample", "missing_replicate"),
        (5, "Sample", "missing_replicate"),
    ),
)

OF_FIELDS = (
    _case("csv", "no sample", _csv(",CAR,1,%,1,,"), (2, "sample", "empty")),
    _case(
        "csv",
        "a sample as a spreadsheet spoils it",
        _csv("9.99926E+12,CAR,1,%,1,,"),
        (2, "sample", "sample_shape"),
    ),
    _case("csv", "a sample in small letters", _csv("sam01,CAR,1,%,1,,"), (2, "sample", "sample_shape")),
    _case("csv", "a sample that is a formula", _csv("=A1,CAR,1,%,1,,"), (2, "sample", "sample_shape")),
    _case("csv", "a sample of 41", _csv("S" * 41 + ",CAR,1,%,1,,"), (2, "sample", "sample_shape")),
    _case(
        "csv", "a criterion in words", _csv(f"{SAM1},Viability,1,%,1,,"), (2, "criterion", "criterion_shape")
    ),
    _case("csv", "no criterion", _csv(f"{SAM1},,1,%,1,,"), (2, "criterion", "empty")),
    _case("csv", "no value", _value(""), (2, "value", "empty")),
    _case("csv", "spaces", _value(" 92.4"), (2, "value", "spaces_around")),
    _case("csv", "a hard space", _value("92.4\u00a0"), (2, "value", "spaces_around")),
    _case("csv", "a character of no width", _value("92\u200b.4"), (2, "value", "not_printable")),
    _case("csv", "a quote in a value", _value('"say ""no"""'), (2, "value", "quote_in_value")),
    _case("csv", "a quote in a number", _value('"1"",2"'), (2, "value", "quote_in_value")),
    _case("csv", "a long word", _value("w" * 81), (2, "value", "too_long")),
    _case("csv", "a longer field", _csv(f"{SAM1},CAR,1,%,1,,{'c' * 1001}"), (2, "comment", "too_long")),
    _case("csv", "a long comment", _csv(f"{SAM1},CAR,1,%,1,,{'c' * 501}"), (2, "comment", "too_long")),
    _case("csv", "a comment with a tab", _csv(f"{SAM1},CAR,1,%,1,,a\tb"), (2, "comment", "not_printable")),
    _case("csv", "replicate nought", _csv(f"{SAM1},CAR,1,%,0,,"), (2, "replicate", "replicate_shape")),
    _case("csv", "replicate a", _csv(f"{SAM1},CAR,1,%,a,,"), (2, "replicate", "replicate_shape")),
    _case("csv", "a day", _csv(f"{SAM1},CAR,1,%,1,2026-11-20,"), (2, "tested_at", "time_shape")),
    _case("csv", "no such day", _csv(f"{SAM1},CAR,1,%,1,2026-02-30 10:00,"), (2, "tested_at", "time_shape")),
    _case(
        "csv",
        "a day of Rome",
        _csv(f"{SAM1},CAR,1,%,1,0001-01-01T00:00+01:00,"),
        (2, "tested_at", "time_shape"),
    ),
    _case("csv", "American", _csv(f"{SAM1},CAR,1,%,1,11/20/2026 10:00,"), (2, "tested_at", "time_shape")),
    _case("csv", "number and unit in one", _value("12 CFU"), (2, "value", "not_a_number")),
    _case("csv", "a formula", _value("=1+1"), (2, "value", "not_a_number")),
    _case("csv", "an error of a spreadsheet", _value("-"), (2, "value", "not_a_number")),
    _case("csv", "digits of another script", _value("9٢"), (2, "value", "not_a_number")),
    _case("csv", "a decimal comma", _value('"92,4"'), (2, "value", "decimal_comma")),
    _case("csv", "a bound with a decimal comma", _value('"<0,5"'), (2, "value", "decimal_comma")),
    _case("csv", "comma or thousands", _value('"1,234"'), (2, "value", "thousands_separator")),
    _case("csv", "thousands", _value('"1,234,567.8"', "/mL"), (2, "value", "thousands_separator")),
    _case("csv", "thousands of Switzerland", _value("1'234.5", "/mL"), (2, "value", "thousands_separator")),
    _case("csv", "thousands of France", _value("1\u202f234", "/mL"), (2, "value", "thousands_separator")),
    _case("csv", "thousands with points", _value("1.234.567", "/mL"), (2, "value", "thousands_separator")),
    _case("csv", "13 digits", _value("1234567890123", "/mL"), (2, "value", "number_too_long")),
    _case("csv", "a large exponent", _value("1E99", "/mL"), (2, "value", "number_too_long")),
    _case("csv", "a negative count", _value("-1", "10*6/mL"), (2, "value", "not_possible")),
    _case("csv", "no unit", _value("1", ""), (2, "unit", "unit_missing")),
    _case("csv", "a unit with a space", _value("1", "cells per mL"), (2, "unit", "unit_unknown")),
    _case("csv", "per cent of copies", _value("1 %", "{copies}"), (2, "value", "wrong_unit")),
    _case(
        "csv", "two units", _csv(f"{SAM1},CNT,1,/mL,1,,", f"{SAM2},CNT,1,/uL,1,,"), (3, "unit", "mixed_units")
    ),
    _case(
        "flow_cytometry",
        "955 %",
        changed("flow_cytometry", ("97.9 %", "955 %")),
        (5, "Viable | % of CD45+CD3+", "not_possible"),
    ),
    _case(
        "flow_cytometry",
        "a negative share",
        changed("flow_cytometry", ("97.9 %", "-0.1")),
        (5, "Viable | % of CD45+CD3+", "not_possible"),
    ),
    _case(
        "flow_cytometry",
        "a ratio in %",
        changed("flow_cytometry", ("26.0,1.7,", "26.0,1.7%,")),
        (5, "CD4 to CD8", "wrong_unit"),
    ),
    _case(
        "flow_cytometry",
        "a word that is not listed",
        changed("flow_cytometry", ("n/a", "N/A")),
        (6, "CAR+ | % of viable CD3+", "not_a_number"),
    ),
    _case(
        "flow_cytometry",
        "an empty statistic",
        changed("flow_cytometry", ("n/a", "")),
        (6, "CAR+ | % of viable CD3+", "empty"),
    ),
    _case(
        "cell_counter",
        "a viability of 100.1",
        changed("cell_counter", (";93.1;", ";100.1;")),
        (2, "Viability %", "not_possible"),
    ),
    _case(
        "cell_counter",
        "a negative count",
        changed("cell_counter", ("2.35E+05", "-2.35E+05")),
        (2, "Viable cells/mL, as counted", "not_possible"),
    ),
    _case(
        "cell_counter",
        "diluted to a half",
        changed("cell_counter", (";1;10;", ";1;0.5;")),
        (2, "Dilution", "not_possible"),
    ),
    _case(
        "cell_counter",
        "diluted too far",
        changed("cell_counter", (";1;10;", ";1;1000001;")),
        (2, "Dilution", "not_possible"),
    ),
    _case(
        "flow_cytometry",
        "955 % as a share",
        changed("flow_cytometry", ("26.0,1.7,", "26.0,9.55,"), ("n/a,2.05,", "n/a,0.5,")),
        (5, "CD4 to CD8", "not_possible"),
        (7, "CD4 to CD8", "not_possible"),
        measures__3={
            "column": "CD4 to CD8",
            "criterion": "CD4",
            "unit": "1",
            "report_unit": "%",
            "factor": "100",
        },
    ),
    _case(
        "cell_counter",
        "diluted 1:10",
        changed("cell_counter", (";1;10;", ";1;1:10;")),
        (2, "Dilution", "not_a_number"),
    ),
    _case(
        "cell_counter", "no dilution", changed("cell_counter", (";1;10;", ";1;;")), (2, "Dilution", "empty")
    ),
    _case("lal", "a decimal point", changed("lal", ("0,041", "0.041")), (6, "Endotoxin", "decimal_point")),
    _case(
        "lal",
        "point or thousands",
        changed("lal", ("0,041", "1.041")),
        (6, "Endotoxin", "thousands_separator"),
    ),
    _case("lal", "another unit", changed("lal", ("0,041;EU/mL", "0,041;EU/kg")), (6, "Unit", "wrong_unit")),
    _case("lal", "no unit", changed("lal", ("0,041;EU/mL", "0,041;")), (6, "Unit", "unit_missing")),
)

OF_LAL = (
    _case(
        "lal", "recovery 49.9", changed("lal", ("88,5", "49,9")), (6, "Spike recovery %", "recovery_outside")
    ),
    _case(
        "lal",
        "recovery 200.1",
        changed("lal", ("88,5", "200,1")),
        (6, "Spike recovery %", "recovery_outside"),
    ),
    _case("lal", "no recovery", changed("lal", ("88,5", "")), (6, "Spike recovery %", "empty")),
    _case("lal", "recovery n/a", changed("lal", ("88,5", "n/a")), (6, "Spike recovery %", "not_a_number")),
    _case(
        "lal",
        "a bound on the recovery",
        changed("lal", ("88,5", ">50")),
        (6, "Spike recovery %", "not_a_number"),
    ),
    _case("lal", "CV 10.1", changed("lal", ("3,7", "10,1")), (6, "CV of onset %", "cv_too_high")),
    _case("lal", "CV negative", changed("lal", ("3,7", "-1")), (6, "CV of onset %", "not_possible")),
    _case("lal", "no CV of a number", changed("lal", ("3,7", "n/a")), (6, "CV of onset %", "not_a_number")),
    _case(
        "lal",
        "correlation",
        changed("lal", ("3,7;-0,998", "3,7;-0,979")),
        (6, "r of curve", "correlation_too_low"),
    ),
    _case(
        "lal",
        "no correlation",
        changed("lal", ("3,7;-0,998", "3,7;-1,001")),
        (6, "r of curve", "not_possible"),
    ),
    _case(
        "lal",
        "endotoxin in water",
        changed("lal", ("<0,005;EU/mL;1;n/a;n/a", "0,006;EU/mL;1;n/a;5")),
        (2, "Endotoxin", "blank_not_clean"),
    ),
    _case(
        "lal",
        "much endotoxin in water",
        changed("lal", ("<0,005;EU/mL;1;n/a;n/a", ">0,001;EU/mL;1;n/a;5")),
        (2, "Endotoxin", "blank_not_clean"),
    ),
    _case(
        "lal",
        "no water",
        changed("lal", ("Water", SAM1 + "X"), (";1;n/a;n/a", ";1;100;n/a")),
        (0, "Sample", "blank_missing"),
    ),
)

OF_BOTTLES = (
    _case("bactec", "no number", changed("bactec", ("44710001", "4471 0001")), (2, "Bottle", "bottle_shape")),
    _case(
        "bactec",
        "one bottle twice",
        changed("bactec", ("44710004", "44710003")),
        (5, "Bottle", "bottle_twice"),
    ),
    _case(
        "bactec", "a new status", changed("bactec", ("Ongoing", "Removed")), (2, "Status", "status_unknown")
    ),
    _case("bactec", "no status", changed("bactec", ("Ongoing", "")), (2, "Status", "empty")),
    _case(
        "bactec", "half a day", changed("bactec", ("Ongoing,8", "Ongoing,8.5")), (2, "Days", "not_a_number")
    ),
    _case("bactec", "61 days", changed("bactec", ("Ongoing,8", "Ongoing,61")), (2, "Days", "not_possible")),
    _case(
        "bactec",
        "negative on day 13",
        changed("bactec", ("Negative,14", "Negative,13")),
        (4, "Days", "not_incubated_long_enough"),
    ),
    _case(
        "bactec", "ongoing on day 6", changed("bactec", ("Ongoing,8", "Ongoing,6")), (2, "Days", "too_early")
    ),
    _case(
        "bactec",
        "growth after no time",
        changed("bactec", ("Positive,2,31.5", "Positive,2,")),
        (6, "Positive after h", "empty"),
    ),
    _case(
        "bactec",
        "growth after more than its days",
        changed("bactec", ("Positive,2,31.5", "Positive,2,72.1")),
        (6, "Positive after h", "not_possible"),
    ),
    _case(
        "bactec",
        "no growth after a time",
        changed("bactec", ("Ongoing,8,-", "Ongoing,8,12")),
        (2, "Positive after h", "contradiction"),
    ),
)

UNKNOWN = "Undetermined"
OF_WELLS = (
    _case(
        "qpcr",
        "found in one well of three",
        changed(
            "qpcr", (f"{SAM2}\tWPRE\tFAM\tUNKNOWN\tUndetermined\t", f"{SAM2}\tWPRE\tFAM\tUNKNOWN\t34.1\t12")
        ),
        (35, "Target", "replicates_disagree"),
    ),
    _case("qpcr", "well Q1", changed("qpcr", ("B6\tNTC", "Q1\tNTC")), (39, "Well", "well_shape")),
    _case("qpcr", "well A25", changed("qpcr", ("B6\tNTC", "A25\tNTC")), (39, "Well", "well_shape")),
    _case(
        "qpcr",
        "a well twice",
        changed("qpcr", (f"B2\t{SAM2}\tWPRE", f"A11\t{SAM1}\tWPRE")),
        (31, "Well", "well_twice"),
    ),
    _case(
        "qpcr",
        "a target",
        changed("qpcr", ("\tMYCO\tFAM\tNTC", "\tMYKO\tFAM\tNTC")),
        (0, "Target", "blank_missing"),
        (43, "Target", "target_unknown"),
    ),
    _case(
        "qpcr",
        "two in a well",
        changed("qpcr", ("B8\tA9999260000070-SAM01", "B6\tA9999260000070-SAM01")),
        (41, "Sample", "well_of_two_samples"),
    ),
    _case("qpcr", "a Cq and no quantity", changed("qpcr", ("\t1850.2", "\t")), (25, "Quantity", "empty")),
    _case(
        "qpcr",
        "no Cq and a quantity",
        changed("qpcr", ("UNKNOWN\tUndetermined\t", "UNKNOWN\tUndetermined\t5")),
        (31, "Quantity", "contradiction"),
    ),
    _case(
        "qpcr",
        "a Cq and nothing",
        changed("qpcr", ("\t1850.2", "\tUndetermined")),
        (25, "Quantity", "contradiction"),
    ),
    _case(
        "qpcr",
        "no Cq",
        changed(
            "qpcr",
            (
                "B8\tA9999260000070-SAM01\tMYCO\tFAM\tUNKNOWN\tUndetermined",
                "B8\tA9999260000070-SAM01\tMYCO\tFAM\tUNKNOWN\t",
            ),
        ),
        (41, "Cq", "empty"),
    ),
    _case(
        "qpcr",
        "a Cq of 61",
        changed("qpcr", ("MYCO\tFAM\tUNKNOWN\tUndetermined", "MYCO\tFAM\tUNKNOWN\t61")),
        (41, "Cq", "not_possible"),
    ),
    _case(
        "qpcr",
        "a Cq in %",
        changed("qpcr", ("MYCO\tFAM\tUNKNOWN\tUndetermined", "MYCO\tFAM\tUNKNOWN\t30%")),
        (41, "Cq", "not_a_number"),
    ),
    _case("qpcr", "a blank at 37.99", changed("qpcr", ("39.2", "37.99")), (43, "Cq", "blank_not_clean")),
    _case(
        "qpcr",
        "no blank",
        changed("qpcr", ("NTC\tMYCO\tFAM\tNTC", "X1\tMYCO\tFAM\tUNKNOWN")),
        (0, "Target", "blank_missing"),
    ),
    _case(
        "qpcr",
        "a standard not found",
        changed("qpcr", ("STANDARD\t34.80", "STANDARD\tUndetermined")),
        (5, "Cq", "standard_not_detected"),
    ),
    _case(
        "qpcr",
        "a standard of nothing",
        changed("qpcr", ("STANDARD\t34.80\t10", "STANDARD\t34.80\t0")),
        (5, "Quantity", "not_possible"),
    ),
    _case(
        "qpcr",
        "six standards asked for",
        good("qpcr"),
        (0, "Target", "too_few_standards"),
        (0, "Target", "too_few_standards"),
        acceptance__standards_least=6,
    ),
    _case("qpcr", "slope", good("qpcr"), (0, "Target", "slope_outside"), acceptance__slope_low="-3.39"),
    _case(
        "qpcr",
        "efficiency",
        good("qpcr"),
        (0, "Target", "efficiency_outside"),
        acceptance__efficiency_low="97",
    ),
    _case(
        "qpcr",
        "R squared",
        good("qpcr"),
        (0, "Target", "r_squared_too_low"),
        (0, "Target", "r_squared_too_low"),
        acceptance__r_squared_low="0.99999",
    ),
    _case(
        "qpcr",
        "no vector",
        changed(
            "qpcr",
            ("A11\tA9999260000070-SAM01\tWPRE", "A11\tX1\tWPRE"),
            ("A11\tA9999260000070-SAM01\tALB", "A11\tX2\tALB"),
        ),
        (25, "Target", "reference_missing"),
        (26, "Target", "vector_missing"),
        (26, "Sample", "well_of_two_samples"),
    ),
    _case(
        "ddpcr",
        "9999 droplets",
        changed("ddpcr", ("15210", "9999")),
        (2, "Accepted droplets", "too_few_droplets"),
    ),
    _case(
        "ddpcr",
        "droplets in thousands",
        changed("ddpcr", ("15210", "15k")),
        (2, "Accepted droplets", "not_a_number"),
    ),
    _case(
        "ddpcr",
        "a negative concentration",
        changed("ddpcr", ("182.4", "-182.4")),
        (2, "Copies per uL", "not_possible"),
    ),
    _case("ddpcr", "a bound", changed("ddpcr", ("182.4", ">182.4")), (2, "Copies per uL", "not_a_number")),
    _case(
        "ddpcr",
        "a blank of 0.21",
        changed("ddpcr", ("0.07", "0.21")),
        (10, "Copies per uL", "blank_not_clean"),
    ),
    _case("ddpcr", "no reference found", changed("ddpcr", ("155.0", "0")), (7, "Target", "reference_zero")),
    _case(
        "ddpcr",
        "more copies than any cell has",
        changed("ddpcr", ("182.4", "1E9"), ("201.6", "0.0001"), ("198.9", "0.0001")),
        (4, "Target", "not_possible"),
    ),
)

CASES = (*OF_FILES, *OF_ROWS, *OF_FIELDS, *OF_LAL, *OF_BOTTLES, *OF_WELLS)

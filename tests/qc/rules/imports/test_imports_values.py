"""Fields: numbers, bounds, times, units, at their boundaries."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from qc.rules.imports import FaultCode, Sense, instant
from qc.rules.imports.cells import Said, as_reported, read_number, replicate, sample_fault, well_fault, whole
from qc.rules.imports.mapping import DecimalSign
from qc.rules.imports.preview import plain, told
from qc.rules.imports.units import CONVERSIONS, UNITS, factor

POINT, COMMA = DecimalSign.POINT, DecimalSign.COMMA
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "sign", "number", "bound"),
    [
        ("92.4", POINT, "92.4", ""),
        ("0", POINT, "0", ""),
        ("-3.35", POINT, "-3.35", ""),
        ("1.70", POINT, "1.70", ""),
        ("<0.05", POINT, "0.05", "<"),
        ("< 0.05", POINT, "0.05", "<"),
        (">95", POINT, "95", ">"),
        ("2.35E+05", POINT, "2.35E+5", ""),
        ("2.35e5", POINT, "2.35E+5", ""),
        ("1e-3", POINT, "0.001", ""),
        ("92,4", COMMA, "92.4", ""),
        ("<0,005", COMMA, "0.005", "<"),
        ("1234", COMMA, "1234", ""),
        ("1.234", POINT, "1.234", ""),
        ("1,234", COMMA, "1.234", ""),
    ],
)
def test_a_number(text: str, sign: DecimalSign, number: str, bound: str):
    found = read_number(text, sign)
    assert isinstance(found, Said)
    assert str(found.number) == number
    assert found.sign == bound
    assert found.sense is {"": Sense.NUMBER, "<": Sense.BELOW, ">": Sense.ABOVE}[bound]


@pytest.mark.parametrize(
    ("text", "sign", "code"),
    [
        ("", POINT, "not_a_number"),
        ("NaN", POINT, "not_a_number"),
        ("Infinity", POINT, "not_a_number"),
        ("+5", POINT, "not_a_number"),
        ("5.", POINT, "not_a_number"),
        (".5", POINT, "not_a_number"),
        ("1e100", POINT, "not_a_number"),
        ("<=5", POINT, "not_a_number"),
        ("~5", POINT, "not_a_number"),
        ("5 - 6", POINT, "not_a_number"),
        ("1_000", POINT, "not_a_number"),
        ("0,041", POINT, "decimal_comma"),
        ("12,5", POINT, "decimal_comma"),
        ("1,2345", POINT, "decimal_comma"),
        ("12.5", COMMA, "decimal_point"),
        ("0.041", COMMA, "decimal_point"),
        ("0.1513793541861230", POINT, "number_too_long"),
        ("0,1513793541861230", COMMA, "number_too_long"),
        ("1.234", COMMA, "thousands_separator"),
        ("1,234", POINT, "thousands_separator"),
        ("1,234.5", POINT, "thousands_separator"),
        ("1.234,5", COMMA, "thousands_separator"),
        ("1.234,5", POINT, "thousands_separator"),
        ("12 345", POINT, "thousands_separator"),
        ("9" * 16, POINT, "not_a_number"),
    ],
)
def test_what_is_no_number(text: str, sign: DecimalSign, code: str):
    assert read_number(text, sign) == FaultCode(code)


@pytest.mark.parametrize(
    ("text", "times", "said"),
    [
        ("92.40", "1", "92.40"),
        ("2.35E+05", "0.000001", "0.235"),
        ("<0.005", "10", "<0.05"),
        ("100", "0.01", "1"),
        ("0.0", "1000", "0"),
        ("999999999999", "1", "999999999999"),
        ("1E12", "1", None),
        ("0.000000000001", "1", "0.000000000001"),
        ("0.000000000001", "0.1", None),
        ("123456789.123456789", "1000", "123456789123.456789"),
    ],
)
def test_what_is_reported(text: str, times: str, said: str | None):
    found = read_number(text, POINT)
    assert isinstance(found, Said)
    assert as_reported(found, Decimal(times)) == (FaultCode.NUMBER_TOO_LONG if said is None else said)


def test_a_computed_number_is_cut():
    assert told(Decimal(2) / Decimal(3)) == "0.666666666666"
    assert told(Decimal("1.9999999999999999")) == "1.999999999999"
    assert told(Decimal("0.0000000000009")) == "0"
    assert told(Decimal("-0.0000000000009")) == "0"
    assert told(Decimal(100)) == "100"
    assert plain(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize(
    ("text", "is_sample"),
    [("A", True), ("A9999260000070-SAM01", True), ("VL00000042Z", True), ("S" * 40, True), ("S" * 41, False)],
)
def test_the_shape_of_a_sample(text: str, is_sample: bool):
    assert (sample_fault(text) is None) is is_sample


@pytest.mark.parametrize(
    ("well", "is_well"),
    [("A1", True), ("A01", True), ("P24", True), ("H12", True), ("A0", False), ("A25", False), ("Q1", False),
     ("a1", False), ("A001", False), ("1A", False)],
)  # fmt: skip
def test_the_shape_of_a_well(well: str, is_well: bool):
    assert (well_fault(well) is None) is is_well


def test_whole_numbers():
    assert [replicate(text) for text in ("1", "99")] == [1, 99]
    assert {replicate(text) for text in ("0", "01", "100", "1.0", "-1", "")} == {FaultCode.REPLICATE_SHAPE}
    assert whole("0") == 0
    assert whole("10000000") is whole("1.5") is whole("-1") is FaultCode.NOT_A_NUMBER
    assert whole("") is FaultCode.EMPTY


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-20 10:15", datetime(2026, 11, 20, 9, 15, tzinfo=UTC)),
        ("2026-11-20T10:15:30", datetime(2026, 11, 20, 9, 15, 30, tzinfo=UTC)),
        ("2026-11-20T10:15Z", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
        ("2026-11-20T10:15-05:00", datetime(2026, 11, 20, 15, 15, tzinfo=UTC)),
        ("2026-03-29 01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29 03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25 01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("2026-10-25 02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", FaultCode.TIME_NOT_POSSIBLE),
        ("2026-10-25 02:30", FaultCode.TIME_TWICE),
        ("2026-13-01 00:00", FaultCode.TIME_SHAPE),
        ("2026-11-20 24:00", FaultCode.TIME_SHAPE),
        ("2026-11-20T10:15+25:00", FaultCode.TIME_SHAPE),
        ("20.11.2026 10:15", FaultCode.TIME_SHAPE),
        ("9999-12-31T23:59-10:00", FaultCode.TIME_SHAPE),
    ],
)
def test_when_it_was_tested(text: str, utc: datetime | FaultCode):
    assert instant(text, BERLIN) == utc


def test_conversions_are_exact_and_known():
    for (unit, report_unit), times in CONVERSIONS.items():
        assert {unit, report_unit} <= set(UNITS)
        back = CONVERSIONS.get((report_unit, unit))
        assert back is None or back * times == 1
    assert factor("/uL", "/mL") == 1000
    assert factor("/mL", "10*6/mL") == Decimal("0.000001")
    assert factor("[EU]/mL", "[IU]/mL") is None
    assert factor("%", "%") == 1

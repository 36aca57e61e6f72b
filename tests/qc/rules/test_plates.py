"""Plates: every fault at its row and field, and what the responses come to, beside scipy's own way."""

from decimal import Decimal
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from qc.forms.plates import NUMBERS, REFUSALS, fault_line, number_lines, refusal_text, refusal_texts
from qc.rules import methods
from qc.rules.criterion import Criterion, Sort, Timing
from qc.rules.curves import PotencyFault
from qc.rules.imports import FaultCode
from qc.rules.imports.plates import PREPARATIONS, Preparation, plate_template, read_plate
from qc.rules.methods import Calculation, Computed
from qc.rules.plate_charts import lysis_chart, plate_chart
from qc.rules.plate_results import Evaluated, PlateRefusal, Told, evaluate, reported, told
from tests.qc.plates_given import LYSIS, potency_plate, rows, sheet, standards

RELATIVE, STANDARD, LYSES = (
    Calculation.RELATIVE_POTENCY,
    Calculation.STANDARD_CURVE,
    Calculation.SPECIFIC_LYSIS,
)


def outcome(data: bytes, calculation: Calculation = RELATIVE, **how) -> Evaluated:
    plate = read_plate(data, calculation)
    assert plate.is_clean, plate.faults
    return evaluate(plate, Computed(calculation, **how))


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("blank,1,2,1", "preparation", "preparation_unknown"),
        ("standard,1,2,1", "preparation", "preparation_unknown"),
        (",1,2,1", "preparation", "empty"),
        ("sample,0,2,1", "dose", "dose_not_positive"),
        ("sample,-1,2,1", "dose", "dose_not_positive"),
        ("sample,,2,1", "dose", "empty"),
        ("sample,a,2,1", "dose", "not_a_number"),
        ("sample,<1,2,1", "dose", "not_a_number"),
        ("sample,1e16,2,1", "dose", "not_possible"),
        ("sample,1,-1e16,1", "response", "not_possible"),
        ("sample,1,1e-16,1", "response", "not_possible"),
        ("sample,1,,1", "response", "empty"),
        ('sample,1,"0,5",1', "response", "decimal_comma"),
        ("sample,1,>95,1", "response", "not_a_number"),
        ("sample,1,95 %,1", "response", "not_a_number"),
        ("sample,1,2,", "replicate", "replicate_shape"),
        ("sample,1,2,0", "replicate", "replicate_shape"),
        ("sample,1,2", "", "too_few_fields"),
        ("sample,1,2,1,3", "", "too_many_fields"),
        ("sample,100,7.5,1", "replicate", "duplicate_reading"),
        ("sample,100.0,7.5,1", "replicate", "duplicate_reading"),
        (rows("sample", 4.0, seed=2)[0], "", "duplicate_row"),
        ("preparation,dose,response,replicate", "", "header_twice"),
    ],
)
def test_every_fault_of_a_row_is_told_at_its_field(line, field, code):
    lines = (*rows("reference", 8.0), *rows("sample", 4.0, seed=2), line)
    plate = read_plate(sheet(*lines), RELATIVE)
    assert [(fault.row, fault.field, str(fault.code)) for fault in plate.faults] == [(38, field, code)]
    assert not plate.is_clean
    place, text, todo = fault_line(plate.faults[0])
    assert "38" in place
    assert "%(" not in text + todo


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"PK\x03\x04", "spreadsheet_file"),
        (sheet(*rows("sample", 4.0)).decode().encode("utf-16"), "utf_16"),
        (sheet(*rows("sample", 4.0)).replace(b",", b";"), "wrong_delimiter"),
        (b"well,dose,response,replicate\r\nA1,1,2,3\r\n", "no_header"),
        (b"preparation,dose,response\r\nsample,1,2\r\n", "column_missing"),
        (b"preparation,dose,response,replicate,well\r\nsample,1,2,1,A1\r\n", "column_unknown"),
        (sheet(), "no_rows"),
        (sheet(*rows("reference", 8.0)), "preparation_missing"),
        (potency_plate(1)[:-4], "half_a_file"),
    ],
)
def test_every_fault_of_the_file_is_told(data, code):
    plate = read_plate(data, RELATIVE)
    assert code in [str(fault.code) for fault in plate.faults]
    assert not plate.is_clean
    assert all(all(fault_line(fault)) for fault in plate.faults)


def test_wells_without_effector_cells_have_no_dose():
    plate = read_plate(sheet("sample,10,1600,1", "spontaneous,1,400,1", "maximal,,2400,1"), LYSES)
    assert [(fault.row, fault.code) for fault in plate.faults] == [(3, FaultCode.DOSE_NOT_WANTED)]


@pytest.mark.parametrize("calculation", Calculation)
def test_the_template_of_a_calculation_can_be_read(calculation):
    plate = read_plate(plate_template(calculation).encode(), calculation)
    assert plate.is_clean
    assert {well.preparation for well in plate.wells} == set(PREPARATIONS[calculation])


def independent(data: bytes) -> tuple[float, float, float, float]:
    """Relative potency, its limits and the p of parallelism by scipy's curve_fit, written another way."""
    plate = read_plate(data, RELATIVE)
    x = np.log([float(well.dose) for well in plate.wells])
    y = np.array([float(well.response) for well in plate.wells])
    is_test = np.array([well.preparation is Preparation.SAMPLE for well in plate.wells], dtype=float)

    def common(_x, low, high, slope, middle, shift):
        return low + (high - low) / (1 + np.exp(-slope * (x + shift * is_test - middle)))

    def own(_x, *p):
        each = [p[k] + (p[k + 4] - p[k]) * is_test for k in range(4)]
        return each[0] + (each[1] - each[0]) / (1 + np.exp(-each[2] * (x - each[3])))

    start = (5, 95, 1.2, 2.0)
    one, spread = optimize.curve_fit(common, x, y, p0=(*start, 0.0), maxfev=20000)
    two, _ = optimize.curve_fit(own, x, y, p0=start * 2, maxfev=20000)
    n, less, more = len(y), ((common(x, *one) - y) ** 2).sum(), ((own(x, *two) - y) ** 2).sum()
    p = stats.f.sf((less - more) / 3 / (more / (n - 8)), 3, n - 8)
    reach = stats.t.ppf(0.975, n - 5) * sqrt(spread[4, 4])
    return exp(one[4]), exp(one[4] - reach), exp(one[4] + reach), float(p)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.5])
def test_a_relative_potency_agrees_with_scipys_own_fit(ratio):
    data = potency_plate(ratio)
    found = outcome(data)
    value, low, high, p = independent(data)
    assert found.refusals == ()
    assert found.value == pytest.approx(value, rel=1e-4)
    assert float(found.numbers[Told.LOW]) == pytest.approx(low, rel=1e-3)
    assert float(found.numbers[Told.HIGH]) == pytest.approx(high, rel=1e-3)
    assert float(found.numbers[Told.P]) == pytest.approx(p, rel=1e-2)
    assert low < ratio < high
    assert found.numbers[Told.RESPONSES] == "36"


def test_curves_that_are_not_parallel_give_no_potency():
    found = outcome(potency_plate(1, upper=70))
    assert (found.value, found.refusals) == (None, (PlateRefusal.NOT_PARALLEL,))
    assert float(found.numbers[Told.P]) < 0.05
    assert Told.VALUE not in found.numbers
    assert [one for one, _curve in found.curves] == [Preparation.REFERENCE, Preparation.SAMPLE]


def test_parallel_is_from_the_methods_own_p_on():
    data = potency_plate(1)
    p = Decimal(outcome(data).numbers[Told.P])
    assert outcome(data, least_p=p - Decimal("0.001")).refusals == ()
    assert outcome(data, least_p=p + Decimal("0.001")).refusals == (PlateRefusal.NOT_PARALLEL,)


def test_a_middle_outside_of_the_doses_gives_no_potency():
    lines = (*rows("reference", 8.0, sd=0.1), *rows("sample", 400.0, sd=0.1, seed=2))
    assert PlateRefusal.MIDDLE_OUTSIDE in outcome(sheet(*lines)).refusals


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (sheet(*rows("reference", 8.0), "sample,1,2,1", "sample,3,4,1"), PotencyFault.TOO_FEW_DOSES),
        (
            sheet(*rows("reference", 8.0), *(f"sample,{dose},7,1" for dose in (1, 2, 3, 4, 5))),
            PotencyFault.FLAT,
        ),
    ],
)
def test_what_the_rules_refuse_is_refused(data, fault):
    found = outcome(data)
    assert (found.value, found.refusals) == (None, (fault,))


def test_a_sample_is_read_from_the_standards_times_its_dilution():
    found = outcome(standards("sample,10,50,1", "sample,10,50,2"), STANDARD)
    # half way between the plateaus is the middle, which the standards have at 8
    assert found.value == pytest.approx(80, rel=0.03)
    assert float(found.numbers[Told.LOW]) < 80 < float(found.numbers[Told.HIGH])
    assert found.numbers[Told.DILUTION] == "10"
    once = outcome(standards("sample,1,50,1", "sample,1,50,2"), STANDARD)
    assert found.value == pytest.approx(10 * once.value)


@pytest.mark.parametrize(("response", "sign", "end"), [("4", "<", 3.0), ("97", ">", 1000.0)])
def test_a_sample_beyond_the_standards_is_a_bound(response, sign, end):
    found = outcome(standards(f"sample,10,{response},1"), STANDARD)
    assert (found.sign, found.value) == (sign, pytest.approx(end))
    assert found.numbers[Told.VALUE] == f"{sign}{end:g}"


def test_a_sample_has_one_dilution():
    found = outcome(standards("sample,1,50,1", "sample,10,20,1"), STANDARD)
    assert (found.value, found.refusals) == (None, (PlateRefusal.SEVERAL_DILUTIONS,))


def test_lysis_is_that_of_the_plates_ratio_or_the_methods():
    ten = [f"sample,10,{value},{n}" for n, value in enumerate((1590, 1610, 1600), 1)]
    one = [f"sample,1,{value},{n}" for n, value in enumerate((790, 810, 800), 1)]
    assert outcome(sheet(*ten, *LYSIS), LYSES).value == pytest.approx(60)
    both = sheet(*ten, *one, *LYSIS)
    assert outcome(both, LYSES).refusals == (PlateRefusal.SEVERAL_RATIOS,)
    assert outcome(both, LYSES, ratio=Decimal("1.0")).value == pytest.approx(20)
    assert outcome(both, LYSES, ratio=Decimal(5)).refusals == (PlateRefusal.RATIO_NOT_THERE,)
    single = sheet("sample,10,1600,1", *LYSIS)
    assert outcome(single, LYSES).refusals == (PotencyFault.TOO_FEW_RESPONSES,)


def criterion(unit: str, decimals: int = 0, sort: Sort = Sort.QUANTITY, **more) -> Criterion:
    about = {"code": "POTENCY", "title": "Potency", "timing": Timing.RELEASE, "method": "M"}
    return Criterion(sort=sort, unit=unit, decimals=decimals, **about, **more)


@pytest.mark.parametrize(
    ("calculation", "value", "unit", "decimals", "wanted"),
    [
        (RELATIVE, 1.23456789, "%", 0, "123.4567"),
        (RELATIVE, 1.23456789, "1", 2, "1.234567"),
        (RELATIVE, 0.795, "%", 0, "79.5"),
        (RELATIVE, 0.794999999, "%", 0, "79.4999"),
        (RELATIVE, 0.795000001, "%", 0, "79.5001"),
        (RELATIVE, 1.0, "pg/mL", 0, PlateRefusal.UNIT_OF_ANOTHER),
        (LYSES, 60.0, "%", 1, "60"),
        (LYSES, 60.0, "1", 1, PlateRefusal.UNIT_OF_ANOTHER),
        (STANDARD, 1250.5, "pg/mL", 0, "1250.5"),
        (STANDARD, 1e13, "pg/mL", 0, PlateRefusal.NOT_REPORTABLE),
    ],
)
def test_a_number_is_reported_in_the_unit_of_its_criterion(calculation, value, unit, decimals, wanted):
    answer = reported(Evaluated(calculation, value), criterion(unit, decimals))
    assert (answer.refusal or answer.text) == wanted


def test_a_bound_is_reported_as_one_and_a_word_or_a_refusal_never():
    assert reported(Evaluated(STANDARD, 15.6, "<"), criterion("pg/mL")).text == "<15.6"
    words = criterion("", sort=Sort.QUALITY, choices=("a", "b"), accepted=("a",))
    assert reported(Evaluated(STANDARD, 15.6), words).refusal is PlateRefusal.UNIT_OF_ANOTHER
    refused = Evaluated(RELATIVE, refusals=(PlateRefusal.NOT_PARALLEL,))
    assert reported(refused, criterion("%")).refusal is PlateRefusal.NOT_PARALLEL


def test_another_outcome_has_another_digest():
    one, other = outcome(potency_plate(1)), outcome(potency_plate(1.01))
    assert one.digest == outcome(potency_plate(1)).digest
    assert one.digest != other.digest
    assert one.digest != outcome(potency_plate(1), least_p=Decimal("0.01")).digest


def test_every_refusal_and_number_has_words():
    assert all(refusal_text(code) for code in (*PlateRefusal, *PotencyFault))
    assert set(REFUSALS) == set(PlateRefusal)
    assert set(NUMBERS) == set(Told)
    assert refusal_texts(["not_parallel"])[0].startswith("The curves are not parallel")
    assert [number for _name, number in number_lines({"low": "1", "value": "2"})] == ["2", "1"]


@pytest.mark.parametrize(
    ("number", "text"), [(1234567.0, "1234570"), (0.000123456789, "0.000123457"), (2.0, "2")]
)
def test_numbers_are_told_with_six_digits(number, text):
    assert told(number) == text


def test_pictures_hold_the_responses_and_the_curves():
    plate = read_plate(potency_plate(2), RELATIVE)
    spec = plate_chart("x", plate, outcome(potency_plate(2)))
    assert len(spec["data"]["values"]) == 36
    assert {line["preparation"] for line in spec["layer"][0]["data"]["values"]} == {"reference", "sample"}
    data = standards("sample,10,50,1")
    read = plate_chart("x", read_plate(data, STANDARD), outcome(data, STANDARD))
    assert {point["preparation"] for point in read["data"]["values"]} == {"standard"}
    lysis = lysis_chart("x", read_plate(sheet("sample,10,1600,1", "sample,10,1610,2", *LYSIS), LYSES))
    assert [point["dose"] for point in lysis["data"]["values"]] == [10.0]


NUMBERS_OF_FILES = st.sampled_from(
    ("0", "1", "-1", "3", "10", "50", "1e15", "1e-15", "-1e15", "0.1", "99", "", "x", "<1", "1e99")
)
LINES = st.tuples(
    st.sampled_from(("reference", "sample", "standard", "spontaneous", "maximal", "odd")),
    NUMBERS_OF_FILES,
    NUMBERS_OF_FILES,
    st.sampled_from(("1", "2", "3", "0", "")),
).map(",".join)


@given(st.lists(LINES, max_size=24) | st.just([]), st.sampled_from(Calculation))
@settings(deadline=None, max_examples=150)
def test_no_file_is_more_than_faults_and_no_plate_more_than_refusals(lines, calculation):
    plate = read_plate(sheet(*lines), calculation)
    assert plate.is_clean or plate.faults
    if plate.is_clean:
        found = evaluate(plate, Computed(calculation))
        assert (found.value is None) == bool(found.refusals)


PLATES = st.lists(
    st.tuples(st.sampled_from(("1e-15", "1", "3", "10", "30", "1e15")), st.floats(-1e15, 1e15)),
    min_size=9,
    max_size=20,
)


@given(PLATES, PLATES, st.sampled_from(Calculation))
@settings(deadline=None, max_examples=60)
def test_any_responses_come_to_a_number_or_a_refusal(first, second, calculation):
    names = [str(one) for one in PREPARATIONS[calculation]]
    lines = [
        f"{name},{'' if name in ('spontaneous', 'maximal') else dose},{response:.6f},{n % 99 + 1}"
        for name, wells in zip(names, (first, second, second), strict=False)
        for n, (dose, response) in enumerate(wells)
    ]
    plate = read_plate(sheet(*lines), calculation)
    if plate.is_clean:
        found = evaluate(plate, Computed(calculation))
        assert (found.value is None) == bool(found.refusals)
        assert found.digest


@given(st.binary(max_size=300), st.sampled_from(Calculation))
def test_any_bytes_are_read_without_an_error(data, calculation):
    assert read_plate(data, calculation).faults


METHOD = {"title": "Potency", "technique": "ELISA", "needs_run": True}


@pytest.mark.parametrize(
    ("more", "computed"),
    [
        ({}, None),
        ({"calculation": "relative_potency"}, Computed(RELATIVE)),
        (
            {"calculation": "relative_potency", "confidence": "0.9", "least_p": "0.01"},
            Computed(RELATIVE, Decimal("0.9"), Decimal("0.01")),
        ),
        ({"calculation": "specific_lysis", "ratio": "10"}, Computed(LYSES, ratio=Decimal(10))),
    ],
)
def test_a_method_says_how_its_result_is_computed(more, computed):
    found, faults = methods.parse(METHOD | more)
    assert faults == ()
    assert found.computed == computed


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ({"calculation": "magic"}, "calculation", "not_choice"),
        ({"calculation": "relative_potency", "needs_run": False}, "calculation", "only_for_runs"),
        ({"confidence": "0.95"}, "confidence", "only_with_calculation"),
        ({"calculation": "standard_curve", "confidence": "1"}, "confidence", "not_a_share"),
        ({"calculation": "standard_curve", "confidence": "0"}, "confidence", "not_a_share"),
        ({"calculation": "standard_curve", "least_p": "0.05"}, "least_p", "only_for_relative_potency"),
        ({"calculation": "relative_potency", "least_p": "1"}, "least_p", "not_a_share"),
        ({"calculation": "relative_potency", "ratio": "10"}, "ratio", "only_for_lysis"),
        ({"calculation": "specific_lysis", "ratio": "0"}, "ratio", "not_positive"),
    ],
)
def test_what_a_method_says_of_it_has_to_make_sense(more, path, code):
    assert [(fault.path, fault.code) for fault in methods.problems(METHOD | more)] == [(path, code)]

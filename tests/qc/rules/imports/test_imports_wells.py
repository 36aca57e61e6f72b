"""qPCR and ddPCR: standard curves against another computation, copies per cell, blanks, presence."""

import csv
import io
import math
import statistics
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.imports import ControlSort, Formula, Sense
from qc.rules.imports.curves import efficiency, fit
from tests.qc.rules.imports.imported import SAM1, SAM2, changed, good, places, read

WPRE, ALB = "WPRE", "ALB"


def rows(kind: str, delimiter: str) -> list[dict[str, str]]:
    """The table as another reader has it."""
    text = good(kind).decode()
    return list(csv.DictReader(io.StringIO(text[text.index("Well") :]), delimiter=delimiter))


@pytest.mark.parametrize("target", [WPRE, ALB])
def test_a_curve_agrees_with_another_computation(target: str):
    standards = [row for row in rows("qpcr", "\t") if row["Target"] == target and row["Task"] == "STANDARD"]
    x = [math.log10(float(row["Quantity"])) for row in standards]
    y = [float(row["Cq"]) for row in standards]
    line = statistics.linear_regression(x, y)
    curve = next(found for found in read("qpcr").curves if found.target == target)
    assert float(curve.slope) == pytest.approx(line.slope, rel=1e-12)
    assert float(curve.intercept) == pytest.approx(line.intercept, rel=1e-12)
    assert float(curve.r_squared) == pytest.approx(statistics.correlation(x, y) ** 2, rel=1e-12)
    assert float(curve.efficiency) == pytest.approx((10 ** (-1 / line.slope) - 1) * 100, rel=1e-12)
    assert curve.is_computed
    assert len(curve.rows) == 10


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6000)), min_size=3, max_size=30))
def test_any_curve_agrees_with_another_computation(points: list[tuple[int, int]]):
    if len({x for x, _ in points}) < 2 or len({y for _, y in points}) < 2:
        return
    given_points = [(Decimal(x) / 10, Decimal(y) / 100) for x, y in points]
    slope, intercept, r_squared = fit(given_points)
    line = statistics.linear_regression([x / 10 for x, _ in points], [y / 100 for _, y in points])
    assert float(slope) == pytest.approx(line.slope, rel=1e-9, abs=1e-9)
    assert float(intercept) == pytest.approx(line.intercept, rel=1e-9, abs=1e-9)
    assert 0 <= r_squared <= 1


def test_points_on_a_line():
    exact = [(Decimal(n), Decimal(38) - Decimal("3.321928094887362") * n) for n in range(1, 6)]
    slope, intercept, r_squared = fit(exact)
    assert r_squared == 1
    assert float(efficiency(slope)) == pytest.approx(100, abs=1e-9)
    assert float(intercept) == pytest.approx(38)
    level = [(Decimal(n), Decimal(20)) for n in range(3)]
    assert fit(level) == (0, 20, 0)


@pytest.mark.parametrize("slope", ["0", "0.1", "-0.49", "1E+50"])
def test_a_curve_that_does_not_fall_has_no_efficiency(slope: str):
    assert efficiency(Decimal(slope)) is None
    assert efficiency(Decimal("-0.5")) is not None


@pytest.mark.parametrize(
    ("key", "low", "is_clean"),
    [("slope_high", "-3.350", True), ("slope_high", "-3.351", False), ("slope_low", "-3.400", True)],
)
def test_the_limits_of_a_curve_are_within(key: str, low: str, is_clean: bool):
    assert [str(curve.slope) for curve in read("qpcr").curves] == ["-3.350", "-3.400"]
    found = read("qpcr", **{f"acceptance__{key}": low})
    assert found.is_clean is is_clean


def test_as_many_standards_as_are_asked_for():
    assert read("qpcr", acceptance__standards_least=5).is_clean


def test_no_curve_is_drawn_without_one_of_its_standards():
    found = read("qpcr", changed("qpcr", ("STANDARD\t34.80", "STANDARD\tUndetermined")))
    assert [curve.target for curve in found.curves] == [ALB]


def test_r_squared_is_never_more_than_one():
    """These lie on a line; 40 digits of them alone come to a little more."""
    x = [
        "2.442479769064448553777756319599758310922",
        "4.960018647680243817467728452112228442477",
        "4.766249212203171626569266861604105000003",
        "4.542937408232619846790417526191861566227",
        "4.975771757876196401236879909605892862842",
        "4.476904053173798181495336679251509432477",
    ]
    y = [
        "23.01185127062702895225785867510891116782",
        "13.52072969824548080814666373553689877186",
        "14.25124046999404296783386393175252414999",
        "15.09312597096302317760012592625668189532",
        "13.46134047280673956733696274078578390709",
        "15.34207171953478085576258071922180943956",
    ]
    assert fit([(Decimal(a), Decimal(b)) for a, b in zip(x, y, strict=True)])[2] == 1


def test_a_curve_that_is_read():
    lines = good("qpcr").decode().splitlines(keepends=True)
    head = lines[3].rstrip("\n") + "\tSlope\tR2\n"
    rest = [line.rstrip("\n") + "\t-3.32\t0.991\n" for line in lines[4:]]
    how = {
        "columns__slope": "Slope",
        "columns__r_squared": "R2",
        "acceptance__curve": "read",
        "acceptance__standards_least": 0,
    }
    found = read("qpcr", "".join([head, *rest]).encode(), **how)
    assert found.is_clean
    assert [(curve.slope, curve.r_squared, curve.is_computed) for curve in found.curves] == [
        (Decimal("-3.32"), Decimal("0.991"), False)
    ] * 2
    rest[20] = rest[20].replace("-3.32", "-3.33")
    assert places(read("qpcr", "".join([head, *rest]).encode(), **how)) == [(22, "Slope", "curve_differs")]
    steep = [line.rstrip("\n") + "\t-3.61\t0.97\n" for line in lines[4:]]
    codes = [code for _, _, code in places(read("qpcr", "".join([head, *steep]).encode(), **how))]
    assert codes == ["slope_outside", "efficiency_outside", "r_squared_too_low"] * 2


def test_copies_per_cell_of_qpcr():
    found = read("qpcr")
    first, second, control = found.computed
    exact = 2 * (1850.2 + 1801.7 + 1830.9) / (2011.5 + 1978.0 + 2040.3)
    assert (first.sample, first.criterion, first.unit) == (SAM1, "VCN", "{copies}/{cell}")
    assert first.formula is Formula.COPIES_PER_CELL
    assert float(first.number) == pytest.approx(exact, rel=1e-12)
    assert first.reported == "1.818567780025", "cut, not rounded, at 12 decimals"
    assert first.rows == (25, 27, 29, 26, 28, 30)
    assert first.inputs[0] == (WPRE, "1850.2")
    assert first.inputs[-1] == ("reference_copies", "2")
    assert (second.sample, second.number, second.reported) == (SAM2, None, "not detected")
    assert (control.level, control.reported) == ("positive", "1")
    assert [one.value for one in found.candidates if one.row == 31] == ["Undetermined"]


def test_copies_per_cell_of_ddpcr():
    first, second, control = read("ddpcr").computed
    assert float(first.number) == pytest.approx(2 * (182.4 + 179.8) / (201.6 + 198.9), rel=1e-12)
    assert (second.sample, second.reported) == (SAM2, "0")
    assert (control.level, control.reported) == ("one copy", "1")
    assert all(one.is_raw for one in read("ddpcr").candidates)
    one_copy = read("ddpcr", reference_copies=1).computed[0]
    assert float(one_copy.number) == pytest.approx(float(first.number) / 2, rel=1e-12)


def test_the_most_copies_that_are_taken():
    pairs = [("182.4", "500000"), ("201.6", "1"), ("179.8", "500000"), ("198.9", "1")]
    assert read("ddpcr", changed("ddpcr", *pairs)).computed[0].reported == "1000000"


def test_wells_of_uneven_number_count_by_their_means():
    data = changed("ddpcr", ("B01,A9999260000070-SAM01,WPRE,179.8,14872,100,14772\r\n", ""))
    (first, *_) = read("ddpcr", data).computed
    assert float(first.number) == pytest.approx(2 * 182.4 / ((201.6 + 198.9) / 2), rel=1e-12)


def test_the_computation_does_not_depend_on_the_callers_context():
    plain = read("qpcr")
    with localcontext() as context:
        context.prec = 4
        narrow = read("qpcr")
    assert narrow.computed == plain.computed
    assert narrow.curves == plain.curves
    assert getcontext().prec == 28


def test_presence_is_told_in_words():
    found = read("qpcr", changed("qpcr", ("MYCO\tFAM\tUNKNOWN\tUndetermined", "MYCO\tFAM\tUNKNOWN\t31.4")))
    told = [one for one in found.candidates if one.criterion == "MYCOPLASMA" and one.control is None]
    assert [(one.value, one.reported, one.sense) for one in told] == [
        ("31.4", "detected", Sense.NUMBER),
        ("Undetermined", "not detected", Sense.UNDETERMINED),
    ]
    assert not any(one.is_raw for one in told)


def test_a_blank_at_its_limit_and_one_of_nothing():
    assert read("qpcr", changed("qpcr", ("39.2", "38"))).is_clean
    assert read("ddpcr", changed("ddpcr", ("0.07", "0.2"))).is_clean
    found = read("qpcr", changed("qpcr", ("39.2", "45")), acceptance__blank_cq_low=...)
    assert places(found) == [(43, "Cq", "blank_not_clean")], "without a limit nothing may be found at all"


def test_droplets_at_their_limit():
    assert read("ddpcr", changed("ddpcr", ("15210", "10000"))).is_clean


def test_a_well_has_one_name():
    data = changed("ddpcr", ("B01,A9999260000070-SAM01,WPRE", "A1,A9999260000070-SAM01,WPRE"))
    assert places(read("ddpcr", data)) == [(4, "Well", "well_twice")]


def test_what_is_computed_needs_all_its_wells():
    found = read("ddpcr", changed("ddpcr", ("15210", "9999")))
    assert SAM1 not in {one.sample for one in found.computed}
    assert SAM2 in {one.sample for one in found.computed}


def test_controls_are_told_from_samples():
    found = read("qpcr")
    sorts = {one.control for one in found.candidates}
    assert sorts == {None, ControlSort.STANDARD, ControlSort.BLANK, ControlSort.CONTROL}
    assert set(found.samples) == {SAM1, SAM2}

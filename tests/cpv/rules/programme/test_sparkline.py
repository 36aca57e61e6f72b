"""Lines of a few pixels: what is drawn where, also of numbers that no line is made for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpv.rules.programme.sparkline import EDGE, HEIGHT, WIDTH, sparkline
from cpv.rules.transforms import Band

NUMBERS = st.floats(-1e12, 1e12)


def heights(line: str) -> list[float]:
    return [float(pair.split(",")[1]) for pair in line.split()]


def test_higher_values_are_drawn_higher_and_later_ones_further_right():
    spark = sparkline([1.0, 3.0, 2.0])
    assert spark is not None
    assert spark.line == f"{EDGE},{HEIGHT - EDGE} {WIDTH / 2:g},{EDGE} {WIDTH - EDGE},{HEIGHT / 2:g}"
    assert spark.last == (WIDTH - EDGE, HEIGHT / 2)
    assert spark.band is None


def test_the_band_lies_where_its_limits_are():
    spark = sparkline([5.0, 5.0], Band(0.0, 5.0, 10.0))
    assert spark is not None
    assert spark.band == (EDGE, HEIGHT - 2 * EDGE)
    assert spark.center == HEIGHT / 2 == spark.last[1]
    open_above = sparkline([5.0, 5.0], Band(0.0, 5.0, None))
    assert open_above is not None
    assert open_above.band == (0.0, HEIGHT - EDGE)


@pytest.mark.parametrize(("value", "is_outside"), [(10.0, False), (10.1, True), (-0.1, True), (0.0, False)])
def test_a_value_on_a_limit_is_inside(value, is_outside):
    spark = sparkline([5.0, value], Band(0.0, 5.0, 10.0))
    assert spark is not None
    assert spark.is_outside is is_outside


@pytest.mark.parametrize(("far", "at"), [(1e9, EDGE), (-1e9, HEIGHT - EDGE)])
def test_what_lies_far_off_does_not_press_the_rest_together(far, at):
    spark = sparkline([far, 4.0, 6.0], Band(0.0, 5.0, 10.0))
    assert spark is not None
    edge, four, six = heights(spark.line)
    assert edge == at, "at the edge"
    assert four - six >= 2, "what is near is still told apart"


def test_of_no_values_there_is_no_line():
    assert sparkline([]) is None


@given(
    st.lists(NUMBERS, min_size=1, max_size=30),
    st.none() | st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda it: Band(*sorted(it))),
)
def test_everything_is_drawn_within_the_box(values, band):
    spark = sparkline(values, band)
    assert spark is not None
    assert re.fullmatch(r"[-0-9., ]+", spark.line)
    assert all(0 <= float(pair.split(",")[0]) <= WIDTH for pair in spark.line.split())
    assert all(0 <= height <= HEIGHT for height in heights(spark.line))
    if spark.band is not None:
        assert 0 <= spark.band[0] <= sum(spark.band) <= HEIGHT
        assert spark.band[1] >= 0

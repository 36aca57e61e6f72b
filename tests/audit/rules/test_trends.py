"""Figures by month: rates with intervals, quartiles, pictures."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.rates import per_thousand, percent, share_of
from audit.rules.trends import Point, TrendWords, month_picture, quartiles_of
from cpv.rules.pictures.parts import Titles

WORDS = TrendWords("Month", "Rate", "from", "to", "Scans")


@pytest.mark.parametrize(
    ("events", "of", "expected"),
    [
        (0, 0, (None, None, None)),
        (0, 10, ("0.0", "0.0", "308.5")),  # Clopper and Pearson: 1 - 0.025 ** (1 / 10)
        (10, 10, ("1000.0", "691.5", "1000.0")),
        (1, 1, ("1000.0", "25.0", "1000.0")),
        (3, 1000, ("3.0", "0.6", "8.7")),
    ],
)
def test_a_rate_has_the_interval_that_its_counts_allow(
    events: int, of: int, expected: tuple[str | None, ...]
) -> None:
    found = per_thousand(events, of)
    told = (found.value, found.low, found.high)
    assert told == tuple(None if text is None else Decimal(text) for text in expected)


def test_a_share_is_never_rounded_to_whole() -> None:
    assert percent(1.0) == 100
    assert str(percent(0.99999)) == "99.99"
    assert percent(None) is None
    assert (share_of(1, 3), share_of(0, 3), share_of(0, 0)) == (Decimal("33.33"), 0, None)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=50))
def test_quartiles_are_those_of_numpy(values: list[float]) -> None:
    found = quartiles_of(values)
    assert found is not None
    assert (found.low, found.middle, found.high) == pytest.approx(tuple(np.percentile(values, [25, 50, 75])))
    assert (found.count, found.longest) == (len(values), max(values))


def test_of_nothing_there_are_no_quartiles() -> None:
    assert quartiles_of([]) is None


def test_a_month_without_a_value_has_no_point_and_axes_begin_at_nothing() -> None:
    points = [Point("2026-01", 3.0, 1.0, 8.0, 100), Point("2026-02", None), Point("2026-03", 2.0)]
    spec = month_picture(points, Titles("Rate", "per 1,000", "month"), WORDS, top=100.0)
    assert [row["v"] for row in spec["data"]["values"]] == [3.0, None, 2.0]
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == ["2026-01", "2026-02", "2026-03"]
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, 100.0]


@pytest.mark.parametrize(
    ("points", "end"),
    [
        ([Point("1", 2.0, 1.0, 4.0), Point("2", 0.0, 0.0, 300.0)], 6.3),  # few scans say little
        ([Point("1", 2.0, 1.0, 4.0)], 4.2),
        ([Point("1", 0.0, 0.0, 5.0), Point("2", 0.0, 0.0, 300.0)], 15.75),
        ([Point("1", 20.0)], 21.0),
        ([Point("1", None)], 1.0),
        ([], 1.0),
    ],
)
def test_the_axis_has_room_for_values_and_not_for_every_interval(points: list[Point], end: float) -> None:
    spec = month_picture(points, Titles("Rate", "per 1,000", "month"), WORDS)
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, pytest.approx(end)]

"""Scales: which rating a rate has, which rates a rating stands for, and which scales are none."""

import copy
from fractions import Fraction
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmea.rules.bands import Ladder, rating_at
from fmea.rules.scales import STARTING_EDGES, Scale, ScaleKind, read_scale, scale_document
from people.rules.documents import Problem, content_problems

WORDS = [f"Level {n}" for n in range(1, 11)]


def read(content: Any, kind: ScaleKind = ScaleKind.OCCURRENCE) -> tuple[Scale, set[tuple[str, str]]]:
    faults: list[Problem] = []
    scale = read_scale(content, kind, "scales.x", faults)
    return scale, {(it.path.removeprefix("scales.x").removeprefix("."), it.code) for it in faults}


def starting(kind: ScaleKind) -> Scale:
    scale, faults = read(scale_document(kind, "START", "1", WORDS), kind)
    assert not faults
    return scale


OCCURRENCE = starting(ScaleKind.OCCURRENCE)
DETECTION = starting(ScaleKind.DETECTION)


def bands_of(scale: Scale) -> Ladder:
    assert scale.bands is not None
    return scale.bands


def rating_of(scale: Scale, rate: float) -> int | None:
    return rating_at(bands_of(scale), rate)


# The lowest rate that is "one in so many" of each rating, as the proposal for a centre of some hundred batches says it.
ONE_IN = {1: 100_000, 2: 20_000, 3: 5_000, 4: 2_000, 5: 500, 6: 200, 7: 100, 8: 50, 9: 20}


@pytest.mark.parametrize(("rating", "one_in"), ONE_IN.items())
def test_a_rate_on_an_edge_has_the_lower_rating(rating: int, one_in: int) -> None:
    assert rating_of(OCCURRENCE, 1 / one_in) == rating
    assert rating_of(OCCURRENCE, 1 / one_in * (1 + 1e-12)) == rating + 1
    assert bands_of(OCCURRENCE)[rating - 1].high == 1 / one_in


def test_zero_is_the_lowest_and_anything_above_the_last_edge_the_highest() -> None:
    assert rating_of(OCCURRENCE, 0) == 1
    assert rating_of(OCCURRENCE, 0.1) == 10
    assert rating_of(OCCURRENCE, 7.5) == 10
    assert bands_of(OCCURRENCE)[-1] == (10, 0.05, inf)


# Pyzdek and Keller: the probability of a miss in each rating, upper ends included.
@pytest.mark.parametrize(
    ("miss", "rating"),
    [
        *((0.0, 1), (0.005, 2), (0.01, 2), (0.011, 3), (0.05, 3), (0.2, 4), (0.21, 5), (0.5, 5)),
        *((0.7, 6), (0.9, 7), (0.91, 8), (0.95, 8), (0.99, 9), (0.991, 10), (1.0, 10)),
    ],
)
def test_published_probabilities_of_a_miss(miss: float, rating: int) -> None:
    assert rating_of(DETECTION, miss) == rating


def test_a_scale_of_words_has_no_rates() -> None:
    severity = starting(ScaleKind.SEVERITY)
    assert severity.bands is None
    assert severity.text(10) == "Level 10"
    assert [severity.text(it) for it in (0, 11, -1)] == ["", "", ""]


def slow_rating(scale: Scale, rate: float) -> int:
    """One rating after the other, in fractions."""
    for level in scale.levels:
        if level.up_to is None or Fraction(rate) <= Fraction(float(level.up_to)):
            return level.rating
    raise AssertionError


@given(st.floats(0, 1), st.sampled_from([OCCURRENCE, DETECTION]))
def test_every_rate_lies_in_the_band_of_its_rating_and_in_no_other(rate: float, scale: Scale) -> None:
    rating = rating_of(scale, rate)
    assert rating == slow_rating(scale, rate)
    assert [it.rating for it in bands_of(scale) if it.low < rate <= it.high] == ([rating] if rate else [])


@given(st.floats(0, 2), st.floats(0, 2))
def test_a_higher_rate_never_has_a_lower_rating(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert (rating_of(OCCURRENCE, low) or 0) <= (rating_of(OCCURRENCE, high) or 0)


# Statistics: so many opportunities without one event claim this rate with 95 %.
@pytest.mark.parametrize(("n", "rating"), [(299, 7), (1497, 5), (5990, 4), (299_572, 1), (298, 8), (1496, 6)])
def test_what_can_be_claimed_of_opportunities_without_an_event(n: int, rating: int) -> None:
    upper = 1 - 0.05 ** (1 / n)
    assert rating_of(OCCURRENCE, upper) == rating


def changed(place: int, kind: ScaleKind = ScaleKind.OCCURRENCE, **changes: Any) -> dict[str, Any]:
    content = copy.deepcopy(scale_document(kind, "START", "1", WORDS))
    level = content["levels"][place] | changes
    content["levels"][place] = {key: value for key, value in level.items() if value is not None}
    return content


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (changed(3, up_to="0.0002"), ("levels[3].up_to", "not_rising")),
        (changed(3, up_to="0.01"), ("levels[4].up_to", "not_rising")),
        (changed(3, up_to=None), ("levels[3].up_to", "required")),
        (changed(9, up_to="1"), ("levels[9].up_to", "no_rate_here")),
        (changed(0, up_to="-0.1"), ("levels[0].up_to", "not_a_rate")),
        (changed(0, up_to=0.1), ("levels[0].up_to", "not_decimal_text")),
        (changed(4, rating=6), ("levels[4].rating", "not_in_order")),
        (changed(4, rating=11), ("levels[4].rating", "out_of_range")),
        (changed(4, text=7), ("levels[4].text", "wrong_type")),
        ({"code": "X", "version": "1", "levels": []}, ("levels", "out_of_range")),
        (None, ("", "not_an_object")),
        (changed(0) | {"version": ""}, ("version", "required")),
        (changed(0) | {"unit": "x"}, ("unit", "unknown_field")),
    ],
)
def test_a_scale_that_is_none(content: Any, fault: tuple[str, str]) -> None:
    assert fault in read(content)[1]


def test_a_probability_of_one_is_no_edge_and_severity_has_none() -> None:
    assert ("levels[8].up_to", "not_a_rate") in read(
        changed(8, ScaleKind.DETECTION, up_to="1"), ScaleKind.DETECTION
    )[1]
    assert ("levels[0].up_to", "no_rate_here") in read(changed(0), ScaleKind.SEVERITY)[1]
    assert read(changed(8, up_to="3"), ScaleKind.OCCURRENCE)[1] == set()


def test_a_scale_may_have_words_alone_and_says_what_an_opportunity_is() -> None:
    content = scale_document(ScaleKind.SEVERITY, "OWN", "2", WORDS) | {"per": "batch"}
    scale, faults = read(content)
    assert not faults
    assert scale.bands is None
    assert scale.per == "batch"
    assert ("per", "unknown_field") in read(content, ScaleKind.DETECTION)[1]


def test_the_starting_documents_can_be_stored() -> None:
    for kind in ScaleKind:
        assert not content_problems(scale_document(kind, "START", "1", WORDS))
        assert len(STARTING_EDGES[kind]) in (0, 9)
    with pytest.raises(ValueError, match="ten"):
        scale_document(ScaleKind.SEVERITY, "START", "1", WORDS[:9])

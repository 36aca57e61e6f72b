"""Studies: how long the data support, against independent computations."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from qc.rules.criteria import Verdict
from qc.rules.stability import (
    Bounds,
    Extrapolation,
    Ground,
    Observation,
    Reading,
    StudyUnit,
    Supported,
    Unassessed,
    assess,
    observed_support,
)
from tests.qc.rules.stability_given import ALIKE, FASTER, NOISE, series


def longest(observations: list[Observation], low: float, step: float = 0.001) -> float:
    """How long by the shared line: the last of many times at which the lower bound is not below."""
    times = np.array([it.time for it in observations])
    values = np.array([it.value for it in observations])
    other = sm.OLS(values, sm.add_constant(times)).fit()
    grid = np.arange(0, 100, step)
    bound = other.get_prediction(sm.add_constant(grid)).summary_frame(alpha=0.1)["mean_ci_lower"]
    return float(grid[np.argmax(bound.to_numpy() < low)])


def test_the_bound_ends_it_where_an_independent_one_does():
    found = assess(ALIKE, Bounds(low=88), StudyUnit.MONTHS, Extrapolation.Q1E)
    assert isinstance(found, Supported)
    assert found.ground is Ground.BOUND
    assert float(found.length) == pytest.approx(longest(ALIKE, 88), abs=0.1)
    assert float(found.length) <= longest(ALIKE, 88)
    assert found.is_extrapolated
    assert not found.has_few_batches


def test_the_worst_batch_speaks_for_all():
    found = assess(FASTER, Bounds(low=80), StudyUnit.MONTHS, Extrapolation.Q1E)
    alone = {
        batch: assess(
            [it for it in FASTER if it.batch == batch], Bounds(low=80), StudyUnit.MONTHS, Extrapolation.Q1E
        )
        for batch in NOISE
    }
    assert isinstance(found, Supported)
    assert found.batch == "B"
    assert min(alone, key=lambda batch: alone[batch].length) == "B"
    assert [line.batch for line in found.lines] == ["A", "B", "C"]


def test_an_upper_limit_is_the_mirror_of_a_lower_one():
    mirrored = [replace(it, value=-it.value) for it in FASTER]
    low = assess(FASTER, Bounds(low=80), StudyUnit.MONTHS, Extrapolation.Q1E)
    high = assess(mirrored, Bounds(high=-80), StudyUnit.MONTHS, Extrapolation.Q1E)
    assert low.length == high.length


def test_two_limits_share_the_five_percent():
    assert Bounds(low=1).confidence == Bounds(high=1).confidence == 0.95
    assert Bounds(low=1, high=2).confidence == pytest.approx(0.975)
    one = assess(ALIKE, Bounds(low=88), StudyUnit.MONTHS, Extrapolation.Q1E)
    two = assess(ALIKE, Bounds(low=88, high=120), StudyUnit.MONTHS, Extrapolation.Q1E)
    assert two.length < one.length


@pytest.mark.parametrize(
    ("extrapolation", "unit", "length", "ground"),
    [
        (Extrapolation.NONE, StudyUnit.MONTHS, "18.0", Ground.OBSERVED),
        (Extrapolation.Q1E, StudyUnit.MONTHS, "30.0", Ground.EXTRAPOLATED),
        (Extrapolation.Q1E, StudyUnit.DAYS, "36.0", Ground.EXTRAPOLATED),
        (Extrapolation.Q1E, StudyUnit.HOURS, "36.0", Ground.EXTRAPOLATED),
    ],
)
def test_what_the_data_allow_at_most(extrapolation, unit, length, ground):
    found = assess(ALIKE, Bounds(low=10), unit, extrapolation)
    assert (found.length, found.ground, found.batch) == (Decimal(length), ground, "")


def test_the_shortest_batch_says_what_was_observed():
    shorter = [it for it in ALIKE if it.batch != "C" or it.time <= 9]
    found = assess(shorter, Bounds(low=10), StudyUnit.MONTHS)
    assert (found.observed, found.length) == (Decimal("9.0"), Decimal("9.0"))


def test_nothing_reaches_beyond_a_failing_result():
    failing = [replace(it, value=80.0) if (it.batch, it.time) == ("B", 12.0) else it for it in ALIKE]
    found = assess(failing, Bounds(low=84), StudyUnit.MONTHS, Extrapolation.Q1E)
    assert found.length <= 9
    at_once = [replace(it, value=80.0) if (it.batch, it.time) == ("B", 0.0) else it for it in ALIKE]
    assert assess(at_once, Bounds(low=84), StudyUnit.MONTHS, Extrapolation.Q1E).length == 0


def test_a_failing_result_ends_it_where_the_line_would_not():
    steady = [replace(it, value=95 + NOISE[it.batch][n % 6] * 0.1) for n, it in enumerate(ALIKE)]
    failing = [replace(it, value=93.9) if (it.batch, it.time) == ("B", 12.0) else it for it in steady]
    found = assess(failing, Bounds(low=94), StudyUnit.MONTHS)
    assert (found.length, found.ground) == (Decimal("9.0"), Ground.FAILING_RESULT)


def test_nothing_is_supported_when_the_bound_is_over_the_limit_from_the_start():
    found = assess(ALIKE, Bounds(low=99.99), StudyUnit.MONTHS)
    assert found.length == 0


@pytest.mark.parametrize(
    ("observations", "bounds", "expected"),
    [
        ([], Bounds(low=1), Unassessed.NO_RESULTS),
        (ALIKE, Bounds(), Unassessed.NO_LIMITS),
        ([it for it in ALIKE if it.time < 6], Bounds(low=1), Unassessed.TOO_FEW_TIMES),
        ([it for it in ALIKE if it.batch == "A" and it.time < 6], Bounds(low=1), Unassessed.TOO_FEW_TIMES),
    ],
)
def test_what_cannot_be_assessed(observations, bounds, expected):
    assert assess(observations, bounds, StudyUnit.MONTHS) is expected


def test_few_batches_are_said():
    assert assess([it for it in ALIKE if it.batch != "C"], Bounds(low=88), StudyUnit.MONTHS).has_few_batches


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-2, 2), min_size=18, max_size=18),
    st.tuples(*[st.floats(-1.5, 0.5)] * 3),
    st.sampled_from(Extrapolation),
)
def test_never_longer_than_the_data_allow(noise, slopes, extrapolation):
    observations = [
        replace(it, value=it.value + more)
        for it, more in zip(series((100, 100, 100), slopes, noise=0), noise, strict=True)
    ]
    found = assess(observations, Bounds(low=85), StudyUnit.MONTHS, extrapolation)
    assert isinstance(found, Supported)
    assert 0 <= found.length <= (18 if extrapolation is Extrapolation.NONE else 30)
    before = [it.time for it in observations if it.value < 85]
    assert not before or float(found.length) < min(before) or found.length == 0


P, F, N = Verdict.PASS, Verdict.FAIL, Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"A": (P, P, P)}, "12.0"),
        ({"A": (P, F, P)}, "0.0"),
        ({"A": (P, P, F)}, "6.0"),
        ({"A": (P, P, N)}, "6.0"),
        ({"A": (F, P, P)}, "0.0"),
        ({"A": (P, P, P), "B": (P, P)}, "6.0"),
        ({}, "0.0"),
    ],
)
def test_what_words_support(verdicts, expected):
    readings = [
        Reading(batch, time, verdict)
        for batch, given_ones in verdicts.items()
        for time, verdict in zip((0.0, 6.0, 12.0), given_ones, strict=False)
    ]
    assert observed_support(readings) == Decimal(expected)

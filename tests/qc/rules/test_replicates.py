"""Replicates: what is reported of them, and when nothing is."""

from decimal import Decimal
from fractions import Fraction
from statistics import fmean, stdev

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qc.rules.criteria import (
    ReplicateFault,
    ReplicateProblem,
    Replicates,
    Reportable,
    ReportRule,
    reportable,
    rounded,
)

MEAN, MEDIAN, GEOMETRIC = ReportRule.MEAN, ReportRule.MEDIAN, ReportRule.GEOMETRIC_MEAN
LOWEST, HIGHEST = ReportRule.MINIMUM, ReportRule.MAXIMUM
F = ReplicateFault


def plan(count: int, rule: ReportRule = MEAN, cv: str | None = None) -> Replicates:
    return Replicates(count, rule, None if cv is None else Decimal(cv))


@pytest.mark.parametrize(
    ("rule", "texts", "expected"),
    [
        pytest.param(MEAN, ["1", "2"], "1.5", id="mean"),
        pytest.param(MEAN, ["1.0", "1.00", "1"], "1", id="no decimals that say nothing"),
        pytest.param(MEAN, ["1", "1", "2"], "1.333333333333", id="without end"),
        pytest.param(MEAN, ["-1", "-2"], "-1.5", id="below zero"),
        pytest.param(MEAN, ["100", "200"], "150", id="zeros of a whole number stay"),
        pytest.param(MEDIAN, ["9", "1", "2"], "2", id="median of three"),
        pytest.param(MEDIAN, ["9", "1", "2", "4"], "3", id="median of four"),
        pytest.param(GEOMETRIC, ["4", "9"], "6", id="an exact root"),
        pytest.param(GEOMETRIC, ["1", "10", "100"], "10", id="an exact third root"),
        pytest.param(GEOMETRIC, ["2", "3"], "2.449489742783", id="a root without end"),
        pytest.param(GEOMETRIC, ["0.02", "0.08"], "0.04", id="an exact root of decimals"),
        pytest.param(LOWEST, ["3", "1", "2"], "1", id="the lowest"),
        pytest.param(HIGHEST, ["3", "1", "2"], "3", id="the highest"),
        pytest.param(MEAN, ["<0.05", "<0.05", "<0.05"], "<0.05", id="one bound, three times"),
        pytest.param(GEOMETRIC, ["> 95", ">95"], ">95", id="the same bound, written with a space"),
    ],
)
def test_what_is_reported(rule: ReportRule, texts: list[str], expected: str):
    found = reportable(plan(len(texts), rule), texts)
    assert isinstance(found, Reportable), found
    assert found.text == expected


def test_no_tie_is_made_by_the_way():
    """0.04966.. is 0.0 at one decimal; kept as 0.05, it would be 0.1."""
    for texts, kept, shown in (
        (["0.05", "0.05", "0.051"], "0.06", "0.1"),
        (["0.05", "0.05", "0.049"], "0.04", "0.0"),
        (["0.05", "0.05", "0.05"], "0.05", "0.1"),
    ):
        found = reportable(plan(3), texts, decimals=2)
        assert isinstance(found, Reportable)
        assert (found.text, f"{rounded(Decimal(found.text), 1)}") == (kept, shown)


@pytest.mark.parametrize(
    ("texts", "cv", "expected"),
    [
        pytest.param(
            ["9", "10", "11"], "10", Reportable("10", Decimal("10.00")), id="exactly as far apart as allowed"
        ),
        pytest.param(["9", "10", "11"], "9", (ReplicateProblem(F.CV_TOO_HIGH, found="10"),), id="too far"),
        pytest.param(
            ["98", "102", "102"], "2", Reportable("100.666666666666", Decimal("2.29")), id="rounds down to it"
        ),
        pytest.param(
            ["98", "102", "102"], "2.2", (ReplicateProblem(F.CV_TOO_HIGH, found="2.3"),), id="by its decimals"
        ),
        pytest.param(["5", "5", "5"], "1", Reportable("5", Decimal("0.00")), id="not apart"),
        pytest.param(["0", "0", "0"], "1", Reportable("0", Decimal("0.00")), id="all nothing"),
        pytest.param(["-1", "1", "0"], "1", (ReplicateProblem(F.CV_OF_ZERO),), id="a mean of zero"),
        pytest.param(
            ["-1", "1", "0"], None, Reportable("0", None), id="a mean of zero that nobody asks about"
        ),
        pytest.param(["-9", "-10", "-11"], "10", Reportable("-10", Decimal("10.00")), id="below zero"),
    ],
)
def test_how_far_apart_they_may_be(texts: list[str], cv: str | None, expected: object):
    assert reportable(plan(3, cv=cv), texts) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2"], [(F.WRONG_COUNT, None)]),
        (["1", "2", "3", "4"], [(F.WRONG_COUNT, None)]),
        ([], [(F.WRONG_COUNT, None)]),
        (["1", "", "3"], [(F.EMPTY, 1)]),
        (["1", " ", "x"], [(F.EMPTY, 1), (F.NOT_A_NUMBER, 2)]),
        (["1,5", "2", "3"], [(F.DECIMAL_COMMA, 0)]),
        (["1e3", "NaN", "٣"], [(F.NOT_A_NUMBER, 0), (F.NOT_A_NUMBER, 1), (F.NOT_A_NUMBER, 2)]),
        (["1", "x"], [(F.NOT_A_NUMBER, 1), (F.WRONG_COUNT, None)]),
        (["1", "<0.5", "2"], [(F.CENSORED, 1)]),
        (["<0.5", "<0.6", "<0.5"], [(F.CENSORED, 0), (F.CENSORED, 1), (F.CENSORED, 2)]),
        (["<0.5", ">0.5", "<0.5"], [(F.CENSORED, 0), (F.CENSORED, 1), (F.CENSORED, 2)]),
    ],
)
def test_every_fault_is_told(texts: list[str], expected: list[tuple[ReplicateFault, int | None]]):
    found = reportable(plan(3), texts)
    assert isinstance(found, tuple)
    assert [(problem.code, problem.index) for problem in found] == expected


def test_a_geometric_mean_needs_numbers_above_zero():
    found = reportable(plan(3, GEOMETRIC), ["0", "1", "-1"])
    assert found == (ReplicateProblem(F.NOT_POSITIVE, 0), ReplicateProblem(F.NOT_POSITIVE, 2))


numbers = st.lists(st.decimals("-1000", "1000", places=3), min_size=2, max_size=12)


@given(numbers, st.integers(0, 6), st.integers(1, 6))
def test_what_is_kept_rounds_as_the_exact_value_would(values: list[Decimal], decimals: int, guard: int):
    found = reportable(plan(len(values)), [f"{value:f}" for value in values], decimals=decimals + guard)
    assert isinstance(found, Reportable)
    exact = sum(map(Fraction, values)) / len(values)
    half = Fraction(1, 2) if exact >= 0 else Fraction(-1, 2)
    expected = Fraction(int(exact * 10**decimals + half), 10**decimals)
    assert Fraction(rounded(Decimal(found.text), decimals)) == expected


@given(numbers)
def test_the_spread_is_that_of_the_textbook(values: list[Decimal]):
    assume(abs(sum(values)) > 1)
    found = reportable(plan(len(values)), [f"{value:f}" for value in values])
    assert isinstance(found, Reportable)
    floats = [float(value) for value in values]
    assert float(found.cv_percent or 0) == pytest.approx(
        stdev(floats) / abs(fmean(floats)) * 100, abs=0.006, rel=1e-6
    )


@given(st.lists(st.decimals("0.001", "1000", places=3), min_size=2, max_size=12))
def test_means_lie_between_the_ends(values: list[Decimal]):
    texts = [f"{value:f}" for value in values]
    for rule in ReportRule:
        found = reportable(plan(len(values), rule), texts)
        assert isinstance(found, Reportable)
        assert min(values) <= Decimal(found.text) <= max(values)
        assert found == reportable(plan(len(values), rule), list(reversed(texts)))

"""Studies: pulls and their windows; lines, pooling and bounds against independent computations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame
from scipy import stats

from qc.rules.criteria import Verdict
from qc.rules.stability import (
    Bounds,
    Condition,
    Extrapolation,
    Ground,
    Model,
    NotEstimable,
    Observation,
    PlanFault,
    Point,
    Pull,
    PullRefusal,
    PullState,
    Reading,
    StudyFacts,
    StudyPlan,
    StudyUnit,
    Supported,
    Unassessed,
    against_pull,
    assess,
    elapsed,
    fit,
    observed_support,
    plan_faults,
    pool,
    pulls,
    window,
)

START = datetime(2026, 1, 31, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VAPOUR, FRIDGE = Condition("LN2", "vapour of liquid nitrogen"), Condition("5C", "refrigerator")
PLAN = StudyPlan(
    StudyUnit.MONTHS,
    (VAPOUR,),
    (Point("T0", 0), Point("T1", 1, early=3, late=7), Point("T3", 3, early=7, late=7, containers=2)),
    ("VIAB",),
)


# --- plans and pulls ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "faults"),
    [
        (PLAN, ()),
        (replace(PLAN, conditions=()), (PlanFault.NO_CONDITIONS,)),
        (replace(PLAN, points=()), (PlanFault.NO_POINTS,)),
        (replace(PLAN, criteria=()), (PlanFault.NO_CRITERIA,)),
        (replace(PLAN, conditions=(VAPOUR, VAPOUR)), (PlanFault.REPEATED,)),
        (replace(PLAN, points=(Point("A", 0), Point("A", 1))), (PlanFault.REPEATED,)),
        (
            replace(PLAN, points=(Point("A", 3), Point("B", 1))),
            (PlanFault.NOT_IN_ORDER, PlanFault.WINDOWS_OVERLAP),
        ),
        (replace(PLAN, points=(Point("A", 0, containers=0),)), (PlanFault.NO_CONTAINERS,)),
        (replace(PLAN, points=(Point("A", 1, early=-1),)), (PlanFault.NEGATIVE,)),
        (replace(PLAN, points=(Point("A", 0, late=1), Point("B", 1, early=30))), (PlanFault.WINDOWS_OVERLAP,)),
        (replace(PLAN, points=(Point("A", 0, late=1), Point("B", 1, early=29))), ()),
    ],
)  # fmt: skip
def test_plans(plan, faults):
    assert plan_faults(plan) == faults


def test_how_many_containers_a_plan_needs():
    assert replace(PLAN, conditions=(VAPOUR, FRIDGE)).containers == 8


@pytest.mark.parametrize(
    ("unit", "at", "due"),
    [
        (StudyUnit.HOURS, 36, START + 36 * HOUR),
        (StudyUnit.DAYS, 10, START + 10 * DAY),
        (StudyUnit.MONTHS, 1, datetime(2026, 2, 28, 10, tzinfo=UTC)),
        (StudyUnit.MONTHS, 12, datetime(2027, 1, 31, 10, tzinfo=UTC)),
        (StudyUnit.MONTHS, 25, datetime(2028, 2, 29, 10, tzinfo=UTC)),
    ],
)
def test_when_a_point_is_due(unit, at, due):
    assert window(replace(PLAN, unit=unit), Point("X", at), START).due_at == due


def test_windows_of_hours_are_in_hours():
    when = window(replace(PLAN, unit=StudyUnit.HOURS), Point("X", 24, early=1, late=2), START)
    assert (when.opens_at, when.closes_at) == (START + 23 * HOUR, START + 26 * HOUR)


T1 = window(PLAN, PLAN.points[1], START)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (T1.opens_at - HOUR, PullState.WAITING),
        (T1.opens_at, PullState.DUE),
        (T1.closes_at, PullState.DUE),
        (T1.closes_at + HOUR, PullState.OVERDUE),
    ],
)
def test_pulls_that_are_not_done(now, state):
    line = next(line for line in pulls(PLAN, START, (), now) if line.point.code == "T1")
    assert line.state is state


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (T1.opens_at - HOUR, PullState.EARLY),
        (T1.opens_at, PullState.DONE),
        (T1.closes_at, PullState.DONE),
        (T1.closes_at + HOUR, PullState.LATE),
    ],
)
def test_pulls_that_are_done(at, state):
    done = (Pull("LN2", "T1", at),)
    line = next(line for line in pulls(PLAN, START, done, START) if line.point.code == "T1")
    assert (line.state, line.pull) == (state, done[0])


STUDY = StudyFacts(PLAN, START, frozenset({"V1", "V2", "V3", "V4"}), (Pull("LN2", "T0", START, ("V1",)),))
GOOD = Pull("LN2", "T1", T1.due_at, ("V2",))
NOW = START + 60 * DAY
R = PullRefusal
PULLS = [
    (GOOD, ()),
    (replace(GOOD, condition="5C"), (R.NO_SUCH_POINT,)),
    (replace(GOOD, point="T9"), (R.NO_SUCH_POINT,)),
    (replace(GOOD, point="T0", at=START), (R.PULLED_ALREADY,)),
    (replace(GOOD, at=NOW + HOUR, reason="n1"), (R.IN_THE_FUTURE,)),
    (replace(GOOD, at=START - HOUR, reason="n1"), (R.BEFORE_THE_STUDY,)),
    (replace(GOOD, containers=()), (R.TOO_FEW_CONTAINERS,)),
    (
        replace(GOOD, point="T3", containers=("V2", "V2"), at=NOW, reason="n1"),
        (R.TOO_FEW_CONTAINERS,),
    ),
    (replace(GOOD, containers=("V1",)), (R.CONTAINER_USED,)),
    (replace(GOOD, containers=("V9",)), (R.NOT_OF_STUDY,)),
    (replace(GOOD, at=T1.closes_at + HOUR), (R.REASON_MISSING,)),
    (replace(GOOD, at=T1.closes_at + HOUR, reason="n1"), ()),
]


@pytest.mark.parametrize(("pull", "expected"), PULLS)
def test_recording_a_pull(pull, expected):
    assert against_pull(STUDY, pull, NOW) == expected


def test_every_refusal_of_a_pull_is_met():
    assert {code for _pull, codes in PULLS for code in codes} == set(R)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(StudyUnit.HOURS, 730.5), (StudyUnit.DAYS, 30.4375), (StudyUnit.MONTHS, 1.0)],
)
def test_elapsed(unit, expected):
    assert elapsed(START, START + 730.5 * HOUR, unit) == pytest.approx(expected)


# --- lines and pooling ----------------------------------------------------------------------------------------------

TIMES = (0, 3, 6, 9, 12, 18)
NOISE = {
    "A": (0.31, -0.22, 0.12, -0.35, 0.27, -0.1),
    "B": (-0.18, 0.29, -0.3, 0.21, -0.09, 0.14),
    "C": (0.05, 0.17, -0.24, 0.11, 0.3, -0.33),
}


def series(intercepts: tuple[float, ...], slopes: tuple[float, ...], noise: float = 1.0) -> list[Observation]:
    """Three batches with these lines and the noise above, times `noise`."""
    return [
        Observation(batch, float(time), intercept + slope * time + noise * NOISE[batch][n])
        for batch, intercept, slope in zip(NOISE, intercepts, slopes, strict=True)
        for n, time in enumerate(TIMES)
    ]


ALIKE = series((100, 100, 100), (-0.5, -0.5, -0.5))
APART = series((100, 103, 98), (-0.5, -0.5, -0.5))
FASTER = series((100, 100, 100), (-0.5, -0.9, -0.3))


def anova(observations: list[Observation]) -> tuple[float, float]:
    """p of the slopes and p of the intercepts, by another code."""
    frame = DataFrame([vars(it) for it in observations])
    table = sm.stats.anova_lm(smf.ols("value ~ time + C(batch) + time:C(batch)", frame).fit(), typ=1)
    return table.loc["time:C(batch)", "PR(>F)"], table.loc["C(batch)", "PR(>F)"]


@pytest.mark.parametrize(
    ("observations", "model"),
    [(ALIKE, Model.COMMON), (APART, Model.COMMON_SLOPE), (FASTER, Model.SEPARATE)],
    ids=["alike", "apart", "faster"],
)
def test_pooling_agrees_with_an_analysis_of_covariance(observations, model):
    slopes_p, intercepts_p = anova(observations)
    found = pool(observations)
    assert found.model is model
    assert found.slopes_p == pytest.approx(slopes_p, abs=1e-10)
    if model is Model.SEPARATE:
        assert found.intercepts_p is None
    else:
        assert found.intercepts_p == pytest.approx(intercepts_p, abs=1e-10)


@pytest.mark.parametrize("slope", [-0.5, -0.505, -0.51, -0.515, -0.52, -0.53])
def test_pooling_at_the_quarter(slope):
    observations = series((100, 100, 100), (-0.5, -0.5, slope))
    slopes_p, intercepts_p = anova(observations)
    pooled = Model.COMMON_SLOPE if intercepts_p < 0.25 else Model.COMMON
    assert pool(observations).model is (Model.SEPARATE if slopes_p < 0.25 else pooled)


def test_without_noise_what_differs_is_not_pooled():
    assert pool(series((100, 100, 100), (-0.5, -0.5, -0.5), noise=0)).model is Model.COMMON
    assert pool(series((100, 101, 100), (-0.5, -0.5, -0.5), noise=0)).model is Model.COMMON_SLOPE
    assert pool(series((100, 100, 100), (-0.5, -0.5, -0.6), noise=0)).model is Model.SEPARATE


def test_one_batch_has_nothing_to_be_pooled_with():
    one = [it for it in ALIKE if it.batch == "A"]
    assert pool(one).model is Model.COMMON
    line = fit(one, Model.COMMON).line("A")
    other = stats.linregress([it.time for it in one], [it.value for it in one])
    assert (line.intercept, line.slope) == pytest.approx((other.intercept, other.slope))


@pytest.mark.parametrize("model", Model)
def test_lines_and_their_errors_agree_with_statsmodels(model: Model):
    formula = {
        Model.COMMON: "value ~ time",
        Model.COMMON_SLOPE: "value ~ time + C(batch)",
        Model.SEPARATE: "value ~ time * C(batch)",
    }[model]
    other = smf.ols(formula, DataFrame([vars(it) for it in APART])).fit()
    fitted = fit(APART, model)
    for batch in NOISE:
        for time in (0.0, 7.5, 30.0):
            at = other.get_prediction(DataFrame({"time": [time], "batch": [batch]})).summary_frame(alpha=0.1)
            bound = fitted.line(batch).at(time) - stats.t.ppf(0.95, fitted.degrees) * fitted.error(
                batch, time
            )
            assert fitted.line(batch).at(time) == pytest.approx(at["mean"][0], rel=1e-10)
            assert bound == pytest.approx(at["mean_ci_lower"][0], rel=1e-10)


@pytest.mark.parametrize(
    "observations",
    [
        [],
        [Observation("A", 0.0, 1.0), Observation("A", 1.0, 2.0)],
        [Observation("A", 1.0, float(n)) for n in range(5)],
    ],
)
def test_lines_that_cannot_be_drawn(observations):
    with pytest.raises(NotEstimable):
        fit(observations, Model.COMMON)


# --- how long -------------------------------------------------------------------------------------------------------


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

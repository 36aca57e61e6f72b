"""Precision and accuracy of an assay: beside statsmodels and scipy, by hand, at their boundaries, and invariants."""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from qc.rules.validation import (
    Components,
    Estimate,
    Measurement,
    NotAssessable,
    ValidationFault,
    accuracy,
    combination,
    repeatability,
    variance_components,
)
from tests.qc.rules.validation_given import FACTORS, SAME_SUMS, F, design, nested, unequal

# For equal numbers and components above 0 the REML estimate is the ANOVA estimate; REML finds it by iteration, which
# stops where the likelihood no longer rises: within 1e-7 of it on the designs below, with room for other machines.
SAME_AS_REML = 1e-5


def frame(measurements: Sequence[Measurement]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"y": one.value} | {f"f{n}": "/".join(one.groups[: n + 1]) for n in range(len(one.groups))}
            for one in measurements
        ]
    )


def sums_of_squares(measurements: Sequence[Measurement]) -> list[float]:
    """By statsmodels, each factor after those outside it."""
    depth = len(measurements[0].groups)
    data, found = frame(measurements), []
    previous = float(((data.y - data.y.mean()) ** 2).sum())
    for n in range(depth):
        left = float(smf.ols(f"y ~ C(f{n})", data).fit().ssr)
        found.append(previous - left)
        previous = left
    return [*found, previous]


def by_projection(measurements: Sequence[Measurement]) -> list[float]:
    """The components by another way: E y'Qy = sum of s^2 tr(Q Z Z') with whole matrices, and a system solved."""
    y = np.array([one.value for one in measurements])
    depth = len(measurements[0].groups)
    blocks = [np.ones((len(y), 1))]
    for n in range(depth):
        keys = [one.groups[: n + 1] for one in measurements]
        blocks.append(np.array([[float(key == other) for other in dict.fromkeys(keys)] for key in keys]))
    blocks.append(np.eye(len(y)))
    projections = [block @ np.linalg.pinv(block) for block in blocks]
    q = [inner - outer for outer, inner in pairwise(projections)]
    expected = [[np.trace(one @ block @ block.T) for block in blocks[1:]] for one in q]
    return list(np.linalg.solve(expected, [y @ one @ y for one in q]))


def variances(found: Components) -> list[float]:
    return [part.variance.value for part in found.parts]


def test_a_balanced_design_worked_by_hand() -> None:
    """Two runs of three: means 10 and 14, SS between 3 (4 + 4) = 24 on 1, within 2 + 2 = 4 on 4: (24 - 1) / 3."""
    data = [Measurement(("a",), y) for y in (9.0, 10, 11)] + [Measurement(("b",), y) for y in (13.0, 14, 15)]
    found = variance_components(data, ("run",))
    assert [part.mean_square for part in found.parts] == pytest.approx([24, 1])
    assert variances(found) == pytest.approx([23 / 3, 1])
    assert found.intermediate.value == pytest.approx(sqrt(26 / 3))
    assert found.repeatability.value == 1
    assert found.mean.value == 12
    assert found.mean.df == pytest.approx(1)  # two runs, however many measurements
    assert found.mean.high == pytest.approx(12 + 12.706204736 * sqrt(24 / 6))
    assert found.is_balanced
    assert found.set_to_zero == ()


@pytest.mark.parametrize("sizes", [(6,), (5, 2), (4, 2, 2)])
def test_balanced_components_agree_with_reml(sizes: tuple[int, ...]) -> None:
    data = design(*sizes, sd=[3.0, 2.0, 1.5], seed=7)
    found = variance_components(data, FACTORS[: len(sizes)])
    assert found.set_to_zero == ()
    inner = {f"f{n}": f"0 + C(f{n})" for n in range(1, len(sizes))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what does not concern its estimates
        fitted = smf.mixedlm("y ~ 1", frame(data), groups="f0", re_formula="1", vc_formula=inner or None).fit(
            reml=True, method=["bfgs", "nm"], gtol=1e-12
        )
    theirs = [float(np.asarray(fitted.cov_re)[0, 0]), *map(float, fitted.vcomp), float(fitted.scale)]
    assert variances(found) == pytest.approx(theirs, rel=SAME_AS_REML)
    reach = (found.mean.high or 0) - found.mean.value
    standard_error = reach / stats.t.ppf(0.975, found.mean.df)
    assert standard_error == pytest.approx(float(fitted.bse_fe.iloc[0]), rel=SAME_AS_REML)


@pytest.mark.parametrize("data", [unequal(), design(4, 2, 2, sd=[3, 2, 1])], ids=["unequal", "equal"])
def test_sums_of_squares_agree_with_statsmodels(data: list[Measurement]) -> None:
    found = variance_components(data, FACTORS[: len(data[0].groups)])
    assert [part.sum_of_squares for part in found.parts] == pytest.approx(
        sums_of_squares(data), rel=SAME_SUMS
    )


def test_unequal_components_agree_with_projections() -> None:
    data = unequal()
    found = variance_components(data, ("day", "run"))
    theirs = by_projection(data)
    assert min(theirs) > 0
    assert variances(found) == pytest.approx(theirs, rel=SAME_SUMS)
    assert not found.is_balanced


def test_a_component_below_nought_is_set_to_it_and_said() -> None:
    """Run means alike, replicates not."""
    data = [Measurement((run,), y) for run in "abc" for y in (9.0, 10, 11)]
    found = variance_components(data, ("run",))
    assert found.set_to_zero == ("run",)
    assert found.parts[0].variance == Estimate(0.0)
    assert found.intermediate.value == pytest.approx(found.repeatability.value)
    assert found.intermediate.df == pytest.approx(6)
    assert found.mean.df == pytest.approx(6)


def test_limits_of_repeatability_are_those_of_chi_squared() -> None:
    data = design(3, sd=[2.0], seed=2)
    found = variance_components(data, ("run",))
    left = sums_of_squares(data)[-1]
    assert found.repeatability.df == 6
    assert [found.repeatability.low, found.repeatability.high] == pytest.approx(
        [sqrt(left / stats.chi2.isf(tail, 6)) for tail in (0.025, 0.975)]
    )
    alone = repeatability(data)
    assert [alone.value, alone.low, alone.high, alone.df] == pytest.approx(
        [found.repeatability.value, found.repeatability.low, found.repeatability.high, 6]
    )


def test_satterthwaites_degrees_of_freedom() -> None:
    """(2*4 + 3*1)^2 / ((2*4)^2/5 + (3*1)^2/9) = 121 / 13.8."""
    found = combination([2, 3], [4, 1], [5, 9], 0.9)
    df = 121 / 13.8
    assert (found.value, found.df) == (11, pytest.approx(df))
    assert found.low == pytest.approx(df * 11 / stats.chi2.ppf(0.95, df))
    assert combination([1, -1], [1, 2], [3, 3], 0.9) == Estimate(-1)


def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    """Satterthwaite is an approximation: 95 % limits of an intermediate precision hold it 90 to 99 times of 100."""
    held = 0
    for seed in range(200):
        found = variance_components(design(5, sd=[1.5], seed=seed), ("run",)).intermediate
        held += (found.low or 0) <= sqrt(1.5**2 + 1) <= (found.high or 1e9)
    assert 180 <= held <= 198


@pytest.mark.parametrize(
    ("data", "factors", "fault", "params"),
    [
        ([], (), F.NO_DATA, {}),
        ([Measurement((), 1.0)], (), F.TOO_FEW_REPLICATES, {}),
        ([Measurement((), 1.0), Measurement((), float("nan"))], (), F.NOT_FINITE, {}),
        ([Measurement((), 1.0), Measurement((), 1e300)], (), F.NOT_FINITE, {}),
        (
            [Measurement((), 0.1 + 0.2), Measurement((), 0.3)],
            (),
            F.ZERO_VARIANCE,
            {"factor": "repeatability"},
        ),
        ([Measurement(("a",), y) for y in (1.0, 2)], ("day",), F.TOO_FEW_GROUPS, {"factor": "day"}),
        (
            [Measurement((d, f"x{d}"), y) for d in "ab" for y in (1.0, 2)],
            ("day", "analyst"),
            F.CONFOUNDED,
            {"factor": "analyst"},
        ),
        ([Measurement((d,), y) for d, y in (("a", 1.0), ("b", 2.0))], ("day",), F.TOO_FEW_REPLICATES, {}),
        (
            [Measurement((d,), y) for d, y in (("a", 1.0), ("b", 2.0)) for _ in range(3)],
            ("day",),
            F.ZERO_VARIANCE,
            {"factor": "repeatability"},
        ),
    ],
)
def test_a_design_that_tells_nothing_has_a_reason(
    data: list[Measurement], factors: tuple[str, ...], fault: ValidationFault, params: dict[str, str]
) -> None:
    with pytest.raises(NotAssessable) as caught:
        variance_components(data, factors)
    assert (caught.value.fault, caught.value.params) == (fault, params)


def test_two_measurements_are_enough_for_a_repeatability() -> None:
    assert variance_components([Measurement((), 1.0), Measurement((), 2.0)], ()).repeatability.df == 1
    assert repeatability([Measurement((), 1.0), Measurement((), 2.0)]).value == pytest.approx(sqrt(0.5))
    for data, fault in (
        ([Measurement(("a",), 1.0), Measurement(("b",), 2.0)], F.TOO_FEW_REPLICATES),
        ([Measurement(("a",), 1.0), Measurement(("a",), 1.0)], F.ZERO_VARIANCE),
    ):
        with pytest.raises(NotAssessable) as caught:
            repeatability(data)
        assert caught.value.fault is fault


def test_a_confidence_is_a_share() -> None:
    for nonsense in (0, 1, 95):
        with pytest.raises(ValueError, match="confidence"):
            variance_components(design(2, sd=[1]), ("run",), nonsense)


def test_recovery_without_groups_is_the_t_interval() -> None:
    values = [98.0, 101.0, 103.0, 99.0]
    found = accuracy([Measurement((), y) for y in values], 50.0)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.recovery.value == pytest.approx(200.5)
    assert [found.recovery.low, found.recovery.high] == pytest.approx([2 * theirs.low, 2 * theirs.high])
    assert found.bias.value == pytest.approx(50.25)
    assert found.bias.low == pytest.approx(theirs.low - 50)


def test_recovery_over_runs_is_the_t_interval_of_their_means() -> None:
    data = design(5, sd=[3.0], seed=3)
    found = accuracy(data, 100.0, 1)
    means = frame(data).groupby("f0").y.mean()
    theirs = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    assert [found.recovery.low, found.recovery.high] == pytest.approx([theirs.low, theirs.high])
    assert found.recovery.df == pytest.approx(4)


def test_recovery_leaves_out_factors_that_tell_nothing_apart() -> None:
    """One analyst on each day, and a run for each measurement, say no more than the days."""
    days = design(4, sd=[2.0], seed=4)
    named = [Measurement((*m.groups, "x" + m.groups[0], str(n)), m.value) for n, m in enumerate(days)]
    assert accuracy(named, 100.0, 3) == accuracy(days, 100.0, 1)


@pytest.mark.parametrize(
    ("nominal", "fault"), [(0.0, F.NOT_POSITIVE), (-1.0, F.NOT_POSITIVE), (float("inf"), F.NOT_FINITE)]
)
def test_recovery_of_nothing_is_none(nominal: float, fault: ValidationFault) -> None:
    with pytest.raises(NotAssessable) as caught:
        accuracy([Measurement((), 1.0), Measurement((), 2.0)], nominal)
    assert caught.value.fault is fault


def components_of(data: Sequence[Measurement]) -> Components | ValidationFault:
    try:
        return variance_components(data, ("day", "run"))
    except NotAssessable as caught:
        return caught.fault


@settings(max_examples=30)
@given(nested, st.integers(1, 1000), st.randoms())
def test_variances_scale_with_the_square_and_order_is_nothing(
    data: list[Measurement], k: int, chance: object
) -> None:
    plain = components_of(data)
    assume(isinstance(plain, Components))
    assert isinstance(plain, Components)
    mixed = list(data)
    chance.shuffle(mixed)
    scaled = components_of([Measurement(one.groups, one.value * k) for one in mixed])
    assert isinstance(scaled, Components)
    size = max(part.mean_square for part in plain.parts)
    assert variances(scaled) == pytest.approx(
        [k**2 * one for one in variances(plain)], abs=1e-6 * size * k**2
    )
    assert scaled.intermediate.value == pytest.approx(k * plain.intermediate.value, rel=1e-6)
    assert scaled.mean.value == pytest.approx(k * plain.mean.value, rel=1e-9)


@settings(max_examples=30)
@given(nested, st.integers(-1000, 1000))
def test_a_shift_changes_the_mean_alone(data: list[Measurement], shift: int) -> None:
    plain = components_of(data)
    assume(isinstance(plain, Components))
    moved = components_of([Measurement(one.groups, one.value + shift) for one in data])
    assert isinstance(plain, Components)
    assert isinstance(moved, Components)
    assert moved.intermediate.value == pytest.approx(plain.intermediate.value, rel=1e-6)
    assert moved.mean.value == pytest.approx(plain.mean.value + shift, abs=1e-6)


@settings(max_examples=30)
@given(nested)
def test_a_total_is_never_less_than_its_repeatability(data: list[Measurement]) -> None:
    found = components_of(data)
    if isinstance(found, Components):
        assert found.intermediate.value >= found.repeatability.value * (1 - 1e-12)
        assert all(value >= 0 for value in variances(found))
        for one in (found.intermediate, found.repeatability):
            assert (one.low or 0) <= one.value <= (one.high or float("inf"))

"""Characteristics of an assay: beside statsmodels and scipy, worked by hand, at their boundaries, and invariants."""

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
from statsmodels.stats.anova import anova_lm

from qc.rules.validation import (
    POOLING_P,
    Components,
    Estimate,
    GaugeReading,
    Measurement,
    NotAssessable,
    Point,
    ValidationFault,
    accuracy,
    combination,
    detection_from_blanks,
    detection_from_line,
    fit_line,
    gauge_rr,
    repeatability,
    span,
    variance_components,
)

F = ValidationFault

# Sums of squares by two ways of adding the same numbers: nothing but rounding stands between them.
SAME_SUMS = 1e-9
# For equal numbers and components above 0 the REML estimate is the ANOVA estimate; REML finds it by iteration, which
# stops where the likelihood no longer rises: within 1e-7 of it on the designs below, with room for other machines.
SAME_AS_REML = 1e-5

FACTORS = ("day", "analyst", "run")


def design(
    *sizes: int, sd: Sequence[float], noise: float = 1.0, seed: int = 1, replicates: int = 3
) -> list[Measurement]:
    """A balanced nested design around 100."""
    made = np.random.default_rng(seed)
    found: list[Measurement] = []

    def grow(groups: tuple[str, ...], base: float) -> None:
        if len(groups) == len(sizes):
            found.extend(Measurement(groups, base + made.normal(0, noise)) for _ in range(replicates))
            return
        for number in range(sizes[len(groups)]):
            grow((*groups, str(number)), base + made.normal(0, sd[len(groups)]))

    grow((), 100.0)
    return found


def unequal(seed: int = 5) -> list[Measurement]:
    """Days with one to three runs of two to four measurements."""
    made = np.random.default_rng(seed)
    sizes = [(4, 2), (3,), (2, 2, 3), (4, 4)]
    found = []
    for day, runs in enumerate(sizes):
        off = made.normal(0, 3)
        for run, n in enumerate(runs):
            off_run = made.normal(0, 2)
            found += [
                Measurement((str(day), str(run)), 100 + off + off_run + made.normal(0, 1)) for _ in range(n)
            ]
    return found


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


def points(seed: int = 1, levels: int = 5, replicates: int = 3, bend: float = 0.0) -> list[Point]:
    made = np.random.default_rng(seed)
    return [
        Point(x, 2 + 3 * x + bend * x**2 + made.normal(0, 1))
        for x in (10.0 * n for n in range(1, levels + 1))
        for _ in range(replicates)
    ]


def test_a_line_agrees_with_scipy_and_statsmodels() -> None:
    data = points()
    found = fit_line(data)
    x, y = [p.level for p in data], [p.response for p in data]
    theirs = stats.linregress(x, y)
    t = stats.t.ppf(0.975, len(x) - 2)
    assert [found.slope.value, found.intercept.value, found.r2] == pytest.approx(
        [theirs.slope, theirs.intercept, theirs.rvalue**2], rel=SAME_SUMS
    )
    assert found.slope.high == pytest.approx(theirs.slope + t * theirs.stderr, rel=SAME_SUMS)
    assert found.intercept.low == pytest.approx(theirs.intercept - t * theirs.intercept_stderr, rel=SAME_SUMS)
    table = pd.DataFrame({"x": x, "y": y})
    fitted = smf.ols("y ~ x", table).fit()
    assert found.residual_sd.value == pytest.approx(sqrt(fitted.mse_resid), rel=SAME_SUMS)
    assert list(found.residuals) == pytest.approx(list(fitted.resid), abs=1e-9)
    compared = anova_lm(fitted, smf.ols("y ~ C(x)", table).fit())
    assert found.lack_of_fit is not None
    assert [found.lack_of_fit.f, found.lack_of_fit.p] == pytest.approx(
        [compared["F"][1], compared["Pr(>F)"][1]], rel=1e-7
    )
    assert found.lack_of_fit.df == (3, 10)


def test_a_bent_line_does_not_fit() -> None:
    straight, bent = fit_line(points()).lack_of_fit, fit_line(points(bend=0.02)).lack_of_fit
    assert straight is not None
    assert bent is not None
    assert straight.p > 0.05
    assert bent.p < 0.001


def test_lack_of_fit_needs_replicates_that_differ() -> None:
    assert fit_line(points(replicates=1)).lack_of_fit is None
    assert (
        fit_line([Point(x, y) for x, y in ((1, 1.0), (2, 3.0), (3, 4.0)) for _ in "ab"]).lack_of_fit is None
    )


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([], F.NO_DATA),
        ([Point(1, 1), Point(2, 2), Point(2, 3)], F.TOO_FEW_LEVELS),
        ([Point(x, 5.0) for x in (1, 2, 3)], F.ZERO_VARIANCE),
        ([Point(x, float("inf")) for x in (1, 2, 3)], F.NOT_FINITE),
    ],
)
def test_a_line_through_nothing_has_a_reason(data: list[Point], fault: ValidationFault) -> None:
    with pytest.raises(NotAssessable) as caught:
        fit_line(data)
    assert caught.value.fault is fault
    assert fit_line([Point(x, y) for x, y in ((1, 1.0), (2, 2.5), (3, 2.9))]).levels == 3


def test_limits_of_detection_worked_by_hand() -> None:
    line = fit_line(points())
    found = detection_from_line(line)
    assert found.detection.value == pytest.approx(3.3 * line.residual_sd.value / line.slope.value)
    assert found.quantitation.value == pytest.approx(10 * line.residual_sd.value / line.slope.value)
    assert found.detection.high == pytest.approx(3.3 * (line.residual_sd.high or 0) / line.slope.value)
    blanks = detection_from_blanks([1.0, 2.0, 3.0], line)  # standard deviation 1
    assert blanks.detection.value == pytest.approx(3.3 / line.slope.value)
    assert blanks.sigma.df == 2


def test_a_falling_line_detects_as_well() -> None:
    rising, falling = fit_line(points()), fit_line([Point(p.level, -p.response) for p in points()])
    assert falling.slope.value == pytest.approx(-rising.slope.value)
    assert detection_from_line(falling).detection.value == pytest.approx(
        detection_from_line(rising).detection.value
    )


def test_no_limit_of_detection_without_a_slope_or_a_spread() -> None:
    flat = fit_line([Point(x, y) for x, y in ((1, 1.0), (2, 3.0), (3, 1.0), (4, 3.0))])
    exact = fit_line([Point(x, 2.0 * x) for x in (1, 2, 3, 4)])
    for attempt, fault in (
        (lambda: detection_from_line(flat), F.NO_SLOPE),
        (lambda: detection_from_line(exact), F.ZERO_VARIANCE),
        (lambda: detection_from_blanks([1.0, 2.0], exact), F.TOO_FEW_REPLICATES),
        (lambda: detection_from_blanks([1.0, 1.0, 1.0], exact), F.ZERO_VARIANCE),
        (lambda: detection_from_blanks([], exact), F.NO_DATA),
    ):
        with pytest.raises(NotAssessable) as caught:
            attempt()
        assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ("", None),
        ("-", None),
        ("+", (0, 0)),
        ("+++", (0, 2)),
        ("-++", (1, 2)),
        ("+-++", (2, 3)),
        ("++-++", (0, 1)),
        ("++-+++-", (3, 5)),
    ],
)
def test_the_range_breaks_at_a_level_that_fails(levels: str, found: tuple[int, int] | None) -> None:
    assert span({n: sign == "+" for n, sign in enumerate(levels)}) == found


def study(
    *sds: float, noise: float = 1.0, seed: int = 1, shape: tuple[int, int, int] = (8, 3, 3)
) -> list[GaugeReading]:
    """A crossed design with these standard deviations of parts, operators and their interaction."""
    made = np.random.default_rng(seed)
    p, o, r = shape
    of_part, of_operator = made.normal(0, sds[0], p), made.normal(0, sds[1], o)
    cells = made.normal(0, sds[2], (p, o))
    return [
        GaugeReading(f"p{i}", f"o{j}", 50 + of_part[i] + of_operator[j] + cells[i, j] + made.normal(0, noise))
        for i in range(p)
        for j in range(o)
        for _ in range(r)
    ]


def gauge_table(readings: Sequence[GaugeReading], formula: str) -> pd.DataFrame:
    data = pd.DataFrame([{"part": r.part, "operator": r.operator, "y": r.value} for r in readings])
    return anova_lm(smf.ols(f"y ~ {formula}", data).fit())


def test_gauge_rr_agrees_with_statsmodels() -> None:
    readings = study(5, 2, 2, seed=2)
    found = gauge_rr(readings)
    assert not found.is_interaction_pooled
    theirs = gauge_table(readings, "C(part) * C(operator)")
    assert [row.sum_of_squares for row in found.table] == pytest.approx(list(theirs["sum_sq"]), rel=1e-7)
    assert [row.df for row in found.table] == list(theirs["df"])
    part, operator, both, error = theirs["mean_sq"]
    assert found.interaction_p == pytest.approx(theirs["PR(>F)"].iloc[2], rel=1e-6)
    assert found.table[0].f == pytest.approx(part / both)
    assert found.table[0].p == pytest.approx(stats.f.sf(part / both, 7, 14))
    wanted = [error, (operator - both) / 24, (both - error) / 3, (part - both) / 9]
    assert min(wanted) > 0
    ours = [found.repeatability, found.operator, found.interaction, found.part]
    assert [one.value for one in ours] == pytest.approx(wanted, rel=1e-7)
    gauge = sum(wanted[:3])
    assert found.gauge.value == pytest.approx(gauge)
    assert found.total.value == pytest.approx(sum(wanted))
    assert found.percent_gauge == pytest.approx(100 * sqrt(gauge / sum(wanted)))
    assert found.percent_contribution == pytest.approx(100 * gauge / sum(wanted))
    assert found.categories == int(sqrt(2 * wanted[3] / gauge))


def test_a_pooled_interaction_agrees_with_a_model_without_one() -> None:
    readings = study(5, 2, 0, seed=4)
    found = gauge_rr(readings)
    assert found.is_interaction_pooled
    assert found.interaction_p > POOLING_P
    part, operator, error = gauge_table(readings, "C(part) + C(operator)")["mean_sq"]
    assert [row.source for row in found.table] == [
        "part",
        "operator",
        "interaction",
        "repeatability",
        "pooled",
    ]
    assert found.table[0].f == pytest.approx(part / error)
    assert [found.repeatability.value, found.operator.value, found.part.value] == pytest.approx(
        [error, (operator - error) / 24, (part - error) / 9], rel=1e-7
    )
    assert found.interaction == Estimate(0.0)
    assert found.set_to_zero == ()


@pytest.mark.parametrize(("share", "is_pooled"), [(1 - 1e-6, True), (1 + 1e-6, False)])
def test_an_interaction_is_pooled_from_a_quarter_on(share: float, is_pooled: bool) -> None:
    """Two by two by two: cells c apart crosswise give F = 4 c^2 on 1 and 4."""
    c = sqrt(stats.f.isf(POOLING_P, 1, 4) / 4) * share
    readings = [
        GaugeReading(
            part, operator, 10.0 * (part == "q") + (c if (part == "p") == (operator == "a") else -c) + e
        )
        for part in "pq"
        for operator in "ab"
        for e in (-1, 1)
    ]
    found = gauge_rr(readings)
    assert found.interaction_p == pytest.approx(POOLING_P, abs=1e-5)
    assert found.is_interaction_pooled is is_pooled
    assert (found.interaction.value > 0) is not is_pooled


@pytest.mark.parametrize(("width", "categories"), [(0.999, 4), (1.001, 5)])
def test_categories_are_whole(width: float, categories: int) -> None:
    """Two by two by two, every cell +-1, parts d apart: E = 8/5 pooled, P = 2 d^2, s^2(part) = (P - E)/4.

    sqrt(2 s^2(part) / E) is 5 where d^2 is 40.8.
    """
    readings = [
        GaugeReading(part, operator, sqrt(40.8) * width * (part == "q") + e)
        for part in "pq"
        for operator in "ab"
        for e in (-1, 1)
    ]
    found = gauge_rr(readings)
    assert found.gauge.value == pytest.approx(1.6)
    assert found.categories == categories


def test_a_gauge_component_below_nought_is_set_to_it_and_said() -> None:
    readings = study(5, 0, 0, seed=3)
    found = gauge_rr(readings)
    assert "operator" in found.set_to_zero
    assert found.operator.value == 0
    assert found.gauge.value == pytest.approx(found.repeatability.value + found.interaction.value)


@pytest.mark.parametrize(
    ("readings", "fault", "params"),
    [
        ([], F.NO_DATA, {}),
        (study(1, 1, 1, shape=(1, 2, 2)), F.TOO_FEW_GROUPS, {"factor": "part"}),
        (study(1, 1, 1, shape=(2, 1, 2)), F.TOO_FEW_GROUPS, {"factor": "operator"}),
        (study(1, 1, 1, shape=(2, 2, 1)), F.TOO_FEW_REPLICATES, {}),
        (study(1, 1, 1, shape=(2, 2, 2))[:-1], F.UNEQUAL, {"fewest": 1, "most": 2}),
        (study(1, 1, 1, shape=(2, 2, 2))[:-2], F.UNEQUAL, {"fewest": 0, "most": 2}),
        (study(1, 1, 1, noise=0, shape=(2, 2, 2)), F.ZERO_VARIANCE, {"factor": "repeatability"}),
        ([GaugeReading("p", "o", float("nan"))], F.NOT_FINITE, {}),
    ],
)
def test_a_gauge_study_that_tells_nothing_has_a_reason(
    readings: list[GaugeReading], fault: ValidationFault, params: dict[str, object]
) -> None:
    with pytest.raises(NotAssessable) as caught:
        gauge_rr(readings)
    assert (caught.value.fault, caught.value.params) == (fault, params)


def test_the_smallest_gauge_study() -> None:
    assert gauge_rr(study(5, 1, 1, shape=(2, 2, 2))).replicates == 2


numbers = st.integers(0, 10_000).map(lambda n: n / 100)
nested = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("xy"), numbers), min_size=8, max_size=24
).map(lambda rows: [Measurement((day, run), value) for day, run, value in rows])


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
    chance.shuffle(mixed)  # type: ignore[attr-defined]
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


@settings(max_examples=30)
@given(
    st.lists(
        st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=3, max_size=3), min_size=2, max_size=4
    ),
    st.randoms(),
)
def test_a_gauge_study_does_not_see_order_or_unit(cube: list[list[list[float]]], chance: object) -> None:
    readings = [
        GaugeReading(f"p{i}", f"o{j}", value)
        for i, part in enumerate(cube)
        for j, cell in enumerate(part)
        for value in cell
    ]
    try:
        plain = gauge_rr(readings)
    except NotAssessable:
        return
    assume(abs(plain.interaction_p - POOLING_P) > 1e-6)
    mixed = [GaugeReading(one.part, one.operator, one.value * 7) for one in readings]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    other = gauge_rr(mixed)
    assert other.percent_gauge == pytest.approx(plain.percent_gauge, rel=1e-6, abs=1e-6)
    assert other.total.value == pytest.approx(49 * plain.total.value, rel=1e-6)
    assert other.percent_contribution == pytest.approx(plain.percent_gauge**2 / 100, rel=1e-6, abs=1e-6)

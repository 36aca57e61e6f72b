"""Lines, limits of detection, ranges, gauge studies: beside statsmodels and scipy, at their boundaries, invariants."""

from collections.abc import Sequence
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
    Estimate,
    GaugeReading,
    NotAssessable,
    Point,
    ValidationFault,
    detection_from_blanks,
    detection_from_line,
    fit_line,
    gauge_rr,
    span,
)
from tests.qc.rules.validation_given import SAME_SUMS, F, numbers, study


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
    chance.shuffle(mixed)
    other = gauge_rr(mixed)
    assert other.percent_gauge == pytest.approx(plain.percent_gauge, rel=1e-6, abs=1e-6)
    assert other.total.value == pytest.approx(49 * plain.total.value, rel=1e-6)
    assert other.percent_contribution == pytest.approx(plain.percent_gauge**2 / 100, rel=1e-6, abs=1e-6)

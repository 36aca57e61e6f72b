"""Boundaries of repeated looks: published tables, simulation, invariants."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Why
from cpv.rules.comparability.monitoring import (
    Shape,
    Sides,
    boundaries,
    crossing,
    false_alarms,
    first_alarm,
    normal_of,
)
from tests.cpv.rules.given import why


def even(looks: int) -> list[float]:
    return [look / looks for look in range(1, looks + 1)]


def bounds_of(looks: int, shape: Shape) -> list[float | None]:
    return [look.boundary for look in boundaries(even(looks), shape=shape).looks]


@pytest.mark.parametrize(("looks", "c"), [(2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040)])
def test_obrien_fleming_constants(looks: int, c: float) -> None:
    """Jennison and Turnbull, Group Sequential Methods (2000), table 2.3, alpha = .05 two-sided: c sqrt(K/k)."""
    expected = [c * sqrt(looks / look) for look in range(1, looks + 1)]
    assert bounds_of(looks, Shape.OBRIEN_FLEMING) == pytest.approx(expected, abs=0.0012)


def test_obrien_fleming_two_looks() -> None:
    assert bounds_of(2, Shape.OBRIEN_FLEMING) == pytest.approx([2.797, 1.977], abs=0.0006)


@pytest.mark.parametrize(("looks", "c"), [(2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555)])
def test_pocock_constants(looks: int, c: float) -> None:
    """Jennison and Turnbull (2000), table 2.1; Pocock, Biometrika 64 (1977), alpha = .05 two-sided."""
    assert bounds_of(looks, Shape.POCOCK) == pytest.approx([c] * looks, abs=0.0006)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape.OBRIEN_FLEMING_SPENDING, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        (Shape.POCOCK_SPENDING, [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_spending_boundaries_of_five_looks(shape: Shape, expected: list[float]) -> None:
    """Reboussin, DeMets, Kim and Lan, Control. Clin. Trials 21 (2000) 190-207 (program ld98), alpha = .05 two-sided."""
    assert bounds_of(5, shape) == pytest.approx(expected, abs=0.0002)


def test_spending_boundaries_of_two_looks() -> None:
    """The same program: 2.9626, 1.9686 and 2.1570, 2.2010."""
    assert bounds_of(2, Shape.OBRIEN_FLEMING_SPENDING) == pytest.approx([2.9626, 1.9686], abs=0.0002)
    assert bounds_of(2, Shape.POCOCK_SPENDING) == pytest.approx([2.1570, 2.2010], abs=0.0002)


@pytest.mark.parametrize(
    ("looks", "alarm"), [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193)]
)
def test_looking_often_at_five_per_cent(looks: int, alarm: float) -> None:
    """Armitage, McPherson and Rowe, J. R. Stat. Soc. A 132 (1969), table 2."""
    naive = [stats.norm.isf(0.025)] * looks
    assert sum(crossing(even(looks), naive)) == pytest.approx(alarm, abs=0.0006)


@pytest.mark.parametrize("sides", [Sides.ONE, Sides.TWO])
@pytest.mark.parametrize("drift", [0.0, 2.0])
def test_crossing_is_what_simulated_paths_do(sides: Sides, drift: float) -> None:
    runs, shares, bounds = 60_000, [0.15, 0.5, 0.55, 1.0], [2.2, 2.0, None, 1.9]
    rng = np.random.default_rng(13)
    gaps = np.diff([0.0, *shares])
    path = np.cumsum(rng.normal(drift * gaps, np.sqrt(gaps), (runs, 4)), axis=1) / np.sqrt(shares)
    size = np.abs(path) if sides is Sides.TWO else path
    over = size > [inf if bound is None else bound for bound in bounds]
    first = np.where(over.any(axis=1), over.argmax(axis=1), -1)
    found = crossing(shares, bounds, drift=drift, sides=sides)
    for look, p in enumerate(found):
        assert (first == look).mean() == pytest.approx(p, abs=3.5 * sqrt(p * (1 - p) / runs) + 1e-12)
    assert found[2] == 0


@pytest.mark.parametrize("shape", list(Shape))
def test_false_alarms_are_what_was_asked_for(shape: Shape) -> None:
    for sides in Sides:
        plan = boundaries([0.3, 0.45, 1.0], alpha=0.1, shape=shape, sides=sides)
        assert plan.false_alarm == pytest.approx(0.1, abs=1e-9)
        spent = [look.spent for look in plan.looks]
        assert spent == sorted(spent)
        first = plan.looks[0]
        assert first.boundary is not None
        assert first.nominal_p == pytest.approx(sides * stats.norm.sf(first.boundary))
        assert first.spent == pytest.approx(first.nominal_p)


def test_alpha_is_spent_as_the_functions_say() -> None:
    """Two sides spend alpha/2 each: 4 (1 - Phi(z(alpha/4) / sqrt t)), and alpha ln(1 + (e - 1) t)."""
    t, alpha = np.array([0.25, 0.5, 0.8]), 0.05
    plan = boundaries(t, alpha=alpha, shape=Shape.OBRIEN_FLEMING_SPENDING)
    expected = 4 * stats.norm.sf(stats.norm.isf(alpha / 4) / np.sqrt(t))
    assert [look.spent for look in plan.looks] == pytest.approx(expected, rel=1e-6)
    plan = boundaries(t, alpha=alpha, shape=Shape.POCOCK_SPENDING)
    assert [look.spent for look in plan.looks] == pytest.approx(alpha * np.log(1 + (np.e - 1) * t), rel=1e-6)


def test_one_look_is_the_ordinary_test() -> None:
    for shape in Shape:
        assert boundaries([1.0], shape=shape).looks[0].boundary == pytest.approx(1.959964, abs=1e-6)
        one = boundaries([1.0], alpha=0.025, shape=shape, sides=Sides.ONE)
        assert one.looks[0].boundary == pytest.approx(1.959964, abs=1e-6)


def test_a_look_too_early_to_mean_anything_has_no_boundary() -> None:
    plan = boundaries([0.02, 1.0], shape=Shape.OBRIEN_FLEMING_SPENDING)
    assert plan.looks[0].boundary is None
    assert (plan.looks[0].nominal_p, plan.looks[0].spent) == (0, 0)
    assert plan.looks[1].boundary == pytest.approx(1.96, abs=1e-4)
    assert first_alarm(plan, [50.0]) is None


def test_so_many_looks_that_the_path_is_hardly_ever_unseen() -> None:
    """Watched without a pause, the spending function is the law of the first crossing of z(alpha/4), 2.24, at t = 1."""
    plan = boundaries(even(40), shape=Shape.OBRIEN_FLEMING_SPENDING)
    assert plan.false_alarm == pytest.approx(0.05, abs=1e-9)
    last = plan.looks[-1].boundary
    assert last is not None
    assert bounds_of(10, Shape.OBRIEN_FLEMING_SPENDING)[-1] < last < stats.norm.isf(0.0125)


def test_first_alarm() -> None:
    plan = boundaries(even(2), shape=Shape.POCOCK)
    c = plan.looks[0].boundary
    assert c is not None
    assert first_alarm(plan, []) is None
    assert first_alarm(plan, [c, -c]) is None
    assert first_alarm(plan, [None, -c - 0.01]) == 1
    assert first_alarm(plan, [3.0, 3.0]) == 0
    one = boundaries(even(2), shape=Shape.POCOCK, sides=Sides.ONE)
    assert first_alarm(one, [-5.0, -5.0]) is None
    assert why(first_alarm, plan, [1.0, 1.0, 1.0]) is Why.SIZES_DIFFER
    assert why(first_alarm, plan, [nan]) is Why.NOT_FINITE


def test_normal_of_has_the_p_value_of_t() -> None:
    for t, df in ((2.5, 4), (-3.1, 7.3), (0.0, 3), (1e-9, 2)):
        z = normal_of(t, df)
        assert stats.norm.sf(z) == pytest.approx(stats.t.sf(t, df), rel=1e-9)
    assert normal_of(1e9, 1e6) == pytest.approx(37.5, abs=0.1)
    assert why(normal_of, nan, 3) is Why.NOT_FINITE
    assert why(normal_of, 1.0, 0) is Why.NOT_POSITIVE


def test_pitfall_20_many_attributes_raise_many_false_alarms() -> None:
    found = false_alarms([0.05] * 10)
    assert found.attributes == 10
    assert found.expected == pytest.approx(0.5)
    assert found.any_independent == pytest.approx(0.4013, abs=0.0001)
    assert found.any_at_most == pytest.approx(0.5)
    many = false_alarms([0.05, 0.5, 0.9])
    assert many.any_at_most == 1
    assert many.any_independent == pytest.approx(1 - 0.95 * 0.5 * 0.1)
    assert why(false_alarms, []) is Why.EMPTY
    assert why(false_alarms, [0.05, 1.0]) is Why.NOT_A_SHARE


def test_what_cannot_be_planned_is_refused() -> None:
    shape = Shape.POCOCK
    assert why(boundaries, [], shape=shape) is Why.EMPTY
    assert why(boundaries, [0.5, 0.5], shape=shape) is Why.LIMITS_CROSSED
    assert why(boundaries, [0.5, 1.1], shape=shape) is Why.NOT_A_SHARE
    assert why(boundaries, [0.0, 1.0], shape=shape) is Why.NOT_A_SHARE
    assert why(boundaries, [nan], shape=shape) is Why.NOT_A_SHARE
    assert why(boundaries, even(101), shape=shape) is Why.NOT_A_COUNT
    assert why(boundaries, [0.5, 0.501], shape=shape) is Why.NOT_CONVERGED
    assert why(boundaries, [1.0], alpha=0.5, shape=shape) is Why.NOT_A_SHARE
    assert why(crossing, [1.0], [1.0, 2.0]) is Why.SIZES_DIFFER
    assert why(crossing, [1.0], [inf]) is Why.NOT_FINITE
    assert why(crossing, [1.0], [1.0], drift=nan) is Why.NOT_FINITE
    assert crossing([0.5, 1.0], [1.0, 1.0], drift=1e6)[0] == pytest.approx(1)

"""Transformations: scipy's Box-Cox beside ours, there and back, limits carried back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from cpv.rules.basis import Estimator, Limits, Note, Why
from cpv.rules.transforms import LAMBDAS, Scale, Transformation, _loss, box_cox, identity, logarithm, logit
from tests.cpv.rules.given import why


def drawn(n: int = 40, seed: int = 3, scale: float = 1.0) -> np.ndarray:
    return scale * np.random.default_rng(seed).gamma(2.0, size=n)


def loss(power: float, x: np.ndarray) -> float:
    """Box and Cox's likelihood as it is written down, with its Jacobian."""
    y = np.log(x) if power == 0 else (x**power - 1) / power
    return x.size / 2 * np.log(y.var()) - (power - 1) * np.log(x).sum()


@pytest.mark.parametrize("seed", range(6))
def test_power_and_its_limits_are_scipys(seed: int) -> None:
    """Oracle: scipy.stats.boxcox (Brent's method on its own likelihood)."""
    x = drawn(seed=seed)
    _, power, (low, high) = stats.boxcox(x, alpha=0.05)
    ours = box_cox(x)
    assert ours.power == pytest.approx(power, abs=1e-5)
    assert (ours.power_low, ours.power_high) == pytest.approx((low, high), abs=1e-4)


def test_power_is_the_best_of_a_grid_and_its_limits_where_the_likelihood_has_fallen() -> None:
    x = drawn(60, 9)
    ours = box_cox(x, 0.9)
    grid = np.linspace(-1, 2, 3001)
    losses = np.array([loss(power, x) for power in grid])
    assert ours.power == pytest.approx(grid[losses.argmin()], abs=1e-3)
    inside = grid[losses <= losses.min() + stats.chi2.ppf(0.9, 1) / 2]
    assert (ours.power_low, ours.power_high) == pytest.approx((inside[0], inside[-1]), abs=2e-3)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_power_does_not_know_the_unit(scale: float) -> None:
    ours, unit = box_cox(drawn(scale=scale)), box_cox(drawn())
    assert ours.power == pytest.approx(unit.power, abs=1e-6)
    assert ours.forward(drawn(scale=scale)) == pytest.approx(unit.forward(drawn()), rel=1e-6)


def test_a_likelihood_that_still_rises_is_told() -> None:
    x = np.exp(np.exp(drawn(50)))
    ours = box_cox(1 / np.log(np.log(x)) ** 0.01)
    assert ours.power in LAMBDAS
    assert Note.UNBOUNDED in ours.notes


def test_what_is_charted_is_a_straight_line_of_the_textbooks_box_cox() -> None:
    x = drawn()
    ours = box_cox(x)
    assert np.corrcoef(ours.forward(x), special.boxcox(x, ours.power))[0, 1] == pytest.approx(1, abs=1e-12)


def test_pitfall_14_box_cox_wants_positive_values_and_its_power_is_frozen() -> None:
    assert why(box_cox, [1.0, 2.0, 0.0]) is Why.NOT_POSITIVE
    frozen = box_cox(drawn())
    assert why(frozen.forward, [1.0, -1.0]) is Why.NOT_POSITIVE
    with pytest.raises(AttributeError):
        frozen.power = 2.0
    later = drawn(seed=99)
    before = frozen.forward(later[:3])
    assert (frozen.forward(later)[:3] == before).all()


def test_pitfall_14_shares_near_the_whole_are_held_at_the_resolution() -> None:
    viability = logit(floor=0.1)
    y = viability.forward([100.0, 99.95, 99.9, 0.0, 50.0])
    assert y == pytest.approx([special.logit(0.999)] * 3 + [special.logit(0.001), 0.0])
    assert viability.clamped([100.0, 50.0]) == (Note.BELOW_FLOOR,)
    assert viability.clamped([99.9, 0.1, np.nan]) == ()
    assert why(viability.forward, [100.1]) is Why.NOT_A_SHARE
    assert why(viability.forward, [-0.1]) is Why.NOT_A_SHARE
    for floor in (0.0, 50.0, -1.0):
        with pytest.raises(ValueError, match="floor"):
            logit(floor=floor)


@pytest.mark.parametrize("transformation", [identity(), logarithm(), logit(1e-9, 1.0), box_cox(drawn())])
@given(x=st.floats(1e-6, 0.999), other=st.floats(1e-6, 0.999))
def test_there_and_back_and_in_order(transformation: Transformation, x: float, other: float) -> None:
    y = transformation.forward([x, other])
    assert transformation.back(y) == pytest.approx([x, other], rel=1e-8)
    if x < other * (1 - 1e-9):
        assert y[0] < y[1]


@pytest.mark.parametrize("transformation", [identity(), logarithm(), logit(0.1), box_cox(drawn())])
def test_what_is_stored_is_what_comes_back(transformation: Transformation) -> None:
    assert Transformation.from_dict(transformation.as_dict()) == transformation


def test_limits_go_back_to_the_measured_unit() -> None:
    x = drawn(200)
    y = np.log(x)
    made = Limits(y.mean(), y.std(), y.mean() - 3 * y.std(), y.mean() + 3 * y.std(), 3.0, Estimator.SD, 200)
    band = logarithm().band(made)
    assert (band.lower, band.center, band.upper) == pytest.approx(
        tuple(np.exp([made.lower, made.center, made.upper]))
    )
    assert ((x > band.upper) == (y > made.upper)).all()


def test_a_limit_that_no_value_reaches_is_none() -> None:
    root = Transformation(Scale.BOX_COX, power=0.5)
    far = Limits(1.0, 2.0, -5.0, 7.0, 3.0, Estimator.SD, 30)
    band = root.band(far)
    assert (band.lower, band.notes) == (None, (Note.UNBOUNDED,))
    assert band.upper == pytest.approx((1 + 3.5) ** 2)
    inverse = Transformation(Scale.BOX_COX, power=-1.0)
    band = inverse.band(Limits(0.5, 0.2, -0.1, 1.1, 3.0, Estimator.SD, 30))
    assert (band.upper, band.notes) == (None, (Note.UNBOUNDED,))
    assert identity().band(Limits(0.0, 1.0, None, 3.0, 3.0, Estimator.SD, 30)).notes == ()
    assert logarithm().band(Limits(0.0, 500.0, -1500.0, 1500.0, 3.0, Estimator.SD, 30)).upper is None
    assert why(logarithm().band, Limits(1500.0, 1.0, None, None, 3.0, Estimator.SD, 30)) is Why.NOT_FINITE


def test_a_specification_that_excludes_nothing_is_none() -> None:
    assert logarithm().specification(0.0) is None
    assert logarithm().specification(np.e) == pytest.approx(1)
    assert logit(0.1).specification(100.0) is None
    assert logit(0.1).specification(80.0) == pytest.approx(np.log(4))
    assert identity().specification(-3.0) == -3.0
    assert identity().specification(None) is None


def test_missing_stays_missing_and_the_impossible_is_refused() -> None:
    assert np.isnan(logarithm().forward([1.0, np.nan])).tolist() == [False, True]
    assert why(logarithm().forward, [np.inf]) is Why.NOT_FINITE
    assert why(logarithm().forward, [1.0, 0.0]) is Why.NOT_POSITIVE
    assert why(box_cox, [2.0, 2.0, 2.0]) is Why.CONSTANT
    assert why(box_cox, [2.0, 1.0]) is Why.TOO_FEW
    assert why(box_cox, [np.nan] * 4) is Why.EMPTY
    assert why(box_cox, [1.0, 2.0, 3.0], 1.0) is Why.OUT_OF_RANGE
    assert why(Transformation(Scale.BOX_COX, power=5.0).forward, [1e300]) is Why.NOT_FINITE
    assert Note.MISSING_LEFT_OUT in box_cox([1.0, 2.0, 4.0, np.nan]).notes
    with pytest.raises(ValueError, match="finite"):
        Transformation(Scale.BOX_COX, power=np.inf)


def test_a_power_of_exactly_nothing_is_the_logarithm() -> None:
    assert Transformation(Scale.BOX_COX, power=0.0).forward([np.e]) == pytest.approx([1.0])
    logs = np.array([-1.0, 0.25, 0.75])
    assert _loss(0.0, logs) == pytest.approx((_loss(1e-7, logs) + _loss(-1e-7, logs)) / 2, abs=1e-6)
    symmetric = np.exp([-1.0, 0.0, 1.0])
    assert box_cox(symmetric).power == pytest.approx(0, abs=1e-6)

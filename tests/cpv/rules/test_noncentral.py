"""The noncentral t: scipy's own (an unrelated series), simulation, and its ends."""

import numpy as np
import pytest
from scipy import special, stats

from cpv.rules.basis import Why
from cpv.rules.noncentral import inside, nct_cdf, nct_quantile, noncentrality, root, spread_nodes
from tests.cpv.rules.given import refusal, why


@pytest.mark.parametrize("df", [1, 4.5, 29, 1e4, 1e6])
@pytest.mark.parametrize("delta", [-3.0, 0.0, 6.0, 38.0, 400.0])
@pytest.mark.parametrize("off", [-1.5, 0.0, 2.0])
def test_it_is_scipys_noncentral_t(df: float, delta: float, off: float) -> None:
    """Noncentralities on both sides of 37.6, where the series of R's pt loses its digits."""
    t = delta * (1 + off / 10) + off
    assert nct_cdf(t, df, delta) == pytest.approx(stats.nct.cdf(t, df, delta), abs=2e-10)


def test_it_is_what_is_drawn() -> None:
    rng = np.random.default_rng(1)
    drawn = (rng.standard_normal(200_000) + 4) / np.sqrt(rng.chisquare(6, 200_000) / 6)
    assert nct_cdf(5.0, 6, 4.0) == pytest.approx((drawn <= 5.0).mean(), abs=4 * 0.5 / 200_000**0.5)


@pytest.mark.parametrize(
    ("p", "df", "delta"), [(0.99, 42, 8.4), (0.95, 1, 2.3), (0.01, 9, 30.0), (0.5, 1e6, 1645.0)]
)
def test_quantile_and_noncentrality_undo_the_chance(p: float, df: float, delta: float) -> None:
    t = nct_quantile(p, df, delta)
    assert nct_cdf(t, df, delta) == pytest.approx(p, abs=1e-9)
    assert noncentrality(t, df, p) == pytest.approx(delta, rel=1e-7)


def test_weights_are_a_distribution_with_the_moments_of_a_standard_deviation() -> None:
    for df in (1, 2, 10, 1000, 1e7):
        w, weight = spread_nodes(df, (1.0, 1e-4))
        assert weight.sum() == pytest.approx(1, abs=1e-12)
        assert weight @ w**2 == pytest.approx(1, rel=1e-9)
        c4 = np.sqrt(2 / df) * np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2))
        assert weight @ w == pytest.approx(c4, rel=1e-7)


def test_no_root_is_said() -> None:
    for nowhere in (-1.0, 1.0):
        assert why(root, lambda x, y=nowhere: y, 0.0, 1.0) is Why.NOT_CONVERGED


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_lies_inside(value: float) -> None:
    assert refusal(inside, value, "confidence") == (Why.OUT_OF_RANGE, "confidence")

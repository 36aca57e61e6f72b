"""Pooling of sites: the fit against a plain grid, recovery of a known prior, and how far sites are drawn."""

from math import isclose
from typing import Any

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Why
from fmea.rules.evidence import Note
from fmea.rules.pooling import Pooled, Site, pool
from tests.fmea.rules.evidence_given import refusal

SEEN = [
    Site(f"S{k}", x, n)
    for k, (x, n) in enumerate([(0, 900), (2, 1200), (9, 800), (1, 2500), (14, 1500), (3, 400)])
]


def drawn(a: float, b: float, sites: int, n: int, seed: int) -> list[Site]:
    """Sites whose rates come from Beta(a, b)."""
    rng = np.random.default_rng(seed)
    return [Site(str(k), int(x), n) for k, x in enumerate(rng.binomial(n, rng.beta(a, b, sites)))]


def test_nothing_on_a_grid_is_more_likely_than_the_fit() -> None:
    """The likelihood of the beta-binomial, by scipy."""
    found = pool(SEEN).prior
    x, n = np.array([(one.events, one.n) for one in SEEN]).T[:, :, None]

    def likelihood(a: Any, b: Any) -> Any:
        return stats.betabinom.logpmf(x, n, a, b).sum(axis=0)

    m, s = (it.ravel() for it in np.meshgrid(np.geomspace(5e-4, 0.05, 60), np.geomspace(1, 7000, 60)))
    heights = likelihood(m * s, (1 - m) * s)
    top = int(np.argmax(heights))
    assert heights[top] <= likelihood(found.a, found.b)[0] <= heights[top] + 0.01
    assert found.a / found.worth == pytest.approx(m[top], rel=0.1)
    assert found.worth == pytest.approx(s[top], rel=0.2)


def test_a_known_prior_is_found_again() -> None:
    found = pool(drawn(2.0, 198.0, 400, 2000, 7))
    assert found.prior.a / found.prior.worth == pytest.approx(0.01, rel=0.1)
    assert found.prior.worth == pytest.approx(200, rel=0.25)
    assert found.notes == (Note.PRIOR_TAKEN_AS_KNOWN,)


def test_each_site_is_drawn_to_the_mean_by_its_weight() -> None:
    found = pool([*SEEN, Site("new", 0, 0)])
    middle = found.prior.a / found.prior.worth
    for one in found.sites[:-1]:
        assert one.raw is not None
        assert one.shrinkage == pytest.approx(found.prior.worth / (found.prior.worth + one.site.n))
        assert one.estimate.mean == pytest.approx((1 - one.shrinkage) * one.raw + one.shrinkage * middle)
        assert min(one.raw, middle) <= one.estimate.mean <= max(one.raw, middle)
    by_size = sorted(found.sites, key=lambda one: one.site.n)
    assert [one.shrinkage for one in by_size] == sorted((one.shrinkage for one in by_size), reverse=True)
    new = found.sites[-1]
    assert (new.raw, new.shrinkage) == (None, 1.0)
    assert new.estimate.mean == pytest.approx(middle)
    assert found.prior == pool(SEEN).prior


def test_sites_that_differ_no_more_than_chance() -> None:
    found = pool([Site(str(k), 10 + k % 2, 1000) for k in range(8)])
    assert Note.NO_SPREAD in found.notes
    assert found.prior.worth == pytest.approx(8000)
    assert found.prior.a / found.prior.worth == pytest.approx(0.0105, rel=0.01)


def coverage(found: Pooled, true: np.ndarray) -> float:
    return float(
        np.mean(
            [one.estimate.low <= p <= one.estimate.high for one, p in zip(found.sites, true, strict=True)]
        )
    )


def test_pooled_intervals_cover_and_are_nearer_than_each_site_alone() -> None:
    rng = np.random.default_rng(12)
    true = rng.beta(1.5, 600, 1000)
    x = rng.binomial(800, true)
    found = pool([Site(str(k), int(events), 800) for k, events in enumerate(x)])
    assert 0.93 <= coverage(found, true) <= 0.97
    pooled = np.array([one.estimate.mean for one in found.sites])
    assert ((pooled - true) ** 2).mean() < 0.8 * ((x / 800 - true) ** 2).mean()


def test_sites_that_are_too_few_or_alike() -> None:
    assert refusal(pool, SEEN[:4]) == (Why.TOO_FEW, "sites")
    assert refusal(pool, [*SEEN[:4], Site("new", 0, 0)]) == (Why.TOO_FEW, "sites")
    assert len(pool(SEEN[:5]).sites) == 5
    assert refusal(pool, [Site(str(k), 0, 100) for k in range(9)]) == (Why.CONSTANT, "events")
    assert refusal(pool, [Site(str(k), 9, 9) for k in range(9)]) == (Why.CONSTANT, "events")
    assert refusal(Site, "A", 3, 2) == (Why.OUT_OF_RANGE, "events")
    assert refusal(Site, "A", 1, -2) == (Why.NOT_A_COUNT, "n")


def test_sites_of_ten_million() -> None:
    found = pool([Site(str(k), x, 10**7) for k, x in enumerate([3, 40, 11, 25, 90, 7])])
    assert isclose(found.prior.a / found.prior.worth, 176 / 6e7, rel_tol=0.1)
    assert Note.NO_SPREAD not in found.notes

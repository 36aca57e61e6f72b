"""Capability of normal series: the handbook's example, scipy's noncentral t, simulation, and the pitfalls."""

from dataclasses import astuple
from math import isfinite, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Estimator, Note, Why
from cpv.rules.capability import (
    Index,
    IntervalBy,
    Specification,
    Within,
    _chance_under,
    _Spread,
    bissell_limits,
    capability,
    within_by_ranges,
)
from tests.cpv.rules.given import exactly, why


def numbers(found: object) -> list[float]:
    parts = astuple(found) if not isinstance(found, tuple) else found
    flat: list[float] = []
    for part in parts:
        flat += numbers(part) if isinstance(part, tuple) else [part] if isinstance(part, float) else []
    return flat


def test_nist_6_1_6() -> None:
    """Limits 8 and 20, mean 16, s 2: Cp 1.0, Cpk .6667, upper .6667, lower 1.3333."""
    found = capability(exactly(50, 16, 2), Specification(8, 20, 14))
    assert found.pp is not None
    assert (found.pp.value, found.ppk.value) == pytest.approx((1.0, 2 / 3))
    assert (found.ppu.value, found.ppl.value) == pytest.approx((2 / 3, 4 / 3))
    assert found.cpm.value == pytest.approx(12 / (6 * sqrt(4 + 4)))
    assert (found.cpm.interval_by, found.ppk.interval_by) == (IntervalBy.BOYLES, IntervalBy.GENERALISED)


def test_pitfall_13_cpm_is_the_handbooks() -> None:
    """sqrt(s^2 + (mean - T)^2) with s of n - 1; sum / (n - 1) and sum / n about T give other numbers."""
    x = exactly(12, 15.0, 1.5)
    found = capability(x, Specification(8, 20, 14)).cpm
    others = [12 / (6 * sqrt(((x - 14) ** 2).sum() / divisor)) for divisor in (11, 12)]
    assert found.value == pytest.approx(12 / (6 * sqrt(1.5**2 + 1)))
    assert all(abs(found.value - other) > 0.005 for other in others)
    assert capability(x, Specification(8, 20)).cpm is None


@pytest.mark.parametrize(("n", "bound"), [(10, 0.79), (20, 0.95), (30, 1.03), (100, 1.17)])
def test_what_a_ppk_of_1_33_shows(n: int, bound: float) -> None:
    """One-sided 95 % lower bounds, by Bissell as they are quoted; the exact ones lie just below."""
    assert bissell_limits(1.33, n, n - 1, 0.90)[0] == pytest.approx(bound, abs=0.0051)
    exact = capability(exactly(n, 0, 1), Specification(upper=3 * 1.33), confidence=0.90).ppk
    assert exact.value == pytest.approx(1.33)
    assert bound - 0.016 < exact.low < bound


@pytest.mark.parametrize(("index", "n"), [(1.67, 10), (1.39, 20), (1.30, 30), (1.14, 100)])
def test_what_is_needed_to_show_more_than_one(index: float, n: int) -> None:
    assert bissell_limits(index, n, n - 1, 0.90)[0] == pytest.approx(1.0, abs=0.011)


@pytest.mark.parametrize("n", [5, 20, 200])
@pytest.mark.parametrize("index", [-0.4, 0.0, 0.8, 2.5])
def test_limits_of_one_side_are_scipys_noncentral_t(index: float, n: int) -> None:
    found = capability(exactly(n, 10 - 3 * index, 1.0), Specification(upper=10.0)).ppu
    assert found.value == pytest.approx(index, abs=1e-12)
    for bound, p in ((found.low, 0.975), (found.high, 0.025)):
        chance = stats.nct.cdf(3 * sqrt(n) * index, n - 1, 3 * sqrt(n) * bound)
        assert chance == pytest.approx(p, abs=1e-7)
    assert found.interval_by is IntervalBy.NONCENTRAL_T


def test_limits_of_pp_are_those_of_a_variance() -> None:
    found = capability(exactly(20, 14, 1), Specification(8, 20)).pp
    chi2 = stats.chi2.ppf([0.025, 0.975], 19)
    assert (found.low, found.high) == pytest.approx(tuple(2.0 * np.sqrt(chi2 / 19)))


def test_the_lower_limit_is_the_quantile_of_what_it_is_made_of() -> None:
    found = capability(exactly(15, 13.5, 2), Specification(8, 20))
    rng = np.random.default_rng(3)
    z, w = rng.standard_normal(400_000), np.sqrt(rng.chisquare(14, 400_000) / 14)
    lower, upper = 5.5 / 6, 6.5 / 6
    drawn = np.minimum(lower * w - z / (3 * sqrt(15)), upper * w + z / (3 * sqrt(15)))
    assert found.ppk.low == pytest.approx(np.quantile(drawn, 0.025), abs=0.004)
    assert found.ppk.high == min(found.ppl.high, found.ppu.high)


def test_a_limit_that_is_far_away_does_not_count() -> None:
    x = exactly(25, 14, 2)
    one, both = capability(x, Specification(upper=20)).ppk, capability(x, Specification(-1e7, 20)).ppk
    assert (both.low, both.high) == pytest.approx((one.low, one.high), abs=1e-6)


@pytest.mark.parametrize("mean", [0.0, 0.7])
def test_limits_hold_as_often_as_they_say(mean: float) -> None:
    """600 series of 12, limits at 3: a centered process, the worst, and one where one side decides.

    A lower limit holds when the chance of less than the truth is not in its tail,
    an upper one when neither side is past it.
    """
    truth, drawn = (3 - mean) / 3, np.random.default_rng(8).normal(mean, 1.0, (600, 12))
    below, past = [], []
    for x in drawn:
        spread = _Spread(float(x.mean()), float(x.std(ddof=1)), 11, 12, 0.9)
        sides = ((spread.mean + 3) / (3 * spread.sigma), (3 - spread.mean) / (3 * spread.sigma))
        below.append(_chance_under(truth, sides, spread))
        past.append(min(stats.nct.cdf(6 * sqrt(3) * side, 11, 6 * sqrt(3) * truth) for side in sides))
    for tail in (0.05, 0.1):
        error = 3 * sqrt(tail * (1 - tail) / 600)
        low, high = np.mean(np.array(below) < tail), np.mean(np.array(past) < tail)
        assert low < tail + error
        assert high < (1 if mean else 2) * tail + error
        assert low > (tail - error if mean else 0)


def test_within_and_overall_are_never_mixed() -> None:
    """A level that moved: Cp is that of the short term, Pp that of the whole."""
    x = np.concatenate([exactly(30, 12, 1, 1), exactly(30, 16, 1, 2)])
    found = capability(x, Specification(8, 20))
    ranges = np.abs(np.diff(x)).mean() * sqrt(np.pi) / 2
    assert found.within.sigma == pytest.approx(ranges)
    assert found.cp.value == pytest.approx(2 / ranges)
    assert found.pp.value == pytest.approx(2 / x.std(ddof=1))
    assert found.cp.value > 1.5 * found.pp.value
    given = capability(x, Specification(8, 20), within=Within(1.5, 40.0, Estimator.S_BAR))
    assert given.cp.value == pytest.approx(2 / 1.5)
    assert given.pp == found.pp


def test_degrees_of_freedom_of_moving_ranges_are_what_is_drawn() -> None:
    x = np.random.default_rng(4).standard_normal((20_000, 20))
    sigmas = np.abs(np.diff(x, axis=1)).mean(axis=1) * sqrt(np.pi) / 2
    df = within_by_ranges(x[0]).df
    assert 1 / (2 * sigmas.var()) == pytest.approx(df, rel=0.05)
    assert df == pytest.approx(19**2 / (2 * (0.8264 * 20 - 1.0821)), rel=1e-3)
    gapped = x[0].copy()
    gapped[5] = np.nan
    there = np.abs(np.diff(gapped))
    assert within_by_ranges(gapped).sigma == pytest.approx(np.nanmean(there) * sqrt(np.pi) / 2)
    assert within_by_ranges(gapped).df < df
    assert within_by_ranges([1.0, np.nan, 2.0]) is None
    assert within_by_ranges([np.nan]) is None


def test_pitfall_9_a_constant_series_has_no_index_and_no_infinity() -> None:
    found = capability([0.1] * 20, Specification(0.0, 0.2, 0.15))
    assert [found.cp, found.cpk, found.pp, found.ppk, found.cpm, found.sigma] == [None] * 6
    assert (Note.ZERO_SIGMA in found.notes, found.mean) == (True, 0.1)
    one = capability([0.1], Specification(0.0, 0.2))
    assert (one.ppk, Note.TOO_FEW in one.notes) == (None, True)
    two = capability([0.1, 0.12], Specification(0.0, 0.2))
    assert all(map(isfinite, numbers(two)))
    assert two.cpk is not None
    assert why(capability, [1.0, np.inf], Specification(0.0, 0.2)) is Why.NOT_FINITE
    assert why(capability, [np.nan], Specification(0.0, 0.2)) is Why.EMPTY


def test_pitfall_13_one_sided_specifications_have_no_cp() -> None:
    for spec in (Specification(lower=8), Specification(upper=20)):
        found = capability(exactly(40, 14, 2), spec)
        assert [found.cp, found.pp, found.cpm] == [None] * 3
        assert Note.ONE_SIDED in found.notes
        assert found.ppk == (found.ppl or found.ppu)
        assert (found.ppl is None) == (spec.lower is None)


def test_pitfall_13_warnings_always_and_an_interval_always() -> None:
    good = np.random.default_rng(12).standard_normal(60)
    spec = Specification(-5, 5)
    cases = {
        Note.PRELIMINARY: good[:29],
        Note.FEW_DISTINCT: np.clip(np.round(good), -1, 2),
        Note.AUTOCORRELATED: np.cumsum(good),
        Note.UNSTABLE: np.append(good, 6.0),
        Note.NOT_NORMAL: np.exp(good),
        Note.MISSING_LEFT_OUT: np.append(good, np.nan),
    }
    assert capability(good, spec).notes == ()
    for note, x in cases.items():
        found = capability(x, spec)
        assert note in found.notes
        for index in (found.cp, found.cpk, found.pp, found.ppk):
            assert isinstance(index, Index)
            assert index.low < index.value < index.high


@pytest.mark.parametrize("scale", [1e-100, 1e-12, 1e12, 1e100])
def test_the_unit_does_not_matter(scale: float) -> None:
    x = exactly(25, 14, 2)
    one = capability(x, Specification(8, 20, 15))
    other = capability(x * scale, Specification(8 * scale, 20 * scale, 15 * scale))
    for a, b in ((one.cpk, other.cpk), (one.ppk, other.ppk), (one.pp, other.pp), (one.cpm, other.cpm)):
        assert (b.value, b.low, b.high) == pytest.approx((a.value, a.low, a.high), rel=1e-7)


@pytest.mark.parametrize("spec", [(13.999999, 14.000001), (-1e9, 1e9), (500.0, 501.0), (14.0, 15.0)])
def test_specifications_of_all_kinds_give_numbers(spec: tuple[float, float]) -> None:
    found = capability(exactly(30, 14, 1), Specification(*spec, spec[0]))
    assert all(map(isfinite, numbers(found)))
    assert found.ppk.low < found.ppk.value + 1e-9
    assert found.ppk.high > found.ppk.value - 0.2


def test_a_million_batches() -> None:
    found = capability(np.random.default_rng(1).normal(14, 2, 1_000_000), Specification(8, 20))
    assert (found.ppk.low, found.ppk.high) == pytest.approx((1.0, 1.0), abs=0.01)
    assert Note.AUTOCORRELATED not in found.notes


def test_the_impossible_is_refused() -> None:
    assert why(Specification) is Why.NO_LIMITS
    assert why(Specification, target=1.0) is Why.NO_LIMITS
    assert why(Specification, 1.0, 1.0) is Why.LIMITS_CROSSED
    assert why(Specification, 2.0, 1.0) is Why.LIMITS_CROSSED
    assert why(Specification, 1.0, 2.0, 3.0) is Why.LIMITS_CROSSED
    assert why(Specification, 1.0, float("inf")) is Why.NOT_FINITE
    assert why(Specification, float("nan")) is Why.NOT_FINITE
    spec = Specification(0.0, 1.0)
    assert why(capability, [0.1, 0.2], spec, confidence=1.0) is Why.OUT_OF_RANGE
    for sigma, df in ((0.0, 1.0), (1.0, 0.0), (float("nan"), 1.0), (float("inf"), 1.0)):
        within = Within(sigma, df, Estimator.GIVEN)
        assert why(capability, [0.1, 0.2], spec, within=within) is Why.OUT_OF_RANGE
    assert why(bissell_limits, 1.0, 0, 1.0) is Why.OUT_OF_RANGE
    assert why(bissell_limits, 1.0, 10, 0.0) is Why.OUT_OF_RANGE

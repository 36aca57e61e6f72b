"""Capability that is not normal: percentiles known in closed form, transformations, the bootstrap, and the pitfalls."""

from math import exp, log

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Note, Why
from cpv.rules.capability import IntervalBy, Specification, capability
from cpv.rules.capability_shapes import capability_of_band, percentile_capability, transformed_capability
from cpv.rules.censored import Family, fit, left_censored
from cpv.rules.transforms import Band, box_cox, identity, logarithm, logit
from tests.cpv.rules.given import why


def test_percentiles_of_an_exponential() -> None:
    """ISO 22514-2 with the quantiles -ln(1 - p) of an exponential distribution."""
    low, middle, high = (-log(1 - p) for p in (0.00135, 0.5, 0.99865))
    found = capability_of_band(Band(low, middle, high), Specification(0.0, 10.0))
    assert found.pp.value == pytest.approx(10 / (high - low))
    assert found.ppu.value == pytest.approx((10 - middle) / (high - middle))
    assert found.ppl.value == pytest.approx(middle / (middle - low))
    assert found.ppk.value == min(found.ppu.value, found.ppl.value)
    assert (found.ppk.low, found.ppk.interval_by, found.notes) == (None, IntervalBy.NONE, ())


def test_for_a_normal_band_it_is_the_normal_index() -> None:
    x = np.random.default_rng(1).normal(14, 2, 50)
    m, s = x.mean(), x.std(ddof=1)
    z = stats.norm.ppf(0.99865)
    by_band = capability_of_band(Band(m - z * s, m, m + z * s), Specification(8, 20))
    assert by_band.ppk.value == pytest.approx(capability(x, Specification(8, 20)).ppk.value, rel=1e-4)


def test_percentiles_of_the_series_itself() -> None:
    x = np.random.default_rng(2).exponential(size=40_000)
    found = percentile_capability(x, Specification(upper=10.0), np.random.default_rng(3), draws=60)
    middle, high = (-log(1 - p) for p in (0.5, 0.99865))
    truth = (10 - middle) / (high - middle)
    assert found.ppu.value == pytest.approx(truth, rel=0.06)
    assert found.ppu.low < truth < found.ppu.high
    assert (found.pp, found.ppl, found.ppk) == (None, None, found.ppu)
    assert (found.notes, found.n, found.ppu.interval_by) == ((Note.ONE_SIDED,), 40_000, IntervalBy.BOOTSTRAP)
    lower = percentile_capability(x, Specification(lower=-1.0))
    assert (lower.ppu, lower.ppk) == (None, lower.ppl)


def test_the_bootstrap_is_a_loop_of_series_drawn_again() -> None:
    x = np.sort(np.random.default_rng(2).gamma(3, size=600))
    spec = Specification(0.0, 20.0)
    found = percentile_capability(x, spec, np.random.default_rng(7), draws=30, confidence=0.8)
    rng = np.random.default_rng(7)
    drawn = [percentile_capability(x[rng.integers(0, 600, (1, 600))[0]], spec).ppk.value for _ in range(30)]
    assert (found.ppk.low, found.ppk.high) == pytest.approx(tuple(np.quantile(drawn, [0.1, 0.9])), rel=1e-9)
    again = percentile_capability(x, spec, np.random.default_rng(7), draws=30, confidence=0.8)
    assert again == found


def test_too_few_for_their_own_percentiles_is_said() -> None:
    x = np.random.default_rng(1).gamma(3, size=493)
    assert Note.TOO_FEW in percentile_capability(x, Specification(0, 20)).notes
    assert Note.TOO_FEW not in percentile_capability(np.append(x, 2.0), Specification(0, 20)).notes


def test_pitfall_15_results_below_the_limit_of_quantification_have_a_ppk_by_percentiles() -> None:
    x = np.random.default_rng(4).lognormal(0.0, 0.5, 300)
    loq = 0.8
    below = left_censored(np.maximum(x, loq), x < loq)
    found = capability_of_band(fit(below, Family.LOGNORMAL).limits(), Specification(upper=6.0))
    truth = (6 - 1) / (exp(3 * 0.5) - 1)
    assert found.ppk.value == pytest.approx(truth, rel=0.12)
    assert Note.CENSORED in found.notes


def test_on_the_transformed_scale_it_is_the_index_of_the_transformed() -> None:
    x = np.random.default_rng(5).lognormal(1.0, 0.4, 40)
    found = transformed_capability(x, Specification(0.8, 9.0, 3.0), logarithm())
    direct = capability(np.log(x), Specification(log(0.8), log(9.0)))
    assert (found.ppk, found.pp, found.cpm) == (direct.ppk, direct.pp, None)
    assert Note.NOT_NORMAL not in found.notes
    assert transformed_capability(x, Specification(0.8, 9.0), identity()) == capability(
        x, Specification(0.8, 9.0)
    )


def test_pitfall_14_the_transformation_is_frozen_in_phase_one() -> None:
    x = np.random.default_rng(6).gamma(2.0, size=90)
    frozen = box_cox(x[:40])
    found = transformed_capability(x[40:], Specification(upper=12.0), frozen)
    direct = capability(frozen.forward(x[40:]), Specification(upper=frozen.specification(12.0)))
    assert found == direct
    assert (
        why(transformed_capability, [-1.0, 2.0, 3.0], Specification(upper=12.0), frozen) is Why.NOT_POSITIVE
    )


def test_pitfall_14_shares_near_the_whole_are_read_as_log_odds() -> None:
    viability = np.array([97.0, 98.2, 95.1, 99.0, 96.4, 93.8, 98.8, 97.7, 100.0, 94.9, 96.0, 98.1])
    found = transformed_capability(viability, Specification(80.0, 100.0), logit(0.1))
    assert found.ppu is None
    assert {Note.ONE_SIDED, Note.BELOW_FLOOR} <= set(found.notes)
    y = np.log(np.minimum(viability, 99.9) / (100 - np.minimum(viability, 99.9)))
    assert found.ppl.value == pytest.approx((y.mean() - log(4)) / (3 * y.std(ddof=1)))
    assert why(transformed_capability, viability, Specification(upper=100.0), logit(0.1)) is Why.NO_LIMITS


def test_pitfall_9_what_does_not_differ_has_no_index() -> None:
    flat = percentile_capability([0.1] * 600, Specification(0, 1), np.random.default_rng(1), draws=9)
    assert [flat.pp, flat.ppk, flat.ppl, flat.ppu] == [None] * 4
    assert Note.ZERO_SIGMA in flat.notes
    half = capability_of_band(Band(1.0, 1.0, 3.0), Specification(0, 5))
    assert (half.ppl, half.ppk) == (None, None)
    assert half.pp.value == 2.5
    assert half.ppu.value == 2.0
    open_ended = capability_of_band(Band(None, 1.0, 3.0), Specification(upper=5))
    assert (open_ended.ppk.value, open_ended.pp) == (2.0, None)
    assert {Note.UNBOUNDED, Note.ONE_SIDED} == set(open_ended.notes)


def test_series_drawn_again_that_are_all_one_value_say_nothing() -> None:
    x = [1.0, 1.0, 2.0]
    found = percentile_capability(x, Specification(upper=3.0), np.random.default_rng(2), draws=30)
    assert found.ppu.low == found.ppu.high == 2.0
    lucky = percentile_capability([1.0, 2.0], Specification(0.0, 3.0), np.random.default_rng(0), draws=1)
    assert lucky.pp.value == 3.0


def test_the_impossible_is_refused() -> None:
    spec = Specification(0, 1)
    assert why(percentile_capability, [1.0], spec) is Why.TOO_FEW
    assert why(percentile_capability, [1.0, np.inf], spec) is Why.NOT_FINITE
    assert why(percentile_capability, [1.0, 2.0], spec, draws=0) is Why.OUT_OF_RANGE
    assert why(percentile_capability, [1.0, 2.0], spec, confidence=0.0) is Why.OUT_OF_RANGE


@pytest.mark.parametrize("scale", [1e-100, 1e12])
def test_the_unit_does_not_matter(scale: float) -> None:
    x = np.random.default_rng(2).gamma(3, size=600)
    one = percentile_capability(x, Specification(0, 20))
    other = percentile_capability(x * scale, Specification(0, 20 * scale))
    assert other.ppk.value == pytest.approx(one.ppk.value)

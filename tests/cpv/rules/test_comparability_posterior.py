"""The posterior of equivalence: Fisher's published quantiles, Monte Carlo, the paired test, and invariants."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from scipy import integrate, special, stats

from cpv.rules.basis import Note, Why
from cpv.rules.comparability.basis import Margin, Scale
from cpv.rules.comparability.equivalence import tost_paired
from cpv.rules.comparability.posterior import (
    Prior,
    Student,
    difference_cdf,
    posterior_of_groups,
    posterior_of_pairs,
    prior_from,
)
from tests.cpv.rules.given import why

REFERENCE = [91.2, 93.5, 90.1, 94.8, 92.7, 91.9]
TEST = [92.4, 90.8, 94.1, 93.3, 97.0]
HISTORY = [90.5, 92.2, 94.0, 91.1, 93.3, 92.8, 90.9, 92.0]


@pytest.mark.parametrize(
    ("df1", "df2", "degrees", "d"),
    [
        (6, 6, 15, 2.440),
        (6, 6, 45, 2.435),
        (8, 6, 30, 2.398),
        (8, 6, 45, 2.364),
        (12, 6, 45, 2.301),
        (24, 6, 60, 2.156),
    ],
)
def test_five_per_cent_points_of_behrens_and_fisher(df1: int, df2: int, degrees: int, d: float) -> None:
    """Sukhatme's table of d = t1 sin a - t2 cos a, 5 %, in Fisher and Yates, Statistical Tables, table VI."""
    angle = np.deg2rad(degrees)
    one, two = Student(0, float(np.sin(angle)), df1), Student(0, float(np.cos(angle)), df2)
    assert difference_cdf(d, one, two) == pytest.approx(0.975, abs=0.0001)


@pytest.mark.parametrize("df", [(2, 2), (2, 30), (5, 3), (400, 2), (7, 2.5), (1e5, 1e5)])
@pytest.mark.parametrize("ratio", [1.0, 0.05, 30.0])
def test_the_integral_agrees_with_adaptive_quadrature(df: tuple[float, float], ratio: float) -> None:
    one, two = Student(0, ratio, df[0]), Student(0, 1.0, df[1])
    narrow, wide = sorted((one, two), key=lambda side: side.scale)
    for x in (0.0, 0.4 * wide.scale, 3.0 * wide.scale):

        def integrand(u: float, x: float = x) -> float:
            t = special.stdtrit(narrow.df, u)
            return float(special.stdtr(wide.df, (x - narrow.scale * t) / wide.scale))

        expected = integrate.quad(integrand, 0, 1, limit=200, epsabs=1e-8)[0]
        assert difference_cdf(x, one, two) == pytest.approx(expected, abs=2e-6)


def test_probability_and_interval_are_what_drawing_from_the_posterior_gives() -> None:
    draws = 200_000
    rng = np.random.default_rng(11)
    means = []
    for values in (REFERENCE, TEST):
        n, s2 = len(values), np.var(values, ddof=1)
        variance = (n - 1) * s2 / rng.chisquare(n - 1, draws)
        means.append(rng.normal(np.mean(values), np.sqrt(variance / n)))
    difference = means[1] - means[0]
    answer = posterior_of_groups(REFERENCE, TEST, Margin(-1, 3))
    share = float(((difference > -1) & (difference < 3)).mean())
    assert answer.probability == pytest.approx(share, abs=3.5 * sqrt(share * (1 - share) / draws))
    assert (answer.low, answer.high) == pytest.approx(tuple(np.quantile(difference, [0.05, 0.95])), abs=0.03)
    assert answer.prior is answer.prior_p is None


def test_pairs_are_one_less_both_p_values() -> None:
    """Under the reference prior the posterior of a mean is Student's t: the tails outside are the p values."""
    before = {str(place): value for place, value in enumerate(REFERENCE)}
    after = {str(place): value + 0.3 * (-1) ** place * place for place, value in enumerate(REFERENCE)}
    margin = Margin(-0.8, 1.1)
    answer, test = posterior_of_pairs(before, after, margin), tost_paired(before, after, margin)
    assert test.p_lower is not None
    assert test.p_upper is not None
    assert answer.probability == pytest.approx(1 - test.p_lower - test.p_upper, abs=1e-12)
    assert (answer.low, answer.high) == pytest.approx((test.low, test.high))


def test_a_prior_from_lots_of_full_weight_is_the_same_as_having_made_them_in_the_study() -> None:
    together = posterior_of_groups([*REFERENCE, *HISTORY], TEST, Margin.within(2))
    answer = posterior_of_groups(REFERENCE, TEST, Margin.within(2), prior=prior_from(HISTORY))
    assert answer.probability == pytest.approx(together.probability, abs=1e-12)
    assert (answer.estimate, answer.low) == pytest.approx((together.estimate, together.low))
    assert answer.material.n_reference == len(REFERENCE)


def test_the_prior_is_stated_and_weighed() -> None:
    prior = prior_from(HISTORY, weight=0.5)
    assert (prior.worth, prior.df) == (4.0, 3.0)
    assert prior.mean == pytest.approx(np.mean(HISTORY))
    assert prior.sd**2 * prior.df == pytest.approx(0.5 * 7 * np.var(HISTORY, ddof=1))
    answer = posterior_of_groups(REFERENCE, TEST, Margin.within(2), prior=prior)
    assert answer.prior == prior
    widths = [posterior_of_groups(REFERENCE, TEST, Margin.within(2), prior=one) for one in (None, prior)]
    assert widths[1].high - widths[1].low < widths[0].high - widths[0].low


def test_a_prior_that_disagrees_with_the_lots_shows() -> None:
    """Oracle: the two-sample t test of scipy, which the prior predictive p is when the spread is the prior's alone."""
    agreeing = posterior_of_groups(REFERENCE, TEST, Margin.within(2), prior=prior_from(HISTORY))
    far = Prior(mean=80.0, worth=8, sd=1.2, df=7)
    disagreeing = posterior_of_groups(REFERENCE, TEST, Margin.within(2), prior=far)
    assert agreeing.prior_p is not None
    assert agreeing.prior_p > 0.2
    assert disagreeing.prior_p is not None
    assert disagreeing.prior_p < 1e-4
    t = (np.mean(REFERENCE) - 80) / (1.2 * sqrt(1 / 8 + 1 / 6))
    assert disagreeing.prior_p == pytest.approx(2 * stats.t.sf(t, 7))


def test_a_prior_learns_as_a_grid_of_means_and_variances_does() -> None:
    """Slow reference: prior times likelihood on a grid, normalised by summing."""
    prior, values = Prior(0.5, 2.0, 1.5, 4.0), np.array([1.0, 2.2, 0.3])
    mean, log_v = np.meshgrid(np.linspace(-12, 14, 651), np.linspace(-4, 8, 401), indexing="ij")
    v = np.exp(log_v)
    log_p = stats.norm.logpdf(mean, prior.mean, np.sqrt(v / prior.worth))
    log_p += stats.invgamma.logpdf(v, prior.df / 2, scale=prior.df * prior.sd**2 / 2) + log_v
    for value in values:
        log_p += stats.norm.logpdf(value, mean, np.sqrt(v))
    p = np.exp(log_p - log_p.max()).sum(axis=1)
    share = float((p[:310].sum() + p[310] / 2) / p.sum())  # 0.4 is the 310th of the means
    still = np.array([-1e-7, 0.0, 1e-7])  # a test side so narrow that the reference alone is uncertain
    answer = posterior_of_groups(values, still, Margin(lower=-0.4, upper=None), prior=prior)
    assert answer.probability == pytest.approx(share, abs=0.001)


def test_one_limit_missing_values_and_one_constant_side() -> None:
    answer = posterior_of_groups([*REFERENCE, nan], TEST, Margin(lower=-1, upper=None))
    two = posterior_of_groups(REFERENCE, TEST, Margin(-1, 1e9))
    assert answer.probability == pytest.approx(two.probability)
    assert {Note.ONE_SIDED, Note.MISSING_LEFT_OUT} <= {*answer.notes}
    flat = posterior_of_groups([92.0] * 4, TEST, Margin.within(2))
    t = stats.t(4, np.mean(TEST) - 92, np.std(TEST, ddof=1) / sqrt(5))
    assert flat.probability == pytest.approx(t.cdf(2) - t.cdf(-2))
    assert Note.ZERO_SIGMA in flat.notes


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_does_not_matter(scale: float) -> None:
    here = posterior_of_groups(REFERENCE, TEST, Margin(-1, 2), prior=prior_from(HISTORY))
    there = posterior_of_groups(
        [v * scale for v in REFERENCE],
        [v * scale for v in TEST],
        Margin(-scale, 2 * scale),
        prior=prior_from([v * scale for v in HISTORY]),
    )
    assert there.probability == pytest.approx(here.probability, rel=1e-9)
    assert there.high == pytest.approx(here.high * scale)


def test_ratios() -> None:
    raw = posterior_of_groups(np.log(REFERENCE), np.log(TEST), Margin(np.log(0.98), np.log(1.03)))
    ratio = posterior_of_groups(REFERENCE, TEST, Margin(0.98, 1.03, Scale.LOG))
    assert ratio.probability == pytest.approx(raw.probability)
    assert np.log(ratio.high) == pytest.approx(raw.high)


def test_what_has_no_answer_is_refused() -> None:
    one = Margin.within(1)
    assert why(posterior_of_groups, [1, 2], TEST, one) is Why.TOO_FEW
    assert why(posterior_of_groups, [1, 1, 1], [1, 1, 1], one) is Why.CONSTANT
    assert why(posterior_of_groups, [1, 2, inf], TEST, one) is Why.NOT_FINITE
    assert why(posterior_of_groups, REFERENCE, TEST, one, mass=1) is Why.NOT_A_SHARE
    assert why(posterior_of_groups, REFERENCE, TEST, one, prior=Prior(0, 0, 1, 1)) is Why.NOT_POSITIVE
    assert why(posterior_of_groups, REFERENCE, TEST, one, prior=Prior(nan, 1, 1, 1)) is Why.NOT_FINITE
    assert why(posterior_of_pairs, {"A": 1}, {"B": 1}, one) is Why.IDS_DIFFER
    same = {"A": 1.0, "B": 2.0, "C": 3.0}
    assert why(posterior_of_pairs, same, same, one) is Why.CONSTANT
    assert why(prior_from, HISTORY, weight=0) is Why.NOT_A_SHARE
    assert why(prior_from, HISTORY, weight=0.1) is Why.TOO_FEW
    assert why(prior_from, [1, 1, 1]) is Why.CONSTANT
    assert why(prior_from, [1]) is Why.TOO_FEW

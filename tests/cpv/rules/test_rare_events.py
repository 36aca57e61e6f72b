"""g charts of cases between events and t charts of times between events."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import LimitStatus, Note, Why
from cpv.rules.rare_events import (
    SHEWHART_ALPHA,
    Law,
    Placing,
    beyond,
    g_limits,
    scores,
    t_limits,
    weibull,
)
from tests.cpv.rules.given import refusal, why

# Montgomery, Introduction to Statistical Quality Control, 7.3.5: hours between failures of a valve, and the first
# of them transformed by the power .2777, as printed.
VALVE = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96]
VALVE_POWERS = [4.80986, 6.70903, 5.72650, 3.81367]


def slow_geometric(p, alpha):
    """Limits of the number before the event, found by adding up probabilities one by one."""
    mass, below, lower, x = p, 0.0, 0, 0
    while below + mass <= alpha / 2:
        below, x = below + mass, x + 1
        lower, mass = x, mass * (1 - p)
    attained = below
    while 1 - below - mass > alpha / 2:
        below, x, mass = below + mass, x + 1, mass * (1 - p)
    return lower, x, attained, 1 - below - mass


@pytest.mark.parametrize("minimum", [0, 1])
@pytest.mark.parametrize("mean", [0.3, 4.0, 60.0, 900.0])
@pytest.mark.parametrize("alpha", [SHEWHART_ALPHA, 0.05])
def test_g_limits_equal_a_slow_sum_of_probabilities(mean, minimum, alpha):
    values = np.array([0, 2 * mean]) if mean >= 1 else np.array([0] * 9 + [3])
    limits = g_limits(values + minimum, minimum=minimum, alpha=alpha)
    lower, upper, below, above = slow_geometric(1 / (mean + 1), alpha)
    assert limits.lower == (None if lower == 0 else lower + minimum)
    assert limits.upper == upper + minimum
    assert limits.false_alarm.lower == pytest.approx(below)
    assert limits.false_alarm.upper == pytest.approx(above, rel=1e-6)
    assert limits.false_alarm.lower <= alpha / 2
    assert limits.false_alarm.upper <= alpha / 2
    assert (Note.ONE_SIDED in limits.notes) == (lower == 0)
    assert limits.mean == pytest.approx(mean + minimum)
    # the center is the median: the least number with half of the probability at or under it
    law = stats.geom(1 / (mean + 1), loc=minimum - 1)
    assert limits.center == law.ppf(0.5)


def test_g_limits_by_sigma_are_those_of_kaminsky():
    values = [10, 0, 3, 25, 8, 14]
    limits = g_limits(values, multiple=3)
    mean = 10
    assert limits.placing is Placing.SIGMA
    assert (limits.center, limits.lower) == (mean, None)
    assert limits.upper == pytest.approx(mean + 3 * math.sqrt(mean * (mean + 1)))
    assert limits.false_alarm.upper == pytest.approx(stats.geom(1 / 11, loc=-1).sf(limits.upper))
    # counted with the case of the event, everything lies one further on
    moved = g_limits([value + 1 for value in values], minimum=1, multiple=3)
    assert moved.upper == pytest.approx(limits.upper + 1)
    assert moved.false_alarm.upper == pytest.approx(limits.false_alarm.upper)
    # three sigma of a geometric number is a false alarm in 60, not in 370
    assert limits.false_alarm.upper > 0.015
    narrow = g_limits(values, multiple=0.5)
    assert narrow.lower == pytest.approx(mean - 0.5 * math.sqrt(110))
    assert narrow.false_alarm.lower == pytest.approx(stats.geom(1 / 11, loc=-1).cdf(4))


def test_pitfall_11_a_lower_limit_that_cannot_be_passed_does_not_exist():
    limits = g_limits([10, 0, 3, 25, 8, 14])
    assert limits.lower is None
    assert beyond(limits, [0]).tolist() == [0]
    assert Note.ONE_SIDED in limits.notes
    rare = g_limits([9000, 11000])
    assert rare.lower == 13
    assert beyond(rare, [13, 12]).tolist() == [0, -1]


def test_g_false_alarms_by_simulation():
    rng = np.random.default_rng(5)
    limits = g_limits([1000, 3000])
    values = rng.geometric(1 / 2001, 200_000) - 1
    found = beyond(limits, values)
    for side, odds in ((-1, limits.false_alarm.lower), (1, limits.false_alarm.upper)):
        error = math.sqrt(odds / values.size)
        assert np.mean(found == side) == pytest.approx(odds, abs=4 * error)


def test_g_chart_of_events_only_has_no_limits():
    limits = g_limits([0, 0, 0])
    assert (limits.lower, limits.upper, limits.center) == (None, None, 0)
    assert Note.ZERO_SIGMA in limits.notes
    assert limits.false_alarm.arl is None
    assert not beyond(limits, [0, 100]).any()
    assert why(scores, limits, [0]) is Why.NO_LIMITS


@pytest.mark.parametrize(
    ("why", "values", "named"),
    [
        (Why.EMPTY, [], {}),
        (Why.EMPTY, [np.nan], {}),
        (Why.NOT_FINITE, [1, np.inf], {}),
        (Why.NOT_A_COUNT, [1.5], {}),
        (Why.NOT_A_COUNT, [-1], {}),
        (Why.NOT_A_COUNT, [0, 4], {"minimum": 1}),
        (Why.OUT_OF_RANGE, [3, 4], {"minimum": 2}),
        (Why.OUT_OF_RANGE, [3, 4], {"alpha": 0.0}),
        (Why.NOT_POSITIVE, [3, 4], {"multiple": -1.0}),
        (Why.NOT_POSITIVE, [3, 4], {"multiple": math.nan}),
    ],
)
def test_what_is_no_series_of_cases_is_refused_with_its_reason(why, values, named):
    assert refusal(g_limits, values, **named)[0] is why


def test_exponential_limits_are_quantiles():
    limits = t_limits(VALVE)
    law = stats.expon(scale=np.mean(VALVE))
    tail = stats.norm.sf(3)
    assert limits.lower == pytest.approx(law.ppf(tail))
    assert limits.upper == pytest.approx(law.isf(tail))
    assert limits.center == pytest.approx(law.median())
    assert limits.false_alarm.lower == limits.false_alarm.upper == pytest.approx(tail)
    assert limits.status is LimitStatus.PRELIMINARY
    assert beyond(
        limits, [limits.lower, limits.lower / 2, limits.upper, limits.upper * 2, np.nan]
    ).tolist() == [
        0,
        -1,
        0,
        1,
        0,
    ]


def test_nelson_limits_of_montgomerys_valve():
    assert (np.array(VALVE[:4]) ** 0.2777).tolist() == pytest.approx(VALVE_POWERS, abs=1e-5)
    limits = t_limits(VALVE, law=Law.NELSON)
    powers = [hours ** (1 / 3.6) for hours in VALVE]
    mean = sum(powers) / 20
    ranges = sum(abs(b - a) for a, b in itertools.pairwise(powers)) / 19
    sigma = ranges / (2 / math.sqrt(math.pi))
    assert (limits.scale, limits.spread) == (pytest.approx(mean), pytest.approx(sigma))
    # 5.39 is the center that Montgomery prints
    assert limits.scale == pytest.approx(5.39, abs=0.005)
    assert limits.upper == pytest.approx((mean + 3 * sigma) ** 3.6)
    assert limits.lower is None
    assert Note.ONE_SIDED in limits.notes
    # as printed: the failures are random
    assert not beyond(limits, VALVE).any()
    assert limits.false_alarm.upper == pytest.approx(math.exp(-limits.upper / np.mean(VALVE)))


def test_nelsons_power_makes_exponential_times_nearly_normal():
    rng = np.random.default_rng(8)
    times = rng.exponential(5.0, 20_000)
    limits = t_limits(times, law=Law.NELSON)
    # three sigma of Weibull 3.6: mean .90111, sigma .27802, hence 1 - exp(-.06705^3.6) and exp(-1.73517^3.6)
    assert limits.false_alarm.lower == pytest.approx(0.00006, abs=0.00005)
    assert limits.false_alarm.upper == pytest.approx(0.00070, abs=0.00015)
    assert abs(stats.skew(scores(limits, times))) < 0.05


@pytest.mark.parametrize("shape", [0.4, 1.0, 3.5])
@pytest.mark.parametrize("seed", [1, 2])
def test_weibull_fit_is_scipys_maximum(shape, seed):
    times = 40 * np.random.default_rng(seed).weibull(shape, 60)
    found, log_scale = weibull(times)
    oracle_shape, _, oracle_scale = stats.weibull_min.fit(times, floc=0)
    assert found == pytest.approx(oracle_shape, rel=2e-3)
    assert math.exp(log_scale) == pytest.approx(oracle_scale, rel=2e-3)

    def likelihood(k, b):
        return stats.weibull_min(k, scale=b).logpdf(times).sum()

    best = likelihood(found, math.exp(log_scale))
    for k, b in ((1.001, 1), (0.999, 1), (1, 1.001), (1, 0.999)):
        assert likelihood(found * k, math.exp(log_scale) * b) < best


def test_weibull_limits_are_quantiles():
    limits = t_limits(VALVE, law=Law.WEIBULL, alpha=0.01)
    law = stats.weibull_min(limits.spread, scale=limits.scale)
    assert limits.lower == pytest.approx(law.ppf(0.005))
    assert limits.upper == pytest.approx(law.isf(0.005))
    assert limits.center == pytest.approx(law.median())
    assert limits.false_alarm.total == pytest.approx(0.01)


def test_a_time_of_zero_is_a_note_or_a_reason():
    times = [0, 5, 3, 8]
    for law in (Law.EXPONENTIAL, Law.NELSON):
        limits = t_limits(times, law=law)
        assert Note.ZERO_TIMES in limits.notes
        assert limits.upper > 8
    assert beyond(t_limits(times), [0]).tolist() == [-1]
    assert np.isfinite(scores(t_limits(times), [0, 1e9])).all()
    assert why(t_limits, times, law=Law.WEIBULL) is Why.NOT_POSITIVE
    nothing = t_limits([0, 0])
    assert (nothing.lower, nothing.upper) == (None, None)
    assert Note.ZERO_SIGMA in nothing.notes


def test_pitfall_9_equal_times():
    exponential = t_limits([7, 7, 7])
    assert exponential.upper == pytest.approx(-7 * math.log(SHEWHART_ALPHA / 2))
    nelson = t_limits([7, 7, 7], law=Law.NELSON)
    assert (nelson.lower, nelson.upper) == (None, None)
    assert nelson.center == pytest.approx(7)
    assert nelson.notes == (Note.ZERO_SIGMA,)
    assert why(t_limits, [7, 7, 7], law=Law.WEIBULL) is Why.CONSTANT


@pytest.mark.parametrize(
    ("why", "values", "named"),
    [
        (Why.EMPTY, [], {}),
        (Why.EMPTY, [np.nan], {"law": Law.NELSON}),
        (Why.NOT_FINITE, [1, np.inf], {}),
        (Why.NOT_POSITIVE, [1, -1], {}),
        (Why.OUT_OF_RANGE, [1, 2], {"alpha": 1.0}),
        (Why.OUT_OF_RANGE, [1, 2], {"law": Law.GEOMETRIC}),
        (Why.TOO_FEW, [1], {"law": Law.WEIBULL}),
        (Why.TOO_FEW, [1, np.nan, 2], {"law": Law.NELSON}),
    ],
)
def test_what_is_no_series_of_times_is_refused_with_its_reason(why, values, named):
    assert refusal(t_limits, values, **named)[0] is why


@pytest.mark.parametrize("law", [Law.EXPONENTIAL, Law.WEIBULL, Law.NELSON])
@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_the_unit_of_time_changes_nothing_but_the_unit(law, unit):
    plain, scaled = t_limits(VALVE, law=law), t_limits(np.array(VALVE) * unit, law=law)
    assert scaled.upper == pytest.approx(plain.upper * unit, rel=1e-9)
    assert scaled.center == pytest.approx(plain.center * unit, rel=1e-9)
    assert scores(scaled, np.array(VALVE) * unit) == pytest.approx(scores(plain, VALVE), abs=1e-8)


def test_a_limit_too_large_to_be_written_does_not_exist_and_is_noted():
    limits = t_limits([1e-300, 1e300], law=Law.WEIBULL)
    assert limits.upper is None
    assert Note.UNBOUNDED in limits.notes
    assert limits.false_alarm.upper == 0


def test_scores_are_standard_normal_under_the_law():
    rng = np.random.default_rng(3)
    for limits, values in (
        (g_limits([300, 500]), rng.geometric(1 / 401, 50_000) - 1),
        (t_limits([2.0, 4.0]), rng.exponential(3.0, 50_000)),
    ):
        z = scores(limits, values)
        assert np.mean(z) == pytest.approx(0, abs=0.02)
        assert np.std(z) == pytest.approx(1, abs=0.02)
        # the order is kept, and with it every rule on runs
        order = np.argsort(values)
        assert (np.diff(z[order]) >= 0).all()
    limits = g_limits([4, 6])
    law = stats.geom(1 / 6, loc=-1)
    for value in (0, 3, 20):
        middle = law.cdf(value - 1) + law.pmf(value) / 2
        assert scores(limits, [value])[0] == pytest.approx(stats.norm.ppf(middle))
    assert np.isnan(scores(limits, [3, np.nan])[1])
    weib = t_limits(VALVE, law=Law.WEIBULL)
    assert scores(weib, [weib.center, weib.upper]) == pytest.approx([0, 3], abs=1e-9)


def test_gaps_are_left_out_and_said():
    assert Note.MISSING_LEFT_OUT in g_limits([3, np.nan, 5]).notes
    assert t_limits([3, np.nan, 5]).mean == 4
    assert t_limits([3, np.nan, 5]).n == 2


def test_a_million_times():
    times = np.random.default_rng(1).exponential(2.0, 1_000_000)
    for law in (Law.EXPONENTIAL, Law.WEIBULL, Law.NELSON):
        limits = t_limits(times, law=law)
        assert limits.mean == pytest.approx(2, abs=0.01)
    assert np.mean(beyond(t_limits(times), times) != 0) == pytest.approx(0.0027, abs=0.0003)

"""False alarms of plans: the simulation point by point, against chains, and against the table of the design."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.arl import (
    RANGE_LIMIT,
    Chart,
    Cusum,
    Estimate,
    Ewma,
    How,
    Process,
    alarm_chance,
    arl_ewma,
    average_run_length,
    expected_alarms,
    expected_false_alarms,
)
from cpv.rules.arl.simulated import mean_of, run_lengths
from cpv.rules.arl.zones import zone_chain
from cpv.rules.basis import Note, Why
from cpv.rules.runs import NELSON, WESTERN_ELECTRIC, Mixture, RuleSet, evaluate
from tests.cpv.rules.given import why
from tests.cpv.rules.runs_given import limits, nelson

NONE = RuleSet(frozenset())


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def first_signal(chart: Chart, z: list[float]) -> int | None:
    """The first of some points that signals, counted from 1, chart by chart and step by step."""
    spoken = evaluate(z, limits(lower=-chart.multiple, upper=chart.multiple), chart.rules).index.tolist()
    smooth, upper, lower = 0.0, *[chart.cusum.headstart if chart.cusum else 0.0] * 2
    for t, value in enumerate(z):
        if chart.range_multiple and t and abs(value - z[t - 1]) > chart.range_multiple:
            spoken.append(t)
        if chart.ewma:
            smooth = chart.ewma.weight * value + (1 - chart.ewma.weight) * smooth
            grown = 1 - (1 - chart.ewma.weight) ** (2 * (t + 1)) if chart.ewma.varying else 1.0
            if abs(smooth) > chart.ewma.half_width * sqrt(grown):
                spoken.append(t)
        if chart.cusum:
            upper = max(0.0, upper + value - chart.cusum.reference)
            lower = max(0.0, lower - value - chart.cusum.reference)
            if max(upper, lower) > chart.cusum.decision:
                spoken.append(t)
    return min(spoken) + 1 if spoken else None


CHARTS = [
    Chart(NELSON),
    Chart(nelson(3)),
    Chart(replace(nelson(4), alternating=8)),
    Chart(nelson(1), ewma=Ewma()),
    Chart(NONE, ewma=Ewma(0.1, 2.7, varying=False)),
    Chart(NONE, cusum=Cusum(0.5, 4, 2.0)),
    Chart(nelson(1, 2), multiple=2.8, range_multiple=RANGE_LIMIT),
    Chart(WESTERN_ELECTRIC, ewma=Ewma(), cusum=Cusum()),
]


@pytest.mark.parametrize("chart", CHARTS)
def test_simulated_series_are_judged_as_real_ones(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, horizon, block = 16, 119, 7
    monkeypatch.setattr("cpv.rules.arl.simulated._POINTS", block)
    found = run_lengths(chart, Process(0.2), rng=rng(), draws=rows, horizon=horizon)
    # the same points again, handed to series that are still silent, so many at a time
    again, told, series = rng(), [horizon + 1] * rows, [[] for _ in range(rows)]
    for time in range(0, horizon, block):
        silent = [row for row in range(rows) if told[row] > horizon]
        drawn = again.standard_normal((len(silent), min(block, horizon - time))) + 0.2
        for row, points in zip(silent, drawn.tolist(), strict=True):
            series[row] += points
            told[row] = first_signal(chart, series[row]) or told[row]
    assert found.tolist() == told
    assert len(set(told)) > 5


@pytest.mark.parametrize(
    "chart",
    [
        Chart(nelson(1, 2, 5, 6, 7, 8)),
        Chart(replace(nelson(8), mixture=4, mixture_sides=Mixture.BOTH_SIDES)),
        Chart(nelson(1), range_multiple=2.5),
    ],
)
def test_simulation_agrees_with_the_chain(chart: Chart) -> None:
    simulated = mean_of(run_lengths(chart, Process(), rng=rng(), draws=6000))
    assert simulated.mean is not None
    assert simulated.standard_error is not None
    exact = average_run_length(chart, rng=rng()).mean
    assert exact is not None
    assert abs(simulated.mean - exact) < 4 * simulated.standard_error


def test_all_nelson_rules_together_by_simulation() -> None:
    found = average_run_length(Chart(NELSON), rng=rng(), draws=6000)
    assert found.how is How.SIMULATION
    assert found.mean is not None
    assert found.standard_error is not None
    assert found.standard_error < 1.1
    assert abs(found.mean - 73.6) < 4 * found.standard_error


@pytest.mark.parametrize(("number", "published"), [(3, 421), (4, 602)])
def test_trends_by_simulation(number: int, published: float) -> None:
    found = average_run_length(Chart(nelson(number)), rng=rng(), draws=1500)
    assert found.mean is not None
    assert found.standard_error is not None
    assert abs(found.mean - published) < 4 * found.standard_error


def test_each_chart_is_reckoned_where_it_can_be() -> None:
    how = {
        Chart(nelson(1, 2)): How.MARKOV_CHAIN,
        Chart(nelson(1), ewma=Ewma()): How.MARKOV_CHAIN,
        Chart(NONE, ewma=Ewma()): How.MARKOV_CHAIN,
        Chart(nelson(1), range_multiple=4.4): How.MARKOV_CHAIN,
        Chart(NONE, cusum=Cusum()): How.INTEGRAL_EQUATION,
        Chart(NONE, range_multiple=3.0): How.SIMULATION,
        Chart(nelson(1, 2), ewma=Ewma()): How.SIMULATION,
        Chart(nelson(1), ewma=Ewma(), range_multiple=3.0): How.SIMULATION,
        Chart(nelson(1), cusum=Cusum()): How.SIMULATION,
    }
    for chart, expected in how.items():
        assert average_run_length(chart, 1.0, rng=rng(), draws=50).how is expected
    assert average_run_length(Chart(nelson(1), ewma=Ewma()), rng=rng()) == arl_ewma(Ewma(), limit=3)


# Good process, next 50 batches, chance of at least one signal, normal and lognormal (log_sd .5); chance to see
# 1.5 sigma within 10: as simulated for the design, printed to two digits.
DESIGN = [
    (nelson(1), None, {20: (0.28, 0.64, 0.52), 50: (0.20, 0.63, 0.51), None: (0.13, 0.54, 0.50)}),
    (nelson(1, 2, 3), None, {30: (0.40, 0.77, 0.77), None: (0.28, 0.66, 0.77)}),
    (nelson(1, 2, 5, 6), None, {20: (0.53, 0.80, 0.91)}),
    (NELSON, None, {20: (0.66, 0.88, 0.92), None: (0.48, 0.77, 0.96)}),
    (nelson(1), Ewma(), {20: (0.43, 0.68, 0.92), 50: (0.33, 0.66, 0.96), None: (0.22, 0.56, 0.98)}),
]


@pytest.mark.parametrize(("rules", "ewma", "table"), DESIGN)
def test_limits_from_few_batches_and_skew_cost_false_alarms(
    rules: RuleSet, ewma: Ewma | None, table: dict[int | None, tuple[float, float, float]]
) -> None:
    chart = Chart(rules, ewma=ewma)
    for baseline, (normal, skewed, seen) in table.items():
        for expected, points, process in (
            (normal, 50, Process(baseline=baseline)),
            (skewed, 50, Process(log_sd=0.5, baseline=baseline)),
            (seen, 10, Process(1.5, baseline=baseline)),
        ):
            found = alarm_chance(chart, points, process, rng=rng(), draws=2000)
            assert found.standard_error == pytest.approx(sqrt(found.value * (1 - found.value) / 2000))
            # the table has an error of its own, and was rounded
            assert abs(found.value - expected) < 4 * found.standard_error + 0.01


def test_chances_with_known_limits_have_closed_forms() -> None:
    found = alarm_chance(Chart(nelson(1)), 50, Process(log_sd=0.5), rng=rng(), draws=4000)
    skewed = stats.lognorm(0.5)
    beyond = skewed.sf(skewed.mean() + 3 * skewed.std()) + skewed.cdf(skewed.mean() - 3 * skewed.std())
    assert found.standard_error is not None
    assert abs(found.value - (1 - (1 - beyond) ** 50)) < 4 * found.standard_error
    assert alarm_chance(Chart(nelson(1), multiple=9.0), 5, Process(), rng=rng(), draws=100) == Estimate(
        0.0, pytest.approx(sqrt(0.005 * 0.995 / 100))
    )
    assert alarm_chance(Chart(nelson(1)), 0, Process(), rng=rng(), draws=100).value == 0


def test_alarms_to_expect_are_the_renewal_function() -> None:
    p = 2 * stats.norm.sf(3)
    # points that signal on their own: a binomial mean
    assert expected_alarms((1 - p) ** np.arange(301)) == pytest.approx(300 * p)
    # an alarm at every third point, and at no other
    assert expected_alarms(np.array([1.0, 1.0, 1.0, *[0.0] * 8])) == 3
    assert expected_alarms(np.ones(1)) == 0


def test_renewal_against_restarted_series() -> None:
    chain, n = zone_chain(nelson(1, 2)), 200
    x, counts = rng().normal(size=(400, n)), []
    for row in x:
        begun, alarms = 0, 0
        while begun < n:
            spoken = evaluate(row[begun:], limits(), nelson(1, 2)).index
            if not spoken.size:
                break
            alarms, begun = alarms + 1, begun + int(spoken[0]) + 1
        counts.append(alarms)
    error = np.std(counts, ddof=1) / sqrt(len(counts))
    assert abs(np.mean(counts) - expected_alarms(chain.survival(n, 0.0))) < 4 * error


def test_pitfall_20_a_plan_states_its_expected_false_signals_a_year() -> None:
    p = 2 * stats.norm.sf(3)
    found = expected_false_alarms([Chart(nelson(1))] * 20, 50, rng=rng())
    assert found.expected.value == pytest.approx(20 * 50 * p)
    assert found.at_least_one.value == pytest.approx(1 - (1 - p) ** 1000)
    assert found.at_least == pytest.approx(1 - (1 - p) ** 50)
    assert found.at_most == 1
    assert found.expected.standard_error is found.at_least_one.standard_error is None
    assert len(found.each) == 20
    few = expected_false_alarms([Chart(nelson(1)), Chart(nelson(1), multiple=4.0)], 50, rng=rng())
    assert few.at_least == pytest.approx(1 - (1 - p) ** 50)  # of the chart that alarms most
    assert few.at_least < few.at_least_one.value < few.at_most < 1


def test_twenty_attributes_with_limits_from_twenty_batches_alarm_almost_surely() -> None:
    # on rule 1 alone, in 50 batches (independent): more than 99.8 %
    one = alarm_chance(Chart(nelson(1)), 50, Process(baseline=20), rng=rng(), draws=4000)
    assert 1 - (1 - one.value) ** 20 > 0.998


def test_a_simulated_plan_says_its_error() -> None:
    charts = [Chart(nelson(1, 3))] * 3 + [Chart(nelson(1))]
    found = expected_false_alarms(charts, 100, rng=rng(), draws=2000)
    simulated, exact = found.each[0], found.each[3]
    assert simulated.standard_error is not None
    assert exact.standard_error is None
    # one simulation stands for three charts: its error counts thrice, not as the root of three
    assert found.expected.standard_error == pytest.approx(3 * simulated.standard_error)
    assert found.expected.value == pytest.approx(3 * simulated.value + exact.value)
    assert found.at_least_one.standard_error is not None
    assert 0 < found.at_least_one.standard_error < 0.02
    alone = expected_false_alarms(charts[:1], 100, rng=rng(5), draws=2000)
    assert abs(alone.expected.value - simulated.value) < 6 * simulated.standard_error


def test_the_same_seed_gives_the_same_answer() -> None:
    chart, process = Chart(NELSON), Process(baseline=20)
    first = alarm_chance(chart, 30, process, rng=rng(), draws=500)
    assert first == alarm_chance(chart, 30, process, rng=rng(), draws=500)
    assert first != alarm_chance(chart, 30, process, rng=rng(2), draws=500)


def test_no_batches_and_no_parameters() -> None:
    assert expected_false_alarms([Chart(nelson(1))], 0, rng=rng()).expected.value == 0
    assert expected_false_alarms([Chart(nelson(3))], 0, rng=rng(), draws=50).at_least_one.value == 0
    nothing = expected_false_alarms([], 100, rng=rng())
    assert (nothing.expected.value, nothing.at_least_one.value, nothing.at_most) == (0, 0, 0)


def test_series_that_are_given_up_have_no_mean() -> None:
    lengths = np.array([5, 20_001])
    assert mean_of(lengths).mean is None
    assert mean_of(lengths).notes == (Note.UNBOUNDED,)


def test_what_is_no_plan_is_refused() -> None:
    refused = [
        (lambda: expected_false_alarms([Chart(nelson(1))], -1, rng=rng()), Why.NOT_A_COUNT),
        (lambda: average_run_length(Chart(NONE), rng=rng()), Why.EMPTY),
        (lambda: alarm_chance(Chart(nelson(1)), -1, Process(), rng=rng()), Why.NOT_A_COUNT),
        (lambda: alarm_chance(Chart(nelson(1)), 5, Process(), rng=rng(), draws=1), Why.NOT_A_COUNT),
        (lambda: Process(float("nan")), Why.NOT_FINITE),
        (lambda: Process(log_sd=-1.0), Why.NOT_POSITIVE),
        (lambda: Process(baseline=1), Why.TOO_FEW),
        (lambda: Chart(NELSON, multiple=0.0), Why.NOT_POSITIVE),
        (lambda: Chart(NELSON, range_multiple=-1.0), Why.NOT_POSITIVE),
    ]
    for ask, reason in refused:
        assert why(ask) is reason

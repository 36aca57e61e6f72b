"""Charts of the programme: limits apply from their day on, phases are apart, excluded points stay and end nothing."""

from dataclasses import replace

import numpy as np
import pytest

from cpv.rules.basis import Estimator, Limits, LimitStatus
from cpv.rules.programme.charting import InEffect, Seen, Sign, charted
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.plan import Parameter, ScalePlan, Source, SourceKind
from cpv.rules.runs import Rule, RuleSet, Side
from cpv.rules.transforms import Scale, identity, logarithm
from cpv.rules.weighted import ewma

DAYS = Parameter("DAYS", "Days", Source(SourceKind.EXTERNAL))
RULE_1_ALONE = replace(DAYS, ewma=None)
NINE = replace(DAYS, ewma=None, rules=RuleSet.of(Rule.NELSON_2))


def limits(center: float = 10.0, sigma: float = 1.0, n: int = 40) -> LimitSet:
    found = Limits(center, sigma, center - 3 * sigma, center + 3 * sigma, 3.0, Estimator.MR_BAR, n)
    return LimitSet("P", "DAYS", (), identity(), found, Baseline("A", "B", "x"), "so")


def test_without_limits_it_is_a_run_chart_that_never_signals():
    chart = charted(DAYS, [10.0, 99.0, -99.0])
    assert (chart.status, chart.signals, chart.phases) == (LimitStatus.RUN_CHART, (), ())
    assert np.isnan(chart.scaled).all()
    assert np.isnan(chart.smoothed).all()


def test_what_came_before_the_limits_never_signals():
    chart = charted(RULE_1_ALONE, [99.0, 10.0, 10.0, 13.5, 13.0], [InEffect(2, limits())])
    assert chart.signals == (Seen(Rule.NELSON_1, 3, 3, Side.UPPER),), "a point on the limit is inside"
    assert chart.status is LimitStatus.LONG_TERM


def test_no_run_reaches_over_the_border_of_a_phase():
    values = [11.0] * 16
    one = charted(NINE, values, [InEffect(0, limits())])
    assert [it.index for it in one.signals] == list(range(8, 16))
    two = charted(NINE, values, [InEffect(0, limits()), InEffect(8, limits(n=60))])
    assert two.signals == ()
    moved = charted(NINE, [*values, 11.0], [InEffect(0, limits()), InEffect(8, limits(n=60))])
    assert moved.signals == (Seen(Rule.NELSON_2, 16, 8, Side.UPPER),), "indices are those of the whole"


def test_every_phase_has_its_own_limits():
    chart = charted(RULE_1_ALONE, [13.5, 13.5], [InEffect(0, limits()), InEffect(1, limits(center=13.0))])
    assert [it.index for it in chart.signals] == [0]
    assert [band.upper for band in chart.bands] == [13.0, 16.0]


def test_limits_that_were_retired_judge_nothing_that_began_after():
    values = [10.0, 13.5, 10.0, 13.5, 99.0, 13.5]
    chart = charted(DAYS, values, [InEffect(1, limits(), end=4)])
    assert {it.index for it in chart.signals if it.by is Rule.NELSON_1} == {1, 3}
    assert np.isnan(chart.smoothed[4:]).all()
    assert (chart.in_effect, chart.status) == (None, LimitStatus.RUN_CHART)
    assert [chart.phase_at(n) for n in range(6)] == [None, 0, 0, 0, None, None]


def test_between_limits_that_were_retired_and_the_next_there_are_none():
    phases = [InEffect(0, limits(), end=2), InEffect(4, limits(center=13.0))]
    chart = charted(RULE_1_ALONE, [99.0] * 6, phases)
    assert [it.index for it in chart.signals] == [0, 1, 4, 5]
    assert chart.spans == ((0, 2), (4, 6))
    assert chart.in_effect == phases[1]


def test_an_excluded_point_stays_in_view_and_ends_no_run():
    values = [11.0] * 4 + [99.0] + [11.0] * 5
    chart = charted(NINE, values, [InEffect(0, limits())], excluded=[4])
    assert chart.signals == (Seen(Rule.NELSON_2, 9, 0, Side.UPPER),)
    assert (chart.values[4], chart.scaled[4], chart.excluded) == (99.0, 99.0, (4,))
    assert charted(RULE_1_ALONE, values, [InEffect(0, limits())], excluded=[4]).signals == ()


def test_the_ewma_signals_beside_rule_1_and_begins_anew_with_a_phase():
    values = [11.7] * 12
    chart = charted(DAYS, values, [InEffect(0, limits()), InEffect(6, limits())])
    alone = ewma(values[:6], limits().limits)
    assert chart.smoothed[:6] == pytest.approx(alone.points)
    assert chart.smoothed[6:] == pytest.approx(alone.points)
    first = [it for it in chart.signals if it.index < 6]
    assert [it.index for it in first] == list(alone.signals.index)
    assert {(it.by, it.side) for it in first} == {(Sign.EWMA, Side.UPPER)}
    assert [it.index - 6 for it in chart.signals if it.index >= 6] == [it.index for it in first]


def test_it_is_judged_on_the_scale_of_its_limits():
    skewed = replace(DAYS, ewma=None, scale=ScalePlan(Scale.LOG))
    there = replace(limits(0.0, 0.5), transformation=logarithm())
    chart = charted(skewed, [1.0, 4.0, 5.0], [InEffect(0, there)])
    assert [it.index for it in chart.signals] == [2]
    assert chart.bands[0].upper == pytest.approx(np.exp(1.5))


def test_what_the_scale_cannot_take_is_drawn_and_named():
    there = replace(limits(0.0, 0.5), transformation=logarithm())
    chart = charted(RULE_1_ALONE, [1.0, 0.0, 5.0], [InEffect(0, there)])
    assert chart.unreadable == (1,)
    assert (chart.values[1], [it.index for it in chart.signals]) == (0.0, [2])


@pytest.mark.parametrize(
    ("n", "excluded", "expected"),
    [
        (14, (), LimitStatus.RUN_CHART),
        (15, (), LimitStatus.PRELIMINARY),
        (15, (3,), LimitStatus.RUN_CHART),
        (30, (), LimitStatus.LONG_TERM),
    ],
)
def test_it_says_what_limits_its_points_would_support(n, excluded, expected):
    assert charted(DAYS, [10.0] * n, excluded=excluded).could_have is expected


def test_nothing_is_no_fault():
    assert charted(DAYS, [], [InEffect(0, limits())]).signals == ()

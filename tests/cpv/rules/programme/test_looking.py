"""Parts of a chart: nothing is judged anew, and every number keeps its point."""

import numpy as np
import pytest

from cpv.rules.basis import Estimator, Limits
from cpv.rules.programme.charting import Charted, InEffect, charted
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.looking import (
    Stretch,
    cut,
    is_transformed,
    on_its_scale,
    phases_in,
    stretch_of,
)
from cpv.rules.programme.plan import Bounds, Parameter, Source, SourceKind
from cpv.rules.transforms import Transformation, identity, logarithm

PARAMETER = Parameter("TITER", "Titre", Source(SourceKind.EXTERNAL), ewma=None)
# Ten points before limits, five under the first, five under the second; the 13th and the 18th lie far above.
VALUES = (*[2.0] * 12, 90.0, *[2.0] * 4, 90.0, 2.0, 2.0)


def limits(transformation: Transformation) -> LimitSet:
    center = float(transformation.forward([2.0])[0])
    own = Limits(center, 0.5, center - 1.5, center + 1.5, 3.0, Estimator.MR_BAR, 20)
    return LimitSet("P", "TITER", (), transformation, own, Baseline("a", "b", "0" * 64), "why")


def a_chart(transformation: Transformation, values: tuple[float, ...] = VALUES) -> Charted:
    phases = [InEffect(10, limits(transformation)), InEffect(15, limits(transformation))]
    return charted(PARAMETER, values, phases, excluded=[3, 16])


@pytest.mark.parametrize(
    ("phase", "start", "end"), [(None, 0, 20), (0, 0, 10), (1, 10, 15), (2, 15, 20), (3, 0, 20)]
)
def test_a_phase_is_a_stretch_of_points(phase, start, end):
    chart = a_chart(identity())
    assert stretch_of(chart, phase) == Stretch(start, end)
    assert stretch_of(charted(PARAMETER, VALUES), phase) == Stretch(0, 20), "without limits there is one"


def test_a_part_has_its_own_limits_signals_and_excluded_points():
    chart = a_chart(identity())
    second = cut(chart, Stretch(15, 20))
    assert [(it.start, it.limits) for it in second.phases] == [(0, chart.phases[1].limits)]
    assert second.bands == chart.bands[1:]
    assert [(one.index, one.first_index) for one in second.signals] == [(2, 2)]
    assert second.excluded == (1,)
    assert second.values.tolist() == list(VALUES[15:])
    before = cut(chart, Stretch(0, 10))
    assert (before.phases, before.signals, before.excluded) == ((), (), (3,))


def test_all_of_a_chart_is_the_chart():
    chart = a_chart(identity())
    whole = cut(chart, stretch_of(chart, None))
    assert whole.phases == chart.phases
    assert whole.signals == chart.signals
    assert (whole.excluded, whole.bands) == (chart.excluded, chart.bands)


def test_a_part_across_a_border_has_both_phases():
    chart = a_chart(identity())
    assert phases_in(chart, Stretch(12, 17)) == (0, 1)
    assert phases_in(chart, Stretch(0, 10)) == ()
    assert phases_in(charted(PARAMETER, VALUES), Stretch(0, 20)) == ()
    assert [it.start for it in cut(chart, Stretch(12, 17)).phases] == [0, 3]


def test_on_its_scale_a_signal_lies_beyond_the_limits_that_are_drawn():
    chart = a_chart(logarithm())
    scaled, bounds = on_its_scale(chart, Bounds(lower=1.0, upper=8.0))
    assert scaled.values == pytest.approx(np.log(VALUES))
    assert bounds == Bounds(lower=0.0, upper=pytest.approx(np.log(8.0)))
    outside = [
        n for n in range(10, 20) if not scaled.bands[0].lower <= scaled.values[n] <= scaled.bands[0].upper
    ]
    assert outside == [one.index for one in chart.signals] == [12, 17]
    assert [it.start for it in scaled.phases] == [10, 15]
    assert not is_transformed(scaled)
    assert is_transformed(chart)
    assert not is_transformed(a_chart(identity()))


def test_what_a_scale_cannot_take_is_missing_on_it():
    values = (0.0, *VALUES[1:11], -1.0, *VALUES[12:])
    chart = a_chart(logarithm(), values)
    scaled, bounds = on_its_scale(chart, Bounds(lower=0.0))
    assert np.isnan(scaled.values[[0, 11]]).all()
    assert np.isfinite(np.delete(scaled.values, [0, 11])).all()
    assert bounds.lower is None, "no positive value is below zero"


def test_without_limits_there_is_no_other_scale():
    chart = charted(PARAMETER, VALUES)
    assert on_its_scale(chart, Bounds(upper=5.0)) == (chart, Bounds(upper=5.0))


def test_after_limits_were_retired_numbers_stay_on_their_scale_and_the_phase_ends():
    chart = charted(PARAMETER, VALUES, [InEffect(10, limits(logarithm()), end=15)])
    assert stretch_of(chart, 1) == Stretch(10, 15)
    assert phases_in(chart, Stretch(15, 20)) == ()
    assert cut(chart, Stretch(8, 20)).spans == ((2, 7),)
    assert cut(chart, Stretch(8, 12)).spans == ((2, 4),)
    scaled, _ = on_its_scale(chart, Bounds())
    assert scaled.values == pytest.approx(np.log(VALUES))
    assert scaled.spans == chart.spans

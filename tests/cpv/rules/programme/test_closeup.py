"""The picture of one signal: which points it has, where they lie, and how far its limits reach."""

import numpy as np
import pytest

from cpv.rules.basis import Estimator, Limits
from cpv.rules.programme.charting import InEffect, charted
from cpv.rules.programme.closeup import AFTER, BEFORE, HEIGHT, WIDTH, closeup
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.plan import Parameter, Source, SourceKind
from cpv.rules.transforms import identity

PARAMETER = Parameter("A", "A", Source(SourceKind.EXTERNAL))


def in_effect(start: int, center: float = 10.0, **more) -> InEffect:
    limits = Limits(center, 1.0, center - 3, center + 3, 3.0, Estimator.GIVEN, 30, ())
    made = LimitSet(
        "P", "A", (), identity(), Limits(**{**vars(limits), **more}), Baseline("a", "b", "0"), "x"
    )
    return InEffect(start, made)


def test_it_shows_the_points_around_the_signal_in_their_places():
    values = [10.0] * 60 + [14.0] + [10.0] * 20
    found = closeup(charted(PARAMETER, values, [in_effect(20)]), 60, 60)
    assert found is not None
    assert [dot.index for dot in found.dots] == list(range(60 - BEFORE, 60 + AFTER + 1))
    (here,) = [dot for dot in found.dots if dot.is_here]
    assert here.index == 60
    assert here.y == min(dot.y for dot in found.dots), "up is more"
    assert [dot.x for dot in found.dots] == sorted({dot.x for dot in found.dots})
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in found.dots)
    upper = next(line for line in found.lines if line.name == "upper")
    assert here.y < upper.y < found.dots[0].y
    assert upper.value == pytest.approx(13)
    assert found.trace.split()[0] == f"{found.dots[0].x},{found.dots[0].y}"


def test_a_pattern_is_shown_from_its_beginning_however_long():
    found = closeup(charted(PARAMETER, [10.0] * 80, [in_effect(0)]), 70, 20)
    assert found is not None
    assert found.dots[0].index == 20
    assert [dot.index for dot in found.dots if dot.is_pattern] == list(range(20, 71))


def test_limits_end_where_the_next_begin_and_a_side_without_a_limit_has_no_line():
    chart = charted(PARAMETER, [10.0] * 40, [in_effect(10, lower=None), in_effect(30, 11.0)])
    found = closeup(chart, 35, 35)
    assert found is not None
    first, second = (line for line in found.lines if line.name == "upper")
    assert first.x2 == second.x1 == next(dot.x for dot in found.dots if dot.index == 30)
    assert len([line for line in found.lines if line.name == "lower"]) == 1


def test_what_is_left_out_stays_in_view_and_off_the_line():
    chart = charted(PARAMETER, [10.0, 11.0, 50.0, np.nan, 10.0], [in_effect(0)], excluded=[2])
    found = closeup(chart, 4, 1)
    assert found is not None
    assert [(dot.index, dot.is_excluded, dot.is_pattern) for dot in found.dots] == [
        (0, False, False),
        (1, False, True),
        (2, True, False),
        (4, False, True),
    ]
    assert len(found.trace.split()) == 3


def test_the_weighted_average_is_drawn_where_it_signals_up_to_the_signal():
    values = [10.0] * 10 + [11.5] * 10
    chart = charted(PARAMETER, values, [in_effect(5)])
    found = closeup(chart, 15, 10, has_average=True)
    assert found is not None
    places = [tuple(map(float, one.split(","))) for one in found.average.split()]
    assert [x for x, _y in places] == [dot.x for dot in found.dots if 5 <= dot.index <= 15]
    heights = [y for _x, y in places[4:]]
    assert heights == sorted(heights, reverse=True), "it rises towards the new level"
    assert heights[-1] > min(dot.y for dot in found.dots)
    plain = closeup(chart, 15, 10)
    assert plain is not None
    assert plain.average == ""


@pytest.mark.parametrize("values", [[10.0] * 5, [0.0] * 5, [1e300, -1e300, 1e300, 0.0, 1.0], [1e-300] * 5])
def test_every_place_is_a_number(values):
    found = closeup(charted(PARAMETER, values), 4, 4)
    assert found is not None
    assert all(np.isfinite([dot.x, dot.y]).all() for dot in found.dots)
    assert found.lines == ()


def test_nothing_measured_is_no_picture():
    assert closeup(charted(PARAMETER, [np.nan, np.nan]), 1, 1) is None

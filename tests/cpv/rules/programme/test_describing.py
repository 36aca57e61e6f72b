"""What numbers say beside signals: against numpy and the parts that they are made of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from cpv.rules import censored
from cpv.rules.basis import Why
from cpv.rules.capability import Capability, Specification, capability
from cpv.rules.capability_shapes import PercentileCapability
from cpv.rules.programme.charting import Charted, InEffect, charted
from cpv.rules.programme.describing import described
from cpv.rules.programme.limit_set import Baseline, LimitSet, proposed
from cpv.rules.programme.plan import Bounds, Parameter, ScalePlan, Source, SourceKind
from cpv.rules.programme.points import PointView
from cpv.rules.transforms import Scale

START = datetime(2027, 1, 1, tzinfo=UTC)
BOUNDS = Bounds(0.5, 4.0)
GROWTH = np.exp(np.random.default_rng(11).normal(0.5, 0.3, 60))


def points(values: Sequence[float], below: Sequence[int] = ()) -> tuple[PointView, ...]:
    return tuple(
        PointView(
            str(n), f"B-{n}", "", "PLANT", START + timedelta(days=n), repr(float(value)), n in set(below)
        )
        for n, value in enumerate(values)
    )


def parameter(scale: Scale = Scale.IDENTITY, bounds: Bounds = BOUNDS) -> Parameter:
    return Parameter("GROWTH", "Growth", Source(SourceKind.EXTERNAL), scale=ScalePlan(scale), bounds=bounds)


def chart(
    own: Parameter, values: Sequence[float], start: int | None = None, excluded: Sequence[int] = ()
) -> Charted:
    phases = []
    if start is not None:
        transformation, limits = proposed(own, values[:start])
        baseline = Baseline("B-0", f"B-{start - 1}", "0" * 64)
        phases = [
            InEffect(start, LimitSet("P", own.code, (), transformation, limits, baseline, "First limits."))
        ]
    return charted(own, list(values), phases, excluded)


def test_numbers_are_those_of_numpy_without_what_is_left_out() -> None:
    values = [*GROWTH[:40], np.nan]
    found = described(parameter(), chart(parameter(), values, excluded=[3]), points(values))
    kept = np.delete(GROWTH[:40], 3)
    assert not isinstance(found.numbers, Why)
    assert found.numbers.n == 39
    assert found.numbers.mean == pytest.approx(kept.mean())
    assert found.numbers.sd == pytest.approx(kept.std(ddof=1))
    assert (found.numbers.least, found.numbers.most) == (kept.min(), kept.max())


def test_capability_is_on_the_scale_of_the_chart() -> None:
    own = parameter(Scale.LOG)
    found = described(own, chart(own, GROWTH), points(GROWTH)).capability
    expected = capability(np.log(GROWTH), Specification(np.log(0.5), np.log(4.0)))
    assert isinstance(found, Capability)
    assert found.ppk is not None
    assert expected.ppk is not None
    assert found.ppk.value == pytest.approx(expected.ppk.value)
    assert found.ppk.low == pytest.approx(expected.ppk.low)


def test_the_newest_phase_is_described_once_it_has_fifteen_results() -> None:
    own = parameter()
    assert described(own, chart(own, GROWTH[:34], 20), points(GROWTH[:34])).since == 0
    assert described(own, chart(own, GROWTH[:35], 20), points(GROWTH[:35])).since == 20


def test_a_change_of_level_is_an_index_of_the_whole_chart() -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 50)
    values = 2 + noise + np.where(np.arange(50) >= 40, 1.0, 0.0)
    found = described(parameter(), chart(parameter(), values, 20), points(values)).change
    assert not isinstance(found, Why)
    assert found.index == 40
    assert found.low <= 40 <= found.high
    assert found.p < 0.001


def test_neighbours_that_are_alike_are_told() -> None:
    noise = np.random.default_rng(5).normal(0, 1, 200)
    alike = [noise[0]]
    for one in noise[1:]:
        alike.append(0.8 * alike[-1] + one)
    assert described(parameter(), chart(parameter(), alike), points(alike)).is_autocorrelated
    assert not described(parameter(), chart(parameter(), noise), points(noise)).is_autocorrelated


def test_bounds_among_the_values_are_no_values() -> None:
    values, below = np.where(GROWTH < 1.3, 1.3, GROWTH), np.flatnonzero(GROWTH < 1.3)
    own = parameter(Scale.LOG)
    found = described(own, chart(own, values), points(values, below.tolist()))
    assert found.rate is Why.CENSORED
    assert isinstance(found.capability, PercentileCapability)
    fit = censored.fit(censored.left_censored(np.log(values), GROWTH < 1.3))
    upper = (np.log(4.0) - fit.mu) / (3 * fit.sigma)
    assert found.capability.ppu is not None
    assert found.capability.ppu.value == pytest.approx(upper, rel=1e-3)


@pytest.mark.parametrize(
    ("values", "numbers", "lag_1"),
    [([], Why.EMPTY, Why.TOO_FEW), ([1.0], None, Why.TOO_FEW), ([2.0] * 20, None, Why.CONSTANT)],
)
def test_what_cannot_be_said_says_why(values: list[float], numbers: Why | None, lag_1: Why) -> None:
    found = described(parameter(), chart(parameter(), values), points(values))
    assert isinstance(found.numbers, Why) == (numbers is not None)
    assert found.lag_1 in {lag_1, Why.EMPTY}
    assert isinstance(found.change, Why)


def test_a_scale_that_cannot_take_a_value_says_so_and_the_numbers_stay() -> None:
    own = parameter(Scale.BOX_COX)
    found = described(own, chart(own, [1.0, 0.0, 2.0]), points([1.0, 0.0, 2.0]))
    assert found.transformation is Why.NOT_POSITIVE
    assert not isinstance(found.numbers, Why)


def test_without_a_specification_there_is_no_capability() -> None:
    own = parameter(bounds=Bounds())
    found = described(own, chart(own, GROWTH), points(GROWTH))
    assert (found.capability, found.rate) == (None, None)

"""One more batch in constant time says what judging the whole chart says, whatever came before."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cpv.rules.basis import Estimator, Limits
from cpv.rules.programme.charting import Charted, InEffect, charted
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.plan import Parameter, Source, SourceKind
from cpv.rules.programme.watching import Watching, watching, with_one_more
from cpv.rules.runs import INFORM_ONLY, NELSON, RULE_1, WESTERN_ELECTRIC
from cpv.rules.transforms import logarithm

GROWTH = Parameter("GROWTH", "Growth", Source(SourceKind.EXTERNAL))
OWN = LimitSet(
    "P",
    "GROWTH",
    (),
    logarithm(),
    Limits(0.0, 1.0, -3.0, 3.0, 3.0, Estimator.MR_BAR, 40),
    Baseline("A", "B", "x"),
    "so",
)


def chart(own: Parameter, values: np.ndarray, start: int = 10, excluded: tuple[int, ...] = ()) -> Charted:
    return charted(own, list(values), [InEffect(start, OWN)], excluded)


def series(seed: int) -> np.ndarray:
    """Two hundred lognormal values with gaps, values that the scale cannot take, and a shift half way."""
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(0, 1, 200) + np.where(np.arange(200) > 100, 0.7, 0))
    values[rng.random(200) < 0.1] = np.nan
    values[rng.random(200) < 0.03] = 0.0
    return values


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rules", [RULE_1, NELSON, WESTERN_ELECTRIC])
def test_it_says_what_the_whole_chart_says(seed, rules):
    own, values = replace(GROWTH, rules=rules), series(seed)
    whole = chart(own, values)
    loud = {one.index for one in whole.signals if one.by not in INFORM_ONLY}
    state = watching(own, chart(own, values[:50]))
    said = set()
    for n in range(50, 200):
        state, may_signal = with_one_more(state, own, OWN, values[n])
        if may_signal:
            said.add(n)
        if n % 37 == 0:  # what is remembered goes to JSON and back, and is what judging anew would remember
            state = Watching.from_dict(json.loads(json.dumps(state.as_dict())))
            anew = watching(own, chart(own, values[: n + 1]))
            assert state.smoothed == pytest.approx(anew.smoothed)
            assert state.count == anew.count
    assert said == {n for n in loud if n >= 50}
    assert said, "a test in which nothing signals holds nothing"


def test_what_is_left_out_is_not_remembered():
    values = series(9)
    values[40], values[41:50] = np.exp(100.0), 1.0
    kept = watching(GROWTH, chart(GROWTH, values[:50], excluded=(40,)))
    assert abs(kept.smoothed) < 1 < abs(watching(GROWTH, chart(GROWTH, values[:50])).smoothed)


def test_without_limits_there_is_nothing_to_remember():
    assert watching(GROWTH, charted(GROWTH, [1.0, 2.0])) is None
    assert watching(GROWTH, charted(GROWTH, [1.0, 2.0], [InEffect(0, OWN, end=1)])) is None, "nor after them"


def test_limits_without_a_batch_yet_begin_at_their_center():
    state = watching(GROWTH, chart(GROWTH, series(1)[:10]))
    assert (state.smoothed, state.count) == (0.0, 0)

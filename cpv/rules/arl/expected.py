"""What a plan costs on a process that is in control: false alarms, and what limits from few batches or skew add."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.random import Generator

from cpv.rules.arl.plan import chain_of
from cpv.rules.arl.simulated import Chart, Counts, Process, run_lengths
from cpv.rules.basis import Floats, NotComputable, Why

# A simulation is cut into so many parts, whose scatter is the error of what has no simpler one.
_PARTS = 20


@dataclass(frozen=True)
class Estimate:
    """A number, with its standard error if it was simulated; None: it was reckoned."""

    value: float
    standard_error: float | None = None


@dataclass(frozen=True)
class FalseAlarms:
    """The false alarms of a plan over `batches` batches.

    `expected`: alarms on all parameters, each chart beginning anew after an alarm, so that one run of points counts
    once; `each`, of every parameter. `at_least_one`: the chance of any alarm if parameters are independent; however
    they depend on each other, it lies between `at_least` and `at_most`.
    """

    batches: int
    expected: Estimate
    at_least_one: Estimate
    at_least: float
    at_most: float
    each: tuple[Estimate, ...]


def expected_false_alarms(
    plan: Sequence[Chart], batches: int, *, rng: Generator, draws: int = 10_000
) -> FalseAlarms:
    """The false alarms to expect of a plan, one chart for every parameter, over so many batches (those of a year).

    In control, limits known, independent normal points: what limits from few batches and skew add, `alarm_chance`
    says. `rng` and `draws` are used for charts that have to be simulated. Raises NotComputable: NOT_A_COUNT (negative
    batches, too few draws), EMPTY (a chart on which nothing signals).
    """
    if batches < 0:
        raise NotComputable(Why.NOT_A_COUNT, "batches")
    known = {chart: _one(chart, batches, rng, draws) for chart in dict.fromkeys(plan)}
    times = [plan.count(chart) for chart in known]
    alarms, chances = [one[0] for one in known.values()], [one[1] for one in known.values()]
    silent = float(np.prod([(1 - one.value) ** count for one, count in zip(chances, times, strict=True)]))
    of_silence = [silent / max(1 - one.value, np.finfo(float).tiny) for one in chances]
    every = [known[chart][1].value for chart in plan]
    return FalseAlarms(
        batches,
        Estimate(sum(known[chart][0].value for chart in plan), _together(alarms, times)),
        Estimate(1 - silent, _together(chances, times, of_silence)),
        max(every, default=0.0),
        min(1.0, sum(every)),
        tuple(known[chart][0] for chart in plan),
    )


def alarm_chance(
    chart: Chart, points: int, process: Process, *, rng: Generator, draws: int = 10_000
) -> Estimate:
    """The chance of at least one signal on the next so many points, by simulation, with its standard error.

    Of a process in control (a false alarm) or shifted (a detection), normal or skewed, with limits known or estimated
    from `process.baseline` batches. The chart begins with the first of the points. Where two plans are compared, the
    same seed gives them the same series. Raises NotComputable: NOT_A_COUNT.
    """
    lengths = run_lengths(chart, process, rng=rng, draws=draws, horizon=points)
    return _share(float((lengths <= points).mean()), draws)


def expected_alarms(silent: Floats) -> float:
    """How many alarms to expect over points 1 to n, where the chart begins anew after each: the renewal function.

    m(t) = F(t) + sum over s < t of f(s) m(t - s), with f and F of the run length, from the chances of silence over the
    first t points, t = 0 to n.
    """
    ends = -np.diff(silent)
    alarms = np.zeros(silent.size)
    for t in range(1, silent.size):
        alarms[t] = 1 - silent[t] + ends[: t - 1] @ alarms[t - 1 : 0 : -1]
    return float(alarms[-1])


def _one(chart: Chart, batches: int, rng: Generator, draws: int) -> tuple[Estimate, Estimate]:
    """Expected alarms on one chart, and the chance of any."""
    chain = chain_of(chart)
    if chain is not None:
        silent = chain.survival(batches, 0.0)
        return Estimate(expected_alarms(silent)), Estimate(1 - float(silent[-1]))
    lengths = run_lengths(chart, Process(), rng=rng, draws=max(draws, 2 * _PARTS), horizon=batches)
    numbers = [expected_alarms(_silent(part, batches)) for part in np.array_split(lengths, _PARTS)]
    alarms = Estimate(float(np.mean(numbers)), float(np.std(numbers, ddof=1) / sqrt(_PARTS)))
    return alarms, _share(float((lengths <= batches).mean()), lengths.size)


def _silent(lengths: Counts, points: int) -> Floats:
    """The share of series that were silent over the first t points, t = 0 to `points`."""
    ended = np.bincount(lengths, minlength=points + 2)[: points + 1]
    return np.asarray(1 - np.cumsum(ended) / lengths.size)


def _share(share: float, draws: int) -> Estimate:
    # never an error of zero: where nothing was seen, half a case could have been
    kept = min(max(share, 0.5 / draws), 1 - 0.5 / draws)
    return Estimate(share, sqrt(kept * (1 - kept) / draws))


def _together(
    estimates: Sequence[Estimate], times: Sequence[int], slopes: Sequence[float] | None = None
) -> float | None:
    """The error of a sum in which an estimate stands `times` over: it was simulated once, and errs in all alike."""
    if all(one.standard_error is None for one in estimates):
        return None
    slopes = slopes or [1.0] * len(estimates)
    errors = [
        (one.standard_error or 0.0) * count * slope
        for one, count, slope in zip(estimates, times, slopes, strict=True)
    ]
    return sqrt(sum(error**2 for error in errors))

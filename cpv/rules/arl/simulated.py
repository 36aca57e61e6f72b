"""Run lengths by simulation, with the rules as they judge real series, and with limits estimated from few batches.

Many series side by side, some points at a time: those that have signalled are done, the others go on. Rules look back
over a bounded number of points, which are carried along; EWMA and CUSUM carry their last value.
"""

from dataclasses import dataclass, replace
from math import exp, pi, sqrt
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import lfilter

from cpv.rules.arl.answer import How, RunLength, finite, positive
from cpv.rules.arl.cusum import Cusum
from cpv.rules.arl.walks import Ewma
from cpv.rules.basis import Floats, NotComputable, Note, Why
from cpv.rules.runs.limits import Lines
from cpv.rules.runs.patterns import GAP, Row, patterns
from cpv.rules.runs.rule import RuleSet

Counts = NDArray[np.intp]
Bools = NDArray[np.bool_]

# Series side by side, points at a time: what fits a processor's cache.
_ROWS, _POINTS = 2048, 96
# A series that is silent for so long is given up, and the mean with it.
_HORIZON = 20_000
# Mean of a moving range of two normal points, in sigma.
_D2 = 2 / sqrt(pi)


@dataclass(frozen=True)
class Chart:
    """What signals on one parameter. Limits at `multiple` sigma speak if rule 1 is among `rules`.

    `range_multiple`: the upper limit of the moving range, in sigma (not in MR-bar). None: it is not signalled on.
    Raises NotComputable: NOT_FINITE, NOT_POSITIVE.
    """

    rules: RuleSet
    multiple: float = 3.0
    ewma: Ewma | None = None
    cusum: Cusum | None = None
    range_multiple: float | None = None

    def __post_init__(self) -> None:
        positive(multiple=self.multiple)
        if self.range_multiple is not None:
            positive(range_multiple=self.range_multiple)


@dataclass(frozen=True)
class Process:
    """Where simulated points come from: independent, normal, or lognormal with `log_sd`, moved by `shift` sigma.

    `baseline`: limits come from so many earlier points in control (mean, MR-bar/d2). None: limits are the true ones.
    Raises NotComputable: NOT_FINITE, NOT_POSITIVE (a negative log_sd), TOO_FEW (a baseline under 2).
    """

    shift: float = 0.0
    log_sd: float = 0.0
    baseline: int | None = None

    def __post_init__(self) -> None:
        finite(shift=self.shift, log_sd=self.log_sd)
        if self.log_sd < 0:
            raise NotComputable(Why.NOT_POSITIVE, "log_sd")
        if self.baseline is not None and self.baseline < 2:
            raise NotComputable(Why.TOO_FEW, "baseline")

    def draw(self, rng: Generator, shape: tuple[int, int]) -> Floats:
        """Points in control with mean 0 and standard deviation 1."""
        points = rng.standard_normal(shape)
        if not self.log_sd:
            return points
        variance = self.log_sd**2
        mean, sd = exp(variance / 2), exp(variance / 2) * sqrt(np.expm1(variance))
        return np.asarray((np.exp(self.log_sd * points) - mean) / sd)

    def limits(self, rng: Generator, rows: int) -> tuple[Floats, Floats]:
        """Center and sigma of every series, as columns."""
        if self.baseline is None:
            return np.zeros((rows, 1)), np.ones((rows, 1))
        early = self.draw(rng, (rows, self.baseline))
        ranges = np.abs(np.diff(early, axis=1)).mean(axis=1, keepdims=True)
        return early.mean(axis=1, keepdims=True), ranges / _D2


@dataclass(frozen=True)
class _Series:
    """Series that are still silent after `time` points; one row each."""

    number: Counts
    center: Floats
    sigma: Floats
    past: Floats  # standardised points as far back as rules look; NaN before the beginning
    ewma: Floats
    sums: tuple[Floats, Floats]
    time: int = 0

    def kept(self, silent: Bools) -> Self:
        """Those rows alone."""
        return replace(
            self,
            number=self.number[silent],
            center=self.center[silent],
            sigma=self.sigma[silent],
            past=self.past[silent],
            ewma=self.ewma[silent],
            sums=(self.sums[0][silent], self.sums[1][silent]),
        )


def run_lengths(
    chart: Chart, process: Process, *, rng: Generator, draws: int, horizon: int | None = None
) -> Counts:
    """The first point that signals, in each of so many series; horizon + 1 where none did up to `horizon`.

    Raises NotComputable: NOT_A_COUNT (fewer than 2 draws, a horizon under 0).
    """
    if draws < 2:
        raise NotComputable(Why.NOT_A_COUNT, "draws")
    last = _HORIZON if horizon is None else horizon
    if last < 0:
        raise NotComputable(Why.NOT_A_COUNT, "horizon")
    blocks = [
        _block(chart, process, rng, min(_ROWS, draws - begun), last) for begun in range(0, draws, _ROWS)
    ]
    return np.concatenate(blocks)


def mean_of(lengths: Counts) -> RunLength:
    """Their mean with its standard error; None where a series was given up."""
    if (lengths > _HORIZON).any():
        return RunLength(None, How.SIMULATION, notes=(Note.UNBOUNDED,))
    error = float(lengths.std(ddof=1) / sqrt(lengths.size))
    return RunLength(float(lengths.mean()), How.SIMULATION, error)


def _block(chart: Chart, process: Process, rng: Generator, rows: int, horizon: int) -> Counts:
    lengths = np.full(rows, horizon + 1, dtype=np.intp)
    center, sigma = process.limits(rng, rows)
    zero = np.zeros(rows)
    start = zero + (chart.cusum.headstart if chart.cusum else 0.0)
    back = max(1, chart.rules.longest - 1)
    series = _Series(np.arange(rows), center, sigma, np.full((rows, back), np.nan), zero, (start, start))
    while series.number.size and series.time < horizon:
        points = min(_POINTS, horizon - series.time)
        raw = process.draw(rng, (series.number.size, points)) + process.shift
        spoken, after = _judge(chart, series, (raw - series.center) / series.sigma)
        has_spoken: Bools = np.any(spoken, axis=1)
        lengths[series.number[has_spoken]] = series.time + 1 + spoken[has_spoken].argmax(axis=1)
        series = replace(after, time=series.time + points).kept(np.logical_not(has_spoken))
    return lengths


def _judge(chart: Chart, series: _Series, z: Floats) -> tuple[Bools, _Series]:
    """Where anything speaks among the next points, and what is carried on."""
    past = np.hstack([series.past, z])
    spoken = _by_rules(chart, past)[:, series.past.shape[1] :]
    after = replace(series, past=past[:, -series.past.shape[1] :])
    if chart.range_multiple is not None:
        spoken |= np.abs(np.diff(past, axis=1))[:, -z.shape[1] :] > chart.range_multiple
    if chart.ewma:
        weight = chart.ewma.weight
        smooth, _ = lfilter([weight], [1, weight - 1], z, axis=1, zi=(1 - weight) * series.ewma[:, None])
        spoken |= np.abs(smooth) > chart.ewma.half_widths(series.time + 1, series.time + z.shape[1])
        after = replace(after, ewma=smooth[:, -1])
    if chart.cusum:
        beyond, sums = _by_sums(chart.cusum, series.sums, z)
        spoken |= beyond
        after = replace(after, sums=sums)
    return spoken, after


def _by_rules(chart: Chart, past: Floats) -> Bools:
    """Where any rule speaks, all series laid in one row as phases are."""
    rows, points = past.shape
    laid = np.full((rows, GAP + points), np.nan)
    laid[:, GAP:] = past
    x = laid.ravel()
    spoken = np.zeros(x.size, dtype=np.bool_)
    for _, one in patterns(Row(x, x, Lines(0.0, 1.0, -chart.multiple, chart.multiple)), chart.rules):
        spoken |= one.complete
    return spoken.reshape(laid.shape)[:, GAP:]


def _by_sums(cusum: Cusum, sums: tuple[Floats, Floats], z: Floats) -> tuple[Bools, tuple[Floats, Floats]]:
    """Where a CUSUM speaks; one step of all series at a time."""
    upper, lower = sums
    beyond = np.empty(z.shape, dtype=np.bool_)
    for point in range(z.shape[1]):
        upper = np.maximum(0.0, upper + z[:, point] - cusum.reference)
        lower = np.maximum(0.0, lower - z[:, point] - cusum.reference)
        beyond[:, point] = (upper > cusum.decision) | (lower > cusum.decision)
    return beyond, (upper, lower)

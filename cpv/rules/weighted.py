"""Charts that remember: moving average, EWMA and tabular CUSUM, which find small shifts that last.

They watch a process against limits that were set before (`Limits`: center as target, sigma), phase by phase, and begin
anew with each. Every point takes constant time; there is no loop over points. Montgomery, Introduction to Statistical
Quality Control, chapter 9; NIST/SEMATECH e-Handbook 6.3.2.3 and 6.3.2.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import lfilter

from cpv.rules.basis import Floats, Limits, NotComputable, Note, Why, series
from cpv.rules.phases import phase_slices
from cpv.rules.runs import PointLimits

__all__ = ["Crossings", "Cusum", "WeightedChart", "cusum", "ewma", "moving_average"]

Indices = NDArray[np.intp]
Bools = NDArray[np.bool_]

# Averages over more values than this are no chart of a process that may change.
_WIDEST = 1000
# Sums are taken anew after so many points, so that what came before costs no digits: 4096 steps of drift at most.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Crossings:
    """Points beyond a limit, oldest first, as arrays of one length.

    `index`: the point; `since`: where what crossed began, which estimates when the process changed; `is_upper`: above
    rather than below; `mean`: the mean of the values from `since` to `index`, in their unit, which estimates the new
    level. Every point beyond is one crossing; nothing restarts after the first.
    """

    index: Indices
    since: Indices
    is_upper: Bools
    mean: Floats

    def __len__(self) -> int:
        return int(self.index.size)


@dataclass(frozen=True, eq=False)
class WeightedChart:
    """A smoothed series and its limits. `carried`: points without a value of their own, which never signal.

    notes: GAPS_CARRIED (an EWMA keeps its last value over a gap), MISSING_LEFT_OUT (a moving average has no point
    there), ZERO_SIGMA (nothing can signal).
    """

    points: Floats
    lines: PointLimits
    carried: Bools
    signals: Crossings
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class Cusum:
    """The two sums, each from 0 up, in the unit of the values; `interval` is the decision interval H of each point."""

    upper: Floats
    lower: Floats
    interval: Floats
    carried: Bools
    signals: Crossings
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class _Watched:
    """A series with center and sigma of each point; `count` is how many values its phase has had.

    `away`: how far each value is from its center, so that a level of 1e12 costs no digits; NaN at a gap.
    """

    away: Floats
    here: Bools
    center: Floats
    sigma: Floats
    count: Indices
    parts: tuple[tuple[slice, Limits], ...]

    @property
    def begins(self) -> Bools:
        found = np.zeros(self.away.size, dtype=np.bool_)
        found[[part.start for part, _ in self.parts if part.start < found.size]] = True
        return found

    def notes(self, of_gaps: Note) -> tuple[Note, ...]:
        said = (
            (not self.here.all(), of_gaps),
            (any(own.sigma == 0 for _, own in self.parts), Note.ZERO_SIGMA),
        )
        return tuple(note for is_so, note in said if is_so)


def moving_average(
    values: ArrayLike,
    limits: Limits | Sequence[Limits],
    *,
    span: int = 5,
    multiple: float = 3.0,
    phase_starts: Sequence[int] = (),
) -> WeightedChart:
    """M_i, the mean of the last `span` values of the phase; limits center -+ multiple sigma / sqrt w.

    w = min(values so far, span), so the first limits are wider. At a gap there is no point, and the window reaches back
    over it to values that are there. `limits`: one for all phases, or one for each. A point on a limit is inside.
    `since` of a signal is the first value in its window. Montgomery, section 9.3. Raises NotComputable: OUT_OF_RANGE
    (span from 1 to 1000), NOT_POSITIVE (multiple), SIZES_DIFFER (limits), NOT_FINITE, NOT_AN_INDEX (phase_starts).
    """
    if not 1 <= span <= _WIDEST:
        raise NotComputable(Why.OUT_OF_RANGE, "span")
    _positive(multiple=multiple)
    watched = _watch(values, limits, phase_starts, multiple)
    points = np.full(watched.away.size, np.nan)
    since = np.zeros(points.size, dtype=np.intp)
    for part, own in watched.parts:
        at = np.flatnonzero(watched.here[part]) + part.start
        width = np.minimum(np.arange(1, at.size + 1), span)
        sums = np.convolve(watched.away[at], np.ones(span))[: at.size] if at.size else width
        points[at] = own.center + sums / width
        since[at] = at[np.arange(at.size) + 1 - width]
    used = np.where(watched.here, np.clip(watched.count, 1, span), np.nan)
    lines = _about(watched.center + 0 * used, watched.sigma / np.sqrt(used), multiple)
    signals = _crossings(watched, (points > lines.upper, points < lines.lower), (since, since))
    return WeightedChart(
        points, lines, np.zeros_like(watched.here), signals, watched.notes(Note.MISSING_LEFT_OUT)
    )


def ewma(
    values: ArrayLike,
    limits: Limits | Sequence[Limits],
    *,
    weight: float = 0.2,
    multiple: float = 2.86,
    is_exact: bool = True,
    phase_starts: Sequence[int] = (),
) -> WeightedChart:
    """z_i = weight x_i + (1 - weight) z_(i-1), beginning at the target: z_0 = center, not x_1, in every phase.

    Limits are center -+ multiple sigma sqrt(weight / (2 - weight) (1 - (1 - weight)^(2 i))), i counting the values of
    the phase, or those of i without end (not `is_exact`): .2 with 2.86 then has an ARL of 371. A gap carries the last
    z, with the limits it had, and says so. `limits`: one for all phases, or one for each. A point on a limit is inside.
    `since` of a signal is where z last came over the center (Nishina, Biometrika 79 (1992) 445). Roberts,
    Technometrics 1 (1959) 239; Lucas and Saccucci, Technometrics 32 (1990) 1. Raises NotComputable: OUT_OF_RANGE
    (weight above 0, at most 1), NOT_POSITIVE (multiple), SIZES_DIFFER, NOT_FINITE, NOT_AN_INDEX.
    """
    if not 0 < weight <= 1:
        raise NotComputable(Why.OUT_OF_RANGE, "weight")
    _positive(multiple=multiple)
    watched = _watch(values, limits, phase_starts, multiple)
    away = np.empty(watched.away.size)
    for part, _ in watched.parts:
        there = watched.away[part][watched.here[part]]
        # over a gap the count stands, and with it the last value
        away[part] = np.append(0.0, lfilter([weight], [1.0, weight - 1.0], there))[watched.count[part]]
    share = np.full(away.size, weight / (2 - weight))
    if is_exact and weight < 1:
        share *= -np.expm1(2 * np.log1p(-weight) * watched.count)
    share[watched.count == 0] = 0.0
    lines = _about(watched.center, watched.sigma * np.sqrt(share), multiple)
    points = watched.center + away
    side = np.sign(away)
    since = _last(watched.begins | (np.diff(side, prepend=0.0) != 0))
    signals = _crossings(watched, (points > lines.upper, points < lines.lower), (since, since))
    return WeightedChart(points, lines, ~watched.here, signals, watched.notes(Note.GAPS_CARRIED))


def cusum(
    values: ArrayLike,
    limits: Limits | Sequence[Limits],
    *,
    k: float = 0.5,
    h: float = 5.0,
    headstart: float = 0.0,
    phase_starts: Sequence[int] = (),
) -> Cusum:
    """C+_i = max(0, C+_(i-1) + x_i - center - K), C-_i = max(0, C-_(i-1) + center - K - x_i); a signal above H.

    K = k sigma, H = h sigma, C_0 = headstart sigma in every phase (h / 2 is the fast initial response of Lucas and
    Crosier, Technometrics 24 (1982) 199). A sum equal to H is inside. A gap carries both sums and says so. `since` of a
    signal is the first value after its sum was last 0; without headstart `mean` is then center +- (K + C / N).
    ARL 465 and 10.4 at a shift of 1 sigma for .5 and 5. Page, Biometrika 41 (1954) 100. Raises NotComputable:
    NOT_POSITIVE (h), OUT_OF_RANGE (k < 0, headstart not from 0 to below h), SIZES_DIFFER, NOT_FINITE, NOT_AN_INDEX.
    """
    _positive(h=h)
    for name, value, below in (("k", k, np.inf), ("headstart", headstart, h)):
        if not 0 <= value < below:
            raise NotComputable(Why.OUT_OF_RANGE, name)
    watched = _watch(values, limits, phase_starts, k + h)
    upper, lower = np.empty(watched.away.size), np.empty(watched.away.size)
    for part, own in watched.parts:
        there = watched.away[part][watched.here[part]]
        first, slack = headstart * own.sigma, k * own.sigma
        for path, sign in ((upper, 1.0), (lower, -1.0)):
            path[part] = np.append(first, _one_sided(sign * there - slack, first))[watched.count[part]]
    interval = h * watched.sigma
    first_up, first_down = (
        _last(watched.begins | (np.diff(path > 0, prepend=False))) for path in (upper, lower)
    )
    signals = _crossings(watched, (upper > interval, lower > interval), (first_up, first_down))
    return Cusum(upper, lower, interval, ~watched.here, signals, watched.notes(Note.GAPS_CARRIED))


def _one_sided(steps: Floats, first: float) -> Floats:
    """max(0, last + step) over all steps: the cumulative sum above its lowest value so far, in blocks."""
    path = np.empty(steps.size)
    for at in range(0, steps.size, _BLOCK):
        total = np.cumsum(steps[at : at + _BLOCK])
        path[at : at + _BLOCK] = total - np.minimum.accumulate(np.minimum(total, -first))
        first = path[at : at + _BLOCK][-1]
    return path


def _watch(
    values: ArrayLike, limits: Limits | Sequence[Limits], phase_starts: Sequence[int], reach: float
) -> _Watched:
    """Read a series with its limits; `reach` is how many sigma will be laid about the center."""
    read = series(values)
    slices = phase_slices(read.size, phase_starts)
    each = [limits] * len(slices) if isinstance(limits, Limits) else list(limits)
    if len(each) != len(slices):
        raise NotComputable(Why.SIZES_DIFFER, "limits")
    if any(not (isfinite(own.center) and isfinite(own.sigma) and own.sigma >= 0) for own in each):
        raise NotComputable(Why.NOT_FINITE, "limits")
    lengths = [part.stop - part.start for part in slices]
    here = ~np.isnan(read)
    so_far = np.append(0, np.cumsum(here))
    before = np.repeat(np.array([so_far[part.start] for part in slices], dtype=np.intp), lengths)
    center = np.repeat(np.array([own.center for own in each], dtype=np.float64), lengths)
    sigma = np.repeat(np.array([own.sigma for own in each], dtype=np.float64), lengths)
    with np.errstate(over="ignore"):
        away = read - center
        largest = np.fmax.reduce(np.abs(away), initial=0.0) + reach * np.max(sigma, initial=0.0)
        # then no sum of them leaves the numbers, in whichever order it is taken
        if not isfinite(largest * (read.size + 1)):
            raise NotComputable(Why.NOT_FINITE, "values")
    return _Watched(
        away=away,
        here=here,
        center=center,
        sigma=sigma,
        count=so_far[1:] - before,
        parts=tuple(zip(slices, each, strict=True)),
    )


def _about(center: Floats, sigma: Floats, multiple: float) -> PointLimits:
    return PointLimits(center, sigma, center - multiple * sigma, center + multiple * sigma)


def _last(begun: Bools) -> Indices:
    """For each point the last one at which something began."""
    found: Indices = np.maximum.accumulate(np.where(begun, np.arange(begun.size), 0))
    return found


def _crossings(watched: _Watched, beyond: tuple[Bools, Bools], since: tuple[Indices, Indices]) -> Crossings:
    """Signals of both sides in order; a point without a value, or a phase without sigma, has none."""
    can = watched.here & (watched.sigma > 0)
    upper, lower = (np.flatnonzero(can & side) for side in beyond)
    index = np.concatenate([upper, lower])
    first = np.concatenate([since[0][upper], since[1][lower]])
    order = np.argsort(index, kind="stable")
    index, first = index[order], first[order]
    is_upper = (np.arange(order.size) < upper.size)[order]
    return Crossings(index, first, is_upper, _means(watched, first, index))


def _means(watched: _Watched, first: Indices, last: Indices) -> Floats:
    """The mean of the values of each stretch, both ends included, about the center of its phase."""
    sums = np.append(0.0, np.cumsum(np.where(watched.here, watched.away, 0.0)))
    counts = np.append(0, np.cumsum(watched.here))
    found: Floats = watched.center[last] + (sums[last + 1] - sums[first]) / (counts[last + 1] - counts[first])
    return found


def _positive(**numbers: float) -> None:
    for name, value in numbers.items():
        if not (isfinite(value) and value > 0):
            raise NotComputable(Why.NOT_POSITIVE, name)

"""Run lengths of charts whose next value depends on their last alone: EWMA, EWMA with limits, I-MR.

The value s moves to a normal value with mean carry*s + gain*shift and standard deviation `gain`, and is silent while
it lies within its own limits and within `reach` of around*s (the new point within its limits; the moving range). The
space between the limits is cut into cells, each standing for its middle: a Markov chain, whose error falls with the
square of the width of a cell (relative error of an ARL here: below 0.001).

Sources: D. Brook and D. A. Evans, "An approach to the probability distribution of CUSUM run length", Biometrika 59
(1972) 539-549; J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990) 1-12; S. V. Crowder, "Computation of ARL for
combined individual measurement and moving range charts", J. Quality Technology 19 (1987) 98-102.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, pi, sqrt

import numpy as np
from scipy.special import ndtr

from cpv.rules.arl.answer import How, RunLength, answered, finite, positive
from cpv.rules.basis import Floats, NotComputable, Why

# d2 + 3 d3 of two normal points: where the textbook draws the upper limit of a moving range, in sigma (3.267 MR-bar).
RANGE_LIMIT = 2 / sqrt(pi) + 3 * sqrt(2 - 4 / pi)

# Cells per standard deviation of a step, and how many cells are enough in any case.
_FINENESS, _MOST_CELLS = 24, 801
# Limits that grow with time count as grown when they are so close to where they end.
_GROWN = 1e-5
_LEAST_WEIGHT = 0.01


@dataclass(frozen=True)
class Ewma:
    """An EWMA: z_t = weight*x_t + (1 - weight)*z_(t-1), z_0 = center; signals strictly beyond its limits.

    Limits at multiple*sigma*sqrt(weight/(2 - weight)); with `varying` times sqrt(1 - (1 - weight)^(2t)), which is
    exact from the first point on. Weights from .01 to 1 (practice: .05 to .4). Raises NotComputable: NOT_FINITE,
    NOT_POSITIVE, NOT_A_SHARE (another weight).
    """

    weight: float = 0.2
    multiple: float = 2.86
    varying: bool = True

    def __post_init__(self) -> None:
        positive(weight=self.weight, multiple=self.multiple)
        if not _LEAST_WEIGHT <= self.weight <= 1:
            raise NotComputable(Why.NOT_A_SHARE, "weight")

    @property
    def half_width(self) -> float:
        """Where the limits end up, in sigma of the points."""
        return self.multiple * sqrt(self.weight / (2 - self.weight))

    def half_widths(self, first: int, last: int) -> Floats:
        """The limits at points `first` to `last` (the first of all is 1), in sigma of the points."""
        times = np.arange(first, last + 1)
        grown = 1 - (1 - self.weight) ** (2.0 * times) if self.varying else np.ones(times.size)
        return np.asarray(self.half_width * np.sqrt(grown))


@dataclass(frozen=True)
class Walk:
    """A chart as described above; `growing` are its limits until they stand still, `half_width` from then on."""

    carry: float
    gain: float
    around: float
    reach: float
    half_width: float
    growing: tuple[float, ...] = ()
    first_reach: float | None = None  # where the first point has no neighbour to be compared with

    @property
    def cells(self) -> int:
        """An odd number, so that one cell stands for the center."""
        return min(_MOST_CELLS, 2 * ceil(self.half_width * _FINENESS / self.gain) + 1)

    def step(self, start: Floats, half_width: float, shift: float, reach: float) -> Floats:
        """Chances of going silently from values to the cells between limits."""
        edges = np.linspace(-half_width, half_width, self.cells + 1)
        around = self.around * start[:, None]
        within = np.clip(edges, around - reach, around + reach)
        mean = self.carry * start[:, None] + self.gain * shift
        return np.asarray(np.diff(ndtr((within - mean) / self.gain), axis=1))

    def middles(self, half_width: float) -> Floats:
        """What cells stand for."""
        edges = np.linspace(-half_width, half_width, self.cells + 1)
        return np.asarray((edges[1:] + edges[:-1]) / 2)

    def spread(self, shift: float) -> Iterator[Floats]:
        """Where the chart is after each point while its limits grow, and after the first point in any case."""
        first_reach = self.reach if self.first_reach is None else self.first_reach
        widths = (*self.growing, self.half_width)
        now = self.step(np.zeros(1), widths[0], shift, first_reach)[0]
        yield now
        for before, after in pairwise(widths):
            now = now @ self.step(self.middles(before), after, shift, self.reach)
            yield now

    def settled(self, shift: float) -> Floats:
        """Chances from cell to cell once limits stand still."""
        return self.step(self.middles(self.half_width), self.half_width, shift, self.reach)

    def arl(self, shift: float) -> RunLength:
        """The average run length: all chances of still being silent, summed."""
        places = list(self.spread(shift))
        silent = 1.0 + float(sum(place.sum() for place in places[:-1]))
        ending = np.eye(self.cells) - self.settled(shift)
        try:
            rest = np.linalg.solve(ending, np.ones(self.cells))
        except np.linalg.LinAlgError:  # exactly singular: it never ends
            return answered(inf, How.MARKOV_CHAIN)
        return answered(silent + float(places[-1] @ rest), How.MARKOV_CHAIN)

    def survival(self, points: int, shift: float) -> Floats:
        """The chance that nothing was signalled at any of the first t points, for t = 0 to `points`."""
        places = list(self.spread(shift))
        silent = [1.0, *(float(place.sum()) for place in places)]
        now, settled = places[-1], self.settled(shift)
        while len(silent) <= points:
            now = now @ settled
            silent.append(float(now.sum()))
        return np.array(silent[: points + 1])


def ewma_walk(ewma: Ewma, limit: float | None = None) -> Walk:
    """An EWMA as a walk; with `limit`, points beyond so many sigma signal too (rule 1)."""
    if limit is not None:
        positive(limit=limit)
    rest = 1 - ewma.weight
    growing: tuple[float, ...] = ()
    if ewma.varying and rest > 0:
        longest = ceil(np.log(_GROWN) / (2 * np.log(rest)))
        growing = tuple(ewma.half_widths(1, longest).tolist())
    reach = inf if limit is None else limit * ewma.weight
    return Walk(rest, ewma.weight, rest, reach, ewma.half_width, growing)


def imr_walk(multiple: float, range_multiple: float) -> Walk:
    """Individuals within +-multiple sigma and moving ranges within range_multiple sigma, as a walk."""
    positive(multiple=multiple, range_multiple=range_multiple)
    return Walk(0.0, 1.0, 1.0, range_multiple, multiple, first_reach=inf)


def arl_ewma(ewma: Ewma, shift: float = 0.0, *, limit: float | None = None) -> RunLength:
    """Average run length of an EWMA from its start, alone or with limits for the points at `limit` sigma (rule 1).

    Independent normal points whose mean is `shift` sigma away from the first on. weight .2 and multiple 2.86 with fixed
    limits: 371; with varying limits and rule 1: 202. Raises NotComputable: NOT_FINITE, NOT_POSITIVE.
    """
    finite(shift=shift)
    return ewma_walk(ewma, limit).arl(shift)


def arl_imr(multiple: float = 3.0, range_multiple: float = RANGE_LIMIT, shift: float = 0.0) -> RunLength:
    """Average run length of an individuals and a moving range chart together (limits in sigma, not in MR-bar).

    3 sigma and 3.686 sigma (= 3.267 MR-bar): 105.3. For 370 together: 3.160 and 4.447 sigma.
    Raises NotComputable: NOT_FINITE, NOT_POSITIVE.
    """
    finite(shift=shift)
    return imr_walk(multiple, range_multiple).arl(shift)

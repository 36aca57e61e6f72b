"""The peer that does the least: I-MR with Nelson's eight rules in two loops over the points, compiled by numba.

The same definitions as `cpv.rules.runs`, written a second time. It knows no gaps, no phases, no missing points and no
limits but its own. Where numba is not installed the same functions run as plain Python, slowly.
"""

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])

try:
    compiled: Callable[[Function], Function] = importlib.import_module("numba").njit
    IS_COMPILED = True
except ImportError:
    IS_COMPILED = False

    def compiled(function: Function) -> Function:
        """Leave it as it is."""
        return function


UPPER, LOWER, BOTH = range(3)  # sides, as cpv.rules.runs.Side orders them
MOST = 8  # signals at one point: each rule speaks on one side at a time
D2, D3 = 2 / np.sqrt(np.pi), np.sqrt(2 - 4 / np.pi)  # mean and standard deviation of a range of two


@compiled
def center_and_sigma(x: Floats) -> tuple[float, float]:
    """The mean, and the mean moving range over d2."""
    total, ranges = x[0], 0.0
    for i in range(1, x.size):
        total += x[i]
        ranges += abs(x[i] - x[i - 1])
    return total / x.size, ranges / (x.size - 1) / D2


@compiled
def _put(out: Any, n: int, signal: tuple[int, int, int, int]) -> int:
    out[n, 0], out[n, 1], out[n, 2], out[n, 3] = signal
    return n + 1


@compiled
def _all_but_one(bits: int, full: int) -> bool:
    """Whether the newest bit is set, and no more than one of those before it is not."""
    unset = bits ^ full
    return bits & 1 == 1 and unset & (unset - 1) == 0


@compiled
def _courses(out: Any, n: int, i: int, runs: Any) -> int:
    """Rules 2, 3 and 4."""
    above, below, rising, falling, turns = runs
    if above >= 9:
        n = _put(out, n, (1, i, i - above + 1, UPPER))
    if below >= 9:
        n = _put(out, n, (1, i, i - below + 1, LOWER))
    if rising >= 5:
        n = _put(out, n, (2, i, i - rising, UPPER))
    if falling >= 5:
        n = _put(out, n, (2, i, i - falling, LOWER))
    if turns >= 12:
        n = _put(out, n, (3, i, i - turns - 1, BOTH))
    return n


@compiled
def _windows(out: Any, n: int, i: int, recent: Any) -> int:
    """Rules 5 and 6: this point is beyond the line, and all but one of those before it."""
    over_two, under_two, over_one, under_one = recent
    if _all_but_one(over_two, 7):
        n = _put(out, n, (4, i, i - 1 - (over_two >> 2), UPPER))
    if _all_but_one(under_two, 7):
        n = _put(out, n, (4, i, i - 1 - (under_two >> 2), LOWER))
    if _all_but_one(over_one, 31):
        n = _put(out, n, (5, i, i - 3 - (over_one >> 4), UPPER))
    if _all_but_one(under_one, 31):
        n = _put(out, n, (5, i, i - 3 - (under_one >> 4), LOWER))
    return n


@compiled
def _zones(out: Any, n: int, i: int, runs: Any) -> int:
    """Rules 7 and 8."""
    within, outside = runs
    if within >= 15:
        n = _put(out, n, (6, i, i - within + 1, BOTH))
    if outside >= 8:
        n = _put(out, n, (7, i, i - outside + 1, BOTH))
    return n


@compiled
def judge(x: Floats, center: float, sigma: float, ranges: Floats, out: Any) -> int:
    """Fill in the moving ranges, and into `out` a row (rule, index, first, side) a signal; how many there are."""
    # every count is a number of its own, and what is rare is done elsewhere: so counts stay in registers
    one_up, one_down = center + sigma, center - sigma
    two_up, two_down = center + 2 * sigma, center - 2 * sigma
    upper, lower = center + 3 * sigma, center - 3 * sigma
    above = below = rising = falling = turns = within = outside = 0
    over_two = under_two = over_one = under_one = 0  # a bit for each of the last points, the newest last
    before, n = np.nan, 0
    for i in range(x.size):
        value = x[i]
        ranges[i] = abs(value - before)
        turns = turns + 1 if (value > before and falling > 0) or (value < before and rising > 0) else 0
        rising, falling = (rising + 1 if value > before else 0), (falling + 1 if value < before else 0)
        above, below = (above + 1 if value > center else 0), (below + 1 if value < center else 0)
        is_outside = value > one_up or value < one_down
        within = 0 if is_outside else within + 1
        outside = outside + 1 if is_outside else 0
        over_two = (over_two << 1 | (value > two_up)) & 7
        under_two = (under_two << 1 | (value < two_down)) & 7
        over_one = (over_one << 1 | (value > one_up)) & 31
        under_one = (under_one << 1 | (value < one_down)) & 31
        if value > upper or value < lower:
            n = _put(out, n, (0, i, i, UPPER if value > upper else LOWER))
        if above >= 9 or below >= 9 or rising >= 5 or falling >= 5 or turns >= 12:
            n = _courses(out, n, i, (above, below, rising, falling, turns))
        if is_outside:
            n = _windows(out, n, i, (over_two, under_two, over_one, under_one))
        if within >= 15 or outside >= 8:
            n = _zones(out, n, i, (within, outside))
        before = value
    return n


def chart(x: Floats) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """The signals of the values, a row each (rule from 0, index, first index, side), and ranges beyond their limit."""
    center, sigma = center_and_sigma(x)
    ranges = np.empty(x.size)
    out = np.empty((MOST * x.size, 4), np.int32)  # untouched rows cost nothing
    n = judge(x, center, sigma, ranges, out)
    return out[:n].copy(), np.flatnonzero(ranges > (D2 + 3 * D3) * sigma)

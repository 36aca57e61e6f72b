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


ABOVE, BELOW, RISING, FALLING, TURNS, WITHIN, OUTSIDE = range(7)  # what is counted, by its place in `runs`
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
def _count(value: float, before: float, lines: Any, runs: Any, recent: Any) -> None:
    """Lengthen every run that goes on with this point, and end the others."""
    center, over_one, under_one, over_two, under_two = lines[:5]
    up, down = value > before, value < before
    turns = (up and runs[FALLING] > 0) or (down and runs[RISING] > 0)
    outside = value > over_one or value < under_one
    runs[ABOVE] = runs[ABOVE] + 1 if value > center else 0
    runs[BELOW] = runs[BELOW] + 1 if value < center else 0
    runs[RISING] = runs[RISING] + 1 if up else 0
    runs[FALLING] = runs[FALLING] + 1 if down else 0
    runs[TURNS] = runs[TURNS] + 1 if turns else 0
    runs[WITHIN] = 0 if outside else runs[WITHIN] + 1
    runs[OUTSIDE] = runs[OUTSIDE] + 1 if outside else 0
    # one bit a point, the newest last
    recent[0] = (recent[0] << 1 | (value > over_two)) & 7
    recent[1] = (recent[1] << 1 | (value < under_two)) & 7
    recent[2] = (recent[2] << 1 | (value > over_one)) & 31
    recent[3] = (recent[3] << 1 | (value < under_one)) & 31


@compiled
def _courses(out: Any, n: int, i: int, runs: Any) -> int:
    """Rules 2, 3 and 4."""
    for kind, side in ((ABOVE, UPPER), (BELOW, LOWER)):
        if runs[kind] >= 9:
            n = _put(out, n, (1, i, i - runs[kind] + 1, side))
    for kind, side in ((RISING, UPPER), (FALLING, LOWER)):
        if runs[kind] >= 5:
            n = _put(out, n, (2, i, i - runs[kind], side))
    if runs[TURNS] >= 12:
        n = _put(out, n, (3, i, i - runs[TURNS] - 1, BOTH))
    return n


@compiled
def _windows(out: Any, n: int, i: int, recent: Any) -> int:
    """Rules 5 and 6: this point is beyond the line, and all but one of those before it."""
    for side in (UPPER, LOWER):
        bits = recent[side]
        if _all_but_one(bits, 7):
            n = _put(out, n, (4, i, i - 2 if bits & 4 else i - 1, side))
    for side in (UPPER, LOWER):
        bits = recent[2 + side]
        if _all_but_one(bits, 31):
            n = _put(out, n, (5, i, i - 4 if bits & 16 else i - 3, side))
    return n


@compiled
def _zones(out: Any, n: int, i: int, runs: Any) -> int:
    """Rules 7 and 8."""
    if runs[WITHIN] >= 15:
        n = _put(out, n, (6, i, i - runs[WITHIN] + 1, BOTH))
    if runs[OUTSIDE] >= 8:
        n = _put(out, n, (7, i, i - runs[OUTSIDE] + 1, BOTH))
    return n


@compiled
def judge(x: Floats, center: float, sigma: float, ranges: Floats, out: Any) -> int:
    """Fill in the moving ranges, and into `out` a row (rule, index, first, side) a signal; how many there are."""
    lines = (center, center + sigma, center - sigma, center + 2 * sigma, center - 2 * sigma)
    upper, lower = center + 3 * sigma, center - 3 * sigma
    runs, recent = np.zeros(7, np.int64), np.zeros(4, np.int64)
    before, n = np.nan, 0
    for i in range(x.size):
        value = x[i]
        ranges[i] = abs(value - before)
        _count(value, before, lines, runs, recent)
        if value > upper or value < lower:
            n = _put(out, n, (0, i, i, UPPER if value > upper else LOWER))
        n = _courses(out, n, i, runs)
        n = _windows(out, n, i, recent)
        n = _zones(out, n, i, runs)
        before = value
    return n


def chart(x: Floats) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """The signals of the values, a row each (rule from 0, index, first index, side), and ranges beyond their limit."""
    center, sigma = center_and_sigma(x)
    ranges = np.empty(x.size)
    out = np.empty((MOST * x.size, 4), np.int32)  # untouched rows cost nothing
    n = judge(x, center, sigma, ranges, out)
    return out[:n].copy(), np.flatnonzero(ranges > (D2 + 3 * D3) * sigma)

"""How wide the limits of individuals and of moving ranges must be so that both together keep a wanted ARL.

The textbook pair of 3 sigma and 3.267 MR-bar gives one false signal in 105 points, not in 370: who signals on both
charts needs wider limits. The run length of the pair is that of a Markov chain whose state is the last value, solved
as an integral equation (Crowder, Journal of Quality Technology 19 (1987) 98-102) under independent normal values.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite, log, sqrt

import numpy as np
from scipy.optimize import root
from scipy.special import ndtr, ndtri

from cpv.rules.basis import Floats, NotComputable, Why

__all__ = ["Width", "arl_of_ranges", "combined_arl", "combined_widths"]

# Nodes of a panel, on which the expected run length is a polynomial, and of the quadrature of each piece.
_NODES = 16
_PANEL = 2.5
_AT, _WEIGHTS = np.polynomial.legendre.leggauss(_NODES)
_INVERSE = np.linalg.inv(np.polynomial.legendre.legvander(_AT, _NODES - 1))
# A value further out comes once in 10^17: the chart of ranges alone is that of values with limits there.
_NOWHERE, _FARTHEST = 8.5, 20.0


@dataclass(frozen=True)
class Width:
    """How many sigma the limits lie from the center of individuals, and that of ranges from zero.

    `ranges` None is the textbook's: d2 + individuals d3, which is 3.686 sigma or 3.267 MR-bar for 3 sigma.
    """

    individuals: float = 3.0
    ranges: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("individuals", self.individuals), ("ranges", self.ranges)):
            if value is not None and not (isfinite(value) and value > 0):
                raise NotComputable(Why.NOT_POSITIVE, name)


def combined_arl(width: Width, shift: float = 0.0) -> float:
    """The expected number of points up to the first outside either limit, the mean being `shift` sigma off center.

    L(x) = 1 + integral of L(y) phi(y - shift) over the y within `individuals` of 0 and within `ranges` of x; the ARL
    is L before the first value, from which there is no range. Both limits are exclusive: a point on one is inside.
    Raises NotComputable: NO_LIMITS for a width without `ranges`, OUT_OF_RANGE for a shift above 20 or none.
    """
    if not abs(shift) <= _FARTHEST:
        raise NotComputable(Why.OUT_OF_RANGE, "shift")
    if width.ranges is None:
        raise NotComputable(Why.NO_LIMITS, "ranges")
    # values behind the shift and all that chance adds do not come: limits out there are none
    inside = min(width.individuals, abs(shift) + _NOWHERE)
    return _arl(inside, min(width.ranges, 2 * inside), abs(shift))


def arl_of_ranges(limit: float) -> float:
    """The same of the chart of moving ranges alone, its limit in sigma."""
    return _arl(_NOWHERE, limit, 0.0)


@lru_cache(256)
def combined_widths(arl: float) -> Width:
    """The limits whose joint ARL in control is `arl`, and neither of which signals more often than the other.

    Of all pairs it is the one in which each chart alone has the same ARL: 3.160 and 4.447 sigma (3.94 MR-bar) for 370.
    Raises NotComputable: NOT_POSITIVE for an ARL under 10 or above a million, or not finite.
    """
    if not (isfinite(arl) and 10 <= arl <= 1e6):
        raise NotComputable(Why.NOT_POSITIVE, "arl")

    def off(pair: Floats) -> list[float]:
        individuals, ranges = pair
        alone = 0.5 / ndtr(-individuals)
        return [log(alone / arl_of_ranges(ranges)), log(combined_arl(Width(individuals, ranges)) / arl)]

    # each alone signals some .58 times as often as both; ranges have the standard deviation sqrt 2
    start = -float(ndtri(0.29 / arl))
    found = root(off, [start, sqrt(2) * start], tol=1e-9)
    if not found.success:
        raise NotComputable(Why.NOT_CONVERGED, "arl")
    return Width(float(found.x[0]), float(found.x[1]))


def _arl(inside: float, apart: float, shift: float) -> float:
    """Collocation: the run length is a polynomial on each panel, given by its values at the nodes of Legendre."""
    edges = _edges(inside, apart)
    at = np.concatenate([_spread(low, high) for low, high in pairwise(edges)])
    kernel = _kernel(edges, np.maximum(-inside, at - apart), np.minimum(inside, at + apart), shift)
    lengths = np.linalg.solve(np.eye(at.size) - kernel, np.ones(at.size))
    first = _kernel(edges, np.array([-inside]), np.array([inside]), shift)
    return float(1 + (first @ lengths)[0])


def _edges(inside: float, apart: float) -> Floats:
    """The panels: between the kinks, which are where the range's limit begins to cut and where it leads to."""
    kinks = [k for k in (inside, abs(inside - apart), abs(2 * apart - inside)) if k <= inside]
    points = np.unique(np.round([*kinks, *(-k for k in kinks)], 12))
    steps = [int(np.ceil(gap / _PANEL)) for gap in np.diff(points)]
    inner = [
        np.linspace(low, high, n, endpoint=False)
        for low, high, n in zip(points[:-1], points[1:], steps, strict=True)
    ]
    return np.concatenate([*inner, points[-1:]])


def _spread(low: float, high: float) -> Floats:
    return low + (high - low) * (_AT + 1) / 2


def _kernel(edges: Floats, low: Floats, high: Floats, shift: float) -> Floats:
    """One row for each pair of low and high: weights of all nodes in the integral of length times density between."""
    columns = []
    for start, stop in pairwise(edges):
        a = np.clip(low, start, stop)[:, None]
        b = np.maximum(np.clip(high, start, stop)[:, None], a)
        y = a + (b - a) * (_AT + 1) / 2
        weight = (b - a) / 2 * _WEIGHTS * np.exp(-((y - shift) ** 2) / 2) / sqrt(2 * np.pi)
        basis = np.polynomial.legendre.legvander(2 * (y - start) / (stop - start) - 1, _NODES - 1) @ _INVERSE
        columns.append(np.einsum("rq,rqn->rn", weight, basis))
    return np.hstack(columns)

"""The multivariate EWMA: small lasting shifts of several correlated attributes, its limit computed from a wanted ARL.

Rows are measured from a frozen `cpv.rules.multivariate.Reference`. In-control properties depend on the number of
attributes alone, those after a shift on its statistical distance from the reference alone (Lowry et al. 1992).
"""

from dataclasses import dataclass
from math import ceil, inf, isfinite, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, signal, stats

from cpv.rules.basis import Floats, NotComputable, Note, Why
from cpv.rules.multivariate import Reference, distances

# Below, one step reaches so little of the states that the linear system grows without use.
SMALLEST_LAMBDA = 0.01
# The largest ARL that a limit is looked for, and the largest that is answered: above, rounding eats the digits.
LARGEST_WANTED, LARGEST_ARL = 1e7, 1e10
# Rings of Runger and Prabhu's chain on one side of the shift and across it: their own number and that of the
# program of Molnau et al. (2001).
_RINGS = 25


@dataclass(frozen=True, eq=False)
class MewmaChart:
    """Z of every row (`vectors`) and its T2; NaN where a row was left out, whose Z is carried to the next.

    `beyond` is strict. `limit` is h, `lam` lambda.
    """

    reference: Reference
    lam: float
    limit: float
    vectors: Floats
    t2: Floats
    left_out: tuple[int, ...]
    notes: tuple[Note, ...]

    @property
    def beyond(self) -> NDArray[np.bool_]:
        """Strictly above the limit."""
        return np.asarray(self.t2 > self.limit)


def mewma(rows: ArrayLike, of: Reference, *, lam: float, limit: float, exact: bool = False) -> MewmaChart:
    """Z_i = lam (x_i - mean) + (1 - lam) Z_i-1 with Z_0 = 0, charted as T2_i = Z_i' S_Z^-1 Z_i against `limit`.

    S_Z = lam/(2 - lam) S, or under `exact` lam (1 - (1 - lam)^2i)/(2 - lam) S, which reacts sooner at the start and
    alarms falsely a little more often there. `mewma_limit` and `mewma_arl` are for S_Z as it is by default, and for a
    reference that is right: an estimated one shortens the ARL. Of a reference of subgroups rows are subgroup means.

    Raises NotComputable: NOT_TWO_DIMENSIONAL, NOT_FINITE, SIZES_DIFFER, OUT_OF_RANGE (lam), NOT_POSITIVE (limit).
    Source: Lowry, Woodall, Champ & Rigdon, Technometrics 34 (1992) 46-53; NIST/SEMATECH e-Handbook 6.3.4.3.
    """
    _need_lambda(lam)
    _need_limit(limit)
    plain = distances(of, rows)
    whole = ~np.isnan(plain)
    there = np.asarray(rows, dtype=np.float64)[whole] - of.mean
    z = signal.lfilter([lam], [1.0, lam - 1.0], there, axis=0) if len(there) else there
    share = lam / (2 - lam)
    steps = np.arange(1, len(there) + 1)
    variance = (
        share * -np.expm1(2 * steps * np.log1p(-lam)) if exact and lam < 1 else np.full(len(there), share)
    )
    vectors, t2 = np.full((plain.size, of.p), np.nan), np.full(plain.size, np.nan)
    vectors[whole] = z
    t2[whole] = of.size * distances(of, z + of.mean) / variance
    left_out = tuple(int(at) for at in np.flatnonzero(~whole))
    notes: list[Note] = [note for note in of.notes if note is not Note.MISSING_LEFT_OUT]
    if left_out:
        notes += [Note.MISSING_LEFT_OUT, Note.GAPS_CARRIED]
    return MewmaChart(of, lam, limit, vectors, t2, left_out, tuple(notes))


def mewma_arl(lam: float, limit: float, p: int, *, shift: float = 0.0) -> float:
    """Average run length from Z_0 = 0 of a MEWMA of p attributes; `shift` is sqrt(d' S^-1 d) of a mean shift d.

    In control (Rigdon 1995): L(r) = 1 + integral over 0 <= s <= b of f(s | r) L(s) ds for the length r of Z in units of
    sigma, b = sqrt(limit lam/(2 - lam)), where s^2/lam^2 is noncentral chi-squared on p with noncentrality
    ((1 - lam) r/lam)^2; solved at r = 0 by Gauss-Legendre quadrature, good to some six digits.
    After a shift (Runger & Prabhu 1996): their Markov chain with 25 rings, good to one or two per cent for lam from
    .05 on.

    Raises NotComputable: OUT_OF_RANGE (lam, p), NOT_POSITIVE (limit), NOT_FINITE, NOT_CONVERGED (an ARL above 10^10).

    Sources: Rigdon, J. Statistical
    Computation and Simulation 52 (1995) 351-365; Bodden & Rigdon, J. Quality Technology 31 (1999) 120-123; Runger &
    Prabhu, J. American Statistical Association 91 (1996) 1701-1706; Knoth, J. Quality Technology 49 (2017) 78-89.
    """
    _need_lambda(lam)
    _need_limit(limit)
    if p < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "p")
    if not isfinite(shift):
        raise NotComputable(Why.NOT_FINITE, "shift")
    edge = sqrt(limit * lam / (2 - lam))
    # each T2 is at most chi-squared, so that by Boole's inequality ARL >= 1/(2 P(chi2 > limit)) in control
    if shift == 0 and 2 * LARGEST_ARL * stats.chi2.sf(limit, p) < 1:
        raise NotComputable(Why.NOT_CONVERGED, "limit")
    found = _in_control(lam, edge, p) if shift == 0 else _shifted(lam, edge, p, abs(shift))
    if found > LARGEST_ARL:
        raise NotComputable(Why.NOT_CONVERGED, "limit")
    return found


def mewma_limit(lam: float, arl: float, p: int) -> float:
    """The limit h whose in-control ARL (`mewma_arl`) is `arl`. With lam = 1 it is that of T2, chi-squared.

    Raises NotComputable: OUT_OF_RANGE (lam, p, or an ARL not above 1 and at most 10^7).
    """
    _need_lambda(lam)
    if p < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "p")
    if not 1 < arl <= LARGEST_WANTED:
        raise NotComputable(Why.OUT_OF_RANGE, "arl")

    def arl_at(limit: float) -> float:
        return _in_control(lam, sqrt(limit * lam / (2 - lam)), p)

    # averaging makes runs longer: the limit of lam = 1, and a little, is too wide for all others
    high = float(stats.chi2.isf(1 / arl, p)) * 1.001
    low = high
    while arl_at(low) > arl:
        low /= 2
    found = optimize.brentq(lambda h: log(arl_at(h)) - log(arl), low, high, xtol=1e-9 * high, rtol=1e-9)
    return float(found)


def _in_control(lam: float, edge: float, p: int) -> float:
    # the kernel is a bump as wide as lam: some nodes for every width of it, and enough for its shape
    nodes = 30 + ceil(2 * edge / lam)
    x, weight = np.polynomial.legendre.leggauss(nodes)
    s, weight = edge * (x + 1) / 2, edge * weight / 2

    def kernel(r: Floats) -> Floats:
        density = stats.ncx2.pdf((s / lam) ** 2, p, ((1 - lam) * r[:, None] / lam) ** 2)
        return np.asarray(weight * 2 * s / lam**2 * density)

    lengths = _solve(np.eye(nodes) - kernel(s))
    return _length(1 + float((kernel(np.zeros(1)) @ lengths)[0]))


def _shifted(lam: float, edge: float, p: int, shift: float) -> float:
    """A chain of (component along the shift, length across it), in steps of 2 b/(2 rings + 1) both."""
    step = 2 * edge / (2 * _RINGS + 1)
    along = (np.arange(2 * _RINGS + 1) - _RINGS) * step
    borders = np.append(along - step / 2, edge)
    moves = np.diff(stats.norm.cdf((borders - (1 - lam) * along[:, None]) / lam - shift), axis=1)
    if p == 1:
        return _length(float(_solve(np.eye(along.size) - moves)[_RINGS]))
    across = np.arange(_RINGS + 1) * step
    rings = ((np.arange(_RINGS + 1) + 0.5) * step / lam) ** 2
    reached = stats.ncx2.cdf(rings, p - 1, ((1 - lam) * across[:, None] / lam) ** 2)
    spread = np.diff(reached, axis=1, prepend=0)
    inside = (along[:, None] ** 2 + across**2 < edge**2).ravel()
    chain = np.kron(moves, spread)[np.ix_(inside, inside)]
    lengths = _solve(np.eye(len(chain)) - chain)
    start = int(np.count_nonzero(inside[: _RINGS * across.size]))
    return _length(float(lengths[start]))


def _solve(leaving: Floats) -> Floats:
    """Run lengths from every state; nonsense, which `_length` sees, where nothing ever leaves."""
    try:
        return np.asarray(np.linalg.solve(leaving, np.ones(len(leaving))), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(len(leaving), inf)


def _length(found: float) -> float:
    return found if 1 <= found <= LARGEST_ARL else 2 * LARGEST_ARL


def _need_lambda(lam: float) -> None:
    if not SMALLEST_LAMBDA <= lam <= 1:
        raise NotComputable(Why.OUT_OF_RANGE, "lam")


def _need_limit(limit: float) -> None:
    if not isfinite(limit):
        raise NotComputable(Why.NOT_FINITE, "limit")
    if limit <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "limit")

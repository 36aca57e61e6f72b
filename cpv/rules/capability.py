"""Capability: how the spread of a process compares with its specification, each index with its interval.

Cp and Cpk are made with the sigma within (short-term: moving ranges, subgroups), Pp and Ppk with the overall
standard deviation; never the other way round. An index from 20 batches is a wide interval: a Ppk of 1.33 then shows
no more than .95 (one-sided, 95 %). Indices of other shapes stand in `capability_shapes`, rates out of specification
in `nonconforming`.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cpv.rules.autocorrelation import autocorrelation
from cpv.rules.basis import (
    LONG_TERM_FROM,
    Estimator,
    Floats,
    NotComputable,
    Note,
    Why,
    notes_on,
    present,
    series,
)
from cpv.rules.noncentral import inside, noncentrality, root, spread_nodes
from cpv.rules.normality import anderson_darling

# Variance of a moving range of two, and its covariance with the next, in units of its squared mean (4/pi sigma^2).
_RANGE_VARIANCE = pi / 2 - 1
_RANGE_COVARIANCE = sqrt(3) / 2 + pi / 12 - 1
_D2 = 2 / sqrt(pi)
# Below this p a series is said not to be normal; one in twenty normal series is, too.
_NOT_NORMAL = 0.05
# Sigma below this share of the values' own size is the rounding of their sums.
_NOTHING = 1e-14


class IntervalBy(StrEnum):
    """How the limits of an index were found, and so how far to trust them."""

    CHI_SQUARED = "chi_squared"
    NONCENTRAL_T = "noncentral_t"
    GENERALISED = "generalised"
    BOYLES = "boyles"
    BOOTSTRAP = "bootstrap"
    NONE = "none"


@dataclass(frozen=True)
class Specification:
    """Limits that a result must keep, each of them inside, and what it should be. None: there is none.

    Raises NotComputable: NOT_FINITE, NO_LIMITS (neither side), LIMITS_CROSSED (lower >= upper, target not between).
    """

    lower: float | None = None
    upper: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        given = [number for number in (self.lower, self.target, self.upper) if number is not None]
        if not all(map(isfinite, given)):
            raise NotComputable(Why.NOT_FINITE, "specification")
        if self.lower is None and self.upper is None:
            raise NotComputable(Why.NO_LIMITS, "specification")
        if given != sorted(given) or (self.lower is not None and self.lower == self.upper):
            raise NotComputable(Why.LIMITS_CROSSED, "specification")


@dataclass(frozen=True)
class Index:
    """An index with its two-sided limits; None where there is no such limit."""

    value: float
    low: float | None
    high: float | None
    interval_by: IntervalBy


@dataclass(frozen=True)
class Within:
    """A sigma within, from wherever the chart has it, and the degrees of freedom that its uncertainty has."""

    sigma: float
    df: float
    estimator: Estimator


@dataclass(frozen=True)
class Capability:
    """All indices of a series; None where one does not exist, which the specification or a note explains.

    `cp` and `pp` need both limits, `cpm` a target besides; `cpl`, `cpu`, `ppl`, `ppu` are the sides. Notes:
    ONE_SIDED, PRELIMINARY (under 30), ZERO_SIGMA, FEW_DISTINCT, AUTOCORRELATED, UNSTABLE (a value beyond three
    sigma within of the mean), NOT_NORMAL (Anderson-Darling p under .05), TOO_FEW (one value).
    """

    mean: float
    sigma: float | None
    within: Within | None
    cp: Index | None
    cpk: Index | None
    cpl: Index | None
    cpu: Index | None
    pp: Index | None
    ppk: Index | None
    ppl: Index | None
    ppu: Index | None
    cpm: Index | None
    confidence: float
    n: int
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Spread:
    """A mean of n values and a sigma of df degrees of freedom: what an index and its limits are made of."""

    mean: float
    sigma: float
    df: float
    n: int
    confidence: float

    @property
    def tails(self) -> tuple[float, float]:
        return (1 - self.confidence) / 2, (1 + self.confidence) / 2


def capability(
    values: ArrayLike, specification: Specification, *, within: Within | None = None, confidence: float = 0.95
) -> Capability:
    """Capability of a normal, stable, independent series; the notes say where it is none of these.

    Cp = (U - L) / 6 sigma, Cpu = (U - mean) / 3 sigma, Cpl = (mean - L) / 3 sigma, Cpk = min(Cpu, Cpl), with sigma
    within (by default MRbar / d2, ranges across a gap left out); Pp, Ppu, Ppl, Ppk the same with the standard
    deviation s (n - 1); Cpm = (U - L) / (6 sqrt(s^2 + (mean - target)^2)) (NIST/SEMATECH e-Handbook 6.1.6; others
    divide by n).

    Two-sided limits with `confidence`: Cp, Pp by chi-squared, index * sqrt(chi2 / df), exact for Pp. Cpu, Cpl, Ppu,
    Ppl by the noncentral t: t = 3 sqrt(n) index has noncentrality 3 sqrt(n) times the true index; exact for Ppu and
    Ppl. Cpk and Ppk of one limit are these. Of two limits the lower one is generalised (Mathew, Sebastian, Kurian,
    Qual. Reliab. Engng. Int. 23 (2007) 471), by integration, without chance: exact where one side decides, and
    conservative where the mean is centered; the upper one is the smaller of both sides', which a centered process
    passes up to twice as often as it should. Cpm: Boyles, J. Quality Technology 23 (1991) 17, approximate. The
    sigma of moving ranges has 1 / (2 CV^2) degrees of freedom, CV its own relative standard error: approximate.

    Raises NotComputable: as `present`, OUT_OF_RANGE (confidence; a sigma within or its df not positive).
    """
    x = present(values)
    inside(confidence, "confidence")
    if within is not None and not (isfinite(within.sigma + within.df) and min(within.sigma, within.df) > 0):
        raise NotComputable(Why.OUT_OF_RANGE, "within")
    read = series(values)
    size = float(np.abs(x).max()) or 1.0
    mean = float(np.clip((x / size).mean() * size, x.min(), x.max()))
    s = float((x / size).std(ddof=1)) * size if x.size > 1 else 0.0
    sigma = s if s > _NOTHING * size and x.min() < x.max() else None
    own = within_by_ranges(read)
    within = within or own
    notes = _notes(read, x, (mean, sigma, own), specification)
    short = _Spread(mean, within.sigma, within.df, x.size, confidence) if within else None
    long = _Spread(mean, sigma, x.size - 1, x.size, confidence) if sigma is not None else None
    cpm = _cpm(long, specification) if long else None
    sides = (*_indices(short, specification), *_indices(long, specification))
    return Capability(mean, sigma, within, *sides, cpm, confidence, x.size, notes)


def within_by_ranges(values: ArrayLike) -> Within | None:
    """MRbar / d2 of neighbours that are both there, with its degrees of freedom; None where every range is nothing.

    m ranges of which m2 have a neighbour: CV^2 = ((pi/2 - 1) m + 2 (sqrt(3)/2 + pi/12 - 1) m2) / m^2, from the
    moments of
    |U| |V| of two normals with correlation -1/2; without gaps (.8264 n - 1.0821) / (n - 1)^2. df = 1 / (2 CV^2),
    about
    .6 n. Raises NotComputable as `series`.
    """
    x = series(values)
    size = float(np.nanmax(np.abs(x))) if (~np.isnan(x)).any() else 0.0
    if size == 0:
        return None
    ranges = np.abs(np.diff(x / size))
    there = ~np.isnan(ranges)
    m, neighbours = int(there.sum()), int((there[1:] & there[:-1]).sum())
    if m == 0:
        return None
    sigma = float(ranges[there].mean()) / _D2
    if sigma <= _NOTHING:
        return None
    cv2 = (_RANGE_VARIANCE * m + 2 * _RANGE_COVARIANCE * neighbours) / m**2
    return Within(sigma * size, 1 / (2 * cv2), Estimator.MR_BAR)


def bissell_limits(index: float, n: int, df: float, confidence: float = 0.95) -> tuple[float, float]:
    """Bissell's approximate limits of Cpk or Ppk: index -+ z sqrt(1 / (9 n) + index^2 / (2 df)).

    For comparison with what other programs print; a Ppk of 1.33 has the one-sided 95 % bounds .79, .95, 1.03, 1.17
    at n = 10, 20, 30, 100, where the exact ones for one limit are .78, .95, 1.02, 1.16. Source: Bissell, Applied
    Statistics 39 (1990) 331; NIST/SEMATECH e-Handbook 6.1.6. Raises NotComputable, OUT_OF_RANGE.
    """
    if n < 1 or not df > 0:
        raise NotComputable(Why.OUT_OF_RANGE, "n")
    z = -float(special.ndtri((1 - inside(confidence, "confidence")) / 2))
    width = z * sqrt(1 / (9 * n) + index**2 / (2 * df))
    return index - width, index + width


def _indices(
    spread: _Spread | None, spec: Specification
) -> tuple[Index | None, Index | None, Index | None, Index | None]:
    """C, Ck, and the sides."""
    if spread is None:
        return None, None, None, None
    three = 3 * spread.sigma
    lower = None if spec.lower is None else _side((spread.mean - spec.lower) / three, spread)
    upper = None if spec.upper is None else _side((spec.upper - spread.mean) / three, spread)
    if lower is None or upper is None:
        return None, lower or upper, lower, upper
    both = _of_chi_squared((lower.value + upper.value) / 2, spread.df, spread, IntervalBy.CHI_SQUARED)
    return both, _nearer(lower, upper, spread), lower, upper


def _of_chi_squared(value: float, df: float, spread: _Spread, by: IntervalBy) -> Index:
    low, high = (value * sqrt(2 * float(special.gammaincinv(df / 2, p)) / df) for p in spread.tails)
    return Index(value, low, high, by)


def _side(value: float, spread: _Spread) -> Index:
    scale = 3 * sqrt(spread.n)
    high, low = (noncentrality(scale * value, spread.df, p) / scale for p in spread.tails)
    return Index(value, low, high, IntervalBy.NONCENTRAL_T)


def _nearer(lower: Index, upper: Index, spread: _Spread) -> Index:
    """The smaller side: its lower limit generalised, its upper the smaller of the sides' own.

    The generalised upper limit is too small where the mean is centered: the smaller of two equal sides is biased.
    """
    sides = lower.value, upper.value
    value = min(sides)
    start = 0.1 + abs(value) / 2
    tail = spread.tails[0]
    low = root(lambda c: _chance_under(c, sides, spread) - tail, value - start, value + start)
    highs = [side.high for side in (lower, upper) if side.high is not None]
    return Index(value, low, min(highs), IntervalBy.GENERALISED)


def _chance_under(c: float, sides: tuple[float, float], spread: _Spread) -> float:
    """P(generalised smaller side < c).

    With W = s / sigma and Z the standardised mean, both random, the sides are lower W - Z / (3 sqrt n) and
    upper W + Z / (3 sqrt n); the smaller reaches c with the chance
    E[Phi(3 sqrt n (lower W - c)) - Phi(3 sqrt n (c - upper W))], negative differences counting as nothing.
    """
    lower, upper = sides
    scale = 3 * sqrt(spread.n)
    steep = [(c / side, 1 / (scale * abs(side))) for side in sides if side]
    w, weight = spread_nodes(spread.df, *steep)
    reach = special.ndtr(scale * (lower * w - c)) - special.ndtr(scale * (c - upper * w))
    return 1 - float(weight @ np.maximum(reach, 0.0))


def _cpm(spread: _Spread, spec: Specification) -> Index | None:
    if spec.lower is None or spec.upper is None or spec.target is None:
        return None
    off = (spread.mean - spec.target) / spread.sigma
    value = (spec.upper / spread.sigma - spec.lower / spread.sigma) / (6 * sqrt(1 + off**2))
    # off may be huge: the ratio is then off^2 / 2
    df = spread.n * (1 + off**2) * ((1 + off**2) / (1 + 2 * off**2))
    return _of_chi_squared(value, df, spread, IntervalBy.BOYLES)


def _notes(
    read: Floats,
    x: Floats,
    spread: tuple[float, float | None, Within | None],
    spec: Specification,
) -> tuple[Note, ...]:
    mean, sigma, within = spread
    varies = sigma is not None and x.size >= 3
    found = (
        (spec.lower is None or spec.upper is None, Note.ONE_SIDED),
        (x.size < 2, Note.TOO_FEW),
        (x.size < LONG_TERM_FROM, Note.PRELIMINARY),
        (sigma is None and x.size > 1, Note.ZERO_SIGMA),
        (varies and Note.AUTOCORRELATED in autocorrelation(read, 1).notes, Note.AUTOCORRELATED),
        (within is not None and bool((np.abs(x - mean) > 3 * within.sigma).any()), Note.UNSTABLE),
        (varies and x.size >= 8 and (anderson_darling(x).p or 0.0) < _NOT_NORMAL, Note.NOT_NORMAL),
    )
    return tuple(dict.fromkeys((*notes_on(read), *(note for is_so, note in found if is_so))))

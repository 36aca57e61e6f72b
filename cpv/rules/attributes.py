"""Charts of counts: p, np, c and u with sizes that may differ, and Laney's p' and u'.

Shares and counts of nonconforming items are taken as binomial (p, np), nonconformities as Poisson (c, u). Limits are
estimated once (`attribute_limits`) and then applied to any points, those they came from or later ones
(`attribute_chart`): nothing is recomputed. Where sizes differ each point has limits of its own, and rules on runs are
to be asked of the standardised points `z`, whose centre is 0 and whose limits are plus and minus `multiple`.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cpv.rules.basis import (
    Floats,
    LimitStatus,
    NotComputable,
    Note,
    Why,
    present,
    series,
    status_of,
)
from cpv.rules.constants import d2

# Under so many expected events the normal approximation behind k-sigma limits is poor (Cochran 1954 for the
# chi-squared test; Montgomery 7.3.1 for the charts).
_FEWEST_EXPECTED = 5


class Kind(StrEnum):
    """Which chart: p, share of nonconforming items; np, their number; c, number of nonconformities; u, per unit."""

    P = "p"
    NP = "np"
    C = "c"
    U = "u"


_OF_ITEMS = (Kind.P, Kind.NP)


@dataclass(frozen=True)
class FalseAlarm:
    """Probability that one point of an unchanged process falls beyond the limit, on each side.

    The parameters are taken to be what was estimated: uncertainty of the estimate comes on top.
    """

    lower: float
    upper: float

    @property
    def total(self) -> float:
        """Of either side."""
        return self.lower + self.upper

    @property
    def arl(self) -> float | None:
        """Points to a false alarm, on average: 1 / total; None if there can be none."""
        return 1 / self.total if self.total > 0 else None


@dataclass(frozen=True)
class AttributeLimits:
    """What limits of a chart of counts are made of, to be frozen with it.

    `center` is the mean share of items (p and np, 0 to 1), the mean per unit of size (u) or the mean number a sample
    (c). `sigma_z` is Laney's factor, None for a plain chart. `multiple`: sigma from centre to limit. `n`: how many
    samples it comes from.
    """

    kind: Kind
    center: float
    sigma_z: float | None
    multiple: float
    n: int
    notes: tuple[Note, ...] = ()

    @property
    def status(self) -> LimitStatus:
        """How far they can be trusted, by `n`."""
        return status_of(self.n)


@dataclass(frozen=True, eq=False)
class AttributeChart:
    """Points and their limits, one of each per sample, in the unit of the points.

    NaN everywhere: the sample is missing. NaN in `lower` or `upper` alone: there is no limit on that side (`limits_at`
    gives None for it); in `z`: there is no scatter. `beyond` is 1 above the upper limit, -1 below the lower, else 0;
    a point on a limit is in.
    """

    limits: AttributeLimits
    points: Floats
    center: Floats
    sigma: Floats
    lower: Floats
    upper: Floats
    z: Floats
    notes: tuple[Note, ...]

    @property
    def beyond(self) -> NDArray[np.int8]:
        """Strictly beyond a limit, each point against its own."""
        return (self.points > self.upper).astype(np.int8) - (self.points < self.lower).astype(np.int8)

    def limits_at(self, index: int) -> tuple[float | None, float | None]:
        """Lower and upper limit of one point, None where there is none. Raises NotComputable: NOT_AN_INDEX."""
        if not -self.points.size <= index < self.points.size:
            raise NotComputable(Why.NOT_AN_INDEX, "index")
        low, high = float(self.lower[index]), float(self.upper[index])
        return (low if isfinite(low) else None, high if isfinite(high) else None)


@dataclass(frozen=True)
class Dispersion:
    """Is the scatter that of the distribution? `ratio` is chi-squared over its degrees of freedom, expected 1.

    `p_over` is small where samples scatter more than binomial or Poisson numbers would, `p_under` where they scatter
    less; each is one-sided.
    """

    chi2: float
    df: int
    ratio: float
    p_over: float
    p_under: float
    notes: tuple[Note, ...] = ()


def attribute_limits(
    kind: Kind,
    counts: ArrayLike,
    sizes: ArrayLike | None = None,
    *,
    multiple: float = 3.0,
    laney: bool = False,
) -> AttributeLimits:
    """Estimate the limits of a chart of counts.

    p, np: p = sum x / sum n. u: u = sum x / sum n. c: mean of x. Under `laney`, z_i = (x_i/n_i - p) / sigma_i with
    the plain sigma_i, and sigma_z = (mean of |z_i - z_i-1|) / d2(2), d2 = 2/sqrt(pi); a range next to a missing
    sample is missing. `sizes`: items looked at (p, np: whole numbers) or units of opportunity (u: any positive
    number), one number for all or one a sample; none for c. Notes: LOW_COUNTS where fewer than 5 events (or, of
    items, conforming ones) are expected in some sample, ZERO_SIGMA where there is no scatter to make limits of.

    Raises NotComputable: EMPTY, TOO_FEW (Laney without two samples in succession), NOT_FINITE, NOT_POSITIVE (a size
    of zero or less, or the multiple), NOT_A_COUNT, NOT_A_SHARE (more events than items), SIZES_DIFFER.

    Sources: NIST/SEMATECH e-Handbook 6.3.3.1 and 6.3.3.2; Montgomery, Introduction to Statistical Quality Control,
    7.2 and 7.3; Laney, Quality Engineering 14 (2002) 531-537.
    """
    _need_multiple(multiple)
    x, n = _read(kind, counts, sizes)
    there = ~np.isnan(x)
    if not there.any():
        raise NotComputable(Why.EMPTY, "counts")
    center = float(x[there].sum() / n[there].sum())
    notes = [Note.MISSING_LEFT_OUT] if not there.all() else []
    if _fewest_expected(kind, center, n[there]) < _FEWEST_EXPECTED:
        notes.append(Note.LOW_COUNTS)
    sigma_z = _laney(kind, center, x, n) if laney else None
    if _is_degenerate(kind, center) or sigma_z == 0:
        notes.append(Note.ZERO_SIGMA)
    return AttributeLimits(kind, center, sigma_z, multiple, int(there.sum()), tuple(notes))


def attribute_chart(
    limits: AttributeLimits, counts: ArrayLike, sizes: ArrayLike | None = None
) -> AttributeChart:
    """Points and limits under frozen `limits`, whether these samples made them or later ones.

    sigma_i = sqrt(p (1-p)/n_i) (p), sqrt(n_i p (1-p)) (np), sqrt(u/n_i) (u), sqrt(c) (c), times sigma_z if there is
    one; limits at center -+ multiple sigma_i; z_i = (point_i - center_i)/sigma_i. A lower limit at 0 or under, and an
    upper limit at or above the whole sample, could never be passed and do not exist (they are not set to 0 or to 1).
    With a sigma of zero there are neither limits nor z. Raises NotComputable as `attribute_limits`.
    """
    x, n = _read(limits.kind, counts, sizes)
    factor = 1.0 if limits.sigma_z is None else limits.sigma_z
    center, plain = _moments(limits.kind, limits.center, n)
    sigma = plain * factor
    points = x if limits.kind in (Kind.NP, Kind.C) else x / n
    missing = np.isnan(x)
    center[missing], sigma[missing] = np.nan, np.nan
    top = {Kind.P: np.ones_like(n), Kind.NP: n}.get(limits.kind, np.full_like(n, inf))
    lower, upper = center - limits.multiple * sigma, center + limits.multiple * sigma
    flat = ~(sigma > 0)
    lower[(lower <= 0) | flat] = np.nan
    upper[(upper >= top) | flat] = np.nan
    z = np.divide(points - center, sigma, out=np.full_like(points, np.nan), where=~flat)
    notes: list[Note] = [note for note in limits.notes if note is not Note.MISSING_LEFT_OUT]
    if missing.any():
        notes.append(Note.MISSING_LEFT_OUT)
    return AttributeChart(limits, points, center, sigma, lower, upper, z, tuple(notes))


def false_alarm(limits: AttributeLimits, size: float = 1.0) -> FalseAlarm:
    """Probability beyond each limit for a sample of this size, from the binomial or Poisson distribution itself.

    Of k-sigma limits it is neither .00135 nor the same on both sides. Strict: a count on the limit is in. Raises
    NotComputable: NO_LIMITS under Laney's limits (the distribution is not known) or a sigma of zero, and what
    `attribute_chart` raises for the size.
    """
    if limits.sigma_z is not None or _is_degenerate(limits.kind, limits.center):
        raise NotComputable(Why.NO_LIMITS, "limits")
    chart = attribute_chart(limits, [0], None if limits.kind is Kind.C else [size])
    low, high = chart.limits_at(0)
    scale = 1.0 if limits.kind in (Kind.NP, Kind.C) else size
    if limits.kind in _OF_ITEMS:
        law = stats.binom(size, limits.center)
    else:
        law = stats.poisson(limits.center * (1.0 if limits.kind is Kind.C else size))
    below = 0.0 if low is None else float(law.cdf(ceil(low * scale) - 1))
    above = 0.0 if high is None else float(law.sf(floor(high * scale)))
    return FalseAlarm(below, above)


def dispersion(kind: Kind, counts: ArrayLike, sizes: ArrayLike | None = None) -> Dispersion:
    """Test whether samples scatter more or less than binomial (p, np) or Poisson (c, u) counts with one mean.

    chi2 = sum of (x_i - E_i)^2 / V_i with E_i = n_i p, V_i = n_i p (1-p), or E_i = V_i = n_i u, on m - 1 degrees of
    freedom (Fisher's index of dispersion; Cochran, Biometrics 10 (1954) 417-451). Note LOW_COUNTS: some E_i is under
    5 and the p values are rough. Raises NotComputable as `attribute_limits`, TOO_FEW under two samples and CONSTANT
    where no event (or no item without) was seen.
    """
    x, n = _read(kind, counts, sizes)
    there = ~np.isnan(x)
    m = int(there.sum())
    if m < 2:
        raise NotComputable(Why.TOO_FEW if m else Why.EMPTY, "counts")
    x, n = x[there], n[there]
    center = float(x.sum() / n.sum())
    if _is_degenerate(kind, center):
        raise NotComputable(Why.CONSTANT, "counts")
    spread = center * (1 - center) if kind in _OF_ITEMS else center
    chi2 = float((((x - n * center) ** 2) / (n * spread)).sum())
    p_over, p_under = float(stats.chi2.sf(chi2, m - 1)), float(stats.chi2.cdf(chi2, m - 1))
    found = (
        (not there.all(), Note.MISSING_LEFT_OUT),
        (_fewest_expected(kind, center, n) < _FEWEST_EXPECTED, Note.LOW_COUNTS),
    )
    return Dispersion(chi2, m - 1, chi2 / (m - 1), p_over, p_under, tuple(note for so, note in found if so))


def _need_multiple(multiple: float) -> None:
    if not isfinite(multiple):
        raise NotComputable(Why.NOT_FINITE, "multiple")
    if multiple <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "multiple")


def _read(kind: Kind, counts: ArrayLike, sizes: ArrayLike | None) -> tuple[Floats, Floats]:
    """Counts and sizes, both NaN-free in the same places but for counts that are missing: their size is then 1."""
    x = series(counts, "counts").copy()
    n = _sizes(kind, sizes, x.size)
    missing = np.isnan(x) | np.isnan(n)
    x[missing], n[missing] = np.nan, 1.0
    _need_counts(x[~missing], "counts")
    if kind in _OF_ITEMS:
        _need_counts(n, "sizes")
    if (n <= 0).any():
        raise NotComputable(Why.NOT_POSITIVE, "sizes")
    if kind in _OF_ITEMS and (x[~missing] > n[~missing]).any():
        raise NotComputable(Why.NOT_A_SHARE, "counts")
    return x, n


def _sizes(kind: Kind, sizes: ArrayLike | None, m: int) -> Floats:
    if kind is Kind.C:
        if sizes is not None:
            raise NotComputable(Why.SIZES_DIFFER, "sizes")
        return np.ones(m)
    if sizes is None:
        raise NotComputable(Why.EMPTY, "sizes")
    n = series(np.atleast_1d(np.asarray(sizes, dtype=np.float64)), "sizes")
    if np.ndim(sizes) == 0:
        n = np.full(m, float(present(n, "sizes")[0]))
    if n.size != m:
        raise NotComputable(Why.SIZES_DIFFER, "sizes")
    return n.copy()


def _need_counts(values: Floats, about: str) -> None:
    if (values < 0).any() or (values != np.floor(values)).any():
        raise NotComputable(Why.NOT_A_COUNT, about)


def _is_degenerate(kind: Kind, center: float) -> bool:
    return center <= 0 or (kind in _OF_ITEMS and center >= 1)


def _fewest_expected(kind: Kind, center: float, n: Floats) -> float:
    rarer = min(center, 1 - center) if kind in _OF_ITEMS else center
    return float(n.min() * rarer)


def _moments(kind: Kind, center: float, n: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of every point of a plain chart."""
    if kind is Kind.P:
        return np.full_like(n, center), np.sqrt(center * (1 - center) / n)
    if kind is Kind.NP:
        return n * center, np.sqrt(n * (center * (1 - center)))
    if kind is Kind.U:
        return np.full_like(n, center), np.sqrt(center / n)
    return np.full_like(n, center), np.full_like(n, sqrt(center))


def _laney(kind: Kind, center: float, x: Floats, n: Floats) -> float:
    if _is_degenerate(kind, center):
        return 0.0
    mean, sigma = _moments(kind, center, n)
    points = x if kind in (Kind.NP, Kind.C) else x / n
    ranges = np.abs(np.diff((points - mean) / sigma))
    ranges = ranges[~np.isnan(ranges)]
    if ranges.size == 0:
        raise NotComputable(Why.TOO_FEW, "counts")
    return float(ranges.mean() / d2(2))

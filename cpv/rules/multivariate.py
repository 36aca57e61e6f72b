"""Hotelling's T2: several correlated attributes of a batch watched together, and which of them made a signal.

A `Reference` (mean, covariance, and how much stands behind them) is made once, from the rows of a phase 1, and frozen.
`hotelling` sets rows against it: the rows it came from (phase 1), or later ones (phase 2). A row is a batch, a column
an attribute; a row with a missing value is left out and said. `cpv.rules.mewma` takes the same reference.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, stats

from cpv.rules.basis import Floats, LimitStatus, NotComputable, Note, Why, status_of

# Two-sided probability beyond 3 sigma of a normal distribution.
SHEWHART_ALPHA = float(2 * stats.norm.sf(3))
# A covariance whose correlations have an eigenvalue under this share of 1 is singular to the digits of a result.
_SINGULAR = 1e-10


class Covariance(StrEnum):
    """Where the covariance comes from; part of the record of every limit."""

    SAMPLE = "sample"
    SUCCESSIVE = "successive_differences"
    POOLED = "pooled"
    GIVEN = "given"


class Phase(StrEnum):
    """Rows that made the reference (one), or later rows (two)."""

    ONE = "1"
    TWO = "2"


@dataclass(frozen=True, eq=False)
class Reference:
    """What T2 is measured from: frozen mean and covariance of p attributes.

    `m` complete rows stand behind them (subgroups where `size` > 1); `df` are the degrees of freedom of the
    covariance, exact for a sample or pooled one, matched for successive differences, infinite for a given one.
    """

    mean: Floats
    covariance: Floats
    how: Covariance
    m: int
    df: float
    size: int = 1
    notes: tuple[Note, ...] = ()

    @property
    def p(self) -> int:
        """How many attributes."""
        return int(self.mean.size)

    @property
    def status(self) -> LimitStatus:
        """How far it can be trusted, by `m`."""
        return status_of(self.m)


@dataclass(frozen=True)
class UpperLimit:
    """The upper limit of T2 (it has no lower one) for a false-alarm probability of `alpha` a point, if known exactly.

    `law` names the distribution it is a quantile of. Note APPROXIMATE: `alpha` holds only roughly.
    """

    value: float
    alpha: float
    law: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, eq=False)
class T2Chart:
    """T2 of every row in order, NaN for a row left out (`left_out` are their indices); `beyond` is strict."""

    reference: Reference
    phase: Phase
    t2: Floats
    limit: UpperLimit
    left_out: tuple[int, ...]
    notes: tuple[Note, ...]

    @property
    def beyond(self) -> NDArray[np.bool_]:
        """Strictly above the limit."""
        return np.asarray(self.t2 > self.limit.value)


@dataclass(frozen=True)
class Contribution:
    """One attribute's part in the T2 of a row, by the decomposition of Mason, Tracy and Young.

    `unconditional`: ((x_j - mean_j)/s_j)^2, the attribute by itself; `conditional`: the square of its distance from
    what all others predict for it, over the conditional variance, which is what T2 loses without it. An attribute can
    be far off its prediction (a broken relation) inside its own range. The limits are those of one later row.
    """

    index: int
    unconditional: float
    unconditional_limit: float
    conditional: float
    conditional_limit: float


def reference(rows: ArrayLike, *, how: Covariance = Covariance.SAMPLE) -> Reference:
    """Mean and covariance of individual rows (n = 1), m by p.

    SAMPLE: S = sum (x_i - mean)(x_i - mean)' / (m - 1), on m - 1 degrees of freedom. SUCCESSIVE: with the differences
    v_i = x_i+1 - x_i of neighbours, S = sum v_i v_i' / (2 times their number), which a step or a drift of the mean
    inflates less; a difference next to a row left out is missing. It is no Wishart matrix; `df` is that of the one
    whose variances fit, (sum of weights)^2/(sum of squares), without gaps 2 (m - 1)^2/(3 m - 4).

    Raises NotComputable: NOT_TWO_DIMENSIONAL, EMPTY, NOT_FINITE, TOO_FEW (fewer than p + 2 complete rows, or than p
    differences), CONSTANT (about the column), SINGULAR (columns linearly dependent to ten digits). Sources: Sullivan &
    Woodall, J. Quality Technology 28 (1996) 398-408; Tracy, Young & Mason, J. Quality Technology 24 (1992) 88-95.
    """
    x = _matrix(rows)
    whole = ~np.isnan(x).any(axis=1)
    m, p = int(whole.sum()), x.shape[1]
    if m < p + 2:
        raise NotComputable(Why.TOO_FEW if m else Why.EMPTY, "rows")
    there = x[whole]
    mean = there.mean(axis=0)
    _need_spread(there)
    if how is Covariance.SAMPLE:
        scatter, df = np.atleast_2d(np.cov(there, rowvar=False)), m - 1.0
    elif how is Covariance.SUCCESSIVE:
        scatter, df = _successive(x, p)
    else:
        raise NotComputable(Why.OUT_OF_RANGE, "how")
    _factor(scatter)
    notes = (Note.MISSING_LEFT_OUT,) if m < len(x) else ()
    return Reference(mean, scatter, how, m, df, notes=notes)


def reference_of_groups(groups: ArrayLike) -> Reference:
    """Grand mean and pooled covariance of k subgroups of n rows, an array k by n by p; df = k (n - 1).

    The mean of the covariances within subgroups. A subgroup with a missing value is left out. Raises NotComputable:
    NOT_TWO_DIMENSIONAL (not three axes), EMPTY, NOT_FINITE, TOO_FEW (n < 2, or k (n - 1) < p + 1), CONSTANT, SINGULAR.
    Source: NIST/SEMATECH e-Handbook 6.5.4.3.1.
    """
    x = np.asarray(groups, dtype=np.float64)
    if x.ndim != 3:
        raise NotComputable(Why.NOT_TWO_DIMENSIONAL, "groups")
    if np.isinf(x).any():
        raise NotComputable(Why.NOT_FINITE, "groups")
    there = x[~np.isnan(x).any(axis=(1, 2))]
    k, n, p = there.shape
    if k * n * p == 0:
        raise NotComputable(Why.EMPTY, "groups")
    df = k * (n - 1)
    if n < 2 or df < p + 1:
        raise NotComputable(Why.TOO_FEW, "groups")
    means = there.mean(axis=1)
    within = (there - means[:, None, :]).reshape(-1, p)
    _need_spread(within)
    scatter = within.T @ within / df
    _factor(scatter)
    notes = (Note.MISSING_LEFT_OUT,) if k < len(x) else ()
    return Reference(means.mean(axis=0), scatter, Covariance.POOLED, k, df, n, notes)


def given_reference(mean: ArrayLike, covariance: ArrayLike) -> Reference:
    """A mean and covariance that are known, not estimated: limits are those of chi-squared.

    Raises NotComputable: NOT_TWO_DIMENSIONAL, SIZES_DIFFER, NOT_FINITE, CONSTANT, SINGULAR (also where the matrix is
    not symmetric and positive definite).
    """
    center = np.atleast_1d(np.asarray(mean, dtype=np.float64))
    scatter = np.asarray(covariance, dtype=np.float64)
    if center.ndim != 1 or scatter.ndim != 2:
        raise NotComputable(Why.NOT_TWO_DIMENSIONAL, "covariance")
    if scatter.shape != (center.size, center.size):
        raise NotComputable(Why.SIZES_DIFFER, "covariance")
    if not (np.isfinite(center).all() and np.isfinite(scatter).all()):
        raise NotComputable(Why.NOT_FINITE, "covariance")
    _factor(scatter)
    return Reference(center, scatter, Covariance.GIVEN, 0, np.inf)


def upper_limit(of: Reference, phase: Phase, *, alpha: float = SHEWHART_ALPHA) -> UpperLimit:
    """The limit of T2 that one point passes with probability `alpha` while nothing has changed.

    Individuals, phase 1, sample covariance: (m-1)^2/m Beta(p/2, (m-p-1)/2), exact for each point.
    Phase 2: p (m+1) df/(m (df-p+1)) F(p, df-p+1); with df = m - 1 that is p (m+1)(m-1)/(m (m-p)) F(p, m-p), exact.
    Successive differences: in phase 1 chi-squared on p, to which T2 tends (Williams et al.), noted APPROXIMATE for
    m <= p^2 + 3p: at a nominal .0027 simulation finds .0025 (p = 2, m = 15), .0030 (3, 20), .0061 (5, 20) and .0027
    (5, 50) a point. In phase 2 the F above with the matched df, always noted APPROXIMATE.
    Subgroups of n: phase 1 p (k-1)(n-1)/(kn-k-p+1) F(p, kn-k-p+1), phase 2 the same with k+1 for k-1.
    Given: chi-squared on p.

    Points of phase 1 share mean and covariance, so that over all of them some point passes with a probability of
    roughly 1 - (1 - alpha)^m; see `alpha_of_each`. Raises NotComputable: OUT_OF_RANGE (alpha).

    Sources: NIST/SEMATECH e-Handbook 6.5.4.3.1 to 6.5.4.3.4; Tracy, Young & Mason 1992; Williams, Woodall, Birch &
    Sullivan, J. Quality Technology 38 (2006) 217-229.
    """
    if not 0 < alpha < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "alpha")
    m, p = of.m, of.p
    if of.how is Covariance.GIVEN:
        return UpperLimit(float(stats.chi2.isf(alpha, p)), alpha, "chi2")
    if phase is Phase.TWO or of.how is Covariance.POOLED:
        rest = of.df - p + 1
        share = p * (m + 1 if phase is Phase.TWO else m - 1) / m * of.df / rest
        notes = (Note.APPROXIMATE,) if of.how is Covariance.SUCCESSIVE else ()
        return UpperLimit(share * float(stats.f.isf(alpha, p, rest)), alpha, "F", notes)
    if of.how is Covariance.SUCCESSIVE:
        notes = (Note.APPROXIMATE,) if m <= p * p + 3 * p else ()
        return UpperLimit(float(stats.chi2.isf(alpha, p)), alpha, "chi2", notes)
    beta = float(stats.beta.isf(alpha, p / 2, (m - p - 1) / 2))
    return UpperLimit((m - 1) ** 2 / m * beta, alpha, "beta")


def alpha_of_each(overall: float, m: int) -> float:
    """The probability for one of m points so that any signals with probability `overall`: 1 - (1 - overall)^(1/m).

    As if points were independent, which in phase 1 they nearly are. Raises NotComputable: OUT_OF_RANGE, TOO_FEW.
    """
    if not 0 < overall < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "overall")
    if m < 1:
        raise NotComputable(Why.TOO_FEW, "m")
    return float(-np.expm1(np.log1p(-overall) / m))


def hotelling(rows: ArrayLike, of: Reference, phase: Phase, *, alpha: float = SHEWHART_ALPHA) -> T2Chart:
    """T2 = n (x - mean)' S^-1 (x - mean) of every row, x the mean of a subgroup where the reference is of subgroups.

    Rows are m by p, or for a reference of subgroups k by n by p. Raises NotComputable: NOT_TWO_DIMENSIONAL,
    NOT_FINITE, SIZES_DIFFER (not p columns, or not n rows a subgroup), OUT_OF_RANGE.
    """
    limit = upper_limit(of, phase, alpha=alpha)
    x = _matrix(_means(rows, of.size) if of.size > 1 else rows)
    t2 = of.size * distances(of, x)
    left_out = tuple(int(at) for at in np.flatnonzero(np.isnan(t2)))
    notes: list[Note] = [note for note in (*of.notes, *limit.notes) if note is not Note.MISSING_LEFT_OUT]
    if left_out:
        notes.append(Note.MISSING_LEFT_OUT)
    return T2Chart(of, phase, t2, limit, left_out, tuple(notes))


def distances(of: Reference, rows: ArrayLike) -> Floats:
    """(x - mean)' S^-1 (x - mean) of every row; NaN for a row with a missing value. Raises as `hotelling`."""
    x = _matrix(rows)
    if x.shape[1] != of.p:
        raise NotComputable(Why.SIZES_DIFFER, "rows")
    scale, lower = _factor(of.covariance)
    whole = ~np.isnan(x).any(axis=1)
    far = np.full(len(x), np.nan)
    # attributes may differ by many powers of ten: solved in units of their own sigma
    z = linalg.solve_triangular(lower, ((x[whole] - of.mean) / scale).T, lower=True)
    far[whole] = np.einsum("ij,ij->j", z, z)
    return far


def contributions(
    of: Reference, row: ArrayLike, *, alpha: float = SHEWHART_ALPHA
) -> tuple[Contribution, ...]:
    """Every attribute's unconditional and fully conditional part in the T2 of one row (n = 1; of a subgroup, its mean).

    With K = S^-1 and d = K (x - mean): conditional T2_j = d_j^2 / K_jj. Limits for a later row: (m+1)/m F(1, df) for
    an unconditional term, ((m+1)/m df + R)/(df-p+1) F(1, df-p+1) for a conditional one, R being T2 of all others: how
    far out they lie is how uncertain their prediction is (Rao's test of additional information, exact for df = m - 1;
    the limit of Mason, Tracy & Young has R = 0 and is passed too often with few rows: 13 instead of 10 per cent for
    m = 12, p = 3). m is the number of subgroups where the row is a mean; chi-squared on 1 for a given reference.

    Raises NotComputable: EMPTY (a missing value), SIZES_DIFFER, NOT_FINITE, OUT_OF_RANGE. Sources: Mason, Tracy &
    Young, J. Quality Technology 27 (1995) 99-108; Rao, Linear Statistical Inference, chapter 8.
    """
    if not 0 < alpha < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "alpha")
    _, lower, z = _standardised(of, row)
    precision = linalg.cho_solve((lower, True), np.eye(of.p))
    weighed = precision @ z
    alone = of.size * z**2
    given = of.size * weighed**2 / np.diag(precision)
    others = np.maximum(of.size * float(z @ weighed) - given, 0.0)
    single, full = _term_limits(of, alpha, others)
    return tuple(
        Contribution(j, float(alone[j]), single, float(given[j]), float(full[j])) for j in range(of.p)
    )


def decomposition(of: Reference, row: ArrayLike, order: tuple[int, ...] | None = None) -> tuple[float, ...]:
    """T2 of a row as a sum of p terms: T2_1 + T2_2.1 + ... + T2_p.1..p-1, the attributes taken in `order`.

    Each term is an attribute's squared distance from what those before it predict. Raises NotComputable as
    `contributions`, NOT_AN_INDEX where `order` is not an order of all attributes.
    """
    scale, _, z = _standardised(of, row)
    chosen = tuple(range(of.p)) if order is None else tuple(order)
    if sorted(chosen) != list(range(of.p)):
        raise NotComputable(Why.NOT_AN_INDEX, "order")
    places = list(chosen)
    related = of.covariance[np.ix_(places, places)] / np.outer(scale[places], scale[places])
    terms = linalg.solve_triangular(linalg.cholesky(related, lower=True), z[places], lower=True) ** 2
    return tuple(float(of.size * term) for term in terms)


def _standardised(of: Reference, row: ArrayLike) -> tuple[Floats, Floats, Floats]:
    x = _matrix(np.atleast_2d(np.asarray(row, dtype=np.float64)))
    if x.shape != (1, of.p):
        raise NotComputable(Why.SIZES_DIFFER, "row")
    if np.isnan(x).any():
        raise NotComputable(Why.EMPTY, "row")
    scale, lower = _factor(of.covariance)
    return scale, lower, (x[0] - of.mean) / scale


def _term_limits(of: Reference, alpha: float, others: Floats) -> tuple[float, Floats]:
    if not isfinite(of.df):
        known = float(stats.chi2.isf(alpha, 1))
        return known, np.full(of.p, known)
    share, rest = (of.m + 1) / of.m, of.df - of.p + 1
    single = share * float(stats.f.isf(alpha, 1, of.df))
    return single, (share * of.df + others) / rest * float(stats.f.isf(alpha, 1, rest))


def _matrix(rows: ArrayLike) -> Floats:
    x = np.asarray(rows, dtype=np.float64)
    if x.ndim != 2:
        raise NotComputable(Why.NOT_TWO_DIMENSIONAL, "rows")
    if x.shape[1] == 0:
        raise NotComputable(Why.EMPTY, "rows")
    if np.isinf(x).any():
        raise NotComputable(Why.NOT_FINITE, "rows")
    return x


def _means(groups: ArrayLike, size: int) -> Floats:
    x = np.asarray(groups, dtype=np.float64)
    if x.ndim != 3:
        raise NotComputable(Why.NOT_TWO_DIMENSIONAL, "rows")
    if x.shape[1] != size:
        raise NotComputable(Why.SIZES_DIFFER, "rows")
    means: Floats = x.mean(axis=1)
    return means


def _need_spread(there: Floats) -> None:
    for column in np.flatnonzero(there.max(axis=0) == there.min(axis=0)):
        raise NotComputable(Why.CONSTANT, str(column))


def _successive(x: Floats, p: int) -> tuple[Floats, float]:
    steps = np.diff(x, axis=0)
    whole: NDArray[np.bool_] = np.asarray(~np.isnan(steps).any(axis=1))
    number = int(whole.sum())
    if number < p + 1:
        raise NotComputable(Why.TOO_FEW, "rows")
    _need_spread(np.vstack([steps[whole], np.zeros(p)]))
    touching = int((whole[1:] & whole[:-1]).sum())
    there = steps[whole]
    # trace of the weights squared over the trace of their square: 4 for each difference, 1 for each pair that touch
    return there.T @ there / (2 * number), (2 * number) ** 2 / (4 * number + 2 * touching)


def _factor(scatter: Floats) -> tuple[Floats, Floats]:
    """Sigma of every attribute and the Cholesky factor of their correlations. Raises CONSTANT, SINGULAR."""
    variance = np.diag(scatter)
    for column in np.flatnonzero(variance <= 0):
        raise NotComputable(Why.CONSTANT, str(column))
    scale = np.sqrt(variance)
    related = scatter / np.outer(scale, scale)
    if not np.allclose(related, related.T, rtol=0, atol=1e-8) or linalg.eigvalsh(related)[0] < _SINGULAR:
        raise NotComputable(Why.SINGULAR, "covariance")
    return scale, linalg.cholesky(related, lower=True)

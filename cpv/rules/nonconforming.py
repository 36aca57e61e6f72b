"""How many batches are to be expected out of specification, and how many were, each rate with its interval."""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cpv.rules.basis import Floats, NotComputable, Note, Why, notes_on, present, series
from cpv.rules.capability import Specification
from cpv.rules.noncentral import inside, noncentrality, root, spread_nodes

# Rates below this are reported as 0: no count of batches will ever tell.
_LEAST = 1e-300
# Newton's steps, held between two ends, to the last digit of a distance.
_STEPS = 12
_PEAK = 1 / sqrt(2 * pi)


class RateBy(StrEnum):
    """How the limits of a rate were found."""

    NONCENTRAL_T = "noncentral_t"
    GENERALISED = "generalised"
    CLOPPER_PEARSON = "clopper_pearson"
    WILSON = "wilson"


@dataclass(frozen=True)
class Rate:
    """A share of batches, 0 to 1, with two-sided limits."""

    value: float
    low: float
    high: float
    interval_by: RateBy
    confidence: float
    n: int
    notes: tuple[Note, ...] = ()


def expected_rate(values: ArrayLike, specification: Specification, confidence: float = 0.95) -> Rate:
    """The share out of specification of a normal process: Phi((L - mean) / s) + Phi((mean - U) / s), s overall (n -
    1).

    One limit: the limits are exact, by the noncentral t: sqrt(n) times the distance of mean and limit in s has the
    noncentrality sqrt(n) z, and the rate is Phi(-z). Two limits: generalised limits, near exact: with W = s / sigma
    and Z the standardised mean the rate is Phi(-(u W + Z / sqrt n)) + Phi(-(l W - Z / sqrt n)), u and l the
    observed distances; their quantiles by integration, without chance (Weerahandi, J. Amer. Statist. Assoc. 88
    (1993) 899; Krishnamoorthy and Mathew, Statistical Tolerance Regions (2009), 2.6). Rates under 1e-300 are 0. A
    rate far beyond the data is an extrapolation of the normal distribution, not a measurement. All values equal: 0
    or 1, limits 0 and 1, ZERO_SIGMA.

    Raises NotComputable: as `present` (two values), OUT_OF_RANGE.
    """
    x = present(values, least=2)
    inside(confidence, "confidence")
    notes = notes_on(series(values))
    size = float(np.abs(x).max()) or 1.0
    mean, s = float((x / size).mean()), float((x / size).std(ddof=1))
    ends = (specification.lower, specification.upper)
    if x.min() == x.max() or s <= 1e-14:
        out = any(_beyond(float(x[0]), specification))
        by = RateBy.GENERALISED if None not in ends else RateBy.NONCENTRAL_T
        return Rate(
            float(out), 0.0, 1.0, by, confidence, x.size, tuple(dict.fromkeys((*notes, Note.ZERO_SIGMA)))
        )
    distances = [
        sign * (mean - end / size) / s for end, sign in zip(ends, (1, -1), strict=True) if end is not None
    ]
    if len(distances) == 1:
        return _one_sided(distances[0], x.size, confidence, notes)
    return _two_sided((distances[0], distances[1]), x.size, confidence, notes)


def observed_rate(
    values: ArrayLike,
    specification: Specification,
    confidence: float = 0.95,
    by: RateBy = RateBy.CLOPPER_PEARSON,
) -> Rate:
    """The share of batches that were out of specification (beyond a limit; on it is in).

    By Clopper-Pearson (Biometrika 26 (1934) 404), which never holds less often than it says, or Wilson (J. Amer.
    Statist. Assoc. 22 (1927) 209), which holds as often on average and is shorter. Nothing seen in n batches is no
    proof of nothing: the upper limit is then about 3 / n one-sided. Raises NotComputable: as `present`,
    OUT_OF_RANGE (confidence, another `by`).
    """
    x = present(values)
    below, above = _beyond(x, specification)
    return rate_of(int(np.count_nonzero(below | above)), x.size, confidence, by)


def rate_of(events: int, n: int, confidence: float = 0.95, by: RateBy = RateBy.CLOPPER_PEARSON) -> Rate:
    """A share from counts; see `observed_rate`. Raises NotComputable: NOT_A_COUNT unless 0 <= events <= n and n >
    0.
    """
    tail = (1 - inside(confidence, "confidence")) / 2
    if not 0 <= events <= n or n < 1:
        raise NotComputable(Why.NOT_A_COUNT, "events")
    if by is RateBy.CLOPPER_PEARSON:
        low = float(special.betaincinv(events, n - events + 1, tail)) if events else 0.0
        high = float(special.betainccinv(events + 1, n - events, tail)) if events < n else 1.0
        return Rate(events / n, low, high, by, confidence, n)
    if by is not RateBy.WILSON:
        raise NotComputable(Why.OUT_OF_RANGE, "by")
    z = -float(special.ndtri(tail))
    middle = (events + z * z / 2) / (n + z * z)
    width = z * sqrt(events * (n - events) / n + z * z / 4) / (n + z * z)
    low = middle - width if events else 0.0
    high = middle + width if events < n else 1.0
    return Rate(events / n, low, high, by, confidence, n)


def _beyond(x: ArrayLike, specification: Specification) -> tuple[np.ndarray, np.ndarray]:
    lower, upper = specification.lower, specification.upper
    read = np.asarray(x, dtype=np.float64)
    nobody = np.zeros(read.shape, dtype=bool)
    return (
        nobody if lower is None else read < lower,
        nobody if upper is None else read > upper,
    )


def _one_sided(distance: float, n: int, confidence: float, notes: tuple[Note, ...]) -> Rate:
    """`distance`: of mean and limit in s, positive where the mean is inside."""
    t = sqrt(n) * distance
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    low, high = (float(special.ndtr(-noncentrality(t, n - 1, p) / sqrt(n))) for p in tails)
    value = float(special.ndtr(-distance))
    return Rate(value, low, high, RateBy.NONCENTRAL_T, confidence, n, (*notes, Note.ONE_SIDED))


def _two_sided(distances: tuple[float, float], n: int, confidence: float, notes: tuple[Note, ...]) -> Rate:
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    low, high = (_quantile(distances, n, tail) for tail in tails)
    value = float(special.ndtr(-distances[0]) + special.ndtr(-distances[1]))
    return Rate(value, low, high, RateBy.GENERALISED, confidence, n, notes)


def _quantile(distances: tuple[float, float], n: int, tail: float) -> float:
    """The rate under which the generalised rate stays with the chance `tail`."""
    near = min(distances)
    value = max(float(special.ndtr(-near)), _LEAST)
    # the rate turns from one level to another where the nearer limit is that many deviations away
    nodes = spread_nodes(n - 1, (1.0, 1 / (sqrt(n) * max(abs(near), 1.0))))

    def short(log_rate: float) -> float:
        return _chance_under(exp(min(log_rate, 0.0)), distances, n, nodes) - tail

    if short(log(_LEAST)) >= 0:
        return 0.0
    if short(-1e-15) <= 0:
        return 1.0
    return exp(min(root(short, log(value) - 1.0, min(log(value) + 1.0, -1e-15)), 0.0))


def _chance_under(rate: float, distances: tuple[float, float], n: int, nodes: tuple[Floats, Floats]) -> float:
    """P(generalised rate <= rate): given W both distances sum to T, and the rate is least when they are equal.

    It is at most `rate` while they differ from T / 2 by no more than h.
    """
    (lower, upper), (w, weight) = distances, nodes
    half = (lower + upper) / 2 * w
    # the larger of both tails is the rate, or half of it, or between
    low, high = (np.maximum(half + special.ndtri(tail), 0.0) for tail in (rate / 2, rate))
    h = high
    for _ in range(_STEPS):
        far, near = -half - h, h - half
        miss = special.ndtr(far) + special.ndtr(near) - rate
        low, high = np.where(miss <= 0, h, low), np.where(miss <= 0, high, h)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            newton = h - miss / ((np.exp(-near * near / 2) - np.exp(-far * far / 2)) * _PEAK)
        h = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
    possible = 2 * special.ndtr(-half) <= rate
    reach = special.ndtr(sqrt(n) * (half + h - upper * w)) - special.ndtr(sqrt(n) * (half - h - upper * w))
    return float(weight @ np.where(possible, reach, 0.0))

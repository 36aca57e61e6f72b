"""When did the level change: an estimate, how surely there was a change, and where else it could have been.

A chart says that a process changed, later than it did. The change-point estimate looks back: the split of the
series at which two means explain most. One change is looked for; of several it finds the one that explains most.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from cpv.rules.basis import Floats, NotComputable, Note, Why, notes_on, present, series
from cpv.rules.noncentral import inside

Places = NDArray[np.intp]


class ChanceBy(StrEnum):
    """How the p value was found."""

    PERMUTATION = "permutation"
    BONFERRONI = "bonferroni"
    PETTITT = "pettitt"


@dataclass(frozen=True)
class ChangePoint:
    """The estimated change of a level.

    `index`: the first value of the new level; `low` to `high` (both included) where it may have been instead, with
    `confidence`; all are places in the series as given, gaps counted. `statistic`: the share of the sum of squares
    that two means explain, 0 to 1 (`mean_change`), or Pettitt's K. A small `p` speaks for a change; without one,
    index and interval mean nothing.
    """

    index: int
    low: int
    high: int
    mean_before: float
    mean_after: float
    statistic: float
    p: float
    chance_by: ChanceBy
    confidence: float
    n: int
    notes: tuple[Note, ...] = ()


def mean_change(
    values: ArrayLike,
    rng: Generator | None = None,
    *,
    draws: int = 999,
    confidence: float = 0.95,
    edge: int = 2,
) -> ChangePoint:
    """Maximum-likelihood estimate of one change of the mean, sigma unknown and the same on both sides.

    Every split k from `edge` to n - edge explains B_k = k (n - k) / n (mean before - mean after)^2 of the sum of
    squares S; the estimate is the k of the largest, the statistic R = B_k / S. The likelihood ratio is (1 -
    R)^(-n/2) (the mean part of Sullivan and Woodall, J. Quality Technology 28 (1996) 398; Hinkley, Biometrika 57
    (1970) 1).

    p: with `rng` by permutation, (1 + how many of `draws` shuffled series reach R) / (draws + 1), right for any
    distribution of independent batches; without, the Bonferroni bound over all splits of a normal series, each R
    being Beta(1/2, (n - 2)/2), which is never too small. Either takes independence for granted: an autocorrelated
    series is to be turned into residuals first.

    Interval: the profile likelihood of k, integrated over means and sigma with flat priors (of the logarithm for
    sigma) to sqrt(n / (k (n - k))) (S - B_k)^(-(n - 2)/2) and normalised, gives each split a weight (Smith,
    Biometrika 62 (1975) 407); it runs over the smallest set of splits with `confidence` of the weight, filled up
    where it has holes. It is given that there was one change.

    Raises NotComputable: as `present`, TOO_FEW (under 2 edge, and under four), CONSTANT, OUT_OF_RANGE.
    """
    if edge < 1 or draws < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "edge" if edge < 1 else "draws")
    x, places, scale = _centred(values, least=max(4, 2 * edge))
    shares = _shares(x, edge)
    best = int(shares.argmax())
    reached = min(float(shares[best]), 1.0)
    splits = _likely(shares, edge, x.size, inside(confidence, "confidence"))
    k = best + edge
    if rng is None:
        p = min(1.0, shares.size * float(special.betainc((x.size - 2) / 2, 0.5, 1 - reached)))
    else:
        p = _permuted(x, edge, reached, rng, draws)
    size, middle = scale
    return ChangePoint(
        index=int(places[k]),
        low=int(places[splits.min() + edge]),
        high=int(places[splits.max() + edge]),
        mean_before=(float(x[:k].mean()) + middle) * size,
        mean_after=(float(x[k:].mean()) + middle) * size,
        statistic=reached,
        p=p,
        chance_by=ChanceBy.BONFERRONI if rng is None else ChanceBy.PERMUTATION,
        confidence=confidence,
        n=x.size,
        notes=notes_on(series(values)),
    )


def pettitt(values: ArrayLike, rng: Generator, *, draws: int = 999, confidence: float = 0.95) -> ChangePoint:
    """Pettitt's rank test of one change of location, for skewed series; interval by bootstrap.

    U_k = 2 (sum of the first k ranks, ties shared) - k (n + 1); K = max |U_k|, the estimate the first k that
    reaches it. p = 2 exp(-6 K^2 / (n^3 + n^2)), at most 1: an approximation, conservative for few batches. Source:
    Pettitt, Applied Statistics 28 (1979) 126.

    Interval: each side drawn again with replacement, `draws` times, the estimate found anew in each, and the outer
    quantiles of those estimates (a bootstrap of two independent samples; it runs a little short for small changes).

    Raises NotComputable as `mean_change`.
    """
    if draws < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "draws")
    tail = (1 - inside(confidence, "confidence")) / 2
    x, places, (size, middle) = _centred(values, least=4)
    n = x.size
    walk = np.abs(_rank_walk(x))
    k = int(walk.argmax()) + 1
    statistic = float(walk[k - 1])
    drawn = np.empty(draws, dtype=np.intp)
    for i in range(draws):
        again = np.concatenate([rng.choice(x[:k], k), rng.choice(x[k:], n - k)])
        drawn[i] = np.abs(_rank_walk(again)).argmax() + 1
    low, high = np.quantile(drawn, [tail, 1 - tail], method="closest_observation")
    return ChangePoint(
        index=int(places[k]),
        low=int(places[min(int(low), k)]),
        high=int(places[max(int(high), k)]),
        mean_before=(float(x[:k].mean()) + middle) * size,
        mean_after=(float(x[k:].mean()) + middle) * size,
        statistic=statistic,
        p=min(1.0, 2 * exp(-6 * statistic**2 / (float(n) ** 3 + float(n) ** 2))),
        chance_by=ChanceBy.PETTITT,
        confidence=confidence,
        n=n,
        notes=notes_on(series(values)),
    )


def _centred(values: ArrayLike, least: int) -> tuple[Floats, Places, tuple[float, float]]:
    """The values there are without size and mean, where they stood, and size and mean: x = (centred + mean) *
    size.
    """
    read = series(values)
    x = present(read, least=least)
    if x.min() == x.max():
        raise NotComputable(Why.CONSTANT, "values")
    size = float(np.abs(x).max())
    x = x / size
    middle = float(x.mean())
    return x - middle, np.flatnonzero(~np.isnan(read)), (size, middle)


def _shares(x: Floats, edge: int) -> Floats:
    """B_k / S of the splits k = edge to n - edge of a series whose mean is 0: cumulative sums are all it takes."""
    n = x.size
    x = x / np.abs(x).max()
    k = np.arange(edge, n - edge + 1, dtype=np.float64)
    sums = np.cumsum(x)[edge - 1 : n - edge]
    return np.asarray(sums**2 * n / (k * (n - k)) / float(x @ x))


def _likely(shares: Floats, edge: int, n: int, confidence: float) -> Places:
    """The smallest set of splits that holds `confidence` of the weight."""
    k = np.arange(edge, n - edge + 1, dtype=np.float64)
    # a step without noise leaves nothing: the rounding of the sums stands for it
    left = np.maximum(1 - shares, 1e-15)
    log_weight = -np.log(k * (n - k)) / 2 - (n - 2) / 2 * np.log(left)
    weight = np.exp(log_weight - log_weight.max())
    order = np.argsort(-weight, kind="stable")
    held = np.cumsum(weight[order]) / weight.sum()
    best = int(shares.argmax())
    return np.append(order[: int(np.searchsorted(held, confidence)) + 1], best)


def _permuted(x: Floats, edge: int, reached: float, rng: Generator, draws: int) -> float:
    # the same sums in another order differ in their last digits: what is equal must count as reached
    bar = reached * (1 - 1e-9)
    as_far = sum(float(_shares(rng.permutation(x), edge).max()) >= bar for _ in range(draws))
    return (1 + as_far) / (draws + 1)


def _rank_walk(x: Floats) -> Floats:
    """U_k of k = 1 to n - 1."""
    ranks = stats.rankdata(x)
    k = np.arange(1, x.size, dtype=np.float64)
    return np.asarray(2 * np.cumsum(ranks)[:-1] - k * (x.size + 1))

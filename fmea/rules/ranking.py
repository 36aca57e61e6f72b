"""What order failure modes stand in, and how firmly: what products of ratings cannot tell, and what tells more.

A risk priority number multiplies three ordinal ratings. It takes few values, many different triples share one, and a
step of one has no size of its own; `arithmetic_of_products` counts this instead of repeating it. A rank computed from
consensus ratings hides how far the team was apart: `rank_uncertainty` draws every rating anew from those that the team
gave, each factor of each mode by itself, and ranks the draws. `order_within_classes` sorts by class of priority, then
by severity, then by the failures that are expected to get through per 1000 batches, with their interval. Sources:
Wheeler, Problems with Risk Priority Numbers, Quality Digest 2011; IEC 60812:2018 on ordinal multiplication.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats

from cpv.rules.basis import Floats, NotComputable, Why
from fmea.rules.evidence import Estimate, Note, Posterior

# Ranks drawn at one time: what fits a processor's cache many times over, and no more memory than that.
_BLOCK = 500_000
BATCHES = 1000
Ratings = NDArray[np.int64]
Triple = tuple[int, int, int]
# Priority of arrays of severity, occurrence and detection: the larger the number, the sooner something is done.
Priority = Callable[[Ratings, Ratings, Ratings], Ratings]


@dataclass(frozen=True)
class Products:
    """Facts of the product of three ratings from 1 to `top`.

    `distinct`: values it takes among so many `triples`; `most_shared`: the values that come from most triples, each
    from `shared_by` of them; `triples_to`: how many triples are not over `limit`; `values_over`: how many values
    exceed half of the largest.
    """

    top: int
    triples: int
    distinct: int
    most_shared: tuple[int, ...]
    shared_by: int
    limit: int
    triples_to: int
    values_over: int


@dataclass(frozen=True)
class Tie:
    """Modes that share a product although their ratings differ; a mode by its key."""

    product: int
    modes: tuple[tuple[str, Triple], ...]


@dataclass(frozen=True)
class TeamScores:
    """What a team gave one mode, one number a person; None: that person did not score it."""

    mode: str
    severity: Sequence[int | None]
    occurrence: Sequence[int | None]
    detection: Sequence[int | None]


@dataclass(frozen=True)
class RankSpread:
    """The rank that a mode takes over all draws, 1 first; modes alike share the mean of their ranks.

    `low` and `high`: central 95 % of it. `first`: the share of draws in which nothing stands before it (divided among
    those that share the first place); `among_first`: in which its rank is not over the number asked for.
    """

    mode: str
    median: float
    low: float
    high: float
    first: float
    among_first: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Mode:
    """A failure mode to be placed. `escapes`: its rate of getting through, per opportunity; None: nothing is known."""

    key: str
    priority: str
    severity: int
    escapes: Posterior | None = None
    opportunities_per_batch: float = 1.0


@dataclass(frozen=True)
class Placed:
    """A mode in its place, 1 first; `expected`: failures that get through per 1000 batches. Modes alike share it."""

    place: int
    mode: Mode
    expected: Estimate | None
    notes: tuple[Note, ...] = ()


def arithmetic_of_products(top: int = 10, *, limit: int = 100) -> Products:
    """Count what the product of three ratings can be. Raises NotComputable: OUT_OF_RANGE (top not from 2 to 100)."""
    if not 2 <= top <= 100:
        raise NotComputable(Why.OUT_OF_RANGE, "top")
    rating = np.arange(1, top + 1)
    products = np.multiply.outer(np.multiply.outer(rating, rating), rating).ravel()
    values, counts = np.unique(products, return_counts=True)
    return Products(
        top=top,
        triples=products.size,
        distinct=values.size,
        most_shared=tuple(values[counts == counts.max()].tolist()),
        shared_by=int(counts.max()),
        limit=limit,
        triples_to=int((products <= limit).sum()),
        values_over=int((2 * values > top**3).sum()),
    )


def ties(modes: Mapping[str, Triple]) -> tuple[Tie, ...]:
    """Where a product is shared by modes whose ratings differ, the largest product first; modes in the order given."""
    found: dict[int, list[tuple[str, Triple]]] = {}
    for key, (s, o, d) in modes.items():
        found.setdefault(s * o * d, []).append((key, (s, o, d)))
    shared = {product: those for product, those in found.items() if len({triple for _, triple in those}) > 1}
    return tuple(Tie(product, tuple(shared[product])) for product in sorted(shared, reverse=True))


def product(s: Ratings, o: Ratings, d: Ratings) -> Ratings:
    """The risk priority number."""
    return s * o * d


def rank_uncertainty(
    modes: Sequence[TeamScores],
    rng: Generator,
    *,
    draws: int = 4000,
    among: int = 10,
    priority: Priority = product,
) -> tuple[RankSpread, ...]:
    """How firmly each mode holds its rank, in the order given; `priority` is asked with arrays, modes in columns.

    One person's scores alone spread nothing: `Note.TOO_FEW_SCORES`. Raises NotComputable: EMPTY (no modes, or a factor
    that nobody scored), NOT_A_COUNT (draws or among under 1).
    """
    if min(draws, among) < 1:
        raise NotComputable(Why.NOT_A_COUNT, "draws" if draws < 1 else "among")
    given = [_given(mode) for mode in modes]
    if not given:
        raise NotComputable(Why.EMPTY, "modes")
    rows = max(1, _BLOCK // len(given))
    blocks = [_ranks(given, rng, min(rows, draws - begun), priority) for begun in range(0, draws, rows)]
    ranks = np.concatenate(blocks)
    low, median, high = np.quantile(ranks, [0.025, 0.5, 0.975], axis=0).tolist()
    # modes that share the first place have the same rank r, so that there are 2 r - 1 of them
    best = ranks.min(axis=1, keepdims=True)
    first = np.where(ranks == best, 1 / (2 * best - 1), 0.0).mean(axis=0).tolist()
    among_first = (ranks <= among).mean(axis=0).tolist()
    return tuple(
        RankSpread(mode.mode, median[k], low[k], high[k], first[k], among_first[k], _notes(given[k]))
        for k, mode in enumerate(modes)
    )


def expected_escapes(posterior: Posterior, per_batch: float = 1.0, *, batches: int = BATCHES) -> Estimate:
    """Failures that get through among so many batches: the rate times opportunities per batch times batches.

    The interval is of the expected number, not of the number that chance will make of it.

    Raises NotComputable: NOT_POSITIVE.
    """
    return posterior.estimate().times(per_batch * batches)


def order_within_classes(modes: Sequence[Mode], classes: Sequence[str]) -> tuple[Placed, ...]:
    """Class of priority as in `classes`, then severity, then posterior mean of what gets through; most urgent first.

    Modes without evidence stand after those with it, inside their severity, and say so: they are unknown, not safe.
    What is alike shares a place and keeps the order given. Raises NotComputable: OUT_OF_RANGE (a class not named),
    NOT_POSITIVE (opportunities).
    """
    order = {name: place for place, name in enumerate(classes)}
    if any(mode.priority not in order for mode in modes):
        raise NotComputable(Why.OUT_OF_RANGE, "priority")
    keyed = []
    for mode in modes:
        expected = _expected(mode)
        keyed.append(
            ((order[mode.priority], -mode.severity, -expected.mean if expected else 1.0), mode, expected)
        )
    keyed.sort(key=lambda one: one[0])
    places: dict[tuple[int, int, float], int] = {}
    for place, (key, _, _) in enumerate(keyed, 1):
        places.setdefault(key, place)
    return tuple(
        Placed(places[key], mode, expected, () if expected else (Note.NO_EVIDENCE,))
        for key, mode, expected in keyed
    )


def _expected(mode: Mode) -> Estimate | None:
    if not (isfinite(mode.opportunities_per_batch) and mode.opportunities_per_batch > 0):
        raise NotComputable(Why.NOT_POSITIVE, "opportunities_per_batch")
    return None if mode.escapes is None else expected_escapes(mode.escapes, mode.opportunities_per_batch)


def _given(mode: TeamScores) -> tuple[Ratings, Ratings, Ratings]:
    read = [
        np.array([score for score in scores if score is not None], dtype=np.int64)
        for scores in (mode.severity, mode.occurrence, mode.detection)
    ]
    if any(scores.size == 0 for scores in read):
        raise NotComputable(Why.EMPTY, mode.mode)
    return read[0], read[1], read[2]


def _notes(given: tuple[Ratings, Ratings, Ratings]) -> tuple[Note, ...]:
    return (Note.TOO_FEW_SCORES,) if min(scores.size for scores in given) < 2 else ()


def _ranks(
    given: Sequence[tuple[Ratings, Ratings, Ratings]], rng: Generator, rows: int, priority: Priority
) -> Floats:
    """Ranks of so many draws, one a row."""
    drawn = np.empty((3, rows, len(given)), dtype=np.int64)
    for column, mode in enumerate(given):
        for factor, scores in enumerate(mode):
            drawn[factor, :, column] = rng.choice(scores, rows)
    ranked = stats.rankdata(-priority(drawn[0], drawn[1], drawn[2]), axis=1)
    return np.asarray(ranked, dtype=np.float64)

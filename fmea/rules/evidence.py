"""What counts say of a rating: a rate with its uncertainty, the ratings it may have, and whether it denies a score.

Failures among opportunities are binomial. With the conjugate prior, which is stated with every answer, the rate is
distributed as

    Beta(a + events, b + n - events)          prior Beta(a, b), unless stated otherwise Jeffreys' Beta(1/2, 1/2)

Rates are in events per opportunity, and so are the bands of a scale (`bands`). A score is never changed here; what
contradicts it is said. Sources: Brown, Cai and DasGupta, Stat. Sci. 16 (2001) 101-133, for the prior and for its limits
where nothing or everything failed; Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.4; Hanley and
Lippman-Hand, JAMA 249 (1983) 1743-1745, for what no event can show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, inf, isfinite, log, log1p
from operator import index
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cpv.rules.basis import Floats, NotComputable, Why
from fmea.rules.bands import Band, Bands, Ladder, rating_at, read_bands

MASS = 0.95
# A new rating is proposed only when it is more probable than this, so that it does not come and go with every count.
HYSTERESIS = 0.8
# An interval over so many bands does not tell which rating is right.
_MANY_BANDS = 3
# Masses that differ by no more than this are alike.
_ROUNDING = 1e-12


class Note(StrEnum):
    """What a reader of an answer has to know about it."""

    NO_TRIALS = "no_trials"
    NO_EVENTS = "no_events"
    ALL_EVENTS = "all_events"
    FEW_DATA = "few_data"
    PRIOR_OUTWEIGHS = "prior_outweighs"
    OFF_SCALE = "off_scale"
    LOWER_BOUND = "lower_bound"
    PRIOR_TAKEN_AS_KNOWN = "prior_taken_as_known"
    NO_SPREAD = "no_spread"
    INDEPENDENCE_ASSUMED = "independence_assumed"
    NO_EVIDENCE = "no_evidence"
    TOO_FEW_SCORES = "too_few_scores"


class Standing(StrEnum):
    """How a score stands beside the evidence. HIGHER: the rate is higher than the score says, LOWER: lower."""

    NOT_SCORED = "not_scored"
    NOT_ON_SCALE = "not_on_scale"
    NO_EVIDENCE = "no_evidence"
    SUPPORTED = "supported"
    COMPATIBLE = "compatible"
    CONTRADICTED_HIGHER = "contradicted_higher"
    CONTRADICTED_LOWER = "contradicted_lower"

    @property
    def is_contradicted(self) -> bool:
        """The band of the score lies wholly outside the interval."""
        return self in {Standing.CONTRADICTED_HIGHER, Standing.CONTRADICTED_LOWER}


@dataclass(frozen=True)
class Prior:
    """What is held of a rate before its counts: `a` events among `a + b` opportunities.

    Raises NotComputable: NOT_FINITE, NOT_POSITIVE.
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        if not (isfinite(self.a) and isfinite(self.b)):
            raise NotComputable(Why.NOT_FINITE, "prior")
        if self.a <= 0 or self.b <= 0:
            raise NotComputable(Why.NOT_POSITIVE, "prior")

    @property
    def worth(self) -> float:
        """So many opportunities."""
        return self.a + self.b


JEFFREYS = Prior(0.5, 0.5)


@dataclass(frozen=True)
class Estimate:
    """A rate as it is known: middle, mean, central interval of so much `mass`, and the one-sided bound of it above."""

    median: float
    mean: float
    low: float
    high: float
    upper: float
    mass: float

    def times(self, factor: float) -> Self:
        """The same of `factor` times the rate, factor > 0. Raises NotComputable: NOT_POSITIVE."""
        if not 0 < factor < inf:
            raise NotComputable(Why.NOT_POSITIVE, "factor")
        shown = [value * factor for value in (self.median, self.mean, self.low, self.high, self.upper)]
        return type(self)(shown[0], shown[1], shown[2], shown[3], shown[4], self.mass)


@dataclass(frozen=True)
class Posterior:
    """How probable a rate is: Beta(a, b)."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """a / (a + b)."""
        return self.a / (self.a + self.b)

    def cdf(self, rate: ArrayLike) -> Floats:
        """P(true rate <= rate), for each; 0 under 0, and 1 from 1 on."""
        x = np.clip(np.asarray(rate, dtype=np.float64), 0.0, 1.0)
        return np.asarray(special.betainc(self.a, self.b, x), dtype=np.float64)

    def quantile(self, p: ArrayLike) -> Floats:
        """The rate that the true one does not exceed with probability `p`, 0 <= p <= 1, for each."""
        return np.asarray(special.betaincinv(self.a, self.b, p), dtype=np.float64)

    def estimate(self, mass: float = MASS) -> Estimate:
        """In five numbers. Raises NotComputable: NOT_A_SHARE (mass not within 0 and 1)."""
        if not 0 < mass < 1:
            raise NotComputable(Why.NOT_A_SHARE, "mass")
        tail = (1 - mass) / 2
        low, median, high, upper = map(float, self.quantile([tail, 0.5, 1 - tail, mass]))
        return Estimate(median, self.mean, low, high, upper, mass)


@dataclass(frozen=True)
class Evidence:
    """What `events` among `trials` (opportunities) say of a rating on a scale.

    `masses`: the probability of each of `bands`, in their order, best first. `suggested`: the rating of the most
    probable band (of two alike the worse) with its `probability`; None where the rate is rather off the scale.
    `upper_rating`: the rating of the one-sided upper bound; None where the scale ends below it.
    """

    events: int
    trials: int
    prior: Prior
    posterior: Posterior
    estimate: Estimate
    bands: Ladder
    masses: tuple[float, ...]
    suggested: int | None
    probability: float
    upper_rating: int | None
    notes: tuple[Note, ...] = ()

    def standing(self, score: int | None) -> Standing:
        """How a score stands: contradicted where its band and the interval have no rate in common.

        Without a failure no score is too low, and where all failed none is too high: there the limit of the interval is
        the prior's alone.
        """
        if score is None:
            return Standing.NOT_SCORED
        band = next((band for band in self.bands if band.rating == score), None)
        if band is None:
            return Standing.NOT_ON_SCALE
        if not self.trials:
            return Standing.NO_EVIDENCE
        if band.high < self.estimate.low and self.events:
            return Standing.CONTRADICTED_HIGHER
        if band.low >= self.estimate.high and Note.ALL_EVENTS not in self.notes:
            return Standing.CONTRADICTED_LOWER
        return Standing.SUPPORTED if score == self.suggested else Standing.COMPATIBLE

    def proposal(self, score: int | None, *, above: float = HYSTERESIS) -> int | None:
        """Another rating that people may take instead of the score; None: none is more probable than `above`."""
        if not self.trials or self.suggested == score or self.probability <= above:
            return None
        return self.suggested


@dataclass(frozen=True)
class Claim:
    """That a rate is under the upper end of a band: so many trials without an event would show it (inf: none can)."""

    rating: int
    limit: float
    needed: float
    is_within_reach: bool


def posterior_of(events: int, n: int, prior: Prior = JEFFREYS) -> Posterior:
    """Failures among opportunities. Raises NotComputable: NOT_A_COUNT, OUT_OF_RANGE (more events than n)."""
    x, of = need_count(events, "events"), need_count(n, "n")
    if x > of:
        raise NotComputable(Why.OUT_OF_RANGE, "events")
    return Posterior(prior.a + x, prior.b + of - x)


def occurrence_from_counts(
    events: int, n: int, bands: Bands, prior: Prior = JEFFREYS, *, mass: float = MASS
) -> Evidence:
    """Evidence from failures among opportunities. Raises NotComputable: as `posterior_of` and `read_bands`."""
    return _evidence((events, n), posterior_of(events, n, prior), prior, read_bands(bands), mass)


def masses_of(posterior: Posterior, bands: Sequence[Band]) -> tuple[float, ...]:
    """P(low < rate <= high) of each band; at most 1 together, less where the rate may be off the scale."""
    ends = posterior.cdf([band[1:] for band in bands])
    return tuple(float(mass) for mass in ends[:, 1] - ends[:, 0])


def most_probable(bands: Sequence[Band], masses: Sequence[float]) -> tuple[int | None, float]:
    """The rating with the most mass, of two alike the worse; None where more mass is off the scale than in it."""
    best = max(masses)
    if best <= 1 - sum(masses):
        return None, best
    alike = [one for one in zip(bands, masses, strict=True) if one[1] >= best - _ROUNDING]
    return alike[-1][0].rating, alike[-1][1]


def zero_events_needed(limit: float, *, confidence: float = MASS) -> int:
    """How many opportunities without any event show that a rate is under `limit` (> 0): the least whole n with
    (1 - limit)^n <= 1 - confidence, 0 where nothing is claimed. Raises NotComputable: NOT_POSITIVE, NOT_A_SHARE.
    """
    if not limit > 0:
        raise NotComputable(Why.NOT_POSITIVE, "limit")
    if not 0 < confidence < 1:
        raise NotComputable(Why.NOT_A_SHARE, "confidence")
    return ceil(log(1 - confidence) / log1p(-limit)) if limit < 1 else 0


def claims(trials: int, bands: Bands, *, confidence: float = MASS) -> tuple[Claim, ...]:
    """What each rating would need to be shown by counts alone, best first, and whether so many trials reach it."""
    found = []
    for band in read_bands(bands):
        needed = zero_events_needed(band.high, confidence=confidence) if band.high else inf
        found.append(Claim(band.rating, band.high, needed, needed <= trials))
    return tuple(found)


def need_count(value: int, about: str) -> int:
    """A whole number from 0 on. Raises NotComputable: NOT_A_COUNT."""
    try:
        count = index(value)
    except TypeError:
        raise NotComputable(Why.NOT_A_COUNT, about) from None
    if count < 0:
        raise NotComputable(Why.NOT_A_COUNT, about)
    return count


def _evidence(
    counted: tuple[int, int], posterior: Posterior, prior: Prior, bands: Ladder, mass: float
) -> Evidence:
    events, trials = counted
    estimate = posterior.estimate(mass)
    masses = masses_of(posterior, bands)
    suggested, probability = most_probable(bands, masses)
    touched = sum(band.low < estimate.high and band.high >= estimate.low for band in bands)
    said = (
        (trials == 0, Note.NO_TRIALS),
        (trials > 0 and events == 0, Note.NO_EVENTS),
        (0 < events == trials, Note.ALL_EVENTS),
        (touched >= _MANY_BANDS, Note.FEW_DATA),
        (prior.worth > trials, Note.PRIOR_OUTWEIGHS),
        (sum(masses) < mass, Note.OFF_SCALE),
    )
    return Evidence(
        events=events,
        trials=trials,
        prior=prior,
        posterior=posterior,
        estimate=estimate,
        bands=bands,
        masses=masses,
        suggested=suggested,
        probability=probability,
        upper_rating=rating_at(bands, estimate.upper),
        notes=tuple(note for is_so, note in said if is_so),
    )

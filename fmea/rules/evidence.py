"""What counts say of a rating: a rate with its uncertainty, the ratings it may have, and whether it denies a score.

Failures among opportunities are binomial, failures during an exposure (days, litres, device hours) are Poisson. With
the conjugate prior, which is stated with every answer, the rate is distributed as

    share:  Beta(a + events, b + n - events)          prior Beta(a, b), unless stated otherwise Beta(1/2, 1/2)
    rate:   Gamma(a + events, rate b + exposure)      prior Gamma(a, b), unless stated otherwise Gamma(1/2, 0)

Both defaults are Jeffreys' priors. Rates are in events per opportunity or per unit of exposure, and so are the bands
of a scale (`bands`). A score is never changed here; what contradicts it is said. Sources: Brown, Cai and DasGupta,
Stat. Sci. 16 (2001) 101-133, for the prior and for its limits where nothing or everything failed; Gelman et al.,
Bayesian Data Analysis, 3rd ed. 2013, sections 2.4 and 2.6; Hanley and Lippman-Hand, JAMA 249 (1983) 1743-1745, for what
no event can show.
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


class Law(StrEnum):
    """What is counted against: opportunities (a share of them fails) or exposure (failures a unit of it)."""

    SHARE = "beta_binomial"
    RATE = "gamma_poisson"


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
    """What is held of a rate before its counts: `a` events among `a + b` opportunities, or within `b` of exposure.

    Raises NotComputable: NOT_FINITE, NOT_POSITIVE (a, or b of a share; b of a rate may be 0).
    """

    law: Law
    a: float
    b: float

    def __post_init__(self) -> None:
        if not (isfinite(self.a) and isfinite(self.b)):
            raise NotComputable(Why.NOT_FINITE, "prior")
        if self.a <= 0 or self.b < 0 or (self.b == 0 and self.law is Law.SHARE):
            raise NotComputable(Why.NOT_POSITIVE, "prior")

    @property
    def worth(self) -> float:
        """So many opportunities, or so much exposure."""
        return self.a + self.b if self.law is Law.SHARE else self.b


JEFFREYS_SHARE = Prior(Law.SHARE, 0.5, 0.5)
JEFFREYS_RATE = Prior(Law.RATE, 0.5, 0.0)


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
    """How probable a rate is: Beta(a, b), or Gamma of shape a and rate b."""

    law: Law
    a: float
    b: float

    @property
    def mean(self) -> float:
        """a / (a + b), or a / b."""
        return self.a / (self.a + self.b if self.law is Law.SHARE else self.b)

    def cdf(self, rate: ArrayLike) -> Floats:
        """P(true rate <= rate), for each; 0 under 0, and 1 from the largest possible rate on."""
        x = np.maximum(np.asarray(rate, dtype=np.float64), 0.0)
        if self.law is Law.SHARE:
            return np.asarray(special.betainc(self.a, self.b, np.minimum(x, 1.0)), dtype=np.float64)
        return np.asarray(special.gammainc(self.a, self.b * x), dtype=np.float64)

    def quantile(self, p: ArrayLike) -> Floats:
        """The rate that the true one does not exceed with probability `p`, 0 <= p <= 1, for each."""
        if self.law is Law.SHARE:
            return np.asarray(special.betaincinv(self.a, self.b, p), dtype=np.float64)
        return np.asarray(special.gammaincinv(self.a, p), dtype=np.float64) / self.b

    def estimate(self, mass: float = MASS) -> Estimate:
        """In five numbers. Raises NotComputable: NOT_A_SHARE (mass not within 0 and 1)."""
        if not 0 < mass < 1:
            raise NotComputable(Why.NOT_A_SHARE, "mass")
        tail = (1 - mass) / 2
        low, median, high, upper = map(float, self.quantile([tail, 0.5, 1 - tail, mass]))
        return Estimate(median, self.mean, low, high, upper, mass)


@dataclass(frozen=True)
class Evidence:
    """What `events` among `trials` (opportunities, or exposure) say of a rating on a scale.

    `masses`: the probability of each of `bands`, in their order, best first. `suggested`: the rating of the most
    probable band (of two alike the worse) with its `probability`; None where the rate is rather off the scale.
    `upper_rating`: the rating of the one-sided upper bound; None where the scale ends below it.
    """

    events: int
    trials: float
    prior: Prior
    posterior: Posterior
    estimate: Estimate
    bands: Ladder
    masses: tuple[float, ...]
    suggested: int | None
    probability: float
    upper_rating: int | None
    notes: tuple[Note, ...] = ()

    @property
    def best_supported(self) -> int | None:
        """No better rating could have been shown by so many trials, even had nothing failed (95 %, counts alone)."""
        reached = claims(self.trials, self.bands, self.posterior.law)
        return next((claim.rating for claim in reached if claim.is_within_reach), None)

    def mass_of(self, rating: int) -> float:
        """How probable a rating is; 0 for one that has no band."""
        return sum(mass for band, mass in zip(self.bands, self.masses, strict=True) if band.rating == rating)

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


def share_posterior(events: int, n: int, prior: Prior = JEFFREYS_SHARE) -> Posterior:
    """Failures among opportunities. Raises NotComputable: NOT_A_COUNT, OUT_OF_RANGE (more events than n, or a prior
    of rates).
    """
    x, of = need_count(events, "events"), need_count(n, "n")
    if x > of or prior.law is not Law.SHARE:
        raise NotComputable(Why.OUT_OF_RANGE, "events" if x > of else "prior")
    return Posterior(Law.SHARE, prior.a + x, prior.b + of - x)


def rate_posterior(events: int, exposure: float, prior: Prior = JEFFREYS_RATE) -> Posterior:
    """Failures during an exposure. Raises NotComputable: NOT_A_COUNT, NOT_FINITE, NOT_POSITIVE (an exposure under 0,
    or of 0 with events), EMPTY (no exposure under a prior without any), OUT_OF_RANGE (a prior of shares).
    """
    x = need_count(events, "events")
    if not isfinite(exposure):
        raise NotComputable(Why.NOT_FINITE, "exposure")
    if exposure < 0 or (x and not exposure):
        raise NotComputable(Why.NOT_POSITIVE, "exposure")
    if prior.law is not Law.RATE:
        raise NotComputable(Why.OUT_OF_RANGE, "prior")
    if prior.b + exposure == 0:
        raise NotComputable(Why.EMPTY, "exposure")
    return Posterior(Law.RATE, prior.a + x, prior.b + exposure)


def occurrence_from_counts(
    events: int, n: int, bands: Bands, prior: Prior = JEFFREYS_SHARE, *, mass: float = MASS
) -> Evidence:
    """Evidence from failures among opportunities. Raises NotComputable: as `share_posterior` and `read_bands`."""
    return _evidence((events, n), share_posterior(events, n, prior), prior, read_bands(bands), mass)


def occurrence_from_exposure(
    events: int, exposure: float, bands: Bands, prior: Prior = JEFFREYS_RATE, *, mass: float = MASS
) -> Evidence:
    """Evidence from failures during an exposure; bands are in events per unit of it.

    Raises NotComputable: as `rate_posterior` and `read_bands`.
    """
    posterior = rate_posterior(events, exposure, prior)
    return _evidence((events, exposure), posterior, prior, read_bands(bands), mass)


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


def zero_events_needed(limit: float, law: Law = Law.SHARE, *, confidence: float = MASS) -> float:
    """How many trials without any event show that a rate is under `limit` (> 0).

    share: the least whole n with (1 - limit)^n <= 1 - confidence; rate: the exposure -ln(1 - confidence) / limit. 0
    where nothing is claimed. Raises NotComputable: NOT_POSITIVE, NOT_A_SHARE.
    """
    if not limit > 0:
        raise NotComputable(Why.NOT_POSITIVE, "limit")
    if not 0 < confidence < 1:
        raise NotComputable(Why.NOT_A_SHARE, "confidence")
    if law is Law.RATE:
        return -log1p(-confidence) / limit
    return ceil(log(1 - confidence) / log1p(-limit)) if limit < 1 else 0


def claims(
    trials: float, bands: Bands, law: Law = Law.SHARE, *, confidence: float = MASS
) -> tuple[Claim, ...]:
    """What each rating would need to be shown by counts alone, best first, and whether so many trials reach it."""
    found = []
    for band in read_bands(bands):
        needed = zero_events_needed(band.high, law, confidence=confidence) if band.high else inf
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
    counted: tuple[int, float], posterior: Posterior, prior: Prior, bands: Ladder, mass: float
) -> Evidence:
    events, trials = counted
    estimate = posterior.estimate(mass)
    masses = masses_of(posterior, bands)
    suggested, probability = most_probable(bands, masses)
    touched = sum(band.low < estimate.high and band.high >= estimate.low for band in bands)
    said = (
        (trials == 0, Note.NO_TRIALS),
        (trials > 0 and events == 0, Note.NO_EVENTS),
        (posterior.law is Law.SHARE and 0 < events == trials, Note.ALL_EVENTS),
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

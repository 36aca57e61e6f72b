"""How well failures are noticed, from where they were: at the step that let them happen, later, at the bedside, never.

A control of detection is asked how probable it is to miss a failure. What the step itself noticed it has caught; what
was noticed later, or by its harm, it has missed:

    miss at a stage:   Beta(1/2 + passed on, 1/2 + caught there)
    occurrence:        Beta(1/2 + failures, 1/2 + n - failures)     a blocked failure has occurred all the same
    residual escape:   Beta(1/2 + escaped, 1/2 + n - escaped)

Failures that nobody ever noticed are in no count. What escaped is a lower bound therefore, and with it every number
here but the occurrence at its own step; `Note.LOWER_BOUND` says so in every answer. Challenges (seeded failures, such
as a wrong label put before a station on purpose) count for detection and never for occurrence. The bands of a scale of
detection are probabilities of a miss, as of `evidence`. Source for probabilities behind detection ratings: Pyzdek and
Keller, The Six Sigma Handbook.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from cpv.rules.basis import NotComputable, Why
from fmea.rules.bands import Bands
from fmea.rules.evidence import (
    JEFFREYS_SHARE,
    Estimate,
    Evidence,
    Note,
    Prior,
    need_count,
    occurrence_from_counts,
    share_posterior,
)


class Caught(StrEnum):
    """Where a failure was noticed, in the order in which it passes."""

    SAME_STEP = "same_step"
    LATER_STEP = "later_step"
    BEDSIDE = "bedside"
    ESCAPED = "escaped"


@dataclass(frozen=True)
class Catches:
    """Real failures by where they were noticed, each counted once, at the first place that did.

    `escaped`: noticed after the bedside, by harm or by looking back. Raises NotComputable: NOT_A_COUNT.
    """

    same_step: int
    later_step: int = 0
    bedside: int = 0
    escaped: int = 0

    def __post_init__(self) -> None:
        for place in Caught:
            need_count(getattr(self, place.value), place.value)

    @property
    def failures(self) -> int:
        """All of them, wherever they were noticed."""
        return self.same_step + self.later_step + self.bedside + self.escaped

    @property
    def missed(self) -> int:
        """What the step itself did not notice."""
        return self.failures - self.same_step


@dataclass(frozen=True)
class Challenge:
    """Seeded failures: what the step noticed of them and what it did not. Raises NotComputable: NOT_A_COUNT."""

    caught: int = 0
    missed: int = 0

    def __post_init__(self) -> None:
        need_count(self.caught, "caught")
        need_count(self.missed, "missed")


@dataclass(frozen=True)
class Stage:
    """One barrier: what came to it, what it caught, and its probability of missing one. None: nothing came to it."""

    place: Caught
    reached: int
    caught: int
    miss: Estimate | None


@dataclass(frozen=True)
class Detection:
    """How the step's own control does (`evidence`, on the scale of detection), and the barriers one after another.

    `has_challenges`: seeded failures are among its counts. Its suggested rating is the best that can be said.
    """

    evidence: Evidence
    stages: tuple[Stage, ...]
    has_challenges: bool
    notes: tuple[Note, ...]


def detection_from_catches(
    catches: Catches, bands: Bands, *, challenge: Challenge | None = None, prior: Prior = JEFFREYS_SHARE
) -> Detection:
    """The probability that the step misses a failure, and the rating of detection that it suggests.

    Raises NotComputable: as `occurrence_from_counts`.
    """
    seeded = challenge or Challenge()
    caught, missed = catches.same_step + seeded.caught, catches.missed + seeded.missed
    evidence = occurrence_from_counts(missed, caught + missed, bands, prior)
    has_challenges = seeded.caught + seeded.missed > 0
    return Detection(evidence, stages(catches, prior), has_challenges, (*evidence.notes, Note.LOWER_BOUND))


def stages(catches: Catches, prior: Prior = JEFFREYS_SHARE) -> tuple[Stage, ...]:
    """The step, the steps after it and the bedside, each with what came to it; real failures alone.

    Raises NotComputable: OUT_OF_RANGE (a prior of rates).
    """
    found, reached = [], catches.failures
    for place in (Caught.SAME_STEP, Caught.LATER_STEP, Caught.BEDSIDE):
        caught = getattr(catches, place.value)
        miss = share_posterior(reached - caught, reached, prior).estimate() if reached else None
        found.append(Stage(place, reached, caught, miss))
        reached -= caught
    return tuple(found)


def occurrence_from_catches(
    catches: Catches, n: int, bands: Bands, prior: Prior = JEFFREYS_SHARE
) -> Evidence:
    """How often the failure occurs among n opportunities: what was blocked has occurred, an interlock lowers D not O.

    Raises NotComputable: as `occurrence_from_counts`.
    """
    _need_room(catches, n)
    return occurrence_from_counts(catches.failures, n, bands, prior)


def residual_escape(catches: Catches, n: int, bands: Bands, prior: Prior = JEFFREYS_SHARE) -> Evidence:
    """How often a failure gets past every barrier, among n opportunities, on the scale of occurrence; a lower bound.

    Raises NotComputable: as `occurrence_from_counts`.
    """
    _need_room(catches, n)
    found = occurrence_from_counts(catches.escaped, n, bands, prior)
    return replace(found, notes=(*found.notes, Note.LOWER_BOUND))


def _need_room(catches: Catches, n: int) -> None:
    if catches.failures > need_count(n, "n"):
        raise NotComputable(Why.OUT_OF_RANGE, "events")

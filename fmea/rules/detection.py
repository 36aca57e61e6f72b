"""How well failures are noticed, from where they were: at the step that let them happen, later, at the bedside, never.

A control of detection is asked how probable it is to miss a failure. What the step itself noticed it has caught; what
was noticed later, or by its harm, it has missed:

    miss at a stage:   Beta(1/2 + passed on, 1/2 + caught there)
    residual escape:   Beta(1/2 + escaped, 1/2 + n - escaped)

Failures that nobody ever noticed are in no count. What escaped is a lower bound therefore, and with it every number
here; `Note.LOWER_BOUND` says so in every answer. The bands of a scale of detection are probabilities of a miss, as of
`evidence`. Source for probabilities behind detection ratings: Pyzdek and Keller, The Six Sigma Handbook.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from cpv.rules.basis import NotComputable, Why
from fmea.rules.bands import Bands
from fmea.rules.evidence import (
    JEFFREYS,
    Estimate,
    Evidence,
    Note,
    Prior,
    need_count,
    occurrence_from_counts,
    posterior_of,
)


class Caught(StrEnum):
    """Where a failure was noticed, in the order in which it passes."""

    SAME_STEP = "same_step"
    LATER_STEP = "later_step"
    BEDSIDE = "bedside"
    ESCAPED = "escaped"


@dataclass(frozen=True)
class Catches:
    """Failures by where they were noticed, each counted once, at the first place that did.

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
class Stage:
    """One barrier: what came to it, what it caught, and its probability of missing one. None: nothing came to it."""

    place: Caught
    reached: int
    caught: int
    miss: Estimate | None


@dataclass(frozen=True)
class Detection:
    """How the step's own control does (`evidence`, on the scale of detection), and the barriers one after another.

    Its suggested rating is the best that can be said.
    """

    evidence: Evidence
    stages: tuple[Stage, ...]
    notes: tuple[Note, ...]


def detection_from_catches(catches: Catches, bands: Bands, *, prior: Prior = JEFFREYS) -> Detection:
    """The probability that the step misses a failure, and the rating of detection that it suggests.

    Raises NotComputable: as `occurrence_from_counts`.
    """
    evidence = occurrence_from_counts(catches.missed, catches.failures, bands, prior)
    return Detection(evidence, stages(catches, prior), (*evidence.notes, Note.LOWER_BOUND))


def stages(catches: Catches, prior: Prior = JEFFREYS) -> tuple[Stage, ...]:
    """The step, the steps after it and the bedside, each with what came to it."""
    found, reached = [], catches.failures
    for place in (Caught.SAME_STEP, Caught.LATER_STEP, Caught.BEDSIDE):
        caught = getattr(catches, place.value)
        miss = posterior_of(reached - caught, reached, prior).estimate() if reached else None
        found.append(Stage(place, reached, caught, miss))
        reached -= caught
    return tuple(found)


def residual_escape(catches: Catches, n: int, bands: Bands, prior: Prior = JEFFREYS) -> Evidence:
    """How often a failure gets past every barrier, among n opportunities, on the scale of occurrence; a lower bound.

    Raises NotComputable: as `occurrence_from_counts`.
    """
    if catches.failures > need_count(n, "n"):
        raise NotComputable(Why.OUT_OF_RANGE, "events")
    found = occurrence_from_counts(catches.escaped, n, bands, prior)
    return replace(found, notes=(*found.notes, Note.LOWER_BOUND))

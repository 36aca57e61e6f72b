"""Scores of a team: each person's blind, then the spread for all, then what they agree on.

Nobody, not the lead either, sees another's ratings before the round is opened, and nobody rates after that: a rating
that has seen the others' is no second opinion. Who has handed in is seen by all. Consensus is not an average: it is
what the team signs, with why, and whoever does not agree says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from statistics import median

from fmea.rules.scales import HIGHEST, LOWEST, ScaleKind
from fmea.rules.worksheet import Score, Vote

# Fewer blind scores than this are no spread.
FEWEST = 2
# So far apart that the team has to talk before it agrees: the ratings lie in different thirds of the scale.
FAR_APART = 3


class RoundState(StrEnum):
    """Where a round of scoring stands."""

    BLIND = "blind"
    OPEN = "open"
    AGREED = "agreed"


class TeamRefusal(StrEnum):
    """Why something is not done in a round."""

    NOT_OF_THE_TEAM = "not_of_the_team"
    NOT_THE_LEAD = "not_the_lead"
    NOT_BLIND = "not_blind"
    NOT_OPEN = "not_open"
    NOT_AGREED = "not_agreed"
    NOT_RATINGS = "not_ratings"
    TOO_FEW = "too_few"
    WHY_MISSING = "why_missing"
    SAID_ALREADY = "said_already"


Ratings = Mapping[ScaleKind, int]


@dataclass(frozen=True)
class BlindScore:
    """What one person gave: a rating on some or all scales, and why."""

    ratings: Ratings
    why: str = ""


@dataclass(frozen=True)
class Consensus:
    """What the team agreed on, and why. `dissent`: who does not agree, and why not."""

    ratings: Ratings
    why: str
    signed: frozenset[str] = frozenset()
    dissent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """One round of scoring one row. A score that is handed in again while the round is blind replaces the first."""

    row: str
    team: frozenset[str]
    leads: frozenset[str]
    scores: Mapping[str, BlindScore] = field(default_factory=dict)
    state: RoundState = RoundState.BLIND
    consensus: Consensus | None = None

    @property
    def waits_for(self) -> frozenset[str]:
        """Who has not handed in a score (while it is blind) or has not said whether they agree (once agreed)."""
        if self.state is RoundState.BLIND:
            return self.team - set(self.scores)
        if self.consensus is None:
            return frozenset()
        return self.team - self.consensus.signed - set(self.consensus.dissent)


Answer = tuple[Round, tuple[TeamRefusal, ...]]


def seen_by(one: Round, person: str) -> Mapping[str, BlindScore]:
    """The scores that a person may see: their own alone until the round is opened, then everybody's."""
    if one.state is RoundState.BLIND:
        return {person: one.scores[person]} if person in one.scores else {}
    return one.scores


def hand_in(one: Round, person: str, score: BlindScore) -> Answer:
    """The round with a person's blind score."""
    refusals = {
        TeamRefusal.NOT_OF_THE_TEAM: person not in one.team,
        TeamRefusal.NOT_BLIND: one.state is not RoundState.BLIND,
        TeamRefusal.NOT_RATINGS: not _are_ratings(score.ratings),
    }
    return _answer(one, refusals, replace(one, scores={**one.scores, person: score}))


def open_round(one: Round, person: str) -> Answer:
    """The round with all scores shown: for good, by a lead, once at least two people have handed one in."""
    refusals = {
        TeamRefusal.NOT_THE_LEAD: person not in one.leads,
        TeamRefusal.NOT_BLIND: one.state is not RoundState.BLIND,
        TeamRefusal.TOO_FEW: len(one.scores) < FEWEST,
    }
    return _answer(one, refusals, replace(one, state=RoundState.OPEN))


def agree(one: Round, person: str, ratings: Ratings, why: str) -> Answer:
    """The round with what the team agreed on, entered by a lead; ratings and reason once more replace those before,
    and whoever had signed signs again."""
    refusals = {
        TeamRefusal.NOT_THE_LEAD: person not in one.leads,
        TeamRefusal.NOT_OPEN: one.state is RoundState.BLIND,
        TeamRefusal.NOT_RATINGS: not _are_ratings(ratings),
        TeamRefusal.WHY_MISSING: not why.strip(),
    }
    return _answer(
        one, refusals, replace(one, state=RoundState.AGREED, consensus=Consensus(dict(ratings), why))
    )


def sign(one: Round, person: str, dissent: str = "") -> Answer:
    """The round with a person's yes to what was agreed, or with why they do not agree. Each says it once."""
    consensus = one.consensus
    refusals = {
        TeamRefusal.NOT_OF_THE_TEAM: person not in one.team,
        TeamRefusal.NOT_AGREED: consensus is None,
        TeamRefusal.SAID_ALREADY: consensus is not None and person not in one.waits_for,
    }
    if consensus is None:
        return _answer(one, refusals, one)
    said = (
        replace(consensus, dissent={**consensus.dissent, person: dissent})
        if dissent.strip()
        else replace(consensus, signed=consensus.signed | {person})
    )
    return _answer(one, refusals, replace(one, consensus=said))


@dataclass(frozen=True)
class Spread:
    """How far blind ratings on one scale lie apart. `median` may lie between two ratings: it is shown, never taken."""

    kind: ScaleKind
    ratings: tuple[int, ...]

    @property
    def low(self) -> int:
        """The lowest rating."""
        return self.ratings[0]

    @property
    def high(self) -> int:
        """The highest rating."""
        return self.ratings[-1]

    @property
    def median(self) -> float:
        """The rating in the middle."""
        return median(self.ratings)

    @property
    def width(self) -> int:
        """How many ratings the highest lies above the lowest."""
        return self.high - self.low

    @property
    def is_far_apart(self) -> bool:
        """Whether the team has something to talk about."""
        return self.width >= FAR_APART


def spread(one: Round, kind: ScaleKind) -> Spread | None:
    """The spread on one scale; None while the round is blind, and where nobody rated."""
    found = sorted(it.ratings[kind] for it in one.scores.values() if kind in it.ratings)
    return Spread(kind, tuple(found)) if found and one.state is not RoundState.BLIND else None


def outside_spread(one: Round, ratings: Ratings) -> tuple[ScaleKind, ...]:
    """The scales on which a rating lies outside what anybody gave: lawful, and worth a second look."""
    found = {kind: spread(one, kind) for kind in ratings}
    return tuple(
        kind for kind, it in found.items() if it is not None and not it.low <= ratings[kind] <= it.high
    )


def agreed_score(one: Round, kind: ScaleKind) -> Score | None:
    """The score on one scale as the worksheet keeps it: the rating, who signed, why, and the blind ratings behind it.

    None where the team agreed on nothing on this scale, or somebody has not said yet whether they agree.
    """
    consensus = one.consensus
    if consensus is None or kind not in consensus.ratings or one.waits_for:
        return None
    votes = tuple(
        Vote(person, score.ratings[kind])
        for person, score in sorted(one.scores.items())
        if kind in score.ratings
    )
    return Score(consensus.ratings[kind], tuple(sorted(consensus.signed)), consensus.why, votes=votes)


def _are_ratings(ratings: Ratings) -> bool:
    return bool(ratings) and all(LOWEST <= it <= HIGHEST for it in ratings.values())


def _answer(one: Round, refusals: Mapping[TeamRefusal, bool], then: Round) -> Answer:
    found = tuple(code for code, is_so in refusals.items() if is_so)
    return (one, found) if found else (then, ())

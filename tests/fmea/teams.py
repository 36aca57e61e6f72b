"""Rounds of scoring for tests: begun, scored, agreed on."""

from typing import Any
from uuid import UUID

from fmea import services
from fmea.rules.scales import ScaleKind
from fmea.rules.team import TeamRefusal
from fmea.selectors.scoring import RoundView, scoring_round
from tests.fmea.board import CODE, Board

TEAM = ("Amir", "Bob", "Leo")
RATINGS = {ScaleKind.SEVERITY: 9, ScaleKind.OCCURRENCE: 4, ScaleKind.DETECTION: 3}


def begun(board: Board, row: str = "R1", by: str = "Amir") -> UUID:
    """A round of the team on a row."""
    team = [board.member(name).user_id for name in TEAM]
    return services.begin_round(code=CODE, row=row, team=team, **board.doing(by))


def found(id: UUID) -> RoundView:
    """The round as it stands."""
    view = scoring_round(id)
    assert view is not None
    return view


def scored(board: Board, id: UUID, name: str, rating: int = 4) -> tuple[TeamRefusal, ...]:
    """Somebody hands in a blind score, with this rating of the occurrence."""
    ratings = RATINGS | {ScaleKind.OCCURRENCE: rating}
    return services.hand_in_score(id=id, ratings=ratings, why=f"{name} saw it.", **board.doing(name))


def answered(board: Board, id: UUID, name: str, dissent: str = "", **more: Any) -> tuple[TeamRefusal, ...]:
    """Somebody signs what was agreed on, or why not."""
    seen = services.consensus_digest(id, found(id).round)
    own = {"dissent": dissent, "seen": seen, "credential": board.member(name).credential}
    return services.answer_consensus(id=id, **{**own, **more}, **board.doing(name))


def opened(board: Board) -> UUID:
    """A round in which all three have scored, and see it."""
    id = begun(board)
    for name, rating in zip(TEAM, (3, 4, 6), strict=True):
        assert not scored(board, id, name, rating)
    assert not services.open_scores(id=id, **board.doing("Amir"))
    return id


def agreed(board: Board) -> UUID:
    """A round in which it was agreed on something that all are to sign."""
    id = opened(board)
    why = "Two near misses in a year"
    assert not services.agree_on_scores(id=id, ratings=RATINGS, why=why, **board.doing("Amir"))
    return id

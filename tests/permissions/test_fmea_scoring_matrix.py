"""Who may do what in `fmea`: every role against every service, at the site that counts and at another.

Whoever holds the role is let in; what speaks against the act itself is asked after that, and tested elsewhere.
"""

from config.demonstration.site import Demo
from fmea import services
from fmea.rules.residual import risk_digest
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import Decision
from people.rules.credentials import Credential
from people.rules.roles import Role
from tests.fmea.board import CODE, Board, a_board
from tests.fmea.teams import TEAM, agreed, begun
from tests.permissions.matrix import Act, judged, newcomer

R = Role
QA = {R.QA_REVIEWER, R.QA_RELEASER}
EDITORS = QA | {R.QC_REVIEWER, R.SUPERVISOR}
SCORERS = set(Role) - {R.AUDITOR, R.ADMINISTRATOR, R.SPONSOR}
RATINGS = {ScaleKind.SEVERITY: 9}


def of_scoring(board: Board, credential: Credential) -> dict[str, tuple[set[Role], Act]]:
    """Scoring by a team. Who is of it, and who leads, the services ask after the role."""
    id, blind = agreed(board), begun(board, row="R2")
    team = [board.member(name).user_id for name in TEAM]
    rated = {"ratings": RATINGS, "why": "x"}
    answer = {"dissent": "", "seen": "0" * 64, "credential": credential}
    return {
        "begin_round": (EDITORS, lambda c: services.begin_round(code=CODE, row="R2", team=team, **c)),
        "hand_in_score": (SCORERS, lambda c: services.hand_in_score(id=blind, **rated, **c)),
        "open_scores": (EDITORS, lambda c: services.open_scores(id=blind, **c)),
        "agree_on_scores": (EDITORS, lambda c: services.agree_on_scores(id=id, **rated, **c)),
        "answer_consensus": (SCORERS, lambda c: services.answer_consensus(id=id, **answer, **c)),
        "abandon_round": (EDITORS, lambda c: services.abandon_round(id=blind, reason="x", **c)),
    }


def of_residuals(board: Board, credential: Credential) -> dict[str, tuple[set[Role], Act]]:
    """Deciding on the risk that is left."""
    said = {"code": CODE, "row": "R1", "decision": Decision.ACCEPTED, "why": "x"}
    seen = {"seen": risk_digest(CODE, board.whole.content["rows"][0]), "credential": credential}
    return {"decide_residual": (QA, lambda c: services.decide_residual(**said, **seen, **c))}


def test_every_role_may_what_it_may_and_nothing_elsewhere(demo: Demo) -> None:
    board = a_board(demo)
    actor, credential = newcomer(board.player)
    judged(board.player, {**of_scoring(board, credential), **of_residuals(board, credential)}, actor)

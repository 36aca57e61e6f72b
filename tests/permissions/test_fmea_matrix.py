"""Who may do what in `fmea`: every role against every service, at the site that counts and at another.

Whoever holds the role is let in; what speaks against the act itself is asked after that, and tested elsewhere.
"""

from config.demonstration.site import PLANT, Demo
from fmea import services
from fmea.rules.worksheet import ActionStatus, Aim
from people import services as people
from people.rules.roles import Role
from tests.fmea.actions_given import planned, today
from tests.fmea.board import CODE, Board, a_board
from tests.permissions.matrix import Act, judged, newcomer

R = Role
QA = {R.QA_REVIEWER, R.QA_RELEASER}
EDITORS = QA | {R.QC_REVIEWER, R.SUPERVISOR}
OWN = (ActionStatus.UNDER_WAY, ActionStatus.DONE)
TEAM = set(Role) - {R.AUDITOR, R.ADMINISTRATOR, R.SPONSOR}


def of_actions(board: Board) -> dict[str, tuple[set[Role], Act]]:
    """Actions of others: planned, changed and taken further by those who write worksheets."""
    code = planned(board)
    own = {"text": "x", "aim": Aim.DETECTION, "owner": board.member("Ana").user_id, "due": today(board)}
    return {
        "plan_action": (EDITORS, lambda c: services.plan_action(code=CODE, row="R1", **own, **c)),
        "change_action": (
            EDITORS,
            lambda c: services.change_action(code=CODE, action=code, reason="x", **own, **c),
        ),
        **{
            f"move_action to {to}": (
                EDITORS,
                lambda c, to=to: services.move_action(code=CODE, action=code, to=to, reason="x", **c),
            )
            for to in ActionStatus
        },
    }


def of_ones_own_action(board: Board, user: int) -> dict[str, tuple[set[Role], Act]]:
    """An action of the newcomer: begun and done by them, whatever their work; all else as of others."""
    grant = people.grant_role(user_id=user, role=R.OPERATOR, site=PLANT, **board.doing("Ada"))
    code = planned(board, owner=user)
    people.revoke_role(grant_id=grant, reason="as before", **board.doing("Ada"))
    return {
        f"move_action of one's own to {to}": (
            TEAM if to in OWN else EDITORS,
            lambda c, to=to: services.move_action(code=CODE, action=code, to=to, reason="x", **c),
        )
        for to in ActionStatus
    }


def test_every_role_may_what_it_may_and_nothing_elsewhere(demo: Demo) -> None:
    board = a_board(demo)
    actor, _credential = newcomer(board.player)
    assert actor.user_id is not None
    judged(board.player, {**of_actions(board), **of_ones_own_action(board, actor.user_id)}, actor)

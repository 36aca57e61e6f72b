"""Actions of a worksheet, taken as far as a test wants them."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fmea import services
from fmea.rules.moving import Refusal, Rerated
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim
from fmea.selectors.actions import action
from fmea.selectors.worksheets import ActionView
from people import selectors as people
from tests.fmea.board import CODE, Board

SEEN_SOONER = {ScaleKind.DETECTION: Rerated(2, "The scan refuses it at once.")}


def today(board: Board) -> date:
    """Which day it is at the plant."""
    site = people.site_by_code(board.site)
    assert site is not None
    return board.player.now.astimezone(ZoneInfo(site.zone)).date()


def planned(board: Board, owner: str | int = "Ana", by: str = "Amir", **more: Any) -> str:
    """An action on R1, due in ten days. Answers with its code."""
    own: dict[str, Any] = {
        "code": CODE,
        "row": "R1",
        "text": "Scan what is packed against what is expected.",
        "aim": Aim.DETECTION,
        "owner": board.member(owner).user_id if isinstance(owner, str) else owner,
        "due": today(board) + timedelta(days=10),
    }
    return services.plan_action(**{**own, **more, **board.doing(by)})


def moved(board: Board, code: str, to: ActionStatus, by: str = "Ana", **more: Any) -> tuple[Refusal, ...]:
    """Take an action further. Answers with what speaks against it."""
    return services.move_action(**{"code": CODE, "action": code, "to": to, **board.doing(by), **more})


def done(board: Board, code: str, by: str = "Ana", **more: Any) -> tuple[Refusal, ...]:
    """Say that it is done today, with what shows it."""
    own = {"evidence": ["VAL-12"], "done_on": today(board)}
    return moved(board, code, ActionStatus.DONE, by, **{**own, **more})


def changed(board: Board, code: str, by: str = "Amir", **more: Any) -> None:
    """Change some of an action."""
    it = known(code)
    own = {"text": it.text, "aim": Aim(it.aim), "owner": it.owner, "due": it.due, "reason": ""}
    services.change_action(**{"code": CODE, "action": code, **own, **more, **board.doing(by)})


def known(code: str) -> ActionView:
    """The action as it stands."""
    found = action(CODE, code)
    assert found is not None
    return found

"""Who may do what with worksheets of `fmea`: every role against writing them, and who reads them.

Whoever holds the role is let in; what speaks against the act itself is asked after that, and tested elsewhere.
"""

from datetime import timedelta

from config.demonstration.site import PLANT, SECOND, Demo
from fmea import services
from fmea.forms.starting import starting_content
from fmea.rules.cells import Table
from fmea.rules.writing import TypeText
from fmea.selectors.overview import worksheet_lines
from people import selectors as people
from people import services as granting
from people.rules.credentials import Credential
from people.rules.roles import Role
from tests.fmea.board import CODE, Board, a_board
from tests.permissions.matrix import Act, judged, newcomer

R = Role
EDITORS = {R.QA_REVIEWER, R.QA_RELEASER, R.QC_REVIEWER, R.SUPERVISOR}


def of_sheets(board: Board, credential: Credential) -> dict[str, tuple[set[Role], Act]]:
    """Beginning a worksheet, writing on it, and handing it to review."""
    asked = [TypeText(Table.ROWS, "R1", "mode", "x")]
    content = starting_content("x", "CD19")
    signed = {"revision": board.sheet.revision, "reason": "x", "credential": credential}
    return {
        "open_sheet": (EDITORS, lambda c: services.open_sheet(code="X", site=PLANT, content=content, **c)),
        "edit_sheet": (
            EDITORS,
            lambda c: services.edit_sheet(code=CODE, asked=asked, base=0, editor="zoe/page", **c),
        ),
        "submit_sheet": (EDITORS, lambda c: services.submit_sheet(code=CODE, **signed, **c)),
    }


def test_every_role_may_what_it_may_and_nothing_elsewhere(demo: Demo) -> None:
    board = a_board(demo)
    actor, credential = newcomer(board.player)
    judged(board.player, of_sheets(board, credential), actor)


def test_whoever_works_at_the_site_reads_its_worksheets(demo: Demo) -> None:
    board = a_board(demo)
    actor, _credential = newcomer(board.player)
    assert actor.user_id is not None
    for site, count in ((SECOND, 0), (PLANT, 1)):
        about = {"user_id": actor.user_id, "valid_until": board.player.now + timedelta(days=1)}
        granting.grant_role(role=R.AUDITOR, site=site, **about, **board.doing("Ada"))
        viewer = people.person(actor.user_id, board.player.now)
        assert viewer is not None
        assert len(worksheet_lines(viewer, board.player.now)) == count

"""Worksheets for tests: one at work at the plant, and the people who write on it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from config.demonstration.player import Player
from config.demonstration.site import PLANT, Demo, Member
from fmea import services
from fmea.rules.cells import Table
from fmea.rules.residual import risk_digest
from fmea.rules.worksheet import Decision
from fmea.rules.writing import Asked, TypeText
from fmea.selectors.sheets import SheetView, sheet, whole_draft
from fmea.selectors.worksheets import AtWork, at_work
from fmea.services import Edited
from people import services as documents
from people.rules.documents import DocumentVersionView
from tests import given
from tests.fmea.rules.given import content

CODE = "FMEA-CD19"


@dataclass(repr=False)
class Board:
    """A worksheet at work, and the people around it. Its clock goes on with what is done."""

    player: Player
    code: str = CODE
    site: str = PLANT

    def member(self, name: str) -> Member:
        """Somebody by their first name."""
        return self.player.demo.member(name)

    def doing(self, name: str, request_id: UUID | None = None) -> dict[str, Any]:
        """What every service takes."""
        self.player.wait(seconds=1)
        return given.doing(self.player, name) | {"request_id": request_id or uuid4()}

    @property
    def sheet(self) -> SheetView:
        """The sheet as it stands."""
        found = sheet(self.code)
        assert found is not None
        return found

    @property
    def whole(self) -> AtWork:
        """The sheet with all that belongs to it."""
        return at_work(self.sheet)

    def edit(self, *asked: Asked, by: str = "Amir", base: int | None = None, **more: Any) -> Edited:
        """Change cells, having seen the sheet as it is or as it was at `base`."""
        seen = self.sheet.revision if base is None else base
        editor = f"{by}/page"
        own = {"code": self.code, "asked": asked, "base": seen, "editor": editor}
        return services.edit_sheet(**(own | more), **self.doing(by))

    def decide(self, row: str, decision: Decision = Decision.ACCEPTED, by: str = "Bob", **more: Any) -> UUID:
        """Sign what becomes of the risk that is left in a row, as it stands."""
        item = whole_draft(self.sheet).tables[Table.ROWS][row]
        own = {"code": self.code, "row": row, "decision": decision, "why": "Seen by the bench and by QA."}
        seen = {"seen": risk_digest(self.code, item), "credential": self.member(by).credential}
        return services.decide_residual(**{**own, **seen, **more}, **self.doing(by))

    def submit(self, by: str = "Amir", **more: Any) -> DocumentVersionView:
        """Hand the sheet to review, as it stands."""
        own = {"code": self.code, "revision": self.sheet.revision, "reason": "Looked at again"}
        signed = {"credential": self.member(by).credential}
        return services.submit_sheet(**{**own, **signed, **more}, **self.doing(by))

    def in_effect(self, version: DocumentVersionView) -> DocumentVersionView:
        """A version that was handed in, reviewed, approved and put in effect."""
        for act, name in ((documents.review_document, "Bob"), (documents.approve_document, "Rosa")):
            act(id=version.id, credential=self.member(name).credential, **self.doing(name))
        return documents.make_effective(id=version.id, **self.doing("Rosa"))

    def type(self, row: str, column: str, text: str, **more: Any) -> Edited:
        """Type a text into a cell of a row."""
        return self.edit(TypeText(Table.ROWS, row, column, text), **more)


def a_board(demo: Demo, **changes: Any) -> Board:
    """A worksheet that somebody has begun."""
    player = Player(demo, demo.now, site=PLANT, name="risks")
    player.wait(minutes=1)
    board = Board(player)
    services.open_sheet(code=CODE, site=PLANT, content=content(**changes), **board.doing("Amir"))
    return board

"""A worksheet as files: taken in whole or not at all, printed once and kept."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from openpyxl import load_workbook

from cpv.rules.programme.report_state import ReportState
from fmea import services
from fmea.events import Event
from fmea.rules.printed_words import STATES
from fmea.selectors.printouts import PrintoutView, printed, printout, printout_file
from fmea.services.importing import file_of
from fmea.services.workbooks import write_workbook
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import sweep_effects
from tests.fmea.board import CODE, Board
from tests.ledger.given import verify


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """What the test keeps outlives its transaction."""
    settings.EVIDENCE_DIR = tmp_path


def edited(board: Board, cells: dict[str, Any]) -> bytes:
    """The sheet as a spreadsheet in which somebody has written into these cells, named by heading, of row R2."""
    book = load_workbook(io.BytesIO(write_workbook(board.whole.content)))
    sheet = book["Worksheet"]
    at = {
        str(cell.value): cell.column for line in sheet.iter_rows() for cell in line if cell.value is not None
    }
    line = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "R2")
    for heading, value in cells.items():
        sheet.cell(line, at[heading]).value = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def handed_in(board: Board, data: bytes) -> UUID:
    return services.keep_file(code=CODE, data=data, **board.doing("Amir"))


def taken_in(board: Board, id: UUID, **more: Any) -> None:
    said = {"code": CODE, "file": id, "base": board.sheet.revision}
    services.import_sheet(**{**said, **board.doing("Amir"), **more})


def test_a_file_changes_what_it_says_otherwise_and_nothing_else(board: Board) -> None:
    before = board.whole.content["rows"]
    id = handed_in(board, edited(board, {"Cause": "The tap is too far away", "O": 6}))
    taken_in(board, id)

    after = board.whole.content["rows"]
    assert after[0] == before[0]
    assert (after[1]["cause"], after[1]["occurrence"]["rating"]) == ("The tap is too far away", 6)
    assert after[1]["occurrence"]["by"] == [board.member("Amir").name], "whoever takes it in has given it"
    (entry,) = ledger.entries_of_events([Event.SHEET_IMPORTED])
    assert entry.facts["file"] == str(id)
    assert not verify().findings


def test_nothing_is_taken_in_beside_a_sheet_that_was_not_looked_at(board: Board) -> None:
    id = handed_in(board, edited(board, {"Cause": "Mine"}))
    seen = board.sheet.revision
    board.type("R1", "mode", "Changed by somebody", by="Bob")
    with pytest.raises(Conflict, match="content_changed"):
        taken_in(board, id, base=seen)
    assert board.whole.content["rows"][1]["cause"] == "The second bag waits."


def test_the_same_request_again_takes_in_once(board: Board) -> None:
    id = handed_in(board, edited(board, {"Cause": "Mine"}))
    doing = board.doing("Amir", uuid4())
    for _ in range(2):
        services.import_sheet(code=CODE, file=id, base=0, **doing)
    assert board.sheet.revision == 1
    assert len(ledger.entries_of_events([Event.SHEET_IMPORTED])) == 1


def test_a_file_of_another_worksheet_is_none_of_this_one(board: Board) -> None:
    with pytest.raises(NotFound, match="file_unknown"):
        file_of(CODE, uuid4())
    with pytest.raises(NotAllowed):
        services.keep_file(code=CODE, data=write_workbook(board.whole.content), **board.doing("Dave"))


def test_a_file_is_looked_at_and_then_taken_in_on_its_page(
    board: Board, as_: Callable[[str], Client]
) -> None:
    amir = as_("Amir")
    page = amir.get(f"/risk/{CODE}/files/")
    assert page.status_code == 200
    file = io.BytesIO(edited(board, {"Cause": "The tap is too far away"}))
    file.name = "risks.xlsx"
    sent = amir.post(f"/risk/{CODE}/files/hand-in/", {"request_id": str(uuid4()), "file": file})
    assert sent.status_code == 302, sent.content.decode()
    look = amir.get(sent.url)
    assert "The tap is too far away" in look.content.decode()
    assert board.sheet.revision == 0, "nothing is changed by looking"

    done = amir.post(sent.url, {"request_id": str(uuid4()), "base": 0})
    assert done.status_code == 302
    assert board.whole.content["rows"][1]["cause"] == "The tap is too far away"
    stale = amir.post(sent.url, {"request_id": str(uuid4()), "base": 0})
    assert stale.status_code == 409


def test_what_is_wrong_with_a_file_is_named_at_its_cell(board: Board, as_: Callable[[str], Client]) -> None:
    id = handed_in(board, edited(board, {"O": 11}))
    said = as_("Amir").get(f"/risk/{CODE}/files/{id}/").content.decode()
    assert "no whole number from 1 to 10" in said
    with pytest.raises(Invalid, match="file_invalid"):
        taken_in(board, id)
    assert "Take all of it in" not in said


def drawn(board: Board, version: int = 0) -> PrintoutView:
    id = services.print_worksheet(code=CODE, version=version, **board.doing("Bob"))
    sweep_effects(now=board.player.now)
    found = printout(id)
    assert found is not None
    return found


def test_a_printout_is_drawn_once_and_kept(board: Board) -> None:
    board.decide("R1")
    board.in_effect(board.submit())
    found = drawn(board, 1)

    assert (found.state, found.fault) == (ReportState.DRAWN, "")
    pdf = printout_file(found, "pdf")
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")
    assert not verify().findings


def test_a_sheet_that_nobody_signed_says_so(board: Board) -> None:
    found = drawn(board)
    said = printed(found, STATES)
    assert said is not None
    assert said.marks
    assert found.state is ReportState.DRAWN


def test_who_may_have_a_printout(board: Board, as_: Callable[[str], Client]) -> None:
    with pytest.raises(NotAllowed):
        services.print_worksheet(code=CODE, version=0, **board.doing("Dave"))
    with pytest.raises(NotFound, match="version_unknown"):
        services.print_worksheet(code=CODE, version=7, **board.doing("Bob"))
    found = drawn(board)
    bob = as_("Bob")
    assert bob.get(f"/risk/{CODE}/printouts/{found.id}/").status_code == 200
    file = bob.get(f"/risk/{CODE}/printouts/{found.id}/worksheet.pdf")
    assert file["Content-Type"] == "application/pdf"
    short = found.files["json"]["sha256"][:16]
    same = bob.get(f"/risk/{CODE}/printouts/{found.id}/?d={short}").content.decode()
    other = bob.get(f"/risk/{CODE}/printouts/{found.id}/?d={'0' * 16}").content.decode()
    assert "is that of this printout" in same
    assert "is not that of this printout" in other

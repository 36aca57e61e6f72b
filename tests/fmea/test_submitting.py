"""From the sheet to a version that is signed: what keeps it, what is left and signed, who may do what."""

import pytest

from fmea import services
from fmea.rules.cells import Table
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import MOST_ROWS, Decision
from fmea.rules.writing import TypeText
from fmea.selectors.worksheets import effective_worksheet
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from people import selectors as people
from people import services as documents
from people.rules.documents import DocumentState
from people.rules.signatures import Meaning
from tests.fmea.board import CODE, Board
from tests.fmea.rules.given import of_rows
from tests.ledger.given import verify


def told(board: Board) -> set[tuple[str, str]]:
    return {(it.path, it.code) for it in services.to_do(board.whole, board.player.now)}


@pytest.mark.requirement("URS-RISK-01")
def test_what_is_left_of_a_severe_risk_is_signed_before_anything_else(board: Board) -> None:
    assert ("rows[0].residual.decision", "residual_decision_required") in told(board)
    with pytest.raises(Invalid) as refused:
        board.submit()
    assert refused.value.detail["problems"][0]["code"] == "residual_decision_required"
    assert not people.versions_of("fmea_worksheet", CODE)

    board.decide("R1")
    assert not told(board)
    version = board.submit()

    assert version.state is DocumentState.IN_REVIEW
    (decided,) = [row["residual"] for row in version.content["rows"] if "residual" in row]
    assert decided == {
        "decision": "accepted",
        "why": "Seen by the bench and by QA.",
        "by": board.member("Bob").name,
    }


def test_a_decision_is_signed_by_quality_alone(board: Board) -> None:
    with pytest.raises(NotAllowed):
        board.decide("R1", by="Amir")
    with pytest.raises(NotAllowed):
        board.decide("R1", credential=board.member("Rosa").credential)
    assert not board.whole.residuals


def test_a_decision_says_what_it_is_and_over_what(board: Board) -> None:
    board.decide("R1", Decision.NOT_ACCEPTED)

    found = board.whole.residuals["R1"]
    signature = people.signature(found.signature)
    assert signature is not None
    assert signature.meaning is Meaning.REJECTION
    assert told(board) == {("rows[0].residual.decision", "risk_not_accepted")}


@pytest.mark.parametrize("kind", ScaleKind)
def test_a_row_that_changed_is_decided_on_again(board: Board, kind: ScaleKind) -> None:
    board.decide("R1")
    board.type("R1", f"{kind}.why", "A slip of the pen mended")
    assert board.whole.residuals["R1"].is_current
    board.type("R1", f"{kind}.rating", "9" if kind is ScaleKind.SEVERITY else "8")

    assert not board.whole.residuals["R1"].is_current
    assert ("rows[0].residual.decision", "residual_decision_required") in told(board)


def test_nobody_signs_a_row_that_they_have_not_seen(board: Board) -> None:
    with pytest.raises(Conflict, match="content_changed"):
        board.decide("R1", seen="0" * 64)


def test_a_sheet_rests_while_its_version_is_signed_and_goes_on_after(board: Board) -> None:
    board.decide("R1")
    version = board.submit()
    with pytest.raises(Conflict, match="resting"):
        board.type("R1", "mode", "Now")
    board.in_effect(version)
    board.type("R1", "mode", "Then")

    found = effective_worksheet(CODE, board.player.now)
    assert found is not None
    assert found[1].rows[0].mode == "Wrong bag in the shipper", "what is in effect is what was signed"
    assert board.sheet.base == 1


def test_what_changed_meanwhile_is_not_signed(board: Board) -> None:
    board.decide("R1")
    seen = board.sheet.revision
    board.type("R2", "mode", "Changed by somebody", by="Bob")
    with pytest.raises(Conflict, match="content_changed"):
        board.submit(revision=seen)


def test_a_version_that_was_sent_back_is_written_again_by_its_author(board: Board) -> None:
    board.decide("R1")
    version = board.submit()
    documents.reject_document(
        id=version.id, reason="Say more", credential=board.member("Bob").credential, **board.doing("Bob")
    )
    board.type("R2", "effect", "Fewer living cells, and a weaker answer")
    again = board.submit()

    assert (again.id, again.state) == (version.id, DocumentState.IN_REVIEW)
    assert again.content["rows"][1]["effect"].endswith("weaker answer")


def test_a_wrong_password_hands_nothing_in_and_the_right_one_then_does(board: Board) -> None:
    board.decide("R1")
    with pytest.raises(NotAllowed):
        board.submit(credential=board.member("Bob").credential)
    assert board.submit().state is DocumentState.IN_REVIEW


def test_a_severity_is_not_lowered_without_a_justification(board: Board) -> None:
    board.decide("R1")
    board.in_effect(board.submit())
    board.type("R2", "severity.rating", "3")
    assert told(board) == {("rows[1].severity.justification", "severity_lowered")}
    board.edit(TypeText(Table.ROWS, "R2", "severity.justification", "The second bag is thawed later."))

    assert not told(board)


def test_all_of_it_can_be_rebuilt_from_the_ledger(board: Board) -> None:
    board.decide("R1")
    board.in_effect(board.submit())
    board.type("R2", "severity.rating", "7")

    assert not verify().findings


def test_a_worksheet_of_two_thousand_rows_is_begun_signed_and_put_in_effect(board: Board) -> None:
    found = of_rows(MOST_ROWS)
    for row in found["rows"]:
        row["severity"]["rating"] = 8  # below what asks for two thousand signatures
    services.open_sheet(code="LARGE", site=board.site, content=found, **board.doing("Amir"))
    large = Board(board.player, code="LARGE")
    version = large.in_effect(large.submit())

    assert len(version.content["rows"]) == MOST_ROWS

"""Actions: planned on a row, the work of whoever owns them, taken further or refused, verified by somebody else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from fmea import services
from fmea.events import Event
from fmea.rules.actions import Missing
from fmea.rules.cells import Table
from fmea.rules.moving import Lowered, Rerated, end_of
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim
from fmea.rules.writing import Remove
from fmea.selectors.actions import line_of
from fmea.services.actions import RECORD_KIND, WORK
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import latest_entries
from people import selectors as people
from people.rules.work import WorkItemView
from tests.fmea.actions_given import SEEN_SOONER, changed, done, known, moved, planned, today
from tests.fmea.board import CODE, Board
from tests.ledger.given import verify

S = ActionStatus


def work(code: str) -> list[WorkItemView]:
    return people.open_work_about(RECORD_KIND, f"{CODE}:{code}")


def refused_lately() -> list[str]:
    """The reasons in the newest entry, if that is a refusal."""
    (entry,) = latest_entries(limit=1)
    return list(entry.facts["refused"]) if entry.event == Event.ACTION_REFUSED else []


def test_an_action_gets_the_next_code_and_is_work_until_the_end_of_its_day(board: Board) -> None:
    due = today(board) + timedelta(days=3)
    assert (planned(board), planned(board, owner="Leo", due=due)) == ("A1", "A2")

    (item,) = work("A2")
    assert (item.user_id, item.cause) == (board.member("Leo").user_id, WORK)
    assert item.due_at == end_of(due, item.zone)
    assert not item.is_late(end_of(due, item.zone))
    it = known("A2")
    assert (it.status, it.owner_name, it.row) == (S.PLANNED, board.member("Leo").name, "R1")
    worksheet = board.whole.worksheet
    assert worksheet is not None
    assert [one.code for one in worksheet.actions] == ["A1", "A2"]


def test_an_action_is_planned_on_a_row_that_is_there_for_somebody_of_the_site(board: Board) -> None:
    with pytest.raises(NotFound, match="row_unknown"):
        planned(board, row="R99")
    board.edit(Remove(Table.ROWS, "R2"))
    with pytest.raises(NotFound, match="row_unknown"):
        planned(board, row="R2")
    for field, wrong in (
        ("owner", "Iris"),
        ("owner", "Julia"),
        ("text", " "),
        ("text", "x" * 2001),
    ):
        with pytest.raises(Invalid) as error:
            planned(board, **{field: wrong})
        assert set(error.value.detail["fields"]) == {field}
    assert not board.whole.actions


def test_from_planned_to_verified_and_its_work_ends_when_it_is_done(board: Board) -> None:
    code = planned(board)
    assert moved(board, code, S.UNDER_WAY) == ()
    assert len(work(code)) == 1
    assert done(board, code, after=SEEN_SOONER) == ()
    assert work(code) == []
    assert moved(board, code, S.VERIFIED, by="Bob") == ()

    it = known(code)
    assert (it.status, it.verified_by_name, it.evidence) == (
        S.VERIFIED,
        board.member("Bob").name,
        ("VAL-12",),
    )
    assert it.after["detection"]["by"] == [board.member("Ana").name], "whoever re-scored it, not the verifier"
    change = line_of(board.sheet, it).change
    assert change is not None
    assert (change.rpn_before, change.rpn_after) == (150, 60)


def test_each_thing_that_is_missing_is_said_and_recorded(board: Board) -> None:
    code = planned(board)
    entries = (
        (S.VERIFIED, {}, (Missing.MOVE,)),
        (S.DONE, {}, (Missing.EVIDENCE, Missing.DONE_ON)),
        (S.DROPPED, {"reason": " "}, (Missing.REASON,)),
    )
    for to, more, expected in entries:
        assert moved(board, code, to, by="Bob", **more) == expected
        assert refused_lately() == [str(it) for it in expected]
    assert known(code).status is S.PLANNED

    assert done(board, code) == ()
    assert moved(board, code, S.VERIFIED, by="Bob") == (Missing.AFTER,)
    assert moved(board, code, S.UNDER_WAY, by="Bob") == (Missing.REASON,)
    assert known(code).status is S.DONE


def test_nobody_verifies_their_own(board: Board) -> None:
    code = planned(board, owner="Leo")
    assert done(board, code, by="Leo", after=SEEN_SOONER) == ()
    assert moved(board, code, S.VERIFIED, by="Leo") == (Missing.OWNER_VERIFIES,)
    assert moved(board, code, S.VERIFIED, by="Bob") == ()


def test_a_lower_severity_asks_for_its_aim_and_a_justification(board: Board) -> None:
    lower = {ScaleKind.SEVERITY: Rerated(7, "Seen by the bench.")}
    justified = {ScaleKind.SEVERITY: Rerated(7, "Seen by the bench.", "The bag holds half the dose.")}
    code = planned(board)
    assert done(board, code, after=lower) == (Lowered.UNJUSTIFIED, Lowered.NOT_AIMED)
    assert refused_lately() == ["severity_lowered", "not_aimed_at_severity"]
    assert done(board, code, after=justified) == (Lowered.NOT_AIMED,)
    changed(board, code, aim=Aim.SEVERITY)
    assert done(board, code, after=lower) == (Lowered.UNJUSTIFIED,)
    assert done(board, code, after=justified) == ()
    assert known(code).after["severity"]["justification"] == "The bag holds half the dose."


def test_what_does_not_hold_goes_back_and_is_work_again(board: Board) -> None:
    code = planned(board)
    assert done(board, code, after=SEEN_SOONER) == ()
    assert moved(board, code, S.UNDER_WAY, by="Bob", reason="The scanner reads the old label.") == ()

    it = known(code)
    assert (it.status, it.done_on, it.after, it.evidence) == (S.UNDER_WAY, None, {}, ("VAL-12",))
    assert [one.user_id for one in work(code)] == [board.member("Ana").user_id]


def test_what_is_dropped_keeps_why_and_is_nobodys_work(board: Board) -> None:
    code = planned(board)
    assert moved(board, code, S.DROPPED, by="Bob", reason="The shipper is no longer used.") == ()
    assert known(code).dropped_why == "The shipper is no longer used."
    assert work(code) == []
    assert moved(board, code, S.UNDER_WAY, by="Bob") == (Missing.MOVE,)


def test_the_owner_starts_and_finishes_and_no_more(board: Board) -> None:
    code = planned(board)
    for to in (S.PLANNED, S.DROPPED, S.VERIFIED):
        with pytest.raises(NotAllowed):
            moved(board, code, to, reason="x")
    with pytest.raises(NotAllowed):
        moved(board, code, S.UNDER_WAY, by="Alice")
    assert moved(board, code, S.UNDER_WAY) == ()


def test_owner_and_day_change_for_a_reason_and_the_work_goes_with_them(board: Board) -> None:
    code = planned(board)
    later = today(board) + timedelta(days=40)
    for more in ({"due": later}, {"owner": board.member("Leo").user_id}):
        with pytest.raises(Invalid) as error:
            changed(board, code, **more)
        assert error.value.detail["fields"] == {"reason": "required"}
    changed(board, code, text="Scan it twice.")
    changed(board, code, owner=board.member("Leo").user_id, due=later, reason="Ana is on leave.")

    (item,) = work(code)
    assert (item.user_id, item.due_at) == (board.member("Leo").user_id, end_of(later, item.zone))
    it = known(code)
    assert (it.text, it.owner_name, it.due) == ("Scan it twice.", board.member("Leo").name, later)


def test_what_is_as_it_was_is_no_change(board: Board) -> None:
    code = planned(board)
    before = latest_entries(limit=1)[0].id
    changed(board, code)
    assert latest_entries(limit=1)[0].id == before


def test_an_action_that_is_over_stays_as_it_is(board: Board) -> None:
    code = planned(board)
    assert done(board, code) == ()
    with pytest.raises(Conflict, match="action_not_open"):
        changed(board, code, text="Something else")


def test_ratings_and_days_that_are_none_are_named(board: Board) -> None:
    code = planned(board)
    for more, field in (
        ({"done_on": today(board) + timedelta(days=1)}, "done_on"),
        ({"after": {ScaleKind.DETECTION: Rerated(2, " ")}}, "after.detection.why"),
        ({"after": {ScaleKind.DETECTION: Rerated(11, "x")}}, "after.detection.rating"),
        ({"evidence": ["x" * 81]}, "evidence"),
    ):
        with pytest.raises(Invalid) as error:
            done(board, code, **more)
        assert set(error.value.detail["fields"]) == {field}
    assert known(code).status is S.PLANNED


def test_actions_go_on_while_a_version_is_signed_and_in_effect(board: Board) -> None:
    code = planned(board)
    board.decide("R1")
    version = board.submit()
    assert moved(board, code, S.UNDER_WAY) == ()
    board.in_effect(version)
    assert done(board, code, after=SEEN_SOONER) == ()
    assert planned(board) == "A2"
    assert [it["status"] for it in version.content["actions"]] == ["planned"], "what was signed stays so"


def test_the_same_request_again_does_nothing_more(board: Board) -> None:
    again = {"request_id": uuid4()}
    assert services.plan_action(**_plan(board), **board.doing("Amir", **again)) == "A1"
    assert services.plan_action(**_plan(board), **board.doing("Amir", **again)) == "A1"
    with pytest.raises(Conflict, match="request_id_used"):
        services.plan_action(**_plan(board) | {"text": "Another"}, **board.doing("Amir", **again))
    assert len(board.whole.actions) == 1

    refused = {"request_id": uuid4()}
    for _time in range(2):
        assert moved(board, "A1", S.DONE, **refused) == (Missing.EVIDENCE, Missing.DONE_ON)
    with pytest.raises(Conflict, match="request_id_used"):
        moved(board, "A1", S.UNDER_WAY, **refused)


def _plan(board: Board) -> dict[str, object]:
    owner, due = board.member("Ana").user_id, date(2027, 1, 31)
    return {"code": CODE, "row": "R1", "text": "Scan it.", "aim": Aim.DETECTION, "owner": owner, "due": due}


def test_what_is_not_there_is_not_found(board: Board) -> None:
    with pytest.raises(NotFound, match="action_unknown"):
        moved(board, "A9", S.DONE, by="Bob")
    with pytest.raises(NotFound, match="worksheet_unknown"):
        planned(board, code="NOWHERE")


def test_all_of_it_can_be_rebuilt_from_the_ledger(board: Board) -> None:
    code = planned(board)
    assert done(board, code, after=SEEN_SOONER) == ()
    assert moved(board, code, S.VERIFIED, by="Bob") == ()
    changed(board, planned(board), owner=board.member("Leo").user_id, reason="Ana is on leave.")
    assert not verify().findings

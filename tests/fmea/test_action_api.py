"""Actions over HTTP: the same services, selectors and permissions as the pages."""

from uuid import uuid4

import pytest

from tests.fmea.actions_given import SEEN_SOONER, done, known, planned, today
from tests.fmea.board import CODE
from tests.fmea.http import post

ROOT = f"/api/v1/worksheets/{CODE}/actions/"
MOVE = f"{ROOT}A1/move/"


def a_plan(board, **more):
    own = {"row": "R1", "text": "Scan it.", "aim": "detection"}
    return {**own, "owner": board.member("Ana").user_id, "due": today(board).isoformat(), **more}


def test_an_action_is_planned_read_and_listed(board, as_):
    client, request = as_("Amir"), str(uuid4())
    first = post(client, ROOT, request_id=request, **a_plan(board))
    assert first.status_code == 200, first.content
    assert first.json()["action"] == "A1"
    assert post(client, ROOT, request_id=request, **a_plan(board)).json() == first.json()
    assert post(client, ROOT, request_id=request, **a_plan(board, text="Other")).status_code == 409
    assert client.get(f"{ROOT}A1/").json() == first.json()
    assert client.get(ROOT).json() == {"actions": [first.json()]}


def test_before_and_after_and_how_late_it_is(board, as_):
    planned(board)
    assert done(board, "A1", after=SEEN_SOONER) == ()
    planned(board)
    board.player.wait(days=12)
    first, second = as_("Iris").get(ROOT).json()["actions"]
    assert first["before_after"] == {
        "before": {"severity": 10, "occurrence": 3, "detection": 5, "rpn": 150, "priority": "M"},
        "after": {"severity": 10, "occurrence": 3, "detection": 2, "rpn": 60, "priority": "L"},
    }
    assert (first["days_late"], second["days_late"]) == (0, 2)


def test_a_step_is_taken_or_refused_with_every_reason(board, as_):
    planned(board)
    refused = post(as_("Ana"), MOVE, to="done", after={"severity": {"rating": 7, "why": "Less"}})
    assert refused.status_code == 200
    assert refused.json()["outcome"] == "refused"
    codes = [it["code"] for it in refused.json()["refusals"]]
    assert codes == ["evidence_missing", "done_on_missing", "severity_lowered", "not_aimed_at_severity"]
    assert all(it["text"] for it in refused.json()["refusals"])
    more = {"evidence": ["VAL-12"], "done_on": today(board).isoformat()}
    taken = post(as_("Ana"), MOVE, to="done", after={"detection": {"rating": 2, "why": "Scanned"}}, **more)
    assert (taken.json()["outcome"], taken.json()["action"]["status"]) == ("accepted", "done")
    assert known("A1").evidence == ("VAL-12",)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": "anywhere"}, "to"),
        ({"to": "done", "evidence": "VAL-12"}, "evidence"),
        ({"to": "done", "done_on": "12.11.2026"}, "done_on"),
        ({"to": "done", "after": {"rpn": {}}}, "after"),
        ({"to": "done", "after": {"detection": {"rating": "2", "why": "x"}}}, "after.detection.rating"),
        ({"to": "done", "after": {"detection": {"rating": 11, "why": "x"}}}, "after.detection.rating"),
        ({"to": "done", "after": {"detection": {"rating": 2}}}, "after.detection.why"),
        ({"to": "done", "reason": 3}, "reason"),
        ({"to": "done", "owner": 3}, "owner"),
    ],
)
def test_what_has_no_shape_is_named(board, as_, body, field):
    planned(board)
    answer = post(as_("Ana"), MOVE, **body)
    assert answer.status_code == 422, answer.content
    assert field in answer.content.decode()


def test_a_plan_without_its_fields_is_no_plan(board, as_):
    for name, wrong in (("row", None), ("aim", "all"), ("owner", "Ana"), ("due", None), ("text", " ")):
        assert post(as_("Amir"), ROOT, **a_plan(board, **{name: wrong})).status_code == 422, name
    assert post(as_("Amir"), ROOT, **a_plan(board, row="R9")).status_code == 404


def test_who_may_not_write_reads_and_who_may_not_read_finds_nothing(board, as_):
    planned(board)
    assert post(as_("Iris"), ROOT, **a_plan(board)).status_code == 403
    assert post(as_("Alice"), MOVE, to="under_way").status_code == 403
    for client, status in ((as_("Iris"), 200), (as_("Julia"), 404)):
        assert client.get(ROOT).status_code == client.get(f"{ROOT}A1/").status_code == status
    assert as_("Iris").get(f"{ROOT}A9/").status_code == 404

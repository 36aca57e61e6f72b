"""Pages of actions: those of a worksheet, mine and late ones, one with its next step, planning one."""

import re
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from fmea.rules.moving import Rerated
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim
from tests.coi.test_query_counts import statements
from tests.fmea.actions_given import SEEN_SOONER, done, known, moved, planned, today
from tests.fmea.board import CODE
from tests.fmea.http import text

LIST, MINE, PLAN = f"/risk/{CODE}/actions/", "/risk/actions/", f"/risk/{CODE}/actions/plan/?row=R1"
ONE = f"{LIST}A1/"


def said(page):
    """The words of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def sent(**more):
    return {"request_id": str(uuid4()), **more}


def to(status):
    return f"{ONE}move/{status}/"


RERATED = {"detection": "2", "detection_why": "The scan refuses it."}


# --- the lists -------------------------------------------------------------------------------------------------------


def test_before_and_after_stand_on_one_line(board, as_):
    planned(board)
    assert done(board, "A1", after=SEEN_SOONER) == ()
    planned(board)
    page = said(text(as_("Leo").get(LIST)))
    before, after = "S 10 O 3 D 5 RPN 150 AP ◷ medium", "S 10 O 3 D 2 RPN 60 AP ✔ low"
    assert f"{before} → after it: {after}" in page
    assert page.index("RPN 60") > page.index("To be done"), "open ones first"
    assert "rated again when it is done" in page


def test_open_and_late_ones_stand_first(board, as_):
    for days in (30, 5, 2):
        planned(board, due=today(board) + timedelta(days=days))
    planned(board, due=today(board))
    assert done(board, "A4") == ()
    board.player.wait(days=7)
    page = text(as_("Leo").get(LIST))
    assert re.findall(r'id="action-(A\d)"', page) == ["A3", "A2", "A1", "A4"]
    assert "5 days late" in page
    assert "2 are late" in page
    assert page.count('class="late"') == 2


def test_without_any_the_page_says_where_they_come_from(board, as_):
    assert "No action is planned yet" in text(as_("Iris").get(LIST))
    assert "No action is yours" in text(as_("Leo").get(MINE))


def test_mine_and_late_ones_of_others(board, as_):
    planned(board, owner="Leo", text="Of Leo")
    planned(board, owner="Ana", text="Of Ana")
    page = text(as_("Leo").get(MINE))
    assert "Of Leo" in page
    assert "Of Ana" not in page, "not late yet"
    board.player.wait(days=11)
    page = text(as_("Leo").get(MINE))
    assert page.index("Of Leo") < page.index("Late, of others") < page.index("Of Ana")
    assert page.count("1 day late") == 2
    assert "Of Leo" not in text(as_("Carol").get(MINE)), "at the courier's, where nobody sees this worksheet"


def test_the_lists_cost_the_same_whatever_their_length(board, as_):
    client = as_("Leo")
    planned(board, owner="Leo")

    def cost():
        return {path: len(statements(partial(client.get, path))[0]) for path in (LIST, MINE)}

    few = cost()
    for _number in range(6):
        planned(board, owner="Leo")
    assert cost() == few


# --- planning --------------------------------------------------------------------------------------------------------


def test_an_action_is_planned_from_its_row(board, as_):
    client = as_("Amir")
    page = text(client.get(PLAN))
    assert "Wrong bag in the shipper" in page
    owners = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert board.member("Ana").name in owners
    assert board.member("Iris").name not in owners, "who audits does not own actions"
    due = (today(board) + timedelta(days=3)).isoformat()
    asked = sent(text="Scan it", aim="detection", owner=board.member("Ana").user_id, due=due)
    assert client.post(PLAN, asked).headers["Location"] == ONE
    assert client.post(PLAN, asked).headers["Location"] == ONE, "a second click"
    assert (known("A1").text, known("A1").row) == ("Scan it", "R1")

    answer = text(client.post(PLAN, sent(aim="detection", due="2026-02-30")), 422)
    # what covers a resting desk has alerts of its own
    main = answer[answer.index("<main") : answer.index("</main>")]
    assert main.count('role="alert"') == 3
    for due in ("0001-01-01", "9999-12-31"):
        far = text(client.post(PLAN, sent(text="x", aim="detection", owner=asked["owner"], due=due)), 422)
        assert "Give a day between 1900 and 2999." in far


def test_a_row_that_is_not_there_has_no_plan(board, as_):
    for row in ("", "?row=R9", "?row=%00"):
        assert as_("Amir").get(f"{LIST}plan/{row}").status_code == 404


def test_who_does_not_write_worksheets_reads_them(board, as_):
    planned(board)
    client = as_("Iris")
    assert 'name="text"' not in text(client.get(PLAN))
    page = text(client.get(ONE))
    assert "/move/" not in page
    assert "/change/" not in page
    asked = sent(text="x", aim="detection", owner=board.member("Ana").user_id, due="2026-12-01")
    assert client.post(PLAN, asked).status_code == 403
    assert client.post(to("done"), sent()).status_code == 403
    assert client.post(f"{ONE}change/", asked).status_code == 403


@pytest.mark.parametrize("path", [LIST, ONE, PLAN, "/risk/NOWHERE/actions/", f"{LIST}A9/"])
def test_what_is_of_another_site_is_not_there(board, as_, path):
    planned(board)
    assert as_("Julia").get(path).status_code == 404
    assert as_("Julia").post(to("done"), sent()).status_code == 404


# --- one action ------------------------------------------------------------------------------------------------------


def test_its_owner_begins_with_it_and_says_that_it_is_done(board, as_):
    planned(board)
    client = as_("Ana")
    page = text(client.get(ONE))
    assert set(re.findall(r"/move/(\w+)/", page)) == {"under_way", "done"}
    assert "/change/" not in page
    assert "4 · Level 4" in page, "the words of the scale of this worksheet"
    assert client.post(to("under_way"), sent()).headers["Location"] == ONE
    asked = sent(done_on=today(board).isoformat(), evidence="VAL-12\n\nSOP-3\n", **RERATED)
    assert client.post(to("done"), asked).headers["Location"] == ONE
    it = known("A1")
    assert (it.status, it.evidence) == (ActionStatus.DONE, ("VAL-12", "SOP-3"))
    assert it.after["detection"]["rating"] == 2
    page = text(client.get(ONE))
    assert "action A1: done, to be verified" in page
    assert "/move/verified/" not in page
    assert "verifies it" in page


def test_what_is_missing_is_said_at_its_field_and_recorded(board, as_):
    planned(board)
    answer = text(as_("Ana").post(to("done"), sent(severity="7", severity_why="Less")))
    for words in (
        "Name what shows that it was done.",
        "Say when it was done.",
        "A control seldom makes the effect less severe",
        "is not meant to change the severity",
    ):
        assert words in answer
    assert "Less</textarea>" in answer, "what was written stays"
    assert known("A1").status is ActionStatus.PLANNED
    assert "tone-stop" in answer, "the refusal stands in its history"


def test_a_rating_without_a_reason_is_no_rating(board, as_):
    planned(board)
    asked = sent(done_on=today(board).isoformat(), evidence="VAL-12", detection="2")
    assert "This is required." in text(as_("Ana").post(to("done"), asked), 422)


def test_somebody_else_verifies_it_with_the_ratings_as_they_are(board, as_):
    planned(board)
    assert done(board, "A1", after=SEEN_SOONER) == ()
    page = text(as_("Bob").get(ONE))
    assert '<option value="2" selected>' in page
    assert "What it is" in page
    asked = sent(detection="2", detection_why=SEEN_SOONER[ScaleKind.DETECTION].why)
    assert as_("Bob").post(to("verified"), asked).headers["Location"] == ONE
    it = known("A1")
    assert it.after["detection"]["by"] == [board.member("Ana").name]
    assert "has seen that it holds" in text(as_("Iris").get(ONE))


def test_it_goes_back_or_is_dropped_for_a_reason(board, as_):
    planned(board)
    assert done(board, "A1") == ()
    client = as_("Bob")
    assert "Say why." in text(client.post(to("under_way"), sent()))
    assert client.post(to("under_way"), sent(reason="Not yet")).status_code == 302
    assert client.post(to("planned"), sent()).status_code == 302
    assert "Say why." in text(client.post(to("dropped"), sent()))
    assert client.post(to("dropped"), sent(reason="Not needed")).status_code == 302
    assert "Not needed" in text(client.get(ONE))


def test_a_step_that_somebody_else_took_is_refused_in_words(board, as_):
    planned(board)
    assert moved(board, "A1", ActionStatus.DROPPED, by="Bob", reason="x") == ()
    answer = text(as_("Ana").post(to("under_way"), sent()))
    assert "Perhaps somebody took it further meanwhile." in answer
    assert as_("Ana").post(to("somewhere"), sent()).status_code == 404


def test_it_is_changed_for_a_reason(board, as_):
    planned(board)
    client, it = as_("Amir"), known("A1")
    asked = {"text": it.text, "aim": it.aim, "owner": board.member("Leo").user_id, "due": it.due.isoformat()}
    assert "This is required." in text(client.post(f"{ONE}change/", sent(**asked)), 422)
    assert client.post(f"{ONE}change/", sent(**asked, reason="On leave")).status_code == 302
    assert known("A1").owner_name == board.member("Leo").name
    assert "On leave" in text(client.get(ONE))


def test_a_lower_severity_shows_why(board, as_):
    planned(board, aim=Aim.SEVERITY)
    lower = {ScaleKind.SEVERITY: Rerated(7, "Seen at the bench.", "The bag holds half of the dose.")}
    assert done(board, "A1", after=lower) == ()
    page = said(text(as_("Iris").get(ONE)))
    assert "The effect is less severe because: The bag holds half of the dose." in page

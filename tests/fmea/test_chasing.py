"""Late actions are chased by mail: whom, when, in which words, and never twice on one day."""

from datetime import timedelta
from typing import Any

import pytest

from fmea import services
from fmea.events import Event
from fmea.rules.worksheet import ActionStatus
from fmea.services.chasing import LATE
from ledger import selectors as ledger
from ledger.services import run_effect
from people import selectors as people
from people import services as person_services
from tests.fmea.actions_given import changed, done, known, moved, planned, today
from tests.fmea.board import CODE, Board
from tests.ledger.given import verify

TEN = timedelta(days=10)


def chase(board: Board, **wait: int) -> int:
    board.player.wait(**wait)
    return services.chase_actions(now=board.player.now)


def notices(board: Board, name: str) -> list[int]:
    """By how many days each action was late that this person was told of, the newest first."""
    person = people.person(board.member(name).user_id, board.player.now)
    assert person is not None
    return [it.params["days"] for it in people.notices_for(person, board.player.now) if it.code == LATE]


def mailed(mailoutbox: list[Any], board: Board) -> list[Any]:
    """What went out since."""
    mailoutbox.clear()
    for effect in ledger.effects(kind="people:notice"):
        run_effect(effect_id=effect.id, now=board.player.now)
    return [it for it in mailoutbox if CODE in it.subject]


def test_nothing_is_chased_on_the_day_that_it_is_due(board: Board) -> None:
    planned(board)
    assert chase(board, days=10) == 0
    assert chase(board, days=1) == 1
    assert known("A1").chased_at == board.player.now


def test_the_owner_alone_is_told_on_the_first_day_and_every_seventh(board: Board) -> None:
    planned(board)
    told = [chase(board, days=days) for days in (11, 0, 6, 1, 1, 6)]
    assert told == [1, 0, 0, 1, 0, 1]
    assert notices(board, "Ana") == [15, 8, 1]
    assert notices(board, "Amir") == notices(board, "Ben") == [], "not even another analyst"


def test_a_day_begins_where_the_site_is(board: Board) -> None:
    planned(board, due=today(board))
    last = board.player.now.replace(hour=22, minute=59, second=59, microsecond=0)
    assert services.chase_actions(now=last) == 0
    assert services.chase_actions(now=last + timedelta(seconds=1)) == 1, "midnight at the plant, not in UTC"


@pytest.mark.parametrize("status", [ActionStatus.DONE, ActionStatus.DROPPED])
def test_what_is_done_or_dropped_is_not_chased(board: Board, status: ActionStatus) -> None:
    code = planned(board)
    if status is ActionStatus.DONE:
        assert done(board, code) == ()
    else:
        assert moved(board, code, status, by="Bob", reason="Not needed.") == ()
    assert chase(board, days=40) == 0


def test_a_new_owner_is_told_at_once_and_a_new_day_begins_anew(board: Board) -> None:
    code = planned(board)
    assert chase(board, days=11) == 1
    changed(board, code, owner=board.member("Leo").user_id, reason="Ana is on leave.")
    assert chase(board) == 1
    assert notices(board, "Leo") == [1]
    changed(board, code, due=today(board) + TEN, reason="The scanner comes later.")
    assert chase(board, days=10) == 0
    assert chase(board, days=1) == 1


def test_the_mail_says_what_how_late_and_where_to_go(board: Board, mailoutbox: list[Any]) -> None:
    code = planned(board)
    assert chase(board, days=14) == 1

    (mail,) = mailed(mailoutbox, board)
    assert mail.to == [f"{board.member('Ana').username}@demo.invalid"]
    assert mail.subject == f"Veintrace: action {code} of {CODE} is 4 days late"
    due = known(code).due
    for said in (
        "Scan what is packed against what is expected.",
        f"due on {due.day} {due:%B} {due.year}",
        f"/risk/{CODE}/actions/{code}/",
    ):
        assert said in mail.body
    assert LATE not in mail.subject + mail.body


def test_one_day_is_one_day(board: Board, mailoutbox: list[Any]) -> None:
    planned(board)
    assert chase(board, days=11) == 1
    assert mailed(mailoutbox, board)[0].subject.endswith("is 1 day late")


def test_where_the_owner_left_quality_is_told(board: Board, mailoutbox: list[Any]) -> None:
    code = planned(board)
    left = {"user_id": board.member("Ana").user_id, "site": board.site, "reason": "She works elsewhere now."}
    person_services.deactivate_user(**left, **board.doing("Ada"))
    assert chase(board, days=11) == 1
    assert notices(board, "Bob") == [1]
    assert [it.to for it in mailed(mailoutbox, board)] == [[f"{board.member('Bob').username}@demo.invalid"]]

    assert done(board, code, by="Bob") == ()
    assert moved(board, code, ActionStatus.UNDER_WAY, by="Bob", reason="Not yet.") == ()
    (item,) = people.open_work_about("worksheet_action", f"{CODE}:{code}")
    assert item.user_id is None


def test_it_is_recorded_what_was_done_about_it(board: Board) -> None:
    code = planned(board)
    assert chase(board, days=12) == 1
    lines = people.lines_about("worksheet_action", f"{CODE}:{code}")
    (chased,) = [it for it in lines if it.event == Event.ACTION_CHASED]
    assert (chased.facts["days_late"], chased.site) == (2, board.site)
    assert not verify().findings


def test_work_and_notices_lead_to_the_action(board: Board, as_: Any) -> None:
    planned(board)
    chase(board, days=11)
    page = as_("Ana").get("/work/").content.decode()
    assert page.count("An action against a risk is late") == 1
    address = f"/risk/actions/{CODE}:A1/"
    assert page.count(f'href="{address}"') == 2, "once as work, once as a notice"
    assert as_("Ana").get(address).headers["Location"] == f"/risk/{CODE}/actions/A1/"
    assert "Done<span" not in page, "work on an action ends when the action is done"

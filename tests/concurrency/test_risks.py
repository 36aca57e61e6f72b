"""Two workers chase late actions at the same instant, and two people plan at once: one mail each, and no code twice."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from fmea import services
from fmea.events import Event
from fmea.rules.worksheet import Aim
from fmea.services.chasing import LATE
from ledger import services as ledger
from ledger.models import Entry
from people.models import Notice, WorkItem
from tests.concurrency.at_once import at_once
from tests.fmea.actions_given import planned, today
from tests.fmea.board import CODE, Board, a_board
from tests.furnished import Journeys


@pytest.fixture
def live(live_journeys: Journeys) -> Board:
    """A worksheet at work, where transactions commit."""
    return a_board(live_journeys.demo)


def test_two_workers_chase_an_action_once(live: Board) -> None:
    for _number in range(3):
        planned(live)
    live.player.wait(days=11)
    now = live.player.now
    answers = at_once([partial(services.chase_actions, now=now + timedelta(seconds=n)) for n in range(3)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(answers) == 3
    assert Entry.objects.filter(event=Event.ACTION_CHASED).count() == 3
    assert Notice.objects.filter(code=LATE).count() == 3
    ledger.seal(now=now, using="default")
    assert ledger.verify(now=now, record=False).findings == ()


def test_a_worker_that_dies_leaves_the_rest_to_the_next(live: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        planned(live)
    live.player.wait(days=11)
    now, told = live.player.now, []

    def dies(**about: object) -> None:
        told.append(about)
        if len(told) == 2:
            raise SystemExit
        real(**about)

    real = services.chasing.send_notice
    with monkeypatch.context() as patch:
        patch.setattr(services.chasing, "send_notice", dies)
        with pytest.raises(SystemExit):
            services.chase_actions(now=now)
    assert Notice.objects.filter(code=LATE).count() == 1
    assert services.chase_actions(now=now + timedelta(minutes=1)) == 2
    assert (
        Notice.objects.filter(code=LATE).count()
        == Entry.objects.filter(event=Event.ACTION_CHASED).count()
        == 3
    )


def test_actions_that_are_planned_at_once_have_codes_of_their_own(live: Board) -> None:
    owner, due = live.member("Ana").user_id, today(live)
    asked = {"code": CODE, "row": "R1", "text": "Scan it.", "aim": Aim.DETECTION, "owner": owner, "due": due}
    whose = [live.doing("Amir", uuid4()) for _number in range(4)]
    answers = at_once([partial(services.plan_action, **asked, **one) for one in whose])
    assert sorted(answers) == ["A1", "A2", "A3", "A4"]

    again = at_once([partial(services.plan_action, **asked, **whose[0]) for _number in range(3)])
    assert set(again) == {answers[0]}
    assert WorkItem.objects.filter(subject_kind="worksheet_action").count() == 4

"""Workers that follow and judge at the same instant: one signal, one piece of work, one mail; no entry twice."""

from functools import partial
from uuid import uuid4

import pytest

from cpv import selectors, services
from cpv.events import Event
from cpv.rules.programme import limit_set, plan
from cpv.services.judging import WORK
from ledger import services as ledger
from ledger.models import Entry
from people.models import Notice, WorkItem
from tests import given
from tests.concurrency.at_once import at_once
from tests.cpv.given import PLAN, Process, a_plan, a_process
from tests.furnished import Journeys


@pytest.fixture
def process(live_journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> Process:
    """A chart with limits and one number far beyond them, which nobody has judged."""
    made = a_process(live_journeys.demo)
    made.hand_in()
    made.limits()
    with monkeypatch.context() as patch:
        patch.setattr("cpv.services.external.judge_charts", lambda **about: ())
        made.hand_in(("10.9", "13.2"))
    return made


def test_two_workers_raise_one_signal(process: Process) -> None:
    now = process.player.now
    judge = [partial(services.judge_chart, chart=process.code, now=now, request_id=uuid4()) for _ in range(4)]
    answers = at_once(judge)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sorted(len(answer.raised) for answer in answers) == [0, 0, 0, len(process.chart.signals)]
    raised = len(process.chart.signals)
    assert raised > 0
    assert Entry.objects.filter(event=Event.SIGNAL_RAISED).count() == raised
    assert WorkItem.objects.filter(cause=WORK).count() == raised
    assert Notice.objects.filter(code=WORK).count() == raised
    ledger.seal(now=now, using="default")
    assert ledger.verify(now=now, record=False).findings == ()


def test_workers_that_follow_at_once_write_every_number_once(live_journeys: Journeys) -> None:
    j = live_journeys
    source = {"kind": "step_value", "step": "pool", "field": "viable_cells"}
    cells = {"code": "CELLS", "title": "Cells", "unit": "10*6", "source": source}
    given.in_effect(j.bedside, plan.KIND, PLAN, a_plan(cells))
    now = j.bedside.now
    follow = [partial(services.follow, now=now, request_id=uuid4()) for _ in range(3)]
    gather = [partial(services.gather, now=now, request_id=uuid4()) for _ in range(2)]
    answers = at_once(follow + gather)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    points = selectors.point_views(limit_set.code_of(PLAN, "CELLS", ("CELLS",)))
    assert len(points) == len({point.subject for point in points}) == 4
    assert {point.version for point in points} == {1}
    assert Entry.objects.filter(event=Event.OBSERVED).count() == len(points)

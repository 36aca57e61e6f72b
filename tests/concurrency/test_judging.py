"""Workers that follow and judge at the same instant: one signal, one piece of work, one mail; no entry twice.

And they wait for each other, for scans and for people in one order, so that nobody waits for ever.
"""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from coi.selectors.batches import lock_batch
from cpv import selectors, services
from cpv.events import Event
from cpv.rules.programme import limit_set, plan
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.programme.points import SignalView
from cpv.services import ExternalRow, judging
from cpv.services.judging import WORK
from ledger import services as ledger
from ledger.models import Entry, Stream
from people.models import Notice, WorkItem
from tests import given
from tests.concurrency.at_once import at_once, waiting
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


def test_a_number_that_changes_while_its_chart_is_judged_is_judged_as_it_is_now(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the chart would be remembered as it was before, and what changed would never signal."""
    point, about, remember = process.chart.points[-2], process.doing(), judging.remember
    row = ExternalRow(process.parameter, point.subject, point.made_at, "25")
    correct = partial(services.hand_in_data, plan=process.plan, site=process.site, rows=[row], **about)
    corrected: list[Future[Any]] = []

    def later(view: selectors.ChartView) -> None:
        monkeypatch.setattr(judging, "remember", remember)
        corrected.append(waiting(correct))
        remember(view)

    monkeypatch.setattr(judging, "remember", later)
    services.judge_chart(chart=process.code, now=process.player.now, request_id=uuid4())
    assert corrected[0].result() == {process.code}
    assert (point.subject, "nelson_1") in {(it.subject, it.by) for it in process.chart.signals}


def judge(process: Process) -> None:
    services.judge_chart(chart=process.code, now=process.player.now, request_id=uuid4())


def take(process: Process) -> None:
    assert services.acknowledge_signal(signal=UUID(signal_of(process).id), **process.doing("Bob")) == ()


def close(process: Process) -> None:
    signal = UUID(signal_of(process).id)
    assert services.close_signal(signal=signal, decision=Decision.LOGGED, **process.doing("Bob")) == ()


def leave_out(process: Process) -> None:
    point = UUID(signal_of(process).observation)
    services.exclude_point(observation=point, reason="A slip.", **process.doing("Bob"))


def signal_of(process: Process) -> SignalView:
    (found,) = [it for it in process.chart.signals if it.by == "nelson_1"]
    return found


@pytest.mark.parametrize(
    ("before", "act", "state"),
    [
        ((), judge, SignalState.RAISED),
        ((judge,), take, SignalState.ACKNOWLEDGED),
        ((judge, take), close, SignalState.CLOSED),
        ((judge,), leave_out, SignalState.WITHDRAWN),
    ],
)
def test_nobody_waits_for_a_journey_with_a_stream_in_hand(
    live_journeys: Journeys,
    monkeypatch: pytest.MonkeyPatch,
    before: tuple[Callable[[Process], None], ...],
    act: Callable[[Process], None],
    state: SignalState,
) -> None:
    """Whoever holds the journey may be about to write into that stream, as scans do, and both would wait for ever."""
    process, batch = a_process(live_journeys.demo), live_journeys.filled.containers("product_bag")[0].batch
    process.hand_in()
    process.limits()
    row = ExternalRow(process.parameter, batch, process.player.now, "25")
    with monkeypatch.context() as patch:
        patch.setattr("cpv.services.external.judge_charts", lambda **about: ())
        services.hand_in_data(plan=process.plan, site=process.site, rows=[row], **process.doing())
    for step in before:
        step(process)
    with transaction.atomic():
        lock_batch(batch)
        acting = waiting(partial(act, process))
        assert len(Stream.objects.select_for_update(nowait=True)) > 0
    assert acting.result() is None
    assert signal_of(process).state is state

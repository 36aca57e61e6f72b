"""What the worker observes and judges: from where it stopped, what is new, and what arrives late."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from config.demonstration.site import PLANT
from cpv import selectors, services, tasks
from cpv.rules.programme import limit_set, plan
from cpv.rules.programme.answering import SignalState
from cpv.services import following
from cpv.services.following import ENTRIES
from ledger.models import Entry
from ledger.projections import differences
from people import selectors as people
from tests import given as play
from tests.cpv.given import PLAN, Process, a_plan
from tests.furnished import Journeys

CELLS = {"code": "CELLS", "title": "Cells", "unit": "10*6"}
POOLED = CELLS | {"source": {"kind": "step_value", "step": "pool", "field": "viable_cells"}}
VIABLE = {"code": "VIABLE", "title": "Viable", "unit": "%"}
VIABLE |= {"source": {"kind": "step_value", "step": "pool", "field": "viability"}}


def followed(j: Journeys) -> tuple[str, ...]:
    """What the worker does every half minute."""
    return services.follow(now=j.bedside.now, request_id=uuid4())


def gathered(j: Journeys) -> tuple[str, ...]:
    """And every few minutes."""
    return services.gather(now=j.bedside.now, request_id=uuid4())


def watched(j: Journeys, *parameters: dict[str, Any]) -> None:
    """A plan of these parameters takes effect; its next version where there is one."""
    j.bedside.wait(minutes=1)
    play.in_effect(j.bedside, plan.KIND, PLAN, a_plan(*parameters))


def chart(parameter: str) -> str:
    return limit_set.code_of(PLAN, parameter, (PLANT,))


def subjects(parameter: str) -> set[str]:
    return {point.subject for point in selectors.point_views(chart(parameter))}


def batches(j: Journeys) -> set[str]:
    """Those that were harvested."""
    players = (j.filled, j.ready, j.bedside, j.neighbour)
    return {player.containers("product_bag")[0].batch for player in players}


def test_the_worker_goes_on_where_it_stopped(live_journeys: Journeys) -> None:
    j = live_journeys
    watched(j, POOLED)
    assert followed(j) == (chart("CELLS"),)
    assert subjects("CELLS") == batches(j)
    read, made = selectors.position(ENTRIES), Entry.objects.count()
    assert read > 0
    assert followed(j) == ()
    assert Entry.objects.count() == made, "what was read twice writes nothing"
    assert selectors.position(ENTRIES) >= read


def test_a_new_plan_gathers_what_was_made_before(journeys: Journeys) -> None:
    watched(journeys, POOLED)
    assert gathered(journeys) == (chart("CELLS"),)
    assert subjects("CELLS") == batches(journeys)
    made = Entry.objects.count()
    assert gathered(journeys) == ()
    assert Entry.objects.count() == made, "a plan is gathered for once"
    watched(journeys, POOLED, VIABLE)
    assert chart("VIABLE") in gathered(journeys), "the next version of a plan is another plan"
    assert subjects("VIABLE") == batches(journeys)
    assert list(differences("default")) == []


def test_a_worker_that_dies_loses_nothing(live_journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> None:
    j, observe = live_journeys, following.observe_batches

    def dying(**about: Any) -> frozenset[str]:
        observe(**about)
        raise SystemExit

    watched(j, POOLED)
    monkeypatch.setattr(following, "observe_batches", dying)
    with pytest.raises(SystemExit):
        followed(j)
    assert selectors.position(ENTRIES) == 0, "what was not judged was not read"
    monkeypatch.setattr(following, "observe_batches", observe)
    followed(j)
    assert subjects("CELLS") == batches(j)
    assert selectors.position(ENTRIES) > 0


def test_at_night_every_chart_is_judged(
    process: Process, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """What was observed and not judged, since a worker died in between, signals by the next morning."""
    settings.CELERY_TASK_ALWAYS_EAGER = True
    process.hand_in()
    process.limits()
    with monkeypatch.context() as dead:
        dead.setattr("cpv.services.external.judge_charts", lambda **about: ())
        process.hand_in(("13.9",))
    assert process.chart.signals == ()
    monkeypatch.setattr("django.utils.timezone.now", lambda: process.player.now)
    assert tasks.evaluate(list(selectors.all_charts(process.player.now))) == 0
    assert {signal.by for signal in process.chart.signals} == {"nelson_1", "ewma"}


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_late_number_takes_back_what_nobody_answered(process: Process, is_answered: bool) -> None:
    """Two low numbers of batches that were made before: the average never left its limits then."""
    process.hand_in()
    process.limits()
    begun = process.player.now
    process.player.wait(hours=3)
    process.hand_in(("10.8",) * 4)
    (before,) = process.chart.signals
    assert before.by == "ewma"
    if is_answered:
        assert services.acknowledge_signal(signal=UUID(before.id), **process.doing("Bob")) == ()
    process.hand_in(("9.2",) * 2, start=begun - timedelta(minutes=30))
    (after,) = process.chart.signals
    assert process.chart.charted.signals == ()
    if is_answered:
        assert (after.id, after.state, after.owner_name) == (
            before.id,
            SignalState.ACKNOWLEDGED,
            "Bob Brandt",
        )
        assert after.vanished_at is not None, "it stands as it was answered, and says that it is gone"
    else:
        assert (after.id, after.state) == (before.id, SignalState.WITHDRAWN)
    assert len(people.open_work_about("signal", after.id)) == int(is_answered)
    made = Entry.objects.count()
    services.judge_chart(chart=process.code, now=process.player.now, request_id=uuid4())
    assert Entry.objects.count() == made
    assert list(differences("default")) == []

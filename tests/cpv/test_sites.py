"""A plan that counts at several sites: whoever keeps it answers for all of them."""

from datetime import timedelta
from uuid import UUID

import pytest

from config.demonstration.site import HOSPITAL
from cpv import selectors, services
from ledger.rules.errors import NotAllowed
from people import selectors as people
from tests.cpv.given import STEADY, Process


@pytest.fixture
def elsewhere(process: Process) -> Process:
    """Numbers of the hospital on a plan that the plant keeps; nobody is a reviewer of quality there."""
    process.site = HOSPITAL
    began = process.player.now
    rows = [
        services.ExternalRow("TITER", f"NORTH-{n:03}", began + timedelta(hours=n), value)
        for n, value in enumerate([*STEADY, *STEADY[:15]])
    ]
    process.player.wait(hours=40)
    hand_in(process, *rows)
    process.limits()
    process.player.wait(hours=2)
    hand_in(process, services.ExternalRow("TITER", "NORTH-999", process.player.now, "25"))
    return process


def hand_in(process: Process, *rows: services.ExternalRow) -> None:
    services.hand_in_data(plan=process.plan, site=HOSPITAL, rows=rows, **process.doing("Noah"))


def test_its_signal_waits_where_somebody_is_to_answer(elsewhere: Process) -> None:
    signal = next(it for it in elsewhere.chart.signals if it.by == "nelson_1")
    assert signal.site == HOSPITAL
    assert {it.site for it in people.open_work_about("signal", signal.id)} == {"CELLS"}
    bob, now = elsewhere.person("Bob"), elsewhere.player.now
    assert selectors.visible_signal(bob, signal.id, now) is not None
    assert signal.id in [it.id for it in selectors.signals_open_to(bob, now)]
    pia = elsewhere.person("Pia")
    assert selectors.visible_signal(pia, signal.id, now) is None, "the other hospital has no part in it"
    assert selectors.signals_open_to(pia, now) == ()


def test_quality_of_the_plan_answers_and_leaves_out(elsewhere: Process) -> None:
    signal = next(it for it in elsewhere.chart.signals if it.by == "nelson_1")
    with pytest.raises(NotAllowed):
        services.acknowledge_signal(signal=UUID(signal.id), **elsewhere.doing("Saul"))
    assert services.acknowledge_signal(signal=UUID(signal.id), **elsewhere.doing("Bob")) == ()
    point = elsewhere.chart.points[-1]
    services.exclude_point(observation=UUID(point.id), reason="A slip.", **elsewhere.doing("Leo"))
    with pytest.raises(NotAllowed):
        services.include_point(observation=UUID(point.id), reason="None.", **elsewhere.doing("Saul"))
    services.include_point(observation=UUID(point.id), reason="It was none.", **elsewhere.doing("Noah"))

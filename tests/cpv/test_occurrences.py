"""How often charts signalled: numbers, and those at which one did."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.demonstration.site import PLANT
from cpv import services
from cpv.models import Signal
from cpv.selectors import signalled
from tests.cpv.given import PLAN, STEADY, Process

LATER = datetime(2099, 1, 1, tzinfo=UTC)


def seen(process: Process, **more: Any) -> list[tuple[int, int]]:
    about = {"parameters": [process.parameter], "until": LATER} | more
    return [(it.opportunities, it.events) for it in signalled([PLAN], **about)]


def judged(process: Process) -> None:
    services.judge_charts(charts=[process.code], now=process.player.now, **only_id(process))


def only_id(process: Process) -> dict[str, Any]:
    return {"request_id": process.doing()["request_id"]}


def test_numbers_and_signals_are_counted(process: Process) -> None:
    process.hand_in()
    process.limits()
    begun = process.player.now
    process.hand_in(("10.0", "13.9"))
    judged(process)
    assert Signal.objects.exists()
    assert seen(process) == [(len(STEADY) + 2, 1)]
    ((it),) = signalled([PLAN], parameters=[process.parameter], until=LATER)
    first = begun.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert (it.ref, it.site, it.month) == (process.parameter, PLANT, first)
    assert seen(process, since=begun) == [(2, 1)]
    assert seen(process, until=begun) == [(len(STEADY), 0)]
    assert seen(process, parameters=["OTHER"]) == []
    assert signalled([], parameters=[process.parameter], until=LATER) == ()


def test_several_rules_at_one_number_are_one_event(process: Process) -> None:
    process.hand_in()
    process.limits()
    process.hand_in(("13.9", "13.9", "13.9"))
    judged(process)
    rows = Signal.objects.all()
    numbers = rows.values("observation").distinct().count()
    assert rows.count() > numbers, "one rule and the EWMA"
    assert seen(process) == [(len(STEADY) + 3, numbers)]


def test_what_was_left_out_or_came_of_wrong_data_does_not_count(process: Process) -> None:
    process.hand_in()
    process.limits()
    process.hand_in(("13.9",))
    judged(process)
    signal = Signal.objects.first()
    assert signal is not None
    assert seen(process) == [(len(STEADY) + 1, 1)]
    services.exclude_point(
        observation=signal.observation_id, reason="the sample was mixed up", **process.doing("Bob")
    )
    assert seen(process) == [(len(STEADY), 0)]


def test_more_numbers_cost_no_more_statements(process: Process) -> None:
    process.hand_in()
    with CaptureQueriesContext(connection) as caught:
        seen(process)
    assert len(caught) == 1

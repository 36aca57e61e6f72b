"""Judging one more batch: without its history where nothing signals, and as a whole where something may."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from cpv import selectors, services
from cpv.forms import chart_table
from cpv.forms.answers import chart_answer
from cpv.rules.programme.answering import Decision, SignalState
from cpv.selectors.watches import watched
from cpv.services.judging import WORK
from cpv.services.watching import forget
from cpv.views.addresses import addresses_of
from people import selectors as people
from people import services as documents
from tests.coi.test_query_counts import statements
from tests.cpv.given import STEADY, Process


@pytest.fixture
def limited(process: Process) -> Process:
    """Long-term limits in effect, and three batches since."""
    process.hand_in([*STEADY, *STEADY[:15]])
    process.limits()
    process.hand_in(STEADY[:3])
    return process


def judge(process: Process, *, is_whole: bool = False) -> bool:
    return bool(
        services.judge_chart(
            chart=process.code, now=process.player.now, request_id=uuid4(), is_whole=is_whole
        )
    )


def remembers(process: Process) -> bool:
    return watched(process.code, process.player.now) is not None


def test_one_more_batch_does_not_read_the_history(limited: Process) -> None:
    few, _ = statements(lambda: judge(limited))
    limited.hand_in(STEADY * 5)
    many, _ = statements(lambda: judge(limited))
    assert len(few) == len(many)
    of_points = [one for one in many if "cpv_observation" in one]
    assert all("LIMIT 51" in one for one in of_points), "the points since it was last judged alone"


def test_judging_as_a_whole_finds_nothing_that_was_missed(limited: Process) -> None:
    for value in (*STEADY[:6], "11.4", "11.5", "11.6", "11.4", "11.5", *STEADY[:4]):
        limited.hand_in([value])
    found = {(it.subject, it.by) for it in limited.chart.signals}
    assert found, "a drift of the level signals"
    assert not judge(limited, is_whole=True)
    assert {(it.subject, it.by) for it in limited.chart.signals} == found


def test_what_changes_the_past_is_judged_with_it(limited: Process) -> None:
    assert remembers(limited)
    point = limited.chart.points[-2]
    row = services.ExternalRow(limited.parameter, point.subject, point.made_at, "25")
    services.hand_in_data(plan=limited.plan, site=limited.site, rows=[row], **limited.doing())
    assert (point.subject, "nelson_1") in {(it.subject, it.by) for it in limited.chart.signals}
    late = limited.chart.points[-1].made_at - timedelta(minutes=10)
    limited.hand_in(["24"], start=late - timedelta(hours=1))
    assert [it.value for it in limited.chart.signals if it.by == "nelson_1"] == ["25", "24"]


def test_leaving_a_point_out_forgets_what_was_remembered_of_it(limited: Process) -> None:
    limited.hand_in(["25"])
    point = limited.chart.points[-1]
    services.exclude_point(observation=UUID(point.id), reason="A slip.", **limited.doing("Bob"))
    assert [it.state for it in limited.chart.signals if it.by == "nelson_1"] == [SignalState.WITHDRAWN]
    limited.hand_in(["10.0"])
    assert not [it for it in limited.chart.signals if it.is_open]


def test_other_limits_are_held_against_what_comes_after_them(limited: Process) -> None:
    limited.limits()
    assert not remembers(limited)
    limited.hand_in(["25"])
    (signal,) = [it for it in limited.chart.signals if it.by == "nelson_1"]
    assert signal.limits == limited.chart.limits[-1].id


def test_limits_that_were_retired_judge_nothing_and_everybody_says_so(limited: Process) -> None:
    limited.hand_in(["25"])
    limits = limited.chart.limits[-1]
    documents.retire_document(id=limits.id, reason="They fit no more.", **limited.doing("Rosa"))
    limited.hand_in(["26"])
    assert not remembers(limited)
    assert not judge(limited, is_whole=True), "what signalled stays, and nothing new does"
    view = limited.chart
    assert [it.value for it in view.signals if it.by == "nelson_1"] == ["25"]
    assert (view.charted.in_effect, view.charted.spans) == (None, ((35, 39),))
    (row,) = selectors.overview(limited.person("Leo"), limited.player.now)
    assert view.counted(limited.player.now) == row.counted
    (newest, *_rest) = view.points[::-1]
    assert [it["end"] for it in chart_answer(view)["phases"]] == [39]
    shown = {one.point: one.limits for one in chart_table.rows(view, range(40), {}, addresses_of(view.code))}
    assert (bool(shown[view.points[38]]), shown[newest]) == (True, "")


def test_a_shift_that_lasts_is_one_signal_until_it_is_answered(limited: Process) -> None:
    limited.hand_in(["11.2"] * 8)
    (first,) = [it for it in limited.chart.signals if it.by == "ewma"]
    assert sum(str(one.by) == "ewma" for one in limited.chart.charted.signals) > 3, (
        "the picture marks every one"
    )
    assert len([it for it in people.open_work_about("signal", first.id) if it.cause == WORK]) == 1
    services.acknowledge_signal(signal=UUID(first.id), **limited.doing("Bob"))
    services.close_signal(signal=UUID(first.id), decision=Decision.LOGGED, **limited.doing("Bob"))
    limited.hand_in(["11.2", "11.2"])
    signals = [it for it in limited.chart.signals if it.by == "ewma"]
    assert [it.state for it in signals] == [SignalState.CLOSED, SignalState.RAISED]
    assert not judge(limited, is_whole=True)


def test_several_charts_are_waited_for_in_one_order(limited: Process) -> None:
    at = limited.player.now
    asked = [
        statements(lambda charts=charts: forget(dict.fromkeys(charts, at)))[0] for charts in ("ab", "ba")
    ]
    assert asked[0] == asked[1]
    assert [one.split("'")[1] for one in asked[0] if "advisory" in one] == ["chart:a", "chart:b"]


def test_only_charts_that_change_before_what_is_remembered_are_forgotten(limited: Process) -> None:
    last = limited.chart.points[-1].made_at
    forget({limited.code: last + timedelta(seconds=1)})
    assert remembers(limited)
    forget({"another": last, limited.code: last})
    assert not remembers(limited)

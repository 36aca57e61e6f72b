"""From numbers to signals: raised once, told to whoever answers for them, and answered once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from cpv import selectors, services
from cpv.events import Event
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from cpv.rules.programme.points import SignalView
from cpv.services.judging import WORK
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.roles import Role
from tests.cpv.given import STEADY, Process
from tests.ledger.given import verify


@pytest.fixture
def signalling(process: Process) -> Process:
    """Long-term limits in effect, and one batch far beyond them."""
    process.hand_in([*STEADY, *STEADY[:15]])
    process.limits()
    process.hand_in(["10.0", "25.0"])
    return process


def only(process: Process) -> SignalView:
    (found,) = [it for it in process.chart.signals if it.by == "nelson_1"]
    return found


def take(process: Process, name: str = "Bob", **more: UUID) -> tuple[SignalRefusal, ...]:
    return services.acknowledge_signal(signal=UUID(only(process).id), **process.doing(name, **more))


def close(process: Process, decision: Decision, name: str = "Bob", **more: str) -> tuple[SignalRefusal, ...]:
    return services.close_signal(
        signal=UUID(only(process).id), decision=decision, **more, **process.doing(name)
    )


def events(process: Process) -> list[str]:
    return [entry.event for entry in ledger.entries_for_subject("signal", only(process).id)]


def test_before_there_are_limits_nothing_signals(process: Process) -> None:
    process.hand_in([*STEADY, "99"])
    assert process.chart.signals == ()
    assert process.chart.charted.phases == ()


def test_a_batch_beyond_its_limits_is_one_signal_with_owner_and_date(signalling: Process) -> None:
    found = only(signalling)
    assert (found.subject, found.value, found.side, found.state) == (
        "EXT-0037",
        "25.0",
        "upper",
        SignalState.RAISED,
    )
    (work,) = people.open_work_about("signal", found.id)
    assert (work.cause, work.role, work.due_at) == (WORK, Role.QA_REVIEWER, found.due_at)
    assert found.due_at > found.raised_at
    notices = people.notices_for(signalling.person("Bob"), signalling.player.now)
    assert found.id in [notice.subject_key for notice in notices]


def test_judging_again_raises_nothing_again(signalling: Process) -> None:
    (newest,) = ledger.latest_entries(limit=1)
    assert not services.judge_chart(chart=signalling.code, now=signalling.player.now, request_id=uuid4())
    assert ledger.latest_entries(limit=1) == [newest]


def test_a_signal_is_taken_on_once_and_what_is_refused_is_recorded(signalling: Process) -> None:
    assert take(signalling) == ()
    assert take(signalling, "Leo") == (SignalRefusal.ACKNOWLEDGED_ALREADY,)
    assert only(signalling).owner == signalling.member("Bob").user_id
    own = [event for event in events(signalling) if event.startswith("cpv:")]
    assert own[-2:] == [Event.SIGNAL_ACKNOWLEDGED, Event.SIGNAL_REFUSED]


def test_what_waited_for_a_role_waits_for_whoever_takes_it_on(signalling: Process) -> None:
    (before,) = people.open_work_about("signal", only(signalling).id)
    take(signalling)
    (after,) = people.open_work_about("signal", only(signalling).id)
    assert (before.user_id, after.user_id) == (None, signalling.member("Bob").user_id)
    assert (after.role, after.cause, after.due_at) == (before.role, before.cause, before.due_at)


def test_the_same_request_twice_is_done_once(signalling: Process) -> None:
    id = uuid4()
    assert (take(signalling, request_id=id), take(signalling, request_id=id)) == ((), ())
    assert events(signalling).count(Event.SIGNAL_ACKNOWLEDGED) == 1
    with pytest.raises(Conflict, match="request_id_used"):
        services.close_signal(
            signal=UUID(only(signalling).id),
            decision=Decision.LOGGED,
            **signalling.doing("Bob", request_id=id),
        )


def test_it_is_closed_by_its_owner_with_a_cause_and_its_work_ends(signalling: Process) -> None:
    assert close(signalling, Decision.LOGGED) == (SignalRefusal.NOT_ACKNOWLEDGED,)
    take(signalling)
    assert close(signalling, Decision.ASSESSED, "Leo", cause="A new lot of medium.") == (
        SignalRefusal.NOT_ITS_OWNER,
    )
    assert close(signalling, Decision.ASSESSED) == (SignalRefusal.CAUSE_MISSING,)
    assert close(signalling, Decision.DEVIATION, cause="So.") == (SignalRefusal.DEVIATION_MISSING,)
    assert people.open_work_about("signal", only(signalling).id)
    assert close(signalling, Decision.DEVIATION, cause="A new lot of medium.", deviation="D27-00001") == ()
    found = only(signalling)
    assert (found.state, found.cause, found.deviation) == (
        SignalState.CLOSED,
        "A new lot of medium.",
        "D27-00001",
    )
    assert not people.open_work_about("signal", found.id)
    assert close(signalling, Decision.LOGGED) == (SignalRefusal.OVER,)


def test_whoever_has_no_role_at_the_site_answers_nothing(signalling: Process) -> None:
    for name in ("Dave", "Olga"):
        with pytest.raises(NotAllowed):
            take(signalling, name)
    with pytest.raises(NotFound):
        services.acknowledge_signal(signal=uuid4(), **signalling.doing("Bob"))
    assert only(signalling).state is SignalState.RAISED


def test_a_cause_has_a_length(signalling: Process) -> None:
    take(signalling)
    with pytest.raises(Invalid) as caught:
        close(signalling, Decision.ASSESSED, cause="x" * 2001)
    assert caught.value.detail["fields"] == {"cause": "too_long"}


def test_a_corrected_number_takes_an_unanswered_signal_back(signalling: Process) -> None:
    point = signalling.chart.points[-1]
    correct(signalling, point.subject, "10.2")
    found = only(signalling)
    assert (found.state, found.vanished_at) == (SignalState.WITHDRAWN, None)
    assert not people.open_work_about("signal", found.id)
    correct(signalling, point.subject, "26")
    assert only(signalling).state is SignalState.RAISED
    assert people.open_work_about("signal", found.id)
    assert events(signalling)[-2:] != []


def test_what_was_answered_stays_and_is_told_to_have_changed(signalling: Process) -> None:
    take(signalling)
    close(signalling, Decision.LOGGED)
    correct(signalling, signalling.chart.points[-1].subject, "10.2")
    found = only(signalling)
    assert (found.state, found.value) == (SignalState.CLOSED, "25.0")
    assert found.vanished_at is not None


def correct(process: Process, subject: str, value: str) -> None:
    row = services.ExternalRow(
        process.parameter,
        subject,
        next(it.made_at for it in process.chart.points if it.subject == subject),
        value,
    )
    services.hand_in_data(plan=process.plan, site=process.site, rows=[row], **process.doing())


def test_a_late_number_comes_to_its_place(process: Process) -> None:
    process.hand_in([*STEADY, *STEADY[:15]])
    process.limits()
    began = process.player.now
    process.hand_in(["10.0", "10.1"], start=began + timedelta(hours=3))
    process.hand_in(["25.0"], start=began)
    chart = process.chart
    assert [point.value for point in chart.points[-3:]] == ["25.0", "10.0", "10.1"]
    assert {it.subject for it in chart.signals if it.by == "nelson_1"} == {chart.points[-3].subject}


def test_an_excluded_point_stays_in_view_and_its_signal_goes(signalling: Process) -> None:
    point = signalling.chart.points[-1]
    services.exclude_point(
        observation=UUID(point.id), reason="The probe was not calibrated.", **signalling.doing("Bob")
    )
    chart = signalling.chart
    assert chart.points[-1].value == "25.0"
    assert (chart.points[-1].exclusion_reason, chart.points[-1].excluded_by_name) == (
        "The probe was not calibrated.",
        signalling.member("Bob").actor.name,
    )
    assert only(signalling).state is SignalState.WITHDRAWN
    with pytest.raises(Conflict, match="excluded_already"):
        services.exclude_point(observation=UUID(point.id), reason="Again.", **signalling.doing("Bob"))
    services.include_point(observation=UUID(point.id), reason="It was.", **signalling.doing("Bob"))
    assert only(signalling).state is SignalState.RAISED


def test_leaving_out_and_taking_in_again_are_told_apart_and_done_once(signalling: Process) -> None:
    point = UUID(signalling.chart.points[-1].id)
    out, back = uuid4(), uuid4()
    for service, request_id, reason in (
        *[(services.exclude_point, out, "A slip.")] * 2,
        *[(services.include_point, back, "It was none.")] * 2,
    ):
        service(observation=point, reason=reason, **signalling.doing("Bob", request_id=request_id))
    told = ledger.entries_of_events([Event.POINT_EXCLUDED, Event.POINT_INCLUDED])
    assert [(it.event, it.reason) for it in told] == [
        (Event.POINT_INCLUDED, "It was none."),
        (Event.POINT_EXCLUDED, "A slip."),
    ]
    found = signalling.chart.points[-1]
    assert (found.excluded_at, found.excluded_by_name, found.exclusion_reason) == (None, "", "")
    with pytest.raises(Conflict, match="not_excluded"):
        services.include_point(observation=point, reason="Again.", **signalling.doing("Bob"))
    with pytest.raises(Conflict, match="request_id_used"):
        services.include_point(observation=point, reason="A slip.", **signalling.doing("Bob", request_id=out))


@pytest.mark.parametrize(("reason", "code"), [("", "required"), ("  ", "required"), ("x" * 401, "too_long")])
def test_leaving_out_needs_a_reason(signalling: Process, reason: str, code: str) -> None:
    point = signalling.chart.points[-1]
    with pytest.raises(Invalid) as caught:
        services.exclude_point(observation=UUID(point.id), reason=reason, **signalling.doing("Bob"))
    assert caught.value.detail["fields"] == {"reason": code}
    assert not selectors.chart(signalling.code, signalling.player.now).points[-1].is_excluded


def test_the_ledger_alone_rebuilds_what_charts_stand_on(signalling: Process) -> None:
    take(signalling)
    assert not verify().findings

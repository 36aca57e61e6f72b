"""Pages of signals: who is offered what, what a refusal leaves, and what everybody reads."""

import re
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cpv import selectors, services
from cpv.forms import words
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from tests.coi.test_query_counts import statements
from tests.cpv.given import STEADY

HIGH = "16.0"
LIST = "cpv:signals"


@pytest.fixture
def raised(process):
    """A chart with limits on which one batch signals: beyond the upper limit."""
    process.hand_in(STEADY)
    process.limits()
    process.hand_in((*STEADY[:3], HIGH))
    return process


def signal_of(process):
    """Its signal by rule 1."""
    return next(one for one in process.chart.signals if one.by == "nelson_1")


def act(client, signal, what, **fields):
    return client.post(
        reverse(f"cpv:{what}_signal", args=[signal.id]), {"request_id": str(uuid4()), **fields}
    )


def page(client, signal):
    return client.get(reverse("cpv:signal", args=[signal.id])).content.decode()


def offered(shown):
    """The steps whose forms are on a page."""
    return set(re.findall(r'action="/process/signals/[^/]+/(\w+)/"', shown))


def take(process, signal, who="Leo"):
    assert services.acknowledge_signal(signal=UUID(signal.id), **process.doing(who)) == ()


def close(process, signal, who="Leo", decision=Decision.LOGGED, **more):
    assert (
        services.close_signal(signal=UUID(signal.id), decision=decision, **more, **process.doing(who)) == ()
    )


def test_a_signal_is_found_from_the_list_from_its_owners_work_and_from_its_chart(raised, as_):
    signal, bob = signal_of(raised), as_("Bob")
    address = reverse("cpv:signal", args=[signal.id])
    for other in (reverse(LIST), reverse("people:work"), reverse("cpv:chart", args=[signal.chart])):
        assert address in bob.get(other).content.decode(), other
    assert "A control chart signals" in bob.get(reverse("people:work")).content.decode()
    shown = page(bob, signal)
    assert "Titer signals at" in shown
    assert signal.subject in shown
    assert str(words.SIGNALS_BY["nelson_1"]).capitalize() in shown
    assert "one point beyond a limit; a point on the limit is inside" in shown
    assert "version 1" in shown
    assert HIGH in shown
    assert reverse("cpv:chart", args=[signal.chart]) in shown
    assert shown.count("closeup-here") == 1
    assert "nobody yet" in shown


def test_each_is_offered_the_next_step_alone(raised, as_):
    signal = signal_of(raised)
    leo, bob, ana = as_("Leo"), as_("Bob"), as_("Ana")
    assert [offered(page(one, signal)) for one in (leo, bob, ana)] == [
        {"acknowledge"},
        {"acknowledge"},
        set(),
    ]
    assert "You can read this." in page(ana, signal)
    assert act(leo, signal, "acknowledge").status_code == 302
    assert [offered(page(one, signal)) for one in (leo, bob, ana)] == [{"close"}, set(), set()]
    assert "Only whoever took the signal on closes it." in page(bob, signal)
    assert act(leo, signal, "close", decision="logged").status_code == 302
    assert [offered(page(one, signal)) for one in (leo, bob, ana)] == [set(), set(), set()]
    assert "Logged: nothing more is needed" in page(ana, signal)
    waiting = [item.subject_key for item, *_more in bob.get(reverse("people:work")).context["items"]]
    assert signal.id not in waiting, "its work has ended with it"
    assert waiting, "that of the other rule has not"


def test_what_is_left_out_is_said_at_its_field_and_nothing_that_was_written_is_lost(raised, as_):
    signal, leo = signal_of(raised), as_("Leo")
    take(raised, signal)
    sent = {"request_id": str(uuid4()), "decision": "deviation", "cause": "", "deviation": ""}
    answer = leo.post(reverse("cpv:close_signal", args=[signal.id]), sent)
    form = answer.context["forms"]["close"]
    assert form.errors == {
        "cause": [str(words.SIGNAL_REFUSALS[SignalRefusal.CAUSE_MISSING])],
        "deviation": [str(words.SIGNAL_REFUSALS[SignalRefusal.DEVIATION_MISSING])],
    }
    assert form["decision"].value() == "deviation"
    assert form["request_id"].value() != sent["request_id"], "sent again it is another request"
    kept = act(leo, signal, "close", decision="assessed", cause="a new lot", deviation="DEV-1")
    assert "a new lot" in kept.content.decode()
    assert "A deviation is named only where" in kept.content.decode()
    none = act(leo, signal, "close", cause="a new lot")
    assert none.status_code == 422
    assert "decision" in none.context["forms"]["close"].errors
    assert "a new lot" in none.content.decode()
    long = act(leo, signal, "close", decision="assessed", cause="x" * 2001)
    assert long.status_code == 422
    assert signal_of(raised).state is SignalState.ACKNOWLEDGED
    assert act(leo, signal, "close", decision="deviation", cause="<b>", deviation="DEV-7").status_code == 302
    shown = page(leo, signal)
    assert "&lt;b&gt;" in shown
    assert "DEV-7" in shown


def test_whoever_comes_second_is_told_so(raised, as_):
    signal, bob = signal_of(raised), as_("Bob")
    take(raised, signal)
    answer = act(bob, signal, "acknowledge")
    assert answer.status_code == 200
    assert "Somebody has taken this signal on already." in answer.content.decode()
    refused = act(bob, signal, "close", decision="logged")
    assert "Only whoever took the signal on closes it." in refused.content.decode()
    assert "Refused, and recorded" in refused.content.decode()
    assert signal_of(raised).owner == raised.member("Leo").user_id


def test_somebody_without_the_role_is_refused_and_somebody_elsewhere_finds_nothing(raised, as_):
    signal = signal_of(raised)
    ana, olga = as_("Ana"), as_("Olga")
    assert act(ana, signal, "acknowledge").status_code == 403
    for address in ("cpv:signal", "cpv:acknowledge_signal", "cpv:close_signal"):
        url = reverse(address, args=[signal.id])
        answer = olga.get(url) if address == "cpv:signal" else olga.post(url, {"request_id": str(uuid4())})
        assert answer.status_code == 404
    assert signal.id not in olga.get(reverse(LIST)).content.decode()
    assert ana.get(reverse("cpv:signal", args=[uuid4()])).status_code == 404


def test_the_list_has_mine_first_says_what_is_overdue_and_keeps_what_was_closed(raised, as_, time_machine):
    assert "No signal waits for an answer" in as_("Olga").get(reverse(LIST)).content.decode()
    raised.hand_in(("16.5",))
    first, *_others, last = [one for one in raised.chart.signals if one.by == "nelson_1"]
    take(raised, last)
    shown = as_("Leo").get(reverse(LIST))
    assert shown.context["open"][0].signal.id == last.id
    assert "overdue" not in shown.content.decode()
    assert "end of 2026-" in shown.content.decode()
    mine = as_("Leo").get(reverse("people:work")).context["items"]
    assert [item.subject_key for item, *_more in mine] == [last.id], "whoever took it on has the work"
    waiting = [item.subject_key for item, *_more in as_("Bob").get(reverse("people:work")).context["items"]]
    assert last.id not in waiting
    assert first.id in waiting
    raised.player.now = first.due_at + timedelta(minutes=1)
    late = as_("Leo").get(reverse(LIST)).content.decode()
    assert "is overdue" in late or "are overdue" in late
    assert "■ overdue" in late
    assert "■ overdue" in page(as_("Leo"), first)
    close(raised, last, decision=Decision.ASSESSED, cause="a new lot of medium")
    closed = as_("Leo").get(reverse(LIST))
    assert [row.signal.id for row in closed.context["closed"]] == [last.id]
    assert "a new lot of medium" in closed.content.decode()
    raised.player.wait(hours=24 * 91)
    assert as_("Leo").get(reverse(LIST)).context["closed"] == []


def test_what_was_answered_stays_beside_what_the_number_is_now(raised, as_):
    signal = signal_of(raised)
    take(raised, signal)
    close(raised, signal, decision=Decision.DATA_ERROR, cause="a slip of the pen")
    services.hand_in_data(
        plan=raised.plan,
        site=raised.site,
        rows=[services.ExternalRow(raised.parameter, signal.subject, signal.made_at, "10.6")],
        **raised.doing("Leo"),
    )
    shown = page(as_("Leo"), signal)
    assert "It would not signal any more" in shown
    then, now = re.search(r"Value</th>(.*?)</tr>", shown, re.DOTALL).group(1).split("Now")
    assert HIGH in then
    assert "10.6" in now
    assert "a slip of the pen" in shown


def test_the_history_has_every_entry_in_words(raised, as_):
    signal = signal_of(raised)
    take(raised, signal)
    services.close_signal(signal=UUID(signal.id), decision=Decision.ASSESSED, **raised.doing("Leo"))
    close(raised, signal)
    shown = page(as_("Bob"), signal)
    history = re.findall(r'<span class="what"><strong>([^<]+)<', shown)
    assert any("signals at" in line for line in history)
    assert any("acknowledged" in line for line in history)
    assert any("answer refused" in line for line in history)
    assert any("closed" in line for line in history)
    assert all(":" not in line.split(" ")[0] for line in history), "no bare name of an event"


def test_it_is_marked_alike_and_of_the_same_chart_wherever_it_is_named(raised, as_):
    signal, leo = signal_of(raised), as_("Leo")
    take(raised, signal)
    addresses = (
        reverse(LIST),
        reverse("cpv:signal", args=[signal.id]),
        reverse("cpv:chart", args=[signal.chart]),
    )
    for address in addresses:
        shown = leo.get(address).content.decode()
        assert '<span class="standing-wait" aria-hidden="true">◷</span>' in shown, address
        assert f"site {raised.site}" in shown, address


def test_reading_costs_a_fixed_number_of_statements(raised, as_):
    signal, leo = signal_of(raised), as_("Leo")

    def cost(address):
        said, answer = statements(partial(leo.get, address))
        assert answer.status_code == 200
        return len(said)

    listed, one = cost(reverse(LIST)), cost(reverse("cpv:signal", args=[signal.id]))
    raised.hand_in(("17.0", "17.1", "17.2"))
    leo = as_("Leo")
    assert cost(reverse(LIST)) == listed
    assert cost(reverse("cpv:signal", args=[signal.id])) == one
    assert len(selectors.signals_open_to(raised.person("Leo"), raised.player.now)) > 3

"""From vein to chart: what is recorded of a batch stands on its charts, and a signal there is work for somebody."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from config.demonstration import site, story
from config.demonstration.site import PLANT, Demo
from cpv import selectors, services
from cpv.events import Event
from cpv.rules.programme import limit_set, plan
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from cpv.rules.programme.points import PointView, SignalView
from cpv.services.judging import WORK
from cpv.services.observing import About, Wanted, write
from ledger.models import Entry
from ledger.projections import differences
from ledger.rules import Actor
from ledger.selectors import entries_for_subject
from people import selectors as people
from qc.selectors import release_board
from qc.services.recording import Doing
from tests import given as play
from tests.qc import given
from tests.qc.given import Laboratory

PLAN = "CPV-FLOW"
# Viability of thirty batches that were made before; repeated, these are a steady process.
BEFORE = ("92.1", "90.8", "93.4", "91.5", "92.9", "90.2", "93.8", "91.9", "92.5", "91.1") * 3


def content() -> dict[str, Any]:
    """Viability and the time to the start of the batch; rule 1 alone, so that one point makes one signal."""
    asked = site.read_content("process_plan.json")
    wanted = [
        it | {"ewma": None} for it in asked["parameters"] if it["code"] in ("VIABILITY", "WAITING", "CELLS")
    ]
    return asked | {"parameters": wanted}


@dataclass
class Watched:
    """A laboratory whose batches are watched."""

    lab: Laboratory

    @property
    def chart(self) -> str:
        return limit_set.code_of(PLAN, "VIABILITY", (PLANT,))

    def follow(self) -> tuple[str, ...]:
        """What the worker does every half minute."""
        self.lab.player.wait(minutes=1)
        return services.follow(now=self.lab.player.now, request_id=uuid4())

    def point(self, parameter: str = "VIABILITY") -> PointView:
        """The newest number of the batch on the chart of this parameter."""
        points = selectors.point_views(limit_set.code_of(PLAN, parameter, (PLANT,)))
        return next(point for point in points if point.subject == self.lab.batch)

    def signals(self) -> tuple[SignalView, ...]:
        return selectors.signals_of_chart(self.chart)

    def made_before(self) -> None:
        """Thirty batches of the year before, as they were observed then."""
        for number, value in enumerate(BEFORE, start=1):
            begun = self.lab.player.demo.now - timedelta(days=200 - 5 * number)
            about = About(f"B-{number:03d}", PLANT, "Europe/Amsterdam", begun)
            doing = Doing(Actor.service("cpv"), self.lab.doing("Leo")["where"], self.lab.player.now, uuid4())
            write(PLAN, about, [Wanted("VIABILITY", (PLANT,), value)], Event.OBSERVED, doing)

    def sign_limits(self) -> None:
        """Proposed from all batches so far, and in effect with three signatures."""
        about = {"chart": self.chart, "justification": "the process as it was validated"}
        draft = services.propose_limits(baseline=services.Range(), **about, **self.lab.doing("Amir"))
        self.lab.player.wait(minutes=1)
        player = self.lab.player
        site.put_in_effect(replace(player.demo, now=player.now), draft.id, "limits")
        self.lab.player.wait(minutes=1)


def another(before: Laboratory, number: int) -> Laboratory:
    """The next patient's batch, filled."""
    journey = play.a_journey(before.player.demo, number=number, now=before.player.now + timedelta(days=1))
    player = play.until(journey, story.fill)
    return Laboratory(player, player.containers("product_bag")[0].batch)


def test_from_the_vein_to_the_chart_and_to_whoever_answers(demo: Demo) -> None:
    lab = given.a_laboratory(demo)
    watched = Watched(lab)
    play.in_effect(lab.player, plan.KIND, PLAN, content())
    lab.player.wait(hours=20)
    result = lab.record("VIABILITY", "92.4")
    watched.follow()
    assert [it.subject for it in selectors.point_views(watched.chart)] == [], "nobody has looked it over yet"
    assert watched.point("CELLS").value == "1840"
    assert 9 < watched.point("WAITING").number < 12
    lab.review(result)
    assert watched.follow() == (watched.chart,)
    assert (watched.point().value, watched.point().version) == ("92.4", 1)
    assert watched.point().source == f"result:{result.id}"
    made = Entry.objects.count()
    assert watched.follow() == ()
    assert Entry.objects.count() == made, "followed again, nothing is written"

    lab.review(lab.correct(lab.results["VIABILITY"], "91.6"))
    assert watched.follow() == (watched.chart,)
    assert (watched.point().value, watched.point().version) == ("91.6", 2), (
        "and the first stays in the ledger"
    )
    entries = [it for it in entries_for_subject("batch", lab.batch) if it.event == Event.OBSERVED]
    values = [it.facts["values"].get("VIABILITY") for it in entries]
    assert values == [None, "92.4", "91.6"]

    watched.made_before()
    watched.sign_limits()
    low = Watched(another(lab, 2))
    low.lab.player.wait(hours=20)
    low.lab.review(low.lab.record("VIABILITY", "81.0"))
    low.follow()
    low.follow()
    (signal,) = low.signals()
    assert (signal.batch, signal.by, signal.side, signal.value) == (
        low.lab.batch,
        "nelson_1",
        "lower",
        "81.0",
    )
    bob = low.lab.person("Bob")
    (work,) = [it for it in people.work_for(bob, low.lab.player.now) if it.cause == WORK]
    assert work.due_at == signal.due_at > low.lab.player.now
    assert WORK in [it.code for it in people.notices_for(bob, low.lab.player.now)]
    board = release_board(bob, low.lab.player.now)
    rows = {row.batch.code: row for group in vars(board).values() for row in group}
    assert [(it.criterion, it.state) for it in rows[low.lab.batch].noted] == [("VIABILITY", "raised")]
    assert low.lab.disposition == "testing", "a signal changes nothing about a batch"

    about: dict[str, Any] = {"signal": UUID(signal.id)}
    assert services.acknowledge_signal(**about, **low.lab.doing("Bob")) == ()
    again = services.acknowledge_signal(**about, **low.lab.doing("Rosa"))
    assert again == (SignalRefusal.ACKNOWLEDGED_ALREADY,)
    cause = "few cells at the collection"
    closing = {"decision": Decision.ASSESSED, "cause": cause}
    assert services.close_signal(**about, **closing, **low.lab.doing("Bob")) == ()
    assert [it.cause for it in people.work_for(bob, low.lab.player.now)] == []
    assert [it.state for it in low.lab.view().noted] == ["closed"]
    assert low.lab.disposition == "testing"
    assert list(differences("default")) == [], "all of it stands in the ledger"


def test_a_correction_takes_back_what_nobody_answered_and_shows_what_somebody_did(demo: Demo) -> None:
    lab = given.a_laboratory(demo)
    watched = Watched(lab)
    play.in_effect(lab.player, plan.KIND, PLAN, content())
    watched.made_before()
    watched.sign_limits()
    unanswered = Watched(another(lab, 2))
    unanswered.lab.player.wait(hours=20)
    first = unanswered.lab.review(unanswered.lab.record("VIABILITY", "81.0"))
    unanswered.follow()
    answered = Watched(another(unanswered.lab, 3))
    answered.lab.player.wait(hours=20)
    second = answered.lab.review(answered.lab.record("VIABILITY", "82.0"))
    answered.follow()
    taken = next(it for it in answered.signals() if it.batch == answered.lab.batch)
    assert services.acknowledge_signal(signal=UUID(taken.id), **answered.lab.doing("Bob")) == ()
    unanswered.lab.player.now = answered.lab.player.now
    for one, result in ((unanswered, first), (answered, second)):
        one.lab.review(one.lab.correct(result, "91.0"))
        answered.lab.player.now = one.lab.player.now = max(answered.lab.player.now, one.lab.player.now)
        one.follow()
    found = {it.batch: it for it in watched.signals()}
    gone, stays = found[unanswered.lab.batch], found[answered.lab.batch]
    assert gone.state is SignalState.WITHDRAWN
    assert people.open_work_about("signal", gone.id) == []
    assert unanswered.lab.view().noted == (), "the release board says nothing of it any more"
    assert (stays.state, stays.value) == (SignalState.ACKNOWLEDGED, "82.0"), "as it was when it was answered"
    assert stays.vanished_at is not None
    assert len(people.open_work_about("signal", stays.id)) == 1, "whoever took it on still closes it"
    assert list(differences("default")) == []

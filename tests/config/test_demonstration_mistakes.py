"""Mistakes in the journeys of the demonstration: refused, resolved, and the journey goes on."""

from collections import Counter
from datetime import timedelta

import pytest

from coi.models import Check, Deviation, Hold, Order, Scan
from config.demonstration import loading, mistakes, site
from config.demonstration.player import NotPlayed, Player
from people.models import WorkItem
from tests import given
from tests.config.mistakes_given import given_slips, players_of
from tests.furnished import Journeys

STEPS = {step["code"]: step for step in site.read_content("cd19_protocol.json")["steps"]}
HINTS = {
    *("wrong_kind", "duplicate_scan", "unreadable", "witness_same_person"),
    *("out_of_sequence", "label_not_applied", "already_done"),
}


def beside(journeys: Journeys, number: int, turn: int) -> Player:
    """A patient beside the furnished ones, whose journey has one mistake before each step that may have one."""
    begun = journeys.demo.now + timedelta(days=number)
    player = Player(journeys.demo, begun, name=f"slipping {number}")
    player.slips, player.others = given_slips(turn), players_of(journeys)
    player.enrol(900 + number)
    return player


@pytest.mark.parametrize(
    ("turn", "stops"),
    [
        (0, {"identity_mismatch", "equipment_not_usable"}),
        (1, {"identity_mismatch", "equipment_not_usable", "wrong_container"}),
    ],
)
def test_every_mistake_is_resolved_and_the_journey_ends(
    journeys: Journeys, turn: int, stops: set[str]
) -> None:
    before = set(Deviation.objects.values_list("code", flat=True))
    player = given.until_end(beside(journeys, 40 + turn, turn))

    assert player.slips == {}, "each was made"
    assert Order.objects.get(coi_id=player.coi_id).closed_at is not None
    opened = Deviation.objects.exclude(code__in=before)
    assert set(opened.values_list("trigger", flat=True)) == stops
    assert set(opened.values_list("state", flat=True)) == {"closed"}
    assert not Check.objects.filter(state="stopped", cleared_at=None).exists()
    assert not Hold.objects.filter(released_at=None).exists()
    assert not WorkItem.objects.filter(subject_kind="deviation", done_at=None).exists()
    refusals = [refusal for answer in player.answers for refusal in answer["refusals"]]
    assert {it["code"] for it in refusals if it["kind"] == "hint"} <= HINTS
    assert {it["code"] for it in refusals if it["kind"] == "stop"} == stops
    near_misses = Scan.objects.filter(order__coi_id=player.coi_id, is_near_miss=True)
    assert near_misses.count() == opened.exclude(trigger="equipment_not_usable").count() > 0


def test_what_a_station_does_not_refuse_is_no_mistake(journeys: Journeys) -> None:
    """A set of bags is what the collection asks for."""
    player = beside(journeys, 45, 0)
    given.story.identify(player)
    player.slips = {"collect": mistakes.wrong_kind}
    with pytest.raises(NotPlayed, match="wrong_kind was expected"):
        given.story.collect(player)


def test_one_step_has_more_mistakes_than_any_other() -> None:
    """What the worksheet says of it is denied by what the stations saw; of the others it is rare."""
    counted = Counter(step for slips in mistakes.OF_FINISHED.values() for step in slips)
    (most, often), (_, next_often), *_ = counted.most_common()
    assert most == "label_bag"
    assert often >= 2 * next_often
    assert set(counted) <= set(STEPS)
    assert set(mistakes.OF_FINISHED) <= set(range(loading.FINISHED))
    assert {step for slips in mistakes.OF_OPEN.values() for step in slips} <= set(STEPS)
    assert 15 <= counted.total() <= 40, "of some 1,600 checks"

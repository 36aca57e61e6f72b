"""A hold blocks what it names and nothing else; what has happened is recorded; a time that is over can be accepted."""

from datetime import timedelta

import pytest

from coi import services as coi
from coi.models import Container, Deviation, Hold, Order
from coi.rules.deviations import DeviationOutcome
from config.demonstration import story
from config.demonstration.player import NotPlayed, Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT
from ledger import services as ledger
from ledger.rules.errors import Conflict
from people.rules.roles import Role
from tests import given
from tests.flows.test_wrong_patient import refused
from tests.furnished import Journeys


def bag(player: Player, number: int = 0) -> Container:
    return Container.objects.get(labelcopy__code=player.label("product_bag", number))


def ship(player: Player, *numbers: int) -> None:
    scans = [*(player.label("product_bag", n) for n in numbers), player.demo.shippers[1]]
    giver, courier = player.one(Role.OPERATOR, PLANT), player.one(Role.COURIER, COURIER)
    player.do("ship", "DOCK", giver, scans, witness=courier)


def receive(player: Player, *numbers: int) -> None:
    scans = [*(player.label("product_bag", n) for n in numbers), player.demo.shippers[1]]
    values = {"temperature": "-158", "seal": "intact"}
    courier, lab = player.one(Role.COURIER, COURIER), player.one(Role.CELL_LAB, HOSPITAL)
    player.do("receive_product", "NDOCK", courier, scans, witness=lab, witness_values=values)


def test_a_held_bag_stays_and_the_others_go(journeys: Journeys) -> None:
    p = journeys.filled
    given.release(p)
    hold = given.a_hold(p, bag(p, 0).code)
    operator = p.one(Role.OPERATOR, PLANT)

    begun = p.scan("DOCK", operator, p.label("product_bag", 1), step="ship")
    assert (begun["outcome"], begun["next"]["left_behind"]) == ("incomplete", [bag(p, 0).code])
    stopped = p.scan("DOCK", operator, p.label("product_bag", 0), step="ship", check=begun["check"])
    assert refused(stopped) == ["on_hold"]
    assert "deviation" not in stopped
    given.cleared(p, "DOCK", stopped["check"], journeys.demo.member("Amir"))

    ship(p, 1)
    receive(p, 1)
    assert [c.custodian for c in p.containers("product_bag")] == [PLANT, HOSPITAL]

    # let go, it follows; the step that its batch has done was not done with it
    coi.release_hold(hold=hold, text="cleared by quality", **given.doing(p, "Rosa"))
    ship(p, 0)
    receive(p, 0)
    assert {c.custodian for c in p.containers("product_bag")} == {HOSPITAL}
    with pytest.raises(NotPlayed, match="already_done"):
        ship(p, 0)
    assert ledger.verify(now=given.now(), record=False).findings == ()


def test_what_stays_for_good_is_closed_out_where_it_is(journeys: Journeys) -> None:
    """Otherwise the journey could never close."""
    p = journeys.filled
    given.release(p)
    given.a_hold(p, bag(p, 0).code)
    ship(p, 1)
    receive(p, 1)
    first = p.one(Role.OPERATOR, PLANT)
    second = p.one(Role.OPERATOR, PLANT, but=first)
    labels, values = [p.label("product_bag", 0)], {"fate": "destroyed"}
    p.do("close_unused", "QUARANTINE", first, labels, witness=second, values=values)
    assert bag(p, 0).status == "closed"

    story.patient_ready(p)
    story.thaw(p, 1)
    story.bedside(p, 1)
    story.infuse(p, 1)
    p.do(
        "close", "NLAB", p.one(Role.CELL_LAB, HOSPITAL), [p.label("product_bag", 1)], values={"fate": "empty"}
    )
    for tube in p.containers("sample"):
        p.do("close_sample", "BENCH", first, [tube.label], values={"fate": "used_up"})
    assert Order.objects.get(coi_id=p.coi_id).closed_at is not None


@pytest.mark.parametrize("is_watched", [True, False])
def test_an_infusion_that_overran_is_recorded_with_one_deviation(
    journeys: Journeys, is_watched: bool
) -> None:
    """The patient has it: nothing is prevented by refusing, and much is lost by not recording."""
    p = journeys.bedside
    story.bedside(p)
    nurse, label = p.one(Role.NURSE, HOSPITAL), p.label("product_bag")
    p.do("infuse_start", "NBED", nurse, [p.wristband, label])
    p.wait(hours=3)
    if is_watched:
        assert coi.open_overdue_deviations(now=p.now) >= 1
    answer = p.do("infuse_end", "NBED", nurse, [label], values={"volume": "48"})
    assert bag(p).status == "infused"

    (found,) = Deviation.objects.filter(trigger="hold_time_passed", containers__contains=[str(bag(p).id)])
    assert (found.grade, found.state) == ("critical", "open")
    assert is_watched or answer["deviation"] == found.code
    coi.open_overdue_deviations(now=p.now + timedelta(minutes=1))
    assert Deviation.objects.filter(containers__contains=[str(bag(p).id)]).count() == 1


def test_no_infusion_begins_after_its_time(journeys: Journeys) -> None:
    p = journeys.bedside
    story.bedside(p)
    p.wait(hours=3)
    nurse = p.one(Role.NURSE, HOSPITAL)
    answer = p.scan("NBED", nurse, p.wristband, p.label("product_bag"), step="infuse_start")
    assert refused(answer) == ["hold_time_passed"]


@pytest.mark.parametrize(
    ("outcome", "says"), [(DeviationOutcome.USE_AS_IS, ""), (DeviationOutcome.RELABEL, "hold_time_passed")]
)
def test_quality_may_accept_a_time_that_is_over(
    journeys: Journeys, outcome: DeviationOutcome, says: str
) -> None:
    p = journeys.bedside
    p.wait(hours=3)
    nurse, second = p.one(Role.NURSE, HOSPITAL), journeys.demo.member("Ivan")
    codes = [p.wristband, p.label("product_bag")]
    first = p.scan("NBED", nurse, *codes, step="bedside", pin=nurse.pin)
    assert refused(first) == ["hold_time_passed"]
    given.cleared(p, "NBED", first["check"], second)

    p.wait(minutes=1)
    again = p.scan("NBED", nurse, *codes, step="bedside", pin=nurse.pin)
    assert refused(again) == ["on_hold", "hold_time_passed"]
    assert "deviation" not in again, "the bag is contained already: a second one would say nothing new"
    given.cleared(p, "NBED", again["check"], second)

    p.wait(minutes=1)
    given.a_closed_deviation(p, first["deviation"], outcome)
    assert not Hold.objects.filter(container=bag(p), released_at=None).exists()
    last = p.scan("NBED", nurse, *codes, step="bedside", pin=nurse.pin)
    assert refused(last) == ([says] if says else [])
    assert ledger.verify(now=given.now(), record=False).findings == ()


def test_a_label_is_replaced_where_it_can_be_applied(journeys: Journeys) -> None:
    """At the hospital by the laboratory there; on its way, in the courier's hands, by nobody."""
    p = journeys.ready
    new = given.a_reprint(p, p.label("product_bag"), "Lena", HOSPITAL)
    first, second = journeys.demo.member("Lena"), journeys.demo.member("Luca")
    with pytest.raises(NotPlayed, match="label_not_applied"):
        story.thaw(p)
    p.do("relabel_bag", "NLAB", first, [new], witness=second)
    story.thaw(p)
    assert bag(p).status == "thawed"

    q = journeys.labelled
    story.send_collection(q)
    given.granted(q, "Carol", Role.OPERATOR, COURIER)
    with pytest.raises(Conflict, match="label_not_applied_here"):
        given.a_reprint(q, q.label("apheresis_bag"), "Carol", COURIER)
    story.receive_collection(q)
    new = given.a_reprint(q, q.label("apheresis_bag"), "Alice")
    operator = q.one(Role.OPERATOR, PLANT)
    q.do("relabel_collection", "DOCK", operator, [new], witness=q.one(Role.OPERATOR, PLANT, but=operator))
    story.start_batch(q)

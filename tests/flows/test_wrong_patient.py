"""The neighbour's bag at the bedside: the STOP, its clearance, and both patients treated with their own cells."""

from datetime import timedelta
from uuid import UUID

import pytest

from coi import services as coi
from coi.models import Check, Container, Deviation, Hold, Order, Scan
from coi.rules.deviations import DeviationOutcome
from coi.rules.journey import OrderKind
from config.demonstration import story
from config.demonstration.player import NotPlayed, Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT
from ledger import selectors as ledger
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.services_given import refused
from tests.furnished import Journeys


@pytest.mark.requirement("URS-SEQ-02")
def test_the_wrong_bag_at_the_bedside(journeys: Journeys) -> None:
    j, p, other = journeys, journeys.bedside, journeys.neighbour
    nurse, second = j.demo.member("Ines"), j.demo.member("Ivan")
    wrong, right = other.label("product_bag"), p.label("product_bag")
    bag = Container.objects.get(labelcopy__code=wrong)

    answer = p.scan("NBED", nurse, p.wristband, wrong, step="bedside", pin=nurse.pin)
    assert (answer["outcome"], refused(answer)[0]) == ("refused", "identity_mismatch")
    (mismatch, *_) = answer["refusals"]
    assert mismatch["kind"] == "stop"
    assert (mismatch["params"]["expected"], mismatch["params"]["found"]) == (p.coi_id, other.coi_id)
    assert Scan.objects.get(id=answer["scan_id"]).is_near_miss

    # nothing more happens here until somebody else has looked
    blocked = p.scan("NBED", second, p.wristband, right, step="bedside", pin=second.pin)
    assert refused(blocked) == ["stop_not_cleared"]
    given.cleared(p, "NBED", answer["check"], second)

    # the right bag is not blocked, and its clock still runs
    story.bedside(p)
    story.infuse(p)
    assert Container.objects.get(labelcopy__code=right).status == "infused"

    # the wrong one is contained, wherever it is shown, until quality has decided
    p.scan("NBED", nurse, codes.make("C", "CLEAR"))
    other.now = p.now + timedelta(minutes=1)
    assert refused(other.scan("NBED", nurse, other.wristband, wrong, step="bedside")) == ["on_hold"]
    deviation = Deviation.objects.get(code=answer["deviation"])
    assert deviation.containers == [str(bag.id)]
    assert deviation.order.coi_id == other.coi_id
    given.a_closed_deviation(other, deviation.code, DeviationOutcome.USE_AS_IS)
    assert not Hold.objects.filter(container=bag, released_at=None).exists()
    given.cleared(other, "NBED", str(_stop_of(other)), second)
    story.bedside(other)
    story.infuse(other)
    assert Container.objects.get(id=bag.id).status == "infused"

    # both histories tell it
    for coi_id in (p.coi_id, other.coi_id):
        told = [entry.event for entry in ledger.entries_for_subject("order", coi_id)]
        assert "coi:scan:refused" in told


def _stop_of(player: Player) -> UUID:
    return UUID(player.answers[-1]["check"])


@pytest.mark.requirement("URS-SEQ-02")
def test_the_right_bag_at_the_wrong_bed_is_what_is_wrong_there(journeys: Journeys) -> None:
    """A wristband is on the patient: against it, the bag is the wrong item, in whatever order they are scanned."""
    j, p, other = journeys, journeys.bedside, journeys.neighbour
    nurse = j.demo.member("Ines")
    bag = Container.objects.get(labelcopy__code=p.label("product_bag"))
    for number, barcodes in enumerate(
        ([p.label("product_bag"), other.wristband], [other.wristband, p.label("product_bag")])
    ):
        p.now += timedelta(seconds=10)
        answer = p.scan("NBED", nurse, *barcodes, step="bedside")
        assert "identity_mismatch" in refused(answer)
        deviation = Deviation.objects.get(code=answer["deviation"])
        assert deviation.containers == [str(bag.id)], number


def test_an_engineering_run_is_never_infused(journeys: Journeys) -> None:
    """Everything may be practised up to the hospital's door."""
    demo = journeys.demo
    player = given.a_journey(demo, number=93, now=journeys.filled.now)
    practice = Player(demo, player.now, site=HOSPITAL, name="practice", wristband=codes.make("W", "PRACTICE"))
    practice.coi_id = coi.enrol_patient_and_order(
        patient=coi.PatientDetails("Practice", "Run", given.BORN, "MRNP"),
        wristband=practice.wristband,
        product=PRODUCT,
        sites=coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        kind=OrderKind.ENGINEERING,
        **given.doing(player, "Olga", HOSPITAL),
    )
    story.play(
        practice, (*story.TO_FILL, given.release, story.ship, story.receive_product, story.patient_ready)
    )
    with pytest.raises(NotPlayed, match="not_infusible"):
        story.thaw(practice)
    assert Order.objects.get(coi_id=practice.coi_id).kind == "engineering"
    assert {c.status for c in practice.containers("product_bag")} == {"available"}


def test_a_recalled_batch_stays_where_it_is(journeys: Journeys) -> None:
    """Released, then held at its harvest: no bag of it leaves, and each of them may once it is let go."""
    p = journeys.filled
    given.release(p)
    hold = given.a_hold(p, p.containers("harvest")[0].code)
    with pytest.raises(NotPlayed, match="on_hold"):
        story.ship(p)
    coi.release_hold(hold=hold, text="cleared by quality", **given.doing(p, "Rosa"))
    for stop in Check.objects.filter(state="stopped", cleared_at=None):
        # the operator met the first one, the courier the second
        by = "Amir" if stop.performer_name == "Alice Adams" else "Alice"
        given.cleared(p, "DOCK", str(stop.id), journeys.demo.member(by))
    story.ship(p)
    assert {c.custodian for c in p.containers("product_bag")} == {COURIER}


def test_people_come_and_go_and_the_check_stays(journeys: Journeys) -> None:
    """A check survives an interruption; nobody takes over another's part; a cancelled one counts for nothing."""
    j, p = journeys, journeys.bedside
    nurse, second, third = (j.demo.member(name) for name in ("Ines", "Ivan", "Lena"))
    label = p.label("product_bag")
    check = p.scan("NBED", nurse, p.wristband, step="bedside")["check"]
    p.wait(minutes=20)
    took_over = p.scan("NBED", second, label, check=check)
    assert refused(took_over) == ["witness_not_independent"]
    answer = p.scan("NBED", nurse, label, check=check, pin=nurse.pin)
    assert answer["next"]["need"] == "witness"
    # the witness begins, and is called away; another one does not go on with it
    begun = p.scan("NBED", second, p.wristband, check=check)
    assert (begun["next"]["part"], begun["next"]["item"]) == ("witness", "container")
    assert refused(p.scan("NBED", third, label, check=check, pin=third.pin)) == ["witness_not_independent"]
    p.scan("NBED", third, codes.make("C", "CANCEL"), check=check)
    assert refused(p.scan("NBED", second, label, check=check, pin=second.pin)) == ["check_closed"]
    with pytest.raises(NotPlayed, match="out_of_sequence"):
        story.infuse(p)
    story.bedside(p)
    story.infuse(p)


def test_the_last_of_two_openers_is_told_and_leaves_nothing_open(journeys: Journeys) -> None:
    """Two laboratories begin to thaw one bag: one completes it, the other's check is over and blocks nothing."""
    j, p = journeys, journeys.ready
    lena, luca = j.demo.member("Lena"), j.demo.member("Luca")
    label, device = p.label("product_bag"), j.demo.devices["thaw_device", HOSPITAL]
    mine = p.scan("NLAB", lena, label, step="thaw")["check"]
    theirs = p.scan("NLAB", luca, label, step="thaw")["check"]
    assert mine != theirs
    p.scan("NLAB", lena, device, check=mine)
    assert refused(p.scan("NLAB", j.demo.member("Ines"), label, check=mine)) == ["not_trained"]
    done = p.scan("NLAB", luca, label, check=mine)
    assert done["outcome"] == "accepted"
    late = p.scan("NLAB", luca, device, check=theirs)
    assert refused(late) == ["already_done"]
    assert p.scan("NLAB", lena, codes.make("C", "CLEAR"))["outcome"] == "accepted"
    assert j.demo.with_role(Role.CELL_LAB, HOSPITAL) == [lena, luca]

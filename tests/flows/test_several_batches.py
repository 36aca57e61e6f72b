"""More than one batch of one order: a dose of two components, and a product that is made again."""

from uuid import UUID, uuid4

import pytest

from coi import services as coi
from coi.models import Batch, Collection, Order
from coi.rules.journey import Disposition, JourneyEnd
from coi.selectors import details
from coi.selectors.batches import batch_by_code
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, PRODUCT
from ledger.projections import differences
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import selectors as people
from people.rules.roles import Role
from tests import given
from tests.coi.doors import signed_in
from tests.flows import making
from tests.furnished import Journeys

D = Disposition
AGAIN = {"is_repeatable": True}


def arrived(j: Journeys, content: dict[str, object], *steps: str, number: int = 88) -> Player:
    """A journey under another protocol, its collection at the manufacturer."""
    given.in_effect(j.fresh, "protocol", PRODUCT, content)
    if steps:
        making.furnish(j.fresh, "HOOD", *steps)
    p = given.a_journey(j.demo, number=number, now=j.fresh.now)
    return given.until(p, story.receive_collection)


def divided(p: Player) -> tuple[str, str]:
    """The apheresis in two fractions, each labelled; their labels."""
    labels = []
    for part in ("cd8", "cd4"):
        making.two(p, f"take_{part}", p.label("apheresis_bag"))
        making.two(p, f"label_{part}", p.label(part))
        labels.append(p.label(part))
    return labels[0], labels[1]


TWO = ("take_cd8", "label_cd8", "take_cd4", "label_cd4")


def refused_at(p: Player, station: str, who: str, step: str, *codes: str) -> list[tuple[str, str]]:
    """A scan that is stopped; a colleague clears the STOP. Answers with (code, component)."""
    place = PLANT if station in ("DOCK", "HOOD") else p.site
    first = p.demo.member(who)
    answer = p.scan(station, first, *codes, step=step)
    assert answer["outcome"] == "refused"
    second = next(
        m
        for role in (Role.CELL_LAB, Role.OPERATOR, Role.NURSE)
        for m in p.demo.with_role(role, place)
        if m != first
    )
    p.wait(seconds=5)
    if answer["next"]["need"] == "clearance":
        given.cleared(p, station, answer["check"], second)
    p.wait(seconds=5)
    return [(r["code"], r["params"].get("component", "")) for r in answer["refusals"]]


# -- a dose of two components -----------------------------------------------------------------------------------------


def test_a_dose_of_two_components_is_given_when_both_are_there(journeys: Journeys) -> None:
    p = arrived(journeys, making.two_components(), *TWO)
    cd8, cd4 = (making.made(p, label) for label in divided(p))
    assert [Batch.objects.get(code=code).component for code in (cd8, cd4)] == ["CD8", "CD4"]
    summary = batch_by_code(cd8)
    assert summary is not None
    assert summary.component == "CD8"
    making.decided(p, cd8, D.RELEASED)
    making.shipped(p, cd8)
    making.received(p, cd8)
    story.patient_ready(p)
    (bag8,) = making.bags_of(p, cd8)
    lab, device = p.one(Role.CELL_LAB, p.site), p.demo.devices["thaw_device", p.site]
    name = lab.name.split()[0]
    # the other one is neither released nor here; then released and not here; then here and on hold
    assert refused_at(p, "NLAB", name, "thaw", bag8.label, device) == [("component_missing", "CD4")]
    making.decided(p, cd4, D.CONDITIONALLY_RELEASED)
    assert refused_at(p, "NLAB", name, "thaw", bag8.label, device) == [("component_missing", "CD4")]
    page = signed_in(p.demo.member("Bob")).get(f"/journeys/{p.coi_id}/").content.decode()
    assert "CD4 is not there" in page
    making.shipped(p, cd4)
    making.received(p, cd4)
    (bag4,) = making.bags_of(p, cd4)
    hold = given.a_hold(p, bag4.code)
    assert refused_at(p, "NLAB", name, "thaw", bag8.label, device) == [("component_missing", "CD4")]
    coi.release_hold(hold=hold, text="looked at", **given.doing(p, "Bob"))
    making.given_to_the_patient(p, bag8)
    making.given_to_the_patient(p, bag4)  # the other one is infused: it took part
    assert [b.status for b in p.containers("product_bag")] == ["infused", "infused"]
    assert list(differences("default")) == []


def test_a_shipment_that_waits_for_all_components_may_take_one_after_the_other(journeys: Journeys) -> None:
    p = arrived(journeys, making.two_components(("ship",)), *TWO)
    cd8, cd4 = (making.made(p, label) for label in divided(p))
    making.decided(p, cd4, D.RELEASED)
    codes = [*(bag.cassette for bag in making.bags_of(p, cd4)), p.demo.shippers[1]]
    assert refused_at(p, "DOCK", "Alice", "ship", *codes) == [("component_missing", "CD8")]
    making.decided(p, cd8, D.RELEASED)
    making.shipped(p, cd8)
    making.shipped(p, cd4)  # the first one left already, with this step


# -- made again -------------------------------------------------------------------------------------------------------


def test_after_a_rejection_it_is_made_again_from_another_collection(journeys: Journeys) -> None:
    p = arrived(journeys, given.a_protocol(identify=AGAIN, collect=AGAIN))
    first = making.made(p, p.label("apheresis_bag"))
    making.decided(p, first, D.REJECTED)
    making.closed_out(p, first)
    order = Order.objects.get(coi_id=p.coi_id)
    assert order.closed_at is None  # nothing is left of it, and it is not over
    p.wait(days=14)
    story.identify(p)
    story.collect(p)
    label = p.containers("apheresis_bag")[-1].label
    collector = p.one(Role.COLLECTOR, p.site)
    second = p.one(Role.COLLECTOR, p.site, but=collector)
    p.do("label_collection", "NCHAIR", collector, [p.wristband, label], witness=second)
    p.do("end_collection", "NCHAIR", collector, [label], values={"volume": "182", "tnc": "11.4"})
    p.scan("NCHAIR", collector, story.CLEAR)
    _carried(p, label)
    again = making.made(p, label)
    assert again != first
    assert Collection.objects.filter(order=order).count() == 2
    making.decided(p, again, D.RELEASED)
    making.shipped(p, again)
    making.received(p, again)
    story.patient_ready(p)
    (bag,) = making.bags_of(p, again)
    making.given_to_the_patient(p, bag)
    p.scan("NBED", p.one(Role.NURSE, p.site), story.CLEAR)
    p.do("close", "NLAB", p.one(Role.CELL_LAB, p.site), [bag.label], values={"fate": "empty"})
    order.refresh_from_db()
    assert order.closed_at is not None
    assert dict(Batch.objects.filter(order=order).values_list("code", "disposition")) == {
        first: "rejected",
        again: "released",
    }
    assert list(differences("default")) == []


def _carried(p: Player, label: str) -> None:
    """From the hospital to the manufacturer."""
    scans = [label, p.demo.shippers[0]]
    courier = p.one(Role.COURIER, "SWIFT")
    p.do("send_collection", "NDOCK", p.one(Role.CELL_LAB, p.site), scans, witness=courier)
    p.wait(hours=9)
    values = {"temperature": "4.6", "seal": "intact"}
    operator = p.one(Role.OPERATOR, PLANT)
    p.do("receive_collection", "DOCK", courier, scans, witness=operator, witness_values=values)


def test_it_is_made_again_from_what_is_left_of_the_same_collection(journeys: Journeys) -> None:
    """A second bag of one apheresis, kept for it."""
    twice = {"makes": {"kind": "apheresis_bag", "count": 2, "expires_minutes": 40_320}}
    given.in_effect(journeys.fresh, "protocol", PRODUCT, given.a_protocol(collect=twice))
    p = given.a_journey(journeys.demo, number=89, now=journeys.fresh.now)
    story.identify(p)
    story.collect(p)
    collector = p.one(Role.COLLECTOR, p.site)
    second = p.one(Role.COLLECTOR, p.site, but=collector)
    labels = [bag.label for bag in p.containers("apheresis_bag")]
    for label in labels:
        p.do("label_collection", "NCHAIR", collector, [p.wristband, label], witness=second)
        p.do("end_collection", "NCHAIR", collector, [label], values={"volume": "91", "tnc": "5.7"})
    p.scan("NCHAIR", collector, story.CLEAR)
    for label in labels:
        _carried(p, label)
    first = making.made(p, labels[0])
    making.decided(p, first, D.REJECTED)
    again = making.made(p, labels[1])
    making.decided(p, again, D.RELEASED)
    viewer = people.person(p.demo.member("Bob").user_id, p.now)
    assert viewer is not None
    shown = details.journey(viewer, p.coi_id, p.now)
    bags = {bag.code: bag.batch for bag in shown.containers if bag.kind == "product_bag"}
    waits = [
        (w.step, {bags[code] for code in w.containers})
        for w in shown.waits
        if set(w.containers) <= bags.keys()
    ]
    assert waits == [
        ("ship", {again}),
        ("close_unused", {first}),
    ]  # what was rejected does not wait for a release
    codes = [*(bag.cassette for bag in making.bags_of(p, first)), p.demo.shippers[1]]
    assert refused_at(p, "DOCK", "Alice", "ship", *codes) == [("not_released", "")]
    making.shipped(p, again)
    making.received(p, again)
    story.patient_ready(p)
    (bag,) = making.bags_of(p, again)
    making.given_to_the_patient(p, bag)


# -- or not -----------------------------------------------------------------------------------------------------------


def ended(p: Player, by: str = "Olga", at: str = HOSPITAL, **more: object) -> None:
    about = {**given.doing(p, by, at), "coi_id": p.coi_id, "end": JourneyEnd.NOT_MANUFACTURED, **more}
    coi.close_journey(**about)


def test_a_journey_that_comes_to_nothing_is_ended_by_somebody(journeys: Journeys) -> None:
    p = arrived(journeys, given.a_protocol())
    batch = making.made(p, p.label("apheresis_bag"))
    making.decided(p, batch, D.REJECTED)
    with pytest.raises(Conflict, match="containers_open"):
        ended(p)
    making.closed_out(p, batch)
    for by, at in (("Ines", HOSPITAL), ("Alice", PLANT), ("Pia", HOSPITAL), ("Carol", HOSPITAL)):
        with pytest.raises(NotAllowed):
            ended(p, by, at)
    for unknown in ("CHA000000000000", "\x00"):
        with pytest.raises(NotFound):
            ended(p, coi_id=unknown)
    client = signed_in(p.demo.member("Olga"))
    path = f"/journeys/{p.coi_id}/close/"
    assert "End this journey" in client.get(f"/journeys/{p.coi_id}/").content.decode()
    assert client.post(path, {"request_id": str(uuid4()), "end": ""}).status_code == 422
    about = given.doing(p, "Bob")
    ended(p, "Bob", PLANT, request_id=about["request_id"])
    ended(p, "Bob", PLANT, request_id=about["request_id"])
    with pytest.raises(Conflict, match="journey_closed"):
        ended(p)
    assert "End this journey" not in client.get(f"/journeys/{p.coi_id}/").content.decode()
    assert client.post(path, {"request_id": str(uuid4()), "end": "withdrawn"}).status_code == 409
    assert isinstance(about["request_id"], UUID)


def test_before_anything_was_collected_it_is_ended_from_its_page(journeys: Journeys) -> None:
    p = journeys.fresh
    fields = {"request_id": str(uuid4()), "end": "withdrawn"}
    path = f"/journeys/{p.coi_id}/close/"
    assert signed_in(p.demo.member("Ines")).post(path, fields).status_code == 403
    assert signed_in(p.demo.member("Olga")).post(path, fields).status_code == 302
    assert Order.objects.get(coi_id=p.coi_id).closed_at is not None

"""What a scan costs in SQL statements: frozen, and the same for a small journey and for a large one.

Begin, commit and savepoints are not counted. A number that grows is to be looked at before it is written down here.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services as coi
from coi.models import Check, Container
from coi.rules.requests import ScanRequest
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.doors import signed_in
from tests.furnished import Journeys

FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def statements(call: Callable[[], Any]) -> tuple[list[str], Any]:
    """The statements of a call, and what it answered."""
    with CaptureQueriesContext(connection) as caught:
        answer = call()
    return [q["sql"] for q in caught if not q["sql"].startswith(FRAMES)], answer


EXPECTED = {
    "badge in": 7,
    "one item of two": 13,
    "the first part, signed": 16,
    "the witness, who completes it": 17,
    "refused with a hint": 12,
    "a step of one person": 13,
    "a STOP with its deviation": 20,
    "a trigger pulled twice": 7,
    "the same scan again": 2,
    "unreadable": 8,
}
# Steps that change many containers at once, for two bags and for six.
MANY = {"filled": 19, "handed over": 12, "taken over": 15}
# A page: the session, the account, what there is of each kind, and the person, read once for page and navigation.
CARDS = 11


def measured(j: Journeys, p: Player) -> dict[str, list[str]]:
    """One scan of each kind at the bedside of this patient."""
    nurse, second = j.demo.member("Ines"), j.demo.member("Ivan")
    label, found = p.label("product_bag"), {}

    def scan(kind: str, *args: Any, **more: Any) -> dict[str, Any]:
        found[kind], answer = statements(lambda: p.scan("NBED", *args, **more))
        return answer

    scan("badge in", nurse, nurse.badge)
    first = scan("one item of two", nurse, p.wristband, step="bedside")
    scan("the first part, signed", nurse, label, check=first["check"], pin=nurse.pin)
    scan("the witness, who completes it", second, p.wristband, label, check=first["check"], pin=second.pin)
    scan("refused with a hint", nurse, p.wristband, label, step="bedside", pin=nurse.pin)
    scan("a step of one person", nurse, p.wristband, label, step="infuse_start")
    scan("a STOP with its deviation", nurse, p.wristband, j.ready.label("product_bag"), step="infuse_start")
    p.now -= timedelta(seconds=3)
    scan("a trigger pulled twice", nurse, p.wristband, j.ready.label("product_bag"), step="infuse_start")
    p.now += timedelta(seconds=3)
    scan("unreadable", nurse, "?")
    token = j.demo.tokens["NBED"]
    again = ScanRequest(uuid4(), token, nurse.badge.encode(), (b"??",))
    coi.record_scan(scan=again, now=p.now)
    found["the same scan again"], _ = statements(lambda: coi.record_scan(scan=again, now=p.now))
    return found


def measured_in_bulk(p: Player, bags: int) -> dict[str, list[str]]:
    """Fill so many bags and hand them all over."""
    found: dict[str, list[str]] = {}
    operator, other = (
        p.one(Role.OPERATOR, PLANT),
        p.one(Role.OPERATOR, PLANT, but=p.one(Role.OPERATOR, PLANT)),
    )
    scans = [p.label("harvest"), p.demo.lots["cryomedium", PLANT]]
    check = p.scan("HOOD", operator, *scans, step="fill", values={"bags": str(bags)})["check"]
    found["filled"], answer = statements(lambda: p.scan("HOOD", other, *scans, check=check))
    assert answer["outcome"] == "accepted"
    freezer = p.demo.devices["rate_freezer", PLANT]
    for bag in p.containers("product_bag"):
        story._two(p, "label_bag", [bag.label])
        story._two(p, "into_cassette", [bag.label, bag.cassette], station="FREEZER")
        p.do("freeze", "FREEZER", operator, [bag.label, p.demo.freezer, freezer])
    p.scan("HOOD", operator, story.CLEAR)
    given.release(p)
    scans = [*(bag.label for bag in p.containers("product_bag")), p.demo.shippers[1]]
    found["handed over"], answer = statements(lambda: p.scan("DOCK", operator, *scans, step="ship"))
    courier = p.one(Role.COURIER, COURIER)
    check = answer["check"]
    found["taken over"], answer = statements(lambda: p.scan("DOCK", courier, *scans, check=check))
    assert answer["outcome"] == "accepted"
    return found


def grown(p: Player) -> dict[str, list[str]]:
    """Six bags, a dozen samples, abandoned checks, replaced labels, holds: a long history. What bulk steps cost."""
    story.transduce(p)
    culture = p.label("culture")
    for _ in range(4):
        story.sample(p, "sample_culture", culture)
    operator = p.one(Role.OPERATOR, PLANT)
    for _ in range(3):
        begun = p.scan("HOOD", operator, p.label("culture"), step="pool")
        p.scan("HOOD", operator, codes.make("C", "CANCEL"), check=begun["check"])
        new = given.a_reprint(p, p.label("culture"), "Alice")
        story._two(p, "label_culture", [new])
    story.harvest(p)
    bulk = measured_in_bulk(p, bags=6)
    for tube in p.containers("sample"):
        given.a_hold(p, tube.code)
    story.play(p, (story.receive_product, story.patient_ready, story.thaw))
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), story.CLEAR)
    return bulk


def test_a_scan_costs_the_same_however_much_there_is(journeys: Journeys) -> None:
    small = measured(journeys, journeys.bedside)
    stop = Check.objects.get(state="stopped", cleared_at=None)
    given.cleared(journeys.bedside, "NBED", str(stop.id), journeys.demo.member("Ivan"))
    journeys.bedside.scan("NBED", journeys.demo.member("Ines"), story.CLEAR)
    grown(journeys.cultured)
    assert Container.objects.filter(order__coi_id=journeys.cultured.coi_id).count() >= 15
    large = measured(journeys, journeys.cultured)
    counts = {kind: len(sql) for kind, sql in small.items()}
    assert {kind: len(sql) for kind, sql in large.items()} == counts
    assert counts == EXPECTED, told(small)


def test_a_step_over_many_bags_costs_what_it_costs_over_two(journeys: Journeys) -> None:
    large = grown(journeys.cultured)
    other = given.a_second_journey(journeys.demo, now=journeys.cultured.now + timedelta(days=1))
    story.play(other, story.TO_FILL[:-1])
    small = measured_in_bulk(other, bags=2)
    counts = {kind: len(sql) for kind, sql in small.items()}
    assert {kind: len(sql) for kind, sql in large.items()} == counts, told(large)
    assert counts == MANY, told(small)


def test_the_page_of_the_cards_costs_the_same_however_many_there_are(
    journeys: Journeys, monkeypatch: Any
) -> None:
    p = journeys.bedside
    monkeypatch.setattr("django.utils.timezone.now", lambda: p.now)
    ada = signed_in(journeys.demo.member("Ada"))
    few, answer = statements(lambda: ada.get("/cards/", {"site": HOSPITAL}))
    assert answer.status_code == 200
    for n in range(6):
        about = {"kind": "incubator", "name": f"More {n}", "calibration_due_at": p.now, "site": HOSPITAL}
        coi.register_equipment(code=codes.make("E", f"MORE{n}"), **about, **given.doing(p, "Luca", HOSPITAL))
        badge = {"user_id": p.one(Role.NURSE, HOSPITAL).user_id, "code": codes.make("B", f"MORE{n}")}
        people.issue_badge(site=HOSPITAL, **badge, **given.doing(p, "Ada", HOSPITAL))
    many, answer = statements(lambda: ada.get("/cards/", {"site": HOSPITAL}))
    assert b"More 5" in answer.content
    assert len(few) == len(many) == CARDS, told({"cards": many})


def told(found: dict[str, list[str]]) -> str:
    """The statements, for whoever has to find the one too many."""
    return "\n".join(f"{kind}:\n  " + "\n  ".join(s[:110] for s in sql) for kind, sql in found.items())

"""What stations do at the same instant: real threads, real transactions, a database of its own for each test."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from threading import Event as Signal
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction

from coi import services as coi
from coi.models import Check, Collection, Container, LabelCopy, Order, PlaceUse, Scan, StepRecord
from coi.rules.requests import ScanRequest
from coi.services import numbers
from config.demonstration import site, story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, Member, StationSpec
from ledger import selectors as ledger
from ledger import services as ledger_services
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.services_given import refused
from tests.concurrency.at_once import at_once, waiting
from tests.furnished import Journeys

BEDSIDE = ("patient_ready", "bedside", "infuse_start", "infuse_end")


def another_station(j: Journeys, key: str, like: str, place: str = "") -> None:
    """A second station for the same steps, at a place of its own or at this one."""
    spec = j.demo.stations[like]
    about = given.doing(j.bedside, "Ada", spec.site)
    own = codes.make("P", key)
    if not place:
        people.create_place(
            site=spec.site, code=own, name=key, kind="station", is_single_patient=True, **about
        )
    made = people.register_station(
        site=spec.site,
        place=place or own,
        code=codes.make("S", key),
        name=key,
        steps=spec.steps,
        **about | {"request_id": uuid4()},
    )
    j.demo.tokens[key] = made.token
    j.demo.stations[key] = StationSpec(key, spec.site, key, spec.steps, is_single_patient=True)
    site.qualify(j.demo, key, j.bedside.now)


def request(
    j: Journeys, station: str, who: str | Member, *barcodes: str, now: Any = None, **more: Any
) -> Callable[[], dict[str, Any]]:
    """A request, ready to be made by a thread."""
    member = j.demo.member(who) if isinstance(who, str) else who
    scan = ScanRequest(
        scan_id=more.pop("scan_id", None) or uuid4(),
        token=j.demo.tokens[station],
        badge=member.badge.encode(),
        barcodes=tuple(code.encode() for code in barcodes),
        **more,
    )
    moment = now or j.bedside.now + timedelta(seconds=30)
    return lambda: coi.record_scan(scan=scan, now=moment)


@pytest.fixture
def j(live_journeys: Journeys) -> Journeys:
    """The site with a second bedside station."""
    another_station(live_journeys, "NBED2", "NBED")
    return live_journeys


@pytest.mark.requirement("URS-TRUE-05")
@pytest.mark.parametrize("attempt", range(3))
def test_two_stations_scan_one_bag_and_one_of_them_does_it(j: Journeys, attempt: int) -> None:
    story.bedside(j.bedside)
    scans = (j.bedside.wristband, j.bedside.label("product_bag"))
    answers = at_once(
        [
            request(j, "NBED", "Ines", *scans, step="infuse_start"),
            request(j, "NBED2", "Ivan", *scans, step="infuse_start"),
        ]
    )
    assert sorted(answer["outcome"] for answer in answers) == ["accepted", "refused"]
    won, lost = sorted(answers, key=lambda answer: answer["outcome"])
    (refusal,) = lost["refusals"]
    assert refusal["code"] == "already_done"
    assert refusal["params"]["by"] == won["person"]
    assert refusal["params"]["at"] == won["entry"]["at"]
    assert StepRecord.objects.filter(step="infuse_start", order__coi_id=j.bedside.coi_id).count() == 1
    assert {ledger.entry_for_request(UUID(a["scan_id"])).event for a in answers} == {
        "coi:step:completed",
        "coi:scan:refused",
    }


@pytest.mark.requirement("URS-TRUE-05")
@pytest.mark.parametrize("stations", [("NBED", "NBED"), ("NBED", "NBED2")])
def test_one_scan_delivered_twice_is_one(j: Journeys, stations: tuple[str, str]) -> None:
    p, nurse, scan_id = j.bedside, j.demo.member("Ines"), uuid4()
    scans = (p.wristband, p.label("product_bag"))
    twice = [
        request(j, station, nurse, *scans, scan_id=scan_id, step="bedside", pin=nurse.pin)
        for station in (*stations, *stations)
    ]
    answers = at_once(twice)
    assert answers[0]["next"]["need"] == "witness"
    assert all(answer == answers[0] for answer in answers)
    assert Scan.objects.filter(id=scan_id).count() == 1
    assert Check.objects.filter(order__coi_id=p.coi_id, step="bedside").count() == 1
    assert len(ledger.entries_of_events(["coi:scan:repeated"], limit=10)) == 0


@pytest.mark.requirement("URS-SEQ-03")
def test_the_first_and_the_witness_at_once_never_complete_a_check_together(j: Journeys) -> None:
    """Both come as the first person: one begins, the other has a check of their own or waits."""
    p = j.bedside
    scans = (p.wristband, p.label("product_bag"))
    nurses = [j.demo.member("Ines"), j.demo.member("Ivan")]
    answers = at_once(
        [
            request(j, station, nurse, *scans, step="bedside", pin=nurse.pin)
            for station, nurse in zip(("NBED", "NBED2"), nurses, strict=True)
        ]
    )
    # within the gap nobody is an independent witness
    assert sorted(a["outcome"] for a in answers) == ["incomplete", "refused"]
    assert [refused(a) for a in answers if a["outcome"] == "refused"] == [["witness_not_independent"]]


@pytest.mark.parametrize("attempt", range(3))
def test_two_patients_at_one_place_are_never_both_let_in(j: Journeys, attempt: int) -> None:
    another_station(j, "NBED3", "NBED", place=codes.make("P", "NBED"))
    calls = [
        request(j, station, who, p.order_code, p.wristband, step="patient_ready")
        for station, who, p in (("NBED", "Ines", j.bedside), ("NBED3", "Ivan", j.neighbour))
    ]
    answers = at_once(calls)
    assert sorted(answer["outcome"] for answer in answers) == ["incomplete", "refused"]
    assert [refused(a) for a in answers if a["outcome"] == "refused"] == [["place_occupied"]]
    assert PlaceUse.objects.filter(place=codes.make("P", "NBED"), closed_at=None).count() == 1


def test_a_label_voided_while_a_scan_waits_is_void_for_it(j: Journeys) -> None:
    """The copy was good when it was looked up, and void when it was this scan's turn."""
    p = j.chair
    old = p.label("apheresis_bag")
    now = p.now + timedelta(seconds=30)
    scan = request(j, "SCHAIR", "Sara", p.wristband, old, step="label_collection", now=now)
    with transaction.atomic():
        given.a_reprint(p, old, "Sara", "SOUTH")
        answer = waiting(scan)
    assert refused(answer.result()) == ["label_void"]
    assert LabelCopy.objects.get(code=old).status == "void"


def test_a_hold_placed_while_a_scan_waits_holds_it(j: Journeys) -> None:
    p = j.bedside
    scan = request(j, "NBED", "Ines", p.wristband, p.label("product_bag"), step="bedside")
    with transaction.atomic():
        given.a_hold(p, p.containers("harvest")[0].code)
        answer = waiting(scan)
    assert refused(answer.result()) == ["on_hold"]


@pytest.mark.parametrize("attempt", range(3))
def test_a_check_is_completed_or_cancelled(j: Journeys, attempt: int) -> None:
    p, nurse, second = j.bedside, j.demo.member("Ines"), j.demo.member("Ivan")
    scans = (p.wristband, p.label("product_bag"))
    check = UUID(p.scan("NBED", nurse, *scans, step="bedside", pin=nurse.pin)["check"])
    completed, cancelled = at_once(
        [
            request(j, "NBED2", second, *scans, check=check, pin=second.pin),
            request(j, "NBED", nurse, codes.make("C", "CANCEL"), check=check),
        ]
    )
    outcomes = (completed["outcome"], cancelled["outcome"])
    assert outcomes in (("accepted", "refused"), ("refused", "accepted"))
    state = "complete" if completed["outcome"] == "accepted" else "abandoned"
    assert Check.objects.get(id=check).state == state
    done = StepRecord.objects.filter(step="bedside", order__coi_id=p.coi_id).count()
    assert done == (state == "complete")


def test_numbers_are_never_given_twice(j: Journeys) -> None:
    def take() -> list[int]:
        found: list[int] = []
        for size in (1, 3, 2, 1, 4):
            with transaction.atomic():
                found += numbers.next_numbers("series", size)
        return found

    taken = [number for answer in at_once([take] * 8) for number in answer]
    assert sorted(taken) == list(range(1, 8 * 11 + 1))


# -- everything at once -----------------------------------------------------------------------------------------------


class Crowd:
    """Eight people do whatever stations let them do, for a while."""

    def __init__(self, j: Journeys) -> None:
        self.j = j
        self.moments = count(60)
        self.scan_ids: list[UUID] = []
        self.numbers = count(500)

    def calls(self) -> list[Callable[[], Any]]:
        j = self.j
        wrong, right = j.neighbour, j.bedside
        nurse, second = j.demo.member("Ines"), j.demo.member("Ivan")
        operator, other = j.demo.member("Alice"), j.demo.member("Amir")
        mixed = (right.wristband, wrong.label("product_bag"))
        crossed = (wrong.wristband, right.label("product_bag"))
        vector = (
            j.cultured.label("culture"),
            j.demo.lots["vector", PLANT],
            j.demo.devices["incubator", PLANT],
        )
        return [
            lambda: self.scan("NBED", nurse, *mixed, step="bedside"),
            lambda: self.scan("NBED2", second, *crossed, step="bedside"),
            lambda: self.scan(
                "NLAB", j.demo.member("Lena"), right.label("product_bag", 1), wrong.label("sample")
            ),
            lambda: self.scan("HOOD", operator, *vector, step="transduce", values={"moi": "3"}),
            lambda: self.scan("BENCH", other, wrong.label("sample"), values={"fate": "used_up"}),
            lambda: given.a_hold(j.cultured, j.cultured.containers("culture")[1].code),
            lambda: given.a_reprint(j.cultured, j.cultured.label("culture", 1), "Alice"),
            self.enrol,
        ]

    def scan(self, station: str, who: Member, *barcodes: str, **more: Any) -> Any:
        scan_id = uuid4()
        self.scan_ids.append(scan_id)
        now = self.j.bedside.now + timedelta(seconds=5 * next(self.moments))
        return request(self.j, station, who, *barcodes, now=now, scan_id=scan_id, **more)()

    def enrol(self) -> str:
        player = Player(self.j.demo, self.j.bedside.now, site=HOSPITAL, name="crowd")
        return player.enrol(next(self.numbers))


def test_a_crowd_never_deadlocks_and_leaves_a_sound_ledger(j: Journeys) -> None:
    crowd = Crowd(j)
    stop = Signal()
    sealed = Counter[str]()

    def sealing() -> None:
        while not stop.wait(0.05):
            sealed["times"] += ledger_services.seal(now=given.now(), using="default") is not None
        connections.close_all()

    def often(call: Callable[[], Any]) -> Callable[[], list[Any]]:
        return lambda: [call() for _ in range(8)]

    sealer = Thread(target=sealing)
    sealer.start()
    answers = at_once([often(call) for call in crowd.calls()])
    stop.set()
    sealer.join(20)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone()[0] == 0
    recorded = Counter(ledger.entry_for_request(scan_id) is not None for scan_id in crowd.scan_ids)
    assert recorded == {True: len(crowd.scan_ids)}
    assert Scan.objects.filter(id__in=crowd.scan_ids).count() == len(crowd.scan_ids)
    for model, field in ((Order, "coi_id"), (LabelCopy, "code"), (Container, "code"), (Collection, "din")):
        found = list(model._default_manager.values_list(field, flat=True))
        assert len(found) == len(set(found))
    assert sealed["times"] > 0
    ledger_services.seal(now=given.now(), using="default")
    assert ledger_services.verify(now=given.now(), record=False).findings == ()


def test_the_people_of_the_stations_are_who_they_are(j: Journeys) -> None:
    """The helper's stations are like those of the demonstration."""
    assert j.demo.stations["NBED"].steps == BEDSIDE
    assert j.demo.with_role(Role.NURSE, HOSPITAL)

"""Furnish the database of a bench through the services: site, stations, people, journeys to scan and to clone.

    python -m bench.inside furnish --chairs 16 --pool 800 > plan.json

All of it is lawful history. The bench has a protocol of its own, the demonstration's with `witness_gap_s` at nought:
a client that sends without pause is no two people.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test.utils import override_settings
from rest_framework.authtoken.models import Token

from bench.peer.models import Slot
from bench.script import Chair, Journey
from coi import services as coi
from config.demonstration import site, story
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, Demo, Member, PersonSpec, StationSpec
from people import services as people
from people.rules import codes
from people.rules.roles import Role

PRODUCT = "BENCH"
DAYS = 60  # so long ago did it all begin
STEPS = ("identify", "collect", "label_collection", "end_collection")
# the first is enrolled and no more, the second ends at the chair, the third goes as far as the freezer
STAGES = ((), story.TO_FILL[:3], story.TO_FILL)


def furnish(chairs: int, pool: int) -> dict[str, Any]:
    """Everything; answers with what the load generator has to know."""
    now = datetime.now(UTC)
    demo = site.build(now - timedelta(days=DAYS))
    admin = demo.members["Ada Admin"]
    _protocol(demo, admin)
    found = [_chair(demo, admin, number) for number in range(chairs)]
    recorded = [_recorded(demo, number, stages) for number, stages in enumerate(STAGES, 1)]
    demo.now = now - timedelta(minutes=3)
    journeys = [_enrolled(demo, number) for number in range(pool)]
    for number in range(chairs):
        Slot.objects.create(name=f"slot-{number}")
    return {
        "chairs": [asdict(one) for one in found],
        "journeys": [asdict(one) for one in journeys],
        "recorded": recorded,
        "peer_token": Token.objects.create(user_id=admin.user_id).key,
    }


def _doing(demo: Demo, member: Member, at: str = PLANT) -> dict[str, Any]:
    return {**demo.doing("", member.actor, at), "request_id": uuid4()}


def _protocol(demo: Demo, admin: Member) -> None:
    coi.create_product(code=PRODUCT, name="Bench", **_doing(demo, admin))
    content = json.loads((site.HERE / "cd19_protocol.json").read_text()) | {"witness_gap_s": 0}
    author, reviewer, approver = demo.member("Amir"), demo.member("Bob"), demo.member("Rosa")
    drafted = people.draft_document(
        kind="protocol",
        code=PRODUCT,
        title="Bench",
        content=content,
        site=PLANT,
        **_doing(demo, author),
    )
    for service, member in (
        (people.submit_document, author),
        (people.review_document, reviewer),
        (people.approve_document, approver),
    ):
        service(id=drafted.id, credential=member.credential, **_doing(demo, member))
    people.make_effective(id=drafted.id, **_doing(demo, approver))


def _chair(demo: Demo, admin: Member, number: int) -> Chair:
    """A chair with two collectors of its own: a person works at one station at a time."""
    place, doing = codes.make("P", f"BENCH{number:02d}"), _doing(demo, admin, HOSPITAL)
    people.create_place(
        site=HOSPITAL, code=place, name=f"Chair {number}", kind="station", is_single_patient=False, **doing
    )
    station = codes.make("S", f"BENCH{number:02d}")
    made = people.register_station(
        site=HOSPITAL,
        place=place,
        code=station,
        name=f"Chair {number}",
        steps=STEPS,
        **_doing(demo, admin, HOSPITAL),
    )
    demo.tokens[station], demo.stations[station] = made.token, StationSpec(station, HOSPITAL, "", STEPS)
    site.qualify(demo, station, demo.now)
    return Chair(
        station=station,
        token=made.token,
        badges=(_collector(demo, admin, f"{number}a"), _collector(demo, admin, f"{number}b")),
        lots=(demo.lots["bag_set", HOSPITAL], demo.lots["anticoagulant", HOSPITAL]),
        device=demo.devices["apheresis_device", HOSPITAL],
    )


def _collector(demo: Demo, admin: Member, name: str) -> str:
    """A collector with a badge, who signs nothing and so needs no PIN."""
    spec = PersonSpec(f"Collector {name}", HOSPITAL, (Role.COLLECTOR,), ("apheresis",))
    made = people.create_user(
        username=f"collector{name}",
        printed_name=spec.name,
        site=HOSPITAL,
        **_doing(demo, admin, HOSPITAL),
    )
    badge = codes.make("B", f"{made.user_id:06d}")
    about: dict[str, Any] = {"user_id": made.user_id, "site": HOSPITAL}
    people.issue_badge(code=badge, **about, **_doing(demo, admin, HOSPITAL))
    people.grant_role(role=spec.roles[0], **about, **_doing(demo, admin, HOSPITAL))
    until = demo.now + timedelta(days=730)
    people.record_training(topic=spec.topics[0], valid_until=until, **about, **_doing(demo, admin, HOSPITAL))
    return badge


def _recorded(demo: Demo, number: int, stages: Sequence[Callable[[Player], None]]) -> str:
    """A journey to clone, played scan by scan."""
    player = Player(demo, demo.now + timedelta(days=number), name=f"recorded {number}")
    player.enrol(900_000 + number)
    story.play(player, tuple(stages))
    return player.coi_id


def _enrolled(demo: Demo, number: int) -> Journey:
    coordinator = demo.with_role(Role.COORDINATOR, HOSPITAL)[0]
    wristband = codes.make("W", f"B{number:08d}")
    coi_id = coi.enrol_patient_and_order(
        patient=coi.PatientDetails("Testcase", "Synthia", date(1970, 1, 1), f"BENCH{number:07d}"),
        wristband=wristband,
        product=PRODUCT,
        sites=coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        **_doing(demo, coordinator, HOSPITAL),
    )
    return Journey(coi_id, wristband, unknown_label=codes.make("L", f"9{number:07d}"))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.inside furnish")
    parser.add_argument("--chairs", type=int, required=True)
    parser.add_argument("--pool", type=int, required=True)
    chosen = parser.parse_args()
    # cheap hashes for accounts that nobody signs in with here: their strength is not measured
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        plan = furnish(chosen.chairs, chosen.pool)
    json.dump(plan, sys.stdout)

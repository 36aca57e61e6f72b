"""Loads the demonstration: open journeys, two of which go wrong, a hold and a near miss; then 40 finished ones.

Journeys are played stage by stage in the order of their simulated times, as they would happen side by side. Every
record is made by the services; times other than now are marked as simulated by the ledger. In some of them people make
mistakes, which the stations refuse (`mistakes`).
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid5

from django.db import transaction

from coi import services as coi
from coi.rules import retention
from config.demonstration import mistakes, process, quality, risks, site, story, unusual
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND, SPACE, Demo
from people.rules.qualifications import Work
from people.rules.roles import Role
from people.services import grant_role, record_site_qualification, require_programme, revalidate_badge

FINISHED = 40
SPAN_DAYS = 360
# So long before the present the site was furnished.
BEFORE = timedelta(days=SPAN_DAYS + 60)
SEED = 20_260_302
# A qualified scanner counts for 90 days; people are a little early.
CARD_EVERY = 80
DUE_SOON = "QUARANTINE"
Stage = Callable[[Player], None]
Tell = Callable[[str], None]

FAMILIES = ("Testcase", "Samplova", "Demobach", "Probier", "Muster", "Fictum", "Ensayo", "Kokeila")
GIVEN = ("Synthia", "Modello", "Placida", "Trialba", "Simon", "Dummya", "Exempla", "Mocka")


def apheresis(p: Player) -> None:
    """From the wristband to the labelled bag."""
    story.play(p, (story.identify, story.collect, story.label_collection))


def begin(p: Player) -> None:
    """Batch, selection and split."""
    story.play(p, (story.start_batch, story.select_split))


def finish(p: Player) -> None:
    """Harvest, pool, fill, label and freeze."""
    rng = random.Random(f"{SEED} {p.name}")
    story.harvest(
        p, viable_cells=f"{rng.gauss(1900, 420):.0f}", viability=f"{min(99.0, rng.gauss(93, 2)):.1f}"
    )
    story.fill(p, bags=rng.choice((1, 2, 2, 3)))


def treat(p: Player) -> None:
    """Thaw, bedside, infusion and close-out of every bag."""
    story.play(p, (story.infuse_all, story.close_out))


# (stage, hours of waiting before it)
STAGES: tuple[tuple[Stage, float], ...] = (
    (apheresis, 20),
    (story.send_collection, 1),
    (story.receive_collection, 0),
    (begin, 3),
    (story.transduce, 0),
    (finish, 0),
    (quality.start_tests, 30),
    (quality.finish_tests, 200),
    (quality.release, 26),
    (story.ship, 20),
    (story.receive_product, 0),
    (treat, 10),
    (quality.complete, 40),
)
# How many stages each open journey has behind it: one only enrolled, one at every door on the way.
OPEN = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
# Two more, with what then goes wrong; their numbers come after those of the finished journeys.
UNUSUAL: tuple[tuple[int, tuple[Stage, ...]], ...] = (
    (7, (unusual.kept_before_freezing, unusual.looked_into)),
    (6, (unusual.out_of_specification,)),
)
UNUSUAL_DAYS = 2
# Parameters of the finished batches that have limits; of the others a visitor may propose some.
WITH_LIMITS = ("VCN", "CELLS", "CD3", "ENDOTOXIN")


@dataclass
class _Running:
    """One journey on its way."""

    player: Player
    left: list[tuple[Stage, float]]


def load_present(now: datetime, tell: Tell) -> Demo:
    """Build the site and play the open journeys up to the present: what a visitor works with."""
    demo = site.build(now - BEFORE, tell)
    _audit(demo, now)
    _programmes(demo, now)
    _test_badges(demo, now)
    tell("scanners of the stations")
    _qualify(demo, now)
    tell(f"{len(OPEN) + len(UNUSUAL)} open journeys")
    unusual.documents(demo)
    site.document(demo, retention.KIND, "RETENTION", "Retention rules", site.read_content("retention.json"))
    process.documents(demo)
    running = [_open(demo, position, count, now) for position, count in enumerate(OPEN)]
    running += [_unusual(demo, place, count, stages, now) for place, (count, stages) in enumerate(UNUSUAL)]
    _play_side_by_side(running, tell)
    _near_miss(running[4].player, running[5].player)
    _hold(running[3].player)
    demo.wristbands = {journey.player.coi_id: journey.player.wristband for journey in running}
    tell("charts of the process")
    process.observe(now)
    return demo


def load_history(demo: Demo, tell: Tell) -> None:
    """Play the finished journeys of the past year. Run again after an interruption, it goes on where it stopped."""
    present = demo.now + BEFORE
    tell("a year of numbers of the bioreactors")
    process.growth(demo, present)
    tell("the worksheet of risks")
    risks.load(demo, present)
    rng = random.Random(SEED)
    running = []
    for number in range(FINISHED):
        begun = demo.now + timedelta(days=2 + SPAN_DAYS * number / (FINISHED + 6), hours=rng.uniform(0, 6))
        running.append(_Running(_player(demo, len(OPEN) + number, begun), list(STAGES)))
    players = tuple(journey.player for journey in running)
    for number, player in enumerate(players):
        player.slips, player.others = dict(mistakes.OF_FINISHED.get(number, {})), players
    _play_side_by_side(running, tell)
    process.observe(present)
    process.limits_of_batches(demo, present, WITH_LIMITS)


def _audit(demo: Demo, now: datetime) -> None:
    """This year's audit: last year's grant has ended, as every grant to audit does."""
    auditor, admin = demo.member("Iris"), demo.member("Ada")
    window = {"valid_from": now - timedelta(days=10), "valid_until": now + timedelta(days=80)}
    about = {"user_id": auditor.user_id, "role": Role.AUDITOR, "site": auditor.site}
    doing = demo.doing("this year's audit", admin.actor, auditor.site) | {"now": now - timedelta(days=10)}
    grant_role(**about, **window, **doing)


def _programmes(demo: Demo, now: datetime) -> None:
    """What the hospitals must be qualified for, and are; one has to be renewed soon."""
    admin = demo.member("Ada")
    for programme, work, days in (("FACT", Work.COLLECTION, 400), ("REMS-like", Work.INFUSION, 21)):
        about = {"site": HOSPITAL, "programme": programme}
        doing = demo.doing(f"{programme} qualified", admin.actor, HOSPITAL)
        window = {"valid_from": demo.now, "valid_until": now + timedelta(days=days)}
        record_site_qualification(**about, **window, **doing)
        doing = demo.doing(f"{programme} required", admin.actor, HOSPITAL)
        require_programme(**about, work=work, **doing)


def _test_badges(demo: Demo, now: datetime) -> None:
    """Every badge was read with its holder present, some months ago; the administrator's own by nobody else."""
    admin = demo.member("Ada")
    for member in demo.members.values():
        if member.user_id != admin.user_id:
            doing = demo.doing(f"badge test {member.username}", admin.actor, member.site)
            about = {"user_id": member.user_id, "code": member.badge}
            revalidate_badge(**about, **doing | {"now": now - timedelta(days=90)})


def _qualify(demo: Demo, now: datetime) -> None:
    """The test card was scanned at every station all through the year. One of them is due soon."""
    for place, key in enumerate(demo.stations):
        days_ago = CARD_EVERY if key == DUE_SOON else 8 + 3 * place
        while (at := now - timedelta(days=days_ago)) > demo.now:
            site.qualify(demo, key, at)
            days_ago += CARD_EVERY


def _open(demo: Demo, position: int, count: int, now: datetime) -> _Running:
    """A journey begun so long ago that it has just this many stages behind it today."""
    player = _player(demo, position, now - _duration(count) - timedelta(hours=6))
    player.slips = dict(mistakes.OF_OPEN.get(position, {}))
    return _Running(player, list(STAGES[:count]))


def _unusual(demo: Demo, place: int, count: int, stages: tuple[Stage, ...], now: datetime) -> _Running:
    """A journey that is open too, begun early enough for what then goes wrong."""
    running = _open(demo, len(OPEN) + FINISHED + place, count, now - timedelta(days=UNUSUAL_DAYS))
    running.left += [(stage, 1) for stage in stages]
    return running


def _player(demo: Demo, number: int, begun: datetime) -> Player:
    where = SECOND if number % 3 == 2 else HOSPITAL
    return Player(demo, begun, site=where, name=f"demo {number}", is_deterministic=True)


# How long each stage takes in the story itself, in hours; generous, so that an open journey ends before the present.
_TAKES = (5, 1, 10, 2, 26, 195, 1, 1, 1, 1, 21, 160)


def _duration(count: int) -> timedelta:
    waits = sum(hours for _, hours in STAGES[:count])
    return timedelta(hours=waits * 1.4 + sum(_TAKES[:count]))


def _play_side_by_side(running: list[_Running], tell: Tell) -> None:
    """Always the journey whose clock is earliest goes on, by one stage."""
    rng = random.Random(SEED + 1)
    queue = [(journey.player.now, place) for place, journey in enumerate(running)]
    heapq.heapify(queue)
    done = 0
    while queue:
        _, place = heapq.heappop(queue)
        journey = running[place]
        # One transaction a stage: the same entries as at a station, without a disk flush for each scan.
        with transaction.atomic():
            if not journey.player.coi_id:
                _enrol(journey.player)
            elif journey.left:
                stage, _ = journey.left.pop(0)
                stage(journey.player)
        if journey.left:
            journey.player.wait(hours=journey.left[0][1] * rng.uniform(0.7, 1.4))
            heapq.heappush(queue, (journey.player.now, place))
        else:
            done += 1
            if done % 10 == 0:
                tell(f"{done} of {len(running)} journeys")


def _enrol(player: Player) -> None:
    number = player.number
    family, given = FAMILIES[number % len(FAMILIES)], GIVEN[(number // len(FAMILIES)) % len(GIVEN)]
    player.enrol(number + 1, family_name=family, given_name=given)


def _near_miss(mine: Player, other: Player) -> None:
    """The culture of one patient where another's is at work: the station stops, a second person clears it."""
    operator = mine.one(Role.OPERATOR, PLANT)
    second = mine.one(Role.OPERATOR, PLANT, but=operator)
    mine.now = other.now = max(mine.now, other.now)
    answer = mine.scan("HOOD", operator, mine.label("culture"), other.label("culture"), step="transduce")
    mine.wait(minutes=4)
    coi.clear_stop(
        check=answer["check"],
        token=mine.demo.tokens["HOOD"],
        badge=second.badge,
        pin=second.pin,
        now=mine.now,
        request_id=uuid5(SPACE, "clear the near miss"),
    )
    mine.scan("HOOD", operator, story.CLEAR)


def _hold(player: Player) -> None:
    """A container that quality keeps back."""
    keeper = player.demo.member("Bob")
    doing = player.demo.doing("hold", keeper.actor) | {"now": player.now + timedelta(minutes=50)}
    coi.place_hold(
        container=player.containers()[0].code,
        reason_code="excursion",
        text="Logger shows 11 degrees Celsius for 40 minutes; assessment under way.",
        **doing,
    )

"""A step that was done on paper while the station could not be used, recorded late through the one scan service."""

from dataclasses import replace
from datetime import timedelta

import pytest

from coi import services as coi
from coi.events import Event
from coi.forms import presenters
from coi.models import Check, Container, MaterialLot, Scan, StepRecord
from coi.rules.deviations import DeviationOutcome
from coi.rules.stock import StockStatus
from coi.selectors.custody import custody_of
from coi.selectors.timeline import timeline
from config.demonstration import story
from config.demonstration.mistakes import CANCEL
from config.demonstration.site import PLANT
from ledger import selectors as ledger
from ledger.rules.errors import Conflict
from people import selectors as people
from people.rules.roles import Role
from people.rules.signatures import Meaning
from tests import given
from tests.coi import late_given as late
from tests.coi.late_given import whys
from tests.coi.services_given import refused
from tests.furnished import Journeys

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
POSSIBLE, TIME = "late_not_possible", "late_time_not_valid"


def viewer(j: Journeys, name: str):
    """Somebody who looks."""
    found = people.person(j.demo.member(name).user_id, j.bedside.now)
    assert found is not None
    return found


# -- what is recorded -------------------------------------------------------------------------------------------------


def test_the_entry_says_when_it_was_done_and_when_it_was_recorded(journeys: Journeys) -> None:
    p = journeys.bedside
    done = p.now + 5 * MINUTE
    p.wait(hours=1)
    answer = late.bedside(p, done)
    assert answer["outcome"] == "accepted"
    row = late.record_of(p, "bedside")
    assert (row.at, row.performed_at) == (p.now, done)
    assert (row.performer_name, row.witness_name) == ("Ines Ito", "Ivan Ivers")
    entry = ledger.entries_of_requests([answer_id(answer)])[answer_id(answer)]
    assert (entry.event, entry.performed_at, entry.occurred_at) == (Event.STEP_COMPLETED, done, p.now)
    assert entry.reason == "network_down"
    assert entry.facts["late"]["paper"] == late.PAPER
    assert late.WORDS not in str(entry.facts)
    signed = people.signatures("check", str(row.check_ref_id))
    assert [(it.meaning, it.printed_name) for it in signed] == [
        (Meaning.RESPONSIBILITY, "Ines Ito"),
        (Meaning.VERIFICATION, "Ivan Ivers"),
    ]


def answer_id(answer):
    """The id of the request behind an answer."""
    return Scan.objects.get(id=answer["scan_id"]).id


def test_the_history_tells_it_and_the_words_to_the_site_alone(journeys: Journeys) -> None:
    p = journeys.bedside
    done = p.now + 5 * MINUTE
    p.wait(hours=1)
    late.bedside(p, done)
    told = timeline(viewer(journeys, "Ivan"), p.coi_id, p.now)
    (entry,) = [it for it in told.entries if it.performed_at is not None]
    said = presenters.say(entry.event, entry.facts, told.titles)
    for part in (
        "Recorded late: performed",
        "by Ines Ito, witnessed by Ivan Ivers",
        "The network was down",
        "DT-0007",
    ):
        assert part in said
    assert entry.late_words == late.WORDS
    elsewhere = timeline(viewer(journeys, "Bob"), p.coi_id, p.now)
    assert [it.late_words for it in elsewhere.entries if it.performed_at is not None] == [""]


def test_what_runs_from_a_step_runs_from_when_it_was_done(journeys: Journeys) -> None:
    p = journeys.ready
    bag, device = p.label("product_bag"), p.demo.devices["thaw_device", p.site]
    lab = p.one(Role.CELL_LAB, p.site)
    other = p.one(Role.CELL_LAB, p.site, but=lab)
    done = p.now + MINUTE
    p.wait(minutes=40)
    answer = late.both(p, "thaw", "NLAB", (lab, other), [bag, device], done=done, again=[bag])
    assert answer["outcome"] == "accepted"
    found = Container.objects.get(code=p.containers("product_bag")[0].code)
    assert found.hold_until is not None
    hold = next(s for s in given.a_protocol()["steps"] if s["code"] == "thaw")["hold_minutes"]
    assert found.hold_until == done + timedelta(minutes=hold)
    assert answer["countdown"]["until"] == found.hold_until.isoformat()


def test_what_a_step_makes_is_as_old_as_the_step(journeys: Journeys) -> None:
    p = journeys.fresh
    story.identify(p)
    lots = [p.demo.lots["bag_set", p.site], p.demo.lots["anticoagulant", p.site]]
    scans = [p.wristband, *lots, p.demo.devices["apheresis_device", p.site]]
    done = p.now + MINUTE
    p.wait(hours=2)
    collector = p.one(Role.COLLECTOR, p.site)
    second = p.one(Role.COLLECTOR, p.site, but=collector)
    answer = late.both(p, "collect", "NCHAIR", (collector, second), scans, done=done, again=scans[:3])
    assert answer["outcome"] == "accepted"
    (bag,) = p.containers("apheresis_bag")
    assert Container.objects.get(code=bag.code).made_at == done
    custody = custody_of(viewer(journeys, "Nora"), p.coi_id, p.now)
    (step,) = [it for it in custody.steps if it.step == "collect"]
    assert (step.performed_at, step.made) == (done, (bag.code,))
    # its label is issued now: that it was applied then cannot be
    again = late.send(
        p,
        "NCHAIR",
        collector,
        [p.wristband, bag.label],
        step="label_collection",
        late=late.claim(done + MINUTE),
    )
    assert (POSSIBLE, "label_since") in whys(again)


def test_a_step_of_one_person_takes_two_who_sign(journeys: Journeys) -> None:
    p = journeys.bedside
    story.bedside(p)
    done = p.now + MINUTE
    p.wait(hours=1)
    scans, nurse = [p.wristband, p.label("product_bag")], p.demo.member("Ines")
    asked = late.send(p, "NBED", nurse, scans, step="infuse_start", late=late.claim(done), pin="")
    assert asked["next"]["need"] == "pin"
    begun = late.send(p, "NBED", nurse, [], check=asked["check"])
    assert begun["next"]["need"] == "witness"
    alone = late.send(p, "NBED", nurse, scans, check=begun["check"])
    assert "witness_same_person" in refused(alone)
    answer = late.send(p, "NBED", p.demo.member("Ivan"), scans, check=begun["check"])
    assert answer["outcome"] == "accepted"
    assert late.record_of(p, "infuse_start").performed_at == done


# -- once, and whole --------------------------------------------------------------------------------------------------


def test_the_same_request_again_is_answered_and_another_claim_is_a_conflict(journeys: Journeys) -> None:
    p = journeys.bedside
    done = p.now + MINUTE
    p.wait(hours=1)
    scans = [p.wristband, p.label("product_bag")]
    nurse = p.demo.member("Ines")
    first = late.request(p, "NBED", nurse, scans, step="bedside", late=late.claim(done))
    answer = coi.record_scan(scan=first, now=p.now)
    assert coi.record_scan(scan=first, now=p.now) == answer
    assert Check.objects.filter(order__coi_id=p.coi_id, step="bedside").count() == 1
    for other in (late.claim(done - MINUTE), late.claim(done, "DT-0008"), None):
        with pytest.raises(Conflict, match="scan_id_used"):
            coi.record_scan(scan=replace(first, late=other), now=p.now)
    with pytest.raises(Conflict, match="scan_id_used"):
        coi.record_scan(scan=replace(first, late_words="another"), now=p.now)


def test_a_refused_claim_is_on_record_and_nothing_is_done(journeys: Journeys) -> None:
    p = journeys.bedside
    scans, nurse = [p.wristband, p.label("product_bag")], p.demo.member("Ines")
    answer = late.send(p, "NBED", nurse, scans, step="bedside", late=late.claim(p.now + HOUR))
    assert whys(answer) == [(TIME, "in_the_future")]
    entry = ledger.entries_of_requests([answer_id(answer)])[answer_id(answer)]
    assert entry.event == Event.SCAN_REFUSED
    assert entry.performed_at is None
    assert entry.facts["late"]["paper"] == late.PAPER
    assert not StepRecord.objects.filter(order__coi_id=p.coi_id, step="bedside").exists()


def test_a_check_that_was_begun_as_done_now_stays_so(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    done = p.now + MINUTE
    p.wait(hours=1)
    late.send(p, "NBED", nurse, [p.wristband], step="bedside", pin="")
    answer = late.send(p, "NBED", nurse, [p.label("product_bag")], step="bedside", late=late.claim(done))
    assert (POSSIBLE, "check_begun") in whys(answer)


def test_steps_before_it_count_by_when_they_were_done(journeys: Journeys) -> None:
    p = journeys.bedside
    start = p.now
    p.wait(hours=2)
    assert late.bedside(p, start + HOUR)["outcome"] == "accepted"
    scans, nurse = [p.wristband, p.label("product_bag")], p.demo.member("Ines")
    early = late.send(p, "NBED", nurse, scans, step="infuse_start", late=late.claim(start + HOUR - MINUTE))
    assert (TIME, "before_a_step") in whys(early)
    answer = late.both(p, "infuse_start", "NBED", late.nurses(p), scans, done=start + HOUR + MINUTE)
    assert answer["outcome"] == "accepted"


def test_the_limit_is_the_protocols(journeys: Journeys) -> None:
    p, nurse = journeys.ready, journeys.demo.member("Lena")
    bag, device = p.label("product_bag"), p.demo.devices["thaw_device", p.site]
    done = p.now + MINUTE
    p.wait(hours=73)
    answer = late.send(p, "NLAB", nurse, [bag, device], step="thaw", late=late.claim(done))
    assert (TIME, "too_long_ago") in whys(answer)


# -- no way round an interlock ----------------------------------------------------------------------------------------


def test_a_journey_on_hold_takes_none_and_what_was_held_then_stays_refused(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    scans = [p.wristband, p.label("product_bag")]
    before = p.now + MINUTE
    p.wait(minutes=10)
    hold = given.a_hold(p, p.containers("product_bag")[1].code)  # the other bag
    own = given.a_hold(p, p.containers("product_bag")[0].code)
    during = p.now + MINUTE
    p.wait(minutes=10)
    coi.release_hold(hold=own, text="fine", **given.doing(p, "Bob"))
    answer = late.send(p, "NBED", nurse, scans, step="bedside", late=late.claim(before))
    assert whys(answer) == [(POSSIBLE, "held_now")]
    coi.release_hold(hold=hold, text="fine", **given.doing(p, "Bob"))
    answer = late.send(p, "NBED", nurse, scans, step="bedside", late=late.claim(during))
    assert whys(answer) == [(POSSIBLE, "held_then")]
    assert late.bedside(p, before)["outcome"] == "accepted"


def test_what_was_shipped_before_its_release_is_not_made_lawful_by_it(journeys: Journeys) -> None:
    p = journeys.filled
    before = p.now + MINUTE
    p.wait(minutes=30)
    given.release(p)
    after = p.now + MINUTE
    p.wait(minutes=30)
    scans = [*(bag.cassette for bag in p.containers("product_bag")), p.demo.shippers[1]]
    alice = p.demo.member("Alice")
    answer = late.send(p, "DOCK", alice, scans, step="ship", late=late.claim(before))
    assert {why for _, why in whys(answer)} == {"not_released_then"}
    begun = late.send(p, "DOCK", alice, scans, step="ship", late=late.claim(after))
    assert begun["next"]["need"] == "witness"


def test_a_lot_is_judged_when_it_was_used_and_by_what_is_known_of_it(journeys: Journeys) -> None:
    p, alice = journeys.cultured, journeys.demo.member("Alice")
    lot, device = p.demo.lots["vector", PLANT], p.demo.devices["incubator", PLANT]
    scans = [p.label("culture"), lot, device]
    done = p.now + MINUTE
    p.wait(hours=2)
    MaterialLot.objects.filter(code=lot).update(expires_at=done + MINUTE)

    def ask(at):
        values = {"moi": "3.0"}
        found = late.send(
            p, "HOOD", alice, scans, step="transduce", late=late.claim(at), values=values, pin=alice.pin
        )
        p.scan("HOOD", alice, CANCEL, check=found["check"])
        return found

    assert ask(done)["next"]["need"] == "witness"
    for status, code in ((StockStatus.BLOCKED, "lot_not_usable"), (StockStatus.APPROVED, POSSIBLE)):
        coi.set_lot_status(code=lot, status=status, reason="seen", **given.doing(p, "Bob"))
        assert code in refused(ask(done))
        p.wait(seconds=9)
    assert (POSSIBLE, "stock_since") in whys(ask(done))


def test_a_stop_for_a_date_is_not_avoided_by_an_earlier_time(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    scans = [p.wristband, p.label("product_bag")]
    done = p.now + MINUTE
    hold_until = Container.objects.get(code=p.containers("product_bag")[0].code).hold_until
    assert hold_until is not None
    p.now = hold_until + MINUTE
    stopped = late.send(p, "NBED", nurse, scans, step="bedside")
    assert "hold_time_passed" in refused(stopped)
    given.cleared(p, "NBED", stopped["check"], p.demo.member("Ivan"))
    answer = late.send(p, "NBED", nurse, scans, step="bedside", late=late.claim(done))
    assert {(POSSIBLE, "refused_since"), (POSSIBLE, "held_now")} <= set(whys(answer))
    given.cleared(p, "NBED", answer["check"], p.demo.member("Ivan"))
    given.a_closed_deviation(p, stopped["deviation"], DeviationOutcome.USE_AS_IS)
    assert late.bedside(p, done)["outcome"] == "accepted"


def test_a_role_that_came_since_does_not_count(journeys: Journeys) -> None:
    p = journeys.bedside
    done = p.now + MINUTE
    p.wait(hours=1)
    given.granted(p, "Lena", Role.NURSE, p.site)
    lena = p.demo.member("Lena")
    scans = [p.wristband, p.label("product_bag")]
    assert "no_role" in refused(late.send(p, "NBED", lena, scans, step="bedside", late=late.claim(done)))


def test_a_label_that_was_replaced_since_was_not_the_one_seen(journeys: Journeys) -> None:
    p = journeys.chair  # its label waits to be applied
    done = p.now + MINUTE
    p.wait(minutes=30)
    collector = p.one(Role.COLLECTOR, p.site)
    given.a_reprint(p, p.label("apheresis_bag"), collector.name.split()[0], p.site)
    p.wait(minutes=1)
    scans = [p.wristband, p.label("apheresis_bag")]
    answer = late.send(p, "SCHAIR", collector, scans, step="label_collection", late=late.claim(done))
    assert whys(answer) == [(POSSIBLE, "label_since")]


def test_identity_is_asked_for_as_ever(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.demo.member("Ines")
    done = p.now + MINUTE
    p.wait(hours=1)
    scans = [p.wristband, journeys.neighbour.label("product_bag")]
    answer = late.send(p, "NBED", nurse, scans, step="bedside", late=late.claim(done))
    assert refused(answer)[0] == "identity_mismatch"
    assert answer["deviation"]

"""How often steps were attempted and what was refused at them: attempts, not scans, and never fewer than events."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services as coi
from coi.models import Check, Deviation, Handover, Order, Scan
from coi.rules.deviations import TRIGGERS, Trigger
from coi.rules.journey import CheckState, Fate
from coi.rules.occurrences import Occasions, Tally
from coi.rules.outcome import RefusalCode
from coi.selectors.occurrences import (
    EXCURSIONS,
    Spoken,
    attempts_seen,
    lost_labels_seen,
    refusals_spoken,
    shipments_seen,
)
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT
from people.rules.roles import Role
from people.selectors import station_by_code
from tests import given
from tests.furnished import Journeys

# The journey of the neighbour is the last that was played: what comes after it is the test's own.
LATER = datetime(2099, 1, 1, tzinfo=UTC)
MISMATCH = "identity_mismatch"


def seen(since: datetime | None = None, until: datetime = LATER, **more: Any) -> tuple[Occasions, ...]:
    asked = {"product": PRODUCT, "refusals": tuple(RefusalCode), "triggers": TRIGGERS} | more
    return attempts_seen(**asked, since=since, until=until)


def told(*occasions: Occasions) -> list[tuple[str, set[str], set[str], CheckState | None, int]]:
    """Without month and site, in a fixed order."""
    found = [(it.step, set(it.refusals), set(it.deviations), it.state, it.count) for it in occasions]
    return sorted(found, key=lambda it: (it[0], sorted(it[1]), str(it[3])))


def month_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def stopped(journeys: Journeys, p: Player) -> dict[str, Any]:
    """The wristband is scanned, then a neighbour's bag; answers with the STOP."""
    nurse = p.one(Role.NURSE, HOSPITAL)
    begun = p.scan("NBED", nurse, p.wristband, step="bedside")
    assert begun["outcome"] == "incomplete"
    p.wait(minutes=1)
    answer = p.scan("NBED", nurse, journeys.bedside.label("product_bag"), check=begun["check"])
    assert answer["deviation"]
    return answer


def test_every_check_is_an_attempt_where_nothing_was_refused(journeys: Journeys) -> None:
    expected: Counter[tuple[str, datetime, str, str]] = Counter()
    for check in Check.objects.all():
        station = station_by_code(check.station)
        assert station is not None
        expected[check.step, month_of(check.opened_at), station.site, check.state] += 1
    found = seen()
    assert len(expected) > 20
    assert {(it.step, it.month, it.site, it.state): it.count for it in found} == expected
    assert not any(it.is_marked for it in found)


def test_a_check_that_was_stopped_is_one_attempt(journeys: Journeys) -> None:
    p = journeys.neighbour
    since = p.now
    answer = stopped(journeys, p)
    assert Check.objects.filter(opened_at__gte=since).count() == 2, "the check, and the STOP's own row"
    wrong_bag = Deviation.objects.get(code=answer["deviation"])
    assert wrong_bag.order_id == Order.objects.get(coi_id=journeys.bedside.coi_id).id
    ((it),) = seen(since)
    assert told(it) == [("bedside", {MISMATCH}, {MISMATCH}, CheckState.ABANDONED, 1)]
    assert (it.site, it.month) == (HOSPITAL, month_of(p.now))
    given.cleared(p, "NBED", answer["check"], p.one(Role.NURSE, HOSPITAL, but=p.one(Role.NURSE, HOSPITAL)))
    story.bedside(p)
    again = ("bedside", set(), set(), CheckState.COMPLETE, 1)
    assert told(*seen(since)) == [again, *told(it)], "after the clearance it is attempted anew"


def test_what_was_not_asked_for_is_not_told(journeys: Journeys) -> None:
    p = journeys.neighbour
    since = p.now
    stopped(journeys, p)
    plain = [("bedside", set(), set(), CheckState.ABANDONED, 1)]
    assert told(*seen(since, refusals=["expired"], triggers=["expired"])) == plain
    assert told(*seen(since, refusals=[], triggers=[])) == plain
    assert seen(since, product="OTHER") == ()


def test_a_stop_before_any_check_is_an_attempt(journeys: Journeys) -> None:
    p, since = journeys.neighbour, journeys.neighbour.now
    nurse = p.one(Role.NURSE, HOSPITAL)
    answer = p.scan("NBED", nurse, p.wristband, journeys.bedside.label("product_bag"), step="bedside")
    assert answer["deviation"]
    assert told(*seen(since)) == [("bedside", {MISMATCH}, {MISMATCH}, CheckState.STOPPED, 1)]


def test_several_scans_of_one_check_are_one_event(journeys: Journeys) -> None:
    p, since = journeys.neighbour, journeys.neighbour.now
    nurse = p.one(Role.NURSE, HOSPITAL)
    check = p.scan("NBED", nurse, p.wristband, step="bedside")["check"]
    for scanned in ("=A99992699999900", "?", "=A99992699999900"):
        p.wait(minutes=1)
        p.scan("NBED", nurse, scanned, check=check)
    scans = Scan.objects.filter(check_ref=check)
    codes = {code for scan in scans for code in scan.codes}
    assert codes >= {"unreadable", "unknown_code"}
    assert scans.exclude(codes=[]).count() == 3
    ((it),) = seen(since)
    assert (it.count, it.refusals) == (1, codes)


def test_what_was_refused_before_a_check_belongs_to_the_next_one(journeys: Journeys) -> None:
    p, since = journeys.neighbour, journeys.neighbour.now
    nurse, label = p.one(Role.NURSE, HOSPITAL), p.label("product_bag")
    for _ in range(3):
        p.wait(minutes=1)
        early = p.scan("NBED", nurse, p.wristband, label, step="infuse_start")
        assert (early["outcome"], early["check"]) == ("refused", None)
    sequence = {"out_of_sequence"}
    ((never),) = seen(since)
    assert told(never) == [("infuse_start", sequence, set(), None, 1)], "three scans, one attempt"
    assert never.site == HOSPITAL
    story.bedside(p)
    p.do("infuse_start", "NBED", nurse, [p.wristband, label])
    assert told(*seen(since)) == [
        ("bedside", set(), set(), CheckState.COMPLETE, 1),
        ("infuse_start", sequence, set(), CheckState.COMPLETE, 1),
    ]


@pytest.mark.parametrize("is_infused", [True, False])
def test_a_time_that_ran_out_is_of_the_step_that_it_was_for(journeys: Journeys, is_infused: bool) -> None:
    p = journeys.neighbour
    story.bedside(p)
    nurse, label = p.one(Role.NURSE, HOSPITAL), p.label("product_bag")
    p.do("infuse_start", "NBED", nurse, [p.wristband, label])
    since = p.now + timedelta(seconds=1)
    p.wait(hours=3)
    assert coi.open_overdue_deviations(now=p.now) >= 1
    if is_infused:
        p.do("infuse_end", "NBED", nurse, [label], values={"volume": "48"})
    late = {"hold_time_passed"}
    state = CheckState.COMPLETE if is_infused else None
    own = [it for it in seen(since) if it.site == HOSPITAL and it.state is state]
    assert ("infuse_end", set(), late, state) in [it[:4] for it in told(*own)]


def test_attempts_count_in_the_month_and_the_time_in_which_they_began(journeys: Journeys) -> None:
    p = journeys.fresh
    p.now = datetime(2026, 3, 31, 23, 55, tzinfo=UTC)
    since, collector = p.now, p.one(Role.COLLECTOR, HOSPITAL)
    begun = p.scan("NCHAIR", collector, p.order_code, step="identify")
    p.wait(minutes=10)
    p.scan("NCHAIR", collector, journeys.labelled.wristband, check=begun["check"])
    april = datetime(2026, 4, 1, tzinfo=UTC)
    ((it),) = seen(since)
    assert (it.step, it.month, it.refusals) == ("identify", datetime(2026, 3, 1, tzinfo=UTC), {MISMATCH})
    assert seen(april) == ()
    ((open_then),) = seen(since, april)
    assert not open_then.is_marked, "nothing was known of it then"


def test_more_journeys_and_codes_cost_no_more_statements(journeys: Journeys) -> None:
    with CaptureQueriesContext(connection) as few:
        seen(LATER, refusals=["expired"], triggers=[])
    p = given.until(given.a_journey(journeys.demo, number=80, now=journeys.neighbour.now), story.collect)
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), p.wristband, step="thaw")
    with CaptureQueriesContext(connection) as many:
        assert len(seen()) > 20
    assert len(few) == len(many) == 4


# --- shipments and labels -------------------------------------------------------------------------------------------


def test_shipments_are_hand_overs_whatever_they_bring(journeys: Journeys) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for _order, step, site, _at in set(Handover.objects.values_list("order", "step", "receiver_site", "at")):
        expected[step, site] += 1
    found: Counter[tuple[str, str]] = Counter()
    for it in shipments_seen(PRODUCT, codes=EXCURSIONS, until=LATER):
        assert not it.is_marked
        found[it.step, it.site] += it.count
    assert found == expected
    assert expected["receive_product", HOSPITAL] < Handover.objects.filter(step="receive_product").count()
    assert expected["ship", COURIER] == expected["receive_product", HOSPITAL] == 3


def test_a_hold_tells_of_the_shipment_before_it(journeys: Journeys) -> None:
    p = journeys.ready
    for bag in p.containers("product_bag"):
        p.wait(minutes=1)
        coi.place_hold(container=bag.code, reason_code="excursion", text="warm", **given.doing(p, "Bob"))
    given.a_hold(journeys.bedside, journeys.bedside.containers("product_bag")[0].code)
    found = shipments_seen(PRODUCT, codes=EXCURSIONS, until=LATER)
    held = [it for it in found if it.is_marked]
    assert [(it.step, it.site, it.count, it.holds) for it in held] == [
        ("receive_product", HOSPITAL, 1, frozenset(EXCURSIONS))
    ], "two bags of one shipment; held for another reason is no excursion"
    assert sum(it.count for it in found if it.step == "receive_product") == 3
    assert not any(it.is_marked for it in shipments_seen(PRODUCT, codes=["damage"], until=LATER))
    assert shipments_seen("OTHER", codes=EXCURSIONS, until=LATER) == ()


def test_journeys_of_which_a_label_was_lost(journeys: Journeys) -> None:
    p, labels = journeys.filled, 2
    given.sweep(p)
    for bag in p.containers("product_bag")[:labels]:
        new = given.a_reprint(p, bag.label, "Alice")
        story._two(p, "label_bag", [new])
        coi.account_for_label(copy=bag.label, fate=Fate.LOST, reason="not_found", **given.doing(p, "Alice"))
    assert Deviation.objects.filter(trigger=Trigger.LABEL_LOST).count() == labels
    found = lost_labels_seen(PRODUCT, until=LATER)
    assert {(it.ref, it.site) for it in found} == {(Trigger.LABEL_LOST, PLANT)}
    assert sum(it.opportunities for it in found) == Order.objects.count()
    assert sum(it.events for it in found) == 1, "one journey"
    assert lost_labels_seen(PRODUCT, until=LATER, since=LATER - timedelta(days=1)) == ()
    assert isinstance(found[0], Tally)


# --- what was spoken ------------------------------------------------------------------------------------------------


def test_refusals_are_told_by_code_and_step_with_the_last_time(journeys: Journeys) -> None:
    p, since = journeys.neighbour, journeys.neighbour.now
    nurse, label = p.one(Role.NURSE, HOSPITAL), p.label("product_bag")
    for _ in range(2):
        p.wait(minutes=1)
        p.scan("NBED", nurse, p.wristband, label, step="infuse_start")
    last = p.now
    p.wait(minutes=1)
    p.scan("NBED", nurse, "=A99992699999900", step="bedside")
    found = refusals_spoken([PRODUCT], since=since, until=LATER)
    assert found[0] == Spoken(PRODUCT, "out_of_sequence", "infuse_start", 2, last)
    assert Spoken("", "unknown_code", "", 1, p.now) in found
    assert {it.product for it in refusals_spoken(["OTHER"], since=since, until=LATER)} == {""}
    assert refusals_spoken([PRODUCT], since=since, until=since) == ()

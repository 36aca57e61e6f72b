"""How batches were made: their steps, lots and devices, of many at once; and refused scans by the week."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi.models import MaterialLot, Scan, StepRecord
from coi.rules.outcome import Outcome
from coi.selectors.manufacture import Manufacture, batch_facts, batches_of_orders
from coi.selectors.scans import WeekOfScans, weekly_refusals
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, PRODUCT
from people.rules.roles import Role
from tests import given
from tests.flows import making
from tests.furnished import Journeys


def batch_of(p: Player) -> str:
    return p.containers("product_bag")[0].batch


def made(code: str) -> Manufacture:
    return batch_facts([code])[code]


def steps_of(code: str) -> list[str]:
    return list(dict.fromkeys(it.step for it in made(code).steps))


def test_a_batch_is_told_from_its_collection_to_its_infusion(journeys: Journeys) -> None:
    p = journeys.bedside
    found = made(batch_of(p))
    assert (found.product, found.site, found.zone, found.is_patient) == (
        PRODUCT,
        PLANT,
        "Europe/Amsterdam",
        True,
    )
    steps = steps_of(found.code)
    assert steps[:4] == ["identify", "collect", "label_collection", "end_collection"]
    assert {"send_collection", "start_batch", "transduce", "pool", "freeze", "patient_ready", "thaw"} <= set(
        steps
    )
    assert [it.at for it in found.steps] == sorted(it.at for it in found.steps)
    assert len(found.steps) == StepRecord.objects.filter(order__coi_id=p.coi_id).count(), (
        "there is but one batch"
    )


def test_values_have_the_units_of_the_protocol(journeys: Journeys) -> None:
    ((pooled),) = (it for it in made(batch_of(journeys.filled)).steps if it.step == "pool")
    assert pooled.values == {"viable_cells": "1840", "viability": "93.1"}
    assert pooled.units == {"viable_cells": "10*6", "viability": "%"}
    assert StepRecord.objects.get(pk=pooled.id).step == "pool"


def test_lots_and_devices_are_told_by_their_kind(journeys: Journeys) -> None:
    found = made(batch_of(journeys.filled))
    vector = MaterialLot.objects.get(material="vector", site=PLANT)
    assert found.materials["vector"] == (vector.code,), "two cultures took it, and it is one lot"
    assert {"bag_set", "anticoagulant", "selection_reagent", "cryomedium"} <= set(found.materials)
    assert set(found.equipment) == {"apheresis_device", "incubator", "rate_freezer"}


def test_codes_of_no_batch_are_not_there(journeys: Journeys) -> None:
    assert batch_facts([]) == {}
    assert set(batch_facts([batch_of(journeys.filled), "NONE"])) == {batch_of(journeys.filled)}


def test_more_batches_cost_no_more_statements(journeys: Journeys) -> None:
    codes = [batch_of(p) for p in (journeys.filled, journeys.ready, journeys.bedside, journeys.neighbour)]
    with CaptureQueriesContext(connection) as one:
        batch_facts(codes[:1])
    with CaptureQueriesContext(connection) as four:
        assert len(batch_facts(codes)) == 4
    assert len(one) == len(four) == 6


def test_batches_are_found_by_their_journeys(journeys: Journeys) -> None:
    filled, ready = journeys.filled, journeys.ready
    assert batches_of_orders([filled.coi_id, ready.coi_id, journeys.fresh.coi_id]) == {
        batch_of(filled),
        batch_of(ready),
    }
    assert batches_of_orders([]) == frozenset()


def test_two_batches_of_one_journey_share_what_came_before_them_alone(journeys: Journeys) -> None:
    """A dose of two components: the collection is of both, and each has its own cultures, lots and bags."""
    steps = [f"{act}_{part}" for part in ("cd8", "cd4") for act in ("take", "label")]
    given.in_effect(journeys.fresh, "protocol", PRODUCT, making.two_components())
    making.furnish(journeys.fresh, "HOOD", *steps)
    p = given.until(
        given.a_journey(journeys.demo, number=88, now=journeys.fresh.now), story.receive_collection
    )
    for part in ("cd8", "cd4"):
        making.two(p, f"take_{part}", p.label("apheresis_bag"))
        making.two(p, f"label_{part}", p.label(part))
    first = making.made(p, p.label("cd8"))
    second = making.made(p, p.label("cd4"), bags=2)
    found = batch_facts([first, second])
    for code, part, other, bags in ((first, "cd8", "cd4", 1), (second, "cd4", "cd8", 2)):
        done = [it.step for it in found[code].steps]
        assert {"collect", "receive_collection", f"label_{part}", "pool"} <= set(done)
        assert f"label_{other}" not in done
        assert (done.count("pool"), done.count("start_batch"), done.count("freeze")) == (1, 1, bags)
    assert batches_of_orders([p.coi_id]) == {first, second}


def test_a_batch_is_not_of_a_collection_that_another_was_made_from(journeys: Journeys) -> None:
    """Collected twice: the first collection is not the second batch's, and its steps are not."""
    again = {"is_repeatable": True}
    content = given.a_protocol(identify=again, collect=again, start_batch=again)
    given.in_effect(journeys.fresh, "protocol", PRODUCT, content)
    p = given.until(
        given.a_journey(journeys.demo, number=89, now=journeys.fresh.now), story.receive_collection
    )
    first = making.made(p, p.label("apheresis_bag"))
    p.wait(days=30)
    for stage in (story.identify, story.collect):
        stage(p)
    second_bag = p.containers("apheresis_bag")[-1]
    collected = StepRecord.objects.filter(order__coi_id=p.coi_id, step="collect").order_by("at")
    assert collected.count() == 2
    own = [it.id for it in made(first).steps if it.step == "collect"]
    assert own == [str(collected[0].pk)]
    assert second_bag.batch != first


# --- scans ----------------------------------------------------------------------------------------------------------


def monday_of(at: datetime, zone: str) -> date:
    day = at.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def test_scans_are_counted_by_the_weeks_of_their_site(journeys: Journeys) -> None:
    since, until = journeys.demo.now, journeys.neighbour.now + timedelta(days=60)
    found = weekly_refusals([PLANT, HOSPITAL], since, until)
    scans = Scan.objects.select_related("site").filter(
        site__in=[PLANT, HOSPITAL], at__gte=since, at__lt=until
    )
    expected: dict[tuple[date, str], list[bool]] = {}
    for scan in scans:
        key = (monday_of(scan.at, scan.site.zone), scan.site_id)
        expected.setdefault(key, []).append(scan.outcome == Outcome.REFUSED)
    assert len(expected) > 2
    assert [((it.starts_on, it.site), it.scans, it.refused) for it in found] == [
        (key, len(refused), sum(refused)) for key, refused in sorted(expected.items())
    ]


def test_refused_scans_are_counted_among_all(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.bedside.one(Role.NURSE, HOSPITAL)
    p.wait(days=900)
    since = p.now
    cleared = p.scan("NBED", nurse, story.CLEAR)
    stopped = p.scan("NBED", nurse, p.wristband, journeys.neighbour.label("product_bag"), step="infuse_start")
    assert (cleared["outcome"], stopped["outcome"]) == ("accepted", "refused")
    ((week),) = weekly_refusals([HOSPITAL], since, p.now + timedelta(seconds=1))
    assert (week.site, week.scans, week.refused) == (HOSPITAL, 2, 1)


@pytest.mark.parametrize(
    ("at", "starts_on"), [("2030-01-06T22:30", "2029-12-31"), ("2030-01-06T23:30", "2030-01-07")]
)
def test_a_week_begins_at_the_midnight_of_its_site(journeys: Journeys, at: str, starts_on: str) -> None:
    """Half past eleven of a Sunday night in UTC is Monday in Amsterdam."""
    moment = datetime.fromisoformat(f"{at}+00:00")
    p = journeys.filled
    p.now = moment
    p.scan("HOOD", p.one(Role.OPERATOR, PLANT), story.CLEAR)
    found = weekly_refusals([PLANT], moment - timedelta(days=1), moment + timedelta(days=1))
    assert found == (WeekOfScans(PLANT, "Europe/Amsterdam", date.fromisoformat(starts_on), 1, 0),)


def test_other_sites_and_times_are_left_out(journeys: Journeys) -> None:
    now = journeys.filled.now
    assert weekly_refusals([], now - timedelta(days=900), now) == ()
    assert weekly_refusals([PLANT], now + timedelta(days=900), now + timedelta(days=901)) == ()

"""The wrong bag at the bedside: the station stops, a second person clears it, and the right bag goes on."""

import pytest

from coi.models import Check, Deviation, Hold, Scan
from people.rules.roles import Role

pytestmark = pytest.mark.browser


@pytest.fixture
def nurses(house):
    player = house.journeys.bedside
    first = player.one(Role.NURSE, player.site)
    return first, player.one(Role.NURSE, player.site, but=first)


@pytest.fixture
def bed(house, nurses):
    """The patient is identified, and the neighbour's bag is scanned."""
    station = house.station("NBED")
    station.badge(nurses[0])
    station.scan(house.journeys.bedside.wristband)
    station.expect("MATCH", "Scan the label on the container")
    station.type(house.journeys.neighbour.label("product_bag"))
    station.page.get_by_role("alertdialog").wait_for()
    return station


def stop_of(station):
    return station.page.get_by_role("alertdialog")


def test_the_wrong_bag_meets_the_stop_and_the_right_one_proceeds(house, bed, nurses):
    mine, other, (nurse, second) = house.journeys.bedside, house.journeys.neighbour, nurses
    stop = stop_of(bed)
    assert stop.get_by_text("STOP", exact=True).is_visible()
    assert [row.inner_text() for row in stop.locator(".pair-code").all()] == [mine.coi_id, other.coi_id]
    marked = stop.locator(".pair-code mark").all_inner_texts()
    assert "".join(marked) == mine.coi_id[-1] + other.coi_id[-1]
    assert bed.page.locator("html").get_attribute("data-last-sound") == "stop"
    bed.page.keyboard.press("Escape")
    assert stop.is_visible()

    # neither the right bag nor the person who met it gets past the STOP
    bed.type(mine.label("product_bag"))
    assert stop.get_by_text("Second qualified person: scan your badge").first.is_visible()
    bed.type(nurse.badge)
    bed.page.get_by_label("PIN").fill(nurse.pin)
    bed.page.get_by_role("button", name="Clear the STOP").click()
    stop.get_by_text("You met this STOP yourself").wait_for()
    assert Check.objects.filter(state="stopped", cleared_at=None).count() == 1

    bed.type(second.badge)
    bed.page.get_by_label("PIN").fill(second.pin)
    bed.page.get_by_role("button", name="Clear the STOP").click()
    stop.wait_for(state="hidden")
    bed.expect("CLEARED")
    bed.scan(mine.wristband, mine.label("product_bag"))
    bed.expect("NEEDS YOUR PIN")

    deviation = Deviation.objects.get()
    (wrong,) = (c for c in other.containers("product_bag") if c.label == other.label("product_bag"))
    assert deviation.containers == [wrong.id]
    assert [str(hold.container_id) for hold in Hold.objects.all()] == [wrong.id]
    assert Scan.objects.filter(is_near_miss=True).count() == 1


def test_the_stop_stays_through_a_reload_and_a_lock(house, bed, nurses):
    bed.reload()
    stop = stop_of(bed)
    stop.wait_for()
    assert house.journeys.neighbour.coi_id in stop.inner_text()
    assert bed.page.locator("#person").inner_text() == "Nobody"
    bed.type(nurses[1].badge)
    bed.page.get_by_label("PIN").fill("0000")
    bed.page.get_by_role("button", name="Clear the STOP").click()
    stop.get_by_text("is wrong. Nothing was done").wait_for()
    assert stop.is_visible()


def test_the_stop_is_cleared_at_another_device_of_the_station(house, bed, nurses):
    other = house.station("NBED")
    stop_of(other).wait_for()
    other.type(nurses[1].badge)
    other.page.get_by_label("PIN").fill(nurses[1].pin)
    other.page.get_by_role("button", name="Clear the STOP").click()
    stop_of(other).wait_for(state="hidden")
    bed.page.evaluate("dispatchEvent(new Event('online'))")
    stop_of(bed).wait_for(state="hidden")

"""The station's page: badges, reloads, a lost line, and what a scanner can type."""

import json

import pytest

from coi.models import Check, Scan
from people import services as people
from people.rules.roles import Role
from tests import given
from tests.browser.acting import scan_keys

pytestmark = pytest.mark.browser


@pytest.fixture
def nurses(house):
    player = house.journeys.bedside
    first = player.one(Role.NURSE, player.site)
    return first, player.one(Role.NURSE, player.site, but=first)


def sent(page):
    """Record every scan that the page sends."""
    bodies = []
    page.on("request", lambda r: bodies.append(json.loads(r.post_data)) if r.url.endswith("/scan/") else None)
    return bodies


def test_badge_in_switch_and_out(house, nurses):
    bed = house.station("NBED")
    assert bed.page.locator("#instruction").inner_text() == "Scan your badge"
    bed.type(house.journeys.bedside.wristband)
    bed.page.locator("#reasons", has_text="Nobody is badged in").wait_for()
    bed.badge(nurses[0])
    bed.scan(house.journeys.bedside.wristband)
    bed.expect("MATCH")
    bed.badge(nurses[1])
    assert bed.page.locator("#step").inner_text() == ""  # nothing of the first person's check is left to see
    bed.page.get_by_role("button", name="Badge out").click()
    assert bed.page.locator("#person").inner_text() == "Nobody"
    bed.scan("VB9999990")
    assert bed.page.locator("#person").inner_text() == "Nobody"


def test_the_station_locks_after_three_idle_minutes(house, nurses):
    bed = house.station("NBED")
    bed.page.clock.install()
    bed.reload()
    bed.badge(nurses[0])
    bed.page.clock.fast_forward("02:50")
    assert bed.page.locator("#person").inner_text() == nurses[0].name
    bed.page.clock.fast_forward("03:10")
    bed.page.locator("#reasons", has_text="Locked after three minutes").wait_for()
    assert bed.page.locator("#person").inner_text() == "Nobody"


def test_a_reload_in_the_middle_of_a_check_goes_on_with_it(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bed.scan(mine.wristband)
    bed.expect("MATCH", "Scan the label on the container")
    bed.reload()
    bed.page.get_by_text("Begun here, not over").wait_for()
    assert mine.coi_id not in bed.page.content()
    bed.badge(nurses[0])
    bed.scan(mine.label("product_bag"))
    bed.expect("NEEDS YOUR PIN")
    assert Check.objects.filter(order__coi_id=mine.coi_id, step="bedside").count() == 1


def test_an_open_check_can_be_cancelled(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bed.scan(mine.wristband)
    bed.page.get_by_role("button", name="Cancel this check").click()
    bed.expect("CANCELLED")
    assert Check.objects.get(order__coi_id=mine.coi_id, step="bedside").state == "abandoned"


def test_a_lost_answer_is_asked_for_again_and_counts_once(house, nurses):
    """The scan arrives and is recorded; the answer is lost twice on its way back."""
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bodies, lost = sent(bed.page), []

    def lose(route):
        if len(lost) < 2:
            lost.append(route.fetch())
            route.abort("connectionreset")
        else:
            route.continue_()

    bed.page.route("**/station/scan/", lose)
    bed.type(mine.wristband)
    bed.page.locator("#offline").wait_for()
    bed.page.locator("#reasons", has_text="it counts once").wait_for()
    bed.expect("MATCH", "Scan the label on the container")
    assert len(bodies) == 3
    assert len({body["scan_id"] for body in bodies}) == 1
    assert Scan.objects.filter(id=bodies[0]["scan_id"]).count() == 1
    assert bed.page.locator("#offline").is_hidden()


def test_without_a_line_nothing_is_taken(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    before = Scan.objects.count()
    bed.page.context.set_offline(True)
    bed.page.locator("#offline").wait_for()
    assert bed.page.locator("#line-word").inner_text() == "No connection"
    bed.type(mine.wristband)
    bed.expect("NO CONNECTION")
    assert Scan.objects.count() == before
    bed.page.context.set_offline(False)
    bed.page.locator("#offline").wait_for(state="hidden")
    bed.scan(mine.wristband)
    bed.expect("MATCH")


def test_control_characters_are_kept_and_shortcuts_are_not_scans(house, nurses):
    bed = house.station("NBED")
    bed.badge(nurses[0])
    bodies = sent(bed.page)
    bed.page.keyboard.press("Control+c")
    code = "010950600013435210AB\x1d17270101"
    scan_keys(bed.page, code, "Tab")
    bed.expect("NOT ACCEPTED")
    assert bodies[0]["barcodes"] == [code]


def test_a_scan_in_another_field_is_a_scan_and_leaves_the_field_alone(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.ready
    bed.badge(nurses[0])
    bed.scan(f"&/{mine.coi_id}", mine.wristband)
    bed.expect("NEEDS VALUES")
    weight = bed.page.locator("#entry [name='weight']")
    weight.fill("71")
    bodies = sent(bed.page)
    bed.type(mine.label("product_bag"))
    bed.page.locator("#reasons li").first.wait_for()
    assert bodies[0]["barcodes"] == [mine.label("product_bag")]
    assert weight.input_value() == "71"


def test_what_an_input_method_writes_is_delivered_once(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bodies = sent(bed.page)
    bed.page.locator("#scan").evaluate(
        "(box, text) => { box.value = text; box.dispatchEvent(new InputEvent('input', {bubbles: true})); }",
        mine.wristband,
    )
    bed.page.keyboard.press("Enter")
    bed.expect("MATCH")
    assert [body["barcodes"] for body in bodies] == [[mine.wristband]]


SLOWLY = 620  # milliseconds a key: slower than the slowest scanner that these stations are bound for


def test_a_code_is_typed_with_a_reason_and_counts_as_typed(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bodies = sent(bed.page)
    bed.page.get_by_role("button", name="Type the code").click()
    bed.page.keyboard.press("Escape")
    bed.page.locator("#scan").focus()
    bed.page.keyboard.type("VW", delay=SLOWLY)
    bed.page.wait_for_timeout(SLOWLY)
    bed.page.keyboard.press("Enter")
    bed.page.locator("#reasons", has_text="Choose why the code is typed").wait_for()
    bed.page.get_by_label("Why it is typed").select_option("damaged")
    bed.page.locator("#scan").focus()
    bed.page.keyboard.type(mine.wristband, delay=SLOWLY)
    bed.page.wait_for_timeout(SLOWLY)
    bed.page.keyboard.press("Enter")
    bed.expect("MATCH")
    assert [(body["is_keyed"], body["keyed_reason"]) for body in bodies] == [(True, "damaged")]
    assert bed.page.locator("#keyed").is_hidden()  # one code; then scans are expected again
    bed.scan(mine.label("product_bag"))
    bed.expect("NEEDS YOUR PIN")
    assert "is_keyed" not in bodies[-1]


def test_what_is_typed_without_saying_so_is_not_taken(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bodies = sent(bed.page)
    bed.page.keyboard.type(mine.wristband[:4], delay=SLOWLY)
    bed.page.wait_for_timeout(SLOWLY)
    bed.page.keyboard.press("Enter")
    bed.page.locator("#reasons", has_text="typed and not scanned").wait_for()
    assert bodies == []
    bed.scan(mine.wristband)
    bed.expect("MATCH")


def test_a_hospitals_own_badge_with_its_symbology_is_a_badge(house, nurses):
    people.issue_badge(
        user_id=nurses[0].user_id,
        code="='A999900395A",
        site=house.journeys.bedside.site,
        **given.doing(house.journeys.bedside, "Ada", house.journeys.bedside.site),
    )
    bed = house.station("NBED")
    bed.type("]C0='A999900395A")
    bed.page.locator("#person", has_text=nurses[0].name).wait_for()


def test_the_second_person_sees_none_of_the_first_ones_scans(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bag = mine.label("product_bag")
    bed.badge(nurses[0])
    bed.scan(mine.wristband, bag)
    bed.sign(nurses[0].pin)
    bed.expect("NEEDS A SECOND PERSON")
    shown = bed.page.content()
    bed.badge(nurses[1])
    bed.expect("WELCOME", "Scan the patient's wristband")
    for secret in (bag, mine.wristband, mine.coi_id, mine.containers("product_bag")[0].code):
        assert secret not in shown + bed.page.content()


def test_a_wrong_pin_and_a_wrong_value_are_asked_again(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bed.scan(mine.wristband, mine.label("product_bag"))
    bed.page.get_by_label("PIN").fill("0000")
    bed.page.get_by_role("button", name="Sign").click()
    bed.page.locator("#reasons", has_text="The PIN is wrong").wait_for()
    bed.sign(nurses[0].pin)
    bed.expect("NEEDS A SECOND PERSON")


def test_the_countdown_warns_when_a_fifth_of_the_time_is_left(house, nurses):
    mine = house.journeys.bedside
    bed = house.station("NBED")
    bed.badge(nurses[0])
    bed.scan(mine.wristband)
    bed.page.locator("#countdown[data-state='running']", has_text="End the infusion").wait_for()
    house.clock.wait(minutes=122)
    bed.reload()
    bed.page.locator("#countdown[data-state='low']").wait_for()
    assert bed.page.locator("html").get_attribute("data-last-sound") == "warn"
    house.clock.wait(minutes=40)
    bed.reload()
    bed.page.locator("#countdown[data-state='over']", has_text="TIME IS OVER").wait_for()


def test_touch_targets_and_letters_are_large(house, nurses):
    bed, mine = house.station("NBED"), house.journeys.bedside
    bed.badge(nurses[0])
    bed.scan(mine.wristband, mine.label("product_bag"))
    bed.page.get_by_label("PIN").wait_for()
    for width, height in ((1280, 800), (1024, 768), (390, 844)):
        bed.page.set_viewport_size({"width": width, "height": height})
        for button in bed.page.locator("button:visible").all():
            box = button.bounding_box()
            assert box["height"] >= 76, button.inner_text()
            assert box["width"] >= 76, button.inner_text()
        size = bed.page.locator("#instruction").evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
        assert size >= 32
        assert bed.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

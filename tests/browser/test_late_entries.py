"""A step that was done on paper, recorded late at the station by two people."""

from datetime import UTC, timedelta

import pytest

from coi.models import StepRecord
from people.rules.roles import Role
from tests.coi.late_given import PAPER, WORDS

pytestmark = pytest.mark.browser


def test_a_step_that_was_done_earlier_is_recorded_late(house):
    mine = house.journeys.bedside
    first = mine.one(Role.NURSE, mine.site)
    second = mine.one(Role.NURSE, mine.site, but=first)
    done = (mine.now + timedelta(minutes=2)).replace(second=0, microsecond=0)
    bed = house.station("NBED")
    house.clock.wait(hours=1)
    bed.badge(first)
    page = bed.page
    page.get_by_role("button", name="Done earlier, on paper").click()
    page.get_by_label("When it was done").fill(f"{done:%Y-%m-%dT%H:%M}")
    page.get_by_label("Number of the paper record").fill(PAPER)
    page.get_by_label("Why it was not recorded then").select_option(label="The network was down")
    page.get_by_label("In words").fill(WORDS)
    page.get_by_role("button", name="Go on and scan").click()
    page.locator("#late", has_text="Recorded late: done").wait_for()
    bed.scan(mine.wristband, mine.label("product_bag"))
    bed.sign(first.pin)
    bed.expect("NEEDS A SECOND PERSON")
    page.locator("#late-begin").click()  # by mistake: the check goes on
    page.get_by_role("button", name="Leave").click()
    bed.badge(second)
    assert page.locator("#late").is_visible()
    bed.scan(mine.wristband, mine.label("product_bag"))
    bed.sign(second.pin)
    bed.expect("DONE")
    assert page.locator("#late").is_hidden()
    record = StepRecord.objects.get(order__coi_id=mine.coi_id, step="bedside")
    assert record.performed_at == done.astimezone(UTC)  # the station's own time, in winter

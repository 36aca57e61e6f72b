"""Whoever has a product in hand that was not released outright reads so before they go on."""

import pytest
from django.db import transaction

from coi.rules.journey import Disposition
from people.rules.roles import Role
from people.rules.signatures import Meaning
from tests import given

pytestmark = pytest.mark.browser


def test_the_station_says_that_results_are_pending(house):
    p = house.journeys.filled
    batch = p.containers("product_bag")[0].batch
    record = "a" * 64
    with transaction.atomic():
        given.tested(p, batch)
        signatures = [
            given.signed(p, batch, "Bob Brandt", Meaning.REVIEW, record),
            given.signed(p, batch, "Rosa Reyes", Meaning.CONDITIONAL_RELEASE, record),
        ]
        given.disposed(p, batch, Disposition.CONDITIONALLY_RELEASED, signatures)
    giver, courier = p.one(Role.OPERATOR, "CELLS"), p.one(Role.COURIER, "SWIFT")
    dock = house.station("DOCK", width=1440, height=900)
    told = dock.page.locator("#cautions")
    assert told.is_hidden()
    dock.badge(giver)
    dock.scan(p.cassette("product_bag", 0))
    dock.expect("MATCH")
    assert "released conditionally" in told.inner_text()
    assert "pending" in told.inner_text()
    dock.scan(p.cassette("product_bag", 1), p.demo.shippers[1])
    dock.expect("NEEDS A SECOND PERSON")
    assert told.is_visible()
    dock.badge(courier)
    dock.expect("WELCOME", "Scan")
    assert "released conditionally" in told.inner_text()  # the receiver, before their first scan
    dock.page.get_by_role("button", name="Badge out").click()
    assert told.is_hidden()  # and nobody else

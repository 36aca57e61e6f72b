"""A dossier of an exceptional release at a desk: opened, a part written, refused; every page by axe."""

import pytest

from people.models import Site
from tests.browser.test_pages import assert_clean

pytestmark = pytest.mark.browser

EVERY_FORM = "document.querySelectorAll('details').forEach(one => one.open = true)"


def test_a_dossier_is_begun_at_a_desk(house):
    demo, filled = house.journeys.demo, house.journeys.filled
    Site.objects.filter(code=filled.site).update(region="EU")
    batch = filled.containers("product_bag")[0].batch
    address = f"{house.address}/batches/{batch}/exceptional/"
    bob = house.desk(demo.member("Bob"))
    bob.goto(address)
    assert_clean(bob, "a batch without a dossier")
    bob.get_by_label("Supplied in").select_option("trial")
    bob.get_by_role("button", name="Open it").click()
    bob.get_by_role("link", name="the evaluation of the risks").wait_for()
    bob.evaluate(EVERY_FORM)
    assert_clean(bob, "a dossier with every form open")
    risk = bob.locator("#risk")
    risk.get_by_label("In words").fill("The cells may work less.")
    risk.get_by_role("button", name="Write it down").click()
    bob.get_by_text("The cells may work less.").wait_for()
    rosa = house.desk(demo.member("Rosa"))
    rosa.goto(address)
    rosa.locator("#decision_verdict").select_option("approve")
    rosa.get_by_label("Your password").fill("vein to vein, one patient")
    rosa.get_by_role("button", name="Sign the decision").click()
    rosa.get_by_text("Refused, and recorded").wait_for()
    rosa.evaluate(EVERY_FORM)
    assert_clean(rosa, "a refused decision")

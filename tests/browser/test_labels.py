"""The label ledger and the print queue in a browser: every state by axe, and the buttons that people press."""

from ipaddress import ip_network

import pytest

from config.demonstration import story
from config.demonstration.site import SECOND
from people.rules import codes
from tests import given
from tests.browser.test_pages import assert_clean
from tests.coi import printers
from tests.coi.printing_given import a_printer

pytestmark = pytest.mark.browser


@pytest.fixture
def queue(house, settings, monkeypatch):
    """Three labels at one site: one that no printer takes, one that was sent, one that came out."""
    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    monkeypatch.setattr("coi.services.printing.wire.SEND_SECONDS", 2.0)
    p = house.journeys.chair
    p.now = house.clock.now
    given.sweep(p)
    with printers.listening() as printer:
        a_printer(p, port=printer.port)
        old = p.label("apheresis_bag")
        given.a_reprint(p, old, "Sara", SECOND)
        given.sweep(p)
    given.a_reprint(p, p.label("apheresis_bag"), "Sara", SECOND)
    given.sweep(p)
    a_printer(p, "SPARE", port=printers.nobody(), stations=())
    return p


def test_the_queue_and_what_is_done_there(house, queue):
    page = house.desk(house.journeys.demo.member("Saul"))
    page.goto(f"{house.address}/labels/queue/")
    page.get_by_text("is offline: the label is waiting").wait_for()
    assert_clean(page, "queue")
    page.get_by_role("link", name="Download to print").click()
    page.get_by_label("File").select_option("zpl-300")
    assert_clean(page, "a label to be downloaded")
    for path in ("/printers/CHAIR/", "/printers/new/SOUTH/"):
        page.goto(house.address + path)
        assert_clean(page, path)
    page.goto(f"{house.address}/labels/queue/")
    page.get_by_role("button", name="Print at Printer SPARE").click()
    page.get_by_text("on its way to the printer").wait_for()
    assert_clean(page, "queue after a label was moved")


def test_a_sent_label_asks_and_the_answer_leads_on(house, queue):
    from coi.models import Printer

    with printers.listening() as printer:
        Printer.objects.filter(code="CHAIR").update(port=printer.port)
        queue.wait(minutes=30)
        given.sweep(queue)
    page = house.desk(house.journeys.demo.member("Saul"))
    page.goto(f"{house.address}/labels/queue/")
    page.get_by_role("heading", name="Sent: did the label come out?").wait_for()
    assert_clean(page, "queue that asks")
    page.get_by_role("button", name="No: this copy is spoiled").click()
    page.get_by_role("button", name="Print the next copy").wait_for()
    assert_clean(page, "reprint after a copy was spoiled")


def test_the_ledger_of_a_journey_and_the_sums_of_a_batch(house):
    p = house.journeys.filled
    p.now = house.clock.now
    given.sweep(p)
    old = p.label("product_bag")
    story._two(p, "label_bag", [given.a_reprint(p, old, "Alice")])
    p.scan("HOOD", p.demo.member("Alice"), codes.make("C", "CLEAR"))
    page = house.desk(house.journeys.demo.member("Bob"))
    batch = p.containers("product_bag")[0].batch
    paths = (
        f"/labels/batches/{batch}/",
        f"/journeys/{p.coi_id}/labels/",
        f"/labels/{old}/account/",
        f"/batches/{batch}/",
        f"/journeys/{p.coi_id}/",
        f"/journeys/{house.journeys.fresh.coi_id}/labels/",
        "/labels/queue/",
    )
    for path in paths:
        page.goto(house.address + path)
        assert_clean(page, path)
    page.goto(f"{house.address}/labels/{old}/account/")
    page.get_by_label("What became of it").select_option("destroyed")
    page.get_by_label("Reason").select_option("taken_off")
    page.get_by_role("button", name="Record it").click()
    page.get_by_text("adds up").first.wait_for()
    assert_clean(page, "sums that add up")

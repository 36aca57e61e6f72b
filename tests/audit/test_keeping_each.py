"""Kinds whose questions or sites are unlike those of the others, kept by the button of their pages."""

import html
import re
from uuid import uuid4

import pytest

from ledger import services as ledger_services
from tests.audit.test_pages import REQUESTS, text

PERIOD = "first=2026-03-01&last=2026-03-07"


def keep_from(client, address):
    """Press the button of the page: what it sends, as the page has it."""
    page = text(client.get(address))
    said = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("kind", "said")}
    sent = {name: html.unescape(found[1]) for name, found in said.items() if found}
    return client.post(REQUESTS, {"request_id": str(uuid4()), **sent})


@pytest.mark.requirement("URS-COPY-01")
def test_what_a_page_shows_is_kept_and_given_to_who_asked(player, as_):
    bob = as_("Bob")
    of_a_journey = keep_from(bob, f"/audit/reports/custody/?journey={player.coi_id}")
    of_nothing_named = keep_from(bob, "/audit/reports/inventory/")
    of_a_period = keep_from(bob, f"/audit/reports/overrides/?journey={player.coi_id}&{PERIOD}")
    player.wait(minutes=1)
    ledger_services.sweep_effects(now=player.now)
    page = text(bob.get(of_a_journey.headers["Location"]))
    assert page.count("/report.") == 4, "though Bob is at one of the sites that the journey goes through"
    assert text(bob.get(of_nothing_named.headers["Location"])).count("/report.") == 4, "all that he may see"
    assert text(bob.get(of_a_period.headers["Location"])).count("/report.") == 4
    assert as_("Dave").get(of_a_journey.headers["Location"]).status_code == 404

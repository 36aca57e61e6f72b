"""A broken ledger: quality is told, the journeys that the findings name are held, and no others."""

from datetime import timedelta

import pgtrigger
import pytest

from coi import services as coi
from coi.models import Hold
from config.demonstration.site import PLANT
from ledger import services as ledger
from ledger.events import Event
from ledger.models import Entry
from ledger.selectors import entries_of_events
from people import selectors as people
from people.rules.roles import Role
from tests.furnished import Journeys


@pytest.mark.requirement("URS-INC-01")
def test_the_journey_of_an_altered_entry_is_held_and_quality_is_told_once(journeys: Journeys) -> None:
    harmed, other = journeys.cultured, journeys.filled
    now = harmed.now + timedelta(days=1)
    entry = Entry.objects.filter(stream=f"journey:{harmed.coi_id}").order_by("seq")[2]

    assert ledger.verify(now=now, quick=True).is_sound
    assert coi.contain_broken_ledger(now=now) == 0

    with pgtrigger.ignore():
        Entry.objects.filter(id=entry.id).update(reason="as it suits me")
    assert not ledger.verify(now=now, quick=True).is_sound
    assert coi.contain_broken_ledger(now=now) == 1
    assert coi.contain_broken_ledger(now=now + timedelta(minutes=1)) == 0

    held = set(Hold.objects.filter(reason_code="ledger_broken").values_list("order__coi_id", flat=True))
    assert held == {harmed.coi_id}
    bob = people.person(harmed.demo.member("Bob").user_id, now)
    assert bob is not None
    told = [notice for notice in people.notices_for(bob, now) if notice.code == "ledger_broken"]
    assert [(notice.site, notice.role) for notice in told] == [(PLANT, Role.QA_REVIEWER)]
    sent = [
        it.facts
        for it in entries_of_events(["people:notice:sent"], limit=50)
        if it.actor_name == "ledger watch"
    ]
    administrators = {it["site"] for it in sent if it["role"] == Role.ADMINISTRATOR}
    assert administrators == {site.code for site in people.sites()}

    # the halt is an entry too, once, though nothing is sealed until it is over
    (found,) = entries_of_events([Event.HALT_FOUND], limit=9)
    assert (found.stream, found.facts["findings"], found.facts["kinds"]) == ("ledger", 1, ["altered"])
    assert not ledger.verify(now=now, quick=True).is_sound
    with pgtrigger.ignore():
        Entry.objects.filter(id=entry.id).update(reason=entry.reason)
    assert ledger.verify(now=now, quick=True).is_sound

    refused = harmed.scan("HOOD", harmed.one(Role.OPERATOR, PLANT), harmed.label("culture"), step="transduce")
    assert "on_hold" in [refusal["code"] for refusal in refused["refusals"]]
    lawful = other.scan("BENCH", other.one(Role.OPERATOR, PLANT), other.label("product_bag"))
    assert lawful["outcome"] in ("accepted", "incomplete")

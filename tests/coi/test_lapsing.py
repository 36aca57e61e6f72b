"""A check that nobody goes on with is closed, by an entry of its own; whoever comes back to it in time keeps it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from coi import services as coi
from coi import tasks
from coi.events import Event
from coi.forms import presenters
from coi.models import Check, Order
from config.demonstration.site import HOSPITAL
from config.settings import CELERY_BEAT_SCHEDULE
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules import Subject
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.furnished import Journeys

HALF_A_DAY = timedelta(hours=12)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def begun(journeys: Journeys) -> Check:
    """The wristband was scanned at the bedside, and everybody left."""
    p = journeys.bedside
    answer = p.scan("NBED", p.one(Role.NURSE, HOSPITAL), p.wristband, step="bedside")
    return Check.objects.get(id=answer["check"])


def close(now: datetime) -> int:
    """What the worker does every minute."""
    return coi.close_untouched_checks(untouched_for=HALF_A_DAY, now=now)


def test_it_is_closed_by_an_entry_of_its_own(journeys: Journeys, begun: Check) -> None:
    at = begun.opened_at + HALF_A_DAY
    assert close(at) == 0
    assert close(at + MOMENT) == 1
    begun.refresh_from_db()
    assert (begun.state, begun.closed_at) == ("abandoned", at + MOMENT)
    coi_id = journeys.bedside.coi_id
    entry = ledger.entries_in_stream(f"journey:{coi_id}")[-1]
    assert (entry.event, entry.actor_name, entry.check_id) == (Event.CHECK_LAPSED, "check watch", begun.id)
    assert (entry.site, entry.station) == (HOSPITAL, begun.station)
    for subject in (Subject("order", coi_id), Subject("station", begun.station)):
        assert ledger.entries_for_subject(subject.kind, subject.key)[-1].id == entry.id
    said = presenters.say(entry.event, entry.facts, {"bedside": "Check at the bedside"})
    assert said == "“Check at the bedside” was begun and nobody went on: closed"
    assert close(at + MOMENT) == 0
    assert ledger_services.verify(now=given.now(), record=False).is_sound


@pytest.mark.parametrize("scanned", ["right", "refused", "unreadable"])
def test_who_comes_back_to_it_keeps_it_open(journeys: Journeys, begun: Check, scanned: str) -> None:
    p = journeys.bedside
    code = {"right": p.label("product_bag"), "refused": p.demo.shippers[0], "unreadable": "??"}[scanned]
    p.now = begun.opened_at + timedelta(hours=2)
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), code, check=str(begun.id))
    assert close(begun.opened_at + HALF_A_DAY + MOMENT) == 0
    assert close(p.now + HALF_A_DAY + MOMENT) == 1


def test_nobody_goes_on_with_it_afterwards(journeys: Journeys, begun: Check) -> None:
    p, nurse = journeys.bedside, journeys.bedside.one(Role.NURSE, HOSPITAL)
    p.now = begun.opened_at + HALF_A_DAY + MOMENT
    assert close(p.now) == 1
    answer = p.scan("NBED", nurse, p.label("product_bag"), check=str(begun.id))
    assert "check_closed" in [refusal["code"] for refusal in answer["refusals"]]
    answer = p.scan("NBED", nurse, codes.make("C", "CLEAR"))
    assert answer["outcome"] == "accepted"


def test_what_is_over_is_left_alone(journeys: Journeys, begun: Check) -> None:
    p = journeys.bedside
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), codes.make("C", "CANCEL"), check=str(begun.id))
    before = list(Check.objects.order_by("id").values())
    assert close(begun.opened_at + timedelta(days=9)) == 0
    assert list(Check.objects.order_by("id").values()) == before


def test_each_is_closed_under_the_lock_of_its_journey(begun: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody came back between looking and locking: the check stays open."""
    get = Order.objects.select_for_update

    def late(*args: Any, **kwargs: Any) -> Any:
        Check.objects.filter(id=begun.id).update(opened_at=begun.opened_at + HALF_A_DAY)
        return get(*args, **kwargs)

    monkeypatch.setattr(Order.objects, "select_for_update", late)
    assert close(begun.opened_at + HALF_A_DAY + MOMENT) == 0
    begun.refresh_from_db()
    assert begun.state == "open"


def test_the_worker_looks_every_minute(begun: Check, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    beat = CELERY_BEAT_SCHEDULE["close-untouched-checks"]
    assert (beat["task"], beat["schedule"]) == (tasks.close_untouched_checks.name, 60.0)
    assert settings.CHECKS_LAPSE_AFTER_HOURS == 12
    monkeypatch.setattr("django.utils.timezone.now", lambda: begun.opened_at + timedelta(hours=2))
    assert tasks.close_untouched_checks() == 0
    settings.CHECKS_LAPSE_AFTER_HOURS = 1
    assert tasks.close_untouched_checks() == 1

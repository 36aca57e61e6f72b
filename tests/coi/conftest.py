"""What tests of pages, labels and printers begin with."""

from ipaddress import ip_network
from typing import Any

import pytest

from coi.services.printing import wire
from config.demonstration import story
from config.demonstration.site import HOSPITAL
from people.rules.roles import Role
from tests import given


@pytest.fixture
def clock(journeys, monkeypatch):
    """The doors' clock goes on from the journey's own, a little with every look."""

    def tick():
        journeys.bedside.wait(seconds=4)
        return journeys.bedside.now

    monkeypatch.setattr("django.utils.timezone.now", tick)


@pytest.fixture
def nurse(journeys):
    return journeys.bedside.one(Role.NURSE, HOSPITAL)


@pytest.fixture
def bob(journeys):
    """Quality at the manufacturer."""
    return journeys.demo.member("Bob")


@pytest.fixture
def olga(journeys):
    """The coordinator of the first hospital."""
    return journeys.demo.member("Olga")


@pytest.fixture
def a_stop(journeys, nurse):
    """A neighbour's bag at the bedside: a STOP, a deviation, a hold, a near miss."""
    mine, other = journeys.bedside, journeys.neighbour
    answer = mine.scan("NBED", nurse, mine.wristband, other.label("product_bag"), step="bedside")
    assert answer["deviation"]
    return answer


@pytest.fixture
def collected(demo):
    """A journey whose bag has just been collected: its label waits to be drawn."""
    return given.until(given.a_journey(demo), story.collect)


@pytest.fixture
def here(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Printers stand on this machine; nobody waits long for them."""
    settings.PRINTER_NETWORKS = (ip_network("127.0.0.0/8"),)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(wire, "SEND_SECONDS", 2.0)

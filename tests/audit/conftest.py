"""A kind of report for tests, and people at browsers who ask for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from audit import registry
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Report
from audit.selectors.places import place_of
from audit.services.indexing import take_in
from config.demonstration.player import Player
from config.demonstration.site import PASSWORD, Demo
from ledger import selectors as ledger
from ledger.models import Entry
from ledger.rules.errors import NotFound
from people.rules.authority import Person
from people.rules.rights import Right
from tests import given
from tests.audit.report_given import a_report, facts, wide
from tests.furnished import Journeys

RIGHT = Right.ASK_BUNDLE
EVIDENCE = configured.EVIDENCE_DIR  # where the furnished journeys have their files


def build(person: Person, question: Question, now: datetime) -> Report:
    """Facts and a wide table, about a journey that the person may see."""
    if place_of(person, Ask.JOURNEY, question.journey, now) is None:
        raise NotFound("journey_unknown")
    sites = tuple(sorted(person.sites_of(RIGHT, now)))
    return replace(a_report(facts, wide), question=question.said(), as_of=now, sites=sites)


KIND = ReportKind(
    "tried",
    "A tried report",
    "For trying.",
    frozenset({Ask.JOURNEY}),
    RIGHT,
    build,
    frozenset({Ask.PERIOD}),
)


@pytest.fixture
def _tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._kinds, KIND.code, KIND)


@pytest.fixture
def house(live_journeys: Journeys, settings: Any) -> Journeys:
    """Journeys that commit in earnest, with their files."""
    settings.EVIDENCE_DIR = EVIDENCE
    return live_journeys


@pytest.fixture
def player(demo: Demo, _tried: None, folders: None) -> Player:
    """A journey that has begun; what the test does is rolled back."""
    return given.a_journey(demo)


@pytest.fixture
def as_(player: Player, time_machine) -> Iterator[Callable[[str], Client]]:
    """`as_("Bob")` is a browser in which Bob is signed in, at the hour of the journey as it is then."""

    def sign_in(first_name: str) -> Client:
        time_machine.move_to(player.now, tick=False)
        client = Client()
        assert client.login(username=player.demo.member(first_name).username, password=PASSWORD)
        return client

    return sign_in


def taken_in() -> None:
    """Every entry comes into the search: the worker would wait for ids that other tests drew and rolled back."""
    take_in(ledger.entries_after(0, Entry.objects.latest("id").id, 1_000_000))

"""One history for the tests of a module: a journey to its end, with a STOP, a hold, a reprint and a typed code."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from audit.registry import report_kind
from audit.rules.questions import Question
from audit.rules.report import Fact, Facts, Picture, Report, Table
from coi import services as coi
from coi.models import Deviation
from coi.rules.deviations import DeviationOutcome
from coi.rules.weights import WeightSource
from config.demonstration import story
from config.demonstration.mistakes import CANCEL
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from people import selectors as people
from people.rules.authority import Person
from people.rules.roles import Role
from tests import given
from tests.coi.services_given import mixed_up
from tests.coi.test_typed_codes import typed
from tests.furnished import Furnished, Journeys


@dataclass
class Told:
    """What happened, and who asks about it. `since`, `until`: all of it."""

    journeys: Journeys
    player: Player
    deviation: str
    container_held: str
    spoiled_label: str
    since: datetime
    until: datetime

    @property
    def coi_id(self) -> str:
        """The journey that was played to its end."""
        return self.player.coi_id

    def person(self, name: str) -> Person:
        """Somebody with the rights that they have afterwards."""
        found = people.person(self.journeys.demo.member(name).user_id, self.until)
        assert found is not None
        return found

    def report(self, kind: str, name: str = "Iris", **asked: Any) -> Report:
        """A report as this person gets it (Iris audits the manufacturer)."""
        found = report_kind(kind)
        assert found is not None
        return found.build(self.person(name), Question(**asked), self.until)

    def over(self, kind: str, name: str = "Iris", **asked: Any) -> Report:
        """The same over all of the time."""
        return self.report(kind, name, since=self.since, until=self.until, **asked)


def table(report: Report, key: str) -> Table:
    """A table of a report, also one beside a picture."""
    for section in report.sections:
        if section.key == key:
            found = section.table if isinstance(section, Picture) else section
            assert isinstance(found, Table)
            return found
    raise KeyError(key)


def rows(report: Report, key: str) -> list[dict[str, Any]]:
    """Its rows by the keys of their columns."""
    found = table(report, key)
    names = [column.key for column in found.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def facts(report: Report, key: str) -> dict[str, Fact]:
    """The facts of a section by their keys."""
    section = next(section for section in report.sections if section.key == key)
    assert isinstance(section, Facts)
    return {fact.key: fact for fact in section.facts}


@pytest.fixture
def told(history: Told, db: None) -> Told:
    """The history; what a test does to it is rolled back."""
    return history


@pytest.fixture(scope="module")
def history(furnished: Furnished, django_db_blocker: DjangoDbBlocker) -> Iterator[Told]:
    """The history, rolled back after the module."""
    with django_db_blocker.unblock(), furnished.at(furnished.standing), transaction.atomic():
        yield _played(furnished.journeys.copy())
        transaction.set_rollback(True)


def _played(j: Journeys) -> Told:
    p = j.bedside
    since = j.demo.now - timedelta(days=1)
    deviation = mixed_up(j)
    late = {"measured_at": p.now - timedelta(hours=5), "source": WeightSource.RECORD}
    coi.record_weight(coi_id=p.coi_id, kg="71.4", **late, **given.doing(p, "Olga", HOSPITAL))
    begun = typed(j, p.wristband, step="bedside")["check"]
    p.scan("NBED", j.demo.member("Ines"), CANCEL, check=begun)
    given.granted(p, "Dave", Role.AUDITOR, SECOND)
    p.wait(hours=2)
    given.a_closed_deviation(p, deviation.code, DeviationOutcome.USE_AS_IS)
    story.bedside(p)
    story.infuse(p)
    story.thaw(p, 1)
    story.bedside(p, 1)
    story.infuse(p, 1)
    held = p.containers("sample")[0].code
    hold = given.a_hold(p, held)
    p.wait(hours=3)
    coi.release_hold(hold=hold, text="nothing found", **given.doing(p, "Bob"))
    story.close_out(p)
    spoiled = j.filled.label("product_bag")
    given.a_reprint(j.filled, spoiled, "Amir")
    until = max(p.now, j.neighbour.now, j.filled.now) + timedelta(hours=1)
    assert Deviation.objects.get(code=deviation.code).closed_at is not None
    return Told(j, p, deviation.code, held, spoiled, since, until)


__all__ = ["HOSPITAL", "PLANT", "Told", "facts", "rows", "table"]

"""One step recorded late, as quality and auditors read of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from audit.forms.reports import meaning
from audit.registry import report_kind
from audit.rules.questions import Question
from audit.rules.report import Fact, Facts, Report
from coi.rules.journey import Disposition
from coi.selectors.batches import batch_by_code
from config.demonstration.player import Player
from people import selectors as people
from qc.rules.trail import TrailKind
from qc.selectors.trail import trails_of
from tests.audit.journeys.conftest import facts, rows
from tests.coi import late_given
from tests.furnished import Journeys


@dataclass
class Recorded:
    """What was recorded late, and from when until when is asked."""

    player: Player
    performed_at: datetime
    since: datetime
    until: datetime

    def report(self, kind: str, name: str, journey: str = "") -> Report:
        """A report as this person gets it."""
        person = people.person(self.player.demo.member(name).user_id, self.until)
        found = report_kind(kind)
        assert person is not None
        assert found is not None
        over = Question(since=self.since, until=self.until)
        return found.build(person, Question(journey=journey) if journey else over, self.until)


@pytest.fixture
def recorded(journeys: Journeys) -> Recorded:
    """The check at the bedside, recorded forty minutes after it was done."""
    p = journeys.bedside
    since, performed_at = p.now, p.now + timedelta(minutes=5)
    p.wait(minutes=45)
    assert late_given.bedside(p, performed_at)["outcome"] == "accepted"
    p.wait(minutes=1)
    return Recorded(p, performed_at, since, p.now)


def test_reports_tell_when_it_was_done_and_when_that_was_recorded(recorded: Recorded) -> None:
    overrides = recorded.report("overrides", "Luca")
    (row,) = rows(overrides, "late")
    assert (row["performed_at"], row["about"]) == (recorded.performed_at, recorded.player.coi_id)
    assert (row["what"], row["reason"], row["by"]) == ("step completed", "The network was down", "Ivan Ivers")
    assert facts(overrides, "sums")["late"].value == 1
    assert facts(overrides, "sums")["alone"].value == 0
    figures = recorded.report("key_figures", "Luca")
    assert any("late" in found and found["late"].value == 1 for found in _facts(figures))
    said = {found["late"].about for found in (*_facts(figures), *_facts(overrides)) if "late" in found}
    assert said == {meaning.late()}, "forty minutes late is late"
    assert "recorded late" in meaning.late()
    custody = recorded.report("custody", "Luca", journey=recorded.player.coi_id)
    said = {row["performed_at"] for row in rows(custody, "custody")} - {None}
    assert said == {recorded.performed_at}


def _facts(report: Report) -> Iterator[dict[str, Fact]]:
    for section in report.sections:
        if isinstance(section, Facts):
            yield {fact.key: fact for fact in section.facts}


def test_quality_has_to_look_at_it_before_the_release(recorded: Recorded) -> None:
    code = recorded.player.containers("product_bag")[0].batch
    batch = batch_by_code(code)
    assert batch is not None
    assert batch.disposition is Disposition.RELEASED
    trail = trails_of([batch])[batch.id]
    (entry,) = [it for it in trail.entries if it.kind is TrailKind.LATE_ENTRY]
    assert (entry.by, entry.reason) == ("Ivan Ivers", "network_down")
    assert entry in trail.unreviewed(frozenset())

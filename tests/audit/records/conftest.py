"""One released batch, played once for a whole module; each test works on a copy and is rolled back to it."""

import copy
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from audit.registry import report_kind
from audit.rules.questions import Ask, Question
from audit.rules.report import Facts, Picture, Report, Table
from tests.furnished import Furnished, rolled_back
from tests.qc import given
from tests.qc.given import Laboratory

BEFORE = timedelta(days=400)


@dataclass
class Archive:
    """A released batch, and questions about it."""

    lab: Laboratory

    @property
    def now(self) -> datetime:
        """A moment after all that happened."""
        return self.lab.player.now + timedelta(minutes=1)

    @property
    def coi_id(self) -> str:
        """The journey of the batch."""
        return self.lab.view().batch.coi_id

    def asking(self, kind: str, **given: Any) -> Question:
        """What the kind has to be told, about the batch and all the time until now."""
        found = report_kind(kind)
        assert found is not None
        whole: dict[str, Any] = {}
        if Ask.PERIOD in found.asks:
            whole |= {"since": self.now - BEFORE, "until": self.now}
        if Ask.MOMENT in found.asks:
            whole |= {"moment": self.now}
        if Ask.BATCH in found.asks:
            whole |= {"batch": self.lab.batch}
        return Question(**whole | given)

    def report(self, kind: str, who: str = "Iris", **given: Any) -> Report:
        """The report as this person gets it."""
        found = report_kind(kind)
        assert found is not None
        return found.build(self.lab.person(who), self.asking(kind, **given), self.now)

    def statements(self, kind: str, **given: Any) -> int:
        """How many statements it costs."""
        with CaptureQueriesContext(
            connection,
        ) as captured:
            self.report(kind, **given)
        return len(captured)


def table(report: Report, key: str) -> list[dict[str, Any]]:
    """The rows of a section by the keys of its columns."""
    section = next(it for it in report.sections if it.key == key)
    found = section.table if isinstance(section, Picture) else section
    assert isinstance(found, Table)
    return [{c.key: cell for c, cell in zip(found.columns, row, strict=True)} for row in found.rows]


def facts(report: Report, key: str) -> dict[str, Any]:
    """The facts of a section."""
    section = next(it for it in report.sections if it.key == key)
    assert isinstance(section, Facts)
    return {it.key: it.value for it in section.facts}


@pytest.fixture(scope="module")
def released(furnished: Furnished, django_db_blocker: DjangoDbBlocker) -> Generator[Laboratory, None, None]:
    """A batch made, tested, looked over and released, in a transaction that ends with the module's last test."""
    with rolled_back(furnished, django_db_blocker) as demo:
        lab = given.a_laboratory(demo)
        lab.to_review()
        assert lab.sign_review().is_done
        assert lab.release().is_done
        yield lab


@pytest.fixture
def archive(released: Laboratory, db: None) -> Archive:
    """A copy of it for one test."""
    return Archive(copy.deepcopy(released))

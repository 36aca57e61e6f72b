"""The batch record of a batch that was let go before its last result."""

import copy
from collections.abc import Generator
from datetime import timedelta

import pytest
from pytest_django.plugin import DjangoDbBlocker

from audit.rules.report import Found, Severity
from tests.audit.records.conftest import Archive, table
from tests.furnished import Furnished, rolled_back
from tests.qc import given
from tests.qc.given import Laboratory

DAYS = 5


@pytest.fixture(scope="module")
def waiting(furnished: Furnished, django_db_blocker: DjangoDbBlocker) -> Generator[Laboratory, None, None]:
    """A batch released conditionally: its culture is expected in five days."""
    with rolled_back(furnished, django_db_blocker) as demo:
        lab = given.a_laboratory(demo)
        lab.to_review(has_finals=False)
        assert lab.sign_review().is_done
        assert lab.release_conditionally(days=DAYS).is_done
        yield lab


@pytest.fixture
def archive(waiting: Laboratory, db: None) -> Archive:
    """A copy of it for one test."""
    return Archive(copy.deepcopy(waiting))


def gaps(archive: Archive) -> list[Found]:
    """What should be there and is not."""
    return [it for it in archive.report("batch_record").found if it.severity is Severity.GAP]


def test_a_result_that_did_not_come_in_time_is_told_first(archive: Archive) -> None:
    (decision,) = table(archive.report("batch_record"), "decisions")
    assert gaps(archive) == []
    archive.lab.player.wait(days=DAYS, hours=1)
    (late,) = gaps(archive)
    day = f"{archive.lab.player.now - timedelta(hours=1):%Y-%m-%d}"
    assert late.section == "missing"
    assert late.text.startswith(f"Sterility, final (day 14) was expected by {day} ")
    assert late.text.partition(" by ")[2].partition(",")[0] in decision["pending"], (
        "with the hour and its zone"
    )
    archive.lab.finish_cultures()
    assert gaps(archive) == []

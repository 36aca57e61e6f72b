"""With what an installation starts is entered when it is not what it was."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from ledger import selectors
from ledger.events import Event
from ledger.rules import Actor
from ledger.services.installation import mark_demonstration, note_configuration

pytestmark = pytest.mark.django_db


def about() -> dict[str, Any]:
    return {"actor": Actor.service("start"), "now": datetime.now(UTC), "request_id": uuid4()}


def note(software: str = "1.2.3", **settings: Any) -> bool:
    return note_configuration(software=software, settings={"HOURS": 12} | settings, **about())


def test_an_empty_ledger_stays_empty() -> None:
    assert not note()
    assert selectors.latest_entries() == []


@pytest.mark.requirement("URS-CHG-01")
def test_it_is_entered_once_and_again_when_it_changes() -> None:
    mark_demonstration(**about())
    steps = [note(), note(), note(HOURS=8), note("1.2.4", HOURS=8), note("1.2.4", HOURS=8), note()]
    assert steps == [True, False, True, True, False, True]
    entries = [it for it in selectors.latest_entries() if it.event == Event.INSTALLATION_CONFIGURED]
    assert [(it.facts["software"], it.facts["settings"]["HOURS"]) for it in reversed(entries)] == [
        ("1.2.3", 12),
        ("1.2.3", 8),
        ("1.2.4", 8),
        ("1.2.3", 12),
    ]

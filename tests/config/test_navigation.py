"""The head of every page: which rooms and pages it leads to, and which one is marked."""

import pytest
from django.urls import resolve

from config import navigation


@pytest.mark.parametrize(
    ("path", "room", "page"),
    [
        ("/", "Journeys", ""),
        ("/journeys/CHA999926000001/", "Journeys", ""),
        ("/holds/", "Quality events", "Holds"),
        ("/deviations/DEV26000001/close/", "Quality events", "Deviations"),
        ("/labels/queue/", "Labels", "Labels and printers"),
        ("/printers/new/CELLS/", "Labels", "Labels and printers"),
        ("/scanners/", "Labels", "Scanners"),
        ("/cards/", "Labels", "Cards"),
        ("/batches/B26000001/", "Quality control", "Batches"),
        ("/results/collection/A9999/", "Quality control", "Laboratory"),
        ("/files/", "Quality control", "Files"),
        ("/investigations/OOS-26-00001/", "Quality control", "Investigations"),
        ("/process/", "Process", "Charts"),
        ("/process/charts/CPV-0123456789ABCDEF/", "Process", "Charts"),
        ("/process/signals/", "Process", "Signals"),
        ("/audit/reports/security_events/", "Audit", "Questions"),
        ("/audit/requests/", "Audit", "What I asked for"),
        ("/work/", "My work", ""),
        ("/people/3/", "People", "People"),
        ("/people/sites/HOSP/", "People", "Sites"),
        ("/people/badges/revoke/", "People", "Revoke a badge"),
        ("/nowhere/", "", ""),
    ],
)
def test_one_room_and_one_page_are_marked(path: str, room: str, page: str) -> None:
    found = navigation.here(path)
    assert [door.title for door in found.rooms if door.is_current] == [room] * bool(room)
    assert [door.title for door in found.pages if door.is_current] == [page] * bool(page)
    assert bool(found.pages) == bool(page), "a room of one page needs no second row"


def test_every_door_leads_somewhere() -> None:
    for room in navigation.here("/").rooms:
        for door in (room, *navigation.here(room.url).pages):
            assert resolve(door.url).func is not None


def test_a_room_without_pages_yet_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = navigation.Room("Cellar", (navigation.Page("Cellar", "cellar:home"),))
    monkeypatch.setattr(navigation, "ROOMS", (*navigation.ROOMS, nowhere))
    assert "Cellar" not in [door.title for door in navigation.here("/").rooms]


def test_a_page_that_one_may_not_open_is_left_out() -> None:
    found = navigation.here("/scanners/", lambda name: name != "coi:cards")
    assert [door.title for door in found.pages] == ["Labels and printers", "Scanners"]


def test_a_room_that_one_may_not_open_is_left_out() -> None:
    found = navigation.here("/work/", lambda name: name != "people:people")
    assert "People" not in [door.title for door in found.rooms]
    assert "People" in [door.title for door in navigation.here("/work/").rooms]

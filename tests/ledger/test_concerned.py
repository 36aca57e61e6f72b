"""What new entries concern, from an id on: everything once at least, and nothing that commits late is missed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from ledger.models import Entry
from ledger.rules import Subject
from ledger.selectors import concerned
from tests.ledger.given import appended

pytestmark = pytest.mark.django_db(transaction=True)
SCANS = frozenset({"coi:scan:accepted"})


def of(key: str, stream: str = "journey:A", event: str = "coi:scan:accepted") -> int:
    """An entry about this batch; its id."""
    return appended(stream, event=event, subjects=(Subject("batch", key), Subject("order", "A"))).id


def test_entries_of_these_events_tell_what_they_concern() -> None:
    before = of("B1")
    of("B2")
    last = of("B3", event="coi:scan:refused")
    assert concerned(before, SCANS) == (last, frozenset({("batch", "B2"), ("order", "A")}))
    assert concerned(last, SCANS) == (last, frozenset())
    assert concerned(before, frozenset()) == (last, frozenset())


def test_an_empty_ledger_concerns_nothing() -> None:
    start = Entry.objects.count()
    assert start == 0
    assert concerned(0, SCANS) == (0, frozenset())
    assert concerned(7, SCANS) == (7, frozenset()), "never back"


@contextmanager
def unfinished(key: str) -> Iterator[None]:
    """Meanwhile another transaction has taken the next id, and commits at the end."""
    is_written, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            of(key, stream="journey:LATE")
            is_written.set()
            may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert is_written.wait(20)
        yield
    finally:
        may_end.set()
        thread.join()


def test_what_commits_late_is_told_the_next_time() -> None:
    start = of("B0")
    with unfinished("LATE"):
        of("B1")
        newest, found = concerned(start, SCANS)
        assert newest == start, "the id that is missing comes next"
        assert found == {("batch", "B1"), ("order", "A")}
    newest, found = concerned(newest, SCANS)
    assert found == {("batch", "LATE"), ("batch", "B1"), ("order", "A")}
    assert newest == start + 2


def test_an_id_that_nobody_used_for_a_minute_is_waited_for_no_more() -> None:
    start = of("B0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id'))")
    last = of("B1")
    assert concerned(start, SCANS)[0] == start
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET recorded_at = recorded_at - interval '2 minutes'")
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    assert concerned(start, SCANS)[0] == last

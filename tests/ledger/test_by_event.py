"""Entries of rare events are found by an index, and not by reading the whole ledger."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import selectors
from ledger.selectors import EntryView
from ledger.selectors.histories import entries_of_period, rows_as_of
from tests.ledger.given import appended, now

pytestmark = pytest.mark.django_db
EVENT = "people:role:granted"
OWN = {"uuid": "gen_random_uuid()", "request_id": "gen_random_uuid()", "stream": "'many'", "seq": "n"}
OWN |= dict.fromkeys(("occurred_at", "recorded_at"), "clock_timestamp()")
READERS: dict[str, Callable[[], Any]] = {
    "of a period": lambda: selectors.entries_between(now() - timedelta(days=1), now(), events=[EVENT]),
    "of a period, in order": lambda: entries_of_period(now() - timedelta(days=1), now(), events=[EVENT]),
    "all before": lambda: entries_of_period(None, now(), events=[EVENT]),
    "rows as of": lambda: rows_as_of(now(), events=[EVENT]),
}


def test_rare_events_are_found_by_their_index() -> None:
    common = appended()
    names = [name for name in EntryView.__dataclass_fields__ if name != "id"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_entry ({', '.join(names)}) SELECT {', '.join(OWN.get(it, it) for it in names)}"
            " FROM ledger_entry, generate_series(1, 3000) n WHERE id = %s",
            [common.id],
        )
        appended(event=EVENT)
        cursor.execute("ANALYZE ledger_entry")
        for name, read in READERS.items():
            with CaptureQueriesContext(connection) as caught:
                read()
            (asked,) = [it["sql"] for it in caught if '"ledger_entry"."event" IN' in it["sql"]]
            cursor.execute(f"EXPLAIN {asked}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "ledger_entry_event" in plan, (name, plan)

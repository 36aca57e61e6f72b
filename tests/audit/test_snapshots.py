"""A report, and a bundle, are of one moment: what others write while one is made is not in it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InternalError, connection, transaction

from audit.models import Position
from audit.rules.questions import Question
from audit.rules.report import Facts, Report
from audit.selectors.scope import report_for
from ledger import services as ledger_services
from ledger.models import Entry
from ledger.rules import Subject
from ledger.rules.offline import verify
from ledger.selectors.snapshots import snapshot
from people import selectors as people
from tests.audit.test_bundles import ask, data_of, made
from tests.concurrency.at_once import alone
from tests.furnished import Journeys
from tests.ledger.given import appended, now


def elsewhere(act: Callable[[], Any]) -> None:
    """Do it on another connection, to its end."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone, act).result()


@contextmanager
def written_after(statement: str, act: Callable[[], Any]) -> Iterator[list[str]]:
    """Somebody else does it just after the first statement that begins so; answers with the one it was."""
    seen: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if not seen and sql.startswith(statement):
            seen.append(sql)
            elsewhere(act)
        return answer

    with connection.execute_wrapper(look):
        yield seen


def sealed_all() -> None:
    while ledger_services.seal(now=now()):
        pass


def inventory(house: Journeys) -> Report:
    ada = people.person(house.ready.demo.member("Ada").user_id, house.ready.now)
    assert ada is not None
    return report_for(ada, "inventory", Question(), house.ready.now)


def held(report: Report) -> dict[str, Any]:
    """What the report says of the ledger: counted, and read of its newest checkpoint, by different statements."""
    (section,) = [it for it in report.sections if isinstance(it, Facts) and it.key == "ledger"]
    return {it.key: it.value for it in section.facts}


def test_what_is_written_between_two_tables_of_a_report_is_in_neither(house: Journeys) -> None:
    sealed_all()
    before = held(inventory(house))
    assert before["entries"] == before["sealed"] == Entry.objects.count()

    def write() -> None:
        appended()
        sealed_all()

    with written_after('SELECT COUNT(*) AS "__count" FROM "ledger_entry"', write) as seen:
        report = inventory(house)
    assert seen
    assert held(report) == before
    assert report.checkpoint is not None
    assert report.checkpoint.size == before["entries"]
    after = inventory(house)
    assert after.checkpoint is not None
    assert held(after)["sealed"] == after.checkpoint.size == before["entries"] + 1


def test_a_bundle_and_the_report_in_it_are_of_the_moment_when_its_entries_were_chosen(
    house: Journeys,
) -> None:
    coi_id = house.ready.coi_id
    id = ask(house, journey=coi_id)
    sealed_all()
    count = Entry.objects.count()

    def write() -> None:
        appended(f"journey:{coi_id}", facts={"late": "very late"}, subjects=[Subject("order", coi_id)])
        sealed_all()

    with written_after("SELECT s.entry_id FROM unnest", write) as seen:
        found = made(house, id)
    assert seen
    files = dict(verify.unpacked(data_of(house, found.id)))
    assert b"very late" not in files["entries.jsonl"] + files["report.html"]
    assert json.loads(files["report/custody.json"])["checkpoint"]["size"] == count
    assert Entry.objects.count() > count


def test_a_snapshot_writes_nothing_and_stands_in_no_transaction(house: Journeys) -> None:
    with pytest.raises(InternalError, match="read-only transaction"), snapshot():
        Position.objects.create(name="x", upto=1)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), snapshot():
        pass
    with snapshot():
        count = Entry.objects.count()
        elsewhere(appended)
        assert Entry.objects.count() == count
    assert Entry.objects.count() == count + 1

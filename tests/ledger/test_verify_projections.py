"""Rows of projections that are not what the entries made of them are found and named."""

from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from ledger import services
from ledger.rules import EntryRef, FindingKind
from tests.ledger.conftest import Tamper
from tests.ledger.given import ALICE, A, B, C, kinds, now, verify

pytestmark = pytest.mark.django_db


class Differing(NamedTuple):
    """A row changed behind the application's back, and what the finding says of it."""

    sql: str
    row: UUID
    columns: tuple[str, ...]
    detail: str


@pytest.mark.requirement("URS-TRUE-01")
@pytest.mark.parametrize(
    "case",
    [
        Differing("UPDATE test_thing SET count = 7 WHERE id = %s", A, ("count",), "differ"),
        Differing(
            "UPDATE test_thing SET content = '{}', name = 'z' WHERE id = %s", A, ("content", "name"), "differ"
        ),
        Differing("UPDATE test_thing SET made_at = now() WHERE id = %s", B, ("made_at",), "differ"),
        Differing("DELETE FROM test_thing WHERE id = %s", C, (), "the row is gone"),
        Differing(
            "INSERT INTO test_thing SELECT (jsonb_populate_record(t, jsonb_build_object('id', %s))).*"
            " FROM test_thing t WHERE count = 2",
            UUID(int=0xF),
            (),
            "no entry made it",
        ),
    ],
)
def test_a_projection_that_differs_is_named(
    history: list[EntryRef], as_owner: Tamper, case: Differing
) -> None:
    with as_owner() as execute:
        execute(case.sql, [case.row])
    (finding,) = verify().findings
    assert (finding.kind, finding.table) == (FindingKind.PROJECTION, "test.thing")
    assert finding.row_id == str(case.row)
    assert finding.columns == case.columns
    assert case.detail in finding.detail
    assert "'7'" not in str(finding)
    assert verify(quick=True).is_sound


def test_the_installation_cannot_be_unmarked(as_owner: Tamper) -> None:
    services.mark_demonstration(actor=ALICE, now=now(), request_id=uuid4())
    assert verify().is_sound
    with as_owner() as execute:
        execute("UPDATE ledger_installation SET is_demonstration = false")
    (finding,) = verify().findings
    assert (finding.table, finding.columns) == ("ledger.installation", ("is_demonstration",))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'{"changes":[{"id":"x","op":"new","table":"test.thing","values":{}}],"facts":{}}',
            "cannot be replayed",
        ),
        (
            b'{"changes":[{"id":"x","op":"new","table":"no.table","values":{}}],"facts":{}}',
            "cannot be replayed",
        ),
        (b"not json", "cannot be replayed"),
        (b'{"facts":{}}', "cannot be replayed"),
        (
            b'{"changes":[{"id":"00000000-0000-0000-0000-00000000000e","op":"set","table":"test.thing",'
            b'"values":{"count":1}}],"facts":{}}',
            "row that was never made",
        ),
        (
            b'{"changes":[{"id":"00000000-0000-0000-0000-00000000000a","op":"new","table":"test.thing",'
            b'"values":{"name":"a"}}],"facts":{}}',
            "makes a row that exists already",
        ),
    ],
)
def test_an_entry_that_cannot_be_replayed_is_named(
    history: list[EntryRef], as_owner: Tamper, body: bytes, expected: str
) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET body = %s WHERE id = %s", [body, history[3].id])
    report = verify()
    (fault,) = [
        found for found in report.findings if found.entry_id == history[3].id and expected in found.detail
    ]
    assert fault.kind is FindingKind.PROJECTION
    assert kinds(report) == {"altered", "projection"}


def test_a_row_made_twice_in_one_batch(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute(
            "UPDATE ledger_entry SET body = (SELECT body FROM ledger_entry WHERE id = %s) WHERE id = %s",
            [history[0].id, history[1].id],
        )
    assert any("makes a row that exists already" in finding.detail for finding in verify().findings)


def test_a_rebuild_in_small_batches_finds_the_same(history: list[EntryRef], monkeypatch: Any) -> None:
    from ledger import projections
    from ledger.services import records
    from ledger.services.verification import tree

    for module in (projections, records, tree):
        monkeypatch.setattr(module, "BATCH", 1)
    assert verify().is_sound

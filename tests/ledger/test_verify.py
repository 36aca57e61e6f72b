"""Whatever is done to entries, tree and checkpoints behind the application's back is found and named."""

import pytest

from ledger import selectors
from ledger.rules import EntryRef, Finding, FindingKind
from ledger.rules.merkle import leaf_hash
from ledger.services import Report
from tests.ledger.conftest import Tamper
from tests.ledger.forging import ENTRY, forge, rehash
from tests.ledger.given import A, C, Thing, verify

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("URS-TRUE-01")
def test_an_honest_history_is_sound(history: list[EntryRef]) -> None:
    report = verify()
    assert report.is_sound
    assert report.is_complete
    assert (report.entries, report.streams, report.sealed, report.pending) == (6, 2, 5, 1)
    assert (report.checkpoints, report.notes) == (3, ())
    assert "test.thing" in report.tables
    assert not selectors.is_broken()
    assert Thing.objects.count() == 3


def test_an_empty_ledger_is_sound() -> None:
    assert verify().is_sound


def named(report: Report, ref: EntryRef) -> list[Finding]:
    """The findings that name this entry as altered."""
    return [f for f in report.findings if f.entry_id == ref.id and f.event and f.kind is FindingKind.ALTERED]


@pytest.mark.requirement("URS-TRUE-01")
@pytest.mark.parametrize(
    ("which", "sql"),
    [
        (1, "UPDATE ledger_entry SET body = set_byte(body, 13, 120) WHERE id = %s"),
        (1, "UPDATE ledger_entry SET actor_name = 'Mallory' WHERE id = %s"),
        (1, "UPDATE ledger_entry SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = %s"),
        (5, "UPDATE ledger_entry SET recorded_at = recorded_at - interval '1 day' WHERE id = %s"),
        (5, "UPDATE ledger_entry SET reason = 'because' WHERE id = %s"),
        (1, "UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE id = %s"),
        (1, "UPDATE ledger_subject SET key = 'C' WHERE key = 'B' AND entry_id = %s"),
        (1, "DELETE FROM ledger_subject WHERE key = 'B' AND entry_id = %s"),
        (1, "INSERT INTO ledger_subject (entry_id, kind, key) VALUES (%s, 'order', 'C')"),
    ],
)
def test_an_altered_entry_is_named(history: list[EntryRef], as_owner: Tamper, which: int, sql: str) -> None:
    with as_owner() as execute:
        execute(sql, [history[which].id])
    report = verify()
    (finding,) = named(report, history[which])
    assert finding.stream == history[which].stream
    assert finding.seq == history[which].seq
    others = [ref for ref in history if ref is not history[which]]
    assert not any(named(report, ref) for ref in others)
    assert selectors.is_broken()


def test_a_forger_who_hashes_anew_is_named_by_the_tree(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET actor_name = 'Mallory' WHERE id = %s", [history[1].id])
        rehash(history[1], execute)
    (finding,) = verify().findings
    assert finding.entry_id == history[1].id
    assert "sealed with another content" in finding.detail


def test_a_forger_who_changes_the_leaf_too_is_named_within_one_sealing(
    history: list[EntryRef], as_owner: Tamper
) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET actor_name = 'Mallory' WHERE id = %s", [history[2].id])
        forged = rehash(history[2], execute)
        execute("UPDATE ledger_leaf SET hash = %s WHERE entry_id = %s", [forged, history[2].id])
    (finding,) = verify().findings
    assert finding.kind is FindingKind.ALTERED
    assert finding.where == "leaves 2 to 3"
    assert f"entries {history[2].id} to {history[3].id}" in finding.detail


@pytest.mark.requirement("URS-TRUE-01")
def test_an_entry_deleted_in_the_middle_is_named(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute(ENTRY, {"id": history[2].id})
    report = verify()
    found = {str(finding) for finding in report.findings if finding.kind is FindingKind.REMOVED}
    assert "removed: stream journey:A: number 2 missing" in found
    assert f"removed: entry {history[2].id}: the entry is gone, but a leaf of the tree of it is left" in found


def test_an_entry_deleted_with_its_leaf_is_named(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute(ENTRY, {"id": history[2].id})
        execute("DELETE FROM ledger_leaf WHERE entry_id = %s", [history[2].id])
    found = {str(finding) for finding in verify().findings}
    assert "removed: stream journey:A: number 2 missing" in found
    assert "removed: leaves 2 to 3: leaf 2 of the tree is gone" in found


def test_the_tail_deleted_after_its_sealing_is_named(history: list[EntryRef], as_owner: Tamper) -> None:
    # The owner cuts everything after the second checkpoint, and mends the heads and the projection too.
    with as_owner() as execute:
        for ref in history[4:]:
            execute(ENTRY, {"id": ref.id})
        execute("DELETE FROM ledger_pending")
        execute("DELETE FROM ledger_leaf WHERE index > 3; DELETE FROM ledger_checkpoint WHERE size > 4")
        execute("UPDATE ledger_stream SET last_seq = 2 WHERE name = 'journey:A'")
        execute("UPDATE test_thing SET count = 1 WHERE id = %s", [A])
        execute("DELETE FROM test_thing WHERE id = %s", [C])
    (finding,) = verify().findings
    assert finding.kind is FindingKind.ROLLED_BACK
    assert "1 sealed entries are gone" in finding.detail


def test_the_last_entry_deleted_before_its_sealing_is_named_by_its_stream(
    history: list[EntryRef], as_owner: Tamper
) -> None:
    with as_owner() as execute:
        execute("DELETE FROM ledger_pending")
        execute(ENTRY, {"id": history[5].id})
    (finding,) = verify().findings
    assert str(finding) == "removed: stream journey:A: 4 numbers were given, and the entries end at 3"


def test_an_inserted_entry_is_named(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        forged = forge(history[5], execute)
    found = {str(finding) for finding in verify().findings}
    name = f"entry {forged.id} (coi:scan:accepted, number 5 of journey:A)"
    assert f"inserted: {name}: it is neither sealed nor waiting to be: it was not appended" in found
    assert "inserted: stream journey:A: entries reach 5, but only 4 numbers were given" in found


def test_an_inserted_entry_with_a_leaf_is_named(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        forged = forge(history[5], execute)
        execute("UPDATE ledger_stream SET last_seq = 5 WHERE name = 'journey:A'")
        execute(
            "INSERT INTO ledger_leaf SELECT 5, id, leaf_hash FROM ledger_entry WHERE id = %s", [forged.id]
        )
    (finding,) = verify().findings
    assert finding.kind is FindingKind.INSERTED
    assert finding.entry_id == forged.id
    assert "no checkpoint sealed" in finding.detail


def test_entries_out_of_order_are_named(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET seq = 99 WHERE id = %s", [history[1].id])
        execute("UPDATE ledger_entry SET seq = 1 WHERE id = %s", [history[3].id])
        execute("UPDATE ledger_entry SET seq = 2 WHERE id = %s", [history[1].id])
    found = [finding for finding in verify().findings if finding.kind is FindingKind.INSERTED]
    assert [finding.entry_id for finding in found] == [history[1].id]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 4",
            "checkpoint of 4 entries: root differ",
        ),
        ("DELETE FROM ledger_checkpoint WHERE size = 4", "no checkpoint of this size"),
        ("DELETE FROM ledger_checkpoint WHERE size = 5", "1 sealed entries are gone"),
        ("UPDATE ledger_checkpoint SET note = 'x' WHERE size = 4", "signature: checkpoint of 4 entries"),
        ("UPDATE ledger_checkpoint SET peaks = 'x' WHERE size = 4", "checkpoint of 4 entries: peaks differ"),
        (
            "UPDATE ledger_leaf SET hash = 'x' WHERE index = 3",
            "no longer give the root that the checkpoint of 4",
        ),
        (
            "INSERT INTO ledger_pending SELECT entry_id FROM ledger_leaf WHERE index = 0",
            "waits to be sealed again",
        ),
        ("DELETE FROM ledger_pending", "neither sealed nor waiting"),
    ],
)
def test_the_tree_and_its_checkpoints(
    history: list[EntryRef], as_owner: Tamper, sql: str, expected: str
) -> None:
    with as_owner() as execute:
        execute(sql)
    report = verify(quick=True)
    assert any(expected in str(finding) for finding in report.findings), report.findings


def test_rows_that_belong_to_no_entry(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("INSERT INTO ledger_subject (entry_id, kind, key) VALUES (999999, 'order', 'A')")
        execute("INSERT INTO ledger_pending (entry_id) VALUES (999999)")
    found = {(finding.entry_id, finding.table) for finding in verify().findings}
    assert found == {(999999, "ledger.entrysubject"), (999999, "ledger.pending")}


def test_hashes_are_not_of_a_kind_that_can_be_confused() -> None:
    # A leaf over the bytes of two hashes is not the node over them.
    from ledger.rules.merkle import node_hash

    one, other = leaf_hash(b"1"), leaf_hash(b"2")
    assert leaf_hash(one + other) != node_hash(one, other)

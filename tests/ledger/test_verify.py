"""Whatever is done to the record behind the application's back is found and named."""

from collections.abc import Callable
from io import StringIO
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import registry, selectors, services
from ledger.models import Halt
from ledger.rules import EntryRef, Finding, FindingKind, Subject, new, put
from ledger.rules.leaves import EntryRecord
from ledger.rules.merkle import leaf_hash
from ledger.services import Report, checkpoints
from tests.ledger.conftest import Tamper
from tests.ledger.given import ALICE, HERE, Thing, appended, now

pytestmark = pytest.mark.django_db
A, B, C = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)


def verify(**more: Any) -> Report:
    """Verify now."""
    return services.verify(now=now(), **more)


def kinds(report: Report) -> set[str]:
    """The kinds of what was found."""
    return {finding.kind.value for finding in report.findings}


@pytest.fixture
def history(things: None) -> list[EntryRef]:
    """Six entries in two streams, three checkpoints, a projection, one entry still waiting."""
    refs = [appended(changes=[new("test.thing", A, name="a"), new("test.thing", B, name="b")])]
    refs.append(appended("station:S", subjects=[Subject("order", "A"), Subject("order", "B")]))
    services.seal(now=now(), using="default")
    refs.append(appended(changes=[put("test.thing", A, count=1, content={"k": "v"})]))
    refs.append(appended("station:S"))
    services.seal(now=now(), using="default")
    refs.append(
        appended(changes=[put("test.thing", A, count=2), new("test.thing", C, name="c", parent_id=A)])
    )
    services.seal(now=now(), using="default")
    refs.append(appended())
    return refs


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


def rehash(ref: EntryRef, execute: Callable[..., None]) -> bytes:
    """The hash that the entry's present columns give, as a thorough forger writes it."""
    entry = selectors.entry_by_id(ref.id)
    assert entry is not None
    record = EntryRecord(**{name: getattr(entry, name) for name in EntryRecord.__dataclass_fields__})
    forged = record.leaf(selectors.subjects_of([ref.id])[ref.id])
    execute("UPDATE ledger_entry SET leaf_hash = %s WHERE id = %s", [forged, ref.id])
    return forged


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


ENTRY = "DELETE FROM ledger_subject WHERE entry_id = %(id)s; DELETE FROM ledger_entry WHERE id = %(id)s"


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


FORGE = """
INSERT INTO ledger_entry SELECT (r).* FROM (
    SELECT jsonb_populate_record(e, %(other)s::jsonb) AS r FROM ledger_entry e WHERE id = %(id)s
) AS forged
"""


def forge(ref: EntryRef, execute: Callable[..., None], **other: Any) -> EntryRef:
    """An entry that nobody appended, with a right hash."""
    import json

    values = {
        "id": ref.id + 100,
        "uuid": str(uuid4()),
        "request_id": str(uuid4()),
        "seq": ref.seq + 1,
        **other,
    }
    execute(
        "INSERT INTO ledger_subject SELECT %s, kind, key FROM ledger_subject WHERE entry_id = %s",
        [values["id"], ref.id],
    )
    execute(FORGE, {"other": json.dumps(values), "id": ref.id})
    forged = selectors.entry_by_id(values["id"])
    assert forged is not None
    made = EntryRef(
        forged.id,
        forged.uuid,
        forged.stream,
        forged.seq,
        forged.event,
        forged.occurred_at,
        forged.recorded_at,
        b"",
    )
    rehash(made, execute)
    return made


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


# -- projections --------------------------------------------------------------------------------------------------


class Differing(NamedTuple):
    """A row changed behind the application's back, and what the finding says of it."""

    sql: str
    row: UUID
    columns: tuple[str, ...]
    detail: str


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


# -- evidence, exported files, rooms ------------------------------------------------------------------------------


def stored(data: bytes = b"log") -> Any:
    """A kept file."""
    return services.store_evidence(
        data=data, media_type="text/plain", name="log", actor=ALICE, where=HERE, now=now(), request_id=uuid4()
    )


@pytest.mark.parametrize("damage", ["changed", "longer", "gone"])
def test_evidence_is_looked_at(damage: str, settings: Any) -> None:
    view = stored()
    assert verify().is_sound
    path = settings.EVIDENCE_DIR / view.sha256[:2] / view.sha256[2:4] / view.sha256
    path.chmod(0o600)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"lag" if damage == "changed" else b"log ")
    (finding,) = verify().findings
    assert (finding.kind, finding.row_id) == (FindingKind.EVIDENCE, str(view.id))
    assert view.sha256 in finding.where


def test_exported_checkpoints_are_missed(history: list[EntryRef]) -> None:
    for file in checkpoints.exported()[1:]:
        file.path.unlink()
    assert verify().notes == ("2 of 3 checkpoints have no exported file",)
    checkpoints.exported()[0].path.unlink()
    report = verify()
    assert report.is_sound
    assert any("no checkpoint is kept outside" in note for note in report.notes)


@pytest.mark.usefixtures("registered")
def test_rooms_verify_their_own() -> None:
    def fails() -> list[Finding]:
        raise ValueError("broken verifier")

    registry.register_verifier("a", lambda: [Finding(FindingKind.SIGNATURE, "signature 1", "invalid")])
    registry.register_verifier("b", fails)
    registry.register_unrebuildable("the vault", "it is encrypted")
    report = verify(record=False)
    details = [finding.detail for finding in report.findings]
    assert details == ["invalid", "its verifier failed: ValueError: broken verifier"]
    assert ("the vault", "it is encrypted") in report.unrebuildable
    assert not selectors.is_broken()


def test_a_flood_of_findings_is_cut_and_says_so(
    history: list[EntryRef], as_owner: Tamper, monkeypatch: Any
) -> None:
    from ledger.services import verification

    seen: list[int] = []

    def look() -> list[Finding]:
        # A pass that was cut short has put away its rebuilt tables: this one sees the living ones.
        seen.append(Thing.objects.filter(count=5).count())
        return []

    registry.register_verifier("z", look)
    monkeypatch.setattr(verification, "FINDINGS", 1)
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'x'")
        execute("UPDATE test_thing SET count = 5")
    report = verify()
    assert not report.is_complete
    assert kinds(report) == {"altered", "projection"}
    assert seen == [3]


# -- halts and the command ----------------------------------------------------------------------------------------


def test_the_same_report_halts_once(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'x' WHERE id = %s", [history[0].id])
    verify()
    verify()
    assert Halt.objects.count() == 1
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'x' WHERE id = %s", [history[1].id])
    verify()
    assert Halt.objects.count() == 2


@pytest.mark.parametrize(
    ("broken", "reason", "code"), [(True, " ", "reason_required"), (False, "why", "not_halted")]
)
def test_a_halt_is_resolved_for_a_reason(broken: bool, reason: str, code: str) -> None:
    if broken:
        Halt.objects.create(found_at=now(), report=[])
    with pytest.raises(Exception) as caught:  # noqa: PT011
        services.resolve_halt(actor=ALICE, where=HERE, now=now(), request_id=uuid4(), reason=reason)
    assert caught.value.code == code


def command(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("verify_ledger", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_looked_at(history: list[EntryRef]) -> None:
    text = command()
    assert "6 entries in 2 streams: 5 sealed by 3 checkpoints, 1 waiting" in text
    assert "SOUND" in text
    assert "test.thing" in text
    assert "ledger.effect" in text
    assert "none (--quick)" in command("--quick")


def test_the_command_names_what_it_finds_and_ends_a_halt(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'x' WHERE id = %s", [history[0].id])
    out = StringIO()
    with pytest.raises(CommandError, match="BROKEN"):
        call_command("verify_ledger", stdout=out)
    assert f"altered: entry {history[0].id} (coi:scan:accepted, number 1 of journey:A)" in out.getvalue()
    with pytest.raises(CommandError, match="BROKEN"):
        command("--resolve", "it looks right to me")
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = '' WHERE id = %s", [history[0].id])
    with pytest.raises(CommandError, match="leave out --quick"):
        command("--quick", "--resolve", "mended")
    with pytest.raises(CommandError, match="for a reason"):
        command("--resolve", " ")
    assert "resolved" in command("--resolve", "mended from the backup")
    assert not selectors.is_broken()
    assert selectors.entries_in_stream("ledger")[-1].reason == "mended from the backup"


def test_hashes_are_not_of_a_kind_that_can_be_confused() -> None:
    # A leaf over the bytes of two hashes is not the node over them.
    from ledger.rules.merkle import node_hash

    one, other = leaf_hash(b"1"), leaf_hash(b"2")
    assert leaf_hash(one + other) != node_hash(one, other)

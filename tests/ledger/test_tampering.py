"""The drill: what an owner of the database tries, past triggers and roles, and what names it.

The attacks that stand in test_verify.py, test_verify_findings.py, test_verify_projections.py, test_rotation.py and
test_witness.py are not repeated here; docs/threat-model.md lists them all.
"""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import selectors, services
from ledger.models import Checkpoint
from ledger.rules import EntryRef, FindingKind
from ledger.rules.merkle import Peaks
from tests.ledger.conftest import Tamper
from tests.ledger.forging import ENTRY, Execute, forge, rehash, seal_anew
from tests.ledger.given import ALICE, HERE, now, verify
from tests.ledger.test_publishing import publish, sealed
from tests.ledger.witness_given import asked, at_work, made

pytestmark = pytest.mark.django_db


def found() -> set[str]:
    """What the verifier says."""
    return {str(finding) for finding in verify(record=False).findings}


def name(ref: EntryRef) -> str:
    """An entry as the verifier calls it."""
    return f"entry {ref.id} ({ref.event}, number {ref.seq} of {ref.stream})"


def test_the_bodies_of_two_entries_are_swapped(history: list[EntryRef], as_owner: Tamper) -> None:
    one, other = history[0], history[2]
    with as_owner() as execute:
        execute(
            "UPDATE ledger_entry e SET body = o.body FROM ledger_entry o"
            " WHERE (e.id, o.id) IN ((%(one)s, %(other)s), (%(other)s, %(one)s))",
            {"one": one.id, "other": other.id},
        )
    named = {finding.entry_id for finding in verify().findings if finding.kind is FindingKind.ALTERED}
    assert named == {one.id, other.id}


def test_two_entries_are_swapped_in_their_stream_and_hashed_anew(
    history: list[EntryRef], as_owner: Tamper
) -> None:
    one, other = history[0], history[2]  # numbers 1 and 2 of one journey
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET seq = 999 WHERE id = %s", [one.id])
        execute("UPDATE ledger_entry SET seq = %s WHERE id = %s", [one.seq, other.id])
        execute("UPDATE ledger_entry SET seq = %s WHERE id = %s", [other.seq, one.id])
        for ref in (one, other):
            execute("UPDATE ledger_leaf SET hash = %s WHERE entry_id = %s", [rehash(ref, execute), ref.id])
    said = found()
    assert any(
        text.startswith(f"inserted: entry {one.id} ") and f"follows entry {other.id}" in text for text in said
    )
    assert any(text.startswith("altered: leaves 0 to 1") for text in said)
    assert any(text.startswith("altered: leaves 2 to 3") for text in said)


def test_two_leaves_are_swapped(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        for index, ref in ((99, history[2]), (2, history[3]), (3, history[2])):
            execute("UPDATE ledger_leaf SET index = %s WHERE entry_id = %s", [index, ref.id])
    (finding,) = verify().findings
    assert finding.where == "leaves 2 to 3"


def test_a_leaf_alone_is_deleted(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("DELETE FROM ledger_leaf WHERE index = 2")
    said = found()
    assert "removed: leaves 2 to 3: leaf 2 of the tree is gone" in said
    assert (
        f"inserted: {name(history[2])}: it is neither sealed nor waiting to be: it was not appended" in said
    )


def test_a_forged_entry_takes_the_place_of_a_sealed_one(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("DELETE FROM ledger_leaf WHERE index = 4")
        execute(ENTRY, {"id": history[4].id})
        forged = forge(history[2], execute, seq=history[4].seq, id=history[4].id)
        execute(
            "INSERT INTO ledger_leaf SELECT 4, id, leaf_hash FROM ledger_entry WHERE id = %s", [forged.id]
        )
    said = found()
    assert any(
        text.startswith("altered: leaves 4 to 4") and f"entries {forged.id} to" in text for text in said
    )


def test_the_tail_that_was_never_sealed_is_the_stated_gap(history: list[EntryRef], as_owner: Tamper) -> None:
    # The last entry goes, its stream's head is set back, nothing had been signed: this leaves no trace.
    with as_owner() as execute:
        execute("DELETE FROM ledger_pending")
        execute(ENTRY, {"id": history[5].id})
        execute("UPDATE ledger_stream SET last_seq = 3 WHERE name = 'journey:A'")
    assert found() == set()


def test_the_tail_is_cut_with_its_exported_files(
    history: list[EntryRef], as_owner: Tamper, settings: Any
) -> None:
    kept = copied(settings)
    with as_owner() as execute:
        execute("DELETE FROM ledger_pending; DELETE FROM test_thing WHERE name = 'c'")
        execute("UPDATE test_thing SET count = 1 WHERE name = 'a'")
        for ref in history[4:]:
            execute(ENTRY, {"id": ref.id})
        execute("DELETE FROM ledger_leaf WHERE index > 3; DELETE FROM ledger_checkpoint WHERE size > 4")
        execute("UPDATE ledger_stream SET last_seq = 2 WHERE name = 'journey:A'")
    (Path(settings.CHECKPOINT_DIR) / f"{5:020d}.note").unlink()
    assert found() == set()
    (finding,) = verify(against=[kept]).findings
    assert finding.kind is FindingKind.ROLLED_BACK
    assert finding.where == f"exported checkpoint {5:020d}.note"


# -- the whole tree built anew ------------------------------------------------------------------------------------


def copied(settings: Any) -> Path:
    """The exported checkpoints as somebody keeps them elsewhere."""
    return Path(copytree(settings.CHECKPOINT_DIR, Path(settings.CHECKPOINT_DIR).with_name("elsewhere")))


def rewrite(ref: EntryRef, execute: Execute) -> None:
    """Change who did it, and everything that follows from that but the signatures."""
    execute("UPDATE ledger_entry SET actor_name = 'Mallory' WHERE id = %s", [ref.id])
    execute("UPDATE ledger_leaf SET hash = %s WHERE entry_id = %s", [rehash(ref, execute), ref.id])


def test_the_whole_tree_is_built_anew_without_the_key(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        rewrite(history[1], execute)
        leaves = [bytes(row) for row in _hashes()]
        for size in (2, 4, 5):
            peaks = Peaks().extended(leaves[:size])
            execute(
                "UPDATE ledger_checkpoint SET root = %s, peaks = %s WHERE size = %s",
                [peaks.root(), peaks.to_bytes(), size],
            )
    said = found()
    for size in (2, 4, 5):
        assert f"altered: checkpoint of {size} entries: root, peaks differ from what was signed" in said
        assert any(text.startswith(f"altered: exported checkpoint {size:020d}.note") for text in said)


def _hashes() -> list[bytes]:
    from ledger.models import Leaf

    return list(Leaf.objects.order_by("index").values_list("hash", flat=True))


@pytest.mark.requirement("URS-TRUE-01")
def test_the_whole_tree_is_built_anew_with_the_stolen_key(
    history: list[EntryRef], as_owner: Tamper, settings: Any
) -> None:
    with as_owner() as execute:
        rewrite(history[1], execute)
        seal_anew(execute)
    assert found() == {
        f"altered: exported checkpoint {size:020d}.note: the database has another root at this size:"
        " sealed entries were rewritten"
        for size in (2, 4, 5)
    }


def test_with_the_stolen_key_and_the_folder_only_what_is_elsewhere_names_it(
    history: list[EntryRef], as_owner: Tamper, settings: Any, tmp_path: Path
) -> None:
    witness, at = made(tmp_path / "witness"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
        kept = copied(settings)
        with as_owner() as execute:
            execute("DELETE FROM ledger_cosignature")
            rewrite(history[1], execute)
            seal_anew(execute)
        rmtree(settings.CHECKPOINT_DIR)
        assert found() == set()  # nothing at home can tell
        sealed()
        assert publish(at + timedelta(minutes=2)) == 0
    (state,) = selectors.publication_state()
    assert state.is_refused
    assert "does not go on" in state.last_error
    (evidence,) = (tmp_path / "witness" / "evidence").glob("*.txt")
    assert "not shown to go on from the 5 seen before" in evidence.read_text(encoding="utf-8")
    seen = tmp_path / "seen.note"
    seen.write_text(witness.seen().note, encoding="utf-8")
    for place in (seen, kept):
        details = [finding.detail for finding in verify(against=[place], record=False).findings]
        assert details
        assert all("another root at this size" in detail for detail in details)


def test_the_same_size_shown_twice_is_a_split_view(
    history: list[EntryRef], as_owner: Tamper, settings: Any, tmp_path: Path
) -> None:
    witness, at = made(tmp_path / "witness"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
        with as_owner() as execute:
            rewrite(history[1], execute)
            seal_anew(execute)
            execute("UPDATE ledger_publication SET size = 0")
        assert publish(at + timedelta(minutes=2)) == 0
    (state,) = selectors.publication_state()
    assert "it has seen another root over 5 entries" in state.last_error
    (evidence,) = (tmp_path / "witness" / "evidence").glob("*.txt")
    text = evidence.read_text(encoding="utf-8")
    newest = Checkpoint.objects.get(size=5).note
    assert newest in text
    assert witness.seen().note in text
    assert newest != witness.seen().note


# -- what was kept elsewhere, and the command ---------------------------------------------------------------------


def test_a_file_that_anybody_could_have_written_says_nothing(
    history: list[EntryRef], tmp_path: Path, settings: Any
) -> None:
    forged = tmp_path / "forged.note"
    newest = selectors.latest_checkpoint()
    assert newest is not None
    forged.write_text(newest.note.replace("\n5\n", "\n6\n"), encoding="utf-8")
    for path, why in ((forged, "is no checkpoint of this ledger"), (tmp_path / "nowhere", "No such file")):
        with pytest.raises(CommandError, match=why) as caught:
            call_command("verify_ledger", "--against", str(path), stdout=StringIO())
        assert caught.value.returncode == 2
        assert "NOT VERIFIED" in str(caught.value)
    assert not selectors.is_broken()
    out = StringIO()
    call_command("verify_ledger", "--quick", "--against", str(settings.CHECKPOINT_DIR), stdout=out)
    assert "3 exported files, 3 kept elsewhere" in out.getvalue()


def test_an_evidence_files_record_is_moved_to_other_bytes(as_owner: Tamper) -> None:
    first, second = (
        services.store_evidence(
            data=data,
            media_type="text/plain",
            name="log",
            actor=ALICE,
            where=HERE,
            now=now(),
            request_id=uuid4(),
        )
        for data in (b"one", b"two")
    )
    with as_owner() as execute:
        execute("UPDATE ledger_evidence SET sha256 = %s WHERE id = %s", [second.sha256, first.id])
    (finding,) = verify().findings
    assert (finding.table, finding.row_id, finding.columns) == ("ledger.evidence", str(first.id), ("sha256",))

"""Sealing: places in the tree, checkpoints, exported files, and when the sealer refuses."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from ledger import selectors, services
from ledger.models import Checkpoint, Halt, Leaf, Pending
from ledger.rules import notes
from ledger.rules.merkle import root_of
from ledger.services import checkpoints
from tests.ledger.conftest import Tamper
from tests.ledger.given import ALICE, HERE, appended, now
from tests.ledger.rules.proofs_given import has_leaf, inclusion_proof

pytestmark = pytest.mark.django_db


def seal(**more: Any) -> Any:
    """Seal on the test's own connection."""
    return services.seal(now=now(), using="default", **more)


def files() -> list[Path]:
    """The exported checkpoints."""
    return [item.path for item in checkpoints.exported()]


def test_pending_entries_get_their_places_and_a_signed_root() -> None:
    refs = [appended() for _ in range(5)]
    view = seal(limit=3)
    assert view.size == 3
    assert list(Pending.objects.values_list("entry_id", flat=True)) == [ref.id for ref in refs[3:]]
    second = seal()
    assert second.size == 5
    assert seal() is None
    leaves = [bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")]
    assert leaves == [ref.leaf_hash for ref in refs]
    assert second.root == root_of(leaves)
    stated = notes.verify(second.note, origin=settings.LEDGER_ORIGIN, key=checkpoints.public_key())
    assert (stated.size, stated.root) == (5, second.root)
    assert has_leaf(refs[1].leaf_hash, 1, 5, inclusion_proof(1, leaves), stated.root)
    assert selectors.latest_checkpoint() == second
    assert [path.name for path in files()] == ["00000000000000000003.note", "00000000000000000005.note"]
    assert files()[-1].read_text() == second.note


def test_an_empty_ledger_has_no_checkpoint() -> None:
    assert seal() is None
    assert selectors.latest_checkpoint() is None
    assert not files()


def test_a_checkpoint_that_was_not_exported_is_exported_later() -> None:
    appended()
    first = seal()
    files()[0].unlink()
    assert seal() is None
    assert files()[0].read_text() == first.note


def test_sealing_does_not_list_the_folder_once_it_knows_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it costs does not grow with the number of checkpoints."""
    appended()
    seal()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "glob", lambda *_: pytest.fail("the folder was listed"))
        for size in (2, 3):
            appended()
            assert seal().size == size
        assert seal() is None
    assert [item.size for item in checkpoints.exported()] == [1, 2, 3]


@pytest.mark.parametrize("mark", [None, "", "nonsense", "3", "-1", "9" * 30, "\u00b2"])
def test_without_its_mark_the_newest_checkpoint_is_found_all_the_same(mark: str | None) -> None:
    appended()
    seal()
    path = files()[0].with_name(notes.NEWEST)
    path.unlink()
    if mark is not None:
        path.write_text(mark)
    appended()
    assert seal().size == 2
    assert path.read_text() == "2\n"


def test_a_crash_between_the_mark_and_the_file_loses_nothing(
    as_owner: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    appended()
    seal()

    def crash(path: Path, data: bytes) -> None:
        raise OSError("no space left")

    appended()
    with monkeypatch.context() as patched:
        patched.setattr(checkpoints, "write_once", crash)
        with pytest.raises(OSError, match="no space"):
            seal()
    assert files()[-1].with_name(notes.NEWEST).read_text() == "2\n"
    assert [path.name for path in files()] == ["00000000000000000001.note"]
    assert seal() is None
    assert [item.size for item in checkpoints.exported()] == [1, 2]
    # Set back to the first checkpoint, the database is told from the file that was written after the crash.
    with as_owner() as execute:
        execute("DELETE FROM ledger_leaf WHERE index = 1; DELETE FROM ledger_checkpoint WHERE size = 2")
    with pytest.raises(services.BrokenLedger, match=r"rolled_back.*1 sealed entries are gone"):
        seal()


def test_an_older_mark_is_brought_up_and_a_newer_one_never_goes_back() -> None:
    for _ in range(3):
        appended()
        seal()
    mark, notes_by_size = files()[0].with_name(notes.NEWEST), {}
    for item in checkpoints.exported():
        notes_by_size[item.size] = item.note()
    checkpoints.export({2: notes_by_size[2]})
    assert mark.read_text() == "3\n"
    mark.unlink()
    checkpoints.export({2: notes_by_size[2]})
    assert mark.read_text() == "2\n"
    assert seal() is None
    assert mark.read_text() == "3\n"


@pytest.mark.requirement("URS-INC-01")
def test_an_entry_changed_before_it_was_sealed_is_not_sealed(as_owner: Tamper) -> None:
    appended()
    bad = appended()
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'x' WHERE id = %s", [bad.id])
    with pytest.raises(services.BrokenLedger, match=f"altered: entry {bad.id} "):
        seal()
    assert not Checkpoint.objects.exists()
    assert selectors.is_broken()
    assert selectors.ledger_state().is_broken
    report = Halt.objects.get().report
    assert report[0]["entry_id"] == bad.id
    # A halted ledger is not sealed even when the trouble is gone, until people say so.
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = '' WHERE id = %s", [bad.id])
    with pytest.raises(services.BrokenLedger, match="halted"):
        seal()
    assert Halt.objects.count() == 1
    services.resolve_halt(
        actor=ALICE, where=HERE, now=now(), request_id=appended().uuid, reason="restored from the backup"
    )
    assert not selectors.is_broken()
    assert seal().size == 4


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE ledger_checkpoint SET note = replace(note, 'signed-at 2', 'signed-at 3')", "signature"),
        ("UPDATE ledger_checkpoint SET root = sha256('x')", "altered.*root differ"),
        ("UPDATE ledger_checkpoint SET peaks = sha256('x')", "altered.*peaks differ"),
        ("UPDATE ledger_checkpoint SET peaks = sha256('x') || sha256('y')", "altered.*peaks differ"),
        (
            "UPDATE ledger_checkpoint SET signed_at = signed_at - interval '1 hour'",
            "altered.*signed_at differ",
        ),
        ("DELETE FROM ledger_leaf", "removed.*0 leaves are left of the 1"),
        (
            "INSERT INTO ledger_leaf SELECT 1, entry_id, sha256('x') FROM ledger_pending LIMIT 1",
            "inserted.*2 leaves",
        ),
        ("DELETE FROM ledger_leaf; DELETE FROM ledger_checkpoint", "rolled_back.*1 sealed entries are gone"),
    ],
)
def test_nothing_is_signed_that_contradicts_the_past(as_owner: Tamper, sql: str, finding: str) -> None:
    appended()
    seal()
    appended()
    with as_owner() as execute:
        execute(sql)
    before = list(Checkpoint.objects.values_list("note"))
    with pytest.raises(services.BrokenLedger, match=finding):
        seal()
    assert list(Checkpoint.objects.values_list("note")) == before
    assert selectors.is_broken()


def test_a_history_rewritten_and_sealed_anew_is_exposed_by_the_exported_file(as_owner: Tamper) -> None:
    appended()
    old = seal()
    # The owner makes another history of one entry and has even the key to sign it.
    with as_owner() as execute:
        execute("DELETE FROM ledger_leaf; DELETE FROM ledger_checkpoint; DELETE FROM ledger_subject")
        execute("DELETE FROM ledger_entry; DELETE FROM ledger_stream")
    kept = files()[0]
    kept.rename(kept.with_suffix(".away"))
    appended(facts={"another": "history"})
    assert seal().size == old.size
    files()[0].unlink()
    kept.with_suffix(".away").rename(kept)
    appended()
    with pytest.raises(services.BrokenLedger, match="another root"):
        seal()


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (lambda text: text.replace("\n1\n", "\n2\n"), "signature"),
        (lambda text: "nonsense", "signature"),
    ],
)
def test_a_damaged_file_stops_the_sealer(damage: Any, finding: str) -> None:
    appended()
    seal()
    path = files()[0]
    text = damage(path.read_text())
    path.chmod(0o600)
    path.write_text(text)
    appended()
    with pytest.raises(services.BrokenLedger, match=finding):
        seal()


def test_a_file_under_another_name_is_told() -> None:
    for _ in range(2):
        appended()
        seal()
    first, second = files()
    second.unlink()
    first.rename(second)
    with pytest.raises(services.BrokenLedger, match="its name says 2"):
        seal()


def test_other_files_in_the_folder_are_none_of_ours() -> None:
    appended()
    seal()
    (files()[0].parent / "README.note").write_text("carry these elsewhere")
    appended()
    assert seal().size == 2

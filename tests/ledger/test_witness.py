"""A log witness on another machine, asked over HTTP: it signs what goes on from what it saw, and nothing else."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from ledger import selectors, services
from ledger.models import Cosignature, Halt
from ledger.rules import EntryRef, notes
from ledger.rules.cosignatures import WitnessKey, cosigned_at
from ledger.rules.destinations import log_witnesses
from ledger.rules.offline import witness as program
from ledger.services import checkpoints
from tests.ledger.conftest import Tamper
from tests.ledger.given import ALICE, appended, now, verify
from tests.ledger.test_publishing import printed, publish, sealed
from tests.ledger.witness_given import AT, asked, at_work, made

pytestmark = pytest.mark.django_db
SECOND = Ed25519PrivateKey.from_private_bytes(b"2" * 32)


def state() -> Any:
    """How far the one destination has got."""
    (found,) = selectors.publication_state()
    return found


def test_it_signs_each_checkpoint_that_goes_on_from_the_last(
    history: list[EntryRef], settings: Any, tmp_path: Path
) -> None:
    witness, at = made(tmp_path / "w"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
        for _ in range(3):
            sealed()
        assert publish(at + timedelta(minutes=2)) == 1
        sealed()
        assert publish(at + timedelta(minutes=4)) == 1
    assert witness.seen().size == 10
    assert [row.checkpoint_id for row in Cosignature.objects.order_by("id")] == [5, 9, 10]
    newest = selectors.latest_checkpoint()
    assert newest is not None
    (line,) = selectors.cosignature_lines([10])[10]
    key = WitnessKey.read(witness.verifier_key)
    assert cosigned_at(newest.note, line, key) == datetime.fromtimestamp(int(AT), UTC)
    file = Path(settings.CHECKPOINT_DIR) / f"{10:020d}.cosigned-{key.id.hex()}.note"
    assert file.read_text() == printed() == newest.note + line
    assert [item.size for item in checkpoints.exported()] == [2, 4, 5, 7, 8, 9, 10]
    report = verify()
    assert report.is_sound, report.findings
    assert report.cosignatures == 3


def test_it_is_asked_for_the_size_that_it_knows(
    history: list[EntryRef], settings: Any, tmp_path: Path
) -> None:
    witness = made(tmp_path / "w")
    with at_work(witness) as address:
        asked(settings, witness, address)
        witness.add_checkpoint(b"old 0\n\n" + printed("--size", "2").encode())  # by somebody else, meanwhile
        assert publish(now()) == 1
    assert witness.seen().size == 5


def test_a_dead_witness_loses_nothing_and_one_that_comes_back_remembers(
    history: list[EntryRef], settings: Any, tmp_path: Path
) -> None:
    witness, at = made(tmp_path / "w"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
    sealed()
    assert publish(at + timedelta(minutes=2)) == 0
    assert state().waiting_for is not None
    again = program.Witness(tmp_path / "w", clock=lambda: AT + 60)
    with at_work(again) as address:
        settings.LEDGER_WITNESSES = ()
        asked(settings, again, address)
        assert publish(at + timedelta(minutes=4)) == 1
    assert again.seen().size == 7
    assert verify().is_sound


def test_a_rotation_is_believed_when_the_old_key_states_it(
    history: list[EntryRef], settings: Any, tmp_path: Path
) -> None:
    witness, at = made(tmp_path / "w"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
        services.rotate_signing_key(
            new_key=SECOND, actor=ALICE, now=now(), request_id=uuid4(), reason="once a year"
        )
        settings.LEDGER_SIGNING_KEY = b64encode(SECOND.private_bytes_raw()).decode()
        services.seal(now=now(), using="default")
        assert publish(at + timedelta(minutes=2)) == 1
    assert [after for after, _ in witness.seen().keys] == [0, 5]
    assert verify().is_sound


def test_a_lost_key_is_accepted_by_a_person_alone(
    history: list[EntryRef], settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witness, at = made(tmp_path / "w"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
        settings.LEDGER_SIGNING_KEY = b64encode(SECOND.private_bytes_raw()).decode()
        services.replace_lost_key(old=None, actor=ALICE, now=now(), request_id=uuid4(), reason="lost")
        services.seal(now=now(), using="default")
        assert publish(at + timedelta(minutes=2)) == 0
        assert "accept-key" in state().last_error
        assert not state().is_refused
        statement = Path(settings.CHECKPOINT_DIR) / "key-0002.statement"
        assert program.main(["accept-key", "--folder", str(tmp_path / "w"), str(statement)]) == 0
        assert publish(at + timedelta(minutes=4)) == 1
    assert "accepted" in capsys.readouterr().out
    assert verify().is_sound


def test_a_ledger_set_back_is_refused_and_told(
    history: list[EntryRef], settings: Any, tmp_path: Path, as_owner: Tamper
) -> None:
    witness, at = made(tmp_path / "w"), now()
    with at_work(witness) as address:
        asked(settings, witness, address)
        assert publish(at) == 1
        with as_owner() as execute:
            execute("DELETE FROM ledger_cosignature; DELETE FROM ledger_publication")
            execute("DELETE FROM ledger_leaf WHERE index > 3; DELETE FROM ledger_checkpoint WHERE size > 4")
        for attempt in range(2):
            assert publish(at + timedelta(minutes=2 + 2 * attempt)) == 0
    assert state().is_refused
    assert "it has seen 5 entries and the database holds 4" in state().last_error
    assert any("REFUSES our checkpoints" in note for note in verify(record=False).notes)
    told = [e for e in selectors.entries_in_stream("ledger") if e.event == "ledger:checkpoint:refused"]
    assert len(told) == 1
    assert told[0].facts["size"] == 4
    assert not Halt.objects.exists()  # a witness can be wrong, or in the wrong hands: people look


def test_a_witness_that_lies_is_not_believed(history: list[EntryRef], settings: Any, tmp_path: Path) -> None:
    witness, other = made(tmp_path / "w"), made(tmp_path / "o", seed=b"o" * 32)
    with at_work(other) as address:
        asked(settings, witness, address)
        assert publish(now()) == 0
    assert "no signature of the configured key" in state().last_error
    assert not Cosignature.objects.exists()


def test_a_tree_that_lost_hashes_keeps_it_from_no_other_witness(
    history: list[EntryRef], settings: Any, tmp_path: Path, as_owner: Tamper
) -> None:
    first, second, at = made(tmp_path / "w"), made(tmp_path / "o", name="witness.example/w2"), now()
    with at_work(first) as address, at_work(second) as another:
        asked(settings, first, address)
        assert publish(at) == 1
        sealed()
        with as_owner() as execute:
            execute("DELETE FROM ledger_leaf")
        one = f"{first.verifier_key} {address}"
        settings.LEDGER_WITNESSES = log_witnesses(f"{one}, {second.verifier_key} {another}")
        assert publish(at + timedelta(minutes=2)) == 1
    assert second.seen().size == 7  # from nothing everything goes on: no proof is needed
    told = {row.size: row.last_error for row in selectors.publication_state()}
    assert told == {5: "hashes of the tree are gone", 7: ""}


@pytest.fixture
def cosigned(history: list[EntryRef], settings: Any, tmp_path: Path) -> None:
    """The newest checkpoint bears a witness's signature."""
    witness = made(tmp_path / "w")
    asked(settings, witness, "")
    newest = selectors.latest_checkpoint()
    assert newest is not None
    answer = witness.add_checkpoint(f"old 0\n\n{newest.note}".encode())
    assert services.keep_cosignatures(size=newest.size, answer=answer) == 1


@pytest.mark.usefixtures("cosigned")
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "UPDATE ledger_cosignature SET line = overlay(line placing 'AAAA' from length(line) - 20)",
            "does not hold",
        ),
        ("UPDATE ledger_cosignature SET cosigned_at = cosigned_at - interval '1 s'", "cosigned_at differs"),
        ("UPDATE ledger_cosignature SET checkpoint_id = 4", "does not hold"),
        ("UPDATE ledger_cosignature SET checkpoint_id = 3", "not a signed note"),
    ],
)
def test_a_changed_cosignature_is_named(settings: Any, as_owner: Tamper, sql: str, expected: str) -> None:
    assert verify().is_sound
    with as_owner() as execute:
        execute(sql)
    (finding,) = verify(quick=True).findings
    assert (finding.table, finding.row_id) == ("ledger.cosignature", str(Cosignature.objects.get().id))
    assert finding.where.startswith("cosignature of witness.example/w1 over the checkpoint of ")
    assert expected in finding.detail
    settings.LEDGER_WITNESSES = ()
    assert any("are not checked" in note for note in verify(quick=True, record=False).notes)


def test_without_a_network_a_file_goes_there_and_another_comes_back(
    history: list[EntryRef], settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, request, answer = tmp_path / "w", tmp_path / "request", tmp_path / "answer"
    log = ["--name", "witness.example/w1", "--log", services.verifier_key()]
    assert program.main(["init", "--folder", str(folder), *log]) == 0
    key = capsys.readouterr().out.strip()
    settings.LEDGER_WITNESSES = ()
    asked(settings, program.Witness(folder), "")
    for known in ("0", "5"):
        request.write_text(printed("--for-witness", known), encoding="utf-8")
        assert program.main(["cosign", "--folder", str(folder), str(request)]) == 0
        answer.write_text(capsys.readouterr().out, encoding="utf-8")
        assert printed("--take", str(answer)) == "1 signatures kept\n"
        sealed()
    assert Cosignature.objects.count() == 2
    assert {row.witness for row in Cosignature.objects.all()} == {key}
    assert program.main(["cosign", "--folder", str(folder), str(request)]) == 1
    assert "REFUSED: this witness knows 7 entries and not 5" in capsys.readouterr().err
    assert program.main(["show", "--folder", str(folder)]) == 0
    assert "7 entries seen, 0 contradictions kept" in capsys.readouterr().out
    assert program.main(["show", "--folder", str(tmp_path / "nowhere")]) == 2
    with pytest.raises(CommandError, match="no checkpoint of 3 entries"):
        call_command("checkpoint", "--for-witness", "3")


def test_its_state_is_plain_and_its_key_is_its_own(history: list[EntryRef], tmp_path: Path) -> None:
    witness = made(tmp_path / "w")
    witness.add_checkpoint(f"old 0\n\n{printed()}".encode())
    kept = json.loads((tmp_path / "w" / "state.json").read_text(encoding="utf-8"))
    assert (kept["origin"], kept["size"]) == ("veintrace.local/ledger", 5)
    assert notes.read(kept["note"]).size == 5
    assert (tmp_path / "w" / "witness.key").stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        made(tmp_path / "w")
    appended()

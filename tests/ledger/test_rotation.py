"""One key takes over from another: old proofs hold, and no key signs what is not its own to sign."""

from base64 import b64encode
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from config import keys as key_files
from ledger import selectors, services
from ledger.models import Checkpoint
from ledger.rules import EntryRef, FindingKind, notes
from ledger.rules.errors import Conflict, DomainError, Invalid
from ledger.rules.signing_keys import Takeover, read
from ledger.services import checkpoints
from tests.ledger.conftest import Tamper
from tests.ledger.given import ALICE, appended, now, verify

pytestmark = pytest.mark.django_db
SECOND, THIRD = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (2, 3))


def in_settings(settings: Any, key: Ed25519PrivateKey) -> None:
    """The operator puts a key into LEDGER_SIGNING_KEY."""
    settings.LEDGER_SIGNING_KEY = b64encode(key.private_bytes_raw()).decode()


def rotate(to: Ed25519PrivateKey, **more: Any) -> Takeover:
    """Rotate now."""
    values = {"actor": ALICE, "now": now(), "request_id": uuid4(), "reason": "once a year"} | more
    return services.rotate_signing_key(new_key=to, **values)


def seal() -> Any:
    """Seal on the test's own connection."""
    return services.seal(now=now(), using="default")


def test_old_checkpoints_hold_and_the_new_key_goes_on(history: list[EntryRef], settings: Any) -> None:
    first = checkpoints.public_key()
    takeover = rotate(SECOND)
    assert (takeover.after, takeover.is_emergency) == (5, False)
    in_settings(settings, SECOND)
    sealed = seal()
    assert sealed.size == 7  # the one that waited, and the rotation itself
    notes.verify(sealed.note, origin=settings.LEDGER_ORIGIN, key=SECOND.public_key())
    rotate(THIRD)
    in_settings(settings, THIRD)
    appended()
    seal()
    report = verify()
    assert report.is_sound, report.findings
    assert (report.signing_keys, report.checkpoints) == (3, 5)
    assert any("since 5 entries another key signs" in note for note in report.notes)
    for row in Checkpoint.objects.filter(size__lte=5):
        notes.verify(row.note, origin=settings.LEDGER_ORIGIN, key=first)
    entry = selectors.entries_in_stream("ledger")[0]
    assert (entry.event, entry.reason) == ("ledger:signing_key:rotated", "once a year")
    assert entry.facts["new"] == notes.verifier_key(settings.LEDGER_ORIGIN, SECOND.public_key())


def test_one_request_lets_one_key_take_over(history: list[EntryRef]) -> None:
    once = uuid4()
    takeover = rotate(SECOND, request_id=once)
    assert rotate(SECOND, request_id=once) == takeover
    used = selectors.entries_by_id([history[0].id])[0].request_id
    for request_id in (once, used):
        with pytest.raises(Conflict) as caught:
            rotate(THIRD, request_id=request_id)
        assert caught.value.code == "request_id_used"
    assert verify().signing_keys == 2


def test_nothing_is_sealed_until_the_settings_hold_the_new_key(
    history: list[EntryRef], settings: Any
) -> None:
    rotate(SECOND)
    with pytest.raises(services.SigningKeyReplaced, match="LEDGER_SIGNING_KEY"):
        seal()
    report = verify()
    assert report.is_sound
    assert any("a key that was replaced" in note for note in report.notes)
    assert not selectors.is_broken()
    in_settings(settings, SECOND)
    assert seal().size == 7
    assert verify().is_sound


def test_a_checkpoint_by_the_old_key_after_its_takeover_is_a_finding(
    history: list[EntryRef], settings: Any, as_owner: Tamper
) -> None:
    old = checkpoints.signing_key()
    rotate(SECOND)
    in_settings(settings, SECOND)
    sealed = seal()
    forged = notes.sign(
        origin=settings.LEDGER_ORIGIN, size=7, root=sealed.root, signed_at=sealed.signed_at, key=old
    )
    with as_owner() as execute:
        execute("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", [forged])
    (finding,) = verify().findings
    assert finding.kind is FindingKind.SIGNATURE
    assert finding.where == "checkpoint of 7 entries"
    assert finding.detail == "signed by a key that another replaced after 5 entries"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DELETE FROM ledger_signing_key", "removed: exported statement key-0002.statement"),
        (
            "UPDATE ledger_signing_key SET statement = replace(statement, 'after 5', 'after 4')",
            "signature: statement of signing key 2: the new key did not sign it",
        ),
        (
            "UPDATE ledger_signing_key SET number = 3",
            "removed: statements of signing keys: number 2 missing",
        ),
    ],
)
def test_a_statement_that_was_changed_or_removed_is_named(
    history: list[EntryRef], settings: Any, as_owner: Tamper, sql: str, expected: str
) -> None:
    rotate(SECOND)
    in_settings(settings, SECOND)
    seal()
    with as_owner() as execute:
        execute(sql)
    found = [str(finding) for finding in verify().findings]
    assert any(text.startswith(expected) for text in found), found
    assert any("projection: ledger.signingkey" in text for text in found), found


def test_a_key_of_another_history_is_named(history: list[EntryRef], settings: Any, as_owner: Tamper) -> None:
    rotate(SECOND)
    in_settings(settings, SECOND)
    with as_owner() as execute:
        execute("UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 5")
    assert any("another history of 5 entries" in finding.detail for finding in verify().findings)


def test_a_strange_key_in_the_settings_is_named(history: list[EntryRef], settings: Any) -> None:
    rotate(SECOND)
    in_settings(settings, THIRD)
    (finding,) = verify(record=False).findings
    assert "none that this ledger names" in finding.detail


def test_a_lost_key_is_replaced_and_every_verification_says_so(
    history: list[EntryRef], settings: Any
) -> None:
    in_settings(settings, SECOND)  # nobody has the first one any more; its public half was exported
    values = {"actor": ALICE, "now": now(), "request_id": uuid4(), "reason": "the disk is dead"}
    takeover = services.replace_lost_key(old=None, **values)
    assert (takeover.after, takeover.is_emergency) == (5, True)
    assert services.replace_lost_key(old=None, **values) == takeover
    assert seal().size == 7
    report = verify()
    assert report.is_sound, report.findings
    assert any("OLD KEY DID NOT STATE THIS" in note for note in report.notes)
    assert selectors.entries_in_stream("ledger")[0].facts["is_emergency"] is True


def test_a_lost_key_that_nobody_wrote_down_must_be_given(history: list[EntryRef], settings: Any) -> None:
    first = checkpoints.public_key()
    for path in Path(settings.CHECKPOINT_DIR).glob("*.vkey"):
        path.unlink()
    in_settings(settings, SECOND)
    values = {"actor": ALICE, "now": now(), "reason": "lost"}
    for wrong in (None, THIRD.public_key()):
        with pytest.raises(Invalid) as caught:
            services.replace_lost_key(old=wrong, request_id=uuid4(), **values)
        assert caught.value.code == "old_key_unknown"
    services.replace_lost_key(old=first, request_id=uuid4(), **values)
    seal()
    assert verify().is_sound


@pytest.mark.parametrize(
    ("to", "reason", "refusal", "code"),
    [
        (SECOND, " ", Invalid, "reason_required"),
        ("now", "why", Conflict, "key_used_before"),
        ("once", "why", Conflict, "key_used_before"),
    ],
)
def test_what_no_rotation_may_do(
    settings: Any, to: Any, reason: str, refusal: type[DomainError], code: str
) -> None:
    first = checkpoints.signing_key()
    rotate(SECOND)
    in_settings(settings, SECOND)
    with pytest.raises(refusal) as caught:
        rotate({"now": SECOND, "once": first}.get(to, THIRD), reason=reason)
    assert caught.value.code == code
    in_settings(settings, first)
    with pytest.raises(Conflict) as caught_again:
        rotate(THIRD)
    assert caught_again.value.code == "not_the_signing_key"
    assert len(selectors.key_statements()) == 1


def test_the_same_request_rotates_once(history: list[EntryRef], settings: Any) -> None:
    request_id = uuid4()
    first = rotate(SECOND, request_id=request_id)
    assert rotate(SECOND, request_id=request_id) == first
    assert len(selectors.key_statements()) == 1
    in_settings(settings, SECOND)
    rotate(THIRD)
    assert rotate(SECOND, request_id=request_id) == first, "it answers with its own"


def test_an_empty_ledger_rotates_too(settings: Any) -> None:
    assert rotate(SECOND).after == 0
    in_settings(settings, SECOND)
    assert seal().size == 1
    assert verify().is_sound


def command(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("rotate_signing_key", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_and_the_file_of_the_key(history: list[EntryRef], settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "next"
    key_files.new_signing_key(file)
    with pytest.raises(FileExistsError):
        key_files.new_signing_key(file)
    text = command("--new-key", str(file), "--reason", "once a year")
    assert "Up to 5 entries" in text
    assert "put the new key into LEDGER_SIGNING_KEY" in text
    settings.LEDGER_SIGNING_KEY = file.read_text().strip()
    seal()
    printed = StringIO()
    call_command("checkpoint", "--key", stdout=printed)
    assert services.verifier_key() in printed.getvalue()
    assert read(selectors.key_statements()[0]).new == services.verifier_key()
    in_settings(settings, THIRD)
    assert "did not state this" in command("--old-key-lost", "--reason", "stolen with the server")
    with pytest.raises(CommandError, match="Nothing was changed"):
        command("--new-key", str(tmp_path / "nowhere"), "--reason", "why")
    with pytest.raises(CommandError, match="Nothing was changed"):
        command("--old-key-lost", "--reason", "again")

"""What is made of findings: files that are missed, what rooms find, halts, and the command."""

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import registry, selectors, services
from ledger.models import Halt
from ledger.rules import EntryRef, Finding, FindingKind
from ledger.rules.errors import Conflict, DomainError, Invalid
from ledger.services import checkpoints
from tests.ledger.conftest import Tamper
from tests.ledger.given import ALICE, HERE, Thing, kinds, now, verify

pytestmark = pytest.mark.django_db


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


@pytest.mark.requirement("URS-INC-01")
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
    ("broken", "reason", "refusal", "code"),
    [(True, " ", Invalid, "reason_required"), (False, "why", Conflict, "not_halted")],
)
def test_a_halt_is_resolved_for_a_reason(
    broken: bool, reason: str, refusal: type[DomainError], code: str
) -> None:
    if broken:
        Halt.objects.create(found_at=now(), report=[])
    with pytest.raises(refusal) as caught:
        services.resolve_halt(actor=ALICE, where=HERE, now=now(), request_id=uuid4(), reason=reason)
    assert caught.value.code == code


def command(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("verify_ledger", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_looked_at(history: list[EntryRef]) -> None:
    text = command()
    assert "6 entries in 2 streams" in text
    assert "5 sealed by 3 checkpoints, 1 waiting" in text
    assert "by 1 signing key; 3 exported files, 0 kept elsewhere" in text
    assert "people.documents" in text
    assert "ledger.effect: progress" in text
    assert text.rstrip().endswith("RESULT: SOUND. Everything that was checked is as it was recorded.")
    assert "test.thing" not in text
    assert "test.thing" in command("--verbosity", "2")
    assert "NOT checked (--quick)" in command("--quick")


def test_the_command_names_what_it_finds_and_ends_a_halt(history: list[EntryRef], as_owner: Tamper) -> None:
    with as_owner() as execute:
        execute("UPDATE ledger_entry SET reason = 'x' WHERE id = %s", [history[0].id])
    out = StringIO()
    with pytest.raises(CommandError, match="BROKEN"):
        call_command("verify_ledger", stdout=out)
    text = out.getvalue()
    assert "RESULT: BROKEN. 1 finding:" in text
    assert f"1. ALTERED     entry {history[0].id} (coi:scan:accepted, number 1 of journey:A)" in text
    assert "What to do now" in text
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

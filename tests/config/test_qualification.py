"""What an installation is checked for, and the evidence that is written. The operation is tried by `make qualify`."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from config.qualification import evidence, installation
from config.qualification.evidence import Differs, Step


def refuses() -> str:
    """A step that fails."""
    raise Differs("42 | 43")


STEPS = (Step("First", "it is so", lambda: "it is so"), Step("Second", "41", refuses), Step("Third", "", str))


def test_a_step_that_fails_is_written_and_the_others_are_tried(tmp_path: Path) -> None:
    outcomes = evidence.carry_out(STEPS)
    assert [each.passed for each in outcomes] == [True, False, True]
    assert not evidence.write(tmp_path, "installation", "About.", "1.2.3", outcomes)
    told = json.loads((tmp_path / "installation.json").read_text())
    assert (told["software"], told["passed"], told["steps"][1]["observed"]) == ("1.2.3", False, "42 | 43")
    page = (tmp_path / "installation.md").read_text()
    assert "| 2 | Second | 41 | 42 / 43 | **FAIL** |" in page
    assert "**failed: Second**" in page
    assert evidence.told(outcomes).splitlines()[:2] == ["passed  First: it is so", "FAILED  Second: 42 | 43"]


def test_sheets_name_each_other_by_their_digests(tmp_path: Path) -> None:
    done = evidence.carry_out(STEPS[:1])
    assert evidence.write(tmp_path, "installation", "About.", "1.2.3", done)
    assert evidence.write(tmp_path, "operation", "About.", "1.2.3", done)
    first = hashlib.sha256((tmp_path / "installation.json").read_bytes()).hexdigest()
    assert first in (tmp_path / "installation.md").read_text()
    assert first == json.loads((tmp_path / "operation.json").read_text())["began_with"]["installation.json"]
    for line in (tmp_path / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_the_trial_of_the_operation_begins_without_settings(settings: Settings) -> None:
    """It makes the servers first, and settings for them."""
    command = [sys.executable, "-c", "from config.qualification import evidence, operation"]
    began = subprocess.run(
        command, cwd=settings.BASE_DIR, env={}, capture_output=True, text=True, check=False
    )
    assert began.returncode == 0, began.stderr


def test_the_machine_is_looked_at(tmp_path: Path, settings: Settings) -> None:
    settings.EVIDENCE_DIR = settings.CHECKPOINT_DIR = settings.BACKUP_DIR = tmp_path / "kept"
    assert "Veintrace" in installation.software()
    assert str(tmp_path) in installation.folders()
    assert "a PDF of" in installation.paper()
    settings.BASE_DIR = tmp_path
    (tmp_path / "requirements.txt").write_text(
        "django==0.1 \\\n    --hash=x\n"
        "django==0.2 ; python_version < '3' \\\n    --hash=x\n"
        "nothere==1 ; python_version < '3'\n"
    )
    with pytest.raises(Differs, match=r"^django .* instead of 0\.1$"):
        installation.pins()


@pytest.mark.django_db
def test_the_database_is_looked_at() -> None:
    assert "PostgreSQL" in installation.database()
    assert "2 roles" in installation.grants()
    assert "triggers" in installation.triggers()
    with pytest.raises(Differs, match="connect as veintrace_owner"):
        installation.role()


@pytest.mark.django_db
def test_an_installation_without_its_migrations_fails() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit'")
    with pytest.raises(Differs, match=r"not carried out: audit"):
        installation.database()


@pytest.mark.django_db
def test_a_right_too_many_and_a_trigger_that_is_off_are_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON ledger_entry TO veintrace_app")
        cursor.execute("ALTER TABLE ledger_subject DISABLE TRIGGER USER")
    with pytest.raises(Differs, match=r"^veintrace_app may UPDATE ledger_entry$"):
        installation.grants()
    with pytest.raises(Differs, match="switched off: pgtrigger"):
        installation.triggers()

"""The drill: what is backed up can be restored elsewhere, verifies there, and nothing damaged is ever restored."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from config import backups
from ledger import services
from ledger.rules import Actor

SPARE = "test_restored"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def spare_database(transactional_db: None) -> Iterator[str]:
    """An empty database beside the test's own; its address."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {SPARE}_{os.getpid()}")
        cursor.execute(f"CREATE DATABASE {SPARE}_{os.getpid()}")
    user, password, host = (connection.settings_dict[name] for name in ("USER", "PASSWORD", "HOST"))
    yield f"postgresql://{user}:{password}@/{SPARE}_{os.getpid()}?host={host}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {SPARE}_{os.getpid()}")


@pytest.fixture
def folders(tmp_path: Path, settings: Settings) -> dict[str, Path]:
    """Folders of this test alone."""
    found = {name: tmp_path / "live" / name for name in backups.FOLDERS}
    for folder in found.values():
        folder.mkdir(parents=True)
    settings.EVIDENCE_DIR, settings.CHECKPOINT_DIR = found["evidence"], found["checkpoints"]
    return found


def a_backup(tmp_path: Path, folders: dict[str, Path]) -> Path:
    """A ledger with an entry, a piece of evidence, and the backup of both."""
    with transaction.atomic():
        services.mark_demonstration(actor=Actor.service("test"), now=datetime.now(UTC), request_id=A_REQUEST)
    (folders["evidence"] / "ab").mkdir()
    (folders["evidence"] / "ab" / "abcd").write_bytes(b"a logger's file")
    call_command("backup", to=tmp_path / "backups")
    return next((tmp_path / "backups").glob("veintrace-*.tar"))


A_REQUEST = UUID(int=7)


def restore(backup: Path, address: str, to: Path) -> "subprocess.CompletedProcess[str]":
    """As a person would, on another machine: another database, empty folders, the same keys."""
    environment = os.environ | {"DATABASE_URL": address, "DATABASE_SEALER_URL": address}
    environment |= {"EVIDENCE_DIR": str(to / "evidence"), "CHECKPOINT_DIR": str(to / "checkpoints")}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(backup)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.requirement("URS-KEEP-01")
def test_a_backup_comes_back_and_verifies(
    spare_database: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    backup = a_backup(tmp_path, folders)
    assert backup.stat().st_mode & 0o077 == 0, "others can read the backup"

    done = restore(backup, spare_database, tmp_path / "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "new" / "evidence" / "ab" / "abcd").read_bytes() == b"a logger's file"

    again = restore(backup, spare_database, tmp_path / "new")
    assert again.returncode != 0
    assert "not empty" in again.stderr


@pytest.mark.requirement("URS-KEEP-01")
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    spare_database: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    backup = a_backup(tmp_path, folders)
    unpacked = tmp_path / "unpacked"
    backups.unpack(backup, unpacked)
    (unpacked / "evidence" / "ab" / "abcd").write_bytes(b"another file")
    with tarfile.open(backup, "w") as archive:
        for path in sorted(path for path in unpacked.rglob("*") if path.is_file()):
            archive.add(path, arcname=path.relative_to(unpacked), recursive=False)

    done = restore(backup, spare_database, tmp_path / "new")
    assert done.returncode != 0
    assert "evidence/ab/abcd does not have the hash" in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_torn_file_is_no_backup(tmp_path: Path) -> None:
    torn = tmp_path / "torn.tar"
    torn.write_bytes(b"not a tar file")
    with pytest.raises(backups.BackupError, match="no backup that can be read"):
        backups.unpack(torn, tmp_path / "into")


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "evidence/../../outside", "other/file"])
def test_nothing_lands_outside(tmp_path: Path, name: str) -> None:
    crafted, inside = tmp_path / "crafted.tar", tmp_path / "a" / "b"
    with tarfile.open(crafted, "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(backups.BackupError, match="does not belong"):
        backups.unpack(crafted, inside)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["crafted.tar"]


def test_a_link_is_no_file_of_a_backup(tmp_path: Path) -> None:
    crafted, link = tmp_path / "crafted.tar", tarfile.TarInfo("evidence/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(crafted, "w") as archive:
        archive.addfile(link)
    with pytest.raises(backups.BackupError, match="does not belong"):
        backups.unpack(crafted, tmp_path / "inside")


def test_a_present_file_is_never_replaced(tmp_path: Path) -> None:
    source, aim = tmp_path / "source", tmp_path / "aim"
    source.write_bytes(b"from the backup")
    backups.place(source, aim)
    backups.place(source, aim)
    aim.write_bytes(b"something else")
    with pytest.raises(backups.BackupError, match="differs"):
        backups.place(source, aim)
    assert aim.read_bytes() == b"something else"


@pytest.mark.requirement("URS-KEEP-01")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_no_half_backup(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", to=tmp_path / "backups")
    assert not list((tmp_path / "backups").iterdir())


def test_without_the_tools_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shutil.which(backups.tool("pg_dump"))
    monkeypatch.setenv("POSTGRES_BIN", "/nowhere")
    with pytest.raises(backups.BackupError, match="POSTGRES_BIN"):
        backups.run([backups.tool("pg_dump")], {})

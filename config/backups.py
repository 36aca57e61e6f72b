"""What a backup is: one tar file with the database, the evidence and the checkpoints, and a manifest of hashes.

The keys are not in it: a backup that held them would be the vault and its key in one box. They are kept apart (see
docs/operations.md); without VAULT_KEY and INDEX_KEY a restored vault stays closed, without LEDGER_SIGNING_KEY nothing
new can be sealed before another key takes over. Used by the commands `backup` and `restore` alone.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from config.processes import bundled
from ledger.rules.notes import NEWEST

MANIFEST = "manifest.json"
DUMP = "database.dump"
FOLDERS = ("evidence", "checkpoints")


class BackupError(Exception):
    """The backup cannot be made, or is not whole. The message is one line for the person at the terminal."""


def tool(name: str) -> str:
    """pg_dump or pg_restore: the machine's own, or the wheel's. It must not be older than the server."""
    found = os.environ.get("POSTGRES_BIN")
    if found:
        return str(Path(found) / name)
    return str(bundled(name) or shutil.which(name) or name)


def connection_of(database: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment by which PostgreSQL's tools reach a database; the password is in no command line."""
    arguments = ["--username", database["USER"], "--dbname", database["NAME"]]
    arguments += ["--host", database["HOST"]] if database["HOST"] else []
    arguments += ["--port", str(database["PORT"])] if database["PORT"] else []
    return arguments, {**os.environ, "PGPASSWORD": database["PASSWORD"]}


def run(command: list[str], environment: dict[str, str]) -> None:
    """Run one of PostgreSQL's tools."""
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupError(
            f"{command[0]} is not there: set POSTGRES_BIN to the folder of PostgreSQL's tools"
        ) from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise BackupError(f"{Path(command[0]).name} failed: {lines[0]}")


def digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(
    target: Path, database: dict[str, Any], folders: dict[str, Path], now: datetime, version: str
) -> Path:
    """Write a backup below `target` and return its path. It has its name only once it is whole and on the disk."""
    target.mkdir(parents=True, exist_ok=True)
    final = target / f"veintrace-{now:%Y%m%dT%H%M%SZ}.tar"
    draft, dump = final.with_suffix(".draft"), final.with_suffix(".dump")
    try:
        arguments, environment = connection_of(database)
        touch_private(dump)
        run(
            [tool("pg_dump"), "--format=custom", "--no-comments", "--file", str(dump), *arguments],
            environment,
        )
        # the dump first: evidence is never deleted, so what the dump names is there when the files are read
        members = [(DUMP, dump), *files_of(folders)]
        manifest = {
            "version": version,
            "made_at": now.isoformat(),
            "files": {name: digest(path) for name, path in members},
        }
        touch_private(draft)
        with tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in members:
                archive.add(path, arcname=name, recursive=False)
            dump.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
            archive.add(dump, arcname=MANIFEST)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.rename(final)
    finally:
        for left in (draft, dump):
            left.unlink(missing_ok=True)
    return final


def touch_private(path: Path) -> None:
    """Make an empty file that only its owner reads: a dump holds what people may see only after sign-in."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def files_of(folders: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    """Every file of the folders by its name in the backup; the mark of the newest checkpoint is none of them."""
    for name, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name != NEWEST:
                yield f"{name}/{path.relative_to(folder).as_posix()}", path


def unpack(backup: Path, into: Path) -> dict[str, Any]:
    """Unpack a backup and hold every file against the manifest. Nothing of the installation is touched yet."""
    try:
        with tarfile.open(backup, "r") as archive:
            for member in archive:
                extract(archive, member, into)
    except (OSError, tarfile.TarError) as error:
        raise BackupError(f"{backup} is no backup that can be read: {error}") from error
    try:
        manifest: dict[str, Any] = json.loads((into / MANIFEST).read_text(encoding="utf-8"))
        listed: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(
            f"{backup} has no manifest: it was not made by make backup, or not whole"
        ) from error
    present = {name for name, path in files_of({"": into})}
    present = {name.lstrip("/") for name in present} - {MANIFEST}
    if present != set(listed):
        raise BackupError(f"{backup} is not whole: {sorted(present ^ set(listed))[0]} is missing or too much")
    for name, expected in listed.items():
        if digest(into / name) != expected:
            raise BackupError(f"{backup} is damaged: {name} does not have the hash that the manifest names")
    return manifest


def extract(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Write one file of a backup. No links, no devices, nothing outside: a backup may come from anywhere."""
    parts = Path(member.name).parts
    is_ours = member.name in (MANIFEST, DUMP) or (parts[:1] and parts[0] in FOLDERS and ".." not in parts)
    source = archive.extractfile(member) if member.isreg() else None
    if not is_ours or source is None:
        raise BackupError(f"{member.name!r} does not belong in a backup")
    aim = into / member.name
    aim.parent.mkdir(parents=True, exist_ok=True)
    with source, aim.open("xb") as stream:
        shutil.copyfileobj(source, stream)


def put_back(unpacked: Path, database: dict[str, Any], folders: dict[str, Path]) -> None:
    """Load the database in one transaction, then the files, none of which is ever replaced by a different one."""
    arguments, environment = connection_of(database)
    for name, folder in folders.items():
        for relative, path in files_of({"": unpacked / name}):
            place(path, folder / relative.lstrip("/"))
    command = [tool("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    run([*command, "--no-comments", *arguments, str(unpacked / DUMP)], environment)


def place(source: Path, aim: Path) -> None:
    """Copy one file; the same one may be there, another one stops the restore."""
    if aim.exists():
        if digest(aim) != digest(source):
            raise BackupError(
                f"{aim} is there already and differs from the backup's: restore into empty folders"
            )
        return
    aim.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, aim)

"""Checkpoints outside the database: the keys that sign them and the folder they are exported to."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from ledger.rules import notes
from ledger.rules.signing_keys import FIRST, SigningKeys
from ledger.services.files import write_anew, write_once

SUFFIX = ".note"
KEY_SUFFIX = ".vkey"
STATEMENT_SUFFIX = ".statement"


def signing_key() -> Ed25519PrivateKey:
    """The key in the settings, which signs checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(b64decode(settings.LEDGER_SIGNING_KEY))


def public_key() -> Ed25519PublicKey:
    """The public half of the key in the settings."""
    return signing_key().public_key()


def verifier_key() -> str:
    """The public key that signs now, as text for whoever checks signatures."""
    with connection.cursor() as cursor:
        keys = signing_keys(cursor)
    return notes.verifier_key(keys.origin, keys.newest)


def signing_keys(cursor: CursorWrapper) -> SigningKeys:
    """All keys of this ledger: which of them may sign a checkpoint of which size."""
    cursor.execute("SELECT statement FROM ledger_signing_key ORDER BY number")
    statements = [row[0] for row in cursor.fetchall()]
    return SigningKeys.of(settings.LEDGER_ORIGIN, public_key(), statements)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file with a checkpoint; the name of one in our own folder says how many entries it seals."""

    path: Path
    size: int

    def note(self) -> str:
        """The text of the file, whatever was done to it."""
        return self.path.read_bytes().decode("utf-8", errors="replace")


def exported() -> list[Exported]:
    """The exported checkpoints, smallest first."""
    found = [path for path in _folder().glob(f"*{SUFFIX}") if path.stem.isdecimal()]
    return sorted((Exported(path, int(path.stem)) for path in found), key=lambda item: item.size)


def newest_exported() -> Exported | None:
    """The newest exported checkpoint: the one that the mark names, or by a look at the whole folder."""
    return _marked() or next(reversed(exported()), None)


def _marked() -> Exported | None:
    try:
        size = int((_folder() / notes.NEWEST).read_text(encoding="ascii"))
        return Exported(_path_of(size), size) if _path_of(size).is_file() else None
    except (OSError, ValueError):
        return None


def kept_elsewhere(keys: SigningKeys, path: Path) -> list[Exported]:
    """The checkpoints in a file or a folder that somebody kept, whatever their names are.

    Raises BadNote when one is not signed as it should be: it could come from anybody, and says nothing.
    """
    return [_kept(keys, file) for file in (sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path])]


def _kept(keys: SigningKeys, path: Path) -> Exported:
    try:
        return Exported(path, keys.read(Exported(path, 0).note()).size)
    except notes.BadNote as error:
        raise notes.BadNote(f"{path} is no checkpoint of this ledger: {error}") from error


def export(notes_by_size: Mapping[int, str]) -> None:
    """Write checkpoints to the folder, from where they are carried elsewhere.

    The mark comes first: after a crash it names a file that is not there, and the folder is listed. The other way
    round it would name an older file than the newest, and a database set back to that one would not be noticed. For
    the same reason it never goes back, where another sealer has written a newer one meanwhile.
    """
    newest, marked = max(notes_by_size), _marked()
    if marked is None or marked.size < newest:
        write_anew(_folder() / notes.NEWEST, f"{newest}\n".encode())
    for size in sorted(notes_by_size):
        write_once(_path_of(size), notes_by_size[size].encode())


def export_cosigned(size: int, witness_id: bytes, cosigned: str) -> None:
    """Write a checkpoint with the signature of a log witness beside the exported one."""
    write_once(_folder() / f"{size:020d}.cosigned-{witness_id.hex()}{SUFFIX}", cosigned.encode())


def export_keys(keys: SigningKeys) -> None:
    """Write the public key in use and the statements beside the checkpoints: who checks those needs these."""
    text = notes.verifier_key(keys.origin, keys.newest)
    id_ = notes.key_id(keys.origin, notes.public_bytes(keys.newest)).hex()
    files = {f"{id_}{KEY_SUFFIX}": text + "\n"}
    files |= {
        f"key-{number:04d}{STATEMENT_SUFFIX}": text for number, text in enumerate(keys.statements, FIRST)
    }
    for name, content in files.items():
        if not (_folder() / name).exists():  # another content is for the verifier to name
            write_once(_folder() / name, content.encode())


def exported_statements() -> list[Path]:
    """The exported statements of keys, oldest first."""
    return sorted(_folder().glob(f"key-*{STATEMENT_SUFFIX}"))


def exported_keys() -> list[str]:
    """The exported public keys, as verifier keys."""
    return [path.read_text(encoding="utf-8").strip() for path in sorted(_folder().glob(f"*{KEY_SUFFIX}"))]


def _path_of(size: int) -> Path:
    return _folder() / f"{size:020d}{SUFFIX}"


def _folder() -> Path:
    return Path(settings.CHECKPOINT_DIR)

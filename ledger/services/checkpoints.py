"""Checkpoints outside the database: the key that signs them and the folder they are exported to."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from ledger.rules import notes
from ledger.services.files import write_once

SUFFIX = ".note"


def signing_key() -> Ed25519PrivateKey:
    """The key that signs checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(b64decode(settings.LEDGER_SIGNING_KEY))


def public_key() -> Ed25519PublicKey:
    """The key that checkpoints are checked with."""
    return signing_key().public_key()


def read_signed(note: str) -> notes.CheckpointBody:
    """What a checkpoint of this ledger states. Raises BadNote unless our key signed it."""
    return notes.verify(note, origin=settings.LEDGER_ORIGIN, key=public_key())


@dataclass(frozen=True, slots=True)
class Exported:
    """A file in the folder of checkpoints; the name says how many entries it seals."""

    path: Path
    size: int

    def note(self) -> str:
        """The text of the file, whatever was done to it."""
        return self.path.read_bytes().decode("utf-8", errors="replace")


def exported() -> list[Exported]:
    """The exported checkpoints, smallest first."""
    folder = Path(settings.CHECKPOINT_DIR)
    found = [path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal()]
    return sorted((Exported(path, int(path.stem)) for path in found), key=lambda item: item.size)


def export(size: int, note: str) -> None:
    """Write a checkpoint to the folder, from where it is carried elsewhere."""
    write_once(Path(settings.CHECKPOINT_DIR) / f"{size:020d}{SUFFIX}", note.encode())

"""The auditor's bundle as bytes: files, manifest, proof of its making, and its one archive (docs/reference/bundle.md).

Whatever it holds is canonical, so that one byte cannot be another and mean the same. `offline/verify.py` goes into each
bundle and checks it without any of this.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.rules.canonical import canonical

FORMAT = "veintrace-bundle/1"
MANIFEST, MAKING = "manifest.json", "made.json"
VERIFIER = Path(__file__).parent / "offline" / "verify.py"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the archive says nothing about times: entries do
UNIX, READABLE = 3, 0o100644


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry with the bytes that were hashed, its place in the tree and the audit path from there."""

    header: bytes
    body: bytes
    leaf: int
    proof: Sequence[bytes]

    def as_plain(self) -> Mapping[str, Any]:
        """As a bundle holds it: header and body as text, so that whoever checks hashes what stands there."""
        return {
            "header": self.header.decode(),
            "body": self.body.decode(),
            "leaf": self.leaf,
            "proof": hexes(self.proof),
        }


@dataclass(frozen=True, slots=True)
class LinkedCheckpoint:
    """A signed checkpoint, and the proof that the next one of the bundle continues it; none after the last."""

    size: int
    note: str
    proof: Sequence[bytes] = ()

    def as_plain(self) -> Mapping[str, Any]:
        """As a bundle holds it."""
        return {"note": self.note, "proof": hexes(self.proof)}


@dataclass(frozen=True, slots=True)
class Stream:
    """The numbers of a stream that a bundle claims to hold without a gap."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Selects:
    """Which entries a bundle says it holds: those of whole streams, about subjects, or of a site in [since, until)."""

    subjects: tuple[tuple[str, str], ...] = ()
    streams: tuple[Stream, ...] = ()
    site: str = ""
    since: str = ""
    until: str = ""

    def as_plain(self) -> Mapping[str, Any]:
        """As a bundle holds it."""
        streams = [{"name": one.name, "first": one.first, "last": one.last} for one in self.streams]
        subjects = [list(subject) for subject in self.subjects]
        return {
            "subjects": subjects,
            "streams": streams,
            "site": self.site,
            "since": self.since,
            "until": self.until,
        }


def hexes(hashes: Iterable[bytes]) -> list[str]:
    """Hashes as a bundle writes them."""
    return [item.hex() for item in hashes]


def line(value: Any) -> bytes:
    """A value as a file or a line of a bundle: canonical JSON and a line feed."""
    return canonical(value) + b"\n"


def lines(values: Iterable[Any]) -> bytes:
    """Values as a file of lines."""
    return b"".join(line(value) for value in values)


def verifier() -> bytes:
    """The script that checks a bundle, as it goes into each."""
    return VERIFIER.read_bytes()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """What the bundle holds beside its manifest and its making, by name, size and SHA-256."""
    listed = [
        {"name": name, "size": len(data), "sha256": sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    return line({"format": FORMAT, "files": listed})


def digest(manifest: bytes) -> str:
    """By which the entry about the making of a bundle names the manifest."""
    return sha256(manifest).hexdigest()


def making(*, made: ProvenEntry, note: str, consistency: Sequence[bytes]) -> bytes:
    """The entry that recorded the manifest, under a checkpoint that continues those of the bundle."""
    return line({"entry": made.as_plain(), "checkpoint": note, "consistency": hexes(consistency)})


def archive(files: Mapping[str, bytes], *, manifest: bytes, making: bytes) -> bytes:
    """The one archive of these files: stored, by name, manifest and making last, the same bytes on every machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as packed:
        for name, data in [*sorted(files.items()), (MANIFEST, manifest), (MAKING, making)]:
            if not name.isascii() or name.startswith("/") or ".." in name:
                raise ValueError(f"{name!r} is no name of a file in a bundle")
            about = zipfile.ZipInfo(name, EARLIEST)
            about.create_system, about.external_attr = UNIX, READABLE << 16
            packed.writestr(about, data)
    return out.getvalue()

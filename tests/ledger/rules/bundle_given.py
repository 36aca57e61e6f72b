"""A small log and a bundle of it, made with the rules alone."""

import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.rules import Subject, bundles, canonical, notes
from ledger.rules.bundles import LinkedCheckpoint, ProvenEntry, Selects, Stream
from ledger.rules.canonical import instant
from ledger.rules.leaves import EntryRecord
from ledger.rules.merkle import leaf_hash, root_of
from ledger.rules.offline import verify
from ledger.rules.signing_keys import Takeover, state
from tests.ledger.rules.proofs_given import consistency_proof, inclusion_proof

ORIGIN = "hospital.example/ledger"
KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"3" * 32)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FILE = b"time;celsius\n10:00;-180.5\n"
RECORD = canonical({"batch": "B-1", "passes": True})
ORDER, NEIGHBOUR = Subject("order", "CHA1"), Subject("order", "CHA2")


def an_entry(number: int, *, stream: str, seq: int, event: str, content: Mapping[str, Any]) -> EntryRecord:
    """The entry at this place of a log, of Zoë at a station; `content`: its facts and changes."""
    return EntryRecord(
        id=number + 1,
        uuid=UUID(int=number + 1),
        stream=stream,
        seq=seq,
        occurred_at=AT + timedelta(minutes=number),
        recorded_at=AT + timedelta(minutes=number),
        performed_at=None,
        time_source="clock",
        zone="Europe/Berlin",
        site="CITY",
        station="CITY-01",
        actor_id=7,
        actor_name="Zoë Ølberg",
        actor_kind="person",
        auth_method="badge",
        event=event,
        schema=1,
        body=canonical(content),
        reason="",
        request_id=UUID(int=900 + number),
        check_id=None,
        protocol_version="",
        software_version="0",
        corrects_id=None,
    )


@dataclass
class Log:
    """Entries as they were hashed, and checkpoints over them."""

    key: Ed25519PrivateKey = KEY
    takeover: tuple[int, Ed25519PrivateKey] | None = None  # after how many entries another key signs
    entries: list[tuple[bytes, bytes]] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)

    def append(self, event: str, facts: Mapping[str, Any], subject: Subject, stream: str = "") -> int:
        """One entry; answers with its place."""
        stream = stream or f"journey:{subject.key}"
        number = len(self.entries)
        self.seqs[stream] = self.seqs.get(stream, 0) + 1
        content = {"changes": [], "facts": facts}
        record = an_entry(number, stream=stream, seq=self.seqs[stream], event=event, content=content)
        self.entries.append((record.header([subject]), record.body))
        return number

    @property
    def leaves(self) -> list[bytes]:
        """The leaf hashes."""
        return [leaf_hash(header) for header, _ in self.entries]

    def note(self, size: int) -> str:
        """The signed checkpoint of that many entries."""
        is_taken = self.takeover is not None and size > self.takeover[0]
        return self.signed(size, self.takeover[1] if self.takeover and is_taken else self.key)

    def signed(self, size: int, key: Ed25519PrivateKey) -> str:
        """The same, signed by this key, whether it may or not."""
        root = root_of(self.leaves[:size])
        return notes.sign(origin=ORIGIN, size=size, root=root, signed_at=AT, key=key)

    def statements(self, *, is_emergency: bool = False, **more: Any) -> list[str]:
        """What states that another key took over."""
        if self.takeover is None:
            return []
        after, new = self.takeover
        about = {"after": after, "root": root_of(self.leaves[:after])} | more
        about = {"old": vkey(self.key), "new": vkey(new)} | about
        stated = Takeover(ORIGIN, is_emergency=is_emergency, stated_at=instant(AT), **about)
        return [state(stated, old=None if is_emergency else self.key, new=new)]

    def proven(self, place: int, size: int) -> ProvenEntry:
        """An entry with its audit path."""
        header, body = self.entries[place]
        return ProvenEntry(header, body, place, inclusion_proof(place, self.leaves[:size]))

    def chain(self, sizes: Sequence[int]) -> list[LinkedCheckpoint]:
        """Checkpoints, each with the proof to the next."""
        steps = [consistency_proof(first, self.leaves[:second]) for first, second in pairwise(sizes)]
        proofs = [*steps, []]
        return [
            LinkedCheckpoint(size, self.note(size), proof) for size, proof in zip(sizes, proofs, strict=True)
        ]


def vkey(key: Ed25519PrivateKey = KEY, origin: str = ORIGIN) -> str:
    """The verifier key of the log."""
    return notes.verifier_key(origin, key.public_key())


def witness_key(key: Ed25519PrivateKey, name: str = "witness.example/w1") -> str:
    """The verifier key of a log witness."""
    public = notes.public_bytes(key.public_key())
    id_ = notes.key_id(name, public, notes.COSIGNATURE).hex()
    return f"{name}+{id_}+{b64encode(notes.COSIGNATURE + public).decode()}"


@dataclass
class Small:
    """A bundle about one journey of four entries, in a log of eleven; `files` may be changed before it is packed."""

    log: Log = field(default_factory=Log)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        log, digest = self.log, sha256(FILE).hexdigest()
        own = [log.append("coi:order:enrolled", {"name": "“first” \\ \u2028"}, ORDER)]
        log.append("coi:scan:accepted", {}, NEIGHBOUR)
        facts = {"evidence": str(UUID(int=5)), "sha256": digest, "size": len(FILE), "media_type": "text/csv"}
        own.append(log.append(verify.STORED, facts, ORDER))
        for _ in range(3):
            log.append("coi:scan:accepted", {}, NEIGHBOUR)
        signed = {"record": ["batch", "B-1", sha256(RECORD).hexdigest()], "meaning": "release"}
        own.append(log.append(verify.SIGNED, signed, ORDER))
        log.append("coi:scan:accepted", {}, NEIGHBOUR)
        own.append(log.append("coi:scan:accepted", {}, ORDER))
        self.size = len(log.entries)
        self.own = own
        selects = Selects((("order", "CHA1"),), (Stream("journey:CHA1", 1, 4),))
        record = f"records/{sha256(RECORD).hexdigest()}"
        self.files = {
            "README.txt": b"Read report.html.\n",
            "about.json": bundles.line({"format": bundles.FORMAT, "selects": selects.as_plain()}),
            "checkpoints.jsonl": bundles.lines(one.as_plain() for one in log.chain([1, 4, self.size])),
            "entries.jsonl": bundles.lines(self.line(place) for place in own),
            "keys.json": self.keys(log.statements()),
            "report.html": b"<!doctype html><title>CHA1</title>",
            "signatures.jsonl": bundles.line({"entry": str(UUID(int=7)), "record": record}),
            f"evidence/{digest}": FILE,
            record: RECORD,
        }

    def keys(self, statements: Sequence[str]) -> bytes:
        """The keys that the bundle brings along."""
        log = [vkey(self.log.key), *([vkey(self.log.takeover[1])] if self.log.takeover else [])]
        return bundles.line({"log": log, "statements": list(statements), "witnesses": []})

    def line(self, place: int) -> Mapping[str, Any]:
        """An entry as the bundle holds it."""
        return self.log.proven(place, self.size).as_plain()

    @cached_property
    def making(self) -> bytes:
        """Made once, of the files as they are then."""
        facts = {"manifest": bundles.digest(bundles.manifest(self.files))}
        made = self.log.append(verify.MADE, facts, ORDER, "audit")
        size = len(self.log.entries)
        proof = consistency_proof(self.size, self.log.leaves)
        return bundles.making(made=self.log.proven(made, size), note=self.log.note(size), consistency=proof)

    def packed(self, **files: bytes | None) -> bytes:
        """The bundle; with files changed, or left out (None), after it was sealed: the manifest is written anew."""
        making = self.making
        changed = {**self.files, **{name.replace("__", "."): data for name, data in files.items()}}
        there = {name: data for name, data in changed.items() if data is not None}
        return bundles.archive(there, manifest=bundles.manifest(there), making=making)


def check(data: bytes, *keys: str, kept: Sequence[str] = (), witnesses: Sequence[str] = ()) -> verify.Check:
    """Check a bundle."""
    return verify.Check(data, list(keys), list(witnesses), list(kept)).run()


def run_script(*arguments: str, folder: Path, encoding: str = "utf-8") -> "subprocess.CompletedProcess[str]":
    """The script as an auditor runs it: a file of its own, in a folder that knows nothing of this project."""
    script = folder / "verify.py"
    script.write_bytes(bundles.verifier())
    command, environment = [sys.executable, "-s", str(script), *arguments], {"PYTHONIOENCODING": encoding}
    return subprocess.run(
        command, cwd=folder, capture_output=True, encoding=encoding, check=False, env=environment
    )


SMALL = Small()
WHOLE = SMALL.packed()


def wrong(data: bytes, *keys: str) -> str:
    """What the verifier says against a bundle; it must say something."""
    found = check(data, *keys)
    assert found.exit_code() == 1
    return "\n".join(f"{where}: {what}" for where, what in found.wrong)

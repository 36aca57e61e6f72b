"""Checkpoints as signed notes: the C2SP `tlog-checkpoint` and `signed-note` formats with Ed25519.

A checkpoint states the name of the log, how many entries it holds and the root of the tree over them. Any
tool that reads the C2SP formats can check one. Log witnesses add their own lines: see `cosignatures`.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.rules.canonical import instant
from ledger.rules.merkle import HASH_SIZE

ED25519 = b"\x01"
COSIGNATURE = b"\x04"  # a log witness's, with the time at which it signed (C2SP `tlog-cosignature`)
KEY_ID_SIZE = 4
KEY_SIZE = 32
SIGNED_AT = "signed-at "
# The file that says which exported checkpoint is the newest, so that no seal lists a folder that grows for ever. It is
# a shortcut and no record: without it, or when the file that it names is gone, the folder is listed. Backups leave it
# out.
NEWEST = "newest"
_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<blob>[A-Za-z0-9+/]+={0,2})")


class BadNote(ValueError):
    """The text is not a checkpoint signed by the key."""


@dataclass(frozen=True, slots=True)
class CheckpointBody:
    """What a checkpoint states. `signed_at` travels in an extension line, so that the signature covers it."""

    origin: str
    size: int
    root: bytes
    signed_at: str = ""

    def text(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), b64encode(self.root).decode()]
        if self.signed_at:
            lines.append(SIGNED_AT + self.signed_at)
        return "\n".join(lines) + "\n"


def key_id(name: str, public: bytes, kind: bytes = ED25519) -> bytes:
    """The four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:KEY_ID_SIZE]


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The public key as text, `name+hex id+base64`, in the form that note tools take."""
    raw = public_bytes(key)
    return f"{name}+{key_id(name, raw).hex()}+{b64encode(ED25519 + raw).decode()}"


def read_verifier_key(text: str, kind: bytes = ED25519) -> tuple[str, Ed25519PublicKey]:
    """The name and the key of a verifier key. Raises BadNote when it is none of this kind of signature."""
    name, first, rest = text.partition("+")
    id_, second, blob = rest.partition("+")
    try:
        raw = b64decode(blob, validate=True)
    except ValueError as error:
        raise BadNote("the key is not base64") from error
    if b64encode(raw).decode() != blob:
        raise BadNote("the key is not written as base64 is")
    if not (name and first and second) or re.search(r"\s", name):
        raise BadNote("a verifier key is written name+id+base64")
    if raw[:1] != kind or len(raw) != 1 + KEY_SIZE:
        raise BadNote("the key is not of this kind of signature")
    if id_ != key_id(name, raw[1:], kind).hex():
        raise BadNote("the id of the key does not fit its name and its bytes")
    return name, Ed25519PublicKey.from_public_bytes(raw[1:])


def sign(*, origin: str, size: int, root: bytes, signed_at: datetime, key: Ed25519PrivateKey) -> str:
    """The signed checkpoint."""
    text = CheckpointBody(origin, size, root, instant(signed_at)).text()
    return f"{text}\n{signature_line(text, name=origin, key=key)}"


def signature_line(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """The line by which a key signs the text of a note."""
    if not name or re.search(r"[\s+]", name):
        raise ValueError("the name of the log may hold neither spaces nor plus signs")
    blob = key_id(name, public_bytes(key.public_key())) + key.sign(text.encode())
    return f"— {name} {b64encode(blob).decode()}\n"


def read(note: str) -> CheckpointBody:
    """What the note states, its signature NOT checked. Raises BadNote when it is not a checkpoint."""
    text, _ = split(note)
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not lines[0]:
        raise BadNote("a checkpoint has a name, a size and a root")
    if not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        raise BadNote("the size is not a number")
    try:
        root = b64decode(lines[2], validate=True)
    except ValueError as error:
        raise BadNote("the root is not base64") from error
    if len(root) != HASH_SIZE:
        raise BadNote("the root is not a SHA-256 hash")
    signed_at = next((line[len(SIGNED_AT) :] for line in lines[3:] if line.startswith(SIGNED_AT)), "")
    return CheckpointBody(lines[0], int(lines[1]), root, signed_at)


def verify(note: str, *, origin: str, key: Ed25519PublicKey) -> CheckpointBody:
    """What the note states, once the key's signature over it holds. Raises BadNote otherwise.

    Signatures by other keys are passed over, as the format asks: a witness may have added its own.
    """
    body = read(note)
    if body.origin != origin:
        raise BadNote(f"the checkpoint is of another log: {body.origin}")
    check_signature(note, name=origin, key=key)
    return body


def check_signature(note: str, *, name: str, key: Ed25519PublicKey) -> None:
    """Raise BadNote unless the key signed the text of the note."""
    text, signatures = split(note)
    wanted = key_id(name, public_bytes(key))
    for found, blob in signatures:
        if found != name or blob[:KEY_ID_SIZE] != wanted:
            continue
        try:
            key.verify(blob[KEY_ID_SIZE:], text.encode())
        except InvalidSignature as error:
            raise BadNote("the signature does not hold") from error
        return
    raise BadNote("the key did not sign this checkpoint")


def split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a signed note, and its signatures as name and bytes, none of them checked."""
    if not note.endswith("\n") or any(ord(char) < 0x20 and char != "\n" for char in note):
        raise BadNote("not a signed note")
    text, found, tail = note.rpartition("\n\n")
    if not found or not tail:
        raise BadNote("the note has no signatures")
    return text + "\n", [read_signature_line(line) for line in tail[:-1].split("\n")]


def read_signature_line(line: str) -> tuple[str, bytes]:
    """The name and the bytes of a signature line without its newline. Raises BadNote."""
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise BadNote("a signature line is malformed")
    try:
        return match["name"], b64decode(match["blob"], validate=True)
    except ValueError as error:
        raise BadNote("a signature is not base64") from error

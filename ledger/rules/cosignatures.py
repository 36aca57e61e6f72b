"""Cosignatures of log witnesses: the C2SP `tlog-cosignature` and `tlog-witness` formats with Ed25519.

A log witness is a program on a machine that is not ours. It signs a checkpoint too, with the time, once it is shown
that the checkpoint goes on from the last one that it signed.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.rules import notes

TIME_SIZE = 8
SIGNATURE_SIZE = 64
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
MOST_PROOF_LINES = 63


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The name and the public key of a log witness, and the key as it was written."""

    name: str
    key: Ed25519PublicKey
    text: str

    @classmethod
    def read(cls, text: str) -> WitnessKey:
        """From a verifier key `name+id+base64` of a cosigner. Raises BadNote."""
        return cls(*notes.read_verifier_key(text, notes.COSIGNATURE), text)

    @property
    def id(self) -> bytes:
        """The four bytes by which its signatures name it."""
        return notes.key_id(self.name, notes.public_bytes(self.key), notes.COSIGNATURE)


def cosigned_at(note: str, line: str, witness: WitnessKey) -> datetime:
    """When the witness signed the note, if the line is its cosignature of it. Raises BadNote otherwise."""
    text, _ = notes.split(note)
    name, blob = notes.read_signature_line(line.removesuffix("\n"))
    if name != witness.name or blob[: notes.KEY_ID_SIZE] != witness.id:
        raise notes.BadNote("the line is of another witness")
    if len(blob) != notes.KEY_ID_SIZE + TIME_SIZE + SIGNATURE_SIZE:
        raise notes.BadNote("the line is not a cosignature")
    seconds = int.from_bytes(blob[notes.KEY_ID_SIZE :][:TIME_SIZE], "big")
    if seconds >= LATEST.timestamp():
        raise notes.BadNote("the time of the cosignature is no time")
    try:
        witness.key.verify(blob[notes.KEY_ID_SIZE + TIME_SIZE :], message(text, seconds))
    except InvalidSignature as error:
        raise notes.BadNote("the cosignature does not hold") from error
    return datetime.fromtimestamp(seconds, UTC)


def message(text: str, seconds: int) -> bytes:
    """The bytes that a log witness signs: two lines of its own, then the text of the checkpoint."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def own_line(answer: str, witness: WitnessKey) -> str | None:
    """The line of an answer that this witness wrote; lines of keys that we do not know are passed over."""
    for line in answer.split("\n"):
        try:
            name, blob = notes.read_signature_line(line)
        except notes.BadNote:
            continue
        if name == witness.name and blob[: notes.KEY_ID_SIZE] == witness.id:
            return line + "\n"
    return None


def request(old: int, proof: Sequence[bytes], note: str) -> str:
    """What is sent to a log witness: the size that it knows, the proof from there, and the checkpoint."""
    if len(proof) > MOST_PROOF_LINES:
        raise ValueError("a consistency proof has at most 63 lines")
    return "\n".join([f"old {old}", *(b64encode(item).decode() for item in proof), "", note])


def read_size(answer: str) -> int:
    """The size that a log witness says it knows. Raises BadNote."""
    if not re.fullmatch(r"(0|[1-9][0-9]{0,18})\n", answer):
        raise notes.BadNote("the log witness does not say which size it knows")
    return int(answer)

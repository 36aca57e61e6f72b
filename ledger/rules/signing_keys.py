"""Which key may sign a checkpoint of which size: keys that take over from each other by signed statements.

The key in the settings is the last of them. Each statement says after how many entries a new key signs, over which
root, and instead of which key; the old key signs it and so does the new one. Where the old key was lost, the new key
states that alone, and says so in the text that it signs.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.rules import notes
from ledger.rules.merkle import HASH_SIZE
from ledger.rules.notes import BadNote

LAYOUT = "veintrace/signing-key/v1"  # where a checkpoint has its size: neither can be taken for the other
FIRST = 2  # the number of the first statement: the first key took over from none
BY_BOTH = "signed by the old key and the new key"
BY_NEW_ALONE = "signed by the new key alone: the old key could not sign"
_TEXT = re.compile(
    r"(?P<origin>[^\n]+)\n"
    + re.escape(LAYOUT)
    + r"\nafter (?P<after>0|[1-9][0-9]{0,18})\nroot (?P<root>[A-Za-z0-9+/]{43}=)"
    rf"\nold (?P<old>[^\n]+)\nnew (?P<new>[^\n]+)\n(?P<by>{BY_BOTH}|{BY_NEW_ALONE})"
    r"\nstated-at (?P<at>[0-9TZ:.-]+)\n"
)


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a statement says. `old` and `new` are verifier keys; `after` is the last size that the old key signs."""

    origin: str
    after: int
    root: bytes
    old: str
    new: str
    is_emergency: bool
    stated_at: str

    def text(self) -> str:
        """The text that is signed."""
        by = BY_NEW_ALONE if self.is_emergency else BY_BOTH
        root = b64encode(self.root).decode()
        return (
            f"{self.origin}\n{LAYOUT}\nafter {self.after}\nroot {root}\nold {self.old}\nnew {self.new}\n{by}\n"
            f"stated-at {self.stated_at}\n"
        )


def state(takeover: Takeover, *, old: Ed25519PrivateKey | None, new: Ed25519PrivateKey) -> str:
    """The signed statement; without the old key it must be an emergency."""
    if (old is None) != takeover.is_emergency:
        raise ValueError("the old key signs, unless there is an emergency")
    text = takeover.text()
    signers = [key for key in (old, new) if key is not None]
    lines = "".join(notes.signature_line(text, name=takeover.origin, key=key) for key in signers)
    return f"{text}\n{lines}"


def read(statement: str) -> Takeover:
    """What a statement says, once the signatures that it names hold. Raises BadNote."""
    text, _ = notes.split(statement)
    match = _TEXT.fullmatch(text)
    if match is None:
        raise BadNote("this does not state that a key takes over")
    root = b64decode(match["root"])
    if len(root) != HASH_SIZE:
        raise BadNote("the root is not a SHA-256 hash")
    is_emergency = match["by"] == BY_NEW_ALONE
    for which in ("new", "old"):
        name, public = notes.read_verifier_key(match[which])
        if name != match["origin"]:
            raise BadNote("a key of another log is named")
        if is_emergency and which == "old":
            continue
        try:
            notes.check_signature(statement, name=name, key=public)
        except BadNote as error:
            raise BadNote(f"the {which} key did not sign it: {error}") from error
    return Takeover(
        match["origin"], int(match["after"]), root, match["old"], match["new"], is_emergency, match["at"]
    )


class Fault(NamedTuple):
    """What is wrong with a statement: its number, 2 for the first, and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """All keys of a ledger: those that took over, in order, and the one that the settings hold."""

    origin: str
    current: Ed25519PublicKey
    statements: tuple[str, ...] = ()
    takeovers: tuple[Takeover, ...] = ()
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, origin: str, current: Ed25519PublicKey, statements: Sequence[str]) -> SigningKeys:
        """From the kept statements, oldest first. What cannot be believed is left out and named in `faults`."""
        found: list[Takeover] = []
        faults = []
        for number, statement in enumerate(statements, start=FIRST):
            try:
                takeover = read(statement)
            except BadNote as error:
                faults.append(Fault(number, str(error)))
                continue
            faults += [Fault(number, why) for why in _breaks(takeover, found[-1] if found else None, origin)]
            found.append(takeover)
        return cls(origin, current, tuple(statements), tuple(found), tuple(faults))

    def for_size(self, size: int) -> Ed25519PublicKey:
        """The one key that may sign a checkpoint of this size."""
        for takeover in reversed(self.takeovers):
            if size > takeover.after:
                return notes.read_verifier_key(takeover.new)[1]
        return notes.read_verifier_key(self.takeovers[0].old)[1] if self.takeovers else self.current

    @property
    def newest(self) -> Ed25519PublicKey:
        """The key that signs now."""
        return notes.read_verifier_key(self.takeovers[-1].new)[1] if self.takeovers else self.current

    def knows(self, key: Ed25519PublicKey) -> bool:
        """Whether this is a key of this ledger, of now or of once."""
        return notes.verifier_key(self.origin, key) in self.all

    @property
    def all(self) -> tuple[str, ...]:
        """Every key that may sign, or once signed, as verifier keys, the oldest first."""
        known = [verifier_key for item in self.takeovers for verifier_key in (item.old, item.new)]
        return tuple(dict.fromkeys(known)) or (notes.verifier_key(self.origin, self.current),)

    def read(self, note: str) -> notes.CheckpointBody:
        """What a checkpoint states, once the key that may sign one of its size did. Raises BadNote."""
        body = notes.read(note)
        try:
            return notes.verify(note, origin=self.origin, key=self.for_size(body.size))
        except BadNote as error:
            other = self._other_signer(note, body)
            if other is None:
                raise
            raise BadNote(other) from error

    def _other_signer(self, note: str, body: notes.CheckpointBody) -> str | None:
        for takeover in self.takeovers if body.origin == self.origin else ():
            if _has_signed(note, takeover.old) and body.size > takeover.after:
                return f"signed by a key that another replaced after {takeover.after} entries"
            if _has_signed(note, takeover.new) and body.size <= takeover.after:
                return f"signed by a key that signs only from {takeover.after + 1} entries on"
        return None


def _has_signed(note: str, verifier_key: str) -> bool:
    name, key = notes.read_verifier_key(verifier_key)
    try:
        notes.check_signature(note, name=name, key=key)
    except BadNote:
        return False
    return True


def _breaks(takeover: Takeover, before: Takeover | None, origin: str) -> Iterator[str]:
    if takeover.origin != origin:
        yield f"it is of another log: {takeover.origin}"
    if before is not None and takeover.old != before.new:
        yield "it replaces a key that was not the one before it"
    if before is not None and takeover.after < before.after:
        yield f"it takes over after {takeover.after} entries, the one before it after {before.after}"

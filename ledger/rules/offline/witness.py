"""A log witness: it signs a checkpoint of a ledger once it is shown that nothing that it saw before was changed.

Run it on a machine that those who run the ledger cannot change. It is this one file; it needs Python 3.11 or newer and
the package `cryptography`, no database and nothing else of Veintrace. It speaks C2SP `tlog-witness` and signs C2SP
`tlog-cosignature`, so it can watch any log that signs C2SP checkpoints with Ed25519.

    python3 witness.py init --folder seen --name witness.example/w1 --log 'veintrace.example/ledger+0a1b2c3d+AY...'
    python3 witness.py serve --folder seen --port 8077       behind a proxy with TLS, or through a tunnel
    python3 witness.py cosign --folder seen request.txt      without a network: a request in a file, the answer printed
    python3 witness.py accept-key --folder seen key.statement   a person decides that another key signs from now on
    python3 witness.py show --folder seen

The folder holds the witness's own key (keep it), what it saw last, and in `evidence` every signed contradiction.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG_KIND, WITNESS_KIND = b"\x01", b"\x04"
MOST_BYTES, MOST_PROOF_LINES = 64 * 1024, 63
LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<blob>[A-Za-z0-9+/]+={0,2})")
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
STATEMENT = re.compile(
    r"(?P<origin>[^\n]+)\nveintrace/signing-key/v1\nafter (?P<after>0|[1-9][0-9]{0,18})\nroot (?P<root>\S{44})\n"
    r"old (?P<old>[^\n]+)\nnew (?P<new>[^\n]+)\nsigned by (?P<by>the old key and the new key|the new key alone[^\n]*)\n"
    r"stated-at [^\n]+\n"
)


class Refused(Exception):
    """Why nothing is signed, with the HTTP status that says so and the body that the protocol wants."""

    def __init__(self, status: int, why: str, body: str | None = None) -> None:
        super().__init__(why)
        self.status, self.body = status, f"{why}\n" if body is None else body
        self.kind = "text/plain; charset=utf-8" if body is None else "text/x.tlog.size"


@dataclass(frozen=True)
class Checkpoint:
    """What a log states, and the signed note in which it does."""

    origin: str
    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class Seen:
    """What was seen last: size, root (base64) and note; and the log's keys, each with the size that it signs after."""

    origin: str
    keys: tuple[tuple[int, str], ...]
    size: int = 0
    root: str = ""
    note: str = ""

    def key_for(self, size: int) -> str:
        """The one key of the log that may sign a checkpoint of this size."""
        return next((key for after, key in reversed(self.keys) if size > after), self.keys[0][1])


def key_id(name: str, public: bytes, kind: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def log_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """The name and the key of a verifier key `name+id+base64` of a log. Raises ValueError."""
    name, id_, blob = text.split("+", 2)
    raw = b64decode(blob, validate=True)
    if raw[:1] != LOG_KIND or len(raw) != 33 or id_ != key_id(name, raw[1:], LOG_KIND).hex():
        raise ValueError("this is not the verifier key of a log")
    return name, Ed25519PublicKey.from_public_bytes(raw[1:])


def split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a signed note, and its signatures as name and bytes. Raises ValueError."""
    text, found, tail = note.rpartition("\n\n")
    lines = [LINE.fullmatch(line) for line in tail.removesuffix("\n").split("\n")]
    is_clean = note.endswith("\n") and not any(char < " " and char != "\n" for char in note)
    if not (found and is_clean and all(lines)):
        raise ValueError("this is not a signed note")
    return text + "\n", [(line["name"], b64decode(line["blob"], validate=True)) for line in lines if line]


def is_signed(note: str, key: str) -> bool:
    """Whether a key of the log signed the note."""
    text, signatures = split(note)
    name, public = log_key(key)
    wanted = key_id(name, public.public_bytes_raw(), LOG_KIND)
    for found, blob in signatures:
        if found == name and blob[:4] == wanted:
            try:
                public.verify(blob[4:], text.encode())
            except InvalidSignature:
                return False
            return True
    return False


def read_checkpoint(note: str) -> Checkpoint:
    """What a note states, its signatures NOT checked. Raises ValueError."""
    lines = split(note)[0].split("\n")
    if len(lines) < 4 or not lines[0] or not NUMBER.fullmatch(lines[1]):
        raise ValueError("this is not a checkpoint")
    root = b64decode(lines[2], validate=True)
    if len(root) != 32:
        raise ValueError("the root is not a SHA-256 hash")
    return Checkpoint(lines[0], int(lines[1]), root, note)


def read_request(data: bytes) -> tuple[int, list[bytes], Checkpoint]:
    """The size that the log thinks we know, the proof from there, and the checkpoint. Raises ValueError."""
    head, found, note = data.decode("utf-8").partition("\n\n")
    first, *proof = head.split("\n")
    word, _, old = first.partition(" ")
    if not found or word != "old" or not NUMBER.fullmatch(old) or len(proof) > MOST_PROOF_LINES:
        raise ValueError("this is not a request to add a checkpoint")
    hashes = [b64decode(line, validate=True) for line in proof]
    if any(len(item) != 32 for item in hashes):
        raise ValueError("a line of the proof is not a SHA-256 hash")
    return int(old), hashes, read_checkpoint(note)


def is_consistent(old: int, old_root: bytes, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Whether the tree of the checkpoint goes on from the old one (RFC 9162, 2.1.4)."""
    if old == 0:
        return not proof
    try:
        return _roots(old, new.size, list(proof), old_root) == (old_root, new.root)
    except ValueError:  # too few hashes, or too many
        return False


def _roots(old: int, new: int, proof: list[bytes], known: bytes) -> tuple[bytes, bytes]:
    """The roots of both trees by the proof; `known`: the smaller's, where the proof need not give it."""
    if old == new:
        (root,) = [known, *proof] if known else proof
        return root, root
    *rest, sibling = proof
    split = 1 << ((new - 1).bit_length() - 1)  # the largest power of two smaller than the size
    if old <= split:
        smaller, larger = _roots(old, split, rest, known)
        return smaller, sha256(b"\x01" + larger + sibling).digest()
    smaller, larger = _roots(old - split, new - split, rest, b"")
    return sha256(b"\x01" + sibling + smaller).digest(), sha256(b"\x01" + sibling + larger).digest()


class Witness:
    """The witness of one log, with its folder. Whatever is signed is on the disk before it is answered."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder, self.clock = folder, clock
        self.name, _, seed = (folder / "witness.key").read_text(encoding="utf-8").strip().partition(" ")
        self.key = Ed25519PrivateKey.from_private_bytes(b64decode(seed))

    @classmethod
    def make(cls, folder: Path, name: str, log: str, seed: bytes) -> Witness:
        """A new witness of a log, with a new key. Raises ValueError or FileExistsError."""
        if not re.fullmatch(r"[^\s+]+", name):
            raise ValueError("the name of a witness holds neither spaces nor plus signs")
        origin, _ = log_key(log)
        folder.mkdir(parents=True, exist_ok=True)
        secret = os.open(folder / "witness.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(secret, "w") as file:
            file.write(f"{name} {b64encode(seed).decode()}\n")
        made = cls(folder)
        made._save(Seen(origin, ((0, log),)))
        return made

    @property
    def verifier_key(self) -> str:
        """What the log puts into LEDGER_WITNESSES, and anybody who checks our signatures needs."""
        public = self.key.public_key().public_bytes_raw()
        id_ = key_id(self.name, public, WITNESS_KIND).hex()
        return f"{self.name}+{id_}+{b64encode(WITNESS_KIND + public).decode()}"

    def seen(self) -> Seen:
        """What was seen last."""
        values = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        return Seen(**{**values, "keys": tuple((after, key) for after, key in values["keys"])})

    def add_checkpoint(self, data: bytes) -> str:
        """Sign the checkpoint of a request and answer with the line. Raises Refused."""
        try:
            old, proof, new = read_request(data)
        except ValueError as error:
            raise Refused(400, str(error)) from error
        with self._alone():
            seen = self.seen()
            self._judge(seen, old, proof, new)
            self._save(replace(seen, size=new.size, root=b64encode(new.root).decode(), note=new.note))
            return self._signature(split(new.note)[0])

    def _judge(self, seen: Seen, old: int, proof: list[bytes], new: Checkpoint) -> None:
        if new.origin != seen.origin:
            raise Refused(404, f"this witness does not know the log {new.origin}")
        if not is_signed(new.note, seen.key_for(new.size)):
            raise Refused(403, "the checkpoint is not signed by the key that may sign one of its size")
        if old > new.size:
            raise Refused(400, "the checkpoint is smaller than the size that the request names")
        known = b64decode(seen.root)
        if seen.root and new.size == seen.size and new.root != known:
            self._keep(seen, new.note, "two signed roots over one size: the log showed two histories")
            raise Refused(409, "SPLIT VIEW: another root was signed over this size", f"{seen.size}\n")
        if old != seen.size:
            raise Refused(409, f"this witness knows {seen.size} entries and not {old}", f"{seen.size}\n")
        if not is_consistent(old, known, new, proof):
            why = f"{new.size} entries that are not shown to go on from the {seen.size} seen before"
            self._keep(seen, new.note, why)
            raise Refused(422, f"NOT CONSISTENT: {why}")

    def rotate_key(self, data: bytes, *, by_person: bool = False) -> str:
        """Let another key of the log sign from the size that its statement names. Raises Refused.

        The old key must have signed that too. Where it could not, a person decides (`accept-key`), and never a request.
        """
        try:
            statement = data.decode("utf-8")
            found = STATEMENT.fullmatch(split(statement)[0])
            stated = found.groupdict() if found else {}
            is_by_both = bool(stated) and stated["by"].endswith("and the new key")
            signers = ("new", "old") if is_by_both else ("new",)
            is_held = bool(stated) and all(is_signed(statement, stated[key]) for key in signers)
        except ValueError as error:
            raise Refused(400, str(error)) from error
        with self._alone():
            seen = self.seen()
            if not is_held or {stated["origin"], stated["new"].split("+")[0]} != {seen.origin}:
                raise Refused(403, "this is no signed statement about a key of the log that is watched here")
            if any(key == stated["new"] for _, key in seen.keys):
                return "known\n"
            self._judge_key(seen, stated, statement, may=is_by_both or by_person)
            self._save(replace(seen, keys=(*seen.keys, (int(stated["after"]), stated["new"]))))
            return "accepted\n"

    def _judge_key(self, seen: Seen, stated: dict[str, str], statement: str, *, may: bool) -> None:
        after, is_same_size = int(stated["after"]), stated["after"] == str(seen.size)
        if stated["old"] != seen.keys[-1][1]:
            raise Refused(403, "it replaces a key that does not sign now")
        if not may:
            raise Refused(403, "the old key did not state this: a person must accept it (accept-key)")
        if after < seen.size or (is_same_size and seen.size and stated["root"] != seen.root):
            self._keep(seen, statement, "a key takes over from another history than the one that was seen")
            raise Refused(403, f"NOT CONSISTENT: it takes over after {after} entries of another history")

    def _signature(self, text: str) -> str:
        at = int(self.clock())
        signed = self.key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        id_ = key_id(self.name, self.key.public_key().public_bytes_raw(), WITNESS_KIND)
        return f"— {self.name} {b64encode(id_ + at.to_bytes(8, 'big') + signed).decode()}\n"

    def _keep(self, seen: Seen, shown: str, why: str) -> None:
        """Keep both sides: each bears the log's own signature. A file for each pair, however often it comes."""
        path = self.folder / "evidence" / f"{sha256((seen.note + shown).encode()).hexdigest()[:32]}.txt"
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            _write(path, f"{why}\n\nseen before:\n\n{seen.note}\nshown now:\n\n{shown}")
        sys.stderr.write(f"LOOK AT THIS: {why}. What was seen and what was shown are kept in {path}\n")

    def _save(self, seen: Seen) -> None:
        _write(self.folder / "state.json", json.dumps(asdict(seen), indent=1, ensure_ascii=False) + "\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One decision at a time, whoever else runs on this folder: between looking and saving nothing may come."""
        with (self.folder / "lock").open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _write(path: Path, text: str) -> None:
    """Replace a file at once: after a crash it is the old one or the new one, and the new one is on the disk."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Door(BaseHTTPRequestHandler):
    """`POST /add-checkpoint` as C2SP tlog-witness says, and `POST /rotate-key` of our own."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Server

    def do_POST(self) -> None:
        """Answer one request."""
        try:
            self._answer(200, self._decide(), "text/plain; charset=utf-8")
        except Refused as refused:
            sys.stderr.write(f"refused ({refused.status}): {refused}\n")
            self._answer(refused.status, refused.body, refused.kind)

    def _decide(self) -> str:
        length, witness = self.headers.get("Content-Length", ""), self.server.witness
        if not NUMBER.fullmatch(length) or int(length) > MOST_BYTES:
            self.close_connection = True
            raise Refused(400, f"a request says its length, {MOST_BYTES} bytes at most")
        data = self.rfile.read(int(length))
        acts = {"/add-checkpoint": witness.add_checkpoint, "/rotate-key": witness.rotate_key}
        if self.path not in acts:
            raise Refused(404, "there is nothing here")
        return acts[self.path](data)

    def _answer(self, status: int, body: str, kind: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Refusals are told where they are decided; the rest needs no line."""


class Server(ThreadingHTTPServer):
    """The door of one witness."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, Door)
        self.witness = witness


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: 0 when it was done, 1 when it was refused, 2 when it could not be tried."""
    parser = argparse.ArgumentParser(description="A log witness for one ledger.")
    parser.add_argument("act", choices=("init", "serve", "cosign", "accept-key", "show"))
    parser.add_argument("file", type=Path, nargs="?", help="the request to cosign; the statement to accept")
    parser.add_argument("--folder", type=Path, required=True, help="where the key and the state are kept")
    parser.add_argument("--name", help="for init: the witness's name, such as witness.example/w1")
    parser.add_argument("--log", help="for init: the verifier key that `manage.py checkpoint --key` prints")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8077)
    chosen = parser.parse_intermixed_args(arguments)
    needed = {"init": (chosen.name, chosen.log), "cosign": (chosen.file,), "accept-key": (chosen.file,)}
    if not all(needed.get(chosen.act, ())):
        parser.error("init needs --name and --log; cosign and accept-key need a file")
    try:
        sys.stdout.write(_act(chosen))
    except Refused as refused:
        sys.stderr.write(f"REFUSED: {refused}\n")
        return 1
    except (OSError, ValueError) as error:
        sys.stderr.write(f"witness: {error}\n")
        return 2
    return 0


def _act(chosen: argparse.Namespace) -> str:
    if chosen.act == "init":
        made = Witness.make(chosen.folder, chosen.name, chosen.log, os.urandom(32))
        return f"{made.verifier_key}\n"
    witness = Witness(chosen.folder)
    if chosen.act == "cosign":
        return witness.add_checkpoint(chosen.file.read_bytes())
    if chosen.act == "accept-key":
        return witness.rotate_key(chosen.file.read_bytes(), by_person=True)
    if chosen.act == "serve":
        with Server((chosen.host, chosen.port), witness) as server:
            sys.stderr.write(f"{witness.verifier_key}\nat http://{chosen.host}:{server.server_port}\n")
            server.serve_forever()
    seen, count = witness.seen(), len(list((chosen.folder / "evidence").glob("*.txt")))
    return f"{witness.verifier_key}\n{seen.size} entries seen, {count} contradictions kept\n\n{seen.note}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)

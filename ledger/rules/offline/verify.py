#!/usr/bin/env python3
"""Checks an auditor's bundle of Veintrace, offline, and says what it proved and what it cannot prove.

    python3 verify.py bundle.zip --key KEY --witness KEY --checkpoint kept.note --json

KEY is a verifier key (`name+id+base64`, C2SP signed-note) or a file that holds some, one a line; it should have come
to you by another way than the bundle. Exit code: 0 when all holds, 1 when something is wrong, 2 when something that was
asked for could not be checked. Needs Python 3.9 or newer and `cryptography`. The format: docs/reference/bundle.md.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import sys
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "veintrace-bundle/1"
MADE, SIGNED, STORED = "audit:bundle:made", "people:signature:made", "ledger:evidence:stored"
LAST = ("manifest.json", "made.json")  # after all other files, which are in the order of their names
LOG, WITNESS = 1, 4  # kinds of keys: Ed25519; Ed25519 cosignature with its time
WHO = {LOG: "log", WITNESS: "witness"}
NAME = re.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")  # no way out of a folder
STATEMENT = re.compile(
    "(.+)\nveintrace/signing-key/v1\nafter (0|[1-9][0-9]*)\nroot (.+)\nold (\\1[+].+)\nnew (\\1[+].+)\n"
    "signed by (?:the old key and the new key|(the new key alone).*)\nstated-at .+"
)
FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error)
Keys = dict[tuple[str, bytes], bytes]
CAME = "The key came with the bundle: compare it with one from another source, or give that with"
CANNOT = (
    "Whether what was recorded is what happened: a proof is about records.",
    "Whether more was recorded than is here: only the streams above are whole, up to their last numbers above.",
    "Whether the log shows others another history: compare a checkpoint that you or a witness kept (--checkpoint).",
    "Personal data: names, identifiers of hospitals and raw scans lie in a vault and are not here, only digests.",
)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_by(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root of a tree of this size that has the leaf at this index, by its inclusion proof (RFC 9162, 2.1.3)."""
    if type(index) is not int or not 0 <= index < size or (size == 1 and proof):
        raise ValueError("the proof is not of this place")
    if size == 1:
        return leaf
    *rest, sibling = proof
    split = 1 << ((size - 1).bit_length() - 1)  # the largest power of two smaller than the size
    if index < split:
        return node_hash(root_by(leaf, index, split, rest), sibling)
    return node_hash(sibling, root_by(leaf, index - split, size - split, rest))


def roots_by(old: int, new: int, proof: list[bytes], known: bytes) -> tuple[bytes, bytes]:
    """The roots of both trees by a consistency proof (2.1.4); `known`: the smaller's, where it need not give it."""
    if not 0 < old <= new:
        raise ValueError("no proof leads from a larger tree to a smaller")
    if old == new:
        (root,) = [known, *proof] if known else proof
        return root, root
    *rest, sibling = proof
    split = 1 << ((new - 1).bit_length() - 1)
    if old <= split:
        smaller, larger = roots_by(old, split, rest, known)
        return smaller, node_hash(larger, sibling)
    smaller, larger = roots_by(old - split, new - split, rest, b"")
    return node_hash(sibling, smaller), node_hash(sibling, larger)


def hashes(texts: list[str]) -> list[bytes]:
    if not all(re.fullmatch("[0-9a-f]{64}", text) for text in texts):
        raise ValueError("a hash is not 64 hexadecimal digits")
    return [bytes.fromhex(text) for text in texts]


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def read_json(data: bytes) -> Any:
    """JSON in its one canonical form with one line feed, so that no byte can be another and mean the same."""
    value = json.loads(data)
    if (canonical(value) + "\n").encode() != data:
        raise ValueError("it is not canonical JSON")
    return value


def read_lines(data: bytes) -> list[Any]:
    return [read_json(line) for line in data.splitlines(keepends=True)]


def read_base64(text: str) -> bytes:
    data = b64decode(text, validate=True)
    if b64encode(data).decode() != text:
        raise ValueError("it is not canonical base64")
    return data


def unpacked(data: bytes) -> list[tuple[str, bytes]]:
    """The files of an archive, read from its beginning."""
    files, at = [], 0
    while data[at : at + 4] == b"PK\x03\x04":
        size, _, name, extra = struct.unpack_from("<IIHH", data, at + 18)
        start = at + 30 + name + extra
        files.append((data[at + 30 : at + 30 + name].decode("latin-1"), data[start : start + size]))
        at = start + size
    return files


def packed(files: list[tuple[str, bytes]]) -> bytes:
    """The archive of these files: stored, of 1 January 1980, no comments, no extra fields, nothing between."""
    body, directory = bytearray(), bytearray()
    for name, data in files:
        about = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, zlib.crc32(data), *[len(data)] * 2, len(name), 0)
        place = struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body)) + name.encode("latin-1")
        directory += b"PK\x01\x02\x14\x03" + about + place
        body += b"PK\x03\x04" + about + name.encode("latin-1") + data
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return b"".join([body, directory, b"PK\x05\x06", end])


def read_keys(texts: list[str], kind: int) -> Keys:
    """Verifier keys (`name+id+base64`) of one kind by name and id, each with its kind before it."""
    found = {}
    for text in texts:
        name, number, base64 = [*text.split("+", 2), "", ""][:3]
        key = read_base64(base64)
        digest = sha256(name.encode() + b"\n" + key).hexdigest()
        if digest[:8] != number or len(key) != 33 or key[0] != kind:
            raise ValueError(f"{text!r} is not the verifier key of a {WHO[kind]}")
        found[(name, bytes.fromhex(number))] = key
    return found


def is_of(header: Any, selects: Any) -> bool:
    """Whether an entry is one of those that the bundle says it chose."""
    streams = [one for one in selects["streams"] if one["name"] == header["stream"]]
    is_in_stream = any(one["first"] <= header["seq"] <= one["last"] for one in streams)
    if is_in_stream or any(subject in selects["subjects"] for subject in header["subjects"]):
        return True
    is_at_site = selects["site"] != "" and header["site"] == selects["site"]
    return is_at_site and bool(selects["since"] <= header["occurred_at"] < selects["until"])


def named(header: Any) -> str:
    return f"entry {header['id']} ({header['event']}, number {header['seq']} of {header['stream']})"


class Check:
    """One check of one bundle: what it proved, what is wrong and where, what was not to be checked or proved."""

    def __init__(self, data: bytes, keys: list[str], witnesses: list[str], kept: list[str]) -> None:
        self.data, self.given, self.witnesses, self.kept = data, keys, witnesses, kept
        self.wrong: list[tuple[str, str]] = []
        self.proved, self.unchecked, self.unproven = list[str](), list[str](), list[str]()
        self.files, self.keys = dict[str, bytes](), Keys()
        self.turns: list[tuple[int, str, bytes]] = []  # after which size, and its root, which key signs
        self.chain: list[tuple[int, bytes]] = []  # size and root of each checkpoint
        self.entries: list[tuple[Any, Any]] = []  # header and body

    def run(self) -> Check:
        steps = {
            "the archive": self.archive,
            "manifest.json": self.manifest,
            "the keys": self.read_keys,
            "checkpoints.jsonl": self.checkpoints,
            "entries.jsonl": self.read_entries,
            "streams": self.streams,
            "evidence": self.evidence,
            "signatures.jsonl": self.signatures,
            "made.json": self.making,
            "the checkpoint that you kept": self.compare,
        }
        for where, step in steps.items():
            before = len(self.wrong)
            try:
                proved = list(step())
            except FAULTS as error:
                why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
                self.fault(where, f"this cannot be read: {why}")
            if len(self.wrong) == before:
                self.proved += proved
        self.unproven += CANNOT
        return self

    def fault(self, where: str, what: str) -> None:
        self.wrong.append((where, what))

    def exit_code(self) -> int:
        return 1 if self.wrong else 2 if self.unchecked else 0

    def archive(self) -> Iterator[str]:
        files = unpacked(self.data)
        self.files, names = dict(files), [name for name, _ in files]
        if names != [*sorted(set(names) - set(LAST)), *LAST]:
            self.fault("the archive", "its files are not each once in the order of their names")
        for name in (name for name in names if not NAME.fullmatch(name)):
            self.fault("the archive", f"{name!r} is no name of a file in a bundle")
        same = packed(files)
        if same != self.data:
            at = next(n for n in range(len(same) + 1) if same[n : n + 1] != self.data[n : n + 1])
            self.fault("the archive", f"from byte {at} on it is not what an archive of its files is")
        yield f"The archive of {len(self.data)} bytes is, byte for byte, the one archive of its {len(files)} files."

    def manifest(self) -> Iterator[str]:
        manifest = read_json(self.files["manifest.json"])
        listed = {one["name"]: (one["size"], one["sha256"]) for one in manifest["files"]}
        if manifest["format"] != FORMAT or len(listed) != len(manifest["files"]):
            self.fault("manifest.json", f"it lists a file twice, or is not of the format {FORMAT}")
        there = {name: (len(data), sha256(data).hexdigest()) for name, data in self.files.items()}
        for name in sorted({*listed} | {*there} - {*LAST}):
            if name not in there:
                self.fault(name, "the manifest lists it, and it is not in the archive")
            elif name not in listed:
                self.fault(name, "it is in the archive, and the manifest does not list it")
            elif there[name] != listed[name]:
                self.fault(name, "it is not the file that the manifest lists: size or SHA-256 differ")
        yield f"The manifest lists exactly the {len(listed)} other files, by name, size and SHA-256."

    def read_keys(self) -> Iterator[str]:
        own = read_json(self.files["keys.json"])
        self.keys = read_keys(self.given or own["log"], LOG)
        self.keys |= read_keys(self.witnesses or own["witnesses"], WITNESS)
        log, witnesses = [] if self.given else own["log"], [] if self.witnesses else own["witnesses"]
        for text in log:
            raw = sha256(read_base64(text.split("+", 2)[2])[1:]).hexdigest()
            self.unproven.append(f"WHO SIGNED. {CAME} --key: {text} (SHA-256 {raw})")
        self.unproven += [f"WHO WITNESSED. {CAME} --witness: {text}" for text in witnesses]
        yield f"Signatures are checked with {'keys that you gave' if self.given else 'the keys in the bundle'}."
        yield from self.statements(own.get("statements", []))

    def statements(self, statements: list[str]) -> Iterator[str]:
        """Which key of the log signs after which size: where one took over, the old key and it stated that."""
        for number, statement in enumerate(statements, 2):
            where, (text, _, lines) = f"the statement of key {number}", statement.rpartition("\n\n")
            if not (said := STATEMENT.fullmatch(text)):
                raise ValueError(f"{where} does not state that a key of a log takes over")
            _, after, root, *both, alone = said.groups()
            keys = read_keys(both, LOG)
            old, new = (id.hex() for _, id in keys)
            signed = {self.signer(line, text + "\n", where, keys)[1] for line in lines.split("\n")[:-1]}
            if not ({new} if alone else {old, new}) <= signed:
                self.fault(where, "the keys that must sign that one takes over did not")
            self.turns = self.turns or [(0, old, b"")]
            if self.turns[-1][1] != old or self.turns[-1][0] > int(after):
                self.fault(where, "it does not follow on the one before it")
            self.turns.append((int(after), new, read_base64(root)))
            yield f"After {after} entries the key {new} took over from {old}."
            if alone:
                self.unproven.append(f"WHO REPLACED THE KEY {old}. It did not state that {new} took over.")
        log = [id.hex() for (_, id), key in self.keys.items() if key[0] == LOG]
        self.turns = self.turns or [(0, id, b"") for id in log[:1]]
        for id in sorted({*log} - {id for _, id, _ in self.turns}):
            self.fault("keys.json", f"nothing here states after how many entries the key {id} signs")

    def note(self, note: str, where: str) -> tuple[int, bytes, list[str]]:
        """Size and root that a checkpoint states, and who signed it: "log", "witness" or the name of a stranger."""
        text, _, lines = note.rpartition("\n\n")
        origin, size, root = [*text.split("\n"), "", ""][:3]
        is_sized = re.fullmatch("0|[1-9][0-9]*", size) and len(read_base64(root)) == 32
        if not is_sized or not lines.endswith("\n"):
            raise ValueError(f"{where} is not a signed checkpoint")
        found = [self.signer(line, text + "\n", where, self.keys) for line in lines[:-1].split("\n")]
        signed = {id for who, id in found if who == f"log {origin}"}
        after, turn, _ = [one for one in self.turns if one[0] < max(int(size), 1)][-1]
        if not signed:
            self.fault(where, f"no key of {origin} that counts here has signed it")
        elif turn not in signed:
            self.fault(where, f"{size} entries are not this key's: after {after} the key {turn} signs")
        return int(size), read_base64(root), [who for who, _ in found]

    def signer(self, line: str, text: str, where: str, keys: Keys) -> tuple[str, str]:
        """Whose signature a line is, and the id of the key."""
        dash, name, base64 = line.split(" ")
        blob, key = read_base64(base64), keys.get((name, read_base64(base64)[:4]), b"\x00")
        if dash != "\N{EM DASH}" or key[0] not in WHO:
            return f"stranger {name}", ""
        start, head = 4, b""
        if key[0] == WITNESS:
            start, head = 12, b"cosignature/v1\ntime %d\n" % int.from_bytes(blob[4:12], "big")
        try:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[start:], head + text.encode())
        except InvalidSignature:
            self.fault(where, f"the signature of {name} does not hold")
            return f"nobody {name}", ""
        return f"{WHO[key[0]]} {name}", blob[:4].hex()

    def continues(self, tree: tuple[int, bytes], proof: list[str]) -> None:
        old, where = self.chain[-1], f"checkpoint of {tree[0]} entries"
        if roots_by(old[0], tree[0], hashes(proof), old[1]) != (old[1], tree[1]):
            self.fault(where, f"it is not proved to continue the checkpoint of {old[0]} entries")

    def checkpoints(self) -> Iterator[str]:
        proof, signed = list[str](), dict[str, list[int]]()
        for number, one in enumerate(read_lines(self.files["checkpoints.jsonl"]), 1):
            size, root, signers = self.note(one["note"], f"checkpoint {number} of checkpoints.jsonl")
            if self.chain:
                self.continues((size, root), proof)
            self.chain, proof = [*self.chain, (size, root)], one["proof"]
            for who in {who for who in signers if who.startswith("witness ")}:
                signed.setdefault(who, []).append(size)
            self.unproven += [f"Who the {who} is ({size} entries)." for who in signers if "stranger " in who]
        yield f"{len(self.chain)} checkpoints, up to {self.chain[-1][0]} entries, are signed; each continues the last."
        for who, at in sorted(signed.items()):
            yield f"The log {who} signed {len(at)} of these checkpoints, the last of {at[-1]} entries."
        silent = {f"witness {name}" for name, _ in read_keys(self.witnesses, WITNESS)} - {*signed}
        self.unchecked += [f"The {who} signed no checkpoint that is here." for who in sorted(silent)]

    def entry(self, line: Any, tree: tuple[int, bytes]) -> tuple[Any, Any]:
        """Header and body of an entry, whose bytes give its leaf, which is in the tree."""
        header, body = json.loads(line["header"]), json.loads(line["body"])
        if len(line) != 4 or line != {**line, "header": canonical(header), "body": canonical(body)}:
            self.fault(named(header), "it is not written canonically")
        if sha256(line["body"].encode()).hexdigest() != header["body"]:
            self.fault(named(header), "its body is not the one whose SHA-256 its header names")
        leaf = sha256(b"\x00" + line["header"].encode()).digest()
        try:
            root = root_by(leaf, line["leaf"], tree[0], hashes(line["proof"]))
        except ValueError:
            root = b""
        if root != tree[1]:
            self.fault(named(header), f"it is not proved to be in the tree of {tree[0]} entries")
        return header, body

    def read_entries(self) -> Iterator[str]:
        lines = read_lines(self.files["entries.jsonl"])
        selects = read_json(self.files["about.json"])["selects"]
        self.entries = [self.entry(line, self.chain[-1]) for line in lines]
        places = [line["leaf"] for line in lines]
        if places != sorted(set(places)):
            self.fault("entries.jsonl", "its entries are not each once in the order of their leaves")
        for header in (header for header, _ in self.entries if not is_of(header, selects)):
            self.fault(named(header), "it does not concern what the bundle is about")
        yield f"{len(lines)} entries are, as shown, in the tree under the checkpoint of {self.chain[-1][0]} entries."

    def streams(self) -> Iterator[str]:
        for one in read_json(self.files["about.json"])["selects"]["streams"]:
            where, first, last = f"stream {one['name']}", one["first"], one["last"]
            there = Counter(header["seq"] for header, _ in self.entries if header["stream"] == one["name"])
            most = min(last, first + len(there))  # one up to there is missing, if any is
            faulty = [number for number in range(first, most + 1) if there[number] != 1][:20]
            if faulty or first > last:
                self.fault(where, f"claimed whole from {first} to {last}; not there, or not once: {faulty}")
            yield f"Stream {one['name']} is whole from number {first} to {last}."

    def evidence(self) -> Iterator[str]:
        stored = [body["facts"] for header, body in self.entries if header["event"] == STORED]
        recorded = {f"evidence/{facts['sha256']}": facts["size"] for facts in stored}
        shown = {name: data for name, data in self.files.items() if name.startswith("evidence/")}
        for name, data in shown.items():
            if name != f"evidence/{sha256(data).hexdigest()}" or recorded.get(name) != len(data):
                self.fault(name, "no entry here recorded a file of these bytes under this name")
        yield f"{len(shown)} files of evidence are, byte for byte, the ones that entries recorded."
        if absent := sorted({*recorded} - {*shown}):
            self.unproven.append(f"Files of evidence that are recorded and not here: {', '.join(absent)}.")

    def signatures(self) -> Iterator[str]:
        given = {one["entry"]: one["record"] for one in read_lines(self.files["signatures.jsonl"])}
        valid, unseen = 0, 0
        for header, body in (one for one in self.entries if one[0]["event"] == SIGNED):
            kind, key, digest = body["facts"]["record"]
            record = given.pop(header["uuid"], None)
            shown = sha256(self.files[record]).hexdigest() if record in self.files else None
            unseen, valid = unseen + (record == ""), valid + (shown == digest)
            if record != "" and shown != digest:
                what = f"INVALID: {record} is not the record that was signed"
                self.fault(f"signature by {header['actor_name']} over {kind} {key}, {named(header)}", what)
        self.wrong += [(f"signature {uuid}", "INVALID: no entry here is this signature") for uuid in given]
        yield f"Electronic signatures over the very bytes of records that are here: {valid}."
        if unseen:
            self.unproven.append(f"What {unseen} of the signatures were made over: only digests are here.")

    def making(self) -> Iterator[str]:
        """The making of the bundle is an entry: so the manifest, and by it each file, is under a checkpoint."""
        making = read_json(self.files["made.json"])
        size, root, signers = self.note(making["checkpoint"], "the checkpoint in made.json")
        if sorted(making) != ["checkpoint", "consistency", "entry"] or len(signers) != 1:
            self.fault("made.json", "it holds more than an entry, a signed checkpoint and a proof")
        header, body = self.entry(making["entry"], (size, root))
        recorded = (header["event"], body["facts"]["manifest"])
        if recorded != (MADE, sha256(self.files["manifest.json"]).hexdigest()):
            self.fault("manifest.json", "its SHA-256 is not the one recorded when the bundle was made")
        self.continues((size, root), making["consistency"])
        self.chain.append((size, root))
        yield f"All files are as {named(header)} recorded them at {header['recorded_at']}, in a log of {size} entries."

    def compare(self) -> Iterator[str]:
        """What others hold against it: checkpoints that were kept, and the roots in the statements of keys."""
        known = dict(self.chain)
        for size, _, root in (turn for turn in self.turns if turn[0]):
            if size not in known:
                self.unproven.append(f"WHAT THE KEY AFTER {size} TOOK OVER. That checkpoint is not here.")
            elif known[size] != root:
                self.fault(f"the key after {size} entries", "it took over a log of another root there")
        for note in self.kept:
            size, root, _ = self.note(note, "the checkpoint that you kept")
            if size not in known:
                self.unchecked.append(f"Your checkpoint of {size}: ask for a bundle with this checkpoint.")
            elif known[size] != root:
                self.fault(f"your checkpoint of {size} entries", "the bundle's log has another root there")
            else:
                yield f"The log agrees with your checkpoint of {size} entries."


def report(check: Check) -> str:
    word = ["EVERYTHING HOLDS", "SOMETHING IS WRONG", "NOT EVERYTHING COULD BE CHECKED"][check.exit_code()]
    parts = {
        "WRONG": [f"{where}: {what}" for where, what in check.wrong],
        "Could not be checked": check.unchecked,
        "Proved, as far as nothing above is wrong" if check.wrong else "Proved": check.proved,
        "Not proved, and not to be proved by a bundle": check.unproven,
    }
    escaped = {title: [repr(line)[1:-1] for line in lines] for title, lines in parts.items() if lines}
    blocks = ["\n  - ".join([title, *lines]) for title, lines in escaped.items()]
    return "\n\n".join([word, *blocks]) + "\n"


def lines_of(given: list[str]) -> list[str]:
    """What was given, or the lines of the files that were."""
    texts = [Path(one).read_text(encoding="utf-8") if Path(one).is_file() else one for one in given]
    if not all(text.strip() for text in texts):
        raise OSError(f"of these one holds no key: {', '.join(given)}")
    return [line.strip() for text in texts for line in text.split("\n") if line.strip()]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description="Checks an auditor's bundle, offline.")
    parser.add_argument("bundle")
    more: Any = {"action": "append", "default": []}
    parser.add_argument("--key", **more, help="verifier key of the log, or a file of keys")
    parser.add_argument("--witness", **more, help="verifier key of a witness, or a file of keys")
    parser.add_argument("--checkpoint", **more, help="a file with a checkpoint that you kept")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args(arguments)
    try:
        data = Path(chosen.bundle).read_bytes()
        kept = [Path(one).read_text(encoding="utf-8") for one in chosen.checkpoint]
        check = Check(data, lines_of(chosen.key), lines_of(chosen.witness), kept).run()
    except (OSError, UnicodeError) as error:
        parser.error(str(error))
    told = {"exit_code": check.exit_code(), "unchecked": check.unchecked, "proved": check.proved}
    told |= {"wrong": [{"where": at, "what": it} for at, it in check.wrong], "not_proved": check.unproven}
    text = json.dumps(told, indent=2) + "\n" if chosen.json else report(check)
    sys.stdout.buffer.write(text.encode(sys.stdout.encoding, "backslashreplace"))
    return check.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The vectors that docs/reference/bundle.md publishes for whoever writes a verifier: ours comes to the same bytes."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.rules import Subject, bundles, notes
from ledger.rules.merkle import leaf_hash, root_of
from tests.ledger.rules import reference_tree
from tests.ledger.rules.bundle_given import an_entry
from tests.ledger.rules.proofs_given import consistency_proof, inclusion_proof

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "bundle.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Test vectors")[2]
HASHES, CHECKPOINT = re.findall(r"^```\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
BODY, HEADER = (re.findall(rf"^{name} +(.+)$", HASHES, re.MULTILINE)[0] for name in ("body", "header"))
DATA = [HEADER.encode(), b"two", b"three"]
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LOG, KEY = "hospital.example/ledger", Ed25519PrivateKey.from_private_bytes(b"\x31" * 32)


def hex_of(name: str) -> str:
    """The hash that stands behind a name."""
    (found,) = re.findall(rf"^{re.escape(name)} +([0-9a-f]{{64}})$", HASHES, re.MULTILINE)
    return str(found)


def test_an_entry_is_written_and_hashed_as_published() -> None:
    content = {"facts": {"unit": "Cel", "temperature": "-180.5"}, "changes": []}
    entry = an_entry(0, stream="journey:CHA1", seq=1, event="coi:scan:accepted", content=content)
    assert entry.body.decode() == BODY
    assert sha256(entry.body).hexdigest() == hex_of("SHA-256")
    assert entry.header([Subject("order", "CHA1")]).decode() == HEADER
    assert sha256(b"\x00" + HEADER.encode()).hexdigest() == hex_of("leaf 0")


def test_the_tree_and_its_proofs_are_those_published() -> None:
    leaves = [leaf_hash(item) for item in DATA]
    names = ("leaf 0", 'leaf 1, of the bytes "two"', 'leaf 2, of the bytes "three"')
    assert [leaf.hex() for leaf in leaves] == [hex_of(name) for name in names]
    for name, size in (("root of leaves 0 and 1", 2), ("root of all three", 3)):
        assert root_of(leaves[:size]).hex() == reference_tree.mth(DATA[:size]).hex() == hex_of(name)
    assert "inclusion of leaf 0 in three  leaf 1, leaf 2\n" in HASHES
    assert inclusion_proof(0, leaves) == [leaves[1], leaves[2]]
    assert "consistency of two and three  leaf 2\n" in HASHES
    assert consistency_proof(2, leaves) == [leaves[2]]


def test_the_checkpoint_and_the_key_are_those_published() -> None:
    root = bytes.fromhex(hex_of("root of all three"))
    note = notes.sign(origin=LOG, size=3, root=root, signed_at=AT, key=KEY)
    assert f"{note}\n{notes.verifier_key(LOG, KEY.public_key())}\n" == CHECKPOINT


def test_the_archive_has_the_size_and_the_digests_that_are_published() -> None:
    files = {"README.txt": b"x\n"}
    manifest = bundles.manifest(files)
    archive = bundles.archive(files, manifest=manifest, making=b"{}\n")
    said = re.sub(r"\s+", " ", SECTION.rpartition("```")[2])
    assert f"has {len(archive)} bytes and the SHA-256 `{sha256(archive).hexdigest()}`" in said
    assert f"its manifest has the SHA-256 `{sha256(manifest).hexdigest()}`" in said

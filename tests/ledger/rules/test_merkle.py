"""The tree against a naive one written from the definition in RFC 6962, section 2.1."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.merkle import EMPTY_ROOT, Peaks, leaf_hash, root_of
from tests.ledger.rules.proofs_given import has_leaf, inclusion_proof


def naive_root(data: list[bytes]) -> bytes:
    """MTH(D[n]) word for word: no peaks, no incremental step."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    split = 1
    while split * 2 < len(data):
        split *= 2
    return sha256(b"\x01" + naive_root(data[:split]) + naive_root(data[split:])).digest()


# Inputs and roots that every implementation of Certificate Transparency tests itself with.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    leaves = [leaf_hash(item) for item in INPUTS[:size]]
    assert root_of(leaves).hex() == ROOTS[size - 1]
    assert naive_root(INPUTS[:size]).hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    assert Peaks().root() == EMPTY_ROOT == naive_root([])


@given(st.lists(st.binary(max_size=8), max_size=70), st.integers(0, 70))
def test_growing_in_two_steps_gives_the_definition(data: list[bytes], cut: int) -> None:
    leaves = [leaf_hash(item) for item in data]
    first = Peaks().extended(leaves[:cut])
    kept = Peaks.from_bytes(first.size, first.to_bytes())
    assert kept == first
    whole = kept.extended(leaves[cut:])
    assert whole.size == len(data)
    assert whole.root() == naive_root(data)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_proof_holds_for_its_leaf_and_no_other(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [leaf_hash(item) for item in data]
    index = draw.draw(st.integers(0, len(leaves) - 1))
    proof, root = inclusion_proof(index, leaves), root_of(leaves)
    size, leaf = len(leaves), leaves[index]
    assert has_leaf(leaf, index, size, proof, root)
    other = leaf_hash(data[index] + b"!")
    assert not has_leaf(other, index, size, proof, root)
    if proof:
        assert not has_leaf(leaf, index, size, proof[:-1], root)
    assert not has_leaf(leaf, index, size, [*proof, other], root)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_proof_of_no_leaf(index: int) -> None:
    leaves = [leaf_hash(item) for item in INPUTS[:3]]
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(index, leaves)
    assert not has_leaf(leaves[0], index, 3, [], root_of(leaves))


@pytest.mark.parametrize(
    ("size", "data"),
    [(1, b""), (2, b"x" * 64), (3, b"x" * 32), (1, b"x" * 31), (0, b"x" * 32), (-1, b"")],
)
def test_peaks_that_cannot_be(size: int, data: bytes) -> None:
    with pytest.raises(ValueError, match="peaks"):
        Peaks.from_bytes(size, data)


def test_a_peak_has_the_length_of_a_hash() -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Peaks(1, (b"short",))

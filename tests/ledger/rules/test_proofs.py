"""Proofs: against a second implementation, against published vectors, from leaves and from kept tiles alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.merkle import Peaks, consistency_ranges, inclusion_ranges, leaf_hash, root_of
from ledger.rules.offline import verify
from ledger.rules.tiles import TILE, TileId, Tiles, perfect, tiles_of
from tests.ledger.rules import reference_tree
from tests.ledger.rules.proofs_given import consistency_proof, continues, inclusion_proof
from tests.ledger.rules.test_merkle import INPUTS, ROOTS

# The proofs with which implementations of Certificate Transparency test themselves, over the same eight inputs.
PATHS = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LINKS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
DATA = [str(number).encode() for number in range(2 * TILE + 40)]
LEAVES = [leaf_hash(item) for item in DATA]


def hexes(hashes: list[bytes]) -> list[str]:
    """As vectors are written."""
    return [item.hex() for item in hashes]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_published_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    leaves = [leaf_hash(item) for item in INPUTS[:size]]
    assert hexes(inclusion_proof(index, leaves)) == hexes(reference_tree.path(index, INPUTS[:size])) == path
    proof, root = [bytes.fromhex(item) for item in path], bytes.fromhex(ROOTS[size - 1])
    assert verify.root_by(leaves[index], index, size, proof) == root


@pytest.mark.parametrize(("first", "second", "path"), LINKS)
def test_published_consistency_proofs(first: int, second: int, path: list[str]) -> None:
    data = INPUTS[:second]
    assert hexes(consistency_proof(first, [leaf_hash(item) for item in data])) == path
    assert hexes(reference_tree.proof(first, data)) == path
    proof = [bytes.fromhex(item) for item in path]
    old, new = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    assert verify.roots_by(first, second, proof, old) == (old, new)


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=80), st.data())
def test_both_implementations_and_the_verifier_agree(data: list[bytes], draw: st.DataObject) -> None:
    size = len(data)
    index, first = draw.draw(st.integers(0, size - 1)), draw.draw(st.integers(1, size))
    leaves, root = [leaf_hash(item) for item in data], reference_tree.mth(data)
    assert root_of(leaves) == root
    path = reference_tree.path(index, data)
    assert inclusion_proof(index, leaves) == path
    assert verify.root_by(leaves[index], index, size, path) == root
    old, link = reference_tree.mth(data[:first]), reference_tree.proof(first, data)
    assert consistency_proof(first, leaves) == link
    assert verify.roots_by(first, size, link, old) == (old, root)


@given(st.integers(2, 60), st.data())
def test_no_other_proof_holds(size: int, draw: st.DataObject) -> None:
    first = draw.draw(st.integers(1, size - 1))
    proof, other = consistency_proof(first, LEAVES[:size]), leaf_hash(b"other")
    old, new = root_of(LEAVES[:first]), root_of(LEAVES[:size])

    def holds(proof: list[bytes], old: bytes = old, new: bytes = new, first: int = first) -> bool:
        return continues(first, size, proof, (old, new))

    place = draw.draw(st.integers(0, len(proof) - 1))
    assert holds(proof)
    assert not holds([*proof[:place], other, *proof[place + 1 :]])
    assert not holds(proof[:-1])
    assert not holds([*proof, other])
    assert not holds(proof, old=other)
    assert not holds(proof, new=other)
    assert not holds(proof, first=0)
    assert not holds(proof, first=size + 1)


def test_trees_that_are_the_same_need_no_proof() -> None:
    root = root_of(LEAVES[:5])
    assert continues(5, 5, [], (root, root))
    assert not continues(5, 5, [root], (root, root))
    assert not continues(5, 5, [], (root, LEAVES[0]))
    assert not continues(3, 5, [], (root, root))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 3)])
def test_no_proof_leads_from_nothing_or_backwards(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="begin another"):
        consistency_ranges(first, second)


# -- tiles ------------------------------------------------------------------------------------------------------------


def kept(size: int) -> dict[TileId, list[bytes]]:
    """What the database keeps of a tree: leaves, and the roots of full tiles, as they came to be in portions."""
    tiles: dict[TileId, list[bytes]] = {}
    peaks = Peaks()
    for start in range(0, size, 100):
        peaks, nodes = peaks.grown(LEAVES[start : min(size, start + 100)])
        for node in nodes:
            tiles.setdefault(TileId(node.level, node.index // TILE), []).append(node.hash)
    for number in range(0, size, TILE):
        tiles[TileId(0, number // TILE)] = LEAVES[number : min(size, number + TILE)]
    assert peaks.root() == root_of(LEAVES[:size])
    return tiles


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300, 511, 512, 513, 550])
def test_proofs_from_tiles_are_those_from_all_leaves(size: int) -> None:
    tiles = kept(size)
    for place in {0, 1, size // 3, size // 2, size - 2, size - 1, 255, 256} & set(range(size)):
        wanted = inclusion_ranges(place, size)
        read = Tiles({tile: tiles[tile] for tile in tiles_of(wanted)})
        assert [read.root(*one) for one in wanted] == inclusion_proof(place, LEAVES[:size])
        wanted = consistency_ranges(place + 1, size)
        read = Tiles({tile: tiles[tile] for tile in tiles_of(wanted)})
        assert [read.root(*one) for one in wanted] == consistency_proof(place + 1, LEAVES[:size])


def test_a_node_stands_for_its_leaves_at_every_level() -> None:
    _, nodes = Peaks().grown(LEAVES[:1] * (TILE * TILE))
    level = LEAVES[0]
    for _ in range(8):
        level = verify.node_hash(level, level)
    assert {(node.level, node.index) for node in nodes} == {*((1, n) for n in range(TILE)), (2, 0)}
    assert {node.hash for node in nodes if node.level == 1} == {level}
    assert next(node.hash for node in nodes if node.level == 2) == root_of([level] * TILE)


def test_a_proof_in_a_ledger_of_a_million_reads_few_tiles() -> None:
    assert len(tiles_of(inclusion_ranges(123_456, 1_000_000))) <= 8
    assert len(tiles_of(consistency_ranges(123_456, 1_000_000))) <= 8


def test_ranges_that_no_tree_has() -> None:
    assert perfect(4, 7) == [(1, 2), (0, 6)]
    with pytest.raises(ValueError, match="no subtree"):
        perfect(1, 3)

"""Proofs from the hashes of all leaves: what a proof that was read from kept tiles is held against."""

from collections.abc import Sequence

from ledger.rules.merkle import consistency_ranges, inclusion_ranges, root_of
from ledger.rules.offline import verify


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path from leaf `index` to the root, lowest sibling first."""
    return [root_of(leaves[start:end]) for start, end in inclusion_ranges(index, len(leaves))]


def consistency_proof(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that the tree of the first `first` leaves begins the tree of all."""
    return [root_of(leaves[start:end]) for start, end in consistency_ranges(first, len(leaves))]


def has_leaf(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Whether the verifier of a bundle takes the proof."""
    try:
        return verify.root_by(leaf, index, size, proof) == root
    except ValueError:
        return False


def continues(first: int, second: int, proof: list[bytes], roots: tuple[bytes, bytes]) -> bool:
    """Whether the verifier of a bundle takes the larger tree as one that the smaller begins."""
    try:
        return verify.roots_by(first, second, proof, roots[0]) == roots
    except ValueError:
        return False

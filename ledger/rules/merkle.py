"""The Merkle tree of RFC 6962 / RFC 9162 as arithmetic on hashes.

A tree of n leaves is kept as its *peaks*: the roots of the perfect subtrees that the binary form of n names,
largest first. Adding a leaf needs the peaks alone, so that sealing costs the same at ten entries and at ten
million.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf. The prefix keeps a leaf from ever being taken for an inner node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Peaks:
    """A tree of `size` leaves as the hashes of its perfect subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"{len(self.hashes)} peaks cannot stand for {self.size} leaves")
        if any(len(item) != HASH_SIZE for item in self.hashes):
            raise ValueError("a peak is not a SHA-256 hash")

    def extended(self, leaves: Iterable[bytes]) -> Peaks:
        """The tree after the leaf hashes were added at its right edge."""
        size, stack = self.size, list(self.hashes)
        for leaf in leaves:
            stack.append(leaf)
            carry = size
            while carry & 1:
                right = stack.pop()
                stack.append(node_hash(stack.pop(), right))
                carry >>= 1
            size += 1
        return Peaks(size, tuple(stack))

    def root(self) -> bytes:
        """The root hash (RFC 9162: MTH), the empty tree's included."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for peak in reversed(self.hashes[:-1]):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """The peaks one after another, as a checkpoint keeps them."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Peaks:
        """The peaks that a checkpoint keeps. Raises ValueError when they cannot be those of `size` leaves."""
        if len(data) % HASH_SIZE:
            raise ValueError("the peaks are not whole hashes")
        return cls(size, tuple(data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root hash over leaf hashes."""
    return Peaks().extended(leaves).root()


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path from leaf `index` to the root, lowest sibling first."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*inclusion_proof(index, leaves[:split]), root_of(leaves[split:])]
    return [*inclusion_proof(index - split, leaves[split:]), root_of(leaves[:split])]


def proves_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `index` of the tree of this size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root

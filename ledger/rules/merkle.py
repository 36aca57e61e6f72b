"""The Merkle tree of RFC 6962 / RFC 9162 as arithmetic on hashes.

A tree of n leaves is kept as its *peaks*: the roots of the perfect subtrees that the binary form of n names,
largest first. Adding a leaf needs the peaks alone, so that sealing costs the same at ten entries and at ten
million. A proof is a list of roots over ranges of leaves: which ranges is decided here, once, and whoever has the
leaves (or kept hashes over many of them, see `tiles`) gives the roots.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_SIZE = 32
TILE_HEIGHT = 8  # a tile is a perfect subtree of this height, as in C2SP tlog-tiles
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf. The prefix keeps a leaf from ever being taken for an inner node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Node:
    """The root of the perfect subtree over the leaves [index * 256**level, (index + 1) * 256**level)."""

    level: int
    index: int
    hash: bytes


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
        return self.grown(leaves)[0]

    def grown(self, leaves: Iterable[bytes]) -> tuple[Peaks, list[Node]]:
        """The tree after the leaf hashes were added, and the roots of the full tiles that came to be by it."""
        size, stack, nodes = self.size, list(self.hashes), []
        for leaf in leaves:
            stack.append(leaf)
            carry, height = size, 0
            while carry & 1:
                right = stack.pop()
                stack.append(node_hash(stack.pop(), right))
                carry, height = carry >> 1, height + 1
                if height % TILE_HEIGHT == 0:
                    nodes.append(Node(height // TILE_HEIGHT, size >> height, stack[-1]))
            size += 1
        return Peaks(size, tuple(stack)), nodes

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


def _split(size: int) -> int:
    """The largest power of two below the size: where the definition parts a tree of two leaves or more."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves [start, end) whose roots are the audit path of a leaf, lowest first (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[tuple[int, int]]:
    """The ranges whose roots prove that the tree of `first` leaves begins that of `second` (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError("only a tree with leaves can begin another, and none that is smaller")
    ranges, start, end = [], 0, second
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # What is left ends where the smaller tree ends. Its root is that of the smaller tree itself when nothing was
    # parted off before it; then whoever checks has it already.
    own = [(start, end)] if start else []
    return [*own, *ranges[::-1]]

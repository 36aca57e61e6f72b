"""Proofs from kept hashes: the tree in tiles of 256 hashes, so that a proof reads a few tiles and never all leaves.

Level 0 are the leaves; a hash at level 1 stands for 256 of them, at level 2 for 65,536 (C2SP tlog-tiles). A tile is 256
neighbours of one level, fewer at the right edge of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.rules.merkle import TILE_HEIGHT, Peaks, node_hash

TILE = 1 << TILE_HEIGHT


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """The tile that holds the hashes [number * 256, (number + 1) * 256) of a level."""

    level: int
    number: int


def perfect(start: int, end: int) -> list[tuple[int, int]]:
    """The perfect subtrees, as (height, index), of which a range of leaves consists, largest first.

    Ranges of proofs begin at a multiple of the largest power of two within them.
    """
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        if start & ((1 << height) - 1):
            raise ValueError(f"no subtree of the tree begins at leaf {start} and ends at {end}")
        found.append((height, start >> height))
        start += 1 << height
    return found


def _place(height: int, index: int) -> tuple[TileId, int, int]:
    """Where the hash of a perfect subtree follows from: a tile, and height and index within it."""
    level, within = divmod(height, TILE_HEIGHT)
    number, place = divmod(index << within, TILE)
    return TileId(level, number), within, place >> within


def tiles_of(ranges: Iterable[tuple[int, int]]) -> set[TileId]:
    """The tiles that have to be read for the roots of ranges."""
    return {_place(height, index)[0] for start, end in ranges for height, index in perfect(start, end)}


@dataclass
class Tiles:
    """Tiles that were read, and the roots of ranges from them. Raises LookupError for what they do not hold."""

    hashes: Mapping[TileId, Sequence[bytes]]
    _levels: dict[TileId, list[list[bytes]]] = field(default_factory=dict)

    def root(self, start: int, end: int) -> bytes:
        """The root over the leaves [start, end)."""
        parts = tuple(self._subtree(height, index) for height, index in perfect(start, end))
        return Peaks(end - start, parts).root()

    def _subtree(self, height: int, index: int) -> bytes:
        tile, within, place = _place(height, index)
        if tile not in self._levels:
            self._levels[tile] = _levels(self.hashes[tile])
        return self._levels[tile][within][place]


def _levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes of the perfect subtrees of each height up to seven that lie whole within a tile."""
    levels = [list(hashes)]
    while len(levels) < TILE_HEIGHT:
        below = levels[-1]
        levels.append([node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
    return levels

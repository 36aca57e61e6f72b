"""Prove entries: the bytes that were hashed, their places in the tree, and checkpoints that lead to the newest one.

Reading alone, but for `seal_until`. A proof reads the tiles that it needs, so that its cost follows what is proved and
not the size of the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection

from ledger.rules import Subject
from ledger.rules.bundles import LinkedCheckpoint, ProvenEntry, Stream
from ledger.rules.merkle import consistency_ranges, inclusion_ranges
from ledger.rules.tiles import TILE, TileId, Tiles, tiles_of
from ledger.services import checkpoints, records
from ledger.services.sealing import seal

ROUNDS = 100
MOST_CHECKPOINTS = 100  # of one proof: more would say nothing more about the entries
# The hashes of tiles by their numbers: of the leaves themselves, and of a level of kept hashes over them.
_LEAVES = """
SELECT given.number, n.hash FROM unnest(%(numbers)s::bigint[]) AS given (number)
  JOIN ledger_leaf n ON n.index >= given.number * %(tile)s AND n.index < (given.number + 1) * %(tile)s
 ORDER BY n.index
"""
_NODES = """
SELECT given.number, n.hash FROM unnest(%(numbers)s::bigint[]) AS given (number)
  JOIN ledger_node n ON n.level = %(level)s
   AND n.index >= given.number * %(tile)s AND n.index < (given.number + 1) * %(tile)s
 ORDER BY n.index
"""


class NotSealed(RuntimeError):
    """Entries wait for their seal, and another sealer is at work: ask again in a moment."""


class NotProvable(ValueError):
    """An entry or the tree is not as it was sealed; the verifier says what was done to it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Entries in the order of their leaves, and checkpoints of which the last one has them all in its tree."""

    entries: tuple[ProvenEntry, ...]
    checkpoints: tuple[LinkedCheckpoint, ...]

    @property
    def size(self) -> int:
        """How many entries the last checkpoint seals."""
        return self.checkpoints[-1].size


# -- keys and kept checkpoints ----------------------------------------------------------------------------------------


def log_keys() -> list[str]:
    """The public keys that sign or once signed checkpoints of this ledger, as verifier keys."""
    with connection.cursor() as cursor:
        return list(checkpoints.signing_keys(cursor).all)


def kept_size(note: str) -> int:
    """How many entries a checkpoint seals that somebody kept. Raises BadNote unless this ledger signed it."""
    with connection.cursor() as cursor:
        return checkpoints.signing_keys(cursor).read(note).size


# -- which entries ----------------------------------------------------------------------------------------------------


def entries_about(subjects: Collection[Subject], streams: Collection[str] = ()) -> list[int]:
    """The entries (by their ids) that concern one of the subjects, or stand in one of the streams."""
    return _column(
        "SELECT s.entry_id FROM unnest(%s::text[], %s::text[]) AS given (kind, key)"
        " JOIN ledger_subject s USING (kind, key)"
        " UNION SELECT id FROM ledger_entry WHERE stream = ANY(%s) ORDER BY 1",
        [[one.kind for one in subjects], [one.key for one in subjects], list(streams)],
    )


def entries_at(site: str, since: datetime, until: datetime) -> tuple[list[int], list[Stream]]:
    """The entries of a site that occurred in [since, until), and the numbers of its own streams that they reach over.

    Streams of the site and of its stations are given whole between their first and last number, though the time of an
    entry between lie a moment outside.
    """
    found = _rows(
        "SELECT id, stream, seq FROM ledger_entry WHERE site = %s AND occurred_at >= %s AND occurred_at < %s",
        [site, since, until],
    )
    numbers: dict[str, list[int]] = {}
    for _, stream, seq in found:
        if stream == f"site:{site}" or stream.startswith("station:"):
            numbers.setdefault(stream, []).append(seq)
    streams = [Stream(name, min(own), max(own)) for name, own in sorted(numbers.items())]
    between = _column(
        "SELECT e.id FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS given (name, first, last)"
        " JOIN ledger_entry e ON e.stream = given.name AND e.seq BETWEEN given.first AND given.last",
        [[one.name for one in streams], [one.first for one in streams], [one.last for one in streams]],
    )
    return sorted({*(row[0] for row in found), *between}), streams


def whole_streams(names: Collection[str], entry_ids: Sequence[int]) -> list[Stream]:
    """The streams from their first number to the last one among these entries."""
    found = _rows(
        "SELECT stream, max(seq) FROM ledger_entry WHERE stream = ANY(%s) AND id = ANY(%s)"
        " GROUP BY stream ORDER BY stream",
        [list(names), list(entry_ids)],
    )
    return [Stream(name, 1, last) for name, last in found]


# -- their proof ------------------------------------------------------------------------------------------------------


def seal_until(entry_ids: Sequence[int], *, now: datetime) -> None:
    """Seal until none of these entries waits. Raises NotSealed while another sealer holds the lock."""
    for _ in range(ROUNDS):
        if not _column("SELECT 1 FROM ledger_pending WHERE entry_id = ANY(%s) LIMIT 1", [list(entry_ids)]):
            return
        if seal(now=now) is None:
            break
    raise NotSealed("the entries are not sealed yet")


def prove(entry_ids: Sequence[int], *, kept: Mapping[int, str] | None = None) -> Proof:
    """Prove sealed entries under the newest checkpoint, with the checkpoints that first sealed them.

    The checkpoints at which keys took over are always there: each statement of a key names the root of its own.
    `kept`: signed checkpoints by their sizes that somebody holds, to be led to the newest one too. Raises NotProvable
    for what is not sealed, or not as it was.
    """
    with connection.cursor() as cursor:
        stored = records.chosen(cursor, entry_ids)
        turns = [takeover.after for takeover in checkpoints.signing_keys(cursor).takeovers]
    for item in stored:
        if item.leaf_index is None or item.computed != item.sealed_hash:
            raise NotProvable(f"{item.name} is not as it was sealed")
    placed = sorted((item.leaf_index or 0, item.header, item.record.body) for item in stored)
    indexes = [index for index, _, _ in placed]
    notes = _checkpoints(indexes, turns, kept or {})
    sizes = sorted(notes)
    if not sizes or (indexes and indexes[-1] >= sizes[-1]):
        raise NotProvable("the newest checkpoint does not seal these entries")
    paths = {index: inclusion_ranges(index, sizes[-1]) for index in indexes}
    steps = [consistency_ranges(first, second) for first, second in pairwise(sizes)]
    tree = _tree([*paths.values(), *steps])
    return Proof(
        tuple(ProvenEntry(header, body, index, _roots(tree, paths[index])) for index, header, body in placed),
        tuple(
            LinkedCheckpoint(size, notes[size], _roots(tree, step))
            for size, step in zip(sizes, [*steps, []], strict=True)
        ),
    )


def continued(first: int, second: int) -> list[bytes]:
    """The proof that the checkpoint of `second` entries continues that of `first`. Raises NotProvable."""
    step = consistency_ranges(first, second)
    return _roots(_tree([step]), step)


def _checkpoints(indexes: Sequence[int], turns: Collection[int], kept: Mapping[int, str]) -> dict[int, str]:
    """Notes by size: those that first sealed the leaves (not all, where there are very many), those of the given
    sizes, kept ones, the newest.
    """
    sizes = _column(
        "SELECT DISTINCT (SELECT min(size) FROM ledger_checkpoint WHERE size > place)"
        " FROM unnest(%s::bigint[]) AS given (place) ORDER BY 1",
        [list(indexes)],
    )
    step = -(-len(sizes) // MOST_CHECKPOINTS) or 1
    newest = _column("SELECT COALESCE(max(size), 0) FROM ledger_checkpoint", [])
    wanted = [size for size in sizes if size is not None][::step]
    wanted += [*turns, *newest]
    ours = _rows("SELECT size, note FROM ledger_checkpoint WHERE size = ANY(%s)", [wanted])
    return {**{size: note for size, note in kept.items() if size <= newest[0]}, **dict(ours)}


def _roots(tree: Tiles, ranges: Iterable[tuple[int, int]]) -> list[bytes]:
    try:
        return [tree.root(start, end) for start, end in ranges]
    except LookupError as error:
        raise NotProvable("hashes of the tree are gone") from error


def _tree(ranges: Iterable[Sequence[tuple[int, int]]]) -> Tiles:
    """The tiles from which the roots of these ranges follow, one statement a level."""
    wanted: dict[int, list[int]] = {}
    for tile in sorted(tiles_of(one for some in ranges for one in some)):
        wanted.setdefault(tile.level, []).append(tile.number)
    hashes: dict[TileId, list[bytes]] = {}
    for level, numbers in wanted.items():
        asked = {"numbers": numbers, "level": level, "tile": TILE}
        for number, hash_ in _rows(_NODES if level else _LEAVES, asked):
            hashes.setdefault(TileId(level, number), []).append(bytes(hash_))
    return Tiles(hashes)


def _rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _column(statement: str, parameters: Sequence[Any]) -> list[Any]:
    return [row[0] for row in _rows(statement, parameters)]

"""The Merkle tree: every checkpoint against the one before it, and against its exported file."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from django.db import connections
from django.db.backends.utils import CursorWrapper

from ledger.rules import Finding, FindingKind
from ledger.rules.merkle import TILE_HEIGHT, Node, Peaks
from ledger.services import checkpoints, sealing
from ledger.services.sealing import Kept

BATCH = 500


def findings(using: str) -> Generator[Finding, None, None]:
    """What is wrong with checkpoints and leaves.

    Each checkpoint is derived from the kept peaks of the one before, which were checked against its own
    signature. So the first root follows from the first leaves, each from the next, and a change is named
    within one sealing.
    """
    before = Peaks()
    with connections[using].cursor() as cursor:
        keys = checkpoints.signing_keys(cursor)
        for kept in _checkpoints(cursor):
            yield from sealing.checkpoint_findings(keys, kept)
            yield from _step(cursor, before, kept)
            try:
                before = Peaks.from_bytes(kept.size, kept.peaks)
            except ValueError:  # said already; go on from the leaves themselves
                before = before.extended(hash_ for _, _, hash_ in _leaves(cursor, before.size, kept.size))
        yield from _beyond(cursor, before.size)


def _checkpoints(cursor: CursorWrapper) -> Iterator[Kept]:
    last = 0
    while True:
        cursor.execute(
            "SELECT size, root, peaks, note, signed_at FROM ledger_checkpoint"
            " WHERE size > %s ORDER BY size LIMIT %s",
            [last, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield sealing.kept_of(row)
        last = rows[-1][0]


def _leaves(cursor: CursorWrapper, start: int, end: int) -> list[tuple[int, int, bytes]]:
    cursor.execute(
        "SELECT index, entry_id, hash FROM ledger_leaf WHERE index >= %s AND index < %s ORDER BY index",
        [start, end],
    )
    return [(index, entry_id, bytes(hash_)) for index, entry_id, hash_ in cursor.fetchall()]


def _step(cursor: CursorWrapper, before: Peaks, kept: Kept) -> Iterator[Finding]:
    leaves = _leaves(cursor, before.size, kept.size)
    where = f"leaves {before.size} to {kept.size - 1}"
    missing = _missing([index for index, _, _ in leaves], before.size, kept.size)
    if missing:
        detail = f"leaf {', '.join(map(str, missing[:20]))} of the tree is gone"
        yield Finding(FindingKind.REMOVED, where, detail, table="ledger.leaf", row_id=str(missing[0]))
        return
    try:
        after, nodes = before.grown(hash_ for _, _, hash_ in leaves)
    except ValueError:
        after, nodes = Peaks(), []
    if after.root() != kept.root:
        first, last = leaves[0][1], leaves[-1][1]
        detail = (
            f"entries {first} to {last} no longer give the root that the checkpoint of {kept.size} signed"
        )
        yield Finding(FindingKind.ALTERED, where, detail, entry_id=first, table="ledger.leaf")
    yield from _node_findings(cursor, nodes)


def _node_findings(cursor: CursorWrapper, nodes: Sequence[Node]) -> Iterator[Finding]:
    """Kept roots of tiles that are gone, or are not what their leaves give."""
    cursor.execute(
        "SELECT n.hash FROM unnest(%s::smallint[], %s::bigint[]) WITH ORDINALITY AS given (level, index, place)"
        " LEFT JOIN ledger_node n USING (level, index) ORDER BY place",
        [[node.level for node in nodes], [node.index for node in nodes]],
    )
    for node, (kept,) in zip(nodes, cursor.fetchall(), strict=True):
        if kept is not None and bytes(kept) == node.hash:
            continue
        first, end = (place << TILE_HEIGHT * node.level for place in (node.index, node.index + 1))
        yield Finding(
            FindingKind.REMOVED if kept is None else FindingKind.ALTERED,
            f"node {node.index} at level {node.level} of the tree",
            f"the hash kept for leaves {first} to {end - 1} {'is gone' if kept is None else 'is another'}",
            table="ledger.treenode",
            row_id=f"{node.level}/{node.index}",
        )


def _missing(indexes: Sequence[int], start: int, end: int) -> list[int]:
    if len(indexes) == end - start:
        return []
    present = set(indexes)
    return [index for index in range(start, end) if index not in present]


def _beyond(cursor: CursorWrapper, size: int) -> Iterator[Finding]:
    cursor.execute(
        "SELECT index, entry_id FROM ledger_leaf WHERE index >= %s ORDER BY index LIMIT 200", [size]
    )
    for index, entry_id in cursor.fetchall():
        yield Finding(
            FindingKind.INSERTED,
            f"leaf {index}",
            f"entry {entry_id} has a place in the tree that no checkpoint sealed",
            entry_id=entry_id,
            table="ledger.leaf",
            row_id=str(index),
        )
    cursor.execute(
        "SELECT level, index FROM ledger_node WHERE (index + 1) << (%s * level::integer) > %s"
        " ORDER BY level, index LIMIT 200",
        [TILE_HEIGHT, size],
    )
    for level, index in cursor.fetchall():
        yield Finding(
            FindingKind.INSERTED,
            f"node {index} at level {level} of the tree",
            "it stands for leaves that no checkpoint sealed",
            table="ledger.treenode",
            row_id=f"{level}/{index}",
        )


def exported_findings(using: str, exported: Sequence[checkpoints.Exported]) -> Generator[Finding, None, None]:
    """What exported checkpoints say against the database's."""
    if not exported:
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT size, root FROM ledger_checkpoint")
        roots = {size: bytes(root) for size, root in cursor.fetchall()}
        keys = checkpoints.signing_keys(cursor)
    newest = max(roots, default=0)
    for file in exported:
        yield from sealing.exported_findings(keys, file, roots.get(file.size), newest)

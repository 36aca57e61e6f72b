"""Family trees of containers: a list of (child, parent) pairs in, sets of ids out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coi.rules.journey import ContainerStatus

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Source:
    """A container that may be the source of a result: a bag or sample of what the result is about, by its chain."""

    id: str
    code: str
    kind: str
    status: ContainerStatus
    made_at: datetime


def ancestors(container: str, parents: Pairs) -> frozenset[str]:
    """Every container from which this one was made, without itself."""
    return _reach({container}, parents) - {container}


def lineage(containers: Iterable[str], parents: Pairs) -> frozenset[str]:
    """These containers and everything from which they were made."""
    return _reach(set(containers), parents)


def descendants(containers: Iterable[str], parents: Pairs) -> frozenset[str]:
    """These containers and everything that was made from them: how far a hold spreads."""
    return _reach(set(containers), [(parent, child) for child, parent in parents])


def _reach(start: set[str], steps: Pairs) -> frozenset[str]:
    edges: dict[str, set[str]] = {}
    for here, there in steps:
        edges.setdefault(here, set()).add(there)
    found, frontier = set(start), set(start)
    while frontier:
        frontier = {there for here in frontier for there in edges.get(here, ())} - found
        found |= frontier
    return frozenset(found)

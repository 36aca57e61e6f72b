"""A family tree as a picture: boxes in layers from left to right, and the curves between them. Plain geometry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BOX_WIDTH = 176
BOX_HEIGHT = 84
GAP_X = 52
GAP_Y = 16
MARGIN = 12


@dataclass(frozen=True)
class Node:
    """What a box shows: three lines of text, and a tone that the style sheet colours."""

    id: str
    title: str
    subtitle: str
    status: str
    tone: str = ""


@dataclass(frozen=True)
class Box:
    """A node at its place."""

    node: Node
    x: int
    y: int

    @property
    def middle(self) -> int:
        """The height at which lines meet the box."""
        return self.y + BOX_HEIGHT // 2


@dataclass(frozen=True)
class Line:
    """A curve from a parent to a child, as SVG path data."""

    path: str
    parent: str
    child: str


@dataclass(frozen=True)
class Drawing:
    """The whole picture and its size."""

    width: int
    height: int
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def draw(nodes: Sequence[Node], pairs: Iterable[tuple[str, str]]) -> Drawing:
    """Lay out nodes by (child, parent) pairs; the order of the nodes breaks ties, so the picture is always the same."""
    known = {node.id for node in nodes}
    edges = [(child, parent) for child, parent in pairs if child in known and parent in known]
    layers = _ordered(_layers(nodes, edges), edges)
    tallest = max((len(layer) for layer in layers), default=0)
    height = 2 * MARGIN + tallest * BOX_HEIGHT + max(0, tallest - 1) * GAP_Y
    boxes = [box for number, layer in enumerate(layers) for box in _column(layer, number, height)]
    places = {box.node.id: box for box in boxes}
    return Drawing(
        width=2 * MARGIN + len(layers) * BOX_WIDTH + max(0, len(layers) - 1) * GAP_X,
        height=height,
        boxes=tuple(boxes),
        lines=tuple(_line(places[parent], places[child]) for child, parent in edges),
    )


def _layers(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> list[list[Node]]:
    """Each node one layer to the right of its furthest parent."""
    parents: dict[str, set[str]] = {node.id: set() for node in nodes}
    for child, parent in edges:
        parents[child].add(parent)
    depth: dict[str, int] = {}
    left = [node.id for node in nodes]
    while left:
        ready = [n for n in left if parents[n] <= depth.keys()]
        for name in ready or left:  # a ring cannot be (children are made after their parents), nor hang this
            depth[name] = 1 + max((depth[p] for p in parents[name] if p in depth), default=-1)
        left = [n for n in left if n not in depth]
    layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        layers[depth[node.id]].append(node)
    return layers


def _ordered(layers: list[list[Node]], edges: Sequence[tuple[str, str]]) -> list[list[Node]]:
    """Children beside their parents: each layer sorted by the mean place of its nodes' parents."""
    place: dict[str, float] = {}
    sorted_layers = []
    for layer in layers:
        means = {node.id: _mean(node.id, place, edges) for node in layer}
        ordered = sorted(layer, key=lambda node: means[node.id])
        place |= {node.id: (n + 0.5) / len(ordered) for n, node in enumerate(ordered)}
        sorted_layers.append(ordered)
    return sorted_layers


def _mean(name: str, place: Mapping[str, float], edges: Sequence[tuple[str, str]]) -> float:
    found = [place[parent] for child, parent in edges if child == name and parent in place]
    return sum(found) / len(found) if found else 0.0


def _column(layer: Sequence[Node], number: int, height: int) -> Iterable[Box]:
    """The boxes of a layer, centred."""
    tall = len(layer) * BOX_HEIGHT + (len(layer) - 1) * GAP_Y
    top = (height - tall) // 2
    for n, node in enumerate(layer):
        yield Box(node, MARGIN + number * (BOX_WIDTH + GAP_X), top + n * (BOX_HEIGHT + GAP_Y))


def _line(parent: Box, child: Box) -> Line:
    start, end = parent.x + BOX_WIDTH, child.x
    bend = (start + end) // 2
    path = f"M{start} {parent.middle} C{bend} {parent.middle} {bend} {child.middle} {end} {child.middle}"
    return Line(path, parent.node.id, child.node.id)

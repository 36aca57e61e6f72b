"""The family of a journey's containers in a picture: boxes in columns, from what was collected to what came of it.

A container stands one column right of the last of its parents, so that every line leads to the right. A state has a
shape and a word; colour repeats what they say and says nothing alone. Words come in from the caller, translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cpv.rules.pictures.parts import ON_PAPER, Look, Row, Titles, picture
from qc.rules.charts import GOOD, INK, SOFT, STOP, WARN, Spec

# px: a box, what lies between columns and between boxes of a column
BOX, TALL, GAP, BETWEEN = 158, 36, 44, 10
# The end of a container's code tells it from the others of its journey.
_TAIL = 5
HELD = "held"
_LOOKS: Mapping[str, tuple[str, str]] = {
    "unlabelled": ("square", WARN),
    "available": ("circle", GOOD),
    "thawed": ("triangle-down", WARN),
    "consumed": ("cross", SOFT),
    "infused": ("diamond", GOOD),
    "closed": ("triangle-up", SOFT),
    HELD: ("triangle-right", STOP),
}


@dataclass(frozen=True)
class Node:
    """One container as it is drawn. `state`: its status, or `HELD`; `kind`, `word`: what people call kind and state."""

    code: str
    kind: str
    state: str
    word: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a box stands: its column, and its row counted from the top, which may lie between two."""

    column: int
    row: float


def places_of(nodes: Sequence[Node]) -> dict[str, Place]:
    """A place for every container; parents that are not among them, and circles, lead nowhere."""
    columns = _columns(nodes)
    lines: dict[int, list[Node]] = {}
    for node in nodes:
        lines.setdefault(columns[node.code], []).append(node)
    most = max((len(line) for line in lines.values()), default=0)
    found: dict[str, Place] = {}
    for column in sorted(lines):
        ordered = sorted(lines[column], key=lambda node: (_height(node, found), node.code))
        first = (most - len(ordered)) / 2
        found |= {node.code: Place(column, first + n) for n, node in enumerate(ordered)}
    return found


def _columns(nodes: Sequence[Node]) -> dict[str, int]:
    """Each one right of all of its parents. As many rounds as there are containers end any circle."""
    columns = {node.code: 0 for node in nodes}
    for _round in nodes:
        moved = False
        for node in nodes:
            wanted = 1 + max((columns[parent] for parent in node.parents if parent in columns), default=-1)
            is_right = columns[node.code] >= wanted or wanted >= len(nodes)
            if not is_right:
                columns[node.code], moved = wanted, True
        if not moved:
            break
    return columns


def _height(node: Node, found: Mapping[str, Place]) -> float:
    """The middle of its parents: lines then cross little."""
    rows = [found[parent].row for parent in node.parents if parent in found]
    return sum(rows) / len(rows) if rows else 0.0


def genealogy_picture(nodes: Sequence[Node], titles: Titles, look: Look = ON_PAPER) -> Spec:
    """Lines from parents to children, and over them a box for each container: its code, its kind, its state."""
    places = places_of(nodes)
    columns = 1 + max((place.column for place in places.values()), default=0)
    rows = 1 + max((place.row for place in places.values()), default=0)
    width = columns * (BOX + GAP) - GAP
    height = round(rows * (TALL + BETWEEN))
    drawn = [_drawn(node, places[node.code]) for node in nodes]
    lines = [
        _line(places[parent], places[node.code])
        for node in nodes
        for parent in node.parents
        if parent in places
    ]
    spec = picture(titles, replace(look, width=width, height=height), drawn, _layers(lines, width, height))
    spec["config"] = spec["config"] | {"view": {"stroke": None}}
    return spec


def _left(place: Place) -> float:
    return place.column * (BOX + GAP)


def _middle(place: Place) -> float:
    return place.row * (TALL + BETWEEN) + (TALL + BETWEEN) / 2


def _drawn(node: Node, place: Place) -> Row:
    """v, w, a, z: the box; y: its middle; m, e: where shape and words stand; h, k: where its two lines of words do."""
    shape, colour = _LOOKS[node.state]
    left, middle = _left(place), _middle(place)
    return {
        "v": left,
        "w": left + BOX,
        "a": middle - TALL / 2,
        "z": middle + TALL / 2,
        "y": middle,
        "m": left + 13,
        "e": left + 26,
        "h": middle - 8,
        "k": middle + 9,
        "t": node.code[-_TAIL:],
        "n": f"{node.word} · {node.kind}",
        "d": node.code,
        "s": shape,
        "c": colour,
        "b": 2.4 if node.state == HELD else 1.2,
    }


def _line(parent: Place, child: Place) -> Row:
    """From the right edge of the parent to the left edge of the child."""
    return {
        "x": _left(parent) + BOX,
        "f": _left(child),
        "y": _middle(parent),
        "z": _middle(child),
    }


def _layers(lines: list[Row], width: int, height: int) -> list[Spec]:
    across: dict[str, Any] = {"domain": [0, width], "nice": False}
    down: dict[str, Any] = {"domain": [height, 0], "nice": False}

    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "axis": None, "scale": across}

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "axis": None, "scale": down}

    def own(field: str) -> Spec:
        return {"field": field, "type": "nominal", "scale": None, "legend": None}

    ends = {"x": x("x"), "x2": {"field": "f"}, "y": y("y"), "y2": {"field": "z"}}
    frame = {"x": x("v"), "x2": {"field": "w"}, "y": y("a"), "y2": {"field": "z"}}
    text = {"type": "text", "align": "left", "baseline": "middle", "limit": BOX - 32, "clip": False}
    tooltip = {"tooltip": {"field": "d", "type": "nominal"}}
    width_of = {"field": "b", "type": "quantitative", "scale": None, "legend": None}
    return [
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "color": SOFT, "strokeWidth": 1.2},
            "encoding": ends,
        },
        {
            "mark": {"type": "rect", "fill": "white", "cornerRadius": 3},
            "encoding": frame | {"stroke": own("c"), "strokeWidth": width_of} | tooltip,
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
            "encoding": {"x": x("m"), "y": y("y"), "shape": own("s"), "color": own("c")},
        },
        {
            "mark": text | {"fontSize": 12, "fontWeight": "bold", "color": INK},
            "encoding": {"x": x("e"), "y": y("h"), "text": {"field": "t"}},
        },
        {
            "mark": text | {"fontSize": 10, "color": SOFT},
            "encoding": {"x": x("e"), "y": y("k"), "text": {"field": "n"}},
        },
    ]

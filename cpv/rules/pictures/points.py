"""The points of a control chart: what is told of each, and how those that are not ordinary are marked."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cpv.rules.basis import NotComputable, Why
from cpv.rules.pictures.axes import Axis, figure, is_finite
from cpv.rules.pictures.parts import LETTER, Look, PointLabel, Row, Words, letter_of, shape_of
from cpv.rules.programme.charting import Charted, Seen
from cpv.rules.runs import Side
from qc.rules.charts import GOOD, INK, SOFT, Spec

# Up to so many points in sight every letter is written; of more, those that do not cover another.
EVERY_LETTER = 90
_WIDE = 24  # px that letters take
_NO_ROOM = 0.93  # of the height: above it there is no room for a letter over a point


@dataclass(frozen=True)
class Frame:
    """What all layers of one chart share. `shown`: how many batches are in sight, as an expression."""

    x: Spec
    axis: Axis
    shown: str
    look: Look


def rows_of(
    charted: Charted, labels: Sequence[PointLabel], words: Words, axis: Axis, look: Look
) -> list[Row]:
    """One row a batch, missing ones with no value, so that the n-th row is the n-th batch.

    n: its number; v: value; b, d, u: batch, day and address. What is not ordinary has s, c, f: shape, stroke and fill;
    p: where it is drawn; w: why; x: no line goes through it. t: what is written at it, o: how far under it, q: only
    where few are in sight. Raises NotComputable: SIZES_DIFFER unless there is one label a point.
    """
    if len(labels) != charted.values.size:
        raise NotComputable(Why.SIZES_DIFFER, "labels")
    seen: dict[int, list[Seen]] = defaultdict(list)
    for one in charted.signals:
        seen[one.index].append(one)
    aside = dict.fromkeys(charted.unreadable, words.unreadable) | dict.fromkeys(
        charted.excluded, words.excluded
    )
    unreadable = set(charted.unreadable)
    rows: list[Row] = []
    for index, (value, label) in enumerate(zip(charted.values.tolist(), labels, strict=True)):
        row: Row = {
            "n": index + 1,
            "v": value if is_finite(value) else None,
            "b": label.batch,
            "d": label.day,
        }
        if label.url:
            row["u"] = label.url
        if row["v"] is not None:
            row |= _marked(value, seen[index], (aside.get(index, ""), index in unreadable), words, axis)
            row |= _written(row, label.note, seen[index], axis)
        rows.append(row)
    _thin_out(rows, look.width / max(len(rows), 1))
    return rows


def _marked(value: float, found: Sequence[Seen], aside: tuple[str, bool], words: Words, axis: Axis) -> Row:
    """How a point differs from the others; nothing, where it does not."""
    kind, is_unreadable = aside
    why = [words.reasons.get(it.by, letter_of(it.by)) for it in found] + ([kind] if kind else [])
    if not why and axis.holds(value):
        return {}
    shape, colour = shape_of([it.by for it in found]) if found else ("circle", SOFT if kind else GOOD)
    if is_unreadable or not axis.holds(value):
        shape = "triangle-up" if axis.share(value) > 0.5 else "triangle-down"
    row: Row = {"s": shape, "c": colour, "f": "white" if kind else colour, "p": axis.pinned(value)}
    return row | ({"w": "; ".join(why)} if why else {}) | ({"x": 1} if kind else {})


def _written(row: Row, note: str, found: Sequence[Seen], axis: Axis) -> Row:
    """Above or below a point: letters, a note, and the number of a point that is drawn where it is not."""
    letters = " ".join(sorted({letter_of(it.by) for it in found}, key=lambda it: (it == "E", it)))
    is_pinned = row.get("p", row["v"]) != row["v"]
    text = " · ".join(part for part in (letters, note, figure(row["v"]) if is_pinned else "") if part)
    if not text:
        return {}
    share = axis.share(row["p"] if "p" in row else row["v"])
    is_low = any(it.side is Side.LOWER for it in found) and share > 1 - _NO_ROOM
    return {"t": text, "o": 14 if is_low or share > _NO_ROOM else -12}


def _thin_out(rows: Sequence[Row], step: float) -> None:
    """Mark what would cover something else that is written; a diamond and whatever has a note go first."""
    taken: list[int] = []
    written = [row for row in rows if "t" in row]
    for row in sorted(written, key=lambda it: (it.get("s") != "diamond" and "·" not in it["t"], it["n"])):
        place = bisect_left(taken, row["n"])
        nearest = min(
            (abs(row["n"] - other) for other in taken[max(place - 1, 0) : place + 1]), default=len(rows)
        )
        if nearest * step < _WIDE:
            row["q"] = 1
        else:
            insort(taken, row["n"])


def points(frame: Frame, words: Words) -> tuple[Spec, Spec]:
    """The layers of ordinary points, and of those that differ."""
    told, told_of_marked, href = _interactions(words) if frame.look.is_interactive else ({}, {}, {})
    few, many = (f"{frame.shown} <= {n}" for n in (120, 1000))
    ordinary = {
        "transform": [{"filter": "!datum.s && isValid(datum.v)"}],
        "mark": _mark({"expr": f"{few} ? 42 : {many} ? 20 : 9"}) | {"filled": True, "color": GOOD},
        "encoding": {"x": frame.x, "y": frame.axis.y("v"), **told, **href},
    }
    raw = {"scale": None, "legend": None, "type": "nominal"}
    looks = {
        channel: {"field": name, **raw} for channel, name in (("shape", "s"), ("stroke", "c"), ("fill", "f"))
    }
    marked = {
        "transform": [{"filter": "isValid(datum.s)"}],
        "mark": _mark({"expr": f"{few} ? 76 : {many} ? 50 : 30"}) | {"strokeWidth": 1.6},
        "encoding": {"x": frame.x, "y": frame.axis.y("p"), **looks, **told_of_marked, **href},
    }
    return ordinary, marked


def _interactions(words: Words) -> tuple[Spec, Spec, Spec]:
    """What a browser alone needs: what ordinary points tell, what others tell, and where all of them lead."""
    told = [
        {"field": "b", "type": "nominal", "title": words.batch},
        {"field": "d", "type": "nominal", "title": words.date},
        {"field": "v", "type": "quantitative", "title": words.value},
    ]
    why = {"field": "w", "type": "nominal", "title": words.why}
    return {"tooltip": told}, {"tooltip": [*told, why]}, {"href": {"field": "u", "type": "nominal"}}


def _mark(size: Spec) -> Spec:
    return {"type": "point", "size": size, "opacity": 1, "clip": True}


def letters(frame: Frame) -> Spec:
    """What is written at points, over everything else; a white edge keeps lines that run there from crossing it."""
    hidden = {"expr": f"datum.q && {frame.shown} > {EVERY_LETTER} ? 0 : 1"}
    mark = {"type": "text", "fontSize": LETTER, "fontWeight": "bold", "clip": True, "opacity": hidden}
    mark |= {"dy": {"expr": "datum.o"}}
    edge = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    at = {"x": frame.x, "y": frame.axis.y("y"), "text": {"field": "t"}}
    return {
        "transform": [
            {"filter": "isValid(datum.t)"},
            {"calculate": "isValid(datum.p) ? datum.p : datum.v", "as": "y"},
        ],
        "layer": [{"mark": mark | look, "encoding": at} for look in (edge, {"color": INK})],
    }

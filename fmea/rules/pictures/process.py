"""The process as its steps in order, each coloured by the worst of what can go wrong in it.

`process_map` is plain data, of which a page makes a list that wraps as its width asks; `process_picture` draws the same
for paper, in as many boxes a line as the width has room for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import LETTER, ON_PAPER, Look, Row, Titles, picture
from fmea.rules.actions import BeforeAfter
from fmea.rules.pictures.parts import (
    NAME_SIZE,
    When,
    looks_of,
    priority_at,
    raw,
    rpn_at,
    scores_at,
    without_frame,
    worst,
)
from fmea.rules.priority import ActionPriority
from fmea.rules.worksheet import Row as WorksheetRow
from fmea.rules.worksheet import Step
from qc.rules.charts import INK, SOFT, Spec

_BOX, _GAP, _TALL, _BETWEEN = 168, 26, 62, 16  # px: a box and the arrow before it, its height, between lines


@dataclass(frozen=True)
class StepBox:
    """One step: the worst priority of its rows (None: it has none, or none is rated), and how many rows have each.

    `modes`: how many different failure modes; `rows`: how many causes of them. `worst_row`: of the rows with that
    priority the one with the highest severity, then number. `unrated`: how many rows have no priority.
    """

    number: int
    step: Step
    priority: ActionPriority | None
    counts: tuple[tuple[ActionPriority, int], ...]
    modes: int
    rows: int
    worst_row: WorksheetRow | None
    unrated: int


def process_map(
    steps: Sequence[Step], rows: Sequence[BeforeAfter], when: When = When.BEFORE
) -> tuple[StepBox, ...]:
    """The steps in their order. Rows of no step, or of one that there is not, are in none."""
    of_step: dict[str, list[BeforeAfter]] = {}
    for it in rows:
        of_step.setdefault(it.row.step, []).append(it)
    return tuple(_box(n, it, of_step.get(it.code, []), when) for n, it in enumerate(steps, 1))


def _box(number: int, step: Step, rows: Sequence[BeforeAfter], when: When) -> StepBox:
    priorities = [priority_at(it, when) for it in rows]
    found = worst(priorities)
    of_it = [it for it, priority in zip(rows, priorities, strict=True) if priority is found and found]
    gravest = max(of_it, key=lambda it: _weight(it, when), default=None)
    return StepBox(
        number,
        step,
        found,
        tuple((it, priorities.count(it)) for it in ActionPriority if it in priorities),
        len({it.row.mode or it.row.code for it in rows}),
        len(rows),
        gravest.row if gravest else None,
        priorities.count(None),
    )


def _weight(row: BeforeAfter, when: When) -> tuple[int, int]:
    return scores_at(row, when).severity.rating or 0, rpn_at(row, when) or 0


def process_picture(
    boxes: Sequence[StepBox], subtitles: Sequence[str], titles: Titles, look: Look = ON_PAPER
) -> Spec:
    """Boxes in lines, each after an arrow; `subtitles`: what stands in each under its name.

    An arrow at the left edge comes from the end of the line above.
    """
    a_line = max(1, (look.width + _GAP) // (_BOX + _GAP))
    lines = max(1, -(-len(boxes) // a_line))
    width = a_line * (_BOX + _GAP)
    height = lines * (_TALL + _BETWEEN) - _BETWEEN
    rows = [_drawn(n, box, text, a_line) for n, (box, text) in enumerate(zip(boxes, subtitles, strict=True))]
    layers = _boxes({"domain": [0, width], "nice": False}, {"domain": [height, 0], "nice": False})
    return without_frame(picture(titles, replace(look, width=width, height=height), rows, layers))


def _drawn(place: int, box: StepBox, subtitle: str, a_line: int) -> Row:
    """v, w, a, z: the box; n, t, u: its words and where they stand; g: where its arrow begins; c, l: its priority."""
    line, column = divmod(place, a_line)
    left, top = column * (_BOX + _GAP) + _GAP, line * (_TALL + _BETWEEN)
    row: Row = {"v": left, "w": left + _BOX, "a": top, "z": top + _TALL, "y": top + _TALL / 2}
    row |= {"n": f"{box.number}  {box.step.title or box.step.code}", "t": subtitle, "e": left + 28}
    row |= {"x": left + 11, "h": top + 21, "k": top + 41, "i": "white" if box.rows else SOFT}
    if place:
        row |= {"g": left - _GAP + 4, "f": left - 6}
    looks = looks_of(box.priority)
    return row | looks | {"l": looks["l"] if box.rows else ""}


def _boxes(across: Spec, down: Spec) -> list[Spec]:
    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "axis": None, "scale": across}

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "axis": None, "scale": down}

    frame = {"y": y("a"), "y2": {"field": "z"}}
    text = {"type": "text", "align": "left", "limit": _BOX - 36, "baseline": "middle"}
    arrow = {"transform": [{"filter": "isValid(datum.g)"}]}
    head = {"type": "point", "shape": "triangle-right", "filled": True, "size": 60}
    head |= {"color": SOFT, "opacity": 1}
    letter = {"type": "text", "fontSize": 14, "fontWeight": "bold", "baseline": "middle"}
    return [
        arrow
        | {
            "mark": {"type": "rule", "color": SOFT, "strokeWidth": 1.6},
            "encoding": {"x": x("g"), "x2": {"field": "f"}, "y": y("y")},
        },
        arrow | {"mark": head, "encoding": {"x": x("f"), "y": y("y")}},
        {
            "mark": {"type": "rect", "fill": "white", "strokeWidth": 1.4},
            "encoding": frame | {"x": x("v"), "x2": {"field": "w"}, "stroke": raw("c")},
        },
        {
            "transform": [{"filter": "datum.l !== ''"}, {"calculate": "datum.v + 22", "as": "o"}],
            "mark": {"type": "rect"},
            "encoding": frame | {"x": x("v"), "x2": {"field": "o"}, "color": raw("c")},
        },
        {"mark": letter, "encoding": {"x": x("x"), "y": y("y"), "text": {"field": "l"}, "color": raw("i")}},
        {
            "mark": text | {"fontSize": NAME_SIZE, "fontWeight": "bold", "color": INK},
            "encoding": {"x": x("e"), "y": y("h"), "text": {"field": "n"}},
        },
        {
            "mark": text | {"fontSize": LETTER, "color": SOFT},
            "encoding": {"x": x("e"), "y": y("k"), "text": {"field": "t"}},
        },
    ]

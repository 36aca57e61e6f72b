"""What all pictures of this room share: how a priority looks, and lanes that carry a name above what is drawn in them.

Colour never speaks alone: a priority has its letter and a shape too. A name stands above its mark and not beside it, so
that a picture of twenty failure modes is as legible on a telephone as at a desk. Frame, letters and colours are those
of `cpv.rules.pictures`; every word came in from the caller, translated already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cpv.rules.pictures.comparing import lane_scale
from cpv.rules.pictures.parts import LETTER, LETTER_WIDTH, Row
from fmea.rules.actions import BeforeAfter
from fmea.rules.priority import ActionPriority
from fmea.rules.worksheet import Scores
from qc.rules.charts import GOOD, INK, SOFT, STOP, WARN, Spec

# White letters on each have a contrast of 4.5 : 1 or more, and so have its own letters on white and on its wash.
COLOURS: Mapping[ActionPriority, str] = {
    ActionPriority.HIGH: STOP,
    ActionPriority.MEDIUM: WARN,
    ActionPriority.LOW: GOOD,
}
WASHES: Mapping[ActionPriority, str] = {
    ActionPriority.HIGH: "#fbe3e2",
    ActionPriority.MEDIUM: "#fcefcf",
    ActionPriority.LOW: "#e6f1f2",
}
SHAPES: Mapping[ActionPriority, str] = {
    ActionPriority.HIGH: "diamond",
    ActionPriority.MEDIUM: "square",
    ActionPriority.LOW: "circle",
}
# The worst first, as every picture and table has them.
WORST_FIRST = tuple(ActionPriority)
FAINT = "#dde5e8"
NO_LETTER = "-"  # of what lacks a rating
NAME_SIZE = 12
# More are not legible in one picture; the table beside it has all of them.
MOST_LANES = 40
# px: a lane, and the square with a letter left of it
LANE, BADGE = 40, 26
_NAME_AT, _TRACK_AT, _HALF_TRACK = 0.30, 0.72, 0.15  # shares of a lane
_MOST_NAME = 160


class When(StrEnum):
    """Whose ratings: of the rows as they were scored, or after the actions that are done."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Addresses:
    """Where a click leads, on a page alone. `row`: with {} for its code; `cell`: with {severity} and {occurrence}."""

    row: str = ""
    cell: str = ""

    def of_row(self, code: str) -> str:
        """The address of a row; empty where there is none."""
        return self.row.format(code) if self.row else ""


NO_ADDRESSES = Addresses()


def scores_at(row: BeforeAfter, when: When) -> Scores:
    """The ratings of a row before its actions or after them."""
    return row.after if when is When.AFTER else row.before


def rpn_at(row: BeforeAfter, when: When) -> int | None:
    """The risk priority number before or after."""
    return row.rpn_after if when is When.AFTER else row.rpn_before


def priority_at(row: BeforeAfter, when: When) -> ActionPriority | None:
    """The action priority before or after."""
    return row.priority_after if when is When.AFTER else row.priority_before


def worst(priorities: Sequence[ActionPriority | None]) -> ActionPriority | None:
    """The worst of those that there are."""
    return next((it for it in WORST_FIRST if it in priorities), None)


def looks_of(priority: ActionPriority | None) -> Row:
    """c, s, l: colour, shape and letter."""
    if priority is None:
        return {"c": SOFT, "s": "cross", "l": NO_LETTER}
    return {"c": COLOURS[priority], "s": SHAPES[priority], "l": priority.value}


def named(code: str, text: str) -> str:
    """The name of a row in a picture: its code, and what fails."""
    whole = f"{code}  {text}".strip()
    return whole if len(whole) <= _MOST_NAME else f"{whole[: _MOST_NAME - 1]}…"


# --- lanes -----------------------------------------------------------------------------------------------------------


def raw(field: str) -> Spec:
    """A colour or shape that the rows have as it is."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def told(pairs: Sequence[tuple[str, str]]) -> list[Spec]:
    """What a tooltip has: fields of the rows with their words; without a word a field is left out."""
    return [{"field": field, "type": "nominal", "title": word} for field, word in pairs if word]


def href(rows: Sequence[Row]) -> Spec:
    """Where a click on a mark leads, if any row has an address."""
    return {"href": {"field": "u", "type": "nominal"}} if any("u" in row for row in rows) else {}


def lane_row(place: int, name: str, *, aside: str = "", url: str = "") -> Row:
    """k: its top; h, t: where its name stands, and the name; r: what stands right of that; y, a, z: middle, top and
    bottom of its track; u: where a click leads.
    """
    middle = place + _TRACK_AT
    row: Row = {"k": place, "h": place + _NAME_AT, "t": name, "r": aside, "y": middle}
    row |= {"a": middle - _HALF_TRACK, "z": middle + _HALF_TRACK}
    return row | ({"u": url} if url else {})


def lane_y(count: int, field: str = "y") -> Spec:
    """Lanes from top to bottom, each one unit high."""
    return lane_scale(count) | {"field": field}


def track(count: int) -> Spec:
    """From the top to the bottom of a lane's track, for a bar."""
    return {"y": lane_y(count, "a"), "y2": {"field": "z"}}


def lane_names(count: int, rows: Sequence[Row], *, with_lines: bool = True) -> list[Spec]:
    """Names over tracks, what is told at their right end, and a faint line between neighbours.

    What a name has room for is what the words at the right leave of the width, whatever the width is.
    """
    longest = max((len(row["r"]) for row in rows), default=0)
    limit = {"expr": f"width - {round(longest * LETTER_WIDTH) + 8 if longest else 0}"}
    place = {"y": lane_y(count, "h")}
    text = {"type": "text", "baseline": "middle", "clip": False}
    lines = {
        "transform": [{"filter": "datum.k > 0"}],
        "mark": {"type": "rule", "color": FAINT},
        "encoding": {"y": lane_y(count, "k")},
    }
    names = {
        "mark": text | {"align": "left", "fontSize": NAME_SIZE, "color": INK, "limit": limit},
        "encoding": place | {"x": {"value": 0}, "text": {"field": "t"}} | href(rows),
    }
    aside = {
        "mark": text | {"align": "right", "dx": -2, "fontSize": LETTER, "color": SOFT},
        "encoding": place | {"x": {"value": "width"}, "text": {"field": "r"}},
    }
    return [*([lines] if with_lines else []), names, *([aside] if longest else [])]


def without_frame(spec: Spec) -> Spec:
    """The same without a line around the field: lanes have lines of their own."""
    spec["config"] = spec["config"] | {"view": {"stroke": None}}
    return spec


def badges(count: int) -> list[Spec]:
    """Left of each lane the letter of its priority, white on its colour."""
    place = {"x": {"value": -BADGE / 2 - 2}, "y": lane_y(count)}
    square = {"type": "point", "shape": "square", "filled": True, "size": 330, "opacity": 1, "clip": False}
    letter = {"type": "text", "fontSize": NAME_SIZE, "fontWeight": "bold", "color": "white", "clip": False}
    return [
        {"mark": square, "encoding": place | {"color": raw("c")}},
        {"mark": letter, "encoding": place | {"text": {"field": "l"}}},
    ]

"""Before and after: one line a row, from the number that it had to the one that it has, with both priorities.

The hollow end is before, the filled one after; each has the shape of its priority and its letter. A row on which
nothing is done yet is one point. Where the severity itself is said to be lower, the row says so: it is rare that a
control changes an effect, and the worksheet asks why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import LETTER, ON_PAPER, Look, Row, Titles, picture
from fmea.rules.actions import BeforeAfter
from fmea.rules.pictures.parts import (
    LANE,
    MOST_LANES,
    NO_ADDRESSES,
    Addresses,
    href,
    lane_names,
    lane_row,
    lane_y,
    looks_of,
    named,
    raw,
    told,
    without_frame,
)
from fmea.rules.priority import ActionPriority
from qc.rules.charts import SOFT, Spec

_BESIDE = 46  # px left and right of the numbers for the words at both ends
_LOWERED = "▼"
# A letter on white beside its shape.
_TEXT = {"type": "text", "fontSize": LETTER, "fontWeight": "bold", "clip": False, "baseline": "middle"}


@dataclass(frozen=True)
class ActedWords:
    """Words of the tooltip, of a lowered severity, and of how many rows are not drawn (or empty)."""

    row: str
    before: str
    after: str
    lowered: str
    more: str = ""


def acted_rows(rows: Sequence[BeforeAfter]) -> tuple[BeforeAfter, ...]:
    """Those with all ratings, the highest number before first; of equal ones the one that is higher after."""
    rated = [it for it in rows if it.rpn_before is not None and it.rpn_after is not None]
    return tuple(sorted(rated, key=lambda it: (-(it.rpn_before or 0), -(it.rpn_after or 0))))


def acted_picture(
    rows: Sequence[BeforeAfter],
    titles: Titles,
    words: ActedWords,
    addresses: Addresses = NO_ADDRESSES,
    look: Look = ON_PAPER,
) -> Spec:
    """The rows in the order given (`acted_rows`), at most forty; `titles.order` is written along the numbers."""
    links = addresses if look.is_interactive else NO_ADDRESSES
    drawn = [_row(n, it, words, links) for n, it in enumerate(rows[:MOST_LANES])]
    count = max(len(drawn), 1)
    most = max((row[end] for row in drawn for end in ("v", "w")), default=1)
    x = {
        "type": "quantitative",
        "title": [titles.order, words.more] if words.more else titles.order,
        "scale": {"domain": [0, most], "nice": False, "padding": _BESIDE},
        "axis": {"labelOverlap": True, "values": _ticks(most)},
    }
    layers = [*lane_names(count, drawn), *_ends(drawn, x, count, words)]
    return without_frame(picture(titles, replace(look, height=LANE * count), drawn, layers))


def _ticks(most: int) -> list[int]:
    """From 0 on, for the field begins before it: at most seven."""
    step = next(it for it in (1, 5, 10, 20, 50, 100, 200) if 6 * it >= most)
    return list(range(0, most + 1, step))


def _row(place: int, it: BeforeAfter, words: ActedWords, links: Addresses) -> Row:
    """v, w: numbers before and after; s, c, f, i and S, C, I: shapes, colours and words of both ends; p, q: told."""
    is_lowered = it.is_severity_lowered
    severity = f"S {it.before.severity.rating} → {it.after.severity.rating}"
    row = lane_row(
        place,
        named(it.row.code, it.row.mode),
        aside=f"{_LOWERED} {words.lowered} {severity}" if is_lowered else "",
        url=links.of_row(it.row.code),
    )
    before, after = looks_of(it.priority_before), looks_of(it.priority_after)
    row |= {"v": it.rpn_before, "w": it.rpn_after, "b": it.row.code}
    row |= {"s": before["s"], "c": before["c"], "S": after["s"], "C": after["c"]}
    row |= {"i": f"{it.rpn_before} {before['l']}", "I": f"{after['l']} {it.rpn_after}"}
    row |= {"p": _told(it.before.ratings, it.rpn_before, it.priority_before)}
    row |= {"q": _told(it.after.ratings, it.rpn_after, it.priority_after)}
    # a number may rise: then what is written beside both ends changes sides
    row["d"] = (it.rpn_after or 0) - (it.rpn_before or 0)
    return row


def _told(
    ratings: tuple[int | None, int | None, int | None], number: int | None, priority: ActionPriority | None
) -> str:
    return f"{'·'.join(str(it) for it in ratings)} = {number} {looks_of(priority)['l']}"


def _ends(rows: Sequence[Row], x: Spec, count: int, words: ActedWords) -> list[Spec]:
    y = lane_y(count)
    about = {"tooltip": told([("t", words.row), ("p", words.before), ("q", words.after)])} | href(rows)
    at_before, at_after = {"x": x | {"field": "v"}, "y": y}, {"x": x | {"field": "w"}, "y": y}
    moved = [{"filter": "datum.d !== 0"}]
    point = {"type": "point", "opacity": 1, "size": 80, "strokeWidth": 1.8}
    hollow = {"shape": raw("s"), "stroke": raw("c"), "fill": {"value": "white"}}
    filled = {"shape": raw("S"), "stroke": raw("C"), "fill": raw("C")}
    line = {"type": "rule", "color": SOFT, "strokeWidth": 2}
    return [
        {"transform": moved, "mark": line, "encoding": at_before | {"x2": {"field": "w"}} | about},
        {"transform": moved, "mark": point, "encoding": at_before | hollow | about},
        {"mark": point, "encoding": at_after | filled | about},
        _beside("i", "c", at_before, "right", "datum.d < 0"),
        _beside("i", "c", at_before, "left", "datum.d > 0"),
        _beside("I", "C", at_after, "left", "datum.d < 0"),
        _beside("i", "c", at_before, "right", "datum.d === 0"),
        _beside("I", "C", at_after, "right", "datum.d > 0"),
    ]


def _beside(text: str, colour: str, place: Spec, side: str, test: str) -> Spec:
    """Words on one side of an end, where `test` holds."""
    where = {"align": "left", "dx": 9} if side == "right" else {"align": "right", "dx": -9}
    return {
        "transform": [{"filter": test}],
        "mark": _TEXT | where,
        "encoding": place | {"text": {"field": text}, "color": raw(colour)},
    }

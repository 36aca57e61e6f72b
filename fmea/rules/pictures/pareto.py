"""Rows by their risk priority number beside how many have each action priority.

There is no line of cumulative shares, though a chart after Pareto has one: it would add up products of ordinal ratings,
and a sum of them has no meaning (a step from 2 to 3 is no amount, so that 240 is not twice 120, and no share of a total
either). What can be counted is counted: the rows of each class. Bars are in the order of the number, of equal ones the
worse priority first, then the higher severity; that the two orders differ is what the letters show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import ON_PAPER, Look, Row, Titles, picture
from fmea.rules.actions import BeforeAfter
from fmea.rules.pictures.parts import (
    BADGE,
    LANE,
    MOST_LANES,
    NAME_SIZE,
    NO_ADDRESSES,
    WORST_FIRST,
    Addresses,
    When,
    badges,
    href,
    lane_names,
    lane_row,
    lane_y,
    looks_of,
    named,
    priority_at,
    raw,
    rpn_at,
    scores_at,
    told,
    track,
    without_frame,
)
from fmea.rules.priority import ActionPriority
from qc.rules.charts import INK, SOFT, Spec

_COUNT_LANE = 24
_KEPT = ("$schema", "background", "config", "description", "title")


@dataclass(frozen=True)
class ParetoRow:
    """One row with all its ratings: S, O, D, their product, and the priority."""

    code: str
    mode: str
    ratings: tuple[int, int, int]
    rpn: int
    priority: ActionPriority | None


@dataclass(frozen=True)
class Pareto:
    """Rows in the order of their bars, how many have each priority, and the codes of rows that lack a rating."""

    rows: tuple[ParetoRow, ...]
    counts: Mapping[ActionPriority, int]
    unrated: tuple[str, ...]


@dataclass(frozen=True)
class ParetoWords:
    """Words beside the titles: above both parts, of the tooltip, and of how many rows are not drawn (or empty)."""

    counts: str
    row: str
    rpn: str
    ratings: str
    priority: str
    more: str = ""


def pareto(rows: Sequence[BeforeAfter], when: When = When.BEFORE) -> Pareto:
    """The rows of a worksheet in the order of their risk priority number."""
    found, unrated = [], []
    for it in rows:
        s, o, d = scores_at(it, when).ratings
        number = rpn_at(it, when)
        if s is None or o is None or d is None or number is None:
            unrated.append(it.row.code)
            continue
        found.append(ParetoRow(it.row.code, it.row.mode, (s, o, d), number, priority_at(it, when)))
    counts = {it: sum(row.priority is it for row in found) for it in WORST_FIRST}
    return Pareto(tuple(sorted(found, key=_order)), counts, tuple(unrated))


def _order(row: ParetoRow) -> tuple[int, int, int]:
    class_ = WORST_FIRST.index(row.priority) if row.priority else len(WORST_FIRST)
    return -row.rpn, class_, -row.ratings[0]


def pareto_picture(
    found: Pareto,
    titles: Titles,
    words: ParetoWords,
    addresses: Addresses = NO_ADDRESSES,
    look: Look = ON_PAPER,
) -> Spec:
    """Above, how many rows have each priority; below, the rows with the highest numbers, at most forty.

    `titles.order` is written along the numbers. `usermeta.beside`: px that stand beside the fields.
    """
    links = addresses if look.is_interactive else NO_ADDRESSES
    rows = [
        lane_row(
            n,
            named(it.code, it.mode),
            aside="{} · {} · {} = {}".format(*it.ratings, it.rpn),
            url=links.of_row(it.code),
        )
        | looks_of(it.priority)
        | {"v": it.rpn, "b": it.code, "q": "S {} · O {} · D {}".format(*it.ratings)}
        for n, it in enumerate(found.rows[:MOST_LANES])
    ]
    height = LANE * max(len(rows), 1)
    lower = without_frame(picture(titles, replace(look, height=height), rows, _bars(rows, titles, words)))
    upper = _counts(found.counts, look.width, words)
    fields = {key: lower[key] for key in ("width", "height", "data", "layer")}
    return {key: lower[key] for key in _KEPT if key in lower} | {
        "vconcat": [upper, fields],
        "spacing": 18,
        "usermeta": {"beside": BADGE + 24},
    }


def _bars(rows: Sequence[Row], titles: Titles, words: ParetoWords) -> list[Spec]:
    count = max(len(rows), 1)
    most = max((row["v"] for row in rows), default=1)
    x = {
        "field": "v",
        "type": "quantitative",
        "title": [titles.order, words.more] if words.more else titles.order,
        "scale": {"domain": [0, most], "nice": False},
        "axis": {"tickCount": 5, "labelOverlap": True},
    }
    about = told([("t", words.row), ("v", words.rpn), ("q", words.ratings), ("l", words.priority)])
    bars = {
        "mark": {"type": "rect", "cornerRadius": 2},
        "encoding": {"x": x, "x2": {"datum": 0}, "color": raw("c"), "tooltip": about}
        | track(count)
        | href(rows),
    }
    return [*lane_names(count, rows), bars, *badges(count)]


def _counts(counts: Mapping[ActionPriority, int], width: int, words: ParetoWords) -> Spec:
    """One bar a class, with its letter before it and its number behind it: these are amounts, and have a zero."""
    rows = [
        {"y": n + 0.5, "a": n + 0.22, "z": n + 0.78, "v": number, "n": str(number)} | looks_of(it)
        for n, (it, number) in enumerate(counts.items())
    ]
    count = len(rows)
    # room for the number behind the longest bar
    most = max(1, *counts.values()) * 1.12
    scale = {"domain": [0, most], "nice": False}
    x = {"field": "v", "type": "quantitative", "axis": None, "scale": scale}
    number: Spec = {"type": "text", "align": "left", "dx": 5, "color": INK}
    number |= {"fontSize": NAME_SIZE, "fontWeight": "bold"}
    title: Spec = {"text": words.counts, "anchor": "start", "color": SOFT}
    title |= {"fontSize": NAME_SIZE, "fontWeight": "normal"}
    return {
        "width": width,
        "height": _COUNT_LANE * count,
        "title": title,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 2},
                "encoding": {"x": x, "x2": {"datum": 0}, "color": raw("c")} | track(count),
            },
            {"mark": number, "encoding": {"x": x, "y": lane_y(count), "text": {"field": "n"}}},
            *badges(count),
        ],
    }

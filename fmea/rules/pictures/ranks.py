"""How firmly each failure mode holds its rank, given how far its team was apart: one interval a mode.

The first rank stands at the left. A mode that one person alone scored has no spread to show: its mark is hollow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import ON_PAPER, TRACE, Look, Row, Titles, picture
from fmea.rules.evidence import Note
from fmea.rules.pictures.parts import (
    LANE,
    MOST_LANES,
    NO_ADDRESSES,
    Addresses,
    href,
    lane_names,
    lane_row,
    lane_y,
    named,
    raw,
    told,
    without_frame,
)
from fmea.rules.ranking import RankSpread
from qc.rules.charts import GOOD, Spec


@dataclass(frozen=True)
class RankWords:
    """Words of the tooltip, and of how many modes are not drawn (or empty)."""

    row: str
    rank: str
    first: str
    more: str = ""


def firmest_first(spreads: Sequence[RankSpread]) -> tuple[RankSpread, ...]:
    """By the middle of the rank, of equal ones the one that stands first more often."""
    return tuple(sorted(spreads, key=lambda it: (it.median, -it.first)))


def rank(value: float) -> str:
    """A rank for the eye: whole, or with one digit where modes share it."""
    return f"{value:.1f}".removesuffix(".0")


def rank_picture(
    spreads: Sequence[RankSpread],
    modes: Mapping[str, str],
    titles: Titles,
    words: RankWords,
    *,
    addresses: Addresses = NO_ADDRESSES,
    look: Look = ON_PAPER,
) -> Spec:
    """The modes in the order given (`firmest_first`), at most forty; `modes`: what fails, by code."""
    links = addresses if look.is_interactive else NO_ADDRESSES
    rows = [_row(n, it, modes, links) for n, it in enumerate(spreads[:MOST_LANES])]
    count = max(len(rows), 1)
    x: Spec = {
        "type": "quantitative",
        "title": [titles.order, words.more] if words.more else titles.order,
        "scale": {"domain": [1, max(len(spreads), 2)], "nice": False, "zero": False, "padding": 10},
        "axis": {"labelOverlap": True, "tickMinStep": 1, "labelExpr": "datum.value < 1 ? '' : datum.label"},
    }
    layers = [*lane_names(count, rows), *_intervals(rows, x, count, words)]
    return without_frame(picture(titles, replace(look, height=LANE * count), rows, layers))


def _row(place: int, it: RankSpread, modes: Mapping[str, str], links: Addresses) -> Row:
    """v, w, m: ends and middle of its rank; i: the ink of its mark; p: how often it stands first."""
    told_rank = f"{rank(it.median)} ({rank(it.low)} … {rank(it.high)})"
    row = lane_row(place, named(it.mode, modes.get(it.mode, "")), aside=told_rank, url=links.of_row(it.mode))
    ink = "white" if Note.TOO_FEW_SCORES in it.notes else GOOD
    return row | {"v": it.low, "w": it.high, "m": it.median, "i": ink, "p": it.first}


def _intervals(rows: Sequence[Row], x: Spec, count: int, words: RankWords) -> list[Spec]:
    y = lane_y(count)
    about = {"tooltip": told([("t", words.row), ("r", words.rank)])} | href(rows)
    share = {"field": "p", "type": "quantitative", "title": words.first, "format": ".0%"}
    about["tooltip"] = [*about["tooltip"], share]
    point = {"type": "point", "opacity": 1, "size": 80, "stroke": GOOD, "strokeWidth": 1.8}
    return [
        {
            "mark": {"type": "rule", "color": TRACE, "strokeWidth": 5, "strokeCap": "round"},
            "encoding": {"x": x | {"field": "v"}, "x2": {"field": "w"}, "y": y} | about,
        },
        {"mark": point, "encoding": {"x": x | {"field": "m"}, "y": y, "fill": raw("i")} | about},
    ]

"""Severity by occurrence: where the rows of a worksheet stand, and what the table of priorities says of each place.

A cell has the worst priority that any of its rows has at its own detection, so that the colour is never better than a
row under it. Where there is no row, the cell is faint and has the letter that the table gives it in the middle of
detection (5). The heavy line lies below the severities that ask for a signed decision whatever their priority.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import LETTER, ON_PAPER, Look, Row, Titles, picture
from fmea.rules.actions import BeforeAfter
from fmea.rules.pictures.parts import (
    COLOURS,
    NO_ADDRESSES,
    NO_LETTER,
    WASHES,
    Addresses,
    When,
    href,
    priority_at,
    raw,
    scores_at,
    told,
    worst,
)
from fmea.rules.priority import ActionPriority, PriorityTable
from fmea.rules.scales import HIGHEST, LOWEST
from fmea.rules.worksheet import RESIDUAL_FROM
from qc.rules.charts import INK, Spec

MIDDLE_DETECTION = 5
_CELL = 40  # px of height
_MOST_CODES = 12
_RATINGS = tuple(range(LOWEST, HIGHEST + 1))


@dataclass(frozen=True)
class MatrixCell:
    """One meeting of a severity and an occurrence: the codes of its rows, the worst of them, and what the table has.

    `priority`: the worst of its rows; None: none. `middle`: of the table at a detection of 5. `by_detection`: of the
    table as (lowest, highest, priority), the best detection first.
    """

    severity: int
    occurrence: int
    codes: tuple[str, ...]
    priority: ActionPriority | None
    middle: ActionPriority | None
    by_detection: tuple[tuple[int, int, ActionPriority], ...]


@dataclass(frozen=True)
class MatrixWords:
    """Words of the tooltip: what the rows of a cell are called, the ratings, and the table by detection."""

    rows: str
    severity: str
    occurrence: str
    priority: str
    by_detection: str


def matrix_cells(
    rows: Sequence[BeforeAfter], table: PriorityTable, when: When = When.BEFORE
) -> tuple[MatrixCell, ...]:
    """All hundred cells, the worst severity first, by rising occurrence. Rows without both ratings are in none."""
    found: dict[tuple[int | None, int | None], list[BeforeAfter]] = {}
    for row in rows:
        severity, occurrence, _ = scores_at(row, when).ratings
        found.setdefault((severity, occurrence), []).append(row)
    return tuple(
        _cell(severity, occurrence, found.get((severity, occurrence), []), table, when)
        for severity in reversed(_RATINGS)
        for occurrence in _RATINGS
    )


def unplaced(rows: Sequence[BeforeAfter], when: When = When.BEFORE) -> tuple[str, ...]:
    """The codes of rows that stand nowhere, because they have no severity or no occurrence yet."""
    return tuple(it.row.code for it in rows if None in scores_at(it, when).ratings[:2])


def _cell(
    severity: int, occurrence: int, rows: Sequence[BeforeAfter], table: PriorityTable, when: When
) -> MatrixCell:
    bands = []
    for it in reversed(table.detection):
        priority = table.priority(severity, occurrence, it.low)
        if priority is not None:
            bands.append((it.low, it.high, priority))
    return MatrixCell(
        severity,
        occurrence,
        tuple(it.row.code for it in rows),
        worst([priority_at(it, when) for it in rows]),
        table.priority(severity, occurrence, MIDDLE_DETECTION),
        tuple(bands),
    )


def matrix_picture(
    cells: Sequence[MatrixCell],
    titles: Titles,
    words: MatrixWords,
    addresses: Addresses = NO_ADDRESSES,
    look: Look = ON_PAPER,
) -> Spec:
    """The cells, each with how many rows stand in it over the letter of their worst priority.

    A click leads to the row, or where there are several to the cell. `titles.unit`: severity, `order`: occurrence.
    """
    rows = [_row(it, addresses if look.is_interactive else NO_ADDRESSES) for it in cells]
    height = _CELL * len(_RATINGS)
    layers = [*_cells(rows, titles, words), *_letters(rows, titles), _needs_decision(height)]
    return picture(titles, replace(look, height=height), rows, layers)


def _row(cell: MatrixCell, addresses: Addresses) -> Row:
    """s, o: ratings; m, n, t: how many rows and which; l, c, i: letter, colour and ink; d: the table; u: address."""
    priority = cell.priority or cell.middle
    row: Row = {
        "s": cell.severity,
        "o": cell.occurrence,
        "l": NO_LETTER if priority is None else priority.value,
        "d": ", ".join(f"{_span(low, high)}: {it.value}" for low, high, it in cell.by_detection),
    }
    if not cell.codes:
        inks = ("#ffffff", INK) if priority is None else (WASHES[priority], COLOURS[priority])
        return row | {"c": inks[0], "i": inks[1]}
    # rows that have no detection yet have no priority: their cell is neither of the table's nor without rows
    colour = INK if cell.priority is None else COLOURS[cell.priority]
    if cell.priority is None:
        row["l"] = NO_LETTER
    row |= {"c": colour, "i": "#ffffff", "m": len(cell.codes), "t": _codes(cell.codes)}
    if len(cell.codes) == 1 and addresses.row:
        row["u"] = addresses.of_row(cell.codes[0])
    elif addresses.cell:
        row["u"] = addresses.cell.format(severity=cell.severity, occurrence=cell.occurrence)
    return row


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}-{high}"


def _codes(codes: Sequence[str]) -> str:
    more = len(codes) - _MOST_CODES
    return ", ".join(codes[:_MOST_CODES]) + (f" … +{more}" if more > 0 else "")


def _place(titles: Titles) -> Spec:
    axis = {"labelAngle": 0, "ticks": False, "domain": False, "labelPadding": 6}
    scale = {"paddingInner": 0.06, "paddingOuter": 0.03}
    return {
        "x": {
            "field": "o",
            "type": "ordinal",
            "title": titles.order,
            "axis": axis,
            "scale": scale | {"domain": list(_RATINGS)},
        },
        "y": {
            "field": "s",
            "type": "ordinal",
            "title": titles.unit,
            "axis": axis,
            "scale": scale | {"domain": list(reversed(_RATINGS))},
        },
    }


def _cells(rows: Sequence[Row], titles: Titles, words: MatrixWords) -> list[Spec]:
    place, rect = _place(titles), {"type": "rect", "cornerRadius": 3}
    about = told([("s", words.severity), ("o", words.occurrence), ("l", words.priority)])
    codes, table = told([("t", words.rows)]), told([("d", words.by_detection)])
    return [
        {
            "transform": [{"filter": "!isValid(datum.m)"}],
            "mark": rect,
            "encoding": place | {"color": raw("c"), "tooltip": [*about[:2], *table]},
        },
        {
            "transform": [{"filter": "isValid(datum.m)"}],
            "mark": rect,
            "encoding": place | {"color": raw("c"), "tooltip": [*codes, *about, *table]} | href(rows),
        },
    ]


def _letters(rows: Sequence[Row], titles: Titles) -> list[Spec]:
    """How many over the letter; in an empty cell the letter alone."""
    place = _place(titles) | {"color": raw("i")}
    there = [{"filter": "isValid(datum.m)"}]
    count = {"type": "text", "fontSize": 15, "fontWeight": "bold", "dy": -7}
    letter = {"type": "text", "fontSize": LETTER, "fontWeight": "bold", "dy": 9}
    faint = {"type": "text", "fontSize": LETTER}
    return [
        {"transform": there, "mark": count, "encoding": place | {"text": {"field": "m"}} | href(rows)},
        {"transform": there, "mark": letter, "encoding": place | {"text": {"field": "l"}} | href(rows)},
        {
            "transform": [{"filter": "!isValid(datum.m)"}],
            "mark": faint,
            "encoding": place | {"text": {"field": "l"}},
        },
    ]


def _needs_decision(height: int) -> Spec:
    """The line below the severities whose risk that is left somebody has to sign."""
    y = height * (HIGHEST + 1 - RESIDUAL_FROM) / HIGHEST
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "color": INK, "strokeWidth": 2},
        "encoding": {"y": {"value": y}, "x": {"value": 0}, "x2": {"value": "width"}},
    }

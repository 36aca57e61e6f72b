"""The lines of a sheet that was read: where its headings stand, which cell is whose, and what stands where none is.

Headings are known whatever their case, their spaces and their order. One that is not known, or that is there twice, is
refused by its name: a column left out silently would look like one that was read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fmea.rules.layout import Column, Kind, Layout
from fmea.rules.layout_cells import Raw, Unread, plain

# How far down headings are looked for: a title and a logo may stand above them.
MOST_ABOVE = 30
# A line with at least so many known headings is the line of headings.
FEWEST_HEADINGS = 2
Grid = Sequence[Sequence[Raw]]


@dataclass(frozen=True)
class CellFault:
    """What is wrong with one cell, or with the sheet (`address` empty), or with the file (`sheet` empty too)."""

    sheet: str
    address: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    heading: str = ""


@dataclass(frozen=True)
class LineRead:
    """One line: where it is, where the cell under each heading is in it, and what stands there (what is empty is not
    in `cells`)."""

    at: int
    places: Mapping[str, int]
    cells: Mapping[str, Raw]
    is_upright: bool

    def address(self, heading: str) -> str:
        """The address of the cell under a heading; empty where there is no such heading."""
        if heading not in self.places:
            return ""
        place = self.places[heading]
        return address(place, self.at) if self.is_upright else address(self.at, place)


@dataclass(frozen=True)
class SheetRead:
    """The lines of a sheet, the columns that it has, and its faults."""

    name: str
    layout: Layout
    columns: tuple[Column, ...]
    lines: tuple[LineRead, ...]
    faults: tuple[CellFault, ...]

    def fault(self, line: LineRead, column: Column, code: str, **params: Any) -> CellFault:
        """A fault at a cell."""
        return CellFault(self.name, line.address(column.heading), code, params, column.heading)


def address(row: int, column: int) -> str:
    """The address of a cell, both counted from 0: (13, 2) is C14."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def read_lines(name: str, grid: Grid, layout: Layout) -> SheetRead:
    """The lines of one sheet."""
    turned = _turned(grid) if layout.is_upright else grid
    by_name = _names(layout)
    at = _heading_row(turned, by_name)
    if at is None:
        fault = CellFault(name, "", "no_headings", {"headings": [it.heading for it in layout.columns[:8]]})
        return SheetRead(name, layout, (), (), (fault,))
    reading = _Reading(name, layout, by_name)
    places = reading.headings(turned[at], at)
    lines = tuple(reading.lines(turned, at, places))
    return SheetRead(name, layout, tuple(places.values()), lines, tuple(reading.faults))


def _turned(grid: Grid) -> Grid:
    wide = max((len(row) for row in grid), default=0)
    return [[row[x] if x < len(row) else None for row in grid] for x in range(wide)]


def _names(layout: Layout) -> dict[str, Column]:
    return {plain(name): it for it in layout.columns for name in (it.heading, *it.also)}


def _heading_row(grid: Grid, by_name: Mapping[str, Column]) -> int | None:
    """The line with most known headings among the first ones; the first of those with equally many."""
    counts = [
        len({plain(it) for it in row if isinstance(it, str)} & set(by_name)) for row in grid[:MOST_ABOVE]
    ]
    most = max(counts, default=0)
    return counts.index(most) if most >= FEWEST_HEADINGS else None


class _Reading:
    """One sheet being read, with its faults."""

    def __init__(self, name: str, layout: Layout, by_name: Mapping[str, Column]) -> None:
        self.name, self.layout, self.by_name = name, layout, by_name
        self.faults: list[CellFault] = []

    def address(self, line: int, place: int) -> str:
        return address(place, line) if self.layout.is_upright else address(line, place)

    def headings(self, row: Sequence[Raw], at: int) -> dict[int, Column]:
        found: dict[int, Column] = {}
        for place, raw in enumerate(row):
            if raw is None or not str(raw).strip():
                continue
            column = self.by_name.get(plain(raw)) if isinstance(raw, str) else None
            if column is None:
                self._fault(at, place, "unknown_heading", str(raw))
            elif column in found.values():
                self._fault(at, place, "heading_twice", column.heading)
            else:
                found[place] = column
        return found

    def _fault(self, line: int, place: int, code: str, given: str) -> None:
        self.faults.append(CellFault(self.name, self.address(line, place), code, {"given": given}))

    def lines(self, grid: Grid, at: int, places: Mapping[int, Column]) -> Iterator[LineRead]:
        named = {place for place, raw in enumerate(grid[at]) if is_filled(raw)}
        headings = {it.heading: place for place, it in places.items()}
        read = {place for place, it in places.items() if it.kind is not Kind.RECKONED}
        for n in range(at + 1, len(grid)):
            filled = {place: raw for place, raw in enumerate(grid[n]) if raw is not None and is_filled(raw)}
            for place in filled.keys() - named:
                self._fault(n, place, "no_heading_above", str(filled[place]))
            if not read.isdisjoint(filled):
                cells = {places[place].heading: raw for place, raw in filled.items() if place in places}
                yield LineRead(n, headings, cells, self.layout.is_upright)


def is_filled(raw: Raw) -> bool:
    """Whether anything stands in a cell."""
    return raw is not None and (not isinstance(raw, str) or isinstance(raw, Unread) or bool(raw.strip()))

"""What a report is made of: facts, tables and pictures, in an order, with everything in them.

One structure serves the page, the PDF, the spreadsheet, the CSV and the JSON, so that no form of a report can say
less than another (21 CFR 11.10(b): copies that are accurate and complete, in human-readable and electronic form).
A cell is data, never a sentence about data: each form writes times, numbers and codes in its own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from cpv.rules.programme.report import LedgerPoint

# Between several codes in one cell; no code holds it.
LISTED = ", "

Cell = str | int | Decimal | bool | date | datetime | None


class ColumnKind(StrEnum):
    """How a column is shown, and what its cells are: str unless said otherwise."""

    TEXT = "text"
    CODE = "code"  # an identifier: fixed width, never broken
    WORD = "word"  # one of few states, in words
    MARK = "mark"  # good, warn or bad: what is wrong must not be found by reading alone; the word stands beside it
    NUMBER = "number"  # int or Decimal; the unit stands in the title
    TIME = "time"  # aware datetime, shown in the zone of the row's site
    DAY = "day"  # date
    YES = "yes"  # bool
    LINK = "link"  # an address inside the product; printed forms show the row's own code instead


@dataclass(frozen=True)
class Column:
    """A column; `key` is its name in JSON and CSV and never changes once shipped, `title` is for people."""

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True)
class Table:
    """Rows under columns. `empty`: what it means that there are none, as a sentence. `zone`: of times in its rows.

    `zone_column`: the key of a TEXT column that names the IANA zone of each row's times, where rows are of several
    sites.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    about: str = ""
    zone: str = "UTC"
    zone_column: str = ""

    def __post_init__(self) -> None:
        wrong = [n for n, row in enumerate(self.rows) if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(f"{self.key}: rows {wrong[:3]} do not have {len(self.columns)} cells")
        if len({column.key for column in self.columns}) != len(self.columns):
            raise ValueError(f"{self.key}: two columns of one key")

    def zone_of(self, row: tuple[Cell, ...]) -> str:
        """The zone of the times in a row."""
        named = [
            cell for column, cell in zip(self.columns, row, strict=True) if column.key == self.zone_column
        ]
        return str(named[0]) if named and named[0] else self.zone

    @property
    def shown(self) -> tuple[int, ...]:
        """The columns that people are shown, by place. A link stands behind another cell, the zone is in every time."""
        beside = {
            n
            for n, it in enumerate(self.columns)
            if it.kind is ColumnKind.LINK or (it.key == self.zone_column and self.has_times)
        }
        return tuple(n for n in range(len(self.columns)) if n not in beside | set(self._bare))

    @property
    def bare(self) -> tuple[str, ...]:
        """The titles of columns in which no row has anything: they are named once, and take no room."""
        return tuple(self.columns[n].title for n in self._bare)

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of the times in its rows; none where there are no times."""
        return tuple(sorted({self.zone_of(row) for row in self.rows})) if self.has_times else ()

    @property
    def has_times(self) -> bool:
        """Whether any of its columns holds times."""
        return any(column.kind is ColumnKind.TIME for column in self.columns)

    @property
    def _bare(self) -> tuple[int, ...]:
        if not self.rows:
            return ()
        empty = ("", None)
        return tuple(n for n in range(1, len(self.columns)) if all(row[n] in empty for row in self.rows))


@dataclass(frozen=True)
class Fact:
    """One thing that is so: a name and its value; `about`: what it means, and of how many it is."""

    key: str
    title: str
    value: Cell
    kind: ColumnKind = ColumnKind.TEXT
    about: str = ""


@dataclass(frozen=True)
class Facts:
    """Things that are so, one beneath another."""

    key: str
    title: str
    facts: tuple[Fact, ...]
    about: str = ""
    zone: str = "UTC"


@dataclass(frozen=True)
class Picture:
    """A drawing (a Vega-Lite description) with the same as a table for whoever cannot see it or wants the numbers.

    `nothing`: a sentence that people are shown in place of both, where there is nothing to draw.
    """

    key: str
    title: str
    about: str
    drawing: Mapping[str, Any]
    table: Table
    nothing: str = ""

    @property
    def untitled(self) -> Mapping[str, Any]:
        """The drawing as it stands in a report, under a heading that says its title."""
        return {name: it for name, it in self.drawing.items() if name != "title"}


Section = Facts | Table | Picture


class Severity(StrEnum):
    """How bad a finding is."""

    GAP = "gap"  # something that should be there is not
    NOTE = "note"  # out of the ordinary, and lawful


@dataclass(frozen=True)
class Found:
    """What the reader must not miss: it stands before everything else, with where to look."""

    severity: Severity
    text: str
    section: str = ""


@dataclass(frozen=True)
class Report:
    """A report as it was made. `kind` and `question` say which and about what; `sites`: whose data are in it.

    `as_of`: the moment that it tells of; later entries are not in it. `checkpoint`: the newest in what was read, all at
    one moment. `subjects`: (kind, key) of what it concerns, as entries name them.
    """

    kind: str
    title: str
    about: str
    question: Mapping[str, str]
    as_of: datetime
    sites: tuple[str, ...]
    sections: tuple[Section, ...]
    found: tuple[Found, ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = field(default=())
    checkpoint: LedgerPoint | None = None

    def __post_init__(self) -> None:
        keys = [section.key for section in self.sections]
        if len(set(keys)) != len(keys):
            raise ValueError(f"{self.kind}: two sections of one key")

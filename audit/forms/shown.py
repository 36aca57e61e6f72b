"""A report as a page shows it: the same facts, tables and pictures as every other form, from the same structure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.forms.words import ASKED, SEVERITIES
from audit.rules.report import (
    Cell,
    Column,
    ColumnKind,
    Facts,
    Found,
    Picture,
    Report,
    Section,
    Severity,
    Table,
)
from audit.rules.writing import for_people

# A page shows so many rows of a table; the files have all.
MOST_ROWS = 300
_MARKS: Mapping[str, tuple[str, Promise]] = {
    "good": ("\u2714", _("good")),
    "warn": ("\u25b2", _("look")),
    "bad": ("\u25a0", _("bad")),
}
_YES: Mapping[bool, Promise] = {True: _("yes"), False: _("no")}


@dataclass(frozen=True)
class ShownCell:
    """A cell: its words; `label`: the title of its column; `href`: where it leads; `mark`: good, warn or bad."""

    text: str
    label: str
    kind: str
    href: str = ""
    mark: str = ""
    word: str = ""
    iso: str = ""


@dataclass(frozen=True)
class ShownTable:
    """A table. `more`: how many rows the page leaves out."""

    titles: tuple[tuple[str, str], ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    empty: str
    more: int


@dataclass(frozen=True)
class ShownSection:
    """A section: facts, or a table, with a picture above it where there is one."""

    key: str
    title: str
    about: str
    facts: tuple[ShownCell, ...] = ()
    table: ShownTable | None = None
    is_picture: bool = False


@dataclass(frozen=True)
class ShownFound:
    """A finding, and the title of the section in which to look."""

    it: Found
    word: Promise
    title: str

    @property
    def is_gap(self) -> bool:
        """Whether something is missing."""
        return self.it.severity is Severity.GAP


@dataclass(frozen=True)
class ShownReport:
    """A report."""

    it: Report
    asked: tuple[tuple[str, str], ...]
    found: tuple[ShownFound, ...]
    sections: tuple[ShownSection, ...]


def shown_report(report: Report) -> ShownReport:
    """The report for a page."""
    titles = {section.key: section.title for section in report.sections}
    found = tuple(
        ShownFound(one, SEVERITIES[one.severity], titles.get(one.section, "")) for one in report.found
    )
    return ShownReport(report, shown_question(report.question), found, tuple(map(_section, report.sections)))


def shown_question(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What was asked, in words."""
    return tuple((str(ASKED.get(name, name)), _asked(name, str(value))) for name, value in said.items())


def picture_of(report: Report, key: str) -> Mapping[str, Any] | None:
    """How the picture of this section is drawn."""
    drawings = {it.key: it.drawing for it in report.sections if isinstance(it, Picture)}
    return drawings.get(key)


def _asked(name: str, value: str) -> str:
    is_time = name in ("since", "until", "moment")
    return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M %Z}" if is_time else value


def _section(section: Section) -> ShownSection:
    about = section.key, section.title, section.about
    if isinstance(section, Facts):
        facts = [_cell(it.value, it.kind, it.title, section.zone) for it in section.facts]
        return ShownSection(*about, facts=tuple(facts))
    is_picture = isinstance(section, Picture)
    table = section.table if isinstance(section, Picture) else section
    return ShownSection(*about, table=_table(table), is_picture=is_picture)


def _table(table: Table) -> ShownTable:
    kept = [n for n, column in enumerate(table.columns) if column.kind is not ColumnKind.LINK]
    links = [n for n, column in enumerate(table.columns) if column.kind is ColumnKind.LINK]
    columns = [table.columns[n] for n in kept]
    leading = next((n for n in kept if table.columns[n].kind is ColumnKind.CODE), kept[0] if kept else 0)
    rows = [_row(table, row, kept, links, leading) for row in table.rows[:MOST_ROWS]]
    titles = tuple((column.title, _class(column)) for column in columns)
    return ShownTable(titles, tuple(rows), table.empty, max(0, len(table.rows) - MOST_ROWS))


def _row(
    table: Table, row: Sequence[Cell], kept: Sequence[int], links: Sequence[int], leading: int
) -> tuple[ShownCell, ...]:
    """The cells of a row; what its link leads to is behind its first code."""
    href = next((str(row[n]) for n in links if row[n]), "")
    zone = table.zone_of(tuple(row))
    return tuple(
        _cell(row[n], table.columns[n].kind, table.columns[n].title, zone, href if n == leading else "")
        for n in kept
    )


def _class(column: Column) -> str:
    return "num" if column.kind is ColumnKind.NUMBER else ""


def _cell(value: Cell, kind: ColumnKind, title: str, zone: str, href: str = "") -> ShownCell:
    text = str(_YES[value]) if isinstance(value, bool) else for_people(value, zone)
    if kind is ColumnKind.LINK:
        return ShownCell(text, title, str(kind), href=_local(text))
    if kind is ColumnKind.MARK and text in _MARKS:
        sign, word = _MARKS[text]
        return ShownCell(sign, title, str(kind), mark=text, word=str(word))
    iso = value.astimezone(ZoneInfo(zone)).isoformat() if isinstance(value, datetime) else ""
    return ShownCell(text, title, str(kind), href=_local(href), iso=iso)


def _local(href: str) -> str:
    """An address inside the product, or none: a report is data, and data do not lead elsewhere."""
    return href if href.startswith("/") and not href.startswith("//") else ""

"""A report as a page shows it: the same facts, tables and pictures as every other form, from the same structure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.words import ASKED, SEVERITIES
from audit.rules.report import (
    LISTED,
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
from audit.rules.writing import asked_for_people, for_people

# A page shows so many rows of a table; the files have all.
MOST_ROWS = 100
# A text longer than this gets a wide column: else a line of a table becomes a column of words.
_LONG = 40
_MARKS: Mapping[str, tuple[str, Promise]] = {
    "good": ("\u2714", gettext_lazy("good")),
    "warn": ("\u25b2", gettext_lazy("look")),
    "bad": ("\u25a0", gettext_lazy("bad")),
}
_YES: Mapping[bool, Promise] = {True: gettext_lazy("yes"), False: gettext_lazy("no")}


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
    about: str = ""

    @property
    def is_list(self) -> bool:
        """Whether it holds several codes, which may stand on lines of their own."""
        return LISTED in self.text

    @property
    def is_long(self) -> bool:
        """Whether its text wants a wide column."""
        return len(self.text) > _LONG


@dataclass(frozen=True)
class ShownTable:
    """A table. `count`: its rows; `more`: how many of them the page leaves out; `notes`: what stands beneath it."""

    titles: tuple[tuple[str, str], ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    empty: str
    count: int
    more: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ShownSection:
    """A section: facts, or a table, with a picture above it where there is one.

    `is_told`: whether its facts say what they mean; `is_folded`: whether its table stays shut beneath the picture.
    """

    key: str
    title: str
    about: str
    facts: tuple[ShownCell, ...] = ()
    table: ShownTable | None = None
    is_picture: bool = False
    is_told: bool = False
    is_folded: bool = False


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

    @property
    def groups(self) -> tuple[tuple[bool, tuple[ShownSection, ...]], ...]:
        """Neighbouring sections, and whether they are pictures that stand side by side."""
        return tuple((key, tuple(them)) for key, them in groupby(self.sections, key=lambda it: it.is_folded))

    @property
    def has_gaps(self) -> bool:
        """Whether anything that should be there is not."""
        return any(one.is_gap for one in self.found)


def shown_report(report: Report) -> ShownReport:
    """The report for a page."""
    titles = {section.key: section.title for section in report.sections}
    found = tuple(
        ShownFound(one, SEVERITIES[one.severity], titles.get(one.section, "")) for one in report.found
    )
    is_album = sum(isinstance(section, Picture) for section in report.sections) > 1
    sections = tuple(_section(section, is_album) for section in report.sections)
    return ShownReport(report, shown_question(report.question), found, sections)


def shown_question(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What was asked, in words."""
    return tuple((str(ASKED.get(name, name)), asked_for_people(name, str(it))) for name, it in said.items())


def picture_of(report: Report, key: str) -> Mapping[str, Any] | None:
    """How the picture of this section is drawn."""
    drawings = {it.key: it.untitled for it in report.sections if isinstance(it, Picture)}
    return drawings.get(key)


def _section(section: Section, is_album: bool) -> ShownSection:
    about = section.key, section.title, section.about
    if isinstance(section, Facts):
        facts = [
            replace(_cell(it.value, it.kind, it.title, section.zone), about=it.about) for it in section.facts
        ]
        return ShownSection(*about, facts=tuple(facts), is_told=any(it.about for it in facts))
    is_picture = isinstance(section, Picture)
    table = section.table if isinstance(section, Picture) else section
    if isinstance(section, Picture) and section.nothing:
        none = ShownTable((), (), section.nothing, 0, 0, ())
        return ShownSection(*about, table=none, is_folded=is_album)
    return ShownSection(*about, table=_table(table), is_picture=is_picture, is_folded=is_picture and is_album)


def _table(table: Table) -> ShownTable:
    kept = table.shown
    links = [n for n, column in enumerate(table.columns) if column.kind is ColumnKind.LINK]
    columns = [table.columns[n] for n in kept]
    leading = next((n for n in kept if table.columns[n].kind is ColumnKind.CODE), kept[0] if kept else 0)
    rows = [_row(table, row, kept, links, leading) for row in table.rows[:MOST_ROWS]]
    titles = tuple((column.title, _class(column)) for column in columns)
    count = len(table.rows)
    return ShownTable(
        titles, tuple(rows), table.empty, count, max(0, count - MOST_ROWS), tuple(_notes(table))
    )


def _notes(table: Table) -> Iterator[str]:
    """What would say the same in every row."""
    if table.zones not in ((), ("UTC",)):
        yield _("Times are of %(zones)s.") % {"zones": ", ".join(table.zones)}
    if table.bare:
        yield _("No row has anything under: %(titles)s.") % {"titles": ", ".join(table.bare)}


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

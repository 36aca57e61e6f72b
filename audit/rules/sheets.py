"""A report as sheets of rows: what the spreadsheet and the CSV files are made of, so that both say the same.

First comes what the report is, then what it found, then a table of contents, then every section in its order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.rules.content import Drawing
from audit.rules.report import Cell, Column, ColumnKind, Facts, Picture, Report, Section, Table

_NAMED = (Column("key", "Key", ColumnKind.CODE), Column("name", "Name"), Column("value", "Value"))

_TOLD = (*_NAMED, Column("about", "What it means"))


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one file: `key` names it, never changes and is unique in its report."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheets(report: Report, about: Drawing, digest: str) -> tuple[Sheet, ...]:
    """Every sheet of a report; `digest`: SHA-256 of its JSON. Keys begin with the number of the sheet."""
    found = tuple((str(one.severity), one.text, one.section) for one in report.found)
    made = [
        Sheet("report", "Report", _NAMED, tuple(_head(report, about, digest))),
        Sheet(
            "found",
            "Found",
            (Column("severity", "Severity"), Column("text", "Text"), Column("section", "Section")),
            found,
        ),
        Sheet("contents", "Contents", _CONTENTS, tuple(_listed(section) for section in report.sections)),
        *(_sheet(section) for section in report.sections),
    ]
    return tuple(
        Sheet(f"{number:02}-{it.key}", it.title, it.columns, it.rows) for number, it in enumerate(made)
    )


_CONTENTS = (
    *(Column("section", "Section", ColumnKind.CODE), Column("title", "Title"), Column("about", "About")),
    *(Column("zone", "Time zone on paper"), Column("rows", "Rows", ColumnKind.NUMBER)),
    Column("empty", "What it means where there are none"),
)


def _head(report: Report, about: Drawing, digest: str) -> Iterator[tuple[Cell, ...]]:
    yield "title", "Title", report.title
    yield "about", "About", report.about
    yield "kind", "Kind", report.kind
    yield "as_of", "As of (UTC)", report.as_of
    if report.checkpoint is not None:
        yield "checkpoint.size", "Entries in the ledger", report.checkpoint.size
        yield "checkpoint.root", "Root of the ledger", report.checkpoint.root
        yield "checkpoint.signed_at", "Checkpoint signed (UTC)", report.checkpoint.signed_at
    yield "sites", "Sites", ", ".join(report.sites)
    for name, value in report.question.items():
        yield f"question.{name}", f"Asked: {name}", value
    for number, (kind, key) in enumerate(report.subjects, start=1):
        yield f"subject.{number}", f"Concerns: {kind}", key
    for number, text in enumerate(report.left_out, start=1):
        yield f"left_out.{number}", "Left out", text
    yield from _made(about, digest)


def _made(about: Drawing, digest: str) -> Iterator[tuple[Cell, ...]]:
    yield "made.id", "Record", str(about.id)
    yield "made.at", "Made at (UTC)", about.at
    yield "made.by", "Made for", about.by
    yield "made.software", "Software", f"Veintrace {about.software}"
    yield "made.is_demonstration", "Demonstration", about.is_demonstration
    yield "sha256", "SHA-256 of the JSON", digest


def _listed(section: Section) -> tuple[Cell, ...]:
    if isinstance(section, Facts):
        return section.key, section.title, section.about, section.zone, len(section.facts), ""
    table = section.table if isinstance(section, Picture) else section
    return section.key, section.title, section.about, table.zone, len(table.rows), table.empty


def _sheet(section: Section) -> Sheet:
    if isinstance(section, Facts):
        facts = tuple((it.key, it.title, it.value, it.about) for it in section.facts)
        return Sheet(section.key, section.title, _TOLD, facts)
    table: Table = section.table if isinstance(section, Picture) else section
    return Sheet(section.key, section.title, table.columns, table.rows)

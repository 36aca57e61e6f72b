"""Draw a report: PDF/A by Typst with its symbols read back, a spreadsheet, CSV in a ZIP, and canonical JSON.

All forms are made of one structure, and all but the JSON name the digest of the JSON: whoever holds one form can prove
that it is of the same report as another.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings

from audit.registry import report_kind
from audit.rules.comma_separated import archive
from audit.rules.content import Drawing, address_of, content_of
from audit.rules.paging import Part, breakable, paged
from audit.rules.report import Cell, Facts, Picture, Report, Section, Table
from audit.rules.sheets import sheets
from audit.rules.writing import asked_for_people, for_people
from audit.services.spreadsheets import workbook
from coi.rules.labels import Symbol, Symbology
from coi.services import drawing
from ledger import selectors as ledger
from ledger.rules import canonical
from ledger.rules.errors import Invalid
from qc.services.charts import draw_chart

_TEMPLATE, _FEET = "audit/report.typ", "audit/feet.typ"
# The coarsest that a report is printed or scanned at: what reads so reads at any finer one.
_READ_AT = drawing.RESOLUTIONS[:1]
# What the letters of the paper have for certain: Latin, Greek, Cyrillic, punctuation, signs, and the marks in use.
_PRINTABLE = (
    r"\n\u0020-\u007e\u00a0-\u02af\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u04ff\u1e00-\u1eff\u200b"
    r"\u2010-\u2027\u2030-\u2040\u2070\u2071\u2074-\u208e\u20a0-\u20bf\u2190-\u22ff\u25a0-\u25ff\u2714"
)
_UNPRINTABLE = re.compile(f"[^{_PRINTABLE}]")
# Pages of so many cells come to nearly 20 MB, and drawing them takes 2 GB: a larger report is not begun.
MOST_CELLS = 100_000


def drawing_of(id: UUID, by: str, at: datetime) -> Drawing:
    """What a drawing says of itself: kept under this id, made for them then."""
    return Drawing(
        id=id,
        at=at,
        by=by,
        software=settings.SOFTWARE_VERSION,
        is_demonstration=ledger.is_demonstration(),
    )


def rendered(report: Report, about: Drawing) -> Mapping[str, bytes]:
    """The report in every form, as `forms` makes them."""
    return dict(forms(report, about))


def forms(report: Report, about: Drawing) -> Iterator[tuple[str, bytes]]:
    """Each form as it is made. The same report and drawing are the same bytes.

    Raises Invalid (`file_too_large`) before anything is made, and one of
    `qc.services.drawing_documents.DOCUMENT_FAULTS` where the pages cannot be drawn.
    """
    tables = filter(None, map(_table_of, report.sections))
    if sum(len(table.rows) * len(table.columns) for table in tables) > MOST_CELLS:
        raise Invalid("file_too_large")
    data = canonical(content_of(report, about))
    digest = sha256(data).hexdigest()
    made = sheets(report, about, digest)
    yield "json", data
    yield "csv", archive(made)
    yield "xlsx", workbook(made, about.at)
    yield "pdf", _pdf(report, about, digest)


def _pdf(report: Report, about: Drawing, digest: str) -> bytes:
    symbol = Symbol(Symbology.DATA_MATRIX, address_of(about.id, digest), "")
    shown = _spelt_out(_shown(report, about, digest)) | {"symbol": drawing.drawn_symbol(symbol)}
    feet = drawing.Feet(_FEET, {name: it for name, it in shown.items() if name != "sections"})
    sheet = drawing.Sheet(_TEMPLATE, shown, (symbol,), resolutions=_READ_AT, feet=feet)
    return drawing.draw_sheet(sheet, about.at)


def _spelt_out(value: Any) -> Any:
    """A character that no letters of ours have is named by its number: a page without it would say something else."""
    if isinstance(value, str):
        text = value.replace("\r\n", "\n").replace("\t", " ")
        return _UNPRINTABLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    if isinstance(value, Mapping):
        return {key: item if key == "picture" else _spelt_out(item) for key, item in value.items()}
    return [_spelt_out(item) for item in value] if isinstance(value, list | tuple) else value


def _shown(report: Report, about: Drawing, digest: str) -> dict[str, Any]:
    point, titles = report.checkpoint, {section.key: section.title for section in report.sections}
    said = {name: asked_for_people(name, it) for name, it in report.question.items()}
    asked = ", ".join(f"{name} {it}" for name, it in said.items() if it not in report.title)
    parts = {section.key: _parts(section) for section in report.sections}
    is_across = any(part.is_across for some in parts.values() for part in some)
    return {
        "title": report.title,
        "about": report.about,
        "asked": asked,
        "as_of": _moment(report.as_of),
        "by": about.by,
        "software": about.software,
        "is_demonstration": about.is_demonstration,
        "digest": digest,
        "checkpoint": None
        if point is None
        else {"size": point.size, "root": point.root, "signed_at": _moment(point.signed_at)},
        "facts": list(_about(report, about)),
        "found": [
            {"severity": str(one.severity), "text": one.text, "section": titles.get(one.section, one.section)}
            for one in report.found
        ],
        "left_out": list(report.left_out),
        "is_across": is_across,
        "sections": [_section(section, parts[section.key], is_across) for section in report.sections],
    }


def _moment(at: Any) -> dict[str, str]:
    return {"shown": for_people(at, "UTC")}


def _about(report: Report, about: Drawing) -> Iterator[tuple[str, str]]:
    for name, value in report.question.items():
        yield f"Asked: {name}", breakable(asked_for_people(name, value))
    yield "As of", for_people(report.as_of, "UTC")
    yield "Sites", ", ".join(report.sites)
    asked = set(report.question.values())
    # entries name people by numbers; who was asked about stands above by name
    others = [(kind, key) for kind, key in report.subjects if key not in asked and kind != "user"]
    yield "Concerns", breakable(", ".join(f"{kind} {key}" for kind, key in others))
    known = report_kind(report.kind)
    if known is not None and str(known.title) != report.title:
        yield "Kind of report", str(known.title)
    yield "Made", f"{for_people(about.at, 'UTC')}, for {about.by}"
    yield "Record", str(about.id)


def _table_of(section: Section) -> Table | None:
    if isinstance(section, Facts):
        return None
    return section.table if isinstance(section, Picture) else section


def _parts(section: Section) -> tuple[Part, ...]:
    table = _table_of(section)
    is_shown = table is not None and table.rows and not (isinstance(section, Picture) and section.nothing)
    return paged(table) if table is not None and is_shown else ()


def _section(section: Section, parts: Sequence[Part], is_across: bool) -> dict[str, Any]:
    """A section as the template takes it. Where one has to lie across all do: else a short table has a page alone."""
    own: dict[str, Any] = {"title": section.title, "about": section.about, "notes": []}
    table = _table_of(section)
    if isinstance(section, Facts):
        facts = [(it.title, _value(it.value, section.zone), it.about) for it in section.facts]
        return own | {"facts": facts}
    if isinstance(section, Picture) and section.nothing:
        return own | {"parts": [], "empty": section.nothing}
    if isinstance(section, Picture):
        own["picture"] = draw_chart(dict(section.untitled)).decode()
    if table is None or not table.rows:
        return own | {"parts": [], "empty": "" if table is None else table.empty}
    return own | {
        "parts": [replace(part, is_across=is_across).shown() for part in parts],
        "notes": list(_notes(table)),
        "empty": table.empty,
    }


def _value(value: Cell, zone: str) -> str:
    return breakable(for_people(value, zone)) or "\u2013"


def _notes(table: Table) -> Iterator[str]:
    """What stands beneath a table once, in place of columns that would say the same in every row."""
    if table.zones not in ((), ("UTC",)):
        yield f"Times are of {', '.join(table.zones)}."
    if table.bare:
        yield f"No row has anything under: {', '.join(table.bare)}."

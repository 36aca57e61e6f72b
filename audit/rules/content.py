"""A report as plain data: the JSON that is kept, and from whose digest every other form is known to be its copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.rules.report import Facts, Found, Picture, Report, Section, Table
from cpv.rules.programme.report import LedgerPoint

FORMAT = 1
# So much of the digest of the JSON stands in the symbol on paper.
SHORT = 16


@dataclass(frozen=True)
class Drawing:
    """One drawing of a report: under which id it is kept, when and for whom it was made."""

    id: UUID
    at: datetime
    by: str
    software: str
    is_demonstration: bool = False


def address_of(id: UUID, digest: str) -> str:
    """What the Data Matrix on each page holds: the path of the record, and the beginning of the digest of its JSON."""
    return f"/audit/requests/{id}/?d={digest[:SHORT]}"


def content_of(report: Report, about: Drawing | None = None) -> dict[str, Any]:
    """Everything that the report says. `about` is there once it was drawn, and not on a page or over the API.

    A picture is told by its table: how it is drawn is no data.
    """
    made = {} if about is None else {"made": _made(about)}
    return made | {
        "format": FORMAT,
        "kind": report.kind,
        "title": report.title,
        "about": report.about,
        "question": dict(report.question),
        "as_of": report.as_of,
        "checkpoint": _point(report.checkpoint),
        "sites": list(report.sites),
        "subjects": [{"kind": kind, "key": key} for kind, key in report.subjects],
        "left_out": list(report.left_out),
        "found": [_found(one) for one in report.found],
        "sections": [_section(section) for section in report.sections],
    }


def _made(about: Drawing) -> dict[str, Any]:
    return {
        "id": about.id,
        "at": about.at,
        "by": about.by,
        "software": about.software,
        "is_demonstration": about.is_demonstration,
    }


def _point(point: LedgerPoint | None) -> dict[str, Any] | None:
    return None if point is None else {"size": point.size, "root": point.root, "signed_at": point.signed_at}


def _found(one: Found) -> dict[str, str]:
    return {"severity": str(one.severity), "text": one.text, "section": one.section}


def _section(section: Section) -> dict[str, Any]:
    if isinstance(section, Facts):
        facts = [
            {"key": it.key, "title": it.title, "kind": str(it.kind), "value": it.value, "about": it.about}
            for it in section.facts
        ]
        own = {"type": "facts", "key": section.key, "title": section.title, "about": section.about}
        return own | {"zone": section.zone, "facts": facts}
    if isinstance(section, Picture):
        own = {"type": "picture", "key": section.key, "title": section.title, "about": section.about}
        return own | {"table": _table(section.table)}
    return {"type": "table"} | _table(section)


def _table(table: Table) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    return {
        "key": table.key,
        "title": table.title,
        "about": table.about,
        "empty": table.empty,
        "zone": table.zone,
        "zone_column": table.zone_column,
        "columns": [{"key": it.key, "title": it.title, "kind": str(it.kind)} for it in table.columns],
        "rows": [dict(zip(keys, row, strict=True)) for row in table.rows],
    }


def counted(report: Report) -> Mapping[str, int]:
    """How many findings there are of each severity."""
    found: dict[str, int] = {}
    for one in report.found:
        found[str(one.severity)] = found.get(str(one.severity), 0) + 1
    return found

"""What a printed worksheet says, as plain values: the header, the scales, every row, and what was decided and signed.

The same sources give the same content. Words are English beside codes, as on all that is printed; codes of steps and
refusals are said in the words that the caller gives for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from cpv.rules.programme.report import Cited, LedgerPoint
from cpv.rules.programme.report_sections import cited_in, time_of
from fmea.rules import printed_words as words
from fmea.rules.actions import OPEN, BeforeAfter, all_before_after, days_late
from fmea.rules.comparing import ItemChange
from fmea.rules.priority import ActionPriority, PriorityTable, Ratings
from fmea.rules.report_changes import changes
from fmea.rules.report_rows import Told, row, scoring
from fmea.rules.scales import Scale, ScaleKind
from fmea.rules.unready import needs_residual
from fmea.rules.worksheet import ActionStatus, Worksheet
from ledger.rules import canonical

SCHEMA, KIND = 1, "fmea_worksheet_print"
TITLE = "Risk worksheet"
# Of a digest as it stands in a symbol: enough to find a forgery by looking it up.
SHORT = 16
_OF_PRINTING = ("printed", "checkpoint", "software")


@dataclass(frozen=True)
class Signed:
    """A signature: whose, as what (in words), when, and whether the record is still the one that was signed."""

    name: str
    meaning: str
    at: datetime
    is_valid: bool = True


@dataclass(frozen=True, eq=False)
class Printed:
    """Everything that a printed worksheet is made from.

    `state`: of the version in words; `marks`: words across every page (of what is not signed, or not in effect).
    `residual`: the signature of each row's decision. `earlier` and `changes`: the version that this one is compared
    with, and what differs. `said`: words for the codes of refusals, steps and the like.
    """

    worksheet: Worksheet
    cited: Cited
    state: str
    site: str
    site_name: str
    zone: str
    signatures: tuple[Signed, ...] = ()
    residual: Mapping[str, Signed] = field(default_factory=dict)
    earlier: Cited | None = None
    changes: tuple[ItemChange, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    checkpoint: LedgerPoint | None = None
    software: str = ""
    is_demonstration: bool = False


@dataclass(frozen=True)
class Printing:
    """Which printout this is: the path of its record on this installation, when it was asked for, and by whom."""

    path: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Picture:
    """A picture of the worksheet as SVG, and what it shows. `is_wide`: it takes the whole width of the page."""

    title: str
    svg: str
    is_wide: bool = False


def content_of(it: Printed, printing: Printing) -> dict[str, Any]:
    """The content of a printed worksheet."""
    sheet, zone = it.worksheet, it.zone
    lines = all_before_after(sheet)
    today = printing.at.astimezone(ZoneInfo(zone)).date()
    told = Told(sheet, it.said, today)
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "title": TITLE,
        "printed": {"at": time_of(printing.at, zone), "by": printing.by, "path": printing.path},
        "software": it.software,
        "is_demonstration": it.is_demonstration,
        "marks": list(it.marks),
        "checkpoint": _checkpoint(it.checkpoint, zone),
        "site": {"code": it.site, "name": it.site_name, "zone": zone},
        "version": cited_in(it.cited) | {"state": it.state},
        "worksheet": {"title": sheet.title, "product": sheet.product, "scope": sheet.scope},
        "look_again": sheet.look_again.isoformat() if sheet.look_again else "",
        "formality": {"words": words.FORMALITIES[sheet.formality], "why": sheet.formality_why},
        "team": [{"person": p.person, "function": p.function, "is_lead": p.is_lead} for p in sheet.team],
        "scales": [_scale(sheet.scales.of(kind)) for kind in ScaleKind],
        "priorities": _priorities(sheet.priorities),
        "summary": _summary(told, lines),
        "steps": [{"code": s.code, "title": s.title} for s in sheet.steps],
        "rows": [row(told, line) for line in lines],
        "scoring": [scoring(told, line.row) for line in lines],
        "residual": [_residual(it, line) for line in lines if line.row.residual.decision or _needs(line)],
        "signatures": [_signed(one, zone) for one in it.signatures],
        "earlier": None if it.earlier is None else cited_in(it.earlier),
        "changes": changes(it.changes, sheet),
    }


def digest_of_data(content: Mapping[str, Any]) -> str:
    """The SHA-256 of what the printout says, whoever asked for it and whenever."""
    return sha256(canonical({key: it for key, it in content.items() if key not in _OF_PRINTING})).hexdigest()


def address_of(path: str, digest: str) -> str:
    """What the Data Matrix holds: the path of the record, and the beginning of the content's digest."""
    return f"{path}?d={digest[:SHORT]}"


def _checkpoint(point: LedgerPoint | None, zone: str) -> dict[str, Any] | None:
    if point is None:
        return None
    return {"size": point.size, "root": point.root, "signed": time_of(point.signed_at, zone)}


def _scale(it: Scale) -> dict[str, Any]:
    return {
        "name": words.SCALES[it.kind],
        "letter": words.LETTERS[it.kind],
        "code": it.code,
        "version": it.version,
        "source": it.source,
        "per": it.per,
        "levels": [
            {"rating": one.rating, "text": one.text, "up_to": "" if one.up_to is None else f"{one.up_to:f}"}
            for one in it.levels
        ],
    }


def _priorities(it: PriorityTable) -> dict[str, Any]:
    """The table as it is read: a line for a band of severity and one of occurrence, a column for one of detection."""
    lines = [
        {"severity": _band(s), "occurrence": _band(o), "letters": list(letters), "is_first": n == 0}
        for s, cells in zip(it.severity, it.cells, strict=True)
        for n, (o, letters) in enumerate(zip(it.occurrence, cells, strict=True))
    ]
    return {
        "code": it.code,
        "version": it.version,
        "source": it.source,
        "detection": [_band(one) for one in it.detection],
        "bands": len(it.occurrence),
        "lines": lines,
    }


def _band(it: Ratings) -> str:
    return str(it.low) if it.low == it.high else f"{it.low}\u2013{it.high}"


def _summary(told: Told, lines: Iterable[BeforeAfter]) -> dict[str, Any]:
    known = tuple(lines)
    before = Counter(it.priority_before for it in known)
    after = Counter(it.priority_after for it in known)
    actions = told.worksheet.actions
    return {
        "rows": len(known),
        "steps": len(told.worksheet.steps),
        "priorities": [
            {"letter": str(it), "words": words.PRIORITIES[it], "before": before[it], "after": after[it]}
            for it in ActionPriority
        ],
        "unscored": before[None],
        "actions": len(actions),
        "statuses": [
            {"status": str(it), "words": words.STATUSES[it], "count": count}
            for it in ActionStatus
            if (count := sum(one.status is it for one in actions))
        ],
        "open": sum(it.status in OPEN for it in actions),
        "late": sum(days_late(it, told.today) > 0 for it in actions),
        "to_decide": sum(_needs(it) and it.row.residual.decision is None for it in known),
    }


def _needs(line: BeforeAfter) -> bool:
    return needs_residual(line.row)


def _residual(it: Printed, line: BeforeAfter) -> dict[str, Any]:
    residual = line.row.residual
    signed = it.residual.get(line.row.code)
    return {
        "row": line.row.code,
        "mode": line.row.mode,
        "severity": line.row.scores.severity.rating,
        "decision": str(residual.decision or ""),
        "words": words.DECISIONS[residual.decision] if residual.decision else "",
        "why": residual.why,
        "by": residual.by,
        "signed": None if signed is None else _signed(signed, it.zone),
    }


def _signed(it: Signed, zone: str) -> dict[str, Any]:
    return {"name": it.name, "meaning": it.meaning, "at": time_of(it.at, zone), "is_valid": it.is_valid}

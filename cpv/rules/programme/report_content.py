"""A report as plain values: one content, from which its PDF, its JSON and its XLSX are all made.

Numbers that were measured stay the texts that they are; numbers that were reckoned are decimal texts of ten digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cpv.rules.programme import report_words as words
from cpv.rules.programme.report import Period, Report, Summary
from cpv.rules.programme.report_sections import chart, cited_in, figure, time_of
from ledger.rules import canonical

SCHEMA, KIND = 1, "cpv_report"
# Of a digest as it stands in a symbol: enough to find a forgery by looking it up.
SHORT = 16
# What says when and by whom a report was drawn, and nothing of the data.
_OF_DRAWING = ("id", "drawn", "checkpoint", "software")


@dataclass(frozen=True)
class Drawing:
    """Which report is drawn, when it was asked for and by whom."""

    id: UUID
    at: datetime
    by: str


def digest_of_data(content: Mapping[str, Any]) -> str:
    """The SHA-256 of what the report says, whoever drew it and whenever: the same data, the same digest."""
    return sha256(canonical({key: it for key, it in content.items() if key not in _OF_DRAWING})).hexdigest()


def address_of(id: UUID, digest: str) -> str:
    """What the Data Matrix of a report holds: the path of its record, and the beginning of its JSON's digest."""
    return f"/process/reports/{id}/?d={digest[:SHORT]}"


def content_of(found: Report, drawing: Drawing) -> dict[str, Any]:
    """The content of a report."""
    sources = found.sources
    cited, zone = sources.cited, sources.zone
    point = sources.checkpoint
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "title": words.TITLE,
        "id": str(drawing.id),
        "drawn": {"at": time_of(drawing.at, zone), "by": drawing.by},
        "software": sources.software,
        "is_demonstration": sources.is_demonstration,
        "plan": cited_in(cited) | {"title": sources.plan.title, "product": sources.plan.product},
        "site": {"code": sources.site, "name": sources.site_name, "zone": zone},
        "sites": list(found.sites),
        "period": _period(sources.period, zone),
        "checkpoint": None
        if point is None
        else {"size": point.size, "root": point.root, "signed": time_of(point.signed_at, zone)},
        "summary": _summary(found.summary),
        "charts": [chart(it, zone, sources.period.at) for it in found.sections],
    }


def days_of(since: datetime, until: datetime, zone: str) -> tuple[str, str]:
    """The first and the last day of a period at the site, both in it."""
    local = ZoneInfo(zone)
    last = (until - timedelta(microseconds=1)).astimezone(local)
    return since.astimezone(local).date().isoformat(), last.date().isoformat()


def _period(it: Period, zone: str) -> dict[str, Any]:
    first, last = days_of(it.since, it.until, zone)
    return {
        "since": it.since.astimezone(UTC),
        "until": it.until.astimezone(UTC),
        "first": first,
        "last": last,
        "is_over": it.is_over,
    }


def _summary(it: Summary) -> dict[str, Any]:
    signals = it.signals
    known = [(words.DISPOSITIONS.get(code, code), count) for code, count in it.batches.items()]
    return {
        "batches": it.batches_begun,
        "dispositions": [{"words": said, "count": count} for said, count in known],
        "parameters": it.parameters,
        "charts": sum(it.charts.values()),
        "states": [
            {"state": str(state), "words": words.STATES[state], "count": count}
            for state, count in it.charts.items()
        ],
        "results": it.results,
        "excluded": it.excluded,
        "limits_signed": it.limits_signed,
        "signals": {
            "raised": signals.raised,
            "open": signals.open,
            "overdue": signals.overdue,
            "closed": signals.closed,
            "withdrawn": signals.withdrawn,
            "vanished": signals.vanished,
            "decided": [
                {"decision": str(code), "words": words.DECISIONS[code], "count": count}
                for code, count in signals.decided.items()
            ],
            "deviations": list(signals.deviations),
        },
        "expected": figure(it.expected),
        "seen": it.seen,
        "scans": [
            {
                "site": one.site,
                "scans": one.scans,
                "refused": one.refused,
                "percent": figure(100 * one.refused / one.scans) if one.scans else "",
            }
            for one in it.scans
        ],
    }

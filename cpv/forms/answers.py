"""What goes over the API: charts and signals. Results are exact texts; what was reckoned is a number."""

from collections.abc import Iterable
from typing import Any

from cpv.forms import words
from cpv.rules.programme.answering import SignalRefusal
from cpv.rules.programme.charting import InEffect
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.points import PointView, SignalView
from cpv.rules.transforms import Band
from cpv.selectors import ChartRow, ChartView
from people.rules.documents import DocumentVersionView


def row_answer(row: ChartRow) -> dict[str, Any]:
    """A chart in a list."""
    return {
        "chart": row.code,
        "plan": row.plan.code,
        "parameter": row.parameter.code,
        "title": row.parameter.title,
        "unit": row.parameter.unit,
        "stratum": list(row.stratum),
        "state": str(row.state),
        "results": row.counted.results,
        "signals": row.counted.signals,
        "overdue": row.counted.overdue,
        "last_made_at": row.last_made_at,
        "limits": _reckoned(row.limits) if row.limits is not None else None,
    }


def chart_answer(view: ChartView) -> dict[str, Any]:
    """One chart: its points in the order in which batches began, its limits phase by phase, its signals."""
    charted = view.charted
    return {
        "chart": view.code,
        "plan": view.plan.code,
        "plan_version": view.plan.document.version,
        "parameter": view.parameter.code,
        "title": view.parameter.title,
        "unit": view.parameter.unit,
        "stratum": list(view.stratum),
        "status": str(charted.status),
        "points": [_point(point) for point in view.points],
        "phases": [
            _phase(phase, version, band, view.points)
            for phase, version, band in zip(charted.phases, view.limits, charted.bands, strict=True)
        ],
        "signals": [signal_answer(one) for one in view.signals],
    }


def signal_answer(it: SignalView) -> dict[str, Any]:
    """One signal."""
    return {
        "id": it.id,
        "chart": it.chart,
        "plan": it.plan,
        "parameter": it.parameter,
        "stratum": list(it.stratum),
        "site": it.site,
        "subject": it.subject,
        "batch": it.batch,
        "made_at": it.made_at,
        "by": it.by,
        "text": str(words.SIGNALS_BY[it.by]),
        "side": it.side,
        "first_subject": it.first_subject,
        "value": it.value,
        "limits": it.limits,
        "state": str(it.state),
        "raised_at": it.raised_at,
        "due_at": it.due_at,
        "owner": it.owner_name,
        "acknowledged_at": it.acknowledged_at,
        "decision": str(it.decision or ""),
        "cause": it.cause,
        "deviation": it.deviation,
        "closed_at": it.closed_at,
        "vanished_at": it.vanished_at,
    }


def refusals_answer(it: SignalView, refused: Iterable[SignalRefusal]) -> dict[str, Any]:
    """What came of an answer to a signal: the signal as it stands, and every reason why nothing was done."""
    reasons = [{"code": str(code), "text": str(words.SIGNAL_REFUSALS[code])} for code in refused]
    return {"outcome": "refused" if reasons else "accepted", "refusals": reasons, "signal": signal_answer(it)}


def _point(it: PointView) -> dict[str, Any]:
    return {
        "id": it.id,
        "subject": it.subject,
        "batch": it.batch,
        "site": it.site,
        "made_at": it.made_at,
        "value": it.value,
        "is_below": it.is_below,
        "came_from": it.source,
        "version": it.version,
        "excluded_at": it.excluded_at,
        "excluded_by": it.excluded_by_name,
        "exclusion_reason": it.exclusion_reason,
    }


def _phase(
    phase: InEffect, version: DocumentVersionView, band: Band, points: tuple[PointView, ...]
) -> dict[str, Any]:
    first = points[phase.start].subject if phase.start < len(points) else ""
    return {
        "id": version.id,
        "version": version.version,
        "effective_from": version.effective_from,
        "start": phase.start,
        "end": phase.end,
        "first_subject": first,
        **_numbers(phase.limits, band),
    }


def _reckoned(limits: LimitSet) -> dict[str, Any]:
    return _numbers(limits, limits.transformation.band(limits.limits))


def _numbers(limits: LimitSet, band: Band) -> dict[str, Any]:
    return {
        "status": str(limits.status),
        "results": limits.limits.n,
        "scale": str(limits.transformation.scale),
        "lower": band.lower,
        "center": band.center,
        "upper": band.upper,
    }

"""One chart of a report as plain values: its numbers in the period, its limits, its signals, its points."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from coi.rules import units
from coi.rules.labels import moment
from cpv.rules.basis import Why
from cpv.rules.capability import Capability, Index
from cpv.rules.capability_shapes import PercentileCapability
from cpv.rules.nonconforming import Rate
from cpv.rules.programme import report_words as words
from cpv.rules.programme.describing import Description, Numbers
from cpv.rules.programme.points import PointView, SignalView
from cpv.rules.programme.report import ChartSection, Cited, LimitsCited, Signer
from cpv.rules.runs import Side

_INDICES = ("cp", "cpk", "cpl", "cpu", "cpm", "pp", "ppk", "ppl", "ppu")


def figure(value: float | None) -> str:
    """A number that was reckoned, as decimal text of ten digits at most; empty for none."""
    if value is None:
        return ""
    text = f"{Decimal(f'{value:.10g}'):f}"
    return "0" if text == "-0" else text


def cited_in(it: Cited) -> dict[str, Any]:
    """Which version of which document, and its digest."""
    return {"code": it.code, "version": it.version, "digest": it.digest}


def time_of(at: datetime, zone: str) -> dict[str, Any]:
    """For machines in UTC, for people at the site; `local` for the cells of tables."""
    local, under = moment(at, zone)
    return {"at": at, "local": local, "shown": f"{local} {under}".strip()}


def maybe(at: datetime | None, zone: str) -> dict[str, Any] | None:
    """The same, or None where it did not happen."""
    return None if at is None else time_of(at, zone)


def chart(it: ChartSection, zone: str, at: datetime) -> dict[str, Any]:
    """The content of one section: `at` is when it was looked at."""
    own, bounds = it.source.parameter, it.source.parameter.bounds
    false = it.false_signals
    subjects = [point.subject for point in it.source.points]
    sources = {point.id: point.source for point in it.source.points}
    return {
        "chart": it.source.code,
        "parameter": own.code,
        "title": own.title,
        "unit": own.unit,
        "unit_words": units.unit(own.unit),
        "stratum": list(it.source.stratum),
        "source": words.source_of(own),
        "rules": words.rules_of(own),
        "scale": words.SCALES[own.scale.scale],
        "bounds": {name: figure(getattr(bounds, name)) for name in ("lower", "upper", "target")},
        "state": str(it.source.state),
        "state_words": words.STATES[it.source.state],
        "numbers": _numbers(it.numbers),
        "missing": sum(not point.value for point in it.points),
        "described": _described(it.description, subjects),
        "limits": [_limits(one, zone) for one in it.limits],
        "limits_signed": [one.source.version for one in it.signed],
        "false_signals": {
            "judged": false.judged,
            "seen": false.seen,
            "expected": figure(false.expected),
        },
        "signals": [_signal(one, sources, zone, at) for one in it.signals],
        "points": [_point(point, it, zone) for point in it.points],
        "excluded": [_excluded(point, zone) for point in it.excluded],
    }


def _numbers(it: Numbers | Why) -> dict[str, Any]:
    """Where some results are bounds, a mean and a deviation of them would be neither: those are left out."""
    if isinstance(it, Why):
        return {"n": 0, "below": 0, "why": words.why(it)} | dict.fromkeys(
            ("mean", "median", "sd", "least", "most"), ""
        )
    return {
        "n": it.n,
        "below": it.below,
        "why": "",
        "mean": "" if it.below else figure(it.mean),
        "median": figure(it.median) if 2 * it.below < it.n else "",
        "sd": "" if it.below else figure(it.sd),
        "least": "" if it.below else figure(it.least),
        "most": figure(it.most),
    }


def _described(it: Description, subjects: list[str]) -> dict[str, Any]:
    found = it.transformation
    change = None if isinstance(it.change, Why) else it.change
    is_measured = not words.has_bounds(it)
    normality = it.normality if is_measured and not isinstance(it.normality, Why) else None
    lag_1 = it.lag_1 if is_measured and not isinstance(it.lag_1, Why) else None
    return {
        "since": subjects[it.since] if subjects else "",
        "until": subjects[-1] if subjects else "",
        "scale": "" if isinstance(found, Why) else words.SCALES[found.scale],
        "numbers": _numbers(it.numbers),
        "capability": _capability(it.capability),
        "why": words.why(it.capability) if isinstance(it.capability, Why) else "",
        "rate": _rate(it.rate),
        "normality_p": "" if normality is None else figure(normality.p),
        "lag_1": figure(lag_1),
        "change": None if change is None else {"since": subjects[change.index], "p": figure(change.p)},
        "notes": words.notes_on(it, subjects),
    }


def _capability(it: Capability | PercentileCapability | Why | None) -> list[dict[str, str]]:
    if it is None or isinstance(it, Why):
        return []
    found = [(name, getattr(it, name, None)) for name in _INDICES]
    return [_index(name, one) for name, one in found if isinstance(one, Index)]


def _index(name: str, it: Index) -> dict[str, str]:
    return {
        "name": name.capitalize(),
        "value": figure(it.value),
        "low": figure(it.low),
        "high": figure(it.high),
        "by": str(it.interval_by),
    }


def _rate(it: Rate | Why | None) -> dict[str, str] | None:
    """In percent of batches."""
    if it is None or isinstance(it, Why):
        return None
    return {name: figure(100 * getattr(it, name)) for name in ("value", "low", "high")}


def _limits(it: LimitsCited, zone: str) -> dict[str, Any]:
    own, limits = it.limits, it.limits.limits
    band = own.transformation.band(limits)
    return {
        "source": cited_in(it.source),
        "since": time_of(it.since, zone),
        "until": maybe(it.until, zone),
        "status": str(own.status),
        "status_words": words.LIMIT_STATUS[own.status],
        "lower": figure(band.lower),
        "center": figure(band.center),
        "upper": figure(band.upper),
        "scale": words.SCALES[own.transformation.scale],
        "sigma": figure(limits.sigma),
        "estimator": words.ESTIMATORS.get(limits.estimator, str(limits.estimator)),
        "n": limits.n,
        "first": own.baseline.first,
        "last": own.baseline.last,
        "baseline_sha256": own.baseline.sha256,
        "excluded": list(own.baseline.excluded),
        "justification": own.justification,
        "signed": [_signer(one, zone) for one in it.signed],
    }


def _signer(one: Signer, zone: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "meaning": one.meaning,
        "at": time_of(one.at, zone),
        "is_valid": one.is_valid,
    }


def _signal(it: SignalView, sources: Mapping[str, str], zone: str, at: datetime) -> dict[str, Any]:
    return {
        "subject": it.subject,
        "begun": time_of(it.made_at, zone),
        "value": it.value,
        "by": it.by,
        "rule": words.SIGNALS_BY.get(it.by, it.by),
        "side": words.SIDES[Side(it.side)],
        "first": it.first_subject,
        "raised": time_of(it.raised_at, zone),
        "due": time_of(it.due_at, zone),
        "state": str(it.state),
        "state_words": words.SIGNAL_STATES[it.state],
        "is_overdue": it.is_overdue(at),
        "owner": it.owner_name,
        "decision": str(it.decision or ""),
        "decision_words": words.DECISIONS[it.decision] if it.decision is not None else "",
        "cause": it.cause,
        "deviation": it.deviation,
        "closed": maybe(it.closed_at, zone),
        "vanished": maybe(it.vanished_at, zone),
        "source": sources.get(it.observation, ""),
    }


def _point(it: PointView, section: ChartSection, zone: str) -> dict[str, Any]:
    """One number with where it comes from, and the limits that it was held against."""
    own = [one for one in section.source.limits if one.judged(it.made_at)]
    limits = own[-1] if own else None
    signals = sorted({one.by for one in section.signals if one.observation == it.id})
    return {
        "subject": it.subject,
        "batch": it.batch,
        "site": it.site,
        "begun": time_of(it.made_at, zone),
        "value": it.value,
        "is_below": it.is_below,
        "source": it.source,
        "version": it.version,
        "limits": "" if limits is None else f"{limits.source.code}, version {limits.source.version}",
        "signals": signals,
        "signals_words": [words.SIGNALS_BY.get(by, by) for by in signals],
        "excluded": it.exclusion_reason,
    }


def _excluded(it: PointView, zone: str) -> dict[str, Any]:
    return {
        "subject": it.subject,
        "begun": time_of(it.made_at, zone),
        "value": it.value,
        "by": it.excluded_by_name,
        "at": maybe(it.excluded_at, zone),
        "reason": it.exclusion_reason,
    }

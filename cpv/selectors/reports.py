"""Reports: what one is made from, and those that were asked for with their files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError

from coi.selectors.manufacture import batches_begun
from cpv.models import Observation, Position, Report
from cpv.rules.programme import plan as plans
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.points import state_of
from cpv.rules.programme.report import (
    ChartSource,
    Cited,
    LedgerPoint,
    LimitsCited,
    Period,
    Signer,
    Sources,
)
from cpv.rules.programme.report_state import ReportState
from cpv.selectors.charts import ChartView, chart, charted_for_judging, phases_at
from cpv.selectors.sources import scans_of_weeks
from ledger import selectors as ledger
from people import selectors as people
from people.rules.documents import DocumentVersionView
from people.rules.signatures import SignatureState, SignatureView, signature_state

FORMS = ("pdf", "xlsx", "json")
MOST = 200
_VERSION = "document_version"


@dataclass(frozen=True)
class ReportView:
    """One report. `files`: the evidence and the SHA-256 of each form; `progress`: of a thousand parts, how many are
    drawn, None while nothing is.
    """

    id: str
    plan: str
    plan_version: str
    version: int
    title: str
    site: str
    zone: str
    since: datetime
    until: datetime
    state: ReportState
    fault: str
    asked_at: datetime
    asked_by: str
    drawn_at: datetime | None
    files: Mapping[str, Mapping[str, str]]
    digest: str
    digest_of_data: str
    summary: Mapping[str, int]
    progress: int | None = None


def report(id: str | UUID) -> ReportView | None:
    """One report by its id."""
    try:
        row = _rows().filter(pk=id).first()
    except ValidationError:
        return None
    return None if row is None else _view(row, _progress([row]))


def reports(sites: Collection[str]) -> tuple[ReportView, ...]:
    """Reports on plans of these sites, the newest first (two statements)."""
    rows = list(_rows().filter(site__in=sorted(sites)).order_by("-asked_at", "pk")[:MOST])
    known = _progress(rows)
    return tuple(_view(row, known) for row in rows)


def lock_report(id: str | UUID) -> ReportView | None:
    """The same with its row locked until the transaction ends."""
    Report.objects.select_for_update(no_key=True).filter(pk=id).first()
    return report(id)


def report_file(found: ReportView, form: str) -> bytes | None:
    """The very bytes that were kept; None where there is no such form. Raises EvidenceDamaged."""
    kept = found.files.get(form)
    return None if kept is None else ledger.evidence_bytes(UUID(kept["id"]))


def progress_name(id: str | UUID) -> str:
    """Under which name it stands how far the drawing of a report is."""
    return f"report:{id}"


def _rows() -> Any:
    return Report.objects.select_related("version__document", "site")


def _progress(rows: list[Report]) -> dict[str, int]:
    names = [progress_name(row.pk) for row in rows if row.state == ReportState.ASKED]
    if not names:
        return {}
    return dict(Position.objects.filter(name__in=names).values_list("name", "upto"))


def _view(row: Any, known: Mapping[str, int]) -> ReportView:
    return ReportView(
        id=str(row.pk),
        plan=row.plan,
        plan_version=str(row.version_id),
        version=row.version.version,
        title=row.version.document.title,
        site=row.site_id,
        zone=row.site.zone,
        since=row.since,
        until=row.until,
        state=ReportState(row.state),
        fault=row.fault,
        asked_at=row.asked_at,
        asked_by=row.asked_by_name,
        drawn_at=row.drawn_at,
        files=row.files,
        digest=row.digest,
        digest_of_data=row.digest_of_data,
        summary=row.summary,
        progress=known.get(progress_name(row.pk)),
    )


# --- what a report is made from ---------------------------------------------------------------------------------------


def report_sources(found: ReportView) -> Sources | None:
    """Everything that a report says, as it stood when it was asked for; None where its plan cannot be read.

    Five statements a chart and one for each version of its limits, and ten besides, however many batches there are.
    """
    version, at = people.document_version(found.plan_version), found.asked_at
    plan = plans.parse(version.content)[0] if version is not None else None
    site = people.site_by_code(found.site)
    if version is None or plan is None:
        return None
    codes = Observation.objects.filter(plan=found.plan).order_by("chart").values_list("chart", flat=True)
    views = [view for code in codes.distinct() if (view := chart(code, at)) is not None]
    charts = tuple(_source(view, found.until, at) for view in views if plan.parameter(view.parameter.code))
    sites = sorted({found.site, *(point.site for it in charts for point in it.points)})
    point = ledger.latest_checkpoint()
    return Sources(
        plan=plan,
        cited=_cited(version),
        site=found.site,
        site_name=site.name if site is not None else found.site,
        zone=found.zone,
        period=Period(found.since, found.until, at),
        charts=charts,
        batches=batches_begun(plan.product, found.since, found.until),
        scans=scans_of_weeks(sites, found.since, found.until),
        checkpoint=None if point is None else LedgerPoint(point.size, point.root.hex(), point.signed_at),
        software=settings.SOFTWARE_VERSION,
        is_demonstration=ledger.is_demonstration(),
    )


def _source(view: ChartView, until: datetime, at: datetime) -> ChartSource:
    """The chart as it was before the period ended; where it stands is told as it is."""
    points = tuple(point for point in view.points if point.made_at < until)
    versions, phases = phases_at(view.limits[::-1], points, min(until, at))
    kept = zip(versions, phases, strict=True)
    return ChartSource(
        parameter=view.parameter,
        stratum=view.stratum,
        code=view.code,
        points=points,
        charted=charted_for_judging(view.parameter, points, phases),
        limits=tuple(_limits(version, phase.limits, at) for version, phase in kept),
        signals=view.signals,
        state=state_of(view.counted(at)),
    )


def _since(version: DocumentVersionView) -> datetime:
    if version.effective_from is None:
        raise LookupError(f"limits {version.id} judge a chart and are not in effect")
    return version.effective_from


def _cited(version: DocumentVersionView) -> Cited:
    return Cited(version.code, version.version, version.digest, version.title)


def _signer(it: SignatureView, version: DocumentVersionView) -> Signer:
    is_valid = signature_state(it, version.digest) is SignatureState.VALID
    return Signer(it.printed_name, str(it.meaning), it.signed_at, is_valid)


def _limits(version: DocumentVersionView, own: LimitSet, at: datetime) -> LimitsCited:
    signed, ends = people.signatures(_VERSION, version.id), version.retired_at
    return LimitsCited(
        _cited(version),
        _since(version),
        own,
        tuple(_signer(it, version) for it in signed),
        until=ends if ends is not None and ends <= at else None,
    )

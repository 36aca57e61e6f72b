"""Printouts of worksheets: those that were asked for, and what one is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from cpv.rules.programme.report import Cited, LedgerPoint
from cpv.rules.programme.report_state import ReportState
from fmea.models import Printout
from fmea.rules.comparing import compare_cells
from fmea.rules.report import Printed, Signed
from fmea.rules.worksheet import KIND, Worksheet
from fmea.rules.worksheet_reading import parse
from fmea.selectors.sheets import SheetView, sheet
from fmea.selectors.worksheets import AtWork, at_work
from ledger import selectors as ledger
from people import selectors as people
from people.rules.documents import DocumentState, DocumentVersionView, record_digest
from people.rules.signatures import SignatureState, signature_state

MOST = 100
_RECORD = "document_version"


@dataclass(frozen=True)
class PrintoutView:
    """One printout. `version` 0: the sheet as it stood, unsigned. `files`: evidence and SHA-256 of each form."""

    id: UUID
    worksheet: str
    site: str
    version: int
    revision: int
    state: ReportState
    fault: str
    asked_at: datetime
    asked_by: str
    drawn_at: datetime | None
    files: Mapping[str, Mapping[str, str]]


def printout(id: UUID, *, is_locked: bool = False) -> PrintoutView | None:
    """One printout (one statement); `is_locked`: nobody else changes it until the transaction ends."""
    rows = _rows().filter(pk=id)
    row = (rows.select_for_update(of=("self",), no_key=True) if is_locked else rows).first()
    return None if row is None else _view(row)


def printouts_of(found: SheetView) -> tuple[PrintoutView, ...]:
    """Those of one worksheet, the newest first (one statement)."""
    return tuple(_view(row) for row in _rows().filter(sheet_id=found.id).order_by("-asked_at")[:MOST])


def printout_file(found: PrintoutView, form: str) -> bytes | None:
    """The very bytes that were kept; None where there is no such form. Raises EvidenceDamaged."""
    kept = found.files.get(form)
    return None if kept is None else ledger.evidence_bytes(UUID(kept["id"]))


def printed(found: PrintoutView, states: Mapping[DocumentState | None, str]) -> Printed | None:
    """Everything that a printout says; None where its worksheet cannot be read. `states`: words for where it stands."""
    own = sheet(found.worksheet)
    versions = {it.version: it for it in people.versions_of(KIND, found.worksheet)}
    version = versions.get(found.version)
    if own is None or (found.version and version is None):
        return None
    whole = at_work(own)
    content = whole.content if version is None else version.content
    worksheet = whole.worksheet if version is None else parse(content)[0]
    earlier = versions.get((found.version or own.base + 1) - 1)
    if worksheet is None:
        return None
    site, point = people.site_by_code(found.site), ledger.latest_checkpoint()
    return Printed(
        worksheet=worksheet,
        cited=_cited(version) if version is not None else _unsigned(whole),
        state=states[version.state if version is not None else None],
        site=found.site,
        site_name=site.name if site is not None else found.site,
        zone=people.zone_of(found.site),
        signatures=() if version is None else _signatures(version),
        residual=_residual(whole, worksheet),
        earlier=None if earlier is None else _cited(earlier),
        changes=() if earlier is None else compare_cells(earlier.content, content),
        marks=() if version is not None and version.state is DocumentState.EFFECTIVE else (states[None],),
        checkpoint=None if point is None else LedgerPoint(point.size, point.root.hex(), point.signed_at),
        software=settings.SOFTWARE_VERSION,
        is_demonstration=ledger.is_demonstration(),
    )


def _rows() -> QuerySet[Printout]:
    return Printout.objects.select_related("sheet")


def _view(row: Printout) -> PrintoutView:
    return PrintoutView(
        id=row.pk,
        worksheet=row.sheet.code,
        site=row.sheet.site_id,
        version=row.version,
        revision=row.revision,
        state=ReportState(row.state),
        fault=row.fault,
        asked_at=row.asked_at,
        asked_by=row.asked_by_name,
        drawn_at=row.drawn_at,
        files=row.files,
    )


def _cited(version: DocumentVersionView) -> Cited:
    return Cited(version.code, version.version, version.digest, version.title)


def _unsigned(whole: AtWork) -> Cited:
    """The sheet as it stands: a digest as a version of it would have."""
    code = whole.sheet.code
    digest = record_digest(kind=KIND, code=code, version=0, schema=1, content=whole.content)
    return Cited(code, 0, digest, whole.sheet.title)


def _signatures(version: DocumentVersionView) -> tuple[Signed, ...]:
    return tuple(
        Signed(
            it.printed_name,
            str(it.meaning),
            it.signed_at,
            signature_state(it, version.digest) is SignatureState.VALID,
        )
        for it in people.signatures(_RECORD, version.id)
    )


def _residual(whole: AtWork, worksheet: Worksheet) -> dict[str, Signed]:
    """Who signed what is left of each row, where that is what the printed worksheet says of it."""
    return {
        row.code: Signed(decided.by_name, str(decided.decision), decided.decided_at, decided.is_current)
        for row in worksheet.rows
        if (decided := whole.residuals.get(row.code)) is not None
        and decided.decision == row.residual.decision
    }

"""Documents about a batch: what one is made from, and those that were issued with their files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coi.rules.journey import Disposition
from ledger import selectors as ledger
from people import selectors as people
from people.rules.documents import DocumentVersionView
from qc.models import IssuedDocument
from qc.rules import certificate_texts
from qc.rules.certificates import (
    ByDossier,
    DocumentRef,
    Investigated,
    LedgerPoint,
    ReportLine,
    Signed,
    SiteTexts,
    Sources,
)
from qc.rules.document_words import DocumentKind, limits_of
from qc.rules.exceptional import value_of
from qc.rules.unmet import counted, result_of
from qc.selectors.batches import BatchView
from qc.selectors.dossiers import dossiers_of
from qc.selectors.releases import due_of
from qc.selectors.subject_pages import Line

FORMS = ("pdf", "json", "xlsx")


@dataclass(frozen=True)
class IssuedView:
    """One issued version; `files` are the ids of its evidence by form, `digest` that of its JSON."""

    id: str
    batch: str
    kind: DocumentKind
    version: int
    reason: str
    digest: str
    watermark: str
    disposition: str
    files: Mapping[str, UUID]
    issued_at: datetime
    issued_by: str


def issued_documents(batch: str) -> tuple[IssuedView, ...]:
    """Every version of every document about a batch, by kind and the newest first (one statement)."""
    rows = IssuedDocument.objects.select_related("batch").filter(batch__code=batch)
    return tuple(_view(row) for row in rows.order_by("kind", "-version"))


def latest_version(batch: str, kind: DocumentKind) -> int:
    """The number of the newest version; 0 while there is none."""
    rows = IssuedDocument.objects.filter(batch__code=batch, kind=kind).order_by("-version")
    return rows.values_list("version", flat=True).first() or 0


def issued_file(issued: IssuedView, form: str) -> bytes | None:
    """The very bytes that were kept; None where there is no such form. Raises EvidenceDamaged."""
    evidence = issued.files.get(form)
    return None if evidence is None else ledger.evidence_bytes(evidence)


def document_sources(view: BatchView, at: datetime) -> Sources:
    """Everything that a document about a batch is made from, as it stands now."""
    batch, point = view.batch, ledger.latest_checkpoint()
    site = people.site_by_code(batch.site)
    signed = view.decision.record_digest if view.decision is not None else ""
    return Sources(
        dossier=view.case.dossier,
        disposition=str(batch.disposition),
        site_name=site.name if site is not None else batch.site,
        zone=view.zone,
        tested=tuple(_reported(line, view) for line in view.lines),
        signatures=tuple(Signed(one.signature, one.state) for one in view.signatures),
        specification=_ref(view.specification),
        protocol=_ref(people.document_version(batch.protocol_id) if batch.protocol_id else None),
        steps=view.case.protocol,
        record_digest=signed or view.digest,
        has_changed_since=view.has_changed_since,
        corrections=_corrections(view),
        investigations=tuple(
            Investigated(it.code, it.criterion, str(it.state), str(it.outcome or ""))
            for it in view.case.investigations
        ),
        checkpoint=None if point is None else LedgerPoint(point.size, point.root.hex(), point.signed_at),
        texts=_texts(batch.product, at),
        exceptional=_by_dossier(view),
        expected=due_of(view.released),
        is_demonstration=ledger.is_demonstration(),
    )


def _by_dossier(view: BatchView) -> ByDossier | None:
    """The dossier that was approved, of a batch that was released by it."""
    if view.batch.disposition is not Disposition.EXCEPTIONALLY_RELEASED:
        return None
    for kept in dossiers_of(view.batch.id):
        found = value_of(kept)
        if kept.is_approved and found.decision is not None:
            requested_at = found.request.at if found.request is not None else None
            return ByDossier(kept.code, tuple(sorted(found.criteria)), requested_at, found.decision.at)
    return None


def _reported(line: Line, view: BatchView) -> ReportLine:
    """The result that counts, after an investigation perhaps not the first, with every other version and attempt."""
    counts = result_of(view.case, counted(view.case)[line.criterion.code]) or line.result
    own = [one for one in view.case.results if one.criterion == line.criterion.code]
    others = sorted((one for one in own if one != counts), key=lambda one: (one.attempt, one.version))
    return ReportLine(line.criterion, limits_of(line.criterion), counts, tuple(others))


def _corrections(view: BatchView) -> int:
    """How many entries corrected what an earlier one said of a label of the batch."""
    codes = {copy.code for copy in view.case.dossier.labels}
    entries = ledger.entries_for_subject("order", view.batch.coi_id)
    return sum(1 for one in entries if one.corrects_id is not None and one.facts.get("label") in codes)


def _texts(product: str, at: datetime) -> SiteTexts:
    version = people.effective_document(certificate_texts.KIND, product, at)
    found = certificate_texts.parse(version.content)[0] if version is not None else None
    if found is None:
        return SiteTexts()
    return SiteTexts(found.storage, found.handling, found.statement, _ref(version))


def _ref(version: DocumentVersionView | None) -> DocumentRef | None:
    return None if version is None else DocumentRef(version.code, version.version, version.digest)


def _view(row: IssuedDocument) -> IssuedView:
    return IssuedView(
        id=str(row.pk),
        batch=row.batch.code,
        kind=DocumentKind(row.kind),
        version=row.version,
        reason=row.reason,
        digest=row.digest,
        watermark=row.watermark,
        disposition=row.disposition,
        files={form: getattr(row, form) for form in FORMS},
        issued_at=row.issued_at,
        issued_by=row.issued_by_name,
    )

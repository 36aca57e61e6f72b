"""All that is known of a batch: what was made, by whom, with what, what was found and what was decided."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms import asked
from audit.forms.batch_findings import finding_sections
from audit.forms.batch_making import making_sections
from audit.forms.reports.signatures import signature_gaps, signature_table
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from audit.selectors.signed import Judged, judged
from coi.forms import words
from coi.selectors.batches import visible_batch
from ledger import selectors as ledger
from ledger.selectors.histories import entries_of_period
from people import selectors as people
from people.events import Event
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.rights import Right
from qc import selectors as qc
from qc.forms import texts
from qc.rules.document_words import TITLES
from qc.rules.releases import Pending, overdue
from qc.selectors import BatchView


def build(person: Person, question: Question, now: datetime) -> Report:
    """The record of a batch as it stands now."""
    where = asked.here(person, question, Right.READ_BATCH_RECORDS, now)
    batch = asked.there(visible_batch(person, question.batch, now) if question.batch else None)
    asked.there(batch if batch.site in where.codes else None)
    view = qc.view_of(batch, now)
    signed = _signed(view, now)
    return Report(
        kind=KIND.code,
        title=_("Batch record"),
        about=_("What was made, by whom, with what, what was found and what was decided."),
        question=question.said(),
        as_of=now,
        sites=(batch.site,),
        sections=(
            _head(view),
            *making_sections(view),
            *finding_sections(view),
            signature_table(signed),
            _decisions(view),
            _issued(view),
        ),
        found=(*_found(view, now), *signature_gaps(signed)),
        subjects=(("batch", batch.code), ("order", batch.coi_id)),
        left_out=(
            _("The patient is named by the COI id alone; who that is, the treating site knows."),
            _("Signatures made at other sites of the journey are in the report of those sites."),
        ),
    )


def _signed(view: BatchView, now: datetime) -> tuple[Judged, ...]:
    """Every signature in the batch's journey that was made at its site."""
    stream = f"journey:{view.batch.coi_id}"
    entries = entries_of_period(
        None, now, events=[Event.SIGNATURE_MADE], streams=[stream], sites=[view.batch.site]
    )
    made = people.signatures_known([str(entry.facts["signature"]) for entry in entries])
    return judged(made, entries, now)


def _head(view: BatchView) -> Facts:
    batch, point = view.batch, ledger.latest_checkpoint()
    protocol = people.document_version(batch.protocol_id) if batch.protocol_id else None
    return Facts(
        key="batch",
        title=_("Batch"),
        facts=(
            Fact("code", _("Batch"), batch.code, ColumnKind.CODE),
            Fact("coi_id", _("COI id"), batch.coi_id, ColumnKind.CODE),
            Fact("kind", _("Kind of order"), words.order_kind(batch.order_kind), ColumnKind.WORD),
            Fact("product", _("Product"), f"{batch.product_name} ({batch.product})"),
            Fact("component", _("Component of the dose"), words.step(batch.component)),
            Fact("site", _("Site"), batch.site, ColumnKind.CODE),
            Fact("started_at", _("Begun"), batch.started_at, ColumnKind.TIME),
            Fact("disposition", _("Disposition"), words.disposition(batch.disposition), ColumnKind.WORD),
            Fact("protocol", _("Protocol"), _named(protocol)),
            Fact("specification", _("Specification"), _named(view.specification)),
            Fact("record_digest", _("Digest of the record now (SHA-256)"), view.digest, ColumnKind.CODE),
            Fact("changed", _("Changed since it was decided"), view.has_changed_since, ColumnKind.YES),
            Fact("checkpoint", _("Newest checkpoint, size"), point.size if point else 0, ColumnKind.NUMBER),
            Fact("root", _("Its root"), point.root.hex() if point else "", ColumnKind.CODE),
        ),
        zone=view.zone,
    )


def _named(version: DocumentVersionView | None) -> str:
    if version is None:
        return ""
    about = {"code": version.code, "version": version.version, "digest": version.digest}
    return _("%(code)s, version %(version)s, SHA-256 %(digest)s") % about


def _decisions(view: BatchView) -> Table:
    released = view.released
    rows = []
    if released is not None:
        pending = "; ".join(f"{it.title} ({_due(it, view.zone)})" for it in released.pending)
        way = str(released.way).replace("_", " ")
        rows.append((released.released_at, way, pending, released.completed_at))
    return Table(
        key="decisions",
        title=_("Releases"),
        columns=(
            Column("at", _("Released"), ColumnKind.TIME),
            Column("way", _("Way"), ColumnKind.WORD),
            Column("pending", _("Pending then, and expected by")),
            Column("completed_at", _("Completed"), ColumnKind.TIME),
        ),
        rows=tuple(rows),
        empty=_("The batch was not released."),
        zone=view.zone,
    )


def _due(it: Pending, zone: str) -> str:
    if it.due_at is None:
        return _("no date")
    return f"{it.due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def _issued(view: BatchView) -> Table:
    rows = []
    for one in qc.issued_documents(view.batch.code):
        for form, id in sorted(one.files.items()):
            kept = ledger.evidence(id)
            about = (TITLES[one.kind], one.version, form, kept.sha256 if kept else "", one.digest)
            rows.append((*about, one.issued_at, one.issued_by, one.reason, one.watermark))
    return Table(
        key="issued",
        title=_("Issued documents"),
        columns=(
            Column("document", _("Document")),
            Column("version", _("Version"), ColumnKind.NUMBER),
            Column("form", _("Form"), ColumnKind.CODE),
            Column("sha256", _("SHA-256 of the file"), ColumnKind.CODE),
            Column("digest", _("Digest of its content"), ColumnKind.CODE),
            Column("at", _("Issued"), ColumnKind.TIME),
            Column("by", _("By")),
            Column("reason", _("Why again")),
            Column("watermark", _("Across it")),
        ),
        rows=tuple(rows),
        empty=_("No document was issued about this batch."),
        zone=view.zone,
    )


def _found(view: BatchView, now: datetime) -> tuple[Found, ...]:
    gaps = [Found(Severity.GAP, texts.blocker_text(it)) for it in view.blockers]
    if view.batch.disposition.is_release:
        late = _("%(what)s was expected by %(when)s, and there is no result yet.")
        gaps += [
            Found(Severity.GAP, late % {"what": it.title, "when": _due(it, view.zone)}, "missing")
            for it in overdue(view.ways.pending, now)
        ]
    notes = [
        (view.has_changed_since, _("Something came after the decision: the record is another now."), "batch"),
        (
            any(result.version > 1 for result in view.case.results),
            _("Results were corrected: every version is listed."),
            "results",
        ),
        (bool(view.case.investigations), _("Results were out of specification."), "investigations"),
        (bool(view.case.dossier.deviations), _("There were deviations."), "deviations"),
        (bool(view.failures), _("A result failed after the release."), "late"),
    ]
    return (*gaps, *(Found(Severity.NOTE, text, section) for is_so, text, section in notes if is_so))


KIND = ReportKind(
    code="batch_record",
    title=gettext_lazy("Batch record"),
    about=gettext_lazy("What was made, by whom, with what, what was found and what was decided."),
    asks=frozenset({Ask.BATCH}),
    right=Right.READ_BATCH_RECORDS,
    build=build,
)

"""What a certificate of analysis and a release for infusion say, as plain values: one content, from which the PDF, the
JSON and the XLSX of an issued document are all made.

Facts come in as they were recorded; words are added beside codes and never instead of them. Nothing is left out
because it looks bad: a corrected value, a test that was not done and a signature that no longer fits are in view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from coi.rules.batches import BatchContainer, Dossier
from coi.rules.labels import moment
from coi.rules.protocol import Protocol
from ledger.rules import canonical
from people.rules.signatures import SignatureState, SignatureView
from qc.rules import document_words as words
from qc.rules.criteria import Criterion, Verdict
from qc.rules.document_words import DocumentKind, plain, time_of
from qc.rules.results import ResultView

SCHEMA = 1
# Of a digest as it stands in a symbol: enough to tell versions apart, and to find a forgery by looking it up.
SHORT = 16
# What goes to the bedside. Samples and what the product was made from do not.
BAG_KINDS = frozenset({"product_bag", "cryovial", "cassette"})
_DOSE = "DOSE"


@dataclass(frozen=True)
class DocumentRef:
    """A version of a controlled document, and the digest of its content."""

    code: str
    version: int
    digest: str


@dataclass(frozen=True)
class ReportLine:
    """One criterion with its limits in words, the result that counts, and every other version and attempt."""

    criterion: Criterion
    limits: str
    counts: ResultView | None = None
    others: tuple[ResultView, ...] = ()


@dataclass(frozen=True)
class Signed:
    """A signature, and whether the record is still the one that was signed."""

    signature: SignatureView
    state: SignatureState


@dataclass(frozen=True)
class LedgerPoint:
    """The newest checkpoint of the ledger: how many entries, and the root over them (hexadecimal)."""

    size: int
    root: str
    signed_at: datetime


@dataclass(frozen=True)
class Investigated:
    """An investigation of a result out of specification: where it stands and what came of it, as codes."""

    code: str
    criterion: str
    state: str
    outcome: str = ""


@dataclass(frozen=True)
class ByDossier:
    """The dossier by which a batch is released exceptionally: when the physician asked for it, when quality decided."""

    code: str
    criteria: tuple[str, ...]
    requested_at: datetime | None
    decided_at: datetime


@dataclass(frozen=True)
class SiteTexts:
    """What the site adds in its own words, and the controlled document that holds them."""

    storage: str = ""
    handling: str = ""
    statement: str = ""
    source: DocumentRef | None = None


@dataclass(frozen=True)
class Issue:
    """Who issues which version, when, and why again."""

    version: int
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Sources:
    """Everything that a document about a batch is made from. `zone` is that of the site that made it.

    `steps` is the content of the protocol: what steps and their values are called, and in which units they are.
    `record_digest` is that of the record which was decided on; `has_changed_since`: whether the record is another now.
    `corrections` counts entries that corrected an earlier one about the batch, beside the corrected results. `expected`
    says by criterion when a result that was pending at the release is expected.
    """

    dossier: Dossier
    disposition: str
    site_name: str
    zone: str
    tested: Sequence[ReportLine] = ()
    signatures: Sequence[Signed] = ()
    specification: DocumentRef | None = None
    protocol: DocumentRef | None = None
    steps: Protocol | None = None
    record_digest: str = ""
    has_changed_since: bool = False
    corrections: int = 0
    checkpoint: LedgerPoint | None = None
    investigations: Sequence[Investigated] = ()
    texts: SiteTexts = field(default_factory=SiteTexts)
    exceptional: ByDossier | None = None
    expected: Mapping[str, datetime] = field(default_factory=dict)
    is_demonstration: bool = False


def certificate(kind: DocumentKind, sources: Sources, issue: Issue) -> dict[str, Any]:
    """The content of a certificate of analysis or a release for infusion."""
    content = head(kind, sources, issue) | {
        "bags": [_bag(one, sources.zone) for one in _bags(sources.dossier)],
        "dose": [result(one, sources.zone) for one in sources.tested if is_dose(one.criterion)],
        "storage": sources.texts.storage,
        "handling": sources.texts.handling,
        "signatures": [_signature(one) for one in sources.signatures],
    }
    if kind is DocumentKind.RFI:
        return content
    return content | findings(sources)


def findings(sources: Sources) -> dict[str, Any]:
    """What was found of a batch: results, deviations, investigations."""
    return {
        "results": [result(one, sources.zone) for one in sources.tested],
        "deviations": [
            {
                "code": one.code,
                "grade": str(one.grade),
                "state": str(one.state),
                "trigger": plain(one.trigger),
                "opened_at": time_of(one.opened_at, sources.zone),
                "cause": plain(one.cause),
                "outcome": plain(one.outcome),
            }
            for one in sources.dossier.deviations
        ],
        "investigations": [
            {"code": i.code, "criterion": i.criterion, "state": plain(i.state), "outcome": plain(i.outcome)}
            for i in sources.investigations
        ],
    }


def head(kind: DocumentKind, sources: Sources, issue: Issue) -> dict[str, Any]:
    """What stands at the beginning of every document: what it is, of whose batch, and how that stands."""
    batch, zone, disposition = sources.dossier.batch, sources.zone, sources.disposition
    return {
        "schema": SCHEMA,
        "kind": str(kind),
        "title": words.TITLES[kind],
        "version": issue.version,
        "issued": {"at": time_of(issue.at, zone), "by": issue.by, "reason": issue.reason},
        "is_demonstration": sources.is_demonstration,
        "product": {"code": batch.product, "name": batch.product_name},
        "coi_id": batch.coi_id,
        "batch": batch.code,
        "order_kind": str(batch.order_kind),
        "site": {"code": batch.site, "name": sources.site_name},
        "manufactured": time_of(batch.started_at, zone),
        "standing": {
            "disposition": disposition,
            "words": words.standing_of(disposition),
            "watermark": words.watermark_of(disposition),
            "statement": words.statement_of(disposition),
            "site_statement": sources.texts.statement,
        },
        "exceptional": _exceptional(sources),
        "pending": [_pending(one, sources) for one in sources.tested if _is_pending(one)],
        "failing": _titles(
            one
            for one in sources.tested
            if one.counts is not None and one.counts.verdict is Verdict.FAIL and not one.counts.not_tested
        ),
        "record": {"digest": sources.record_digest, "has_changed_since": sources.has_changed_since},
        "specification": _ref(sources.specification),
        "protocol": _ref(sources.protocol),
        "texts": _ref(sources.texts.source),
        "checkpoint": _checkpoint(sources.checkpoint, zone),
    }


def is_dose(criterion: Criterion) -> bool:
    """Whether a criterion gives a dose."""
    return criterion.code == _DOSE or criterion.code.startswith(f"{_DOSE}_")


def result(tested: ReportLine, zone: str) -> dict[str, Any]:
    """One criterion with the result that counts, and beside it all that was reported otherwise."""
    criterion, counts = tested.criterion, tested.counts
    found = _EMPTY if counts is None else _found(counts, zone)
    return {
        "criterion": criterion.code,
        "title": criterion.title,
        "timing": words.timing_of(criterion.timing),
        "limits": tested.limits,
        "unit": words.unit_of(criterion.unit),
        **found,
        "method": found["method"] or criterion.method,
        "is_pending": _is_pending(tested),
        "is_changed": any(one.version > 1 for one in (*tested.others, *_some(counts))),
        "others": [_found(one, zone) for one in tested.others],
    }


def _found(one: ResultView, zone: str) -> dict[str, Any]:
    return {
        "value": one.value,
        "verdict": "" if one.not_tested else str(one.verdict),
        "verdict_words": "not tested" if one.not_tested else words.verdict_of(one.verdict),
        "not_tested": plain(one.not_tested),
        "method": one.method,
        "method_version": one.method_version,
        "specification": one.specification,
        "container": one.container,
        "run": one.run,
        "attempt": one.attempt,
        "attempt_kind": str(one.attempt_kind),
        "result_version": one.version,
        "replicates": list(one.replicates),
        "tested": time_of(one.tested_at, zone),
        "analyst": one.analyst,
        "reviewer": one.reviewer,
        "reviewed": time_of(one.reviewed_at, zone),
        "reason": plain(one.reason),
        "reference": one.reference,
    }


_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("value", "verdict", "not_tested", "method", "specification", "container", "run"), ""),
    **dict.fromkeys(("analyst", "reviewer", "reason", "reference", "attempt_kind"), ""),
    **dict.fromkeys(("method_version", "tested", "reviewed", "attempt", "result_version")),
    "verdict_words": "pending",
    "replicates": [],
}


def _is_pending(tested: ReportLine) -> bool:
    return tested.counts is None


def _pending(tested: ReportLine, sources: Sources) -> str:
    expected = sources.expected.get(tested.criterion.code)
    title = tested.criterion.title
    return title if expected is None else f"{title}, expected by {' '.join(moment(expected, sources.zone))}"


def _exceptional(sources: Sources) -> dict[str, Any] | None:
    by = sources.exceptional
    if by is None:
        return None
    return {
        "dossier": by.code,
        "not_met": _titles(one for one in sources.tested if one.criterion.code in by.criteria),
        "requested": time_of(by.requested_at, sources.zone),
        "decided": time_of(by.decided_at, sources.zone),
    }


def _some(one: ResultView | None) -> tuple[ResultView, ...]:
    return () if one is None else (one,)


def _titles(tested: Any) -> list[str]:
    return [one.criterion.title for one in tested]


def _bags(dossier: Dossier) -> list[BatchContainer]:
    return sorted((one for one in dossier.containers if one.kind in BAG_KINDS), key=lambda one: one.code)


def _bag(one: BatchContainer, zone: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "kind": plain(one.kind),
        "label": one.label,
        "is_label_applied": one.is_label_applied,
        "made": time_of(one.made_at, zone),
        "expires": time_of(one.expires_at, zone),
        "status": plain(one.status),
    }


def _signature(one: Signed) -> dict[str, Any]:
    signature = one.signature
    return {
        "name": signature.printed_name,
        "meaning": str(signature.meaning),
        "meaning_words": words.meaning_of(signature.meaning),
        "signed": time_of(signature.signed_at, signature.zone),
        "state": str(one.state),
        "digest": signature.record_digest,
    }


def _ref(ref: DocumentRef | None) -> dict[str, Any] | None:
    return None if ref is None else {"code": ref.code, "version": ref.version, "digest": ref.digest}


def _checkpoint(point: LedgerPoint | None, zone: str) -> dict[str, Any] | None:
    if point is None:
        return None
    return {"size": point.size, "root": point.root, "signed": time_of(point.signed_at, zone)}


def content_bytes(content: dict[str, Any]) -> bytes:
    """The canonical bytes of a content: its JSON, whose SHA-256 stands on the PDF."""
    return canonical(content)


def content_digest(content: dict[str, Any]) -> str:
    """The digest by which a document is known."""
    return sha256(content_bytes(content)).hexdigest()


def address_of(batch: str, kind: str, version: int, digest: str) -> str:
    """What the Data Matrix of a document holds: the path of its record, and the beginning of its digest."""
    return f"/batches/{batch}/documents/{kind}/{version}/?d={digest[:SHORT]}"

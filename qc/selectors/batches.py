"""What blocks a batch, the release board, one batch, the record that was signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.rules.journey import Disposition
from coi.selectors import batches
from ledger import selectors as ledger
from ledger.rules import derive
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.signatures import Meaning, SignatureState, SignatureView, signature_state
from qc.rules.blockers import EXCEPTIONS, Blocker, Case, blockers
from qc.rules.record import batch_record, digest_of
from qc.rules.results import current
from qc.selectors.documents import protocol_in, specification_in
from qc.selectors.investigations import investigations_of
from qc.selectors.results import results_of
from qc.selectors.subject_pages import Line, lines_of

RECORD_KIND = "batch"


@dataclass(frozen=True)
class SignedBy:
    """A signature over the batch record, and whether the record is still the one that was signed."""

    signature: SignatureView
    state: SignatureState


@dataclass(frozen=True)
class BoardRow:
    """One undecided batch on the release board."""

    batch: BatchSummary
    blockers: tuple[Blocker, ...]
    results_in: int
    results_needed: int


@dataclass(frozen=True)
class Board:
    """The release board: what needs a person first, then what can be released, then what is decided."""

    exceptions: tuple[BoardRow, ...]
    waiting: tuple[BoardRow, ...]
    ready: tuple[BoardRow, ...]
    decided: tuple[BatchSummary, ...]


@dataclass(frozen=True)
class BatchView:
    """Everything that the page of one batch shows."""

    case: Case
    blockers: tuple[Blocker, ...]
    lines: tuple[Line, ...]
    signatures: tuple[SignedBy, ...]
    record: dict[str, Any]
    digest: str
    specification: DocumentVersionView | None
    zone: str

    @property
    def batch(self) -> BatchSummary:
        """The batch itself."""
        return self.case.dossier.batch

    @property
    def is_decided(self) -> bool:
        """Whether it is released or rejected."""
        return self.batch.disposition in batches.DECIDED

    @property
    def has_changed_since(self) -> bool:
        """Whether something came after the decision: a final result, an infusion. The signed record stays as it was."""
        return (
            self.is_decided
            and bool(self.signatures)
            and self.signatures[-1].signature.record_digest != self.digest
        )


def case_of(batch: BatchSummary) -> Case:
    """All that a decision on the batch is made on."""
    return cases([batch])[batch.id]


def cases(found: Sequence[BatchSummary]) -> dict[str, Case]:
    """The same for several batches, in a fixed number of statements."""
    ids = {batch.protocol_id for batch in found} | {batch.specification_id for batch in found} - {""}
    documents = people.document_versions(ids) if ids else {}
    dossiers, results = batches.dossiers(found), results_of([batch.id for batch in found])
    is_broken = ledger.is_broken()
    inquiries = investigations_of([batch.id for batch in found], {b: dossiers[b].producers for b in dossiers})
    return {
        batch.id: Case(
            dossier=dossiers[batch.id],
            results=results[batch.id],
            specification=specification_in(documents.get(batch.specification_id)),
            protocol=protocol_in(documents.get(batch.protocol_id)),
            is_ledger_broken=is_broken,
            investigations=inquiries[batch.id],
        )
        for batch in found
    }


def record_of(case: Case) -> dict[str, Any]:
    """The batch record as it stands now."""
    batch = case.dossier.batch
    ids = {batch.protocol_id, batch.specification_id} - {""}
    digests = {id: version.digest for id, version in people.document_versions(ids).items()}
    return batch_record(
        case.dossier,
        case.results,
        protocol=digests.get(batch.protocol_id, ""),
        specification=digests.get(batch.specification_id, ""),
    )


def signatures_of(code: str) -> list[SignatureView]:
    """Every signature over the batch's record, oldest first."""
    return people.signatures(RECORD_KIND, code)


def keeping_request(signature_id: str) -> UUID:
    """The request under which the record that was signed is kept, by the review's signature."""
    return derive(UUID(signature_id), "record")


def signed_record(signature: SignatureView) -> bytes | None:
    """The very bytes that the review signed; None where none were kept."""
    return ledger.evidence_bytes(derive(keeping_request(signature.id), "evidence"))


def decided_record(view: "BatchView") -> bytes | None:
    """The bytes that the decision was made on; None while there is none."""
    if not view.is_decided:
        return None
    reviews = [s.signature for s in view.signatures if s.signature.meaning is Meaning.REVIEW]
    return signed_record(reviews[-1]) if reviews else None


# --- pages ------------------------------------------------------------------------------------------------------------


def release_board(viewer: Person, at: datetime) -> Board:
    """Batches at the viewer's sites, exceptions first."""
    open_batches = batches.undecided_batches(viewer, at)
    found = cases(open_batches) if open_batches else {}
    rows = [_board_row(batch, found[batch.id]) for batch in open_batches]
    exceptions = [row for row in rows if _needs_someone(row)]
    in_review = [row for row in rows if row not in exceptions and not row.blockers and _is_in_review(row)]
    return Board(
        exceptions=tuple(sorted(exceptions, key=lambda row: -len(row.blockers))),
        ready=tuple(in_review),
        waiting=tuple(row for row in rows if row not in exceptions and row not in in_review),
        decided=batches.decided_batches(viewer, at),
    )


def _is_in_review(row: BoardRow) -> bool:
    return row.batch.disposition is Disposition.QA_REVIEW


def _needs_someone(row: BoardRow) -> bool:
    """Anything that time alone will not mend: a missing result or step comes by itself."""
    return any(blocker.code in EXCEPTIONS for blocker in row.blockers)


def _board_row(batch: BatchSummary, case: Case) -> BoardRow:
    criteria = case.specification.criteria if case.specification is not None else ()
    needed = [criterion for criterion in criteria if criterion.is_needed_for_release]
    results_in = sum(1 for criterion in needed if current(case.results, criterion.code) is not None)
    return BoardRow(batch, blockers(case), results_in, len(needed))


def batch_view(viewer: Person, code: str, at: datetime) -> BatchView | None:
    """One batch at one of the viewer's sites; None for all others."""
    batch = batches.visible_batch(viewer, code, at)
    return None if batch is None else view_of(batch)


def view_of(batch: BatchSummary) -> BatchView:
    """The same for services, which ask for authority themselves."""
    case = case_of(batch)
    record = record_of(case)
    digest = digest_of(record)
    site = people.site_by_code(batch.site)
    return BatchView(
        case=case,
        blockers=blockers(case) if batch.disposition not in batches.DECIDED else (),
        lines=lines_of(case.specification, case.results),
        signatures=tuple(_signed(case, digest)),
        record=record,
        digest=digest,
        specification=people.document_version(batch.specification_id) if batch.specification_id else None,
        zone=site.zone if site is not None else "UTC",
    )


def _signed(case: Case, digest: str) -> list[SignedBy]:
    """Before the decision a signature is held against the record as it is; after it, against what was decided on."""
    found = signatures_of(case.dossier.batch.code)
    is_decided = case.dossier.batch.disposition in batches.DECIDED
    held_against = found[-1].record_digest if is_decided and found else digest
    return [SignedBy(signature, signature_state(signature, held_against)) for signature in found]

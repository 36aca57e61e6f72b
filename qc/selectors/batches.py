"""What blocks a batch, the release board, one batch, the record that was signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.rules.journey import Disposition, OrderKind
from coi.rules.retention import Kept
from coi.selectors import batches
from coi.selectors.retention import batch_kept
from coi.selectors.treating import treating_site
from ledger import selectors as ledger
from ledger.rules import derive
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureState, SignatureView, signature_state
from qc.rules.blockers import EXCEPTIONS, Blocker, BlockerCode, Case, latest_review
from qc.rules.case import OF_REVIEW
from qc.rules.exceptional import KeptDossier, decided_digest
from qc.rules.noted_signals import NotedSignal
from qc.rules.passed import Passed, passed_checks
from qc.rules.record import batch_record, digest_of
from qc.rules.releases import Lifting, Pending, Way, Ways, overdue, ways_of
from qc.selectors.cases import case_of, cases
from qc.selectors.dossiers import lifting_of, liftings_of, newest_dossiers
from qc.selectors.noted_signals import noted_signals
from qc.selectors.releases import FailureView, ReleaseView, due_of, failures_of, releases_of
from qc.selectors.subject_pages import Line, lines_of

RECORD_KIND = "batch"


@dataclass(frozen=True)
class SignedBy:
    """A signature over the batch record, and whether the record is still the one that was signed.

    `is_gone_on`: it was held against the record that was decided on, and the batch has gone on since.
    """

    signature: SignatureView
    state: SignatureState
    is_gone_on: bool = False


@dataclass(frozen=True)
class BoardRow:
    """One batch on the release board. `passed` of `checked` things were in order by themselves.

    `pending` are the results that may come after the release; `overdue` those of them that were expected before now.
    `noted` are signals of control charts: information.
    """

    batch: BatchSummary
    blockers: tuple[Blocker, ...]
    ways: Ways
    passed: int
    checked: int
    overdue: tuple[Pending, ...] = ()
    noted: tuple[NotedSignal, ...] = ()

    @property
    def pending(self) -> tuple[Pending, ...]:
        """What may come after the release and is not there."""
        return self.ways.pending


@dataclass(frozen=True)
class Board:
    """The release board: what needs a person first, then what can be released, then what is decided.

    `conditional` are released, and results of them are still to come.
    """

    exceptions: tuple[BoardRow, ...]
    conditional: tuple[BoardRow, ...]
    waiting: tuple[BoardRow, ...]
    ready: tuple[BoardRow, ...]
    decided: tuple[BatchSummary, ...]


@dataclass(frozen=True)
class BatchView:
    """Everything that the page of one batch shows. `noted` are signals of control charts: information."""

    case: Case
    ways: Ways
    blockers: tuple[Blocker, ...]
    passed: tuple[Passed, ...]
    lines: tuple[Line, ...]
    signatures: tuple[SignedBy, ...]
    record: dict[str, Any]
    digest: str
    specification: DocumentVersionView | None
    zone: str
    released: ReleaseView | None = None
    failures: tuple[FailureView, ...] = ()
    lifting: Lifting | None = None
    noted: tuple[NotedSignal, ...] = ()

    @property
    def batch(self) -> BatchSummary:
        """The batch itself."""
        return self.case.dossier.batch

    @property
    def is_decided(self) -> bool:
        """Whether it is released or rejected."""
        return self.batch.disposition in batches.DECIDED

    @property
    def is_conditional(self) -> bool:
        """Whether it is released, and a result is still to come or to be signed for."""
        return self.batch.disposition is Disposition.CONDITIONALLY_RELEASED

    @property
    def decision(self) -> SignatureView | None:
        """The signature that decided on it last; None while nobody has."""
        found = [one.signature for one in self.signatures if one.signature.meaning is not Meaning.REVIEW]
        return found[-1] if self.is_decided and found else None

    @property
    def has_changed_since(self) -> bool:
        """Whether something came after the decision: a final result, an infusion. The signed record stays as it was."""
        return self.decision is not None and self.decision.record_digest != self.digest


def record_of(case: Case) -> dict[str, Any]:
    """The batch record as it stands now."""
    batch = case.dossier.batch
    return _record(case, _digests([batch]), newest_dossiers([batch.id]).get(batch.id))


def _record(case: Case, digests: Mapping[str, str], newest: KeptDossier | None) -> dict[str, Any]:
    batch = case.dossier.batch
    return batch_record(
        case,
        protocol=digests.get(batch.protocol_id, ""),
        specification=digests.get(batch.specification_id, ""),
        dossier=_approved(newest),
    )


def _digests(found: Sequence[BatchSummary]) -> dict[str, str]:
    """The digests of the documents that batches began with, by their ids (one statement)."""
    ids = {id for batch in found for id in (batch.protocol_id, batch.specification_id)} - {""}
    return {id: version.digest for id, version in people.document_versions(ids).items()}


def _approved(newest: KeptDossier | None) -> dict[str, str] | None:
    """The dossier by which the batch may be released exceptionally, with what its decision was signed over."""
    if newest is None or not newest.is_approved:
        return None
    return {"code": newest.code, "digest": decided_digest(newest)}


def signatures_over(found: Sequence[BatchSummary], at: datetime) -> tuple[SignedBy, ...]:
    """The signatures over the records of batches, each with whether it still holds, in a fixed number of statements."""
    if not found:
        return ()
    known, digests = cases(found, at), _digests(found)
    dossiers = newest_dossiers([batch.id for batch in found])
    signed = people.signatures_of(RECORD_KIND, [batch.code for batch in found])
    made: list[SignedBy] = []
    for batch in found:
        digest = digest_of(_record(known[batch.id], digests, dossiers.get(batch.id)))
        made += _signed(known[batch.id], digest, signed[batch.code])
    return tuple(made)


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
    if view.decision is None:
        return None
    digest = view.decision.record_digest
    signed = [s.signature for s in view.signatures if s.signature.record_digest == digest]
    review = latest_review(signed)
    return signed_record(review) if review is not None else None


# --- pages ------------------------------------------------------------------------------------------------------------


def release_board(viewer: Person, at: datetime) -> Board:
    """Batches at the viewer's sites, exceptions first."""
    open_batches = batches.undecided_batches(viewer, at)
    rows = [
        row for row in _board_rows([*open_batches, *batches.watched_batches(viewer, at)], at) if _is_live(row)
    ]
    released = [row for row in rows if row.batch.disposition.is_release]
    undecided = [row for row in rows if row not in released]
    exceptions = [row for row in rows if row.overdue or _needs_someone(row)]
    in_review = [row for row in undecided if row not in exceptions and _is_in_review(row)]
    known = {row.batch.id for row in rows}
    return Board(
        exceptions=tuple(sorted(exceptions, key=lambda row: -len(row.blockers))),
        conditional=tuple(row for row in released if row not in exceptions),
        ready=tuple(in_review),
        waiting=tuple(row for row in undecided if row not in exceptions and row not in in_review),
        decided=tuple(batch for batch in batches.decided_batches(viewer, at) if batch.id not in known),
    )


def _is_live(row: BoardRow) -> bool:
    """Whether there is something to wait for: of what was let go exceptionally, the results that are pending."""
    is_exceptional = row.batch.disposition is Disposition.EXCEPTIONALLY_RELEASED
    return bool(row.pending) if is_exceptional else True


def _is_in_review(row: BoardRow) -> bool:
    """Whether nothing is left but what quality does of its review, the look at the trail among it."""
    is_left = all(blocker.code in OF_REVIEW for blocker in row.blockers)
    return is_left and row.batch.disposition is Disposition.QA_REVIEW


def _needs_someone(row: BoardRow) -> bool:
    """Anything that time alone will not mend: a missing result or step comes by itself."""
    return any(blocker.code in EXCEPTIONS for blocker in row.blockers)


def _board_rows(found: Sequence[BatchSummary], at: datetime) -> list[BoardRow]:
    if not found:
        return []
    ids = [batch.id for batch in found]
    known, released, noted = cases(found, at), releases_of(ids), noted_signals(ids)
    liftings = liftings_of(known, at)
    made = []
    for batch in found:
        case = known[batch.id]
        ways = ways_of(case, due_of(released.get(batch.id)), liftings.get(batch.id))
        made.append(replace(_board_row(batch, case, ways, at), noted=noted[batch.id]))
    return made


def _board_row(batch: BatchSummary, case: Case, ways: Ways, at: datetime) -> BoardRow:
    """Of what was let go exceptionally nothing is completed: its dossier has said what is wrong with it."""
    counts, is_over = passed_checks(case), batch.disposition is Disposition.EXCEPTIONALLY_RELEASED
    left = () if is_over else ways.against[Way.RELEASE]
    return BoardRow(
        batch,
        blockers=tuple(it for it in left if it.code is not BlockerCode.FINAL_PENDING),
        ways=ways,
        passed=sum(one.passed for one in counts),
        checked=sum(one.checked for one in counts),
        overdue=overdue(ways.pending, at),
    )


def batch_view(viewer: Person, code: str, at: datetime) -> BatchView | None:
    """One batch at one of the viewer's sites; None for all others."""
    batch = batches.visible_batch(viewer, code, at)
    return None if batch is None else view_of(batch, at)


def batch_at_treatment(viewer: Person, code: str, at: datetime) -> BatchView | None:
    """A patient's batch for whoever treats at the site that it is for; None for all others."""
    batch = batches.batch_by_code(code)
    if batch is None or batch.order_kind is not OrderKind.PATIENT:
        return None
    site = treating_site(batch.order_id).code
    return view_of(batch, at) if viewer.may(Right.SEE_TREATMENT, site, at) else None


def record_kept(view: BatchView, at: datetime) -> Kept:
    """How long the record of the batch is kept. A conditional release is no decision to count from: another follows."""
    decision = None if view.is_conditional else view.decision
    decided_at = None if decision is None else decision.signed_at
    return batch_kept(view.batch.order_id, view.batch.code, decided_at, at)


def view_of(batch: BatchSummary, at: datetime) -> BatchView:
    """The same for services, which ask for authority themselves."""
    case = case_of(batch, at)
    record = record_of(case)
    digest = digest_of(record)
    released = releases_of([batch.id]).get(batch.id)
    lifting = lifting_of(case, at)
    ways = ways_of(case, due_of(released), lifting)
    is_over = (
        batch.disposition in batches.DECIDED and batch.disposition is not Disposition.CONDITIONALLY_RELEASED
    )
    left = [it for it in ways.against[Way.RELEASE] if it.code is not BlockerCode.FINAL_PENDING]
    return BatchView(
        case=case,
        ways=ways,
        blockers=() if is_over else tuple(left),
        passed=passed_checks(case),
        lines=lines_of(case.specification, case.results),
        signatures=tuple(_signed(case, digest, signatures_of(batch.code))),
        record=record,
        digest=digest,
        specification=people.document_version(batch.specification_id) if batch.specification_id else None,
        zone=people.zone_of(batch.site),
        released=released,
        failures=failures_of(batch.id),
        lifting=lifting,
        noted=noted_signals([batch.id])[batch.id],
    )


def _signed(case: Case, digest: str, signatures: Sequence[SignatureView]) -> list[SignedBy]:
    """Each signature is held against the record that was decided on next, and before that against the record now."""
    held_against, made = digest, []
    is_decided = case.dossier.batch.disposition in batches.DECIDED
    for signature in reversed(signatures):
        if is_decided and signature.meaning is not Meaning.REVIEW:
            held_against = signature.record_digest
        state = signature_state(signature, held_against)
        made.append(SignedBy(signature, state, is_gone_on=held_against != digest))
    return made[::-1]

"""Starting material: what the results of a collection come to, what was decided, and what waits for it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from coi.rules.acceptance import Acceptance
from coi.rules.batches import BatchSummary
from coi.selectors.acceptance import CollectionView, acceptance_of
from coi.selectors.collections import CollectionFacts, collection_by_din
from coi.selectors.materials import (
    MaterialFacts,
    collectors_of,
    materials_by_din,
    materials_of_batches,
    waiting_materials,
)
from coi.selectors.visible import sites_of
from ledger import selectors as ledger
from ledger.rules import canonical, derive
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from people.rules.signatures import SignatureState, SignatureView
from people.rules.variants import VariantFault, choose
from qc.rules.acceptance import Deciding, Material, Proposal, is_stricter, propose
from qc.rules.case import StartingMaterial
from qc.rules.criteria import Verdict
from qc.rules.investigations.attempts import attempts_of
from qc.rules.investigations.counting import Counted, reportable
from qc.rules.investigations.values import Investigation
from qc.rules.material_record import Collected, material_record
from qc.rules.results import AttemptKind, ResultView
from qc.rules.specification import KIND, Specification
from qc.rules.standing import Found, Line, lines
from qc.rules.subjects import SubjectKind
from qc.selectors.documents import specification_in
from qc.selectors.investigations import investigations_of
from qc.selectors.results import results_of
from qc.selectors.subjects import wanted_of

MATERIAL_RECORD = "collection"  # what the signatures are over; its id is the DIN


@dataclass(frozen=True)
class SignedMaterial:
    """A signature over the record of a collection, and whether its results are still those that were signed."""

    signature: SignatureView
    state: SignatureState


@dataclass(frozen=True)
class MaterialView:
    """A collection as it is decided on: each line of its specification, and by criterion the result that counts."""

    collection: CollectionFacts
    document: DocumentVersionView
    lines: tuple[Line, ...]
    results: tuple[ResultView, ...]
    counted: Mapping[str, ResultView]
    material: Material
    judged: CollectionView
    signatures: tuple[SignedMaterial, ...]

    @property
    def proposal(self) -> Proposal:
        """What the results come to."""
        return self.material.proposal

    def record(self, deciding: Deciding | None = None) -> dict[str, Any]:
        """What is signed."""
        return _record(self.collection, self.document, self.results, self.proposal, deciding)


@dataclass(frozen=True)
class WaitingMaterial:
    """A collection that quality has not judged: what is proposed, and which lines are open."""

    facts: MaterialFacts
    proposal: Proposal
    has_unreviewed: bool
    results_in: int
    results_needed: int

    @property
    def is_ready(self) -> bool:
        """Whether quality can decide: nothing is open, and every result was looked over."""
        return self.proposal.decision is not None and not self.has_unreviewed


def material_view(din: str, at: datetime) -> MaterialView | None:
    """A collection that a specification judges now; None where there is none. For services."""
    facts, judged = collection_by_din(din), acceptance_of(din)
    if facts is None or judged is None:
        return None
    document = people.applicable_document(KIND, wanted_of(facts), at)
    specification = None if isinstance(document, VariantFault) else specification_in(document)
    if specification is None or document is None or isinstance(document, VariantFault):
        return None
    results = results_of([facts.id])[facts.id]
    counted = _counted(specification, results, investigations_of([facts.id])[facts.id])
    found = _found(counted, results)
    by_id = {result.id: result for result in results}
    view = MaterialView(
        collection=facts,
        document=document,
        lines=lines(specification, found),
        results=results,
        counted={code: by_id[it.attempt.result] for code, it in counted.items() if it.attempt is not None},
        material=_material(facts, propose(specification, found), results, judged),
        judged=judged,
        signatures=(),
    )
    return replace(view, signatures=_signed({din: view.record()}))


def visible_material(viewer: Person, din: str, at: datetime) -> MaterialView | None:
    """The same where the product is made at one of the viewer's sites; None for all others."""
    found = material_view(din, at)
    return found if found is not None and found.collection.site in sites_of(viewer, at) else None


def materials_waiting(viewer: Person, at: datetime) -> tuple[WaitingMaterial, ...]:
    """Collections at the viewer's sites that a specification judges and quality has not (four statements)."""
    known = waiting_materials(sites_of(viewer, at))
    documents = people.effective_documents(KIND, at) if known else []
    ids = [facts.id for facts in known]
    results = results_of(ids) if known else {}
    inquiries = investigations_of(ids) if known else {}
    found = []
    for facts in known:
        chosen = choose(wanted_of(facts), documents)
        specification = None if isinstance(chosen, VariantFault) else specification_in(chosen)
        if specification is not None:
            found.append(_waiting(facts, specification, results[facts.id], inquiries[facts.id]))
    return tuple(found)


def materials_of(batches: Sequence[BatchSummary]) -> dict[str, tuple[StartingMaterial, ...]]:
    """The collections that have to be accepted of each batch, by the batch's id (a fixed number of statements).

    A collection has to be accepted where a specification of starting material of its product was in effect when the
    batch began, or where quality has said something of it. Of products without one, none. What its results came to
    since must allow what was decided: a result that failed afterwards takes the acceptance away.
    """
    made_from = materials_of_batches([batch.id for batch in batches]) if batches else {}
    documents = people.documents_about(KIND, str(SubjectKind.COLLECTION)) if made_from else []
    ids = [facts.id for known in made_from.values() for facts in known]
    tested = _Tested(results_of(ids), investigations_of(ids)) if documents and ids else _Tested({}, {})
    return {
        batch.id: tuple(
            StartingMaterial(facts.din, facts.acceptance.is_usable and _still_allows(facts, chosen, tested))
            for facts in made_from.get(batch.id, ())
            for chosen in [_chosen(facts, documents, batch.started_at)]
            # Where several would apply, or none for this region, nobody is let off.
            if facts.acceptance is not Acceptance.PENDING or chosen is not None
        )
        for batch in batches
    }


@dataclass(frozen=True)
class _Tested:
    """Results and investigations of collections, by their ids."""

    results: Mapping[str, tuple[ResultView, ...]]
    inquiries: Mapping[str, tuple[Investigation, ...]]


def _chosen(
    facts: MaterialFacts, documents: Iterable[DocumentVersionView], began_at: datetime
) -> DocumentVersionView | VariantFault | None:
    return choose(wanted_of(facts), [it for it in documents if _is_in_effect(it, began_at)])


def _still_allows(
    facts: MaterialFacts, chosen: DocumentVersionView | VariantFault | None, tested: _Tested
) -> bool:
    """Whether nothing that is known now is stricter than what quality decided."""
    specification = None if chosen is None or isinstance(chosen, VariantFault) else specification_in(chosen)
    if specification is None:
        return True
    results = tested.results.get(facts.id, ())
    found = _found(_counted(specification, results, tested.inquiries.get(facts.id, ())), results)
    decision = propose(specification, found).decision
    return decision is None or not is_stricter(decision, facts.acceptance)


def _is_in_effect(it: DocumentVersionView, at: datetime) -> bool:
    is_begun = it.effective_from is not None and it.effective_from <= at
    return is_begun and (it.retired_at is None or it.retired_at > at)


def _waiting(
    facts: MaterialFacts,
    specification: Specification,
    results: Sequence[ResultView],
    inquiries: Sequence[Investigation],
) -> WaitingMaterial:
    found = _found(_counted(specification, results, inquiries), results)
    proposal = propose(specification, found)
    needed = [line for line in lines(specification, found) if line.is_needed_for_release]
    is_open = {line.code for line in proposal.open}
    return WaitingMaterial(
        facts=facts,
        proposal=proposal,
        has_unreviewed=_has_unreviewed(results),
        results_in=sum(line.code not in is_open for line in needed),
        results_needed=len(needed),
    )


def _material(
    facts: CollectionFacts, proposal: Proposal, results: Sequence[ResultView], judged: CollectionView
) -> Material:
    return Material(
        proposal=proposal,
        analysts=frozenset(it.analyst_id for it in results),
        collectors=collectors_of(facts.din),
        has_unreviewed=_has_unreviewed(results),
        decided=judged.acceptance,
    )


def _has_unreviewed(results: Iterable[ResultView]) -> bool:
    return any(it.is_current and not it.is_reviewed for it in results)


# --- which results count --------------------------------------------------------------------------------------------


def _counted(
    specification: Specification, results: Sequence[ResultView], inquiries: Sequence[Investigation]
) -> dict[str, Counted]:
    """As for a batch: what has failed once stays failing until an investigation says otherwise."""
    return {
        criterion.code: reportable(
            attempts_of(results, criterion.code), [it for it in inquiries if it.criterion == criterion.code]
        )
        for criterion in specification.criteria
    }


def _found(counted: Mapping[str, Counted], results: Iterable[ResultView]) -> dict[str, Found]:
    by_id = {result.id: result for result in results}
    found = {}
    for code, it in counted.items():
        if it.attempt is not None:
            is_first = it.attempt.kind is AttemptKind.ORIGINAL and it.attempt.failed_at is None
            not_tested = by_id[it.attempt.result].not_tested if is_first else ""
            found[code] = Found(Verdict.FAIL if it.verdict is None else it.verdict, not_tested)
    return found


# --- signatures -----------------------------------------------------------------------------------------------------


def keeping_material(signature_id: str) -> UUID:
    """The request under which the record that was signed is kept."""
    return derive(UUID(signature_id), "record")


def signed_material(signature: SignatureView) -> bytes | None:
    """The very bytes that were signed; None where none were kept."""
    return ledger.evidence_bytes(derive(keeping_material(signature.id), "evidence"))


def material_signatures(dins: Collection[str], at: datetime) -> tuple[SignedMaterial, ...]:
    """The signatures over collections that a specification judges now, each with whether it still holds (a fixed number
    of statements).
    """
    known = materials_by_din(dins)
    documents = people.effective_documents(KIND, at) if known else []
    ids = [facts.id for facts in known]
    tested = _Tested(results_of(ids), investigations_of(ids))
    records = {}
    for facts in known:
        chosen = choose(wanted_of(facts), documents)
        if chosen is None or isinstance(chosen, VariantFault):
            continue
        if (specification := specification_in(chosen)) is not None:
            results = tested.results[facts.id]
            found = _found(_counted(specification, results, tested.inquiries[facts.id]), results)
            records[facts.din] = _record(facts, chosen, results, propose(specification, found))
    return _signed(records)


def _record(
    facts: CollectionFacts | MaterialFacts,
    document: DocumentVersionView,
    results: Sequence[ResultView],
    proposal: Proposal,
    deciding: Deciding | None = None,
) -> dict[str, Any]:
    about = Collected(facts.din, facts.coi_id, facts.product, facts.collected_at, document.digest)
    return material_record(about, results, proposal, deciding)


def _signed(records: Mapping[str, dict[str, Any]]) -> tuple[SignedMaterial, ...]:
    """The signatures over collections, held against the record of each as it stands now, by its DIN."""
    signed = people.signatures_of(MATERIAL_RECORD, list(records))
    files = {it.id: derive(keeping_material(it.id), "evidence") for own in signed.values() for it in own}
    kept = ledger.evidence_bytes_of(list(files.values()))
    return tuple(
        SignedMaterial(it, _state(record, it, kept.get(files[it.id])))
        for din, record in records.items()
        for it in signed[din]
    )


def _state(record: Mapping[str, Any], signature: SignatureView, kept: bytes | None) -> SignatureState:
    """Whether what was signed is kept, and the material is still what it was then."""
    is_whole = kept is not None and sha256(kept).hexdigest() == signature.record_digest
    now = canonical(record["material"])
    is_same = kept is not None and canonical(json.loads(kept)["material"]) == now
    return SignatureState.VALID if is_whole and is_same else SignatureState.INVALID

"""Whether a signature still holds: as it was entered, and over a record that is still the one that was signed."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coi.selectors.batches import batches_by_code
from ledger.selectors import EntryView, subjects_of
from people import selectors as people
from people.rules.documents import record_digest
from people.rules.signatures import SignatureState, SignatureView, signature_state
from qc import selectors as qc
from qc.rules.exceptional import decided_digest
from qc.rules.trail import RECORD_KIND as TRAIL_RECORD
from qc.rules.trail import is_signed
from qc.selectors.dossiers import DOSSIER_KIND, dossiers_by_code
from qc.selectors.investigations import OutcomeSignature, outcome_signatures
from qc.selectors.materials import MATERIAL_RECORD, SignedMaterial, material_signatures

DOCUMENT = "document_version"
TABLE = "people.signature"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# What tells people where a record without a code belongs, the nearest first.
_ABOUT = ("batch", "worksheet_row", "worksheet", "order")


class Held(StrEnum):
    """What a signature was held against."""

    RECORD = "record"  # the record as it stands now, digested anew
    DECISION = "decision"  # the record that was decided on; it is another now
    ENTRY = "entry"  # its own entry alone: what was signed was entered once and is never changed


@dataclass(frozen=True)
class Named:
    """What people call a record that was signed, its code where it has one of its own; and of which kind it is.

    Of a document that is the kind of document: a protocol and its specification may have one code.
    """

    called: str
    kind: str


@dataclass(frozen=True)
class Judged:
    """Whether a signature holds, what it was held against, and its entry (None: there is none, or none to be seen)."""

    signature: SignatureView
    state: SignatureState
    held: Held
    entry: EntryView | None
    is_as_entered: bool
    record: Named


States = Mapping[str, tuple[SignatureState, Held]]


def judged(
    signatures: Collection[SignatureView], entries: Iterable[EntryView], at: datetime
) -> tuple[Judged, ...]:
    """Every signature held against its entry, and against its record where that may change after it was signed.

    The oldest first; of one moment in the order of their entries. The records of each kind are read once, however many
    signatures are over them.
    """
    entered = {
        change.id: (entry, change.values)
        for entry in entries
        for change in entry.changes
        if change.table == TABLE
    }
    known: dict[str, tuple[SignatureState, Held]] = {}
    for kind, ask in _RECORDS.items():
        own = [it for it in signatures if it.record_kind == kind]
        known.update(ask(own, at) if own else {})
    made = []
    names = record_names(
        {entered[it.id][0].id: (it.record_kind, it.record_id) for it in signatures if it.id in entered}
    )
    for signature in signatures:
        entry, values = entered.get(signature.id, (None, {}))
        is_same = entry is not None and _is_as_entered(signature, values)
        state, held = known.get(signature.id, (SignatureState.VALID, Held.ENTRY))
        named = Named(signature.record_id, signature.record_kind) if entry is None else names[entry.id]
        made.append(
            Judged(signature, state if is_same else SignatureState.INVALID, held, entry, is_same, named)
        )
    return tuple(sorted(made, key=lambda it: (it.signature.signed_at, it.entry.id if it.entry else 0)))


def record_names(records: Mapping[int, tuple[str, str]]) -> dict[int, Named]:
    """What people call records that were signed; given are their kind and id, by the entry of each signature.

    A document is called by its code and version, another record without a code of its own by the batch, row of a
    worksheet, worksheet or journey that the entry is about (two statements).
    """
    versions = people.document_versions({id for kind, id in records.values() if kind == DOCUMENT})
    names = {entry: Named(id, kind) for entry, (kind, id) in records.items()}
    names |= {
        entry: Named(f"{of.code}/{of.version}", of.kind)
        for entry, named in names.items()
        if (of := versions.get(named.called)) is not None
    }
    unnamed = [entry for entry, named in names.items() if _ID.fullmatch(named.called)]
    for entry, subjects in subjects_of(unnamed).items():
        keys = {subject.kind: subject.key for subject in subjects}
        called = next((keys[kind] for kind in _ABOUT if kind in keys), names[entry].called)
        names[entry] = Named(called, names[entry].kind)
    return names


def _is_as_entered(signature: SignatureView, values: Mapping[str, object]) -> bool:
    said = {
        "signer_id": signature.signer_id,
        "printed_name": signature.printed_name,
        "meaning": str(signature.meaning),
        "auth": signature.auth,
        "record_kind": signature.record_kind,
        "record_id": signature.record_id,
        "record_digest": signature.record_digest,
    }
    at = str(values.get("signed_at"))
    return all(values.get(name) == value for name, value in said.items()) and (
        datetime.fromisoformat(at) == signature.signed_at
    )


def _documents(signatures: list[SignatureView], at: datetime) -> States:
    versions = people.document_versions({it.record_id for it in signatures})
    now = {
        id: record_digest(
            kind=it.kind, code=it.code, version=it.version, schema=it.schema, content=it.content
        )
        for id, it in versions.items()
    }
    return {it.id: (signature_state(it, now.get(it.record_id, "")), Held.RECORD) for it in signatures}


def _batches(signatures: list[SignatureView], at: datetime) -> States:
    """By the record of each batch that was decided on, as its own page says it; it is another where it went on."""
    found = batches_by_code({it.record_id for it in signatures})
    return {
        one.signature.id: (one.state, Held.DECISION if one.is_gone_on else Held.RECORD)
        for one in qc.signatures_over(list(found.values()), at)
    }


def _told(signed: Iterable[OutcomeSignature | SignedMaterial]) -> States:
    return {one.signature.id: (one.state, Held.RECORD) for one in signed}


def _trails(signatures: list[SignatureView], at: datetime) -> States:
    reviews = qc.trail_reviews({it.record_id for it in signatures})
    return {
        it.id: (
            SignatureState.VALID
            if it.record_id in reviews and is_signed(reviews[it.record_id][1], reviews[it.record_id][0], [it])
            else SignatureState.INVALID,
            Held.RECORD,
        )
        for it in signatures
    }


def _investigations(signatures: list[SignatureView], at: datetime) -> States:
    return _told(outcome_signatures({it.record_id for it in signatures}, at))


def _materials(signatures: list[SignatureView], at: datetime) -> States:
    return _told(material_signatures({it.record_id for it in signatures}, at))


def _dossiers(signatures: list[SignatureView], at: datetime) -> States:
    kept = dossiers_by_code({it.record_id for it in signatures})
    return {
        it.id: (signature_state(it, decided_digest(found)), Held.RECORD)
        for it in signatures
        if (found := kept.get(it.record_id)) is not None and found.part("decision").get("signature") == it.id
    }


_Ask = Callable[[list[SignatureView], datetime], States]
_RECORDS: Mapping[str, _Ask] = {
    DOCUMENT: _documents,
    qc.RECORD_KIND: _batches,
    TRAIL_RECORD: _trails,
    qc.INVESTIGATION_RECORD: _investigations,
    MATERIAL_RECORD: _materials,
    DOSSIER_KIND: _dossiers,
}
